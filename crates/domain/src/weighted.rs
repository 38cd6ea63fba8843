//! Sums of digits times weights, for check digits.

/// The weights of eight digits, made ready for [`weighted_sum`].
#[derive(Clone, Copy)]
pub(crate) struct DigitWeights {
    ones: u64,
    tens: u64,
}

impl DigitWeights {
    /// Takes at most eight weights, for the last digit first; missing ones are zero.
    pub(crate) const fn new(weights: &[u8]) -> Self {
        let (mut ones, mut tens, mut place) = (0, 0, 0);
        while place < weights.len() {
            let weight = weights[place] as u64;
            // the last pair is multiplied in the lowest lane, the first one in the highest
            let lane = 16 * (place / 2);
            if place % 2 == 0 {
                ones |= weight << lane;
            } else {
                tens |= weight << lane;
            }
            place += 1;
        }
        Self { ones, tens }
    }
}

/// Returns the sum of the digits of a number below 100,000,000, each times its weight. The digits
/// are split, and multiplied by their weights, in the lanes of one word.
#[inline]
pub(crate) const fn weighted_sum(number: u64, weights: DigitWeights) -> u64 {
    // two fours, then pairs, the first pair in the lowest lane; x * 5243 >> 19 is x / 100 up to
    // 10,000, and x * 103 >> 10 is x / 10 up to 100
    let fours = (number / 10_000) | ((number % 10_000) << 32);
    let hundreds = ((fours * 5243) >> 19) & 0x0000_007F_0000_007F;
    let pairs = hundreds | ((fours - hundreds * 100) << 16);
    let tens = ((pairs * 103) >> 10) & 0x000F_000F_000F_000F;
    let ones = pairs - tens * 10;
    // the sum of the products of lanes is in the highest lane
    ones.wrapping_mul(weights.ones).wrapping_add(tens.wrapping_mul(weights.tens)) >> 48
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_digits_one_by_one() {
        let weights = [43, 41, 37, 31, 29, 23, 19, 17, 13, 7, 5, 3];
        for first in [4, 8] {
            for number in (0..100_000_000u64).step_by(7_919).chain([99_999_999]) {
                let digits = (0..8).map(|place| number / 10u64.pow(place) % 10);
                let products = digits.zip(&weights[first..]).map(|(digit, it)| digit * it);
                let own = weights.map(|weight| u8::try_from(weight).unwrap());
                let sum = weighted_sum(number, DigitWeights::new(&own[first..]));
                assert_eq!(sum, products.sum::<u64>(), "{number}");
            }
        }
    }
}
