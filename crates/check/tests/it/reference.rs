//! Compares each sample's report with that of the reference implementation.
//!
//! The side-cars in testdata were written by `testdata/oracle/check_oracle.py`, which was made from
//! the specification and not from this code; the expected findings in each file were derived by
//! hand. Tests of the command compare its output and exit code.

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use flagflow_check::{
    CrossRecords, FileIdentity, FileNumber, Options, RuleId, Sequence, Severity, check, render,
};
use serde_json::Value;

use crate::common::samples;

/// Returns the side-cars `X.json`, `X.2.json` ... of a sample.
fn side_cars(sample: &Path) -> impl Iterator<Item = PathBuf> {
    let numbered = (2..).map(|number| sample.with_extension(format!("{number}.json")));
    let all = std::iter::once(sample.with_extension("json")).chain(numbered);
    all.take_while(|side_car| side_car.exists())
}

fn parsed<T: FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("{text}"))
}

/// Returns the options of the arguments of `flagflow check`.
fn options(args: &[String]) -> Options {
    let mut options = Options::default();
    let mut args = args.iter().map(String::as_str);
    while let Some(arg) = args.next() {
        match arg {
            "--mask" => options.mask = true,
            "--no-cross-record" => options.cross_records = CrossRecords::Off,
            _ => set(&mut options, arg, args.next().unwrap()),
        }
    }
    options
}

fn set(options: &mut Options, arg: &str, value: &str) {
    match arg {
        "--after" => {
            options.sequence = Sequence::After(FileIdentity::numbered(parsed::<FileNumber>(value)));
        }
        "--as-of" => options.as_of = Some(parsed(value)),
        "--edition" => options.edition = parsed(value),
        "--flow" => options.flow = Some(parsed(value)),
        "--layout" => options.layout = Some(parsed(value)),
        "--max-line" => options.max_line = parsed(value),
        // 0 means all samples in the command
        "--max-samples" => options.max_samples = Some(parsed(value)).filter(|most| *most > 0),
        "--ignore" => options.ignore[parsed::<RuleId>(value)] = true,
        "--severity" => {
            let (rule, severity) = value.split_once('=').unwrap();
            options.severity[parsed::<RuleId>(rule)] = parsed::<Severity>(severity);
        }
        // the command's verdict on the report
        "--fail-on" => (),
        _ => panic!("{arg}"),
    }
}

/// Returns the report without the texts that the contract leaves open; null if there is no report.
fn report(file: &[u8], options: &Options) -> Value {
    let Ok(report) = check(file, options) else { return Value::Null };
    let mut out = Vec::new();
    render::json(&mut out, "", &report).unwrap();
    let mut report: Value = serde_json::from_slice(&out).unwrap();
    // the reference implementation has no policies
    assert_eq!(report.as_object_mut().unwrap().remove("policy"), Some(Value::Null));
    for finding in report["findings"].as_array_mut().unwrap() {
        let finding = finding.as_object_mut().unwrap();
        for message in ["message", "expected", "source"] {
            finding.remove(message).unwrap();
        }
    }
    report
}

/// Returns each side-car: its name, the file, the options, and the expected result.
fn each(mut compare: impl FnMut(&str, &[u8], Options, &Value)) {
    let mut compared = 0;
    for (sample, file) in samples() {
        for side_car in side_cars(&sample) {
            let expected: Value = serde_json::from_slice(&fs::read(&side_car).unwrap()).unwrap();
            let args: Vec<String> = serde_json::from_value(expected["args"].clone()).unwrap();
            compare(&side_car.display().to_string(), &file, options(&args), &expected);
            compared += 1;
        }
    }
    assert!(compared >= 400, "{compared} side-cars");
}

#[test]
fn every_report_is_that_of_the_reference_implementation() {
    each(|name, file, options, expected| {
        let report = report(file, &options);
        assert_eq!(report, expected["report"], "{name}");
        assert_eq!(report.is_null(), expected["exit"] == 2, "{name}");
    });
}

/// Without kept findings rows are counted by their columns, with the same numbers.
#[test]
fn counting_alone_comes_to_the_same_numbers() {
    each(|name, file, options, expected| {
        let report = report(file, &Options { max_samples: Some(0), ..options });
        let keys =
            ["records", "accepted", "rejected", "flags", "totals", "ignored", "flow", "edition"];
        for key in keys {
            assert_eq!(report[key], expected["report"][key], "{key} of {name}");
        }
        if let Some(totals) = report["totals"].as_object() {
            assert_eq!(report["findings"].as_array().unwrap().len(), 0, "{name}");
            assert_eq!(report["truncated"], !totals.is_empty(), "{name}");
        }
    });
}
