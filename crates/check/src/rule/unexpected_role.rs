//! `unexpected-role`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::UnexpectedRole,
    name: "unexpected-role",
    severity: Severity::Warning,
    summary: "A role in the header is not that of the flow.",
    why: "A D0350 goes from role Z to role P, its answers D0351 and D0172 from P to Z. Another role suggests a file for another receiver.",
    help: "Check the sender and the receiver.",
    source: "Data Transfer Network user file format, by public samples (formats, section 4), item J0934; roles by public sources",
    electricity: None,
};

/// Returns whether a role is another than the profile's.
pub(crate) fn breaks(role: &[u8], expected: &str) -> bool {
    role != expected.as_bytes()
}

/// Returns the message.
pub(crate) fn message(expected: &str) -> Message {
    Message::new("not the role of this flow", Some(expected.to_owned()))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{GOOD_D0350, findings};

    #[test]
    fn fires() {
        assert_eq!(findings(b"ZHV|0000000042|D0350001|D|DCCO|P|EELC|20220301093000||||OPER|\n81H|1|\n82H|1|DC01|1013044353630|A|20220201|MRCY|\nZPT|0000000042|2||1|20220301093500|\n"), [("unexpected-role", 1, 24, 1)]);
    }

    #[test]
    fn does_not_fire() {
        assert!(findings(GOOD_D0350).iter().all(|found| found.0 != "unexpected-role"));
    }
}
