//! An input that can be read twice.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::Path;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::input::{self, Input};

/// An input that can be read twice: a file, or what cannot be read again (standard input, a pipe)
/// kept in a temporary file.
#[derive(Debug)]
pub struct Source {
    bytes: Bytes,
    name: String,
}

#[derive(Debug)]
enum Bytes {
    File(File),
    Held(Arc<[u8]>),
}

impl Source {
    /// Opens a path, or standard input for `-`. The same file is read both times, even if another
    /// takes its name in between.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) when there is no such file or it cannot be
    /// read, [`ErrorKind::Output`](crate::ErrorKind::Output) when a temporary file fails.
    pub fn open(path: &Path) -> Result<Self> {
        if input::is_standard(path) {
            return Self::from_reader(io::stdin().lock(), "standard input");
        }
        let name = path.display().to_string();
        let unreadable = |cause| Error::input(format!("{name}: cannot be read"), cause);
        let file = File::open(path).map_err(unreadable)?;
        match file.metadata().map_err(unreadable)?.is_file() {
            true => Ok(Self { bytes: Bytes::File(file), name }),
            false => Self::from_reader(file, &name),
        }
    }

    /// Keeps all that a reader has in a temporary file; `name` stands in errors.
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
                return Ok(Self { bytes: Bytes::File(file), name: name.to_owned() });
            }
            io::Write::write_all(&mut file, &buffer[..read]).map_err(failed)?;
        }
    }

    /// Bytes in memory.
    #[must_use]
    pub fn from_bytes(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self { bytes: Bytes::Held(bytes.into()), name: "the input".to_owned() }
    }

    /// Reads it from its first byte, decompressed where it is compressed. Only one reader at a time
    /// may be in use.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) when it cannot be read.
    pub fn read(&mut self) -> Result<Input> {
        match &mut self.bytes {
            Bytes::Held(bytes) => input::from_reader(Cursor::new(bytes.clone()), &self.name),
            Bytes::File(file) => {
                let again = file.rewind().and_then(|()| file.try_clone());
                let again = again.map_err(|cause| {
                    Error::input(format!("{}: cannot be read", self.name), cause)
                })?;
                input::from_reader(again, &self.name)
            }
        }
    }
}
