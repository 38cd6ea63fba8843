//! `mpan-check-digit`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;
use flagflow_domain::MpanCore;
use flagflow_rows::MARK_CHECK_DIGITS;

pub(super) static RULE: Rule = Rule {
    id: RuleId::MpanCheckDigit,
    name: "mpan-check-digit",
    severity: Severity::Warning,
    summary: "The check digit of an MPAN core is wrong.",
    why: "The thirteenth digit is a check digit over the first twelve. A wrong check digit means a mistyped or damaged MPAN. Receivers are not known to reject such records, so this is a warning.",
    help: "Compare the MPAN with the register.",
    source: "MPAN practice (formats, section 1)",
    electricity: None,
};

/// Returns whether an MPAN core has another check digit than its number needs.
#[inline]
pub(crate) fn breaks(mpan: MpanCore) -> bool {
    !mpan.has_valid_check_digit()
}

/// Returns the same of a canonical row, by the mark of the row decoder.
#[inline]
pub(crate) const fn breaks_in_row(mark: u8) -> bool {
    mark == MARK_CHECK_DIGITS
}

/// Returns the message.
pub(crate) fn message(mpan: MpanCore, masked: bool) -> Message {
    let expected = format!("check digit {}", mpan.expected_check_digit());
    Message::new("the check digit is wrong", Some(expected).filter(|_| !masked))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{GOOD_D0350, findings};

    #[test]
    fn fires() {
        assert_eq!(findings(b"ZHV|0000000042|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\n81H|1|\n82H|1|DC01|1013044353631|A|20220201|MRCY|\nZPT|0000000042|2||1|20220301093500|\n"), [("mpan-check-digit", 3, 80, 13)]);
    }

    #[test]
    fn does_not_fire() {
        assert!(findings(GOOD_D0350).iter().all(|found| found.0 != "mpan-check-digit"));
    }
}
