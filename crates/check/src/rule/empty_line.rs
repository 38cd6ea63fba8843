//! `empty-line`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;
use flagflow_frame::Line;

pub(super) static RULE: Rule = Rule {
    id: RuleId::EmptyLine,
    name: "empty-line",
    severity: Severity::Warning,
    summary: "A line is empty or has only white space.",
    why: "A line that is empty, or has only spaces and tabs, is not a record. It is skipped, and only counts in the line numbers.",
    help: "`flagflow fix` removes the line.",
    source: "flagflow contract, lines",
    electricity: None,
};

/// Returns whether a line is empty, or white space alone.
#[inline]
pub(crate) fn breaks(line: &Line<'_>) -> bool {
    line.is_blank()
}

/// Returns the message.
pub(crate) fn message(length: u64) -> Message {
    let message = if length == 0 { "the line is empty" } else { "the line has only white space" };
    Message::new(message, None::<&str>)
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{findings, is_found};

    #[test]
    fn fires() {
        assert_eq!(
            findings(b"E451234567810A20220101\n\r\n"),
            [("empty-line", 2, 23, 0), ("mixed-line-ends", 2, 23, 0)]
        );
    }

    #[test]
    fn fires_on_white_space() {
        let message = |file: &[u8]| {
            crate::check(file, &crate::Options::default()).unwrap().findings[1].message.clone()
        };
        for blank in [" ", "\t", "   \t "] {
            let file = format!("E451234567810A20220101\n{blank}\n");
            let length = blank.len() as u64;
            assert_eq!(findings(file.as_bytes()), [("empty-line", 2, 23, length)]);
            assert_eq!(message(file.as_bytes()), "the line has only white space");
        }
        assert_eq!(message(b"E451234567810A20220101\n\n"), "the line is empty");
    }

    #[test]
    fn does_not_fire() {
        assert!(!is_found("empty-line", b"E451234567810A20220101\n"));
    }
}
