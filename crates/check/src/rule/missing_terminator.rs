//! `missing-terminator`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::MissingTerminator,
    name: "missing-terminator",
    severity: Severity::Note,
    summary: "The last line has no line end.",
    why: "The record is whole and taken as it is. Where a file was cut off in the middle of a line this is the sign of it.",
    help: "End the last line like the others; `flagflow fix` does where the line is whole.",
    source: "flagflow contract, lines",
    electricity: None,
};

/// What is said of it.
pub(crate) fn message() -> Message {
    Message::new("the last line has no line end", Some("LF or CRLF"))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::findings;

    #[test]
    fn fires() {
        assert_eq!(findings(b"E451234567810A20220101"), [("missing-terminator", 1, 0, 22)]);
    }

    #[test]
    fn does_not_fire() {
        assert!(
            findings(b"E451234567810A20220101\n")
                .iter()
                .all(|found| found.0 != "missing-terminator")
        );
    }
}
