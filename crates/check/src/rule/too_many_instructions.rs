//! `too-many-instructions`

use super::{Message, Rule, RuleId};
use crate::layout::Flow;
use crate::severity::Severity;

/// The most instructions that a D0172 can confirm: its counts have five digits.
pub(crate) const MOST: u64 = 99_999;

pub(super) static RULE: Rule = Rule {
    id: RuleId::TooManyInstructions,
    name: "too-many-instructions",
    severity: Severity::Warning,
    summary: "A D0350 has more than 99,999 instructions.",
    why: "The D0172 that confirms a file has five digits for the number of instructions that were received (J0522), so a longer file cannot be confirmed.",
    help: "Send the instructions in several files.",
    source: "Data Transfer Catalogue 15.4, D0172, item J0522 NUM(5)",
    electricity: None,
};

/// Returns whether a record of a flow is the first one that a confirmation cannot count.
#[inline]
pub(crate) fn breaks(record: u64, flow: Option<Flow>) -> bool {
    record == MOST + 1 && flow == Some(Flow::D0350)
}

/// Returns the number of records that may follow so many before one breaks the rule.
pub(crate) fn left(records: u64, flow: Option<Flow>) -> usize {
    let left = MOST.checked_sub(records).filter(|_| flow == Some(Flow::D0350));
    left.and_then(|left| usize::try_from(left).ok()).unwrap_or(usize::MAX)
}

/// Returns the message.
pub(crate) fn message() -> Message {
    let expected = format!("at most {MOST} instructions in one file");
    Message::new("more instructions than a D0172 can confirm", Some(expected))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use crate::{CrossRecords, Options, check};

    /// Returns line, record and column of each finding of the rule in a file of so many updates.
    fn found(updates: u64) -> Vec<(u64, Option<u64>, u64)> {
        let mut file = "ZHV|42|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\n81H|1|\n".to_owned();
        for number in 1..=updates {
            writeln!(file, "82H|{number}|DC01|1013044353630|A|20220201|MRCY|").unwrap();
        }
        writeln!(file, "ZPT|42|{}||1|20220301093500|", updates + 1).unwrap();
        let options = Options { cross_records: CrossRecords::Off, ..Options::default() };
        let report = check(file.as_bytes(), &options).unwrap();
        assert_eq!(report.accepted, updates);
        report
            .findings
            .iter()
            .map(|found| {
                assert_eq!(found.rule.name(), "too-many-instructions");
                (found.line, found.record, found.column)
            })
            .collect()
    }

    #[test]
    fn fires_once() {
        assert_eq!(found(100_000), [(100_002, Some(100_000), 1)]);
        assert_eq!(found(100_005), [(100_002, Some(100_000), 1)]);
    }

    #[test]
    fn does_not_fire() {
        assert_eq!(found(99_999), []);
    }
}
