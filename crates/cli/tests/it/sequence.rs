//! Tests `flagflow check --previous`, `--after` and `--in-sequence`.

use std::fs;
use std::path::Path;

use crate::common::{flagflow, gzip, json_lines};
use tempfile::TempDir;

fn e45(organisation: u64, generation: u32, point: u64) -> String {
    format!(
        "A00{organisation:010}DXI20220201093000{generation:06}\nE45{point:010}A20220101\nZ990000000001\n"
    )
}

fn d0350(number: u64, flag: char) -> String {
    let identifier = format!("{number:010}");
    format!(
        "ZHV|{identifier}|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\n81H|{number}|\n\
         82H|1|DC01|1013044353630|{flag}|20220201|MRCY|\nZPT|{identifier}|2||1|20220301093500|\n"
    )
}

fn folder(files: &[(&str, String)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// Returns the exit code, and the sequence rules of each report.
fn run(folder: &Path, args: &[&str]) -> (i32, Vec<Vec<String>>) {
    let run = flagflow(&["check", "--format", "json"]).args(args).current_dir(folder).output();
    let run = run.unwrap();
    let rules = |report: &serde_json::Value| {
        let rules = report["findings"].as_array().unwrap().iter();
        let rules = rules.map(|finding| finding["rule"].as_str().unwrap().to_owned());
        rules.filter(|rule| rule.starts_with("sequence-") || rule == "same-content").collect()
    };
    (run.status.code().unwrap(), json_lines(&run.stdout).iter().map(rules).collect())
}

#[test]
fn each_file_is_held_against_the_one_before() {
    let (a, b) = (123_409, 1_234_567_810);
    let folder = folder(&[
        ("1", e45(42, 1, a)),
        ("2", e45(42, 2, b)),
        ("4", e45(42, 4, b)),
        ("other", e45(43, 5, a)),
        ("first", d0350(7, 'A')),
        ("second", d0350(8, 'N')),
    ]);
    for (args, exit, rules) in [
        (&["1", "2"][..], 0, &[&[][..], &[]][..]),
        (&["--in-sequence", "1", "2"], 0, &[&[], &[]]),
        (
            &["--in-sequence", "2", "4", "1"],
            1,
            &[&[], &["sequence-skipped", "same-content"], &["sequence-backwards"]],
        ),
        (&["--previous", "1", "2", "4"], 0, &[&[], &["sequence-skipped", "same-content"]]),
        (&["--previous", "1", "1"], 1, &[&["sequence-repeated", "same-content"]]),
        (&["--previous", "4", "other"], 0, &[&["sequence-unknown"]]),
        (&["--previous", "4", "second"], 0, &[&["sequence-unknown"]]),
        (&["--previous", "4", "other", "--fail-on", "warning"], 1, &[&["sequence-unknown"]]),
        (&["--previous", "first", "second"], 0, &[&[]]),
        (&["--previous", "second", "first"], 1, &[&["sequence-backwards"]]),
        (&["--after", "0000000006", "first", "second"], 0, &[&[], &[]]),
        (&["--after", "1", "2"], 0, &[&[]]),
        // an unreadable file is left out of the sequence
        (&["--in-sequence", "1", "missing", "2"], 2, &[&[], &[]]),
        (&["--previous", "missing", "2"], 2, &[]),
        (&["--after", "1234567890123", "2"], 2, &[]),
        (&["--after", "1", "--previous", "1", "2"], 2, &[]),
    ] {
        let rules: Vec<Vec<String>> = rules
            .iter()
            .map(|rules| rules.iter().map(|rule| (*rule).to_owned()).collect())
            .collect();
        assert_eq!(run(folder.path(), args), (exit, rules), "{args:?}");
    }
}

#[test]
fn the_previous_file_may_be_compressed_and_must_be_one() {
    let folder =
        folder(&[("2", e45(42, 2, 1)), ("text", "hello\n".into()), ("empty", String::new())]);
    fs::write(folder.path().join("1.gz"), gzip(e45(42, 1, 2).as_bytes())).unwrap();
    assert_eq!(run(folder.path(), &["--previous", "1.gz", "2"]), (0, vec![vec![]]));
    for previous in ["text", "empty"] {
        let run = flagflow(&["check", "--previous", previous, "2"]).current_dir(&folder).output();
        let run = run.unwrap();
        assert_eq!(run.status.code(), Some(2));
        assert!(
            String::from_utf8(run.stderr).unwrap().starts_with(&format!("flagflow: {previous}: "))
        );
    }
}

/// Files with the same records are repeated, whatever their envelope, line endings and number.
#[test]
fn the_same_records_are_known_in_another_envelope() {
    let bare = e45(0, 0, 123_409).lines().nth(1).unwrap().to_owned();
    let folder = folder(&[
        ("enveloped", e45(42, 2, 123_409)),
        ("crlf", e45(42, 3, 123_409).replace('\n', "\r\n")),
        ("bare", format!("{bare}\n\n")),
        ("more", format!("{bare}\n{}\n", bare.replace("2022", "2021"))),
    ]);
    let same = || "same-content".to_owned();
    let unknown = || "sequence-unknown".to_owned();
    for (files, rules) in [
        (["enveloped", "crlf"], vec![same()]),
        (["enveloped", "bare"], vec![unknown(), same()]),
        (["bare", "enveloped"], vec![unknown(), same()]),
        (["bare", "more"], vec![unknown()]),
    ] {
        let (_, found) = run(folder.path(), &["--in-sequence", files[0], files[1]]);
        assert_eq!(found[1], rules, "{files:?}");
    }
}
