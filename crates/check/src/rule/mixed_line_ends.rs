//! `mixed-line-ends`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;
use flagflow_frame::LineEnd;

pub(super) static RULE: Rule = Rule {
    id: RuleId::MixedLineEnds,
    name: "mixed-line-ends",
    severity: Severity::Warning,
    summary: "Some lines end with LF, others with CRLF.",
    why: "A file is written with one line ending. Two kinds in one file suggest that it was joined from pieces or edited. Reported once, at the first line that differs.",
    help: "Write the file with one line ending throughout; `flagflow fix` repairs it.",
    source: "flagflow contract, lines",
    electricity: None,
};

/// Returns true if the line ending differs from that of the file's first line.
pub(crate) fn breaks(first: LineEnd, end: LineEnd) -> bool {
    end != first && end != LineEnd::None
}

/// Returns the message.
pub(crate) fn message(first: LineEnd, end: LineEnd) -> Message {
    let message =
        format!("the line ends with {}, the first line with {}", end.name(), first.name());
    Message::new(message, Some(first.name()))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{findings, is_found};

    #[test]
    fn breaks() {
        assert_eq!(
            findings(
                b"E451234567810A20220101\nE450000123409A20220101\r\nE450000100700A20220101\r\n"
            ),
            [("mixed-line-ends", 2, 23, 22)]
        );
    }

    #[test]
    fn does_not_fire() {
        assert!(!is_found(
            "mixed-line-ends",
            b"E451234567810A20220101\r\nE450000123409A20220101\r\n"
        ));
    }
}
