//! The reader against the reports beside the samples, which a reference implementation in another
//! language wrote (testdata/oracle): the first error of every line, its kind and its place.
//!
//! What a reader does not judge (editions, duplicates, the flow of a file) is left out; so are
//! reports made with arguments that it does not have.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::samples::{Sample, Whole, read, samples};
use flagflow_gas::{ErrorKind, Layout, ReaderOptions};
use serde_json::Value;

/// The rule of an error's kind.
fn rule(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::LineTooLong => "line-too-long",
        ErrorKind::WrongLength { .. } => "wrong-length",
        ErrorKind::MalformedRecord { .. } => "malformed-record",
        ErrorKind::UnknownRecord => "unknown-record",
        ErrorKind::UnexpectedRecord => "unexpected-record",
        ErrorKind::NonAscii => "non-ascii",
        ErrorKind::NotANumber => "not-a-number",
        ErrorKind::UnknownFlag => "unknown-flag",
        ErrorKind::UnknownOutcome => "unknown-outcome",
        ErrorKind::InvalidDate => "invalid-date",
        ErrorKind::InvalidTime => "invalid-time",
        ErrorKind::InvalidFileType => "wrong-file-type",
        ErrorKind::MissingHeader => "missing-header",
        ErrorKind::MissingTrailer => "missing-trailer",
        ErrorKind::RecordCount { .. } => "record-count",
        kind => panic!("{kind:?} in a sample"),
    }
}

/// The rules that the reader has.
const RULES: [&str; 12] = [
    "line-too-long",
    "wrong-length",
    "malformed-record",
    "unknown-record",
    "unexpected-record",
    "non-ascii",
    "not-a-number",
    "unknown-flag",
    "unknown-outcome",
    "invalid-date",
    "invalid-time",
    "record-count",
];

/// The arguments as options of a reader, if it has them all.
fn options(args: &[Value]) -> Option<ReaderOptions> {
    let args: Vec<&str> = args.iter().map(|arg| arg.as_str().unwrap()).collect();
    let new = ReaderOptions::new();
    match args[..] {
        [] => Some(new),
        ["--max-line", bytes] => Some(new.max_line(bytes.parse().unwrap())),
        ["--layout", layout] => Some(new.layout(layout.parse::<Layout>().unwrap())),
        _ => None,
    }
}

/// Returns whether the reader judges this finding. Of records out of place it knows those after the
/// trailer and headers, but not a file's flow.
fn is_judged(finding: &Value, trailer: u64) -> bool {
    let text = finding["value"].as_str().unwrap_or("");
    let is_detail = text.trim_start_matches('"').starts_with("E4");
    match finding["rule"].as_str().unwrap() {
        "unexpected-record" => !is_detail || finding["line"].as_u64().unwrap() > trailer,
        // known types are a matter of profiles; one that is no type at all is not
        "wrong-file-type" => text.len() != 3,
        rule => RULES.contains(&rule),
    }
}

type Errors = BTreeMap<u64, (String, u64)>;

/// The first finding of each line.
fn reported(report: &Value, trailer: u64) -> Errors {
    let mut first = Errors::new();
    for finding in report["findings"].as_array().unwrap() {
        if is_judged(finding, trailer) {
            let rule = finding["rule"].as_str().unwrap().to_owned();
            let offset = finding["offset"].as_u64().unwrap();
            first.entry(finding["line"].as_u64().unwrap()).or_insert((rule, offset));
        }
    }
    first
}

/// The reader's errors by line, and the one of the whole file, if there is one.
fn seen(whole: &Whole) -> (Errors, Option<&'static str>) {
    let (mut lines, mut file) = (Errors::new(), None);
    for (kind, position) in whole.outcomes().into_iter().filter_map(Result::err) {
        match rule(kind) {
            missing @ ("missing-header" | "missing-trailer") => file = Some(missing),
            rule => {
                lines.insert(position.line, (rule.to_owned(), position.offset));
            }
        }
    }
    (lines, file)
}

/// The first line that is a trailer by its tag.
fn trailer_line(file: &[u8]) -> u64 {
    let mut lines = file.split(|byte| *byte == b'\n').zip(1..);
    let is_trailer = |line: &[u8]| line.starts_with(b"Z99") || line.starts_with(b"\"Z99\"");
    lines.find(|(line, _)| is_trailer(line)).map_or(u64::MAX, |(_, number)| number)
}

fn assert_as_reported(sample: &Sample, report: &Value, options: ReaderOptions) {
    // a reader has an error for each line of a second file, where a report has one finding for all
    // of it
    if report["totals"].get("second-file").is_some() {
        return;
    }
    let path = sample.path.display();
    let whole = read(options.reader(sample.bytes.as_slice()));
    let (lines, file) = seen(&whole);
    assert_eq!(lines, reported(report, trailer_line(&sample.bytes)), "{path}");
    let missing = |rule: &&str| !report["totals"][rule].is_null();
    assert_eq!(file, ["missing-header", "missing-trailer"].into_iter().find(missing), "{path}");
    assert_eq!(whole.record_count, report["records"].as_u64().unwrap(), "{path}");
    assert_eq!(whole.layout.map(Layout::as_str), report["layout"].as_str(), "{path}");
}

/// Returns whether there is a report, and of one file: a second file behind the first is found by
/// the validator, and its lines are bad records to the reader.
fn is_of_one_file(report: &Value) -> bool {
    !report.is_null() && report["totals"]["second-file"].is_null()
}

/// Every report beside a sample: X.json, X.2.json ...
fn reports(sample: &Path) -> Vec<Value> {
    let name = |number| match number {
        1 => sample.with_extension("json"),
        _ => sample.with_extension(format!("{number}.json")),
    };
    let texts = (1..).map_while(|number| fs::read(name(number)).ok());
    texts.map(|text| serde_json::from_slice(&text).unwrap()).collect()
}

#[test]
fn the_first_error_of_each_line_is_the_oracles() {
    let mut compared = 0;
    for sample in samples("valid").into_iter().chain(samples("invalid")) {
        for case in reports(&sample.path) {
            let options = options(case["args"].as_array().unwrap());
            if let Some(options) = options.filter(|_| is_of_one_file(&case["report"])) {
                assert_as_reported(&sample, &case["report"], options);
                compared += 1;
            }
        }
    }
    assert!(compared > 120, "{compared} reports");
}

#[test]
fn a_file_that_cannot_be_checked_gives_no_record() {
    let mut refused = 0;
    for sample in samples("invalid") {
        let case = &reports(&sample.path)[0];
        if case["report"].is_null() {
            let whole = read(ReaderOptions::new().reader(sample.bytes.as_slice()));
            assert_eq!(whole.record_count, 0, "{}", sample.path.display());
            let kinds = whole.outcomes().into_iter().map(|seen| seen.unwrap_err().0);
            assert!(kinds.eq(whole.seen.first().map(|_| ErrorKind::UnrecognisedLayout)));
            refused += 1;
        }
    }
    assert!(refused >= 8, "{refused} files");
}
