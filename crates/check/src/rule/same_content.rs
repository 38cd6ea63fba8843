//! `same-content`

use super::{Message, Rule, RuleId};
use crate::sequence::FileContent;
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::SameContent,
    name: "same-content",
    severity: Severity::Warning,
    summary: "The file has the same records as the previous file.",
    why: "The same records in the same order, whatever the envelope, are most likely a file that was sent or received twice. With the same header and trailer it is the same file.",
    help: "Process the file once, or ask the sender for the purpose of the second file.",
    source: "flagflow's own: a digest of the record lines",
    electricity: None,
};

/// Returns whether a file has the same records as the one before.
pub(crate) fn breaks(before: &FileContent, content: &FileContent) -> bool {
    content.has_the_same_records(before)
}

/// Returns the message.
pub(crate) fn message(same_envelope: bool) -> Message {
    let message = match same_envelope {
        true => "the same file as the previous file",
        false => "the same records as in the previous file, in another envelope",
    };
    Message::new(message, None::<&str>)
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{after, e45, numbered};

    #[test]
    fn fires() {
        let expected = |place, length| [("same-content", 1, place, length)];
        assert_eq!(after(&e45(42, 42, 1), &e45(42, 43, 1)), expected(30, 6));
        let bare = b"E451234567810A20220101\n";
        let found = after(bare, &[b"\r\n", &bare[..]].concat());
        assert_eq!(found[1], ("same-content", 2, 2, 22));
        let found = after(&numbered("ID1", "42", 1), &numbered("ID2", "43", 1));
        assert_eq!(found, [("same-content", 2, 59, 2)]);
        let twice = after(&e45(42, 42, 1), &e45(42, 42, 1));
        let rules: Vec<_> = twice.iter().map(|found| found.0).collect();
        assert_eq!(rules, ["sequence-repeated", "same-content"]);
    }

    #[test]
    fn does_not_fire() {
        assert!(after(&e45(42, 42, 1), &e45(42, 43, 2)).is_empty());
        let empty = |number| format!("A000000000042DXI20220201093000{number:06}\nZ990000000000\n");
        assert!(after(empty(1).as_bytes(), empty(2).as_bytes()).is_empty());
    }
}
