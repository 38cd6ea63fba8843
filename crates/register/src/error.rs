//! Errors of a register.

use std::fmt;

use flagflow_check::Flow;

/// The result of an operation on a register.
pub type Result<T, E = Error> = std::result::Result<T, E>;

type BoxedError = Box<dyn std::error::Error + Send + Sync>;

/// Kind of an error of a register. A file is never applied in part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The file of updates cannot be read, is of no known flow, or changed while it was read.
    Input,
    /// The file contains answers, E46 or D0351, instead of updates.
    NotUpdates(Flow),
    /// The register does not exist, or the file is not a register.
    NotARegister,
    /// The register was made by a newer version of this crate; it is not changed.
    NewerSchema {
        /// The version of its schema.
        found: u32,
        /// The newest supported version.
        known: u32,
    },
    /// Another process is changing the register.
    Busy,
    /// The storage of the register failed, for example because a disk is full.
    Store,
    /// The stored data is inconsistent: something else has changed it.
    Corrupt,
    /// The output cannot be written.
    Output,
    /// The options are not possible.
    Options,
}

/// An error of a register, with the underlying error as its source.
#[derive(Debug)]
pub struct Error(Box<ErrorDetails>);

#[derive(Debug)]
struct ErrorDetails {
    kind: ErrorKind,
    what: String,
    cause: Option<BoxedError>,
}

impl Error {
    /// Creates an error of a store, for implementations of [`Store`](crate::Store).
    pub fn new(kind: ErrorKind, what: impl Into<String>) -> Self {
        Self(Box::new(ErrorDetails { kind, what: what.into(), cause: None }))
    }

    /// Creates an error of a store with its source.
    #[must_use]
    pub fn because(mut self, cause: impl Into<BoxedError>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    pub(crate) fn output(cause: impl Into<BoxedError>) -> Self {
        Self::new(ErrorKind::Output, "the output cannot be written").because(cause)
    }

    pub(crate) fn added_meanwhile() -> Self {
        Self::new(ErrorKind::Busy, "another process has added events")
    }

    pub(crate) fn corrupt(what: impl Into<String>) -> Self {
        Self::new(ErrorKind::Corrupt, what)
    }

    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns true if standard output was closed by its reader, which ends a command without a
    /// message.
    #[must_use]
    pub fn is_closed_pipe(&self) -> bool {
        let Some(cause) = self.0.cause.as_ref().filter(|_| self.0.kind == ErrorKind::Output) else {
            return false;
        };
        let closed = |error: &std::io::Error| error.kind() == std::io::ErrorKind::BrokenPipe;
        cause.downcast_ref().is_some_and(closed)
            || cause.downcast_ref().is_some_and(flagflow_files::Error::is_closed_pipe)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.what)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.cause.as_ref().map(|cause| &**cause as _)
    }
}

/// A file that cannot be checked cannot be applied.
impl From<flagflow_check::Error> for Error {
    fn from(error: flagflow_check::Error) -> Self {
        Self::new(ErrorKind::Input, error.to_string()).because(error)
    }
}

/// A file that cannot be read cannot be applied, and an output may fail to be written.
impl From<flagflow_files::Error> for Error {
    fn from(error: flagflow_files::Error) -> Self {
        let kind = match error.kind() {
            flagflow_files::ErrorKind::Output => ErrorKind::Output,
            _ => ErrorKind::Input,
        };
        Self::new(kind, error.to_string()).because(error)
    }
}
