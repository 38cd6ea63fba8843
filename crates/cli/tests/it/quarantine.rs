//! Tests splitting of files and merge.

use std::fs;
use std::path::Path;

use crate::common::{flagflow, gzip, json_lines, run};
use serde_json::Value;

const PARTS: &str = "--accepted-to a --rejected-to r --reasons-to w";

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn one_pass_gives_the_report_and_the_parts_and_merge_gives_the_file_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for shape in [
        "e45 --envelope",
        "e45 --layout uklink --line-end crlf",
        "e46 --envelope",
        "d0350",
        "d0350 --layout zhf",
        "d0351",
    ] {
        let generate = format!("generate --flow {shape} --records 3000 --invalid 0.05 -o in");
        assert_eq!(run(path, &generate).0, 0, "{shape}");
        let (exit, alone, _) = run(path, "check --format json in");
        let (same_exit, report, told) = run(path, &format!("check --format json in {PARTS}"));
        assert_eq!((exit, &alone), (same_exit, &report), "{shape}");
        let report = json_lines(report.as_bytes()).remove(0);
        let (accepted, rejected) = (&report["accepted"], &report["rejected"]);
        assert!(
            told.contains(&format!("records: {accepted} accepted, {rejected} rejected")),
            "{told}"
        );

        let (exit, again, _) = run(path, "check --format json a");
        let again = json_lines(again.as_bytes()).remove(0);
        assert_eq!((exit, &again["rejected"], &again["records"]), (0, &0.into(), accepted));
        let reasons = json_lines(&fs::read(path.join("w")).unwrap());
        assert_eq!(Value::from(reasons.len()), *rejected);

        let (exit, _, told) = run(path, "merge a r -o back --reasons w");
        assert_eq!((exit, path.join("back").exists()), (1, false), "{told}");
        assert!(told.ends_with("nothing was written\n"), "{told}");
        assert_eq!(run(path, "merge a r -o back --reasons w --allow-bad -q").0, 1);
        assert!(fs::read(path.join("back")).unwrap() == fs::read(path.join("in")).unwrap());
        fs::remove_file(path.join("back")).unwrap();
    }
}

#[test]
fn past_a_gate_nothing_is_written_and_the_report_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("in"), "E451234567810A20220101\nX\nE450000123409N20220101\n").unwrap();
    for part in ["a", "r", "w"] {
        fs::write(path.join(part), "old").unwrap();
    }
    for (gates, exit, told) in [
        ("--max-rejects 0", 1, "in: refused: more than 0 rejected records (1 of 3)\n"),
        ("--max-reject-rate 33%", 1, "more than 33 % of the records are rejected (1 of 3)\n"),
        ("--max-rejects 0 --fail-on never", 1, "more than 0"),
    ] {
        let (code, report, err) = run(path, &format!("check in {gates} {PARTS}"));
        assert_eq!(code, exit, "{gates}");
        assert!(err.contains(told) && err.contains("nothing was written"), "{err}");
        assert!(report.contains("rejected 1"), "{report}");
        let (code, _, err) = run(path, &format!("check in {gates}"));
        assert!(code == exit && err.contains(told) && !err.contains("written"), "{err}");
    }
    for part in ["a", "r", "w"] {
        assert_eq!(fs::read_to_string(path.join(part)).unwrap(), "old");
    }
    assert_eq!(names(path), ["a", "in", "r", "w"], "no temporary file is left");
    assert_eq!(run(path, "check in --max-rejects 1 --max-reject-rate 0.34 --fail-on never").0, 0);
    let (exit, _, err) = run(path, &format!("check in --fail-on never {PARTS}"));
    assert_eq!((exit, err.as_str()), (0, "in: 3 records: 2 accepted, 1 rejected\n"));

    fs::write(path.join("flagflow.toml"), "[gates]\nmax-rejects = 0\n").unwrap();
    assert_eq!(run(path, "check in --fail-on never").0, 1);
    assert_eq!(run(path, "check in --fail-on never --max-rejects 1").0, 0);
}

#[test]
fn what_cannot_be_parted_is_told_and_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("in"), "E451234567810A20220101\nX\n").unwrap();
    fs::write(path.join("a"), "old").unwrap();
    let mut cut = gzip(b"E451234567810A20220101\nX\n");
    cut.truncate(cut.len() - 6);
    fs::write(path.join("cut.gz"), cut).unwrap();
    for (command, part) in [
        ("check none --accepted-to a", "flagflow: none: "),
        ("check cut.gz --accepted-to a --rejected-to r", "cut.gz: "),
        ("check in in --accepted-to a", "are for one file, and 2 are given"),
        ("check in --accepted-to in", "is the file that is read"),
        ("check in --accepted-to ./in", "is the file that is read"),
        ("check in --accepted-to a --rejected-to ./a", "is given for two outputs"),
        ("check in --accepted-to -", "cannot be standard output"),
        ("check in --accepted-to no/folder/a", "cannot be written"),
        ("check in --rejected-to r --generation-number 7", "header values need --accepted-to"),
        ("check in --accepted-to a --generation-number 7", "no value for organisation_id"),
        ("check in --max-reject-rate 2", "0% to 100%"),
    ] {
        let (exit, _, err) = run(path, command);
        assert!(exit == 2 && err.contains(part), "{command}: {err}");
        assert_eq!(fs::read_to_string(path.join("a")).unwrap(), "old", "{command}");
    }
    assert_eq!(names(path), ["a", "cut.gz", "in"]);
}

#[test]
fn input_may_be_compressed_or_piped_and_read_twice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let flag = |n: u64| if n < 4000 { "A" } else { "N" };
    let long = "E45".to_owned() + &"x".repeat(200_000) + "\n";
    let line = |n: u64| format!("E45{:010}{}20220101\n", n % 3000, flag(n));
    let file: String = (0..6000).map(line).collect::<String>() + &long;
    fs::write(path.join("in"), &file).unwrap();
    assert_eq!(run(path, &format!("check -q in {PARTS}")).0, 1);
    let parts = || ["a", "r", "w"].map(|part| fs::read(path.join(part)).unwrap());
    let expected = parts();
    assert!(expected[1].ends_with(long.as_bytes()));
    assert_eq!(expected[2].split(|byte| *byte == b'\n').count(), 2000 + 1 + 1);
    fs::write(path.join("in.gz"), gzip(file.as_bytes())).unwrap();
    assert_eq!(run(path, &format!("check -q in.gz --cross-record-memory 1 {PARTS}")).0, 1);
    assert!(parts() == expected);
    let command = format!("check -q - --cross-record-memory 1 {PARTS}");
    let args: Vec<&str> = command.split_whitespace().collect();
    let piped = flagflow(&args).current_dir(path).write_stdin(file).output().unwrap();
    assert_eq!(piped.status.code(), Some(1));
    assert!(parts() == expected);
}

#[test]
fn reasons_are_masked_and_merge_needs_no_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let file = "E451234567810A20220101\nE450000123409N20221301\nE452222222222A20220101\n";
    fs::write(path.join("in"), file).unwrap();
    run(path, &format!("check -q --mask in {PARTS}"));
    let reasons = fs::read_to_string(path.join("w")).unwrap();
    assert!(!reasons.contains("123409") && reasons.contains("\"bytes\":null,\"hex\":null"));
    fs::write(path.join("mended"), "E450000123409N20221231").unwrap();
    let (exit, out, err) = run(path, "merge a mended --reasons w -o -");
    assert_eq!((exit, err.as_str()), (0, "3 records: 2 accepted, 1 put back\n"));
    assert_eq!(out, file.replace("1301", "1231"));
    let (exit, out, _) = run(path, "merge a mended -q -o -");
    assert_eq!((exit, out.lines().last()), (0, Some("E450000123409N20221231")));

    fs::write(path.join("worse"), "E451234567810N20220101\n").unwrap();
    let (exit, out, err) = run(path, "merge a worse --reasons w -o - --mask");
    let told = "still bad: corrected line 1: conflicting-update\nnothing was written\n";
    assert_eq!((exit, out.as_str(), err.as_str()), (1, "", told));
    let (exit, _, err) = run(path, "merge a in --reasons w -o out");
    assert!(exit == 2 && err.contains("the reasons list 1 records, and 3 are"), "{err}");
}

#[test]
fn a_bad_header_is_replaced_by_given_values() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let file = "A000000000042DXI20220601093000x00001\nE451234567810A20220101\nZ990000000001\n";
    fs::write(path.join("in"), file).unwrap();
    let (_, _, err) = run(path, "check in --accepted-to a");
    assert_eq!(
        err,
        "in: 1 record: 1 accepted, 0 rejected, header dropped, trailer dropped, 2 other lines left \
         out or replaced\n"
    );
    let (_, _, err) = run(path, "check in --accepted-to a --generation-number 7");
    assert!(err.contains("header replaced"), "{err}");
    assert_eq!(fs::read_to_string(path.join("a")).unwrap(), file.replace("x00001", "000007"));
    let electricity = "ZHV|7|D0350001|Z|DCCO|P|EELC|20221301000000||||OPER|\n81H|1|\n\
                       82H|1|DC01|1013044353630|A|20220101|MRCY|\nZPT|7|2||1|20220101000000|\n";
    fs::write(path.join("in"), electricity).unwrap();
    let (exit, _, err) = run(path, "check in --accepted-to b");
    assert!(exit == 1 && err.contains("refused: the header has an error"), "{err}");
    assert!(!path.join("b").exists());
    let values = "--file-id 7 --to-participant EELC --created 20220101000000";
    run(path, &format!("check in --accepted-to b {values}"));
    assert_eq!(fs::read_to_string(path.join("b")).unwrap(), electricity.replace("1301", "0101"));
}
