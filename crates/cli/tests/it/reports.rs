//! Tests additional reports.

use std::fs;
use std::path::Path;

use crate::common::{gzip, json_lines, run_args as run};
use serde_json::Value;

const GOOD: &str = "E451234567810A20220101\n";
const BAD: &str = "E451234567810A20220230\n";
const ALL: [&str; 6] = ["html", "sarif", "junit", "json", "text", "github"];

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("good"), GOOD).unwrap();
    fs::write(folder.path().join("bad"), BAD.repeat(2000)).unwrap();
    fs::write(folder.path().join("bad.gz"), gzip(BAD.repeat(30).as_bytes())).unwrap();
    folder
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

#[test]
fn every_format_in_one_pass_with_samples_of_its_own() {
    let folder = folder();
    let folder = folder.path();
    let reports: Vec<String> = ALL.map(|format| format!("--report={format}=out.{format}")).to_vec();
    let mut args = vec!["check", "--quiet", "--edition", "mp077", "good", "bad", "bad.gz"];
    args.extend(reports.iter().map(String::as_str));
    let (exit, out, err) = run(folder, &args);
    assert_eq!((exit, err.as_str()), (1, ""));
    assert_eq!(out.lines().count(), 3, "{out}");
    let json = json_lines(read(folder, "out.json").as_bytes());
    let files: Vec<_> = json.iter().map(|report| report["file"].as_str().unwrap()).collect();
    assert_eq!(files, ["good", "bad", "bad.gz"]);
    let shown = |report: &Value| report["findings"].as_array().unwrap().len();
    assert_eq!((shown(&json[1]), json[1]["truncated"].as_bool()), (1000, Some(true)));
    assert_eq!(json[1]["totals"]["invalid-date"], 2000);
    let sarif: Value = serde_json::from_str(&read(folder, "out.sarif")).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 100 + 30);
    assert_eq!(read(folder, "out.text").matches("error[invalid-date]").count(), 20 + 20);
    assert_eq!(read(folder, "out.github").matches("title=invalid-date").count(), 10 + 10);
    let junit = read(folder, "out.junit");
    assert_eq!((junit.matches("<testsuite ").count(), junit.matches("line ").count()), (3, 20));
    let page = read(folder, "out.html");
    assert_eq!((page.matches("<article").count(), page.matches("<pre>").count()), (3, 20));
    // without the others, the same
    let (_, alone, _) =
        run(folder, &["check", "--edition", "mp077", "good", "bad", "bad.gz", "--format", "json"]);
    assert_eq!(alone, read(folder, "out.json"));
}

#[test]
fn samples_that_are_asked_for_hold_for_all() {
    let folder = folder();
    let folder = folder.path();
    run(
        folder,
        &["check", "-q", "bad", "--max-samples", "3", "--report", "json=j", "--report", "sarif=s"],
    );
    let json = json_lines(read(folder, "j").as_bytes());
    let invalid = |list: &Value, key: &str| {
        list.as_array().unwrap().iter().filter(|f| f[key] == "invalid-date").count()
    };
    assert_eq!(invalid(&json[0]["findings"], "rule"), 3);
    let sarif: Value = serde_json::from_str(&read(folder, "s")).unwrap();
    assert_eq!(invalid(&sarif["runs"][0]["results"], "ruleId"), 3);
    run(folder, &["check", "-q", "bad", "--max-samples", "0", "--report", "sarif=s"]);
    let sarif: Value = serde_json::from_str(&read(folder, "s")).unwrap();
    assert_eq!(invalid(&sarif["runs"][0]["results"], "ruleId"), 2000);
}

#[test]
fn a_report_on_standard_output_stands_there_alone() {
    let folder = folder();
    let folder = folder.path();
    for format in ALL {
        let (exit, out, err) = run(folder, &["check", "bad", "--report", &format!("{format}=-")]);
        assert_eq!((exit, err.as_str()), (1, ""), "{format}");
        run(folder, &["check", "bad", "-q", "--report", &format!("{format}=file")]);
        assert_eq!(out, read(folder, "file"), "{format}");
    }
    for args in [
        &["--format", "text", "--report", "json=-"][..],
        &["--report", "html=-", "--report", "json=-"],
        &["--report", "pdf=x"],
        &["--report", "html"],
        &["--report", "html="],
    ] {
        let (exit, out, err) = run(folder, &[&["check", "bad"], args].concat());
        assert_eq!((exit, out.as_str()), (2, ""), "{args:?}");
        assert!(err.contains("--report"), "{err}");
    }
    let (exit, out, err) =
        run(folder, &["check", "bad", "--report", "html=x", "--report", "json=./x"]);
    let told = "flagflow: ./x: is given for two outputs (x)\n";
    assert_eq!((exit, out.as_str(), err.as_str()), (2, "", told));
    assert!(!folder.join("x").exists());
}

#[test]
fn a_report_that_cannot_be_written_keeps_none_of_the_others_back() {
    let folder = folder();
    let folder = folder.path();
    let (exit, out, err) = run(
        folder,
        &["check", "-q", "good", "--report", "html=no/folder/page", "--report", "json=kept"],
    );
    assert_eq!((exit, out.lines().count()), (2, 1));
    assert!(err.contains("no/folder/page"), "{err}");
    assert_eq!(json_lines(read(folder, "kept").as_bytes()).len(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_the_other_reports_are_written() {
    let folder = folder();
    let folder = folder.path();
    for format in ALL {
        let report = format!("{format}=/dev/full");
        let (exit, _, err) =
            run(folder, &["check", "-q", "good", "--report", &report, "--report", "junit=kept"]);
        assert_eq!(exit, 2, "{format}");
        assert!(err.contains("/dev/full"), "{err}");
        assert!(read(folder, "kept").contains("<testsuites"));
        fs::remove_file(folder.join("kept")).unwrap();
    }
}

/// If the reader of standard output stops, a report in a file is still written.
#[cfg(target_os = "linux")]
#[test]
fn a_closed_pipe_does_not_cost_a_report() {
    use std::process::{Command, Stdio};
    let folder = folder();
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("flagflow"))
        .args(["check", "bad", "good", "--max-samples", "0", "--report", "json=kept"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(json_lines(read(folder.path(), "kept").as_bytes()).len(), 2);
}

#[test]
fn files_that_cannot_be_read_are_in_the_reports() {
    let folder = folder();
    let folder = folder.path();
    let reports = ["html=h", "sarif=s", "junit=j", "github=g", "json=l"].map(|r| ["--report", r]);
    let args = [&["check", "-q", "none", "good"][..], reports.as_flattened()].concat();
    let (exit, _, err) = run(folder, &args);
    assert_eq!(exit, 2);
    assert!(err.contains("none"));
    assert!(read(folder, "h").contains("could not be read: "));
    assert!(read(folder, "s").contains("\"executionSuccessful\":false"));
    assert!(read(folder, "j").contains("<error type=\"unreadable\""));
    assert!(read(folder, "g").starts_with("::error file=none,title=flagflow::"));
    assert_eq!(json_lines(read(folder, "l").as_bytes()).len(), 1, "the contract: no report");
}

#[test]
fn a_file_past_a_gate_is_refused_in_every_report() {
    let folder = folder();
    let folder = folder.path();
    let files = ["html", "sarif", "junit", "text", "github"];
    let reports: Vec<String> = files.map(|format| format!("--report={format}=out.{format}")).into();
    let mut args = vec!["check", "--fail-on", "never", "--max-rejects", "7", "bad"];
    args.extend(reports.iter().map(String::as_str));
    let (exit, out, err) = run(folder, &args);
    let why = "more than 7 rejected records (2000 of 2000)";
    assert_eq!(exit, 1);
    assert!(err.contains(why) && out.contains("  verdict   FAILED: "), "{out}{err}");
    for format in files {
        let report = read(folder, &format!("out.{format}"));
        assert!(report.contains(why), "{format}");
    }
    assert!(read(folder, "out.junit").contains("failures=\"1\""));
    assert!(read(folder, "out.github").starts_with("::error file=bad"));
    args[4] = "2000";
    assert_eq!(run(folder, &args).0, 0);
    assert!(!read(folder, "out.html").contains("Refused"));
}

#[test]
fn github_annotations_on_standard_output() {
    let folder = folder();
    let (exit, out, _) =
        run(folder.path(), &["check", "--edition", "mp077", "bad.gz", "--format", "github"]);
    assert_eq!((exit, out.lines().count()), (1, 11));
    assert!(out.lines().all(|line| line.starts_with("::error file=bad.gz,")), "{out}");
    let first = out.lines().next().unwrap();
    assert!(first.ends_with("FAILED: 30 errors, 0 warnings, 0 notes; invalid-date: 30; 30 records, 0 accepted, 30 rejected"));
}

/// Beyond a number of findings, the formats that keep every file in memory keep fewer of each.
#[test]
fn many_bad_files_are_kept_within_bounds() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("in")).unwrap();
    for n in 0..600 {
        fs::write(folder.path().join(format!("in/{n:03}")), BAD.repeat(120)).unwrap();
    }
    let folder = folder.path();
    run(
        folder,
        &["check", "-q", "--edition", "mp077", "in", "--report", "sarif=s", "--report", "html=h"],
    );
    let sarif: Value = serde_json::from_str(&read(folder, "s")).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap().len();
    assert_eq!(results, 5_000);
    let told = &sarif["runs"][0]["artifacts"][599]["properties"]["flagflow"]["totals"];
    assert_eq!(told["invalid-date"], 120);
    assert!(read(folder, "h").len() < 1_000_000);
}
