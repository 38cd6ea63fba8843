//! `wrong-length`
//!
//! Found by the reader: `ErrorKind::WrongLength`.

use super::{Guidance, Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::WrongLength,
    name: "wrong-length",
    severity: Severity::Error,
    summary: "A line is not as long as its record.",
    why: "In the fixed layout the lengths of the fields determine their positions. In a line that is too short or too long no position can be trusted, so no field is checked.",
    help: "Compare the line with the lengths of its record; numbers are padded left with zeros. `flagflow fix` restores missing zeros and removes spaces at the end, if only one reading is possible.",
    source: "MP077 legal text v0.1, SEC Appendix X sections 3.28(b)(i) and 3.29(a) (lengths); end to end is a profile",
    electricity: Some(Guidance {
        why: "In the zhf layout the lengths of the items determine their positions. In a line that is too short or too long no position can be trusted, so no item is checked.",
        help: "Look for a missing or duplicated character; text is padded right with spaces, numbers left with zeros. `flagflow fix` restores missing zeros and spaces and removes spaces at the end, if only one reading is possible.",
        source: "none is public: the items of the zhv layout at their most characters (formats, section 4)",
    }),
};

/// Returns the message.
pub(crate) fn message(length: u64, expected: usize) -> Message {
    let message = format!("the line has {length} bytes, expected {expected}");
    Message::new(message, Some(format!("{expected} bytes")))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{findings, is_found};

    #[test]
    fn fires() {
        assert_eq!(
            findings(b"E451234567810A2022010\nE451234567810A202201011\n"),
            [("wrong-length", 1, 0, 21), ("wrong-length", 2, 22, 23)]
        );
    }

    #[test]
    fn does_not_fire() {
        assert!(!is_found("wrong-length", b"E451234567810A20220101\n"));
    }
}
