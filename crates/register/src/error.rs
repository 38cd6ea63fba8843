//! Why something could not be done with a register.

use std::fmt;

use flagflow_check::Flow;

/// The result of something done with a register.
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What kept something from being done with a register. In no case is a file applied in part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The file of updates cannot be read, is of no known flow, or changed while it was read.
    Input,
    /// The file has answers in it, E46 or D0351, and no updates.
    NotUpdates(Flow),
    /// There is no such register, or what is there is none.
    NotARegister,
    /// The register was made by a newer version of this crate, and is left alone.
    NewerSchema {
        /// The version of its schema.
        found: u32,
        /// The newest that is known here.
        known: u32,
    },
    /// Somebody else is changing the register.
    Busy,
    /// What the register is kept in failed: a full disk, say.
    Store,
    /// What is kept makes no sense: it was changed by something else.
    Corrupt,
    /// The output cannot be written.
    Output,
    /// The options ask for something that there is not.
    Options,
}

/// Why something could not be done, and as its source the cause, where there is one.
#[derive(Debug)]
pub struct Error(Box<Details>);

#[derive(Debug)]
struct Details {
    kind: ErrorKind,
    what: String,
    cause: Option<Cause>,
}

impl Error {
    /// An error of a store: for those who write a [`Store`](crate::Store).
    pub fn new(kind: ErrorKind, what: impl Into<String>) -> Self {
        Self(Box::new(Details { kind, what: what.into(), cause: None }))
    }

    /// The same, with what is behind it.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Cause>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    pub(crate) fn output(cause: impl Into<Cause>) -> Self {
        Self::new(ErrorKind::Output, "the output cannot be written").because(cause)
    }

    pub(crate) fn added_meanwhile() -> Self {
        Self::new(ErrorKind::Busy, "somebody else has added events meanwhile")
    }

    pub(crate) fn corrupt(what: impl Into<String>) -> Self {
        Self::new(ErrorKind::Corrupt, what)
    }

    /// What kept it from being done.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether standard output was closed by whoever read it, which ends a command quietly.
    #[must_use]
    pub fn is_closed_pipe(&self) -> bool {
        let Some(cause) = self.0.cause.as_ref().filter(|_| self.0.kind == ErrorKind::Output) else {
            return false;
        };
        let closed = |error: &std::io::Error| error.kind() == std::io::ErrorKind::BrokenPipe;
        cause.downcast_ref().is_some_and(closed)
            || cause.downcast_ref().is_some_and(flagflow_exchange::Error::is_closed_pipe)
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

/// What keeps a file from being checked keeps it from being applied.
impl From<flagflow_check::Error> for Error {
    fn from(error: flagflow_check::Error) -> Self {
        Self::new(ErrorKind::Input, error.to_string()).because(error)
    }
}

/// What keeps a file from being read keeps it from being applied, and an output from being written.
impl From<flagflow_exchange::Error> for Error {
    fn from(error: flagflow_exchange::Error) -> Self {
        let kind = match error.kind() {
            flagflow_exchange::ErrorKind::Output => ErrorKind::Output,
            _ => ErrorKind::Input,
        };
        Self::new(kind, error.to_string()).because(error)
    }
}
