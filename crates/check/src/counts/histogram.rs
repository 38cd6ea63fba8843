//! Months grouped into bars.

use crate::counts::{Counts, Flagged, Month};

/// Accepted records over time, in few bars.
///
/// Every record with a day is in one bar, and every bar has its first and last month. Bars are
/// equally wide (a month, a quarter, half a year, a year, then more). If a few records (at most one
/// in a hundred at each end) are so far away that all others would fall into one bar, those few
/// records are in a wider first or last bar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    /// The bars, earliest first, including empty bars between others.
    pub bars: Vec<Bar>,
}

/// Consecutive months.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// The first month.
    pub first: Month,
    /// The last month.
    pub last: Month,
    /// The records that are effective from a day in these months.
    pub count: Flagged,
}

/// The possible widths of a bar, in months.
const WIDTHS: [u32; 14] = [1, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12_000, 24_000];

/// The maximum number of months per bar at which a range is shown in full.
const WHOLE: u32 = 12;

impl Histogram {
    /// The minimum number of bars that can be requested.
    pub const FEWEST: u32 = 8;

    /// Groups the months of some counts into at most `most` bars, or [`Histogram::FEWEST`] if
    /// `most` is less.
    #[must_use]
    pub fn new(counts: &Counts, most: u32) -> Self {
        let months: Vec<_> = counts.months().collect();
        let (Some(first), Some(last)) = (months.first(), months.last()) else {
            return Self::default();
        };
        let (first, last) = (first.0.number(), last.0.number());
        let most = most.max(Self::FEWEST);
        let core = match fitting(first, last, most).filter(|width| *width <= WHOLE) {
            Some(_) => (first, last),
            None => core(&months),
        };
        // two bars may be needed for the ends
        let ends = if core == (first, last) { 0 } else { 2 };
        let width = fitting(core.0, core.1, most - ends).unwrap_or(24_000);
        Self { bars: filled(&months, edges((first, last), core, width)) }
    }

    /// Returns the highest number of records in a bar.
    #[must_use]
    pub fn highest(&self) -> u64 {
        self.bars.iter().map(|bar| bar.count.total()).max().unwrap_or(0)
    }
}

impl Bar {
    /// Returns the months in words: `2021-11`, or `2021-01 to 2021-03`.
    #[must_use]
    pub fn name(&self) -> String {
        if self.first == self.last {
            return self.first.to_string();
        }
        format!("{} to {}", self.first, self.last)
    }
}

/// Returns the smallest width with which a range takes at most so many bars.
fn fitting(first: u32, last: u32, most: u32) -> Option<u32> {
    WIDTHS.into_iter().find(|width| last / width - first / width < most)
}

/// Returns the range of months of all records except one in a hundred at each end.
fn core(months: &[(Month, Flagged)]) -> (u32, u32) {
    let total: u64 = months.iter().map(|(_, count)| count.total()).sum();
    let first = past(months.iter(), total / 100);
    let last = past(months.iter().rev(), total / 100);
    (first, last.max(first))
}

/// Returns the month at which the running total of records exceeds `few`.
fn past<'a>(months: impl Iterator<Item = &'a (Month, Flagged)>, few: u64) -> u32 {
    let mut seen = 0;
    for (month, count) in months {
        seen += count.total();
        if seen > few {
            return month.number();
        }
    }
    0
}

/// Returns the first and last month of each bar.
fn edges((first, last): (u32, u32), core: (u32, u32), width: u32) -> Vec<(u32, u32)> {
    let mut edges = Vec::new();
    let begin = core.0 / width * width;
    let end = (core.1 / width + 1) * width;
    if first < begin {
        edges.push((first, begin - 1));
    }
    edges.extend((begin..end).step_by(width as usize).map(|at| (at, at + width - 1)));
    if last >= end {
        edges.push((end, last));
    }
    edges
}

fn filled(months: &[(Month, Flagged)], edges: Vec<(u32, u32)>) -> Vec<Bar> {
    let mut months = months.iter().peekable();
    let bar = |(first, last): (u32, u32)| {
        let mut count = Flagged::default();
        while let Some((_, more)) = months.next_if(|(month, _)| month.number() <= last) {
            count.merge(more);
        }
        let last = Month::at(last).unwrap_or(Month::LAST);
        Month::at(first).map(|first| Bar { first, last, count })
    };
    edges.into_iter().filter_map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(months: &[(u32, u64)]) -> Counts {
        let mut counts = Counts::default();
        for (number, records) in months {
            let month = Month::at(*number).unwrap();
            let day = flagflow_domain::EffectiveDate::from_ymd(
                u16::try_from(month.year()).unwrap(),
                u8::try_from(month.month()).unwrap(),
                1,
            );
            for _ in 0..*records {
                *counts.of_day(day.ok()).of(None) += 1;
            }
        }
        counts
    }

    fn names(months: &[(u32, u64)], most: u32) -> Vec<(String, u64)> {
        let bars = Histogram::new(&counts(months), most).bars;
        bars.iter().map(|bar| (bar.name(), bar.count.total())).collect()
    }

    #[test]
    fn few_months_are_a_bar_each() {
        let bars = names(&[(24_252, 3), (24_254, 1)], 60);
        let expected = [("2021-01", 3), ("2021-02", 0), ("2021-03", 1)];
        assert_eq!(bars, expected.map(|(name, count)| (name.to_owned(), count)));
        assert_eq!(names(&[], 60), []);
    }

    #[test]
    fn more_months_are_put_together() {
        let bars = names(&(24_240..24_340).map(|month| (month, 1)).collect::<Vec<_>>(), 60);
        assert_eq!(bars[0], ("2020-01 to 2020-03".to_owned(), 3));
        assert_eq!((bars.len(), bars.last().unwrap().1), (34, 1));
    }

    #[test]
    fn a_date_far_off_does_not_hide_the_others() {
        let mut months: Vec<_> = (24_240..24_250).map(|month| (month, 100)).collect();
        months.insert(0, (0, 1));
        months.push((119_999, 2));
        let bars = names(&months, 60);
        assert_eq!(bars[0], ("0000-01 to 2019-12".to_owned(), 1));
        assert_eq!(bars[1], ("2020-01".to_owned(), 100));
        assert_eq!(*bars.last().unwrap(), ("2020-11 to 9999-12".to_owned(), 2));
    }

    proptest::proptest! {
        #[test]
        fn every_record_is_in_one_of_at_most_so_many_bars(
            months in proptest::collection::btree_map(0u32..120_000, 1u64..50, 1..40),
            near in proptest::collection::btree_map(24_000u32..24_100, 1u64..500, 0..40),
            most in 0u32..80,
        ) {
            let mut months = months;
            months.extend(near);
            let counts = counts(&months.into_iter().collect::<Vec<_>>());
            let bars = Histogram::new(&counts, most).bars;
            assert!(bars.len() <= most.max(Histogram::FEWEST) as usize, "{}", bars.len());
            assert_eq!(bars.iter().map(|bar| bar.count.total()).sum::<u64>(), counts.total());
            assert!(bars.windows(2).all(|two| two[0].last.number() + 1 == two[1].first.number()));
            for (month, _) in counts.months() {
                assert!(bars.iter().any(|bar| (bar.first..=bar.last).contains(&month)));
            }
        }
    }
}
