//! Opens what is to be read: a path or standard input, compressed or not.

mod gzip;
#[cfg(any(unix, windows))]
mod zip;
mod zstd;

use std::fs::{self, File, Metadata};
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

use flagflow_check::{Sender, escape_path};

#[cfg(any(unix, windows))]
use crate::error::ErrorKind;
pub use crate::error::InputError;
use crate::error::{Error, Result};
use crate::head::InputHead;
use crate::stamp::Stamp;

/// Number of bytes read at once. Reading twice as many was measured to take three times as long.
pub const BUFFER: usize = 64 * 1024;

/// The path that means standard input, and standard output where something is written.
pub const STANDARD: &str = "-";

/// An opened input.
pub type Input = Box<dyn BufRead + Send>;

/// Returns true if a path means standard input or output.
#[must_use]
pub fn is_standard(path: &Path) -> bool {
    path.as_os_str() == STANDARD
}

/// Opens a path, or standard input for `-`. Input that begins as gzip, zstd or zip is decompressed,
/// whatever its name: gzip member by member, zstd frame by frame. Zero bytes after the last member
/// are padding; anything else there is an error. A zip archive must have one file, and is first
/// copied to a temporary file; a document in the form of an archive, such as a workbook, is read
/// as it is. On systems other than Unix and Windows archives are not decompressed.
///
/// Errors while reading name the path too. A file that is modified, truncated or replaced before
/// its end is read gives an error at its end; for standard input, pipes and devices this cannot be
/// detected.
///
/// # Errors
///
/// [`ErrorKind::Input`] if the file does not exist or cannot be read.
pub fn open(path: &Path) -> Result<Input> {
    open_watched(path, |reader, _| reader)
}

/// Opens a path as [`open`] does, and reads it through a wrapper that follows the progress. The
/// wrapper gets the length of the file, if known.
///
/// # Errors
///
/// As [`open`].
pub fn open_watched<R: Read + Send + 'static>(
    path: &Path,
    watch: impl FnOnce(Box<dyn Read + Send>, Option<u64>) -> R,
) -> Result<Input> {
    if is_standard(path) {
        return from_reader(watch(Box::new(io::stdin()), None), "standard input");
    }
    let name = escape_path(path);
    let unreadable = |cause| Error::input(cannot_read(&name), cause);
    let file = File::open(path).map_err(unreadable)?;
    let opened = OpenedFile::of(path, &file).map_err(unreadable)?;
    let length = opened.as_ref().map(OpenedFile::length);
    let reader: Box<dyn Read + Send> = match opened {
        Some(opened) => Box::new(Steady { file, opened, read: 0 }),
        None => Box::new(file),
    };
    from_reader(watch(reader, length), &name)
}

/// A regular file as it was when it was opened.
#[derive(Debug)]
pub(crate) struct OpenedFile {
    path: PathBuf,
    stamp: Stamp,
}

impl OpenedFile {
    /// `None` if the input is not a regular file.
    pub(crate) fn of(path: &Path, file: &File) -> io::Result<Option<Self>> {
        let found = file.metadata()?;
        let opened = || Self { path: path.to_owned(), stamp: Stamp::of(&found) };
        Ok(found.is_file().then(opened))
    }

    pub(crate) const fn length(&self) -> u64 {
        self.stamp.length()
    }

    /// Returns an error if the file has changed, was not read completely, or if its name now leads
    /// to another file.
    pub(crate) fn expect_unchanged(&self, file: &File, read: u64) -> io::Result<()> {
        let is_same = |found: io::Result<Metadata>| {
            found.is_ok_and(|found| Stamp::of(&found).has_same_content(&self.stamp))
        };
        // what a system makes up while it is read has no length
        let is_whole = read == self.length() || self.length() == 0;
        match is_whole && is_same(file.metadata()) && is_same(fs::metadata(&self.path)) {
            true => Ok(()),
            false => Err(io::Error::other(CHANGED)),
        }
    }
}

/// Message for a file that changed after it was opened.
pub(crate) const CHANGED: &str = "changed while it was read";

/// Reads a file from its start, and at its end makes sure that it is what it was.
struct Steady {
    file: File,
    opened: OpenedFile,
    read: u64,
}

impl Read for Steady {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.read += read as u64;
        if read == 0 && !buffer.is_empty() {
            self.opened.expect_unchanged(&self.file, self.read)?;
        }
        Ok(read)
    }
}

/// Opens a reader as [`open`] opens a path; `name` is used in errors.
///
/// # Errors
///
/// [`ErrorKind::Input`] if the first bytes cannot be read,
/// [`ErrorKind::Unrecognised`] for a zip archive without exactly one readable file.
pub fn from_reader(mut reader: impl Read + Send + 'static, name: &str) -> Result<Input> {
    let begin =
        beginning(&mut reader, MAGIC).map_err(|cause| Error::input(cannot_read(name), cause))?;
    let name = name.to_owned();
    Ok(match Compression::of(&begin) {
        Some(Compression::Gzip) => {
            boxed(NamedReader { inner: gzip::Members::new(begin, buffered(reader)), name })
        }
        Some(Compression::Zstd) => {
            boxed(NamedReader { inner: zstd::Frames::new(begin, buffered(reader)), name })
        }
        #[cfg(any(unix, windows))]
        Some(Compression::Zip) => {
            let refused = |cause: io::Error| match cause.kind() {
                // of the archive, such as several files in it
                io::ErrorKind::InvalidData => {
                    Error::new(ErrorKind::Unrecognised, format!("{name}: {cause}"))
                }
                _ => Error::input(cannot_read(&name), cause),
            };
            match zip::Archive::open(&begin, &mut reader).map_err(refused)? {
                zip::Archive::File(inner) => boxed(NamedReader { inner, name }),
                zip::Archive::Document(inner) => boxed(NamedReader { inner, name }),
            }
        }
        None => boxed(NamedReader { inner: Cursor::new(begin).chain(reader), name }),
    })
}

/// The number of first bytes that identify a compression.
const MAGIC: usize = 4;

/// A way of compressing an input.
#[derive(Clone, Copy)]
enum Compression {
    Gzip,
    Zstd,
    #[cfg(any(unix, windows))]
    Zip,
}

impl Compression {
    /// Identifies a compression by the first bytes of an input.
    fn of(begin: &[u8]) -> Option<Self> {
        #[cfg(any(unix, windows))]
        let is_zip = |begin: &[u8]| zip::MAGIC.iter().any(|magic| begin.starts_with(magic));
        let is_zstd = begin.starts_with(&zstd::MAGIC);
        let found = [
            (begin.starts_with(&gzip::MAGIC), Self::Gzip),
            (is_zstd, Self::Zstd),
            #[cfg(any(unix, windows))]
            (is_zip(begin), Self::Zip),
        ];
        found.into_iter().find(|(is_it, _)| *is_it).map(|(_, compression)| compression)
    }
}

/// Reads the first bytes of an input, fewer at its end.
fn beginning(reader: &mut impl Read, length: usize) -> io::Result<Vec<u8>> {
    let mut begin = Vec::with_capacity(length);
    reader.take(length as u64).read_to_end(&mut begin)?;
    Ok(begin)
}

/// Reads the first bytes of a reader and returns true if they are those of gzip, zstd or zip.
///
/// # Errors
///
/// Any error of the reader.
pub fn is_compressed(reader: &mut impl Read) -> io::Result<bool> {
    beginning(reader, MAGIC).map(|begin| Compression::of(&begin).is_some())
}

/// Returns the bytes that a reader has next, none at its end. Interrupted reads are repeated.
///
/// # Errors
///
/// As the reader's `fill_buf`.
pub fn fill(reader: &mut impl BufRead) -> io::Result<&[u8]> {
    while let Err(error) = reader.fill_buf() {
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
    reader.fill_buf()
}

/// Returns the sender of a file, by its header, and the input from its beginning.
///
/// # Errors
///
/// [`ErrorKind::Input`] if the beginning cannot be read.
pub fn sender(input: Input) -> Result<(Option<Sender>, Input)> {
    let (head, input) = InputHead::take(input)?;
    let sender = head.first_line().ok().and_then(|line| Sender::of(&line));
    Ok((sender, Box::new(input)))
}

fn cannot_read(name: &str) -> String {
    format!("{name}: cannot be read")
}

fn buffered<R: Read>(reader: R) -> BufReader<R> {
    BufReader::with_capacity(BUFFER, reader)
}

fn boxed(reader: impl Read + Send + 'static) -> Input {
    Box::new(buffered(reader))
}

/// A reader whose errors name the input.
struct NamedReader<R> {
    inner: R,
    name: String,
}

impl<R: Read> Read for NamedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer).map_err(|cause| match cause.kind() {
            // retried by the caller
            io::ErrorKind::Interrupted => cause,
            kind => io::Error::new(kind, InputError::new(self.name.clone(), cause)),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::gzip::tests::gzip;
    use super::*;

    fn read(bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        let mut all = Vec::new();
        from_reader(Cursor::new(bytes), "it").unwrap().read_to_end(&mut all).map(|_| all)
    }

    #[test]
    fn gzip_is_known_by_its_first_bytes() {
        let members = [gzip(b"one\n"), gzip(b"two\n")].concat();
        assert_eq!(read(members).unwrap(), b"one\ntwo\n");
        for plain in [&b""[..], b"\x1F", b"\x1F\x8C", b"E45"] {
            assert_eq!(read(plain.to_vec()).unwrap(), plain);
        }
    }

    #[test]
    fn zstd_and_zip_are_known_by_their_first_bytes() {
        let deflated = ::zip::CompressionMethod::Deflated;
        let archive = super::zip::tests::zip(&[("a", b"one\n")], deflated);
        for bytes in [super::zstd::tests::zstd(b"one\n"), archive] {
            assert!(is_compressed(&mut bytes.as_slice()).unwrap());
            assert_eq!(read(bytes).unwrap(), b"one\n");
        }
        for plain in [&b"PK"[..], b"PK\x03", b"PK\x01\x02", b"\x28\xB5\x2F"] {
            assert!(!is_compressed(&mut &*plain).unwrap());
            assert_eq!(read(plain.to_vec()).unwrap(), plain);
        }
        let several = super::zip::tests::zip(&[("a", b"1"), ("b", b"2")], deflated);
        let Err(error) = from_reader(Cursor::new(several), "it") else { panic!("it was opened") };
        assert_eq!(error.kind(), ErrorKind::Unrecognised);
        assert_eq!(error.to_string(), "it: a zip archive: 2 files are in it, such as a; unpack it");
    }

    #[test]
    fn a_sender_is_known_before_the_file_is_read() {
        for (file, expected) in [
            (&b"A000000000123DXI20220101120000000001\nZ990000000000\n"[..], Some("0000000123")),
            (b"E451234567810A20220101\n", None),
            (b"", None),
        ] {
            let input = from_reader(Cursor::new(file.to_vec()), "it").unwrap();
            let (sender, mut input) = sender(input).unwrap();
            assert_eq!(sender.map(|sender| sender.to_string()).as_deref(), expected);
            let mut all = Vec::new();
            input.read_to_end(&mut all).unwrap();
            assert_eq!(all, file);
        }
    }

    #[test]
    fn a_broken_gzip_is_an_error_that_names_the_input() {
        let mut cut = gzip(b"some text that is longer than nothing");
        cut.truncate(cut.len() - 6);
        assert!(read(cut).unwrap_err().to_string().starts_with("it: "));
    }

    /// Reads a file that `happens` changes after the first byte, and returns the number of bytes
    /// read.
    fn read_while(
        bytes: &[u8],
        happens: impl Fn(&Path),
        open: impl Fn(&Path) -> Input,
    ) -> io::Result<usize> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, bytes).unwrap();
        let mut input = open(&path);
        input.read_exact(&mut [0])?;
        happens(&path);
        input.read_to_end(&mut Vec::new())
    }

    #[test]
    fn a_file_that_changes_while_it_is_read_is_an_error() {
        let text = vec![b'x'; 3 * BUFFER];
        let mut random = 1u64;
        let noise: Vec<u8> = (0..3 * BUFFER)
            .map(|_| {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                random.to_be_bytes()[0]
            })
            .collect();
        type Change = (&'static str, fn(&Path));
        let changes: [Change; 6] = [
            ("cut off", |path| {
                File::options().write(true).open(path).unwrap().set_len(70_000).unwrap();
            }),
            ("emptied", |path| fs::write(path, "").unwrap()),
            ("appended to", |path| {
                File::options().append(true).open(path).unwrap().write_all(b"y").unwrap();
            }),
            ("written to", |path| {
                let length = fs::metadata(path).unwrap().len();
                std::thread::sleep(std::time::Duration::from_millis(20));
                fs::write(path, vec![b'y'; usize::try_from(length).unwrap()]).unwrap();
            }),
            ("replaced", |path| {
                let other = path.with_extension("other");
                fs::copy(path, &other).unwrap();
                fs::rename(other, path).unwrap();
            }),
            ("removed", |path| fs::remove_file(path).unwrap()),
        ];
        let twice = |path: &Path| crate::Source::open(path).unwrap().read().unwrap();
        for bytes in [text, gzip(&noise)] {
            for (change, happens) in changes {
                for open in [&|path: &Path| open(path).unwrap(), &twice as &dyn Fn(&Path) -> Input]
                {
                    let error = read_while(&bytes, happens, open).unwrap_err().to_string();
                    assert!(error.contains("/file: "), "{change}: {error}");
                    let other_bytes = ["appended to", "written to"].contains(&change);
                    // a decompressor may first report an invalid header
                    let is_spoiled = bytes[0] == gzip::MAGIC[0] && other_bytes;
                    assert!(error.ends_with(CHANGED) || is_spoiled, "{change}: {error}");
                }
            }
            for open in [&|path: &Path| open(path).unwrap(), &twice as &dyn Fn(&Path) -> Input] {
                read_while(&bytes, |_| (), open).unwrap();
                read_while(
                    &bytes,
                    |path| fs::hard_link(path, path.with_extension("2")).unwrap(),
                    open,
                )
                .unwrap();
            }
        }
    }

    #[test]
    fn a_path_is_named_where_it_cannot_be_opened() {
        let Err(error) = open(Path::new("/no/such/file")) else { panic!("it was opened") };
        assert_eq!(error.kind(), ErrorKind::Input);
        assert_eq!(error.to_string(), "/no/such/file: cannot be read");
        assert!(error.io_error().is_some());
    }
}
