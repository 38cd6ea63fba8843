//! `sequence-backwards`

use super::{Message, Rule, RuleId};
use crate::sequence::FileNumber;
use crate::sequence::SequenceStep;
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::SequenceBackwards,
    name: "sequence-backwards",
    severity: Severity::Error,
    summary: "The file's number is lower than that of the previous file.",
    why: "An older file that is processed after a newer one sets flags back to older values. After the highest number, 0 and 1 are allowed; any other lower number may also mean that the sender restarted its numbering.",
    help: "Process files in the order of their numbers, or ask the sender whether it restarted its numbering.",
    source: "UK Link file format notes (profile); Data Transfer Catalogue 15.4, item J0330",
    electricity: None,
};

/// Returns whether a file has a lower number than the one before.
pub(crate) fn breaks(step: &SequenceStep) -> bool {
    *step == SequenceStep::Backwards
}

/// Returns the message.
pub(crate) fn message(before: &FileNumber) -> Message {
    let message = format!("lower than {before}, the number of the previous file");
    Message::new(message, Some("the number after it"))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{after, e45, numbered};

    #[test]
    fn fires() {
        let expected = |place, length| [("sequence-backwards", 1, place, length)];
        assert_eq!(after(&e45(42, 42, 1), &e45(42, 41, 2)), expected(30, 6));
        assert_eq!(after(&e45(42, 999_999, 1), &e45(42, 2, 2)), expected(30, 6));
        let d0350 = |number, day| numbered(&format!("ID{day}"), number, day);
        assert_eq!(after(&d0350("42", 1), &d0350("0041", 2)), [("sequence-backwards", 2, 59, 4)]);
    }

    #[test]
    fn does_not_fire() {
        assert!(after(&e45(42, 42, 1), &e45(42, 43, 2)).is_empty());
        let d0350 = |number, day| numbered(&format!("ID{day}"), number, day);
        assert!(after(&d0350("42", 1), &d0350("43", 2)).is_empty());
    }
}
