//! `mprn-check-digits`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;
use flagflow_domain::Mprn;

pub(super) static RULE: Rule = Rule {
    id: RuleId::MprnCheckDigits,
    name: "mprn-check-digits",
    severity: Severity::Warning,
    summary: "The last two digits of a Meter Point Reference do not fit the rest.",
    why: "They are check digits: each digit of the rest times its position from the right, summed, modulo 11, written 00 to 10. Digits that do not fit mean a mistyped or damaged reference. That a receiver rejects such a record is not known, so this is a warning.",
    help: "Compare the reference with the register.",
    source: "UK Link practice, verified on public numbers (formats, section 1)",
    electricity: None,
};

/// What is said of it.
pub(crate) fn message(mprn: Mprn, masked: bool) -> Message {
    let expected = format!("check digits {:02}", mprn.expected_check_digits());
    Message::new("the check digits do not fit", Some(expected).filter(|_| !masked))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::findings;

    #[test]
    fn fires() {
        assert_eq!(findings(b"E451234567890A20220101\n"), [("mprn-check-digits", 1, 3, 10)]);
    }

    #[test]
    fn does_not_fire() {
        assert!(
            findings(b"E451234567810A20220101\n")
                .iter()
                .all(|found| found.0 != "mprn-check-digits")
        );
    }
}
