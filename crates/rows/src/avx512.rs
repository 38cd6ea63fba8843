//! A decoder run with AVX-512: sixteen rows of one width at a time.
//!
//! It does what [`avx2`] does, with the same windows, in registers twice as wide: the same window of
//! four rows, `r`, `r + 4`, `r + 8` and `r + 12`, makes a register. It takes only groups of sixteen
//! canonical rows with the right check digits. Any other group, the rows behind the last group, and
//! lines of any width are left to AVX2, so that a row is marked in one place.
//!
//! It reads only bytes of the slices that it gets, each window inside its row.

#![expect(
    unsafe_code,
    reason = "the instructions have no safe names; each block says why it is sound"
)]

mod lanes;

use std::arch::x86_64::*;

use crate::avx2::{self, Groups, ask_for, byte_at, load, load_at};
use crate::columns::ColumnSlots;
use crate::ends::Ends;
use crate::variant::Variant;
use crate::variant::windows::{ByteTable, Windows};

/// Rows that go through together.
const GROUP: usize = 16;

/// The number of registers that hold a window of sixteen rows.
const QUARTER: usize = GROUP / 4;

/// Returns whether the processor has what [`run`] needs.
pub(super) fn is_available() -> bool {
    avx2::is_available()
        && std::arch::is_x86_feature_detected!("avx512f")
        && std::arch::is_x86_feature_detected!("avx512bw")
}

/// Takes rows into the columns, up to the first that does not end in its place. How many.
pub(super) fn run(
    variant: &Variant,
    ends: &Ends,
    bytes: &[u8],
    mut slots: ColumnSlots<'_>,
) -> usize {
    let mut taken = 0;
    if variant.windows.count() > 0 {
        // SAFETY: this backend is only chosen where `is_available` found AVX-512 F and BW, and AVX2.
        unsafe {
            taken = rows(variant, ends, bytes, &mut slots);
            avx2::letters::check(&variant.letters, taken, &mut slots);
        }
    }
    taken + avx2::run(variant, ends, &bytes[taken * variant.stride()..], slots.behind(taken))
}

/// Takes groups of rows of one width, up to one with a row that does not end in its place.
#[target_feature(enable = "avx512f,avx512bw")]
fn rows(variant: &Variant, ends: &Ends, bytes: &[u8], slots: &mut ColumnSlots<'_>) -> usize {
    let layout = &variant.windows;
    // it reaches to the end of a row, never beyond: what is read below is sound because of this
    // line
    let stride = variant.stride().max(layout.reach());
    let most = slots.rows / GROUP;
    let mut taken = 0;
    for group in bytes.chunks_exact(GROUP * stride).take(most) {
        ask_for(group);
        // SAFETY: the group has sixteen rows of `stride` bytes, which is the reach or more.
        let is_good =
            unsafe { take(layout, group, stride, &mut Groups::new(slots), taken / GROUP) };
        if !is_good && avx2::run(variant, ends, group, slots.behind(taken)) < GROUP {
            break;
        }
        taken += GROUP;
    }
    taken
}

/// Takes sixteen rows into the columns. Returns whether all of them are canonical, but for letters
/// between the first and the last of their set, and have their check digits.
///
/// # Safety
///
/// `rows` has sixteen rows of `stride` bytes, and the layout reaches no further than a row.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn take(
    layout: &Windows,
    rows: &[u8],
    stride: usize,
    groups: &mut Groups<'_, GROUP>,
    group: usize,
) -> bool {
    debug_assert!(layout.reach() <= stride && rows.len() == GROUP * stride);
    let mut wrong = _mm512_setzero_si512();
    let mut are_good = u16::MAX;
    for (k, window) in layout.windows().iter().enumerate().take(layout.count()) {
        let (least, span) = (load_table(&window.least), load_table(&window.span));
        let mut digits = [wrong; QUARTER];
        for (row, digits) in digits.iter_mut().enumerate() {
            // SAFETY: the caller promises that the rows and the windows in them are there, and
            // 3 * QUARTER behind one of the first four is one of the sixteen.
            let of =
                |lane: usize| unsafe { load_at(rows, (row + lane * QUARTER) * stride + window.at) };
            let bytes = _mm512_castsi128_si512(of(0));
            let bytes = _mm512_inserti32x4::<1>(bytes, of(1));
            let bytes = _mm512_inserti32x4::<2>(bytes, of(2));
            let bytes = _mm512_inserti32x4::<3>(bytes, of(3));
            let values = _mm512_sub_epi8(bytes, least);
            wrong = _mm512_or_si512(wrong, _mm512_subs_epu8(values, span));
            *digits = _mm512_shuffle_epi8(values, load_table(&window.digits[row % 2]));
        }
        if k < layout.numbers {
            let [low, high] = lanes::numbers(digits);
            store_numbers(&mut groups.numbers[k][group], low, high);
            if let Some(kept) = layout.checks[k] {
                are_good &= lanes::check_digits(digits, load_table(&window.weights), kept);
            }
        } else if layout.has_date && k == layout.numbers {
            let dates = lanes::Dates::new(digits);
            store_dates(&mut groups.dates[group], dates.values());
            are_good &= dates.are_days();
        }
    }
    for (at, column) in layout.letters().iter().zip(&mut groups.letters).take(layout.letter_count) {
        for (row, letter) in column[group].iter_mut().enumerate() {
            // SAFETY: as above: letters are within reach.
            *letter = unsafe { byte_at(rows, row * stride + at) };
        }
    }
    groups.marks[group] = [0; GROUP];
    are_good == u16::MAX && _mm512_test_epi8_mask(wrong, wrong) == 0
}

/// A table for the windows of four rows.
#[inline]
#[target_feature(enable = "avx512f")]
fn load_table(table: &ByteTable) -> __m512i {
    _mm512_broadcast_i32x4(load(&table[0]))
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store_dates(column: &mut [u32; GROUP], values: __m512i) {
    // SAFETY: 64 bytes are written to an array of that size; the store asks for no alignment.
    unsafe { _mm512_storeu_si512(column.as_mut_ptr().cast(), values) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store_numbers(column: &mut [u64; GROUP], low: __m512i, high: __m512i) {
    let to: *mut __m512i = column.as_mut_ptr().cast();
    // SAFETY: twice 64 bytes are written to an array of 128; the stores ask for no alignment.
    unsafe {
        _mm512_storeu_si512(to, low);
        _mm512_storeu_si512(to.add(1), high);
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::variant::windows;
    use crate::{CheckDigits, RowColumns, Segment};

    /// Returns a function that tests whether sixteen rows of a layout are all good; `None` where the
    /// processor has no AVX-512.
    fn judge(segments: &[Segment]) -> Option<impl FnMut(&[u8]) -> bool> {
        let mut variants = [Variant::new(segments, 0).unwrap()];
        windows::place(&mut variants);
        let mut columns = RowColumns::with_capacity(GROUP);
        is_available().then_some(move |rows: &[u8]| {
            let [variant] = &variants;
            assert_eq!(rows.len(), GROUP * variant.stride());
            let mut slots = columns.slots();
            let mut groups = Groups::new(&mut slots);
            // SAFETY: there is AVX-512, and sixteen rows.
            unsafe { take(&variant.windows, rows, variant.stride(), &mut groups, 0) }
        })
    }

    /// Judges sixteen rows that are the first one, but for one at each place in turn.
    fn each(rows: &[(String, bool)], mut is_good: impl FnMut(&[u8]) -> bool) {
        let mut group: Vec<&str> = vec![&rows[0].0; GROUP];
        for ((row, expected), place) in rows.iter().zip((0..GROUP).cycle()) {
            group[place] = row;
            assert_eq!(is_good(group.concat().as_bytes()), *expected, "{row} at {place}");
            group[place] = &rows[0].0;
        }
    }

    /// A group that is good is not left to AVX2, which no result of a decoder shows.
    #[test]
    fn groups_of_days_are_good() {
        let segments = [Segment::Text(8), Segment::Date, Segment::literal(b"\n")];
        let Some(is_good) = judge(&segments) else { return };
        let years = [2024, 0, 4, 100, 400, 1900, 1999, 2000, 2023, 2100, 9999];
        let days = years.into_iter().flat_map(|year| {
            (0..100).flat_map(move |month| (0..100).map(move |day| (year, month, day)))
        });
        let first = ("........20240229\n".to_owned(), true);
        let rows = days.map(|(year, month, day)| {
            let is_day = NaiveDate::from_ymd_opt(year, month, day).is_some();
            (format!("........{year:04}{month:02}{day:02}\n"), is_day)
        });
        each(&std::iter::once(first).chain(rows).collect::<Vec<_>>(), is_good);
    }

    #[test]
    fn groups_with_their_check_digits_are_good() {
        for digits in [1, 2] {
            let check = CheckDigits { weights: &[35, 255, 255, 255, 255, 255, 255, 255], digits };
            let number =
                Segment::Number { least: 8 + digits, most: 8 + digits, check: Some(check) };
            let segments = [Segment::Text(6), number, Segment::literal(b"\n")];
            let Some(is_good) = judge(&segments) else { return };
            let rows = (0..5_000u64).map(|it| {
                let body = 99_999_999 - it * 1009;
                let digit = |place: u32| body / 10u64.pow(place) % 10;
                let sum = digit(0) * 35 + (1..8).map(digit).sum::<u64>() * 255;
                let right = if digits == 1 { sum % 11 % 10 } else { sum % 11 };
                // every third one is wrong
                let found = if it % 3 == 2 { (right + 1) % 10 } else { right };
                (format!("large {body:08}{found:0digits$}\n"), found == right)
            });
            each(&rows.collect::<Vec<_>>(), is_good);
        }
    }
}
