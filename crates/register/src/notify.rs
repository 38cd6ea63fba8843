//! Notifications that last: events are kept in their order, and a file is planned before it is sent.
//!
//! A [`StatusStore`] keeps the events, the files with their contents, and the answers. The inventory, the
//! flags and what is pending follow from these and are never kept beside them, so nothing can come to differ
//! from the history. [`Notifications::open`] makes them again.
//!
//! A run is safe against a crash at any moment:
//!
//! 1. Its files are planned: number, contents, time and the SHA-256 of the bytes are committed to the store.
//! 2. Each file is written beside its place, synced, read back, and takes its place.
//! 3. The store records that the file is on disk, and its contents count as notified.
//!
//! After a crash between 1 and 3 the next run writes the same bytes under the same number again, so that
//! nothing is sent twice under a new one and nothing is missed. A file that exists is never overwritten but
//! by its own bytes.

mod answers;
mod file;
mod history;
mod intake;
mod store;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use flagflow_check::{Options, escape_path};
use flagflow_domain::{EffectiveDate, MeterPoint};
use flagflow_electricity::Timestamp;
use flagflow_exchange::Source;
use flagflow_status::{
    Event, Inventory, Ledger, Outbox, Recipient, Refusal, RuleSet, Sending, Switches,
};

use crate::apply::digest;
use crate::digest::{Digest, DigestWriter};
use crate::error::{Error, ErrorKind, Result};

pub use answers::{Ambiguity, Answer, AnswerReport, Sent};
pub use file::FileOptions;
pub use history::{FlagChange, Rejected, SentChange, Unsent};
pub use intake::{Intake, Taken};
pub use store::{PlannedFile, Settings, StatusStore, TakenFile};

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
    /// The last day of any of them.
    last_day: Option<EffectiveDate>,
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
        let mut outbox = Outbox::new(settings.switches);
        let (mut events, mut last_day) = (0, None);
        store.events(&mut |event| {
            events += 1;
            last_day = last_day.max(Some(event.on));
            outbox.take(&ledger.decide(&inventory.apply(event).map_err(impossible)?));
            Ok(())
        })?;
        let mut planned = Vec::new();
        store.files(&mut |file| {
            outbox.remember(&file.sending, file.is_sent);
            if !file.is_sent {
                planned.push(file);
            }
            Ok(())
        })?;
        Ok(Self { store, settings, inventory, ledger, outbox, planned, events, last_day })
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

    /// Takes the events of one file, all of them in one transaction. An event that is
    /// [repeated](Intake) or cannot have happened changes nothing. A file of many events is taken by
    /// [`Notifications::intake`].
    ///
    /// # Errors
    ///
    /// What the store says, [`ErrorKind::Busy`] where another process has added events meanwhile. Nothing of
    /// the batch is kept then, and this value is not what the store is: it must be opened again.
    pub fn take(&mut self, events: &[Event]) -> Result<Taken> {
        self.intake().take(events)
    }

    /// Begins to take the events of one file.
    pub fn intake(&mut self) -> Intake<'_, S> {
        Intake::new(self)
    }

    /// Finds the file of events with these bytes that was taken to its end before.
    ///
    /// # Errors
    ///
    /// What the store says.
    pub fn taken(&self, source: &Source) -> Result<(Digest, Option<TakenFile>)> {
        let digest = digest(source.read()?)?.0;
        Ok((digest, self.store.taken(&digest)?))
    }

    /// Keeps that a file of events was taken to its end, so that it is recognised.
    ///
    /// # Errors
    ///
    /// What the store says.
    pub fn keep_taken(&mut self, file: &TakenFile) -> Result<()> {
        self.store.keep_taken(file)
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
    /// [`ErrorKind::Options`] when an interrupted run would have other bytes with these options, a
    /// number does not fit its field, a mandatory item has no value, or the validator finds an error in a
    /// file; [`ErrorKind::Output`] when another file is in the place of one of them, or one cannot be
    /// written; what the store says. A file that is not recorded as written is written by the next run.
    pub fn run(
        &mut self,
        folder: &Path,
        now: Timestamp,
        cap: Option<NonZeroUsize>,
        options: &FileOptions,
    ) -> Result<RunReport> {
        self.run_again(folder, now, cap, &BTreeSet::new(), options)
    }

    /// Writes the pending files as [`Notifications::run`] does, and among the updates of some meter points
    /// that were rejected: these are sent again, under new numbers.
    ///
    /// # Errors
    ///
    /// As [`Notifications::run`]; [`ErrorKind::Options`] for a point of which the last update was not
    /// rejected or cannot be sent now, and while an interrupted run is to be completed first.
    pub fn run_again(
        &mut self,
        folder: &Path,
        now: Timestamp,
        cap: Option<NonZeroUsize>,
        again: &BTreeSet<MeterPoint>,
        options: &FileOptions,
    ) -> Result<RunReport> {
        let is_new = self.planned.is_empty();
        if !is_new && !again.is_empty() {
            let what = "an interrupted run is to be completed first: run without sending again";
            return Err(Error::new(ErrorKind::Options, what));
        }
        if is_new {
            self.expect_rejected(again)?;
            self.plan(folder, now, cap, again, options)?;
        } else {
            let mut planned = self.planned.iter();
            planned.try_for_each(|file| {
                expect_place(&folder.join(options.name(&file.sending)), file)
            })?;
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

    /// Keeps what a file of answers says, E46 or D0351, beside what was answered before. A rejection changes
    /// nothing of what counts as notified: a person decides, and [`Notifications::run_again`] sends the
    /// update again. The same file again changes nothing.
    ///
    /// Reasons of gas, S72 below an E46, are kept with it where [`Options::with_reasons`] is on.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`] for a file that cannot be read, or has updates in it; what the store says.
    pub fn answer(
        &mut self,
        source: &Source,
        name: &str,
        options: &Options,
    ) -> Result<AnswerReport> {
        answers::read(&mut self.store, source, name, options)
    }

    /// Refuses to send again what was not rejected.
    fn expect_rejected(&self, again: &BTreeSet<MeterPoint>) -> Result<()> {
        if again.is_empty() {
            return Ok(());
        }
        let rejected = self.rejected()?;
        let is_last = |point: &MeterPoint| {
            let is_it = |it: &&Rejected| it.point == *point && it.again.is_empty();
            let last = rejected.iter().rfind(is_it).map(|it| it.sent.held);
            last.is_some() && last == self.outbox.notice(*point).map(|notice| notice.held)
        };
        match again.iter().find(|point| !is_last(point)) {
            Some(point) => {
                let what = format!("{point}: its last update was not rejected");
                Err(Error::new(ErrorKind::Options, what))
            }
            None => Ok(()),
        }
    }

    /// Fixes the contents of the files of a run. Where that fails, nothing has happened.
    fn plan(
        &mut self,
        folder: &Path,
        now: Timestamp,
        cap: Option<NonZeroUsize>,
        again: &BTreeSet<MeterPoint>,
        options: &FileOptions,
    ) -> Result<()> {
        let mut outbox = self.outbox.clone();
        let run = outbox.begin_for(|recipient| options.can_address(recipient), cap, again);
        let notices = run.files().iter().flat_map(|file| &file.notices);
        let sent: BTreeSet<_> = match again.is_empty() {
            true => BTreeSet::new(),
            false => notices.map(|notice| notice.point).collect(),
        };
        if let Some(point) = again.difference(&sent).next() {
            let what = format!(
                "{point}: cannot be sent now: its flag is held back by the switch of the fuel, or the \
                 participant of its provider is not known"
            );
            return Err(Error::new(ErrorKind::Options, what));
        }
        let plan = |sending: &Sending| {
            let digest = options.digest(sending, now)?;
            let file =
                PlannedFile { sending: sending.clone(), created: now, digest, is_sent: false };
            expect_place(&folder.join(options.name(sending)), &file)?;
            Ok(file)
        };
        let planned = run.files().iter().map(plan).collect::<Result<Vec<_>>>()?;
        self.store.plan(&planned)?;
        (self.outbox, self.planned) = (outbox, planned);
        Ok(())
    }
}

/// An event that is kept and cannot have happened.
fn impossible(refusal: Refusal) -> Error {
    Error::corrupt("an event cannot have happened").because(refusal)
}

/// Refuses a place where another file is: nothing that exists is ever overwritten, but the same bytes.
fn expect_place(path: &Path, file: &PlannedFile) -> Result<()> {
    let is_same = match fs::symlink_metadata(path) {
        // nothing is there, or the folder cannot be used, which writing the file says
        Err(_) => return Ok(()),
        Ok(_) if !fs::metadata(path).is_ok_and(|found| found.is_file()) => false,
        Ok(_) => {
            let found = fs::File::open(path).map_err(Error::output)?;
            digest(io::BufReader::new(found))?.0 == file.digest
        }
    };
    if is_same {
        return Ok(());
    }
    let what = format!(
        "{}: there is another file in the place of file {} for {}; nothing is written: move it away, or \
         write to another folder",
        escape_path(path),
        file.sending.number,
        file.sending.recipient,
    );
    Err(Error::new(ErrorKind::Output, what))
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
            "file {} for {} was planned with other options: complete that run with the options it began with",
            sending.number, sending.recipient
        );
        return Err(Error::new(ErrorKind::Options, what));
    }
    // once more, for another process may have put a file there since the run began
    expect_place(&path, file)?;
    output.commit()?;
    let notices = sending.notices.len() as u64;
    Ok(WrittenFile { path, recipient: sending.recipient, number: sending.number, notices })
}
