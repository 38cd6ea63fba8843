//! `mprn-check-digits`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;
use flagflow_domain::Mprn;
use flagflow_rows::MARK_CHECK_DIGITS;

pub(super) static RULE: Rule = Rule {
    id: RuleId::MprnCheckDigits,
    name: "mprn-check-digits",
    severity: Severity::Warning,
    summary: "The check digits of a Meter Point Reference are wrong.",
    why: "The last two digits are check digits: the sum of each other digit times its position from the right, modulo 11, written 00 to 10. Wrong check digits mean a mistyped or damaged reference. Receivers are not known to reject such records, so this is a warning.",
    help: "Compare the reference with the register.",
    source: "UK Link practice, verified on public numbers (formats, section 1)",
    electricity: None,
};

/// Returns whether a Meter Point Reference has other check digits than its number needs.
#[inline]
pub(crate) fn breaks(point: Mprn) -> bool {
    !point.has_valid_check_digits()
}

/// Returns the same of a canonical row, by the mark of the row decoder.
#[inline]
pub(crate) const fn breaks_in_row(mark: u8) -> bool {
    mark == MARK_CHECK_DIGITS
}

/// Returns the message.
pub(crate) fn message(mprn: Mprn, masked: bool) -> Message {
    let expected = format!("check digits {:02}", mprn.expected_check_digits());
    Message::new("the check digits are wrong", Some(expected).filter(|_| !masked))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{findings, is_found};

    #[test]
    fn fires() {
        assert_eq!(findings(b"E451234567890A20220101\n"), [("mprn-check-digits", 1, 3, 10)]);
    }

    #[test]
    fn does_not_fire() {
        assert!(!is_found("mprn-check-digits", b"E451234567810A20220101\n"));
    }
}
