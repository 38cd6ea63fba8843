//! Plausible values: flags of the edition, days within it, answers that mostly accept.

use chrono::NaiveDate;
use flagflow_domain::{Edition, EffectiveDate, Outcome, ServiceFlag};
use flagflow_gas::{Detail, E45, MP077_FIRST_DAY};

use super::draw::Draw;
use super::points::Points;
use flagflow_check::Flow;

/// The day on which the DCC's first services went live: 8 November 2016.
const FIRST_SERVICE: EffectiveDate = match EffectiveDate::from_ymd(2016, 11, 8) {
    Ok(day) => day,
    Err(_) => EffectiveDate::MIN,
};

/// Maximum number of days that the effective dates are spread over.
const SPREAD: usize = 1_024;

/// Number of days from the file's day to a date that is too late.
const TOO_LATE: usize = 365;

/// One in this number of answers is a rejection.
const REJECTED: u64 = 16;

/// Draws the values of one record after the other.
pub(super) struct InventedValues {
    draw: Draw,
    points: Points,
    flow: Flow,
    flags: &'static [ServiceFlag],
    days: Vec<EffectiveDate>,
}

impl InventedValues {
    /// Creates values for a file of `day`: no date is later.
    pub(super) fn new(seed: u64, flow: Flow, edition: Edition, day: EffectiveDate) -> Self {
        let mut draw = Draw::new(seed, 0);
        let points = Points::new(&mut draw);
        let days = days_up_to(day, first_day(edition));
        Self { draw, points, flow, flags: edition.flags(), days }
    }

    pub(super) fn next(&mut self) -> Detail {
        let flag = self.draw.pick(self.flags).unwrap_or(ServiceFlag::Active);
        let day = self.draw.pick(&self.days).unwrap_or(EffectiveDate::MIN);
        let update = E45::new(self.points.next(), flag, day);
        if self.flow == Flow::E46 { update.answered(self.outcome()).into() } else { update.into() }
    }

    fn outcome(&mut self) -> Outcome {
        if self.draw.below(REJECTED) == 0 { Outcome::Rejected } else { Outcome::Accepted }
    }
}

/// Returns the first day that a flag of an edition can plausibly be effective from.
pub(super) const fn first_day(edition: Edition) -> EffectiveDate {
    match edition {
        Edition::Mp077 => MP077_FIRST_DAY,
        Edition::PreMp077 | Edition::Any => FIRST_SERVICE,
    }
}

/// Returns the plausible effective dates of a flag: from the first day to the file's, or only the
/// file's.
pub(super) fn days_up_to(day: EffectiveDate, first: EffectiveDate) -> Vec<EffectiveDate> {
    let first = NaiveDate::from(first.min(day));
    let days = std::iter::successors(Some(NaiveDate::from(day)), NaiveDate::pred_opt);
    effective(days.take_while(|day| *day >= first).take(SPREAD))
}

/// Returns the days after the file's; none after the last day of the calendar.
pub(super) fn days_after(day: EffectiveDate) -> Vec<EffectiveDate> {
    let days = std::iter::successors(NaiveDate::from(day).succ_opt(), NaiveDate::succ_opt);
    effective(days.take(TOO_LATE))
}

fn effective(days: impl Iterator<Item = NaiveDate>) -> Vec<EffectiveDate> {
    days.filter_map(|day| EffectiveDate::try_from(day).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(packed: u32) -> EffectiveDate {
        EffectiveDate::from_packed(packed).unwrap()
    }

    #[test]
    fn days_are_of_the_edition_and_not_after_the_files() {
        let spread = |file: u32, edition| {
            let days = days_up_to(day(file), first_day(edition));
            let (first, last) = (days.iter().min().unwrap(), days.iter().max().unwrap());
            (first.as_packed(), last.as_packed(), days.len())
        };
        assert_eq!(spread(20_211_106, Edition::Mp077), (20_211_105, 20_211_106, 2));
        assert_eq!(spread(20_161_110, Edition::PreMp077), (20_161_108, 20_161_110, 3));
        assert_eq!(spread(20_100_101, Edition::PreMp077), (20_100_101, 20_100_101, 1));
        assert_eq!(spread(20_240_102, Edition::Any).2, SPREAD);
        assert_eq!(spread(101, Edition::PreMp077), (101, 101, 1));
        assert_eq!(spread(99_991_231, Edition::Mp077).2, SPREAD);
    }

    #[test]
    fn days_that_are_too_late_begin_the_day_after() {
        let days = days_after(day(20_240_228));
        assert_eq!((days[0], days[1], days.len()), (day(20_240_229), day(20_240_301), TOO_LATE));
        assert_eq!(days_after(day(99_991_230)), [EffectiveDate::MAX]);
        assert_eq!(days_after(EffectiveDate::MAX), []);
    }

    #[test]
    fn every_flag_and_both_outcomes_come() {
        for edition in Edition::ALL {
            let mut values = InventedValues::new(3, Flow::E46, edition, day(20_240_102));
            let details: Vec<_> = (0..2_000).map(|_| values.next()).collect();
            for flag in ServiceFlag::ALL {
                let comes = details.iter().any(|detail| detail.flag() == flag);
                assert_eq!(comes, edition.allows(flag), "{edition} {flag}");
            }
            let rejected = details.iter().filter(|d| d.outcome() == Some(Outcome::Rejected));
            assert!((50..300).contains(&rejected.count()));
        }
    }
}
