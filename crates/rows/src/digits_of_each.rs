//! The digits of each number of a block, by a backend.

use crate::Backend;
#[cfg(target_arch = "x86_64")]
use crate::avx2::digits;
use crate::digit_block::{self, Block, EightDigits, TwoDigits};

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
        Backend::Avx2 | Backend::Avx512 => digits::eight(numbers, digits),
        _ => digit_block::eight(numbers, digits),
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
        Backend::Avx2 | Backend::Avx512 => digits::ten(numbers, first, last),
        _ => digit_block::ten(numbers, first, last),
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
        Backend::Avx2 | Backend::Avx512 => digits::sixteen(numbers, first, last),
        _ => digit_block::sixteen(numbers, first, last),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digit_block::BLOCK;

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
