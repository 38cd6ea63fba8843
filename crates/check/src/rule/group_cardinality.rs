//! `group-cardinality`
//!
//! Found by the reader: `ErrorKind::TooManyLines` and `ErrorKind::TooFewLines`, by the order of the
//! file's lines.

use flagflow_codec::ErrorKind;

use super::{Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::GroupCardinality,
    name: "group-cardinality",
    severity: Severity::Error,
    summary: "A group occurs more often or less often than its flow allows.",
    why: "The catalogue gives each group a number of occurrences: exactly one 81H in a D0350, at least one 85H below each 84H of a D0351. A missing or additional group suggests that lines were lost, or that files were joined.",
    help: "Ask the sender for the file again. If your edition of the catalogue allows another number, change `occurs` in a profile.",
    source: "Data Transfer Catalogue 15.4, flow structure of D0350, D0351 and D0172; the profile of the flow",
    electricity: None,
};

/// Returns the message of an error of the file's order.
pub(crate) fn message(kind: ErrorKind) -> Message {
    let expected = match kind {
        ErrorKind::TooFewLines { least, .. } => Some(format!("at least {least}")),
        ErrorKind::TooManyLines { most, .. } => Some(format!("at most {most}")),
        _ => None,
    };
    Message::new(kind.to_string(), expected)
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{GOOD_D0350, findings};
    use crate::{Options, check};

    const D0351: &str = "ZHV|0000000042|D0351001|P|EELC|Z|DCCO|20220301093000||||OPER|\n83H|1|\n84H|1|DC11|7|1013044353630|20220301|A|20220201|MRCY|\n85H|47|\n84H|2|DC11|9||20220301||||\n85H|1|\n85H|38|\nZPT|0000000042|6||1|20220301093500|\n";

    const D0172: &str = "ZHV|0000000042|D0172001|P|EELC|Z|DCCO|20220301093000||||OPER|\n749|1|\n357|1|DC90|20220301|0000475656|3|2|1|\nZPT|0000000042|2||1|20220301093500|\n";

    /// Returns line and message of each finding of the rule, and the numbers of accepted and
    /// rejected records.
    fn found(file: &str) -> (Vec<(u64, String)>, (u64, u64)) {
        let report = check(file.as_bytes(), &Options::default()).unwrap();
        let own = report.findings.iter().filter(|it| it.rule.name() == "group-cardinality");
        let found = own.map(|it| (it.line, it.message.to_string())).collect();
        (found, (report.accepted, report.rejected))
    }

    /// A file without some of its lines.
    fn without(file: &str, lines: &[&str]) -> String {
        let keeps = |line: &&str| !lines.iter().any(|begin| line.starts_with(begin));
        file.split_inclusive('\n').filter(keeps).collect()
    }

    #[test]
    fn fires_on_a_group_too_many() {
        let good = String::from_utf8_lossy(GOOD_D0350);
        let file = good.replace("82H|1|", "81H|2|\n82H|1|").replace("|2||1|", "|3||2|");
        let message = "81H occurs here a second time; once is allowed".to_owned();
        assert_eq!(found(&file), (vec![(3, message)], (1, 1)));
        assert_eq!(findings(file.as_bytes()), [("group-cardinality", 3, 69, 6)]);
    }

    #[test]
    fn fires_on_a_file_without_its_first_group() {
        for (file, code) in [
            (String::from_utf8_lossy(GOOD_D0350).into_owned(), "81H"),
            (D0351.to_owned(), "83H"),
            (D0172.to_owned(), "749"),
        ] {
            let file = without(&file, &["8", "7", "3"]);
            let message = format!("{code} is missing here");
            assert_eq!(found(&file).0, [(2, message.clone())], "at the trailer");
            let file = without(&file, &["ZPT"]);
            assert_eq!(found(&file).0, [(1, message)], "at the last line");
        }
    }

    #[test]
    fn fires_on_a_record_without_a_reason() {
        for (lines, expected, counts) in [
            (&["85H|47"][..], vec![3], (1, 1)),
            (&["85H|1|", "85H|38"], vec![5], (1, 1)),
            (&["85H"], vec![3, 4], (0, 2)),
        ] {
            let (found, results) = found(&without(D0351, lines));
            let lines: Vec<_> = found.iter().map(|(line, _)| *line).collect();
            assert_eq!((lines, results), (expected, counts));
        }
    }

    #[test]
    fn fires_at_the_end_of_a_file_without_a_trailer() {
        let (found, results) = found(&without(D0351, &["85H|1|", "85H|38", "ZPT"]));
        assert_eq!((found.iter().map(|it| it.0).collect(), results), (vec![5], (1, 1)));
    }

    #[test]
    fn fires_on_a_group_without_a_record() {
        for (file, code) in [(D0351, "84H"), (D0172, "357")] {
            let (found, _) = found(&without(file, &["84H", "85H", "357"]));
            let message = format!("{code} is missing here");
            assert_eq!(found, [(2, message)]);
        }
    }

    #[test]
    fn does_not_fire() {
        for file in [&String::from_utf8_lossy(GOOD_D0350), D0351, D0172] {
            assert_eq!(findings(file.as_bytes()), [], "{file}");
        }
        // a D0350 without updates is a file
        let good = String::from_utf8_lossy(GOOD_D0350);
        assert_eq!(findings(without(&good.replace("|2||1|", "|1||1|"), &["82H"]).as_bytes()), []);
    }
}
