//! Tests `--jobs`: all results are the same at any number of threads.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::common::{flagflow, gzip, run, run_args, testdata};

/// Returns the exit code and the output of a command, and all files that it wrote. That of a
/// conversion includes what it says on standard error, which has no times.
fn results(folder: &Path, command: &str) -> (i32, [String; 2], BTreeMap<String, Vec<u8>>) {
    let (exit, out, err) = run(folder, command);
    let err = if command.starts_with("convert") { err } else { String::new() };
    (exit, [out, err], written(folder))
}

/// Returns the content of all files that a command wrote, and removes them.
fn written(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if name.starts_with("out") {
            files.insert(name, fs::read(entry.path()).unwrap());
            fs::remove_file(entry.path()).unwrap();
        }
    }
    files
}

/// Files of more than 1 MiB, with faults of every kind among the records, plain and compressed.
#[test]
fn results_are_the_same_at_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    for (flow, records) in [("e45", "90k"), ("d0350", "40k")] {
        for (name, seed, invalid) in [("bad", "1", "0.02"), ("good", "2", "0")] {
            let made = ["generate", "--flow", flow, "--records", records, "--seed", seed];
            let made = flagflow(&made).args(["--invalid", invalid]).output().unwrap();
            assert!(made.status.success() && made.stdout.len() > 3 << 19);
            fs::write(folder.path().join(format!("{name}.gz")), gzip(&made.stdout)).unwrap();
            fs::write(folder.path().join(name), made.stdout).unwrap();
        }
        for command in [
            "check --format json --max-samples 5 bad good.gz bad.gz",
            "check -q --report html=out.html --accepted-to out.a --rejected-to out.r --reasons-to out.j bad",
            "summary --format json -q bad good.gz",
            "diff --format json bad good",
            "answer -q good -o out",
            "convert bad -o out.csv",
            "convert good.gz -o out.csv",
            "convert good -o out.jsonl -q",
            "convert bad -o out.jsonl --skip-invalid --max-samples 5",
            "convert bad -o - --to csv --skip-invalid --csv-safe",
        ] {
            let day = "--rejections out.r --received 2024-01-12T18:20 --file-id 7 --created 20240115090000";
            let is_answer = flow == "d0350" && command.starts_with("answer");
            let command = format!("{command} {}", if is_answer { day } else { "" });
            let expected = results(folder.path(), &format!("{command} --jobs 1"));
            assert!(expected.1.concat().len() + expected.2.len() > 0, "{command}");
            for jobs in ["--jobs 2", "--jobs 3", "--jobs 5", ""] {
                let found = results(folder.path(), &format!("{command} {jobs}"));
                assert!(found == expected, "{flow}: {command} {jobs}");
            }
        }
    }
}

/// Every sample, all small files, and between them a large, an absent and an unrecognised one.
#[test]
fn results_of_many_files_are_the_same_at_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let large = ["generate", "--flow", "e45", "--records", "190k", "--invalid", "0.01"];
    let large = flagflow(&large).output().unwrap().stdout;
    assert!(large.len() > 4 << 20, "{}", large.len());
    fs::write(folder.path().join("large"), large).unwrap();
    fs::write(folder.path().join("other"), "neither gas nor electricity\n").unwrap();
    let samples = ["e45", "e46", "d0350", "d0351", "d0172", "quarantine", "register"];
    let samples = samples.map(|name| testdata(name).into_os_string().into_string().unwrap());
    for command in [
        "check --max-samples 3",
        "check -q --report html=out.html --report json=out.json --report sarif=out.sarif",
        "check --report junit=out.xml --report text=out.txt --report github=out.github",
        "check --format json --max-samples 0 --cross-record-memory 400k",
        "check --format github --severity duplicate-meter-point=note",
        "check --format json --in-sequence",
        "summary --quiet",
        "summary --format json",
    ] {
        let results = |jobs: &str| {
            let mut args: Vec<_> = command.split_whitespace().collect();
            args.extend(samples[..3].iter().map(String::as_str));
            args.extend(["large", "absent", "other"]);
            args.extend(samples[3..].iter().map(String::as_str));
            args.extend(jobs.split_whitespace());
            let (exit, out, err) = run_args(folder.path(), &args);
            // the only row that depends on time
            let is_same = |line: &&str| !line.trim_start().starts_with("speed");
            let out: Vec<_> = out.lines().filter(is_same).map(str::to_owned).collect();
            (exit, out, err, written(folder.path()))
        };
        let expected = results("--jobs 1");
        assert_eq!(expected.0, 2, "{command}: {}", expected.2);
        assert!(expected.2.contains("flagflow: absent: "), "{command}: {}", expected.2);
        assert!(expected.1.len() > 100, "{command}: {}", expected.1.len());
        for jobs in ["--jobs 2", "--jobs 5", ""] {
            assert!(results(jobs) == expected, "{command} {jobs}");
        }
    }
}
