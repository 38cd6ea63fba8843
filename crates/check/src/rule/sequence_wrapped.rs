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
    why: "A six-digit number eventually wraps around. No public document defines the number after 999999, so 0 and 1 are both accepted as the next number, with this note. A file sequence number has twelve digits.",
    help: "No action if the sender restarted its numbering.",
    source: "UK Link file format notes (profile); Data Transfer Catalogue 15.4, item J0330",
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
    use crate::rule::testing::{after, e45, numbered};

    #[test]
    fn fires() {
        let expected = |place, length| [("sequence-wrapped", 1, place, length)];
        for next in [0, 1] {
            assert_eq!(after(&e45(42, 999_999, 1), &e45(42, next, 2)), expected(30, 6));
        }
        let d0350 = |number, day| numbered(&format!("ID{day}"), number, day);
        for next in ["0", "0001"] {
            let found = [("sequence-wrapped", 2, 59, next.len() as u64)];
            assert_eq!(after(&d0350("999999999999", 1), &d0350(next, 2)), found);
        }
    }

    #[test]
    fn does_not_fire() {
        assert!(after(&e45(42, 99_999, 1), &e45(42, 100_000, 2)).is_empty());
        let d0350 = |number, day| numbered(&format!("ID{day}"), number, day);
        assert!(after(&d0350("999999999998", 1), &d0350("999999999999", 2)).is_empty());
    }
}
