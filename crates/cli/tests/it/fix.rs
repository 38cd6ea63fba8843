//! Tests `flagflow fix`.

use std::fs;

use crate::common::{flagflow, gzip, json_lines, meter_points, run, samples};

const FILE: &str = "E45123409N20240603\n\nE451234567810A20240603\r\n";
const MENDED: &str = "E450000123409N20240603\nE451234567810A20240603\n";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("in"), FILE).unwrap();
    folder
}

fn read(folder: &tempfile::TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap()
}

#[test]
fn nothing_is_written_without_being_told() {
    let folder = folder();
    let (exit, out, err) = run(folder.path(), "fix in");
    assert_eq!((exit, err.as_str()), (0, ""));
    assert!(
        out.starts_with(
            "line 1: zero-padding: `E45123409N20240603` -> `E450000123409N20240603`\n\
             line 2: empty-lines: dropped\n\
             line 3: line-ends: `\\x0D\\x0A` -> `\\x0A`\n\
             in: would fix 1 empty-lines, 1 line-ends, 1 zero-padding (nothing is written"
        ),
        "{out}"
    );
    assert_eq!(read(&folder, "in"), FILE);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn the_result_goes_where_it_is_told_to() {
    let folder = folder();
    let path = folder.path();
    assert_eq!(run(path, "fix in -o out").0, 0);
    assert_eq!((read(&folder, "in").as_str(), read(&folder, "out").as_str()), (FILE, MENDED));
    let (exit, out, err) = run(path, "fix in -o - --quiet");
    assert_eq!((exit, out.as_str()), (0, MENDED));
    assert!(err.starts_with("in: fixed 1 empty-lines,"), "{err}");
    assert_eq!(run(path, "fix in --in-place").0, 0);
    assert_eq!(read(&folder, "in"), MENDED);
    let before = fs::metadata(path.join("in")).unwrap().modified().unwrap();
    let (_, out, _) = run(path, "fix in --in-place --quiet");
    assert!(out.starts_with("in: nothing to fix\n"), "{out}");
    assert_eq!(fs::metadata(path.join("in")).unwrap().modified().unwrap(), before);
    assert_eq!(run(path, "fix in --in-place -o out").0, 2);
}

#[test]
fn what_has_no_place_of_its_own_is_not_put_there() {
    let folder = folder();
    fs::write(folder.path().join("in.gz"), gzip(FILE.as_bytes())).unwrap();
    let (exit, _, err) = run(folder.path(), "fix in.gz --in-place");
    assert_eq!(exit, 2);
    assert!(err.contains("compressed"), "{err}");
    assert_eq!(run(folder.path(), "fix in.gz -o out").0, 0);
    assert_eq!(read(&folder, "out"), MENDED);
    let piped = flagflow(&["fix", "-", "--in-place"]).write_stdin(FILE).output().unwrap();
    assert_eq!(piped.status.code(), Some(2));
    let piped = flagflow(&["fix", "-", "-o", "-"]).write_stdin(FILE).output().unwrap();
    assert_eq!(piped.stdout, MENDED.as_bytes());
}

#[test]
fn kinds_are_chosen() {
    let folder = folder();
    let path = folder.path();
    let fixes = |args: &str| {
        let (_, out, _) = run(path, &format!("fix in --format json {args}"));
        json_lines(out.as_bytes()).remove(0)["fixes"].to_string()
    };
    assert_eq!(fixes(""), "{\"empty-lines\":1,\"line-ends\":1,\"zero-padding\":1}");
    assert_eq!(fixes("--only line-ends"), "{\"line-ends\":1}");
    assert_eq!(fixes("--skip line-ends,empty-lines"), "{\"zero-padding\":1}");
    fs::write(path.join("in"), "E45,1234567810,A,20240603\n").unwrap();
    assert_eq!(fixes(""), "{}");
    assert_eq!(fixes("--also quoting"), "{\"quoting\":1}");
    assert_eq!(run(path, "fix in --only none").0, 2);
}

#[test]
fn everything_is_listed_where_that_is_asked_for() {
    let folder = folder();
    let path = folder.path();
    fs::write(path.join("in"), "E451234567810A20240603\n\n".repeat(100)).unwrap();
    let (exit, out, _) =
        run(path, "fix in --format json --max-samples 5 --list all --no-cross-record");
    assert_eq!(exit, 0);
    let told = json_lines(out.as_bytes()).remove(0);
    assert_eq!((told["samples"].as_array().unwrap().len(), &told["truncated"]), (5, &true.into()));
    assert_eq!(told["fixes"]["empty-lines"], 100);
    let all = json_lines(&fs::read(path.join("all")).unwrap());
    assert_eq!((all.len(), &all[99]["line"]), (100, &200.into()));
}

#[test]
fn errors_that_are_left_are_told() {
    let folder = folder();
    fs::write(folder.path().join("in"), "E451234567810A20241301").unwrap();
    let (exit, out, _) = run(folder.path(), "fix in -o out");
    assert_eq!(exit, 1);
    assert!(out.contains("error[invalid-date]"), "{out}");
    // the last line could be incomplete
    assert_eq!(read(&folder, "out"), "E451234567810A20241301");
}

#[test]
fn no_meter_point_is_told_under_mask() {
    for sample in samples().keys() {
        let path = sample.to_str().unwrap();
        for format in ["text", "json"] {
            let args = ["fix", path, "--mask", "--format", format, "--also", "quoting"];
            let run = flagflow(&args).output().unwrap();
            let told = [run.stdout, run.stderr].concat();
            let told = String::from_utf8_lossy(&told).replace(path, "");
            for point in meter_points(&fs::read(sample).unwrap()) {
                assert!(!told.contains(&point), "{path}: {point}: {told}");
            }
        }
    }
}
