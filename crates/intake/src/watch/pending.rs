//! The note of what is about to happen to a file.

use std::ffi::OsString;

use flagflow_check::FileIdentity;
use serde::{Deserialize, Serialize};

use super::Destination;
use super::event::WatchEvent;
use flagflow_files::Identity;

/// Planned move of a file: noted before the first step, and removed after the last.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PendingMove {
    /// The file's name in the folder.
    pub(super) name: OsString,
    /// Identity of the file.
    pub(super) identity: Identity,
    /// Destination of the file.
    pub(super) place: Destination,
    /// Name of the file in its destination.
    pub(super) target: OsString,
    /// The suffixes of its reports.
    pub(super) reports: Vec<String>,
    /// Event to log.
    pub(super) event: WatchEvent,
    /// Identity of the file in its sender's sequence.
    #[serde(default)]
    #[serde(alias = "issue")]
    pub(super) file_identity: Option<FileIdentity>,
}

/// Meaning of a note for a watch that starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outlook {
    /// The file was not renamed: its reports are removed, and it is checked again.
    Undo,
    /// The file was renamed: the log is completed.
    Finish,
    /// In neither place: another process took the file. Reports are kept.
    Gone,
}

impl PendingMove {
    /// Interprets the note by the files found: the file of that name in the folder, if any, and
    /// whether the destination exists.
    ///
    /// The destination's name is free when it is chosen, and other processes put no files there, so
    /// a file of that name is the noted one. Another file of the same name may have arrived in the
    /// folder since.
    #[must_use]
    pub fn outlook(&self, in_the_folder: Option<&Identity>, in_its_place: bool) -> Outlook {
        match in_the_folder {
            _ if in_its_place => Outlook::Finish,
            Some(identity) if *identity == self.identity => Outlook::Undo,
            _ => Outlook::Gone,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::stamp;
    use super::*;
    use crate::watch::EventKind;

    #[test]
    fn only_what_is_there_decides() {
        let mine = stamp(1, 5).identity().clone();
        let other = stamp(2, 5).identity().clone();
        let pending = PendingMove {
            name: "a".into(),
            identity: mine.clone(),
            place: Destination::Accepted,
            target: "a".into(),
            reports: vec![".report.json".to_owned()],
            event: WatchEvent::now(EventKind::Accepted, "a".to_owned()),
            file_identity: None,
        };
        for (folder, place, expected) in [
            (Some(&mine), false, Outlook::Undo),
            (None, true, Outlook::Finish),
            (Some(&other), true, Outlook::Finish),
            (None, false, Outlook::Gone),
            (Some(&other), false, Outlook::Gone),
        ] {
            assert_eq!(pending.outlook(folder, place), expected);
        }
        let note = serde_json::to_string(&pending).unwrap();
        let read: PendingMove = serde_json::from_str(&note).unwrap();
        assert_eq!((read.identity, read.event), (pending.identity, pending.event));
    }
}
