//! Content that is not ASCII text: other character sets, compressed files, documents.

use super::Looks;

/// The first bytes of each kind of file, and the name of the kind.
const MAGIC: [(&[u8], &str); 21] = [
    (
        b"\x1F\x8B",
        "data compressed with gzip, twice or without having been decompressed; decompress it once more",
    ),
    (b"\x1F\x9D", "data compressed with compress (.Z); decompress it"),
    (b"BZh", "data compressed with bzip2; decompress it"),
    (b"\xFD7zXZ\0", "data compressed with xz; decompress it"),
    (b"\x28\xB5\x2F\xFD", "data compressed with zstd; decompress it"),
    (b"\x04\x22\x4D\x18", "data compressed with lz4; decompress it"),
    (b"LZIP", "data compressed with lzip; decompress it"),
    (b"7z\xBC\xAF\x27\x1C", "a 7z archive; unpack it"),
    (b"Rar!\x1A\x07", "a RAR archive; unpack it"),
    (b"MSCF\0\0\0\0", "a cabinet archive (CAB); unpack it"),
    (
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
        "an old Office document (xls, doc, msg); save it as text",
    ),
    (b"%PDF-", "a PDF document; take the file that it was made from"),
    (b"{\\rtf", "a rich text document (RTF); save it as plain text"),
    (b"SQLite format 3\0", "an SQLite database, as a register is; give the file with the records"),
    (b"PAR1", "a Parquet file; export it as csv for `flagflow convert`"),
    (b"Obj\x01", "an Avro file; export it as csv for `flagflow convert`"),
    (b"-----BEGIN PGP", "a PGP message; decrypt it"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xFF\xD8\xFF", "a picture (JPEG)"),
    (b"\x7FELF", "a program"),
    (b"MZ\x90\0", "a program"),
];

pub(super) fn describe(head: &[u8]) -> Option<Looks> {
    if let Some(looks) = zip(head) {
        return Some(looks);
    }
    if let Some((_, name)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(Looks::new(name));
    }
    if head.get(257..262) == Some(b"ustar") {
        return Some(Looks::new("a tar archive; unpack it"));
    }
    wide(head).or_else(|| ebcdic(head)).or_else(|| zeros(head))
}

/// Names a zip archive, and the kind of document by the names of its first files.
pub(super) fn zip(head: &[u8]) -> Option<Looks> {
    let parts: [&[u8]; 3] = [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"];
    if !parts.iter().any(|part| head.starts_with(part)) {
        return None;
    }
    // behind the signature of an entry: 26 bytes of numbers, then the entry's name
    let has = |folder: &[u8]| {
        let names = head.windows(30 + folder.len()).filter(|entry| entry.starts_with(parts[0]));
        names.into_iter().any(|entry| entry.ends_with(folder))
    };
    let document = b"application/vnd.oasis.opendocument";
    Some(Looks::new(if has(b"xl/") {
        "an Excel workbook (xlsx); save its sheet as csv for `flagflow convert`"
    } else if has(b"word/") {
        "a Word document (docx); save it as plain text"
    } else if has(b"[Content_Types].xml") {
        "an Office document (xlsx, docx); save it as csv or plain text"
    } else if head.windows(document.len()).any(|text| text == document) {
        "an OpenDocument file (ods, odt); save it as csv or plain text"
    } else {
        "a zip archive; unpack it"
    }))
}

/// Names text with two or four bytes per character, by its byte-order mark or by its zeros.
fn wide(head: &[u8]) -> Option<Looks> {
    let marks: [(&[u8], bool); 4] = [
        (b"\xFF\xFE\0\0", true),
        (b"\0\0\xFE\xFF", true),
        (b"\xFF\xFE", false),
        (b"\xFE\xFF", false),
    ];
    let by_mark = marks.iter().find(|(mark, _)| head.starts_with(mark)).map(|(_, four)| *four);
    let four = by_mark.or_else(|| {
        let fits = |width, place| is_wide(head, width, place);
        if fits(4, 0) || fits(4, 3) {
            return Some(true);
        }
        (fits(2, 0) || fits(2, 1)).then_some(false)
    })?;
    Some(Looks::new(match four {
        true => "UTF-32 text; save it as ASCII",
        false => "UTF-16 text (Unicode); save it as ASCII",
    }))
}

/// Returns true if the first characters have one byte of ASCII at a place, and zeros around it.
fn is_wide(head: &[u8], width: usize, place: usize) -> bool {
    let mut characters = head.chunks_exact(width).take(16).peekable();
    characters.peek().is_some()
        && head.len() >= 4
        && characters.all(|bytes| {
            bytes.iter().enumerate().all(|(at, byte)| match at == place {
                true => matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~'),
                false => *byte == 0,
            })
        })
}

/// Names EBCDIC text of mainframes: its records begin with capitals, and hardly any of its
/// bytes is printable ASCII.
fn ebcdic(head: &[u8]) -> Option<Looks> {
    let head = &head[..head.len().min(256)];
    let is_capital = |byte: &u8| matches!(byte, 0xC1..=0xC9 | 0xD1..=0xD9 | 0xE2..=0xE9);
    let is_text = |byte: &&u8| is_capital(byte) || matches!(byte, 0xF0..=0xF9 | 0x40);
    let begins =
        head.iter().take(3).all(|byte| is_text(&byte)) && head.first().is_some_and(is_capital);
    let text = head.iter().filter(is_text).count();
    (begins && head.len() >= 3 && text * 4 >= head.len() * 3)
        .then(|| Looks::new("EBCDIC text; transfer it as text, so that it arrives as ASCII"))
}

fn zeros(head: &[u8]) -> Option<Looks> {
    (!head.is_empty() && head.iter().take(16).all(|byte| *byte == 0))
        .then(|| Looks::new("zero bytes (NUL): the file was not written, or was padded"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(head: &[u8]) -> String {
        describe(head).map(|looks| looks.to_string()).unwrap_or_default()
    }

    #[test]
    fn text_of_more_than_a_byte_a_character_is_named() {
        let text = "E451234567810A20240603";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let four: Vec<u8> = text.chars().flat_map(|c| (c as u32).to_le_bytes()).collect();
        let four_big: Vec<u8> = text.chars().flat_map(|c| (c as u32).to_be_bytes()).collect();
        for (bytes, marks, expected) in [
            (&little, &b"\xFF\xFE"[..], "UTF-16"),
            (&big, b"\xFE\xFF", "UTF-16"),
            (&four, b"\xFF\xFE\0\0", "UTF-32"),
            (&four_big, b"\0\0\xFE\xFF", "UTF-32"),
        ] {
            assert!(name(bytes).starts_with(expected), "{expected} {bytes:?}");
            assert!(name(&[marks, bytes].concat()).starts_with(expected), "{expected}");
            // cut inside a character, as a line is
            assert!(name(&bytes[..bytes.len() - 1]).starts_with(expected), "{expected}");
        }
    }

    #[test]
    fn archives_and_documents_are_named() {
        let entry = |name: &str| {
            let mut bytes = b"PK\x03\x04".to_vec();
            bytes.extend_from_slice(&[0; 26]);
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(b"some content");
            bytes
        };
        let types = entry("[Content_Types].xml");
        for (head, expected) in [
            (entry("u.dxi"), "a zip archive"),
            (b"PK\x05\x06".to_vec(), "a zip archive"),
            (types.clone(), "an Office document"),
            ([types.clone(), entry("xl/workbook.xml")].concat(), "an Excel workbook (xlsx)"),
            ([types, entry("word/document.xml")].concat(), "a Word document (docx)"),
            (entry("mimetypeapplication/vnd.oasis.opendocument.spreadsheet"), "an OpenDocument"),
            (b"\x1F\x8B\x08\0".to_vec(), "data compressed with gzip, twice"),
            (b"BZh91AY&SY".to_vec(), "data compressed with bzip2"),
            (b"\xFD7zXZ\0\0".to_vec(), "data compressed with xz"),
            (b"\x28\xB5\x2F\xFD\x04".to_vec(), "data compressed with zstd"),
            (b"7z\xBC\xAF\x27\x1C\0".to_vec(), "a 7z archive"),
            (b"%PDF-1.7".to_vec(), "a PDF"),
            ([&[b'x'; 257][..], b"ustar\0"].concat(), "a tar archive"),
            (vec![0; 512], "zero bytes"),
        ] {
            assert!(name(&head).starts_with(expected), "{expected}: {}", name(&head));
        }
    }

    #[test]
    fn ebcdic_is_named() {
        // A00, E45 and ZHV with an item
        for head in [
            &b"\xC1\xF0\xF0\xF0\xF0\xF0\xF0\xF0\xF0\xF0\xF0\xF4\xF2\xC4\xE7\xC9"[..],
            b"\xC5\xF4\xF5\xF1\xF2\xF3\xF4\xF5\xF6\xF7\xF8\xF1\xF0\xC1",
            b"\xE9\xC8\xE5\x4F\xF0\xF0\xF0\xF0\xF0\xF0\xF0\xF0\xF7\x4F\xC4\xF0",
        ] {
            assert!(name(head).starts_with("EBCDIC"), "{head:?}");
        }
        for head in [&b"\xC3\xA9\xC3\xA9"[..], b"E45", b"\xE2\x80\x9CE45\xE2\x80\x9D", b""] {
            assert_eq!(name(head), "", "{head:?}");
        }
    }
}
