//! Events of files, one line of JSON each.

use std::io::{self, Write};
use std::time::SystemTime;

use chrono::{DateTime, SecondsFormat, Utc};
use flagflow_check::Report;
use serde::{Deserialize, Serialize};

/// Event of a file: a line of the log (`flagflow-watch/1`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WatchEvent {
    /// `flagflow-watch/1`.
    pub schema: String,
    /// Time of the event in UTC, in the form of RFC 3339.
    pub time: String,
    /// Kind of the event.
    pub event: EventKind,
    /// The file's name as it arrived, in printable form ([`flagflow_check::escape_path`]).
    pub file: String,
    /// Destination, relative to the folder.
    pub to: Option<String>,
    /// Number of records, if known.
    pub counts: Option<WatchCounts>,
    /// Policy of the check, if any.
    #[serde(default)]
    pub policy: Option<String>,
    /// Error, or the reason for a rejection that the report does not contain.
    pub error: Option<String>,
    /// True if the watch was stopped before it could log the event, and logs it at its next start.
    /// The line may then occur twice.
    pub recovered: bool,
}

/// Kind of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum EventKind {
    /// The file was moved to `accepted/`.
    Accepted,
    /// The file was moved to `rejected/`.
    Rejected,
    /// The file was moved to `split/`, with its accepted and rejected records beside it.
    Split,
    /// The file changed while it was checked, and stays for another round.
    Changed,
    /// The file could not be handled, and stays for another try.
    Failed,
    /// The watch was stopped when it was about to be put into its place, and now it is in neither:
    /// somebody took it.
    Gone,
}

impl EventKind {
    /// Returns the name of the kind in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Split => "split",
            Self::Changed => "changed",
            Self::Failed => "failed",
            Self::Gone => "gone",
        }
    }
}

/// The records of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WatchCounts {
    /// Lines that are records.
    pub records: u64,
    /// Records without an error.
    pub accepted: u64,
    /// Records with an error.
    pub rejected: u64,
}

impl WatchCounts {
    /// Returns the counts of a report.
    pub(super) const fn of(report: &Report) -> Self {
        let Report { records, accepted, rejected, .. } = *report;
        Self { records, accepted, rejected }
    }
}

impl WatchEvent {
    /// Writes it as a line of JSON, in one piece.
    ///
    /// # Errors
    ///
    /// Errors of the writer.
    pub fn write_json(&self, mut out: impl Write) -> io::Result<()> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        out.write_all(&line)?;
        out.flush()
    }

    /// Something that happened just now.
    pub(super) fn now(event: EventKind, file: String) -> Self {
        let time = DateTime::<Utc>::from(SystemTime::now());
        Self {
            schema: "flagflow-watch/1".to_owned(),
            time: time.to_rfc3339_opts(SecondsFormat::Millis, true),
            event,
            file,
            to: None,
            counts: None,
            policy: None,
            error: None,
            recovered: false,
        }
    }
}
