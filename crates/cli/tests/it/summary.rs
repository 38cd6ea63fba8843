//! Tests `flagflow summary`.

use std::fs;

use crate::common::{flagflow, gzip, json_lines, testdata};

const FILE: &str = "E451234567810A20220101\nE450000123409N20220131\nE45\n";

fn output(args: &[&str], input: &[u8]) -> (i32, String) {
    let mut command = flagflow(args);
    command.env("LC_ALL", "C.UTF-8").env("WT_SESSION", "on Windows");
    let run = command.write_stdin(input).output().unwrap();
    (run.status.code().unwrap(), String::from_utf8(run.stdout).unwrap())
}

#[test]
fn text_of_any_input() {
    let (exit, text) = output(&["summary", "-", "--width", "60"], FILE.as_bytes());
    assert_eq!(exit, 0, "bad records are counted, not judged");
    assert!(text.contains("3 records: 2 accepted, 1 rejected"), "{text}");
    assert!(text.contains('█') && !text.contains('\u{1b}'), "{text}");
    assert_eq!(output(&["summary", "-", "--width", "60"], &gzip(FILE.as_bytes())).1, text);
    assert!(text.lines().all(|line| line.chars().count() <= 60));
    let (_, ascii) = output(&["summary", "-", "--ascii"], FILE.as_bytes());
    assert!(ascii.is_ascii() && ascii.contains("##"), "{ascii}");
}

#[test]
fn a_locale_without_unicode_gets_ascii() {
    let run = flagflow(&["summary", "-"]).write_stdin(FILE).env("LC_ALL", "C").output().unwrap();
    assert!(run.stdout.is_ascii());
}

/// The sums of the JSON equal those of check, for every sample.
#[test]
fn json_is_what_check_counts() {
    let mut seen = 0;
    for folder in ["e45", "e46", "d0350", "d0351", "d0172"] {
        for folder in [format!("{folder}/valid"), format!("{folder}/invalid")] {
            let folder = testdata(&folder);
            let lines = |command: &str| {
                let run = flagflow(&[command, "--format", "json"]).arg(&folder).output().unwrap();
                json_lines(&run.stdout)
            };
            for (summary, report) in lines("summary").iter().zip(lines("check")) {
                for key in ["file", "flow", "layout", "records", "accepted", "rejected", "flags"] {
                    let mut said = summary[key].clone();
                    said.as_object_mut().map(|flags| flags.remove("without"));
                    assert_eq!(said, report[key], "{key} of {}", report["file"]);
                }
                let of = |value: &serde_json::Value| -> u64 {
                    value.as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum()
                };
                // a confirmation has neither a flag nor a day
                if report["flow"] == "d0172" {
                    seen += 1;
                    continue;
                }
                let months = summary["months"].as_object().unwrap().values().map(of).sum::<u64>();
                assert_eq!(months + of(&summary["without_day"]), report["accepted"]);
                if report["flow"] == "d0350" {
                    assert_eq!(of(&summary["distributors"]), report["accepted"]);
                }
                seen += 1;
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn several_files_are_shown_and_then_all_of_them() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a", "b"] {
        fs::write(folder.path().join(name), FILE).unwrap();
    }
    let run = |args: &[&str]| flagflow(args).current_dir(folder.path()).output().unwrap();
    let ended = run(&["summary", "a", "none", "b"]);
    assert_eq!(ended.status.code(), Some(2));
    let text = String::from_utf8(ended.stdout).unwrap();
    assert!(text.starts_with("a\n") && text.contains("\nb\n"), "{text}");
    assert!(text.contains("all of 2 files\n  4 accepted records"), "{text}");
    assert!(String::from_utf8(ended.stderr).unwrap().contains("none"));
    assert_eq!(json_lines(&run(&["summary", "--format", "json", "a", "b"]).stdout).len(), 2);
}
