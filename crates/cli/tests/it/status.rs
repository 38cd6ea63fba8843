//! Tests `flagflow status` on various inputs: JSON lines, compressed, from standard input, with
//! mistakes.

use std::fs;
use std::io::Write as _;
use std::process::Output;

use crate::common::flagflow;
use flate2::Compression;
use flate2::write::GzEncoder;

const DEVICE: &str = "00-DB-12-34-56-78-90-A1";

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// Events of a gas meter up to its commissioning, as JSON lines.
fn jsonl() -> String {
    ["pending", "associated", "whitelisted", "commissioned"]
        .map(|event| {
            let point = if event == "associated" { ",\"meter_point\":\"1234567810\"" } else { "" };
            format!(
                "{{\"on\":\"2022-01-01\",\"device\":\"{DEVICE}\",\"event\":\"{event}\"{point}}}\n"
            )
        })
        .concat()
}

fn flags(input: Vec<u8>) -> Output {
    flagflow(&["status", "flags", "-"]).write_stdin(input).output().unwrap()
}

#[test]
fn events_come_as_json_lines_plain_and_compressed() {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(jsonl().as_bytes()).unwrap();
    for input in [jsonl().into_bytes(), gzip.finish().unwrap()] {
        let output = flags(input);
        assert_eq!(text(&output.stdout), "1234567810  A  from 2022-01-01\n");
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
    }
}

/// The first hundred errors are printed, the others counted, and valid lines between them are
/// added.
#[test]
fn mistakes_do_not_flood_the_terminal() {
    let mut input = jsonl().replace("}\n", "}\n?\n?\n");
    input.push_str(&"{\n".repeat(1000));
    let output = flags(input.into_bytes());
    assert_eq!(text(&output.stdout), "1234567810  A  from 2022-01-01\n");
    assert_eq!(output.status.code(), Some(1));
    let told: Vec<_> = text(&output.stderr).lines().collect();
    assert_eq!(told.len(), 101);
    assert!(told[0].starts_with("-: line 2: not an event: "), "{}", told[0]);
    assert_eq!(told[100], "-: and 908 more refused lines; --refused-to FILE lists all of them");
}

#[test]
fn a_file_without_columns_is_not_read() {
    let output = flags(format!("2022-01-01,{DEVICE},pending,\n").into_bytes());
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""));
    assert!(
        text(&output.stderr).starts_with("flagflow: -: line 1: the first line of a csv file names")
    );
}

/// Adding a file again changes nothing; a register of `apply` accepts events too.
#[test]
fn a_register_takes_events_once_beside_updates() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| flagflow(args).current_dir(folder.path()).output().unwrap();
    fs::write(folder.path().join("updates"), "E451111111900A20220101\n").unwrap();
    fs::write(folder.path().join("events"), jsonl()).unwrap();
    assert_eq!(run(&["register", "apply", "state", "updates"]).status.code(), Some(0));
    assert_eq!(run(&["notify", "add", "state", "events"]).status.code(), Some(0));
    let again = run(&["notify", "add", "state", "events"]);
    assert_eq!(again.status.code(), Some(0));
    assert_eq!(
        text(&again.stderr),
        "events: repeated: the same file was added before, as events, events: 4; nothing changed\n"
    );
    let owed = run(&["notify", "pending", "state"]);
    assert_eq!(text(&owed.stdout), "1234567810  A  from 2022-01-01  to gas\n");
    let flag = run(&["register", "query", "state", "1111111900"]);
    assert_eq!(flag.status.code(), Some(0));
    let run = run(&[
        "notify",
        "run",
        "state",
        "--out",
        ".",
        "--organisation-id",
        "7",
        "--now",
        "20220302010203",
        "--gas-layout",
        "uklink",
    ]);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run.stderr));
    let file = fs::read_to_string(folder.path().join("E45-000001.txt")).unwrap();
    assert_eq!(
        file,
        "\"A00\",7,\"DXI\",20220302,010203,1\n\"E45\",1234567810,\"A\",20220101\n\"Z99\",1\n"
    );
}

#[test]
fn an_independent_network_is_told_once_its_participant_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| flagflow(args).current_dir(folder.path()).output().unwrap();
    fs::write(folder.path().join("events"), jsonl().replace("1234567810", "2400000000004"))
        .unwrap();
    run(&["notify", "add", "state", "events"]);
    let go = [
        "notify",
        "run",
        "state",
        "--out",
        ".",
        "--organisation-id",
        "7",
        "--now",
        "20220302010203",
        "--supplier",
        "MRCY",
    ];
    let output = run(&go);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        text(&output.stdout),
        "pending for providers whose participant is not known (--participant): 1\n"
    );
    for (participant, code) in [("24", 2), ("100=INDX", 2), ("24=TOOLONG", 2), ("24=INDX", 0)] {
        let output = run(&[&go[..], &["--participant", participant]].concat());
        assert_eq!(output.status.code(), Some(code), "{participant}: {}", text(&output.stderr));
    }
    assert!(folder.path().join("D0350-INDX-0000000001.txt").exists());
}
