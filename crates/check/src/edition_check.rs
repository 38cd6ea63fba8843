//! The rules on a record's flag and day that depend on the edition of the file and on its day.

use flagflow_domain::{Edition, EffectiveDate, ServiceFlag};

use crate::column_check::BrokenRules;
use crate::findings::FindingCounts;
use crate::flow::CheckedFlow;
use crate::options::{EditionChoice, Options};
use crate::parsed::Parsed;
use crate::rule::{self, RuleId};
use crate::span::LineRef;

/// The edition of a file, and its day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EditionCheck {
    edition: Edition,
    /// The last day that is not in the future.
    today: Option<EffectiveDate>,
}

impl EditionCheck {
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
            let message = || rule::edition_unknown::message(has_header, day.is_some());
            findings.whole(RuleId::EditionUnknown, line, message);
        }
    }

    /// The flags that are in the edition, by their letters.
    pub(crate) fn allowed_flags(&self) -> [bool; 256] {
        let mut allowed = [false; 256];
        for flag in ServiceFlag::ALL {
            allowed[usize::from(flag.as_byte())] =
                !rule::flag_not_in_edition::breaks(flag, self.edition);
        }
        allowed
    }

    /// The last day that is not in the future; the last day of all if it is not known.
    pub(crate) fn last_day(&self) -> EffectiveDate {
        self.today.unwrap_or(EffectiveDate::MAX)
    }

    /// Checks a flag and a day, as far as they can be read.
    #[inline]
    pub(crate) fn check<F: CheckedFlow>(
        &self,
        parsed: &mut Parsed<'_, F>,
        findings: &mut FindingCounts,
    ) {
        let line = parsed.line.line.number;
        let edition = self.edition;
        let breaks = |flag: &ServiceFlag| rule::flag_not_in_edition::breaks(*flag, edition);
        if let Some(flag) = parsed.values.flag.filter(breaks) {
            let message = || rule::flag_not_in_edition::message(flag, edition);
            findings.count(RuleId::FlagNotInEdition, line, || parsed.span(F::FLAG), message);
        }
        let Some(day) = parsed.values.day else { return };
        let last_day = self.last_day();
        if rule::future_effective_date::breaks(day, last_day) {
            let message = || rule::future_effective_date::message(last_day);
            findings.count(RuleId::FutureEffectiveDate, line, || parsed.span(F::DAY), message);
        }
        if rule::placeholder_date::breaks(day.as_packed()) {
            let message = rule::placeholder_date::message;
            findings.count(RuleId::PlaceholderDate, line, || parsed.span(F::DAY), message);
        }
    }

    /// Adds the rules that [`EditionCheck::check`] would find broken.
    pub(crate) fn broken_by(
        &self,
        flag: Option<ServiceFlag>,
        day: Option<EffectiveDate>,
        broken: &mut BrokenRules,
    ) {
        if flag.is_some_and(|flag| rule::flag_not_in_edition::breaks(flag, self.edition)) {
            broken.push(RuleId::FlagNotInEdition);
        }
        if day.is_some_and(|day| rule::future_effective_date::breaks(day, self.last_day())) {
            broken.push(RuleId::FutureEffectiveDate);
        }
        if day.is_some_and(|day| rule::placeholder_date::breaks(day.as_packed())) {
            broken.push(RuleId::PlaceholderDate);
        }
    }
}
