//! `sequence-repeated`

use super::{Message, Rule, RuleId};
use crate::sequence::SequenceStep;
use crate::sequence::{FileIdentity, FileNumber};
use crate::severity::Severity;
use flagflow_frame::escape;

pub(super) static RULE: Rule = Rule {
    id: RuleId::SequenceRepeated,
    name: "sequence-repeated",
    severity: Severity::Error,
    summary: "The file has the number or the identifier of the previous file.",
    why: "A sender numbers its files consecutively, and gives each electricity file an identifier of its own, so a repeated number or identifier is the same file received twice, or two files that may be mistaken for each other.",
    help: "If the content is the same too, process the file once; if not, ask the sender which of the two files is valid.",
    source: "UK Link file format notes (profile); Data Transfer Catalogue 15.4, items J0330 and J1064",
    electricity: None,
};

/// Returns whether two files have one number.
pub(crate) fn breaks(step: &SequenceStep) -> bool {
    *step == SequenceStep::Repeated
}

/// Returns the identifier that two files of a series have, if they have one.
pub(crate) fn repeats_identifier<'a>(
    previous: &FileIdentity,
    identity: &'a FileIdentity,
) -> Option<&'a str> {
    let identifier = identity.identifier.as_deref();
    identifier.filter(|_| {
        previous.identifier.as_deref() == identifier && previous.other_series(identity).is_none()
    })
}

/// Returns the message on an identifier.
pub(crate) fn message_of_identifier(identifier: &str) -> Message {
    let identifier = escape(identifier.as_bytes());
    let message = format!("{identifier} is the identifier of the previous file too");
    Message::new(message, Some("an identifier of its own"))
}

/// Returns the message.
pub(crate) fn message(before: &FileNumber) -> Message {
    let message = format!("{before} is the number of the previous file too");
    Message::new(message, Some("the number after it"))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{after, e45, numbered};

    #[test]
    fn fires() {
        let expected = |place, length| [("sequence-repeated", 1, place, length)];
        assert_eq!(after(&e45(42, 42, 1), &e45(42, 42, 2)), expected(30, 6));
        let found = after(&numbered("ID1", "7", 1), &numbered("ID2", "007", 2));
        assert_eq!(found, [("sequence-repeated", 2, 59, 3)]);
    }

    #[test]
    fn fires_on_the_identifier() {
        for number in ["8", "9", "6", "x"] {
            let found = after(&numbered("ID1", "7", 1), &numbered("ID1", number, 2));
            assert_eq!(found, [("sequence-repeated", 1, 4, 3)], "{number}");
        }
        let found = after(&numbered("ID1", "7", 1), &numbered("ID1", "7", 2));
        assert_eq!(found, [("sequence-repeated", 2, 59, 1)], "the number counts first");
    }

    #[test]
    fn does_not_fire() {
        assert!(after(&e45(42, 42, 1), &e45(42, 43, 2)).is_empty());
        assert!(after(&numbered("ID1", "42", 1), &numbered("ID2", "43", 2)).is_empty());
        let other = String::from_utf8(numbered("ID1", "8", 2)).unwrap().replace("EELC", "LOND");
        let found = after(&numbered("ID1", "7", 1), other.as_bytes());
        assert_eq!(found, [("sequence-unknown", 2, 59, 1)], "of another series");
    }
}
