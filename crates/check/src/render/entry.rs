//! One file of a run.

use crate::counts::Counts;
use crate::report::Report;
use crate::severity::Severity;

/// One file of a run, for documents that hold several.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Entry {
    /// The file, as it was named.
    pub file: String,
    /// Its report, or why there is none.
    pub outcome: Result<Report, String>,
    /// Its accepted records by month and distributor, where they were counted.
    pub counts: Option<Counts>,
}

impl Entry {
    /// A file that was checked.
    pub fn new(file: impl Into<String>, report: Report) -> Self {
        Self { file: file.into(), outcome: Ok(report), counts: None }
    }

    /// A file that could not be read to its end, and why.
    pub fn unreadable(file: impl Into<String>, why: impl Into<String>) -> Self {
        Self { file: file.into(), outcome: Err(why.into()), counts: None }
    }

    /// The same with its counts.
    #[must_use]
    pub fn with_counts(mut self, counts: Counts) -> Self {
        self.counts = Some(counts);
        self
    }

    /// Whether it has something at or above a severity, or could not be read.
    #[must_use]
    pub fn fails(&self, fail_on: Option<Severity>) -> bool {
        self.outcome.as_ref().map_or(true, |report| report.fails(fail_on))
    }

    /// The report, where there is one.
    pub(crate) fn report(&self) -> Option<&Report> {
        self.outcome.as_ref().ok()
    }
}
