//! Tests `flagflow answer`, as used and as in docs/answer.md.

use std::fs;
use std::path::Path;

use crate::common::{flagflow, gzip, json_lines, testdata};

/// Runs in a folder: exit code, standard output, standard error.
fn run(folder: &Path, command: &str) -> (i32, Vec<u8>, String) {
    let args: Vec<&str> = command.split_whitespace().collect();
    let run = flagflow(&args).current_dir(folder).output().unwrap();
    (run.status.code().unwrap(), run.stdout, String::from_utf8(run.stderr).unwrap())
}

/// Returns the fenced blocks of a page: the text after the fence, and the content.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut parts = page.split("```").skip(1).step_by(2);
    let mut blocks = Vec::new();
    for block in &mut parts {
        let (info, text) = block.split_once('\n').unwrap();
        blocks.push((info.to_owned(), text.to_owned()));
    }
    blocks
}

#[test]
fn the_page_does_what_it_says() {
    let page = fs::read_to_string("../../docs/answer.md").unwrap().replace("\r\n", "\n");
    let folder = tempfile::tempdir().unwrap();
    let (mut said, mut held) = (String::new(), 0);
    for (info, text) in blocks(&page) {
        let file = |name: &str| folder.path().join(name);
        match info.split_once('=') {
            Some(("text file", name)) => fs::write(file(name), text).unwrap(),
            Some(("text expect", name)) => {
                assert_eq!(fs::read_to_string(file(name)).unwrap(), text, "{name}");
                held += 1;
            }
            _ if info == "text stderr" => assert_eq!(said, text),
            _ => {
                assert_eq!(info, "sh");
                let command = text.trim().strip_prefix("flagflow ").unwrap();
                let (exit, out, err) = run(folder.path(), command);
                assert_eq!((exit, out.as_slice()), (1, &b""[..]));
                said = err;
            }
        }
    }
    assert_eq!(held, 4);
    let (exit, report, _) = run(folder.path(), "check --reasons --format json out.e46");
    let report = json_lines(&report).remove(0);
    let keys: Vec<_> = report["totals"].as_object().unwrap().keys().collect();
    assert_eq!((exit, report["records"].as_u64()), (1, Some(4)));
    assert_eq!(keys, ["conflicting-update", "edition-unknown"]);
}

#[test]
fn a_file_of_which_all_is_well_is_answered_and_the_answer_passes() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for shape in ["fixed", "uklink --line-end crlf", "fixed --envelope"] {
        let generate = format!("generate --flow e45 --records 2000 --layout {shape} -o in");
        assert_eq!(run(folder, &generate).0, 0);
        let envelope = "--envelope --file-type DXR --organisation-id 1 --creation-date 20990101 \
                        --creation-time 00:00:00 --generation-number 1";
        for more in ["", envelope] {
            let (exit, _, err) = run(folder, &format!("answer in -o out {more}"));
            assert_eq!(exit, 0, "{err}");
            assert_eq!(err, "2000 records: 2000 answered (2000 accepted, 0 refused), 0 listed\n");
            let (exit, report, _) = run(folder, "check --file-type DXR --format json out");
            let report = json_lines(&report).remove(0);
            assert_eq!((exit, report["accepted"].as_u64()), (0, Some(2000)));
            assert_eq!(report["envelope"], !more.is_empty());
        }
    }
}

#[test]
fn input_may_be_compressed_or_piped_and_read_twice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let flag = |n: u64| if n < 4000 { "A" } else { "N" };
    let line = |n: u64| format!("E45{:010}{}20220101\n", n % 3000, flag(n));
    let file: String = (0..6000).map(line).collect();
    fs::write(path.join("in"), &file).unwrap();
    let (exit, out, _) = run(path, "answer in -o -");
    assert_eq!(exit, 0);
    assert_eq!(out.split(|byte| *byte == b'\n').filter(|l| l.starts_with(b"E46RJ")).count(), 2000);
    fs::write(path.join("in.gz"), gzip(file.as_bytes())).unwrap();
    assert!(run(path, "answer in.gz -o - --cross-record-memory 1").1 == out);
    let args = ["answer", "-", "-o", "-", "--cross-record-memory", "1"];
    let piped = flagflow(&args).write_stdin(file).output().unwrap();
    assert!(piped.status.success() && piped.stdout == out);
}

#[test]
fn nothing_is_written_where_the_answer_cannot_be_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("in"), "E451234567810A20220101\nE46AC1234567810A20220101\n").unwrap();
    fs::write(path.join("e46"), "E46AC1234567810A20220101\n").unwrap();
    fs::write(path.join("known"), "1234567810\nx\n").unwrap();
    fs::write(path.join("codes"), "default = \"SHORT\"\n").unwrap();
    fs::write(path.join("out"), "old").unwrap();
    for (command, part) in [
        ("answer none -o out", "none: cannot be read"),
        ("answer e46 -o out --listed list", "a response itself"),
        ("answer in -o out --known known", "known: known meter points: line 2"),
        ("answer in -o out --reasons codes", "`SHORT` is not a code"),
        ("answer in -o out --envelope", "no value for file_type"),
        ("answer in -o out --file-type DXR", "without a header"),
        ("answer in -o out --layout zhv", "cannot be in layout zhv"),
        ("answer in -o out --file-id X", "an electricity file are given, and the file is gas"),
        ("answer in -o out --received 2024-01-12", "values of a confirmation"),
        ("answer in -o out --bank-holidays known", "--bank-holidays is for --received"),
        ("answer in -o out --rejections list", "a gas file has none"),
        ("answer in -o out --rejections out", "out"),
        ("answer in -o out --rejections in", "in"),
        ("answer in -o out --answer-profile codes", "codes: "),
        ("answer in -o out --reject-on no-such-rule", "no-such-rule"),
        ("answer in -o out --envelope --bare", "cannot be used with"),
    ] {
        let (exit, _, err) = run(path, command);
        assert_eq!(exit, 2, "{command}: {err}");
        assert!(err.contains(part), "{command}: {err}");
        assert_eq!(fs::read_to_string(path.join("out")).unwrap(), "old", "{command}");
    }
    assert!(!path.join("list").exists());
    assert_eq!(fs::read_dir(path).unwrap().count(), 5, "no temporary file is left");

    let (exit, out, err) = run(path, "answer in -o - --mask --listed -");
    assert_eq!(exit, 1);
    let told = "not answered: line 2, record 2: unexpected-record\n";
    assert!(err.starts_with(told), "{err}");
    assert!(!err.contains("1234567810"), "{err}");
    let listed = json_lines(out.split(|byte| *byte == b'\n').next().unwrap());
    assert!(listed[0]["bytes"].is_null());
    assert!(out.ends_with(b"E46AC1234567810A20220101\n"));
}

const UPDATES: &str = "81H|1|\n82H|1|DC01|1013044353630|A|20240112|MRCY|\n\
                       82H|2|DC01|1200000000020|A|20240112|MRCY|\n";

#[test]
fn electricity_is_answered_by_the_profiles_that_are_given() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for flow in ["d0351", "d0172"] {
        let (_, profile, _) = run(path, &format!("profile show {flow}"));
        let profile = String::from_utf8(profile).unwrap();
        let profile = profile.replace("\"84H\"", "\"R84\"").replace("\"357\"", "\"R35\"");
        fs::write(path.join(flow), profile).unwrap();
    }
    fs::write(path.join("codes"), "unknown-meter-point = \"E01\"\n").unwrap();
    fs::write(path.join("known"), "1013044353630\n").unwrap();
    fs::write(path.join("in"), UPDATES).unwrap();
    let options = "--flow d0350 --known known --reasons codes --received 2024-01-12 \
                   --answered-file-id 42 --file-sequence 3 --rejections-instruction 7 \
                   --answer-profile d0351 --answer-profile d0172";
    let (exit, out, err) = run(path, &format!("answer in -o - --rejections rejected {options}"));
    assert_eq!(
        (exit, out.as_slice()),
        (0, &b"749|3|\nR35|1|DC90|20240112|42|2|1|1|\n"[..]),
        "{err}"
    );
    assert_eq!(
        fs::read_to_string(path.join("rejected")).unwrap(),
        "83H|1|\nR84|7|DC11|2|1200000000020|20240112|A|20240112|MRCY|\n85H|E01|\n"
    );
    assert!(err.starts_with("2 records: 2 answered (1 accepted, 1 refused), 0 listed\n"), "{err}");
    let command = "answer in -o out --rejections out2 --answer-profile known";
    assert_eq!(run(path, command).0, 2);
    fs::write(path.join("d0350"), run(path, "profile show d0350").1).unwrap();
    let (exit, _, err) = run(path, "answer in -o out --answer-profile d0350");
    assert_eq!(exit, 2);
    assert!(err.contains("a profile of d0350, not of d0351 or d0172"), "{err}");
}

#[test]
fn without_refused_updates_there_are_no_rejections() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let sample = testdata("d0350/valid/zhv-crlf.txt");
    let command = format!(
        "answer {} -o out --rejections rejected --file-id 42 --created 20220301120000 \
         --received 2022-03-01T12:00:00",
        sample.display()
    );
    let (exit, _, err) = run(path, &command);
    assert_eq!(exit, 0, "{err}");
    assert!(err.ends_with("nothing is refused: no D0351 is written\n"), "{err}");
    assert!(!path.join("rejected").exists());
    let (exit, report, _) = run(path, "check --format json out");
    let report = json_lines(&report).remove(0);
    assert_eq!((exit, &report["flow"], &report["records"]), (0, &"d0172".into(), &1.into()));

    // the rejections of an earlier run are not left beside this confirmation
    fs::write(path.join("rejected"), "old").unwrap();
    fs::remove_file(path.join("out")).unwrap();
    let (exit, _, err) = run(path, &command);
    assert_eq!(exit, 2);
    assert!(err.contains("rejected is there, and nothing is refused: remove it first"), "{err}");
    assert!(!path.join("out").exists());
}

/// The day on which a file that arrives at this time counts as received.
#[test]
fn the_deemed_received_date_is_a_working_day() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("in"), UPDATES).unwrap();
    fs::write(path.join("holidays"), "2030-01-02 Ours\n2031-01-01\n").unwrap();
    fs::write(path.join("bad"), "Christmas\n").unwrap();
    let command = |received: &str| {
        format!(
            "answer in -o - --rejections no --flow d0350 --answered-file-id 1 --received {received}"
        )
    };
    for (received, day) in [
        ("2024-01-12T18:00", "20240112"),
        ("2024-01-12T18:00:01", "20240115"),
        ("2024-01-13", "20240115"),
        ("20240112", "20240112"),
        ("2024-03-28T20:00", "20240402"),
        ("2030-01-01T18:01 --bank-holidays holidays", "20300103"),
    ] {
        let (exit, out, err) = run(path, &command(received));
        assert_eq!(exit, 0, "{err}");
        let out = String::from_utf8(out).unwrap();
        assert!(out.contains(&format!("|DC90|{day}|1|2|2|0|")), "{received}: {out}");
    }
    for (received, part) in [
        ("2018-12-31", "--received: the bank holidays of 2018 are not known"),
        ("2028-12-30", "--received: the bank holidays of 2029 are not known"),
        ("2024-01-12 --bank-holidays holidays", "the bank holidays of 2024 are not known"),
        ("2024-01-12 --bank-holidays bad", "bad: line 1: expected a date"),
        ("2024-13-12", "expected YYYY-MM-DDTHH:MM or a date"),
        ("18:00", "expected YYYY-MM-DDTHH:MM or a date"),
    ] {
        let (exit, out, err) = run(path, &command(received));
        assert_eq!((exit, out.as_slice()), (2, &b""[..]), "{received}");
        assert!(err.contains(part), "{received}: {err}");
    }
}
