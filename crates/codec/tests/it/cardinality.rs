//! The number of lines below each parent, compared with a model that keeps the whole file.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;

use flagflow_codec::{
    Batch, Cardinality, ErrorKind, FileOrder, LineKind, LineSpec, ReadSettings, Reader, Record,
    Role, Table,
};
use flagflow_frame::Position;
use proptest::prelude::*;

use crate::tiers::{DEEP, FLAT, LATE, LIMITED, NOTES, STEPS, Tiers, line, table};

/// The place and the words of an error: line, record, text.
type Found = (u64, Option<u64>, String);

/// A line in its place, with the number of lines of each code below it.
struct Node {
    code: &'static str,
    place: (u64, Option<u64>),
    children: Vec<(&'static str, u32)>,
}

impl Node {
    fn times(&self, code: &str) -> u32 {
        self.children.iter().filter(|child| child.0 == code).map(|child| child.1).sum()
    }
}

/// Every line is a node of a tree: the errors of a file of codes.
fn model(table: &Table<Tiers>, codes: &[&'static str]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut all = vec![Node { code: "", place: (0, None), children: Vec::new() }];
    // the open lines: the file, then a node for each level
    let mut open = [Some(0); 4];
    let (mut records, mut ended) = (0, None);
    let record_level = table.lines()[0].level();
    for (number, code) in (1..).zip(codes) {
        let spec = table.lines().iter().find(|line| line.code() == *code);
        let misplaced = "not a record that can stand here";
        let mut refuse = |records: &mut u64, text: &str| {
            *records += 1;
            found.push((number, Some(*records), text.to_owned()));
        };
        let Some(spec) = spec else {
            match ended {
                Some(_) => refuse(&mut records, "UnknownRecord"),
                None => {
                    refuse(&mut records, "UnknownRecord");
                    open[usize::from(record_level)..].fill(None);
                }
            }
            continue;
        };
        if ended.is_some() {
            refuse(&mut records, misplaced);
            continue;
        }
        match spec.kind() {
            LineKind::Trailer => ended = Some(number),
            LineKind::Header => {
                if number > 1 {
                    refuse(&mut records, misplaced);
                }
                open[usize::from(record_level)..].fill(None);
            }
            kind => {
                let parent = match spec.parent() {
                    None => Some(0),
                    Some(parent) => {
                        open.iter().flatten().copied().find(|at| all[*at].code == parent)
                    }
                };
                let Some(parent) = parent else {
                    refuse(&mut records, misplaced);
                    open[usize::from(record_level)..].fill(None);
                    continue;
                };
                let times = all[parent].times(code);
                if spec.cardinality().most.is_some_and(|most| times >= most) {
                    refuse(&mut records, &too_many(spec));
                    open[usize::from(record_level)..].fill(None);
                    continue;
                }
                all[parent].children.push((code, 1));
                let record = (kind == LineKind::Record).then(|| {
                    records += 1;
                    records
                });
                let level = usize::from(spec.level());
                open[level..].fill(None);
                open[level] = Some(all.len());
                all.push(Node { code, place: (number, record), children: Vec::new() });
            }
        }
    }
    let end = ended.unwrap_or(codes.len() as u64 + 1);
    for node in &all {
        let is_below = |line: &&LineSpec<Tiers>| line.parent().unwrap_or("") == node.code;
        for spec in table.lines().iter().filter(is_below) {
            let (least, times) = (spec.cardinality().least, node.times(spec.code()));
            if times < least && !codes.is_empty() {
                let (line, record) = if node.code.is_empty() { (end, None) } else { node.place };
                let text = too_few(spec);
                found.push((line, record, text));
            }
        }
    }
    let has = |wanted: &str| codes.contains(&wanted);
    match (codes.first() == Some(&"HEA"), has("TRA")) {
        (true, false) => found.push((codes.len() as u64 + 1, None, "MissingTrailer".into())),
        (false, true) => found.push((codes.len() as u64 + 1, None, "MissingHeader".into())),
        _ => {}
    }
    found.sort();
    found
}

fn too_many(spec: &LineSpec<Tiers>) -> String {
    match spec.cardinality().most.unwrap() {
        1 => format!("{} occurs here a second time; once is allowed", spec.code()),
        most => format!("{} occurs here more than {most} times", spec.code()),
    }
}

fn too_few(spec: &LineSpec<Tiers>) -> String {
    match spec.cardinality().least {
        1 => format!("{} is missing here", spec.code()),
        least => format!("{} occurs here fewer than {least} times", spec.code()),
    }
}

fn found(error: &flagflow_codec::Error<crate::tiers::Only>) -> Found {
    assert!(error.is_recoverable(), "{error}");
    let Position { line, record, .. } = error.position();
    let text = match error.kind() {
        kind
        @ (ErrorKind::UnknownRecord | ErrorKind::MissingHeader | ErrorKind::MissingTrailer) => {
            format!("{kind:?}")
        }
        ErrorKind::UnexpectedRecord => "not a record that can stand here".to_owned(),
        kind => kind.to_string(),
    };
    (line, record, text)
}

fn file(codes: &[&str]) -> Vec<u8> {
    let lines = (1..).zip(codes).map(|(number, code): (u32, _)| format!("{code}|{number}|\n"));
    lines.collect::<String>().into_bytes()
}

fn reader(format: &'static Table<Tiers>, bytes: &'static [u8]) -> Reader<Tiers, &'static [u8]> {
    Reader::with_options(bytes, format, ReadSettings::default())
}

/// The errors of each way to read, and the number of records.
fn every_way(format: &'static Table<Tiers>, bytes: &'static [u8]) -> Vec<(Vec<Found>, u64)> {
    let mut ways = Vec::new();
    let mut typed = reader(format, bytes);
    let mut errors: Vec<_> = typed.records().filter_map(Result::err).map(|it| found(&it)).collect();
    errors.sort();
    ways.push((errors, typed.record_count()));

    let (mut raw, mut record, mut errors) = (reader(format, bytes), Record::new(), Vec::new());
    loop {
        match raw.read_body(&mut record) {
            Ok(None) => break,
            Ok(Some(_)) => {}
            Err(error) => errors.push(found(&error)),
        }
    }
    errors.sort();
    ways.push((errors, raw.record_count()));

    for threads in [1, 3] {
        let (mut parallel, mut errors) = (reader(format, bytes), Vec::new());
        let read =
            parallel.read_parallel(NonZeroUsize::new(threads).unwrap(), |batch: &Batch<_>| {
                errors.extend(batch.errors().iter().map(found));
                ControlFlow::<()>::Continue(())
            });
        assert_eq!(read.unwrap(), ControlFlow::Continue(()));
        errors.sort();
        ways.push((errors, parallel.record_count()));
    }
    ways
}

fn is_missing(text: &str) -> bool {
    text.contains("missing") || text.contains("fewer than")
}

fn assert_as_model(format: &'static Table<Tiers>, codes: &[&'static str]) {
    let expected = model(format, codes);
    let bytes: &'static [u8] = file(codes).leak();
    for (way, (errors, records)) in every_way(format, bytes).into_iter().enumerate() {
        assert_eq!(errors, expected, "way {way} of {codes:?}");
        let is_record = |code: &&&str| {
            let line = format.lines().iter().find(|line| line.code() == **code);
            line.is_some_and(|line| line.kind() == LineKind::Record)
        };
        let refused = expected.iter().filter(|it| !is_missing(&it.2));
        let refused = refused.filter(|it| it.1.is_some());
        let bad =
            refused.filter(|it| !is_record(&&codes[usize::try_from(it.0).unwrap() - 1])).count();
        assert_eq!(
            usize::try_from(records).unwrap(),
            codes.iter().filter(is_record).count() + bad,
            "{codes:?}"
        );
    }
}

fn codes(codes: &[&'static str], length: usize) -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(codes.to_vec()), 0..length)
}

const LINES: [&str; 12] =
    ["REC", "TOP", "ONE", "OPT", "SUB", "TWO", "WHY", "MAY", "ANY", "HEA", "TRA", "???"];

proptest! {
    #[test]
    fn lines_occur_as_the_table_says(
        deep in codes(&LINES[..], 24),
        often in codes(&["REC", "REC", "WHY", "WHY", "MAY", "ANY", "TOP", "ONE"], 24),
        limited in codes(&["REC", "REC", "REC", "TOP", "???", "TRA"], 16),
        flat in codes(&["REC", "REC", "REC", "REC", "REC", "TOP", "HEA"], 24),
        steps in codes(&["REC", "ROW", "ROW", "SET", "???"], 12),
        notes in codes(&["REC", "REC", "REC", "TOP", "NOT", "OWN"], 24),
        late in codes(&["REC", "REC", "REC", "END", "???"], 12),
    ) {
        let begun = |start: &[&'static str], codes: &[&'static str]| [start, codes].concat();
        assert_as_model(&DEEP, &deep);
        let shallow = [(&DEEP, &often), (&LIMITED, &limited), (&FLAT, &flat), (&STEPS, &steps)];
        for (format, codes) in shallow.into_iter().chain([(&NOTES, &notes), (&LATE, &late)]) {
            assert_as_model(format, codes);
            assert_as_model(format, &begun(&["HEA", "TOP"], codes));
            assert_as_model(format, &[&["HEA", "TOP"], &codes[..], &["TRA"]].concat());
        }
    }
}

/// More lines than fit a row decoder's block, so that records are decoded many at a time.
#[test]
fn rows_decoded_ahead_are_counted() {
    for records in [0, 1, 2, 4, 5, 300, 3000] {
        for format in [&LIMITED, &FLAT, &STEPS, &NOTES, &LATE] {
            let rows = vec!["REC"; records];
            for end in
                [&["TOP", "REC"][..], &["OWN"], &["END"], &["TRA"], &["REC", "???", "TRA", "REC"]]
            {
                assert_as_model(format, &[&["HEA", "TOP"], &rows[..], end].concat());
            }
        }
    }
}

#[test]
fn errors_name_the_line_and_the_place_of_its_parent() {
    let bytes: &[u8] = b"TOP|1|\nONE|2|\nREC|3|\nREC|4|\nWHY|5|\nONE|6|\nOPT|7|\nTWO|8|\n";
    let mut read = reader(&DEEP, bytes);
    let errors: Vec<_> = read.records().filter_map(Result::err).collect();
    let words: Vec<_> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        words,
        [
            "line 3, column 1 (byte 14): WHY is missing here",
            "line 6, column 1 (byte 35): ONE occurs here a second time; once is allowed",
            "line 7, column 1 (byte 42): TWO occurs here fewer than 2 times",
        ]
    );
}

/// A file is empty, or has all that it must have.
#[test]
fn an_empty_file_misses_nothing() {
    assert_eq!(reader(&DEEP, b"\n \n").records().count(), 0);
    assert_eq!(reader(&DEEP, b"HEA|1|\n").records().count(), 2);
}

/// The order has the counters of its table, however many lines there are.
#[test]
fn counters_are_bounded() {
    static MANY: [&str; 2] = ["MANY5678", "ELEVEN SIGNS"];
    let most = Cardinality { least: 0, most: Some(u32::MAX) };
    let lines = MANY.map(|code| line(code, LineKind::Record, None, 1, most));
    let mut order = FileOrder::<Tiers>::new(&table(lines.to_vec()));
    for _ in 0..10_000 {
        assert_eq!(order.place(Some(MANY[0])), Role::Record);
    }
    assert!(!order.is_in_records() && order.excess().is_none());
    assert_eq!(order.shortfall_at_end(), None);

    let once = MANY.map(|code| line(code, LineKind::Record, None, 1, Cardinality::ONE));
    let mut order = FileOrder::<Tiers>::new(&table(once.to_vec()));
    for role in [Role::Record, Role::Misplaced, Role::Misplaced] {
        assert_eq!(order.place(Some(MANY[0])), role);
    }
    assert_eq!(
        order.excess().unwrap().to_string(),
        "MANY5678 occurs here a second time; once is allowed"
    );
    let shortfall = order.shortfall_at_end().unwrap();
    assert_eq!(shortfall.parent, None);
    assert_eq!(shortfall.kind.to_string(), "ELEVEN S is missing here");
    assert_eq!(order.shortfall_at_end(), None);
    let ErrorKind::TooFewLines { code, .. } = shortfall.kind else { panic!() };
    assert_eq!(format!("{code:?} {code:>9}|"), "\"ELEVEN S\"  ELEVEN S|");
}
