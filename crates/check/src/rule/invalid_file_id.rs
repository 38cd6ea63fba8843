//! `invalid-file-id`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::InvalidFileId,
    name: "invalid-file-id",
    severity: Severity::Warning,
    summary: "The header's file identifier is empty or has characters other than letters and digits.",
    why: "A file identifier has letters and digits only, and answers refer to the file by it. Any other identifier, or an empty one, may be changed in an answer.",
    help: "Ask the sender for the identifier of the file.",
    source: "Data Transfer Catalogue 15.4, item J1064",
    electricity: None,
};

/// Returns true if an identifier, without padding, breaks the rule.
pub(crate) fn breaks(identifier: &[u8]) -> bool {
    identifier.is_empty() || !identifier.iter().all(u8::is_ascii_alphanumeric)
}

/// Returns the message.
pub(crate) fn message() -> Message {
    Message::new(
        "the file identifier is not letters and digits",
        Some("1 to 10 letters and digits"),
    )
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{d0350, findings};

    #[test]
    fn fires() {
        for identifier in ["", "DCC_00 001", "1 ", "1-2"] {
            let length = identifier.len() as u64;
            assert_eq!(findings(&d0350(identifier, 1)), [("invalid-file-id", 1, 4, length)]);
        }
    }

    #[test]
    fn does_not_fire() {
        assert_eq!(findings(&d0350("DCC0000001", 1)), []);
        assert_eq!(findings(&d0350("007a", 1)), []);
    }
}
