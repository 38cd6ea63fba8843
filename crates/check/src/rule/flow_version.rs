//! `flow-version`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::FlowVersion,
    name: "flow-version",
    severity: Severity::Error,
    summary: "The header names another flow or version than the profile.",
    why: "What the groups of a file mean depends on its flow and version. Read by the profile of another, nothing in it can be trusted.",
    help: "Check which file it is; pass the profile of its version with --profile.",
    source: "Data Transfer Network user file format, by public samples (formats, section 4); D0350001 by public sources",
    electricity: None,
};

/// What is said of it.
pub(crate) fn message(expected: String) -> Message {
    Message::new("another flow or version than the profile's", Some(expected))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{GOOD_D0350, findings};

    #[test]
    fn fires() {
        assert_eq!(findings(b"ZHV|0000000042|D0350002|Z|DCCO|P|EELC|20220301093000||||OPER|\nZPT|0000000042|0||0|20220301093500|\n"), [("flow-version", 1, 15, 8)]);
    }

    #[test]
    fn does_not_fire() {
        assert!(findings(GOOD_D0350).iter().all(|found| found.0 != "flow-version"));
    }
}
