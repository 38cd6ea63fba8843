//! Check digits as data.

/// Check digits at the end of a number: the sum of each digit before them times its weight,
/// modulo 11, of which so many decimal digits are kept as there are check digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckDigits {
    /// The weights, for the last digit before the check digits first. Digits farther left than
    /// there are weights count nothing.
    pub weights: &'static [u8],
    /// How many check digits there are: 1 or 2.
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
