//! The records of both files in the order of their comparison, however many there are.
//!
//! A record is one number of 128 bits whose order is that of the comparison: meter point, day,
//! file, line, and last the flag. Records are therefore sorted as numbers.

use std::io;

use flagflow_domain::{EffectiveDate, ServiceFlag};

use super::options::DiffOptions;
use super::report::Side;
use super::runs::{Merge, Sorting};
use flagflow_files::{Error, Result};

/// Values and line of one accepted record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DiffRecord {
    pub(super) point: u64,
    pub(super) day: EffectiveDate,
    pub(super) side: Side,
    pub(super) line: u64,
    pub(super) flag: ServiceFlag,
}

/// A record as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Packed(u128);

/// Bits of each value, from the lowest: a letter; a line; a file; a packed day; the 13 digits of an
/// MPAN.
const FLAG: u32 = 5;
const LINE: u32 = 48;
const SIDE: u32 = 1;
const DAY: u32 = 27;
const POINT: u32 = 44;

const _: () = assert!(FLAG + LINE + SIDE + DAY + POINT <= u128::BITS);
const _: () = assert!(10_u64.pow(13) <= 1 << POINT && 99_991_231 < 1 << DAY);

impl From<DiffRecord> for Packed {
    fn from(record: DiffRecord) -> Self {
        // no file has so many lines that this is not its own
        let line = record.line.min((1 << LINE) - 1);
        let parts = [
            (DAY, u64::from(record.day.as_packed())),
            (SIDE, u64::from(record.side == Side::New)),
            (LINE, line),
            (FLAG, u64::from(record.flag.as_byte() - b'A')),
        ];
        let push = |number, (bits, part): (u32, u64)| number << bits | u128::from(part);
        Self(parts.into_iter().fold(u128::from(record.point), push))
    }
}

impl Packed {
    /// Removes and returns the lowest bits.
    #[expect(clippy::cast_possible_truncation, reason = "no value has more than 64 bits")]
    const fn pop(&mut self, bits: u32) -> u64 {
        let part = self.0 & ((1 << bits) - 1);
        self.0 >>= bits;
        part as u64
    }

    /// Unpacks a record; `None` if the number was never packed.
    #[expect(clippy::cast_possible_truncation, reason = "a letter, and a day of 27 bits")]
    fn unpack(mut self) -> Option<DiffRecord> {
        let flag = ServiceFlag::from_byte(b'A' + self.pop(FLAG) as u8)?;
        let line = self.pop(LINE);
        let side = if self.pop(SIDE) == 1 { Side::New } else { Side::Old };
        let day = EffectiveDate::from_packed(self.pop(DAY) as u32).ok()?;
        Some(DiffRecord { point: self.pop(POINT), day, side, line, flag })
    }
}

/// Sorts the records of both files.
pub(super) struct Sorter(Sorting<u128>);

impl Sorter {
    pub(super) fn new(options: &DiffOptions) -> Self {
        Self(Sorting::new(options.memory, options.temporary_folder()))
    }

    #[inline]
    pub(super) fn push(&mut self, record: DiffRecord) -> Result<()> {
        self.0.push(Packed::from(record).0).map_err(failed)
    }

    /// Returns all records, in order.
    pub(super) fn finish(self) -> Result<Sorted> {
        self.0.finish().map(Sorted).map_err(failed)
    }
}

/// Returns the error for a temporary file.
pub(super) fn failed(cause: io::Error) -> Error {
    Error::output("a temporary file failed", cause)
}

/// The records of both files in their order.
pub(super) struct Sorted(Merge<u128>);

impl Sorted {
    #[inline]
    pub(super) fn next(&mut self) -> Result<Option<DiffRecord>> {
        let Some(number) = self.0.next().map_err(failed)? else { return Ok(None) };
        // every number is one that was packed, unless someone wrote into a temporary file
        let broken = || failed(io::ErrorKind::InvalidData.into());
        Packed(number).unpack().map(Some).ok_or_else(broken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(point: u64, day: u32, side: Side, line: u64, flag: ServiceFlag) -> DiffRecord {
        DiffRecord { point, day: EffectiveDate::from_packed(day).unwrap(), side, line, flag }
    }

    #[test]
    fn records_survive_their_packing_and_are_ordered_by_it() {
        let mut all = Vec::new();
        for point in [0, 1, 9_999_999_999, 9_999_999_999_999] {
            for day in [101, 20_211_105, 99_991_231] {
                for side in [Side::Old, Side::New] {
                    for line in [1, 2, (1 << LINE) - 1] {
                        for flag in ServiceFlag::ALL {
                            all.push(record(point, day, side, line, flag));
                        }
                    }
                }
            }
        }
        let packed: Vec<Packed> = all.iter().map(|record| (*record).into()).collect();
        assert!(packed.is_sorted(), "by point, day, file, line, letter");
        let unpacked: Vec<_> = packed.into_iter().map(|packed| packed.unpack().unwrap()).collect();
        assert_eq!(unpacked, all);
    }
}
