//! The rules on a record's flag and day that depend on the edition of the file and on its day.

use std::ops::Range;

use flagflow_domain::{Edition, EffectiveDate, ServiceFlag};

use crate::checked_flow::CheckedFlow;
use crate::findings::{BrokenRules, FindingCounts, RuleBits};
use crate::options::{EditionChoice, Options};
use crate::parsed::Parsed;
use crate::rows::CanonicalRows;
use crate::rule::{self, RuleId};
use crate::span::LineRef;
use crate::verdict::RecordValues;

/// Days between the placeholders for missing dates, and in the range of the catalogue's dates.
const USUAL_DAYS: Range<u32> = 19_700_102..21_991_232;

/// The edition of a file, and its day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EditionCheck {
    edition: Edition,
    /// The last day that is not in the future.
    today: Option<EffectiveDate>,
}

impl EditionCheck {
    /// The rules on a flag and a day.
    pub(crate) const RULES: [RuleId; 3] =
        [RuleId::FlagNotInEdition, RuleId::FutureEffectiveDate, RuleId::PlaceholderDate];

    /// The edition and the day of the options, before the file begins.
    pub(crate) const fn new(options: &Options) -> Self {
        Self { edition: Edition::Any, today: options.as_of }
    }

    pub(crate) const fn edition(&self) -> Edition {
        self.edition
    }

    /// Begins a file by its header's day, which may decide the edition.
    pub(crate) fn begin(
        &mut self,
        options: &Options,
        (day, has_header): (Option<EffectiveDate>, bool),
        by_day: Option<Edition>,
        line: LineRef<'_>,
        findings: &mut FindingCounts,
    ) {
        self.today = options.as_of.or(day);
        self.edition = match options.edition {
            EditionChoice::Given(edition) => edition,
            EditionChoice::Auto => by_day.unwrap_or(Edition::Any),
        };
        if rule::edition_unknown::breaks(options.edition, by_day) {
            let message = || rule::edition_unknown::message(has_header);
            findings.whole(RuleId::EditionUnknown, line, message);
        }
    }

    /// The flags that are in the edition, by their letters.
    fn allowed_flags(&self) -> [bool; 256] {
        let mut allowed = [false; 256];
        for flag in ServiceFlag::ALL {
            allowed[usize::from(flag.as_byte())] =
                !rule::flag_not_in_edition::breaks(flag, self.edition);
        }
        allowed
    }

    /// The last day that is not in the future; the last day of all if it is not known.
    fn last_day(&self) -> EffectiveDate {
        self.today.unwrap_or(EffectiveDate::MAX)
    }

    /// The days, each as one number of eight digits, that break no rule on days: nearly all days of
    /// a file.
    fn usual_days(&self) -> Range<u32> {
        USUAL_DAYS.start..USUAL_DAYS.end.min(self.last_day().as_packed() + 1)
    }

    /// Returns true if no flag and no day of rows breaks a rule. Without branches, so that the
    /// compiler compares many rows at once: about one instruction a row.
    pub(crate) fn accepts_rows(&self, rows: &CanonicalRows<'_>) -> bool {
        let breaks = |flag: &ServiceFlag| rule::flag_not_in_edition::breaks(*flag, self.edition);
        let letter = |flag: ServiceFlag| if breaks(&flag) { 0 } else { flag.as_byte() };
        let (letters, days) = (ServiceFlag::ALL.map(letter), self.usual_days());
        let is_letter = |flag: &u8| letters.iter().fold(false, |is, letter| is | (letter == flag));
        let are_letters = rows.flags.iter().fold(true, |are, flag| are & is_letter(flag));
        let are_usual = rows.dates.iter().fold(true, |are, day| are & days.contains(day));
        are_letters & are_usual
    }

    /// Returns for each row the rules that it breaks, a bit for each: [`EditionCheck::RULES`], and
    /// above their bits those of the flow by the row's mark, its meter point and its day.
    pub(crate) fn row_rules(
        &self,
        rows: &CanonicalRows<'_>,
        rules: &mut [RuleBits],
        of_flow: impl Fn(u8, u64, u32) -> RuleBits,
    ) {
        let (allowed, last_day) = (self.allowed_flags(), self.last_day().as_packed());
        let (points, days) =
            (rows.marks.iter().zip(rows.points), rows.flags.iter().zip(rows.dates));
        for (rules, ((mark, point), (flag, day))) in rules.iter_mut().zip(points.zip(days)) {
            *rules = of_flow(*mark, *point, *day)
                | u8::from(!allowed[usize::from(*flag)])
                | u8::from(rule::future_effective_date::breaks_packed(*day, last_day)) << 1
                | u8::from(rule::placeholder_date::breaks(*day)) << 2;
        }
    }

    /// Returns whether a flag and a day break each of [`EditionCheck::RULES`], as far as they can
    /// be read.
    #[inline]
    fn breaks(&self, flag: Option<ServiceFlag>, day: Option<EffectiveDate>) -> [bool; 3] {
        [
            flag.is_some_and(|flag| rule::flag_not_in_edition::breaks(flag, self.edition)),
            day.is_some_and(|day| rule::future_effective_date::breaks(day, self.last_day())),
            day.is_some_and(|day| rule::placeholder_date::breaks(day.as_packed())),
        ]
    }

    /// Checks a flag and a day, as far as they can be read.
    #[inline]
    pub(crate) fn check<F: CheckedFlow>(
        &self,
        parsed: &mut Parsed<'_, F>,
        findings: &mut FindingCounts,
    ) {
        let RecordValues { flag, day, .. } = parsed.values;
        let [is_of_another, is_future, is_placeholder] = self.breaks(flag, day);
        if let Some(flag) = flag.filter(|_| is_of_another) {
            let message = || rule::flag_not_in_edition::message(flag, self.edition);
            findings.field(RuleId::FlagNotInEdition, parsed, F::FLAG, message);
        }
        if is_future {
            let message = || rule::future_effective_date::message(self.last_day());
            findings.field(RuleId::FutureEffectiveDate, parsed, F::DAY, message);
        }
        if is_placeholder {
            findings.field(
                RuleId::PlaceholderDate,
                parsed,
                F::DAY,
                rule::placeholder_date::message,
            );
        }
    }

    /// Adds the rules that [`EditionCheck::check`] would find broken.
    pub(crate) fn broken_by(
        &self,
        flag: Option<ServiceFlag>,
        day: Option<EffectiveDate>,
        broken: &mut BrokenRules,
    ) {
        let rules = Self::RULES.into_iter().zip(self.breaks(flag, day));
        rules.filter(|(_, breaks)| *breaks).for_each(|(rule, _)| broken.push(rule));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{date_out_of_range, placeholder_date};

    #[test]
    fn usual_days_break_no_rule_on_days() {
        for day in USUAL_DAYS {
            assert!(!placeholder_date::breaks(day) && !date_out_of_range::breaks(day), "{day}");
        }
    }

    #[test]
    fn days_after_the_file_are_not_usual() {
        let as_of = EffectiveDate::from_packed(20_220_201).ok();
        let edition = EditionCheck::new(&Options { as_of, ..Options::default() });
        assert_eq!(edition.usual_days().end, 20_220_202);
    }
}
