//! Names and limits of the formats.

use std::io::{self, Write};

use crate::render::{self, MOST_SARIF_RESULTS, ReportEntry, TextOptions};
use flagflow_frame::escape;

/// A format of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Text for a terminal.
    Text,
    /// `flagflow-report/1`, one line per file.
    Json,
    /// One self-contained page.
    Html,
    /// SARIF 2.1.0, one run.
    Sarif,
    /// JUnit's XML: one suite per file, one case per rule.
    Junit,
    /// Workflow commands of GitHub Actions, which become annotations.
    Github,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 6] =
        [Self::Text, Self::Json, Self::Html, Self::Sarif, Self::Junit, Self::Github];

    /// Returns the name that options use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Html => "html",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
            Self::Github => "github",
        }
    }

    /// Returns the default number of findings that the format shows of each rule and file.
    ///
    /// GitHub shows ten annotations of a severity for each step; the other limits keep the output
    /// readable. A second limit holds for the whole run, [`Format::most_findings`].
    #[must_use]
    pub const fn samples(self) -> usize {
        match self {
            Self::Text => 20,
            Self::Json => 1000,
            Self::Sarif => 100,
            Self::Html | Self::Junit | Self::Github => 10,
        }
    }

    /// Returns the maximum number of findings that the format shows of a run, whatever the options:
    /// for HTML what fits a page of [`MOST_BYTES`](render::MOST_BYTES) at best, for SARIF
    /// [`MOST_SARIF_RESULTS`], for JUnit what is kept until all files are done. `None` is no limit.
    #[must_use]
    pub const fn most_findings(self) -> Option<usize> {
        match self {
            Self::Text | Self::Json | Self::Github => None,
            Self::Html => Some(10_000),
            Self::Sarif => Some(MOST_SARIF_RESULTS),
            Self::Junit => Some(50_000),
        }
    }

    /// Returns true if the format writes several files one after another, so that no report is
    /// kept.
    #[must_use]
    pub const fn is_file_by_file(self) -> bool {
        matches!(self, Self::Text | Self::Json | Self::Github)
    }

    /// Returns true if the format shows [`Counts`](crate::Counts).
    #[must_use]
    pub const fn shows_counts(self) -> bool {
        matches!(self, Self::Html)
    }
}

/// Error for a text that is not the name of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a format: expected text, json, html, sarif, junit or github")]
pub struct UnknownFormat;

flagflow_domain::named_values!(Format, UnknownFormat);

/// Writes all files of a run in one document of a format.
///
/// # Errors
///
/// Returns the errors of the writer.
pub fn write(format: Format, out: &mut impl Write, entries: &[ReportEntry]) -> io::Result<()> {
    match format {
        Format::Text => entries.iter().try_for_each(|entry| text(out, entry)),
        Format::Json => entries.iter().try_for_each(|entry| json(out, entry)),
        Format::Html => render::html(out, entries),
        Format::Sarif => render::sarif(out, entries),
        Format::Junit => render::junit(out, entries),
        Format::Github => render::github(out, entries),
    }
}

fn text(out: &mut impl Write, entry: &ReportEntry) -> io::Result<()> {
    let ReportEntry { file, outcome, refused, .. } = entry;
    let options = TextOptions {
        findings: true,
        color: false,
        elapsed: None,
        failed: entry.fails(),
        refused,
        policy: entry.policy.as_deref(),
    };
    match outcome {
        Ok(report) => out.write_all(render::text(file, report, &options).as_bytes()),
        Err(why) => writeln!(out, "{file}: {}", escape(why.as_bytes())),
    }
}

/// Writes a line for each report; a file that could not be read has none.
fn json(out: &mut impl Write, entry: &ReportEntry) -> io::Result<()> {
    let Some(report) = entry.report() else { return Ok(()) };
    render::json(&mut *out, &entry.file, report)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
        }
        assert_eq!("pdf".parse::<Format>(), Err(UnknownFormat));
    }
}
