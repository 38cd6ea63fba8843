//! The bytes of one record in a part.
//!
//! A key takes 61 bits. The three bits above the key and the next byte are the distance in records
//! from the part's last row. While the lines are alike a row has nothing else: nine bytes. If the
//! lines change (or 2,048 records passed without a record of this part) the distance is 0, and the
//! full position of the record follows, as numbers of seven bits per byte.

#![allow(clippy::cast_possible_truncation, reason = "bits are taken out of a number on purpose")]

use flagflow_domain::ServiceFlag;

use super::RecordLocation;
use super::key::{KEY_BITS, PointDay};

/// The number of bytes of a plain row, among lines that are alike.
const PLAIN: usize = 9;

/// The maximum number of bytes of a row, and one more for a conflict.
pub(super) const LONGEST: usize = PLAIN + NUMBERS * 10 + 1;

/// The count of numbers that follow in a row that is not plain.
const NUMBERS: usize = 8;

/// The first distance that does not fit a plain row.
const TOO_FAR: u64 = 1 << (u64::BITS - KEY_BITS + u8::BITS);

/// Returns a plain row of a record at a distance from the part's last row, if the distance fits.
#[inline]
pub(super) fn plain(key: PointDay, step: u64) -> Option<[u8; PLAIN]> {
    (step.wrapping_sub(1) < TOO_FAR - 1).then(|| stepped(key, step))
}

#[inline]
fn stepped(key: PointDay, step: u64) -> [u8; PLAIN] {
    let mut row = [0; PLAIN];
    row[..8].copy_from_slice(&(key.0 | step << KEY_BITS).to_le_bytes());
    row[8] = (step >> (u64::BITS - KEY_BITS)) as u8;
    row
}

/// Appends a row with the full position of its record.
#[cold]
pub(super) fn push_full(rows: &mut Vec<u8>, key: PointDay, at: &RecordLocation) {
    rows.extend_from_slice(&stepped(key, 0));
    for number in to_numbers(at) {
        push_number(rows, number);
    }
}

/// Returns the numbers of a position in a form with small values, such as line minus record.
fn to_numbers(at: &RecordLocation) -> [u64; NUMBERS] {
    [
        at.record,
        at.line.wrapping_sub(at.record),
        at.line_offset,
        at.stride,
        at.line_length.into(),
        at.point_start.into(),
        at.point_length.into(),
        at.flag_start.into(),
    ]
}

fn from_numbers(numbers: [u64; NUMBERS]) -> RecordLocation {
    let [record, above, line_offset, stride, shorts @ ..] = numbers;
    // each value was made from a short number
    let [line_length, point_start, point_length, flag_start] = shorts.map(|number| number as u32);
    let line = record.wrapping_add(above);
    RecordLocation {
        line,
        record,
        line_offset,
        stride,
        line_length,
        point_start,
        point_length,
        flag_start,
    }
}

fn push_number(rows: &mut Vec<u8>, mut number: u64) {
    while number > 0x7F {
        rows.push(number as u8 | 0x80);
        number >>= 7;
    }
    rows.push(number as u8);
}

fn take_number(rows: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let (byte, rest) = rows.split_first()?;
        *rows = rest;
        number |= u64::from(byte & 0x7F) << shift;
        if byte >> 7 == 0 {
            return Some(number);
        }
    }
    None
}

/// Reads the rows of one part, in their order.
#[derive(Debug, Default)]
pub(super) struct SortedRows {
    /// The last record with a full position; the lines after it are alike.
    run: RecordLocation,
    /// The last record read.
    record: u64,
}

impl SortedRows {
    /// Takes the next row from complete rows.
    #[inline]
    pub(super) fn take(&mut self, rows: &mut &[u8]) -> Option<PointDay> {
        let (row, rest) = rows.split_first_chunk::<PLAIN>()?;
        *rows = rest;
        let [low @ .., high] = *row;
        let low = u64::from_le_bytes(low);
        let step = low >> KEY_BITS | u64::from(high) << (u64::BITS - KEY_BITS);
        self.record = self.record.wrapping_add(step);
        if step == 0 {
            self.take_place(rows)?;
        }
        Some(PointDay(low & ((1 << KEY_BITS) - 1)))
    }

    /// Takes the next conflict from complete rows: its row, followed by the flag of the first
    /// record.
    pub(super) fn take_clash(&mut self, rows: &mut &[u8]) -> Option<(PointDay, ServiceFlag)> {
        let key = self.take(rows)?;
        let (first, rest) = rows.split_first()?;
        *rows = rest;
        ServiceFlag::from_byte(*first).map(|first| (key, first))
    }

    /// Returns the number of the last record that was read.
    pub(super) const fn record(&self) -> u64 {
        self.record
    }

    #[cold]
    fn take_place(&mut self, rows: &mut &[u8]) -> Option<()> {
        let mut numbers = [0; NUMBERS];
        for number in &mut numbers {
            *number = take_number(rows)?;
        }
        self.run = from_numbers(numbers);
        self.record = self.run.record;
        Some(())
    }

    /// Returns the position of the last record that was read.
    pub(super) fn at(&self) -> RecordLocation {
        self.run.further(self.record)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LAST: RecordLocation = RecordLocation {
        line: u64::MAX,
        record: u64::MAX,
        line_offset: u64::MAX,
        stride: u64::MAX,
        line_length: u32::MAX,
        point_start: u32::MAX,
        point_length: u32::MAX,
        flag_start: u32::MAX,
    };

    #[test]
    fn the_longest_row_is_known() {
        let mut rows = Vec::new();
        // a line number below its record number gives the longest encoding
        push_full(
            &mut rows,
            PointDay((1 << KEY_BITS) - 1),
            &RecordLocation { line: LAST.line - 1, ..LAST },
        );
        assert!(rows.len() < LONGEST);
    }

    #[test]
    fn steps_end_where_a_plain_row_ends() {
        let key = PointDay((1 << KEY_BITS) - 1);
        for step in [1, 7, 8, 255, 256, TOO_FAR - 1] {
            let row = plain(key, step).unwrap();
            let mut reader = SortedRows::default();
            assert_eq!(reader.take(&mut &row[..]), Some(key));
            assert_eq!(reader.record, step);
        }
        for step in [0, TOO_FAR, TOO_FAR + 1, u64::MAX] {
            assert_eq!(plain(key, step), None, "{step}");
        }
    }

    proptest! {
        #[test]
        fn places_come_back(
            longs in any::<[u64; 4]>(), shorts in any::<[u32; 4]>(), shift in 0u32..64,
            key in 0u64..1 << KEY_BITS,
        ) {
            let [line, record, line_offset, stride] = longs.map(|long| long >> shift);
            let [line_length, point_start, point_length, flag_start] = shorts;
            let at = RecordLocation {
                line, record, line_offset, stride,
                line_length, point_start, point_length, flag_start,
            };
            let mut bytes = Vec::new();
            push_full(&mut bytes, PointDay(key), &at);
            prop_assert!(bytes.len() < LONGEST);
            let (mut rows, mut left) = (SortedRows::default(), &bytes[..]);
            prop_assert_eq!(rows.take(&mut left), Some(PointDay(key)));
            prop_assert_eq!(rows.at(), at);
            prop_assert!(left.is_empty());
            for cut in 0..bytes.len() {
                prop_assert_eq!(SortedRows::default().take(&mut &bytes[..cut]), None);
            }
        }
    }
}
