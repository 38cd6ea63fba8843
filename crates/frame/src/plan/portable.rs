//! A plan run in safe code, eight bytes at a time in one 64-bit word.
//!
//! A block of rows is gone through once for each field, so that each pass is one short loop without
//! branches.

use crate::plan::columns::{MARK_CHECK_DIGITS, MARK_IMPERFECT, Room};
use crate::plan::variant::{Check, Letter, Number, Piece, Variant, WORD, Word};

/// Rows of a block: few enough for the nearest cache.
const BLOCK: usize = 256;

/// The highest bit of each byte.
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The digit 0 in each byte.
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// Every second byte.
const EVEN: u64 = 0x00FF_00FF_00FF_00FF;

/// Takes rows into the columns, up to the first that does not end in its place. How many.
pub(super) fn run(variant: &Variant, bytes: &[u8], mut room: Room<'_>) -> usize {
    let stride = variant.stride();
    let mut taken = 0;
    loop {
        let most = BLOCK.min(room.marks.len() - taken);
        let rows = in_place(&bytes[taken * stride..], stride, most);
        block(variant, &bytes[taken * stride..(taken + rows) * stride], &mut room, taken);
        taken += rows;
        if rows < BLOCK {
            return taken;
        }
    }
}

/// How many rows end in their places.
#[inline]
fn in_place(bytes: &[u8], stride: usize, most: usize) -> usize {
    let rows = bytes.chunks_exact(stride).take(most);
    rows.take_while(|row| row.last() == Some(&b'\n')).count()
}

/// A pass for each field, then one that checks numbers.
fn block(variant: &Variant, bytes: &[u8], room: &mut Room<'_>, first: usize) {
    let stride = variant.stride();
    let rows = || bytes.chunks_exact(stride);
    let taken = first..first + bytes.len() / stride;
    let marks = &mut room.marks[taken.clone()];
    match variant.words.as_slice() {
        [a, b, c] => places(&[*a, *b, *c], rows(), marks),
        [a, b, c, d] => places(&[*a, *b, *c, *d], rows(), marks),
        [a, b, c, d, e] => places(&[*a, *b, *c, *d, *e], rows(), marks),
        words => places(words, rows(), marks),
    }
    for (letter, column) in variant.letters.iter().zip(&mut room.letters) {
        letters(letter, rows(), &mut column[taken.clone()], marks);
    }
    if let Some(at) = variant.date {
        dates(at, rows(), &mut room.dates[taken.clone()], marks);
    }
    for (number, column) in variant.numbers.iter().zip(&mut room.numbers) {
        let column = &mut column[taken.clone()];
        match (number.high, number.check) {
            (None, None) => numbers(number.low, rows(), column),
            (Some(high), None) => long_numbers([high, number.low], rows(), column),
            (_, Some(check)) => checked(number, check, rows(), column, marks),
        }
    }
}

/// Whether each byte is between the least and the greatest that may stand in its place.
#[inline]
fn places<'r>(words: &[Word], rows: impl Iterator<Item = &'r [u8]>, marks: &mut [u8]) {
    for (row, mark) in rows.zip(marks) {
        let mut wrong = 0;
        for word in words {
            let found = load(row, word.at);
            // with the high bit set above each byte no difference borrows from its neighbour, and
            // the bit is left where it was not needed; a byte that has the bit itself is no ASCII
            let not_less = (found | HIGH).wrapping_sub(word.least);
            let not_more = (word.greatest | HIGH).wrapping_sub(found);
            wrong |= found | !(not_less & not_more);
        }
        *mark = u8::from(wrong & HIGH != 0);
    }
}

#[inline]
fn letters<'r>(
    letter: &Letter,
    rows: impl Iterator<Item = &'r [u8]>,
    column: &mut [u8],
    marks: &mut [u8],
) {
    for ((row, value), mark) in rows.zip(column).zip(marks) {
        *value = row[letter.at];
        *mark |= letter.allowed[usize::from(*value)] ^ 1;
    }
}

#[inline]
fn dates<'r>(
    at: usize,
    rows: impl Iterator<Item = &'r [u8]>,
    column: &mut [u32],
    marks: &mut [u8],
) {
    for ((row, value), mark) in rows.zip(column).zip(marks) {
        let pairs = pairs(load(row, at) ^ ZEROS);
        let [century, _, year, _, month, _, day, _] = pairs.to_le_bytes();
        *value = low_half(eight(pairs));
        *mark |= u8::from(day.wrapping_sub(1) >= days_in_month(century, year, month));
    }
}

/// Days of a month, the year by its two halves; 0 where there is no such month.
#[inline]
fn days_in_month(century: u8, year: u8, month: u8) -> u8 {
    const DAYS: [u8; 16] = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0, 0, 0];
    // of the years that divide by 100 those are leap years whose centuries divide by 4
    let by_four = if year == 0 { century } else { year };
    let leap_day = u8::from(by_four & 3 == 0 && month == 2);
    let exists = u8::from(month < 16).wrapping_neg();
    (DAYS[usize::from(month & 15)] & exists) + leap_day
}

#[inline]
fn numbers<'r>(low: Piece, rows: impl Iterator<Item = &'r [u8]>, column: &mut [u64]) {
    for (row, value) in rows.zip(column) {
        *value = eight(pairs(low.of(row)));
    }
}

#[inline]
fn long_numbers<'r>(
    [high, low]: [Piece; 2],
    rows: impl Iterator<Item = &'r [u8]>,
    column: &mut [u64],
) {
    for (row, value) in rows.zip(column) {
        *value = eight(pairs(high.of(row))) * 100_000_000 + eight(pairs(low.of(row)));
    }
}

#[inline]
fn checked<'r>(
    number: &Number,
    check: Check,
    rows: impl Iterator<Item = &'r [u8]>,
    column: &mut [u64],
    marks: &mut [u8],
) {
    // a number without digits before its last eight has zeros there
    let high = number.high.unwrap_or(Piece { mask: 0, ..number.low });
    let (low_weights, high_weights) = (Weights::new(check.low), Weights::new(check.high));
    for ((row, value), mark) in rows.zip(column).zip(marks) {
        let (high, low) = (high.of(row), number.low.of(row));
        *value = eight(pairs(high)) * 100_000_000 + eight(pairs(low));
        let sum = high_weights.sum(high) + low_weights.sum(low);
        let tens = if check.digits.digits == 2 { low >> 48 & 0xFF } else { 0 };
        let is_wrong = check.digits.of_sum(sum) != tens * 10 + (low >> 56);
        *mark |= u8::from(is_wrong && *mark & MARK_IMPERFECT == 0) * MARK_CHECK_DIGITS;
    }
}

/// The weights of the eight digits in a word, each where a multiplication wants it.
struct Weights {
    even: u64,
    odd: u64,
}

impl Weights {
    fn new(weights: [u8; WORD]) -> Self {
        let word = |first: usize| {
            let places =
                (0..4).map(|pair| u64::from(weights[2 * pair + first]) << (16 * (3 - pair)));
            places.sum()
        };
        Self { even: word(0), odd: word(1) }
    }

    /// The sum of the digits, each times its weight: the uppermost of four 16-bit columns of the
    /// product. No column can reach 2^16: four times 9 times 255 is less.
    #[inline]
    fn sum(&self, digits: u64) -> u64 {
        let even = (digits & EVEN).wrapping_mul(self.even) >> 48;
        let odd = (digits >> 8 & EVEN).wrapping_mul(self.odd) >> 48;
        even + odd
    }
}

impl Piece {
    /// The digits' values, at the end of the word, zeros before them.
    #[inline]
    fn of(self, row: &[u8]) -> u64 {
        (load(row, self.at) ^ ZEROS) << self.shift & self.mask
    }
}

/// Digits joined to pairs: each of four 16-bit columns holds 0 to 99.
#[inline]
const fn pairs(digits: u64) -> u64 {
    digits.wrapping_mul(1 + (10 << 8)) >> 8 & EVEN
}

/// Pairs joined to one number.
#[inline]
const fn eight(pairs: u64) -> u64 {
    let fours = pairs.wrapping_mul(1 + (100 << 16)) >> 16 & 0x0000_FFFF_0000_FFFF;
    fours.wrapping_mul(1 + (10_000 << 32)) >> 32
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "eight digits are below 2^27")]
const fn low_half(number: u64) -> u32 {
    number as u32
}

#[inline]
pub(super) fn load(row: &[u8], at: usize) -> u64 {
    let word = row.get(at..).and_then(|from| from.first_chunk());
    u64::from_le_bytes(word.copied().unwrap_or_default())
}
