//! The values of a record, the same for every flow.

use flagflow_domain::{EffectiveDate, ServiceFlag};

/// The values of a record. A value that the record does not have is zero, or `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Values {
    /// The record's own number.
    pub number: Option<u64>,
    /// The meter point.
    pub point: u64,
    /// The DCC Service Flag, a letter.
    pub flag: u8,
    /// The first letter of the outcome.
    pub outcome: u8,
    /// The day from which the flag is effective, as the number of its eight digits: 20211105.
    pub date: u32,
    /// The party that asked for the change: at most four characters, and zeros behind them.
    pub party: [u8; PARTY],
}

impl Values {
    /// No value at all.
    pub const NONE: Self =
        Self { number: None, point: 0, flag: 0, outcome: 0, date: 0, party: NO_PARTY };

    /// Returns the DCC Service Flag and the day from which it is effective.
    #[must_use]
    #[inline]
    pub fn flag_from(&self) -> Option<(ServiceFlag, EffectiveDate)> {
        let flag = ServiceFlag::from_byte(self.flag)?;
        Some((flag, EffectiveDate::from_packed(self.date).ok()?))
    }
}

/// The most characters of a party.
pub(crate) const PARTY: usize = 4;

/// The bytes of no party.
pub(crate) const NO_PARTY: [u8; PARTY] = [0; PARTY];

/// Returns whether a party is four characters from `0` to `Z` in the order of ASCII: digits,
/// capital letters and a few signs, but neither a space nor any delimiter.
///
/// Only such parties take the fast ways of reading and writing.
#[must_use]
#[inline]
pub const fn is_plain_party(party: [u8; PARTY]) -> bool {
    const ONES: u32 = u32::MAX / 0xFF;
    let text = u32::from_le_bytes(party);
    // the high bit of a byte: below `0`, or above `Z`; the lowest such byte borrows from none
    let below = text.wrapping_sub(ONES * b'0' as u32);
    let above = (ONES * b'Z' as u32).wrapping_sub(text);
    (text | below | above) & ONES << 7 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_parties_are_four_characters_in_a_range() {
        for byte in 0..=u8::MAX {
            let expected = (b'0'..=b'Z').contains(&byte);
            for at in 0..4 {
                let mut party = *b"M0Z9";
                party[at] = byte;
                assert_eq!(is_plain_party(party), expected, "{party:?}");
            }
        }
        assert!(!is_plain_party(NO_PARTY));
        assert!(!is_plain_party([0xFF; 4]));
    }
}
