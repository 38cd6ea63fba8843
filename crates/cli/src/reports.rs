//! Reports beside the one on standard output, as options.

use std::path::{Path, PathBuf};

use flagflow::check::escape_path;
use flagflow::check::render::Format;
use flagflow::exchange::input::is_standard;
use flagflow::exchange::reports::Reports;

use crate::exit::{Exit, Failure, with_sources};
use crate::options::any_case;
use crate::terminal::tell;

/// The reports that are written besides.
#[derive(clap::Args)]
#[command(next_help_heading = "Reports")]
pub(crate) struct ReportArgs {
    /// Write a report to a file too: html, sarif, junit, json, text or github. May be repeated; all
    /// are made in the same pass over each file. With - it stands on standard output, in place of
    /// the one that would be there.
    #[arg(long, value_name = "FORMAT=PATH", value_parser = format_and_path)]
    report: Vec<(Format, PathBuf)>,
}

fn format_and_path(text: &str) -> Result<(Format, PathBuf), String> {
    let (format, path) =
        text.split_once('=').ok_or("expected FORMAT=PATH, such as html=report.html")?;
    let format = any_case(format)?;
    if path.is_empty() { Err("a path is missing".to_owned()) } else { Ok((format, path.into())) }
}

impl ReportArgs {
    /// Whether one of the reports takes standard output.
    pub(crate) fn take_standard_output(&self) -> bool {
        self.report.iter().any(|(_, path)| is_standard(path))
    }

    /// Begins the reports. One that cannot be written is told, and the others go on.
    ///
    /// # Errors
    ///
    /// When two of them are to be written to the same place.
    pub(crate) fn begin(&self, max_samples: Option<usize>) -> Result<(Reports, Exit), Failure> {
        if let Some(path) = self.twice() {
            let message = format!("--report: two reports to {}", escape_path(path));
            return Err(Failure::new(message));
        }
        let (mut reports, mut exit) = (Reports::new(max_samples), Exit::Clean);
        for (format, path) in &self.report {
            if let Err(error) = reports.create(*format, path) {
                tell(format_args!("flagflow: {}", with_sources(&error)));
                exit = Exit::Failed;
            }
        }
        Ok((reports, exit))
    }

    fn twice(&self) -> Option<&Path> {
        let earlier = |at: usize| self.report[..at].iter().map(|(_, path)| path);
        let mut paths = self.report.iter().map(|(_, path)| path).enumerate();
        let twice = paths.find(|(at, path)| earlier(*at).any(|other| other == *path));
        twice.map(|(_, path)| path.as_path())
    }
}

/// Publishes the reports. What cannot be written is told.
pub(crate) fn finish(reports: Reports) -> Exit {
    let mut exit = Exit::Clean;
    // whoever read a report on standard output may have stopped
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
        assert_eq!(format_and_path("html=a=b.html"), Ok((Format::Html, "a=b.html".into())));
        for text in ["html", "html=", "pdf=x", "=x"] {
            assert!(format_and_path(text).is_err(), "{text}");
        }
    }
}
