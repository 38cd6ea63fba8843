//! `not-a-number`
//!
//! Found by the reader: `ErrorKind::NotANumber`.

use super::wrong_digits;
use super::{Guidance, Message, Rule, RuleId};
use crate::severity::Severity;
use std::borrow::Cow;
use std::ops::RangeInclusive;

pub(super) static RULE: Rule = Rule {
    id: RuleId::NotANumber,
    name: "not-a-number",
    severity: Severity::Error,
    summary: "A number field is not a number.",
    why: "A number has digits only, at least one and at most as many as its field allows, without signs, blanks or letters.",
    help: "Write digits only; in the fixed layout pad left with zeros. `flagflow fix` replaces spaces by zeros if only one reading is possible.",
    source: "MP077 legal text v0.1, SEC Appendix X sections 3.28(b)(i) and 3.29(a) (type Number)",
    electricity: Some(Guidance {
        why: "A number has digits only, at least one and at most as many as its item allows, without signs, blanks, quotes or letters; an MPAN core has exactly 13.",
        help: "Write digits only; in zhf pad left with zeros. `flagflow fix` replaces spaces by zeros if only one reading is possible.",
        source: "Data Transfer Catalogue 15.4, types INT and NUM",
    }),
};

/// The number of digits of a full MPAN, as printed on a bill in two rows; the second row is the
/// core.
const WHOLE_MPAN: usize = 21;
const CORE: usize = 13;

/// Returns the message for a field with the expected number of digits.
pub(crate) fn message(field: &[u8], digits: RangeInclusive<usize>) -> Message {
    let is_core = *digits.start() == CORE;
    let expected = match (is_core, digits.end()) {
        (true, _) => format!("{CORE} digits"),
        (false, most) => format!("1 to {most} digits"),
    };
    let spaced = || field.iter().all(|byte| byte.is_ascii_digit() || *byte == b' ');
    let message = match wrong_digits(field, &digits) {
        Some(_) if is_core && field.len() == WHOLE_MPAN => {
            "21 digits are a full MPAN; the core is its last 13 digits".into()
        }
        Some(message) => Cow::Owned(message),
        None if field.is_empty() => "the number is empty".into(),
        None if field.contains(&b' ') && spaced() => "spaces in the number".into(),
        None => "not a number".into(),
    };
    Message::new(message, Some(expected))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{findings, is_found};

    #[test]
    fn fires() {
        assert_eq!(findings(b"E45 123456781A20220101\n"), [("not-a-number", 1, 3, 10)]);
    }

    #[test]
    fn the_message_has_the_cause() {
        let message = |field: &[u8], digits| super::message(field, digits).message;
        for (field, text) in [
            (&b"101304435363"[..], "12 digits, expected 13"),
            (b"1", "1 digit, expected 13"),
            (b"001112221013044353630", "21 digits are a full MPAN; the core is its last 13 digits"),
            (b"10 1304 4353 630", "spaces in the number"),
            (b"", "the number is empty"),
            (b"10130443536x0", "not a number"),
        ] {
            assert_eq!(message(field, 13..=13), text);
        }
        assert_eq!(message(b"12345678901", 1..=10), "11 digits, expected at most 10");
        assert_eq!(message(b"   ", 1..=10), "spaces in the number");
    }

    #[test]
    fn does_not_fire() {
        assert!(!is_found("not-a-number", b"E450000000000A20220101\n"));
    }
}
