//! `group-count`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::GroupCount,
    name: "group-count",
    severity: Severity::Error,
    summary: "The trailer's group count is not the number of lines between header and trailer.",
    why: "A different number means that lines were lost or duplicated, or that the sender counts differently.",
    help: "Ask the sender for the file again. `flagflow fix` writes the counted number.",
    source: "Data Transfer Network user file format, by public samples (formats, section 4)",
    electricity: None,
};

/// Returns whether a trailer declares another number than that of the lines between header and
/// trailer.
pub(crate) const fn breaks(declared: u64, counted: u64) -> bool {
    declared != counted
}

/// Returns the message, with a hint if the sender seems to count the header and trailer too.
pub(crate) fn message(declared: u64, counted: u64) -> Message {
    let mut message = format!("the trailer declares {declared} lines, the file has {counted}");
    if declared == counted + 2 {
        message.push_str("; the sender seems to count the header and the trailer too");
    }
    Message::new(message, Some(counted.to_string()))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{GOOD_D0350, findings};

    #[test]
    fn fires() {
        assert_eq!(findings(b"ZHV|0000000042|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\n81H|1|\n82H|1|DC01|1013044353630|A|20220201|MRCY|\nZPT|0000000042|4||1|20220301093500|\n"), [("group-count", 4, 126, 1)]);
    }

    #[test]
    fn does_not_fire() {
        assert!(findings(GOOD_D0350).iter().all(|found| found.0 != "group-count"));
    }
}
