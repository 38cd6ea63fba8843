//! `confirmation-counts`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::ConfirmationCounts,
    name: "confirmation-counts",
    severity: Severity::Error,
    summary: "The accepted and rejected instructions of a D0172 are not those received.",
    why: "A D0172 counts the instructions of a file: received (J0522), accepted (J0523) and rejected (J0524). Each instruction is either accepted or rejected, so the two numbers add up to the first.",
    help: "Ask the sender which number is wrong.",
    source: "Data Transfer Catalogue 15.4, D0172, items J0522, J0523 and J0524",
    electricity: None,
};

/// Returns whether the numbers of accepted and rejected instructions do not add up to those
/// received.
pub(crate) const fn breaks(received: u64, accepted: u64, rejected: u64) -> bool {
    match accepted.checked_add(rejected) {
        Some(sum) => sum != received,
        None => true,
    }
}

/// Returns the message.
pub(crate) fn message(accepted: u64, rejected: u64) -> Message {
    Message::new(
        format!("{accepted} accepted and {rejected} rejected are not the number received"),
        Some(accepted.saturating_add(rejected).to_string()),
    )
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::findings;

    const GOOD: &str = "ZHV|0000000042|D0172001|P|EELC|Z|DCCO|20220301093000||||OPER|\n749|1|\n357|1|DC90|20220301|0000475656|3|2|1|\nZPT|0000000042|2||1|20220301093500|\n";

    #[test]
    fn fires() {
        let file = GOOD.replace("|3|2|1|", "|3|2|0|");
        assert_eq!(findings(file.as_bytes()), [("confirmation-counts", 3, 100, 1)]);
        let file = GOOD.replace("|3|2|1|", "|00004|2|1|");
        assert_eq!(findings(file.as_bytes()), [("confirmation-counts", 3, 100, 5)]);
        assert!(super::breaks(u64::MAX, u64::MAX, 1));
    }

    #[test]
    fn does_not_fire() {
        assert_eq!(findings(GOOD.as_bytes()), []);
        let file = GOOD.replace("|3|2|1|", "|3|x|1|");
        assert_eq!(findings(file.as_bytes()), [("not-a-number", 3, 102, 1)]);
    }
}
