//! The folder on disk: what is in it, and putting a file into its place.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use flagflow_check::render::ReportEntry;
use flagflow_check::{FileIdentity, Sequence, escape_path};

use super::Destination;
use super::disk::{cannot, expect_folder, lock, make, read_json, remove, sweep, write, write_json};
use super::event::{EventKind, WatchEvent};
use super::judge::{FileJudge, FileOutcome, Incoming, REPORTS, Unjudged};
use super::pending::{Outlook, PendingMove};
use super::split::{PARTS, SplitParts};
use crate::quarantine::Limits;
use flagflow_files::output::{sync_directory, withheld_by};
use flagflow_files::{Error, Result};
use flagflow_files::{Source, Stamp};

/// Subfolder for the watch's own files: its lock, its note of the pending move, and the last file
/// of each sender. It is not needed if no watch runs and none was killed.
pub const OWN_FOLDER: &str = ".flagflow";

/// The folders in the folder that a watch makes: its own, and where files go.
pub const OWN_FOLDERS: [&str; 4] = [
    OWN_FOLDER,
    Destination::Accepted.as_str(),
    Destination::Rejected.as_str(),
    Destination::Split.as_str(),
];

/// Options of a watch.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WatchOptions {
    /// Time for which a file must be unchanged before it is checked.
    pub settle: Duration,
    /// Suffixes of unfinished files, in any case; [`WatchOptions::UNFINISHED`] by default. Names
    /// that begin with a dot are always left alone.
    pub unfinished: Vec<String>,
    /// Compares each file with the last accepted one of its sender.
    pub in_sequence: bool,
}

impl WatchOptions {
    /// Endings of names that senders, browsers and editors give to files before they are finished.
    pub const UNFINISHED: [&str; 7] =
        [".tmp", ".part", ".filepart", ".partial", ".crdownload", ".swp", "~"];
}

impl Default for WatchOptions {
    fn default() -> Self {
        Self {
            settle: Duration::from_secs(2),
            unfinished: Self::UNFINISHED.map(str::to_owned).to_vec(),
            in_sequence: false,
        }
    }
}

/// Callback for events: called before the next file is handled.
pub(super) type EventLog<'a> = &'a mut dyn FnMut(&WatchEvent) -> io::Result<()>;

/// A folder that is watched by this process only.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    unfinished: Vec<String>,
    /// The last accepted file of each sender, where they are kept.
    last: Option<Vec<FileIdentity>>,
    /// Let go when this is dropped, however the process ends.
    _lock: File,
}

impl Folder {
    /// Takes over a folder: creates `accepted/`, `rejected/` and its own folder, and removes
    /// half-written files that a killed watch left in them.
    ///
    /// # Errors
    ///
    /// [`Busy`](crate::ErrorKind::Busy) if another watch runs on the folder,
    /// [`Input`](crate::ErrorKind::Input) if the path is not a folder,
    /// [`Output`](crate::ErrorKind::Output) if a subfolder cannot be created.
    pub fn open(root: &Path, options: &WatchOptions) -> Result<Self> {
        fs::read_dir(root).map_err(|cause| Error::input(cannot(root, "read"), cause))?;
        let own = root.join(OWN_FOLDER);
        make(&own)?;
        let lock = lock(&own.join("lock"))?;
        sweep(&own)?;
        for place in Destination::ALL {
            let folder = root.join(place);
            // the folder of split files is made for the first of them
            if place != Destination::Split || fs::symlink_metadata(&folder).is_ok() {
                make(&folder)?;
                sweep(&folder)?;
            }
        }
        let last = options.in_sequence.then(|| read_json(&own.join(LAST))).transpose()?;
        Ok(Self {
            root: root.to_owned(),
            unfinished: options.unfinished.clone(),
            last: last.map(Option::unwrap_or_default),
            _lock: lock,
        })
    }

    /// Completes the pending move of a killed watch, and returns its outcome.
    ///
    /// # Errors
    ///
    /// [`Input`](crate::ErrorKind::Input) if the note cannot be read,
    /// [`Output`](crate::ErrorKind::Output) if the folder cannot be put in order; errors of the
    /// log.
    pub fn recover(&mut self, log: EventLog<'_>) -> Result<Option<EventKind>> {
        let Some(mut pending) = read_json::<PendingMove>(&self.note())? else { return Ok(None) };
        pending.event.recovered = true;
        match self.outlook(&pending) {
            Outlook::Undo => self.undo(&pending).map(|()| None),
            Outlook::Finish => self.finish(&pending, log).map(Some),
            Outlook::Gone => self.gone(&pending, log).map(Some),
        }
    }

    /// Lists the files that have arrived and are not known to be unfinished: plain files only,
    /// without subfolders and symbolic links.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) if the folder cannot be read.
    pub fn look(&self) -> Result<Vec<(OsString, Stamp)>> {
        let failed = |cause| Error::input(cannot(&self.root, "read"), cause);
        let mut seen = Vec::new();
        for entry in fs::read_dir(&self.root).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            if self.is_finished(&name) {
                // what was taken away since is not there
                seen.extend(self.stamp(&name).map(|stamp| (name, stamp)));
            }
        }
        Ok(seen)
    }

    fn is_finished(&self, name: &OsStr) -> bool {
        let name = name.to_string_lossy().to_lowercase();
        let is_unfinished = |end: &String| name.ends_with(&end.to_lowercase());
        !name.starts_with('.') && !self.unfinished.iter().any(is_unfinished)
    }

    /// Returns a plain file of the folder, as it is now.
    fn stamp(&self, name: &OsStr) -> Option<Stamp> {
        let data = fs::symlink_metadata(self.root.join(name)).ok()?;
        data.is_file().then(|| Stamp::of(&data))
    }

    /// Checks a file and moves it to its destination. `None` if the file no longer exists.
    ///
    /// # Errors
    ///
    /// Errors of the log, or an operation that could neither be completed nor undone: before
    /// anything else [`Folder::recover`] has to. What is wrong with one file alone is an event.
    pub fn handle(
        &mut self,
        name: &OsStr,
        stamp: &Stamp,
        judge: &mut dyn FileJudge,
        log: EventLog<'_>,
    ) -> Result<Option<EventKind>> {
        let shown = escape_path(Path::new(name));
        match self.judged(name, &shown, stamp, judge) {
            Ok(Some(judged)) => {
                let pending = self.pending(name, stamp, &judged);
                self.put(&pending, stamp, &judged, log).map(Some)
            }
            Ok(None) if self.stamp(name).is_none() => Ok(None),
            Ok(None) => tell(log, &WatchEvent::now(EventKind::Changed, shown)).map(Some),
            Err(error) => tell(log, &failed(shown, error)).map(Some),
        }
    }

    /// Judges a file. `None` where it is not the one that was seen.
    fn judged(
        &self,
        name: &OsStr,
        shown: &str,
        stamp: &Stamp,
        judge: &mut dyn FileJudge,
    ) -> Result<Option<FileOutcome>, String> {
        let file = match File::open(self.root.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file.map_err(|error| error.to_string())?,
        };
        if file.metadata().map_or(true, |data| Stamp::of(&data) != *stamp) {
            return Ok(None);
        }
        let sequence = self.last.clone().map_or(Sequence::Off, Sequence::Among);
        let source = Source::from_file(file, shown);
        let judged = source
            .read()
            .map_err(Unjudged::from)
            .and_then(|input| judge.judge(Incoming { name: shown, input, source, sequence }))
            .or_else(|unjudged| match unjudged {
                Unjudged::Refused(error) => {
                    FileOutcome::by(&ReportEntry::unreadable(shown, error), Limits::default())
                }
                Unjudged::Failed(_) => Err(unjudged),
            });
        judged.map(Some).map_err(|unjudged| unjudged.to_string())
    }

    fn pending(&self, name: &OsStr, stamp: &Stamp, judged: &FileOutcome) -> PendingMove {
        let place = judged.place;
        let target = self.free_name(place, name);
        let kind = match place {
            Destination::Accepted => EventKind::Accepted,
            Destination::Rejected => EventKind::Rejected,
            Destination::Split => EventKind::Split,
        };
        let mut event = WatchEvent::now(kind, escape_path(Path::new(name)));
        let folder = escape_path(place.as_ref());
        // with / on every system
        event.to = Some(format!("{folder}/{}", escape_path(Path::new(&target))));
        event.counts = judged.counts;
        event.policy.clone_from(&judged.policy);
        event.error.clone_from(&judged.why);
        PendingMove {
            name: name.to_owned(),
            identity: stamp.identity().clone(),
            place,
            target,
            reports: judged.suffixes().map(str::to_owned).collect(),
            event,
            file_identity: judged.file_identity.clone().filter(|_| place != Destination::Rejected),
        }
    }

    /// Returns the file's name, or the first free name with a number appended.
    fn free_name(&self, place: Destination, name: &OsStr) -> OsString {
        let folder = self.root.join(place);
        let is_there = |name: &OsStr| fs::symlink_metadata(folder.join(name)).is_ok();
        let is_taken = |name: &OsStr| {
            let mut suffixes = REPORTS.iter().chain(&PARTS);
            is_there(name) || suffixes.any(|suffix| is_there(&with(name, suffix)))
        };
        let mut free = name.to_owned();
        let mut number = 1u64;
        while is_taken(&free) {
            number += 1;
            free = with(name, &format!(".{number}"));
        }
        free
    }

    /// Notes the move, performs it, logs it, and removes the note.
    fn put(
        &mut self,
        pending: &PendingMove,
        stamp: &Stamp,
        judged: &FileOutcome,
        log: EventLog<'_>,
    ) -> Result<EventKind> {
        let error = match self.move_away(pending, stamp, judged) {
            Ok(true) => return self.finish(pending, log),
            Ok(false) => None,
            Err(error) => Some(error),
        };
        let name = pending.event.file.clone();
        match self.outlook(pending) {
            // a file system may do an operation and report a failure
            Outlook::Finish => return self.finish(pending, log),
            Outlook::Gone if error.is_none() => self.undo(pending)?,
            Outlook::Gone => return self.gone(pending, log),
            Outlook::Undo => self.undo(pending)?,
        }
        let event = match error {
            Some(error) => failed(name, with_cause(&error)),
            None => WatchEvent::now(EventKind::Changed, name),
        };
        tell(log, &event)
    }

    /// Writes the note and the reports, and renames the file if it is still the one that was
    /// checked.
    fn move_away(
        &self,
        pending: &PendingMove,
        stamp: &Stamp,
        judged: &FileOutcome,
    ) -> Result<bool> {
        if pending.place == Destination::Split {
            make(&self.root.join(pending.place))?;
        }
        for own in [Path::new(OWN_FOLDER), pending.place.as_ref()] {
            expect_folder(&self.root.join(own))?;
        }
        write_json(&self.note(), pending)?;
        // reports have meter points in them, and are no more readable than their file
        let withheld = withheld_by(&self.root.join(&pending.name));
        for report in &judged.reports {
            write(&self.in_place(pending, report.suffix), &mut &*report.bytes, withheld)?;
        }
        for (suffix, mut part) in judged.parts.iter().flat_map(SplitParts::readers) {
            write(&self.in_place(pending, suffix), &mut part, withheld)?;
        }
        if self.stamp(&pending.name).as_ref() != Some(stamp) {
            return Ok(false);
        }
        expect_folder(&self.root.join(pending.place))?;
        let (from, to) = (self.root.join(&pending.name), self.in_place(pending, ""));
        let unmoved =
            |cause| Error::output(format!("{}: cannot be moved", escape_path(&from)), cause);
        fs::rename(&from, &to).map_err(unmoved)?;
        // the name in its place first: a power cut may leave two names, never none
        sync_directory(&self.root.join(pending.place)).map_err(unmoved)?;
        sync_directory(&self.root).map_err(unmoved)?;
        Ok(true)
    }

    fn outlook(&self, pending: &PendingMove) -> Outlook {
        let here = self.stamp(&pending.name);
        let in_its_place = fs::symlink_metadata(self.in_place(pending, "")).is_ok();
        pending.outlook(here.as_ref().map(Stamp::identity), in_its_place)
    }

    /// Logs that the file is at its destination.
    fn finish(&mut self, pending: &PendingMove, log: EventLog<'_>) -> Result<EventKind> {
        self.remember(pending)?;
        let kind = tell(log, &pending.event)?;
        remove(&self.note())?;
        Ok(kind)
    }

    /// Logs that the file was taken by another process.
    fn gone(&self, pending: &PendingMove, log: EventLog<'_>) -> Result<EventKind> {
        let kind = tell(log, &WatchEvent { event: EventKind::Gone, ..pending.event.clone() })?;
        remove(&self.note())?;
        Ok(kind)
    }

    /// Undoes a move that did not happen: removes the reports, then the note.
    fn undo(&self, pending: &PendingMove) -> Result<()> {
        for suffix in &pending.reports {
            remove(&self.in_place(pending, suffix))?;
        }
        remove(&self.note())
    }

    /// Stores the identity of an accepted file, for the next file of its sender.
    fn remember(&mut self, pending: &PendingMove) -> Result<()> {
        let (Some(last), Some(file_identity)) = (&mut self.last, &pending.file_identity) else {
            return Ok(());
        };
        if file_identity.series.is_none() || last.contains(file_identity) {
            return Ok(());
        }
        last.retain(|before| before.series != file_identity.series);
        last.push(file_identity.clone());
        write_json(&self.root.join(OWN_FOLDER).join(LAST), &last)
    }

    fn note(&self) -> PathBuf {
        self.root.join(OWN_FOLDER).join("pending.json")
    }

    fn in_place(&self, pending: &PendingMove, suffix: &str) -> PathBuf {
        self.root.join(pending.place).join(with(&pending.target, suffix))
    }
}

/// The last accepted file of each sender.
const LAST: &str = "last.json";

fn tell(log: EventLog<'_>, event: &WatchEvent) -> Result<EventKind> {
    log(event).map_err(Error::writing)?;
    Ok(event.event)
}

fn failed(file: String, error: String) -> WatchEvent {
    WatchEvent { error: Some(error), ..WatchEvent::now(EventKind::Failed, file) }
}

fn with_cause(error: &Error) -> String {
    error.io_error().map_or(error.to_string(), |cause| format!("{error}: {cause}"))
}

fn with(name: &OsStr, suffix: &str) -> OsString {
    let mut name = name.to_owned();
    name.push(suffix);
    name
}
