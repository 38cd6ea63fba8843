//! A plan run in safe code, eight bytes at a time in one 64-bit word.
//!
//! Each word of a row is loaded once: what is left of it when its pattern is taken away says whether
//! the row is perfect, and is what its digits are worth.

use crate::plan::columns::{MARK_CHECK_DIGITS, MARK_IMPERFECT, Room};
use crate::plan::ends::{Ends, Line};
use crate::plan::variant::{Check, Piece, Range, Variant, WORD, Word};

/// The highest bit of each byte.
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Every second byte.
const EVEN: u64 = 0x00FF_00FF_00FF_00FF;

/// Takes rows into the columns, up to the first that does not end in its place. How many.
pub(super) fn run(variant: &Variant, ends: &Ends, bytes: &[u8], mut room: Room<'_>) -> usize {
    let rows = bytes.chunks_exact(variant.stride()).take(room.rows);
    let mut taken = 0;
    for row in rows {
        if row.last() != Some(&b'\n') {
            break;
        }
        let mark = take(variant, row, &mut room, taken);
        if mark == MARK_IMPERFECT && ends.is_broken(row) {
            break;
        }
        taken += 1;
    }
    taken
}

/// Takes lines into the columns, of which there is room for all.
pub(super) fn run_lines(lines: &[Line<'_>], mut room: Room<'_>) {
    for (row, line) in lines.iter().enumerate() {
        take(line.variant, line.bytes, &mut room, row);
    }
}

/// Takes a row into the columns. Its mark.
#[inline]
fn take(variant: &Variant, row: &[u8], room: &mut Room<'_>, at: usize) -> u8 {
    let mut wrong = 0;
    let mut is_no_day = 0;
    let mut wrong_check_digits = 0;
    for word in &variant.words {
        word.of(row, &mut wrong);
    }
    for range in &variant.text {
        wrong |= range.wrong(row);
    }
    for (number, column) in variant.numbers.iter().zip(&mut room.numbers) {
        let low = number.low.of(row, &mut wrong);
        let high = number.high.map_or(0, |high| high.of(row, &mut wrong));
        column[at] = eight(pairs(high)) * 100_000_000 + eight(pairs(low));
        if let Some(check) = number.check {
            wrong_check_digits |= u8::from(!check.is_right(high, low));
        }
    }
    if let Some(date) = variant.date {
        let pairs = pairs(date.of(row, &mut wrong));
        room.dates[at] = low_half(eight(pairs));
        is_no_day = u8::from(!is_day(pairs));
    }
    for (letter, column) in variant.letters.iter().zip(&mut room.letters) {
        let byte = row[letter.at];
        column[at] = byte;
        is_no_day |= letter.allowed[usize::from(byte)] ^ 1;
    }
    let imperfect = u8::from(wrong & HIGH != 0) | is_no_day;
    let mark = if imperfect != 0 { MARK_IMPERFECT } else { wrong_check_digits * MARK_CHECK_DIGITS };
    room.marks[at] = mark;
    mark
}

impl Word {
    /// What is left of the word without its pattern; what is wrong shows in the highest bits.
    #[inline]
    fn of(&self, row: &[u8], wrong: &mut u64) -> u64 {
        let left = load(row, self.at) ^ self.pattern;
        // a byte that has the highest bit may carry into the next, but is itself wrong
        *wrong |= left.wrapping_add(self.room) | left;
        left
    }
}

impl Range {
    #[inline]
    fn wrong(&self, row: &[u8]) -> u64 {
        let found = load(row, self.at);
        // with the high bit set above each byte no difference borrows from its neighbour, and
        // the bit is left where it was not needed; a byte that has the bit itself is no ASCII
        let not_less = (found | HIGH).wrapping_sub(self.least);
        let not_more = (self.greatest | HIGH).wrapping_sub(found);
        found | !(not_less & not_more)
    }
}

impl Piece {
    /// The digits' values, at the end of the word, zeros before them.
    #[inline]
    fn of(&self, row: &[u8], wrong: &mut u64) -> u64 {
        self.word.of(row, wrong) << self.shift & self.mask
    }
}

/// Whether century, year, month and day are one of the calendar.
#[inline]
fn is_day(pairs: u64) -> bool {
    let [century, _, year, _, month, _, day, _] = pairs.to_le_bytes();
    day.wrapping_sub(1) < days_in_month(century, year, month)
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

impl Check {
    /// Whether a number ends in its check digits.
    #[inline]
    fn is_right(&self, high: u64, low: u64) -> bool {
        let sum = Weights::new(self.high).sum(high) + Weights::new(self.low).sum(low);
        let tens = if self.digits.digits == 2 { low >> 48 & 0xFF } else { 0 };
        self.digits.of_sum(sum) == tens * 10 + (low >> 56)
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
fn load(row: &[u8], at: usize) -> u64 {
    let word = row.get(at..).and_then(|from| from.first_chunk());
    u64::from_le_bytes(word.copied().unwrap_or_default())
}
