//! One file of a run.

use std::path::PathBuf;

use crate::counts::Counts;
use crate::finding::escape_path;
use crate::report::Report;
use crate::severity::Severity;

/// One file of a run, for documents that hold several.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReportEntry {
    /// The name of the file in printable form, as [`escape_path`] writes it.
    pub file: String,
    /// The file, as it was named: for URIs, which have escapes of their own.
    pub path: PathBuf,
    /// Its report, or why there is none.
    pub outcome: Result<Report, String>,
    /// Its accepted records by month and distributor, where they were counted.
    pub counts: Option<Counts>,
    /// From which severity on it fails; error unless it is said.
    pub fail_on: Option<Severity>,
    /// Why it is refused besides its findings: the gates that it is past.
    pub refused: Vec<String>,
    /// What it was judged by besides defaults and arguments: a configuration's name.
    pub policy: Option<String>,
}

impl ReportEntry {
    /// A file that was checked.
    pub fn new(file: impl Into<PathBuf>, report: Report) -> Self {
        Self::of(file.into(), Ok(report))
    }

    /// A file that could not be read to its end, and why.
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

    /// The same, failing from a severity on, or never.
    #[must_use]
    pub fn failing_on(mut self, fail_on: Option<Severity>) -> Self {
        self.fail_on = fail_on;
        self
    }

    /// The same, refused for these reasons.
    #[must_use]
    pub fn refused_for(mut self, reasons: impl IntoIterator<Item = String>) -> Self {
        self.refused.extend(reasons);
        self
    }

    /// The same, judged by a configuration of this name.
    #[must_use]
    pub fn judged_by(mut self, policy: Option<String>) -> Self {
        self.policy = policy;
        self
    }

    /// The same with its counts.
    #[must_use]
    pub fn with_counts(mut self, counts: Counts) -> Self {
        self.counts = Some(counts);
        self
    }

    /// Whether it has something at or above the severity that fails it, is refused, or could not be
    /// read.
    #[must_use]
    pub fn fails(&self) -> bool {
        let by_findings = |report: &Report| report.fails(self.fail_on);
        !self.refused.is_empty() || self.outcome.as_ref().map_or(true, by_findings)
    }

    /// The report, where there is one.
    pub(crate) fn report(&self) -> Option<&Report> {
        self.outcome.as_ref().ok()
    }
}
