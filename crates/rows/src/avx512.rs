//! A decoder run with AVX-512: sixteen rows of one width at a time.
//!
//! It does what [`avx2`] does, with the same windows, in registers twice as wide: the same window
//! of four rows, `r`, `r + 4`, `r + 8` and `r + 12`, makes a register. The rows behind the last
//! group of sixteen, and lines of any width, are left to AVX2.
//!
//! It reads only bytes of the slices that it gets, each window inside its row.

#![expect(
    unsafe_code,
    reason = "the instructions have no safe names; each block says why it is sound"
)]

mod lanes;

use std::arch::x86_64::*;

use crate::avx2::{self, Groups, ask_for, byte_at, load, load_at};
use crate::columns::{ColumnSlots, MARK_CHECK_DIGITS, MARK_NOT_CANONICAL};
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
        & std::arch::is_x86_feature_detected!("avx512f")
        & std::arch::is_x86_feature_detected!("avx512bw")
        & std::arch::is_x86_feature_detected!("avx512vl")
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
        // SAFETY: this backend is only chosen where `is_available` found AVX2 and AVX-512.
        unsafe {
            taken = rows(variant, ends, bytes, &mut slots);
            avx2::letters::check(&variant.letters, taken, &mut slots);
        }
    }
    taken + avx2::run(variant, ends, &bytes[taken * variant.stride()..], slots.behind(taken))
}

/// Takes groups of rows of one width, up to one with a row that does not end in its place.
#[target_feature(enable = "avx512bw,avx512vl")]
fn rows(variant: &Variant, ends: &Ends, bytes: &[u8], slots: &mut ColumnSlots<'_>) -> usize {
    let layout = &variant.windows;
    // it reaches to the end of a row, never beyond: what is read below is sound because of this
    // line
    let stride = variant.stride().max(layout.reach());
    let most = slots.rows / GROUP;
    let mut groups = Groups::new(slots);
    let mut taken = 0;
    for group in bytes.chunks_exact(GROUP * stride).take(most) {
        ask_for(group);
        // SAFETY: the group has sixteen rows of `stride` bytes, which is the reach or more.
        let bad = unsafe { take(layout, group, stride, &mut groups, taken / GROUP) };
        if bad != 0
            && let Some(row) = avx2::broken(bad, ends, group, stride)
        {
            return taken + row;
        }
        taken += GROUP;
    }
    taken
}

/// Takes sixteen rows into the columns. Returns which are not canonical, a bit for each; letters
/// are only between the first and the last of their set.
///
/// # Safety
///
/// `rows` has sixteen rows of `stride` bytes, and the layout reaches no further than a row.
#[inline]
#[target_feature(enable = "avx512bw,avx512vl")]
unsafe fn take(
    layout: &Windows,
    rows: &[u8],
    stride: usize,
    groups: &mut Groups<'_, GROUP>,
    group: usize,
) -> u16 {
    debug_assert!(layout.reach() <= stride);
    debug_assert_eq!(rows.len(), GROUP * stride);
    let mut wrong = [_mm512_setzero_si512(); QUARTER];
    let (mut are_days, mut good_check_digits) = (u16::MAX, u16::MAX);
    for (k, window) in layout.windows().iter().enumerate().take(layout.count()) {
        let (least, span) = (load_table(&window.least), load_table(&window.span));
        let mut digits = wrong;
        for (row, (digits, wrong)) in digits.iter_mut().zip(&mut wrong).enumerate() {
            // SAFETY: the caller promises that the rows and the windows in them are there, and
            // 3 * QUARTER behind one of the first four is one of the sixteen.
            let of =
                |lane: usize| unsafe { load_at(rows, (row + lane * QUARTER) * stride + window.at) };
            let bytes = _mm512_castsi128_si512(of(0));
            let bytes = _mm512_inserti32x4::<1>(bytes, of(1));
            let bytes = _mm512_inserti32x4::<2>(bytes, of(2));
            let bytes = _mm512_inserti32x4::<3>(bytes, of(3));
            let values = _mm512_sub_epi8(bytes, least);
            *wrong = _mm512_or_si512(*wrong, _mm512_subs_epu8(values, span));
            *digits = _mm512_shuffle_epi8(values, load_table(&window.digits[row % 2]));
        }
        if k < layout.numbers {
            let [low, high] = lanes::numbers(digits);
            store_numbers(&mut groups.numbers[k][group], low, high);
            if let Some(kept) = layout.checks[k] {
                good_check_digits &= lanes::check_digits(digits, load_table(&window.weights), kept);
            }
        } else if layout.has_date && k == layout.numbers {
            let dates = lanes::Dates::new(digits);
            store_dates(&mut groups.dates[group], dates.values());
            are_days = dates.are_days();
        }
    }
    for (at, column) in layout.letters().iter().zip(&mut groups.letters).take(layout.letter_count) {
        for (row, letter) in column[group].iter_mut().enumerate() {
            // SAFETY: as above: letters are within reach.
            *letter = unsafe { byte_at(rows, row * stride + at) };
        }
    }
    let canonical = lanes::are_zero(wrong) & are_days;
    let wrong_check_digits = canonical & !good_check_digits;
    store_marks(&mut groups.marks[group], !canonical, wrong_check_digits);
    !canonical
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

#[inline]
#[target_feature(enable = "avx512bw,avx512vl")]
fn store_marks(column: &mut [u8; GROUP], not_canonical: u16, check_digits: u16) {
    let marks = _mm_maskz_set1_epi8(not_canonical, MARK_NOT_CANONICAL.cast_signed());
    let marks = _mm_mask_set1_epi8(marks, check_digits, MARK_CHECK_DIGITS.cast_signed());
    // SAFETY: sixteen bytes are written to an array of that size; the store asks for no alignment.
    unsafe { _mm_storeu_si128(column.as_mut_ptr().cast(), marks) }
}
