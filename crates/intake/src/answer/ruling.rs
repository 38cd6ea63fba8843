//! Decision about one update.

use flagflow_check::{RuleFlags, RuleId, Severity};

use super::options::AnswerOptions;
use super::reasons::AnswerRefusal;

/// Returns the rules that refuse an update.
pub(super) fn refusing(options: &AnswerOptions) -> RuleFlags {
    let is_error = |rule: &RuleId| options.check.severity[*rule] == Severity::Error;
    let errors = RuleId::all().filter(is_error);
    errors.chain(options.reject_on.iter().copied()).collect()
}

/// Decision about one update: accepted, or the reasons for its refusal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ruling {
    /// The rules that refuse it.
    pub(super) rules: RuleFlags,
    /// True if the meter point does not belong to the provider.
    pub(super) is_unknown: bool,
}

impl Ruling {
    pub(super) const fn is_refused(&self) -> bool {
        self.is_unknown || !self.rules.is_empty()
    }

    /// Returns the reasons: rules in their order, then the meter point.
    pub(super) fn refusals(&self) -> impl Iterator<Item = AnswerRefusal> {
        let unknown = self.is_unknown.then_some(AnswerRefusal::UnknownMeterPoint);
        self.rules.iter().map(AnswerRefusal::Rule).chain(unknown)
    }
}

#[cfg(test)]
mod tests {
    use flagflow_check::RuleId;

    use super::*;

    #[test]
    fn reasons_come_in_the_order_of_the_rules_and_the_point_last() {
        let rules = [RuleId::ConflictingUpdate, RuleId::InvalidDate].into_iter().collect();
        let ruling = Ruling { rules, is_unknown: true };
        let expected = [
            AnswerRefusal::Rule(RuleId::InvalidDate),
            AnswerRefusal::Rule(RuleId::ConflictingUpdate),
            AnswerRefusal::UnknownMeterPoint,
        ];
        assert_eq!(ruling.refusals().collect::<Vec<_>>(), expected);
        assert!(ruling.is_refused() && !Ruling::default().is_refused());
    }
}
