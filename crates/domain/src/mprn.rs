//! The gas Meter Point Reference.

use std::fmt;
use std::str::FromStr;

use crate::weighted::{DigitWeights, weighted_sum};

/// A gas Meter Point Reference Number: a number of at most 10 digits.
///
/// Source: MP077 legal text v0.1, SEC Appendix X sections 3.28(b)(i) and 3.29(a), type Number,
/// length 10. Leading zeros carry no meaning, so the value is a number and `0000123456` equals
/// `123456`. References in use have 6 to 10 digits; this type takes any number that fits the field,
/// because whether a point exists is for a register to say.
///
/// The last two digits are check digits over the rest ([`Mprn::has_valid_check_digits`]). That a
/// receiver refuses a record for them is not known, so a wrong pair makes a suspicious reference,
/// not an impossible one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mprn(u64);

impl Mprn {
    /// The most digits there are in a reference.
    pub const MAX_DIGITS: usize = 10;

    /// The largest number that fits the field.
    pub const MAX: Self = Self(9_999_999_999);

    /// The weights of the body's digits in the check digits, the last digit first: their positions.
    pub const CHECK_WEIGHTS: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];

    /// The reference of a number.
    ///
    /// # Errors
    ///
    /// [`InvalidMprn`] when the number has more than 10 digits.
    pub const fn new(number: u64) -> Result<Self, InvalidMprn> {
        if number <= Self::MAX.0 { Ok(Self(number)) } else { Err(InvalidMprn) }
    }

    /// The reference whose leading digits are `body` and whose last two are its check digits, or
    /// `None` when the two do not fit the field together (a body of more than 8 digits).
    ///
    /// ```
    /// use flagflow_domain::Mprn;
    ///
    /// assert_eq!(Mprn::from_body(12_345_678), Mprn::new(1_234_567_810).ok());
    /// assert_eq!(Mprn::from_body(100_000_000), None);
    /// ```
    #[must_use]
    pub const fn from_body(body: u64) -> Option<Self> {
        if body > Self::MAX.0 / 100 {
            return None;
        }
        Some(Self(body * 100 + check_digits(body)))
    }

    /// The number.
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// All digits but the last two.
    #[must_use]
    pub const fn body(self) -> u64 {
        self.0 / 100
    }

    /// The two check digits that belong to this reference's body, 0 to 10.
    ///
    /// They are the sum of each body digit times its position counted from the right, starting at
    /// 1, modulo 11. `10` is a legal pair; there is no complement.
    #[must_use]
    #[inline]
    pub const fn expected_check_digits(self) -> u64 {
        check_digits(self.body())
    }

    /// Returns true if the last two digits are the check digits of the body.
    #[must_use]
    #[inline]
    pub const fn has_valid_check_digits(self) -> bool {
        self.0 % 100 == self.expected_check_digits()
    }
}

const fn check_digits(body: u64) -> u64 {
    const WEIGHTS: DigitWeights = DigitWeights::new(&Mprn::CHECK_WEIGHTS);
    weighted_sum(body, WEIGHTS) % 11
}

/// Prints the digits without leading zeros; a width pads it (`{:010}` is the fixed layout's form).
impl fmt::Display for Mprn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// The error of a text that is not a number of 1 to 10 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a Meter Point Reference: expected a number of 1 to 10 digits")]
pub struct InvalidMprn;

impl TryFrom<u64> for Mprn {
    type Error = InvalidMprn;

    fn try_from(number: u64) -> Result<Self, InvalidMprn> {
        Self::new(number)
    }
}

impl From<Mprn> for u64 {
    fn from(mprn: Mprn) -> Self {
        mprn.0
    }
}

impl FromStr for Mprn {
    type Err = InvalidMprn;

    fn from_str(text: &str) -> Result<Self, InvalidMprn> {
        // u64's own parser takes a plus sign; it refuses an empty text
        let digits = text.len() <= Self::MAX_DIGITS && text.bytes().all(|b| b.is_ascii_digit());
        if !digits {
            return Err(InvalidMprn);
        }
        text.parse().map(Self).map_err(|_| InvalidMprn)
    }
}

#[cfg(feature = "arbitrary")]
impl<'a> arbitrary::Arbitrary<'a> for Mprn {
    fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
        u.int_in_range(0..=Self::MAX.0).map(Self)
    }
}

/// As a number: 10 digits fit a JSON number exactly, and leading zeros carry no meaning.
/// Reads a number or its digits as text.
#[cfg(feature = "serde")]
impl serde::Serialize for Mprn {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.0)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Mprn {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number;

        impl serde::de::Visitor<'_> for Number {
            type Value = Mprn;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of 1 to 10 digits")
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Mprn, E> {
                Mprn::new(number).map_err(E::custom)
            }

            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Mprn, E> {
                u64::try_from(number)
                    .map_err(|_| E::custom(InvalidMprn))
                    .and_then(|n| self.visit_u64(n))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Mprn, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_any(Number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked by hand: digit times position from the right, summed, modulo 11.
    #[test]
    fn check_digits_worked_by_hand() {
        let worked = [
            // 8*1+7*2+6*3+5*4+4*5+3*6+2*7+1*8 = 120, 120 mod 11 = 10
            (1_234_567_810, true),
            (1_234_567_890, false),
            // 4*1+3*2+2*3+1*4 = 20, mod 11 = 9
            (123_409, true),
            (123_408, false),
            // 1*4 + 0 + 0 + 7*1 = 11, mod 11 = 0
            (100_700, true),
            (0, true),
            // 9*(1+..+8) = 324, mod 11 = 5
            (9_999_999_905, true),
        ];
        for (number, valid) in worked {
            assert_eq!(Mprn(number).has_valid_check_digits(), valid, "{number}");
        }
    }

    #[test]
    fn check_digits_are_sums_of_digits_times_positions() {
        for body in (0..100_000_000u64).step_by(7_919).chain([99_999_999]) {
            let digits = body.to_string().into_bytes();
            let products = digits.iter().rev().zip(Mprn::CHECK_WEIGHTS);
            let sum: u64 = products.map(|(d, w)| u64::from(d - b'0') * u64::from(w)).sum();
            assert_eq!(check_digits(body), sum % 11, "{body}");
        }
    }

    #[test]
    fn a_body_takes_exactly_one_pair() {
        for body in [0, 1, 1234, 9_999, 100_000, 99_999_999] {
            let mprn = Mprn::from_body(body).unwrap();
            assert_eq!(mprn.body(), body);
            let valid = (0..100).filter(|p| Mprn(body * 100 + p).has_valid_check_digits());
            assert_eq!(valid.count(), 1, "{body}");
        }
        assert_eq!(Mprn::from_body(100_000_000), None);
    }

    #[test]
    fn numbers_are_bounded_by_ten_digits() {
        assert_eq!(Mprn::new(9_999_999_999), Ok(Mprn::MAX));
        assert_eq!(Mprn::new(10_000_000_000), Err(InvalidMprn));
        assert_eq!(Mprn::try_from(u64::MAX), Err(InvalidMprn));
        assert_eq!(u64::from(Mprn::MAX), 9_999_999_999);
    }

    #[test]
    fn text_is_digits_only() {
        assert_eq!("0000123409".parse(), Mprn::new(123_409));
        assert_eq!(Mprn(123_409).to_string(), "123409");
        assert_eq!(format!("{:010}", Mprn(123_409)), "0000123409");
        for text in ["", "+1", "-1", " 1", "1 ", "1a", "00000000001", "١"] {
            assert_eq!(text.parse::<Mprn>(), Err(InvalidMprn), "{text:?}");
        }
    }
}
