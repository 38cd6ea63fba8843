//! Operations on the digits of sixteen rows at once. None of them touches memory.
//!
//! They are those of [`avx2`](crate::avx2) on four lanes instead of two: a register holds a window
//! of the rows `r`, `r + 4`, `r + 8` and `r + 12`.

use std::arch::x86_64::*;

use crate::avx2::lanes::DAYS;
use crate::avx512::QUARTER;

/// Neighbours joined: digits to pairs in 16 bits.
#[inline]
#[target_feature(enable = "avx512bw")]
fn pairs(digits: __m512i) -> __m512i {
    _mm512_maddubs_epi16(digits, _mm512_set1_epi16(10 | 1 << 8))
}

/// Pairs to fours in 32 bits, and those of two registers to eights in 32 bits.
#[inline]
#[target_feature(enable = "avx512bw")]
fn eights(a: __m512i, b: __m512i) -> __m512i {
    let hundreds = _mm512_set1_epi32(100 | 1 << 16);
    let fours = _mm512_packus_epi32(_mm512_madd_epi16(a, hundreds), _mm512_madd_epi16(b, hundreds));
    _mm512_madd_epi16(fours, _mm512_set1_epi32(10_000 | 1 << 16))
}

/// The numbers of sixteen rows from their sixteen digits, in the order of the rows.
#[inline]
#[target_feature(enable = "avx512bw")]
pub(super) fn numbers(digits: [__m512i; QUARTER]) -> [__m512i; 2] {
    let [a, b, c, d] = digits;
    let [a, b] = [sixteens(a, b), sixteens(c, d)];
    let low = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11);
    let high = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);
    [_mm512_permutex2var_epi64(a, low, b), _mm512_permutex2var_epi64(a, high, b)]
}

/// The numbers of two registers from their upper and lower eight digits.
#[inline]
#[target_feature(enable = "avx512bw")]
fn sixteens(a: __m512i, b: __m512i) -> __m512i {
    let eights = eights(pairs(a), pairs(b));
    let upper = _mm512_mul_epu32(eights, _mm512_set1_epi64(100_000_000));
    _mm512_add_epi64(upper, _mm512_srli_epi64::<32>(eights))
}

/// The dates of sixteen rows, in pairs: century, year, month and day.
#[derive(Clone, Copy)]
pub(super) struct Dates {
    /// Of the first two rows of each lane's four, and of the others.
    pairs: [__m512i; 2],
}

impl Dates {
    /// From digits that fill the lower half of a lane in even rows, and the upper half in odd ones.
    #[inline]
    #[target_feature(enable = "avx512bw")]
    pub(super) fn new(digits: [__m512i; QUARTER]) -> Self {
        let [a, b, c, d] = digits;
        Self { pairs: [pairs(_mm512_or_si512(a, b)), pairs(_mm512_or_si512(c, d))] }
    }

    /// Each as a number, in the order of the rows.
    #[inline]
    #[target_feature(enable = "avx512bw")]
    pub(super) fn values(self) -> __m512i {
        eights(self.pairs[0], self.pairs[1])
    }

    /// Returns which are days of the calendar, a bit for each row.
    #[inline]
    #[target_feature(enable = "avx512bw")]
    pub(super) fn are_days(self) -> u16 {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = DAYS;
        let days = _mm_setr_epi8(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p);
        // four bytes of each row: century, year, month, day; and those one place on, so that a
        // month stands where its day is
        let found = _mm512_packus_epi16(self.pairs[0], self.pairs[1]);
        let moved = _mm512_slli_epi32::<8>(found);
        // the highest bit of an index asks for zero: months of 16 and more get it by this addition
        let month = _mm512_add_epi8(moved, _mm512_set1_epi8(0x70));
        let days = _mm512_shuffle_epi8(_mm512_broadcast_i32x4(days), month);
        // of the years that divide by 100 those are leap years whose centuries divide by 4
        let by_four = _mm512_mask_mov_epi8(found, _mm512_testn_epi8_mask(found, found), moved);
        let is_leap = _mm512_testn_epi8_mask(by_four, _mm512_set1_epi8(3));
        // the answer stands with the year, two places before the day; true is -1
        let leap = _mm512_slli_epi32::<16>(_mm512_movm_epi8(is_leap));
        let is_february = _mm512_cmpeq_epi8_mask(moved, _mm512_set1_epi8(2));
        let days = _mm512_mask_sub_epi8(days, is_february, days, leap);
        let before = _mm512_sub_epi8(found, _mm512_set1_epi8(1));
        // left over in the byte of a day that its month has
        let left = _mm512_subs_epu8(days, before);
        _mm512_test_epi32_mask(left, _mm512_set1_epi32(0xFF << 24))
    }
}

/// Returns which of sixteen numbers end in their check digits, a bit for each.
#[inline]
#[target_feature(enable = "avx512bw")]
pub(super) fn check_digits(digits: [__m512i; QUARTER], weights: __m512i, kept: usize) -> u16 {
    let sums = sums(digits, weights);
    // 5958 / 2^16 is a little more than 1/11, too little more to matter below 2^14
    let elevenths = _mm512_mulhi_epu16(sums, _mm512_set1_epi32(5958));
    let remainder = _mm512_sub_epi32(sums, _mm512_mullo_epi16(elevenths, _mm512_set1_epi32(11)));
    let [a, b, c, d] = digits;
    let (expected, found) = if kept == 2 {
        (remainder, _mm512_srli_epi32::<16>(ends([pairs(a), pairs(b), pairs(c), pairs(d)])))
    } else {
        let is_other = _mm512_cmpneq_epi32_mask(remainder, _mm512_set1_epi32(10));
        (_mm512_maskz_mov_epi32(is_other, remainder), _mm512_srli_epi32::<24>(ends(digits)))
    };
    _mm512_cmpeq_epi32_mask(expected, found)
}

/// The sums of the digits of sixteen rows times their weights, in the order of the rows.
#[inline]
#[target_feature(enable = "avx512bw")]
fn sums(digits: [__m512i; QUARTER], weights: __m512i) -> __m512i {
    let [a, b, c, d] = digits;
    joined(
        joined(products(a, weights), products(b, weights)),
        joined(products(c, weights), products(d, weights)),
    )
}

/// Digits times weights, and neighbours added up twice. Two products fit 16 bits.
#[inline]
#[target_feature(enable = "avx512bw")]
fn products(digits: __m512i, weights: __m512i) -> __m512i {
    _mm512_madd_epi16(_mm512_maddubs_epi16(weights, digits), _mm512_set1_epi16(1))
}

/// The sums of neighbours, of two registers in one.
#[inline]
#[target_feature(enable = "avx512bw")]
fn joined(a: __m512i, b: __m512i) -> __m512i {
    _mm512_madd_epi16(_mm512_packs_epi32(a, b), _mm512_set1_epi16(1))
}

/// The last 32 bits of each lane, in the order of the rows.
#[inline]
#[target_feature(enable = "avx512bw")]
fn ends(rows: [__m512i; QUARTER]) -> __m512i {
    let [a, b, c, d] = rows;
    _mm512_unpackhi_epi64(_mm512_unpackhi_epi32(a, b), _mm512_unpackhi_epi32(c, d))
}

/// Returns which rows are zero throughout, a bit for each. To saturate 16 bits to eight leaves zero
/// what is zero, and nothing else.
#[inline]
#[target_feature(enable = "avx512bw")]
pub(super) fn are_zero(rows: [__m512i; QUARTER]) -> u16 {
    let [a, b, c, d] = rows;
    let packed = _mm512_packs_epi16(_mm512_packs_epi16(a, b), _mm512_packs_epi16(c, d));
    _mm512_testn_epi32_mask(packed, packed)
}
