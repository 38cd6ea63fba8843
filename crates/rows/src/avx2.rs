//! A decoder run with AVX2: beside `avx512`, the one fence of the workspace around `unsafe`.
//!
//! A row is loaded as [windows](crate::variant::windows) of sixteen bytes. Eight rows go through
//! together, and the same window of two of them, rows `r` and `r + 4`, makes a register: what is
//! done to a register is then the same in both halves. Every window is checked byte by byte against
//! the least and the greatest that may stand there, as the portable backend does it; the difference
//! from the least is what a digit is worth.
//!
//! What this must never do is in two sentences: it reads only bytes of the slices it is given, each
//! window inside its row; and it gives the answers of [`portable`](crate::portable), which the
//! tests and a fuzz target hold it to.

#![expect(
    unsafe_code,
    reason = "the instructions have no safe names; each block says why it is sound"
)]

pub(crate) mod digits;
pub(super) mod lanes;
pub(super) mod letters;
mod line_ends;

use std::arch::x86_64::*;

use crate::columns::{ColumnSlots, MARK_CHECK_DIGITS, MARK_NOT_CANONICAL};
use crate::ends::{Ends, RowLine};
use crate::portable;
use crate::variant::Variant;
use crate::variant::windows::{ByteTable, MOST, WINDOW, Windows};
use crate::{LINES, MAX_LETTERS, MAX_NUMBERS};

/// Rows that go through together.
const GROUP: usize = 8;

/// The number of registers that hold a window of eight rows.
const HALF: usize = GROUP / 2;

/// The distance, in bytes, of the memory that is prefetched ahead of a group.
const AHEAD: usize = 4096;

/// The bytes of a line of the processor's cache.
const CACHE_LINE: usize = 64;

/// Returns whether the processor has what [`run`] needs.
pub(super) fn is_available() -> bool {
    std::arch::is_x86_feature_detected!("avx2")
}

/// Takes rows into the columns, up to the first that does not end in its place. How many.
pub(super) fn run(
    variant: &Variant,
    ends: &Ends,
    bytes: &[u8],
    mut slots: ColumnSlots<'_>,
) -> usize {
    if variant.windows.count() == 0 {
        return portable::run(variant, ends, bytes, slots);
    }
    // SAFETY: this backend is only chosen where `is_available` said that there is AVX2.
    unsafe {
        let rows = rows(variant, ends, bytes, &mut slots);
        letters::check(&variant.letters, rows, &mut slots);
        rows
    }
}

/// Takes lines of any width into the columns. How many: see [`Backend`](super::Backend).
pub(super) fn run_lines(
    variants: &[Variant],
    ends: &Ends,
    bytes: &[u8],
    mut slots: ColumnSlots<'_>,
) -> usize {
    if variants.first().is_none_or(|first| first.windows.count() == 0) {
        return portable::run_lines(variants, ends, bytes, slots);
    }
    // SAFETY: this backend is only chosen where `is_available` said that there is AVX2.
    unsafe {
        let rows = lines(variants, ends, bytes, &mut slots);
        letters::check(&variants[0].letters, rows, &mut slots);
        rows
    }
}

/// Takes lines of any width.
#[target_feature(enable = "avx2")]
fn lines(variants: &[Variant], ends: &Ends, bytes: &[u8], slots: &mut ColumnSlots<'_>) -> usize {
    let mut found = line_ends::Found::default();
    let longest = ends.shortest + ends.places;
    found.find(&bytes[..bytes.len().min(LINES * longest)]);
    let most = found.ends().len().min(LINES).min(slots.rows);
    let (mut lines, mut begin) = ([RowLine { variant: &variants[0], bytes: &[] }; GROUP], 0);
    let mut taken = 0;
    let mut groups = Groups::new(slots);
    for (group, ends_of_group) in found.ends()[..most].chunks(GROUP).enumerate() {
        let mut count = 0;
        for (line, end) in lines.iter_mut().zip(ends_of_group) {
            let end = *end as usize;
            let Some(variant) =
                (end - begin).checked_sub(ends.shortest).and_then(|it| variants.get(it))
            else {
                break;
            };
            *line = RowLine { variant, bytes: &bytes[begin..end] };
            begin = end;
            count += 1;
        }
        lines_of_group(&lines[..count], &mut groups, group);
        taken += count;
        if count < GROUP {
            break;
        }
    }
    for (place, end) in slots.ends.iter_mut().zip(&found.ends()[..taken]) {
        *place = slots.start + end;
    }
    taken
}

/// The columns by groups of rows.
pub(super) struct Groups<'c, const N: usize> {
    pub(super) numbers: [&'c mut [[u64; N]]; MAX_NUMBERS],
    pub(super) dates: &'c mut [[u32; N]],
    pub(super) letters: [&'c mut [[u8; N]]; MAX_LETTERS],
    pub(super) marks: &'c mut [[u8; N]],
}

impl<'c, const N: usize> Groups<'c, N> {
    pub(super) fn new(slots: &'c mut ColumnSlots<'_>) -> Self {
        Self {
            numbers: slots.numbers.each_mut().map(|column| column.as_chunks_mut().0),
            dates: slots.dates.as_chunks_mut().0,
            letters: slots.letters.each_mut().map(|column| column.as_chunks_mut().0),
            marks: slots.marks.as_chunks_mut().0,
        }
    }
}

/// The bad ones of eight rows, a bit for each.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Bad {
    not_canonical: u8,
    check_digits: u8,
}

impl Bad {
    const NONE: Self = Self { not_canonical: 0, check_digits: 0 };

    fn marks(self) -> [u8; GROUP] {
        let not_canonical = spread(self.not_canonical, MARK_NOT_CANONICAL);
        let check_digits = spread(self.check_digits & !self.not_canonical, MARK_CHECK_DIGITS);
        (not_canonical | check_digits).to_le_bytes()
    }
}

/// Eight bytes, `mark` for each bit.
const fn spread(bits: u8, mark: u8) -> u64 {
    const ONES: u64 = u64::MAX / 0xFF;
    let own = (ONES * bits as u64) & 0x8040_2010_0804_0201;
    (((own + ONES * 0x7F) >> 7) & ONES) * mark as u64
}

/// Takes rows of one width.
#[target_feature(enable = "avx2")]
fn rows(variant: &Variant, ends: &Ends, bytes: &[u8], slots: &mut ColumnSlots<'_>) -> usize {
    let layout = &variant.windows;
    let windows = layout.windows();
    // it reaches to the end of a row, never beyond: what is read below is sound because of this
    // line
    let stride = variant.stride().max(layout.reach());
    let most = slots.rows.min(bytes.len() / stride);
    let mut groups = Groups::new(slots);
    let mut taken = 0;
    for group in bytes[..most * stride].chunks_exact(GROUP * stride) {
        ask_for(group);
        let from = Rows {
            // SAFETY: the group has eight rows of `stride` bytes, and in each of them the windows
            // and letters are within reach.
            window: |k: usize, row| unsafe { load_at(group, row * stride + windows[k].at) },
            limits: |k: usize, _| (load_table(&windows[k].least), load_table(&windows[k].span)),
            order: |k: usize, row: usize| load_table(&windows[k].digits[row % 2]),
            // SAFETY: as above.
            letter: |k: usize, row| unsafe { byte_at(group, row * stride + layout.letters()[k]) },
        };
        let bad = from.take(layout, &mut groups, taken / GROUP);
        if bad.not_canonical != 0
            && let Some(row) = broken(bad.not_canonical.into(), ends, group, stride)
        {
            return taken + row;
        }
        taken += GROUP;
    }
    taken + rest(variant, ends, &bytes[taken * stride..most * stride], &mut groups, taken / GROUP)
}

/// Asks for the memory that is so far behind these bytes.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn ask_for(bytes: &[u8]) {
    for line in (0..bytes.len()).step_by(CACHE_LINE) {
        // SAFETY: to ask for memory ahead of its use is allowed for any address.
        #[allow(unused_unsafe, reason = "it became a safe function after Rust 1.88")]
        unsafe {
            _mm_prefetch::<_MM_HINT_T0>(bytes.as_ptr().wrapping_add(AHEAD + line).cast());
        };
    }
}

/// The first not canonical row that ends elsewhere than in its place. `bad` has a bit for each row.
pub(super) fn broken(bad: u16, ends: &Ends, rows: &[u8], stride: usize) -> Option<usize> {
    let rows = rows.chunks_exact(stride).enumerate();
    let mut not_canonical = rows.filter(|(row, _)| bad >> row & 1 == 1);
    let is_broken = |row: &[u8]| row.last() != Some(&b'\n') || ends.is_broken(row);
    not_canonical.find(|(_, row)| is_broken(row)).map(|(row, _)| row)
}

/// Takes the rows that are too few for a group.
#[target_feature(enable = "avx2")]
fn rest(
    variant: &Variant,
    ends: &Ends,
    bytes: &[u8],
    groups: &mut Groups<'_, GROUP>,
    group: usize,
) -> usize {
    let stride = variant.stride();
    let mut lines = [RowLine { variant, bytes: &[] }; GROUP];
    let mut in_place = 0;
    for (line, row) in lines.iter_mut().zip(bytes.chunks_exact(stride)) {
        if row.last() != Some(&b'\n') {
            break;
        }
        line.bytes = row;
        in_place += 1;
    }
    let bad = lines_of_group(&lines[..in_place], groups, group);
    broken(bad.not_canonical.into(), ends, &bytes[..in_place * stride], stride).unwrap_or(in_place)
}

/// Takes up to eight lines of any width; where they are fewer, the last one stands for those that
/// are not there.
#[target_feature(enable = "avx2")]
fn lines_of_group(lines: &[RowLine<'_>], groups: &mut Groups<'_, GROUP>, group: usize) -> Bad {
    // all of them: what is read below is sound because of this line
    let fit = lines.iter().take_while(|it| it.variant.windows.reach() <= it.bytes.len()).count();
    let [first, ..] = &lines[..fit] else { return Bad::NONE };
    let mut rows = [*first; GROUP];
    for (row, line) in rows.iter_mut().enumerate() {
        *line = lines[row.min(fit - 1)];
    }
    let window_of = |k: usize, row: usize| &rows[row].variant.windows.windows()[k];
    let from = Rows {
        // SAFETY: the windows and letters are within reach in each line, and the line is as long.
        window: |k, row: usize| unsafe { load_at(rows[row].bytes, window_of(k, row).at) },
        limits: |k, row| {
            let [a, b] = [window_of(k, row), window_of(k, row + HALF)];
            (side_by_side(&a.least, &b.least), side_by_side(&a.span, &b.span))
        },
        order: |k, row| {
            let [a, b] = [window_of(k, row), window_of(k, row + HALF)];
            side_by_side(&a.digits[row % 2], &b.digits[row % 2])
        },
        letter: |k: usize, row: usize| {
            let line = &rows[row];
            // SAFETY: as above.
            unsafe { byte_at(line.bytes, line.variant.windows.letters()[k]) }
        },
    };
    from.take(&first.variant.windows, groups, group)
}

/// The source of eight rows. A register holds windows of the rows `r` and `r + 4`.
struct Rows<W, L, O, C> {
    /// A window of a row.
    window: W,
    /// The least bytes of a register of windows, and how much more they may be.
    limits: L,
    /// The target places of the digits in a register.
    order: O,
    /// A letter of a row.
    letter: C,
}

impl<W, L, O, C> Rows<W, L, O, C>
where
    W: Fn(usize, usize) -> __m128i,
    L: Fn(usize, usize) -> (__m256i, __m256i),
    O: Fn(usize, usize) -> __m256i,
    C: Fn(usize, usize) -> u8,
{
    /// Returns how much more than the least the bytes of a window of eight rows are; what is more
    /// than may be is left in `wrong`.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn values(&self, k: usize, wrong: &mut [__m256i; HALF]) -> [__m256i; HALF] {
        let mut values = *wrong;
        for (row, (value, wrong)) in values.iter_mut().zip(wrong).enumerate() {
            let (least, span) = (self.limits)(k, row);
            let bytes = _mm256_set_m128i((self.window)(k, row + HALF), (self.window)(k, row));
            *value = _mm256_sub_epi8(bytes, least);
            *wrong = _mm256_or_si256(*wrong, _mm256_subs_epu8(*value, span));
        }
        values
    }

    /// The digits of a window of eight rows, brought to their places.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn digits(&self, k: usize, mut values: [__m256i; HALF]) -> [__m256i; HALF] {
        for (row, value) in values.iter_mut().enumerate() {
            *value = _mm256_shuffle_epi8(*value, (self.order)(k, row));
        }
        values
    }

    /// Takes eight rows into the columns.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn take(&self, layout: &Windows, groups: &mut Groups<'_, GROUP>, group: usize) -> Bad {
        let mut wrong = [_mm256_setzero_si256(); HALF];
        let mut no_day = _mm256_setzero_si256();
        let mut good_check_digits = u8::MAX;
        for k in 0..layout.count().min(MOST) {
            let values = self.values(k, &mut wrong);
            if k < layout.numbers {
                let digits = self.digits(k, values);
                let [low, high] = lanes::numbers(digits);
                store_numbers(&mut groups.numbers[k][group], low, high);
                if let Some(kept) = layout.checks[k] {
                    let weights = load_table(&layout.windows()[k].weights);
                    good_check_digits &= lanes::check_digits(digits, weights, kept);
                }
            } else if layout.has_date && k == layout.numbers {
                let dates = lanes::Dates::new(self.digits(k, values));
                store_dates(&mut groups.dates[group], dates.values());
                no_day = dates.no_day();
            }
        }
        for (k, column) in groups.letters.iter_mut().enumerate().take(layout.letter_count) {
            for (row, letter) in column[group].iter_mut().enumerate() {
                *letter = (self.letter)(k, row);
            }
        }
        let good = _mm256_andnot_si256(no_day, lanes::are_zero(wrong));
        let good = lanes::low_byte(_mm256_movemask_ps(_mm256_castsi256_ps(good)));
        let bad = Bad { not_canonical: !good, check_digits: !good_check_digits };
        groups.marks[group] = if bad == Bad::NONE { [0; GROUP] } else { bad.marks() };
        bad
    }
}

/// Tables for the windows of two rows.
#[inline]
#[target_feature(enable = "avx2")]
fn side_by_side(a: &ByteTable, b: &ByteTable) -> __m256i {
    _mm256_set_m128i(load(&b[0]), load(&a[0]))
}

/// A table for the windows of two rows.
#[inline]
#[target_feature(enable = "avx2")]
fn load_table(table: &ByteTable) -> __m256i {
    // SAFETY: 32 bytes are read from arrays of that size; the load asks for no alignment.
    unsafe { _mm256_loadu_si256(table.as_ptr().cast()) }
}

/// The byte at `at`.
///
/// # Safety
///
/// `bytes` has one there.
#[inline]
pub(super) unsafe fn byte_at(bytes: &[u8], at: usize) -> u8 {
    debug_assert!(at < bytes.len());
    // SAFETY: the caller promises that it is there.
    unsafe { *bytes.get_unchecked(at) }
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn load(bytes: &[u8; WINDOW]) -> __m128i {
    // SAFETY: sixteen bytes are read from an array of that size; the load asks for no alignment.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

/// A window that begins at `at`.
///
/// # Safety
///
/// `bytes` has 16 bytes from there on.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) unsafe fn load_at(bytes: &[u8], at: usize) -> __m128i {
    debug_assert!(at + WINDOW <= bytes.len());
    // SAFETY: the caller promises that these bytes are there; the load asks for no alignment.
    unsafe { _mm_loadu_si128(bytes.as_ptr().add(at).cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn load_bytes(bytes: &[u8; 32]) -> __m256i {
    // SAFETY: 32 bytes are read from an array of that size; the load asks for no alignment.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn store_marks(marks: &mut [u8; 32], values: __m256i) {
    // SAFETY: 32 bytes are written to an array of that size; the store asks for no alignment.
    unsafe { _mm256_storeu_si256(marks.as_mut_ptr().cast(), values) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn store_dates(column: &mut [u32; GROUP], values: __m256i) {
    // SAFETY: 32 bytes are written to an array of that size; the store asks for no alignment.
    unsafe { _mm256_storeu_si256(column.as_mut_ptr().cast(), values) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn store_numbers(column: &mut [u64; GROUP], low: __m256i, high: __m256i) {
    let to: *mut __m256i = column.as_mut_ptr().cast();
    // SAFETY: twice 32 bytes are written to an array of 64; the stores ask for no alignment.
    unsafe {
        _mm256_storeu_si256(to, low);
        _mm256_storeu_si256(to.add(1), high);
    }
}
