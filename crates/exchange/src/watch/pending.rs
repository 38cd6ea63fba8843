//! The note of what is about to happen to a file.

use std::ffi::OsString;

use flagflow_check::Issue;
use serde::{Deserialize, Serialize};

use super::Place;
use super::event::Event;
use crate::stamp::Identity;

/// What is about to happen to a file: it is noted before anything is done, and taken away when all is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pending {
    /// The file's name in the folder.
    pub(super) name: OsString,
    /// Which file it is.
    pub(super) identity: Identity,
    /// Where it is going.
    pub(super) place: Place,
    /// Its name there.
    pub(super) target: OsString,
    /// The suffixes of its reports.
    pub(super) reports: Vec<String>,
    /// What is to be logged.
    pub(super) event: Event,
    /// What it is among the files of its sender.
    #[serde(default)]
    pub(super) issue: Option<Issue>,
}

/// What a note means to a watch that begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outlook {
    /// The file was not renamed: its reports are removed, and it is judged anew.
    Undo,
    /// It was: the log is completed.
    Finish,
    /// It is in neither place, so somebody took it; from where, nobody can tell. Reports stay.
    Gone,
}

impl Pending {
    /// What the note means, by what is there: the file of that name in the folder, if any, and
    /// whether there is one of the target's name in its place.
    ///
    /// A target's name is free when it is chosen, and nobody else puts files there, so a file of that
    /// name is this one. Another file of the same name may have come into the folder since.
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
    use super::*;
    use crate::stamp::testing::stamp;
    use crate::watch::Kind;

    #[test]
    fn only_what_is_there_decides() {
        let mine = stamp(1, 5).identity().clone();
        let other = stamp(2, 5).identity().clone();
        let pending = Pending {
            name: "a".into(),
            identity: mine.clone(),
            place: Place::Accepted,
            target: "a".into(),
            reports: vec![".report.json".to_owned()],
            event: Event::now(Kind::Accepted, "a".to_owned()),
            issue: None,
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
        let read: Pending = serde_json::from_str(&note).unwrap();
        assert_eq!((read.identity, read.event), (pending.identity, pending.event));
    }
}
