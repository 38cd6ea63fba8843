//! The first record of each point and day, and the conflicts of a part's records.

#![allow(clippy::cast_possible_truncation, reason = "bits are taken out of a number on purpose")]

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::hash::BuildHasher;
use std::io;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;

use flagflow_domain::ServiceFlag;
use flagflow_frame::parallel::in_order;
use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};

use super::RecordLocation;
use super::key::{PARTS, PointDay};
use super::parts::{SpillParts, TakenPart};
use super::row::SortedRows;

/// A table with fewer entries is never split, whatever the memory limit.
pub(super) const SMALLEST: usize = 1 << 10;

/// Returns the share of the memory for records in parts; the rest is for the table of a part.
pub(super) const fn rows_of(bound: usize) -> usize {
    bound / 8 * 7
}

/// The key of the first record of each point and day.
#[derive(Clone, Debug, Default)]
pub(super) struct Firsts {
    hash: DefaultHashBuilder,
    table: HashTable<u64>,
}

impl Firsts {
    /// Adds a key; returns the flag of the first record if the key is not the first of its point
    /// and day.
    #[inline]
    pub(super) fn offer(&mut self, key: PointDay) -> Option<ServiceFlag> {
        let Self { hash, table } = self;
        let hash_of = |key: &u64| hash.hash_one(PointDay(*key).without_flag());
        let is_same = |seen: &u64| PointDay(*seen).without_flag() == key.without_flag();
        match table.entry(hash_of(&key.0), is_same, hash_of) {
            Entry::Occupied(first) => Some(PointDay(*first.get()).flag()),
            Entry::Vacant(place) => {
                place.insert(key.0);
                None
            }
        }
    }

    /// Returns all keys.
    pub(super) fn into_keys(self) -> impl Iterator<Item = PointDay> {
        self.table.into_iter().map(PointDay)
    }

    /// Returns the number of bytes of the table.
    #[cfg(test)]
    pub(super) fn allocated(&self) -> usize {
        self.table.allocation_size()
    }

    /// Returns true if the next key may grow the table over a limit: while a table doubles, the old
    /// and the new table both take memory.
    #[inline]
    fn is_full(&self, bound: usize) -> bool {
        self.table.len() == self.table.capacity()
            && self.table.allocation_size() * 3 > bound
            && self.table.capacity() >= SMALLEST
    }

    /// Returns the part of a key when its part is split again, with another hash at each level.
    #[inline]
    fn part_of(&self, level: u32, key: PointDay) -> usize {
        let hash = self.hash.hash_one((level, key.without_flag()));
        (hash >> (u64::BITS - PARTS.ilog2())) as usize
    }
}

/// A function that receives each record that is not the first: its part, its key, its position, and
/// the flag of the first record.
type Tell<'t> = &'t mut dyn FnMut(usize, PointDay, RecordLocation, ServiceFlag) -> io::Result<()>;

/// Finds the conflicts of each part with a table on each thread, the tables together within a
/// limit, and reports them in the order of the file. Until then they are stored in place of the
/// records. The level is the number of times that the parts were split before.
pub(super) fn answer(
    (level, bound): (u32, usize),
    parts: SpillParts,
    threads: NonZeroUsize,
    tell: Tell<'_>,
) -> io::Result<()> {
    let mut shares = parts.share(threads.get());
    let bound = bound / shares.len();
    if let [share] = &mut shares[..] {
        answer_parts(share, (level, bound))?;
    } else {
        let find = |share: &mut SpillParts, failed: &mut Option<io::Error>| {
            *failed = answer_parts(share, (level, bound)).err();
        };
        let ended = in_order(shares.iter_mut(), threads, find, |failed| match failed.take() {
            Some(error) => ControlFlow::Break(error),
            None => ControlFlow::Continue(()),
        });
        if let ControlFlow::Break(error) = ended {
            return Err(error);
        }
    }
    tell_in_order(&mut shares, tell)
}

/// Stores the conflicts of each part in place of its records.
fn answer_parts(parts: &mut SpillParts, limit: (u32, usize)) -> io::Result<()> {
    let mut firsts = Firsts::default();
    (0..PARTS).try_for_each(|part| answer_part(parts, part, &mut firsts, limit))
}

/// Stores the conflicts of a part in place of its records.
fn answer_part(
    parts: &mut SpillParts,
    part: usize,
    firsts: &mut Firsts,
    (level, bound): (u32, usize),
) -> io::Result<()> {
    firsts.table.clear();
    let mut again: Option<SpillParts> = None;
    let (mut taken, mut rows) = (parts.take(part), SortedRows::default());
    while let Some(mut chunk) = parts.next_chunk(&mut taken)? {
        while let Some(key) = rows.take(&mut chunk) {
            if let Some(again) = &mut again {
                again.push(firsts.part_of(level, key), key, &rows.at())?;
            } else if firsts.is_full(bound) {
                let again = again.insert(split_again(level, firsts, rows_of(bound))?);
                again.push(firsts.part_of(level, key), key, &rows.at())?;
            } else if let Some(first) = firsts.offer(key) {
                parts.push_clash(part, key, &rows.at(), first)?;
            }
        }
    }
    let Some(again) = again else { return Ok(()) };
    let limit = (level + 1, bound - rows_of(bound));
    answer(limit, again, NonZeroUsize::MIN, &mut |_, key, at, first| {
        parts.push_clash(part, key, &at, first)
    })
}

/// Moves a table into parts.
#[cold]
fn split_again(level: u32, firsts: &mut Firsts, bound: usize) -> io::Result<SpillParts> {
    let mut parts = SpillParts::within(bound);
    for key in std::mem::take(&mut firsts.table) {
        parts.push_first(firsts.part_of(level, PointDay(key)), PointDay(key))?;
    }
    Ok(parts)
}

/// Reports the conflicts of all parts in the order of the file: those of each part are in that
/// order, so the next conflict is always the first of some part.
fn tell_in_order(shares: &mut [SpillParts], tell: Tell<'_>) -> io::Result<()> {
    let mut clashes = Vec::with_capacity(PARTS);
    let mut next = BinaryHeap::with_capacity(PARTS);
    for (share, parts) in shares.iter_mut().enumerate() {
        for part in 0..PARTS {
            let (taken, rows) = (parts.take(part), SortedRows::default());
            let mut own = Clashes { share, part, taken, read: 0, rows, next: None };
            if let Some(record) = own.advance(parts)? {
                next.push(Reverse((record, clashes.len())));
                clashes.push(own);
            }
        }
    }
    while let Some(mut first) = next.peek_mut() {
        let own: &mut Clashes = &mut clashes[first.0.1];
        if let Some((key, flag)) = own.next {
            tell(own.part, key, own.rows.at(), flag)?;
        }
        match own.advance(&mut shares[own.share])? {
            Some(record) => first.0.0 = record,
            None => drop(PeekMut::pop(first)),
        }
    }
    Ok(())
}

/// The conflicts of one part, in the order of the file.
struct Clashes {
    /// The share that has them.
    share: usize,
    part: usize,
    taken: TakenPart,
    /// The number of bytes of the chunk that were read.
    read: usize,
    rows: SortedRows,
    next: Option<(PointDay, ServiceFlag)>,
}

impl Clashes {
    /// Advances to the next conflict, and returns its record if there is a next conflict.
    fn advance(&mut self, parts: &mut SpillParts) -> io::Result<Option<u64>> {
        let Self { taken, read, rows, next, .. } = self;
        while *read == taken.chunk().len() {
            *read = 0;
            if parts.next_chunk(taken)?.is_none() {
                return Ok(None);
            }
        }
        let mut rest = &taken.chunk()[*read..];
        *next = rows.take_clash(&mut rest);
        *read = taken.chunk().len() - rest.len();
        Ok(next.map(|_| rows.record()))
    }
}
