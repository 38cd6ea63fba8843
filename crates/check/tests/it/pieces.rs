//! The report does not depend on the sizes of reads, nor on the memory limit of the cross-record
//! rules.

#![allow(clippy::cast_possible_truncation, reason = "small numbers, made here")]

use std::io::BufReader;

use flagflow_check::{
    CrossRecords, EditionChoice, Options, PerRule, Report, RuleId, Severity, check, render,
};
use flagflow_domain::Edition;
use proptest::prelude::*;

use crate::common::samples;

/// Returns the whole report as one text, for comparison.
fn json(report: &Report) -> String {
    let mut out = Vec::new();
    render::json(&mut out, "", report).unwrap();
    String::from_utf8(out).unwrap()
}

fn outcome(input: impl std::io::BufRead, options: &Options) -> String {
    check(input, options).map_or_else(|error| format!("{:?}", error.kind()), |report| json(&report))
}

#[test]
fn a_report_is_the_same_by_every_buffer() {
    for (path, bytes) in samples() {
        let options = Options { max_line: 100, ..Options::default() };
        let whole = outcome(bytes.as_slice(), &options);
        let capacities = (1..=bytes.len().min(64)).chain([bytes.len() / 2 + 1, bytes.len() + 1]);
        for capacity in capacities {
            let pieces = outcome(BufReader::with_capacity(capacity, bytes.as_slice()), &options);
            assert_eq!(pieces, whole, "{} by {capacity}", path.display());
        }
    }
}

/// Asserts the invariants of a report.
fn assert_sound(report: &Report, options: &Options) {
    assert_eq!(report.accepted + report.rejected, report.records);
    let flags: u64 = report.flags.iter().map(|(_, count)| count).sum();
    assert!(flags <= report.accepted);
    let total: u64 = report.totals.iter().map(|(_, count)| count).sum();
    assert_eq!(report.truncated, (report.findings.len() as u64) < total);
    for (rule, count) in report.totals.iter() {
        let samples = report.findings.iter().filter(|finding| finding.rule == rule).count();
        let most = options.max_samples.unwrap_or(usize::MAX) as u64;
        assert_eq!(samples as u64, most.min(*count), "{rule}");
        assert!(!options.ignore[rule] || *count == 0);
    }
    let mut before = (0, 0);
    for finding in &report.findings {
        assert!(finding.offset + finding.length <= report.bytes);
        assert!(finding.line >= before.0);
        before = (finding.line, finding.offset);
        assert!(finding.record.is_none_or(|record| (1..=report.records).contains(&record)));
    }
    if options.max_samples.is_none() {
        let errors = report.findings.iter().filter(|finding| finding.severity == Severity::Error);
        let mut rejected: Vec<u64> = errors.filter_map(|finding| finding.record).collect();
        rejected.sort_unstable();
        rejected.dedup();
        assert_eq!(rejected.len() as u64, report.rejected);
    }
}

/// Generates lines of both layouts, with typical faults.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just("E45"),
        Just("E46"),
        Just("A00"),
        Just("Z99"),
        Just("S72"),
        Just("AC"),
        Just("A"),
        Just("N"),
        Just("S"),
        Just("1234567810"),
        Just("0000123409"),
        Just("20220101"),
        Just("20230229"),
        Just(","),
        Just("\""),
        Just("\"E45\",1234567810,\"A\",20220101"),
        Just("E451234567810A20220101"),
        Just("E451234567810N20220101"),
        Just("E46RJ1234567810A20220101"),
        Just("\r"),
        Just("\u{e9}"),
        Just("0"),
        Just("ZHV|0000000042|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|"),
        Just("81H|1|"),
        Just("82H|1|DC01|1013044353630|A|20220201|MRCY|"),
        Just("ZPT|0000000042|2||1|20220301093500|"),
        Just("|"),
        Just("A000000000042DXI20220201093000000001"),
        Just("Z990000000002"),
        Just("S72ABC00001"),
    ];
    (proptest::collection::vec(piece, 0..5), prop_oneof![Just("\n"), Just("\r\n"), Just("")])
        .prop_map(|(pieces, end)| [pieces.concat().as_bytes(), end.as_bytes()].concat())
}

fn options() -> impl Strategy<Value = Options> {
    let rule = || (0..RuleId::COUNT).prop_map(|n| RuleId::all().nth(n).unwrap());
    let edition = prop_oneof![
        Just(EditionChoice::Auto),
        Just(EditionChoice::Given(Edition::Mp077)),
        Just(EditionChoice::Given(Edition::PreMp077)),
    ];
    let samples = prop_oneof![Just(None), Just(Some(0)), Just(Some(1)), Just(Some(3))];
    (edition, samples, rule(), rule(), any::<bool>(), any::<bool>()).prop_map(
        |(edition, max_samples, ignored, raised, with_reasons, mask)| Options {
            edition,
            max_samples,
            ignore: PerRule::from_fn(|rule| rule == ignored),
            severity: PerRule::from_fn(|rule| {
                if rule == raised { Severity::Error } else { rule.rule().severity }
            }),
            with_reasons,
            mask,
            max_line: 60,
            ..Options::default()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn any_file_gives_a_sound_report(
        lines in proptest::collection::vec(line(), 0..12),
        options in options(),
        capacity in 1usize..40,
    ) {
        let file = lines.concat();
        let pieces = outcome(BufReader::with_capacity(capacity, file.as_slice()), &options);
        prop_assert_eq!(outcome(file.as_slice(), &options), pieces);
        if let Ok(report) = check(file.as_slice(), &options) {
            assert_sound(&report, &options);
            prop_assert_eq!(report.bytes, file.len() as u64);
        }
    }
}

/// Returns a file that is large enough to spill with the smallest limit: each point twice or more,
/// some with conflicts.
fn large() -> Vec<u8> {
    let mut file = Vec::new();
    for number in 0..6000u64 {
        let flag = if number % 7 == 0 { 'N' } else { 'A' };
        let point = number * 7919 % 2500 + 100_000;
        if number % 2 == 0 {
            file.extend(format!("\"E45\",{point:07},\"{flag}\",20220101\n").bytes());
        } else {
            file.extend(format!("E45,\"{point}\",{flag},20220101\r\n").bytes());
        }
    }
    file
}

#[test]
fn spilling_changes_nothing_in_the_report() {
    let file = large();
    let with = |memory, max_samples, raised: Option<RuleId>| {
        let options = Options {
            cross_records: CrossRecords::Within { memory },
            max_samples,
            severity: PerRule::from_fn(|rule| {
                if Some(rule) == raised { Severity::Error } else { rule.rule().severity }
            }),
            ..Options::default()
        };
        let report = check(file.as_slice(), &options).unwrap();
        assert_sound(&report, &options);
        assert!(report.totals[RuleId::DuplicateMeterPoint] > 100);
        assert!(report.totals[RuleId::ConflictingUpdate] > 100);
        report
    };
    for max_samples in [None, Some(5)] {
        for raised in [None, Some(RuleId::DuplicateMeterPoint)] {
            let held = with(usize::MAX, max_samples, raised);
            let mut deferred = with(1, max_samples, raised);
            assert_eq!(json(&deferred), json(&held));
            assert!(deferred.lacks_excerpts() && !held.lacks_excerpts());
            deferred.show_again(|offset| Ok(&file[offset as usize..])).unwrap();
            assert_eq!(deferred.findings, held.findings);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// In files whose lines differ, later findings equal immediate findings, with the same excerpt,
    /// masked or not.
    #[test]
    fn what_is_told_late_is_the_same(
        lines in proptest::collection::vec(
            (0u64..60, "[ANIX]", 0usize..5, "(\r)?\n|\r\r\n|\n\n", "\"?"), 1..200),
        mask in any::<bool>(),
        end in any::<bool>(),
    ) {
        // more points than have immediate results
        let mut file: Vec<u8> =
            (0..1100).flat_map(|n| format!("E45,{},A,20220101\n", 5_000_000 + n).into_bytes()).collect();
        for (point, flag, width, line_end, quote) in &lines {
            let width = width + 6;
            let line = format!("E45,{quote}{point:0width$}{quote},{flag},20220101{line_end}");
            file.extend(line.bytes());
        }
        file.extend(if end { &b"E45,000001,A,20220101"[..] } else { b"" });
        let with = |memory| {
            let cross_records = CrossRecords::Within { memory };
            let options = Options { cross_records, mask, max_samples: None, ..Options::default() };
            check(file.as_slice(), &options).unwrap()
        };
        let (held, mut deferred) = (with(usize::MAX), with(1));
        prop_assert_eq!(json(&deferred), json(&held));
        deferred.show_again(|offset| Ok(&file[offset as usize..])).unwrap();
        prop_assert_eq!(deferred.findings, held.findings);
    }
}

/// No excerpt is added if the value in the file has changed.
#[test]
fn a_file_that_changed_is_not_shown() {
    let file = large();
    let options = Options {
        cross_records: CrossRecords::Within { memory: 1 },
        max_samples: None,
        ..Options::default()
    };
    let mut report = check(file.as_slice(), &options).unwrap();
    report.show_again(|offset| Ok(&file[..offset as usize / 2])).unwrap();
    report.show_again(|_| Ok(&b"E45,"[..])).unwrap();
    assert!(report.lacks_excerpts());
    let gone = || std::io::Error::from(std::io::ErrorKind::NotFound);
    assert!(report.show_again(|_| Err::<&[u8], _>(gone())).is_err());
}

#[test]
fn cross_record_rules_can_be_off() {
    let options = Options { cross_records: CrossRecords::Off, ..Options::default() };
    let report = check(large().as_slice(), &options).unwrap();
    assert_eq!(report.totals[RuleId::DuplicateMeterPoint], 0);
    assert_eq!(report.totals[RuleId::ConflictingUpdate], 0);
    assert_eq!(report.rejected, 0);
}
