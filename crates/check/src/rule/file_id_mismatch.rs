//! `file-id-mismatch`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::FileIdMismatch,
    name: "file-id-mismatch",
    severity: Severity::Error,
    summary: "The file identifier of the trailer is not that of the header.",
    why: "Header and trailer have the same identifier, including leading zeros. Different identifiers suggest that two files were joined.",
    help: "Ask the sender for the file again.",
    source: "Data Transfer Network user file format, by public samples (formats, section 4), item J1064",
    electricity: None,
};

/// Returns whether a trailer's file identifier is another than the header's, if the latter can be
/// read.
pub(crate) fn breaks(header: Option<&[u8]>, trailer: &[u8]) -> bool {
    header.is_some_and(|header| header != trailer)
}

/// Returns the message.
pub(crate) fn message() -> Message {
    Message::new("the file identifier is not the header's", None::<&str>)
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{GOOD_D0350, findings};

    #[test]
    fn fires() {
        assert_eq!(findings(b"ZHV|0000000042|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\n81H|1|\n82H|1|DC01|1013044353630|A|20220201|MRCY|\nZPT|0000000043|2||1|20220301093500|\n"), [("file-id-mismatch", 4, 115, 10)]);
    }

    #[test]
    fn does_not_fire() {
        assert!(findings(GOOD_D0350).iter().all(|found| found.0 != "file-id-mismatch"));
    }
}
