//! `invalid-date`
//!
//! Found by the reader: `ErrorKind::InvalidDate`.

use super::wrong_digits;
use super::{Guidance, Message, Rule, RuleId};
use crate::severity::Severity;
use std::borrow::Cow;

pub(super) static RULE: Rule = Rule {
    id: RuleId::InvalidDate,
    name: "invalid-date",
    severity: Severity::Error,
    summary: "A date is not a day of the calendar.",
    why: "A date has eight digits, YYYYMMDD, and must be a day of the calendar.",
    help: "Write YYYYMMDD; check the number of days of the month, and 29 February.",
    source: "MP077 legal text v0.1, SEC Appendix X sections 3.28(b)(i) and 3.29(a), format YYYYMMDD",
    electricity: Some(Guidance {
        why: "A date has eight digits, YYYYMMDD, and must be a day of the calendar.",
        help: "Write YYYYMMDD; check the number of days of the month, and 29 February.",
        source: "Data Transfer Catalogue 15.4, item J1834",
    }),
};

/// Returns the message.
pub(crate) fn message(bytes: &[u8]) -> Message {
    let digits = wrong_digits(bytes, &(8..=8)).map(Cow::Owned);
    Message::new(
        digits.unwrap_or(Cow::Borrowed("not a day of the calendar")),
        Some("a day as YYYYMMDD"),
    )
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{findings, is_found};

    #[test]
    fn fires() {
        assert_eq!(findings(b"E451234567810A20230229\n"), [("invalid-date", 1, 14, 8)]);
    }

    #[test]
    fn does_not_fire() {
        assert!(!is_found("invalid-date", b"E451234567810A20240229\n"));
    }
}
