//! Tests the answers to every sample, and to random files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use flagflow_check::{CrossRecords, Flow, Layout, Options, Report, RuleId, Severity, check};
use flagflow_electricity::{D0351, Record};
use flagflow_files::{ErrorKind, HeaderValues, UserFileValues};
use flagflow_gas::E46;
use flagflow_intake::answer::{
    AnswerOptions, AnswerRefusal, AnswerReport, KnownPoints, Reasons, Source, answer,
};
use proptest::prelude::*;

/// Returns every recognised sample of updates.
fn samples() -> Vec<(String, Vec<u8>)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata");
    let mut samples = Vec::new();
    for folder in ["e45/valid", "e45/invalid", "d0350/valid", "d0350/invalid"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "txt") {
                samples.push((path.display().to_string(), fs::read(&path).unwrap()));
            }
        }
    }
    assert!(samples.len() > 100, "{}", samples.len());
    samples
}

fn options() -> AnswerOptions {
    let mut options = AnswerOptions::default();
    options.reasons = Some(Reasons::from_toml("default = \"CODE0001\"").unwrap());
    options.envelope = Some(false);
    options
}

struct Answered {
    response: Vec<u8>,
    listed: Vec<serde_json::Value>,
    report: AnswerReport,
}

fn try_answer(file: &[u8], options: &AnswerOptions) -> Result<Answered, flagflow_files::Error> {
    let (mut response, mut listed) = (Vec::new(), Vec::new());
    let source = Source::from_bytes(file);
    let report = answer(&source, &mut response, Some(&mut listed), options)?;
    let listed = String::from_utf8(listed).unwrap();
    let listed = listed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    Ok(Answered { response, listed, report })
}

fn answered(file: &[u8], options: &AnswerOptions) -> Answered {
    try_answer(file, options).unwrap()
}

fn text(file: &[u8], options: &AnswerOptions) -> String {
    String::from_utf8(answered(file, options).response).unwrap()
}

/// The answers without their reasons.
fn outcomes(response: &[u8]) -> Vec<E46> {
    let mut reader = flagflow_gas::ReaderOptions::new().with_reasons(true).reader(response);
    let answers = reader.records().map(|record| E46::try_from(record.unwrap()).unwrap());
    answers.collect()
}

fn checked(file: &[u8], flow: Flow, layout: Layout) -> Report {
    let options = Options {
        flow: Some(flow),
        layout: Some(layout),
        with_reasons: true,
        max_samples: None,
        ..Options::default()
    };
    check(file, &options).unwrap()
}

/// The records with an error, by the findings of a check.
fn records_with_errors(file: &[u8], options: &Options) -> (Report, BTreeSet<u64>) {
    let options = Options { max_samples: None, ..options.clone() };
    let report = check(file, &options).unwrap();
    let errors = report.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let records = errors.filter_map(|finding| finding.record).collect();
    (report, records)
}

#[test]
fn every_record_of_every_sample_is_answered_or_listed() {
    let (mut refused, mut listed) = (0, 0);
    for (name, file) in samples() {
        let options = options();
        let Ok(answered) = try_answer(&file, &options) else {
            let report = check(&file[..], &Options::default());
            let is_update = report.is_ok_and(|r| !matches!(r.flow, Some(Flow::E46 | Flow::D0351)));
            assert!(!is_update, "{name} has no answer");
            continue;
        };
        let report = &answered.report;
        let (expected, errors) = records_with_errors(&file, &options.check);
        // lines of a second file are listed and no records
        let is_record = |listed: &&serde_json::Value| !listed["record"].is_null();
        let listed_records = answered.listed.iter().filter(is_record).count() as u64;
        assert_eq!(report.accepted + report.refused + listed_records, report.records, "{name}");
        assert_eq!(report.records, expected.records, "{name}");
        assert_eq!(answered.listed.len() as u64, report.listed, "{name}");
        let of_listed = answered.listed.iter().filter_map(|listed| listed["record"].as_u64());
        let unanswered: BTreeSet<u64> = of_listed.collect();
        assert_eq!(report.refused, errors.difference(&unanswered).count() as u64, "{name}");
        for listed in &answered.listed {
            let rest = &file[usize::try_from(listed["offset"].as_u64().unwrap()).unwrap()..];
            let end = rest.iter().position(|byte| *byte == b'\n');
            let line = &rest[..end.unwrap_or(rest.len())];
            // only before a LF is a CR part of the line's end
            let line = if end.is_some() { line.strip_suffix(b"\r").unwrap_or(line) } else { line };
            let shown = &line[..line.len().min(256)];
            assert_eq!(listed["bytes"], flagflow_check::escape(shown), "{name}");
        }
        refused += report.refused;
        listed += report.listed;
    }
    assert!(refused > 20 && listed > 20, "{refused} {listed}");
}

#[test]
fn the_answers_of_every_sample_pass_the_check() {
    // an answer repeats values of the update, which may be the wrong ones
    let repeated = [RuleId::ConflictingUpdate, RuleId::FlagNotInEdition];
    let mut written = 0;
    for (name, file) in samples() {
        let Ok(Answered { response, report, .. }) = try_answer(&file, &options()) else { continue };
        if response.is_empty() {
            continue;
        }
        let (flow, expected) = match report.flow {
            Some(Flow::D0350) => (Flow::D0351, report.refused),
            _ => (Flow::E46, report.answered()),
        };
        let found = checked(&response, flow, report.layout);
        assert_eq!(found.records, expected, "{name}");
        let errors = found.findings.iter().filter(|f| f.severity == Severity::Error);
        let others: Vec<_> = errors.filter(|f| !repeated.contains(&f.rule)).collect();
        assert!(others.is_empty(), "{name}: {others:?}");
        written += found.records;
    }
    assert!(written > 200, "{written}");
}

const UPDATES: &[u8] = b"E451234567810A20220101\n\
    E450000123409A20220101\n\
    E451234567810N20220101\n\
    E451234567890A20220101\n\
    E450000123409A20220101\n\
    nonsense\n";

#[test]
fn answers_come_in_the_files_order_and_the_later_of_a_conflict_is_refused() {
    let Answered { response, listed, report } = answered(UPDATES, &AnswerOptions::default());
    assert_eq!(
        String::from_utf8(response).unwrap(),
        "E46AC1234567810A20220101\n\
         E46AC0000123409A20220101\n\
         E46RJ1234567810N20220101\n\
         E46AC1234567890A20220101\n\
         E46AC0000123409A20220101\n"
    );
    assert_eq!((report.records, report.accepted, report.refused, report.listed), (6, 4, 1, 1));
    let conflict = AnswerRefusal::Rule(RuleId::ConflictingUpdate);
    assert_eq!(report.refusals, BTreeMap::from([(conflict, 1)]));
    assert_eq!(
        listed[0].to_string(),
        r#"{"bytes":"nonsense","line":6,"offset":115,"record":6,"rules":["unknown-record"]}"#
    );
}

#[test]
fn rules_that_are_no_errors_refuse_when_told() {
    let mut options = AnswerOptions::default();
    options.reject_on = vec![RuleId::MprnCheckDigits, RuleId::DuplicateMeterPoint];
    let outcomes: String = text(UPDATES, &options).lines().map(|line| &line[3..5]).collect();
    assert_eq!(outcomes, "ACACRJRJRJ");
    options.check.ignore[RuleId::MprnCheckDigits] = true;
    options.check.severity[RuleId::ConflictingUpdate] = Severity::Note;
    let outcomes: String = text(UPDATES, &options).lines().map(|line| &line[3..5]).collect();
    assert_eq!(outcomes, "ACACACACRJ");
}

#[test]
fn points_of_others_are_refused() {
    let mut options = AnswerOptions::default();
    options.known = Some(KnownPoints::read(&b"123409\n"[..]).unwrap());
    let Answered { response, report, .. } = answered(UPDATES, &options);
    let outcomes: Vec<_> =
        outcomes(&response).iter().map(|answer| answer.outcome().as_str()).collect();
    assert_eq!(outcomes, ["RJ", "AC", "RJ", "RJ", "AC"]);
    assert_eq!(report.refusals[&AnswerRefusal::UnknownMeterPoint], 3);

    options.known = Some(KnownPoints::read(&b"1013044353630\n"[..]).unwrap());
    let error = try_answer(UPDATES, &options).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Options);
}

#[test]
fn reasons_stand_below_what_they_refuse() {
    let mut options = AnswerOptions::default();
    options.known = Some(KnownPoints::read(&b"123409\n1234567890\n"[..]).unwrap());
    let table = "conflicting-update = \"CONFLICT\"\nunknown-meter-point = \"UNKNOWN1\"";
    options.reasons = Some(Reasons::from_toml(table).unwrap());
    options.envelope = Some(true);
    options.header = HeaderValues {
        organisation_id: Some(42),
        file_type: Some("DXR".parse().unwrap()),
        creation_date: Some("20220102".parse().unwrap()),
        creation_time: Some("093000".parse().unwrap()),
        generation_number: Some(7),
    };
    let body = "E46RJ1234567810A20220101\nS72UNKNOWN1\n\
                E46AC0000123409A20220101\n\
                E46RJ1234567810N20220101\nS72CONFLICT\nS72UNKNOWN1\n\
                E46AC1234567890A20220101\nE46AC0000123409A20220101\n";
    let header = "A000000000042DXR20220102093000000007\n";
    assert_eq!(text(UPDATES, &options), format!("{header}{body}Z990000000005\n"));
    options.count_reasons = true;
    assert_eq!(text(UPDATES, &options), format!("{header}{body}Z990000000008\n"));
    assert_eq!(answered(UPDATES, &options).report.reasons, 3);

    options.header.file_type = None;
    let error = try_answer(UPDATES, &options).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::MissingHeaderValues);
    assert!(error.to_string().contains("file_type"), "{error}");
    options.envelope = None;
    assert_eq!(try_answer(UPDATES, &options).err().unwrap().kind(), ErrorKind::Options);
}

const D0350: &[u8] = b"ZHV|0000000001|D0350001|Z|DCCO|P|LOND|20220101000000||||TR01|\r\n\
    X01|1|\r\n\
    X02|1|DC01|1013044353630|A|20220101|\r\n\
    X02|2|DC01|1013044353630|N|20220101|\r\n\
    X02|3|DC01|1200000000020|A|20221301|\r\n\
    X02|4|DC01|120000000002|A|20220101|\r\n\
    X09|\r\n\
    ZPT|0000000001|6||1|20220101000000|\r\n";

fn rejections() -> AnswerOptions {
    let mut options = AnswerOptions::default();
    let table = "conflicting-update = \"C1\"\nunknown-meter-point = \"U1\"\ndefault = \"E1\"";
    options.reasons = Some(Reasons::from_toml(table).unwrap());
    options.user_file = UserFileValues {
        file_identifier: Some("ANSWER1".to_owned()),
        created: Some("20220102030405".parse().unwrap()),
        ..UserFileValues::default()
    };
    options
}

#[test]
fn refused_updates_of_electricity_are_rejected_and_the_others_are_not() {
    let Answered { response, listed, report } = answered(D0350, &rejections());
    assert_eq!(
        String::from_utf8(response.clone()).unwrap(),
        "ZHV|ANSWER1|D0351001|P|LOND|Z|DCCO|20220102030405||||TR01|\r\n\
         X01|1|\r\n\
         X03|2|DC11|1013044353630|C1|\r\n\
         X03|3|DC11|1200000000020|E1|\r\n\
         ZPT|ANSWER1|3||1|20220102030405|\r\n"
    );
    assert_eq!((report.records, report.accepted, report.refused, report.listed), (5, 1, 2, 2));
    let records: Vec<_> = listed.iter().map(|listed| listed["record"].as_u64().unwrap()).collect();
    assert_eq!(records, [4, 5]);

    let mut reader = flagflow_electricity::Reader::from_slice(&response);
    let mut record = Record::new();
    assert!(reader.read_raw(&mut record).unwrap());
    assert_eq!(record.reasons().first().unwrap().as_str(), "C1");

    let mut options = rejections();
    options.known = Some(KnownPoints::read(&b"1200000000020\n"[..]).unwrap());
    let report = answered(D0350, &options).report;
    assert_eq!((report.accepted, report.refused, report.listed), (0, 3, 2));
}

#[test]
fn a_rejection_without_a_code_is_none() {
    let mut options = rejections();
    options.reasons = None;
    let error = try_answer(D0350, &options).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Options);
    options.reasons = Some(Reasons::from_toml("conflicting-update = \"C1\"").unwrap());
    options.known = Some(KnownPoints::read(&b""[..]).unwrap());
    let error = try_answer(D0350, &options).err().unwrap().to_string();
    assert!(error.contains("invalid-date, ") && error.contains("unknown-meter-point,"), "{error}");
    assert!(!error.contains("conflicting-update"), "{error}");
    options.reasons = Some(Reasons::from_toml("default = \"TOO LONG A CODE\"").unwrap());
    let error = try_answer(D0350, &options).err().unwrap().to_string();
    assert!(error.contains("1 to 8 ASCII characters"), "{error}");
}

#[test]
fn what_a_header_of_rejections_misses_is_named() {
    let mut options = rejections();
    options.user_file = UserFileValues::default();
    let error = try_answer(D0350, &options).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::MissingHeaderValues);
    assert_eq!(error.to_string(), "the header has no value for file_identifier, created");
    options.envelope = Some(false);
    assert!(text(D0350, &options).starts_with("X01|1|\r\nX03|2|"));
}

#[test]
fn a_response_is_not_answered() {
    let d0351 = answered(D0350, &rejections()).response;
    for file in [&b"E46AC1234567810A20220101\n"[..], &d0351] {
        let error = try_answer(file, &options()).err().unwrap();
        assert!(error.to_string().contains("a response itself"), "{error}");
    }
}

#[test]
fn what_is_masked_shows_no_meter_point() {
    let mut options = options();
    options.check.mask = true;
    let Answered { listed, report, .. } = answered(b"E451234567810A2022\n", &options);
    assert!(listed[0]["bytes"].is_null());
    assert!(!report.samples[0].to_string().contains("1234567810"));
}

/// Many updates of few points, so that most of them meet again.
fn crowd(records: u64) -> Vec<u8> {
    let mut file = Vec::new();
    let mut random = 7u64;
    for _ in 0..records {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let (point, flag) =
            ((random >> 40) % (records * 2), b"ANI"[usize::try_from((random >> 33) % 3).unwrap()]);
        file.extend(format!("E45{point:010}{}20220101\n", char::from(flag)).into_bytes());
        if random >> 60 == 0 {
            file.extend(b"E45broken\n");
        }
    }
    file
}

#[test]
fn past_its_memory_the_answer_is_the_same() {
    let file = crowd(20_000);
    let mut options = options();
    for more in [vec![], vec![RuleId::DuplicateMeterPoint]] {
        options.reject_on = more;
        options.check.cross_records = CrossRecords::DEFAULT;
        let at_once = answered(&file, &options);
        assert!(!at_once.report.read_twice && at_once.report.refused > 1000);
        options.check.cross_records = CrossRecords::Within { memory: 1 };
        let twice = answered(&file, &options);
        assert!(twice.report.read_twice);
        assert!(twice.response == at_once.response);
        assert!(twice.listed == at_once.listed && twice.listed.len() > 100);
        assert_eq!(twice.report.refusals, at_once.report.refusals);
        assert_eq!(twice.report.accepted, at_once.report.accepted);
    }
}

/// Returns the expected outcomes by a plain reading of the rules: the first update of a point and a
/// day is accepted.
fn expected(updates: &[(u64, usize)]) -> Vec<&'static str> {
    let mut first = BTreeMap::new();
    let outcome = |&(point, flag): &(u64, usize)| {
        if *first.entry(point).or_insert(flag) == flag { "AC" } else { "RJ" }
    };
    updates.iter().map(outcome).collect()
}

proptest! {
    #[test]
    fn conflicts_are_told_as_by_hand(
        updates in proptest::collection::vec((0u64..20, 0usize..3), 1..60),
    ) {
        let line = |(point, flag): &(u64, usize)| {
            format!("E45{point:010}{}20220101\n", ["A", "N", "I"][*flag])
        };
        let file: String = updates.iter().map(line).collect();
        let answers = outcomes(&answered(file.as_bytes(), &AnswerOptions::default()).response);
        let found: Vec<_> = answers.iter().map(|answer| answer.outcome().as_str()).collect();
        prop_assert_eq!(found, expected(&updates));
    }

    #[test]
    fn nothing_is_lost_whatever_the_bytes(
        lines in proptest::collection::vec(
            prop_oneof![
                Just(b"E451234567810A20220101".to_vec()),
                Just(b"E451234567810N20220101".to_vec()),
                Just(b"E46AC1234567810A20220101".to_vec()),
                Just(b"Z990000000001".to_vec()),
                Just(b"X02|1|DC01|1013044353630|A|20220101|".to_vec()),
                Just(b"X02|2|DC01|1013044353630|N|20220101|".to_vec()),
                Just(b"X01|1|".to_vec()),
                proptest::collection::vec(any::<u8>(), 0..40),
            ],
            0..30,
        ),
        electric in any::<bool>(),
        spoiled in any::<proptest::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut file = lines.join(&b'\n');
        if !file.is_empty() {
            let at = spoiled.index(file.len());
            file[at] = byte;
        }
        let mut options = options();
        options.check.flow = Some(if electric { Flow::D0350 } else { Flow::E45 });
        if let Ok(Answered { report, listed, response }) = try_answer(&file, &options) {
            prop_assert_eq!(report.accepted + report.refused + report.listed, report.records);
            prop_assert_eq!(listed.len() as u64, report.listed);
            let refused = response.split(|b| *b == b'\n').filter(|l| l.starts_with(b"E46RJ"));
            let rejected = response.split(|b| *b == b'\n').filter(|l| l.starts_with(b"X03"));
            prop_assert_eq!((refused.count() + rejected.count()) as u64, report.refused);
        }
    }
}
