//! The digits of many numbers at once.
//!
//! Plain loops over arrays of one length: each does one step of the division for a whole block, on
//! lanes as narrow as the step allows, so the compiler makes vector instructions of it: of the
//! width that every machine has, and once more of a [backend](Backend)'s.
#![expect(
    clippy::cast_possible_truncation,
    clippy::needless_range_loop,
    reason = "each cast says why it holds; one index for all arrays is what the compiler likes"
)]

use crate::Backend;
#[cfg(target_arch = "x86_64")]
use crate::avx2::digits;

/// The number of numbers in a block.
pub const BLOCK: usize = 64;

/// Something for each number of a block.
pub type Block<T> = [T; BLOCK];

/// Eight ASCII digits, as four pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EightDigits([u16; 4]);

impl EightDigits {
    /// `00000000`.
    pub const ZERO: Self = Self([0x3030; 4]);

    /// The digits, the first one first.
    #[must_use]
    #[inline]
    pub const fn to_bytes(self) -> [u8; 8] {
        let [a, b, c, d] = self.0;
        (a as u64 | (b as u64) << 16 | (c as u64) << 32 | (d as u64) << 48).to_le_bytes()
    }
}

/// Two ASCII digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TwoDigits(u16);

impl TwoDigits {
    /// `00`.
    pub const ZERO: Self = Self(0x3030);

    /// The digits, the first one first.
    #[must_use]
    #[inline]
    pub const fn to_bytes(self) -> [u8; 2] {
        self.0.to_le_bytes()
    }
}

/// The eight digits of each number, padded left with zeros:
/// [`eight_digits_of`](crate::eight_digits_of) for a block, with the same bound of 100,000,000.
///
/// ```
/// use flagflow_rows::Backend;
/// use flagflow_rows::{BLOCK, EightDigits, eight_digits_of_each};
///
/// let mut digits = [EightDigits::ZERO; BLOCK];
/// eight_digits_of_each(Backend::best(), &[20_211_105; BLOCK], &mut digits);
/// assert_eq!(digits[63].to_bytes(), *b"20211105");
/// ```
#[inline]
pub fn eight_digits_of_each(
    backend: Backend,
    numbers: &Block<u32>,
    digits: &mut Block<EightDigits>,
) {
    match backend.or_portable() {
        #[cfg(target_arch = "x86_64")]
        Backend::Avx2 => digits::eight(numbers, digits),
        _ => eight(numbers, digits),
    }
}

/// The ten digits of each number below 10,000,000,000: the first eight, and the last two.
#[inline]
pub fn ten_digits_of_each(
    backend: Backend,
    numbers: &Block<u64>,
    first: &mut Block<EightDigits>,
    last: &mut Block<TwoDigits>,
) {
    match backend.or_portable() {
        #[cfg(target_arch = "x86_64")]
        Backend::Avx2 => digits::ten(numbers, first, last),
        _ => ten(numbers, first, last),
    }
}

/// The sixteen digits of each number below 10,000,000,000,000,000: the first eight, and the last
/// eight.
#[inline]
pub fn sixteen_digits_of_each(
    backend: Backend,
    numbers: &Block<u64>,
    first: &mut Block<EightDigits>,
    last: &mut Block<EightDigits>,
) {
    match backend.or_portable() {
        #[cfg(target_arch = "x86_64")]
        Backend::Avx2 => digits::sixteen(numbers, first, last),
        _ => sixteen(numbers, first, last),
    }
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "it is compiled for each backend")]
pub(crate) fn eight(numbers: &Block<u32>, digits: &mut Block<EightDigits>) {
    let (mut high, mut low) = ([0; BLOCK], [0; BLOCK]);
    halves(numbers, &mut high, &mut low);
    let (first, last) = (Pairs::of(&high), Pairs::of(&low));
    for at in 0..BLOCK {
        // stores of one lane each, which come out as interleaved vectors
        let [a, b, c, d] = &mut digits[at].0;
        *a = first.high[at];
        *b = first.low[at];
        *c = last.high[at];
        *d = last.low[at];
    }
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "it is compiled for each backend")]
pub(crate) fn ten(
    numbers: &Block<u64>,
    first: &mut Block<EightDigits>,
    last: &mut Block<TwoDigits>,
) {
    let (mut hundreds, mut below) = ([0u32; BLOCK], [0u32; BLOCK]);
    for at in 0..BLOCK {
        // a quarter fits 32 bits, and a hundredth is the 25th segment of it
        hundreds[at] = (numbers[at] >> 2) as u32;
        below[at] = numbers[at] as u32;
    }
    for at in 0..BLOCK {
        hundreds[at] /= 25;
    }
    let mut rests = [0u16; BLOCK];
    for at in 0..BLOCK {
        // a rest below 100 is the same modulo 2^16
        rests[at] = (below[at] as u16).wrapping_sub((hundreds[at] as u16).wrapping_mul(100));
    }
    for at in 0..BLOCK {
        last[at] = TwoDigits(pair(rests[at]));
    }
    eight(&hundreds, first);
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "it is compiled for each backend")]
pub(crate) fn sixteen(
    numbers: &Block<u64>,
    first: &mut Block<EightDigits>,
    last: &mut Block<EightDigits>,
) {
    let (mut high, mut low) = ([0; BLOCK], [0; BLOCK]);
    for at in 0..BLOCK {
        // both below 100,000,000
        high[at] = (numbers[at] / 100_000_000) as u32;
        low[at] = (numbers[at] % 100_000_000) as u32;
    }
    eight(&high, first);
    eight(&low, last);
}

/// The first four digits of each number, and the last four.
#[inline(always)]
#[expect(clippy::inline_always, reason = "it is compiled for each backend")]
fn halves(numbers: &Block<u32>, high: &mut Block<u16>, low: &mut Block<u16>) {
    for at in 0..BLOCK {
        // below 10,000 where the number has eight digits
        high[at] = (numbers[at] / 10_000) as u16;
    }
    for at in 0..BLOCK {
        // a rest below 10,000 is the same modulo 2^16
        low[at] = (numbers[at] as u16).wrapping_sub(high[at].wrapping_mul(10_000));
    }
}

/// Numbers of four digits as two pairs of ASCII digits.
struct Pairs {
    high: Block<u16>,
    low: Block<u16>,
}

impl Pairs {
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is compiled for each backend")]
    fn of(numbers: &Block<u16>) -> Self {
        let mut pairs = Self { high: [0; BLOCK], low: [0; BLOCK] };
        for at in 0..BLOCK {
            // the hundredth, up to 10,000: half a product and a shift
            let hundreds = ((u32::from(numbers[at]) * 5243) >> 16) as u16 >> 3;
            pairs.high[at] = pair(hundreds);
            pairs.low[at] = pair(numbers[at].wrapping_sub(hundreds.wrapping_mul(100)));
        }
        pairs
    }
}

/// Two digits of a number below 100, the tens in the lower byte.
#[inline]
const fn pair(number: u16) -> u16 {
    let tens = number.wrapping_mul(103) >> 10;
    // (number - 10 * tens) * 256 + tens
    (number << 8).wrapping_sub(tens.wrapping_mul(2559)).wrapping_add(0x3030)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every number of a range in blocks, each as the standard library writes it.
    fn each<N: Copy>(
        numbers: impl Iterator<Item = u64>,
        narrow: impl Fn(u64) -> N,
        width: usize,
        write: impl Fn(Backend, &Block<N>) -> Vec<Vec<u8>>,
    ) {
        let numbers: Vec<u64> = numbers.collect();
        for chunk in numbers.chunks(BLOCK) {
            let mut block = [narrow(0); BLOCK];
            chunk.iter().zip(&mut block).for_each(|(number, slot)| *slot = narrow(*number));
            for backend in Backend::ALL {
                for (written, number) in write(backend, &block).iter().zip(chunk) {
                    assert_eq!(written, format!("{number:0width$}").as_bytes(), "{backend}");
                }
            }
        }
    }

    #[test]
    fn a_block_is_64_numbers_and_zero_is_zeros() {
        assert_eq!(BLOCK, 64);
        assert_eq!(EightDigits::ZERO.to_bytes(), *b"00000000");
        assert_eq!(TwoDigits::ZERO.to_bytes(), *b"00");
    }

    /// Every four digits in either half.
    #[test]
    fn eight_digits_as_the_standard_library() {
        let numbers = (0..10_000).flat_map(|four| [four, four * 10_000, four * 9999 + 10_000]);
        each(
            numbers.chain([99_999_999]),
            |number| u32::try_from(number).unwrap(),
            8,
            |backend, block| {
                let mut digits = [EightDigits::ZERO; BLOCK];
                eight_digits_of_each(backend, block, &mut digits);
                digits.map(|it| it.to_bytes().to_vec()).to_vec()
            },
        );
    }

    #[test]
    fn ten_digits_as_the_standard_library() {
        let steps = (0..10_000_000_000).step_by(999_983);
        let ends = (0..200).chain(9_999_999_800..10_000_000_000).chain([1 << 32, (1 << 34) / 2]);
        each(
            steps.chain(ends),
            |number| number,
            10,
            |backend, block| {
                let (mut first, mut last) = ([EightDigits::ZERO; BLOCK], [TwoDigits::ZERO; BLOCK]);
                ten_digits_of_each(backend, block, &mut first, &mut last);
                let both = first.iter().zip(last);
                both.map(|(a, b)| [&a.to_bytes()[..], &b.to_bytes()].concat()).collect()
            },
        );
    }

    #[test]
    fn sixteen_digits_as_the_standard_library() {
        let steps = (0..10u64.pow(16)).step_by(999_999_999_983);
        let ends =
            (0..100).chain(10u64.pow(16) - 100..10u64.pow(16)).chain(99_999_990..100_000_010);
        each(
            steps.chain(ends),
            |number| number,
            16,
            |backend, block| {
                let (mut first, mut last) =
                    ([EightDigits::ZERO; BLOCK], [EightDigits::ZERO; BLOCK]);
                sixteen_digits_of_each(backend, block, &mut first, &mut last);
                let both = first.iter().zip(last);
                both.map(|(a, b)| [a.to_bytes(), b.to_bytes()].concat()).collect()
            },
        );
    }

    /// Returns what the bytes are is not said, but that is all that can happen.
    #[test]
    fn numbers_that_are_too_large_do_no_harm() {
        let (mut first, mut last) = ([EightDigits::ZERO; BLOCK], [EightDigits::ZERO; BLOCK]);
        for backend in Backend::ALL {
            eight_digits_of_each(backend, &[u32::MAX; BLOCK], &mut first);
            sixteen_digits_of_each(backend, &[u64::MAX; BLOCK], &mut first, &mut last);
            ten_digits_of_each(
                backend,
                &[u64::MAX; BLOCK],
                &mut first,
                &mut [TwoDigits::ZERO; BLOCK],
            );
        }
    }
}
