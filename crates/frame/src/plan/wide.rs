//! A plan run with wide instructions: the one fence of the workspace around `unsafe`.
//!
//! A row is loaded as windows of sixteen bytes, one around each number and the date, more where
//! bytes are left over; two windows make a register. Every window is checked byte by byte against
//! the least and the greatest that may stand there, as the portable backend does it; the difference
//! from the least is what a digit is worth. Four rows go through together, because their values then
//! lie side by side for the steps that are the same for each.
//!
//! What this must never do is in two sentences: it reads only bytes of the slice it is given, each
//! window inside its row; and it gives the answers of [`portable`](super::portable), which the tests
//! and a fuzz target hold it to.

#![expect(
    unsafe_code,
    reason = "the instructions have no safe names; each block says why it is sound"
)]

use std::arch::x86_64::*;

use crate::plan::columns::{MARK_CHECK_DIGITS, MARK_IMPERFECT, Room};
use crate::plan::portable;
use crate::plan::variant::{Letter, Variant};

/// Bytes of a window.
const WINDOW: usize = 16;

/// The most windows of a row.
const MOST: usize = 6;

/// Rows that go through together.
const GROUP: usize = 4;

/// What is taken from a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taken {
    Nothing,
    Number { column: usize, check: Option<usize> },
    Date,
}

/// A row's windows, two by two.
#[derive(Clone, Debug)]
pub(super) struct Windows {
    pairs: Vec<Pair>,
}

/// Two windows, side by side in one register.
#[derive(Clone, Debug)]
struct Pair {
    at: [usize; 2],
    taken: [Taken; 2],
    least: [u8; 32],
    span: [u8; 32],
    /// Brings the digits of a number to the end of the window, those of a date to its beginning.
    digits: [u8; 32],
    weights: [u8; 32],
}

/// Where a window may be, and what it is for.
#[derive(Clone, Copy)]
struct Wish {
    first: usize,
    last: usize,
    taken: Taken,
    digits: (usize, usize),
}

impl Windows {
    /// The windows of a variant, if it has room for one and does with [`MOST`].
    pub(super) fn new(variant: &Variant) -> Option<Self> {
        let last = variant.stride().checked_sub(WINDOW)?;
        let wishes: Vec<Wish> = wishes(variant, last).collect();
        let placed = best(&wishes, last)?;
        let mut pairs = Vec::new();
        for pair in placed.chunks(2) {
            let spare = (pair[0].0, Taken::Nothing, (0, 0));
            pairs.push(Pair::new(variant, [pair[0], *pair.get(1).unwrap_or(&spare)]));
        }
        Some(Self { pairs })
    }
}

/// A window's place, what is taken from it, and where the digits stand in the row.
type Placed = (usize, Taken, (usize, usize));

fn wishes(variant: &Variant, last: usize) -> impl Iterator<Item = Wish> {
    let around = move |at: usize, digits: usize, taken| Wish {
        first: (at + digits).saturating_sub(WINDOW),
        last: at.min(last),
        taken,
        digits: (at, digits),
    };
    let numbers = variant.numbers.iter().enumerate().map(move |(column, number)| {
        let check = number.check.map(|check| check.digits.digits);
        around(number.at, number.digits, Taken::Number { column, check })
    });
    numbers.chain(variant.date.map(move |at| around(at, 8, Taken::Date)))
}

/// The places for the windows that need the fewest more of them to cover the row.
fn best(wishes: &[Wish], last: usize) -> Option<Vec<Placed>> {
    let mut best: Option<Vec<Placed>> = None;
    let mut chosen: Vec<usize> = wishes.iter().map(|wish| wish.first).collect();
    loop {
        let covered = cover(wishes, &chosen, last);
        if best.as_ref().is_none_or(|best| covered.len() < best.len()) {
            best = Some(covered);
        }
        // the next combination, as an odometer counts
        let Some(wheel) = (0..wishes.len()).find(|i| chosen[*i] < wishes[*i].last) else { break };
        chosen[wheel] += 1;
        for i in 0..wheel {
            chosen[i] = wishes[i].first;
        }
    }
    best.filter(|windows| windows.len() <= MOST)
}

/// The chosen windows, and more where bytes are left over.
fn cover(wishes: &[Wish], chosen: &[usize], last: usize) -> Vec<Placed> {
    let mut windows: Vec<Placed> =
        wishes.iter().zip(chosen).map(|(wish, at)| (*at, wish.taken, wish.digits)).collect();
    let is_covered = |windows: &[Placed], place: usize| {
        windows.iter().any(|(at, ..)| (*at..at + WINDOW).contains(&place))
    };
    for place in 0..last + WINDOW {
        if !is_covered(&windows, place) {
            windows.push((place.min(last), Taken::Nothing, (0, 0)));
        }
    }
    windows
}

impl Pair {
    fn new(variant: &Variant, windows: [Placed; 2]) -> Self {
        let mut pair = Self {
            at: windows.map(|(at, ..)| at),
            taken: windows.map(|(_, taken, _)| taken),
            least: [0; 32],
            span: [0; 32],
            // the highest bit asks for a zero
            digits: [0x80; 32],
            weights: [0; 32],
        };
        for (lane, (at, taken, (start, digits))) in windows.into_iter().enumerate() {
            let first = lane * WINDOW;
            for (byte, (least, greatest)) in variant.places()[at..at + WINDOW].iter().enumerate() {
                pair.least[first + byte] = *least;
                pair.span[first + byte] = greatest - least;
            }
            let to = match taken {
                Taken::Nothing => continue,
                Taken::Number { .. } => first + WINDOW - digits,
                Taken::Date => first,
            };
            for digit in 0..digits {
                pair.digits[to + digit] = place(start - at + digit);
            }
            if let Taken::Number { column, check: Some(_) } = taken
                && let Some(check) = variant.numbers[column].check
            {
                pair.weights[first..first + 8].copy_from_slice(&check.high);
                pair.weights[first + 8..first + WINDOW].copy_from_slice(&check.low);
            }
        }
        pair
    }
}

/// A place inside a window.
#[expect(clippy::cast_possible_truncation, reason = "a window has sixteen bytes")]
const fn place(place: usize) -> u8 {
    place as u8
}

/// Whether the processor has what [`run`] needs.
pub(super) fn is_available() -> bool {
    std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("bmi2")
}

/// Takes rows into the columns, up to the first that does not end in its place. How many.
pub(super) fn run(variant: &Variant, bytes: &[u8], room: Room<'_>) -> usize {
    let Some(windows) = &variant.windows else { return portable::run(variant, bytes, room) };
    match windows.pairs.as_slice() {
        // SAFETY: this backend is only chosen where `is_available` said that there is AVX2.
        [a] => unsafe { rows(&[a], variant, bytes, room) },
        // SAFETY: as above.
        [a, b] => unsafe { rows(&[a, b], variant, bytes, room) },
        // SAFETY: as above.
        [a, b, c] => unsafe { rows(&[a, b, c], variant, bytes, room) },
        _ => portable::run(variant, bytes, room),
    }
}

/// The registers' constants.
struct Fixed {
    tens: __m256i,
    hundreds: __m256i,
    ten_thousands: __m256i,
    ones: __m256i,
}

#[target_feature(enable = "avx2,bmi2")]
fn rows<const PAIRS: usize>(
    pairs: &[&Pair; PAIRS],
    variant: &Variant,
    bytes: &[u8],
    mut room: Room<'_>,
) -> usize {
    let stride = variant.stride();
    let most = room.marks.len().min(bytes.len() / stride);
    let mut taken = 0;
    while most - taken >= GROUP {
        let group = &bytes[taken * stride..(taken + GROUP) * stride];
        let good = group_of(pairs, variant, group, stride, &mut room, taken);
        if good != 0 {
            let in_place = mark(good, group, stride, &mut room.marks[taken..]);
            taken += in_place;
            if in_place < GROUP {
                return taken;
            }
            continue;
        }
        room.marks[taken..taken + GROUP].fill(0);
        taken += GROUP;
    }
    let rest = Room {
        numbers: room.numbers.map(|column| &mut column[taken..]),
        dates: &mut room.dates[taken..],
        letters: room.letters.map(|column| &mut column[taken..]),
        marks: &mut room.marks[taken..],
    };
    taken + portable::run(variant, &bytes[taken * stride..], rest)
}

/// Marks the rows of a group in which not all is good: four bits for what is imperfect, four for
/// wrong check digits. How many end in their places, up to the first that does not.
#[cold]
#[inline(never)]
fn mark(found: u32, group: &[u8], stride: usize, marks: &mut [u8]) -> usize {
    for (row, mark) in marks.iter_mut().take(GROUP).enumerate() {
        if group[(row + 1) * stride - 1] != b'\n' {
            return row;
        }
        *mark = match (found >> row & 1, found >> (GROUP + row) & 1) {
            (0, 0) => 0,
            (0, _) => MARK_CHECK_DIGITS,
            _ => MARK_IMPERFECT,
        };
    }
    GROUP
}

/// Takes four rows. What is not good of them: a bit for each imperfect row, and four places higher
/// one for each with wrong check digits.
#[inline]
#[target_feature(enable = "avx2,bmi2")]
fn group_of<const PAIRS: usize>(
    pairs: &[&Pair; PAIRS],
    variant: &Variant,
    group: &[u8],
    stride: usize,
    room: &mut Room<'_>,
    taken: usize,
) -> u32 {
    let mut good = [_mm256_set1_epi8(-1); GROUP];
    let mut bad = letters(&variant.letters, group, stride, room, taken);
    for pair in pairs {
        let (least, span) = (load(&pair.least), load(&pair.span));
        let mut values = [least; GROUP];
        for row in 0..GROUP {
            let [a, b] = pair.at.map(|at| window(group, row * stride + at));
            let bytes = _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(a), b);
            values[row] = _mm256_sub_epi8(bytes, least);
            let in_range = _mm256_cmpeq_epi8(_mm256_min_epu8(values[row], span), values[row]);
            good[row] = _mm256_and_si256(good[row], in_range);
        }
        if pair.taken != [Taken::Nothing; 2] {
            bad |= take(pair, values, room, taken);
        }
    }
    let all =
        _mm256_and_si256(_mm256_and_si256(good[0], good[1]), _mm256_and_si256(good[2], good[3]));
    if _mm256_movemask_epi8(all) != -1 {
        for (row, good) in good.into_iter().enumerate() {
            bad |= u32::from(_mm256_movemask_epi8(good) != -1) << row;
        }
    }
    bad
}

/// The letters of four rows, and which of them are none of those that may stand there.
#[inline]
#[target_feature(enable = "avx2,bmi2")]
fn letters(
    letters: &[Letter],
    group: &[u8],
    stride: usize,
    room: &mut Room<'_>,
    taken: usize,
) -> u32 {
    let mut bad = 0;
    for (letter, column) in letters.iter().zip(&mut room.letters) {
        for (row, value) in column[taken..taken + GROUP].iter_mut().enumerate() {
            *value = group[row * stride + letter.at];
            bad |= u32::from(letter.allowed[usize::from(*value)] ^ 1) << row;
        }
    }
    bad
}

/// Takes the numbers and the date of a pair of windows of four rows.
#[inline]
#[target_feature(enable = "avx2,bmi2")]
fn take(pair: &Pair, values: [__m256i; GROUP], room: &mut Room<'_>, taken: usize) -> u32 {
    let fixed = Fixed {
        tens: _mm256_set1_epi16(10 | 1 << 8),
        hundreds: _mm256_set1_epi32(100 | 1 << 16),
        ten_thousands: _mm256_set1_epi32(10_000 | 1 << 16),
        ones: _mm256_set1_epi16(1),
    };
    let order = load(&pair.digits);
    let digits = values.map(|row| _mm256_shuffle_epi8(row, order));
    // neighbours are joined: digits to pairs, pairs to fours, fours to eights
    let pairs = digits.map(|row| _mm256_maddubs_epi16(row, fixed.tens));
    let eights = pairs.map(|row| {
        let fours = _mm256_madd_epi16(row, fixed.hundreds);
        _mm256_madd_epi16(_mm256_packus_epi32(fours, fours), fixed.ten_thousands)
    });
    let mut bad = 0;
    for (lane, eights) in lanes(eights).into_iter().enumerate() {
        match pair.taken[lane] {
            Taken::Nothing => {}
            Taken::Number { column, check } => {
                number(eights, &mut room.numbers[column][taken..taken + GROUP]);
                if let Some(kept) = check {
                    let last = if kept == 2 { pairs } else { digits };
                    bad |= check_digits(pair, digits, last, lane, kept, fixed.ones) << GROUP;
                }
            }
            Taken::Date => {
                date(eights, &mut room.dates[taken..taken + GROUP]);
                bad |= calendar(lanes(pairs)[lane]);
            }
        }
    }
    bad
}

/// The first eight bytes of each window of four rows: those of the lower lane together, then those
/// of the upper.
#[inline]
#[target_feature(enable = "avx2,bmi2")]
fn lanes(rows: [__m256i; GROUP]) -> [__m256i; 2] {
    let first = _mm256_unpacklo_epi64(rows[0], rows[1]);
    let second = _mm256_unpacklo_epi64(rows[2], rows[3]);
    [
        _mm256_permute2x128_si256::<0x20>(first, second),
        _mm256_permute2x128_si256::<0x31>(first, second),
    ]
}

/// Four numbers from their upper and lower eight digits.
#[inline]
#[target_feature(enable = "avx2,bmi2")]
fn number(eights: __m256i, column: &mut [u64]) {
    let upper = _mm256_mul_epu32(eights, _mm256_set1_epi64x(100_000_000));
    let all = _mm256_add_epi64(upper, _mm256_srli_epi64::<32>(eights));
    let column: &mut [u64; GROUP] = match column.try_into() {
        Ok(column) => column,
        Err(_) => return,
    };
    // SAFETY: 32 bytes are written to an array of that size; the store asks for no alignment.
    unsafe { _mm256_storeu_si256(column.as_mut_ptr().cast(), all) }
}

/// Four dates, each the lower half of eight bytes.
#[inline]
#[target_feature(enable = "avx2,bmi2")]
fn date(eights: __m256i, column: &mut [u32]) {
    let order = _mm256_setr_epi32(0, 2, 4, 6, 0, 0, 0, 0);
    let packed = _mm256_castsi256_si128(_mm256_permutevar8x32_epi32(eights, order));
    let column: &mut [u32; GROUP] = match column.try_into() {
        Ok(column) => column,
        Err(_) => return,
    };
    // SAFETY: 16 bytes are written to an array of that size; the store asks for no alignment.
    unsafe { _mm_storeu_si128(column.as_mut_ptr().cast(), packed) }
}

/// Which of four dates are no days of the calendar. Each is four 16-bit numbers of two digits:
/// century, year, month and day.
#[inline]
#[target_feature(enable = "avx2,bmi2")]
fn calendar(pairs: __m256i) -> u32 {
    let four = |century, year, month, day| _mm256_set1_epi64x(words([century, year, month, day]));
    // each number one place on: a month stands where its day is
    let moved = _mm256_slli_epi64::<16>(pairs);
    let days = _mm256_shuffle_epi8(
        _mm256_broadcastsi128_si256(_mm_setr_epi8(
            0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0, 0, 0,
        )),
        moved,
    );
    let only_day = four(0, 0, 0, 0xFF);
    // of the years that divide by 100 those are leap years whose centuries divide by 4
    let century_ends = _mm256_cmpeq_epi16(pairs, _mm256_setzero_si256());
    let by_four = _mm256_or_si256(pairs, _mm256_and_si256(century_ends, moved));
    let rest = _mm256_and_si256(by_four, four(3, 3, 3, 3));
    let leap = _mm256_cmpeq_epi16(rest, _mm256_setzero_si256());
    let february = _mm256_cmpeq_epi16(moved, four(2, 2, 2, 2));
    let leap_day = _mm256_and_si256(
        _mm256_and_si256(_mm256_slli_epi64::<32>(leap), february),
        four(0, 0, 0, 1),
    );
    let last_day = _mm256_add_epi16(_mm256_and_si256(days, only_day), leap_day);
    let most = _mm256_or_si256(last_day, four(99, 99, 12, 0));
    let least = four(0, 0, 1, 1);
    let good = _mm256_and_si256(
        _mm256_cmpeq_epi16(_mm256_min_epu16(pairs, most), pairs),
        _mm256_cmpeq_epi16(_mm256_max_epu16(pairs, least), pairs),
    );
    let whole = _mm256_cmpeq_epi64(good, _mm256_set1_epi8(-1));
    !_mm256_movemask_pd(_mm256_castsi256_pd(whole)).cast_unsigned() & 0xF
}

/// Four 16-bit words as one of 64 bits, the first one lowest.
const fn words([a, b, c, d]: [i64; 4]) -> i64 {
    a | b << 16 | c << 32 | d << 48
}

/// Which of four numbers do not end in their check digits.
#[inline]
#[target_feature(enable = "avx2,bmi2")]
fn check_digits(
    pair: &Pair,
    digits: [__m256i; GROUP],
    last: [__m256i; GROUP],
    lane: usize,
    kept: usize,
    ones: __m256i,
) -> u32 {
    let weights = load(&pair.weights);
    // a weight is below 128 and a digit below 10: two products fit 16 bits
    let sums = digits.map(|row| _mm256_madd_epi16(_mm256_maddubs_epi16(weights, row), ones));
    let sums =
        _mm256_hadd_epi32(_mm256_hadd_epi32(sums[0], sums[1]), _mm256_hadd_epi32(sums[2], sums[3]));
    // 5958 / 2^16 is a little more than 1/11, too little more to matter below 2^14
    let elevenths = _mm256_mulhi_epu16(sums, _mm256_set1_epi32(5958));
    let remainder = _mm256_sub_epi32(sums, _mm256_mullo_epi16(elevenths, _mm256_set1_epi32(11)));
    let ends = [(0, 1), (2, 3)].map(|(a, b)| _mm256_unpackhi_epi64(last[a], last[b]));
    let ends = _mm256_castps_si256(_mm256_shuffle_ps::<0b11_01_11_01>(
        _mm256_castsi256_ps(ends[0]),
        _mm256_castsi256_ps(ends[1]),
    ));
    let (expected, found) = if kept == 2 {
        (remainder, _mm256_srli_epi32::<16>(ends))
    } else {
        let ten = _mm256_cmpeq_epi32(remainder, _mm256_set1_epi32(10));
        (_mm256_andnot_si256(ten, remainder), _mm256_srli_epi32::<24>(ends))
    };
    let right = _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpeq_epi32(expected, found)));
    !(right.cast_unsigned() >> (GROUP * lane)) & 0xF
}

#[inline]
#[target_feature(enable = "avx2,bmi2")]
fn load(bytes: &[u8; 32]) -> __m256i {
    // SAFETY: 32 bytes are read from an array of that size; the load asks for no alignment.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx2,bmi2")]
fn window(group: &[u8], at: usize) -> __m128i {
    debug_assert!(at + WINDOW <= group.len());
    // SAFETY: a window lies inside its row (`wishes` and `cover` place none beyond `last`, which is
    // a window before the row's end), and the group holds its rows whole.
    unsafe { _mm_loadu_si128(group.as_ptr().add(at).cast()) }
}
