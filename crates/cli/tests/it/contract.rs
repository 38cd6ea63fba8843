//! Compares the output of check with the reference implementation's reports.
//!
//! The side-cars in testdata were written by `testdata/oracle/check_oracle.py`, which was made from
//! the specification, independently of this code.

use crate::common::{flagflow, json_lines, samples, testdata};
use serde_json::Value;

/// One expected report: a sample with arguments.
struct Expected {
    args: Vec<String>,
    exit: i32,
    report: Value,
}

fn expected(side_car: &std::path::Path) -> Expected {
    let text = std::fs::read_to_string(side_car).unwrap();
    let side_car: Value = serde_json::from_str(&text).unwrap();
    Expected {
        args: serde_json::from_value(side_car["args"].clone()).unwrap(),
        exit: side_car["exit"].as_i64().unwrap().try_into().unwrap(),
        report: side_car["report"].clone(),
    }
}

/// Removes the texts that the contract leaves open, and the policy: samples have none, and the
/// reference implementation has no policies.
fn without_words(mut report: Value) -> Value {
    report["file"] = "".into();
    assert_eq!(report.as_object_mut().unwrap().remove("policy"), Some(Value::Null));
    for finding in report["findings"].as_array_mut().unwrap() {
        let finding = finding.as_object_mut().unwrap();
        for words in ["message", "expected", "source"] {
            finding.remove(words).unwrap();
        }
    }
    report
}

#[test]
fn every_report_is_that_of_the_reference_implementation() {
    let schema = std::fs::read_to_string("../../docs/flagflow-report-1.schema.json").unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let mut compared = 0;
    for (sample, side_cars) in samples() {
        for side_car in side_cars {
            let Expected { args, exit, report } = expected(&side_car);
            let run = flagflow(&["check", "--format", "json"]).args(&args).arg(&sample).output();
            let run = run.unwrap();
            let name = side_car.display();
            assert_eq!(run.status.code(), Some(exit), "{name}");
            let reports = json_lines(&run.stdout);
            for report in &reports {
                let errors: Vec<_> = schema.iter_errors(report).map(|e| e.to_string()).collect();
                assert_eq!(errors, Vec::<String>::new(), "{name}");
            }
            let reports: Vec<Value> = reports.into_iter().map(without_words).collect();
            match report {
                Value::Null => assert_eq!(reports, Vec::<Value>::new(), "{name}"),
                report => assert_eq!(reports, [report], "{name}"),
            }
            compared += 1;
        }
    }
    assert!(compared >= 400, "{compared} side-cars");
}

/// The keys are in the order of the contract.
#[test]
fn keys_keep_their_order() {
    let run = flagflow(&["check", "--format", "json"])
        .arg(testdata("e45/invalid/invalid-date.txt"))
        .output()
        .unwrap();
    let line = String::from_utf8(run.stdout).unwrap();
    let keys = "schema file flow layout envelope file_type edition policy records accepted rejected flags \
                totals ignored findings rule severity line record offset column length field value \
                message expected source truncated";
    let mut rest = line.as_str();
    for key in keys.split_whitespace() {
        let quoted = format!("\"{key}\":");
        let at = rest.find(&quoted).unwrap_or_else(|| panic!("{key} out of order"));
        // the last key follows all findings
        rest = if key == "source" {
            &line[line.rfind("\"truncated\"").unwrap()..]
        } else {
            &rest[at + quoted.len()..]
        };
    }
    assert_eq!(line.matches('\n').count(), 1);
}
