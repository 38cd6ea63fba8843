//! Operations on the digits of eight rows at once. None of them touches memory.
//!
//! Four registers hold a window of each row, those of the rows `r` and `r + 4` side by side: two
//! lanes, which the instructions treat alike.

use std::arch::x86_64::*;

use crate::avx2::HALF;

/// The days of each month in a year that is no leap year; none for what is no month.
pub(crate) const DAYS: [i8; 16] = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0, 0, 0];

/// Neighbours joined: digits to pairs in 16 bits.
#[inline]
#[target_feature(enable = "avx2")]
fn pairs(digits: __m256i) -> __m256i {
    _mm256_maddubs_epi16(digits, _mm256_set1_epi16(10 | 1 << 8))
}

/// Pairs to fours in 32 bits, and those of two registers to eights in 32 bits.
#[inline]
#[target_feature(enable = "avx2")]
fn eights(a: __m256i, b: __m256i) -> __m256i {
    let hundreds = _mm256_set1_epi32(100 | 1 << 16);
    let fours = _mm256_packus_epi32(_mm256_madd_epi16(a, hundreds), _mm256_madd_epi16(b, hundreds));
    _mm256_madd_epi16(fours, _mm256_set1_epi32(10_000 | 1 << 16))
}

/// The numbers of eight rows from their sixteen digits, in the order of the rows.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn numbers(digits: [__m256i; HALF]) -> [__m256i; 2] {
    let [a, b, c, d] = digits;
    let [a, b] = [sixteens(a, b), sixteens(c, d)];
    [_mm256_permute2x128_si256::<0x20>(a, b), _mm256_permute2x128_si256::<0x31>(a, b)]
}

/// The numbers of two registers from their upper and lower eight digits.
#[inline]
#[target_feature(enable = "avx2")]
fn sixteens(a: __m256i, b: __m256i) -> __m256i {
    let eights = eights(pairs(a), pairs(b));
    let upper = _mm256_mul_epu32(eights, _mm256_set1_epi64x(100_000_000));
    _mm256_add_epi64(upper, _mm256_srli_epi64::<32>(eights))
}

/// The dates of eight rows, in pairs: century, year, month and day.
#[derive(Clone, Copy)]
pub(super) struct Dates {
    /// Of the rows 0, 1, 4 and 5, and of the others.
    pairs: [__m256i; 2],
}

impl Dates {
    /// From digits that fill the lower half of a lane in even rows, and the upper half in odd ones.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub(super) fn new(digits: [__m256i; HALF]) -> Self {
        let [a, b, c, d] = digits;
        Self { pairs: [pairs(_mm256_or_si256(a, b)), pairs(_mm256_or_si256(c, d))] }
    }

    /// Each as a number, in the order of the rows.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub(super) fn values(self) -> __m256i {
        eights(self.pairs[0], self.pairs[1])
    }

    /// Returns which are no days of the calendar: the highest bit of 32 for each row, in their
    /// order.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub(super) fn no_day(self) -> __m256i {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = DAYS;
        let days = _mm_setr_epi8(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p);
        let zero = _mm256_setzero_si256();
        // four bytes of each row: century, year, month, day; and those one place on, so that a
        // month stands where its day is
        let found = _mm256_packus_epi16(self.pairs[0], self.pairs[1]);
        let moved = _mm256_slli_epi32::<8>(found);
        // the highest bit of an index asks for zero: months of 16 and more get it by this addition
        let month = _mm256_add_epi8(moved, _mm256_set1_epi8(0x70));
        let days = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(days), month);
        // of the years that divide by 100 those are leap years whose centuries divide by 4
        let ends_century = _mm256_cmpeq_epi8(found, zero);
        let by_four = _mm256_or_si256(found, _mm256_and_si256(ends_century, moved));
        let rest = _mm256_and_si256(by_four, _mm256_set1_epi8(3));
        let leap = _mm256_slli_epi32::<16>(_mm256_cmpeq_epi8(rest, zero));
        let february = _mm256_cmpeq_epi8(moved, _mm256_set1_epi8(2));
        // true is -1
        let days = _mm256_sub_epi8(days, _mm256_and_si256(leap, february));
        let before = _mm256_sub_epi8(found, _mm256_set1_epi8(1));
        _mm256_cmpeq_epi8(_mm256_subs_epu8(days, before), zero)
    }
}

/// Returns which of eight numbers end in their check digits, a bit for each.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn check_digits(digits: [__m256i; HALF], weights: __m256i, kept: usize) -> u8 {
    let sums = sums(digits, weights);
    // 5958 / 2^16 is a little more than 1/11, too little more to matter below 2^14
    let elevenths = _mm256_mulhi_epu16(sums, _mm256_set1_epi32(5958));
    let remainder = _mm256_sub_epi32(sums, _mm256_mullo_epi16(elevenths, _mm256_set1_epi32(11)));
    let [a, b, c, d] = digits;
    let (expected, found) = if kept == 2 {
        (remainder, _mm256_srli_epi32::<16>(ends([pairs(a), pairs(b), pairs(c), pairs(d)])))
    } else {
        let ten = _mm256_cmpeq_epi32(remainder, _mm256_set1_epi32(10));
        (_mm256_andnot_si256(ten, remainder), _mm256_srli_epi32::<24>(ends(digits)))
    };
    low_byte(_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpeq_epi32(expected, found))))
}

/// The sums of the digits of eight rows times their weights, in the order of the rows.
#[inline]
#[target_feature(enable = "avx2")]
fn sums(digits: [__m256i; HALF], weights: __m256i) -> __m256i {
    let [a, b, c, d] = digits;
    joined(
        joined(products(a, weights), products(b, weights)),
        joined(products(c, weights), products(d, weights)),
    )
}

/// Digits times weights, and neighbours added up twice. Two products fit 16 bits.
#[inline]
#[target_feature(enable = "avx2")]
fn products(digits: __m256i, weights: __m256i) -> __m256i {
    _mm256_madd_epi16(_mm256_maddubs_epi16(weights, digits), _mm256_set1_epi16(1))
}

/// The sums of neighbours, of two registers in one.
#[inline]
#[target_feature(enable = "avx2")]
fn joined(a: __m256i, b: __m256i) -> __m256i {
    _mm256_madd_epi16(_mm256_packs_epi32(a, b), _mm256_set1_epi16(1))
}

/// The last 32 bits of each lane, in the order of the rows.
#[inline]
#[target_feature(enable = "avx2")]
fn ends(rows: [__m256i; HALF]) -> __m256i {
    let [a, b, c, d] = rows;
    _mm256_unpackhi_epi64(_mm256_unpackhi_epi32(a, b), _mm256_unpackhi_epi32(c, d))
}

/// Returns which rows are zero throughout: 32 bits for each, in their order. To saturate 16 bits to
/// eight leaves zero what is zero, and nothing else.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn are_zero(rows: [__m256i; HALF]) -> __m256i {
    let [a, b, c, d] = rows;
    let packed = _mm256_packs_epi16(_mm256_packs_epi16(a, b), _mm256_packs_epi16(c, d));
    _mm256_cmpeq_epi32(packed, _mm256_setzero_si256())
}

/// The eight bits of a mask of eight lanes.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it has eight bits")]
pub(super) const fn low_byte(mask: i32) -> u8 {
    mask as u8
}
