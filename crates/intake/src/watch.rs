//! Watches a folder: checks each file that arrives and moves it to `accepted/`, `rejected/` or
//! `split/`, with its report beside it.
//!
//! # Exactly once
//!
//! A file is handled when it is renamed out of the folder, in one atomic step. The steps for each
//! file are:
//!
//! 1. the planned move is noted in `.flagflow/pending.json`,
//! 2. the reports are written beside the file's destination, whole and on disk,
//! 3. the file is renamed to its destination, if it is still the one that was checked,
//! 4. the result is logged, and the note is removed.
//!
//! If the watch is stopped at any moment, the next start reads the note: if the rename has not
//! happened, reports without their file are removed and the file is checked again; otherwise only
//! the log is completed. A lock on `.flagflow/lock`, which the system releases when a process ends,
//! prevents a second watch.
//!
//! # Files still being written
//!
//! A file is left alone until its size, times and identity have been the same for
//! [`WatchOptions::settle`], and while its name marks it as unfinished
//! ([`WatchOptions::unfinished`]). A file that changes while it is checked is left for another
//! round.
//!
//! Decisions are separate from disk access: [`Settling`] decides which files are due and
//! [`PendingMove::outlook`] interprets a note after a stop; [`Folder`] moves files; [`FileJudge`]
//! checks them.

mod disk;
mod event;
mod folder;
mod judge;
mod pending;
mod rounds;
mod settling;
mod split;

pub use event::{EventKind, WatchCounts, WatchEvent};
pub use folder::{Folder, OWN_FOLDER, OWN_FOLDERS, WatchOptions};
pub use judge::{Checker, FileJudge, FileOutcome, Incoming, ReportFile, Unjudged};
pub use pending::{Outlook, PendingMove};
pub use rounds::{RoundSummary, Watch};
pub use settling::Settling;
pub use split::{SplitParts, check_and_split};

pub use flagflow_files::{Identity, Stamp};

use std::path::Path;

use serde::{Deserialize, Serialize};

/// Destination of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Destination {
    /// The file passed its check.
    Accepted,
    /// The file was rejected; its report has the reasons.
    Rejected,
    /// The file was split into accepted and rejected records, which are beside it.
    Split,
}

impl Destination {
    /// All destinations.
    pub const ALL: [Self; 3] = [Self::Accepted, Self::Rejected, Self::Split];

    /// Returns the name of its folder.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Split => "split",
        }
    }
}

impl AsRef<Path> for Destination {
    fn as_ref(&self) -> &Path {
        Path::new(self.as_str())
    }
}

#[cfg(test)]
mod testing {
    use serde_json::json;

    use super::Stamp;

    /// Returns a stamp that differs where either number does.
    pub(super) fn stamp(inode: u64, length: u64) -> Stamp {
        let identity = json!({"device": 1, "inode": inode, "created": null});
        let stamp =
            json!({"identity": identity, "length": length, "modified": null, "changed": [0, 0]});
        serde_json::from_value(stamp).unwrap()
    }
}
