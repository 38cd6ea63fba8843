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
    why: "A six-digit number eventually wraps around. No public document defines the number after 999999, so 0 and 1 are both accepted as the next number, with this note. The highest file identifier has nines only.",
    help: "No action if the sender restarted its numbering.",
    source: "UK Link file format notes (profile); item J1064 of the user file, by public samples (formats, section 4)",
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
    use crate::rule::testing::{after, d0350, e45};

    #[test]
    fn fires() {
        let expected = |place, length| [("sequence-wrapped", 1, place, length)];
        for next in [0, 1] {
            assert_eq!(after(&e45(42, 999_999, 1), &e45(42, next, 2)), expected(30, 6));
        }
        assert_eq!(after(&d0350("9999", 1), &d0350("0001", 2)), expected(4, 4));
    }

    #[test]
    fn does_not_fire() {
        assert!(after(&e45(42, 99_999, 1), &e45(42, 100_000, 2)).is_empty());
        assert!(after(&d0350("9998", 1), &d0350("9999", 2)).is_empty());
    }
}
