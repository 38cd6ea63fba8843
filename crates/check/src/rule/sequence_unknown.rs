//! `sequence-unknown`

use super::{Message, Rule, RuleId};
use crate::sequence::{FileIdentity, FileNumber, SequenceStep, Series};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::SequenceUnknown,
    name: "sequence-unknown",
    severity: Severity::Warning,
    summary: "The file cannot be placed after the previous file.",
    why: "Only files of one sender and kind, and in electricity for one receiver, are numbered together, and only where both headers can be read. A file that cannot be placed may not be the next file: the previous file may be the wrong one to compare with, or the file may be for another receiver.",
    help: "Pass the previous file of the same sender and type; if the numbers are not digits, check the order by hand.",
    source: "UK Link file format notes (profile); Data Transfer Catalogue 15.4, item J0330",
    electricity: None,
};

/// The reason for which a file cannot be placed after the previous file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum UnknownBecause<'a> {
    OtherSeries(&'a Series, &'a Series),
    NoNumberBefore,
    NoNumber,
    NoOrder(&'a FileNumber),
}

/// Returns the reason for which a file cannot be placed after the previous file, if there is one.
pub(crate) fn breaks<'a>(
    previous: &'a FileIdentity,
    identity: &'a FileIdentity,
) -> Option<UnknownBecause<'a>> {
    if let Some((before, series)) = previous.other_series(identity) {
        return Some(UnknownBecause::OtherSeries(before, series));
    }
    let Some(before) = &previous.number else { return Some(UnknownBecause::NoNumberBefore) };
    let Some(number) = &identity.number else { return Some(UnknownBecause::NoNumber) };
    let is_unclear = before.step_to(number) == SequenceStep::Unclear;
    is_unclear.then_some(UnknownBecause::NoOrder(before))
}

/// Returns the message.
pub(crate) fn message(why: &UnknownBecause<'_>) -> Message {
    match why {
        UnknownBecause::OtherSeries(before, series) => Message::new(
            format!(
                "the previous file is a {before}, this file is a {series}: files of different sequences"
            ),
            Some(format!("a {before}")),
        ),
        UnknownBecause::NoNumberBefore => {
            Message::new("the previous file has no readable number", None::<&str>)
        }
        UnknownBecause::NoNumber => Message::new(
            "the file has no readable number",
            Some("a header (gas), a file sequence number (electricity)"),
        ),
        UnknownBecause::NoOrder(before) => {
            Message::new(format!("the order of this number and {before} is unclear"), None::<&str>)
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{after, e45, numbered};

    #[test]
    fn fires() {
        let expected = |place| [("sequence-unknown", 1, place, 6)];
        assert_eq!(after(&e45(43, 41, 1), &e45(42, 42, 2)), expected(30));
        assert_eq!(after(b"E451234567810A20220101\n", &e45(42, 42, 2)), expected(30));
        let bare = b"E450000123409A20220101\n";
        assert_eq!(after(&e45(42, 41, 1), bare), [("sequence-unknown", 1, 0, 22)]);
        let found = after(&numbered("ID1", "1", 1), &numbered("ID2", "x2", 2));
        assert_eq!(found, [("sequence-unknown", 2, 59, 2)]);
        let found = after(&numbered("ID1", "x", 1), &numbered("ID2", "2", 2));
        assert_eq!(found, [("sequence-unknown", 2, 59, 1)]);
        let found = after(&e45(42, 41, 1), &numbered("ID2", "42", 2));
        assert_eq!(found, [("sequence-unknown", 2, 59, 2)]);
        let other = String::from_utf8(numbered("ID2", "2", 2)).unwrap().replace("EELC", "LOND");
        let found = after(&numbered("ID1", "1", 1), other.as_bytes());
        assert_eq!(found, [("sequence-unknown", 2, 59, 1)], "for another receiver");
    }

    #[test]
    fn does_not_fire() {
        assert!(after(&e45(42, 41, 1), &e45(42, 42, 2)).is_empty());
        assert!(after(&numbered("ID1", "41", 1), &numbered("ID2", "0042", 2)).is_empty());
    }
}
