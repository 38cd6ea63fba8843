//! Persistent storage of events, notifications and answers.

use flagflow_domain::{EffectiveDate, MeterPoint};
use flagflow_electricity::Timestamp;
use flagflow_status::{Event, OutboundFile, Recipient, RuleSet, Switches};

use crate::digest::Digest;
use crate::error::Result;

/// The answer of a provider to one notice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answer {
    /// The provider.
    pub recipient: Recipient,
    /// The number of the file that contained the notice.
    pub number: u64,
    /// The meter point.
    pub point: MeterPoint,
    /// The number of the file of answers in the store; 0 if it was not kept.
    pub file: u64,
    /// The line of that file, from 1; 0 if it was not kept.
    pub line: u64,
    /// The reason of a rejection: the reason code of a D0351, or the codes of the S72 records below
    /// an E46, separated by `, ` and empty without such records. `None` for an accepted notice.
    pub rejected: Option<String>,
}

/// The rule set and the feature switches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The rule set. It never changes, because notified flags followed from it.
    pub rules: RuleSet,
    /// The feature switches.
    pub switches: Switches,
}

/// A planned file of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedFile {
    /// The recipient, number and contents of the file.
    pub sending: OutboundFile,
    /// The time in its header.
    pub created: Timestamp,
    /// The SHA-256 of its bytes.
    pub digest: Digest,
    /// True if the file is known to be on disk.
    pub is_sent: bool,
}

/// A file of events that was added completely.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenFile {
    /// The name of the file, as given.
    pub name: String,
    /// The SHA-256 of its bytes, uncompressed.
    pub digest: Digest,
    /// The number of events that were added.
    pub events: u64,
    /// The number of repeated events.
    pub repeated: u64,
    /// The number of rejected lines: not an event, or an event that cannot happen.
    pub refused: u64,
}

/// Storage of events and notifications, beside or without a [`Store`](crate::Store) of applied
/// files.
///
/// Each call that changes something is one transaction: its changes are complete once the call
/// returns, and absent if the call fails.
pub trait StatusStore {
    /// Returns the settings, `None` before they are set for the first time.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn settings(&self) -> Result<Option<Settings>>;

    /// Replaces the settings.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn keep(&mut self, settings: Settings) -> Result<()>;

    /// Calls `to` with every event, in the order in which they were added.
    ///
    /// # Errors
    ///
    /// Returns an error of the store or the callback.
    fn events(&self, visit: &mut dyn FnMut(Event) -> Result<()>) -> Result<()>;

    /// Calls `to` with the events from a day on among the first `known`, in the order in which they
    /// were added.
    ///
    /// # Errors
    ///
    /// Returns an error of the store or the callback.
    fn events_since(
        &self,
        from: EffectiveDate,
        known: u64,
        visit: &mut dyn FnMut(Event) -> Result<()>,
    ) -> Result<()>;

    /// Finds the file of events with these bytes, if it was added completely.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn taken(&self, digest: &Digest) -> Result<Option<TakenFile>>;

    /// Records that a file of events was added completely. A file with the same bytes is not
    /// replaced.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn keep_taken(&mut self, file: &TakenFile) -> Result<()>;

    /// Appends events to a store that has `known` events. Fails if the store has more, because the
    /// new events might not follow them.
    ///
    /// # Errors
    ///
    /// Returns an error of the store; [`ErrorKind::Busy`](crate::ErrorKind::Busy) where there are
    /// more.
    fn add(&mut self, known: u64, events: &[Event]) -> Result<()>;

    /// Calls `to` with every file that was ever planned, in order.
    ///
    /// # Errors
    ///
    /// Returns an error of the store or the callback.
    fn files(&self, visit: &mut dyn FnMut(PlannedFile) -> Result<()>) -> Result<()>;

    /// Records the planned files of a run. A number that a recipient already has is an error,
    /// because another process has planned a run in the meantime.
    ///
    /// # Errors
    ///
    /// Returns an error of the store; [`ErrorKind::Busy`](crate::ErrorKind::Busy) for a number that
    /// is taken.
    fn plan(&mut self, files: &[PlannedFile]) -> Result<()>;

    /// Records that a file is on disk.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn sent(&mut self, recipient: Recipient, number: u64) -> Result<()>;

    /// Returns the number of a file of answers, from 1: a new one, or that of the file with the
    /// same bytes.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn answer_file(&mut self, name: &str, digest: &Digest) -> Result<u64>;

    /// Adds answers. An answer of the same line of the same file to the same notice replaces the
    /// previous one.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn answer(&mut self, answers: &[Answer]) -> Result<()>;

    /// Calls `to` with every answer, ordered by recipient, number, meter point, file and line.
    ///
    /// # Errors
    ///
    /// Returns an error of the store or the callback.
    fn answers(&self, visit: &mut dyn FnMut(Answer) -> Result<()>) -> Result<()>;
}

impl<S: StatusStore> StatusStore for &mut S {
    fn settings(&self) -> Result<Option<Settings>> {
        (**self).settings()
    }

    fn keep(&mut self, settings: Settings) -> Result<()> {
        (**self).keep(settings)
    }

    fn events(&self, visit: &mut dyn FnMut(Event) -> Result<()>) -> Result<()> {
        (**self).events(visit)
    }

    fn events_since(
        &self,
        from: EffectiveDate,
        known: u64,
        visit: &mut dyn FnMut(Event) -> Result<()>,
    ) -> Result<()> {
        (**self).events_since(from, known, visit)
    }

    fn taken(&self, digest: &Digest) -> Result<Option<TakenFile>> {
        (**self).taken(digest)
    }

    fn keep_taken(&mut self, file: &TakenFile) -> Result<()> {
        (**self).keep_taken(file)
    }

    fn add(&mut self, known: u64, events: &[Event]) -> Result<()> {
        (**self).add(known, events)
    }

    fn files(&self, visit: &mut dyn FnMut(PlannedFile) -> Result<()>) -> Result<()> {
        (**self).files(visit)
    }

    fn plan(&mut self, files: &[PlannedFile]) -> Result<()> {
        (**self).plan(files)
    }

    fn sent(&mut self, recipient: Recipient, number: u64) -> Result<()> {
        (**self).sent(recipient, number)
    }

    fn answer_file(&mut self, name: &str, digest: &Digest) -> Result<u64> {
        (**self).answer_file(name, digest)
    }

    fn answer(&mut self, answers: &[Answer]) -> Result<()> {
        (**self).answer(answers)
    }

    fn answers(&self, visit: &mut dyn FnMut(Answer) -> Result<()>) -> Result<()> {
        (**self).answers(visit)
    }
}
