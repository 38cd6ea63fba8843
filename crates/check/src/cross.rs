//! Holding records against one another: the same meter point and day again.
//!
//! Exact, in bounded memory. The first records, up to a million, are looked up in tables at once. A random
//! look into a large table waits for memory, so past that every record is only appended, nine bytes,
//! to one of 256 parts by its meter point, and at the end of the input each part is answered by a
//! table that fits the processor's cache. What it finds is put where the part's records were, and told
//! when all parts have been answered, in the order of the file. Past the bound the parts move to a
//! temporary file, and a part whose own table is past it is parted again.

mod firsts;
mod key;
mod parts;
mod row;

use std::io;

use flagflow_domain::{EffectiveDate, ServiceFlag};

use crate::verdict::RecordValues;
use firsts::{Firsts, SMALLEST, answer, rows_of};
use key::{Mix, PARTS, PointDay};
use parts::SpillParts;

/// What one record says.
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
        // every packed day is a day's
        let day = EffectiveDate::from_packed(self.day).ok();
        RecordValues { point: Some(self.point), flag: Some(self.flag), day, number: None }
    }
}

/// Where a record and its two fields stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RecordLocation {
    pub(crate) line: u64,
    pub(crate) record: u64,
    pub(crate) line_offset: u64,
    /// From the first byte of the line to that of the next one.
    pub(crate) stride: u64,
    pub(crate) line_length: u32,
    pub(crate) point_start: u32,
    pub(crate) point_length: u32,
    pub(crate) flag_start: u32,
}

impl RecordLocation {
    /// Where another record stands, if all lines from this one to that one are alike.
    #[inline]
    pub(crate) fn further(&self, record: u64) -> Self {
        let steps = record.wrapping_sub(self.record);
        let line_offset = self.line_offset.wrapping_add(steps.wrapping_mul(self.stride));
        Self { line: self.line.wrapping_add(steps), record, line_offset, ..*self }
    }
}

/// Good records that follow on one another, and whose lines are alike.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UpdateColumns<'a> {
    /// The meter points. The three columns are of one length.
    pub(crate) points: &'a [u64],
    /// The days, packed.
    pub(crate) days: &'a [u32],
    /// The flags' letters.
    pub(crate) flags: &'a [u8],
    /// Where the first one stands.
    pub(crate) first: RecordLocation,
}

impl UpdateColumns<'_> {
    fn rows(&self) -> impl Iterator<Item = (u64, u32, u8)> {
        let rest = self.days.iter().zip(self.flags);
        self.points.iter().zip(rest).map(|(point, (day, flag))| (*point, *day, *flag))
    }
}

/// A record that only the end of the input could hold against an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Conflict {
    /// The later record.
    pub(crate) said: UpdateKey,
    pub(crate) at: RecordLocation,
    /// The first record's flag.
    pub(crate) first: ServiceFlag,
}

/// What can be said of a record at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CrossAnswer {
    /// The first of its point and day.
    First,
    /// Not the first: the first one had this flag.
    Again(ServiceFlag),
    /// The end of the input will tell.
    Later,
}

impl From<Option<ServiceFlag>> for CrossAnswer {
    fn from(first: Option<ServiceFlag>) -> Self {
        first.map_or(Self::First, Self::Again)
    }
}

/// What was seen so far.
#[derive(Debug)]
pub(crate) struct Seen {
    bound: usize,
    mix: Mix,
    early: Early,
    parts: Option<SpillParts>,
}

impl Seen {
    /// Within so many bytes of memory, and answering at most so many records at once.
    pub(crate) fn within(bound: usize, early: usize) -> Self {
        Self { bound, mix: Mix::new(), early: Early::within(bound, early), parts: None }
    }

    /// Takes a record in. Where it stands is only asked for when it must be kept.
    #[inline]
    pub(crate) fn offer(
        &mut self,
        said: UpdateKey,
        at: impl FnOnce() -> RecordLocation,
    ) -> io::Result<CrossAnswer> {
        let (part, key) = self.mix.key(said);
        if self.early.is_full() {
            let parts = self.parted()?;
            return parts.push(part, key, &at()).map(|()| CrossAnswer::Later);
        }
        Ok(self.early.offer(part, key).into())
    }

    /// Whether nothing is told at once any more: every later answer is [`CrossAnswer::Later`].
    #[inline]
    pub(crate) const fn tells_later(&self) -> bool {
        self.early.is_full()
    }

    /// Takes records in whose answers are all [`CrossAnswer::Later`].
    pub(crate) fn keep(&mut self, columns: UpdateColumns<'_>) -> io::Result<()> {
        let mix = self.mix;
        let parts = self.parted()?;
        parts.follow(&columns.first);
        for (record, (point, day, flag)) in (columns.first.record..).zip(columns.rows()) {
            let (part, key) = mix.key_of(point, day, flag);
            parts.push_in_run(part, key, record)?;
        }
        Ok(())
    }

    /// The parts, which begin with what is in the tables.
    #[inline]
    fn parted(&mut self) -> io::Result<&mut SpillParts> {
        match &mut self.parts {
            Some(parts) => Ok(parts),
            none => Ok(none.insert(self.early.parted(SpillParts::within(rows_of(self.bound)))?)),
        }
    }

    /// The clashes that were not told at once, in the order of the file.
    pub(crate) fn finish(self, tell: &mut dyn FnMut(Conflict)) -> io::Result<()> {
        let Self { bound, mix, parts, .. } = self;
        let Some(parts) = parts else { return Ok(()) };
        answer(parts, bound - rows_of(bound), &mut |part, key, at, first| {
            tell(Conflict { said: mix.said(part, key), at, first });
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

/// The most points and days that are answered at once, whatever the bound: past that each answer
/// waits for memory.
pub(crate) const EARLY: usize = 1 << 18;

/// The same where somebody listens, who may have to read the file again for a later answer.
pub(crate) const EARLY_FOR_VISITORS: usize = 1 << 20;

/// The most bytes that a point and day take in a table, with all that may be free in it, three
/// times over.
const ROOM: usize = 64;

impl Early {
    fn within(bound: usize, most: usize) -> Self {
        let most = (bound / ROOM).clamp(SMALLEST, most);
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
    fn parted(&mut self, mut parts: SpillParts) -> io::Result<SpillParts> {
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
