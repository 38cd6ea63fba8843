//! `sequence-unknown`

use super::{Message, Rule, RuleId};
use crate::sequence::{FileIdentity, FileNumber, SequenceStep, Series};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::SequenceUnknown,
    name: "sequence-unknown",
    severity: Severity::Warning,
    summary: "The file cannot be placed after the previous file.",
    why: "Only files of one sender and kind are numbered together, and only where both headers can be read. A file that cannot be placed may not be the next file: the previous file may be the wrong one to compare with, or the file may be for another receiver.",
    help: "Pass the previous file of the same sender and type; if the numbers are not digits, check the order by hand.",
    source: "UK Link file format notes (profile); item J1064 of the user file, by public samples (formats, section 4)",
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
    match (&previous.series, &identity.series) {
        (Some(before), Some(series)) if before != series => {
            return Some(UnknownBecause::OtherSeries(before, series));
        }
        _ => {}
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
        UnknownBecause::NoNumber => {
            Message::new("the file has no readable number", Some("a header"))
        }
        UnknownBecause::NoOrder(before) => {
            Message::new(format!("the order of this number and {before} is unclear"), None::<&str>)
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
