//! Reasons (S72) belong to the answer above them, if the profile has reasons.

use flagflow_check::{
    Error, Options, OtherLine, PerRule, Report, RuleFlags, RuleId, Severity, Verdict, Visitor,
    check, check_records,
};
use flagflow_domain::ServiceFlag;
use flagflow_frame::Line;

const HEADER: &str = "A000000000042DXI20220201093000000001\n";
const ANSWER: &str = "E46RJ1234567810A20220101\n";
const OTHER: &str = "E46AC0000123409A20220101\n";

fn with_reasons() -> Options {
    Options { with_reasons: true, ..Options::default() }
}

/// Returns the findings except the note on the unknown edition: rule, line, record, offset, length.
fn found(report: &Report) -> Vec<(&'static str, u64, Option<u64>, u64, u64)> {
    let findings = report.findings.iter().filter(|it| it.rule != RuleId::EditionUnknown);
    findings.map(|it| (it.rule.name(), it.line, it.record, it.offset, it.length)).collect()
}

/// Two answers, three reasons below the first; the profile determines the correct count.
#[test]
fn the_trailer_counts_answers_or_their_reasons_too() {
    let file = |count: u64| {
        format!("{HEADER}{ANSWER}S72ABC00001\nS72ABC00002\nS72ABC00003\n{OTHER}Z99{count:010}\n")
    };
    for (count_reasons, right) in [(false, 2), (true, 5)] {
        let options = Options { count_reasons, ..with_reasons() };
        for count in [2, 3, 5, 6] {
            let report = check(file(count).as_bytes(), &options).unwrap();
            assert_eq!((report.declared, report.counted), (Some(count), right));
            assert_eq!((report.records, report.accepted), (2, 2));
            let wrong = [("record-count", 7, None, 126, 10)];
            assert_eq!(found(&report), wrong[..usize::from(count != right)]);
        }
    }
}

#[test]
fn what_is_wrong_in_a_reason_rejects_the_answer_above() {
    for (reasons, bad) in [
        ("S72ABC\"0001\n", ("invalid-reason", 2, Some(1), 28, 8)),
        ("S72ABC00001\nS72ABC\"0002\n", ("invalid-reason", 3, Some(1), 40, 8)),
        ("S72ABC\"0001\nS72ABC00002\n", ("invalid-reason", 2, Some(1), 28, 8)),
        ("S72ABC0001\n", ("wrong-length", 2, Some(1), 25, 10)),
    ] {
        let file = format!("{ANSWER}{reasons}{OTHER}");
        let report = check(file.as_bytes(), &with_reasons()).unwrap();
        assert_eq!(found(&report), [bad], "{reasons}");
        assert_eq!((report.records, report.accepted, report.rejected), (2, 1, 1), "{reasons}");
        assert_eq!(report.flags.of(ServiceFlag::Active), 1);
    }
    let file = format!("{OTHER}E46RJ1234567810X20220101\nS72ABC00001\n");
    let report = check(file.as_bytes(), &with_reasons()).unwrap();
    assert_eq!(found(&report), [("unknown-flag", 2, Some(2), 40, 1)]);
    assert_eq!((report.accepted, report.rejected), (1, 1), "a good reason saves no bad answer");
}

/// A finding in a reason's line rejects the answer, if the options make the rule an error.
#[test]
fn how_a_reason_ends_is_the_answers() {
    let severity = PerRule::from_fn(|rule: RuleId| match rule {
        RuleId::MissingTerminator | RuleId::MixedLineEnds => Severity::Error,
        rule => rule.rule().severity,
    });
    let options = Options { severity, ..with_reasons() };
    for (reason, rule, length) in
        [("S72ABC00001", "missing-terminator", 11), ("S72ABC00001\r\n", "mixed-line-ends", 11)]
    {
        let file = format!("{OTHER}{ANSWER}{reason}");
        let report = check(file.as_bytes(), &options).unwrap();
        assert_eq!(found(&report), [(rule, 3, Some(2), 50, length)]);
        assert_eq!((report.accepted, report.rejected), (1, 1));
    }
}

/// An answer is compared with other records when its reasons have been read.
#[test]
fn an_answer_that_its_reason_rejects_is_no_earlier_one() {
    let file = |reason: &str| format!("{ANSWER}{reason}\n{ANSWER}");
    let report = check(file("S72ABC00001").as_bytes(), &with_reasons()).unwrap();
    assert_eq!(found(&report), [("duplicate-meter-point", 3, Some(2), 42, 10)]);
    let report = check(file("S72ABC\"0001").as_bytes(), &with_reasons()).unwrap();
    assert_eq!(found(&report), [("invalid-reason", 2, Some(1), 28, 8)]);
    assert_eq!((report.accepted, report.rejected), (1, 1));
}

#[test]
fn a_reason_stands_below_an_answer_and_nowhere_else() {
    let reason = "S72ABC00001\n";
    let update = "E451234567810A20220101\n";
    for (file, expected) in [
        (format!("{update}{reason}"), &[("unexpected-record", 2, Some(2), 23, 11)][..]),
        (format!("{HEADER}{reason}{ANSWER}"), &[("unexpected-record", 2, Some(1), 37, 11)]),
        (format!("{ANSWER}{reason}"), &[]),
    ] {
        let report = check(file.as_bytes(), &with_reasons()).unwrap();
        let mut found = found(&report);
        found.retain(|finding| finding.0 != "missing-trailer");
        assert_eq!(found, expected, "{file}");
    }
    let report = check(format!("{ANSWER}{reason}").as_bytes(), &Options::default()).unwrap();
    assert_eq!(found(&report), [("unknown-record", 2, Some(2), 25, 11)]);
    assert_eq!((report.records, report.rejected), (2, 1));
}

/// Without reasons in the profile, S72 is an unknown code, whatever its form; a line with broken
/// quotes has no code.
#[test]
fn without_the_profile_no_shape_is_right() {
    let fixed = "E451234567810A20220101\nS72ABC\nS72\nS72ABC00001\n";
    let report = check(fixed.as_bytes(), &Options::default()).unwrap();
    assert_eq!(
        found(&report),
        [
            ("unknown-record", 2, Some(2), 23, 6),
            ("unknown-record", 3, Some(3), 30, 3),
            ("unknown-record", 4, Some(4), 34, 11),
        ]
    );
    let uklink = "\"E45\",1234567810,\"A\",20220101\n\"S72\",\"ABC00001\",\"x\"\n\"S72\",\"ABC\n\"S72\"\n\
        \"S72\",\"ABC00001\"\n\"S72\",\"ABC\"x\n";
    let report = check(uklink.as_bytes(), &Options::default()).unwrap();
    assert_eq!(
        found(&report),
        [
            ("unknown-record", 2, Some(2), 30, 20),
            ("malformed-record", 3, Some(3), 51, 10),
            ("unknown-record", 4, Some(4), 62, 5),
            ("unknown-record", 5, Some(5), 68, 16),
            ("malformed-record", 6, Some(6), 85, 12),
        ]
    );
}

/// The calls of a visitor, in order.
#[derive(Default)]
struct Told(Vec<String>);

impl Visitor for Told {
    type Error = Error;

    fn other_line(
        &mut self,
        line: &Line<'_>,
        other_line: OtherLine,
        rules: RuleFlags,
    ) -> Result<(), Error> {
        self.0.push(format!("line {}: {other_line:?} {:?}", line.number, names(rules)));
        Ok(())
    }

    fn record(&mut self, verdict: &Verdict<'_>) -> Result<(), Error> {
        let Verdict { record, line, rejected, rules, .. } = verdict;
        let rules = names(*rules);
        self.0.push(format!("line {}: record {record} {rejected} {rules:?}", line.number));
        Ok(())
    }
}

fn names(rules: RuleFlags) -> Vec<&'static str> {
    rules.iter().map(RuleId::name).collect()
}

#[test]
fn an_answer_is_told_behind_its_reasons_with_what_they_broke() {
    let file = format!(
        "{HEADER}E46RJ1234567811A20220101\nS72ABC00001\nS72ABC\"0002\n\n{OTHER}Z990000000002\n"
    );
    let mut told = Told::default();
    check_records(file.as_bytes(), &with_reasons(), &mut told).unwrap();
    assert_eq!(
        told.0,
        [
            "line 1: Header []",
            "line 3: Reason { record: 1 } []",
            "line 4: Reason { record: 1 } [\"invalid-reason\"]",
            "line 5: Empty [\"empty-line\"]",
            "line 2: record 1 true [\"invalid-reason\", \"mprn-check-digits\"]",
            "line 6: record 2 false []",
            "line 7: Trailer []",
        ]
    );
}
