//! Helpers of several tests.

use std::fs;
use std::path::PathBuf;

use flagflow_exchange::convert::{ConvertOptions, ConvertReport, RecordFormat, convert};

/// Every valid sample, with its name.
pub(crate) fn valid_samples() -> Vec<(String, Vec<u8>)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata");
    let directories = ["e45/valid", "e46/valid"].map(|name| root.join(name));
    let paths = directories.iter().flat_map(|dir| fs::read_dir(dir).unwrap());
    let paths = paths.map(|entry| entry.unwrap().path());
    let samples: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .map(|path| (path.display().to_string(), fs::read(&path).unwrap()))
        .collect();
    assert!(samples.len() > 20, "the samples are where they should be");
    samples
}

/// Converts with options of one's own.
pub(crate) fn converted(input: &[u8], options: &ConvertOptions) -> (String, ConvertReport) {
    let mut output = Vec::new();
    let report = convert(input, &mut output, options).unwrap();
    (String::from_utf8(output).unwrap(), report)
}

/// Converts a file in which nothing is bad.
pub(crate) fn convert_all(input: &[u8], to: RecordFormat) -> Vec<u8> {
    let (output, report) = converted(input, &ConvertOptions::new(to));
    assert!(report.is_complete(), "{:?}", report.refusals);
    assert_eq!(report.records, report.written);
    output.into_bytes()
}

/// Returns the refusals as text.
pub(crate) fn refusals(report: &ConvertReport) -> Vec<String> {
    report.refusals.iter().map(ToString::to_string).collect()
}
