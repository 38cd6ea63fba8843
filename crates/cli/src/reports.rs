//! Options of additional reports.

use std::path::PathBuf;

use flagflow::check::render::{Format, ReportEntry};
use flagflow::files::input::is_standard;
use flagflow::files::output::Guard;
use flagflow::files::reports::{Reports, most};

use crate::exit::{Exit, Failure, with_sources};
use crate::finding_table::FindingTable;
use crate::options::any_case;
use crate::terminal::tell;

/// The additional reports.
#[derive(clap::Args)]
#[command(next_help_heading = "Reports")]
pub(crate) struct ReportArgs {
    /// Write a report to a file too: html, sarif, junit, json, text or github; or parquet, a table
    /// of the findings, if the command was built with it. May be repeated; all are made in one pass
    /// over each file. With - the report replaces the one on standard output.
    #[arg(long, value_name = "FORMAT=PATH", value_parser = format_and_path)]
    report: Vec<ReportPath>,
}

/// A report's format and destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReportPath {
    format: ReportFormat,
    pub(crate) path: PathBuf,
}

/// A format of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ReportFormat {
    Text(Format),
    /// A table of findings.
    Parquet,
}

fn format_and_path(text: &str) -> Result<ReportPath, String> {
    let (format, path) =
        text.split_once('=').ok_or("expected FORMAT=PATH, such as html=report.html")?;
    let format = match format.eq_ignore_ascii_case("parquet") {
        true if cfg!(feature = "tables") => ReportFormat::Parquet,
        true => return Err("this command was built without parquet".to_owned()),
        false => ReportFormat::Text(any_case(format)?),
    };
    match path.is_empty() {
        true => Err("a path is missing".to_owned()),
        false => Ok(ReportPath { format, path: path.into() }),
    }
}

impl ReportArgs {
    /// Returns true if one of the reports uses standard output.
    ///
    /// # Errors
    ///
    /// Fails if two reports do.
    pub(crate) fn take_standard_output(&self) -> Result<bool, Failure> {
        match self.report.iter().filter(|report| is_standard(&report.path)).count() {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Failure::new("--report: two reports use standard output")),
        }
    }

    /// Starts the reports. One that cannot be written is reported, and the others continue.
    pub(crate) fn begin(&self, max_samples: Option<usize>, guard: &Guard) -> (AllReports, Exit) {
        let (texts, tables) = (Reports::new(max_samples), Vec::new());
        let (mut reports, mut exit) = (AllReports { texts, tables, max_samples }, Exit::Clean);
        for ReportPath { format, path } in &self.report {
            let created = match format {
                ReportFormat::Text(format) => reports.texts.create_in(guard, *format, path),
                ReportFormat::Parquet => {
                    FindingTable::create(guard, path).map(|table| reports.tables.push(table))
                }
            };
            if let Err(error) = created {
                tell(format_args!("flagflow: {}", with_sources(&error)));
                exit = Exit::Failed;
            }
        }
        (reports, exit)
    }
}

/// The reports of a run.
pub(crate) struct AllReports {
    texts: Reports,
    tables: Vec<FindingTable>,
    max_samples: Option<usize>,
}

impl AllReports {
    pub(crate) fn is_empty(&self) -> bool {
        self.texts.is_empty() && self.tables.is_empty()
    }

    /// Returns true if a report shows counts.
    pub(crate) fn shows_counts(&self) -> bool {
        self.texts.shows_counts()
    }

    /// Returns the most findings of each rule that any report shows; `None` is all.
    pub(crate) fn most(&self) -> Option<usize> {
        let texts = self.texts.most()?;
        if self.tables.is_empty() { Some(texts) } else { Some(texts.max(self.most_in_table()?)) }
    }

    /// A table has as many findings as a report of JSON.
    fn most_in_table(&self) -> Option<usize> {
        most(Format::Json, self.max_samples)
    }

    /// Adds a file of the run.
    pub(crate) fn add(&mut self, entry: ReportEntry) {
        let most = self.most_in_table();
        self.tables.iter_mut().for_each(|table| table.add(&entry, most));
        self.texts.add(entry);
    }
}

/// Publishes the reports. One that cannot be written is reported.
pub(crate) fn finish(reports: AllReports) -> Exit {
    let mut exit = Exit::Clean;
    let mut errors = reports.texts.finish();
    errors.extend(reports.tables.into_iter().filter_map(|table| table.finish().err()));
    // the reader of a report on standard output may have stopped
    for error in errors.iter().filter(|error| !error.is_closed_pipe()) {
        tell(format_args!("flagflow: {}", with_sources(error)));
        exit = Exit::Failed;
    }
    exit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_has_a_format_and_a_path() {
        let expected =
            ReportPath { format: ReportFormat::Text(Format::Html), path: "a=b.html".into() };
        assert_eq!(format_and_path("html=a=b.html"), Ok(expected));
        for text in ["html", "html=", "pdf=x", "=x"] {
            assert!(format_and_path(text).is_err(), "{text}");
        }
    }
}
