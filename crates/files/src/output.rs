//! Writes files that appear whole or not at all.
//!
//! Output is written to a temporary file beside the target. [`Output::commit`] flushes it to the
//! disk, reads it back, compares it with the written bytes, and renames it to the target in one
//! step. Until then the target is unchanged; an `Output` that is dropped without a commit removes
//! the temporary file.
//!
//! A killed process leaves its temporary file. The name begins with a dot and ends in `.flagflow`;
//! the next [`Output::create`] of the same target removes it. Files that a running process writes
//! are locked and are never removed, nor are files of other users.
//!
//! Reading back proves that the new file has all the written bytes, after the system reported them
//! on disk. It detects a short write, another process that wrote to the file or truncated it, and a
//! disk or a driver that lost or changed a page, the latter if the system reads past its cache (on
//! Linux it does, where the file system offers direct reading). It does not detect a disk that
//! answers from a cache which it loses with the power.
//!
//! The cost is one reading of the file from disk (docs/testing.md).
//!
//! [`Guard`] ensures that outputs do not overwrite the files that a run reads, and are no more
//! readable.
//!
//! Standard output is a target too. It cannot be taken back once written, so there are two ways:
//! [`Output::standard`] streams, and [`Output::spooled`] keeps everything in a temporary file until
//! it is committed.

mod guard;
mod leftover;
mod lock;
mod sum;
mod temporary;

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Seek, Stdout, Write};
use std::path::Path;

use flagflow_check::escape_path;

use self::guard::followed;
use self::temporary::Temporary;
use crate::error::{Error, Result, not_standard};
use crate::input::BUFFER;

pub use self::guard::Guard;
pub use self::guard::withheld_by;
pub use self::leftover::tidy;

/// Something to write to that is published by [`Output::commit`] and not before.
#[derive(Debug)]
pub struct Output {
    target: OutputTarget,
    name: String,
    /// True after a failed write: the file is then incomplete, whatever is written later.
    is_broken: bool,
}

#[derive(Debug)]
enum OutputTarget {
    /// Beside the file that it becomes.
    Beside(Temporary),
    /// A target that is not a regular file (a device, a named pipe) cannot be replaced: it is
    /// written to.
    Device(BufWriter<File>),
    Standard(BufWriter<Stdout>),
    Spooled(BufWriter<File>),
    Other(BufWriter<OtherWriter>),
}

/// A writer outside the file system.
struct OtherWriter(Box<dyn Write + Send>);

impl fmt::Debug for OtherWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OtherWriter")
    }
}

impl Write for OtherWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Output {
    /// Creates a file that replaces `path` when it is committed.
    ///
    /// The file has the permissions of the file that it replaces, or those of any new file;
    /// [`Guard::create`] makes one that is no more readable than the inputs. If the path is a
    /// symbolic link, its target is replaced or created, and the link is kept.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Output`](crate::ErrorKind::Output) if no file can be created beside the target.
    pub fn create(path: &Path) -> Result<Self> {
        Self::create_without(path, 0)
    }

    /// Creates a file as [`Output::create`] does, without these permissions, bits of a Unix mode.
    fn create_without(path: &Path, withheld: u32) -> Result<Self> {
        Self::beside(path, withheld, Temporary::tidied)
    }

    /// Creates a file without removing leftovers of killed processes, which is done elsewhere.
    ///
    /// # Errors
    ///
    /// As [`Output::create`].
    pub fn create_untidied(path: &Path, withheld: u32) -> Result<Self> {
        Self::beside(path, withheld, std::convert::identity)
    }

    fn beside(path: &Path, withheld: u32, first: fn(Temporary) -> Temporary) -> Result<Self> {
        let name = escape_path(path);
        match target(path, withheld, first) {
            Ok(target) => Ok(Self { target, name, is_broken: false }),
            Err(cause) => Err(Error::output(cannot_write(&name), cause)),
        }
    }

    /// Standard output, written as it comes. Whoever reads it may stop: see
    /// [`Error::is_closed_pipe`].
    #[must_use]
    pub fn standard() -> Self {
        Self::to(OutputTarget::Standard(buffered(io::stdout())))
    }

    /// Standard output, written when all of it is there and committed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Output`](crate::ErrorKind::Output) when no temporary file can be made.
    pub fn spooled() -> Result<Self> {
        let spool = tempfile::tempfile()
            .map_err(|cause| Error::output("no temporary file can be made", cause))?;
        Ok(Self::to(OutputTarget::Spooled(buffered(spool))))
    }

    /// A writer outside the file system, flushed when it is committed; `name` is used in errors.
    #[must_use]
    pub fn to_writer(writer: impl Write + Send + 'static, name: &str) -> Self {
        let target = OutputTarget::Other(buffered(OtherWriter(Box::new(writer))));
        Self { target, name: name.to_owned(), is_broken: false }
    }

    fn to(target: OutputTarget) -> Self {
        Self { target, name: "standard output".to_owned(), is_broken: false }
    }

    /// Publishes the output.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Output`](crate::ErrorKind::Output) if a write fails or failed before, or the
    /// bytes on disk differ from the written ones; the target is then unchanged, unless it is a
    /// device, a pipe, or standard output.
    pub fn commit(self) -> Result<()> {
        let Self { target, name, is_broken } = self;
        let published = match is_broken {
            true => Err(io::Error::other("the file is incomplete after a failed write")),
            false => target.publish(),
        };
        published.map_err(|cause| Error::publishing(cannot_write(&name), cause))
    }
}

fn cannot_write(name: &str) -> String {
    format!("{name}: cannot be written")
}

fn buffered<W: Write>(inner: W) -> BufWriter<W> {
    BufWriter::with_capacity(BUFFER, inner)
}

/// Finds out what a path is, and opens what will be written to.
fn target(
    path: &Path,
    withheld: u32,
    first: fn(Temporary) -> Temporary,
) -> io::Result<OutputTarget> {
    let beside = |path, replaced| {
        Temporary::create(path, replaced, withheld).map(first).map(OutputTarget::Beside)
    };
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(found) if found.is_file() => beside(fs::canonicalize(path)?, Some(found.permissions())),
        Ok(_) => Ok(OutputTarget::Device(buffered(File::options().write(true).open(path)?))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => beside(followed(path), None),
        Err(error) => Err(error),
    }
}

/// Returns the directory of a file.
fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

impl OutputTarget {
    fn publish(self) -> io::Result<()> {
        match self {
            Self::Beside(temporary) => temporary.publish().map_err(not_standard),
            Self::Device(mut device) => device.flush().map_err(not_standard),
            Self::Standard(mut standard) => standard.flush(),
            Self::Spooled(spool) => pour(spool),
            Self::Other(mut writer) => writer.flush().map_err(not_standard),
        }
    }

    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Self::Beside(temporary) => temporary.writer(),
            Self::Device(device) => device,
            Self::Standard(standard) => standard,
            Self::Spooled(spool) => spool,
            Self::Other(writer) => writer,
        }
    }

    fn checked(&self, error: io::Error) -> io::Error {
        match self {
            Self::Standard(_) => error,
            _ => not_standard(error),
        }
    }
}

/// Writes the entries of a directory to the disk. A file system that does not offer this is not an
/// error, because the file itself is already renamed.
///
/// # Errors
///
/// If the directory cannot be opened, or the system fails to write it.
#[cfg(unix)]
pub fn sync_directory(directory: &Path) -> io::Result<()> {
    match File::open(directory)?.sync_all() {
        Err(error) if is_not_offered(&error) => Ok(()),
        result => result,
    }
}

#[cfg(unix)]
fn is_not_offered(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported)
}

/// Does nothing on this system.
///
/// # Errors
///
/// None.
#[cfg(not(unix))]
pub fn sync_directory(_directory: &Path) -> io::Result<()> {
    Ok(())
}

/// Copies the spooled output to standard output, whose error alone may be a closed pipe.
fn pour(spool: BufWriter<File>) -> io::Result<()> {
    let mut spool = spool.into_inner().map_err(|error| not_standard(error.into_error()))?;
    spool.rewind().map_err(not_standard)?;
    let mut spool = BufReader::with_capacity(BUFFER, spool);
    let mut standard = io::stdout().lock();
    loop {
        let piece = match spool.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            piece => piece.map_err(not_standard)?,
        };
        if piece.is_empty() {
            return standard.flush();
        }
        standard.write_all(piece)?;
        let taken = piece.len();
        spool.consume(taken);
    }
}

impl Output {
    fn noting_failure<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        result.map_err(|error| {
            // who is interrupted tries again
            self.is_broken |= error.kind() != io::ErrorKind::Interrupted;
            self.target.checked(error)
        })
    }
}

/// A writer that is not standard output.
#[derive(Debug)]
pub struct NotStandard<W>(
    /// The writer below.
    pub W,
);

impl<W: Write> Write for NotStandard<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).map_err(not_standard)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush().map_err(not_standard)
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.target.writer().write(bytes);
        self.noting_failure(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.target.writer().flush();
        self.noting_failure(flushed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_file_is_there_when_it_is_committed_and_not_before() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("new.txt");
        let mut output = Output::create(&path).unwrap();
        output.write_all(b"all of it").unwrap();
        output.flush().unwrap();
        assert!(!path.exists());
        assert_eq!(names(directory.path()).len(), 1, "the temporary file is beside the target");
        output.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"all of it");
        assert_eq!(names(directory.path()), ["new.txt"]);
    }

    #[test]
    fn dropping_it_leaves_the_old_file_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("old.txt");
        fs::write(&path, "old").unwrap();
        let mut output = Output::create(&path).unwrap();
        output.write_all(&vec![b'x'; 2 * BUFFER]).unwrap();
        drop(output);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(directory.path()), ["old.txt"]);
    }

    #[test]
    fn what_cannot_be_a_target_is_said_at_once() {
        let directory = tempfile::tempdir().unwrap();
        for path in [directory.path().to_owned(), directory.path().join("none/file")] {
            let error = Output::create(&path).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Output);
            assert!(error.to_string().contains(path.to_str().unwrap()));
        }
    }

    #[cfg(unix)]
    mod unix {
        use std::fs::Permissions;
        use std::os::unix::fs::{PermissionsExt, symlink};

        use super::*;

        fn mode(path: &Path) -> u32 {
            fs::metadata(path).unwrap().permissions().mode() & 0o7777
        }

        fn rewrite(path: &Path) {
            let mut output = Output::create(path).unwrap();
            output.write_all(b"new").unwrap();
            output.commit().unwrap();
        }

        #[test]
        fn permissions_are_the_old_ones_or_those_of_any_new_file() {
            let directory = tempfile::tempdir().unwrap();
            let (ordinary, path) = (directory.path().join("a"), directory.path().join("b"));
            fs::write(&ordinary, "made by the standard library").unwrap();
            rewrite(&path);
            assert_eq!(mode(&path), mode(&ordinary));
            fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
            rewrite(&path);
            assert_eq!(mode(&path), 0o640);
        }

        #[test]
        fn a_link_stays_a_link() {
            let directory = tempfile::tempdir().unwrap();
            let (file, link) = (directory.path().join("file"), directory.path().join("link"));
            fs::write(&file, "old").unwrap();
            symlink(&file, &link).unwrap();
            rewrite(&link);
            assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
            assert_eq!(fs::read(&file).unwrap(), b"new");
        }

        #[test]
        fn a_device_is_written_to_and_not_replaced() {
            let null = Path::new("/dev/null");
            rewrite(null);
            assert!(!fs::metadata(null).unwrap().is_file());
        }
    }

    #[test]
    fn a_closed_pipe_of_a_file_is_an_error_like_any_other() {
        let error = not_standard(io::ErrorKind::BrokenPipe.into());
        assert!(!Error::writing(error).is_closed_pipe());
    }
}
