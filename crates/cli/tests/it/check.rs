//! Tests `flagflow check`, as used by scripts and people.

use std::fs;

use crate::common::{flagflow, gzip, json_lines, meter_points, samples, testdata, zip, zstd};

const GOOD: &str = "E451234567810A20220101\n";
const BAD: &str = "E451234567810A20220230\n";

/// Runs a check in a folder of its own.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        Self(folder)
    }

    /// Exit code, standard output, standard error.
    fn run(&self, args: &[&str]) -> (i32, String, String) {
        let run = flagflow(args).current_dir(self.0.path()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (run.status.code().unwrap(), text(run.stdout), text(run.stderr))
    }

    fn exit(&self, args: &[&str]) -> i32 {
        self.run(args).0
    }
}

#[test]
fn exit_codes_by_what_was_found() {
    let folder = Folder::new(&[
        ("good", GOOD.as_bytes()),
        ("bad", BAD.as_bytes()),
        ("warned", b"E451234567890A20220101\n"),
        ("empty", b""),
        ("other", b"hello\n"),
    ]);
    for (args, exit) in [
        (&["good"][..], 0),
        (&["bad"], 1),
        (&["warned"], 0),
        (&["warned", "--fail-on", "warning"], 1),
        (&["good", "--fail-on", "note"], 1),
        (&["good", "--fail-on", "note", "--edition", "any"], 0),
        (&["bad", "--fail-on", "never"], 0),
        (&["bad", "--ignore", "invalid-date"], 0),
        (&["bad", "--severity", "invalid-date=warning"], 0),
        (&["empty"], 2),
        (&["other"], 2),
        (&["other", "--layout", "fixed"], 1),
        (&["missing"], 2),
        (&["good", "bad"], 1),
        (&["bad", "missing", "good"], 2),
        (&["good", "--ignore", "no-such-rule"], 2),
        (&["good", "--as-of", "2022-02-30"], 2),
        (&[], 2),
    ] {
        let args = [&["check"], args].concat();
        assert_eq!(folder.exit(&args), exit, "{args:?}");
    }
}

#[test]
fn the_other_files_are_still_done() {
    let folder = Folder::new(&[("a", GOOD.as_bytes()), ("c", BAD.as_bytes())]);
    let (exit, out, err) = folder.run(&["check", "--format", "json", "a", "b", "c"]);
    assert_eq!(exit, 2);
    let names: Vec<String> =
        json_lines(out.as_bytes()).iter().map(|r| r["file"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names, ["a", "c"]);
    assert!(err.starts_with("flagflow: b: "), "{err}");
}

#[test]
fn a_folder_stands_for_the_files_below_it() {
    let folder = Folder::new(&[
        ("in/b", GOOD.as_bytes()),
        ("in/a/z", GOOD.as_bytes()),
        ("in/.hidden", b"hello"),
        ("in/c", GOOD.as_bytes()),
    ]);
    let (exit, out, err) = folder.run(&["check", "-q", "in"]);
    assert_eq!((exit, err.as_str()), (0, ""));
    let sep = std::path::MAIN_SEPARATOR;
    let files: Vec<&str> = out.lines().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(files, [format!("in{sep}a{sep}z"), format!("in{sep}b"), format!("in{sep}c")]);
    fs::create_dir(folder.0.path().join("void")).unwrap();
    assert_eq!(folder.exit(&["check", "void"]), 2);
}

#[test]
fn standard_input_and_compression_by_content() {
    let plain = fs::read(testdata("e45/invalid/invalid-date.txt")).unwrap();
    let report = |bytes: &[u8]| {
        let run =
            flagflow(&["check", "--format", "json", "-"]).write_stdin(bytes).output().unwrap();
        assert_eq!(run.status.code(), Some(1));
        json_lines(&run.stdout).remove(0)
    };
    let from_plain = report(&plain);
    assert_eq!(from_plain["file"], "-");
    assert_eq!(from_plain["rejected"], 9);
    assert_eq!(report(&gzip(&plain)), from_plain);
    // two members in sequence are one file
    let (front, back) = plain.split_at(60);
    assert_eq!(report(&[gzip(front), gzip(back)].concat()), from_plain);
    assert_eq!(report(&[zstd(front), zstd(back)].concat()), from_plain);
    assert_eq!(report(&zip(&[("any.txt", &plain)])), from_plain);
}

#[test]
fn every_command_that_reads_a_file_decompresses_it() {
    let file = format!("A000000000042DXI20220201093000000001\n{GOOD}Z990000000001\n");
    let file = file.as_bytes();
    let folder = Folder::new(&[
        ("plain", file),
        ("in.gz", &gzip(file)),
        ("in.zst", &zstd(file)),
        ("in.zip", &zip(&[("a", file)])),
    ]);
    for command in [
        "check --format json --quiet INPUT --accepted-to out --rejected-to rejected",
        "convert INPUT --to uklink -o out",
        "answer INPUT -o out",
        "fix INPUT -o out",
        "roundtrip INPUT",
        "summary INPUT --width 60",
        "diff INPUT plain",
        "merge INPUT plain -o out --allow-bad",
        "register apply STATE INPUT",
    ] {
        let outcome = |input: &str| {
            let _ = fs::remove_file(folder.0.path().join("out"));
            let state = format!("{input}.register");
            let command = command.replace("INPUT", input).replace("STATE", &state);
            let run = folder.run(&command.split(' ').collect::<Vec<_>>());
            let text = |text: &str| text.replace(input, "INPUT");
            let out = fs::read(folder.0.path().join("out")).ok();
            (run.0, text(&run.1), text(&run.2), out)
        };
        let plain = outcome("plain");
        for input in ["in.gz", "in.zst", "in.zip"] {
            let (exit, out, err, written) = outcome(input);
            assert_eq!((exit, &written), (plain.0, &plain.3), "{command} {input}: {out}{err}");
        }
    }
}

#[test]
fn an_archive_that_is_not_one_file_is_2() {
    let folder = Folder::new(&[
        ("two.zip", &zip(&[("a", GOOD.as_bytes()), ("b", GOOD.as_bytes())])),
        ("none.zip", &zip(&[])),
        ("cut.zip", &zip(&[("a", GOOD.as_bytes())])[..60]),
        ("cut.zst", &zstd(GOOD.as_bytes())[..20]),
    ]);
    for (file, what) in [
        ("two.zip", "2 files are in it, such as a; unpack it"),
        ("none.zip", "there is no file in it"),
        ("cut.zip", "it cannot be unpacked"),
        ("cut.zst", "invalid zstd data"),
    ] {
        let (exit, out, err) = folder.run(&["check", file]);
        assert_eq!((exit, out.as_str()), (2, ""));
        assert!(err.contains(file) && err.contains(what), "{err}");
    }
}

#[test]
fn a_file_that_cannot_be_read_to_its_end_gives_no_report() {
    let whole = gzip(GOOD.repeat(1000).as_bytes());
    let cut = &whole[..whole.len() / 2];
    let folder = Folder::new(&[("cut.gz", cut), ("lies", b"\x1F\x8Bhello")]);
    for file in ["cut.gz", "lies"] {
        let (exit, out, err) = folder.run(&["check", "--format", "json", file]);
        assert_eq!((exit, out.as_str()), (2, ""));
        assert!(err.contains(file), "{err}");
    }
}

#[test]
fn text_shows_the_record_with_a_caret() {
    let folder = Folder::new(&[("in.txt", format!("{GOOD}{BAD}").as_bytes())]);
    let (exit, out, err) = folder.run(&["check", "--edition", "mp077", "in.txt"]);
    assert_eq!((exit, err.as_str()), (1, ""));
    // there on a machine that takes a tenth of a second for it
    let rest: Vec<&str> = out.lines().filter(|line| !line.starts_with("  speed")).collect();
    insta::assert_snapshot!(rest.join("\n"));
}

/// Hostile lines: cut and escaped text keeps the file's own columns.
#[test]
fn text_of_hostile_lines() {
    let long = format!("\"E45\",1234567810,\"A\",{}\n", "2".repeat(200));
    let escaped = b"\"E45\",\"\x01\x02\",\"A\",2022\xFF101\n";
    let folder = Folder::new(&[("in", &[long.as_bytes(), escaped].concat())]);
    let (exit, out, _) = folder.run(&["check", "--edition", "mp077", "in"]);
    assert_eq!(exit, 1);
    let findings = out.split("\nin\n").next().unwrap();
    insta::assert_snapshot!(findings);
}

#[test]
fn no_colour_but_on_a_terminal() {
    let folder = Folder::new(&[("in", BAD.as_bytes())]);
    assert!(!folder.run(&["check", "in"]).1.contains('\u{1b}'));
}

#[test]
fn quiet_is_one_line_a_file() {
    let folder = Folder::new(&[("a", GOOD.as_bytes()), ("b", BAD.as_bytes())]);
    let (_, out, err) = folder.run(&["check", "--quiet", "a", "b"]);
    assert_eq!(
        out,
        "a: PASSED: 0 errors, 0 warnings, 1 note\nb: FAILED: 1 error, 0 warnings, 1 note\n"
    );
    assert_eq!(err, "");
}

/// Under --mask no run of six digits or more of any sample's meter points is printed anywhere.
#[test]
fn masked_output_names_no_meter_point() {
    let mut looked_for = 0;
    for (sample, _) in samples() {
        let points = meter_points(&fs::read(&sample).unwrap());
        looked_for += points.len();
        for format in ["text", "json"] {
            let run = flagflow(&["check", "--mask", "--format", format, "--max-line", "300"])
                .arg(&sample)
                .output()
                .unwrap();
            let shown =
                String::from_utf8(run.stdout).unwrap() + &String::from_utf8_lossy(&run.stderr);
            for point in &points {
                assert!(!shown.contains(point.as_str()), "{} in {}", point, sample.display());
            }
        }
    }
    assert!(looked_for > 500, "{looked_for}");
}

#[test]
fn samples_are_limited_and_counts_are_not() {
    let folder = Folder::new(&[("in", BAD.repeat(3000).as_bytes())]);
    for (args, shown, truncated) in [
        (&["--format", "json"][..], 1000, true),
        (&["--format", "json", "--max-samples", "7"], 7, true),
        (&["--format", "json", "--max-samples", "0"], 3000, false),
    ] {
        let args = [&["check", "in", "--edition", "any"], args].concat();
        let report = json_lines(folder.run(&args).1.as_bytes()).remove(0);
        assert_eq!(report["totals"]["invalid-date"], 3000);
        assert_eq!(report["findings"].as_array().unwrap().len(), shown);
        assert_eq!(report["truncated"], truncated);
    }
    let (_, text, _) = folder.run(&["check", "in", "--edition", "any"]);
    assert_eq!(text.matches("error[invalid-date]").count(), 20);
}

#[test]
fn profiles_are_options() {
    let answers = "E46RJ1234567810A20220101\nS72ABC00001\nS72ABC00002\nE46AC0000123409A20220101\n";
    let enveloped = |file_type: &str, count: u8| {
        format!("A000000000042{file_type}20220201093000000001\n{answers}Z99000000000{count}\n")
    };
    let folder = Folder::new(&[
        ("answers", answers.as_bytes()),
        ("two", enveloped("DXI", 2).as_bytes()),
        ("four", enveloped("DXR", 4).as_bytes()),
        ("ABC01.DE000001.DXI", enveloped("DXI", 2).as_bytes()),
        ("broken", answers.replace("ABC00002", "ABC0\u{1}002").as_bytes()),
    ]);
    let totals = |args: &[&str]| {
        let args = [&["check", "--format", "json", "--edition", "any"], args].concat();
        let report = json_lines(folder.run(&args).1.as_bytes()).remove(0);
        (
            report["records"].as_u64().unwrap(),
            report["rejected"].as_u64().unwrap(),
            report["totals"].to_string(),
        )
    };
    let none = "{}".to_owned();
    assert_eq!(totals(&["answers"]), (4, 2, "{\"unknown-record\":2}".to_owned()));
    assert_eq!(totals(&["answers", "--reasons"]), (2, 0, none.clone()));
    assert_eq!(totals(&["two", "--reasons"]), (2, 0, none.clone()));
    assert_eq!(
        totals(&["four", "--reasons", "--count-reasons", "--file-type", "DXR"]),
        (2, 0, none.clone())
    );
    assert_eq!(totals(&["four", "--reasons"]).2, "{\"record-count\":1,\"wrong-file-type\":1}");
    assert_eq!(totals(&["broken", "--reasons"]), (2, 1, "{\"invalid-reason\":1}".to_owned()));
    assert_eq!(totals(&["ABC01.DE000001.DXI", "--reasons", "--check-file-name"]), (2, 0, none));
    assert_eq!(totals(&["two", "--reasons", "--check-file-name"]).2, "{\"file-name\":1}");
}

#[cfg(target_os = "linux")]
mod output {
    use super::*;
    use std::fs::File;
    use std::process::{Command, Stdio};

    fn bin() -> Command {
        Command::new(assert_cmd::cargo::cargo_bin!("flagflow"))
    }

    #[test]
    fn a_closed_pipe_ends_quietly() {
        let folder = Folder::new(&[("in", BAD.repeat(3000).as_bytes())]);
        let args = ["check", "in", "--format", "json", "--max-samples", "0"];
        let mut child = bin()
            .args(args)
            .current_dir(folder.0.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(0));
        assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
    }

    #[test]
    fn a_full_disk_is_a_failure() {
        let folder = Folder::new(&[("in", GOOD.as_bytes())]);
        let full = File::options().write(true).open("/dev/full").unwrap();
        let ended =
            bin().args(["check", "in"]).current_dir(folder.0.path()).stdout(full).output().unwrap();
        assert_eq!(ended.status.code(), Some(2));
        assert!(!ended.stderr.is_empty());
    }
}

/// Twenty thousand records, more than a small bound keeps in memory, and the first one again.
fn large() -> Vec<u8> {
    let records = (0..20_000u64).chain([0]);
    records.flat_map(|n| format!("E45{:010}A20220101\n", 100_000 + n).into_bytes()).collect()
}

#[test]
fn a_temporary_file_that_fails_is_told_and_none_is_left() {
    let folder = Folder::new(&[("large", &large()), ("temporary/keep", b"")]);
    let path = folder.0.path();
    let run = |temporary: &str| {
        flagflow(&["check", "-q", "--cross-record-memory", "1", "large", "large"])
            .current_dir(path)
            .env("TMPDIR", path.join(temporary))
            .env("TMP", path.join(temporary))
            .output()
            .unwrap()
    };
    let good = run("temporary");
    assert_eq!(good.status.code(), Some(0));
    assert_eq!(fs::read_dir(path.join("temporary")).unwrap().count(), 1);
    let failed = run("absent");
    assert_eq!(failed.status.code(), Some(2));
    let told = String::from_utf8(failed.stderr).unwrap();
    assert_eq!(told.matches("large: a temporary file failed: ").count(), 2, "{told}");
    assert!(failed.stdout.is_empty());
}

/// Findings reported at the end of the file are shown with their line if the file can be read
/// again.
#[test]
fn late_findings_are_shown_with_their_line() {
    let folder = Folder::new(&[("large", &large()), ("large.gz", &gzip(&large()))]);
    let shown = |file: &str, memory| {
        let args = ["check", "--ignore", "mprn-check-digits", file];
        let (exit, report, _) =
            folder.run(&[&args[..], &["--cross-record-memory", memory]].concat());
        assert_eq!(exit, 0);
        assert!(report.contains("duplicate-meter-point: 1 warning"), "{report}");
        report.contains("20001 | E450000100000A20220101")
    };
    assert!(shown("large", "512M") && shown("large", "1"));
    assert!(shown("large.gz", "512M") && !shown("large.gz", "1"));
}
