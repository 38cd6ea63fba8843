//! Exit codes, and how a failure is told.

use std::error::Error;
use std::io;
use std::process::ExitCode;

/// The exit codes, for the help of every command.
pub(crate) const HELP: &str = "\
Exit status:
  0  everything was done, nothing was found (check: nothing at or above --fail-on)
  1  something was found (check), differs (roundtrip), was refused (convert) or could not be
     answered (answer)
  2  something could not be run or read; this wins over 1";

/// How a command ended. The graver of two wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// 0: all is done, nothing was found.
    Clean,
    /// 1: something was found.
    Findings,
    /// 2: something could not be run or read.
    Failed,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command could not be run: a message for standard error.
#[derive(Debug)]
pub(crate) enum Failure {
    /// What went wrong.
    Message(String),
    /// Whoever read the output stopped reading: no failure at all.
    ClosedPipe,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self::Message(message.into())
    }

    /// What went wrong writing to standard output.
    #[expect(clippy::needless_pass_by_value, reason = "for map_err")]
    pub(crate) fn output(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ClosedPipe,
            _ => Self::Message(format!("standard output: {error}")),
        }
    }

    /// Tells it on standard error.
    pub(crate) fn tell(&self) {
        if let Self::Message(message) = self {
            anstream::eprintln!("flagflow: {message}");
        }
    }

    /// Tells it, and how the command ends.
    pub(crate) fn report(self) -> ExitCode {
        self.tell();
        match self {
            Self::ClosedPipe => Exit::Clean.into(),
            Self::Message(_) => Exit::Failed.into(),
        }
    }
}

impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Message(with_sources(&error))
    }
}

/// An error and what is behind it, in one line.
pub(crate) fn with_sources(error: &dyn Error) -> String {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let said = error.to_string();
        if !message.ends_with(&said) {
            message.push_str(": ");
            message.push_str(&said);
        }
        source = error.source();
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_graver_of_two_wins() {
        assert!(Exit::Clean < Exit::Findings && Exit::Findings < Exit::Failed);
        assert_eq!([Exit::Clean as u8, Exit::Findings as u8, Exit::Failed as u8], [0, 1, 2]);
    }

    #[test]
    fn sources_are_told_once() {
        #[derive(Debug)]
        struct Outer(io::Error, &'static str);
        impl std::fmt::Display for Outer {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.1)
            }
        }
        impl Error for Outer {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                Some(&self.0)
            }
        }
        let inner = || io::Error::other("disk gone");
        assert_eq!(with_sources(&Outer(inner(), "no table")), "no table: disk gone");
        assert_eq!(with_sources(&Outer(inner(), "no table: disk gone")), "no table: disk gone");
    }
}
