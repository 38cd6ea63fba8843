//! `item-too-long`
//!
//! Found by the reader: `ErrorKind::ItemTooLong`.

use super::wrong_digits;
use super::{Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::ItemTooLong,
    name: "item-too-long",
    severity: Severity::Error,
    summary: "An item is longer than its maximum length.",
    why: "Each item has a maximum length in its definition. A longer item is two items without a pipe between them, or damaged; its value is not checked.",
    help: "Check for a missing pipe, and for quotes, blanks or a full 21-digit MPAN in the item. `flagflow fix` removes surplus leading zeros of a number.",
    source: "Data Transfer Network user file format, by public samples (formats, section 4); the lengths of a group are its profile's",
    electricity: None,
};

/// Returns the message.
pub(crate) fn message(item: &[u8], most: usize) -> Message {
    let message = wrong_digits(item, &(1..=most)).unwrap_or_else(|| {
        format!("the item is too long: {} characters, expected at most {most}", item.len())
    });
    Message::new(message, Some(format!("at most {most} characters")))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{GOOD_D0350, findings};
    use crate::{Options, check};

    #[test]
    fn fires() {
        assert_eq!(findings(b"ZHV|0000000042|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\n81H|1|\n82H|1|DC01X|1013044353630|A|20220201|MRCY|\nZPT|0000000042|2||1|20220301093500|\n"), [("item-too-long", 3, 75, 5)]);
    }

    #[test]
    fn the_message_has_the_cause() {
        let message = |change: &str, to: &str| {
            let file = String::from_utf8_lossy(GOOD_D0350).replace(change, to);
            let report = check(file.as_bytes(), &Options::default()).unwrap();
            let found = report.findings.iter().find(|it| it.line == 3).unwrap();
            (found.rule.name(), found.message.to_string())
        };
        let core = "|1013044353630|";
        for (change, to, rule, text) in [
            ("|A|", "|\"A\"|", "item-too-long", "quotes are part of an item here"),
            ("|A|", "| A |", "item-too-long", "blanks are part of an item here"),
            ("|A|", "|A\t|", "item-too-long", "blanks are part of an item here"),
            ("|A|", "| |", "unknown-flag", "blanks are part of an item here"),
            (
                "|A|",
                "|AB|",
                "item-too-long",
                "the item is too long: 2 characters, expected at most 1",
            ),
            (core, "|10 1304 4353 630|", "item-too-long", "spaces in the number"),
            (core, "|1013 44353630|", "not-a-number", "spaces in the number"),
            (
                core,
                "|001112221013044353630|",
                "item-too-long",
                "21 digits are a full MPAN; the core is its last 13 digits",
            ),
            (core, "|101304435363|", "not-a-number", "12 digits, expected 13"),
            (core, "|10130443536300|", "item-too-long", "14 digits, expected 13"),
            ("82H|1|", "82H|1234567890123|", "item-too-long", "13 digits, expected at most 12"),
            ("|20220201|", "|220201|", "invalid-date", "6 digits, expected 8"),
            ("|20220201|", "|202202011|", "item-too-long", "9 digits, expected at most 8"),
        ] {
            assert_eq!(message(change, to), (rule, text.to_owned()), "{to}");
        }
    }

    #[test]
    fn does_not_fire() {
        assert!(findings(GOOD_D0350).iter().all(|found| found.0 != "item-too-long"));
    }
}
