//! An input that can be read twice.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use flagflow_check::{Report, escape_path};

use crate::error::{Error, Result};
use crate::input::{self, Input, OpenedFile};

/// An input that can be read twice: a file, or what cannot be read again (standard input, a pipe)
/// kept in a temporary file.
#[derive(Debug)]
pub struct Source {
    bytes: Bytes,
    name: String,
}

#[derive(Clone, Debug)]
enum Bytes {
    /// The file, with its stamp at opening if it has a name.
    File(Arc<(File, Option<OpenedFile>)>),
    Held(Arc<[u8]>),
    Other(Arc<dyn ReadAt>),
}

/// Bytes outside the file system, readable at any offset.
pub trait ReadAt: fmt::Debug + Send + Sync {
    /// Reads at an offset; 0 bytes at the end.
    ///
    /// # Errors
    ///
    /// Any error of the bytes.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Returns the number of bytes.
    fn size(&self) -> u64;
}

impl Source {
    /// Opens a path, or standard input for `-`. The same file is read both times. A file that is
    /// modified, truncated or replaced meanwhile gives an error at its end.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) if the file does not exist or cannot be read,
    /// [`ErrorKind::Output`](crate::ErrorKind::Output) if a temporary file fails.
    pub fn open(path: &Path) -> Result<Self> {
        if input::is_standard(path) {
            return Self::from_reader(io::stdin().lock(), "standard input");
        }
        let name = escape_path(path);
        let unreadable = |cause| Error::input(format!("{name}: cannot be read"), cause);
        let file = File::open(path).map_err(unreadable)?;
        match OpenedFile::of(path, &file).map_err(unreadable)? {
            Some(opened) => Ok(Self { bytes: Bytes::File(Arc::new((file, Some(opened)))), name }),
            None => Self::from_reader(file, &name),
        }
    }

    /// Uses an open file; `name` is used in errors. Changes of the file are not noticed.
    #[must_use]
    pub fn from_file(file: File, name: &str) -> Self {
        Self { bytes: Bytes::File(Arc::new((file, None))), name: name.to_owned() }
    }

    /// Copies a reader to a temporary file; `name` is used in errors.
    ///
    /// # Errors
    ///
    /// As [`Source::open`].
    pub fn from_reader(mut reader: impl Read, name: &str) -> Result<Self> {
        let failed = |cause| Error::output("a temporary file failed", cause);
        let mut file = tempfile::tempfile().map_err(failed)?;
        let mut buffer = vec![0; input::BUFFER];
        loop {
            let read = match reader.read(&mut buffer) {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(cause) => return Err(Error::input(format!("{name}: cannot be read"), cause)),
            };
            if read == 0 {
                return Ok(Self::from_file(file, name));
            }
            io::Write::write_all(&mut file, &buffer[..read]).map_err(failed)?;
        }
    }

    /// Bytes in memory.
    #[must_use]
    pub fn from_bytes(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self { bytes: Bytes::Held(bytes.into()), name: "the input".to_owned() }
    }

    /// Bytes outside the file system; `name` is used in errors.
    #[must_use]
    pub fn from_bytes_at(bytes: impl ReadAt + 'static, name: &str) -> Self {
        Self { bytes: Bytes::Other(Arc::new(bytes)), name: name.to_owned() }
    }

    /// Reads it from its first byte, decompressed where it is compressed. Several readers may be in
    /// use at once; each has a place of its own.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) when its first bytes cannot be read.
    pub fn read(&self) -> Result<Input> {
        input::from_reader(self.reader_at(0), &self.name)
    }

    /// Reads it from its first byte as it is, compressed or not.
    #[must_use]
    pub fn read_as_it_is(&self) -> Input {
        Box::new(BufReader::with_capacity(input::BUFFER, self.reader_at(0)))
    }

    /// Reads it from its first byte, through something that watches how far it has come.
    ///
    /// # Errors
    ///
    /// As [`Source::read`].
    pub fn read_watched<R: Read + Send + 'static>(
        &self,
        watch: impl FnOnce(SourceReader) -> R,
    ) -> Result<Input> {
        input::from_reader(watch(self.reader_at(0)), &self.name)
    }

    /// Returns an error if the source has changed since it was opened; to be called before
    /// publishing results made of it. Sources other than files never change.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) if the file was modified, truncated, replaced
    /// or removed.
    pub fn expect_unchanged(&self) -> Result<()> {
        let Bytes::File(held) = &self.bytes else { return Ok(()) };
        let (file, opened) = held.as_ref();
        let Some(opened) = opened else { return Ok(()) };
        let unchanged = opened.expect_unchanged(file, opened.length());
        unchanged.map_err(|cause| Error::input(format!("{}: cannot be read", self.name), cause))
    }

    /// Returns the number of stored bytes, compressed or not, if the system provides it.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        match &self.bytes {
            Bytes::Held(bytes) => Some(bytes.len() as u64),
            Bytes::Other(bytes) => Some(bytes.size()),
            Bytes::File(file) => file.0.metadata().ok().map(|data| data.len()),
        }
    }

    /// Reads from an offset on; a compressed input is read from its first byte. The reader decides
    /// how far.
    ///
    /// # Errors
    ///
    /// As [`Source::read`].
    pub fn read_from(&self, offset: u64) -> Result<Input> {
        if offset == 0 || self.is_compressed()? {
            let mut input = self.read()?;
            io::copy(&mut input.by_ref().take(offset), &mut io::sink()).map_err(Error::reading)?;
            return Ok(input);
        }
        // a byte in the midst of a file may look like the beginning of a compressed one
        Ok(Box::new(BufReader::with_capacity(input::BUFFER, self.reader_at(offset))))
    }

    /// Shows the lines of findings that only the end of the input brought to light; see
    /// [`Report::show_again`]. A compressed input is not read again for that, and what cannot be
    /// read stays as it is.
    pub fn show_again(&self, report: &mut Report) {
        if report.lacks_excerpts() && self.is_compressed().is_ok_and(|compressed| !compressed) {
            // a finding without its line is still a finding
            let _ = report.show_again(|offset| Ok(self.reader_at(offset)));
        }
    }

    /// Reads the regular file of a path again to complete the excerpts of a report; standard input
    /// and pipes are not read again.
    pub fn show_file_again(path: &Path, report: &mut Report) {
        let is_again = report.lacks_excerpts() && !input::is_standard(path) && path.is_file();
        if is_again && let Ok(source) = Self::open(path) {
            source.show_again(report);
        }
    }

    /// Returns true if the source is compressed.
    ///
    /// # Errors
    ///
    /// As [`Source::read`].
    pub fn is_compressed(&self) -> Result<bool> {
        input::is_compressed(&mut self.reader_at(0))
            .map_err(|cause| Error::input(format!("{}: cannot be read", self.name), cause))
    }

    fn reader_at(&self, offset: u64) -> SourceReader {
        SourceReader { bytes: self.bytes.clone(), offset }
    }
}

/// Reads a [`Source`] from a place of its own.
#[derive(Debug)]
pub struct SourceReader {
    bytes: Bytes,
    offset: u64,
}

impl Read for SourceReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &self.bytes {
            Bytes::File(held) => {
                let (file, opened) = held.as_ref();
                let read = read_at(file, buffer, self.offset)?;
                if let Some(opened) = opened.as_ref().filter(|_| read == 0 && !buffer.is_empty()) {
                    opened.expect_unchanged(file, self.offset)?;
                }
                read
            }
            Bytes::Held(bytes) => {
                let start = usize::try_from(self.offset).unwrap_or(usize::MAX).min(bytes.len());
                (&bytes[start..]).read(buffer)?
            }
            Bytes::Other(bytes) => bytes.read_at(buffer, self.offset)?,
        };
        self.offset += read as u64;
        Ok(read)
    }
}

/// Reads at an offset, independent of the file's cursor, which all its handles share.
#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

/// Fails, because there are no files.
#[cfg(not(any(unix, windows)))]
fn read_at(_file: &File, _buffer: &mut [u8], _offset: u64) -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[derive(Debug)]
    struct Elsewhere(Vec<u8>);

    impl ReadAt for Elsewhere {
        fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
            self.0.get(usize::try_from(offset).unwrap()..).unwrap_or_default().read(buffer)
        }

        fn size(&self) -> u64 {
            self.0.len() as u64
        }
    }

    fn sources(bytes: &[u8]) -> [Source; 3] {
        [
            Source::from_reader(bytes, "it").unwrap(),
            Source::from_bytes(bytes),
            Source::from_bytes_at(Elsewhere(bytes.to_vec()), "it"),
        ]
    }

    #[test]
    fn readers_have_places_of_their_own() {
        for source in sources(b"0123456789") {
            let (mut one, mut other) = (source.read().unwrap(), source.read_from(4).unwrap());
            let (mut first, mut second) = ([0; 3], [0; 3]);
            one.read_exact(&mut first).unwrap();
            other.read_exact(&mut second).unwrap();
            assert_eq!((&first, &second), (b"012", b"456"));
            one.read_exact(&mut first).unwrap();
            assert_eq!((&first, source.size()), (b"345", Some(10)));
            assert_eq!(source.read_from(99).unwrap().read(&mut first).unwrap(), 0);
        }
    }

    #[test]
    fn what_is_made_of_a_file_that_changed_is_not_published() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "one").unwrap();
        let source = Source::open(&path).unwrap();
        source.expect_unchanged().unwrap();
        std::fs::write(&path, "one more").unwrap();
        let error = source.expect_unchanged().unwrap_err();
        assert_eq!(error.io_error().unwrap().to_string(), input::CHANGED);
        for source in sources(b"held") {
            source.expect_unchanged().unwrap();
        }
    }

    #[test]
    fn a_place_in_a_compressed_source_is_one_of_its_text() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(b"0123456789").unwrap();
        for source in sources(&gzip.finish().unwrap()) {
            let mut text = String::new();
            source.read_from(7).unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, "789");
        }
    }

    #[test]
    fn bytes_within_a_file_are_never_taken_as_compressed() {
        for source in sources(b"x\x1F\x8By") {
            let mut rest = Vec::new();
            source.read_from(1).unwrap().read_to_end(&mut rest).unwrap();
            assert_eq!(rest, b"\x1F\x8By");
        }
    }
}
