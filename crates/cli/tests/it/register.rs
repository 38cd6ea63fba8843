//! Tests apply and register.

use std::fs;
use std::process::Stdio;

use crate::common::{flagflow, gzip, json_lines, run, testdata};

const FIRST: &str = "E451234567810A20220101\nE450000123409A20230229\nE450000123409A20240101\n";
const SECOND: &str = "E451234567810N20240603\nE450000123409N20240101\nE451234567810A20230101\n";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("first"), FIRST).unwrap();
    fs::write(folder.path().join("second"), SECOND).unwrap();
    folder
}

#[test]
fn files_are_applied_once_and_each_by_itself() {
    let folder = folder();
    let path = folder.path();
    let (exit, out, err) = run(path, "register apply state first none second first");
    assert_eq!(exit, 2);
    assert_eq!(
        out,
        "first: applied as file 1: 3 records: 2 new, 1 rejected\n\
         second: applied as file 2: 3 records: 1 flag changed, 1 late, 1 conflicting\n\
         first: applied before, as file 1 (first); nothing changed\n"
    );
    assert!(err.starts_with("flagflow: none: cannot be read: "), "{err}");
    assert_eq!(run(path, "register apply state second first").0, 1);
    fs::write(path.join("good"), "E450000000100A20240101\n").unwrap();
    assert_eq!(run(path, "register apply state good").0, 0);
    assert_eq!(run(path, "register apply state good").0, 0);
    let (exit, out, _) = run(path, "register check state");
    assert_eq!((exit, out.as_str()), (0, "3 points, 6 updates, 3 files, 0 discrepancies\n"));
    assert_eq!(fs::read_dir(path).unwrap().count(), 4);
}

#[test]
fn folders_gzip_and_pipes_are_read() {
    let folder = folder();
    let path = folder.path();
    fs::create_dir(path.join("in")).unwrap();
    fs::write(path.join("in/1.gz"), gzip(FIRST.as_bytes())).unwrap();
    fs::rename(path.join("second"), path.join("in/2")).unwrap();
    let (exit, out, _) =
        run(path, "register apply state in --format json --applied-at 20240701000000");
    let reports = json_lines(out.as_bytes());
    let key = |name: &str| reports.iter().map(|report| report[name].clone()).collect::<Vec<_>>();
    assert_eq!((exit, key("became")), (1, vec!["applied".into(), "applied".into()]));
    assert_eq!(
        (key("rejected"), key("late")),
        (vec![1.into(), 0.into()], vec![0.into(), 1.into()])
    );
    let args = ["register", "apply", "state", "-"];
    let piped = flagflow(&args).current_dir(path).write_stdin(FIRST).output().unwrap();
    assert!(String::from_utf8(piped.stdout).unwrap().starts_with("-: applied before, as file 1"));
    let (_, out, _) = run(path, "register files state --format json");
    let files = json_lines(out.as_bytes());
    assert_eq!(files[0]["applied_at"], "20240701000000");
    assert_eq!((&files[1]["number"], &files[1]["flow"]), (&2.into(), &"e45".into()));
}

#[test]
fn what_was_changed_is_listed_of_files_that_are_applied() {
    let folder = folder();
    let path = folder.path();
    let columns = "file,line,fuel,meter_point,effect,dcc_service_flag,effective_from_date,\
                   before_flag,before_date\n";
    let (exit, out, _) =
        run(path, "register apply state first --strict --changes-to changes --changes-format csv");
    assert_eq!(exit, 1);
    let kept_out = "first: kept out, nothing changed (--strict): 3 records: 2 new, 1 rejected";
    assert!(out.starts_with(kept_out), "{out}");
    assert_eq!(fs::read_to_string(path.join("changes")).unwrap(), columns);
    let (exit, out, _) = run(path, "register apply state first second --changes-to -");
    assert_eq!(exit, 1);
    let changes: Vec<_> =
        out.lines().filter(|line| line.starts_with('{')).map(str::to_owned).collect();
    assert_eq!(changes.len(), 5);
    assert_eq!(
        changes[2],
        r#"{"file":"second","line":1,"fuel":"gas","meter_point":"1234567810","effect":"flag-changed","dcc_service_flag":"N","effective_from_date":"20240603","before_flag":"A","before_date":"20220101"}"#
    );
}

#[test]
fn points_are_queried_as_they_are_and_as_they_were() {
    let folder = folder();
    let path = folder.path();
    run(path, "register apply state first second");
    let (exit, out, _) = run(path, "register query state 0001234567810 123409 1234567810");
    assert_eq!(exit, 1);
    assert_eq!(
        out,
        "0001234567810  not known\n\
         123409  A  from 2024-01-01  first:3\n\
         1234567810  N  from 2024-06-03  second:1\n"
    );
    let (exit, out, _) =
        run(path, "register query state 1234567810 123409 --as-of 2023-12-31 --format json");
    let found = json_lines(out.as_bytes());
    assert_eq!(exit, 1);
    assert_eq!((&found[0]["line"], &found[1]["line"]), (&3.into(), &serde_json::Value::Null));
    let (exit, out, _) = run(path, "register history state 123409");
    assert_eq!(exit, 0);
    assert_eq!(
        out,
        "2024-01-01  A  new           stands  first:3\n\
         2024-01-01  N  conflicting   -       second:2\n"
    );
    assert_eq!(run(path, "register history state 5").0, 1);
    assert_eq!(run(path, "register history state x").0, 2);
}

#[test]
fn what_is_exported_can_be_checked_and_applied_again() {
    let folder = folder();
    let path = folder.path();
    let d0350 = testdata("d0350/valid/zhv-crlf.txt");
    run(path, "register apply state first second");
    run(path, &format!("register apply state {}", d0350.display()));
    let envelope = "--organisation-id 1 --creation-date 20240701 --creation-time 00:00:00 \
                    --generation-number 1";
    let user = "--file-id 42 --to-participant EELC --created 20990101000000";
    for (format, name) in [
        ("e45 --layout uklink", "plain"),
        (&format!("e45 {envelope}"), "enveloped"),
        (&format!("d0350 --layout zhf --supplier MRCY {user}"), "electric"),
    ] {
        let (exit, _, err) =
            run(path, &format!("register export state --format {format} -o {name}"));
        assert_eq!(exit, 0, "{err}");
        assert!(err.contains("of the other fuel left out"), "{err}");
        assert_eq!(run(path, &format!("check --quiet --ignore edition-unknown {name}")).0, 0);
    }
    assert_eq!(run(path, "register apply again enveloped electric").0, 0);
    let both = |state: &str| {
        let (_, table, _) = run(path, &format!("register export {state} --format jsonl"));
        let rows = json_lines(table.as_bytes()).into_iter();
        let parts = |row: serde_json::Value| {
            ["fuel", "meter_point", "dcc_service_flag", "effective_from_date"]
                .map(|key| row[key].clone())
        };
        rows.map(parts).collect::<Vec<_>>()
    };
    assert!(both("state").len() > 2);
    assert_eq!(both("state"), both("again"));
    let (_, table, _) = run(path, "register export state --format csv --flag N --fuel gas");
    assert_eq!(
        table,
        "fuel,meter_point,dcc_service_flag,effective_from_date,file,line\n\
         gas,1234567810,N,20240603,second,1\n"
    );
    let (_, table, _) = run(path, "register export state --format e45 --as-of 20230601");
    assert_eq!(table, "E451234567810A20230101\n");
}

/// The name of a file may be a formula; convert takes the tables of both fuels.
#[test]
fn tables_of_a_register_are_safe_and_can_be_converted() {
    let folder = folder();
    let path = folder.path();
    fs::write(path.join("=1+1"), FIRST).unwrap();
    let (exit, _, err) =
        run(path, "register apply state =1+1 --changes-to c.csv --changes-format csv --csv-safe");
    assert_eq!(exit, 1, "one record is rejected: {err}");
    run(path, "register export state --format csv -o e.csv --csv-safe");
    for table in ["c.csv", "e.csv"] {
        let text = fs::read_to_string(path.join(table)).unwrap();
        assert_eq!(text.matches("'=1+1").count(), 2, "{text}");
        assert_eq!(text.matches("=1+1").count(), 2, "{text}");
        let (exit, file, err) = run(path, &format!("convert {table} -o - --to fixed"));
        assert_eq!((exit, file.lines().count()), (0, 2), "{err}");
    }
    run(path, "register export state --format csv -o plain.csv");
    assert!(fs::read_to_string(path.join("plain.csv")).unwrap().contains(",=1+1,"));
    let jsonl = "register apply again =1+1 --changes-to c.jsonl --csv-safe";
    run(path, jsonl);
    assert!(fs::read_to_string(path.join("c.jsonl")).unwrap().contains("\"file\":\"=1+1\""));
}

#[test]
fn what_cannot_be_done_is_said_and_nothing_is_written() {
    let folder = folder();
    let path = folder.path();
    run(path, "register apply state first");
    fs::write(path.join("e46"), "E46AC1234567810A20220101\n").unwrap();
    fs::write(path.join("empty"), "").unwrap();
    for (command, part) in [
        ("register query empty 1", "empty: an empty file, not yet a flagflow register"),
        ("register apply state e46", "e46: the file contains answers (e46), not updates"),
        ("register apply first second", "first: not a flagflow register"),
        ("register apply state", "UPDATES"),
        ("register apply state first --conflicts older", "expected first or newer"),
        ("register apply state first --changes-format csv", "--changes-to"),
        ("register query none 1", "none: the register does not exist"),
        ("register query second 1", "second: not a flagflow register"),
        ("register query state 12345678901", "not a meter point"),
        ("register export state --format csv --layout zhv", "do not apply to csv and jsonl"),
        ("register export state --format e45 --layout zhv", "cannot be in layout zhv"),
        ("register export state --format d0350", "needs the supplier"),
        (
            "register export state --format d0350 --supplier MRCY",
            "file_identifier, to_participant, created",
        ),
        ("register export state --format e45 --file-id 1", "do not apply to --format e45"),
        ("register export state --format e45 --organisation-id 1", "creation_date"),
    ] {
        let (exit, out, err) = run(path, command);
        assert_eq!((exit, out.as_str()), (2, ""), "{command}: {err}");
        assert!(err.contains(part), "{command}: {err}");
    }
    assert_eq!(fs::read_to_string(path.join("first")).unwrap(), FIRST);
    assert!(!path.join("none").exists());
    assert!(run(path, "register check state").1.starts_with("2 points, 2 updates, 1 file,"));
}

/// Processes that apply to one register at the same time take turns.
#[test]
fn many_may_apply_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for seed in 0..6 {
        let file = format!("generate --flow e45 --records 2000 --seed {seed} -o in{seed}");
        assert_eq!(run(path, &file).0, 0);
    }
    let start = |seed: u32| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_flagflow"));
        command.args(["register", "apply", "state", &format!("in{seed}"), "in0"]).current_dir(path);
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let started: Vec<_> = (1..6).map(start).collect();
    for child in started {
        let done = child.wait_with_output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    let (exit, out, _) = run(path, "register check state");
    assert!(exit == 0 && out.contains("12,000 updates, 6 files"), "{out}");
}

#[cfg(unix)]
#[test]
fn a_new_register_is_its_owners_alone_and_so_is_what_comes_from_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = "A000000000123DXI20240628120000000001\nE451234567810A20240601\nZ990000000001\n";
    fs::write(folder.path().join("in"), file).unwrap();
    std::os::unix::fs::symlink("there", folder.path().join("link")).unwrap();
    let mode =
        |name: &str| fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
    for (command, made) in [
        ("register apply s in", "s"),
        ("register apply link in", "there"),
        ("register export s -o out --format csv", "out"),
    ] {
        assert_eq!(run(folder.path(), command).0, 0, "{command}");
        assert_eq!(mode(made), 0o600, "{command}");
    }
    let state = folder.path().join("s");
    fs::set_permissions(&state, fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(run(folder.path(), "register apply s in").0, 0);
    assert_eq!(mode("s"), 0o640, "what is there keeps its permissions");
}
