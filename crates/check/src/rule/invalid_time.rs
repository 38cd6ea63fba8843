//! `invalid-time`
//!
//! Found by the reader: `ErrorKind::InvalidTime`.

use super::{Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::InvalidTime,
    name: "invalid-time",
    severity: Severity::Error,
    summary: "The header's time is not a time of day.",
    why: "CREATION_TIME has six digits: hour, minute and second.",
    help: "Write HHMMSS, from 000000 to 235959. `flagflow fix` replaces leading spaces by zeros.",
    source: "UK Link file format notes (profile)",
    electricity: None,
};

/// Returns the message.
pub(crate) fn message() -> Message {
    Message::new("not a time of day", Some("a time as HHMMSS"))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{findings, is_found};

    #[test]
    fn fires() {
        assert_eq!(
            findings(
                b"A000000000042DXI20220201240000000001\nE451234567810A20220101\nZ990000000001\n"
            ),
            [("invalid-time", 1, 24, 6)]
        );
    }

    #[test]
    fn does_not_fire() {
        assert!(!is_found(
            "invalid-time",
            b"A000000000042DXI20220201235959000001\nE451234567810A20220101\nZ990000000001\n"
        ));
    }
}
