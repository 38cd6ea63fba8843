//! Electricity, from one format to another, again, and from a seed.

use std::collections::BTreeSet;
use std::fs;
use std::io::BufReader;
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
    81H|2|\n\
    82H|1|DC01|1013044353630|A|20220101|MRCY|\n\
    82H|7|DC01|1000000000012|N|20220102|SUPB|\n\
    ZPT|0000475656|3||1|20220301093100|\n";

const TABLE: &str = "\
    file_sequence_number,instruction_number,instruction_type,mpan_core,dcc_service_flag,\
    effective_from_date,supplier_id\n\
    2,1,DC01,1013044353630,A,20220101,MRCY\n\
    2,7,DC01,1000000000012,N,20220102,SUPB\n";

/// The first rejection has every item and two reasons; the second has no optional item.
const REJECTIONS: &str = "\
    ZHV|0000475657|D0351001|P|EELC|Z|DCCO|20220302093000||||OPER|\n\
    83H|5|\n\
    84H|1|DC11|7|1000000000012|20220301|N|20220102|SUPB|\n\
    85H|3|\n\
    85H|58|\n\
    84H|2|DC11|9||20220301||||\n\
    85H|38|\n\
    ZPT|0000475657|6||1|20220302093100|\n";

const TABLE_OF_REJECTIONS: &str = "\
    file_sequence_number,instruction_number,instruction_type,incoming_instruction_number,\
    mpan_core,deemed_received_date,dcc_service_flag,effective_from_date,supplier_id,\
    rejection_reason_code\n\
    5,1,DC11,7,1000000000012,20220301,N,20220102,SUPB,3 58\n\
    5,2,DC11,9,,20220301,,,,38\n";

const CONFIRMATIONS: &str = "\
    ZHV|0000475658|D0172001|P|EELC|Z|DCCO|20220302093000||||OPER|\n\
    749|5|\n\
    357|1|DC90|20220301|0000475656|2|1|1|\n\
    357|2|DC90|20220302|A1|0|0|0|\n\
    ZPT|0000475658|3||1|20220302093100|\n";

const TABLE_OF_CONFIRMATIONS: &str = "\
    file_sequence_number,instruction_number,instruction_type,deemed_received_date,\
    answered_file_identifier,received,accepted,rejected\n\
    5,1,DC90,20220301,0000475656,2,1,1\n\
    5,2,DC90,20220302,A1,0,0,0\n";

/// Other codes, another order, an extra item in each group.
pub(crate) const PROFILE: &str = r#"
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
occurs = "0..*"
items = [
    { name = "batch", format = "CHAR(6)", optional = true },
    { name = "file_sequence_number", format = "INT(4)" },
]
[[group]]
code = "UPD9"
level = 2
parent = "G1"
occurs = "0..*"
items = [
    { name = "dcc_service_flag", format = "CHAR(1)" },
    { name = "note", format = "CHAR(12)", optional = true },
    { name = "mpan_core", format = "NUM(13)" },
    { name = "effective_from_date", format = "DATE(8)" },
    { name = "instruction_type", format = "CHAR(5)" },
    { name = "supplier_id", format = "CHAR(4)" },
    { name = "instruction_number", format = "INT(8)" },
]
"#;

pub(crate) const PROFILED: &str = "\
    ZHV|7|D0350002|Z|DCCO|P|EELC|20220301093000|a|b|c|TR01|\r\n\
    G1|x,y|3|\r\n\
    UPD9|A|\"q\", 007|1013044353630|20220101|NEW|MRCY|1|\r\n\
    UPD9|N||1000000000012|20220102|NEW|SUPB|2|\r\n\
    G1||4|\r\n\
    UPD9|I|-|1000000000023|20220102|NEW|M A|3|\r\n\
    ZPT|7|5|sum|2|20220301093100|\r\n";

fn profile() -> Arc<Profile> {
    Arc::new(Profile::from_toml(PROFILE).unwrap())
}

/// The same with items that must have a value.
fn demanding() -> Arc<Profile> {
    let own = "{ name = \"mpan_core\"";
    let more = "{ name = \"site\", format = \"NUM(5)\" },\n";
    let text = PROFILE.replace(own, &format!("{more}{own}"));
    let text = text.replace("CHAR(6)\", optional = true", "CHAR(6)\"");
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
fn a_table_has_a_row_for_each_record() {
    for (file, rows, completed) in [
        (FILE, TABLE, "20220301093100"),
        (REJECTIONS, TABLE_OF_REJECTIONS, "20220302093100"),
        (CONFIRMATIONS, TABLE_OF_CONFIRMATIONS, "20220302093100"),
    ] {
        let table = complete(file.as_bytes(), &to(RecordFormat::Csv));
        assert_eq!(String::from_utf8(table.clone()).unwrap(), rows);
        let mut options = to(RecordFormat::Zhv);
        options.user_file = values_of(file.as_bytes());
        options.user_file.completed = completed.parse().ok();
        assert_eq!(String::from_utf8(complete(&table, &options)).unwrap(), file);
    }
}

#[test]
fn objects_have_the_reasons_of_a_record_as_a_list() {
    let objects = complete(REJECTIONS.as_bytes(), &to(RecordFormat::Jsonl));
    let objects = String::from_utf8(objects).unwrap();
    let lines: Vec<&str> = objects.lines().collect();
    assert_eq!(
        lines[1..4],
        [
            r#"{"record":"group","file_sequence_number":5}"#,
            r#"{"record":"rejection","instruction_number":1,"instruction_type":"DC11","incoming_instruction_number":7,"mpan_core":"1000000000012","deemed_received_date":"20220301","dcc_service_flag":"N","effective_from_date":"20220102","supplier_id":"SUPB","rejection_reason_code":["3","58"]}"#,
            r#"{"record":"rejection","instruction_number":2,"instruction_type":"DC11","incoming_instruction_number":9,"mpan_core":"","deemed_received_date":"20220301","dcc_service_flag":"","effective_from_date":"","supplier_id":"","rejection_reason_code":["38"]}"#,
        ]
    );
    assert_eq!(complete(objects.as_bytes(), &to(RecordFormat::Zhv)), REJECTIONS.as_bytes());
    // numbers, a text that is no list, and no optional items
    let written = objects
        .replace("[\"3\",\"58\"]", "[3, 58]")
        .replace("[\"38\"]", "\"38\"")
        .replace("\"mpan_core\":\"\",", "")
        .replace(",\"supplier_id\":\"\"", "");
    assert_eq!(complete(written.as_bytes(), &to(RecordFormat::Zhv)), REJECTIONS.as_bytes());
    let objects = complete(CONFIRMATIONS.as_bytes(), &to(RecordFormat::Jsonl));
    let objects = String::from_utf8(objects).unwrap();
    assert!(
        objects.contains("{\"record\":\"confirmation\",\"instruction_number\":1,"),
        "{objects}"
    );
    assert!(objects.contains("\"received\":2,\"accepted\":1,\"rejected\":1}"), "{objects}");
    assert_eq!(complete(objects.as_bytes(), &to(RecordFormat::Zhv)), CONFIRMATIONS.as_bytes());
}

#[test]
fn reasons_that_cannot_be_carried_are_refused() {
    let objects = complete(REJECTIONS.as_bytes(), &to(RecordFormat::Jsonl));
    let objects = String::from_utf8(objects).unwrap();
    for (list, words) in [
        ("[]", "rejection_reason_code: the value is missing: `[]`"),
        ("null", "rejection_reason_code: the value is missing"),
        ("[\"3\",\"toolong\"]", "rejection_reason_code: longer than 4 characters"),
        ("[\"3\",\"\"]", "rejection_reason_code: an empty item that must have a value"),
    ] {
        let file = objects.replace("[\"3\",\"58\"]", list);
        let (_, report) = converted(file.as_bytes(), &to(RecordFormat::Zhv));
        let found = refusals(&report);
        assert!(found[0].contains(words), "{found:?}");
    }
    for cell in ["", " "] {
        let table = TABLE_OF_REJECTIONS.replace("SUPB,3 58", &format!("SUPB,{cell}"));
        let (_, report) = converted(table.as_bytes(), &to(RecordFormat::Jsonl));
        assert!(refusals(&report)[0].contains("rejection_reason_code: the value is missing"));
    }
    // the word that is bad is named by its place
    let table = TABLE_OF_REJECTIONS.replace("SUPB,3 58", "SUPB,3 toolong");
    let (_, report) = converted(table.as_bytes(), &to(RecordFormat::Jsonl));
    let byte = table.find("toolong").unwrap();
    assert!(refusals(&report)[0].contains(&format!("(byte {byte})")), "{:?}", refusals(&report));
    // a code with a space in it has no place in a table, and one that ends in a space none in zhf
    for (code, format) in [("a b", RecordFormat::Csv), ("ab ", RecordFormat::Zhf)] {
        let file = REJECTIONS.replace("85H|3|", &format!("85H|{code}|"));
        let objects = complete(file.as_bytes(), &to(RecordFormat::Jsonl));
        assert_eq!(complete(&objects, &to(RecordFormat::Zhv)), file.as_bytes());
        let (_, report) = converted(file.as_bytes(), &to(format));
        assert_eq!(reasons(&report), ["not-writable"], "{format}");
    }
    // neither a rejection without a reason nor a reason without a rejection
    for (file, count) in [
        (REJECTIONS.replace("85H|38|\n", ""), 5),
        (REJECTIONS.replace("84H|2|DC11|9||20220301||||\n85H|38|\n", "84H|x|\n85H|38|\n"), 6),
    ] {
        let file = file.replace("657|6|", &format!("657|{count}|"));
        for format in [RecordFormat::Csv, RecordFormat::Jsonl, RecordFormat::Zhf] {
            let (_, report) = converted(file.as_bytes(), &to(format));
            assert!(!report.is_publishable(), "{format}");
            let mut options = to(format);
            options.skip_invalid = true;
            let (_, report) = converted(file.as_bytes(), &options);
            assert_eq!(
                (report.written, report.is_publishable()),
                (1, true),
                "{format}: {report:?}"
            );
        }
    }
}

#[test]
fn a_file_without_what_it_must_have_is_no_output() {
    let cases: [(&str, &[&str]); 2] = [
        (REJECTIONS, &["84H|1", "85H|3|", "85H|58|", "84H|2", "85H|38|"]),
        (CONFIRMATIONS, &["357|1", "357|2"]),
    ];
    for (file, records) in cases {
        let lines = file.lines().filter(|line| !records.iter().any(|it| line.starts_with(it)));
        let lines: String = lines.flat_map(|line| [line, "\n"]).collect();
        let lines = lines.replace("|6||1|", "|1||1|").replace("|3||1|", "|1||1|");
        let (_, report) = converted(lines.as_bytes(), &to(RecordFormat::Zhf));
        assert_eq!(reasons(&report), ["group-cardinality"], "{lines}");
        let names = String::from_utf8(complete(file.as_bytes(), &to(RecordFormat::Csv))).unwrap();
        let names = names.lines().next().unwrap().to_owned() + "\n";
        let mut options = to(RecordFormat::Zhv);
        options.user_file = values_of(file.as_bytes());
        let error = convert(names.as_bytes(), Vec::new(), &options).unwrap_err();
        assert!(error.to_string().starts_with("the output would be no valid file:"), "{error}");
    }
    // a second group, in each format
    let objects = String::from_utf8(complete(FILE.as_bytes(), &to(RecordFormat::Jsonl))).unwrap();
    let second = r#"{"record":"group","file_sequence_number":3}"#.to_owned() + "\n";
    let at = objects.find("{\"record\":\"update\",\"instruction_number\":7").unwrap();
    let objects = [&objects[..at], &second, &objects[at..]].concat();
    let file = FILE.replace("82H|7|", "81H|3|\n82H|7|");
    for input in [&TABLE.replace("2,7,", "3,7,"), &objects, &file] {
        for format in [RecordFormat::Csv, RecordFormat::Jsonl] {
            let (_, report) = converted(input.as_bytes(), &to(format));
            assert!(reasons(&report).contains(&"group-cardinality"), "{input} {format}");
        }
    }
}

#[test]
fn a_table_needs_its_header_values_and_numbers_its_rows() {
    let table = "mpan_core,note,dcc_service_flag,effective_from_date,supplier_id\n\
                 0913044353630,x,A,2022-01-01,MRCY\n1000000000012,x,N,20220102,SUPB\n";
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
        "ZHV|007|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\n81H|1|\n\
         82H|1|DC01|0913044353630|A|20220101|MRCY|\n82H|2|DC01|1000000000012|N|20220102|SUPB|\n\
         ZPT|007|3||1|20220301093000|\n"
    );
    assert_eq!(report.ignored, ["note"]);
    options.user_file.file_identifier = Some("12345678901".to_owned());
    let error = convert(table.as_bytes(), Vec::new(), &options).unwrap_err();
    assert_eq!(error.to_string(), "header: file_identifier: longer than 10 characters");
}

#[test]
fn missing_columns_are_named() {
    let missing = |table: &str| {
        let error = convert(table.as_bytes(), Vec::new(), &to(RecordFormat::Jsonl)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Table);
        error.to_string()
    };
    for (table, words) in [
        (
            "mpan_core,rejection_reason_code\n1013044353630,3\n",
            "no column incoming_instruction_number, deemed_received_date;",
        ),
        (
            "mpan_core,reason_code\n1013044353630,3\n",
            "the column reason_code is called rejection_reason_code now: rename it",
        ),
        ("mpan_core,dcc_service_flag\n1,A\n", "no column effective_from_date, supplier_id;"),
        (
            "answered_file_identifier,received\n1,1\n",
            "no column deemed_received_date, accepted, rejected;",
        ),
        (
            "incoming_instruction_number,deemed_received_date\n1,20220101\n",
            "no column rejection_reason_code;",
        ),
    ] {
        let error = missing(table);
        assert!(error.contains(words), "{error}");
    }
    let object = r#"{"incoming_instruction_number":9,"reason_code":"3"}"#;
    let (_, report) = converted(object.as_bytes(), &to(RecordFormat::Csv));
    assert_eq!(reasons(&report), ["old-name"]);
    assert!(
        refusals(&report)[0]
            .ends_with("reason_code is called rejection_reason_code now: rename it")
    );
}

#[test]
fn a_table_of_rejections_says_which_update_is_rejected() {
    let table = "incoming_instruction_number,deemed_received_date,rejection_reason_code\n\
                 9,2022-01-01,\"a,b 3\"\n";
    let objects = complete(table.as_bytes(), &to(RecordFormat::Jsonl));
    assert_eq!(
        String::from_utf8(objects.clone()).unwrap(),
        "{\"record\":\"group\",\"file_sequence_number\":1}\n\
         {\"record\":\"rejection\",\"instruction_number\":1,\"instruction_type\":\"DC11\",\
         \"incoming_instruction_number\":9,\"mpan_core\":\"\",\"deemed_received_date\":\"20220101\",\
         \"dcc_service_flag\":\"\",\"effective_from_date\":\"\",\"supplier_id\":\"\",\
         \"rejection_reason_code\":[\"a,b\",\"3\"]}\n"
    );
    // its first line says nothing of the flow: a profile does
    let mut options = to(RecordFormat::Csv);
    options.profile = Some(Profile::builtin(flagflow_electricity::Flow::D0351));
    let table = complete(&objects, &options);
    assert!(table.ends_with(b"\n1,1,DC11,9,,20220101,,,,\"a,b 3\"\n"));
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
            r#"{{"mpan_core":"{point}","dcc_service_flag":"A","effective_from_date":"2022-01-01","supplier_id":"MRCY"}}"#
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
        [
            "81H|1|",
            "82H|1|DC01|1013044353630|A|20220101|MRCY|",
            "82H|2|DC01|1000000000013|A|20220101|MRCY|"
        ]
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
        (FILE.replace("|3||1|", "|5||1|"), "group-count"),
        (FILE.replace("|3||1|", "|3||3|"), "flow-count"),
        (FILE.replace("ZPT|0000475656", "ZPT|475656"), "file-id-mismatch"),
        (objects.replace("\"group_count\":3", "\"group_count\":5"), "group-count"),
        (objects.replace("\"flow_count\":1", "\"flow_count\":3"), "flow-count"),
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
    // the flag of a rejection likewise, where it has one
    options.map_flags.clear();
    let (_, report) = converted(REJECTIONS.as_bytes(), &options);
    assert_eq!((reasons(&report), report.refused), (vec!["flag-not-in-edition"], 1));
    options.map_flags = vec![(ServiceFlag::NonActive, ServiceFlag::Suspended)];
    let (table, report) = converted(REJECTIONS.as_bytes(), &options);
    assert_eq!(table, TABLE_OF_REJECTIONS.replace(",N,", ",S,"));
    assert_eq!(report.mapped[0].records, 1);
    let (table, report) = converted(CONFIRMATIONS.as_bytes(), &options);
    assert_eq!((table.as_str(), report.mapped[0].records), (TABLE_OF_CONFIRMATIONS, 0));
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
        Some("\"x,y\",3,A,\"\"\"q\"\", 007\",1013044353630,20220101,NEW,MRCY,1")
    );
    let mut options = with(RecordFormat::Zhv);
    options.user_file = values_of(PROFILED.as_bytes());
    let file = String::from_utf8(complete(&table, &options)).unwrap();
    // what only the envelope has is not in a table
    assert_eq!(file, PROFILED.replace("|a|b|c|", "||||").replace("|sum|", "||"));
}

fn kinds(records: u64) -> Vec<GenerateOptions> {
    let mut kinds = Vec::new();
    for flow in [Flow::D0350, Flow::D0351, Flow::D0172] {
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
        let notes = ["edition-unknown"];
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
         81H|1|\n\
         82H|1|DC01|1077066476209|A|20211223|SUPD|\n\
         82H|2|DC01|1038459306101|N|20220624|SUPB|\n\
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

/// A header is worth nothing without the trailer that counts the lines.
#[test]
fn every_beginning_of_a_file_is_refused_in_every_format() {
    for file in [FILE, REJECTIONS, CONFIRMATIONS] {
        let objects = String::from_utf8(complete(file.as_bytes(), &to(RecordFormat::Jsonl)));
        let fixed = String::from_utf8(complete(file.as_bytes(), &to(RecordFormat::Zhf)));
        for whole in [file, &objects.unwrap(), &fixed.unwrap()] {
            // without its line ending the last line is there, and in zhv without its last pipe
            for end in 1..whole.len() - 2 {
                let beginning = &whole.as_bytes()[..end];
                for format in [RecordFormat::Jsonl, RecordFormat::Csv, RecordFormat::Zhf] {
                    let converted = convert(beginning, Vec::new(), &to(format));
                    let is_refused = converted.is_ok_and(|report| report.is_publishable());
                    assert!(!is_refused, "{format} {}", beginning.escape_ascii());
                }
                if !whole.starts_with('{') {
                    let again = roundtrip(beginning, beginning);
                    assert!(!again.is_ok_and(|it| matches!(it, RoundTrip::Same { .. })));
                }
            }
        }
    }
}

#[test]
fn pieces_of_any_size_are_converted_as_the_whole() {
    for file in [FILE, REJECTIONS, CONFIRMATIONS] {
        for from in [RecordFormat::Zhv, RecordFormat::Zhf, RecordFormat::Csv, RecordFormat::Jsonl] {
            let input = complete(file.as_bytes(), &to(from));
            let whole = complete(&input, &to(RecordFormat::Jsonl));
            for size in 1..=input.len() {
                let pieces = BufReader::with_capacity(size, input.as_slice());
                let mut output = Vec::new();
                convert(pieces, &mut output, &to(RecordFormat::Jsonl)).unwrap();
                assert!(output == whole, "{from} {size}");
            }
        }
    }
}

/// A group beside the records, and one below each of them.
#[test]
fn groups_of_a_profile_are_carried_or_refused() {
    let builtin = Profile::builtin(flagflow_electricity::Flow::D0350);
    let group = |code: &str, level: u8, parent: &str| {
        let name = code.to_lowercase();
        let item = format!("{{ name = \"note_{name}\", format = \"CHAR(6)\", optional = true }}");
        format!(
            "\n[[group]]\ncode = \"{code}\"\nlevel = {level}\n{parent}occurs = \"0..*\"\n\
             items = [{item}]\n"
        )
    };
    let more = [group("K1", 1, ""), group("K3", 3, "parent = \"82H\"\n")].concat();
    let own = Arc::new(Profile::from_toml(&(builtin.as_toml().to_owned() + &more)).unwrap());
    let with = |format| {
        let mut options = to(format);
        options.profile = Some(own.clone());
        options
    };
    let file = FILE
        .replace("82H|7|", "K3|a|\n82H|7|")
        .replace("ZPT|", "K3||\nK3|b c|\nK1|x|\nZPT|")
        .replace("|3||1|", "|7||2|");
    let again = roundtrip_by(Some(&own), file.as_bytes(), file.as_bytes()).unwrap();
    assert_eq!(again, RoundTrip::Same { bytes: file.len() as u64, records: 2 });
    for format in [RecordFormat::Zhf, RecordFormat::Jsonl] {
        let there = complete(file.as_bytes(), &with(format));
        let back = complete(&there, &with(RecordFormat::Zhv));
        assert_eq!(String::from_utf8(back).unwrap(), file, "{format}");
    }
    let objects = complete(file.as_bytes(), &with(RecordFormat::Jsonl));
    let objects = String::from_utf8(objects).unwrap();
    assert!(objects.contains("{\"record\":\"group K3\",\"note_k3\":\"b c\"}\n"), "{objects}");
    let (_, report) = converted(file.as_bytes(), &with(RecordFormat::Csv));
    assert_eq!((reasons(&report), report.file_faults), (vec!["not-writable"], 1));
    assert_eq!(
        refusals(&report)[0],
        "line 4, column 1 (byte 111): the group K3 has no place in a csv table, which has a row for \
         each record; convert to jsonl"
    );
    let mut options = with(RecordFormat::Csv);
    options.skip_invalid = true;
    let (table, report) = converted(file.as_bytes(), &options);
    assert_eq!((table.as_str(), report.file_faults), (TABLE, 4));
}
