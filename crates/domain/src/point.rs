//! Meter points of either fuel.

use std::fmt;
use std::str::FromStr;

use crate::{MpanCore, Mprn};

/// The fuel that a meter point is supplied with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub enum Fuel {
    /// Gas: the point is an MPRN.
    Gas,
    /// Electricity: the point is an MPAN core.
    Electricity,
}

impl Fuel {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Gas, Self::Electricity];

    /// The name that reports and options use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gas => "gas",
            Self::Electricity => "electricity",
        }
    }
}

crate::named_values!(Fuel, UnknownFuel);

/// The error of a text that is not the name of a fuel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a fuel: expected gas or electricity")]
pub struct UnknownFuel;

#[cfg(feature = "serde")]
crate::text::serde_as_text!(Fuel, "gas or electricity");

/// A meter point, with its fuel: those of gas come first, then by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub enum MeterPoint {
    /// Gas.
    Gas(Mprn),
    /// Electricity.
    Electricity(MpanCore),
}

impl MeterPoint {
    /// Its fuel.
    #[must_use]
    pub const fn fuel(self) -> Fuel {
        match self {
            Self::Gas(_) => Fuel::Gas,
            Self::Electricity(_) => Fuel::Electricity,
        }
    }

    /// The point of a fuel and a number, or `None` where the number has more digits than such a
    /// point: 10 for gas, 13 for electricity.
    #[must_use]
    pub fn new(fuel: Fuel, number: u64) -> Option<Self> {
        match fuel {
            Fuel::Gas => Mprn::new(number).ok().map(Self::Gas),
            Fuel::Electricity => MpanCore::new(number).ok().map(Self::Electricity),
        }
    }

    /// One number for both fuels, in the order of the points: an MPRN as it is, an MPAN core above
    /// all numbers of ten digits.
    #[must_use]
    pub const fn as_key(self) -> u64 {
        match self {
            Self::Gas(mprn) => mprn.as_u64(),
            Self::Electricity(mpan) => ELECTRICITY + mpan.as_u64(),
        }
    }

    /// The point of a [key](Self::as_key), if it is one.
    #[must_use]
    pub fn from_key(key: u64) -> Option<Self> {
        match key.checked_sub(ELECTRICITY) {
            Some(number) => Self::new(Fuel::Electricity, number),
            None => Self::new(Fuel::Gas, key),
        }
    }
}

/// The number added to an MPAN core, so that a reader sees the fuel at the first digit.
const ELECTRICITY: u64 = 20_000_000_000_000;

/// Prints an MPRN without leading zeros, an MPAN core with its 13 digits.
impl fmt::Display for MeterPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gas(mprn) => mprn.fmt(f),
            Self::Electricity(mpan) => f.pad(&mpan.to_string()),
        }
    }
}

/// The error of a text that is not a meter point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a meter point: expected 1 to 10 digits (MPRN) or 13 digits (MPAN core)")]
pub struct InvalidPoint;

/// 13 digits are an MPAN core, up to 10 an MPRN.
impl FromStr for MeterPoint {
    type Err = InvalidPoint;

    fn from_str(text: &str) -> Result<Self, InvalidPoint> {
        let mprn = || text.parse().map(Self::Gas).map_err(|_| InvalidPoint);
        text.parse().map(Self::Electricity).or_else(|_| mprn())
    }
}

// as text, because leading zeros matter to an MPAN core.
#[cfg(feature = "serde")]
crate::text::serde_as_text!(MeterPoint, "1 to 10 digits (MPRN) or 13 digits (MPAN core)");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_says_the_fuel_by_its_length() {
        for (text, fuel, prints) in [
            ("0000123409", Fuel::Gas, "123409"),
            ("0", Fuel::Gas, "0"),
            ("0013044353630", Fuel::Electricity, "0013044353630"),
        ] {
            let point: MeterPoint = text.parse().unwrap();
            assert_eq!((point.fuel(), point.to_string().as_str()), (fuel, prints));
        }
        for text in ["", "12345678901", "123456789012", "12345678901234", "x", "-1"] {
            assert_eq!(text.parse::<MeterPoint>(), Err(InvalidPoint), "{text:?}");
        }
    }

    #[test]
    fn keys_keep_points_and_their_order() {
        let points = [
            MeterPoint::new(Fuel::Gas, 0),
            MeterPoint::new(Fuel::Gas, 9_999_999_999),
            MeterPoint::new(Fuel::Electricity, 0),
            MeterPoint::new(Fuel::Electricity, 9_999_999_999_999),
        ]
        .map(Option::unwrap);
        for pair in points.windows(2) {
            assert!(pair[0] < pair[1]);
            assert!(pair[0].as_key() < pair[1].as_key());
        }
        for point in points {
            assert_eq!(MeterPoint::from_key(point.as_key()), Some(point));
        }
        for key in [10_000_000_000, ELECTRICITY - 1, 30_000_000_000_000, u64::MAX] {
            assert_eq!(MeterPoint::from_key(key), None, "{key}");
        }
        assert_eq!(MeterPoint::new(Fuel::Gas, 10_000_000_000), None);
    }
}
