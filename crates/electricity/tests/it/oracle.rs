//! The reader against the reports that an independent program in another language made of the
//! samples: the same layout, flow and number of records, and on each line the same first error.

use std::fs;
use std::path::Path;

use crate::samples::{Seen, Whole, read, samples};
use flagflow_electricity::{ErrorKind, Flow, Layout, ReaderOptions};
use serde_json::Value;

/// The rule of an error's kind.
fn rule(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::UnrecognisedLayout => "unrecognised",
        ErrorKind::LineTooLong => "line-too-long",
        ErrorKind::WrongLength { .. } => "wrong-length",
        ErrorKind::MalformedRecord { .. } => "malformed-record",
        ErrorKind::UnknownRecord => "unknown-record",
        ErrorKind::UnexpectedRecord => "unexpected-record",
        ErrorKind::NonAscii => "non-ascii",
        ErrorKind::ItemTooLong { .. } => "item-too-long",
        ErrorKind::EmptyItem => "empty-item",
        ErrorKind::NotPrintable => "control-character",
        ErrorKind::NotANumber => "not-a-number",
        ErrorKind::UnknownFlag => "unknown-flag",
        ErrorKind::InvalidDate => "invalid-date",
        ErrorKind::InvalidTimestamp => "invalid-timestamp",
        ErrorKind::FlowVersion => "flow-version",
        ErrorKind::InstructionType => "instruction-type",
        ErrorKind::MissingHeader => "missing-header",
        ErrorKind::MissingTrailer => "missing-trailer",
        ErrorKind::FileIdMismatch => "file-id-mismatch",
        ErrorKind::GroupCount { .. } => "group-count",
        ErrorKind::FlowCount { .. } => "flow-count",
        ErrorKind::TooManyLines { .. } | ErrorKind::TooFewLines { .. } => "group-cardinality",
        _ => "none",
    }
}

/// Errors that one line alone shows, or the file's order and counts.
const RULES: [&str; 19] = [
    "line-too-long",
    "wrong-length",
    "malformed-record",
    "unknown-record",
    "unexpected-record",
    "non-ascii",
    "item-too-long",
    "empty-item",
    "control-character",
    "not-a-number",
    "unknown-flag",
    "invalid-date",
    "invalid-timestamp",
    "flow-version",
    "instruction-type",
    "file-id-mismatch",
    "group-count",
    "flow-count",
    "group-cardinality",
];

type Row = (u64, String, Option<u64>, u64, Option<String>);

/// The report's first error of each record with its reasons, and of each other line.
fn reported(report: &Value) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for finding in report["findings"].as_array().unwrap() {
        let rule = finding["rule"].as_str().unwrap();
        let line = finding["line"].as_u64().unwrap();
        let record = finding["record"].as_u64();
        let of_same = |row: &Row| row.0 == line || row.2.is_some() && row.2 == record;
        if RULES.contains(&rule) && !rows.last().is_some_and(of_same) {
            rows.push((
                line,
                rule.to_owned(),
                record,
                finding["offset"].as_u64().unwrap(),
                finding["field"].as_str().map(str::to_owned),
            ));
        }
    }
    rows
}

/// The place of the last line with text, where a report has what is missing at the end of a file.
fn last_line(bytes: &[u8]) -> (u64, u64) {
    let (mut at, mut place) = (0, (1, 0));
    for (number, line) in (1..).zip(bytes.split_inclusive(|byte| *byte == b'\n')) {
        if !line.trim_ascii().is_empty() {
            place = (number, at);
        }
        at += line.len() as u64;
    }
    place
}

/// The same of a reader.
fn read_rows(whole: &Whole, bytes: &[u8]) -> Vec<Row> {
    let row = |seen: &Seen| match seen {
        Seen::Error { kind: kind @ ErrorKind::TooFewLines { .. }, position, .. }
            if position.offset == whole.end.offset =>
        {
            let (line, offset) = last_line(bytes);
            Some((line, rule(*kind).to_owned(), None, offset, None))
        }
        Seen::Error { kind, field, position, .. } if RULES.contains(&rule(*kind)) => Some((
            position.line,
            rule(*kind).to_owned(),
            position.record,
            position.offset,
            field.map(|field| field.name().to_owned()),
        )),
        _ => None,
    };
    let mut rows: Vec<Row> = whole.seen.iter().filter_map(row).collect();
    // a line that is missing has the place of the line above it, which was read before
    rows.sort_by_key(|row| row.3);
    rows.dedup_by_key(|row| row.0);
    rows
}

/// The reader that a report's arguments ask for, where they are about reading at all and nothing is
/// left out of the report.
fn options(args: &Value) -> Option<ReaderOptions> {
    let args: Vec<&str> = args.as_array()?.iter().filter_map(Value::as_str).collect();
    let new = ReaderOptions::new();
    match args.as_slice() {
        [] => Some(new),
        ["--flow", flow] => Some(new.flow(flow.parse().ok()?)),
        ["--layout", layout] => Some(new.layout(layout.parse().ok()?)),
        ["--max-line", bytes] => Some(new.max_line(bytes.parse().ok()?)),
        _ => None,
    }
}

fn assert_as_reported(bytes: &[u8], path: &Path, compared: &mut usize) {
    let case: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let (report, Some(options)) = (&case["report"], options(&case["args"])) else { return };
    if !report.is_object() || report["truncated"] == true {
        return;
    }
    // a reader hands out the records of a second file too, where a report has one finding for all
    // of it
    if report["totals"].get("second-file").is_some() {
        return;
    }
    let whole = read(options.reader(bytes));
    let shown = path.display();
    assert_eq!(report["layout"].as_str(), whole.layout.map(Layout::as_str), "{shown}");
    assert_eq!(report["flow"].as_str(), whole.flow.map(Flow::name), "{shown}");
    assert_eq!(report["records"].as_u64(), Some(whole.records), "{shown}");
    assert_eq!(read_rows(&whole, bytes), reported(report), "{shown}");
    for missing in [ErrorKind::MissingHeader, ErrorKind::MissingTrailer] {
        let is_reported = report["totals"].get(rule(missing)).is_some();
        assert_eq!(whole.kinds().contains(&missing), is_reported, "{shown}");
    }
    *compared += 1;
}

#[test]
fn samples_are_read_as_they_were_reported() {
    let mut compared = 0;
    for sample in samples("valid").into_iter().chain(samples("invalid")) {
        assert_as_reported(&sample.bytes, &sample.path.with_extension("json"), &mut compared);
        for variant in 2..9 {
            let path = sample.path.with_extension(format!("{variant}.json"));
            if path.exists() {
                assert_as_reported(&sample.bytes, &path, &mut compared);
            }
        }
    }
    assert!(compared > 150, "{compared} reports");
}
