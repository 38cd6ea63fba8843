//! A register in memory.

mod status;

use std::collections::BTreeMap;

use flagflow_domain::{EffectiveDate, MeterPoint, ServiceFlag};

use crate::digest::Digest;
use crate::entry::{Entry, FileId};
use crate::error::Result;
use crate::file::AppliedFile;
use crate::store::{Store, Transaction};

/// The updates of each point and day, in the order in which they were applied.
type Days = BTreeMap<(MeterPoint, EffectiveDate), Vec<Entry>>;

/// A register in memory, for tests and for comparing a few files.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    days: Days,
    files: Vec<AppliedFile>,
    status: status::MemoryStatus,
}

impl Memory {
    /// Creates an empty register.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

/// All days of a point.
fn of(point: MeterPoint) -> std::ops::RangeInclusive<(MeterPoint, EffectiveDate)> {
    (point, EffectiveDate::MIN)..=(point, EffectiveDate::MAX)
}

impl Store for Memory {
    fn point_from(&self, point: MeterPoint) -> Result<Option<MeterPoint>> {
        let later = self.days.range((point, EffectiveDate::MIN)..).chain(&self.days).next();
        Ok(later.map(|((point, _), _)| *point))
    }

    fn begin(&mut self) -> Result<Box<dyn Transaction + '_>> {
        Ok(Box::new(MemoryTransaction { register: self, changed: Days::new() }))
    }

    fn files(&self, visit: &mut dyn FnMut(AppliedFile) -> Result<()>) -> Result<()> {
        self.files.iter().cloned().try_for_each(visit)
    }

    fn entries(
        &self,
        point: Option<MeterPoint>,
        visit: &mut dyn FnMut(Entry) -> Result<()>,
    ) -> Result<()> {
        match point {
            Some(point) => {
                self.days.range(of(point)).flat_map(|day| day.1).copied().try_for_each(visit)
            }
            None => self.days.values().flatten().copied().try_for_each(visit),
        }
    }
}

/// A transaction: the changed days.
struct MemoryTransaction<'a> {
    register: &'a mut Memory,
    changed: Days,
}

impl MemoryTransaction<'_> {
    fn day(&self, key: (MeterPoint, EffectiveDate)) -> &[Entry] {
        let day = self.changed.get(&key).or_else(|| self.register.days.get(&key));
        day.map_or(&[], Vec::as_slice)
    }

    /// Returns a day as changed by the transaction.
    fn day_mut(&mut self, key: (MeterPoint, EffectiveDate)) -> &mut Vec<Entry> {
        let before = || self.register.days.get(&key).cloned().unwrap_or_default();
        self.changed.entry(key).or_insert_with(before)
    }
}

impl Transaction for MemoryTransaction<'_> {
    fn file_with(&mut self, digest: &Digest) -> Result<Option<AppliedFile>> {
        Ok(self.register.files.iter().find(|file| file.digest == *digest).cloned())
    }

    fn file(&mut self, id: FileId) -> Result<Option<AppliedFile>> {
        Ok(self.register.files.iter().find(|file| file.id == id).cloned())
    }

    fn next_file(&mut self) -> Result<FileId> {
        Ok(self.register.files.last().map_or(FileId::FIRST, |file| file.id.next()))
    }

    fn latest(&mut self, point: MeterPoint) -> Result<Option<(EffectiveDate, ServiceFlag)>> {
        let last = |days: &Days| days.range(of(point)).next_back().map(|(key, _)| key.1);
        let day = last(&self.changed).max(last(&self.register.days));
        let Some(day) = day else { return Ok(None) };
        Ok(self.standing(point, day)?.map(|flag| (day, flag)))
    }

    fn standing(&mut self, point: MeterPoint, day: EffectiveDate) -> Result<Option<ServiceFlag>> {
        let standing = self.day((point, day)).iter().find(|entry| entry.stands);
        Ok(standing.map(|entry| entry.update.flag))
    }

    fn files_of(&mut self, point: MeterPoint, day: EffectiveDate) -> Result<Vec<FileId>> {
        let mut files: Vec<_> = self.day((point, day)).iter().map(|entry| entry.file).collect();
        files.dedup();
        Ok(files)
    }

    fn has_spoken(&mut self, file: FileId, point: MeterPoint, day: EffectiveDate) -> Result<bool> {
        // entries are ordered by file, so the last ones are those of the file that is being applied
        Ok(self.day((point, day)).iter().rev().any(|entry| entry.file == file))
    }

    fn supersede(&mut self, point: MeterPoint, day: EffectiveDate) -> Result<()> {
        self.day_mut((point, day)).iter_mut().for_each(|entry| entry.stands = false);
        Ok(())
    }

    fn insert(&mut self, entry: &Entry) -> Result<()> {
        self.day_mut((entry.update.point, entry.update.from)).push(*entry);
        Ok(())
    }

    fn commit(self: Box<Self>, file: &AppliedFile) -> Result<()> {
        self.register.days.extend(self.changed);
        self.register.files.push(file.clone());
        Ok(())
    }
}
