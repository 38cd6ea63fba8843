//! `sequence-unknown`

use super::{Message, Rule, RuleId};
use crate::sequence::{FileNumber, Series};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::SequenceUnknown,
    name: "sequence-unknown",
    severity: Severity::Warning,
    summary: "The file cannot be placed after the previous one.",
    why: "Only files of one sender and kind are numbered together, and only where both headers can be read. A file that cannot be placed is not known to be the next one: it may be the wrong one to compare with, or somebody else's.",
    help: "Give the previous file of the same sender and type; where the numbers are not digits, keep count by hand.",
    source: "UK Link file format notes (profile); item J1064 of the user file, by public samples (formats, section 4)",
    electricity: None,
};

/// Why it cannot be placed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum UnknownBecause<'a> {
    OtherSeries(&'a Series, &'a Series),
    NoNumberBefore,
    NoNumber,
    NoOrder(&'a FileNumber),
}

/// What is said of it.
pub(crate) fn message(why: &UnknownBecause<'_>) -> Message {
    match why {
        UnknownBecause::OtherSeries(before, series) => Message::new(
            format!("the previous file is a {before}, this one a {series}: not of one sequence"),
            Some(format!("a {before}")),
        ),
        UnknownBecause::NoNumberBefore => {
            Message::new("the previous file has no number that can be read", None::<&str>)
        }
        UnknownBecause::NoNumber => {
            Message::new("the file has no number that can be read", Some("a header"))
        }
        UnknownBecause::NoOrder(before) => {
            Message::new(format!("nobody can say whether this comes after {before}"), None::<&str>)
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{after, d0350, e45};

    #[test]
    fn fires() {
        let expected = |place| [("sequence-unknown", 1, place, 6)];
        assert_eq!(after(&e45(43, 41, 1), &e45(42, 42, 2)), expected(30));
        assert_eq!(after(b"E451234567810A20220101\n", &e45(42, 42, 2)), expected(30));
        let bare = b"E450000123409A20220101\n";
        assert_eq!(after(&e45(42, 41, 1), bare), [("sequence-unknown", 1, 0, 22)]);
        assert_eq!(after(&d0350("A1", 1), &d0350("A2", 2)), [("sequence-unknown", 1, 4, 2)]);
        assert_eq!(after(&d0350("1", 1), &d0350("01", 2)), [("sequence-unknown", 1, 4, 2)]);
    }

    #[test]
    fn does_not_fire() {
        assert!(after(&e45(42, 41, 1), &e45(42, 42, 2)).is_empty());
        assert!(after(&d0350("41", 1), &d0350("0042", 2)).is_empty());
    }
}
