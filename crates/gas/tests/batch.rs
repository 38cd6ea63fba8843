//! Reading by rows gives what reading line by line gives, whatever is in the way.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;

use flagflow_frame::LineEnd;
use flagflow_frame::plan::{Backend, Columns};
use flagflow_gas::{
    Batch, Detail, E45, Layout, Position, Reader, ReaderOptions, RowPlan, Tag, read_detail,
};
use proptest::prelude::*;

/// What a reader says of a file: records with where they stand, and errors in words.
#[derive(Debug, Default, PartialEq)]
struct Said {
    records: Vec<(Detail, u64)>,
    errors: Vec<String>,
    count: u64,
    end: Option<Position>,
}

fn by_record(input: impl BufRead, backend: Backend) -> Said {
    let mut reader = ReaderOptions::new().backend(backend).reader(input);
    let mut said = Said::default();
    loop {
        match reader.read_detail() {
            Ok(Some(detail)) => said.records.push((detail, reader.position().line)),
            Ok(None) => break,
            Err(error) if error.is_recoverable() => said.errors.push(error.to_string()),
            Err(error) => panic!("{error}"),
        }
    }
    (said.count, said.end) = (reader.record_count(), Some(reader.position()));
    said
}

fn by_batch(input: impl BufRead, backend: Backend, capacity: usize) -> Said {
    let mut reader = ReaderOptions::new().backend(backend).reader(input);
    let mut batch = Batch::with_capacity(capacity);
    let mut said = Said::default();
    while reader.read_batch(&mut batch).unwrap() {
        assert!(batch.len() + batch.errors().len() <= capacity);
        for (row, detail) in batch.details().enumerate() {
            let position = batch.position(row).unwrap();
            // the reader stands behind the record when it is asked
            said.records.push((detail, position.line + 1));
            let days = detail.effective_from().days_since_1970();
            assert_eq!((batch.days()[row], batch.flags()[row]), (days, detail.flag().as_byte()));
        }
        said.errors.extend(batch.errors().iter().map(ToString::to_string));
    }
    assert!(batch.is_empty() && batch.position(0).is_none());
    (said.count, said.end) = (reader.record_count(), Some(reader.position()));
    said
}

/// The same on several threads.
fn in_parallel(file: &[u8], backend: Backend, threads: usize) -> Said {
    let mut reader = ReaderOptions::new().backend(backend).reader(file);
    let mut said = Said::default();
    let threads = NonZeroUsize::new(threads).unwrap();
    let ended = reader.read_parallel(threads, |batch| {
        let lines = (0..batch.len()).map(|row| batch.position(row).unwrap().line + 1);
        said.records.extend(batch.details().zip(lines));
        said.errors.extend(batch.errors().iter().map(ToString::to_string));
        ControlFlow::<()>::Continue(())
    });
    assert!(ended.unwrap().is_continue());
    (said.count, said.end) = (reader.record_count(), Some(reader.position()));
    said
}

/// A line of a file, good or bad in some way.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let fixed = (0..10_000_000_000u64, "[ANISWX]", 20_240_225..20_240_301u32);
    let uklink = (0..10_000_000_000u64, "[ANISWX]", 20_240_225..20_240_301u32);
    prop_oneof![
        20 => fixed.clone().prop_map(|(p, f, d)| format!("E45{p:010}{f}{d}").into_bytes()),
        8 => fixed.prop_map(|(p, f, d)| format!("E46AC{p:010}{f}{d}").into_bytes()),
        1 => "E46(AJ|RC|RJ)0000123409A20240229".prop_map(String::into_bytes),
        12 => uklink.prop_map(|(p, f, d)| format!("\"E45\",{p},\"{f}\",{d}").into_bytes()),
        4 => "\"E46\",\"(AC|RJ|AJ)\",[0-9]{1,10},\"A\",20240229".prop_map(String::into_bytes),
        1 => Just(b"".to_vec()),
        1 => Just(b"Z990000000001".to_vec()),
        // trailers, bad ones, as long as a record: they end the records in the middle of rows
        1 => "Z99[0-9]{19}".prop_map(String::into_bytes),
        1 => "\"Z99\",[0-9]{14,20}".prop_map(String::into_bytes),
        1 => Just(b"A000000000042DXI20220201093000000001".to_vec()),
        1 => "[E45A-Z0-9\",]{0,40}".prop_map(String::into_bytes),
        1 => Just(b"E45123456\n810A20240229".to_vec()),
    ]
}

/// Lines, most of them many times over, so that rows follow each other.
fn file() -> impl Strategy<Value = Vec<u8>> {
    let end = prop_oneof![9 => Just("\n"), 1 => Just("\r\n")];
    let lines = (line(), end, prop_oneof![Just(1usize), 1..40usize]);
    let first = prop_oneof![Just("E450000123409A20240229\n"), Just("\"E45\",1,\"A\",20240229\n")];
    (first, prop::collection::vec(lines, 1..30)).prop_map(|(first, lines)| {
        let mut file = first.as_bytes().to_vec();
        for (line, end, times) in lines {
            file.extend([line, end.into()].concat().repeat(times));
        }
        file
    })
}

proptest! {
    #[test]
    fn rows_are_what_lines_are(file in file(), capacity in 1..300usize, buffer in 8..600usize) {
        // a buffer that never holds a row
        let expected = by_record(BufReader::with_capacity(5, &file[..]), Backend::Portable);
        for backend in Backend::ALL {
            let buffered = || BufReader::with_capacity(buffer, &file[..]);
            prop_assert_eq!(&by_record(&file[..], backend), &expected);
            prop_assert_eq!(&by_record(buffered(), backend), &expected);
            prop_assert_eq!(&by_batch(&file[..], backend, capacity), &expected);
            prop_assert_eq!(&by_batch(buffered(), backend, capacity), &expected);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn threads_change_nothing(file in file(), times in 1..200usize, threads in 1..5usize) {
        // several parts, so that what ends the records is in one of them
        let file = [&b"A000000000042DXI20220201093000000001\n"[..], &file.repeat(times)].concat();
        let expected = by_batch(&file[..], Backend::Portable, 1000);
        prop_assert_eq!(&in_parallel(&file, Backend::best(), threads), &expected);
    }
}

/// Many records on threads, with something wrong in each of the parts and behind the trailer.
#[test]
fn threads_change_nothing_in_a_large_file() {
    let mut file = Vec::new();
    for row in 0..200_000u64 {
        let flag = if row % 7919 == 5 { 'X' } else { 'A' };
        file.extend(format!("E45{:010}{flag}20240229\n", row * 40_009).bytes());
        if row % 30_011 == 0 {
            file.extend_from_slice(b"\nshort\r\nA00\n");
        }
    }
    for trailer in ["", "Z990000200000\n", "Z990000200014\nE450000123409A20240229\n", "Z99\n\n"] {
        let file = [&file[..], trailer.as_bytes(), &file].concat();
        let expected = by_batch(&file[..], Backend::Portable, 1000);
        assert!(expected.records.len() > 190_000 && expected.errors.len() > 30);
        for threads in 1..4 {
            assert_eq!(in_parallel(&file, Backend::best(), threads), expected, "{trailer:?}");
        }
    }
}

#[test]
fn threads_end_when_they_are_told_to() {
    let file = b"E450000123409A20240229\n".repeat(500_000);
    let mut records = 0;
    let ended = Reader::from_slice(&file).read_parallel(NonZeroUsize::new(2).unwrap(), |batch| {
        records += batch.len();
        if records > 100_000 { ControlFlow::Break(records) } else { ControlFlow::Continue(()) }
    });
    assert!(matches!(ended.unwrap(), ControlFlow::Break(count) if count == records));
    assert!(records < 200_000);
}

fn canonical(tag: Tag, layout: Layout) -> &'static [u8] {
    match (tag, layout) {
        (Tag::E45, Layout::Fixed) => b"E451234567810A20240229",
        (_, Layout::Fixed) => b"E46RJ1234567810W19000228",
        (Tag::E45, Layout::Uklink) => b"\"E45\",123409,\"I\",20211231",
        (_, Layout::Uklink) => b"\"E46\",\"AC\",7,\"S\",20000229",
    }
}

/// Each byte value at each place of each canonical row, by every backend.
#[test]
fn a_perfect_row_is_the_definitions_record() {
    for backend in Backend::ALL.into_iter().filter(|backend| backend.is_available()) {
        for plan in RowPlan::all(backend, true) {
            let row = canonical(plan.tag(), plan.layout());
            let end = plan.line_end().as_bytes();
            let mut columns = Columns::with_capacity(5);
            for (at, byte) in (0..row.len()).flat_map(|at| (0..=255).map(move |byte| (at, byte))) {
                let mut changed = row.to_vec();
                changed[at] = byte;
                columns.clear();
                let rows = plan.decode(&[&changed, end].concat().repeat(5), &mut columns);
                let perfect = rows == 5 && columns.marks()[4] & 1 == 0;
                let slow = if changed.contains(&b'\n') {
                    None
                } else {
                    read_detail(&changed, plan.layout()).ok()
                };
                let fast = if perfect { plan.detail(&columns, 4) } else { None };
                // a quoted number or a bare text is a record, but not a canonical one
                let canonical =
                    changed[at].is_ascii_alphanumeric() || plan.layout() == Layout::Fixed;
                if fast.is_some() || canonical && plan.line_end() == LineEnd::Lf {
                    assert_eq!(fast, slow, "{} {backend}", changed.escape_ascii());
                }
            }
        }
    }
}

#[test]
fn typed_records_come_back_from_columns() {
    let update: E45 = "E451234567810A20211105".parse().unwrap();
    let mut batch = Batch::new();
    let file = b"\"E46\",\"RJ\",1234567810,\"A\",20211105\r\n".repeat(3);
    assert!(Reader::from_slice(&file).read_batch(&mut batch).unwrap());
    assert_eq!(batch.outcomes(), b"RRR");
    assert_eq!(batch.details().map(|it| it.update()).collect::<Vec<_>>(), [update; 3]);
    assert_eq!(batch.packed_dates(), [20_211_105; 3]);
}
