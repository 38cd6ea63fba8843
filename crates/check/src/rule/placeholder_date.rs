//! `placeholder-date`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::PlaceholderDate,
    name: "placeholder-date",
    severity: Severity::Warning,
    summary: "A date is one that software writes for a missing date.",
    why: "Databases and spreadsheets have a day that means a missing date: 00010101 (.NET), 18991230 (spreadsheets), 19000101 (SQL Server), 19700101 (Unix), 99991231 (no end). No flag became effective on one of these days.",
    help: "Ask the sender for the date.",
    source: "flagflow contract, rules",
    electricity: None,
};

/// The days, each as one number of eight digits.
#[allow(clippy::inconsistent_digit_grouping, reason = "a year, a month and a day")]
const DAYS: [u32; 5] = [1_01_01, 1899_12_30, 1900_01_01, 1970_01_01, 9999_12_31];

/// Returns true if a day, read as one number of eight digits, breaks the rule.
#[inline]
pub(crate) fn breaks(day: u32) -> bool {
    DAYS.contains(&day)
}

/// Returns the message.
pub(crate) fn message() -> Message {
    Message::new("a date that software writes for a missing date", Some("the actual date"))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{GOOD_D0350, findings};

    #[test]
    fn fires() {
        for day in ["00010101", "18991230", "19000101", "19700101"] {
            let gas = format!("E451234567810A{day}\n");
            assert_eq!(findings(gas.as_bytes()), [("placeholder-date", 1, 14, 8)]);
            let electricity = String::from_utf8_lossy(GOOD_D0350).replace("20220201", day);
            assert_eq!(findings(electricity.as_bytes()), [("placeholder-date", 3, 96, 8)]);
        }
        let header = b"A000000000042DXI19700101093000000001\nZ990000000000\n";
        assert_eq!(findings(header), [("placeholder-date", 1, 16, 8)]);
    }

    #[test]
    fn a_placeholder_may_be_in_the_future_too() {
        let file = b"A000000000042DXI20220201093000000001\nE451234567810A99991231\nZ990000000001\n";
        let both = [("future-effective-date", 2, 51, 8), ("placeholder-date", 2, 51, 8)];
        assert_eq!(findings(file), both);
    }

    #[test]
    fn does_not_fire() {
        for day in ["00010102", "18991231", "19000102", "19700102", "99991230", "20220101"] {
            let gas = format!("E451234567810A{day}\n");
            assert_eq!(findings(gas.as_bytes()), []);
        }
    }
}
