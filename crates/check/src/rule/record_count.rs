//! `record-count`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::RecordCount,
    name: "record-count",
    severity: Severity::Error,
    summary: "The trailer's record count is not the number of records.",
    why: "RECORD_COUNT is the number of detail records, without header and trailer. A different number means that records were lost or duplicated, or that the sender counts differently.",
    help: "Ask the sender for the file again, or which lines its count includes. `flagflow fix` writes the counted number.",
    source: "UK Link file format notes (profile)",
    electricity: None,
};

/// Returns whether a trailer declares another number than that of the records.
pub(crate) const fn breaks(declared: u64, counted: u64) -> bool {
    declared != counted
}

/// Returns the message, with a hint if the sender seems to count the header and trailer too.
pub(crate) fn message(declared: u64, counted: u64) -> Message {
    let mut message = format!("the trailer declares {declared} records, the file has {counted}");
    if declared == counted + 2 {
        message.push_str("; the sender seems to count the header and the trailer too");
    }
    Message::new(message, Some(counted.to_string()))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{findings, is_found};

    #[test]
    fn fires() {
        assert_eq!(
            findings(
                b"A000000000042DXI20220201093000000001\nE451234567810A20220101\nZ990000000003\n"
            ),
            [("record-count", 3, 63, 10)]
        );
    }

    #[test]
    fn does_not_fire() {
        assert!(!is_found(
            "record-count",
            b"A000000000042DXI20220201093000000001\nE451234567810A20220101\nZ990000000001\n"
        ));
    }
}
