//! Opens what is to be read: a path or standard input, compressed or not.

mod gzip;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;

use flagflow_check::Sender;

use crate::error::{Error, Result};
use crate::head::Head;

/// How many bytes are read at once. Twice as many take three times as long to read here: measured.
pub const BUFFER: usize = 64 * 1024;

/// The path that means standard input, and standard output where something is written.
pub const STANDARD: &str = "-";

/// An opened input.
pub type Input = Box<dyn BufRead + Send>;

/// Whether a path means standard input or output.
#[must_use]
pub fn is_standard(path: &Path) -> bool {
    path.as_os_str() == STANDARD
}

/// Opens a path, or standard input for `-`. What begins as gzip is decompressed, whatever its name,
/// all its members one after the other. Zero bytes behind the last member are padding; anything else
/// there is an error.
///
/// What goes wrong later, while reading, names the path too.
///
/// # Errors
///
/// [`ErrorKind::Input`](crate::ErrorKind::Input) when there is no such file or it cannot be read.
pub fn open(path: &Path) -> Result<Input> {
    let name = path.display().to_string();
    if is_standard(path) {
        return from_reader(io::stdin(), "standard input");
    }
    let file = File::open(path).map_err(|cause| Error::input(cannot_read(&name), cause))?;
    from_reader(file, &name)
}

/// The same for anything that reads; `name` stands in its errors.
///
/// # Errors
///
/// [`ErrorKind::Input`](crate::ErrorKind::Input) when its first bytes cannot be read.
pub fn from_reader(mut reader: impl Read + Send + 'static, name: &str) -> Result<Input> {
    let begin = beginning(&mut reader).map_err(|cause| Error::input(cannot_read(name), cause))?;
    let name = name.to_owned();
    Ok(match begin == gzip::MAGIC {
        true => boxed(Named { inner: gzip::Members::new(begin, buffered(reader)), name }),
        false => boxed(Named { inner: Cursor::new(begin).chain(reader), name }),
    })
}

/// Takes the bytes that tell what is compressed.
fn beginning(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut begin = Vec::with_capacity(gzip::MAGIC.len());
    reader.take(gzip::MAGIC.len() as u64).read_to_end(&mut begin)?;
    Ok(begin)
}

/// Whether a reader's first bytes are those of gzip; they are taken.
///
/// # Errors
///
/// Whatever the reader says.
pub fn is_compressed(reader: &mut impl Read) -> io::Result<bool> {
    beginning(reader).map(|begin| begin == gzip::MAGIC)
}

/// Who sent a file, by its header, and the input with nothing missing.
///
/// # Errors
///
/// [`ErrorKind::Input`](crate::ErrorKind::Input) when its beginning cannot be read.
pub fn sender(input: Input) -> Result<(Option<Sender>, Input)> {
    let (head, input) = Head::take(input)?;
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

/// A reader whose errors say what was read.
struct Named<R> {
    inner: R,
    name: String,
}

impl<R: Read> Read for Named<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer).map_err(|cause| match cause.kind() {
            // tried again by whoever reads
            io::ErrorKind::Interrupted => cause,
            kind => io::Error::new(kind, format!("{}: {cause}", self.name)),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;
    use crate::ErrorKind;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

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

    #[test]
    fn a_path_is_named_where_it_cannot_be_opened() {
        let Err(error) = open(Path::new("/no/such/file")) else { panic!("it was opened") };
        assert_eq!(error.kind(), ErrorKind::Input);
        assert_eq!(error.to_string(), "/no/such/file: cannot be read");
        assert!(error.io_error().is_some());
    }
}
