//! `future-effective-date`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;
use flagflow_domain::EffectiveDate;

pub(super) static RULE: Rule = Rule {
    id: RuleId::FutureEffectiveDate,
    name: "future-effective-date",
    severity: Severity::Warning,
    summary: "A flag is effective from a day after the file was made.",
    why: "A flag describes an existing state. A day after the file was made (or after --as-of) is probably a mistake. The system clock is not used.",
    help: "Check the date with the sender.",
    source: "MP077 legal text v0.1, SEC Appendix X sections 3.28(b)(i) and 3.29(a) (the date the flag is effective from)",
    electricity: None,
};

/// Returns whether a day is after the last one that is not in the future.
#[must_use]
#[inline]
pub fn breaks(day: EffectiveDate, last_day: EffectiveDate) -> bool {
    breaks_packed(day.as_packed(), last_day.as_packed())
}

/// Returns the same of two days as the numbers of their eight digits.
#[inline]
pub(crate) const fn breaks_packed(day: u32, last_day: u32) -> bool {
    day > last_day
}

/// Returns the message.
pub(crate) fn message(day: EffectiveDate) -> Message {
    let expected = format!("{} or earlier", day.iso());
    Message::new("the effective date is in the future", Some(expected))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{findings, is_found};

    #[test]
    fn fires() {
        assert_eq!(
            findings(
                b"A000000000042DXI20220201093000000001\nE451234567810A20220202\nZ990000000001\n"
            ),
            [("future-effective-date", 2, 51, 8)]
        );
    }

    #[test]
    fn does_not_fire() {
        assert!(!is_found(
            "future-effective-date",
            b"A000000000042DXI20220201093000000001\nE451234567810A20220201\nZ990000000001\n"
        ));
    }
}
