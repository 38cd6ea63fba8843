//! The electricity meter point: the MPAN core, and the distributor whose network it is in.

use std::fmt;
use std::str::FromStr;

use crate::weighted::{DigitWeights, weighted_sum};

/// An MPAN core, the number of an electricity meter point: exactly 13 digits.
///
/// Source: item J0003 of the electricity flows. The first two digits are the
/// [distributor's](Distributor), so leading zeros matter and the value always prints 13 digits.
/// This type takes any 13 digits, because whether a point exists is for a register to say.
///
/// The last digit is a check digit over the rest ([`MpanCore::has_valid_check_digit`]). That a
/// receiver refuses a record for it is not known, so a wrong digit makes a suspicious number, not
/// an impossible one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MpanCore(u64);

impl MpanCore {
    /// The number of digits, 13.
    pub const DIGITS: usize = 13;

    /// The largest number of 13 digits.
    pub const MAX: Self = Self(9_999_999_999_999);

    /// The weights of the body's digits in the check digit, the last digit first: primes.
    pub const CHECK_WEIGHTS: [u8; 12] = [43, 41, 37, 31, 29, 23, 19, 17, 13, 7, 5, 3];

    /// The core whose 13 digits, read as one number, are `number`.
    ///
    /// # Errors
    ///
    /// [`InvalidMpan`] when the number has more than 13 digits.
    pub const fn new(number: u64) -> Result<Self, InvalidMpan> {
        if number <= Self::MAX.0 { Ok(Self(number)) } else { Err(InvalidMpan) }
    }

    /// The core whose first 12 digits are `body` and whose last one is its check digit, or `None`
    /// for a body of more than 12 digits.
    ///
    /// ```
    /// use flagflow_domain::MpanCore;
    ///
    /// assert_eq!(MpanCore::from_body(101_304_435_363), "1013044353630".parse().ok());
    /// assert_eq!(MpanCore::from_body(1_000_000_000_000), None);
    /// ```
    #[must_use]
    pub const fn from_body(body: u64) -> Option<Self> {
        if body > Self::MAX.0 / 10 {
            return None;
        }
        Some(Self(body * 10 + check_digit(body)))
    }

    /// The 13 digits read as one number.
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// All digits but the last.
    #[must_use]
    pub const fn body(self) -> u64 {
        self.0 / 10
    }

    /// The check digit that belongs to this core's body, 0 to 9.
    ///
    /// It is the sum of the 12 digits times the primes 3, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41 and
    /// 43 (there is no 11), modulo 11, modulo 10.
    #[must_use]
    #[inline]
    pub const fn expected_check_digit(self) -> u64 {
        check_digit(self.body())
    }

    /// Returns true if the last digit is the check digit of the body.
    #[must_use]
    #[inline]
    pub const fn has_valid_check_digit(self) -> bool {
        self.0 % 10 == self.expected_check_digit()
    }

    /// The distributor whose network the point is in: the first two digits.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "two digits of thirteen")]
    pub const fn distributor(self) -> Distributor {
        Distributor((self.0 / 100_000_000_000) as u8)
    }
}

const fn check_digit(body: u64) -> u64 {
    const LAST: DigitWeights = DigitWeights::new(MpanCore::CHECK_WEIGHTS.split_at(8).0);
    const FIRST: DigitWeights = DigitWeights::new(MpanCore::CHECK_WEIGHTS.split_at(8).1);
    let (first, last) = (body / 100_000_000, body % 100_000_000);
    (weighted_sum(first, FIRST) + weighted_sum(last, LAST)) % 11 % 10
}

/// Prints the 13 digits.
impl fmt::Display for MpanCore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:013}", self.0)
    }
}

/// The error of a text that is not 13 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an MPAN core: expected exactly 13 digits")]
pub struct InvalidMpan;

impl TryFrom<u64> for MpanCore {
    type Error = InvalidMpan;

    fn try_from(number: u64) -> Result<Self, InvalidMpan> {
        Self::new(number)
    }
}

impl From<MpanCore> for u64 {
    fn from(mpan: MpanCore) -> Self {
        mpan.0
    }
}

impl FromStr for MpanCore {
    type Err = InvalidMpan;

    fn from_str(text: &str) -> Result<Self, InvalidMpan> {
        // u64's own parser takes a plus sign
        let digits = text.len() == Self::DIGITS && text.bytes().all(|b| b.is_ascii_digit());
        if !digits {
            return Err(InvalidMpan);
        }
        text.parse().map(Self).map_err(|_| InvalidMpan)
    }
}

#[cfg(feature = "arbitrary")]
impl<'a> arbitrary::Arbitrary<'a> for MpanCore {
    fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
        u.int_in_range(0..=Self::MAX.0).map(Self)
    }
}

// as text: leading zeros carry a meaning that a JSON number would lose
#[cfg(feature = "serde")]
crate::text::serde_as_text!(MpanCore, "an MPAN core, 13 digits");

/// The first two digits of an [`MpanCore`]: whose network the point is in.
///
/// 10 to 23 are the fourteen distribution areas, each with its market participant; 24 to 38 are
/// independent networks, whose participants are not in the table. The list grows, so any two digits
/// make a value and [`Distributor::is_known`] says whether it was known in 2026.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Distributor(u8);

/// The participants of the distributors from 10 on.
const PARTICIPANTS: [&str; 14] = [
    "EELC", "EMEB", "LOND", "MANW", "MIDE", "NEEB", "NORW", "HYDE", "SPOW", "SEEB", "SOUT", "SWAE",
    "SWEB", "YELG",
];

impl Distributor {
    /// The first known id.
    pub const FIRST: Self = Self(10);
    /// The last known id.
    pub const LAST: Self = Self(38);

    /// The distributor of an id, or `None` over 99.
    #[must_use]
    pub const fn new(id: u8) -> Option<Self> {
        if id > 99 { None } else { Some(Self(id)) }
    }

    /// The two digits as a number.
    #[must_use]
    pub const fn id(self) -> u8 {
        self.0
    }

    /// Returns true if the id is one of 10 to 38.
    #[must_use]
    pub const fn is_known(self) -> bool {
        self.0 >= Self::FIRST.0 && self.0 <= Self::LAST.0
    }

    /// The distributor's market participant, four letters, where the id is one of 10 to 23.
    #[must_use]
    pub fn participant(self) -> Option<&'static str> {
        let index = usize::from(self.0.checked_sub(Self::FIRST.0)?);
        PARTICIPANTS.get(index).copied()
    }

    /// The distributor of a market participant, where it is one of the fourteen.
    #[must_use]
    pub fn of_participant(participant: &str) -> Option<Self> {
        let index = PARTICIPANTS.iter().position(|known| *known == participant)?;
        u8::try_from(index).ok().map(|index| Self(Self::FIRST.0 + index))
    }
}

/// Prints the two digits.
impl fmt::Display for Distributor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked by hand: each digit times its prime, summed, modulo 11, modulo 10.
    #[test]
    fn check_digits_worked_by_hand() {
        let worked = [
            // 1*3+0+1*7+3*13+0+4*19+4*23+3*29+5*31+3*37+6*41+3*43 = 945, mod 11 = 10, mod 10 = 0
            ("1013044353630", true),
            ("1013044353631", false),
            // 1*3 = 3
            ("1000000000003", true),
            // 1*3+2*5 = 13, mod 11 = 2
            ("1200000000002", true),
            ("1200000000003", false),
            // 1*43 = 43, mod 11 = 10, mod 10 = 0: a leading zero each
            ("0000000000010", true),
            // 9 times the sum of the primes, 268: 2412, mod 11 = 3
            ("9999999999993", true),
            ("0000000000000", true),
        ];
        for (text, valid) in worked {
            let mpan: MpanCore = text.parse().unwrap();
            assert_eq!(mpan.has_valid_check_digit(), valid, "{text}");
            assert_eq!(MpanCore::from_body(mpan.body()) == Some(mpan), valid, "{text}");
        }
    }

    #[test]
    fn a_body_has_at_most_twelve_digits() {
        assert_eq!(MpanCore::from_body(999_999_999_999).map(u64::from), Some(9_999_999_999_993));
        assert_eq!(MpanCore::from_body(1_000_000_000_000), None);
        assert_eq!(MpanCore::from_body(u64::MAX), None);
    }

    #[test]
    fn numbers_are_bounded_by_thirteen_digits() {
        assert_eq!(MpanCore::new(9_999_999_999_999), Ok(MpanCore::MAX));
        assert_eq!(MpanCore::new(10_000_000_000_000), Err(InvalidMpan));
        assert_eq!(MpanCore::try_from(u64::MAX), Err(InvalidMpan));
    }

    #[test]
    fn text_is_thirteen_digits_with_their_zeros() {
        let mpan: MpanCore = "0013044353630".parse().unwrap();
        assert_eq!(mpan.as_u64(), 13_044_353_630);
        assert_eq!(mpan.to_string(), "0013044353630");
        for text in
            ["", "13044353630", "10130443536300", "+013044353630", "101304435363 ", "101304435363x"]
        {
            assert_eq!(text.parse::<MpanCore>(), Err(InvalidMpan), "{text:?}");
        }
    }

    /// The table of formats.md section 1, copied by hand.
    #[test]
    fn distributors_are_those_of_the_table() {
        let participant =
            |mpan: &str| mpan.parse::<MpanCore>().unwrap().distributor().participant();
        assert_eq!(participant("1013044353630"), Some("EELC"));
        assert_eq!(participant("1200000000002"), Some("LOND"));
        assert_eq!(participant("2300000000000"), Some("YELG"));
        assert_eq!(participant("2400000000000"), None);
        // the last number of each id, and the first
        for (number, id) in [(1_099_999_999_999, 10), (1_100_000_000_000, 11)] {
            assert_eq!(MpanCore(number).distributor().id(), id);
        }
        assert_eq!(participant("0900000000000"), None);
        let known: Vec<u8> = (0..=99)
            .filter(|id| Distributor::new(*id).is_some_and(Distributor::is_known))
            .collect();
        assert_eq!(known, (10..=38).collect::<Vec<_>>());
        let table = "10 EELC, 11 EMEB, 12 LOND, 13 MANW, 14 MIDE, 15 NEEB, 16 NORW, 17 HYDE, \
                     18 SPOW, 19 SEEB, 20 SOUT, 21 SWAE, 22 SWEB, 23 YELG";
        let of_id = |id: u8| Some(format!("{id} {}", Distributor::new(id)?.participant()?));
        assert_eq!((0..=99).filter_map(of_id).collect::<Vec<_>>().join(", "), table);
        for id in 10..=23 {
            let distributor = Distributor::new(id).unwrap();
            assert_eq!(distributor.id(), id);
            let participant = distributor.participant().unwrap();
            assert_eq!(Distributor::of_participant(participant), Some(distributor));
        }
        assert_eq!(Distributor::new(99).map(Distributor::id), Some(99));
        assert_eq!(Distributor::new(100), None);
        assert_eq!(Distributor::of_participant("DCCO"), None);
        assert_eq!(Distributor::new(7).unwrap().to_string(), "07");
    }
}
