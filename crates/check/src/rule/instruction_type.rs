//! `instruction-type`
//!
//! Found by the reader: `ErrorKind::InstructionType`.

use super::{Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::InstructionType,
    name: "instruction-type",
    severity: Severity::Error,
    summary: "An instruction type is not that of the flow.",
    why: "An update of the flag is DC01, its rejection DC11, the confirmation of a file DC90. Each \
          flow has one instruction type.",
    help: "Ask the sender for the correct instruction.",
    source: "public sources (formats, section 4)",
    electricity: None,
};

/// Returns the message.
pub(crate) fn message(expected: &str) -> Message {
    Message::new("not the instruction type of this flow", Some(expected.to_owned()))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{GOOD_D0350, findings};

    #[test]
    fn fires() {
        assert_eq!(findings(b"ZHV|0000000042|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\n81H|1|\n82H|1|DC09|1013044353630|A|20220201|MRCY|\nZPT|0000000042|2||1|20220301093500|\n"), [("instruction-type", 3, 75, 4)]);
    }

    #[test]
    fn does_not_fire() {
        assert!(findings(GOOD_D0350).iter().all(|found| found.0 != "instruction-type"));
    }
}
