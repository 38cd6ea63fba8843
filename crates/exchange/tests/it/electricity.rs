//! Electricity, from one format to another, again, and from a seed.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use crate::common::{converted, refusals};
use flagflow_check::{Flow, Layout, Options, check};
use flagflow_domain::{Distributor, Edition, Fuel, ServiceFlag};
use flagflow_electricity::{Header, Profile, RawRecord};
use flagflow_exchange::convert::{
    ConvertOptions, ConvertReport, EnvelopeRule, RecordFormat, convert,
};
use flagflow_exchange::generate::{Distributors, GenerateOptions, generate, most_records, spoils};
use flagflow_exchange::roundtrip::{RoundTrip, roundtrip, roundtrip_by};
use flagflow_files::{ErrorKind, UserFileValues};

const FILE: &str = "\
    ZHV|0000475656|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\n\
    X01|1|\n\
    X02|1|DC01|1013044353630|A|20220101|\n\
    X01|2|\n\
    X02|7|DC01|1000000000012|N|20220102|\n\
    ZPT|0000475656|4||2|20220301093100|\n";

const TABLE: &str = "\
    file_sequence_number,instruction_number,instruction_type,mpan_core,dcc_service_flag,effective_from_date\n\
    1,1,DC01,1013044353630,A,20220101\n\
    2,7,DC01,1000000000012,N,20220102\n";

/// Other codes, another order, an extra item in each group.
const PROFILE: &str = r#"
name = "a test's"
source = "invented"
flow = "D0350"
version = "002"
from_role = "Z"
to_role = "P"
instruction_type = "NEW"
mp077_first_day = 2022-02-01
[[group]]
code = "G1"
level = 1
items = [{ name = "batch", most = 6 }, { name = "file_sequence_number", kind = "number", most = 4 }]
[[group]]
code = "UPD9"
level = 2
update = true
items = [
    { name = "dcc_service_flag", most = 1 },
    { name = "note", most = 12 },
    { name = "mpan_core", most = 13 },
    { name = "effective_from_date", most = 8 },
    { name = "instruction_type", most = 5 },
    { name = "instruction_number", most = 8 },
]
"#;

const PROFILED: &str = "\
    ZHV|7|D0350002|Z|DCCO|P|EELC|20220301093000|a|b|c|TR01|\r\n\
    G1|x,y|3|\r\n\
    UPD9|A|\"q\", 007|1013044353630|20220101|NEW|1|\r\n\
    UPD9|N||1000000000012|20220102|NEW|2|\r\n\
    G1||4|\r\n\
    UPD9|I|-|1000000000023|20220102|NEW|3|\r\n\
    ZPT|7|5|sum|2|20220301093100|\r\n";

fn profile() -> Arc<Profile> {
    Arc::new(Profile::from_toml(PROFILE).unwrap())
}

/// The same with items that must have a value.
fn demanding() -> Arc<Profile> {
    let own = "{ name = \"note\", most = 12 },";
    let more = "{ name = \"supplier_id\", most = 3 },\n\
                { name = \"site\", kind = \"number\", most = 5, mandatory = true },";
    let text = PROFILE.replace(own, &format!("{own}\n{more}"));
    let text = text.replace("\"batch\", most = 6", "\"batch\", most = 6, mandatory = true");
    Arc::new(Profile::from_toml(&text).unwrap())
}

fn to(format: RecordFormat) -> ConvertOptions {
    ConvertOptions::new(format)
}

fn complete(input: &[u8], options: &ConvertOptions) -> Vec<u8> {
    let (output, report) = converted(input, options);
    assert!(report.is_complete(), "{:?}", report.refusals);
    output.into_bytes()
}

fn values_of(file: &[u8]) -> UserFileValues {
    let header: Header = {
        let line = file.split(|byte| *byte == b'\n').next().unwrap().trim_ascii_end();
        let profile = Profile::builtin(flagflow_electricity::Flow::D0350);
        let layout = flagflow_electricity::Layout::recognise(line).unwrap();
        Header::try_from(&RawRecord::cut(line, profile.table(layout)).unwrap()).unwrap()
    };
    UserFileValues {
        file_identifier: Some(header.file_identifier().to_owned()),
        from_participant: Some(header.from_participant().to_owned()),
        to_participant: Some(header.to_participant().to_owned()),
        created: Some(header.created()),
        completed: "20220301093100".parse().ok(),
        test_flag: Some(header.test_flag().to_owned()),
    }
}

fn samples() -> Vec<(String, Vec<u8>)> {
    let mut samples = Vec::new();
    for folder in ["d0350", "d0351", "d0172"] {
        let folder = format!("{}/../../testdata/{folder}/valid", env!("CARGO_MANIFEST_DIR"));
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "txt") {
                samples.push((path.display().to_string(), fs::read(&path).unwrap()));
            }
        }
    }
    assert!(samples.len() > 40, "the samples are where they should be");
    samples
}

#[test]
fn every_valid_sample_is_the_same_again() {
    for (name, file) in samples() {
        let result = roundtrip(file.as_slice(), file.as_slice()).unwrap();
        let bytes = file.len() as u64;
        assert!(matches!(result, RoundTrip::Same { bytes: b, .. } if b == bytes), "{name}");
    }
}

#[test]
fn every_valid_sample_comes_back_from_the_other_formats() {
    for (name, file) in samples() {
        let own = RecordFormat::recognise(&file).unwrap();
        let other = if own == RecordFormat::Zhv { RecordFormat::Zhf } else { RecordFormat::Zhv };
        let objects = complete(&file, &to(RecordFormat::Jsonl));
        assert_eq!(complete(&objects, &to(own)), file, "{name}");
        // the fixed layout has no place for items without a name
        if !name.contains("teen-items") && !name.contains("seven-items") {
            let there = complete(&file, &to(other));
            assert_eq!(complete(&there, &to(own)), file, "{name}");
        }
    }
}

#[test]
fn a_table_has_a_row_for_each_update() {
    let table = complete(FILE.as_bytes(), &to(RecordFormat::Csv));
    assert_eq!(String::from_utf8(table.clone()).unwrap(), TABLE);
    let mut options = to(RecordFormat::Zhv);
    options.user_file = values_of(FILE.as_bytes());
    assert_eq!(String::from_utf8(complete(&table, &options)).unwrap(), FILE);
}

#[test]
fn a_table_needs_its_header_values_and_numbers_its_rows() {
    let table = "mpan_core,note,dcc_service_flag,effective_from_date\n\
                 0913044353630,x,A,2022-01-01\n1000000000012,x,N,20220102\n";
    let error = convert(table.as_bytes(), Vec::new(), &to(RecordFormat::Zhv)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MissingHeaderValues);
    assert_eq!(
        error.to_string(),
        "the header has no value for file_identifier, to_participant, created"
    );
    let mut options = to(RecordFormat::Zhv);
    options.user_file = UserFileValues {
        file_identifier: Some("007".to_owned()),
        to_participant: Some("EELC".to_owned()),
        created: "20220301093000".parse().ok(),
        ..UserFileValues::default()
    };
    let (file, report) = converted(table.as_bytes(), &options);
    assert_eq!(
        file,
        "ZHV|007|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\nX01|1|\n\
         X02|1|DC01|0913044353630|A|20220101|\nX02|2|DC01|1000000000012|N|20220102|\n\
         ZPT|007|3||1|20220301093000|\n"
    );
    assert_eq!(report.ignored, ["note"]);
    options.user_file.file_identifier = Some("12345678901".to_owned());
    let error = convert(table.as_bytes(), Vec::new(), &options).unwrap_err();
    assert_eq!(error.to_string(), "header: file_identifier: longer than 10 characters");
}

#[test]
fn a_table_of_rejections_says_which_update_is_rejected() {
    let table = "mpan_core,reason_code\n1013044353630,R1\n";
    let error = convert(table.as_bytes(), Vec::new(), &to(RecordFormat::Jsonl)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Table);
    assert!(error.to_string().contains("no column instruction_number;"), "{error}");
    let table = "mpan_core,reason_code,instruction_number\n1013044353630,\"a,b\",9\n";
    let objects = complete(table.as_bytes(), &to(RecordFormat::Jsonl));
    assert_eq!(
        String::from_utf8(objects.clone()).unwrap(),
        "{\"record\":\"group\",\"file_sequence_number\":1}\n\
         {\"record\":\"update\",\"instruction_number\":9,\"instruction_type\":\"DC11\",\
         \"mpan_core\":\"1013044353630\",\"reason_code\":\"a,b\"}\n"
    );
    // its first line says nothing of the flow: a profile does
    let mut options = to(RecordFormat::Csv);
    options.profile = Some(Profile::builtin(flagflow_electricity::Flow::D0351));
    let table = complete(&objects, &options);
    assert!(table.ends_with(b"\n1,9,DC11,1013044353630,\"a,b\"\n"));
}

#[test]
fn records_stay_of_their_fuel() {
    for (input, format, words) in [
        ("E451234567810A20211105\n", RecordFormat::Zhv, "gas records cannot become zhv"),
        ("{\"transaction_type\":\"E45\"}\n", RecordFormat::Zhf, "gas records cannot become zhf"),
        (FILE, RecordFormat::Fixed, "electricity records cannot become fixed"),
        (TABLE, RecordFormat::Uklink, "electricity records cannot become uklink"),
    ] {
        let error = convert(input.as_bytes(), Vec::new(), &to(format)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Options);
        assert!(error.to_string().starts_with(words), "{error}");
    }
}

#[test]
fn bad_lines_are_listed_at_their_places_in_every_format() {
    let bad = |text: &str| text.replace("1013044353630", "101304435363x");
    let objects = String::from_utf8(complete(FILE.as_bytes(), &to(RecordFormat::Jsonl))).unwrap();
    for (input, line) in [(bad(FILE), 3), (bad(TABLE), 2), (bad(&objects), 3)] {
        let byte = input.find("101304435363x").unwrap();
        let column = byte - input[..byte].rfind('\n').unwrap();
        let place = format!("line {line}, column {column} (byte {byte})");
        let (_, report) = converted(input.as_bytes(), &to(RecordFormat::Jsonl));
        let words = "mpan_core: not a number of the field's length: `101304435363x`";
        assert_eq!(refusals(&report), [format!("{place}: {words}")]);
        assert_eq!((report.records, report.refused, report.written), (2, 1, 0));
        let mut masked = to(RecordFormat::Jsonl);
        masked.mask = true;
        assert!(!refusals(&converted(input.as_bytes(), &masked).1)[0].contains("1013"));
    }
}

/// The third note of the profile's file is a formula; it comes back from a safe table.
#[test]
fn a_safe_table_has_no_formula_and_comes_back() {
    let options = |to, csv_safe| {
        let mut options = ConvertOptions::new(to);
        (options.profile, options.csv_safe) = (Some(profile()), csv_safe);
        options
    };
    let plain = complete(PROFILED.as_bytes(), &options(RecordFormat::Csv, false));
    let safe = complete(PROFILED.as_bytes(), &options(RecordFormat::Csv, true));
    let text = |table: &[u8]| String::from_utf8(table.to_vec()).unwrap();
    assert_eq!(text(&safe), text(&plain).replace(",-,", ",'-,"));
    assert_ne!(safe, plain);
    let objects = complete(&plain, &options(RecordFormat::Jsonl, false));
    assert_eq!(complete(&safe, &options(RecordFormat::Jsonl, true)), objects);
    assert_eq!(complete(&safe, &options(RecordFormat::Csv, true)), safe);
}

#[test]
fn objects_without_a_kind_are_as_rows() {
    let object = |point: &str| {
        format!(
            r#"{{"mpan_core":"{point}","dcc_service_flag":"A","effective_from_date":"2022-01-01"}}"#
        ) + "\n"
    };
    let mut options = to(RecordFormat::Zhv);
    options.user_file = values_of(FILE.as_bytes());
    let (file, report) =
        converted((object("1013044353630") + &object("1000000000013")).as_bytes(), &options);
    assert!(report.is_complete(), "{:?}", refusals(&report));
    let lines: Vec<&str> = file.lines().skip(1).take(3).collect();
    assert_eq!(
        lines,
        ["X01|1|", "X02|1|DC01|1013044353630|A|20220101|", "X02|2|DC01|1000000000013|A|20220101|"]
    );
    let warned = report.warnings["mpan-check-digit"];
    assert_eq!((warned.records, warned.line), (1, 2));
}

fn reasons(report: &ConvertReport) -> Vec<&str> {
    report.reasons.keys().copied().collect()
}

#[test]
fn what_is_wrong_with_the_file_is_made_anew_only_where_bad_things_are_left_out() {
    let objects = String::from_utf8(complete(FILE.as_bytes(), &to(RecordFormat::Jsonl))).unwrap();
    for (file, reason) in [
        (FILE.replace("|4||2|", "|5||2|"), "group-count"),
        (FILE.replace("|4||2|", "|4||3|"), "flow-count"),
        (FILE.replace("ZPT|0000475656", "ZPT|475656"), "file-id-mismatch"),
        (objects.replace("\"group_count\":4", "\"group_count\":5"), "group-count"),
        (objects.replace("\"flow_count\":2", "\"flow_count\":3"), "flow-count"),
    ] {
        let mut options = to(RecordFormat::Zhv);
        let (_, report) = converted(file.as_bytes(), &options);
        assert_eq!((report.file_faults, reasons(&report)), (1, vec![reason]));
        assert!(!report.is_publishable());
        options.skip_invalid = true;
        assert_eq!(converted(file.as_bytes(), &options).0, FILE, "{reason}");
    }
}

#[test]
fn items_without_a_name_have_no_place_in_the_fixed_layout() {
    let file = FILE.replace("OPER|", "OPER|a|b c|").replace("3100|", "3100|z|");
    assert_eq!(complete(file.as_bytes(), &to(RecordFormat::Zhv)), file.as_bytes());
    let mut options = to(RecordFormat::Zhf);
    let (_, report) = converted(file.as_bytes(), &options);
    assert_eq!(reasons(&report), ["not-writable"]);
    options.skip_invalid = true;
    let (fixed, report) = converted(file.as_bytes(), &options);
    assert_eq!(report.file_faults, 2);
    assert_eq!(fixed.as_bytes(), complete(FILE.as_bytes(), &to(RecordFormat::Zhf)));
}

#[test]
fn header_values_go_over_the_inputs() {
    let mut options = to(RecordFormat::Zhv);
    options.user_file.to_participant = Some("LOND".to_owned());
    options.user_file.completed = "20220302000000".parse().ok();
    let expected = FILE.replace("EELC", "LOND").replace("20220301093100", "20220302000000");
    assert_eq!(complete(FILE.as_bytes(), &options), expected.as_bytes());
    options.envelope = EnvelopeRule::Drop;
    let error = convert(FILE.as_bytes(), Vec::new(), &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Options);
}

#[test]
fn flags_are_mapped_and_held_to_an_edition() {
    let mut options = to(RecordFormat::Csv);
    options.edition = Some(Edition::PreMp077);
    let (_, report) = converted(FILE.as_bytes(), &options);
    assert_eq!(reasons(&report), ["flag-not-in-edition"]);
    options.map_flags = vec![(ServiceFlag::NonActive, ServiceFlag::Suspended)];
    let (table, report) = converted(FILE.as_bytes(), &options);
    assert_eq!(table, TABLE.replace(",N,", ",S,"));
    assert_eq!(report.mapped[0].records, 1);
}

#[test]
fn a_profile_of_its_own_loses_no_byte() {
    let own = profile();
    let again = roundtrip_by(Some(&own), PROFILED.as_bytes(), PROFILED.as_bytes()).unwrap();
    assert_eq!(again, RoundTrip::Same { bytes: PROFILED.len() as u64, records: 3 });
    let with = |format| {
        let mut options = to(format);
        options.profile = Some(own.clone());
        options
    };
    for format in [RecordFormat::Zhf, RecordFormat::Jsonl] {
        let there = complete(PROFILED.as_bytes(), &with(format));
        assert_eq!(complete(&there, &with(RecordFormat::Zhv)), PROFILED.as_bytes(), "{format}");
    }
    let table = complete(PROFILED.as_bytes(), &with(RecordFormat::Csv));
    let rows = String::from_utf8(table.clone()).unwrap();
    assert_eq!(
        rows.lines().nth(1),
        Some("\"x,y\",3,A,\"\"\"q\"\", 007\",1013044353630,20220101,NEW,1")
    );
    let mut options = with(RecordFormat::Zhv);
    options.user_file = values_of(PROFILED.as_bytes());
    let file = String::from_utf8(complete(&table, &options)).unwrap();
    // what only the envelope has is not in a table
    assert_eq!(file, PROFILED.replace("|a|b|c|", "||||").replace("|sum|", "||"));
}

fn kinds(records: u64) -> Vec<GenerateOptions> {
    let mut kinds = Vec::new();
    for flow in [Flow::D0350, Flow::D0351] {
        for layout in [Layout::Zhv, Layout::Zhf] {
            for edition in [Edition::PreMp077, Edition::Mp077] {
                let mut options = GenerateOptions::new(flow, records);
                (options.layout, options.edition) = (layout, edition);
                options.seed = kinds.len() as u64;
                if flow == Flow::D0350 {
                    let mut profiled = options.clone();
                    profiled.profile = Some(profile());
                    kinds.push(profiled.clone());
                    profiled.profile = Some(demanding());
                    kinds.push(profiled);
                }
                kinds.push(options);
            }
        }
    }
    kinds
}

type Place = (String, String, u64, u64, u64, u64, u64, Option<String>);

#[test]
fn check_finds_each_planted_fault_and_nothing_else() {
    let mut rules = BTreeSet::new();
    for mut options in kinds(3_000) {
        options.invalid = 0.3;
        let (mut file, mut faults) = (Vec::new(), Vec::new());
        generate(&mut file, Some(&mut faults), &options).unwrap();
        let mut how = Options { max_samples: None, ..Options::default() };
        if let Some(own) = &options.profile {
            how.d0350 = own.clone();
        }
        let report = check(file.as_slice(), &how).unwrap();
        let notes = ["placeholder-profile", "edition-unknown"];
        let found: Vec<Place> = report
            .findings
            .iter()
            .filter(|finding| !notes.contains(&finding.rule.name()))
            .map(|finding| {
                (
                    finding.rule.name().to_owned(),
                    finding.severity.as_str().to_owned(),
                    finding.line,
                    finding.record.unwrap(),
                    finding.offset,
                    finding.column,
                    finding.length,
                    finding.field.clone(),
                )
            })
            .collect();
        let planted: Vec<Place> = faults
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| {
                let fault: serde_json::Value = serde_json::from_slice(line).unwrap();
                let number = |key: &str| fault[key].as_u64().unwrap();
                (
                    fault["rule"].as_str().unwrap().to_owned(),
                    fault["severity"].as_str().unwrap().to_owned(),
                    number("line"),
                    number("record"),
                    number("offset"),
                    number("column"),
                    number("length"),
                    fault["field"].as_str().map(ToOwned::to_owned),
                )
            })
            .collect();
        assert!(planted.len() > 700, "{}", planted.len());
        let differ = found.iter().zip(&planted).find(|(found, planted)| found != planted);
        assert_eq!(differ, None);
        assert_eq!(found.len(), planted.len());
        rules.extend(planted.into_iter().map(|place| place.0));
    }
    assert_eq!(rules, spoils(Fuel::Electricity).map(|rule| rule.to_string()).collect());
}

#[test]
fn generated_files_pass_and_are_the_same_again() {
    for mut options in kinds(2_000) {
        options.distributors = Distributors::One(Distributor::new(12).unwrap());
        let mut file = Vec::new();
        generate(&mut file, None, &options).unwrap();
        let mut how = Options::default();
        if let Some(own) = &options.profile {
            how.d0350 = own.clone();
        }
        let report = check(file.as_slice(), &how).unwrap();
        assert_eq!(report.accepted, 2_000);
        let worst: Vec<_> =
            report.findings.iter().filter(|finding| finding.severity.as_str() != "note").collect();
        assert!(worst.is_empty(), "{worst:?}");
        let again = roundtrip_by(options.profile.as_ref(), file.as_slice(), file.as_slice());
        let same = RoundTrip::Same { bytes: file.len() as u64, records: 2_000 };
        assert_eq!(again.unwrap(), same);
    }
}

#[test]
fn a_seed_gives_the_same_file_for_ever() {
    let mut options = GenerateOptions::new(Flow::D0350, 2);
    options.seed = 42;
    let mut file = Vec::new();
    generate(&mut file, None, &options).unwrap();
    assert_eq!(
        String::from_utf8(file).unwrap(),
        "ZHV|0000000001|D0350001|Z|DCCO|P|EELC|20240102093000||||OPER|\n\
         X01|1|\n\
         X02|1|DC01|1077066476209|A|20211224|\n\
         X02|2|DC01|1038459306101|N|20220624|\n\
         ZPT|0000000001|3||1|20240102093000|\n"
    );
}

#[test]
fn what_cannot_be_made_is_said() {
    let failure = |change: fn(&mut GenerateOptions)| {
        let mut options = GenerateOptions::new(Flow::D0350, 1);
        change(&mut options);
        let error = generate(Vec::new(), None, &options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Options);
        error.to_string()
    };
    let many = failure(|options| options.records = most_records(Flow::D0350) + 1);
    assert_eq!(many, "at most 9999999998 records: each has a meter point of its own");
    let layout = failure(|options| options.layout = Layout::Fixed);
    assert_eq!(layout, "electricity records have no layout fixed: zhv or zhf");
    let other = failure(|options| {
        options.flow = Flow::D0351;
        options.profile = Some(profile());
    });
    assert_eq!(other, "the profile is one of D0350, not of D0351");
    let day = failure(|options| {
        options.profile = Some(profile());
        options.user_file.created = "20220131000000".parse().ok();
    });
    assert_eq!(day, "a file made on 2022-01-31 is of edition pre-mp077, not mp077");
}
