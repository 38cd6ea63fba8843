//! Persistent storage of events, notifications and answers.

use flagflow_domain::{EffectiveDate, MeterPoint};
use flagflow_electricity::Timestamp;
use flagflow_status::{
    Device, DeviceId, Event, LastNumbers, Notice, Occurrence, PointFlag, PointMeters, Recipient,
    RuleSet, StatusCounts, Supplier, Switches,
};

use crate::digest::Digest;
use crate::error::{Error, Result};

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
    /// The reason of a rejection: the codes of the lines below a D0351 record or of the S72 records
    /// below an E46, separated by `, ` and empty without such lines. `None` for an accepted notice.
    pub rejected: Option<String>,
}

/// The confirmation of one file by its recipient: a record of a D0172.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// The number of the confirmed file in the store.
    pub file: u64,
    /// The number of the file of answers in the store.
    pub answer_file: u64,
    /// The line of that file, from 1.
    pub line: u64,
    /// The working day on which the file was received (J0821).
    pub deemed_received: EffectiveDate,
    /// The number of updates received.
    pub received: u32,
    /// The number of updates accepted.
    pub accepted: u32,
    /// The number of updates rejected.
    pub rejected: u32,
}

/// The rule set and the feature switches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The rule set. It never changes, because notified flags followed from it.
    pub rules: RuleSet,
    /// The feature switches.
    pub switches: Switches,
}

/// A planned file of a run. Its notices are stored apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedFile {
    /// The number of the file in the store, from 1, in the order in which files are planned.
    pub id: u64,
    /// The recipient.
    pub recipient: Recipient,
    /// The number of the file, counted for each recipient from 1.
    pub number: u64,
    /// The file sequence number (J0330).
    pub sequence: u64,
    /// The instruction number (J0109) of the first notice.
    pub first_instruction: u64,
    /// The number of notices.
    pub notices: u64,
    /// The identifier in the header: the file identifier of a D0350, the generation number of an
    /// E45.
    pub identifier: String,
    /// The time in its header.
    pub created: Timestamp,
    /// The SHA-256 of its bytes; zeros until the next run for an electricity file that an older
    /// version planned with placeholder codes.
    pub digest: Digest,
    /// True if the file is known to be on disk.
    pub is_sent: bool,
    /// The time of the run that wrote the file; `None` before, and for files of older versions.
    pub sent_at: Option<Timestamp>,
}

/// A notice of a planned file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredNotice {
    /// The notice.
    pub notice: Notice,
    /// Its instruction number (J0109).
    pub instruction: u64,
    /// The previous file with a notice for the point.
    pub previous: Option<u64>,
}

/// An event of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// The number of the event, from 1, in the order in which events were added.
    pub id: u64,
    /// The event.
    pub event: Event,
    /// The previous event of the meter.
    pub previous: Option<u64>,
}

/// The state of a meter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDevice {
    /// The meter.
    pub id: DeviceId,
    /// Its state.
    pub device: Device,
    /// Its last event in the log.
    pub last_event: u64,
}

/// A meter at a meter point, now or earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StoredLink {
    /// The meter.
    pub device: DeviceId,
    /// The meter point.
    pub point: MeterPoint,
    /// True if the meter is at the point now.
    pub is_linked: bool,
}

/// The state of a meter point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPoint {
    /// The meter point.
    pub point: MeterPoint,
    /// The meters at the point.
    pub meters: PointMeters,
    /// The flag, `None` for null.
    pub held: Option<PointFlag>,
    /// The supplier of the event that gave the point its flag, if the event named one.
    pub supplier: Option<Supplier>,
    /// True if the flag was ever A.
    pub was_active: bool,
    /// The flag last notified.
    pub notified: Option<PointFlag>,
    /// The last file with a notice for the point, on disk or planned.
    pub last_file: Option<u64>,
}

impl PlannedFile {
    /// The digest of a file whose bytes are not decided yet.
    pub(crate) const UNDECIDED: Digest = Digest([0; 32]);
}

impl StoredPoint {
    /// Returns the notice of the flag, `None` for null.
    #[must_use]
    pub fn notice(&self) -> Option<Notice> {
        let supplier = self.supplier;
        self.held.map(|held| Notice { point: self.point, held, supplier })
    }

    /// Returns true if the flag is to be notified, when its switch allows it.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.held.is_some() && self.held != self.notified
    }
}

/// The changes that a batch of events makes. Everything is sorted, and there is at most one entry
/// for each key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusBatch {
    /// The new events.
    pub events: Vec<StoredEvent>,
    /// The meters that changed.
    pub devices: Vec<StoredDevice>,
    /// The links that changed.
    pub links: Vec<StoredLink>,
    /// The points that changed, but for [`StoredPoint::notified`] and [`StoredPoint::last_file`].
    pub points: Vec<StoredPoint>,
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
/// The log of events and the files are only ever added to. The state of meters, links and points is
/// stored beside the log, so that the cost of a change depends on the change only. The notices for
/// a point, and the events of a meter, lead from the last one back to the first.
pub trait StatusStore {
    /// Begins a transaction, and waits for that of another process to end. A change outside a
    /// transaction is a transaction of its own.
    ///
    /// # Errors
    ///
    /// Returns an error of the store; [`ErrorKind::Busy`](crate::ErrorKind::Busy) if the other
    /// transaction does not end.
    fn begin(&mut self) -> Result<()>;

    /// Commits the transaction: its changes are complete once the call returns.
    ///
    /// # Errors
    ///
    /// Returns an error of the store; the transaction is then still to be rolled back.
    fn commit(&mut self) -> Result<()>;

    /// Ends the transaction without its changes.
    fn roll_back(&mut self);

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

    /// Returns the number of events in the log.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn event_count(&self) -> Result<u64>;

    /// Returns an event of the log.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn event(&self, id: u64) -> Result<Option<StoredEvent>>;

    /// Returns those of some meters that the store has.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn devices(&self, ids: &[DeviceId]) -> Result<Vec<StoredDevice>>;

    /// Returns the first meters after one, or all first ones, by identifier: at most `limit`.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn devices_after(&self, after: Option<DeviceId>, limit: usize) -> Result<Vec<StoredDevice>>;

    /// Returns the meters that are or ever were at a point.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn devices_ever_at(&self, point: MeterPoint) -> Result<Vec<DeviceId>>;

    /// Returns those of some points that the store has.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn points(&self, points: &[MeterPoint]) -> Result<Vec<StoredPoint>>;

    /// Returns the first points after one, in order: at most `limit`; all, or
    /// [pending](StoredPoint::is_pending) ones only.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn points_after(
        &self,
        after: Option<MeterPoint>,
        pending: bool,
        limit: usize,
    ) -> Result<Vec<StoredPoint>>;

    /// Writes the changes of a batch of events.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn write(&mut self, batch: &StatusBatch) -> Result<()>;

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

    /// Returns the last numbers used for a recipient.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn last_numbers(&self, recipient: Recipient) -> Result<LastNumbers>;

    /// Returns the number of the last planned file, 0 before the first.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn last_file(&self) -> Result<u64>;

    /// Returns a planned file.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn file(&self, id: u64) -> Result<Option<PlannedFile>>;

    /// Returns the planned files that are not yet on disk, in order.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn unsent(&self) -> Result<Vec<PlannedFile>>;

    /// Returns the first notices of a file after a point, in the order of the points: at most
    /// `limit`.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn notices_after(
        &self,
        file: u64,
        after: Option<MeterPoint>,
        limit: usize,
    ) -> Result<Vec<StoredNotice>>;

    /// Returns the notice of a file for a point.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn notice(&self, file: u64, point: MeterPoint) -> Result<Option<StoredNotice>>;

    /// Adds notices of a file that is being planned, with instruction numbers from `first` on. The
    /// file becomes the last one of their points.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn add_notices(&mut self, file: u64, first: u64, notices: &[Notice]) -> Result<()>;

    /// Records a planned file, and the last numbers of its recipient. A number that the recipient
    /// already has is an error.
    ///
    /// # Errors
    ///
    /// Returns an error of the store; [`ErrorKind::Busy`](crate::ErrorKind::Busy) for a number that
    /// is taken.
    fn plan(&mut self, file: &PlannedFile) -> Result<()>;

    /// Records the bytes of a planned file that an older version planned with other bytes.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn set_digest(&mut self, file: u64, digest: &Digest) -> Result<()>;

    /// Records that a file is on disk: its notices count as notified.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn sent(&mut self, file: u64, at: Timestamp) -> Result<()>;

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

    /// Returns the answers to a notice, ordered by file and line.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn answers(&self, number: u64, point: MeterPoint) -> Result<Vec<Answer>>;

    /// Returns the points for which a notice was ever rejected, in order.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn rejected_points(&self) -> Result<Vec<MeterPoint>>;

    /// Returns the number of notices of a file that were ever rejected.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn rejected_count(&self, recipient: Recipient, number: u64) -> Result<u64>;

    /// Returns the file of a recipient that has a number.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn file_numbered(&self, recipient: Recipient, number: u64) -> Result<Option<PlannedFile>>;

    /// Returns the first planned files after one, in order: at most `limit`.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn files_after(&self, after: Option<u64>, limit: usize) -> Result<Vec<PlannedFile>>;

    /// Adds a confirmation. One of the same line of the same file replaces the previous one.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn confirm(&mut self, confirmation: &Confirmation) -> Result<()>;

    /// Returns the confirmations of a file, ordered by file of answers and line.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    fn confirmations(&self, file: u64) -> Result<Vec<Confirmation>>;
}

impl<S: StatusStore> StatusStore for &mut S {
    fn begin(&mut self) -> Result<()> {
        (**self).begin()
    }

    fn commit(&mut self) -> Result<()> {
        (**self).commit()
    }

    fn roll_back(&mut self) {
        (**self).roll_back();
    }

    fn settings(&self) -> Result<Option<Settings>> {
        (**self).settings()
    }

    fn keep(&mut self, settings: Settings) -> Result<()> {
        (**self).keep(settings)
    }

    fn event_count(&self) -> Result<u64> {
        (**self).event_count()
    }

    fn event(&self, id: u64) -> Result<Option<StoredEvent>> {
        (**self).event(id)
    }

    fn devices(&self, ids: &[DeviceId]) -> Result<Vec<StoredDevice>> {
        (**self).devices(ids)
    }

    fn devices_after(&self, after: Option<DeviceId>, limit: usize) -> Result<Vec<StoredDevice>> {
        (**self).devices_after(after, limit)
    }

    fn devices_ever_at(&self, point: MeterPoint) -> Result<Vec<DeviceId>> {
        (**self).devices_ever_at(point)
    }

    fn points(&self, points: &[MeterPoint]) -> Result<Vec<StoredPoint>> {
        (**self).points(points)
    }

    fn points_after(
        &self,
        after: Option<MeterPoint>,
        pending: bool,
        limit: usize,
    ) -> Result<Vec<StoredPoint>> {
        (**self).points_after(after, pending, limit)
    }

    fn write(&mut self, batch: &StatusBatch) -> Result<()> {
        (**self).write(batch)
    }

    fn taken(&self, digest: &Digest) -> Result<Option<TakenFile>> {
        (**self).taken(digest)
    }

    fn keep_taken(&mut self, file: &TakenFile) -> Result<()> {
        (**self).keep_taken(file)
    }

    fn last_numbers(&self, recipient: Recipient) -> Result<LastNumbers> {
        (**self).last_numbers(recipient)
    }

    fn last_file(&self) -> Result<u64> {
        (**self).last_file()
    }

    fn file(&self, id: u64) -> Result<Option<PlannedFile>> {
        (**self).file(id)
    }

    fn unsent(&self) -> Result<Vec<PlannedFile>> {
        (**self).unsent()
    }

    fn notices_after(
        &self,
        file: u64,
        after: Option<MeterPoint>,
        limit: usize,
    ) -> Result<Vec<StoredNotice>> {
        (**self).notices_after(file, after, limit)
    }

    fn notice(&self, file: u64, point: MeterPoint) -> Result<Option<StoredNotice>> {
        (**self).notice(file, point)
    }

    fn add_notices(&mut self, file: u64, first: u64, notices: &[Notice]) -> Result<()> {
        (**self).add_notices(file, first, notices)
    }

    fn plan(&mut self, file: &PlannedFile) -> Result<()> {
        (**self).plan(file)
    }

    fn set_digest(&mut self, file: u64, digest: &Digest) -> Result<()> {
        (**self).set_digest(file, digest)
    }

    fn sent(&mut self, file: u64, at: Timestamp) -> Result<()> {
        (**self).sent(file, at)
    }

    fn answer_file(&mut self, name: &str, digest: &Digest) -> Result<u64> {
        (**self).answer_file(name, digest)
    }

    fn answer(&mut self, answers: &[Answer]) -> Result<()> {
        (**self).answer(answers)
    }

    fn answers(&self, number: u64, point: MeterPoint) -> Result<Vec<Answer>> {
        (**self).answers(number, point)
    }

    fn rejected_points(&self) -> Result<Vec<MeterPoint>> {
        (**self).rejected_points()
    }

    fn rejected_count(&self, recipient: Recipient, number: u64) -> Result<u64> {
        (**self).rejected_count(recipient, number)
    }

    fn file_numbered(&self, recipient: Recipient, number: u64) -> Result<Option<PlannedFile>> {
        (**self).file_numbered(recipient, number)
    }

    fn files_after(&self, after: Option<u64>, limit: usize) -> Result<Vec<PlannedFile>> {
        (**self).files_after(after, limit)
    }

    fn confirm(&mut self, confirmation: &Confirmation) -> Result<()> {
        (**self).confirm(confirmation)
    }

    fn confirmations(&self, file: u64) -> Result<Vec<Confirmation>> {
        (**self).confirmations(file)
    }
}

/// Runs changes as one transaction.
pub(crate) fn atomically<S: StatusStore, T>(
    store: &mut S,
    change: impl FnOnce(&mut S) -> Result<T>,
) -> Result<T> {
    store.begin()?;
    let changed = change(store).and_then(|changed| {
        store.commit()?;
        Ok(changed)
    });
    if changed.is_err() {
        store.roll_back();
    }
    changed
}

/// Returns an event that the store must have.
pub(crate) fn event_of(store: &impl StatusStore, id: u64) -> Result<StoredEvent> {
    store.event(id)?.ok_or_else(|| Error::corrupt(format!("event {id} is not there")))
}

/// Returns a planned file that the store must have.
pub(crate) fn file_of(store: &impl StatusStore, id: u64) -> Result<PlannedFile> {
    store.file(id)?.ok_or_else(|| Error::corrupt(format!("file {id} of a run is not there")))
}

/// The names of events by their number in a store, from 0.
const EVENTS: [&str; 13] = [
    "pending",
    "associated",
    "linked",
    "unlinked",
    "whitelisted",
    "installed-not-commissioned",
    "commissioned",
    "suspended",
    "recovery",
    "recovered",
    "restored",
    "decommissioned",
    "withdrawn",
];

/// Returns the number of an event in a store.
pub(crate) fn code_of(what: Occurrence) -> i64 {
    let name = what.as_str();
    EVENTS.iter().zip(0..).find(|(other, _)| **other == name).map_or(-1, |(_, code)| code)
}

/// Returns the event with a number in a store.
pub(crate) fn occurrence(code: i64, point: Option<MeterPoint>) -> Option<Occurrence> {
    let name = EVENTS.get(usize::try_from(code).ok()?)?;
    Occurrence::new(name, point).ok()
}

/// Returns the counts of a point's meters as bytes: for each that is not zero its place and, in
/// groups of seven bits, its number.
pub(crate) fn meters_to_bytes(counts: StatusCounts) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (place, mut number) in (0..).zip(counts.to_numbers()).filter(|(_, number)| *number > 0) {
        bytes.push(place);
        while number >= 0x80 {
            bytes.push(number.to_le_bytes()[0] | 0x80);
            number >>= 7;
        }
        bytes.push(number.to_le_bytes()[0]);
    }
    bytes
}

/// Returns the counts of a point's meters from their bytes.
pub(crate) fn meters_from_bytes(bytes: &[u8]) -> Option<StatusCounts> {
    let mut numbers = [0_u32; StatusCounts::LENGTH];
    let mut bytes = bytes.iter();
    while let Some(place) = bytes.next() {
        let number = numbers.get_mut(usize::from(*place)).filter(|number| **number == 0)?;
        let mut shift = 0;
        loop {
            let byte = bytes.next()?;
            *number |= u32::from(byte & 0x7F).checked_shl(shift)?;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
        }
    }
    Some(StatusCounts::from_numbers(numbers))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_as_they_are_written() {
        for numbers in [
            [0; StatusCounts::LENGTH],
            [1; StatusCounts::LENGTH],
            [0, 127, 128, 0, 16_383, 16_384, u32::MAX, 0, 0, 1],
        ] {
            let counts = StatusCounts::from_numbers(numbers);
            assert_eq!(meters_from_bytes(&meters_to_bytes(counts)), Some(counts));
        }
        for bad in [&[0][..], &[0, 0x80], &[10, 1], &[0, 1, 0, 1], &[0, 255, 255, 255, 255, 255, 1]]
        {
            assert_eq!(meters_from_bytes(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn every_event_has_a_number() {
        let point = "1234567810".parse().unwrap();
        for (name, code) in EVENTS.into_iter().zip(0..) {
            let what = Occurrence::new(name, None).or_else(|_| Occurrence::new(name, Some(point)));
            let what = what.unwrap();
            assert_eq!((code_of(what), occurrence(code, what.point())), (code, Some(what)));
        }
        assert_eq!((occurrence(13, None), occurrence(-1, None)), (None, None));
    }
}
