//! `wrong-length`

use super::{Guidance, Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::WrongLength,
    name: "wrong-length",
    severity: Severity::Error,
    summary: "A line is not as long as its record.",
    why: "In the fixed layout every field stands at its place by its length. In a line that is too short or too long no field can be trusted, so none is judged.",
    help: "Compare the line with the lengths of its record; numbers are padded left with zeros. `flagflow fix` puts lost zeros back and takes out spaces at the end, where one reading is safe.",
    source: "MP077 legal text v0.1, SEC Appendix X sections 3.28(b)(i) and 3.29(a) (lengths); end to end is a profile",
    electricity: Some(Guidance {
        why: "In the zhf layout every item stands at its place by its length. In a line that is too short or too long no item can be trusted, so none is judged.",
        help: "Look for a lost or doubled character; text is padded right with spaces, numbers left with zeros. `flagflow fix` puts lost zeros and spaces back and takes out spaces at the end, where one reading is safe.",
        source: "none is public: the items of the zhv layout at their most characters (formats, section 4)",
    }),
};

/// What is said of it.
pub(crate) fn message(length: u64, expected: usize) -> Message {
    let message = format!("the line has {length} bytes, its record {expected}");
    Message::new(message, Some(format!("{expected} bytes")))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::findings;

    #[test]
    fn fires() {
        assert_eq!(
            findings(b"E451234567810A2022010\nE451234567810A202201011\n"),
            [("wrong-length", 1, 0, 21), ("wrong-length", 2, 22, 23)]
        );
    }

    #[test]
    fn does_not_fire() {
        assert!(
            findings(b"E451234567810A20220101\n").iter().all(|found| found.0 != "wrong-length")
        );
    }
}
