//! Errors of reading files into record batches.

use std::fmt;

use arrow_schema::ArrowError;
use flagflow_frame::Position;

/// The result of reading a file into record batches.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Kind of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input could not be opened or read to its end.
    Input,
    /// The output could not be written.
    Output,
    /// The input is of no known format, or of another format than the options say.
    Unrecognised,
    /// A record, or the file's header, trailer or count, is bad.
    BadRecord,
    /// A wanted column does not exist.
    Column,
    /// The options are invalid.
    Options,
}

impl ErrorKind {
    /// Returns the name that other languages use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
            Self::Unrecognised => "unrecognised",
            Self::BadRecord => "bad-record",
            Self::Column => "column",
            Self::Options => "options",
        }
    }
}

/// Error of reading a file into record batches, with the file's name and the position in it.
#[derive(Clone, Debug)]
pub struct Error(Box<ScanErrorDetails>);

#[derive(Clone, Debug)]
struct ScanErrorDetails {
    kind: ErrorKind,
    file: Option<String>,
    position: Option<Position>,
    message: String,
}

impl Error {
    /// Creates an error without a file and a position.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(ScanErrorDetails {
            kind,
            file: None,
            position: None,
            message: message.into(),
        }))
    }

    pub(crate) fn at(mut self, position: Position) -> Self {
        self.0.position = Some(position);
        self
    }

    /// Adds the file's name, unless there is one.
    #[must_use]
    pub fn in_file(mut self, file: Option<&str>) -> Self {
        let begin = file.map(|file| format!("{file}: ")).unwrap_or_default();
        if let Some(rest) = self.0.message.strip_prefix(&begin) {
            self.0.message = rest.to_owned();
        }
        self.0.file = self.0.file.or_else(|| file.map(str::to_owned));
        self
    }

    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the name of the file, if it has one.
    #[must_use]
    pub fn file(&self) -> Option<&str> {
        self.0.file.as_deref()
    }

    /// Returns the position in the uncompressed file, if the error is about one.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.0.position
    }

    /// Returns the message without file and position.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = self.file() {
            write!(f, "{file}: ")?;
        }
        if let Some(position) = self.position() {
            write!(f, "{position}: ")?;
        }
        f.write_str(self.message())
    }
}

impl std::error::Error for Error {}

impl From<Error> for ArrowError {
    fn from(error: Error) -> Self {
        Self::ExternalError(Box::new(error))
    }
}

impl From<ArrowError> for Error {
    fn from(error: ArrowError) -> Self {
        match error {
            ArrowError::ExternalError(cause) => match cause.downcast::<Self>() {
                Ok(own) => *own,
                Err(cause) => Self::new(ErrorKind::Input, cause.to_string()),
            },
            other => Self::new(ErrorKind::Input, other.to_string()),
        }
    }
}

impl From<flagflow_files::Error> for Error {
    fn from(error: flagflow_files::Error) -> Self {
        use flagflow_files::ErrorKind as Kind;
        let kind = match error.kind() {
            Kind::Unrecognised | Kind::Table => ErrorKind::Unrecognised,
            Kind::Output | Kind::Busy => ErrorKind::Output,
            Kind::Options | Kind::MissingHeaderValues => ErrorKind::Options,
            _ => ErrorKind::Input,
        };
        let message = match error.io_error() {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        };
        Self::new(kind, message)
    }
}

impl From<flagflow_check::Error> for Error {
    fn from(error: flagflow_check::Error) -> Self {
        use flagflow_check::ErrorKind as Kind;
        let kind = match error.kind() {
            Kind::Read => ErrorKind::Input,
            _ => ErrorKind::Unrecognised,
        };
        Self::new(kind, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_its_file_and_position() {
        let error = Error::new(ErrorKind::BadRecord, "x: not a date");
        assert_eq!(error.to_string(), "x: not a date");
        let error = error.at(Position::START).in_file(Some("x"));
        assert_eq!(error.to_string(), "x: line 1, column 1 (byte 0): not a date");
        assert_eq!((error.file(), error.kind().as_str()), (Some("x"), "bad-record"));
        let back = Error::from(ArrowError::from(error.in_file(Some("y"))));
        assert_eq!((back.file(), back.position()), (Some("x"), Some(Position::START)));
    }
}
