//! `test-flag`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::TestFlag,
    name: "test-flag",
    severity: Severity::Note,
    summary: "The file is not marked as operational.",
    why: "The header's test flag is OPER in operation; TR01 and TR06 occur in tests. A test file must not change a register.",
    help: "Make sure that the file is meant for this system.",
    source: "Data Transfer Network user file format, by public samples (formats, section 4)",
    electricity: None,
};

/// Returns whether a file is not marked as operational.
pub(crate) fn breaks(mark: &[u8]) -> bool {
    mark != b"OPER"
}

/// Returns the message.
pub(crate) fn message() -> Message {
    Message::new("not an operational file", Some("OPER"))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{GOOD_D0350, findings};

    #[test]
    fn fires() {
        assert_eq!(findings(b"ZHV|0000000042|D0350001|Z|DCCO|P|EELC|20220301093000||||TR01|\n81H|1|\n82H|1|DC01|1013044353630|A|20220201|MRCY|\nZPT|0000000042|2||1|20220301093500|\n"), [("test-flag", 1, 56, 4)]);
    }

    #[test]
    fn does_not_fire() {
        assert!(findings(GOOD_D0350).iter().all(|found| found.0 != "test-flag"));
    }
}
