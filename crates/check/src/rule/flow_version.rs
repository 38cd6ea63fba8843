//! `flow-version`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;
use flagflow_electricity::Profile;

pub(super) static RULE: Rule = Rule {
    id: RuleId::FlowVersion,
    name: "flow-version",
    severity: Severity::Error,
    summary: "The flow or version in the header is not that of the profile.",
    why: "The meaning of a file's groups depends on its flow and version. Values read with the profile of another flow or version cannot be trusted.",
    help: "Check the file; pass the profile of its version with --profile.",
    source: "Data Transfer Network user file format, by public samples (formats, section 4); D0350001 by public sources",
    electricity: None,
};

/// Returns whether a header's flow and version are not those of the profile.
pub(crate) fn breaks(text: &[u8], profile: &Profile) -> bool {
    !profile.is_flow_and_version(text)
}

/// Returns the message.
pub(crate) fn message(expected: String) -> Message {
    Message::new("the flow or version is not that of the profile", Some(expected))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{GOOD_D0350, findings};

    #[test]
    fn fires() {
        assert_eq!(findings(b"ZHV|0000000042|D0350002|Z|DCCO|P|EELC|20220301093000||||OPER|\n81H|1|\nZPT|0000000042|1||1|20220301093500|\n"), [("flow-version", 1, 15, 8)]);
    }

    #[test]
    fn does_not_fire() {
        assert!(findings(GOOD_D0350).iter().all(|found| found.0 != "flow-version"));
    }
}
