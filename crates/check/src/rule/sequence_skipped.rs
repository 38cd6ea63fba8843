//! `sequence-skipped`

use super::{Message, Rule, RuleId};
use crate::sequence::SequenceStep;
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::SequenceSkipped,
    name: "sequence-skipped",
    severity: Severity::Warning,
    summary: "Numbers are missing between the previous file and this file.",
    why: "A missing number may be a file that did not arrive, and its flags are then lost. It may also be a file for another receiver, so this is a warning.",
    help: "Ask the sender whether the missing files exist, and for those files.",
    source: "UK Link file format notes (profile); Data Transfer Catalogue 15.4, item J0330",
    electricity: None,
};

/// Returns the first and the last number that are missing between two files, if any are.
pub(crate) const fn breaks(step: &SequenceStep) -> Option<(u64, u64)> {
    match step {
        SequenceStep::Skipped { from, to } => Some((*from, *to)),
        _ => None,
    }
}

/// Returns the message, with the first and the last missing number.
pub(crate) fn message(from: u64, to: u64) -> Message {
    let message = match to - from {
        0 => format!("the file with the number {from} is missing"),
        more => format!("{} files are missing, {from} to {to}", more + 1),
    };
    Message::new(message, Some(from.to_string()))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{after, e45, numbered};

    #[test]
    fn fires() {
        let expected = |place, length| [("sequence-skipped", 1, place, length)];
        assert_eq!(after(&e45(42, 42, 1), &e45(42, 44, 2)), expected(30, 6));
        let d0350 = |number, day| numbered(&format!("ID{day}"), number, day);
        assert_eq!(after(&d0350("0042", 1), &d0350("0052", 2)), [("sequence-skipped", 2, 59, 4)]);
    }

    #[test]
    fn does_not_fire() {
        assert!(after(&e45(42, 42, 1), &e45(42, 43, 2)).is_empty());
        let d0350 = |number, day| numbered(&format!("ID{day}"), number, day);
        assert!(after(&d0350("0042", 1), &d0350("0043", 2)).is_empty());
        assert!(after(&d0350("42", 1), &d0350("0043", 2)).is_empty());
    }
}
