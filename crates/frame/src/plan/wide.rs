//! A plan run with wide instructions: the one fence of the workspace around `unsafe`.
//!
//! A row is loaded as [windows](super::windows) of sixteen bytes. Eight rows go through together, and
//! the same window of two of them, rows `r` and `r + 4`, makes a register: what is done to a register
//! is then the same in both halves. Every window is checked byte by byte against the least and the
//! greatest that may stand there, as the portable backend does it; the difference from the least is
//! what a digit is worth.
//!
//! What this must never do is in two sentences: it reads only bytes of the slices it is given, each
//! window inside its row; and it gives the answers of [`portable`](super::portable), which the tests
//! and a fuzz target hold it to.

#![expect(
    unsafe_code,
    reason = "the instructions have no safe names; each block says why it is sound"
)]

mod lanes;
mod letters;

use std::arch::x86_64::*;

use crate::plan::columns::{MARK_CHECK_DIGITS, MARK_IMPERFECT, Room};
use crate::plan::ends::{Ends, Line};
use crate::plan::portable;
use crate::plan::variant::Variant;
use crate::plan::windows::{WINDOW, Window, Windows};
use crate::plan::{MAX_LETTERS, MAX_NUMBERS};

/// Rows that go through together.
const GROUP: usize = 8;

/// How many registers hold a window of eight rows.
const HALF: usize = GROUP / 2;

/// How far ahead of a group memory is asked for.
const AHEAD: usize = 4096;

/// Whether the processor has what [`run`] needs.
pub(super) fn is_available() -> bool {
    std::arch::is_x86_feature_detected!("avx2")
}

/// Takes rows into the columns, up to the first that does not end in its place. How many.
pub(super) fn run(variant: &Variant, ends: &Ends, bytes: &[u8], mut room: Room<'_>) -> usize {
    macro_rules! of {
        ($($windows:literal),*) => {
            match variant.windows.windows.as_slice() {
                $(windows if windows.len() == $windows => {
                    // SAFETY: this backend is only chosen where `is_available` said there is AVX2.
                    unsafe { rows::<$windows>(variant, ends, bytes, &mut room) }
                })*
                _ => return portable::run(variant, ends, bytes, room),
            }
        };
    }
    let rows = of!(1, 2, 3, 4, 5, 6);
    // SAFETY: as above.
    unsafe { letters::check(&variant.letters, rows, &mut room) };
    rows
}

/// Takes lines into the columns, of which there is room for all.
pub(super) fn run_lines(lines: &[Line<'_>], mut room: Room<'_>) {
    let Some(first) = lines.first() else { return };
    macro_rules! of {
        ($($windows:literal),*) => {
            match first.variant.windows.windows.len() {
                // SAFETY: this backend is only chosen where `is_available` said there is AVX2.
                $($windows => unsafe { each_line::<$windows>(lines, &mut room) },)*
                _ => return portable::run_lines(lines, room),
            }
        };
    }
    of!(1, 2, 3, 4, 5, 6);
    // SAFETY: as above.
    unsafe { letters::check(&first.variant.letters, lines.len(), &mut room) };
}

/// The limits of a register of windows: the least bytes, and how much more they may be.
#[derive(Clone, Copy)]
struct Limits {
    least: __m256i,
    span: __m256i,
}

impl Limits {
    /// Those of the windows of two rows.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn new(a: &Window, b: &Window) -> Self {
        Self { least: side_by_side(&a.least, &b.least), span: side_by_side(&a.span, &b.span) }
    }
}

/// The columns by eights.
struct Groups<'c> {
    numbers: [&'c mut [[u64; GROUP]]; MAX_NUMBERS],
    dates: &'c mut [[u32; GROUP]],
    letters: [&'c mut [[u8; GROUP]]; MAX_LETTERS],
    marks: &'c mut [[u8; GROUP]],
}

impl<'c> Groups<'c> {
    fn new(room: &'c mut Room<'_>) -> Self {
        Self {
            numbers: room.numbers.each_mut().map(|column| column.as_chunks_mut().0),
            dates: room.dates.as_chunks_mut().0,
            letters: room.letters.each_mut().map(|column| column.as_chunks_mut().0),
            marks: room.marks.as_chunks_mut().0,
        }
    }
}

/// Which rows of eight are not good, a bit for each.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Bad {
    imperfect: u8,
    check_digits: u8,
}

impl Bad {
    const NONE: Self = Self { imperfect: 0, check_digits: 0 };

    fn marks(self) -> [u8; GROUP] {
        let imperfect = spread(self.imperfect, MARK_IMPERFECT);
        let check_digits = spread(self.check_digits & !self.imperfect, MARK_CHECK_DIGITS);
        (imperfect | check_digits).to_le_bytes()
    }
}

/// Eight bytes, `mark` for each bit.
const fn spread(bits: u8, mark: u8) -> u64 {
    const ONES: u64 = u64::MAX / 0xFF;
    let own = ONES * bits as u64 & 0x8040_2010_0804_0201;
    (own + ONES * 0x7F >> 7 & ONES) * mark as u64
}

/// Takes rows of one width.
#[target_feature(enable = "avx2")]
fn rows<const WINDOWS: usize>(
    variant: &Variant,
    ends: &Ends,
    bytes: &[u8],
    room: &mut Room<'_>,
) -> usize {
    let stride = variant.stride();
    let Some(windows) = variant.windows.windows.first_chunk::<WINDOWS>() else { return 0 };
    if windows.iter().any(|window| window.at + WINDOW > stride) {
        return 0;
    }
    let mut fixed = [(Limits::new(&windows[0], &windows[0]), [_mm256_setzero_si256(); 2]); WINDOWS];
    for (fixed, window) in fixed.iter_mut().zip(windows) {
        let orders = [0, 1].map(|odd| side_by_side(&window.digits[odd], &window.digits[odd]));
        *fixed = (Limits::new(window, window), orders);
    }
    let limits = |k: usize, _: usize| fixed[k].0;
    let order = |k: usize, row: usize| fixed[k].1[row % 2];
    let most = room.rows.min(bytes.len() / stride);
    let mut groups = Groups::new(room);
    let mut taken = 0;
    for group in bytes[..most * stride].chunks_exact(GROUP * stride) {
        // SAFETY: to ask for memory ahead of its use is allowed for any address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(group.as_ptr().wrapping_add(AHEAD).cast()) };
        let window = |k: usize, row: usize| {
            // SAFETY: the group has eight rows, and each window lies inside its row, as was found
            // above.
            unsafe { load_at(group, row * stride + windows[k].at) }
        };
        let letter =
            |column: usize, row: usize| group[row * stride + variant.windows.letters[column]];
        let from = Rows { window, limits, order, letter };
        let bad = eight::<WINDOWS>(&variant.windows, from, &mut groups, taken / GROUP);
        if bad.imperfect != 0
            && let Some(row) = broken(bad, ends, group, stride)
        {
            return taken + row;
        }
        taken += GROUP;
    }
    let rest = &bytes[taken * stride..most * stride];
    let in_place = rest.chunks_exact(stride).take_while(|row| row.last() == Some(&b'\n')).count();
    let mut lines = [Line { variant, bytes: &[] }; GROUP];
    for (line, row) in lines.iter_mut().zip(rest.chunks_exact(stride)) {
        line.bytes = row;
    }
    let Some(bad) = each::<WINDOWS>(&lines[..in_place], &mut groups, taken / GROUP) else {
        return taken;
    };
    taken + broken(bad, ends, &rest[..in_place * stride], stride).unwrap_or(in_place)
}

/// The first imperfect row that ends elsewhere than in its place.
fn broken(bad: Bad, ends: &Ends, rows: &[u8], stride: usize) -> Option<usize> {
    let rows = rows.chunks_exact(stride).enumerate();
    let mut imperfect = rows.filter(|(row, _)| bad.imperfect >> row & 1 == 1);
    let is_broken = |row: &[u8]| row.last() != Some(&b'\n') || ends.is_broken(row);
    imperfect.find(|(_, row)| is_broken(row)).map(|(row, _)| row)
}

/// Takes lines of any width.
#[target_feature(enable = "avx2")]
fn each_line<const WINDOWS: usize>(lines: &[Line<'_>], room: &mut Room<'_>) {
    let mut groups = Groups::new(room);
    for (group, lines) in lines.chunks(GROUP).enumerate() {
        each::<WINDOWS>(lines, &mut groups, group);
    }
}

/// Takes up to eight lines; where they are fewer, the last one stands for those that are not there.
#[inline]
#[target_feature(enable = "avx2")]
fn each<const WINDOWS: usize>(
    lines: &[Line<'_>],
    groups: &mut Groups<'_>,
    group: usize,
) -> Option<Bad> {
    let last = lines.len().checked_sub(1)?;
    let first = lines.first()?;
    let mut rows = [(first.bytes, first.variant.windows.windows.first_chunk::<WINDOWS>()?); GROUP];
    for (row, at) in rows.iter_mut().enumerate() {
        let line = &lines[row.min(last)];
        *at = (line.bytes, line.variant.windows.windows.first_chunk()?);
    }
    let window = |k: usize, row: usize| {
        let (bytes, windows) = rows[row];
        let from = bytes.get(windows[k].at..).and_then(|from| from.first_chunk());
        from.map_or(_mm_setzero_si128(), |from| load(from))
    };
    let limits = |k: usize, row: usize| Limits::new(&rows[row].1[k], &rows[row + HALF].1[k]);
    let order = |k: usize, row: usize| {
        let [a, b] = [row, row + HALF].map(|row| &rows[row].1[k].digits[row % 2]);
        side_by_side(a, b)
    };
    let letter = |column: usize, row: usize| {
        let line = &lines[row.min(last)];
        line.bytes[line.variant.windows.letters[column]]
    };
    let from = Rows { window, limits, order, letter };
    Some(eight::<WINDOWS>(&first.variant.windows, from, groups, group))
}

/// Where eight rows come from. A register holds windows of the rows `r` and `r + 4`.
struct Rows<W, L, O, C> {
    /// A window of a row.
    window: W,
    /// The limits of a register of windows.
    limits: L,
    /// Where the digits in a register are to go.
    order: O,
    /// A letter of a row.
    letter: C,
}

/// Takes eight rows into the columns.
#[inline]
#[target_feature(enable = "avx2")]
fn eight<const WINDOWS: usize>(
    plan: &Windows,
    from: Rows<
        impl Fn(usize, usize) -> __m128i,
        impl Fn(usize, usize) -> Limits,
        impl Fn(usize, usize) -> __m256i,
        impl Fn(usize, usize) -> u8,
    >,
    groups: &mut Groups<'_>,
    group: usize,
) -> Bad {
    let mut wrong = [_mm256_setzero_si256(); HALF];
    let mut no_day = _mm256_setzero_si256();
    let mut check_digits = 0;
    for (column, letters) in groups.letters.iter_mut().enumerate().take(plan.letters.len()) {
        let letters = &mut letters[group];
        for (row, value) in letters.iter_mut().enumerate() {
            *value = (from.letter)(column, row);
        }
    }
    for k in 0..WINDOWS {
        let mut values = wrong;
        for row in 0..HALF {
            let limits = (from.limits)(k, row);
            let bytes = _mm256_set_m128i((from.window)(k, row + HALF), (from.window)(k, row));
            values[row] = _mm256_sub_epi8(bytes, limits.least);
            wrong[row] = _mm256_or_si256(wrong[row], _mm256_subs_epu8(values[row], limits.span));
        }
        let is_number = k < plan.numbers;
        if !is_number && !(plan.has_date && k == plan.numbers) {
            continue;
        }
        for row in 0..HALF {
            values[row] = _mm256_shuffle_epi8(values[row], (from.order)(k, row));
        }
        if is_number && k < MAX_NUMBERS {
            let [low, high] = lanes::numbers(values);
            store_numbers(&mut groups.numbers[k][group], low, high);
            if let Some(kept) = plan.checks[k] {
                let weights = plan.windows[k].weights;
                let weights = side_by_side(&weights, &weights);
                check_digits |= !lanes::check_digits(values, weights, kept);
            }
        } else {
            let dates = lanes::Dates::new(values);
            store_dates(&mut groups.dates[group], dates.values());
            no_day = dates.no_day();
        }
    }
    let good = _mm256_andnot_si256(no_day, lanes::are_zero(wrong));
    let good = _mm256_movemask_ps(_mm256_castsi256_ps(good));
    let bad = Bad { imperfect: !lanes::low_byte(good), check_digits };
    groups.marks[group] = if bad == Bad::NONE { [0; GROUP] } else { bad.marks() };
    bad
}

/// The same or different tables for the two rows of a register.
#[inline]
#[target_feature(enable = "avx2")]
fn side_by_side(a: &[u8; WINDOW], b: &[u8; WINDOW]) -> __m256i {
    _mm256_set_m128i(load(b), load(a))
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(bytes: &[u8; WINDOW]) -> __m128i {
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
unsafe fn load_at(bytes: &[u8], at: usize) -> __m128i {
    debug_assert!(at + WINDOW <= bytes.len());
    // SAFETY: the caller promises that these bytes are there; the load asks for no alignment.
    unsafe { _mm_loadu_si128(bytes.as_ptr().add(at).cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn load_letters(letters: &[u8; 32]) -> __m256i {
    // SAFETY: 32 bytes are read from an array of that size; the load asks for no alignment.
    unsafe { _mm256_loadu_si256(letters.as_ptr().cast()) }
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
