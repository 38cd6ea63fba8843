//! `conflicting-update`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;
use flagflow_domain::ServiceFlag;

pub(super) static RULE: Rule = Rule {
    id: RuleId::ConflictingUpdate,
    name: "conflicting-update",
    severity: Severity::Error,
    summary: "An earlier record has the same meter point and date with a different flag.",
    why: "A meter point has one flag on a day. The first record is accepted, the later record is rejected.",
    help: "Ask the sender which flag is right.",
    source: "MP077 legal text v0.1, SEC Appendix X section 3.29(a) (a single data record per update)",
    electricity: None,
};

/// Returns whether a record has another flag than the first record of its meter point and day.
pub(crate) fn breaks(first: ServiceFlag, flag: ServiceFlag) -> bool {
    flag != first
}

/// Returns the message.
pub(crate) fn message(first: ServiceFlag) -> Message {
    let message =
        format!("an earlier record has the same meter point and date with the flag {first}");
    Message::new(message, Some(first.as_str()))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{findings, is_found};

    #[test]
    fn fires() {
        assert_eq!(
            findings(b"E451234567810A20220101\nE451234567810N20220101\n"),
            [("conflicting-update", 2, 36, 1)]
        );
    }

    #[test]
    fn does_not_fire() {
        assert!(!is_found(
            "conflicting-update",
            b"E451234567810A20220101\nE451234567810N20220102\n"
        ));
    }
}
