//! Reads the file in a zip archive.
//!
//! The directory of an archive is at its end, so the archive is first copied to a temporary file,
//! as it is: pipes work like files. Its file is then decompressed while it is read.

use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};

use ::zip::result::ZipError;
use ::zip::{CompressionMethod, ZipArchive};
use flagflow_check::escape;
use flate2::Crc;
use flate2::bufread::DeflateDecoder;
use tempfile::SpooledTempFile;

use super::BUFFER;

/// First bytes of an archive: of its first file, or of the directory of an empty archive.
pub(super) const MAGIC: [[u8; 4]; 2] = [*b"PK\x03\x04", *b"PK\x05\x06"];

/// The longest archive that is kept in memory instead of a temporary file.
const IN_MEMORY: usize = 1 << 20;

/// The most bytes that are read to find the file: a directory of some 10,000 files.
const LONGEST_DIRECTORY: u64 = 1 << 20;

/// An archive.
pub(super) enum Archive {
    /// The file in it.
    File(ArchivedFile),
    /// An archive that is a document, such as a workbook, as it is.
    Document(SpooledTempFile),
}

impl Archive {
    /// Reads an archive whose first bytes are already taken from `rest`.
    pub(super) fn open(begin: &[u8], rest: &mut impl Read) -> io::Result<Self> {
        let mut spool = tempfile::spooled_tempfile(IN_MEMORY);
        let failed =
            |error: io::Error| io::Error::other(format!("a temporary file failed: {error}"));
        spool.write_all(begin).map_err(failed)?;
        let mut buffer = vec![0; BUFFER];
        loop {
            match rest.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => spool.write_all(&buffer[..read]).map_err(failed)?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Self::find(LimitedReader { inner: spool, left: LONGEST_DIRECTORY })
    }

    fn find(reader: LimitedReader) -> io::Result<Self> {
        let archive = ZipArchive::new(reader).map_err(unreadable)?;
        let mut files = Vec::new();
        for index in 0..archive.len() {
            let entry = archive.by_index_data(index).map_err(unreadable)?;
            let name = entry.name_raw();
            if matches!(name, b"[Content_Types].xml" | b"mimetype") {
                let mut spool = archive.into_inner().inner;
                spool.rewind()?;
                return Ok(Self::Document(spool));
            }
            // folders, and what macOS adds to each file
            if !entry.is_dir() && !name.starts_with(b"__MACOSX/") {
                files.push(index);
            }
        }
        match files[..] {
            [] => Err(broken("there is no file in it")),
            [index] => ArchivedFile::open(archive, index).map(Self::File),
            _ => {
                let first = archive.by_index_data(files[0]).map_err(unreadable)?;
                let (number, first) = (files.len(), escape(first.name_raw()));
                let what = format!("{number} files are in it, such as {first}; unpack it");
                Err(broken(&what))
            }
        }
    }
}

/// The file in an archive.
pub(super) struct ArchivedFile {
    data: ArchivedData,
    sum: Crc,
    expected_sum: u32,
    /// Bytes that are still to come.
    left: u64,
}

enum ArchivedData {
    Stored(io::Take<SpooledTempFile>),
    Deflated(Box<DeflateDecoder<BufReader<io::Take<SpooledTempFile>>>>),
}

impl ArchivedFile {
    fn open(mut archive: ZipArchive<LimitedReader>, index: usize) -> io::Result<Self> {
        let file = archive.by_index_raw(index).map_err(unreadable)?;
        if file.encrypted() {
            return Err(broken("its file is encrypted; decrypt it"));
        }
        let (method, length) = (file.compression(), file.compressed_size());
        let (left, expected_sum) = (file.size(), file.crc32());
        let start = file.data_start().ok_or_else(|| broken("its file has no data"))?;
        drop(file);
        let mut spool = archive.into_inner().inner;
        spool.seek(SeekFrom::Start(start))?;
        let data = spool.take(length);
        let data = match method {
            CompressionMethod::Stored => ArchivedData::Stored(data),
            CompressionMethod::Deflated => {
                let data = BufReader::with_capacity(BUFFER, data);
                ArchivedData::Deflated(Box::new(DeflateDecoder::new(data)))
            }
            other => {
                let what = format!("its file is compressed by {other}, not deflate; unpack it");
                return Err(broken(&what));
            }
        };
        Ok(Self { data, sum: Crc::new(), expected_sum, left })
    }

    /// Compares the file with the directory at its end.
    fn end(&self) -> io::Result<usize> {
        if self.left > 0 {
            return Err(broken("its file is shorter than its directory says"));
        }
        if self.sum.sum() != self.expected_sum {
            return Err(broken("the checksum of its file is wrong"));
        }
        Ok(0)
    }
}

impl Read for ArchivedFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.data {
            ArchivedData::Stored(data) => data.read(buffer)?,
            ArchivedData::Deflated(data) => data.read(buffer)?,
        };
        if read == 0 && !buffer.is_empty() {
            return self.end();
        }
        let too_long = || broken("its file is longer than its directory says");
        self.left = self.left.checked_sub(read as u64).ok_or_else(too_long)?;
        self.sum.update(&buffer[..read]);
        Ok(read)
    }
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("a zip archive: {what}"))
}

fn unreadable(error: ZipError) -> io::Error {
    match error {
        // of the temporary file, or the limit
        ZipError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => error,
        error => broken(&format!("it cannot be unpacked: {error}")),
    }
}

/// An archive of which only a limited number of bytes may be read.
struct LimitedReader {
    inner: SpooledTempFile,
    left: u64,
}

impl Read for LimitedReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if most == 0 && !buffer.is_empty() {
            return Err(broken("its directory is missing or longer than 1 MiB"));
        }
        let read = self.inner.read(&mut buffer[..most])?;
        self.left -= read as u64;
        Ok(read)
    }
}

impl Seek for LimitedReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use ::zip::ZipWriter;
    use ::zip::write::SimpleFileOptions;

    use super::*;

    /// Returns an archive of files, stored or compressed.
    pub(crate) fn zip(files: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
        let mut writer = ZipWriter::new(io::Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(method);
        for (name, bytes) in files {
            match name.strip_suffix('/') {
                Some(folder) => writer.add_directory(folder, options).unwrap(),
                None => {
                    writer.start_file(*name, options).unwrap();
                    writer.write_all(bytes).unwrap();
                }
            }
        }
        writer.finish().unwrap().into_inner()
    }

    fn read(bytes: &[u8]) -> Result<Vec<u8>, String> {
        let opened =
            Archive::open(&bytes[..4.min(bytes.len())], &mut bytes.get(4..).unwrap_or(b""));
        let mut all = Vec::new();
        let done = opened.and_then(|archive| match archive {
            Archive::File(mut file) => file.read_to_end(&mut all),
            Archive::Document(mut document) => document.read_to_end(&mut all),
        });
        done.map(|_| all).map_err(|error| {
            // the decompressor has two kinds of its own
            use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
            let of_the_file = matches!(error.kind(), InvalidData | InvalidInput | UnexpectedEof);
            assert!(of_the_file, "{error}");
            error.to_string()
        })
    }

    const METHODS: [CompressionMethod; 2] =
        [CompressionMethod::Stored, CompressionMethod::Deflated];

    #[test]
    fn the_one_file_is_read() {
        // one in memory, and one in a temporary file
        for text in [b"one\n".repeat(9), b"one\ntwo\n".repeat(400_000)] {
            for method in METHODS {
                assert!(read(&zip(&[("a.txt", &text)], method)).unwrap() == text);
                let more: [(&str, &[u8]); 4] = [
                    ("folder/", b""),
                    ("folder/a.txt", &text),
                    ("__MACOSX/folder/", b""),
                    ("__MACOSX/folder/._a.txt", b"x"),
                ];
                assert!(read(&zip(&more, method)).unwrap() == text);
            }
        }
        assert_eq!(read(&zip(&[("a", b"")], METHODS[0])).unwrap(), b"");
    }

    #[test]
    fn an_archive_without_a_file_or_with_several_is_an_error() {
        for (files, what) in [
            (&[][..], "there is no file in it"),
            (&[("a/", &b""[..])], "there is no file in it"),
            (&[("a", b"1"), ("b", b"2")], "2 files are in it, such as a; unpack it"),
        ] {
            let error = read(&zip(files, METHODS[1])).unwrap_err();
            assert!(error.ends_with(what), "{error}");
        }
    }

    #[test]
    fn a_document_is_read_as_it_is() {
        for name in ["[Content_Types].xml", "mimetype"] {
            let workbook = zip(&[(name, b"x"), ("xl/workbook.xml", b"y")], METHODS[1]);
            assert_eq!(read(&workbook).unwrap(), workbook);
        }
    }

    #[test]
    fn a_broken_archive_is_an_error() {
        let text = b"one\ntwo\n".repeat(30);
        for method in METHODS {
            let archive = zip(&[("a", &text)], method);
            for length in 0..archive.len() {
                assert!(read(&archive[..length]).is_err(), "{length}");
            }
            // any other byte gives an error, or the same text: nothing else passes
            for at in 4..archive.len() {
                let mut other = archive.clone();
                other[at] ^= 0x10;
                assert!(read(&other).map_or(true, |read| read == text), "{at}");
            }
        }
    }

    #[test]
    fn encryption_and_other_methods_are_errors() {
        let archive = zip(&[("a", b"one\n")], METHODS[0]);
        let directory = archive.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
        for (offsets, value, what) in
            [([6, directory + 8], 1, "encrypted"), ([8, directory + 10], 12, "not deflate")]
        {
            let mut other = archive.clone();
            offsets.iter().for_each(|offset| other[*offset] = value);
            let error = read(&other).unwrap_err();
            assert!(error.contains(what), "{error}");
        }
    }

    #[test]
    fn a_long_directory_and_a_missing_one_are_errors() {
        let names: Vec<_> = (0..20_000).map(|number| format!("{number:040}")).collect();
        let files: Vec<_> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
        let error = read(&zip(&files, METHODS[0])).unwrap_err();
        assert!(error.contains("longer than 1 MiB"), "{error}");
        let missing = [&b"PK\x03\x04"[..], &[0; 5 << 20]].concat();
        let error = read(&missing).unwrap_err();
        assert!(error.starts_with("a zip archive: it cannot be unpacked"), "{error}");
    }
}
