//! The first record of each point and day, and the answers to a part's records.

#![allow(clippy::cast_possible_truncation, reason = "bits are taken out of a number on purpose")]

use std::hash::BuildHasher;
use std::io;

use flagflow_domain::ServiceFlag;
use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};

use super::Located;
use super::key::{Key, PARTS};
use super::parts::Parts;

/// A table of fewer entries is never parted, whatever the bound.
pub(super) const SMALLEST: usize = 1 << 10;

/// The share of the memory that records in parts may take; the rest is for answering a part.
pub(super) const fn rows_of(bound: usize) -> usize {
    bound / 8 * 7
}

/// The first record's key of each point and day.
#[derive(Clone, Debug, Default)]
pub(super) struct Firsts {
    hash: DefaultHashBuilder,
    table: HashTable<u64>,
}

impl Firsts {
    /// Takes a key in; the first one's flag where it is not the first.
    #[inline]
    pub(super) fn offer(&mut self, key: Key) -> Option<ServiceFlag> {
        let Self { hash, table } = self;
        let hash_of = |key: &u64| hash.hash_one(Key(*key).without_flag());
        let is_same = |seen: &u64| Key(*seen).without_flag() == key.without_flag();
        match table.entry(hash_of(&key.0), is_same, hash_of) {
            Entry::Occupied(first) => Some(Key(*first.get()).flag()),
            Entry::Vacant(place) => {
                place.insert(key.0);
                None
            }
        }
    }

    /// All keys.
    pub(super) fn into_keys(self) -> impl Iterator<Item = Key> {
        self.table.into_iter().map(Key)
    }

    /// The bytes that the table takes.
    #[cfg(test)]
    pub(super) fn allocated(&self) -> usize {
        self.table.allocation_size()
    }

    /// Whether the next key may double the table past a bound: for that moment the old table and
    /// the new one stand side by side.
    #[inline]
    fn is_full(&self, bound: usize) -> bool {
        self.table.len() == self.table.capacity()
            && self.table.allocation_size() * 3 > bound
            && self.table.capacity() >= SMALLEST
    }

    /// Which part a key falls into where its part is parted again.
    #[inline]
    fn part_of(&self, key: Key) -> usize {
        (self.hash.hash_one(key.without_flag()) >> (u64::BITS - PARTS.ilog2())) as usize
    }
}

/// What is told of a record that is not the first: its part, its key, where it stands, and the
/// first one's flag.
type Tell<'t> = &'t mut dyn FnMut(usize, Key, Located, ServiceFlag);

/// Answers parts one after the other, each by a table within a bound.
pub(super) fn answer(mut parts: Parts, bound: usize, tell: Tell<'_>) -> io::Result<()> {
    let mut firsts = Firsts::default();
    for part in 0..PARTS {
        firsts.table.clear();
        let mut again: Option<Parts> = None;
        parts.take(part, &mut |rows, mut chunk| {
            while let Some(key) = rows.take(&mut chunk) {
                if let Some(parts) = &mut again {
                    parts.push(firsts.part_of(key), key, &rows.at())?;
                } else if firsts.is_full(bound) {
                    let parts = again.insert(parted_again(&mut firsts, rows_of(bound))?);
                    parts.push(firsts.part_of(key), key, &rows.at())?;
                } else if let Some(first) = firsts.offer(key) {
                    tell(part, key, rows.at(), first);
                }
            }
            Ok(())
        })?;
        if let Some(parts) = again {
            let mut tell = |_, key, at, first| tell(part, key, at, first);
            answer(parts, bound - rows_of(bound), &mut tell)?;
        }
    }
    Ok(())
}

/// Moves a table into parts.
#[cold]
fn parted_again(firsts: &mut Firsts, bound: usize) -> io::Result<Parts> {
    let mut parts = Parts::within(bound);
    for key in std::mem::take(&mut firsts.table) {
        parts.push_first(firsts.part_of(Key(key)), Key(key))?;
    }
    Ok(parts)
}
