//! Checks the consistency of a register.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, RandomState};

use flagflow_domain::{EffectiveDate, Fuel, MeterPoint, ServiceFlag};
use flagflow_status::DeviceId;

use crate::entry::{Effect, Entry, FileId};
use crate::error::Result;
use crate::file::{AppliedFile, UpdateCounts};
use crate::store::Store;

/// An inconsistency that applying files cannot cause.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Discrepancy {
    /// The store is damaged, in the words of the store.
    Damaged(String),
    /// The current update for a point and day does not match the stored updates.
    Standing(MeterPoint, EffectiveDate),
    /// A point has no first update, or more than one.
    First(MeterPoint),
    /// An entry is of a file that does not exist.
    UnknownFile(FileId),
    /// The entries of a file do not match its counts.
    Counts(FileId),
    /// The stored state of a meter does not match its events.
    Meter(DeviceId),
    /// The stored state of a meter point does not match the events of its meters, or its notices.
    MeterPoint(MeterPoint),
    /// The log has other events than those of the meters.
    Log {
        /// The number of events in the log.
        log: u64,
        /// The number of events of the meters.
        meters: u64,
    },
    /// A file of a run has not the number of notices that it had.
    Notices(u64),
}

impl fmt::Display for Discrepancy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged(what) => write!(f, "damaged: {what}"),
            Self::Standing(point, day) => {
                write!(f, "{point} from {}: stored state does not match its updates", day.iso())
            }
            Self::First(point) => write!(f, "{point}: not exactly one update was its first"),
            Self::UnknownFile(file) => write!(f, "file {file} is not there, its updates are"),
            Self::Counts(file) => write!(f, "file {file}: not as many updates as it had"),
            Self::Meter(id) => write!(f, "meter {id}: stored state does not match its events"),
            Self::MeterPoint(point) => {
                write!(
                    f,
                    "{point}: stored state does not match the events of its meters, or its notices"
                )
            }
            Self::Log { log, meters } => {
                write!(f, "the log has {log} events, and its meters have {meters}")
            }
            Self::Notices(file) => write!(f, "file {file} of a run: not as many notices as it had"),
        }
    }
}

/// Counts of the checked objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Meter points.
    pub points: u64,
    /// Updates.
    pub entries: u64,
    /// Files.
    pub files: u64,
    /// Problems found.
    pub discrepancies: u64,
}

/// Reads the whole register, replays the updates of each point and day in their order, reports each
/// difference, and compares the counts of each file. Memory grows with the number of files only.
///
/// # Errors
///
/// Returns an error of the store or the callback.
pub fn verify(
    store: &dyn Store,
    visit: &mut dyn FnMut(Discrepancy) -> Result<()>,
) -> Result<Verified> {
    let mut check = Verifier { seen: Verified::default(), files: HashMap::new(), visit };
    for damage in store.damage()? {
        check.found(Discrepancy::Damaged(damage))?;
    }
    check.entries(store, None)?;
    check.end(store)
}

/// Checks the updates of a number of points as [`verify`] does: of those that follow random
/// numbers, so that points after a gap are more likely. The counts of files and the store's own
/// integrity check are left out.
///
/// # Errors
///
/// Returns an error of the store or the callback.
pub fn verify_sample(
    store: &dyn Store,
    sample: u64,
    visit: &mut dyn FnMut(Discrepancy) -> Result<()>,
) -> Result<Verified> {
    let mut check = Verifier { seen: Verified::default(), files: HashMap::new(), visit };
    let random = RandomState::new();
    for place in 0..sample {
        let number = random.hash_one(place);
        let fuel = if number & 1 == 0 { Fuel::Gas } else { Fuel::Electricity };
        let number =
            (number >> 1) % if fuel == Fuel::Gas { 10_000_000_000 } else { 10_000_000_000_000 };
        let Some(from) = MeterPoint::new(fuel, number) else { continue };
        if let Some(point) = store.point_from(from)? {
            check.entries(store, Some(point))?;
        }
    }
    Ok(check.seen)
}

/// A point, and the number of its first updates.
struct PointFirsts(MeterPoint, u64);

/// A replayed day of a point.
struct ReplayedDay {
    key: (MeterPoint, EffectiveDate),
    /// The update that must be current, by file and line, and its flag.
    standing: (FileId, u64, ServiceFlag),
    /// The updates marked as current, and their number.
    stands: (FileId, u64),
    standing_count: u64,
    sound: bool,
}

impl ReplayedDay {
    fn begin(entry: &Entry) -> Self {
        let first = matches!(
            entry.effect,
            Effect::New | Effect::FlagChanged | Effect::DateChanged | Effect::Late
        );
        let mut day = Self {
            key: (entry.update.point, entry.update.from),
            standing: (entry.file, entry.update.line, entry.update.flag),
            stands: (entry.file, entry.update.line),
            standing_count: 0,
            sound: first,
        };
        day.note(entry);
        day
    }

    /// Replays a later update of the day.
    fn again(&mut self, entry: &Entry) {
        let repeats = entry.update.flag == self.standing.2;
        self.sound &= match entry.effect {
            Effect::Repeated => repeats,
            Effect::Conflicting | Effect::Corrected => !repeats,
            _ => false,
        };
        if entry.effect == Effect::Corrected {
            self.standing = (entry.file, entry.update.line, entry.update.flag);
        }
        self.note(entry);
    }

    fn note(&mut self, entry: &Entry) {
        if entry.stands {
            self.stands = (entry.file, entry.update.line);
            self.standing_count += 1;
        }
    }

    fn is_sound(&self) -> bool {
        let is_standing = self.stands == (self.standing.0, self.standing.1);
        self.sound && self.standing_count == 1 && is_standing
    }
}

struct Verifier<'a> {
    seen: Verified,
    files: HashMap<FileId, UpdateCounts>,
    visit: &'a mut dyn FnMut(Discrepancy) -> Result<()>,
}

impl Verifier<'_> {
    fn found(&mut self, discrepancy: Discrepancy) -> Result<()> {
        self.seen.discrepancies += 1;
        (self.visit)(discrepancy)
    }

    /// Replays all entries, or those of one point.
    fn entries(&mut self, store: &dyn Store, of: Option<MeterPoint>) -> Result<()> {
        let mut day: Option<ReplayedDay> = None;
        let mut point: Option<PointFirsts> = None;
        store.entries(of, &mut |entry| {
            self.count(&entry);
            self.point(&mut point, &entry)?;
            self.day(&mut day, &entry)
        })?;
        self.end_point(point.as_ref())?;
        self.end_day(day)
    }

    fn count(&mut self, entry: &Entry) {
        self.seen.entries += 1;
        self.files.entry(entry.file).or_default().add(entry.effect);
    }

    fn point(&mut self, point: &mut Option<PointFirsts>, entry: &Entry) -> Result<()> {
        let first = u64::from(entry.effect == Effect::New);
        match point {
            Some(own) if own.0 == entry.update.point => own.1 += first,
            _ => {
                let before = point.replace(PointFirsts(entry.update.point, first));
                self.end_point(before.as_ref())?;
            }
        }
        Ok(())
    }

    fn end_point(&mut self, point: Option<&PointFirsts>) -> Result<()> {
        let Some(&PointFirsts(point, first)) = point else { return Ok(()) };
        self.seen.points += 1;
        if first == 1 { Ok(()) } else { self.found(Discrepancy::First(point)) }
    }

    fn day(&mut self, day: &mut Option<ReplayedDay>, entry: &Entry) -> Result<()> {
        match day {
            Some(own) if own.key == (entry.update.point, entry.update.from) => own.again(entry),
            _ => {
                let before = day.replace(ReplayedDay::begin(entry));
                self.end_day(before)?;
            }
        }
        Ok(())
    }

    fn end_day(&mut self, day: Option<ReplayedDay>) -> Result<()> {
        match day.filter(|day| !day.is_sound()) {
            None => Ok(()),
            Some(ReplayedDay { key: (point, day), .. }) => {
                self.found(Discrepancy::Standing(point, day))
            }
        }
    }

    /// Compares each file's updates with the counts of the file.
    fn end(mut self, store: &dyn Store) -> Result<Verified> {
        let mut counted = std::mem::take(&mut self.files);
        store.files(&mut |file| {
            self.seen.files += 1;
            let own = counted.remove(&file.id).unwrap_or_default();
            if agrees(&file, own) { Ok(()) } else { self.found(Discrepancy::Counts(file.id)) }
        })?;
        let mut strangers: Vec<_> = counted.into_keys().collect();
        strangers.sort_unstable();
        strangers.into_iter().try_for_each(|id| self.found(Discrepancy::UnknownFile(id)))?;
        Ok(self.seen)
    }
}

fn agrees(file: &AppliedFile, mut counted: UpdateCounts) -> bool {
    counted.rejected = file.counts.rejected;
    counted.records += counted.rejected;
    counted == file.counts
}
