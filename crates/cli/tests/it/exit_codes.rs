//! The command ends with each exit code of `docs/exit-codes.md`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use crate::common::{flagflow, testdata};

/// Command, exit code, arguments. `good`, `bad`, `odd` and `none` are files of [`folder`]; the last
/// does not exist. `state` is a register, and `torn` an inconsistent one.
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
    ("register apply", 0, &["register", "apply", "new", "good", "odd"]),
    ("register apply", 1, &["register", "apply", "new", "good", "bad"]),
    ("register apply", 2, &["register", "apply", "new", "bad", "none", "good"]),
    ("register query", 0, &["register", "query", "state", "1234567810"]),
    ("register query", 1, &["register", "query", "state", "1234567810", "1"]),
    ("register query", 2, &["register", "query", "none", "1234567810"]),
    ("register history", 0, &["register", "history", "state", "1234567810"]),
    ("register history", 1, &["register", "history", "state", "1"]),
    ("register history", 2, &["register", "history", "good", "1"]),
    ("register export", 0, &["register", "export", "state", "--format", "csv"]),
    ("register export", 2, &["register", "export", "state", "--format", "d0350"]),
    ("register files", 0, &["register", "files", "state"]),
    ("register files", 2, &["register", "files", "none"]),
    ("register check", 0, &["register", "check", "state"]),
    ("register check", 1, &["register", "check", "torn"]),
    ("register check", 2, &["register", "check", "none"]),
    ("register backup", 0, &["register", "backup", "state", "-o", "new"]),
    ("register backup", 2, &["register", "backup", "state", "-o", "none/new"]),
    ("register vacuum", 0, &["register", "vacuum", "state"]),
    ("register vacuum", 2, &["register", "vacuum", "none"]),
    ("status table", 0, &["status", "table", "current"]),
    ("status table", 2, &["status", "table", "none"]),
    ("status flags", 0, &["status", "flags", "events"]),
    ("status flags", 1, &["status", "flags", "mistakes"]),
    ("status flags", 2, &["status", "flags", "good"]),
    ("status flags", 0, &["status", "flags", "events", "--flag", "A"]),
    ("status flags", 1, &["status", "flags", "--flag", "A", "mistakes"]),
    ("status flags", 2, &["status", "flags", "--flag", "A", "none"]),
    ("status why", 0, &["status", "why", "1234567810", "events"]),
    ("status why", 1, &["status", "why", "1234567810", "mistakes"]),
    ("status why", 1, &["status", "why", "1", "events"]),
    ("status why", 2, &["status", "why", "1", "none"]),
    ("status compare", 0, &["status", "compare", "events", "--sets", "current,modification"]),
    ("status compare", 1, &["status", "compare", "left", "--sets", "current,modification"]),
    ("status compare", 1, &["status", "compare", "mistakes", "--sets", "current,modification"]),
    ("status compare", 2, &["status", "compare", "events", "--sets", "current"]),
    ("notify add", 0, &["notify", "add", "new", "events"]),
    ("notify add", 0, &["notify", "add", "owing", "events"]),
    ("notify add", 1, &["notify", "add", "owing", "mistakes"]),
    ("notify add", 2, &["notify", "add", "owing", "events", "--rules", "modification"]),
    ("notify switch", 0, &["notify", "switch", "owing", "--gas", "on"]),
    ("notify switch", 2, &["notify", "switch", "none"]),
    ("notify pending", 0, &["notify", "pending", "state"]),
    ("notify pending", 1, &["notify", "pending", "owing"]),
    ("notify pending", 2, &["notify", "pending", "none"]),
    ("notify run", 0, &["notify", "run", "owing", "--out", ".", "--organisation-id", "1"]),
    ("notify run", 1, &["notify", "run", "network", "--out", ".", "--organisation-id", "1"]),
    ("notify run", 2, &["notify", "run", "owing", "--out", "none", "--organisation-id", "1"]),
    ("notify answers", 0, &["notify", "answers", "owing"]),
    ("notify answers", 1, &["notify", "answers", "owing", "answer"]),
    ("notify answers", 2, &["notify", "answers", "owing", "good"]),
    ("notify unconfirmed", 0, &["notify", "unconfirmed", "owing"]),
    ("notify unconfirmed", 1, &["notify", "unconfirmed", "sent"]),
    ("notify unconfirmed", 2, &["notify", "unconfirmed", "none"]),
    ("notify history", 0, &["notify", "history", "owing", "1234567810"]),
    ("notify history", 1, &["notify", "history", "owing", "1"]),
    ("notify history", 2, &["notify", "history", "none", "1"]),
    ("generate", 0, &["generate", "--flow", "e45", "--records", "3", "-o", "out"]),
    ("generate", 2, &["generate", "--flow", "e45", "--records", "3", "-o", "no/folder/out"]),
    ("profile show", 0, &["profile", "show", "d0350"]),
    ("profile show", 2, &["profile", "show", "d0010"]),
    ("profile check", 0, &["profile", "check", "profile.toml"]),
    ("profile check", 2, &["profile", "check", "good"]),
    ("rules", 0, &["rules"]),
    ("rules", 2, &["rules", "--format", "none"]),
    ("schema", 0, &["schema", "policy"]),
    ("schema", 2, &["schema", "none"]),
    ("explain", 0, &["explain", "invalid-date"]),
    ("explain", 2, &["explain", "no-such-rule"]),
    ("completions", 0, &["completions", "bash"]),
    ("completions", 2, &["completions", "none"]),
    ("man", 0, &["man", "check"]),
    ("man", 2, &["man", "none"]),
];

/// Events of a meter up to its commissioning, at a gas point or at a point of a network without a
/// known participant.
fn events(point: &str) -> String {
    let line =
        |what: &str, point: &str| format!("2022-01-01,00-DB-12-34-56-78-90-A1,{what},{point}\n");
    let commissioned = line("pending", "") + &line("associated", point) + &line("whitelisted", "");
    format!("on,device,event,meter_point\n{commissioned}{}", line("commissioned", ""))
}

/// Returns a copy of a folder that is made once, because most files in it are written by a command.
fn folder() -> tempfile::TempDir {
    static MADE: LazyLock<tempfile::TempDir> = LazyLock::new(make_folder);
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    for entry in fs::read_dir(MADE.path()).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
        }
    }
    folder
}

fn make_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let profile = flagflow(&["profile", "show", "d0350"]).output().unwrap().stdout;
    let uklink = b"E45,1234567810,\"A\",20220101\n";
    let (events, network) = (events("1234567810"), events("2400000000004"));
    let left = events.replace("commissioned", "installed-not-commissioned");
    let mistakes = events.replace("associated", "asociated");
    for (name, bytes) in [
        ("events", events.as_bytes()),
        ("network-events", network.as_bytes()),
        ("left", left.as_bytes()),
        ("mistakes", mistakes.as_bytes()),
        ("answer", b"E46AC1234567810A20220101\n"),
        ("good", &b"E451234567810A20220101\n"[..]),
        ("bad", b"E451234567810A20220101\nE451234567810A20220230\n"),
        ("other", b"E451234567810N20220101\n"),
        ("other-point", b"E450000123456N20220101\n"),
        ("odd", uklink),
        ("zeros", b"\xEF\xBB\xBFE451234567810A20220101"),
        ("profile.toml", &profile),
    ] {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    for state in ["state", "torn"] {
        assert_eq!(exit(folder.path(), &["register", "apply", state, "good"]), 0);
    }
    for (state, events) in
        [("owing", "events"), ("network", "network-events"), ("sent", "network-events")]
    {
        assert_eq!(exit(folder.path(), &["notify", "add", state, events]), 0);
    }
    let run = ["notify", "run", "sent", "--out", ".", "--organisation-id", "1"];
    let run = [&run[..], &["--participant", "24=INDX", "--supplier", "MRCY"]].concat();
    assert_eq!(exit(folder.path(), &run), 0);
    let torn = rusqlite::Connection::open(folder.path().join("torn")).unwrap();
    torn.execute("DELETE FROM standing", []).unwrap();
    folder
}

/// Returns each command and code of the page.
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

/// Further command lines that write to standard output.
const PRINTED: &[&[&str]] = &[
    &["--help"],
    &["--version"],
    &["help", "check"],
    &["check", "--help"],
    &["check", "good", "--quiet"],
    &["check", "good", "--format", "json"],
    &["check", "bad", "--format", "github"],
    &["check", "good", "--report", "json=-"],
    &["check", "bad", "--report", "html=-"],
    &["check", "bad", "--report", "sarif=-"],
    &["check", "bad", "--report", "junit=-"],
    &["check", "bad", "--report", "text=/dev/stdout", "--quiet"],
    &["summary", "good", "--format", "json"],
    &["answer", "good", "-o", "-"],
    &["answer", "bad", "-o", "out", "--listed", "-"],
    &["answer", "good", "-o", "/dev/stdout"],
    &["convert", "good", "-o", "-", "--to", "csv"],
    &["convert", "good", "-o", "-", "--to", "jsonl", "--skip-invalid"],
    &["convert", "good", "-o", "/dev/stdout", "--to", "uklink"],
    &["diff", "good", "other", "--format", "json"],
    &["diff", "good", "other", "--quiet"],
    &["fix", "odd", "-o", "-"],
    &["fix", "good", "--format", "json"],
    &["fix", "zeros", "--list", "-"],
    &["merge", "good", "other-point", "-o", "-"],
    &["register", "apply", "new", "good", "--format", "json"],
    &["register", "apply", "new", "good", "--changes-to", "-"],
    &["register", "export", "state", "--format", "jsonl", "-o", "-"],
    &["status", "table", "current"],
    &["status", "flags", "events", "--format", "csv"],
    &["status", "flags", "events", "--flag", "A"],
    &["status", "why", "1234567810", "events"],
    &["status", "compare", "left", "--sets", "current,modification"],
    &["notify", "pending", "owing"],
    &["notify", "history", "owing", "1234567810"],
    &["notify", "switch", "owing"],
    &["notify", "run", "owing", "--out", ".", "--organisation-id", "1"],
    &["generate", "--flow", "e45", "--records", "3"],
    &["rules", "--format", "markdown"],
    &["schema", "policy"],
    &["profile", "show", "d0351"],
];

fn piped(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flagflow"));
    command.current_dir(folder).args(args).stdin(Stdio::null()).output().unwrap()
}

/// Returns the exit code with standard output redirected by the shell.
#[cfg(unix)]
fn redirected(folder: &Path, args: &[&str], to: &str) -> i32 {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("exec \"$0\" \"$@\" {to}"));
    shell.arg(env!("CARGO_BIN_EXE_flagflow")).args(args).current_dir(folder);
    shell
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap()
        .code()
        .unwrap()
}

/// Checks the exit codes of a command for each kind of standard output. Returns true if the command
/// prints.
#[cfg(unix)]
fn prints(args: &[&str]) -> bool {
    let usual = piped(folder().path(), args);
    let (code, prints) = (usual.status.code().unwrap(), !usual.stdout.is_empty());
    let expected = if prints { 2 } else { code };
    assert_eq!(redirected(folder().path(), args, ">&-"), expected, "{args:?} >&-");
    if Path::new("/dev/full").exists() {
        assert_eq!(redirected(folder().path(), args, ">/dev/full"), expected, "{args:?} full");
    }
    assert_eq!(redirected(folder().path(), args, ">/dev/null"), code, "{args:?}");
    // opened as the runtime and many callers open it
    assert_eq!(redirected(folder().path(), args, "1<>/dev/null"), code, "{args:?}");
    prints
}

/// A command that prints must fail if it cannot print, and no other command may fail.
#[cfg(unix)]
#[test]
fn a_standard_output_that_is_full_or_closed_is_2_where_something_is_printed() {
    let listed: Vec<_> =
        CASES.iter().map(|(.., args)| *args).chain(PRINTED.iter().copied()).collect();
    let printing: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = listed
            .chunks(listed.len().div_ceil(4))
            .map(|cases| scope.spawn(|| cases.iter().map(|args| prints(args)).collect::<Vec<_>>()))
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let count = printing.iter().filter(|prints| **prints).count();
    assert!(count > 50, "{count} of them print");
    let of_printed = PRINTED.iter().zip(&printing[CASES.len()..]);
    let silent = of_printed.filter(|(_, prints)| !**prints).map(|(args, _)| *args);
    assert_eq!(silent.collect::<Vec<_>>(), [] as [&[&str]; 0]);
}

/// Failing to write to standard error is not a failure of a command.
#[cfg(unix)]
#[test]
fn a_standard_error_that_is_full_or_closed_changes_no_exit_code() {
    let has_full = Path::new("/dev/full").exists();
    for (command, code, args) in CASES {
        let to = if has_full { "2>/dev/full" } else { "2>&-" };
        assert_eq!(redirected(folder().path(), args, to), *code, "{command}: {args:?} {to}");
    }
    for to in ["2>&-", "2>/dev/full"].iter().take(1 + usize::from(has_full)) {
        assert_eq!(redirected(folder().path(), &["--no-such-option"], to), 2);
        assert_eq!(redirected(folder().path(), &["check", "none"], to), 2);
    }
}
