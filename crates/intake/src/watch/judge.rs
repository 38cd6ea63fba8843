//! Decides the destination of a file, and writes its reports.

use std::error::Error as _;
use std::io;

use flagflow_check::render::{ReportEntry, html, json};
use flagflow_check::{FileIdentity, Report, Sequence, Severity, check_records};
use serde::Serialize;

use super::split::{PARTS, SplitParts};
use super::{Destination, WatchCounts};
use crate::quarantine::Limits;
use flagflow_files::input::Input;
use flagflow_files::{Error, ErrorKind, Source};

/// Suffixes of a file's reports: for programs, and for people.
pub(super) const REPORTS: [&str; 2] = [".report.json", ".report.html"];

/// Checks the files of a folder.
pub trait FileJudge {
    /// Checks a file.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be checked: either for its content, and then it is
    /// rejected, or for an outside cause, and then it is tried again.
    fn judge(&mut self, incoming: Incoming<'_>) -> Result<FileOutcome, Unjudged>;
}

/// A file to be checked.
#[non_exhaustive]
pub struct Incoming<'a> {
    /// Name of the file, with invalid UTF-8 replaced.
    pub name: &'a str,
    /// Decompressed content.
    pub input: Input,
    /// The file, to be read again.
    pub source: Source,
    /// Last accepted file of each sender, if the folder keeps them.
    pub sequence: Sequence,
}

/// Decision about a file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FileOutcome {
    /// Destination of the file.
    pub place: Destination,
    /// Reports beside the file.
    pub reports: Vec<ReportFile>,
    /// Parts beside the file, if it was split.
    pub parts: Option<SplitParts>,
    /// Reason for a rejection that the report does not contain.
    pub why: Option<String>,
    /// Number of records.
    pub counts: Option<WatchCounts>,
    /// Policy of the check, if any.
    pub policy: Option<String>,
    /// Identity of the file in its sender's sequence.
    pub file_identity: Option<FileIdentity>,
}

/// A report, to be put beside its file.
#[derive(Clone, Debug)]
pub struct ReportFile {
    /// Suffix of the report's name after the file's name.
    pub suffix: &'static str,
    /// Content of the report.
    pub bytes: Vec<u8>,
}

impl FileOutcome {
    /// Decides by an entry of a check. Its report is put beside the file twice: as `.report.json`
    /// for programs (`flagflow-report/1`, or `flagflow-error/1` if there is no report) and as
    /// `.report.html` for people. The file is rejected if the entry fails, or if a limit is
    /// exceeded.
    ///
    /// # Errors
    ///
    /// [`Unjudged::Failed`] if a report cannot be written; not expected, since reports are written
    /// to memory.
    pub fn by(entry: &ReportEntry, limits: Limits) -> Result<Self, Unjudged> {
        let failed = |error: io::Error| Unjudged::Failed(error.to_string());
        let entry = &entry.clone().refused_for(exceeded(entry, limits));
        let place = if entry.fails() { Destination::Rejected } else { Destination::Accepted };
        let (mut data, mut page) = (Vec::new(), Vec::new());
        write_data(&mut data, entry).map_err(failed)?;
        html(&mut page, std::slice::from_ref(entry)).map_err(failed)?;
        let report = entry.outcome.as_ref().ok();
        Ok(Self {
            place,
            reports: vec![
                ReportFile { suffix: REPORTS[0], bytes: data },
                ReportFile { suffix: REPORTS[1], bytes: page },
            ],
            parts: None,
            why: why(entry),
            counts: report.map(WatchCounts::of),
            policy: report.and_then(|report| report.policy.clone()),
            file_identity: report.and_then(|report| report.identity.clone()),
        })
    }
}

impl FileOutcome {
    /// Splits a file that would be rejected, if the parts are usable and no limit is exceeded. The
    /// accepted part must pass too: with `fail_on` below error, a file that other findings reject
    /// stays rejected.
    #[must_use]
    pub fn split_into(mut self, parts: Option<SplitParts>, entry: &ReportEntry) -> Self {
        let passes = |report: &Report| {
            let lower = Severity::ALL.into_iter().filter(|severity| *severity < Severity::Error);
            let fails = |severity| entry.fail_on.is_some_and(|level| severity >= level);
            !lower.into_iter().any(|severity| fails(severity) && report.count_of(severity) > 0)
        };
        let is_split = self.place == Destination::Rejected
            && self.why.is_none()
            && entry.outcome.as_ref().is_ok_and(passes);
        if let Some(parts) = parts.filter(|_| is_split) {
            self.place = Destination::Split;
            self.parts = Some(parts);
        }
        self
    }

    /// Returns the suffixes of all files beside the file.
    pub(super) fn suffixes(&self) -> impl Iterator<Item = &str> {
        let parts = self.parts.iter().flat_map(|_| PARTS);
        self.reports.iter().map(|report| report.suffix).chain(parts)
    }
}

/// Returns the limits that a file exceeds.
fn exceeded(entry: &ReportEntry, limits: Limits) -> impl Iterator<Item = String> {
    let report = entry.outcome.as_ref().ok();
    report.into_iter().flat_map(move |report| {
        limits.exceeded(report.records, report.rejected).map(|limit| limit.to_string())
    })
}

/// Returns the reason for a rejection that the report does not contain: a missing report, or the
/// exceeded limits.
fn why(entry: &ReportEntry) -> Option<String> {
    match &entry.outcome {
        Err(why) => Some(why.clone()),
        Ok(_) => (!entry.refused.is_empty()).then(|| entry.refused.join(", ")),
    }
}

/// Writes a line of JSON.
fn write_data(out: &mut Vec<u8>, entry: &ReportEntry) -> io::Result<()> {
    let file = entry.file.as_str();
    match &entry.outcome {
        Ok(report) => json(&mut *out, file, report)?,
        Err(error) => {
            serde_json::to_writer(
                &mut *out,
                &WatchRefusal { schema: "flagflow-error/1", file, error },
            )?;
        }
    }
    out.push(b'\n');
    Ok(())
}

/// Returns the report on a file that cannot be checked.
#[derive(Serialize)]
struct WatchRefusal<'a> {
    schema: &'a str,
    file: &'a str,
    error: &'a str,
}

/// Reason why a file could not be checked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unjudged {
    /// The content: empty, of unknown flow, broken gzip. Another try would not help, so the file is
    /// rejected.
    #[error("{0}")]
    Refused(String),
    /// An outside cause: a disk, a permission. The file stays and is tried again.
    #[error("{0}")]
    Failed(String),
}

impl Unjudged {
    /// Converts an error of reading.
    fn reading(error: &(dyn std::error::Error + 'static), cause: Option<io::ErrorKind>) -> Self {
        let mut message = error.to_string();
        if let Some(source) = error.source() {
            message = format!("{message}: {source}");
        }
        match cause {
            // an error of the decompressor, not of the disk
            Some(
                io::ErrorKind::InvalidData
                | io::ErrorKind::InvalidInput
                | io::ErrorKind::UnexpectedEof,
            ) => Self::Refused(message),
            _ => Self::Failed(message),
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

/// Checks files as `flagflow check` does.
#[derive(Clone, Debug)]
pub struct Checker {
    /// Options of the check.
    pub options: flagflow_check::Options,
    /// Lowest severity of a finding that rejects a file; `None`: findings never do.
    pub fail_on: Option<Severity>,
    /// Limits on the number of rejected records.
    pub limits: Limits,
}

impl FileJudge for Checker {
    fn judge(&mut self, incoming: Incoming<'_>) -> Result<FileOutcome, Unjudged> {
        self.options.sequence = incoming.sequence;
        let mut counts = flagflow_check::Counts::default();
        let report = check_records(incoming.input, &self.options, &mut counts)?;
        let entry =
            ReportEntry::new(incoming.name, report).with_counts(counts).failing_on(self.fail_on);
        FileOutcome::by(&entry, self.limits)
    }
}
