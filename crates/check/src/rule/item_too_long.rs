//! `item-too-long`

use super::{Rule, RuleId, Words};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::ItemTooLong,
    name: "item-too-long",
    severity: Severity::Error,
    summary: "An item is longer than it may be.",
    why: "Each item has a most of characters in its definition. A longer one belongs to another item, or is damaged; what it says is not judged.",
    help: "Check for a lost pipe. `flagflow fix` takes out leading zeros of a number that has too many.",
    source: "Data Transfer Network user file format, by public samples (formats, section 4); the lengths of a group are its profile's",
};

/// What is said of it.
pub(crate) fn words(most: usize) -> Words {
    Words::new("the item is too long", Some(format!("at most {most} characters")))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{GOOD_D0350, findings};

    #[test]
    fn fires() {
        assert_eq!(findings(b"ZHV|0000000042|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\nX01|1|\nX02|1|DC01X|1013044353630|A|20220201|\nZPT|0000000042|2||1|20220301093500|\n"), [("item-too-long", 3, 75, 5)]);
    }

    #[test]
    fn does_not_fire() {
        assert!(findings(GOOD_D0350).iter().all(|found| found.0 != "item-too-long"));
    }
}
