//! `instruction-number`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::InstructionNumber,
    name: "instruction-number",
    severity: Severity::Warning,
    summary: "An instruction number is 0, or not higher than the number before it.",
    why: "Instruction numbers are at least 1 and increase through a file, with or without gaps. A number that repeats or decreases suggests records that were sent twice, or joined from several files.",
    help: "Ask the sender for the correct instruction number.",
    source: "Data Transfer Catalogue 15.4, item J0109",
    electricity: None,
};

/// Returns whether an instruction number is not above the one before.
#[must_use]
#[inline]
pub const fn breaks(before: u64, number: u64) -> bool {
    number <= before
}

/// Returns the message.
pub(crate) fn message(before: u64) -> Message {
    if before == 0 {
        return Message::new("the instruction number is 0", Some("at least 1"));
    }
    Message::new(
        "not higher than the instruction number before it",
        Some(format!("more than {before}")),
    )
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{GOOD_D0350, findings};

    #[test]
    fn fires() {
        assert_eq!(findings(b"ZHV|0000000042|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\n81H|1|\n82H|1|DC01|1013044353630|A|20220201|MRCY|\n82H|1|DC01|1013044353630|A|20220202|MRCY|\nZPT|0000000042|3||1|20220301093500|\n"), [("instruction-number", 4, 115, 1)]);
    }

    #[test]
    fn fires_on_0() {
        let file = String::from_utf8_lossy(GOOD_D0350).replace("82H|1|", "82H|0|");
        assert_eq!(findings(file.as_bytes()), [("instruction-number", 3, 73, 1)]);
    }

    #[test]
    fn does_not_fire() {
        assert!(findings(GOOD_D0350).iter().all(|found| found.0 != "instruction-number"));
    }
}
