//! Runs the command, and finds its samples.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;

/// Returns the command with some arguments, without the caller's environment.
pub(crate) fn flagflow(args: &[&str]) -> Command {
    let mut command = Command::cargo_bin("flagflow").unwrap();
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").args(args);
    command
}

/// Runs the command in a folder: exit code, standard output, standard error.
pub(crate) fn run(folder: &Path, command: &str) -> (i32, String, String) {
    run_args(folder, &command.split_whitespace().collect::<Vec<_>>())
}

/// Runs the command with arguments that may contain spaces.
pub(crate) fn run_args(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let run = flagflow(args).current_dir(folder).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (run.status.code().unwrap(), text(run.stdout), text(run.stderr))
}

/// Returns the path of a sample, whatever the current folder and on Windows the current drive.
pub(crate) fn testdata(path: &str) -> PathBuf {
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata");
    std::path::absolute(testdata.join(path)).unwrap()
}

/// Returns the path of a folder as the command prints it: without links, which Windows has not
/// above the folders of tests.
pub(crate) fn printed(folder: &Path) -> PathBuf {
    if cfg!(windows) { folder.to_owned() } else { folder.canonicalize().unwrap() }
}

/// Parses one value for each line of JSON.
pub(crate) fn json_lines(output: &[u8]) -> Vec<Value> {
    output
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

/// Returns every sample with its side-cars: `x.txt` with `x.json`, `x.2.json` and so on.
pub(crate) fn samples() -> BTreeMap<PathBuf, Vec<PathBuf>> {
    let mut samples: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for flow in ["e45", "e46", "d0350", "d0351", "d0172"] {
        for folder in ["valid", "invalid"].map(|validity| format!("{flow}/{validity}")) {
            for entry in std::fs::read_dir(testdata(&folder)).unwrap() {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                let Some(stem) = name.strip_suffix(".json") else {
                    samples.entry(path).or_default();
                    continue;
                };
                let number = |c: char| c == '.' || c.is_ascii_digit();
                let stem = match stem.rsplit_once('.') {
                    Some((before, digits)) if digits.chars().all(number) => before,
                    _ => stem,
                };
                samples.entry(path.with_file_name(format!("{stem}.txt"))).or_default().push(path);
            }
        }
    }
    for (sample, side_cars) in &samples {
        assert!(!side_cars.is_empty() && sample.exists(), "{}", sample.display());
    }
    samples
}

/// Returns the bytes compressed with gzip.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Returns the bytes compressed with zstd.
pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

/// Returns a zip archive of files.
pub(crate) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write;
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let method = zip::CompressionMethod::Deflated;
    for (name, bytes) in files {
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Returns the meter points of a sample: runs of nine digits and more in its records, without
/// leading zeros. In the fixed-length layout an MPAN follows digits of other items.
pub(crate) fn meter_points(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let is_record = |line: &&str| ["E45", "E46", "82H", "84H"].iter().any(|tag| line.contains(tag));
    text.lines()
        .filter(is_record)
        .flat_map(|line| line.split(|c: char| !c.is_ascii_digit()))
        .map(|run| if run.len() > 13 { &run[run.len() - 13..] } else { run })
        .map(|run| run.trim_start_matches('0').to_owned())
        .filter(|run| run.len() >= 9)
        .collect()
}
