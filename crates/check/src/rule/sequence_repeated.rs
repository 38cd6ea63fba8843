//! `sequence-repeated`

use super::{Message, Rule, RuleId};
use crate::sequence::FileNumber;
use crate::sequence::SequenceStep;
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::SequenceRepeated,
    name: "sequence-repeated",
    severity: Severity::Error,
    summary: "The file has the number of the previous file.",
    why: "A sender numbers its files consecutively, so a repeated number is the same file received twice, or two files that may be mistaken for each other.",
    help: "If the content is the same too, process the file once; if not, ask the sender which of the two files is valid.",
    source: "UK Link file format notes (profile); item J1064 of the user file, by public samples (formats, section 4)",
    electricity: None,
};

/// Returns whether two files have one number.
pub(crate) fn breaks(step: &SequenceStep) -> bool {
    *step == SequenceStep::Repeated
}

/// Returns the message.
pub(crate) fn message(before: &FileNumber) -> Message {
    let message = format!("{before} is the number of the previous file too");
    Message::new(message, Some("the number after it"))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{after, d0350, e45};

    #[test]
    fn fires() {
        let expected = |place, length| [("sequence-repeated", 1, place, length)];
        assert_eq!(after(&e45(42, 42, 1), &e45(42, 42, 2)), expected(30, 6));
        assert_eq!(after(&d0350("A1", 1), &d0350("A1", 2)), expected(4, 2));
    }

    #[test]
    fn does_not_fire() {
        assert!(after(&e45(42, 42, 1), &e45(42, 43, 2)).is_empty());
        assert!(after(&d0350("42", 1), &d0350("43", 2)).is_empty());
    }
}
