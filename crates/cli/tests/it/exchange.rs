//! Tests convert, generate and roundtrip, as used and as in docs/check.md and docs/convert.md.

use std::fs;
use std::path::Path;

use crate::common::{flagflow, json_lines, meter_points, run, samples, testdata};
use serde_json::Value;

fn ok(folder: &Path, command: &str) -> String {
    let (exit, out, err) = run(folder, command);
    assert_eq!(exit, 0, "{command}: {err}");
    out
}

/// The common fields of a fault and a finding.
fn places(all: &[Value]) -> Vec<Value> {
    let keys = ["rule", "severity", "line", "record", "offset", "column", "length", "field"];
    all.iter()
        .filter(|found| found["rule"] != "edition-unknown")
        .map(|found| keys.iter().map(|key| found[*key].clone()).collect())
        .collect()
}

#[test]
fn check_finds_each_planted_fault_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut rules = std::collections::BTreeSet::new();
    for flow in ["e45", "e46"] {
        for shape in
            ["fixed", "fixed --envelope", "uklink --envelope --line-end crlf --edition pre-mp077"]
        {
            ok(
                folder,
                &format!(
                    "generate --flow {flow} --records 5000 --seed 7 --layout {shape} \
                     --invalid 0.1 --faults faults.jsonl -o in"
                ),
            );
            let (exit, out, _) = run(folder, "check --format json --max-samples 0 in");
            assert_eq!(exit, 1);
            let report = json_lines(out.as_bytes()).remove(0);
            let faults = json_lines(&fs::read(folder.join("faults.jsonl")).unwrap());
            assert!(faults.len() > 300, "{}", faults.len());
            assert!(
                places(report["findings"].as_array().unwrap()) == places(&faults),
                "{flow} {shape}"
            );
            rules.extend(faults.iter().map(|fault| fault["rule"].as_str().unwrap().to_owned()));
        }
    }
    assert!(rules.len() >= 14, "{rules:?}");
}

#[test]
fn generated_files_pass_and_round_trip() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for flow in ["e45", "e46"] {
        for layout in ["fixed", "uklink"] {
            for more in ["", "--envelope", "--envelope --edition pre-mp077 --line-end crlf"] {
                let generate =
                    format!("generate --flow {flow} --layout {layout} --records 3000 {more}");
                ok(folder, &format!("{generate} -o a"));
                assert_eq!(ok(folder, &generate).as_bytes(), fs::read(folder.join("a")).unwrap());
                let report = ok(folder, "check --format json --fail-on warning a");
                assert_eq!(json_lines(report.as_bytes())[0]["accepted"], 3000);
                assert!(ok(folder, "roundtrip a").starts_with("same: "));
            }
        }
    }
}

#[test]
fn valid_samples_round_trip_and_uncanonical_ones_do_not() {
    let mut uncanonical = 0;
    for (sample, _) in samples() {
        let run = flagflow(&["roundtrip"]).arg(&sample).output().unwrap();
        let path = sample.to_string_lossy().into_owned();
        if path.contains("noncanonical") {
            uncanonical += 1;
            assert_eq!(run.status.code(), Some(1), "{path}");
        } else if !path.contains("invalid") {
            assert_eq!(run.status.code(), Some(0), "{path}");
        }
    }
    assert!(uncanonical > 2);
}

#[test]
fn a_table_becomes_a_file_as_the_page_says() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let page = fs::read_to_string("../../docs/convert.md").unwrap().replace("\r\n", "\n");
    let table = page.split("```csv\n").nth(1).unwrap().split("```").next().unwrap();
    fs::write(folder.join("table.csv"), table).unwrap();
    for block in page.split("```sh\n").skip(1).take(2) {
        let commands = block.split("```").next().unwrap().replace("\\\n", "");
        fs::copy(folder.join("out.dxi"), folder.join("in.dxi")).ok();
        for command in commands.lines() {
            let command = command.split('#').next().unwrap();
            ok(folder, command.trim().strip_prefix("flagflow ").unwrap());
        }
    }
    assert_eq!(
        fs::read_to_string(folder.join("out.dxi")).unwrap(),
        "A000000000042DXI20240628093000000007\nE451234567810A20240603\nE450000123409N20240604\nZ990000000002\n"
    );
    assert!(fs::read_to_string(folder.join("table.csv")).unwrap().starts_with("transaction_type,"));
    assert_eq!(fs::read_to_string(folder.join("records.jsonl")).unwrap().lines().count(), 4);
}

#[test]
fn flags_are_mapped_by_word_only() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("old"), "E451234567810S20200101\nE450000123409W20200101\n").unwrap();
    let (exit, _, err) = run(folder, "convert old -o new --to uklink --edition mp077");
    assert_eq!(exit, 1);
    assert!(err.contains("flag-not-in-edition: 2"), "{err}");
    assert!(!folder.join("new").exists());
    let (exit, _, err) =
        run(folder, "convert old -o new --to uklink --edition mp077 --map-flag S=N --map-flag W=I");
    assert_eq!(exit, 0);
    assert!(err.contains("mapped S to N: 1\nmapped W to I: 1\n"), "{err}");
    assert_eq!(
        fs::read_to_string(folder.join("new")).unwrap(),
        "\"E45\",1234567810,\"N\",20200101\n\"E45\",123409,\"I\",20200101\n"
    );
    ok(folder, "convert old -o kept --to csv");
    assert!(fs::read_to_string(folder.join("kept")).unwrap().contains(",S,"));
}

#[test]
fn an_error_of_an_input_begins_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("good"), "E451234567810A20220101\n").unwrap();
    fs::write(path.join("empty"), "").unwrap();
    fs::write(path.join("x"), "hello\n").unwrap();
    for name in ["empty", "x"] {
        for command in [
            format!("diff good {name}"),
            format!("diff {name} good"),
            format!("fix {name}"),
            format!("convert {name} -o out.csv"),
            format!("answer {name} -o out"),
            format!("merge {name} {name} -o out"),
            format!("roundtrip {name}"),
        ] {
            let (exit, _, err) = run(path, &command);
            assert!(
                exit == 2 && err.starts_with(&format!("flagflow: {name}: ")),
                "{command}: {err}"
            );
        }
    }
    for command in [
        "diff - -",
        "check - good -",
        "summary - -",
        "merge - - -o out",
        "register apply state - -",
        "answer - --known - -o out",
        "check - --previous -",
    ] {
        let (exit, _, err) = run(path, command);
        assert!(exit == 2 && err.contains("- can be given only once"), "{command}: {err}");
    }
    assert!(!path.join("state").exists() && !path.join("out").exists());
}

#[test]
fn the_ending_of_the_output_is_its_format() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("in"), "E451234567810A20220101\n").unwrap();
    let (_, _, err) = run(path, "convert in -o out.CSV");
    assert!(err.starts_with("fixed to csv"), "{err}");
    let (_, _, err) = run(path, "convert in -o out.csv --to jsonl");
    assert!(err.starts_with("fixed to jsonl"), "{err}");
    for (name, part) in [("out", "ending"), ("out.jsonl.gz", "not compressed"), ("-", "no name")] {
        let (exit, _, err) = run(path, &format!("convert in -o {name}"));
        assert!(exit == 2 && err.contains(part) && err.contains("give --to"), "{err}");
    }
}

#[test]
fn a_refused_conversion_leaves_the_old_file() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("out"), "the old file").unwrap();
    let bad = testdata("e45/invalid/invalid-date.txt");
    let command = format!("convert {} -o out --to csv", bad.display());
    let (exit, _, err) = run(folder, &command);
    assert_eq!(exit, 1);
    assert!(err.contains("refused: "), "{err}");
    assert_eq!(fs::read_to_string(folder.join("out")).unwrap(), "the old file");
    assert_eq!(fs::read_dir(folder).unwrap().count(), 1);
    assert_eq!(run(folder, &format!("{command} --skip-invalid")).0, 1);
    assert!(!fs::read_to_string(folder.join("out")).unwrap().contains("old"));
    assert_eq!(run(folder, "convert missing -o out --to csv").0, 2);
    assert_eq!(run(folder, "roundtrip missing").0, 2);
    assert_eq!(run(folder, "generate --flow e45 --records 100000000 -o out").0, 2);
}

/// With --mask, no meter point of a sample is printed.
#[test]
fn masked_messages_name_no_meter_point() {
    for (sample, _) in samples() {
        let points = meter_points(&fs::read(&sample).unwrap());
        let folder = tempfile::tempdir().unwrap();
        for args in
            [&["convert", "--mask", "--to", "jsonl", "-o", "out"][..], &["roundtrip", "--mask"]]
        {
            let run = flagflow(args).arg(&sample).current_dir(folder.path()).output().unwrap();
            let shown = [run.stdout, run.stderr].concat();
            let shown = String::from_utf8_lossy(&shown).into_owned();
            for point in &points {
                assert!(
                    !shown.contains(point.as_str()),
                    "{point} of {}: {shown}",
                    sample.display()
                );
            }
        }
    }
}

/// A profile with other codes, another order and an extra item.
const PROFILE: &str = r#"
name = "a test's"
source = "invented"
flow = "D0350"
version = "002"
from_role = "Z"
to_role = "P"
instruction_type = "NEW"
[[group]]
code = "UPD9"
level = 1
occurs = "0..*"
items = [
    { name = "note", format = "CHAR(12)", optional = true },
    { name = "supplier_id", format = "CHAR(4)" },
    { name = "dcc_service_flag", format = "CHAR(1)" },
    { name = "mpan_core", format = "NUM(13)" },
    { name = "effective_from_date", format = "DATE(8)" },
    { name = "instruction_number", format = "INT(8)" },
]
"#;

#[test]
fn electricity_goes_through_every_format_and_profile() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("own.toml"), PROFILE).unwrap();
    for (flow, profile) in
        [("d0350", ""), ("d0351", ""), ("d0172", ""), ("d0350", "--profile own.toml")]
    {
        ok(
            folder,
            &format!("generate --flow {flow} --records 3000 --line-end crlf {profile} -o a"),
        );
        assert!(ok(folder, &format!("roundtrip {profile} a")).starts_with("same: "));
        let mut from = "a".to_owned();
        for to in ["zhf", "jsonl", "zhv"] {
            ok(folder, &format!("convert {from} -o {to} --to {to} {profile}"));
            to.clone_into(&mut from);
        }
        assert_eq!(fs::read(folder.join("a")).unwrap(), fs::read(folder.join("zhv")).unwrap());
        let values = "--file-id 0000000001 --created 20240102093000";
        let participant = match flow {
            "d0350" => "--to-participant EELC",
            _ => "--from-participant EELC",
        };
        ok(folder, &format!("convert a -o csv --to csv {profile}"));
        ok(folder, &format!("convert csv -o b --to zhv {values} {participant} {profile}"));
        assert_eq!(fs::read(folder.join("a")).unwrap(), fs::read(folder.join("b")).unwrap());
    }
}

#[test]
fn a_bad_profile_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("bad.toml"), PROFILE.replace("version = \"002\"", "version = \"2\""))
        .unwrap();
    fs::write(folder.join("in"), "ZHV|\n").unwrap();
    for command in
        ["roundtrip in", "convert in -o out --to csv", "generate --flow d0350 --records 1 -o out"]
    {
        let (exit, _, err) = run(folder, &format!("{command} --profile bad.toml"));
        assert_eq!(exit, 2);
        assert!(err.contains("bad.toml: line 5, column 11: the version is three digits"), "{err}");
    }
    let (exit, _, err) = run(folder, "roundtrip in --profile missing.toml");
    assert_eq!((exit, err.contains("missing.toml")), (2, true), "{err}");
}
