//! `invalid-timestamp`
//!
//! Found by the reader: `ErrorKind::InvalidTimestamp`.

use super::wrong_digits;
use super::{Message, Rule, RuleId};
use crate::severity::Severity;
use std::borrow::Cow;

pub(super) static RULE: Rule = Rule {
    id: RuleId::InvalidTimestamp,
    name: "invalid-timestamp",
    severity: Severity::Error,
    summary: "A timestamp is not a day and a time of day.",
    why: "The times at which a file was created and completed have fourteen digits, year to second, and the day must be in the calendar.",
    help: "Write YYYYMMDDHHMMSS.",
    source: "Data Transfer Network user file format, by public samples (formats, section 4), item J0280",
    electricity: None,
};

/// Returns the message.
pub(crate) fn message(bytes: &[u8]) -> Message {
    let digits = wrong_digits(bytes, &(14..=14)).map(Cow::Owned);
    Message::new(
        digits.unwrap_or(Cow::Borrowed("not a day and time")),
        Some("a time as YYYYMMDDHHMMSS"),
    )
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{GOOD_D0350, findings};

    #[test]
    fn fires() {
        assert_eq!(findings(b"ZHV|0000000042|D0350001|Z|DCCO|P|EELC|20220229093000||||OPER|\n81H|1|\n82H|1|DC01|1013044353630|A|20220201|MRCY|\nZPT|0000000042|2||1|20220301093500|\n"), [("invalid-timestamp", 1, 38, 14)]);
    }

    #[test]
    fn does_not_fire() {
        assert!(findings(GOOD_D0350).iter().all(|found| found.0 != "invalid-timestamp"));
    }
}
