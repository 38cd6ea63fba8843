//! Generated files, and the faults in them.

use std::collections::{HashMap, HashSet};

use crate::common::converted;
use flagflow_check::{Flow, Options, RuleId, check};
use flagflow_domain::{Edition, Fuel};
use flagflow_exchange::convert::{ConvertField as AnyField, ConvertOptions, RecordFormat};
use flagflow_exchange::generate::{
    GenerateOptions, MOST_RECORDS, default_header, file_faults, generate, spoils,
};
use flagflow_files::{ErrorKind, HeaderValues};
use flagflow_gas::{Detail, Header, Layout, RawRecord, Reader, edition_on, read_detail};

fn made(options: &GenerateOptions) -> (Vec<u8>, Vec<serde_json::Value>) {
    let (mut file, mut faults) = (Vec::new(), Vec::new());
    let report = generate(&mut file, Some(&mut faults), options).unwrap();
    let faults = String::from_utf8(faults).unwrap();
    let faults: Vec<_> = faults.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(report.bytes, file.len() as u64);
    assert_eq!(report.records, options.records);
    assert_eq!(report.spoiled.values().sum::<u64>(), faults.len() as u64);
    (file, faults)
}

/// Every kind of file there is.
fn kinds(records: u64) -> Vec<GenerateOptions> {
    let mut kinds = Vec::new();
    for flow in [Flow::E45, Flow::E46] {
        for layout in Layout::ALL {
            for edition in [Edition::PreMp077, Edition::Mp077] {
                for envelope in [None, Some(HeaderValues::default())] {
                    let mut options = GenerateOptions::new(flow, records);
                    (options.layout, options.edition) = (layout.into(), edition);
                    (options.envelope, options.seed) = (envelope, kinds.len() as u64);
                    kinds.push(options);
                }
            }
        }
    }
    kinds
}

/// Pinned: what a seed gives is the same on every machine and in every version.
#[test]
fn a_seed_gives_the_same_file_for_ever() {
    let mut options = GenerateOptions::new(Flow::E45, 3);
    (options.seed, options.envelope) = (42, Some(HeaderValues::default()));
    let (file, _) = made(&options);
    assert_eq!(
        String::from_utf8(file).unwrap(),
        "\
         A000000000001DXI20240102093000000001\n\
         E455682756300A20211224\n\
         E459824381606N20220624\n\
         E455010706806A20230530\n\
         Z990000000003\n\
        "
    );
    let mut options = GenerateOptions::new(Flow::E46, 4);
    (options.seed, options.layout, options.edition) = (7, Layout::Uklink.into(), Edition::PreMp077);
    options.invalid = 0.5;
    let (file, faults) = made(&options);
    assert_eq!(
        String::from_utf8(file).unwrap(),
        "\
         \"E46\",\"AC\",8216455203,\"W\",20170909\n\
         \"E46\",\"AC\",2656213901,\" \",20180801\n\
         \"E46\",\"AC\",294O854310,\"S\",20180525\n\
         \"E46\",\"AC\",4140710107,\"W\",20180819\n\
        "
    );
    let expected: Vec<serde_json::Value> = [
r#"{"rule":"unknown-flag","severity":"error","line":2,"record":2,"offset":58,"column":24,"length":1,"field":"dcc_service_flag"}"#,
r#"{"rule":"not-a-number","severity":"error","line":3,"record":3,"offset":81,"column":12,"length":10,"field":"meter_point_reference"}"#,
].iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(faults, expected);
}

#[test]
fn values_are_plausible_and_every_point_comes_once() {
    for options in kinds(20_000) {
        let (file, _) = made(&options);
        let mut reader = Reader::from_slice(&file);
        let details: Vec<Detail> = reader.records().map(Result::unwrap).collect();
        assert_eq!(details.len(), 20_000);
        let day = default_header(options.edition).creation_date.unwrap();
        assert_eq!(edition_on(day), options.edition);
        assert_eq!(
            reader.header().map(|header| header.creation_date),
            options.envelope.map(|_| day)
        );
        let points: HashSet<_> = details.iter().map(Detail::meter_point_reference).collect();
        assert_eq!(points.len(), details.len());
        for detail in details {
            assert!(detail.meter_point_reference().has_valid_check_digits());
            assert!(options.edition.allows(detail.flag()));
            assert!(detail.effective_from() <= day);
            assert_eq!(edition_on(detail.effective_from()), options.edition);
            assert_eq!(detail.outcome().is_some(), options.flow == Flow::E46);
        }
    }
}

fn layout_of(options: &GenerateOptions) -> Layout {
    if options.layout == Layout::Fixed.into() { Layout::Fixed } else { Layout::Uklink }
}

fn number(fault: &serde_json::Value, key: &str) -> usize {
    usize::try_from(fault[key].as_u64().unwrap()).unwrap()
}

#[test]
fn what_is_left_alone_is_as_without_faults() {
    for mut options in kinds(500) {
        let (clean, none) = made(&options);
        assert!(none.is_empty());
        options.invalid = 0.3;
        let (spoiled, faults) = made(&options);
        let lines: HashSet<_> = faults.iter().map(|fault| number(fault, "line")).collect();
        assert_eq!(lines.len(), faults.len(), "one fault a line");
        assert!((100..200).contains(&lines.len()));
        let pairs = clean.split(|b| *b == b'\n').zip(spoiled.split(|b| *b == b'\n'));
        for (number, (clean, spoiled)) in (1..).zip(pairs) {
            assert_eq!(clean != spoiled, lines.contains(&number), "line {number}");
        }
        options.invalid = 1.0;
        assert_eq!(made(&options).1.len(), 500);
    }
}

/// The reader's errors match the planted faults, place by place.
#[test]
fn faults_that_a_reader_can_see_are_those_it_sees() {
    let mut rules = HashSet::new();
    for mut options in kinds(2_000) {
        options.invalid = 0.4;
        let (file, faults) = made(&options);
        let mut reading = ConvertOptions::new(RecordFormat::Jsonl);
        (reading.samples, reading.skip_invalid) = (usize::MAX, true);
        reading.edition = options.envelope.map(|_| options.edition);
        let (_, report) = converted(&file, &reading);
        let seen: Vec<_> = report
            .refusals
            .iter()
            .map(|refusal| {
                let (at, field) = (refusal.position, refusal.field.as_ref().map(AnyField::name));
                (refusal.reason.name(), at.line, at.record.unwrap(), at.offset, at.column, field)
            })
            .collect();
        let other_flow = if options.flow == Flow::E45 { "E46" } else { "E45" };
        let visible = faults.iter().filter(|fault| {
            let line = &file[number(fault, "offset")..][..4];
            let of_other_flow = line.windows(3).any(|tag| tag == other_flow.as_bytes());
            fault["severity"] == "error"
                && fault["rule"] != "conflicting-update"
                && !(fault["rule"] == "unexpected-record" && of_other_flow)
        });
        let expected: Vec<_> = visible
            .map(|fault| {
                let at = |key: &str| fault[key].as_u64().unwrap();
                let rule = fault["rule"].as_str().unwrap();
                (
                    rule,
                    at("line"),
                    at("record"),
                    at("offset"),
                    at("column"),
                    fault["field"].as_str(),
                )
            })
            .collect();
        let differ = seen.iter().zip(&expected).find(|(seen, expected)| seen != expected);
        assert_eq!(differ, None);
        assert_eq!(seen.len(), expected.len());
        rules.extend(faults.iter().map(|fault| fault["rule"].as_str().unwrap().to_owned()));
    }
    assert_eq!(rules, spoils(Fuel::Gas).map(|rule| rule.to_string()).collect());
}

/// Faults that a reader cannot detect are shown by the record itself, its header, or an earlier
/// record.
#[test]
fn faults_of_a_file_are_what_they_say() {
    for mut options in kinds(2_000) {
        options.invalid = 0.4;
        let (file, faults) = made(&options);
        let faults: HashMap<_, _> = faults.iter().map(|f| (number(f, "line"), f)).collect();
        let day = default_header(options.edition).creation_date.unwrap();
        let mut good = HashMap::new();
        for (line_number, line) in (1..).zip(file.split(|byte| *byte == b'\n')) {
            let Ok(detail) = read_detail(line, layout_of(&options)) else { continue };
            let key = (detail.meter_point_reference(), detail.effective_from());
            let Some(fault) = faults.get(&line_number) else {
                assert_eq!(good.insert(key, detail.flag()), None);
                continue;
            };
            let (column, length) = (number(fault, "column"), number(fault, "length"));
            let bytes = &line[column - 1..column - 1 + length];
            if let Some(name) = fault["field"].as_str() {
                let raw = RawRecord::cut(line, layout_of(&options)).unwrap();
                let (_, _, field) = raw.fields().find(|(field, ..)| field.name() == name).unwrap();
                assert_eq!(field, bytes);
            }
            match fault["rule"].as_str().unwrap() {
                "mprn-check-digits" => {
                    assert!(!detail.meter_point_reference().has_valid_check_digits());
                    assert_eq!(good.get(&key), None);
                }
                "future-effective-date" => assert!(detail.effective_from() > day),
                "flag-not-in-edition" => assert!(!options.edition.allows(detail.flag())),
                "duplicate-meter-point" => assert_eq!(good[&key], detail.flag()),
                "conflicting-update" => {
                    assert_ne!(good[&key], detail.flag());
                    assert!(options.edition.allows(detail.flag()));
                }
                rule => assert_eq!(rule, "unexpected-record"),
            }
        }
    }
}

#[test]
fn the_trailer_counts_every_record_spoiled_or_not() {
    let mut options = GenerateOptions::new(Flow::E45, 300);
    (options.envelope, options.invalid) = (Some(HeaderValues::default()), 0.5);
    let (file, _) = made(&options);
    let trailer = file.split(|byte| *byte == b'\n').rfind(|line| !line.is_empty()).unwrap();
    assert_eq!(trailer, b"Z990000000300");
}

#[test]
fn header_values_are_the_given_ones() {
    let mut options = GenerateOptions::new(Flow::E45, 1);
    options.envelope = Some(HeaderValues {
        organisation_id: Some(77),
        creation_date: "20230101".parse().ok(),
        ..HeaderValues::default()
    });
    let (file, _) = made(&options);
    assert!(file.starts_with(b"A000000000077DXI20230101093000000001\n"));
    let raw = RawRecord::cut(&file[..36], Layout::Fixed).unwrap();
    assert_eq!(Header::try_from(&raw).unwrap().organisation_id(), 77);
}

#[test]
fn what_cannot_be_made_is_said() {
    let failure = |change: fn(&mut GenerateOptions)| {
        let mut options = GenerateOptions::new(Flow::E45, 1);
        change(&mut options);
        let error = generate(Vec::new(), None, &options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Options);
        error.to_string()
    };
    let many = failure(|options| options.records = MOST_RECORDS + 1);
    assert_eq!(many, "at most 99999000 records: each has a meter point of its own");
    let rate = "the share of faults is from 0 to 1";
    assert_eq!(failure(|options| options.invalid = 1.5), rate);
    assert_eq!(failure(|options| options.invalid = f64::NAN), rate);
    let envelope = failure(|options| {
        options.edition = Edition::Any;
        options.envelope = Some(HeaderValues::default());
    });
    assert_eq!(envelope, "an enveloped file is of one edition: pre-mp077 or mp077");
    let other = failure(|options| {
        let creation_date = "20211104".parse().ok();
        options.envelope = Some(HeaderValues { creation_date, ..HeaderValues::default() });
    });
    assert_eq!(other, "a file made on 2021-11-04 is of edition pre-mp077, not mp077");
}

#[test]
fn a_file_of_no_records_is_its_envelope() {
    let mut options = GenerateOptions::new(Flow::E45, 0);
    assert_eq!(made(&options).0, b"");
    options.envelope = Some(HeaderValues::default());
    assert_eq!(made(&options).0, b"A000000000001DXI20240102093000000001\nZ990000000000\n");
}

/// The rules that no fault of one generated file breaks, with the reason.
const NOT_PLANTED: [(&str, &str); 9] = [
    ("edition-unknown", "a bare file has none; in a header it comes with another fault"),
    ("file-name", "a file has no name until it is stored"),
    ("too-many-instructions", "100,000 updates break it by themselves"),
    ("sequence-unknown", "needs two files"),
    ("sequence-repeated", "needs two files"),
    ("sequence-backwards", "needs two files"),
    ("sequence-skipped", "needs two files"),
    ("sequence-wrapped", "needs two files"),
    ("same-content", "needs two files"),
];

/// The rules that cannot be broken in files of a flow, since its lines have no such items.
fn is_foreign(flow: Flow, rule: &str) -> bool {
    let of_gas = [
        "invalid-time",
        "invalid-reason",
        "wrong-file-type",
        "record-count",
        "mprn-check-digits",
        "unknown-outcome",
    ];
    let of_electricity = [
        "item-too-long",
        "empty-item",
        "control-character",
        "missing-trailing-bar",
        "trailing-blanks",
        "invalid-timestamp",
        "flow-version",
        "unexpected-role",
        "test-flag",
        "invalid-file-id",
        "file-id-mismatch",
        "group-count",
        "flow-count",
        "group-cardinality",
        "confirmation-counts",
        "instruction-type",
        "mpan-check-digit",
        "unknown-distributor",
        "date-out-of-range",
        "invalid-supplier-id",
        "participant-mismatch",
        "instruction-number",
        "file-sequence-number",
    ];
    // the rules of an update, of which a confirmation has no items
    let of_updates = [
        "unknown-flag",
        "flag-not-in-edition",
        "future-effective-date",
        "mpan-check-digit",
        "unknown-distributor",
        "duplicate-meter-point",
        "conflicting-update",
        "invalid-supplier-id",
        "participant-mismatch",
    ];
    let between_updates = ["duplicate-meter-point", "conflicting-update"];
    match flow {
        Flow::E45 => {
            of_electricity.contains(&rule) || ["invalid-reason", "unknown-outcome"].contains(&rule)
        }
        Flow::E46 => of_electricity.contains(&rule),
        Flow::D0350 => of_gas.contains(&rule) || rule == "confirmation-counts",
        Flow::D0351 => {
            of_gas.contains(&rule)
                || between_updates.contains(&rule)
                || rule == "confirmation-counts"
        }
        _ => of_gas.contains(&rule) || of_updates.contains(&rule),
    }
}

/// Returns the findings of a file, without the notes on a bare file's edition.
fn found(file: &[u8], options: &GenerateOptions) -> Vec<(String, u64, u64, u64, Option<String>)> {
    let how = Options {
        max_samples: None,
        with_reasons: true,
        flow: Some(options.flow),
        layout: Some(options.layout),
        ..Options::default()
    };
    let report = check(file, &how).unwrap();
    let findings = report.findings.iter().filter(|it| it.rule != RuleId::EditionUnknown);
    findings
        .map(|it| (it.rule.to_string(), it.line, it.offset, it.length, it.field.clone()))
        .collect()
}

/// Each rule of docs/rules.md is planted in each flow, or has a reason why not.
#[test]
fn every_rule_is_planted_in_every_flow() {
    for flow in Flow::ALL {
        let mut planted = HashSet::new();
        let electric = matches!(flow, Flow::D0350 | Flow::D0351 | Flow::D0172);
        let layouts = if electric {
            [flagflow_check::Layout::Zhv, flagflow_check::Layout::Zhf]
        } else {
            [flagflow_check::Layout::Fixed, flagflow_check::Layout::Uklink]
        };
        for layout in layouts {
            let mut options = GenerateOptions::new(flow, 5);
            (options.layout, options.envelope) = (layout, Some(HeaderValues::default()));
            let fuel = if electric { Fuel::Electricity } else { Fuel::Gas };
            for rule in file_faults(fuel) {
                options.file_fault = Some(rule);
                let (mut file, mut faults) = (Vec::new(), Vec::new());
                let Ok(report) = generate(&mut file, Some(&mut faults), &options) else { continue };
                assert_eq!(report.spoiled.get(&rule), Some(&1), "{rule} {flow} {layout}");
                let fault: serde_json::Value = serde_json::from_slice(&faults).unwrap();
                let number = |key: &str| fault[key].as_u64().unwrap();
                let field = fault["field"].as_str().map(str::to_owned);
                let place = (number("line"), number("offset"), number("length"));
                let name = rule.to_string();
                planted.insert(name.clone());
                let expected = [(name, place.0, place.1, place.2, field)];
                let shown = String::from_utf8_lossy(&file[..file.len().min(600)]).into_owned();
                assert_eq!(found(&file, &options), expected, "{rule} {flow} {layout}\n{shown}");
            }
            options.file_fault = None;
            (options.records, options.invalid) = (2_000, 0.8);
            let report = generate(Vec::new(), None, &options).unwrap();
            planted.extend(report.spoiled.keys().map(ToString::to_string));
        }
        let rules = include_str!("../../../../docs/rules.md");
        let names = rules.lines().filter_map(|line| line.strip_prefix("## "));
        for name in names {
            let excused = NOT_PLANTED.iter().any(|(rule, _)| *rule == name);
            let is_foreign = is_foreign(flow, name);
            assert_eq!(planted.contains(name), !excused && !is_foreign, "{name} in {flow}");
        }
    }
}

#[test]
fn a_fault_that_a_file_cannot_have_is_an_error() {
    let mut options = GenerateOptions::new(Flow::E45, 1);
    for (rule, envelope) in [
        (RuleId::EmptyLine, None),
        (RuleId::SameContent, Some(HeaderValues::default())),
        (RuleId::InvalidReason, Some(HeaderValues::default())),
        (RuleId::TestFlag, Some(HeaderValues::default())),
    ] {
        (options.file_fault, options.envelope) = (Some(rule), envelope);
        let error = generate(Vec::new(), None, &options).unwrap_err();
        assert_eq!(error.to_string(), format!("{rule} cannot be planted in this file"));
    }
    let mut options = GenerateOptions::new(Flow::D0350, 0);
    options.file_fault = Some(RuleId::ParticipantMismatch);
    let error = generate(Vec::new(), None, &options).unwrap_err();
    assert_eq!(error.to_string(), "this fault of a file needs a record");
}
