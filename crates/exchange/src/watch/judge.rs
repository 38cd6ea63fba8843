//! What a folder needs to know of a file: where it goes, and its reports.

use std::error::Error as _;
use std::io;

use flagflow_check::render::json;
use flagflow_check::{Issue, Report, Sequence, Severity, check};
use serde::Serialize;

use super::{Counts, Place};
use crate::error::{Error, ErrorKind};
use crate::input::Input;
use crate::quarantine::Gates;

/// Judges the files of a folder.
pub trait Judge {
    /// Judges a file.
    ///
    /// # Errors
    ///
    /// Why it cannot be judged: either what it is, and then it is rejected, or what happened, and
    /// then it is tried again.
    fn judge(&mut self, incoming: Incoming<'_>) -> Result<Judged, Unjudged>;
}

/// A file to be judged.
#[non_exhaustive]
pub struct Incoming<'a> {
    /// Its name; what is not UTF-8 in it is replaced.
    pub name: &'a str,
    /// What is in it, decompressed.
    pub input: Input,
    /// What it follows: the last accepted file of each sender, where the folder keeps them.
    pub sequence: Sequence,
}

/// What became of a file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Judged {
    /// Where it goes.
    pub place: Place,
    /// What is put beside it.
    pub reports: Vec<ReportFile>,
    /// Why it is rejected, where its report does not say.
    pub why: Option<String>,
    /// What was in it.
    pub counts: Option<Counts>,
    /// What it is among the files of its sender.
    pub issue: Option<Issue>,
}

/// A report, to be put beside its file.
#[derive(Clone, Debug)]
pub struct ReportFile {
    /// What its name has behind the file's.
    pub suffix: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl Judged {
    /// By a check's report, which is put beside the file as `.report.json` (`flagflow-report/1`): it is
    /// rejected for a finding at or above `fail_on`, if there is such a thing, and past a gate.
    ///
    /// # Errors
    ///
    /// [`Unjudged::Failed`] when the report cannot be written; there is memory, so it can.
    pub fn by(
        name: &str,
        report: &Report,
        fail_on: Option<Severity>,
        gates: Gates,
    ) -> Result<Self, Unjudged> {
        let passed: Vec<_> = gates.passed(report.records, report.rejected).collect();
        let why = passed.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let fails = fail_on.is_some_and(|level| report.worst().is_some_and(|worst| worst >= level));
        let place = if fails || !why.is_empty() { Place::Rejected } else { Place::Accepted };
        let mut bytes = Vec::new();
        json(&mut bytes, name, report).map_err(|error| Unjudged::Failed(error.to_string()))?;
        bytes.push(b'\n');
        let Report { records, accepted, rejected, ref issue, .. } = *report;
        Ok(Self {
            place,
            reports: vec![ReportFile { suffix: super::folder::REPORT, bytes }],
            why: Some(why).filter(|why| !why.is_empty()),
            counts: Some(Counts { records, accepted, rejected }),
            issue: issue.clone(),
        })
    }

    /// A file that cannot be judged for what it is: rejected, the reason beside it
    /// (`flagflow-error/1`).
    pub(super) fn refused(name: &str, error: &str) -> Self {
        let report = line_of(&Refusal { schema: "flagflow-error/1", file: name, error });
        Self {
            place: Place::Rejected,
            reports: vec![ReportFile { suffix: super::folder::REPORT, bytes: report }],
            why: Some(error.to_owned()),
            counts: None,
            issue: None,
        }
    }
}

/// The report on a file that cannot be judged.
#[derive(Serialize)]
struct Refusal<'a> {
    schema: &'a str,
    file: &'a str,
    error: &'a str,
}

fn line_of(report: &impl Serialize) -> Vec<u8> {
    // texts alone: there is nothing in them that JSON cannot say
    let mut line = serde_json::to_vec(report).unwrap_or_default();
    line.push(b'\n');
    line
}

/// Why a file could not be judged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unjudged {
    /// For what it is: empty, of no known flow, broken gzip. It will not get better, so the file is
    /// rejected.
    #[error("{0}")]
    Refused(String),
    /// For what happened: a disk, a permission. The file stays and is tried again.
    #[error("{0}")]
    Failed(String),
}

impl Unjudged {
    /// By what went wrong when reading.
    fn reading(error: &(dyn std::error::Error + 'static), cause: Option<io::ErrorKind>) -> Self {
        let mut told = error.to_string();
        if let Some(source) = error.source() {
            told = format!("{told}: {source}");
        }
        match cause {
            // what a decompressor says of its input, and no disk
            Some(
                io::ErrorKind::InvalidData
                | io::ErrorKind::InvalidInput
                | io::ErrorKind::UnexpectedEof,
            ) => Self::Refused(told),
            _ => Self::Failed(told),
        }
    }
}

impl From<flagflow_check::Error> for Unjudged {
    fn from(error: flagflow_check::Error) -> Self {
        use flagflow_check::ErrorKind as Check;
        let cause = error.source().and_then(|cause| cause.downcast_ref::<io::Error>());
        match error.kind() {
            Check::Empty | Check::Unrecognised => Self::Refused(error.to_string()),
            Check::Read => Self::reading(&error, cause.map(io::Error::kind)),
            _ => Self::reading(&error, None),
        }
    }
}

impl From<Error> for Unjudged {
    fn from(error: Error) -> Self {
        match error.kind() {
            ErrorKind::Unrecognised => Self::Refused(error.to_string()),
            _ => Self::reading(&error, error.io_error().map(io::Error::kind)),
        }
    }
}

/// The judge that `flagflow check` is.
#[derive(Clone, Debug)]
pub struct Checker {
    /// How files are checked.
    pub options: flagflow_check::Options,
    /// From which severity on a file is rejected; `None`: never for what is found in it.
    pub fail_on: Option<Severity>,
    /// How many rejected records are too many.
    pub gates: Gates,
}

impl Judge for Checker {
    fn judge(&mut self, incoming: Incoming<'_>) -> Result<Judged, Unjudged> {
        self.options.sequence = incoming.sequence;
        let report = check(incoming.input, &self.options)?;
        Judged::by(incoming.name, &report, self.fail_on, self.gates)
    }
}
