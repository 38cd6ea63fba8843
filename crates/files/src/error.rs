//! Errors of reading and writing files, and of the crates that go from file to file.

use std::fmt;
use std::io;

/// The result of a step from file to file.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Kind of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input could not be opened or read.
    Input,
    /// The output could not be made, written or published.
    Output,
    /// The input is of no known format, or has nothing in it.
    Unrecognised,
    /// The input is a table whose columns or quotes cannot be read.
    Table,
    /// A header is to be written and values of it are missing.
    MissingHeaderValues,
    /// The options are invalid or contradict each other.
    Options,
    /// Another process uses the resource.
    Busy,
}

/// Error of a step from file to file: the operation that failed, with the cause as its source.
///
/// A bad record is not an error: it is in the report.
#[derive(Debug)]
pub struct Error(Box<FileErrorDetails>);

#[derive(Debug)]
struct FileErrorDetails {
    kind: ErrorKind,
    what: String,
    cause: Option<io::Error>,
}

impl Error {
    /// Creates an error without a cause.
    #[must_use]
    pub fn new(kind: ErrorKind, what: impl Into<String>) -> Self {
        Self(Box::new(FileErrorDetails { kind, what: what.into(), cause: None }))
    }

    fn io(kind: ErrorKind, what: impl Into<String>, cause: io::Error) -> Self {
        Self(Box::new(FileErrorDetails { kind, what: what.into(), cause: Some(cause) }))
    }

    /// Returns the error for an input that cannot be opened or read.
    #[must_use]
    pub fn input(what: impl Into<String>, cause: io::Error) -> Self {
        Self::io(ErrorKind::Input, what, cause)
    }

    /// Returns the error for an output other than standard output: a closed pipe is an ordinary
    /// error.
    #[must_use]
    pub fn output(what: impl Into<String>, cause: io::Error) -> Self {
        Self::io(ErrorKind::Output, what, not_standard(cause))
    }

    /// Returns the error for an output that cannot be published; the target distinguishes standard
    /// output.
    #[must_use]
    pub fn publishing(what: impl Into<String>, cause: io::Error) -> Self {
        Self::io(ErrorKind::Output, what, cause)
    }

    /// Returns the error for an input that fails while it is read.
    #[must_use]
    pub fn reading(cause: io::Error) -> Self {
        Self::input("the input cannot be read", cause)
    }

    /// Returns the error for an output that fails while it is written.
    #[must_use]
    pub fn writing(cause: io::Error) -> Self {
        Self::publishing("the output cannot be written", cause)
    }

    /// Returns the error for a file that fails while it is written.
    #[must_use]
    pub fn writing_to(path: &std::path::Path, cause: io::Error) -> Self {
        Self::publishing(format!("{}: cannot be written", flagflow_check::escape_path(path)), cause)
    }

    /// Adds the name of the input to an error of the input that does not have a name yet.
    #[must_use]
    pub fn of_input(mut self, name: &str) -> Self {
        let FileErrorDetails { kind, what, cause } = &mut *self.0;
        if !matches!(kind, ErrorKind::Input | ErrorKind::Unrecognised | ErrorKind::Table) {
            return self;
        }
        let begin = format!("{name}: ");
        if !what.starts_with(&begin) {
            what.insert_str(0, &begin);
        }
        let message = cause.as_ref().map(|cause| (cause.kind(), cause.to_string()));
        if let Some((kind, message)) = message
            && let Some(rest) = message.strip_prefix(&begin)
        {
            *cause = Some(io::Error::new(kind, rest));
        }
        self
    }

    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the error of the reader or writer below, if there is one.
    #[must_use]
    pub fn io_error(&self) -> Option<&io::Error> {
        self.0.cause.as_ref()
    }

    /// Returns true if standard output was closed by its reader, which ends a command quietly.
    ///
    /// Only [`Output::standard`](crate::output::Output::standard) returns this: for a file or a
    /// named pipe it is an ordinary error.
    #[must_use]
    pub fn is_closed_pipe(&self) -> bool {
        let closed = |cause: &io::Error| cause.kind() == io::ErrorKind::BrokenPipe;
        self.0.kind == ErrorKind::Output && self.io_error().is_some_and(closed)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.what)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.io_error().map(|cause| cause as _)
    }
}

/// Error of an input that cannot be read to its end, with its name.
#[derive(Debug, thiserror::Error)]
#[error("{name}: {cause}")]
pub struct InputError {
    name: String,
    cause: io::Error,
}

impl InputError {
    pub(crate) const fn new(name: String, cause: io::Error) -> Self {
        Self { name, cause }
    }

    /// Returns the first of an error and its sources that is one.
    ///
    /// ```
    /// use std::io::{Cursor, Read};
    ///
    /// use flagflow_files::input::{InputError, from_reader};
    ///
    /// let cut_off = Cursor::new([0x1F, 0x8B, 8]);
    /// let error = from_reader(cut_off, "it")?.read_to_end(&mut Vec::new()).unwrap_err();
    /// assert!(InputError::behind(&error).unwrap().to_string().starts_with("it: "));
    /// # Ok::<(), flagflow_files::Error>(())
    /// ```
    #[must_use]
    pub fn behind<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e Self> {
        std::iter::successors(Some(error), |error| error.source())
            .find_map(|error| error.downcast_ref::<io::Error>()?.get_ref()?.downcast_ref())
    }

    /// The same message as an error of kind `Other`.
    fn without_kind(error: &(dyn std::error::Error + 'static)) -> io::Error {
        Self::behind(error).map_or_else(
            || io::Error::other(error.to_string()),
            |Self { name, cause }| {
                let cause = io::Error::other(cause.to_string());
                io::Error::other(Self { name: name.clone(), cause })
            },
        )
    }

    /// Returns the path, or `standard input`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the input's own error, without its name.
    #[must_use]
    pub const fn cause(&self) -> &io::Error {
        &self.cause
    }
}

/// Converts an error of a check, since a file that cannot be checked cannot be answered.
impl From<flagflow_check::Error> for Error {
    fn from(error: flagflow_check::Error) -> Self {
        use flagflow_check::ErrorKind as Check;
        let kind = match error.kind() {
            Check::Empty | Check::Unrecognised => ErrorKind::Unrecognised,
            Check::Temporary => ErrorKind::Output,
            _ => ErrorKind::Input,
        };
        let what = error.to_string();
        match std::error::Error::source(&error) {
            // only standard output may report a closed pipe, so the cause's kind is dropped
            Some(cause) => Self::io(kind, what, InputError::without_kind(cause)),
            None => Self::new(kind, what),
        }
    }
}

/// Converts an error so that a closed pipe other than standard output does not end the command
/// quietly.
pub(crate) fn not_standard(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::BrokenPipe => io::Error::other(error),
        _ => error,
    }
}

/// Converts a fatal error of a record reader.
#[must_use]
pub fn fatal<K: flagflow_frame::Kind, F: Copy>(error: flagflow_frame::Error<K, F>) -> Error {
    let what = error.kind().to_string();
    let unrecognised = |_| Error::new(ErrorKind::Unrecognised, what);
    error.into_io().map_or_else(unrecognised, Error::reading)
}

/// Formats an error to follow the name of its file, without the name itself.
#[must_use]
pub fn below_name(name: &str, error: &(dyn std::error::Error + 'static)) -> String {
    let message = with_sources(error);
    let rest = message.strip_prefix(name).and_then(|rest| rest.strip_prefix(": "));
    rest.map_or_else(|| message.clone(), str::to_owned)
}

/// Formats an error and its sources in one line, without the name of an input that cannot be read.
#[must_use]
pub fn with_sources(error: &(dyn std::error::Error + 'static)) -> String {
    let mut message = said(error);
    let mut source = error.source();
    while let Some(error) = source {
        let said = said(error);
        if !message.ends_with(&said) {
            message.push_str(": ");
            message.push_str(&said);
        }
        source = error.source();
    }
    message
}

fn said(error: &(dyn std::error::Error + 'static)) -> String {
    let input = error.downcast_ref::<io::Error>().and_then(|error| InputError::behind(error));
    input.map_or_else(|| error.to_string(), |input| input.cause().to_string())
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn the_cause_is_the_source_and_not_said_twice() {
        let error = Error::reading(io::Error::other("no paper"));
        assert_eq!(error.to_string(), "the input cannot be read");
        assert_eq!(error.source().unwrap().to_string(), "no paper");
        assert_eq!(error.kind(), ErrorKind::Input);
        assert!(Error::new(ErrorKind::Options, "x").source().is_none());
    }

    #[test]
    fn an_error_of_an_input_says_its_name_once() {
        let error = Error::new(ErrorKind::Unrecognised, "empty").of_input("a").of_input("a");
        assert_eq!(error.to_string(), "a: empty");
        let error = Error::reading(io::Error::other("a: corrupt")).of_input("a");
        assert_eq!(error.to_string(), "a: the input cannot be read");
        assert_eq!(error.source().unwrap().to_string(), "corrupt");
        let error = Error::new(ErrorKind::Options, "no").of_input("a");
        assert_eq!(error.to_string(), "no");
    }

    #[test]
    fn a_closed_pipe_is_one_of_the_output() {
        let closed = || io::Error::from(io::ErrorKind::BrokenPipe);
        assert!(Error::writing(closed()).is_closed_pipe());
        assert!(!Error::reading(closed()).is_closed_pipe());
        assert!(!Error::output("a temporary file failed", closed()).is_closed_pipe());
        assert!(!Error::writing(io::Error::other("full")).is_closed_pipe());
    }
}
