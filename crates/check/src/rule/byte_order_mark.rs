//! `byte-order-mark`
//!
//! Found by the reader: `LineReader::has_byte_order_mark`.

use super::{Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::ByteOrderMark,
    name: "byte-order-mark",
    severity: Severity::Warning,
    summary: "The file begins with a UTF-8 byte-order mark.",
    why: "The character set is ASCII, which has no such mark. Editors and spreadsheets add one, and a receiver that does not expect it misreads the first record.",
    help: "Save the file as plain ASCII, without a byte-order mark; `flagflow fix` removes the mark.",
    source: "flagflow contract, telling files apart",
    electricity: None,
};

/// Returns the message.
pub(crate) fn message() -> Message {
    Message::new(
        "the file begins with a UTF-8 byte-order mark",
        Some("no bytes before the first record"),
    )
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{findings, is_found};

    #[test]
    fn fires() {
        assert_eq!(
            findings(b"\xEF\xBB\xBFE451234567810A20220101\n"),
            [("byte-order-mark", 1, 3, 22)]
        );
    }

    #[test]
    fn does_not_fire() {
        assert!(!is_found("byte-order-mark", b"E451234567810A20220101\n\xEF\xBB\xBF\n"));
    }
}
