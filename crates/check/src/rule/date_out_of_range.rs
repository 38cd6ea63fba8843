//! `date-out-of-range`

use super::placeholder_date;
use super::{Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::DateOutOfRange,
    name: "date-out-of-range",
    severity: Severity::Warning,
    summary: "A date of an electricity file is outside 1950 to 2199.",
    why: "A date item of the Data Transfer Catalogue is a day from 1950 to 2199. Receivers are not known to reject other dates, so this is a warning. The dates of placeholder-date are reported by that rule only.",
    help: "Ask the sender for the date.",
    source: "Data Transfer Catalogue 15.4, item J1834",
    electricity: None,
};

/// Returns true if a day, read as one number of eight digits, breaks the rule; 0 is not a day.
#[inline]
#[allow(clippy::inconsistent_digit_grouping, reason = "a year, a month and a day")]
pub(crate) fn breaks(day: u32) -> bool {
    day != 0 && !(19_500_101..=21_991_231).contains(&day) && !placeholder_date::breaks(day)
}

/// Returns the message.
pub(crate) fn message() -> Message {
    Message::new("a date outside the catalogue's range", Some("a day from 19500101 to 21991231"))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{GOOD_D0350, findings};

    fn found(day: &str) -> Vec<(&'static str, u64, u64, u64)> {
        findings(String::from_utf8_lossy(GOOD_D0350).replace("20220201", day).as_bytes())
    }

    #[test]
    fn fires() {
        for day in ["19491231", "00000229"] {
            assert_eq!(found(day), [("date-out-of-range", 3, 96, 8)]);
        }
        let far = [("future-effective-date", 3, 96, 8), ("date-out-of-range", 3, 96, 8)];
        assert_eq!(found("22000101"), far);
    }

    #[test]
    fn does_not_fire() {
        for day in ["19500101", "20220101", "21991231", "19000101"] {
            assert!(found(day).iter().all(|found| found.0 != "date-out-of-range"));
        }
        assert_eq!(findings(b"E451234567810A19491231\n"), []);
    }
}
