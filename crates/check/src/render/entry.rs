//! One file of a run.

use std::path::PathBuf;

use crate::counts::Counts;
use crate::finding::escape_path;
use crate::report::Report;
use crate::severity::Severity;

/// One file of a run, for documents with several files.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReportEntry {
    /// The name of the file in printable form, as [`escape_path`] writes it.
    pub file: String,
    /// The file's path as given, for URIs, which have their own escapes.
    pub path: PathBuf,
    /// The report, or the reason for which there is no report.
    pub outcome: Result<Report, String>,
    /// Accepted records by month and distributor, if they were counted.
    pub counts: Option<Counts>,
    /// The lowest severity that fails the file; error by default.
    pub fail_on: Option<Severity>,
    /// Reasons for which the file is refused besides its findings: the exceeded limits.
    pub refused: Vec<String>,
    /// The name of the configuration that was used besides defaults and arguments.
    pub policy: Option<String>,
}

impl ReportEntry {
    /// Creates the entry of a file that was checked.
    pub fn new(file: impl Into<PathBuf>, report: Report) -> Self {
        Self::of(file.into(), Ok(report))
    }

    /// Creates the entry of a file that could not be read to its end, with the reason.
    pub fn unreadable(file: impl Into<PathBuf>, why: impl Into<String>) -> Self {
        Self::of(file.into(), Err(why.into()))
    }

    fn of(path: PathBuf, outcome: Result<Report, String>) -> Self {
        Self {
            file: escape_path(&path),
            path,
            outcome,
            counts: None,
            fail_on: Some(Severity::Error),
            refused: Vec::new(),
            policy: None,
        }
    }

    /// Sets the lowest severity that fails the file; `None` never fails it.
    #[must_use]
    pub fn failing_on(mut self, fail_on: Option<Severity>) -> Self {
        self.fail_on = fail_on;
        self
    }

    /// Sets the reasons for which the file is refused.
    #[must_use]
    pub fn refused_for(mut self, reasons: impl IntoIterator<Item = String>) -> Self {
        self.refused.extend(reasons);
        self
    }

    /// Sets the name of the configuration that was used.
    #[must_use]
    pub fn judged_by(mut self, policy: Option<String>) -> Self {
        self.policy = policy;
        self
    }

    /// Sets the counts of the file.
    #[must_use]
    pub fn with_counts(mut self, counts: Counts) -> Self {
        self.counts = Some(counts);
        self
    }

    /// Returns true if the file has a finding at or above the severity that fails it, is refused,
    /// or could not be read.
    #[must_use]
    pub fn fails(&self) -> bool {
        let by_findings = |report: &Report| report.fails(self.fail_on);
        !self.refused.is_empty() || self.outcome.as_ref().map_or(true, by_findings)
    }

    /// Returns the report, if there is one.
    pub(crate) fn report(&self) -> Option<&Report> {
        self.outcome.as_ref().ok()
    }
}
