//! `duplicate-meter-point`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;
use flagflow_domain::ServiceFlag;

pub(super) static RULE: Rule = Rule {
    id: RuleId::DuplicateMeterPoint,
    name: "duplicate-meter-point",
    severity: Severity::Warning,
    summary: "An earlier record has the same meter point, flag and date.",
    why: "The second record adds nothing. Many such records suggest that records were sent twice.",
    help: "Send each update once.",
    source: "MP077 legal text v0.1, SEC Appendix X section 3.29(a) (a single data record per update)",
    electricity: None,
};

/// Returns whether a record repeats the flag of the first record of its meter point and day.
pub(crate) fn breaks(first: ServiceFlag, flag: ServiceFlag) -> bool {
    flag == first
}

/// Returns the message.
pub(crate) fn message() -> Message {
    Message::new("an earlier record has the same meter point, flag and date", None::<&str>)
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{findings, is_found};

    #[test]
    fn fires() {
        assert_eq!(
            findings(b"E451234567810A20220101\nE451234567810A20220101\n"),
            [("duplicate-meter-point", 2, 26, 10)]
        );
    }

    #[test]
    fn does_not_fire() {
        assert!(!is_found(
            "duplicate-meter-point",
            b"E451234567810A20220101\nE451234567810A20220102\n"
        ));
    }
}
