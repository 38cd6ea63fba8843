//! What must last of events and of what was told.

use flagflow_domain::EffectiveDate;
use flagflow_electricity::Timestamp;
use flagflow_status::{Event, Recipient, RuleSet, Sending, Switches};

use super::answers::Answer;
use crate::digest::Digest;
use crate::error::Result;

/// By what flags follow from events, and which may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The rule set; it never changes, for the flags that were told followed from it.
    pub rules: RuleSet,
    /// The feature switches.
    pub switches: Switches,
}

/// A file of a run, as it was planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedFile {
    /// To whom it goes, its number and what is in it.
    pub sending: Sending,
    /// The time in its header.
    pub created: Timestamp,
    /// The SHA-256 of its bytes.
    pub digest: Digest,
    /// Whether it is known to be on disk.
    pub is_sent: bool,
}

/// A file of events that was taken to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenFile {
    /// Its name, as it was given.
    pub name: String,
    /// The SHA-256 of its bytes, uncompressed.
    pub digest: Digest,
    /// The number of events that were kept.
    pub events: u64,
    /// The number of events that were there before.
    pub repeated: u64,
    /// The number of lines that were refused: not an event, or an event that cannot happen.
    pub refused: u64,
}

/// Where events and files are kept, beside or without a [`Store`](crate::Store) of applied files.
///
/// Each call that changes something is one transaction: it is there wholly once the call returns,
/// whatever happens then, and not at all where the call fails.
pub trait StatusStore {
    /// The settings, `None` before they were kept for the first time.
    ///
    /// # Errors
    ///
    /// What the store says.
    fn settings(&self) -> Result<Option<Settings>>;

    /// Keeps settings in place of those that were there.
    ///
    /// # Errors
    ///
    /// What the store says.
    fn keep(&mut self, settings: Settings) -> Result<()>;

    /// Tells of every event, in the order in which they were added.
    ///
    /// # Errors
    ///
    /// What the store says, and the listener.
    fn events(&self, tell: &mut dyn FnMut(Event) -> Result<()>) -> Result<()>;

    /// Gives the events of a day or a later one among the first so many, in the order in which they were
    /// added.
    ///
    /// # Errors
    ///
    /// What the store says, and the listener.
    fn events_since(
        &self,
        from: EffectiveDate,
        known: u64,
        tell: &mut dyn FnMut(Event) -> Result<()>,
    ) -> Result<()>;

    /// Finds the file of events with these bytes that was taken to its end.
    ///
    /// # Errors
    ///
    /// What the store says.
    fn taken(&self, digest: &Digest) -> Result<Option<TakenFile>>;

    /// Keeps that a file of events was taken to its end; one with the same bytes stays as it was.
    ///
    /// # Errors
    ///
    /// What the store says.
    fn keep_taken(&mut self, file: &TakenFile) -> Result<()>;

    /// Adds events behind those that are there, of which so many are known to whoever adds them. Other
    /// ones are refused, for then somebody else has added events that these may not follow.
    ///
    /// # Errors
    ///
    /// What the store says; [`ErrorKind::Busy`](crate::ErrorKind::Busy) where there are more.
    fn add(&mut self, known: u64, events: &[Event]) -> Result<()>;

    /// Tells of every file that was ever planned, in the order in which they were.
    ///
    /// # Errors
    ///
    /// What the store says, and the listener.
    fn files(&self, tell: &mut dyn FnMut(PlannedFile) -> Result<()>) -> Result<()>;

    /// Keeps the files of a run. A number that a recipient had before is refused, for then somebody else
    /// has planned a run in the meantime.
    ///
    /// # Errors
    ///
    /// What the store says; [`ErrorKind::Busy`](crate::ErrorKind::Busy) for a number that is taken.
    fn plan(&mut self, files: &[PlannedFile]) -> Result<()>;

    /// Keeps that a file is on disk.
    ///
    /// # Errors
    ///
    /// What the store says.
    fn sent(&mut self, recipient: Recipient, number: u64) -> Result<()>;

    /// Returns the number of a file of answers, from 1: a new one, or that of the file with the same
    /// bytes.
    ///
    /// # Errors
    ///
    /// What the store says.
    fn answer_file(&mut self, name: &str, digest: &Digest) -> Result<u64>;

    /// Keeps answers beside those that are there. An answer of the same line of the same file to the same
    /// notice takes the place of the one before.
    ///
    /// # Errors
    ///
    /// What the store says.
    fn answer(&mut self, answers: &[Answer]) -> Result<()>;

    /// Tells of every answer, by recipient, number, meter point, and the file and line it came from.
    ///
    /// # Errors
    ///
    /// What the store says, and the listener.
    fn answers(&self, tell: &mut dyn FnMut(Answer) -> Result<()>) -> Result<()>;
}

impl<S: StatusStore> StatusStore for &mut S {
    fn settings(&self) -> Result<Option<Settings>> {
        (**self).settings()
    }

    fn keep(&mut self, settings: Settings) -> Result<()> {
        (**self).keep(settings)
    }

    fn events(&self, tell: &mut dyn FnMut(Event) -> Result<()>) -> Result<()> {
        (**self).events(tell)
    }

    fn events_since(
        &self,
        from: EffectiveDate,
        known: u64,
        tell: &mut dyn FnMut(Event) -> Result<()>,
    ) -> Result<()> {
        (**self).events_since(from, known, tell)
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

    fn files(&self, tell: &mut dyn FnMut(PlannedFile) -> Result<()>) -> Result<()> {
        (**self).files(tell)
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

    fn answers(&self, tell: &mut dyn FnMut(Answer) -> Result<()>) -> Result<()> {
        (**self).answers(tell)
    }
}
