//! Content that is ASCII text of another kind: pages, tables, other separators and line endings.

use flagflow_electricity::Field as Item;
use flagflow_gas::Field;

use super::Looks;

/// The Base64 form of the known codes: `A00`, `E45`, `E46`, `ZHV`, `ZHF`.
const BASE64: [&[u8]; 5] = [b"QTAw", b"RTQ1", b"RTQ2", b"WkhW", b"WkhG"];

/// The codes that a file may begin with.
const CODES: [&[u8]; 5] = [b"A00", b"E45", b"E46", b"ZHV", b"ZHF"];

pub(super) fn describe(head: &[u8]) -> Option<Looks> {
    let head = start(head);
    let text = head.trim_ascii_start();
    let begins =
        |tag: &[u8]| text.get(..tag.len()).is_some_and(|own| own.eq_ignore_ascii_case(tag));
    if begins(b"<!doctype html") || begins(b"<html") {
        return Some(Looks::new("an HTML page; perhaps an error page was saved as the file"));
    }
    if begins(b"<?xml") || matches!(text, [b'<', b'a'..=b'z' | b'A'..=b'Z' | b'!', ..]) {
        return Some(Looks::new("XML"));
    }
    if matches!(text.first(), Some(b'{' | b'[')) {
        return Some(Looks::new("JSON; `flagflow convert` reads one object a line"));
    }
    if BASE64.iter().any(|begin| text.starts_with(begin)) {
        return Some(Looks::new("Base64 text; decode it"));
    }
    quotes(text).or_else(|| codes(head, text)).or_else(|| table(text)).or_else(|| pipes(text))
}

/// Strips a byte-order mark and empty lines.
fn start(mut head: &[u8]) -> &[u8] {
    loop {
        head = match head {
            [0xEF, 0xBB, 0xBF, rest @ ..] | [b'\r' | b'\n', rest @ ..] => rest,
            _ => return head,
        };
    }
}

fn quotes(text: &[u8]) -> Option<Looks> {
    // of Unicode, and of Windows-1252
    let curly: [&[u8]; 6] =
        [b"\xE2\x80\x9C", b"\xE2\x80\x9D", b"\xE2\x80\x98", b"\xE2\x80\x99", b"\x93", b"\x94"];
    if curly.iter().any(|quote| text.starts_with(quote)) {
        return Some(Looks::new("text in curly quotes; write plain double quotes"));
    }
    matches!(text, [b'\'' | b'`', ..])
        .then(|| Looks::new("text in single quotes; uklink has double quotes"))
}

/// Names a first code that is not written correctly.
fn codes(head: &[u8], text: &[u8]) -> Option<Looks> {
    let code = text.get(..3)?;
    let upper = code.to_ascii_uppercase();
    let is_code = CODES.contains(&upper.as_slice());
    if is_code && upper != code {
        return Some(Looks::new("text in lower case; the codes are in capitals"));
    }
    if is_code && text.len() < head.len() {
        return Some(Looks::new(
            "an indented file; the code of a line must be at its beginning, without spaces",
        ));
    }
    let kind = match code {
        b"Z99" | b"ZPT" => "trailer",
        b"S72" => "rejection reason",
        _ => return other_header(code, text.get(3..)?),
    };
    let code = String::from_utf8_lossy(code);
    Some(format!("a file that begins with a {kind} ({code}); its first lines are missing").into())
}

/// Names the header of a user file with another code or other separators.
fn other_header(code: &[u8], rest: &[u8]) -> Option<Looks> {
    if !matches!(code, [b'Z', b'A'..=b'Z', b'A'..=b'Z']) {
        return None;
    }
    let separator = separator(rest)?;
    let code = String::from_utf8_lossy(code);
    Some(match (&*code, separator) {
        ("ZHV", "pipes") => return None,
        ("ZHV", separator) => {
            format!("a user file (ZHV) whose items are separated by {separator}; zhv has pipes (|)")
        }
        (_, "pipes") => format!(
            "a user file of another format ({code}); flagflow reads those that begin with ZHV| or ZHF"
        ),
        (_, separator) => format!(
            "a user file of another format ({code}), its items separated by {separator}; flagflow \
             reads those that begin with ZHV| or ZHF"
        ),
    }
    .into())
}

/// Names the separator that text begins with.
pub(super) fn separator(text: &[u8]) -> Option<&'static str> {
    Some(match text {
        [b';', ..] => "semicolons",
        [b'\t', ..] => "tabs",
        [b',', ..] => "commas",
        [b'|', ..] => "pipes",
        [b' ', ..] => "spaces",
        [b':', ..] => "colons",
        [b'~', ..] => "tildes",
        [b'^', ..] => "carets",
        // I with diaeresis, in Latin-1 and UTF-8
        [0xCF, ..] => "the character \\xCF",
        [0xC3, 0x8F, ..] => "the character \\xC3\\x8F",
        [0xA6, ..] | [0xC2, 0xA6, ..] => "broken bars (\\xA6)",
        [0x1C..=0x1F, ..] => "control characters",
        _ => return None,
    })
}

/// Names a table by its first row.
fn table(text: &[u8]) -> Option<Looks> {
    let (row, by_cr) = row(text);
    let (mark, names) = columns(row);
    let separator = mark.and_then(|mark| separator(&[mark]));
    let ends = if by_cr { "; its lines end with CR alone, save it with LF or CRLF" } else { "" };
    let (what, makes) = match names {
        true => ("a table with column names", "`flagflow convert` makes a file of it"),
        false => ("a table", "`flagflow convert` makes a file of a table that names its columns"),
    };
    Some(match separator {
        Some("commas") if !by_cr => {
            format!("{what}; {makes}").into()
        }
        Some("commas") => format!("{what}{ends}, and {makes}").into(),
        Some(separator) => format!(
            "{what} whose first row is separated by {separator}{ends}; save it with commas, and {makes}"
        )
        .into(),
        None if names => format!("{what}, and one column alone{ends}").into(),
        None if by_cr => Looks::new("text whose lines end with CR alone; save it with LF or CRLF"),
        None => return None,
    })
}

/// Returns the first line, and true if a single CR ends the line.
fn row(text: &[u8]) -> (&[u8], bool) {
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match line.iter().position(|byte| *byte == b'\r') {
        Some(end) => (&line[..end], true),
        None => (line, false),
    }
}

/// Returns the separator of a row, if the row has it at least twice or between names of columns,
/// and true if there are such names.
fn columns(row: &[u8]) -> (Option<u8>, bool) {
    let count = |mark: u8| row.iter().filter(|byte| **byte == mark).count();
    let marks = [b',', b';', b'\t', b'|'];
    let most = marks.into_iter().rev().max_by_key(|mark| count(*mark)).filter(|it| count(*it) > 0);
    let has_names = |mark: u8| row.split(move |byte| *byte == mark).any(is_column);
    let names = most.map_or_else(|| is_column(row), has_names);
    // a pipe separates the items of groups too, which are no table
    let is_table = |mark: &u8| names || (count(*mark) > 1 && *mark != b'|');
    (most.filter(is_table), names)
}

/// Returns true if a cell is the name of a column that `flagflow convert` reads, or similar to such
/// a name.
pub(super) fn is_column(cell: &[u8]) -> bool {
    let cell = cell.to_ascii_lowercase();
    let letters = |text: &[u8]| -> Vec<u8> {
        text.iter().copied().filter(u8::is_ascii_alphanumeric).collect()
    };
    let near = letters(&cell);
    let names = [
        Field::MeterPointReference.name(),
        Field::DccServiceFlag.name(),
        Field::DccServiceEffectiveFromDate.name(),
        Field::TransactionType.name(),
        Item::MpanCore.name(),
        Item::EffectiveFromDate.name(),
        "mprn",
        "mpan",
    ];
    names.iter().any(|name| letters(name.as_bytes()) == near)
}

/// Names lines of items without the header of a user file.
fn pipes(text: &[u8]) -> Option<Looks> {
    let (line, _) = row(text);
    let code = line.split(|byte| *byte == b'|').next().filter(|code| code.len() < line.len())?;
    let is_code = code.len() == 3 && code.iter().all(u8::is_ascii_alphanumeric);
    is_code.then(|| {
        let code = String::from_utf8_lossy(code);
        format!("lines of items separated by pipes ({code}|) without the header ZHV").into()
    })
}

/// Names the separator or the line ending of a table that cannot be read: its first row has names
/// of columns that are not separated by commas, or its lines end with a single CR.
///
/// ```
/// use flagflow_check::sniff::table_fault;
///
/// let fault = table_fault(b"meter_point_reference;dcc_service_flag").unwrap();
/// assert_eq!(fault.to_string(), "the first row is separated by semicolons; save it with commas");
/// assert_eq!(table_fault(b"meter_point_reference,dcc_service_flag"), None);
/// ```
#[must_use]
pub fn table_fault(first_row: &[u8]) -> Option<Looks> {
    let (row, by_cr) = row(first_row);
    let (mark, names) = columns(row);
    if !names {
        return None;
    }
    if by_cr {
        return Some(Looks::new(
            "the lines of the table end with CR alone; save it with LF or CRLF",
        ));
    }
    let separator = mark.filter(|mark| *mark != b',').and_then(|mark| separator(&[mark]))?;
    Some(format!("the first row is separated by {separator}; save it with commas").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(head: &[u8]) -> String {
        describe(head).map(|looks| looks.to_string()).unwrap_or_default()
    }

    #[test]
    fn text_of_other_kinds_is_named() {
        for (head, expected) in [
            ("<!DOCTYPE html><html>", "an HTML page"),
            ("\n  <HTML>", "an HTML page"),
            ("<?xml version=\"1.0\"?>", "XML"),
            ("<Flags>", "XML"),
            ("{\"a\":1}", "JSON"),
            ("[1]", "JSON"),
            ("RTQ1MTIzNDU2NzgxMEEyMDI0MDYwMw==", "Base64"),
            ("e451234567810a20240603\n", "text in lower case"),
            ("a000000000042dxi", "text in lower case"),
            ("zhv|1|", "text in lower case"),
            ("'A00',42,'DXI'", "text in single quotes"),
            ("\u{201c}E45\u{201d},1", "text in curly quotes"),
            ("  E451234567810A20240603", "an indented file"),
            ("Z990000000002", "a file that begins with a trailer (Z99)"),
            ("ZHD|1|D0350001|", "a user file of another format (ZHD)"),
            ("ZHD;1;", "a user file of another format (ZHD), its items separated by semicolons"),
            ("ZHV;1;D0350001;", "a user file (ZHV) whose items are separated by semicolons"),
            ("82H|1|DC01|", "lines of items separated by pipes (82H|) without the header ZHV"),
            ("a\rb\rc\r", "text whose lines end with CR alone"),
        ] {
            assert!(
                name(head.as_bytes()).starts_with(expected),
                "{head}: {}",
                name(head.as_bytes())
            );
        }
        for head in ["", "\n\n", "what is this?\n", "hello, world", "E47123", "a|b"] {
            assert_eq!(name(head.as_bytes()), "", "{head}");
        }
    }

    #[test]
    fn tables_are_named_with_their_separator() {
        let names =
            ["meter_point_reference", "dcc_service_flag", "dcc_service_effective_from_date"];
        for (mark, expected) in [
            (",", "a table with column names; `flagflow convert`"),
            (";", "a table with column names whose first row is separated by semicolons"),
            ("\t", "a table with column names whose first row is separated by tabs"),
            ("|", "a table with column names whose first row is separated by pipes"),
        ] {
            for end in ["\n", "\r\n"] {
                let head = format!("{}{end}1234567810{mark}A{mark}20240603", names.join(mark));
                assert!(name(head.as_bytes()).starts_with(expected), "{}", name(head.as_bytes()));
                let fault = table_fault(head.as_bytes()).map(|fault| fault.to_string());
                assert_eq!(fault.is_some(), mark != ",", "{fault:?}");
            }
            let head = format!("{}\r1234567810{mark}A\r", names.join(mark));
            assert!(name(head.as_bytes()).contains("CR alone"), "{}", name(head.as_bytes()));
            assert!(table_fault(head.as_bytes()).unwrap().to_string().contains("CR alone"));
        }
        assert!(name(b"Meter Point Reference,DCC Service Flag,x").contains("column names"));
        assert!(name(b"1234567810;A;20240603").starts_with("a table whose first row is separated"));
        assert!(name(b"1234567810,A,20240603").starts_with("a table; `flagflow convert`"));
        assert_eq!(table_fault(b"1234567810;A;20240603"), None);
    }
}
