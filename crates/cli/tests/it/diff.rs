//! Tests `flagflow diff`.

use std::fs;

use crate::common::{flagflow, gzip, json_lines, run};

const OLD: &str = "E451234567810A20240101\nE450000123409N20240101\n";
const NEW: &str = "\"E45\",1234567810,\"N\",20240101\n\"E45\",123409,\"N\",20240101\n";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("old", OLD), ("new", NEW), ("bad", &format!("{OLD}E451234567810A2024\n"))]
    {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

#[test]
fn layouts_and_compression_play_no_part() {
    let folder = folder();
    fs::write(folder.path().join("new.gz"), gzip(NEW.as_bytes())).unwrap();
    for new in ["new", "new.gz"] {
        let (exit, out, err) = run(folder.path(), &format!("diff old {new} --format json"));
        assert_eq!(exit, 1);
        let [line] = &json_lines(out.as_bytes())[..] else { panic!("{out}") };
        assert_eq!(
            (&line["change"], &line["meter_point"]),
            (&"flag-changed".into(), &"1234567810".into())
        );
        assert!(
            err.ends_with("1 flag changed, 0 date changed, 0 both changed, 1 the same\n"),
            "{err}"
        );
    }
    let piped =
        flagflow(&["diff", "-", "new"]).current_dir(folder.path()).write_stdin(NEW).output();
    assert_eq!(piped.unwrap().status.code(), Some(0));
}

#[test]
fn what_is_left_out_is_never_equal() {
    let folder = folder();
    let path = folder.path();
    let (exit, out, err) = run(path, "diff old bad -o out");
    assert_eq!((exit, out.as_str()), (2, ""));
    assert!(err.contains("left out: new line 3: wrong-length: E451234567810A2024\n"), "{err}");
    assert!(err.contains("--skip-invalid"), "{err}");
    assert!(!path.join("out").exists(), "it is not a whole comparison");
    let (exit, _, err) = run(path, "diff old bad -o out --skip-invalid --mask");
    assert_eq!((exit, fs::read_to_string(path.join("out")).unwrap().as_str()), (0, ""));
    assert!(
        err.contains("left out: new line 3: wrong-length\n") && !err.contains("--skip"),
        "{err}"
    );
    assert_eq!(run(path, "diff new bad").0, 2, "2 wins over 1");
    assert_eq!(run(path, "diff new bad --skip-invalid").0, 1);
}

#[test]
fn quiet_is_the_counts_in_the_format() {
    let folder = folder();
    let (exit, out, err) = run(folder.path(), "diff old new --quiet --format json");
    assert_eq!((exit, err.as_str()), (1, ""));
    let [counts] = &json_lines(out.as_bytes())[..] else { panic!("{out}") };
    assert_eq!((&counts["flag_changed"], &counts["same"]), (&1.into(), &1.into()));
    let (_, out, _) = run(folder.path(), "diff old new -q");
    assert!(out.starts_with("old: 2 records, 0 left out, 2 meter points\n"), "{out}");
}

/// The differences and their order do not depend on the memory.
#[test]
fn large_files_in_little_memory() {
    let folder = folder();
    let path = folder.path();
    for (seed, name) in [(1, "a"), (2, "b")] {
        let made = format!("generate --flow e45 --records 20000 --seed {seed} -o {name}");
        assert_eq!(run(path, &made).0, 0);
    }
    let most = run(path, "diff a b --format csv");
    assert_eq!(most.0, 1);
    assert!(most.1.lines().count() > 30_000);
    fs::create_dir(path.join("temporary")).unwrap();
    assert!(run(path, "diff a b --format csv --memory 8k --temporary temporary") == most);
    assert_eq!(fs::read_dir(path.join("temporary")).unwrap().count(), 0);
    let (exit, _, err) = run(path, "diff a b --memory 8k --temporary none");
    assert_eq!(exit, 2);
    assert!(err.contains("a temporary file failed"), "{err}");
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let folder = folder();
    let path = folder.path();
    run(path, "generate --flow d0350 --records 20000 -o a");
    run(path, "generate --flow d0350 --records 20000 --seed 9 -o b");
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_flagflow"))
        .args(["diff", "a", "b"])
        .current_dir(path)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
