//! A folder that looks after itself: what arrives in it is judged and put into `accepted/` or
//! `rejected/`, its report beside it.
//!
//! # Exactly once
//!
//! A file is handled when it is renamed out of the folder: one step, which has happened or has not.
//! Around it, for each file:
//!
//! 1. what is about to happen is noted in `.flagflow/pending.json`,
//! 2. the reports are written beside the place where the file will stand, whole and on disk,
//! 3. the file is renamed into its place, if it is still the one that was judged,
//! 4. what happened is logged, and the note is taken away.
//!
//! Stopped at any moment, the next start reads the note: where the rename has not happened, reports
//! without their file are removed and the file is judged anew; where it has, only the log is
//! completed. A lock on `.flagflow/lock`, which the system lets go when a process dies, keeps a second
//! watch out.
//!
//! # Files still being written
//!
//! A file is left alone until its size, times and identity have been the same for
//! [`Options::settle`], and for as long as its name says that it is not finished
//! ([`Options::unfinished`]). What changes while it is judged is left for another round.
//!
//! What decides is apart from what touches the disk: [`Settling`] says which files are due and
//! [`Pending::outlook`] what a note means after a stop; [`Folder`] acts; [`Judge`] judges.

mod disk;
mod event;
mod folder;
mod judge;
mod pending;
mod rounds;
mod settling;

pub use event::{Counts, Event, Kind};
pub use folder::{Folder, OWN_FOLDER, OWN_FOLDERS, Options};
pub use judge::{Checker, Incoming, Judge, Judged, ReportFile, Unjudged};
pub use pending::{Outlook, Pending};
pub use rounds::{Round, Watch};
pub use settling::Settling;

pub use crate::stamp::{Identity, Stamp};

use std::path::Path;

use serde::{Deserialize, Serialize};

/// Where a file goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// Nothing stands against it.
    Accepted,
    /// Something does; its report says what.
    Rejected,
}

impl Place {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Accepted, Self::Rejected];

    /// The name of its folder.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }
}

impl AsRef<Path> for Place {
    fn as_ref(&self) -> &Path {
        Path::new(self.as_str())
    }
}
