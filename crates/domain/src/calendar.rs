//! Working days, and the day on which a file is deemed received.

use std::ops::RangeInclusive;
use std::str::FromStr;
use std::sync::LazyLock;

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, Weekday};

use crate::date::EffectiveDate;

/// The bank holidays of England and Wales, built in.
const ENGLAND_AND_WALES: &str = include_str!("../data/england-and-wales.txt");

/// A file that arrives after this time belongs to the next working day.
const CLOSE: NaiveTime = NaiveTime::from_hms_opt(18, 0, 0).unwrap();

/// A calendar of working days: Monday to Friday without bank holidays.
///
/// A calendar is made of a list of bank holidays and covers the years of the list, from the first
/// to the last. A working day of another year is not known.
///
/// ```
/// use flagflow_domain::WorkingDays;
///
/// let calendar = WorkingDays::england_and_wales();
/// assert!(calendar.is_working_day("20241224".parse()?)?);
/// assert!(!calendar.is_working_day("20241225".parse()?)?);
///
/// let deemed = calendar.deemed_received("2024-12-24T18:00:01".parse()?)?;
/// assert_eq!(deemed, "20241227".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkingDays {
    /// In the order of the days, each once.
    holidays: Vec<EffectiveDate>,
    years: RangeInclusive<u32>,
}

impl WorkingDays {
    /// Returns the working days of England and Wales, 2019 to 2028.
    ///
    /// The bank holidays are those of the Banking and Financial Dealings Act 1971, with the days
    /// that were moved or proclaimed. Another list replaces them: see [`WorkingDays::from_str`].
    #[must_use]
    pub fn england_and_wales() -> &'static Self {
        static BUILT_IN: LazyLock<WorkingDays> =
            LazyLock::new(|| WorkingDays::of(holidays(ENGLAND_AND_WALES).flatten().collect()));
        &BUILT_IN
    }

    fn of(mut holidays: Vec<EffectiveDate>) -> Self {
        holidays.sort_unstable();
        holidays.dedup();
        let year = |day: Option<&EffectiveDate>| day.map_or(0, |day| day.year());
        let years = year(holidays.first())..=year(holidays.last());
        Self { holidays, years }
    }

    /// Returns the years that the calendar covers.
    #[must_use]
    pub const fn years(&self) -> &RangeInclusive<u32> {
        &self.years
    }

    /// Returns whether a day is a working day.
    ///
    /// # Errors
    ///
    /// [`UnknownYear`] for a day outside the [years](WorkingDays::years) of the calendar.
    pub fn is_working_day(&self, day: EffectiveDate) -> Result<bool, UnknownYear> {
        if !self.years.contains(&day.year()) {
            return Err(UnknownYear { year: day.year() });
        }
        let is_weekend = matches!(NaiveDate::from(day).weekday(), Weekday::Sat | Weekday::Sun);
        Ok(!is_weekend && self.holidays.binary_search(&day).is_err())
    }

    /// Returns the working day on which a file counts as received (Deemed Received Date, J0821):
    /// the day of its arrival in local time, or the next working day if the file arrived after
    /// 18:00 or on a day that is not a working day.
    ///
    /// # Errors
    ///
    /// [`UnknownYear`] where the day to be found is outside the years of the calendar.
    pub fn deemed_received(&self, arrival: NaiveDateTime) -> Result<EffectiveDate, UnknownYear> {
        let unknown = UnknownYear { year: arrival.year().unsigned_abs() };
        let is_late = arrival.time() > CLOSE;
        let mut day = arrival.date();
        if is_late {
            day = day.checked_add_days(Days::new(1)).ok_or(unknown)?;
        }
        loop {
            let found = EffectiveDate::try_from(day).map_err(|_| unknown)?;
            if self.is_working_day(found)? {
                return Ok(found);
            }
            day = day.checked_add_days(Days::new(1)).ok_or(unknown)?;
        }
    }
}

/// Returns the holiday of each line that has one, or the number of a line that has no date.
fn holidays(text: &str) -> impl Iterator<Item = Result<EffectiveDate, InvalidHolidays>> {
    let lines = text.lines().zip(1..).map(|(line, number)| (line.trim(), number));
    let lines = lines.filter(|(line, _)| !line.is_empty() && !line.starts_with('#'));
    lines.map(|(line, number)| {
        let day = line.split_whitespace().next().unwrap_or_default();
        day.replace('-', "").parse().map_err(|_| InvalidHolidays { line: Some(number) })
    })
}

/// Reads a list of bank holidays, one a line: the date (`YYYY-MM-DD` or `YYYYMMDD`), then a name if
/// wanted. Empty lines, and lines that begin with `#`, are comments.
impl FromStr for WorkingDays {
    type Err = InvalidHolidays;

    fn from_str(text: &str) -> Result<Self, InvalidHolidays> {
        let holidays: Vec<_> = holidays(text).collect::<Result<_, _>>()?;
        if holidays.is_empty() {
            return Err(InvalidHolidays { line: None });
        }
        Ok(Self::of(holidays))
    }
}

/// A list of bank holidays without a day, or with a line that does not begin with a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub struct InvalidHolidays {
    line: Option<usize>,
}

impl InvalidHolidays {
    /// Returns the line that does not begin with a date, from 1; `None` for a list without a day.
    #[must_use]
    pub const fn line(&self) -> Option<usize> {
        self.line
    }

    fn message(&self) -> String {
        match self.line {
            Some(line) => format!("line {line}: expected a date, 2024-12-25"),
            None => "the list of bank holidays is empty".to_owned(),
        }
    }
}

/// The bank holidays of a year are not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bank holidays of {year} are not known")]
pub struct UnknownYear {
    year: u32,
}

impl UnknownYear {
    /// Returns the year.
    #[must_use]
    pub const fn year(&self) -> u32 {
        self.year
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> EffectiveDate {
        text.parse().unwrap()
    }

    fn at(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    /// Easter Sunday by the anonymous Gregorian computus.
    fn easter(year: i32) -> NaiveDate {
        let (century, of_century, golden) = (year / 100, year % 100, year % 19);
        let correction = (century - (century + 8) / 25 + 1) / 3;
        let moon = (19 * golden + century - century / 4 - correction + 15) % 30;
        let weekday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - moon - of_century % 4) % 7;
        let shift = (golden + 11 * moon + 22 * weekday) / 451;
        let packed = moon + weekday - 7 * shift + 114;
        let (month, day) = (packed / 31, packed % 31 + 1);
        NaiveDate::from_ymd_opt(year, u32::try_from(month).unwrap(), u32::try_from(day).unwrap())
            .unwrap()
    }

    /// The holidays of a year by the general rules, without days that were moved or proclaimed.
    fn by_rule(year: i32) -> Vec<NaiveDate> {
        let fixed = |month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
        let monday_from = |mut day: NaiveDate| {
            while day.weekday() != Weekday::Mon {
                day = day.succ_opt().unwrap();
            }
            day
        };
        let mut days = vec![
            easter(year) - Days::new(2),
            easter(year) + Days::new(1),
            monday_from(fixed(5, 1)),
            monday_from(fixed(5, 25)),
            monday_from(fixed(8, 25)),
        ];
        for holiday in [fixed(1, 1), fixed(12, 25), fixed(12, 26)] {
            let mut observed = holiday;
            let is_free = |day: &NaiveDate| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
            while !is_free(&observed) || days.contains(&observed) {
                observed = observed.succ_opt().unwrap();
            }
            days.push(observed);
        }
        days.sort_unstable();
        days
    }

    #[test]
    fn the_built_in_holidays_follow_the_rules_but_for_moved_and_proclaimed_days() {
        let calendar = WorkingDays::england_and_wales();
        assert_eq!(calendar.years(), &(2019..=2028));
        let built_in: Vec<NaiveDate> =
            calendar.holidays.iter().copied().map(NaiveDate::from).collect();
        let by_rule: Vec<NaiveDate> = (2019..=2028).flat_map(by_rule).collect();
        let only_in = |these: &[NaiveDate], those: &[NaiveDate]| {
            let only = these.iter().filter(|day| !those.contains(day));
            only.map(ToString::to_string).collect::<Vec<_>>()
        };
        let proclaimed = ["2020-05-08", "2022-06-02", "2022-06-03", "2022-09-19", "2023-05-08"];
        assert_eq!(only_in(&built_in, &by_rule), proclaimed);
        assert_eq!(only_in(&by_rule, &built_in), ["2020-05-04", "2022-05-30"]);
        assert!(holidays(ENGLAND_AND_WALES).all(|day| day.is_ok()));
    }

    #[test]
    fn weekends_and_holidays_are_not_working_days() {
        let calendar = WorkingDays::england_and_wales();
        for (text, expected) in [
            ("20240328", true),
            ("20240329", false),
            ("20240330", false),
            ("20240331", false),
            ("20240401", false),
            ("20240402", true),
        ] {
            assert_eq!(calendar.is_working_day(day(text)), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_file_after_18_00_belongs_to_the_next_working_day() {
        let calendar = WorkingDays::england_and_wales();
        for (arrival, expected) in [
            ("2024-03-27T00:00:00", "20240327"),
            ("2024-03-28T18:00:00", "20240328"),
            ("2024-03-28T18:00:01", "20240402"),
            ("2024-03-30T09:00:00", "20240402"),
            ("2024-01-12T19:30:00", "20240115"),
        ] {
            assert_eq!(calendar.deemed_received(at(arrival)), Ok(day(expected)), "{arrival}");
        }
    }

    #[test]
    fn days_outside_the_calendar_are_not_known() {
        let calendar = WorkingDays::england_and_wales();
        assert_eq!(calendar.is_working_day(day("20181231")), Err(UnknownYear { year: 2018 }));
        let end = calendar.deemed_received(at("2028-12-29T18:00:01")).unwrap_err();
        assert_eq!(
            (end.year(), end.to_string().as_str()),
            (2029, "the bank holidays of 2029 are not known")
        );
        let last = NaiveDateTime::MAX;
        assert_eq!(calendar.deemed_received(last), Err(UnknownYear { year: 262_142 }));
        let early = NaiveDate::from_ymd_opt(-1, 1, 1).unwrap().and_time(CLOSE);
        assert_eq!(calendar.deemed_received(early), Err(UnknownYear { year: 1 }));
    }

    #[test]
    fn another_list_replaces_the_holidays() {
        let list = "# ours\n\n2030-01-02 Second day\n20310101\n20310101 again\n";
        let calendar: WorkingDays = list.parse().unwrap();
        assert_eq!(calendar.years(), &(2030..=2031));
        assert_eq!(calendar.is_working_day(day("20300101")), Ok(true));
        assert_eq!(calendar.is_working_day(day("20300102")), Ok(false));
        assert_eq!(calendar.deemed_received(at("2030-01-02T09:00:00")), Ok(day("20300103")));
    }

    #[test]
    fn a_list_that_cannot_be_read_is_named_by_its_line() {
        let error = "2030-01-02\nChristmas\n".parse::<WorkingDays>().unwrap_err();
        assert_eq!(error.line(), Some(2));
        assert_eq!(error.to_string(), "line 2: expected a date, 2024-12-25");
        let empty = "# nothing\n".parse::<WorkingDays>().unwrap_err();
        assert_eq!(
            (empty.line(), empty.to_string().as_str()),
            (None, "the list of bank holidays is empty")
        );
    }
}
