//! `missing-terminator`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;
use flagflow_frame::LineEnd;

pub(super) static RULE: Rule = Rule {
    id: RuleId::MissingTerminator,
    name: "missing-terminator",
    severity: Severity::Note,
    summary: "The last line has no line ending.",
    why: "The record is accepted if it is complete. A missing line ending may also mean that the file was cut off in the middle of a line.",
    help: "End the last line like the others; `flagflow fix` adds the line ending if the line is complete.",
    source: "flagflow contract, lines",
    electricity: None,
};

/// Returns whether a line has no ending.
pub(crate) fn breaks(end: LineEnd) -> bool {
    end == LineEnd::None
}

/// Returns the message.
pub(crate) fn message() -> Message {
    Message::new("the last line has no line ending", Some("LF or CRLF"))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{findings, is_found};

    #[test]
    fn fires() {
        assert_eq!(findings(b"E451234567810A20220101"), [("missing-terminator", 1, 0, 22)]);
    }

    #[test]
    fn does_not_fire() {
        assert!(!is_found("missing-terminator", b"E451234567810A20220101\n"));
    }
}
