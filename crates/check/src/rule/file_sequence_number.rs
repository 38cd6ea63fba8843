//! `file-sequence-number`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::FileSequenceNumber,
    name: "file-sequence-number",
    severity: Severity::Warning,
    summary: "A file sequence number is 0.",
    why: "File sequence numbers of the top-level group start at 1, so a 0 suggests that the number was not filled in.",
    help: "Ask the sender for the number of the file.",
    source: "Data Transfer Catalogue 15.4, item J0330",
    electricity: None,
};

/// Returns whether a file sequence number is 0.
pub(crate) const fn breaks(number: u64) -> bool {
    number == 0
}

/// Returns the message.
pub(crate) fn message() -> Message {
    Message::new("the file sequence number is 0", Some("at least 1"))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{GOOD_D0350, findings};

    #[test]
    fn fires() {
        let file = String::from_utf8_lossy(GOOD_D0350).replace("81H|1|", "81H|000|");
        assert_eq!(findings(file.as_bytes()), [("file-sequence-number", 2, 66, 3)]);
    }

    #[test]
    fn does_not_fire() {
        assert_eq!(findings(GOOD_D0350), []);
    }
}
