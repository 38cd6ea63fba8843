//! What still has to be notified, and to whom.
//!
//! The data service asks for the flags that have changed and were not notified, and records that they
//! were (PIA 3.2). A change is owed to the provider of registration data of the point's fuel and, in
//! electricity, of its distributor. Nothing here writes a file: a [`Run`] says what is in which, and is
//! told when each is safely on disk.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::num::NonZeroUsize;
use std::str::FromStr;

use flagflow_domain::{Distributor, Fuel, MeterPoint, ServiceFlag};

use crate::ledger::{Held, Step};
use crate::supplier::Supplier;

/// To whom a file goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Recipient {
    /// The one provider of gas, which takes a single file of E45 (MR 7; PIA 3.2).
    Gas,
    /// The provider of a distributor's network, which takes D0350.
    Electricity(Distributor),
}

impl Recipient {
    /// The one that is told of a meter point.
    #[must_use]
    pub const fn of(point: MeterPoint) -> Self {
        match point {
            MeterPoint::Gas(_) => Self::Gas,
            MeterPoint::Electricity(mpan) => Self::Electricity(mpan.distributor()),
        }
    }

    /// Its fuel.
    #[must_use]
    pub const fn fuel(self) -> Fuel {
        match self {
            Self::Gas => Fuel::Gas,
            Self::Electricity(_) => Fuel::Electricity,
        }
    }
}

/// `gas`, or `electricity 10`.
impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gas => f.pad("gas"),
            Self::Electricity(distributor) => f.pad(&format!("electricity {distributor}")),
        }
    }
}

/// What was read is no recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a recipient: expected gas, or electricity and the two digits of a distributor")]
pub struct UnknownRecipient;

impl FromStr for Recipient {
    type Err = UnknownRecipient;

    fn from_str(text: &str) -> Result<Self, UnknownRecipient> {
        if text == "gas" {
            return Ok(Self::Gas);
        }
        let distributor = match text.strip_prefix("electricity ").map(str::as_bytes) {
            Some([tens @ b'0'..=b'9', ones @ b'0'..=b'9']) => {
                Distributor::new((tens - b'0') * 10 + (ones - b'0'))
            }
            _ => None,
        };
        distributor.map(Self::Electricity).ok_or(UnknownRecipient)
    }
}

/// The feature switch of each fuel: whether its providers can take the flags that MP077 brought, N and I.
///
/// While it is off those are kept back; turning it on makes them owed, all in the next run (PIA 3.2).
/// There is one for a fuel and not one for a provider, as the papers have it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Switches {
    /// That of gas.
    pub gas: bool,
    /// That of electricity.
    pub electricity: bool,
}

impl Switches {
    /// Both on.
    pub const ON: Self = Self { gas: true, electricity: true };

    /// Whether that of a fuel is on.
    #[must_use]
    pub const fn is_on(self, fuel: Fuel) -> bool {
        match fuel {
            Fuel::Gas => self.gas,
            Fuel::Electricity => self.electricity,
        }
    }

    /// Whether a point's flag may be told.
    const fn lets(self, point: MeterPoint, flag: ServiceFlag) -> bool {
        match flag {
            ServiceFlag::NonActive | ServiceFlag::InstalledNotCommissioned => {
                self.is_on(Recipient::of(point).fuel())
            }
            ServiceFlag::Active | ServiceFlag::Suspended | ServiceFlag::Withdrawn => true,
        }
    }
}

/// The flag of a meter point, as it is notified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Notice {
    /// The meter point.
    pub point: MeterPoint,
    /// Its flag and the first day that it applies.
    pub held: Held,
    /// The supplier that asked for the change, where the event named one.
    pub supplier: Option<Supplier>,
}

impl Notice {
    /// Creates a notice that names no supplier.
    #[must_use]
    pub const fn new(point: MeterPoint, held: Held) -> Self {
        Self { point, held, supplier: None }
    }
}

/// A file that is to be written: what is in it does not change any more, nor its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sending {
    /// To whom it goes.
    pub recipient: Recipient,
    /// Its number among the recipient's files, from 1: an E45 file's generation number, the number in a
    /// D0350 file's identifier.
    pub number: u64,
    /// The file sequence number (J0330) of a D0350 file, from 1, without gaps for a recipient.
    pub sequence: u64,
    /// The instruction number (J0109) of the first notice, from 1; those of the others go on from there,
    /// and those of the recipient's next file go on from the last.
    pub first_instruction: u64,
    /// Its notices, in the order of the meter points.
    pub notices: Vec<Notice>,
}

impl Sending {
    /// Returns each notice with its instruction number.
    pub fn instructions(&self) -> impl Iterator<Item = (u64, &Notice)> {
        (self.first_instruction..).zip(&self.notices)
    }

    fn last(&self) -> Last {
        let notices = self.notices.len() as u64;
        let instruction = self.first_instruction.saturating_add(notices).saturating_sub(1);
        Last { number: self.number, sequence: self.sequence, instruction }
    }
}

/// The last numbers that a recipient was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Last {
    number: u64,
    sequence: u64,
    instruction: u64,
}

impl Last {
    fn max(self, other: Self) -> Self {
        Self {
            number: self.number.max(other.number),
            sequence: self.sequence.max(other.sequence),
            instruction: self.instruction.max(other.instruction),
        }
    }

    /// Creates the file that follows.
    const fn next(self, recipient: Recipient, notices: Vec<Notice>) -> Sending {
        Sending {
            recipient,
            number: self.number + 1,
            sequence: self.sequence + 1,
            first_instruction: self.instruction + 1,
            notices,
        }
    }
}

/// The files of one run that are not yet on disk, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    files: Vec<Sending>,
}

impl Run {
    /// The files that are still to be written.
    #[must_use]
    pub fn files(&self) -> &[Sending] {
        &self.files
    }
}

/// What each meter point's flag is, and what was last notified of it.
///
/// A flag is notified together with its effective date: the pair counts. Of several changes between two
/// runs only the last one is pending, so after A, N, A the new A with its new date is (the history of the
/// point has all three). A point whose flag is null has nothing pending (PIA 3.2).
///
/// ```
/// use flagflow_status::{Held, Notice, Outbox, Recipient, Switches};
///
/// let (point, day) = ("1234567810".parse()?, "20220101".parse()?);
/// let mut outbox = Outbox::new(Switches::default());
/// outbox.set(Notice::new(point, Held { flag: "N".parse()?, from: day }));
/// assert_eq!(outbox.begin(None).files().len(), 0, "N is kept back");
/// outbox.set_switches(Switches::ON);
/// let run = outbox.begin(None).clone();
/// assert_eq!((run.files()[0].recipient, run.files()[0].number), (Recipient::Gas, 1));
/// // ... the file is written and on disk
/// assert!(outbox.sent(Recipient::Gas, 1));
/// assert_eq!(outbox.owed().count(), 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outbox {
    switches: Switches,
    points: BTreeMap<MeterPoint, State>,
    last: BTreeMap<Recipient, Last>,
    run: Run,
}

/// What is so at a point, and what was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct State {
    held: Held,
    supplier: Option<Supplier>,
    notified: Option<Held>,
}

impl State {
    const fn notice(&self, point: MeterPoint) -> Notice {
        Notice { point, held: self.held, supplier: self.supplier }
    }
}

impl Outbox {
    /// An outbox in which no point has a flag.
    #[must_use]
    pub fn new(switches: Switches) -> Self {
        Self { switches, ..Self::default() }
    }

    /// Takes over a file that was planned before, in the order in which they were, after the flags are
    /// set: one that was sent has notified, another one belongs to a run that is still to be completed.
    pub fn remember(&mut self, file: &Sending, is_sent: bool) {
        let last = self.last.entry(file.recipient).or_default();
        *last = last.max(file.last());
        if is_sent {
            self.has_notified(&file.notices);
        } else {
            self.run.files.push(file.clone());
        }
    }

    fn has_notified(&mut self, notices: &[Notice]) {
        for notice in notices {
            if let Some(state) = self.points.get_mut(&notice.point) {
                state.notified = Some(notice.held);
            }
        }
    }

    /// The feature switches.
    #[must_use]
    pub const fn switches(&self) -> Switches {
        self.switches
    }

    /// Turns the feature switches. A run that has begun is as it was.
    pub const fn set_switches(&mut self, switches: Switches) {
        self.switches = switches;
    }

    /// Sets the flag that a point has now.
    pub fn set(&mut self, Notice { point, held, supplier }: Notice) {
        self.points
            .entry(point)
            .and_modify(|state| (state.held, state.supplier) = (held, supplier))
            .or_insert(State { held, supplier, notified: None });
    }

    /// Takes over what a rule set made of an event.
    pub fn take(&mut self, steps: &[Step]) {
        for step in steps.iter().filter(|step| step.is_change()) {
            if let Some(flag) = step.after {
                let held = Held { flag, from: step.event.on };
                self.set(Notice { point: step.point, held, supplier: step.event.supplier });
            }
        }
    }

    /// What was last notified of a point.
    #[must_use]
    pub fn notified(&self, point: MeterPoint) -> Option<Held> {
        self.points.get(&point)?.notified
    }

    /// The last number that a recipient was sent, or will be by the run that has begun; 0 where none was.
    #[must_use]
    pub fn last_number(&self, recipient: Recipient) -> u64 {
        self.last.get(&recipient).map_or(0, |last| last.number)
    }

    /// What has changed and was not notified, and may be, in the order of the meter points.
    pub fn owed(&self) -> impl Iterator<Item = Notice> {
        self.changed().filter(|notice| self.switches.lets(notice.point, notice.held.flag))
    }

    /// What has changed and is kept back by a switch.
    pub fn kept_back(&self) -> impl Iterator<Item = Notice> {
        self.changed().filter(|notice| !self.switches.lets(notice.point, notice.held.flag))
    }

    fn changed(&self) -> impl Iterator<Item = Notice> {
        let changed = |state: &State| Some(state.held) != state.notified;
        let changed = self.points.iter().filter(move |(_, state)| changed(state));
        changed.map(|(point, state)| state.notice(*point))
    }

    /// Returns the flag of a point as it would be notified, `None` for null.
    #[must_use]
    pub fn notice(&self, point: MeterPoint) -> Option<Notice> {
        self.points.get(&point).map(|state| state.notice(point))
    }

    /// The run that has begun and is not completed; where there is none, begins one with all that is owed.
    ///
    /// A run that was interrupted goes on with the same files, so that nothing is told twice under another
    /// number. A cap is the most notices of one file: what is over it comes in further files of the same
    /// run, each with its own number. The 20,000 that were once asked for were withdrawn (MR 7), and more
    /// than one file for gas is not the single file that the papers have.
    pub fn begin(&mut self, cap: Option<NonZeroUsize>) -> &Run {
        self.begin_for(|_| true, cap, &BTreeSet::new())
    }

    /// Begins a run as [`Outbox::begin`] does, for the recipients that can be reached; what is pending for
    /// another stays pending. The flags of some points are sent again although they were notified, under
    /// new numbers, where the switch of the fuel allows the flag.
    pub fn begin_for(
        &mut self,
        can_reach: impl Fn(Recipient) -> bool,
        cap: Option<NonZeroUsize>,
        again: &BTreeSet<MeterPoint>,
    ) -> &Run {
        if self.run.files.is_empty() {
            self.run.files = self.plan(can_reach, cap.map_or(usize::MAX, NonZeroUsize::get), again);
        }
        &self.run
    }

    fn plan(
        &mut self,
        can_reach: impl Fn(Recipient) -> bool,
        cap: usize,
        again: &BTreeSet<MeterPoint>,
    ) -> Vec<Sending> {
        let mut by_recipient = BTreeMap::<_, Vec<_>>::new();
        for (point, state) in &self.points {
            let is_pending = Some(state.held) != state.notified || again.contains(point);
            if is_pending && self.switches.lets(*point, state.held.flag) {
                by_recipient.entry(Recipient::of(*point)).or_default().push(state.notice(*point));
            }
        }
        by_recipient.retain(|recipient, _| can_reach(*recipient));
        let mut files = Vec::new();
        for (recipient, notices) in by_recipient {
            for notices in notices.chunks(cap) {
                let last = self.last.entry(recipient).or_default();
                let file = last.next(recipient, notices.to_vec());
                *last = file.last();
                files.push(file);
            }
        }
        files
    }

    /// The files of the run that has begun.
    #[must_use]
    pub const fn run(&self) -> &Run {
        &self.run
    }

    /// A file of the run is safely on disk: what it tells is notified, whatever has happened since it was
    /// planned. False where the run has no such file, and nothing is changed then.
    pub fn sent(&mut self, recipient: Recipient, number: u64) -> bool {
        let is_it = |file: &Sending| (file.recipient, file.number) == (recipient, number);
        let Some(at) = self.run.files.iter().position(is_it) else { return false };
        let file = self.run.files.remove(at);
        self.has_notified(&file.notices);
        true
    }
}
