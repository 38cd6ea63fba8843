//! Events: lines of JSON for the page.

use flagflow_check::render::{ReportEntry, verdict};
use flagflow_check::{Flow, Layout, REGISTRY, Report, Severity};
use serde::Serialize;

use crate::page::{Page, Stream};
use crate::records::FirstRecord;

/// One step of a run.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Event<'a> {
    /// The names that options use.
    Names {
        version: &'static str,
        rules: Vec<RuleName>,
        flows: Vec<&'static str>,
        layouts: Vec<&'static str>,
    },
    /// A file was checked, or could not be read.
    File {
        /// The number of the file in the request, from 0.
        index: usize,
        name: &'a str,
        failed: bool,
        /// The verdict, or the reason for which there is none.
        verdict: String,
        counts: Option<FileCounts>,
        first_records: &'a [FirstRecord],
    },
    /// A file of a folder is a report of flagflow, and was left out.
    LeftOut { index: usize },
    /// A file was split.
    Split { accepted: u64, rejected: u64, withheld: u64, refusals: Vec<String> },
    /// The run ended.
    Done,
    /// The options or the request are wrong, or the split failed.
    Refused { message: &'a str },
    /// The module stops.
    Stopped { message: &'a str },
}

/// A rule of the registry.
#[derive(Debug, Serialize)]
pub(crate) struct RuleName {
    name: &'static str,
    severity: &'static str,
    summary: &'static str,
}

/// Counts of a file.
#[derive(Debug, Serialize)]
pub(crate) struct FileCounts {
    records: u64,
    accepted: u64,
    rejected: u64,
    errors: u64,
    warnings: u64,
    notes: u64,
}

impl FileCounts {
    fn of(report: &Report) -> Self {
        Self {
            records: report.records,
            accepted: report.accepted,
            rejected: report.rejected,
            errors: report.count_of(Severity::Error),
            warnings: report.count_of(Severity::Warning),
            notes: report.count_of(Severity::Note),
        }
    }
}

/// Writes an event.
pub(crate) fn tell<P: Page>(page: &P, event: &Event<'_>) {
    // every event is numbers and text, which JSON can always have
    let mut line = serde_json::to_vec(event).unwrap_or_default();
    line.push(b'\n');
    page.write(Stream::Events, &line);
}

/// Writes the event of a file.
pub(crate) fn tell_file<P: Page>(
    page: &P,
    index: usize,
    entry: &ReportEntry,
    first_records: &[FirstRecord],
) {
    let (verdict, counts) = match &entry.outcome {
        Ok(report) => (verdict(report, entry.fails()), Some(FileCounts::of(report))),
        Err(why) => (why.clone(), None),
    };
    let (name, failed) = (entry.file.as_str(), entry.fails());
    tell(page, &Event::File { index, name, failed, verdict, counts, first_records });
}

/// Writes the event of a panic.
#[cfg_attr(not(target_family = "wasm"), expect(dead_code, reason = "only a module stops"))]
pub(crate) fn stopped<P: Page>(page: &P, message: &str) {
    tell(page, &Event::Stopped { message });
}

/// Writes the names of rules, flows and layouts, and the version, as an event.
pub fn describe<P: Page>(page: P) {
    let rule = |rule: &&'static flagflow_check::Rule| RuleName {
        name: rule.name,
        severity: rule.severity.as_str(),
        summary: rule.summary,
    };
    tell(
        &page,
        &Event::Names {
            version: env!("CARGO_PKG_VERSION"),
            rules: REGISTRY.iter().map(rule).collect(),
            flows: Flow::ALL.map(Flow::as_str).to_vec(),
            layouts: Layout::ALL.map(Layout::as_str).to_vec(),
        },
    );
}
