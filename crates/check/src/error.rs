//! Errors of a check.

use std::fmt;
use std::io;

use crate::sniff::Looks;

/// Error of a file that could not be checked. Faults *in* a file are findings, never errors.
#[derive(Debug)]
pub struct Error(Box<Cause>);

#[derive(Debug)]
enum Cause {
    Read(io::Error),
    Temporary(io::Error),
    Empty,
    Unrecognised { looks: Option<Looks>, beginning: String },
    OtherFlow(String),
}

/// The kind of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input could not be read to its end.
    Read,
    /// A temporary file of the cross-record rules failed.
    Temporary,
    /// The input has no line with text.
    Empty,
    /// The flow and layout of the first line with text are not known, or flagflow does not read the
    /// flow.
    Unrecognised,
}

impl Error {
    pub(crate) fn read(error: io::Error) -> Self {
        Self(Box::new(Cause::Read(error)))
    }

    pub(crate) fn temporary(error: io::Error) -> Self {
        Self(Box::new(Cause::Temporary(error)))
    }

    pub(crate) fn empty() -> Self {
        Self(Box::new(Cause::Empty))
    }

    pub(crate) fn unrecognised(looks: Option<Looks>, beginning: String) -> Self {
        Self(Box::new(Cause::Unrecognised { looks, beginning }))
    }

    /// Adds a name for content that was not recognised, found in more than its first line.
    #[must_use]
    pub fn with_looks(mut self, name: Option<Looks>) -> Self {
        if let (Cause::Unrecognised { looks, .. }, Some(name)) = (&mut *self.0, name) {
            *looks = Some(name);
        }
        self
    }

    pub(crate) fn other_flow(flow: String) -> Self {
        Self(Box::new(Cause::OtherFlow(flow)))
    }

    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match *self.0 {
            Cause::Read(_) => ErrorKind::Read,
            Cause::Temporary(_) => ErrorKind::Temporary,
            Cause::Empty => ErrorKind::Empty,
            Cause::Unrecognised { .. } | Cause::OtherFlow(_) => ErrorKind::Unrecognised,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Cause::Read(_) => f.write_str("cannot be read to its end"),
            Cause::Temporary(_) => f.write_str("a temporary file failed"),
            Cause::Empty => f.write_str("the file is empty"),
            Cause::OtherFlow(flow) => write!(
                f,
                "{flow} is not a flow that flagflow reads: it reads D0350, D0351 and D0172; --flow overrides"
            ),
            Cause::Unrecognised { looks, beginning } => write!(
                f,
                "not recognised: {}{}the first line with text begins with \"{beginning}\"; looked for \
                 A00, E45 or E46 (gas, layout fixed), a leading quote or a comma as the fourth byte \
                 (gas, uklink), ZHV| (electricity, zhv) or ZHF (electricity, zhf); --flow and \
                 --layout override",
                looks.as_ref().map(ToString::to_string).unwrap_or_default(),
                if looks.is_some() { "; " } else { "" },
            ),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.0 {
            Cause::Read(error) | Cause::Temporary(error) => Some(error),
            Cause::Empty | Cause::Unrecognised { .. } | Cause::OtherFlow(_) => None,
        }
    }
}
