//! `sequence-skipped`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::SequenceSkipped,
    name: "sequence-skipped",
    severity: Severity::Warning,
    summary: "Numbers are missing between the previous file and this one.",
    why: "A number that was left out may be a file that never arrived, with flags that nobody will know of. It may be a file for somebody else too, so this is a warning.",
    help: "Ask the sender for the files in between, or whether there were any.",
    source: "UK Link file format notes (profile); item J1064 of the user file, by public samples (formats, section 4)",
    electricity: None,
};

/// What is said of it: the first and the last number that is missing.
pub(crate) fn message(from: u64, to: u64) -> Message {
    let message = match to - from {
        0 => format!("the file with the number {from} is missing"),
        more => format!("{} files are missing, {from} to {to}", more + 1),
    };
    Message::new(message, Some(from.to_string()))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{after, d0350, e45};

    #[test]
    fn fires() {
        let expected = |place, length| [("sequence-skipped", 1, place, length)];
        assert_eq!(after(&e45(42, 42, 1), &e45(42, 44, 2)), expected(30, 6));
        assert_eq!(after(&d0350("0042", 1), &d0350("0052", 2)), expected(4, 4));
    }

    #[test]
    fn does_not_fire() {
        assert!(after(&e45(42, 42, 1), &e45(42, 43, 2)).is_empty());
        assert!(after(&d0350("0042", 1), &d0350("0043", 2)).is_empty());
    }
}
