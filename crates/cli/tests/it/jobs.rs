//! Tests `--jobs`: all results are the same at any number of threads.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::common::{flagflow, gzip, run};

/// Returns the exit code and the output of a command, and all files that it wrote.
fn results(folder: &Path, command: &str) -> (i32, String, BTreeMap<String, Vec<u8>>) {
    let (exit, out, _) = run(folder, command);
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if name.starts_with("out") {
            files.insert(name, fs::read(entry.path()).unwrap());
            fs::remove_file(entry.path()).unwrap();
        }
    }
    (exit, out, files)
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
        ] {
            let day = "--rejections out.r --received 2024-01-12T18:20 --file-id 7 --created 20240115090000";
            let is_answer = flow == "d0350" && command.starts_with("answer");
            let command = format!("{command} {}", if is_answer { day } else { "" });
            let expected = results(folder.path(), &format!("{command} --jobs 1"));
            assert!(expected.1.len() + expected.2.len() > 0, "{command}");
            for jobs in ["--jobs 2", "--jobs 5", ""] {
                let found = results(folder.path(), &format!("{command} {jobs}"));
                assert!(found == expected, "{flow}: {command} {jobs}");
            }
        }
    }
}
