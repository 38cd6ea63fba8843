//! When a file was created (J0280) and completed: `YYYYMMDDHHMMSS`, length 14.

use std::fmt;
use std::str::FromStr;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use flagflow_domain::EffectiveDate;
use flagflow_rows::push_digits;
use nom::bytes::complete::take;
use nom::combinator::map_opt;

use super::{FieldFault, whole};
use crate::error::ErrorKind;

/// A day and a time of day to the second, `YYYYMMDDHHMMSS`. Leap seconds are none.
///
/// Eight bytes that compare as the times do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    day: EffectiveDate,
    /// Six digits, read as one number.
    time: u32,
}

impl Timestamp {
    /// The number of digits.
    pub const DIGITS: usize = 14;

    /// The time of a day, an hour, a minute and a second.
    ///
    /// # Errors
    ///
    /// [`InvalidTimestamp`] when a day has no such time.
    pub const fn new(
        day: EffectiveDate,
        hour: u32,
        minute: u32,
        second: u32,
    ) -> Result<Self, InvalidTimestamp> {
        if hour > 23 || minute > 59 || second > 59 {
            return Err(InvalidTimestamp);
        }
        let time = hour * 10_000 + minute * 100 + second;
        Ok(Self { day, time })
    }

    /// The time whose fourteen digits, read as one number, are `packed`: `20211105093000`.
    ///
    /// # Errors
    ///
    /// [`InvalidTimestamp`] when there is no such day, or a day has no such time.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a day that does not fit is looked at again"
    )]
    pub const fn from_packed(packed: u64) -> Result<Self, InvalidTimestamp> {
        let (day, time) = ((packed / 1_000_000) as u32, (packed % 1_000_000) as u32);
        match EffectiveDate::from_packed(day) {
            // of a number that is too long the day lost its first bits
            Ok(day) if day.as_packed() as u64 == packed / 1_000_000 => {
                Self::new(day, time / 10_000, time / 100 % 100, time % 100)
            }
            _ => Err(InvalidTimestamp),
        }
    }

    /// The time of fourteen ASCII digits.
    ///
    /// # Errors
    ///
    /// [`InvalidTimestamp`] when a byte is no digit or there is no such time.
    pub fn from_digits(digits: [u8; Self::DIGITS]) -> Result<Self, InvalidTimestamp> {
        digits
            .into_iter()
            .try_fold(0, |packed, byte| {
                byte.is_ascii_digit().then(|| packed * 10 + u64::from(byte - b'0'))
            })
            .ok_or(InvalidTimestamp)
            .and_then(Self::from_packed)
    }

    /// The fourteen digits read as one number.
    #[must_use]
    pub const fn as_packed(self) -> u64 {
        self.day.as_packed() as u64 * 1_000_000 + self.time as u64
    }

    /// The day.
    #[must_use]
    pub const fn date(self) -> EffectiveDate {
        self.day
    }
}

/// Prints the fourteen digits.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:014}", self.as_packed())
    }
}

/// The text is not a day and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a date and time: expected YYYYMMDDHHMMSS")]
pub struct InvalidTimestamp;

/// Reads `YYYYMMDDHHMMSS`, or `YYYY-MM-DDTHH:MM:SS` as people and tables write it.
impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, InvalidTimestamp> {
        match text.as_bytes() {
            digits if digits.len() == Self::DIGITS => {
                digits.try_into().map_err(|_| InvalidTimestamp).and_then(Self::from_digits)
            }
            [
                y0,
                y1,
                y2,
                y3,
                b'-',
                m0,
                m1,
                b'-',
                d0,
                d1,
                b'T' | b' ',
                h0,
                h1,
                b':',
                n0,
                n1,
                b':',
                s0,
                s1,
            ] => Self::from_digits([
                *y0, *y1, *y2, *y3, *m0, *m1, *d0, *d1, *h0, *h1, *n0, *n1, *s0, *s1,
            ]),
            _ => Err(InvalidTimestamp),
        }
    }
}

impl TryFrom<NaiveDateTime> for Timestamp {
    type Error = InvalidTimestamp;

    fn try_from(time: NaiveDateTime) -> Result<Self, InvalidTimestamp> {
        if time.nanosecond() != 0 {
            return Err(InvalidTimestamp);
        }
        let day = EffectiveDate::try_from(time.date()).map_err(|_| InvalidTimestamp)?;
        Self::new(day, time.hour(), time.minute(), time.second())
    }
}

impl From<Timestamp> for NaiveDateTime {
    fn from(time: Timestamp) -> Self {
        let part = |unit| time.time / unit % 100;
        // every time of this type is one of chrono's, so the alternative is never taken
        let of_day = NaiveTime::from_hms_opt(part(10_000), part(100), part(1)).unwrap_or_default();
        NaiveDate::from(time.date()).and_time(of_day)
    }
}

#[cfg(feature = "arbitrary")]
impl<'a> arbitrary::Arbitrary<'a> for Timestamp {
    fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
        let day = u.arbitrary()?;
        let second = u.int_in_range(0..=86_399)?;
        Self::new(day, second / 3600, second / 60 % 60, second % 60)
            .map_err(|_| arbitrary::Error::IncorrectFormat)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text: String = serde::Deserialize::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Reads a timestamp: fourteen digits that make a day and a time of day.
///
/// # Errors
///
/// [`ErrorKind::InvalidTimestamp`] for anything else, also for nothing; `NonAscii` for a byte
/// outside ASCII.
pub fn parse_timestamp(item: &[u8]) -> Result<Timestamp, FieldFault> {
    let digits = map_opt(take(Timestamp::DIGITS), |bytes: &[u8]| {
        <[u8; Timestamp::DIGITS]>::try_from(bytes).ok()
    });
    let time = map_opt(digits, |digits| Timestamp::from_digits(digits).ok());
    whole(item, time, ErrorKind::InvalidTimestamp)
}

/// Writes a timestamp: fourteen digits in both layouts.
pub fn write_timestamp(out: &mut Vec<u8>, time: Timestamp) {
    push_digits(out, time.as_packed(), Timestamp::DIGITS);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::testing::kind;

    #[test]
    fn timestamps_are_days_with_a_time() {
        let time = parse_timestamp(b"20160302153151").unwrap();
        assert_eq!(NaiveDateTime::from(time).to_string(), "2016-03-02 15:31:51");
        assert_eq!(Timestamp::try_from(NaiveDateTime::from(time)), Ok(time));
        assert_eq!(time.date().to_string(), "20160302");
        assert_eq!(time.to_string().parse(), Ok(time));
        assert_eq!("2016-03-02T15:31:51".parse(), Ok(time));
        for item in [
            &b""[..],
            b"2016030215315",
            b"201603021531510",
            b"20160230153151",
            b"20160302240000",
            b"20160302236000",
            b"20160302235960",
            b"2016030215315 ",
            b"+2016030215315",
            b"99999999999999",
        ] {
            assert_eq!(kind(item, parse_timestamp(item)), ErrorKind::InvalidTimestamp);
        }
        let mut out = Vec::new();
        write_timestamp(&mut out, Timestamp::new(EffectiveDate::MIN, 0, 0, 1).unwrap());
        assert_eq!(out, b"00000101000001");
    }

    #[test]
    fn numbers_beyond_every_date_are_refused() {
        assert_eq!(Timestamp::from_packed(u64::MAX), Err(InvalidTimestamp));
        assert!(Timestamp::from_packed(99_991_231_235_959).is_ok());
        assert_eq!(Timestamp::from_packed(99_991_232_000_000), Err(InvalidTimestamp));
        // 2^32 days more, of which 32 bits are a day
        assert_eq!(Timestamp::from_packed(4_315_178_401_093_000), Err(InvalidTimestamp));
    }

    #[test]
    fn times_are_numbers_that_compare_as_they_do() {
        let time = |packed| Timestamp::from_packed(packed).unwrap();
        let later = time(20_211_105_093_001);
        assert_eq!(later.as_packed(), 20_211_105_093_001);
        assert!(time(20_211_105_093_000) < later);
        assert!(later < time(20_211_105_100_000));
        assert!(later < time(20_211_106_000_000));
        assert_eq!(Timestamp::new(later.date(), 9, 30, 1), Ok(later));
    }
}
