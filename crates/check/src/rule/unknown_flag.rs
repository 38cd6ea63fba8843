//! `unknown-flag`
//!
//! Found by the reader: `ErrorKind::UnknownFlag`.

use super::{Guidance, Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::UnknownFlag,
    name: "unknown-flag",
    severity: Severity::Error,
    summary: "A DCC Service Flag is not in any edition.",
    why: "A wrong flag can stop a household from switching supplier, or make a network misread an alarm.",
    help: "Write one of the letters, in capitals: A, N, I (before MP077: A, S, W).",
    source: "MP077 legal text v0.1, SEC Appendix X sections 3.28(b)(i) and 3.29(a)",
    electricity: Some(Guidance {
        why: "A wrong flag can stop a household from switching supplier, or make a network misread an alarm.",
        help: "Write one of the letters, in capitals: A, N, I (before MP077: A, S, W).",
        source: "Data Transfer Catalogue 15.4, item J1833",
    }),
};

/// Returns the message.
pub(crate) fn message() -> Message {
    Message::new("not a DCC Service Flag", Some("A, N or I (before MP077: A, S or W)"))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{findings, is_found};

    #[test]
    fn fires() {
        assert_eq!(findings(b"E451234567810a20220101\n"), [("unknown-flag", 1, 13, 1)]);
    }

    #[test]
    fn does_not_fire() {
        assert!(!is_found("unknown-flag", b"E451234567810W20220101\n"));
    }
}
