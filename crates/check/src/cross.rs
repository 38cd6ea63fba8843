//! Holding records against one another: the same meter point and day again.
//!
//! Exact, in bounded memory. While the table of what was seen fits its bound, an answer comes at
//! once. Past it everything is parted by hash into temporary files and answered at the end of the
//! input, one part at a time, by the same code within the same bound.

use std::fs::File;
use std::hash::BuildHasher;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

use flagflow_domain::{EffectiveDate, ServiceFlag};
use hashbrown::{DefaultHashBuilder, HashTable};

use crate::verdict::Values;

/// What one record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    /// The meter point, as a number.
    pub(crate) point: u64,
    /// The day, packed.
    pub(crate) day: u32,
    pub(crate) flag: ServiceFlag,
}

impl Said {
    pub(crate) fn values(self) -> Values {
        // every packed day is a day's
        let day = EffectiveDate::from_packed(self.day).ok();
        Values { point: Some(self.point), flag: Some(self.flag), day }
    }
}

/// Where a record and its two fields stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Located {
    pub(crate) line: u64,
    pub(crate) record: u64,
    pub(crate) line_offset: u64,
    pub(crate) line_length: u32,
    pub(crate) point_start: u32,
    pub(crate) point_length: u32,
    pub(crate) flag_start: u32,
}

/// A record that only the end of the input could hold against an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clash {
    /// The later record.
    pub(crate) said: Said,
    pub(crate) at: Located,
    /// The first record's flag.
    pub(crate) first: ServiceFlag,
}

/// What can be said of a record at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The first of its point and day.
    First,
    /// Not the first: the first one had this flag.
    Again(ServiceFlag),
    /// The end of the input will tell.
    Later,
}

/// A point, a day and the flag, in 12 bytes.
type Entry = [u32; 3];

fn entry(said: Said) -> Entry {
    [low(said.point >> 32), low(said.point), day_and_flag(said)]
}

/// A packed day is below 2^27, which leaves room for the flag's five bits.
fn day_and_flag(said: Said) -> u32 {
    said.day << 5 | code(said.flag)
}

#[expect(clippy::cast_possible_truncation, reason = "the upper half is kept elsewhere")]
const fn low(number: u64) -> u32 {
    number as u32
}

/// The letter's place in the alphabet.
fn code(flag: ServiceFlag) -> u32 {
    u32::from(flag.as_byte() - b'A')
}

fn flag_of(entry: &Entry) -> ServiceFlag {
    let letter = b'A' + (entry[2] & 31) as u8;
    // every entry is made from a flag
    ServiceFlag::from_byte(letter).unwrap_or(ServiceFlag::Active)
}

/// Point and day alone.
fn key(entry: &Entry) -> Entry {
    [entry[0], entry[1], entry[2] >> 5]
}

/// What was seen so far.
#[derive(Debug)]
pub(crate) struct Seen {
    bound: usize,
    depth: u32,
    hash: DefaultHashBuilder,
    table: HashTable<Entry>,
    spilled: Option<Parts>,
}

impl Seen {
    pub(crate) fn within(bound: usize) -> Self {
        Self::at_depth(bound, 0)
    }

    fn at_depth(bound: usize, depth: u32) -> Self {
        let hash = DefaultHashBuilder::default();
        Self { bound, depth, hash, table: HashTable::new(), spilled: None }
    }

    /// Takes a record in. Where it stands is only asked for when it must be kept.
    #[inline]
    pub(crate) fn offer(&mut self, said: Said, at: impl FnOnce() -> Located) -> io::Result<Answer> {
        let entry = entry(said);
        let hash = self.hash.hash_one(key(&entry));
        if self.spilled.is_none() {
            if let Some(first) = self.table.find(hash, |seen| key(seen) == key(&entry)) {
                return Ok(Answer::Again(flag_of(first)));
            }
            if self.is_full() {
                self.spill()?;
            }
        }
        if let Some(parts) = &mut self.spilled {
            return parts.write(hash, said, at()).map(|()| Answer::Later);
        }
        let hasher = &self.hash;
        self.table.insert_unique(hash, entry, |seen| hasher.hash_one(key(seen)));
        Ok(Answer::First)
    }

    /// Whether the next new entry would double the table past the bound: for that moment the old
    /// table and the new one stand side by side.
    fn is_full(&self) -> bool {
        self.table.len() == self.table.capacity()
            && self.table.allocation_size() * 3 > self.bound
            && self.table.capacity() >= SMALLEST
    }

    /// Moves the table into parts.
    #[cold]
    fn spill(&mut self) -> io::Result<()> {
        let mut parts = Parts::new(self.depth)?;
        for entry in std::mem::take(&mut self.table) {
            let point = u64::from(entry[0]) << 32 | u64::from(entry[1]);
            let said = Said { point, day: entry[2] >> 5, flag: flag_of(&entry) };
            parts.write(self.hash.hash_one(key(&entry)), said, Located::default())?;
        }
        self.spilled = Some(parts);
        Ok(())
    }

    /// The clashes that were not told at once, in no particular order.
    pub(crate) fn finish(self, tell: &mut dyn FnMut(Clash)) -> io::Result<()> {
        let Some(parts) = self.spilled else { return Ok(()) };
        for mut part in parts.into_readers()? {
            let mut seen = Self::at_depth(self.bound, self.depth + 1);
            while let Some((said, at)) = read(&mut part)? {
                if let Answer::Again(first) = seen.offer(said, || at)? {
                    tell(Clash { said, at, first });
                }
            }
            seen.finish(tell)?;
        }
        Ok(())
    }
}

/// A table of fewer entries is never spilled, whatever the bound.
const SMALLEST: usize = 1 << 10;

/// How many parts there are, as a power of 2. Each costs a buffer while it is written.
const PARTS_BITS: u32 = 6;

/// Temporary files, without names, each with the records of some of the hashes.
#[derive(Debug)]
struct Parts {
    depth: u32,
    files: Vec<BufWriter<File>>,
}

impl Parts {
    fn new(depth: u32) -> io::Result<Self> {
        let file = || tempfile::tempfile().map(|file| BufWriter::with_capacity(1 << 16, file));
        let files = (0..1 << PARTS_BITS).map(|_| file()).collect::<io::Result<_>>()?;
        Ok(Self { depth, files })
    }

    fn write(&mut self, hash: u64, said: Said, at: Located) -> io::Result<()> {
        // other bits at each depth, so that a part is parted anew
        let part = hash.rotate_left(PARTS_BITS * (self.depth + 2)) >> (u64::BITS - PARTS_BITS);
        self.files[part as usize].write_all(&to_bytes(said, at))
    }

    fn into_readers(self) -> io::Result<Vec<BufReader<File>>> {
        let reader = |file: BufWriter<File>| {
            let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.rewind()?;
            Ok(BufReader::with_capacity(1 << 16, file))
        };
        self.files.into_iter().map(reader).collect()
    }
}

/// The bytes of one record in a part.
const BYTES: usize = 52;

fn to_bytes(said: Said, at: Located) -> [u8; BYTES] {
    let longs = [said.point, at.line, at.record, at.line_offset];
    let shorts =
        [day_and_flag(said), at.line_length, at.point_start, at.point_length, at.flag_start];
    let mut bytes = [0; BYTES];
    let (front, back) = bytes.split_at_mut(8 * longs.len());
    for (to, number) in front.chunks_exact_mut(8).zip(longs) {
        to.copy_from_slice(&number.to_le_bytes());
    }
    for (to, number) in back.chunks_exact_mut(4).zip(shorts) {
        to.copy_from_slice(&number.to_le_bytes());
    }
    bytes
}

/// Reads the next record of a part.
fn read(part: &mut impl Read) -> io::Result<Option<(Said, Located)>> {
    let mut bytes = [0; BYTES];
    match part.read_exact(&mut bytes) {
        Ok(()) => Ok(Some(from_bytes(&bytes))),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

fn from_bytes(bytes: &[u8; BYTES]) -> (Said, Located) {
    let long = |at: usize| u64::from_le_bytes(std::array::from_fn(|i| bytes[at * 8 + i]));
    let short = |at: usize| u32::from_le_bytes(std::array::from_fn(|i| bytes[32 + at * 4 + i]));
    let said = Said { point: long(0), day: short(0) >> 5, flag: flag_of(&[0, 0, short(0)]) };
    let at = Located {
        line: long(1),
        record: long(2),
        line_offset: long(3),
        line_length: short(1),
        point_start: short(2),
        point_length: short(3),
        flag_start: short(4),
    };
    (said, at)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn at(number: u64) -> Located {
        Located { line: number, record: number, line_offset: number * 23, ..Located::default() }
    }

    /// A stream with many repetitions, and what a plain map says of it.
    fn stream(length: u64) -> (Vec<(Said, Located)>, Vec<Clash>) {
        let mut first = HashMap::new();
        let (mut records, mut clashes) = (Vec::new(), Vec::new());
        let mut random = 1u64;
        for number in 1..=length {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let point = (random >> 40) % (length * 2) * 7_000_000;
            let flag = ServiceFlag::ALL[(random >> 33) as usize % 5];
            let day = 20_240_101 + (random >> 60) as u32 % 2;
            let (said, at) = (Said { point, day, flag }, at(number));
            match first.get(&(point, day)) {
                Some(first) => clashes.push(Clash { said, at, first: *first }),
                None => drop(first.insert((point, day), flag)),
            }
            records.push((said, at));
        }
        (records, clashes)
    }

    fn clashes(bound: usize, records: &[(Said, Located)]) -> (Vec<Clash>, bool) {
        let mut seen = Seen::within(bound);
        let mut clashes = Vec::new();
        for (said, at) in records.iter().copied() {
            if let Answer::Again(first) = seen.offer(said, || at).unwrap() {
                clashes.push(Clash { said, at, first });
            }
        }
        let spilled = seen.spilled.is_some();
        seen.finish(&mut |clash| clashes.push(clash)).unwrap();
        clashes.sort_by_key(|clash| clash.at.line);
        (clashes, spilled)
    }

    #[test]
    fn answers_are_exact_with_and_without_spilling() {
        let (records, expected) = stream(200_000);
        assert!(expected.len() > 10_000);
        for (bound, spills) in [(usize::MAX, false), (1 << 20, true), (1, true)] {
            let (found, spilled) = clashes(bound, &records);
            assert_eq!(spilled, spills);
            assert_eq!(found.len(), expected.len());
            assert!(found == expected, "bound {bound}");
        }
    }

    #[test]
    fn the_table_keeps_its_bound() {
        let bound = 1 << 20;
        let mut seen = Seen::within(bound);
        let mut point = 0;
        loop {
            let before = seen.table.allocation_size();
            point += 1;
            let said = Said { point, day: 20_240_101, flag: ServiceFlag::Active };
            seen.offer(said, || at(point)).unwrap();
            if seen.spilled.is_some() {
                break;
            }
            // for the moment of the doubling both stand side by side
            let after = seen.table.allocation_size();
            assert!(after + if after == before { 0 } else { before } <= bound);
        }
        assert!(point > 20_000, "spilled after {point}");
        assert_eq!(seen.table.allocation_size(), 0);
    }

    #[test]
    fn records_survive_their_parts() {
        let at = Located {
            line: u64::MAX,
            record: 2,
            line_offset: 3,
            line_length: 4,
            point_start: 5,
            point_length: 6,
            flag_start: u32::MAX,
        };
        for flag in ServiceFlag::ALL {
            let said = Said { point: 9_999_999_999_999, day: 99_991_231, flag };
            assert_eq!(from_bytes(&to_bytes(said, at)), (said, at));
        }
    }
}
