//! A decoder run in safe code, eight bytes at a time in one 64-bit word.
//!
//! Each word of a row is loaded once: what is left of it when its pattern is taken away says
//! whether the row is canonical, and is what its digits are worth.

use crate::LINES;
use crate::columns::{ColumnSlots, MARK_CHECK_DIGITS, MARK_NOT_CANONICAL};
use crate::ends::Ends;
use crate::variant::{Bounds, Check, Number, Piece, Variant, Weights, Word, load};

/// The highest bit of each byte.
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Every second byte.
const EVEN: u64 = 0x00FF_00FF_00FF_00FF;

/// Takes rows into the columns, up to the first that does not end in its place. How many.
pub(super) fn run(variant: &Variant, ends: &Ends, bytes: &[u8], slots: ColumnSlots<'_>) -> usize {
    // how many there are of each is worth knowing to the compiler
    match (variant.numbers.as_slice(), variant.words.as_slice()) {
        ([a], []) => rows(([*a], []), variant, ends, bytes, slots),
        ([a], [v]) => rows(([*a], [*v]), variant, ends, bytes, slots),
        ([a], [v, w]) => rows(([*a], [*v, *w]), variant, ends, bytes, slots),
        ([a, b], [v, w]) => rows(([*a, *b], [*v, *w]), variant, ends, bytes, slots),
        (numbers, words) => rows((numbers, words), variant, ends, bytes, slots),
    }
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "a loop for each shape, with its own in registers")]
fn rows(
    (numbers, words): (impl AsRef<[Number]>, impl AsRef<[Word]>),
    variant: &Variant,
    ends: &Ends,
    bytes: &[u8],
    mut slots: ColumnSlots<'_>,
) -> usize {
    let mut taken = 0;
    for row in bytes.chunks_exact(variant.stride()).take(slots.rows) {
        if row.last() != Some(&b'\n') {
            break;
        }
        let mark = take((numbers.as_ref(), words.as_ref()), variant, row, &mut slots, taken);
        if mark == MARK_NOT_CANONICAL && ends.is_broken(row) {
            break;
        }
        taken += 1;
    }
    taken
}

/// Takes lines of any width into the columns. How many: see [`Backend`](super::Backend).
pub(super) fn run_lines(
    variants: &[Variant],
    ends: &Ends,
    bytes: &[u8],
    slots: ColumnSlots<'_>,
) -> usize {
    // as above; all variants have as many
    match variants.first().map(|first| (first.numbers.len(), first.words.len())) {
        Some((1, 0)) => {
            lines(|it| (&it.numbers[..1], &it.words[..0]), variants, ends, bytes, slots)
        }
        Some((1, 1)) => {
            lines(|it| (&it.numbers[..1], &it.words[..1]), variants, ends, bytes, slots)
        }
        Some((1, 2)) => {
            lines(|it| (&it.numbers[..1], &it.words[..2]), variants, ends, bytes, slots)
        }
        Some((2, 2)) => {
            lines(|it| (&it.numbers[..2], &it.words[..2]), variants, ends, bytes, slots)
        }
        _ => lines(|it| (&it.numbers, &it.words), variants, ends, bytes, slots),
    }
}

/// Takes lines whose variants have these numbers and words.
fn lines(
    shape: impl Fn(&Variant) -> (&[Number], &[Word]),
    variants: &[Variant],
    ends: &Ends,
    bytes: &[u8],
    mut slots: ColumnSlots<'_>,
) -> usize {
    let (mut taken, mut end, mut rest) = (0, slots.start, bytes);
    while taken < slots.rows.min(LINES)
        && let Some(width) = ends.of(rest)
    {
        let variant = &variants[width];
        let (row, behind) = rest.split_at(ends.shortest + width);
        take(shape(variant), variant, row, &mut slots, taken);
        end += variant.stride_u32();
        slots.ends[taken] = end;
        taken += 1;
        rest = behind;
    }
    taken
}

/// Takes a row into the columns. Its mark.
#[inline(always)]
#[expect(clippy::inline_always, reason = "as above")]
fn take(
    (numbers, words): (&[Number], &[Word]),
    variant: &Variant,
    row: &[u8],
    slots: &mut ColumnSlots<'_>,
    at: usize,
) -> u8 {
    // the highest bits of `wrong` count, and any bit of the others
    let (mut wrong, mut not_canonical, mut check_digits) = (0, 0, 0);
    for word in words {
        word.of(row, &mut wrong);
    }
    for (number, column) in numbers.iter().zip(&mut slots.numbers) {
        let (value, is_right) = number.of(row, &mut wrong);
        column[at] = value;
        check_digits |= u8::from(!is_right);
    }
    if let Some(date) = &variant.date {
        let pairs = pairs(date.of(row, &mut wrong));
        slots.dates[at] = low_half(eight(pairs));
        not_canonical |= u8::from(!is_day(pairs));
    }
    for (letter, column) in variant.letters.iter().zip(&mut slots.letters) {
        column[at] = row[letter.at];
        not_canonical |= letter.allowed[usize::from(row[letter.at])] ^ 1;
    }
    for range in &variant.text {
        wrong |= range.wrong(row);
    }
    not_canonical |= u8::from(wrong & HIGH != 0);
    let mark =
        if not_canonical == 0 { check_digits * MARK_CHECK_DIGITS } else { MARK_NOT_CANONICAL };
    slots.marks[at] = mark;
    mark
}

impl Number {
    /// Its value, and whether it ends in its check digits, if it has any.
    #[inline]
    fn of(&self, row: &[u8], wrong: &mut u64) -> (u64, bool) {
        let low = self.low.of(row, wrong);
        let high = self.high.as_ref().map_or(0, |high| high.of(row, wrong));
        let value = eight(pairs(high)) * 100_000_000 + eight(pairs(low));
        (value, self.check.as_ref().is_none_or(|check| check.is_right(high, low)))
    }
}

impl Word {
    /// Returns what is left of the word without its pattern; what is wrong shows in the highest
    /// bits.
    #[inline]
    fn of(&self, row: &[u8], wrong: &mut u64) -> u64 {
        let left = load(row, self.at) ^ self.pattern;
        // a byte that has the highest bit may carry into the next, but is itself wrong
        *wrong |= left.wrapping_add(self.room) | left;
        left
    }
}

impl Bounds {
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

/// Returns whether century, year, month and day are one of the calendar.
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
    /// Returns whether a number ends in its check digits.
    #[inline]
    fn is_right(&self, high: u64, low: u64) -> bool {
        let sum = self.high.sum(high) + self.low.sum(low);
        let tens = if self.digits.digits == 2 { low >> 48 & 0xFF } else { 0 };
        self.digits.of_sum(sum) == tens * 10 + (low >> 56)
    }
}

impl Weights {
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
