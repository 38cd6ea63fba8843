//! A record is rejected for its line ending if the options make that an error, in any layout and
//! with any other finding.

use flagflow_check::{Options, PerRule, RuleId, Severity, check};

/// Returns options that make mixed line endings an error, and unknown flags a note.
fn options() -> Options {
    let severity = PerRule::from_fn(|rule: RuleId| match rule {
        RuleId::MissingTerminator | RuleId::MixedLineEnds => Severity::Error,
        RuleId::UnknownFlag => Severity::Note,
        rule => rule.rule().severity,
    });
    Options { severity, ..Options::default() }
}

/// Returns a file that begins with lines that end with LF, with a record that ends differently.
#[track_caller]
fn assert_rejected(begin: &str, before: u64, record: &str) {
    for (end, rule) in
        [("\n", None), ("", Some(RuleId::MissingTerminator)), ("\r\n", Some(RuleId::MixedLineEnds))]
    {
        let file = format!("{begin}{record}{end}");
        let report = check(file.as_bytes(), &options()).unwrap();
        let rejected = u64::from(rule.is_some());
        assert_eq!((report.records, report.rejected), (before + 1, rejected), "{file}");
        if let Some(rule) = rule {
            let own: Vec<_> = report.findings.iter().filter(|it| it.rule == rule).collect();
            let [finding] = &own[..] else { panic!("{own:?}") };
            assert_eq!((finding.record, finding.severity), (Some(before + 1), Severity::Error));
            assert_eq!(finding.offset, begin.len() as u64);
            assert_eq!((finding.column, finding.length), (1, record.len() as u64));
        }
    }
}

#[test]
fn of_gas() {
    let begin = "E450000123409A20220101\n";
    for record in ["E451234567810A20220101", "E451234567810X20220101"] {
        assert_rejected(begin, 1, record);
    }
    let begin = "\"E45\",123409,\"A\",20220101\n";
    for record in ["\"E45\",1234567810,\"A\",20220101", "E45,\"1234567810\",A,20220101"] {
        assert_rejected(begin, 1, record);
    }
}

#[test]
fn of_electricity() {
    let begin = "ZHV|0000000042|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\n81H|1|\n";
    for record in [
        "82H|1|DC01|1013044353630|A|20220201|MRCY|",
        "82H|1|DC01|1013044353630|X|20220201|MRCY|",
        "82H|1|DC01|1013044353630|A|20220201|MRCY",
    ] {
        assert_rejected(begin, 0, record);
    }
}

/// The last line of a file without rejected records has no line ending.
#[test]
fn of_lines_that_are_no_records_nothing_is_rejected() {
    let gas = "A000000000042DXI20220201093000000001\nE451234567810A20220101\nZ990000000001";
    let electricity = "ZHV|0000000042|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\n81H|1|\n\
        82H|1|DC01|1013044353630|A|20220201|MRCY|\nZPT|0000000042|2||1|20220301093500|";
    for file in [gas, electricity] {
        let report = check(file.as_bytes(), &options()).unwrap();
        assert_eq!(report.totals[RuleId::MissingTerminator], 1);
        assert_eq!((report.accepted, report.rejected), (1, 0));
    }
}
