//! CREATION_TIME of the A00 header: number, `HHMMSS`, length 6 (UK Link file format notes,
//! profile).

use std::fmt;
use std::str::FromStr;

use chrono::{NaiveTime, Timelike};
use flagflow_rows::push_digits;
use nom::combinator::map_res;

use super::number::small_number;
use super::{FieldFault, whole};
use crate::error::ErrorKind;
use crate::layout::Layout;

/// A time of day to the second, `HHMMSS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CreationTime(u32);

impl CreationTime {
    /// The time of an hour, a minute and a second.
    ///
    /// # Errors
    ///
    /// [`InvalidTime`] when a day has no such time; leap seconds are none.
    pub const fn from_hms(hour: u32, minute: u32, second: u32) -> Result<Self, InvalidTime> {
        if hour > 23 || minute > 59 || second > 59 {
            return Err(InvalidTime);
        }
        Ok(Self(hour * 10_000 + minute * 100 + second))
    }

    /// The time whose six digits, read as one number, are `packed`: 93000 is half past nine.
    ///
    /// # Errors
    ///
    /// [`InvalidTime`] when a day has no such time.
    pub const fn from_packed(packed: u32) -> Result<Self, InvalidTime> {
        Self::from_hms(packed / 10_000, packed / 100 % 100, packed % 100)
    }
}

/// Prints the six digits.
impl fmt::Display for CreationTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

/// The text is not a time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a time of day: expected HHMMSS")]
pub struct InvalidTime;

/// Reads `HHMMSS`, or `HH:MM:SS` as people and tables write it.
impl FromStr for CreationTime {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        let format = if text.len() == 6 { "%H%M%S" } else { "%H:%M:%S" };
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        if digits != 6 {
            return Err(InvalidTime);
        }
        NaiveTime::parse_from_str(text, format).map_err(|_| InvalidTime)?.try_into()
    }
}

impl TryFrom<NaiveTime> for CreationTime {
    type Error = InvalidTime;

    fn try_from(time: NaiveTime) -> Result<Self, InvalidTime> {
        if time.nanosecond() != 0 {
            return Err(InvalidTime);
        }
        Self::from_hms(time.hour(), time.minute(), time.second())
    }
}

impl From<CreationTime> for NaiveTime {
    fn from(CreationTime(packed): CreationTime) -> Self {
        // every time of this type is one of chrono's (tested), so the alternative is never taken
        Self::from_hms_opt(packed / 10_000, packed / 100 % 100, packed % 100).unwrap_or_default()
    }
}

#[cfg(feature = "arbitrary")]
impl<'a> arbitrary::Arbitrary<'a> for CreationTime {
    fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
        let second = u.int_in_range(0..=86_399)?;
        Self::from_hms(second / 3600, second / 60 % 60, second % 60)
            .map_err(|_| arbitrary::Error::IncorrectFormat)
    }
}

/// Reads a time of day: six digits in fixed; in uklink a number, so leading zeros may be missing.
///
/// # Errors
///
/// [`ErrorKind::InvalidTime`] for anything else, `NonAscii` for a byte outside ASCII.
pub fn parse_time(field: &[u8], _layout: Layout) -> Result<CreationTime, FieldFault> {
    whole(field, map_res(small_number(6), CreationTime::from_packed), ErrorKind::InvalidTime)
}

/// Writes a time of day: six digits, bare in both layouts.
pub fn write_time(out: &mut Vec<u8>, _layout: Layout, time: CreationTime) {
    push_digits(out, u64::from(time.0), 6);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::testing::{kind, written};

    #[test]
    fn the_times_of_a_day_are_chronos() {
        let mut times = 0;
        for packed in 0..1_000_000 {
            let ours = CreationTime::from_packed(packed).ok();
            let (hour, minute, second) = (packed / 10_000, packed / 100 % 100, packed % 100);
            let theirs = NaiveTime::from_hms_opt(hour, minute, second);
            assert_eq!(ours.map(NaiveTime::from), theirs);
            assert_eq!(theirs.map(CreationTime::try_from), ours.map(Ok));
            times += u32::from(ours.is_some());
        }
        assert_eq!(times, 86_400);
        assert_eq!(CreationTime::from_packed(1_000_000), Err(InvalidTime));
    }

    #[test]
    fn fields_are_numbers_of_six_digits_at_most() {
        let half_past_nine = CreationTime::from_hms(9, 30, 0).unwrap();
        assert_eq!(parse_time(b"093000", Layout::Fixed), Ok(half_past_nine));
        assert_eq!(parse_time(b"93000", Layout::Uklink), Ok(half_past_nine));
        for field in [&b""[..], b"0093000", b"240000", b"126000", b"120060", b"12:000", b" 93000"] {
            assert_eq!(kind(field, parse_time(field, Layout::Uklink)), ErrorKind::InvalidTime);
        }
        assert_eq!(
            written(|out, layout| write_time(out, layout, half_past_nine)),
            ["093000", "093000"]
        );
    }

    #[test]
    fn text_is_either_form() {
        let time = CreationTime::from_hms(9, 5, 7).unwrap();
        assert_eq!("090507".parse(), Ok(time));
        assert_eq!("09:05:07".parse(), Ok(time));
        assert_eq!(time.to_string(), "090507");
        for text in ["", "90507", "0905070", "9:5:7", "24:00:00", "23:59:60", "09-05-07", "0905 7"]
        {
            assert_eq!(text.parse::<CreationTime>(), Err(InvalidTime), "{text:?}");
        }
    }
}
