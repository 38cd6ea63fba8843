//! Dates of the flows.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};

/// A calendar day as the flows write it, `YYYYMMDD`: the DCC Service Effective From Date, the first
/// day (inclusive) that a flag applies, and the day that a file was made.
///
/// Source: MP077 legal text v0.1, SEC Appendix X sections 3.28(b)(i) and 3.29(a), type Date, length
/// 8, format YYYYMMDD. Only days that the (proleptic Gregorian) calendar has, from `00000101` to
/// `99991231`, the same ones as [`chrono::NaiveDate`] knows in those years.
///
/// Packed into four bytes that compare as the days do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EffectiveDate(u32);

impl EffectiveDate {
    /// The first day there is, `00000101`.
    pub const MIN: Self = Self(101);
    /// The last day there is, `99991231`.
    pub const MAX: Self = Self(99_991_231);

    /// The day of a year, month and day of the month.
    ///
    /// # Errors
    ///
    /// [`InvalidDate`] when the calendar has no such day, or the year needs more than four digits.
    pub const fn from_ymd(year: u16, month: u8, day: u8) -> Result<Self, InvalidDate> {
        if year > 9999 || day == 0 || day > days_in_month(year, month) {
            return Err(InvalidDate);
        }
        Ok(Self(year as u32 * 10_000 + month as u32 * 100 + day as u32))
    }

    /// The day whose eight digits, read as one number, are `packed`: 20211105.
    ///
    /// # Errors
    ///
    /// [`InvalidDate`] when the calendar has no such day.
    #[inline]
    pub const fn from_packed(packed: u32) -> Result<Self, InvalidDate> {
        let (year, month_and_day) = (packed / 10_000, packed % 10_000);
        let is_day = match DAYS[month_and_day as usize] {
            Day::OfEveryYear => true,
            Day::OfLeapYears => is_leap(year),
            Day::None => false,
        };
        if is_day && packed <= Self::MAX.0 { Ok(Self(packed)) } else { Err(InvalidDate) }
    }

    /// The day of eight ASCII digits.
    ///
    /// # Errors
    ///
    /// [`InvalidDate`] when a byte is no digit or the calendar has no such day.
    pub const fn from_digits(digits: [u8; 8]) -> Result<Self, InvalidDate> {
        let mut packed = 0;
        let mut at = 0;
        while at < digits.len() {
            let digit = digits[at].wrapping_sub(b'0');
            if digit > 9 {
                return Err(InvalidDate);
            }
            packed = packed * 10 + digit as u32;
            at += 1;
        }
        Self::from_packed(packed)
    }

    /// The eight digits read as one number: 20211105.
    #[must_use]
    pub const fn as_packed(self) -> u32 {
        self.0
    }

    /// The days from 1 January 1970 to this one, before it negative: what Arrow calls Date32.
    ///
    /// ```
    /// use flagflow_domain::EffectiveDate;
    ///
    /// let day = EffectiveDate::from_ymd(2021, 11, 5)?;
    /// assert_eq!(day.days_since_1970(), 18_936);
    /// # Ok::<(), flagflow_domain::InvalidDate>(())
    /// ```
    #[must_use]
    #[inline]
    pub const fn days_since_1970(self) -> i32 {
        Self::packed_days_since_1970(self.0)
    }

    /// The same of a day's [packed](EffectiveDate::as_packed) number, for columns of them. Of a
    /// number that is no day's it is a number without a meaning.
    #[must_use]
    #[inline]
    pub const fn packed_days_since_1970(packed: u32) -> i32 {
        let (year, month, day) = (packed / 10_000, packed / 100 % 100, packed % 100);
        // counted in years that begin in March, so that the leap day is the last of its year
        let before_march = (month < 3) as u32;
        let year = year + 400 - before_march;
        let month_from_march = (month + 12 * before_march).wrapping_sub(3);
        let days = year.wrapping_mul(365) + year / 4 - year / 100 + year / 400;
        let day_of_year = month_from_march.wrapping_mul(153).wrapping_add(2) / 5 + day;
        // the last of February of the year -400 is so many days before 1970
        days.wrapping_add(day_of_year).cast_signed().wrapping_sub(865_566)
    }

    /// The year, 0 to 9999.
    #[must_use]
    pub const fn year(self) -> u32 {
        self.0 / 10_000
    }

    /// The month, 1 to 12.
    #[must_use]
    pub const fn month(self) -> u32 {
        self.0 / 100 % 100
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub const fn day(self) -> u32 {
        self.0 % 100
    }

    /// Shows the day as ISO 8601 has it, `2021-11-05`, for people and for tables.
    #[must_use]
    pub fn iso(self) -> impl fmt::Display {
        Iso(self)
    }
}

struct Iso(EffectiveDate);

impl fmt::Display for Iso {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

/// In which years there is a day of a month.
#[derive(Clone, Copy)]
enum Day {
    None,
    OfEveryYear,
    OfLeapYears,
}

/// Each day of each month, by the number that month and day make together: 1231.
static DAYS: [Day; 10_000] = {
    let mut days = [Day::None; 10_000];
    let mut month: u8 = 1;
    while month <= 12 {
        let mut day: u8 = 1;
        while day <= days_in_month(1, month) {
            days[month as usize * 100 + day as usize] = Day::OfEveryYear;
            day += 1;
        }
        month += 1;
    }
    days[229] = Day::OfLeapYears;
    days
};

const fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// Days of a month, 0 when there is no such month.
const fn days_in_month(year: u16, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year as u32) => 29,
        2 => 28,
        _ => 0,
    }
}

/// Prints the form of the flows, `YYYYMMDD`.
impl fmt::Display for EffectiveDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08}", self.0)
    }
}

impl fmt::Debug for EffectiveDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EffectiveDate({self})")
    }
}

/// The error of a text that is not eight digits that make a day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a date: expected a day of the calendar as YYYYMMDD")]
pub struct InvalidDate;

/// Reads `YYYYMMDD`, or `YYYY-MM-DD` as people and tables write it.
impl FromStr for EffectiveDate {
    type Err = InvalidDate;

    fn from_str(text: &str) -> Result<Self, InvalidDate> {
        match text.as_bytes() {
            [y0, y1, y2, y3, m0, m1, d0, d1] | [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] => {
                Self::from_digits([*y0, *y1, *y2, *y3, *m0, *m1, *d0, *d1])
            }
            _ => Err(InvalidDate),
        }
    }
}

impl TryFrom<NaiveDate> for EffectiveDate {
    type Error = InvalidDate;

    fn try_from(date: NaiveDate) -> Result<Self, InvalidDate> {
        let year = u32::try_from(date.year()).map_err(|_| InvalidDate)?;
        let packed = year.checked_mul(10_000).ok_or(InvalidDate)? + date.month() * 100 + date.day();
        Self::from_packed(packed)
    }
}

impl From<EffectiveDate> for NaiveDate {
    fn from(date: EffectiveDate) -> Self {
        // every day of this type is one of chrono's (tested over the whole range), so the
        // alternative is never taken
        i32::try_from(date.year())
            .ok()
            .and_then(|year| Self::from_ymd_opt(year, date.month(), date.day()))
            .unwrap_or_default()
    }
}

#[cfg(feature = "arbitrary")]
impl<'a> arbitrary::Arbitrary<'a> for EffectiveDate {
    fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
        let (year, month) = (u.int_in_range(0..=9999)?, u.int_in_range(1..=12)?);
        let day = u.int_in_range(1..=days_in_month(year, month))?;
        Self::from_ymd(year, month, day).map_err(|_| arbitrary::Error::IncorrectFormat)
    }
}

#[cfg(feature = "serde")]
crate::text::serde_as_text!(EffectiveDate, "a date, YYYYMMDD or YYYY-MM-DD");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_is_chronos() {
        for year in 0..=9999u16 {
            for month in 0..=13u8 {
                for day in 0..=32u8 {
                    let ours = EffectiveDate::from_ymd(year, month, day).ok();
                    let theirs = NaiveDate::from_ymd_opt(year.into(), month.into(), day.into());
                    assert_eq!(ours.map(NaiveDate::from), theirs, "{year} {month} {day}");
                    assert_eq!(theirs.map(EffectiveDate::try_from), ours.map(Ok));
                }
            }
        }
    }

    #[test]
    fn days_are_counted_as_chrono_counts_them() {
        let epoch = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
        let mut date = NaiveDate::from_ymd_opt(0, 1, 1).unwrap();
        while let Ok(day) = EffectiveDate::try_from(date) {
            assert_eq!(i64::from(day.days_since_1970()), (date - epoch).num_days(), "{day}");
            date = date.succ_opt().unwrap();
        }
        assert_eq!(date.to_string(), "+10000-01-01");
    }

    #[test]
    #[expect(clippy::inconsistent_digit_grouping, reason = "grouped as year, month, day")]
    fn packed_numbers_are_taken_apart_by_digits() {
        for (packed, ok) in [
            (101, true),
            (0, false),
            (2024_02_29, true),
            (2023_02_29, false),
            (1900_02_29, false),
            (2000_02_29, true),
            (2021_13_01, false),
            (2021_00_10, false),
            (2021_04_31, false),
            (9999_12_31, true),
            (10000_01_01, false),
            (u32::MAX, false),
        ] {
            assert_eq!(EffectiveDate::from_packed(packed).is_ok(), ok, "{packed}");
        }
        assert_eq!(EffectiveDate::from_ymd(10_000, 1, 1), Err(InvalidDate));
    }

    #[test]
    fn text_is_either_form_and_prints_the_flows() {
        let day = EffectiveDate::from_ymd(2021, 11, 5).unwrap();
        assert_eq!("20211105".parse(), Ok(day));
        assert_eq!("2021-11-05".parse(), Ok(day));
        assert_eq!(day.to_string(), "20211105");
        assert_eq!(day.iso().to_string(), "2021-11-05");
        assert_eq!(format!("{day:?}"), "EffectiveDate(20211105)");
        assert_eq!(EffectiveDate::MIN.to_string(), "00000101");
        assert_eq!(EffectiveDate::MAX.to_string(), "99991231");
        for text in [
            "",
            "2021115",
            "202 1105",
            "2021-1105",
            "+0211105",
            "20211105 ",
            "2021/11/05",
            "2021110:",
        ] {
            assert_eq!(text.parse::<EffectiveDate>(), Err(InvalidDate), "{text:?}");
        }
    }

    #[test]
    fn years_before_0_and_after_9999_are_chronos_only() {
        for year in [-1, 10_000, i32::MAX / 10_000] {
            let date = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(NaiveDate::MAX);
            assert_eq!(EffectiveDate::try_from(date), Err(InvalidDate), "{year}");
        }
        assert_eq!(EffectiveDate::try_from(NaiveDate::MIN), Err(InvalidDate));
        assert_eq!(EffectiveDate::try_from(NaiveDate::MAX), Err(InvalidDate));
    }
}
