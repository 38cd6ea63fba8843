//! `unknown-outcome`
//!
//! Found by the reader: `ErrorKind::UnknownOutcome`.

use super::{Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::UnknownOutcome,
    name: "unknown-outcome",
    severity: Severity::Error,
    summary: "An Outcome Code is neither AC nor RJ.",
    why: "AC means that the update was accepted, RJ that it was rejected. Any other code leaves the outcome open.",
    help: "Write AC or RJ, in capitals.",
    source: "MP077 legal text v0.1, SEC Appendix X section 3.28(b)(i)",
    electricity: None,
};

/// Returns the message.
pub(crate) fn message() -> Message {
    Message::new("not an Outcome Code", Some("AC or RJ"))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{findings, is_found};

    #[test]
    fn fires() {
        assert_eq!(findings(b"E46ac1234567810A20220101\n"), [("unknown-outcome", 1, 3, 2)]);
    }

    #[test]
    fn does_not_fire() {
        assert!(!is_found("unknown-outcome", b"E46RJ1234567810A20220101\n"));
    }
}
