//! `sequence-backwards`

use super::{Message, Rule, RuleId};
use crate::sequence::FileNumber;
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::SequenceBackwards,
    name: "sequence-backwards",
    severity: Severity::Error,
    summary: "The file's number is lower than that of the previous one.",
    why: "An older file that is taken after a newer one puts flags back to what they were. After the highest number 0 and 1 are allowed; any other lower number may also be a numbering that was begun anew.",
    help: "Take files in the order of their numbers, or ask the sender whether it began anew.",
    source: "UK Link file format notes (profile); item J1064 of the user file, by public samples (formats, section 4)",
    electricity: None,
};

/// What is said of it.
pub(crate) fn message(before: &FileNumber) -> Message {
    let message = format!("goes back behind {before}, the number of the previous file");
    Message::new(message, Some("the number after it"))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{after, d0350, e45};

    #[test]
    fn fires() {
        let expected = |place, length| [("sequence-backwards", 1, place, length)];
        assert_eq!(after(&e45(42, 42, 1), &e45(42, 41, 2)), expected(30, 6));
        assert_eq!(after(&e45(42, 999_999, 1), &e45(42, 2, 2)), expected(30, 6));
        assert_eq!(after(&d0350("42", 1), &d0350("0041", 2)), expected(4, 4));
    }

    #[test]
    fn does_not_fire() {
        assert!(after(&e45(42, 42, 1), &e45(42, 43, 2)).is_empty());
        assert!(after(&d0350("42", 1), &d0350("43", 2)).is_empty());
    }
}
