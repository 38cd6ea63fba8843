//! Persistent notifications: events are kept in order, and a file is planned before it is sent.
//!
//! A [`StatusStore`] keeps a log of events, the files with their contents, and the answers. Beside
//! the log it keeps the state that follows from the log: meters, links, and points with their flag
//! and the flag last notified. A batch of events reads and writes the state of its own meters and
//! points only, in one transaction with the events, so that state and log always agree.
//!
//! A run is safe against a crash at any moment:
//!
//! 1. Its files are planned: number, contents, time and the SHA-256 of the bytes are committed to
//!    the store.
//! 2. Each file is written to a temporary file, synced, read back and renamed.
//! 3. The store records that the file is on disk, and its contents count as notified.
//!
//! After a crash between 1 and 3 the next run writes the same bytes under the same number again, so
//! that nothing is sent twice under a new number and nothing is missed. An existing file is only
//! ever overwritten by its own bytes.

mod answers;
mod check;
mod confirmations;
mod earlier;
mod file;
mod history;
mod intake;
mod run;
pub(crate) mod store;
pub(crate) mod working;

use std::collections::BTreeMap;

use flagflow_check::Options;
use flagflow_domain::{Distributor, MeterPoint};
use flagflow_files::Source;
use flagflow_status::{Event, Notice, Refusal, RuleSet, Switches};

use crate::apply::digest;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};

pub use answers::{Ambiguity, AnswerSummary, Sent};
pub use check::{StatusVerified, verify_status};
pub use confirmations::CountDifference;
pub use file::FileOptions;
pub use history::{FlagChange, Rejected, SentChange, Unsent};
pub use intake::{AddedEvents, Intake};
pub use run::{RunReport, WrittenFile};
pub use store::{
    Answer, Confirmation, PlannedFile, Settings, StatusBatch, StatusStore, StoredDevice,
    StoredEvent, StoredLink, StoredNotice, StoredPoint, TakenFile,
};

/// The notifications of a store. Their state is in the store; this value has only the settings.
#[derive(Debug)]
pub struct Notifications<S> {
    store: S,
    settings: Settings,
    /// The number of events in the store, as far as this value has read or added them.
    events: u64,
}

/// The number of rows that are read at a time.
const CHUNK: usize = 10_000;

impl<S: StatusStore> Notifications<S> {
    /// Opens a store under its rule set. A new store gets the given rule set, or the default, with
    /// both switches off.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`] if the store's flags follow another rule set, [`ErrorKind::Corrupt`]
    /// if its events cannot have happened, and errors of the store.
    pub fn open(mut store: S, rules: impl Into<Option<RuleSet>>) -> Result<Self> {
        let rules = rules.into();
        let settings = match store.settings()? {
            Some(settings) => settings,
            None => {
                let rules = rules.unwrap_or_default();
                let settings = Settings { rules, switches: Switches::default() };
                store.keep(settings)?;
                settings
            }
        };
        if let Some(rules) = rules.filter(|rules| *rules != settings.rules) {
            let what = format!("the flags follow the rule set {}, not {rules}", settings.rules);
            return Err(Error::new(ErrorKind::Options, what));
        }
        let events = store.event_count()?;
        Ok(Self { store, settings, events })
    }

    /// Returns the store, to read it.
    pub const fn store(&self) -> &S {
        &self.store
    }

    /// Returns the store.
    pub fn into_store(self) -> S {
        self.store
    }

    /// Returns the rule set and the switches.
    #[must_use]
    pub const fn settings(&self) -> Settings {
        self.settings
    }

    /// Returns the state of a meter point, `None` for a point without events.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    pub fn point(&self, point: MeterPoint) -> Result<Option<StoredPoint>> {
        Ok(self.store.points(&[point])?.pop())
    }

    /// Returns the pending notices that the switches allow, in the order of the meter points. An
    /// error of the store is the last item.
    pub fn pending(&self) -> impl Iterator<Item = Result<Notice>> {
        let switches = self.settings.switches;
        let is_allowed = move |notice: &Notice| switches.allow(notice.point, notice.held.flag);
        self.changed().filter(move |notice| notice.as_ref().map_or(true, is_allowed))
    }

    /// Returns the notices that are kept back by a switch. An error of the store is the last item.
    pub fn kept_back(&self) -> impl Iterator<Item = Result<Notice>> {
        let switches = self.settings.switches;
        let is_kept = move |notice: &Notice| !switches.allow(notice.point, notice.held.flag);
        self.changed().filter(move |notice| notice.as_ref().map_or(true, is_kept))
    }

    /// Returns every notice that is to be sent when its switch is on.
    fn changed(&self) -> impl Iterator<Item = Result<Notice>> {
        let read = |after| self.store.points_after(after, true, CHUNK);
        let points = in_chunks(read, |stored: &StoredPoint| stored.point);
        points.filter_map(|stored| stored.map(|stored| stored.notice()).transpose())
    }

    /// Adds the events of one file in one transaction. An event that is [repeated](Intake) or
    /// cannot have happened changes nothing. Use [`Notifications::intake`] for a file of many
    /// events.
    ///
    /// # Errors
    ///
    /// Errors of the store; [`ErrorKind::Busy`] if another process has added events meanwhile. The
    /// batch is not kept then, and this value no longer agrees with the store: open it again.
    pub fn take(&mut self, events: &[Event]) -> Result<AddedEvents> {
        self.intake().take(events)
    }

    /// Starts to add the events of one file.
    pub fn intake(&mut self) -> Intake<'_, S> {
        Intake::new(self)
    }

    /// Finds the file of events with these bytes, if it was added completely before.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    pub fn taken(&self, source: &Source) -> Result<(Digest, Option<TakenFile>)> {
        let digest = digest(source.read()?)?.0;
        Ok((digest, self.store.taken(&digest)?))
    }

    /// Records that a file of events was added completely, so that it is recognised.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    pub fn keep_taken(&mut self, file: &TakenFile) -> Result<()> {
        self.store.keep_taken(file)
    }

    /// Sets the feature switches.
    ///
    /// # Errors
    ///
    /// Errors of the store; the switches are then unchanged.
    pub fn turn(&mut self, switches: Switches) -> Result<()> {
        let settings = Settings { switches, ..self.settings };
        self.store.keep(settings)?;
        self.settings = settings;
        Ok(())
    }

    /// Adds the answers of a file, E46, D0351 or D0172, to the previous ones. A rejection does not
    /// change which flags count as notified: a person decides, and [`Notifications::run_again`]
    /// sends the update again. Adding the same file again changes nothing.
    ///
    /// A D0351 names an instruction of its sender; a point that it has must be the point of that
    /// instruction. A D0172 names a file of its sender. `participants` has the senders that the
    /// table of distributors lacks, as [`FileOptions::participants`]. Gas reasons, S72 below an
    /// E46, are kept with it if [`Options::with_reasons`] is on.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`] for a file that cannot be read or contains updates; errors of the
    /// store.
    pub fn answer(
        &mut self,
        source: &Source,
        name: &str,
        options: &Options,
        participants: &BTreeMap<Distributor, String>,
    ) -> Result<AnswerSummary> {
        answers::read(&mut self.store, source, name, options, participants)
    }
}

/// Reports a stored event that cannot have happened.
pub(crate) fn impossible(refusal: Refusal) -> Error {
    Error::corrupt("an event cannot have happened").because(refusal)
}

/// Returns the rows that `read` returns in chunks after a key. An error is the last item.
pub(crate) fn in_chunks<T, K>(
    read: impl Fn(Option<K>) -> Result<Vec<T>>,
    key: impl Fn(&T) -> K,
) -> impl Iterator<Item = Result<T>> {
    let mut after = Some(None);
    let chunks = std::iter::from_fn(move || {
        let chunk = read(after.take()?);
        if let Ok(rows) = &chunk {
            after = rows.last().filter(|_| rows.len() == CHUNK).map(|last| Some(key(last)));
        }
        Some(chunk)
    });
    chunks.flat_map(|chunk| match chunk {
        Ok(rows) => rows.into_iter().map(Ok).collect(),
        Err(error) => vec![Err(error)],
    })
}
