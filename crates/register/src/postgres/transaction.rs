//! The transaction that applies one file to a database.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use flagflow_check::Flow;
use flagflow_domain::{EffectiveDate, MeterPoint, ServiceFlag};

use super::Postgres;
use super::read;
use crate::digest::Digest;
use crate::entry::{Effect, Entry, FileId, Update};
use crate::error::Result;
use crate::file::AppliedFile;
use crate::row::{integer, key, small};
use crate::store::Transaction;

/// A transaction; dropping it rolls it back. The entries of the points that are announced are read
/// at once, and written back by COPY before the next ones are read.
pub(super) struct PostgresTransaction<'a> {
    register: &'a Postgres,
    points: BTreeSet<MeterPoint>,
    days: BTreeMap<(MeterPoint, EffectiveDate), Vec<CachedEntry>>,
    is_committed: bool,
}

struct CachedEntry {
    entry: Entry,
    change: CacheChange,
}

#[derive(PartialEq, Eq)]
enum CacheChange {
    Stored,
    Superseded,
    New,
}

impl<'a> PostgresTransaction<'a> {
    pub(super) fn new(register: &'a Postgres) -> Self {
        let (points, days) = (BTreeSet::new(), BTreeMap::new());
        Self { register, points, days, is_committed: false }
    }

    /// Reads the entries of points that were not read yet.
    fn read(&mut self, points: impl Iterator<Item = MeterPoint>) -> Result<()> {
        let mut keys = Vec::new();
        for point in points {
            if self.points.insert(point) {
                keys.push(key(point));
            }
        }
        if keys.is_empty() {
            return Ok(());
        }
        for entry in read::entries_of(self.register, &keys)? {
            let day = self.days.entry((entry.update.point, entry.update.from)).or_default();
            day.push(CachedEntry { entry, change: CacheChange::Stored });
        }
        Ok(())
    }

    fn day(&mut self, point: MeterPoint, day: EffectiveDate) -> Result<&mut Vec<CachedEntry>> {
        self.read([point].into_iter())?;
        Ok(self.days.entry((point, day)).or_default())
    }

    /// Writes all changes, and forgets what was read.
    fn write(&mut self) -> Result<()> {
        self.points.clear();
        let (mut added, mut superseded) = (String::new(), [const { Vec::new() }; 4]);
        for CachedEntry { entry, change } in std::mem::take(&mut self.days).into_values().flatten()
        {
            let Entry { update: Update { point, from, flag, line }, file, effect, stands } = entry;
            let keys =
                [key(point), i64::from(from.as_packed()), i64::from(file.0), line.cast_signed()];
            match change {
                CacheChange::Stored => {}
                CacheChange::Superseded => {
                    superseded.iter_mut().zip(keys).for_each(|(column, key)| column.push(key));
                }
                CacheChange::New => {
                    let [point, day, file, line] = keys;
                    // writing to a String cannot fail
                    let _ = writeln!(
                        added,
                        "{point}\t{day}\t{file}\t{line}\t{flag}\t{}\t{stands}",
                        effect as u8
                    );
                }
            }
        }
        if !superseded[0].is_empty() {
            let [points, days, files, lines] = &superseded;
            let update = "UPDATE flagflow.entry AS entry SET stands = false \
                          FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) \
                          AS old (point, day, file, line) \
                          WHERE (entry.point, entry.day, entry.file, entry.line) \
                          = (old.point, old.day, old.file, old.line)";
            self.register.execute(update, &[points, days, files, lines])?;
        }
        self.register.copy("flagflow.entry (point, day, file, line, flag, effect, stands)", &added)
    }
}

impl Transaction for PostgresTransaction<'_> {
    fn expect(&mut self, updates: &[Update]) -> Result<()> {
        self.write()?;
        self.read(updates.iter().map(|update| update.point))
    }

    fn file_with(&mut self, digest: &Digest) -> Result<Option<AppliedFile>> {
        let query = "SELECT id FROM flagflow.file WHERE digest = $1";
        let id = self.register.row(query, &[&&digest.0[..]], |row| integer(row, "id", small))?;
        id.map_or(Ok(None), |id| self.file(FileId(id)))
    }

    fn file(&mut self, id: FileId) -> Result<Option<AppliedFile>> {
        Ok(read::files(self.register, Some(id))?.pop())
    }

    fn next_file(&mut self) -> Result<FileId> {
        let query = "SELECT coalesce(max(id), 0) AS id FROM flagflow.file";
        let last = self.register.row(query, &[], |row| integer(row, "id", small))?;
        Ok(FileId(last.unwrap_or_default()).next())
    }

    fn latest(&mut self, point: MeterPoint) -> Result<Option<(EffectiveDate, ServiceFlag)>> {
        self.read([point].into_iter())?;
        let all = (point, EffectiveDate::MIN)..=(point, EffectiveDate::MAX);
        let standing = self.days.range(all).rev().find_map(|((_, day), entries)| {
            entries.iter().find(|it| it.entry.stands).map(|it| (*day, it.entry.update.flag))
        });
        Ok(standing)
    }

    fn standing(&mut self, point: MeterPoint, day: EffectiveDate) -> Result<Option<ServiceFlag>> {
        let entries = self.day(point, day)?;
        Ok(entries.iter().find(|it| it.entry.stands).map(|it| it.entry.update.flag))
    }

    fn has_spoken(&mut self, file: FileId, point: MeterPoint, day: EffectiveDate) -> Result<bool> {
        Ok(self.day(point, day)?.iter().rev().any(|it| it.entry.file == file))
    }

    fn files_of(&mut self, point: MeterPoint, day: EffectiveDate) -> Result<Vec<FileId>> {
        let mut files: Vec<_> = self.day(point, day)?.iter().map(|it| it.entry.file).collect();
        files.dedup();
        Ok(files)
    }

    fn supersede(&mut self, point: MeterPoint, day: EffectiveDate) -> Result<()> {
        for cached in self.day(point, day)?.iter_mut().filter(|it| it.entry.stands) {
            cached.entry.stands = false;
            if cached.change == CacheChange::Stored {
                cached.change = CacheChange::Superseded;
            }
        }
        Ok(())
    }

    fn insert(&mut self, entry: &Entry) -> Result<()> {
        let cached = CachedEntry { entry: *entry, change: CacheChange::New };
        self.day(entry.update.point, entry.update.from)?.push(cached);
        Ok(())
    }

    fn commit(mut self: Box<Self>, file: &AppliedFile) -> Result<()> {
        self.write()?;
        let id = i64::from(file.id.0);
        let origin = file.origin.as_ref();
        let time = |time: flagflow_electricity::Timestamp| time.as_packed().cast_signed();
        self.register.execute(
            "INSERT INTO flagflow.file (id, digest, name, bytes, flow, sender, identifier, created, \
             applied_at, rejected) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            &[
                &id,
                &&file.digest.0[..],
                &file.name,
                &file.bytes.cast_signed(),
                &file.flow.map(Flow::as_str),
                &origin.map(|origin| &origin.sender),
                &origin.map(|origin| &origin.identifier),
                &origin.map(|origin| time(origin.created)),
                &file.applied_at.map(time),
                &file.counts.rejected.cast_signed(),
            ],
        )?;
        let effects = Effect::ALL.map(|effect| i64::from(effect as u8));
        let counts = Effect::ALL.map(|effect| file.counts.of(effect).cast_signed());
        self.register.execute(
            "INSERT INTO flagflow.file_count SELECT $1, * FROM unnest($2::bigint[], $3::bigint[])",
            &[&id, &&effects[..], &&counts[..]],
        )?;
        self.register.batch("COMMIT")?;
        self.is_committed = true;
        Ok(())
    }
}

impl Drop for PostgresTransaction<'_> {
    fn drop(&mut self) {
        if !self.is_committed {
            self.register.end();
        }
    }
}
