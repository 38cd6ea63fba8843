//! Options of additional reports.

use std::path::PathBuf;

use flagflow::check::render::Format;
use flagflow::files::input::is_standard;
use flagflow::files::output::Guard;
use flagflow::files::reports::Reports;

use crate::exit::{Exit, Failure, with_sources};
use crate::options::any_case;
use crate::terminal::tell;

/// The additional reports.
#[derive(clap::Args)]
#[command(next_help_heading = "Reports")]
pub(crate) struct ReportArgs {
    /// Write a report to a file too: html, sarif, junit, json, text or github. May be repeated; all
    /// are made in one pass over each file. With - the report replaces the one on standard output.
    #[arg(long, value_name = "FORMAT=PATH", value_parser = format_and_path)]
    report: Vec<ReportPath>,
}

/// A report's format and destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReportPath {
    format: Format,
    pub(crate) path: PathBuf,
}

fn format_and_path(text: &str) -> Result<ReportPath, String> {
    let (format, path) =
        text.split_once('=').ok_or("expected FORMAT=PATH, such as html=report.html")?;
    let format = any_case(format)?;
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
    pub(crate) fn begin(&self, max_samples: Option<usize>, guard: &Guard) -> (Reports, Exit) {
        let (mut reports, mut exit) = (Reports::new(max_samples), Exit::Clean);
        for ReportPath { format, path } in &self.report {
            if let Err(error) = reports.create_in(guard, *format, path) {
                tell(format_args!("flagflow: {}", with_sources(&error)));
                exit = Exit::Failed;
            }
        }
        (reports, exit)
    }
}

/// Publishes the reports. One that cannot be written is reported.
pub(crate) fn finish(reports: Reports) -> Exit {
    let mut exit = Exit::Clean;
    // the reader of a report on standard output may have stopped
    for error in reports.finish().iter().filter(|error| !error.is_closed_pipe()) {
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
        let expected = ReportPath { format: Format::Html, path: "a=b.html".into() };
        assert_eq!(format_and_path("html=a=b.html"), Ok(expected));
        for text in ["html", "html=", "pdf=x", "=x"] {
            assert!(format_and_path(text).is_err(), "{text}");
        }
    }
}
