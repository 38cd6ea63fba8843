//! Check digits as data.

/// Check digits at the end of a number: the sum of each digit before them times its weight,
/// modulo 11, of which so many decimal digits are kept as there are check digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckDigits {
    /// The weights, for the last digit before the check digits first. Digits farther left than
    /// there are weights count nothing.
    pub weights: &'static [u8],
    /// The number of check digits: 1 or 2.
    pub digits: usize,
}

impl CheckDigits {
    /// The weight of the digit that has so many digits to its right, the check digits among them.
    pub(super) fn weight(&self, from_right: usize) -> u8 {
        let place = from_right.checked_sub(self.digits);
        place.and_then(|place| self.weights.get(place)).copied().unwrap_or(0)
    }

    /// The check digits that belong to a weighted sum.
    #[inline]
    pub(super) const fn of_sum(&self, sum: u64) -> u64 {
        let remainder = sum % 11;
        if self.digits == 1 { remainder % 10 } else { remainder }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_counted_from_the_check_digits() {
        let one = CheckDigits { weights: &[3, 5, 7], digits: 1 };
        assert_eq!([0, 1, 2, 3, 4, 99].map(|place| one.weight(place)), [0, 3, 5, 7, 0, 0]);
        let two = CheckDigits { digits: 2, ..one };
        assert_eq!([0, 1, 2, 3, 4, 5].map(|place| two.weight(place)), [0, 0, 3, 5, 7, 0]);
    }

    #[test]
    fn of_what_is_left_of_a_sum_so_many_digits_are_kept() {
        let one = CheckDigits { weights: &[], digits: 1 };
        let two = CheckDigits { digits: 2, ..one };
        for (sum, kept_one, kept_two) in
            [(0, 0, 0), (9, 9, 9), (10, 0, 10), (11, 0, 0), (153, 0, 10)]
        {
            assert_eq!((one.of_sum(sum), two.of_sum(sum)), (kept_one, kept_two), "{sum}");
        }
    }
}
