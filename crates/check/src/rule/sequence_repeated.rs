//! `sequence-repeated`

use super::{Message, Rule, RuleId};
use crate::sequence::{FileIdentity, SequenceStep};
use crate::severity::Severity;
use flagflow_frame::escape;

pub(super) static RULE: Rule = Rule {
    id: RuleId::SequenceRepeated,
    name: "sequence-repeated",
    severity: Severity::Error,
    summary: "The file has the number of the previous file.",
    why: "A sender numbers its files consecutively, so a repeated number is the same file received twice, or two files that may be mistaken for each other.",
    help: "If the content is the same too, process the file once; if not, ask the sender which of the two files is valid.",
    source: "UK Link file format notes (profile); Data Transfer Catalogue 15.4, items J0330 and J1064 (formats, section 4)",
    electricity: None,
};

/// Returns whether two files have one number.
pub(crate) fn breaks(step: &SequenceStep) -> bool {
    *step == SequenceStep::Repeated
}

/// Returns the identifier that a file shares with the file before, which is of the same series as
/// far as the two are known.
pub(crate) fn repeats_identifier(
    previous: &FileIdentity,
    identity: &FileIdentity,
) -> Option<String> {
    let is_other = previous.is_of_another_series(identity);
    let identifier = identity.identifier.as_ref().filter(|_| !is_other)?;
    (previous.identifier.as_ref() == Some(identifier)).then(|| escape(identifier.as_bytes()))
}

/// Returns the message.
pub(crate) fn message(before: &impl std::fmt::Display) -> Message {
    let message = format!("{before} is the number of the previous file too");
    Message::new(message, Some("the number after it"))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{after, e45, file_of};

    #[test]
    fn fires() {
        let expected = |place, length| [("sequence-repeated", 1, place, length)];
        assert_eq!(after(&e45(42, 42, 1), &e45(42, 42, 2)), expected(30, 6));
        let content = ("same-content", 2, 57, 1);
        let by_number = [("sequence-repeated", 2, 57, 1), content];
        assert_eq!(after(&file_of("1", 7), &file_of("2", 7)), by_number, "J0330");
        assert_eq!(after(&file_of("A1", 7), &file_of("A1", 8)), expected(4, 2), "J1064");
        assert_eq!(after(&file_of("A1", 7), &file_of("A1", 9)), expected(4, 2), "J1064");
        let both = [("sequence-repeated", 2, 58, 1), ("same-content", 2, 58, 1)];
        assert_eq!(after(&file_of("A1", 7), &file_of("A1", 7)), both, "both");
    }

    #[test]
    fn does_not_fire() {
        assert!(after(&e45(42, 42, 1), &e45(42, 43, 2)).is_empty());
        assert!(after(&file_of("42", 7), &file_of("43", 8)).is_empty());
    }
}
