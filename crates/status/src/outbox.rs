//! Pending notifications, by recipient.
//!
//! The data service queries the flags that have changed and were not notified, and records their
//! notification (PIA 3.2). A change is notified to the provider of registration data of the point's
//! fuel and, in electricity, of its distributor. This module writes no files: a [`Run`] has the
//! contents of each file, and [`Outbox::sent`] records that the file is safely on disk.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::num::NonZeroUsize;
use std::str::FromStr;

use flagflow_domain::{Distributor, Fuel, MeterPoint, ServiceFlag};

use crate::ledger::{PointFlag, Step};
use crate::supplier::Supplier;

/// The recipient of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Recipient {
    /// The one gas provider, which takes a single E45 file (MR 7; PIA 3.2).
    Gas,
    /// The provider of a distributor's network, which takes D0350.
    Electricity(Distributor),
}

impl Recipient {
    /// Returns the recipient for a meter point.
    #[must_use]
    pub const fn of(point: MeterPoint) -> Self {
        match point {
            MeterPoint::Gas(_) => Self::Gas,
            MeterPoint::Electricity(mpan) => Self::Electricity(mpan.distributor()),
        }
    }

    /// Returns the fuel.
    #[must_use]
    pub const fn fuel(self) -> Fuel {
        match self {
            Self::Gas => Fuel::Gas,
            Self::Electricity(_) => Fuel::Electricity,
        }
    }
}

/// Formats as `gas`, or `electricity 10`.
impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gas => f.pad("gas"),
            Self::Electricity(distributor) => f.pad(&format!("electricity {distributor}")),
        }
    }
}

/// The text is not a recipient.
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

/// The feature switch of each fuel: on if its providers support the flags of MP077, N and I.
///
/// While a switch is off, notices of these flags are kept back; after it is turned on, all of them
/// are pending for the next run (PIA 3.2). There is one switch for each fuel and not for each
/// provider, as in the documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Switches {
    /// The switch of gas.
    pub gas: bool,
    /// The switch of electricity.
    pub electricity: bool,
}

impl Switches {
    /// Both switches on.
    pub const ON: Self = Self { gas: true, electricity: true };

    /// Returns true if the switch of a fuel is on.
    #[must_use]
    pub const fn is_on(self, fuel: Fuel) -> bool {
        match fuel {
            Fuel::Gas => self.gas,
            Fuel::Electricity => self.electricity,
        }
    }

    /// Returns true if the switches allow notifying a point's flag.
    #[must_use]
    pub const fn allow(self, point: MeterPoint, flag: ServiceFlag) -> bool {
        match flag {
            ServiceFlag::NonActive | ServiceFlag::InstalledNotCommissioned => {
                self.is_on(Recipient::of(point).fuel())
            }
            ServiceFlag::Active | ServiceFlag::Suspended | ServiceFlag::Withdrawn => true,
        }
    }
}

/// The flag of a meter point in a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Notice {
    /// The meter point.
    pub point: MeterPoint,
    /// The flag and the first day on which it applies.
    pub held: PointFlag,
    /// The supplier that requested the change, if the event named one.
    pub supplier: Option<Supplier>,
}

impl Notice {
    /// Creates a notice without a supplier.
    #[must_use]
    pub const fn new(point: MeterPoint, held: PointFlag) -> Self {
        Self { point, held, supplier: None }
    }
}

/// A planned file: its contents and number no longer change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboundFile {
    /// The recipient.
    pub recipient: Recipient,
    /// The number of the file, counted for each recipient from 1: an E45 file's generation number,
    /// the number in a D0350 file's identifier.
    pub number: u64,
    /// The file sequence number (J0330) of a D0350 file, counted for each recipient from 1 without
    /// gaps.
    pub sequence: u64,
    /// The instruction number (J0109) of the first notice, from 1; the following notices continue
    /// from it, and the recipient's next file continues from the last one.
    pub first_instruction: u64,
    /// The notices, in the order of the meter points.
    pub notices: Vec<Notice>,
}

impl OutboundFile {
    /// Returns each notice with its instruction number.
    pub fn instructions(&self) -> impl Iterator<Item = (u64, &Notice)> {
        (self.first_instruction..).zip(&self.notices)
    }

    fn last(&self) -> LastNumbers {
        let notices = self.notices.len() as u64;
        let instruction = self.first_instruction.saturating_add(notices).saturating_sub(1);
        LastNumbers { number: self.number, sequence: self.sequence, instruction }
    }
}

/// The last numbers used for a recipient; 0 before the first file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LastNumbers {
    /// The number of the last file.
    pub number: u64,
    /// The file sequence number (J0330) of the last file.
    pub sequence: u64,
    /// The last instruction number (J0109).
    pub instruction: u64,
}

impl LastNumbers {
    fn max(self, other: Self) -> Self {
        Self {
            number: self.number.max(other.number),
            sequence: self.sequence.max(other.sequence),
            instruction: self.instruction.max(other.instruction),
        }
    }

    /// Creates the next file.
    const fn next(self, recipient: Recipient, notices: Vec<Notice>) -> OutboundFile {
        OutboundFile {
            recipient,
            number: self.number + 1,
            sequence: self.sequence + 1,
            first_instruction: self.instruction + 1,
            notices,
        }
    }
}

/// The files of one run that are not yet on disk, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    files: Vec<OutboundFile>,
}

impl Run {
    /// Returns the files that are still to be written.
    #[must_use]
    pub fn files(&self) -> &[OutboundFile] {
        &self.files
    }
}

/// The flag of each meter point, and the flag last notified.
///
/// A flag is notified together with its effective date, and the pair is compared. Of several
/// changes between two runs only the last one is pending, so after A, N, A the new A with its new
/// date is pending (the history of the point has all three). A point whose flag is null has nothing
/// pending (PIA 3.2).
///
/// ```
/// use flagflow_status::{PointFlag, Notice, Outbox, Recipient, Switches};
///
/// let (point, day) = ("1234567810".parse()?, "20220101".parse()?);
/// let mut outbox = Outbox::new(Switches::default());
/// outbox.set(Notice::new(point, PointFlag { flag: "N".parse()?, from: day }));
/// assert_eq!(outbox.begin(None).files().len(), 0, "N is kept back");
/// outbox.set_switches(Switches::ON);
/// let run = outbox.begin(None).clone();
/// assert_eq!((run.files()[0].recipient, run.files()[0].number), (Recipient::Gas, 1));
/// // ... the file is written and on disk
/// assert!(outbox.sent(Recipient::Gas, 1));
/// assert_eq!(outbox.pending().count(), 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outbox {
    switches: Switches,
    points: BTreeMap<MeterPoint, PointState>,
    last: BTreeMap<Recipient, LastNumbers>,
    run: Run,
}

/// The current flag of a point, and the notified one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PointState {
    held: PointFlag,
    supplier: Option<Supplier>,
    notified: Option<PointFlag>,
}

impl PointState {
    const fn notice(&self, point: MeterPoint) -> Notice {
        Notice { point, held: self.held, supplier: self.supplier }
    }
}

impl Outbox {
    /// Creates an outbox without flags.
    #[must_use]
    pub fn new(switches: Switches) -> Self {
        Self { switches, ..Self::default() }
    }

    /// Adds a file that was planned before. Call it for each file in order, after the flags are
    /// set: a file that was sent counts as notified, another one belongs to a run that is to be
    /// completed.
    pub fn remember(&mut self, file: &OutboundFile, is_sent: bool) {
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

    /// Returns the feature switches.
    #[must_use]
    pub const fn switches(&self) -> Switches {
        self.switches
    }

    /// Sets the feature switches. A run that has begun does not change.
    pub const fn set_switches(&mut self, switches: Switches) {
        self.switches = switches;
    }

    /// Sets the current flag of a point.
    pub fn set(&mut self, Notice { point, held, supplier }: Notice) {
        self.points
            .entry(point)
            .and_modify(|state| (state.held, state.supplier) = (held, supplier))
            .or_insert(PointState { held, supplier, notified: None });
    }

    /// Adds the step of a rule set.
    pub fn take(&mut self, steps: &[Step]) {
        for step in steps.iter().filter(|step| step.is_change()) {
            if let Some(flag) = step.after {
                let held = PointFlag { flag, from: step.event.on };
                self.set(Notice { point: step.point, held, supplier: step.event.supplier });
            }
        }
    }

    /// Returns the flag last notified for a point.
    #[must_use]
    pub fn notified(&self, point: MeterPoint) -> Option<PointFlag> {
        self.points.get(&point)?.notified
    }

    /// Returns the last number used for a recipient, including the current run; 0 if none was.
    #[must_use]
    pub fn last_number(&self, recipient: Recipient) -> u64 {
        self.last.get(&recipient).map_or(0, |last| last.number)
    }

    /// Returns the pending notices that the switches allow, in the order of the meter points.
    pub fn pending(&self) -> impl Iterator<Item = Notice> {
        self.changed().filter(|notice| self.switches.allow(notice.point, notice.held.flag))
    }

    /// Returns the notices that are kept back by a switch.
    pub fn kept_back(&self) -> impl Iterator<Item = Notice> {
        self.changed().filter(|notice| !self.switches.allow(notice.point, notice.held.flag))
    }

    fn changed(&self) -> impl Iterator<Item = Notice> {
        let changed = |state: &PointState| Some(state.held) != state.notified;
        let changed = self.points.iter().filter(move |(_, state)| changed(state));
        changed.map(|(point, state)| state.notice(*point))
    }

    /// Returns the flag of a point as it would be notified, `None` for null.
    #[must_use]
    pub fn notice(&self, point: MeterPoint) -> Option<Notice> {
        self.points.get(&point).map(|state| state.notice(point))
    }

    /// Returns the current run, or begins one with all pending notices.
    ///
    /// An interrupted run continues with the same files, so that nothing is notified twice under
    /// another number. A cap limits the notices of one file: the others are in further files of the
    /// same run, each with its own number. The limit of 20,000 that was once requested was
    /// withdrawn (MR 7), and more than one gas file is not the single file of the documents.
    pub fn begin(&mut self, cap: Option<NonZeroUsize>) -> &Run {
        self.begin_for(|_| true, cap, &BTreeSet::new())
    }

    /// Begins a run as [`Outbox::begin`] does, for the recipients that can be reached; notices to
    /// others stay pending. The flags of some points are sent again although they were notified,
    /// under new numbers, if the switch of the fuel allows the flag.
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
    ) -> Vec<OutboundFile> {
        let mut by_recipient = BTreeMap::<_, Vec<_>>::new();
        for (point, state) in &self.points {
            let is_pending = Some(state.held) != state.notified || again.contains(point);
            if is_pending && self.switches.allow(*point, state.held.flag) {
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

    /// Returns the files of the current run.
    #[must_use]
    pub const fn run(&self) -> &Run {
        &self.run
    }

    /// Records that a file of the run is safely on disk: its contents count as notified, whatever
    /// has happened since the file was planned. Returns false, and changes nothing, if the run has
    /// no such file.
    #[must_use = "false: the run has no such file, and nothing was recorded"]
    pub fn sent(&mut self, recipient: Recipient, number: u64) -> bool {
        let is_it = |file: &OutboundFile| (file.recipient, file.number) == (recipient, number);
        let Some(at) = self.run.files.iter().position(is_it) else { return false };
        let file = self.run.files.remove(at);
        self.has_notified(&file.notices);
        true
    }
}
