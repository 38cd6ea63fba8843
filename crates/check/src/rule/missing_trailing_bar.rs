//! `missing-trailing-bar`
//!
//! Found by the reader: `RawLine::has_missing_bar`.

use super::{Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::MissingTrailingBar,
    name: "missing-trailing-bar",
    severity: Severity::Warning,
    summary: "A line does not end with a pipe.",
    why: "Every line of a user file ends with a pipe. Without the pipe the last item may have been cut off.",
    help: "End each line with |; `flagflow fix` adds the pipe if the line has all its items.",
    source: "Data Transfer Network user file format, by public samples (formats, section 4)",
    electricity: None,
};

/// Returns the message.
pub(crate) fn message() -> Message {
    Message::new("the line does not end with a pipe", Some("| at the end of the line"))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{GOOD_D0350, findings};

    #[test]
    fn fires() {
        assert_eq!(findings(b"ZHV|0000000042|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\n81H|1|\n82H|1|DC01|1013044353630|A|20220201|MRCY\nZPT|0000000042|2||1|20220301093500|\n"), [("missing-trailing-bar", 3, 69, 40)]);
    }

    #[test]
    fn does_not_fire() {
        assert!(findings(GOOD_D0350).iter().all(|found| found.0 != "missing-trailing-bar"));
    }
}
