//! Compares records with one another: repeated meter points and days.
//!
//! The results are exact, the memory is bounded. The first records, up to 262,144, are looked up
//! in tables immediately. A random look-up in a large table waits for memory, so every later record
//! is only appended, in nine bytes, to one of 256 parts by its meter point. At the end of the input
//! a table that fits the processor's cache finds the conflicts of each part; threads divide the
//! parts among them. The conflicts replace the part's records, and are reported in the order of the
//! file when all parts are done. Above the memory limit the parts move to a temporary file, and a part
//! whose table exceeds the limit is split again.

mod firsts;
mod key;
mod parts;
mod row;

use std::io;
use std::num::NonZeroUsize;

use flagflow_domain::{EffectiveDate, ServiceFlag};

use crate::verdict::RecordValues;
use firsts::{Firsts, SMALLEST, answer, rows_of};
use key::{Mix, PARTS, PointDay};
use parts::SpillParts;

/// The values of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UpdateKey {
    /// The meter point, as a number of at most 13 digits.
    pub(crate) point: u64,
    /// The day, packed.
    pub(crate) day: u32,
    pub(crate) flag: ServiceFlag,
}

impl UpdateKey {
    pub(crate) fn values(self) -> RecordValues {
        // every packed day was made from a day
        let day = EffectiveDate::from_packed(self.day).ok();
        RecordValues { point: Some(self.point), flag: Some(self.flag), day, number: None }
    }
}

/// The position of a record and of its two fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RecordLocation {
    pub(crate) line: u64,
    pub(crate) record: u64,
    pub(crate) line_offset: u64,
    /// The distance from the first byte of the line to that of the next line.
    pub(crate) stride: u64,
    pub(crate) line_length: u32,
    pub(crate) point_start: u32,
    pub(crate) point_length: u32,
    pub(crate) flag_start: u32,
}

impl RecordLocation {
    /// Returns the position of another record, if all lines from this record to the other are
    /// alike.
    #[inline]
    pub(crate) fn further(&self, record: u64) -> Self {
        let steps = record.wrapping_sub(self.record);
        let line_offset = self.line_offset.wrapping_add(steps.wrapping_mul(self.stride));
        Self { line: self.line.wrapping_add(steps), record, line_offset, ..*self }
    }
}

/// Consecutive good records with lines that are alike: the same length, and fields at the same
/// bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UpdateColumns<'a> {
    /// The meter points. The three columns have the same length.
    pub(crate) points: &'a [u64],
    /// The days, packed.
    pub(crate) days: &'a [u32],
    /// The flags' letters.
    pub(crate) flags: &'a [u8],
    /// The position of the first record.
    pub(crate) first: RecordLocation,
}

impl UpdateColumns<'_> {
    fn rows(&self) -> impl Iterator<Item = (u64, u32, u8)> {
        let rest = self.days.iter().zip(self.flags);
        self.points.iter().zip(rest).map(|(point, (day, flag))| (*point, *day, *flag))
    }
}

/// A record that was found to repeat an earlier record at the end of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Conflict {
    /// The later record.
    pub(crate) said: UpdateKey,
    pub(crate) at: RecordLocation,
    /// The first record's flag.
    pub(crate) first: ServiceFlag,
}

/// The immediate result for a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CrossAnswer {
    /// The record is the first of its point and day.
    First,
    /// The record is not the first; the first record has this flag.
    Again(ServiceFlag),
    /// The result is available at the end of the input.
    Later,
}

impl From<Option<ServiceFlag>> for CrossAnswer {
    fn from(first: Option<ServiceFlag>) -> Self {
        first.map_or(Self::First, Self::Again)
    }
}

/// The records that were read so far.
#[derive(Debug)]
pub(crate) struct Seen {
    bound: usize,
    mix: Mix,
    early: Early,
    parts: Option<SpillParts>,
}

impl Seen {
    /// Creates the tables with a limit of memory in bytes, and of records with immediate results.
    pub(crate) fn within(bound: usize) -> Self {
        Self { bound, mix: Mix::new(), early: Early::within(bound), parts: None }
    }

    /// Adds a record. `at` is called only if the record must be kept.
    #[inline]
    pub(crate) fn offer(
        &mut self,
        said: UpdateKey,
        at: impl FnOnce() -> RecordLocation,
    ) -> io::Result<CrossAnswer> {
        let (part, key) = self.mix.key(said);
        if self.early.is_full() {
            let parts = self.split()?;
            return parts.push(part, key, &at()).map(|()| CrossAnswer::Later);
        }
        Ok(self.early.offer(part, key).into())
    }

    /// Returns true if every further result is [`CrossAnswer::Later`].
    #[inline]
    pub(crate) const fn tells_later(&self) -> bool {
        self.early.is_full()
    }

    /// Takes a record that is answered at once, by its meter point, its packed day and its flag's
    /// letter. Returns the flag of the first record of its point and day, if it is not the first.
    #[inline]
    pub(crate) fn offer_row(&mut self, point: u64, day: u32, letter: u8) -> Option<ServiceFlag> {
        let (part, key) = self.mix.key_of(point, day, letter);
        self.early.offer(part, key)
    }

    /// Adds records whose results are all [`CrossAnswer::Later`].
    pub(crate) fn keep(&mut self, columns: UpdateColumns<'_>) -> io::Result<()> {
        let mix = self.mix;
        let parts = self.split()?;
        parts.follow(&columns.first);
        for (record, (point, day, flag)) in (columns.first.record..).zip(columns.rows()) {
            let (part, key) = mix.key_of(point, day, flag);
            parts.push_in_run(part, key, record)?;
        }
        Ok(())
    }

    /// Returns the parts, which begin with the entries of the tables.
    #[inline]
    fn split(&mut self) -> io::Result<&mut SpillParts> {
        match &mut self.parts {
            Some(parts) => Ok(parts),
            none => Ok(none.insert(self.early.split(SpillParts::within(rows_of(self.bound)))?)),
        }
    }

    /// Reports the conflicts without an immediate result, in the order of the file.
    /// Threads, at most eight, find them.
    pub(crate) fn finish(
        self,
        threads: NonZeroUsize,
        tell: &mut dyn FnMut(Conflict),
    ) -> io::Result<()> {
        let Self { bound, mix, parts, .. } = self;
        let Some(parts) = parts else { return Ok(()) };
        answer((0, bound - rows_of(bound)), parts, threads, &mut |part, key, at, first| {
            tell(Conflict { said: mix.update_key(part, key), at, first });
            Ok(())
        })
    }
}

/// Tables of the first records, one for each part, so that a table's growth is small.
#[derive(Debug)]
struct Early {
    tables: Vec<Firsts>,
    held: usize,
    most: usize,
}

/// The maximum number of points and days with immediate results, whatever the memory limit: in
/// larger tables each look-up waits for memory.
const EARLY: usize = 1 << 18;

/// The maximum number of bytes of a point and day in a table with its free entries, times three.
const ROOM: usize = 64;

impl Early {
    fn within(bound: usize) -> Self {
        let most = (bound / ROOM).clamp(SMALLEST, EARLY);
        Self { tables: vec![Firsts::default(); PARTS], held: 0, most }
    }

    #[inline]
    const fn is_full(&self) -> bool {
        self.held == self.most
    }

    #[inline]
    fn offer(&mut self, part: usize, key: PointDay) -> Option<ServiceFlag> {
        let first = self.tables[part].offer(key);
        self.held += usize::from(first.is_none());
        first
    }

    /// Moves the tables into parts.
    #[cold]
    fn split(&mut self, mut parts: SpillParts) -> io::Result<SpillParts> {
        for (part, firsts) in std::mem::take(&mut self.tables).into_iter().enumerate() {
            for key in firsts.into_keys() {
                parts.push_first(part, key)?;
            }
        }
        Ok(parts)
    }
}

#[cfg(test)]
mod tests;
