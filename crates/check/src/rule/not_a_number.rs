//! `not-a-number`

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
    why: "Numbers are digits, at least one and at most as many as the field has. Signs, blanks and letters are none.",
    help: "Write digits only; in the fixed layout pad left with zeros. `flagflow fix` writes zeros for spaces where one reading is safe.",
    source: "MP077 legal text v0.1, SEC Appendix X sections 3.28(b)(i) and 3.29(a) (type Number)",
    electricity: Some(Guidance {
        why: "A number is digits, at least one and at most as many as the item has; an MPAN core is exactly 13. Signs, blanks, quotes and letters are none.",
        help: "Write digits only; in zhf pad left with zeros. `flagflow fix` writes zeros for spaces where one reading is safe.",
        source: "Data Transfer Catalogue 15.4, types INT and NUM",
    }),
};

/// Digits of an MPAN as it is printed on a bill: in two rows, of which the second is its core.
const WHOLE_MPAN: usize = 21;
const CORE: usize = 13;

/// What is said of a field that should have so many digits.
pub(crate) fn message(field: &[u8], digits: RangeInclusive<usize>) -> Message {
    let is_core = *digits.start() == CORE;
    let expected = match (is_core, digits.end()) {
        (true, _) => format!("{CORE} digits"),
        (false, most) => format!("1 to {most} digits"),
    };
    let spaced = || field.iter().all(|byte| byte.is_ascii_digit() || *byte == b' ');
    let message = match wrong_digits(field, &digits) {
        Some(_) if is_core && field.len() == WHOLE_MPAN => {
            "21 digits are a whole MPAN; its core is the last 13".into()
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
    use crate::rule::testing::findings;

    #[test]
    fn fires() {
        assert_eq!(findings(b"E45 123456781A20220101\n"), [("not-a-number", 1, 3, 10)]);
    }

    #[test]
    fn it_says_why_it_is_none() {
        let message = |field: &[u8], digits| super::message(field, digits).message;
        for (field, said) in [
            (&b"101304435363"[..], "12 digits, expected 13"),
            (b"1", "1 digit, expected 13"),
            (b"001112221013044353630", "21 digits are a whole MPAN; its core is the last 13"),
            (b"10 1304 4353 630", "spaces in the number"),
            (b"", "the number is empty"),
            (b"10130443536x0", "not a number"),
        ] {
            assert_eq!(message(field, 13..=13), said);
        }
        assert_eq!(message(b"12345678901", 1..=10), "11 digits, expected at most 10");
        assert_eq!(message(b"   ", 1..=10), "spaces in the number");
    }

    #[test]
    fn does_not_fire() {
        assert!(
            findings(b"E450000000000A20220101\n").iter().all(|found| found.0 != "not-a-number")
        );
    }
}
