//! Tests the answers to every sample, and to random files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use flagflow_check::{CrossRecords, Flow, Layout, Options, Report, RuleId, Severity, check};
use flagflow_electricity::{D0172, D0351, Record};
use flagflow_files::{ErrorKind, HeaderValues, UserFileValues};
use flagflow_gas::E46;
use flagflow_intake::answer::{
    AnswerNumbers, AnswerOptions, AnswerOutputs, AnswerRefusal, AnswerReport, KnownPoints, Reasons,
    Source, answer,
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

fn options(is_gas: bool) -> AnswerOptions {
    let mut options = AnswerOptions::default();
    options.envelope = Some(false);
    if is_gas {
        options.reasons = Some(Reasons::from_toml("default = \"CODE0001\"").unwrap());
    } else {
        options.deemed_received = Some("20240115".parse().unwrap());
        options.answered_file = Some("0000000042".parse().unwrap());
    }
    options
}

fn options_of(name: &str) -> AnswerOptions {
    options(!name.contains("d0350"))
}

struct Answered {
    response: Vec<u8>,
    /// The D0351 of a D0350.
    rejections: Vec<u8>,
    listed: Vec<serde_json::Value>,
    report: AnswerReport,
}

fn try_answer(file: &[u8], options: &AnswerOptions) -> Result<Answered, flagflow_files::Error> {
    let (mut response, mut rejections, mut listed) = (Vec::new(), Vec::new(), Vec::new());
    let source = Source::from_bytes(file);
    let outputs = match options.deemed_received {
        Some(_) => AnswerOutputs::electricity(&mut response, &mut rejections),
        None => AnswerOutputs::gas(&mut response),
    };
    let report = answer(&source, outputs.with_listed(Some(&mut listed)), options)?;
    let listed = String::from_utf8(listed).unwrap();
    let listed = listed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    Ok(Answered { response, rejections, listed, report })
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
        let options = options_of(&name);
        let Ok(answered) = try_answer(&file, &options) else {
            let report = check(&file[..], &Options::default());
            let is_answer = |flow| matches!(flow, Some(Flow::E46 | Flow::D0351 | Flow::D0172));
            let is_update = report.is_ok_and(|report| !is_answer(report.flow));
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
    let expect = |name: &str, response: &[u8], flow, layout, records| {
        let found = checked(response, flow, layout);
        assert_eq!(found.records, records, "{name}");
        let errors = found.findings.iter().filter(|f| f.severity == Severity::Error);
        let others: Vec<_> = errors.filter(|f| !repeated.contains(&f.rule)).collect();
        assert!(others.is_empty(), "{name}: {others:?}");
    };
    let (mut answers, mut rejections) = (0, 0);
    for (name, file) in samples() {
        let Ok(answered) = try_answer(&file, &options_of(&name)) else { continue };
        let layout = answered.report.layout;
        let report = answered.report;
        assert_eq!(report.has_rejections(), !answered.rejections.is_empty(), "{name}");
        if report.flow != Some(Flow::D0350) {
            if !answered.response.is_empty() {
                expect(&name, &answered.response, Flow::E46, layout, report.answered());
            }
            answers += report.answered();
            continue;
        }
        expect(&name, &answered.response, Flow::D0172, layout, 1);
        if report.has_rejections() {
            expect(&name, &answered.rejections, Flow::D0351, layout, report.refused);
        }
        let own = [u32::try_from(report.records).unwrap(), u32::try_from(report.accepted).unwrap()];
        let confirmed = confirmation(&answered.response, layout);
        assert_eq!([confirmed.received(), confirmed.accepted()], own, "{name}");
        assert_eq!(confirmed.rejected(), own[0] - own[1], "{name}");
        rejections += report.refused;
    }
    assert!(answers > 100 && rejections > 20, "{answers} {rejections}");
}

/// Returns the one record of a D0172.
fn confirmation(file: &[u8], layout: Layout) -> D0172 {
    let layout = match layout {
        Layout::Zhf => flagflow_electricity::Layout::Zhf,
        _ => flagflow_electricity::Layout::Zhv,
    };
    let options = flagflow_electricity::ReaderOptions::new()
        .flow(flagflow_electricity::Flow::D0172)
        .layout(layout);
    let mut reader = options.reader(file);
    let record = reader.read().unwrap().unwrap();
    assert!(reader.read().unwrap().is_none());
    record.try_into().unwrap()
}

const UPDATES: &[u8] = b"E451234567810A20220101\n\
    E450000123409A20220101\n\
    E451234567810N20220101\n\
    E451234567890A20220101\n\
    E450000123409A20220101\n\
    nonsense\n";

#[test]
fn answers_come_in_the_files_order_and_the_later_of_a_conflict_is_refused() {
    let Answered { response, listed, report, .. } = answered(UPDATES, &AnswerOptions::default());
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

/// Accepted; conflict; date and flag; MPAN; supplier; cut off; no number; nonsense; two faults.
const D0350: &[u8] = b"ZHV|0000000042|D0350001|Z|DCCO|P|LOND|20240115093000||||TR01|\r\n\
    81H|7|\r\n\
    82H|1|DC01|1200000000020|A|20240114|MRCY|\r\n\
    82H|2|DC01|1200000000020|N|20240114|MRCY|\r\n\
    82H|3|DC01|1200000000049|Q|20241301|MRCY|\r\n\
    82H|4|DC01|120000000002|A|20240114|MRCY|\r\n\
    82H|5|DC01|1200000000067|A|20240114||\r\n\
    82H|6|DC01|\r\n\
    82H|x|DC01|1200000000085|A|20240114|MRCY|\r\n\
    99X|\r\n\
    82H|9|DC02|1200000000100|S|20240114|MRCY|\r\n\
    ZPT|0000000042|10||1|20240115093000|\r\n";

fn rejections() -> AnswerOptions {
    let mut options = AnswerOptions::default();
    options.deemed_received = Some("20240116".parse().unwrap());
    options.user_file = UserFileValues {
        file_identifier: Some("0000000900".to_owned()),
        created: Some("20240116101500".parse().unwrap()),
        ..UserFileValues::default()
    };
    options
}

/// Worked out by hand from the catalogue.
#[test]
fn a_d0350_has_a_confirmation_and_the_rejections_of_what_is_refused() {
    let Answered { response, rejections: refused, listed, report } = answered(D0350, &rejections());
    assert_eq!(
        String::from_utf8(response).unwrap(),
        "ZHV|0000000900|D0172001|P|LOND|Z|DCCO|20240116101500||||TR01|\r\n\
         749|1|\r\n\
         357|1|DC90|20240116|0000000042|9|1|8|\r\n\
         ZPT|0000000900|2||1|20240116101500|\r\n"
    );
    assert_eq!(
        String::from_utf8(refused.clone()).unwrap(),
        "ZHV|0000000901|D0351001|P|LOND|Z|DCCO|20240116101500||||TR01|\r\n\
         83H|1|\r\n\
         84H|1|DC11|2|1200000000020|20240116|N|20240114|MRCY|\r\n85H|48|\r\n\
         84H|2|DC11|3|1200000000049|20240116|||MRCY|\r\n85H|55|\r\n85H|56|\r\n\
         84H|3|DC11|4||20240116|A|20240114|MRCY|\r\n85H|3|\r\n\
         84H|4|DC11|5|1200000000067|20240116|A|20240114||\r\n85H|38|\r\n\
         84H|5|DC11|6||20240116||||\r\n85H|38|\r\n\
         84H|6|DC11|9|1200000000100|20240116|S|20240114|MRCY|\r\n85H|1|\r\n85H|55|\r\n\
         ZPT|0000000901|15||1|20240116101500|\r\n"
    );
    assert_eq!((report.records, report.accepted, report.refused, report.listed), (9, 1, 6, 2));
    assert_eq!((report.reasons, report.without_code), (8, 0));
    let records: Vec<_> = listed.iter().map(|listed| listed["record"].as_u64().unwrap()).collect();
    assert_eq!(records, [7, 8]);

    let mut reader = flagflow_electricity::Reader::from_slice(&refused);
    let mut record = Record::new();
    assert!(reader.read_raw(&mut record).unwrap());
    assert_eq!(D0351::try_from(&record).unwrap().incoming_instruction_number(), 2);
    assert_eq!(record.reasons().first().unwrap().as_str(), "48");
}

#[test]
fn a_refused_update_with_the_number_0_is_listed() {
    let file = "ZHV|0000000042|D0350001|Z|DCCO|P|LOND|20240115093000||||TR01|\n\
                81H|7|\n\
                82H|0|DC01|1200000000020|Q|20240114|MRCY|\n\
                82H|1|DC01|1200000000049|A|20240114|MRCY|\n\
                ZPT|0000000042|3||1|20240115093000|\n";
    let Answered { response, rejections, listed, report } =
        answered(file.as_bytes(), &rejections());
    assert_eq!((report.records, report.accepted, report.refused, report.listed), (2, 1, 0, 1));
    assert_eq!((rejections, listed[0]["record"].as_u64()), (Vec::new(), Some(1)));
    let text = String::from_utf8(response).unwrap();
    assert!(text.contains("\n357|1|DC90|20240116|0000000042|2|1|1|\n"), "{text}");
}

#[test]
fn what_is_not_refused_is_not_rejected() {
    let file = "ZHF0000000042D0350001ZDCCOPLOND20240115093000          \x20OPER\n\
                81H000000000007\n\
                82H000000000001DC011200000000020A20240114MRCY\n\
                ZPT00000000420000000002          000000000120240115093000\n";
    let header = format!("{:<60}", "ZHF0000000042D0350001ZDCCOPLOND20240115093000");
    let header = format!("{}OPER", &header[..56]);
    let file = file.replacen(file.lines().next().unwrap(), &header, 1);
    let answered = answered(file.as_bytes(), &rejections());
    assert_eq!((answered.report.accepted, answered.report.has_rejections()), (1, false));
    assert_eq!(answered.rejections, b"");
    let text = String::from_utf8(answered.response).unwrap();
    let line = "\n357000000000001DC90202401160000000042000010000100000\n";
    assert!(text.contains(line), "{text}");
}

#[test]
fn points_of_other_distributors_have_code_3_once() {
    let mut options = rejections();
    options.known = Some(KnownPoints::read(&b"1200000000049\n"[..]).unwrap());
    options.reject_on = vec![RuleId::MpanCheckDigit, RuleId::InvalidSupplierId];
    let Answered { rejections: refused, report, .. } = answered(D0350, &options);
    assert_eq!((report.accepted, report.refused, report.listed), (0, 7, 2));
    let text = String::from_utf8(refused).unwrap();
    assert!(
        text.contains("84H|1|DC11|1|1200000000020|20240116|A|20240114|MRCY|\r\n85H|3|\r\n84H|2|")
    );
    assert!(text.contains("|2|1200000000020|20240116|N|20240114|MRCY|\r\n85H|48|\r\n85H|3|\r\n"));
}

/// A supplier id that cannot be read has the code 58 by itself; one of another form has it if the
/// warning about it refuses.
#[test]
fn an_invalid_supplier_id_has_code_58() {
    let file = String::from_utf8_lossy(D0350)
        .replace("1200000000020|A|20240114|MRCY", "1200000000020|A|20240114|MRCYX")
        .replace("1200000000020|N|20240114|MRCY", "1200000000038|N|20240114|MR1");
    let mut options = rejections();
    let text = |options: &AnswerOptions| {
        String::from_utf8(answered(file.as_bytes(), options).rejections).unwrap()
    };
    let unreadable = "84H|1|DC11|1|1200000000020|20240116|A|20240114||\r\n85H|58|\r\n84H|2|DC11|";
    let warned = "2|1200000000038|20240116|N|20240114|MR1|\r\n85H|58|\r\n";
    let all = text(&options);
    assert!(all.contains(&format!("{unreadable}3|")) && !all.contains("MR1"), "{all}");
    options.reject_on = vec![RuleId::InvalidSupplierId];
    let all = text(&options);
    assert!(all.contains(&format!("{unreadable}{warned}84H|3|DC11|3|")), "{all}");
}

#[test]
fn a_table_takes_precedence_and_its_default_is_for_what_has_no_code() {
    let mut options = rejections();
    let table = "conflicting-update = \"62\"\nunknown-flag = \"X1\"\ndefault = \"E1\"";
    options.reasons = Some(Reasons::from_toml(table).unwrap());
    options.reject_on = vec![RuleId::InstructionNumber];
    let file = String::from_utf8_lossy(D0350).replace("82H|5|", "82H|3|");
    let text = String::from_utf8(answered(file.as_bytes(), &options).rejections).unwrap();
    let codes: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("85H|")).collect();
    assert_eq!(codes, ["62|", "X1|", "56|", "3|", "38|", "E1|", "38|", "1|", "55|"]);

    options.reasons = None;
    let error = try_answer(D0350, &options).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Options);
    assert_eq!(error.to_string(), "reasons: no code for instruction-number, and no default");
    options.reasons = Some(Reasons::from_toml("default = \"TOO LONG\"").unwrap());
    let error = try_answer(D0350, &options).err().unwrap().to_string();
    assert!(error.contains("1 to 4 ASCII characters"), "{error}");
}

#[test]
fn both_files_have_numbers_of_their_own() {
    let mut options = rejections();
    options.confirmation = AnswerNumbers { file_sequence: 12, first_instruction: 40 };
    options.rejections = AnswerNumbers { file_sequence: 5, first_instruction: 100 };
    options.rejections_identifier = Some("R7".to_owned());
    let Answered { response, rejections: refused, .. } = answered(D0350, &options);
    let text = String::from_utf8(response).unwrap();
    assert!(text.contains("749|12|\r\n357|40|DC90|"), "{text}");
    let text = String::from_utf8(refused).unwrap();
    assert!(text.starts_with("ZHV|R7|") && text.contains("83H|5|\r\n84H|100|DC11|2|"), "{text}");
    assert!(text.contains("84H|105|DC11|9|") && text.contains("ZPT|R7|15|"), "{text}");
}

type Change = fn(&mut AnswerOptions);

/// A value or an output that an answer to electricity cannot be without, and the error.
#[test]
fn what_is_missing_is_named_and_nothing_is_written() {
    let cases: [(Change, &str); 8] = [
        (
            |options| options.user_file = UserFileValues::default(),
            "the header has no value for file_identifier, created",
        ),
        (|options| options.deemed_received = None, "a second file, of rejections"),
        (
            |options| options.user_file.file_identifier = Some("LAST".to_owned()),
            "does not follow from that of the confirmation",
        ),
        (
            |options| options.rejections_identifier = Some("0000000900".to_owned()),
            "the same file identifier",
        ),
        (|options| options.envelope = Some(false), "an answer without a header"),
        (|options| options.answered_file = Some("A-1".parse().unwrap()), "letters and digits"),
        (|options| options.header.generation_number = Some(1), "the header values of a gas file"),
        (|options| options.layout = Some(Layout::Fixed), "cannot be in layout fixed"),
    ];
    for (change, part) in cases {
        let mut options = rejections();
        change(&mut options);
        let error = try_answer(D0350, &options).err().unwrap().to_string();
        assert!(error.contains(part), "{error}");
    }
    let mut options = options(false);
    options.answered_file = None;
    options.check.flow = Some(Flow::D0350);
    let error = try_answer(b"81H|1|\n", &options).err().unwrap().to_string();
    assert!(error.contains("the identifier of the file"), "{error}");
    let source = Source::from_bytes(D0350);
    let (mut out, mut refused) = (Vec::new(), Vec::new());
    let outputs = AnswerOutputs::electricity(&mut out, &mut refused);
    let error = answer(&source, outputs, &AnswerOptions::default()).unwrap_err().to_string();
    assert!(error.contains("the day on which the file was received"), "{error}");
    let outputs = AnswerOutputs::electricity(&mut out, &mut refused);
    let gas = Source::from_bytes(UPDATES);
    let error = answer(&gas, outputs, &AnswerOptions::default()).unwrap_err().to_string();
    assert!(error.contains("a gas file has none"), "{error}");
    assert!(out.is_empty() && refused.is_empty());
}

#[test]
fn more_updates_than_a_confirmation_can_count_are_refused() {
    let file = |records: u64| {
        let line = |n| format!("82H|{n}|DC01|{:013}|A|20240114|MRCY|\n", 1_200_000_000_000_u64 + n);
        "81H|1|\n".to_owned() + &(1..=records).map(line).collect::<String>()
    };
    let mut options = options(false);
    options.check.flow = Some(Flow::D0350);
    let most = answered(file(99_999).as_bytes(), &options);
    assert!(text_of(&most.response).ends_with("|99999|99999|0|\n"));
    let Err(error) = try_answer(file(100_000).as_bytes(), &options) else { panic!() };
    assert_eq!(
        error.to_string(),
        "the file has more than 99999 updates, and a confirmation (D0172) cannot count more"
    );
}

fn text_of(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn a_response_is_not_answered() {
    let Answered { response, rejections: refused, .. } = answered(D0350, &rejections());
    let e46 = b"E46AC1234567810A20220101\n".to_vec();
    for (file, is_gas) in [(e46, true), (refused, false), (response, false)] {
        let error = try_answer(&file, &options(is_gas)).err().unwrap();
        assert!(error.to_string().contains("a response itself"), "{error}");
    }
}

#[test]
fn what_is_masked_shows_no_meter_point() {
    let mut options = options(true);
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
    let mut options = options(true);
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
                Just(b"82H|1|DC01|1013044353630|A|20220101|MRCY|".to_vec()),
                Just(b"82H|2|DC01|1013044353630|N|20220101|MRCY|".to_vec()),
                Just(b"81H|1|".to_vec()),
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
        let mut options = options(!electric);
        options.check.flow = Some(if electric { Flow::D0350 } else { Flow::E45 });
        if let Ok(Answered { report, listed, response, rejections }) = try_answer(&file, &options) {
            prop_assert_eq!(report.accepted + report.refused + report.listed, report.records);
            prop_assert_eq!(listed.len() as u64, report.listed);
            let refused = response.split(|b| *b == b'\n').filter(|l| l.starts_with(b"E46RJ"));
            let rejected = rejections.split(|b| *b == b'\n').filter(|l| l.starts_with(b"84H"));
            prop_assert_eq!((refused.count() + rejected.count()) as u64, report.refused);
        }
    }
}
