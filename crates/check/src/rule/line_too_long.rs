//! `line-too-long`
//!
//! Found by the reader: `ErrorKind::LineTooLong`.

use super::{Message, Rule, RuleId};
use crate::severity::Severity;
use flagflow_frame::escape;

pub(super) static RULE: Rule = Rule {
    id: RuleId::LineTooLong,
    name: "line-too-long",
    severity: Severity::Error,
    summary: "A line has more bytes than the limit.",
    why: "Records of these flows are much shorter than the limit. A line that is too long is counted and skipped without being kept in memory.",
    help: "Look for a missing line ending; --max-line sets the limit.",
    source: "flagflow contract, lines",
    electricity: None,
};

/// Returns the message, with the beginning of the line if that may be shown.
pub(crate) fn message(length: u64, limit: usize, beginning: Option<&[u8]>) -> Message {
    let mut message = format!("the line has {length} bytes, the limit is {limit}");
    if let Some(beginning) = beginning {
        let shown = &beginning[..beginning.len().min(SHOWN)];
        message.push_str(&format!("; it begins with {}", escape(shown)));
    }
    Message::new(message, Some(format!("at most {limit} bytes")))
}

/// The number of bytes of the line that the message shows.
const SHOWN: usize = 32;

#[cfg(test)]
mod tests {
    use crate::rule::testing::{findings, is_found};

    #[test]
    fn fires() {
        assert_eq!(
            findings(&[b"E45", &[b'1'; 70_000][..], b"\n"].concat()),
            [("line-too-long", 1, 0, 70_003)]
        );
    }

    #[test]
    fn does_not_fire() {
        assert!(!is_found("line-too-long", &[b"E45", &[b'1'; 60_000][..], b"\n"].concat()));
    }
}
