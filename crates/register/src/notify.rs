//! Notifications that last: events are kept as they came, and what is told is planned before it is told.
//!
//! What a [`StatusStore`] keeps is the events, in their order, and the files, with what is in each. The
//! inventory, the flags and what is owed follow from these two and are never kept beside them, so there is
//! nothing that could come to differ from the history. [`Notifications::open`] makes them again.
//!
//! A run is safe against a crash at any moment:
//!
//! 1. Its files are planned: number, contents, time and the SHA-256 of the bytes are committed to the store.
//! 2. Each file is written beside its place, synced, read back, and takes its place.
//! 3. The store is told that the file is on disk, and what is in it counts as notified.
//!
//! After a crash between 1 and 3 the next run writes the same bytes under the same number again, so that
//! nothing is told twice under a new one and nothing is missed.

mod answers;
mod file;
mod store;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use flagflow_check::Options;
use flagflow_electricity::Timestamp;
use flagflow_exchange::Source;
use flagflow_status::{
    Event, Held, Inventory, Ledger, Outbox, Recipient, Refusal, RuleSet, Sending, Switches,
};

use self::answers::Told;
use crate::digest::DigestWriter;
use crate::error::{Error, ErrorKind, Result};

pub use answers::{Answer, AnswerReport};
pub use file::FileOptions;
pub use store::{PlannedFile, Settings, StatusStore};

/// Everything that follows from what a store keeps.
#[derive(Debug)]
pub struct Notifications<S> {
    store: S,
    settings: Settings,
    inventory: Inventory,
    ledger: Ledger,
    outbox: Outbox,
    planned: Vec<PlannedFile>,
    /// How many events the store has, as far as is known here.
    events: u64,
}

/// What became of a batch of events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// How many happened.
    pub events: u64,
    /// How many flags moved.
    pub changes: u64,
    /// Those that cannot have happened, by their places in the batch.
    pub refused: Vec<(usize, Refusal)>,
}

/// What a run wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunReport {
    /// Each file, in the order in which it was written.
    pub files: Vec<WrittenFile>,
    /// How many notices are owed to providers whose participant is not known, so that no file can be
    /// addressed to them.
    pub unaddressed: u64,
    /// How many are kept back by a switch.
    pub kept_back: u64,
}

/// One file of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenFile {
    /// Where it is.
    pub path: PathBuf,
    /// To whom it goes.
    pub recipient: Recipient,
    /// Its number.
    pub number: u64,
    /// How many notices are in it.
    pub notices: u64,
}

impl<S: StatusStore> Notifications<S> {
    /// Opens what a store keeps, under its rule set. The first time the store is told which, with both
    /// switches off: the one that is given, or the default.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`] when the store's flags follow another rule set,
    /// [`ErrorKind::Corrupt`] when its events cannot have happened, and what the store says.
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
        Self::replay(store, settings)
    }

    fn replay(store: S, settings: Settings) -> Result<Self> {
        let (mut inventory, mut ledger) = (Inventory::new(), Ledger::new(settings.rules));
        let mut events = 0;
        store.events(&mut |event| {
            events += 1;
            let impossible =
                |refusal| Error::corrupt("an event cannot have happened").because(refusal);
            ledger.decide(&inventory.apply(event).map_err(impossible)?);
            Ok(())
        })?;
        let mut outbox = Outbox::new(settings.switches);
        for (point, held) in ledger.flags() {
            outbox.set(point, held);
        }
        let mut planned = Vec::new();
        store.files(&mut |file| {
            outbox.remember(&file.sending, file.is_sent);
            if !file.is_sent {
                planned.push(file);
            }
            Ok(())
        })?;
        Ok(Self { store, settings, inventory, ledger, outbox, planned, events })
    }

    /// The store again.
    pub fn into_store(self) -> S {
        self.store
    }

    /// The rule set and the switches.
    #[must_use]
    pub const fn settings(&self) -> Settings {
        self.settings
    }

    /// The flags.
    #[must_use]
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// What is owed.
    #[must_use]
    pub const fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// Takes events in, all of a batch in one transaction. One that cannot have happened is refused and
    /// changes nothing.
    ///
    /// # Errors
    ///
    /// What the store says, [`ErrorKind::Busy`] where somebody else has added events meanwhile. Nothing of
    /// the batch is kept then, and this value is not what the store is: it must be opened again.
    pub fn take(&mut self, events: &[Event]) -> Result<Taken> {
        let mut taken = Taken::default();
        let mut happened = Vec::with_capacity(events.len());
        for (place, event) in events.iter().enumerate() {
            match self.inventory.apply(*event) {
                Ok(what) => {
                    let steps = self.ledger.decide(&what);
                    taken.changes += steps.iter().filter(|step| step.is_change()).count() as u64;
                    self.outbox.take(&steps);
                    happened.push(*event);
                }
                Err(refusal) => taken.refused.push((place, refusal)),
            }
        }
        taken.events = happened.len() as u64;
        self.store.add(self.events, &happened)?;
        self.events += taken.events;
        Ok(taken)
    }

    /// Turns the feature switches.
    ///
    /// # Errors
    ///
    /// What the store says; the switches are as they were then.
    pub fn turn(&mut self, switches: Switches) -> Result<()> {
        let settings = Settings { switches, ..self.settings };
        self.store.keep(settings)?;
        self.settings = settings;
        self.outbox.set_switches(switches);
        Ok(())
    }

    /// Writes the files that are owed into a folder: one of E45 for gas, and one of D0350 for each
    /// electricity provider. A run that was interrupted is completed first, and then nothing else is
    /// planned: its files have the numbers, the time and the bytes that they had.
    ///
    /// A cap is the most updates of one file; see [`Outbox::begin`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`] when an interrupted run would have other bytes with these options, or a
    /// number does not fit its field; [`ErrorKind::Output`] when a file cannot be written; what the store
    /// says. What was not told as written is written by the next run.
    pub fn run(
        &mut self,
        folder: &Path,
        now: Timestamp,
        cap: Option<NonZeroUsize>,
        options: &FileOptions,
    ) -> Result<RunReport> {
        if self.planned.is_empty() {
            self.plan(now, cap, options)?;
        }
        let mut report = RunReport::default();
        while let Some(file) = self.planned.first() {
            report.files.push(write(file, folder, options)?);
            let Sending { recipient, number, .. } = file.sending;
            self.store.sent(recipient, number)?;
            self.outbox.sent(recipient, number);
            self.planned.remove(0);
        }
        report.kept_back = self.outbox.kept_back().count() as u64;
        let unaddressed = |recipient| !options.can_address(recipient);
        let owed = self.outbox.owed();
        report.unaddressed =
            owed.filter(|notice| unaddressed(Recipient::of(notice.point))).count() as u64;
        Ok(report)
    }

    /// Keeps what a file of answers says, E46 or D0351. A rejection changes nothing that was told: what
    /// becomes of it is for a person to decide. The same file again says the same.
    ///
    /// Reasons of gas, S72 below an E46, are kept with it where [`Options::with_reasons`] is on.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`] for a file that cannot be read, or has updates in it; what the store says.
    pub fn answer(&mut self, source: &Source, options: &Options) -> Result<AnswerReport> {
        let mut told = Told::default();
        self.store.files(&mut |file| {
            told.add(&file.sending);
            Ok(())
        })?;
        answers::read(&mut self.store, &told, source, options)
    }

    /// Every notice that is rejected, with what it said.
    ///
    /// # Errors
    ///
    /// What the store says.
    pub fn rejected(&self) -> Result<Vec<(Answer, Held)>> {
        let mut rejected = BTreeMap::new();
        self.store.answers(&mut |answer| {
            if answer.rejected.is_some() {
                rejected.insert((answer.recipient, answer.number, answer.point), answer);
            }
            Ok(())
        })?;
        let mut found = Vec::with_capacity(rejected.len());
        self.store.files(&mut |file| {
            let Sending { recipient, number, notices } = file.sending;
            for notice in notices {
                let answer = rejected.remove(&(recipient, number, notice.point));
                found.extend(answer.map(|answer| (answer, notice.held)));
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Fixes what is in the files of a run. Where that fails, nothing has happened.
    fn plan(
        &mut self,
        now: Timestamp,
        cap: Option<NonZeroUsize>,
        options: &FileOptions,
    ) -> Result<()> {
        let mut outbox = self.outbox.clone();
        let run = outbox.begin_for(|recipient| options.can_address(recipient), cap);
        let plan = |sending: &Sending| {
            let digest = options.digest(sending, now)?;
            Ok(PlannedFile { sending: sending.clone(), created: now, digest, is_sent: false })
        };
        let planned = run.files().iter().map(plan).collect::<Result<Vec<_>>>()?;
        self.store.plan(&planned)?;
        (self.outbox, self.planned) = (outbox, planned);
        Ok(())
    }
}

/// Writes a file where its bytes are those that were planned.
fn write(file: &PlannedFile, folder: &Path, options: &FileOptions) -> Result<WrittenFile> {
    let PlannedFile { sending, created, digest, .. } = file;
    let path = folder.join(options.name(sending));
    let mut output = DigestWriter::new(options.guard.create(&path)?);
    options.write(&mut output, sending, *created)?;
    let (written, output) = output.finish();
    if written != *digest {
        let what = format!(
            "file {} for {} was planned with other options: complete that run with those it began with",
            sending.number, sending.recipient
        );
        return Err(Error::new(ErrorKind::Options, what));
    }
    output.commit()?;
    let notices = sending.notices.len() as u64;
    Ok(WrittenFile { path, recipient: sending.recipient, number: sending.number, notices })
}
