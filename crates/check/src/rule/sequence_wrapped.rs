//! `sequence-wrapped`

use super::{Message, Rule, RuleId};
use crate::sequence::FileNumber;
use crate::sequence::SequenceStep;
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::SequenceWrapped,
    name: "sequence-wrapped",
    severity: Severity::Note,
    summary: "The numbers restarted after the highest number.",
    why: "A six-digit number eventually wraps around. No public document defines the number after 999999, so 0 and 1 are both accepted as the next number, with this note. The highest file sequence number has twelve nines.",
    help: "No action if the sender restarted its numbering.",
    source: "UK Link file format notes (profile); Data Transfer Catalogue 15.4, items J0330 and J1064 (formats, section 4)",
    electricity: None,
};

/// Returns whether the numbers of two files wrap around.
pub(crate) fn breaks(step: &SequenceStep) -> bool {
    *step == SequenceStep::Wrapped
}

/// Returns the message.
pub(crate) fn message(before: &FileNumber) -> Message {
    let message = format!("restarts after {before}, the highest number");
    Message::new(message, None::<&str>)
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{after, e45, file_of};

    #[test]
    fn fires() {
        let expected = |place, length| [("sequence-wrapped", 1, place, length)];
        for next in [0, 1] {
            assert_eq!(after(&e45(42, 999_999, 1), &e45(42, next, 2)), expected(30, 6));
        }
        let number = [("sequence-wrapped", 2, 58, 1)];
        assert_eq!(after(&file_of("A1", 999_999_999_999), &file_of("A2", 1)), number);
    }

    #[test]
    fn does_not_fire() {
        assert!(after(&e45(42, 99_999, 1), &e45(42, 100_000, 2)).is_empty());
        assert!(after(&file_of("A1", 9998), &file_of("A2", 9999)).is_empty());
    }
}
