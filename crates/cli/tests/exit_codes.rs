//! Each exit code that `docs/exit-codes.md` names is one that the command ends with.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use common::{flagflow, testdata};

/// Command, exit code, arguments. `good`, `bad`, `odd` and `none` are files of [`folder`]; the last is
/// not there.
const CASES: &[(&str, i32, &[&str])] = &[
    ("check", 0, &["check", "good"]),
    ("check", 1, &["check", "good", "bad"]),
    ("check", 1, &["check", "bad", "--fail-on", "never", "--max-rejects", "0"]),
    ("check", 2, &["check", "bad", "none", "good"]),
    ("watch", 0, &["watch", "empty", "--once", "--settle", "0"]),
    ("watch", 1, &["watch", ".", "--once", "--settle", "0"]),
    ("watch", 2, &["watch", "none", "--once"]),
    ("summary", 0, &["summary", "good", "bad"]),
    ("summary", 2, &["summary", "good", "none"]),
    ("answer", 0, &["answer", "good", "-o", "out"]),
    ("answer", 1, &["answer", "bad", "-o", "out"]),
    ("answer", 2, &["answer", "none", "-o", "out"]),
    ("convert", 0, &["convert", "good", "-o", "out", "--to", "csv"]),
    ("convert", 1, &["convert", "bad", "-o", "out", "--to", "csv"]),
    ("convert", 2, &["convert", "none", "-o", "out", "--to", "csv"]),
    ("roundtrip", 0, &["roundtrip", "good"]),
    ("roundtrip", 1, &["roundtrip", "odd"]),
    ("roundtrip", 2, &["roundtrip", "none"]),
    ("diff", 0, &["diff", "good", "odd"]),
    ("diff", 1, &["diff", "good", "other"]),
    ("diff", 2, &["diff", "good", "bad"]),
    ("fix", 0, &["fix", "good"]),
    ("fix", 1, &["fix", "bad"]),
    ("fix", 2, &["fix", "none"]),
    ("merge", 0, &["merge", "good", "other-point", "-o", "out"]),
    ("merge", 1, &["merge", "good", "bad", "-o", "out"]),
    ("merge", 2, &["merge", "good", "none", "-o", "out"]),
    ("generate", 0, &["generate", "--flow", "e45", "--records", "3", "-o", "out"]),
    ("generate", 2, &["generate", "--flow", "e45", "--records", "3", "-o", "no/folder/out"]),
    ("profile show", 0, &["profile", "show", "d0350"]),
    ("profile show", 2, &["profile", "show", "d0010"]),
    ("profile check", 0, &["profile", "check", "profile.toml"]),
    ("profile check", 2, &["profile", "check", "good"]),
    ("rules", 0, &["rules"]),
    ("rules", 2, &["rules", "--format", "none"]),
    ("explain", 0, &["explain", "invalid-date"]),
    ("explain", 2, &["explain", "no-such-rule"]),
    ("completions", 0, &["completions", "bash"]),
    ("completions", 2, &["completions", "none"]),
    ("man", 0, &["man", "check"]),
    ("man", 2, &["man", "none"]),
];

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    let profile = flagflow(&["profile", "show", "d0350"]).output().unwrap().stdout;
    let uklink = b"E45,1234567810,\"A\",20220101\n";
    for (name, bytes) in [
        ("good", &b"E451234567810A20220101\n"[..]),
        ("bad", b"E451234567810A20220101\nE451234567810A20220230\n"),
        ("other", b"E451234567810N20220101\n"),
        ("other-point", b"E450000123456N20220101\n"),
        ("odd", uklink),
        ("profile.toml", &profile),
    ] {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// Each command and code of the page.
fn documented() -> BTreeSet<(String, i32)> {
    let page = fs::read_to_string(testdata("../docs/exit-codes.md")).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let cells = rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>());
    cells
        .flat_map(|cells| {
            let command = cells[0].trim_matches('`').to_owned();
            let codes = (0..).zip(cells[1..].to_vec()).filter(|(_, meaning)| *meaning != "-");
            codes.map(|(code, _)| (command.clone(), code)).collect::<Vec<_>>()
        })
        .collect()
}

fn exit(folder: &Path, args: &[&str]) -> i32 {
    flagflow(args).current_dir(folder).output().unwrap().status.code().unwrap()
}

#[test]
fn every_code_of_the_page_is_one_that_the_command_ends_with() {
    for (command, code, args) in CASES {
        let folder = folder();
        assert_eq!(exit(folder.path(), args), *code, "{command}: {args:?}");
    }
    let shown: BTreeSet<_> =
        CASES.iter().map(|(command, code, _)| ((*command).to_owned(), *code)).collect();
    assert_eq!(shown, documented());
}

#[test]
fn an_argument_that_is_not_understood_is_2() {
    let folder = folder();
    for (command, ..) in CASES {
        let mut args: Vec<_> = command.split(' ').collect();
        args.push("--no-such-option");
        assert_eq!(exit(folder.path(), &args), 2, "{args:?}");
    }
}
