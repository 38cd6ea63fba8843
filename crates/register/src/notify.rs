//! Persistent notifications: events are kept in order, and a file is planned before it is sent.
//!
//! A [`StatusStore`] keeps the events, the files with their contents, and the answers. The
//! inventory, the flags and the pending notices are derived from these and never stored, so they
//! cannot differ from the history. [`Notifications::open`] derives them again.
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
use flagflow_files::Source;
use flagflow_status::{
    Event, Inventory, Ledger, OutboundFile, Outbox, Recipient, Refusal, RuleSet, Switches,
};

use crate::apply::digest;
use crate::digest::{Digest, DigestWriter};
use crate::error::{Error, ErrorKind, Result};

pub use answers::{Ambiguity, AnswerSummary, Sent};
pub use file::FileOptions;
pub use history::{FlagChange, Rejected, SentChange, Unsent};
pub use intake::{AddedEvents, Intake};
pub use store::{Answer, PlannedFile, Settings, StatusStore, TakenFile};

/// The state derived from a store.
#[derive(Debug)]
pub struct Notifications<S> {
    store: S,
    settings: Settings,
    inventory: Inventory,
    ledger: Ledger,
    outbox: Outbox,
    planned: Vec<PlannedFile>,
    /// The number of events in the store, as far as this value has read them.
    events: u64,
    /// The last day of an event.
    last_day: Option<EffectiveDate>,
}

/// Result of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunReport {
    /// Each file, in the order in which it was written.
    pub files: Vec<WrittenFile>,
    /// The number of pending notices to providers whose participant is not known, so that no file
    /// can be addressed to them.
    pub unaddressed: u64,
    /// The number of notices that a switch keeps back.
    pub kept_back: u64,
}

/// One file of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenFile {
    /// The path of the file.
    pub path: PathBuf,
    /// The recipient.
    pub recipient: Recipient,
    /// Its number.
    pub number: u64,
    /// The number of notices in the file.
    pub notices: u64,
}

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

    /// Returns the store.
    pub fn into_store(self) -> S {
        self.store
    }

    /// Returns the rule set and the switches.
    #[must_use]
    pub const fn settings(&self) -> Settings {
        self.settings
    }

    /// Returns the flags.
    #[must_use]
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Returns the pending notices.
    #[must_use]
    pub const fn outbox(&self) -> &Outbox {
        &self.outbox
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
        self.outbox.set_switches(switches);
        Ok(())
    }

    /// Writes the pending files into a folder: one E45 for gas, and one D0350 for each electricity
    /// provider. An interrupted run is completed first, with its original numbers, time and bytes,
    /// and nothing else is planned in that run.
    ///
    /// A cap limits the updates of one file; see [`Outbox::begin`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`] if an interrupted run would have other bytes with these options, a
    /// number does not fit its field, a mandatory item has no value, or the validator finds an
    /// error in a file; [`ErrorKind::Output`] if another file has the name of one of them, or one
    /// cannot be written; errors of the store. A file that is not recorded as written is written by
    /// the next run.
    pub fn run(
        &mut self,
        folder: &Path,
        now: Timestamp,
        cap: Option<NonZeroUsize>,
        options: &FileOptions,
    ) -> Result<RunReport> {
        self.run_again(folder, now, cap, &BTreeSet::new(), options)
    }

    /// Writes the pending files as [`Notifications::run`] does, together with the rejected updates
    /// of some meter points, which are sent again under new numbers.
    ///
    /// # Errors
    ///
    /// As [`Notifications::run`]; [`ErrorKind::Options`] for a point whose last update was not
    /// rejected or cannot be sent now, and while an interrupted run has to be completed first.
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
            let OutboundFile { recipient, number, .. } = file.sending;
            self.store.sent(recipient, number)?;
            // the run has every planned file
            let _ = self.outbox.sent(recipient, number);
            self.planned.remove(0);
        }
        report.kept_back = self.outbox.kept_back().count() as u64;
        let unaddressed = |recipient| !options.can_address(recipient);
        let owed = self.outbox.pending();
        report.unaddressed =
            owed.filter(|notice| unaddressed(Recipient::of(notice.point))).count() as u64;
        Ok(report)
    }

    /// Adds the answers of a file, E46 or D0351, to the previous ones. A rejection does not change
    /// which flags count as notified: a person decides, and [`Notifications::run_again`] sends the
    /// update again. Adding the same file again changes nothing.
    ///
    /// Gas reasons, S72 below an E46, are kept with it if [`Options::with_reasons`] is on.
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
    ) -> Result<AnswerSummary> {
        answers::read(&mut self.store, source, name, options)
    }

    /// Refuses to send again an update that was not rejected.
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

    /// Plans the files of a run. On failure, nothing is changed.
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
        let plan = |sending: &OutboundFile| {
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

/// Reports a stored event that cannot have happened.
fn impossible(refusal: Refusal) -> Error {
    Error::corrupt("an event cannot have happened").because(refusal)
}

/// Refuses a path that has another file: an existing file may only be replaced by the same bytes.
fn expect_place(path: &Path, file: &PlannedFile) -> Result<()> {
    let is_same = match fs::symlink_metadata(path) {
        // the file does not exist, or writing it reports that the folder cannot be used
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

/// Writes a file if its bytes are the planned ones.
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
    // check again, because another process may have created a file since the run began
    expect_place(&path, file)?;
    output.commit()?;
    let notices = sending.notices.len() as u64;
    Ok(WrittenFile { path, recipient: sending.recipient, number: sending.number, notices })
}
