//! Reading by rows gives what reading line by line gives, whatever is in the way.

use std::io::{BufRead, BufReader};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;

use flagflow_codec::{Decoding, LineDecoder};
use flagflow_frame::LineEnd;
use flagflow_gas::{
    Batch, Detail, E45, ErrorKind, Gas, Layout, Position, Reader, ReaderOptions, Record, Tag,
    read_detail,
};
use flagflow_rows::{Backend, RowColumns};
use proptest::prelude::*;

/// Every row decoder.
fn decoders(backend: Backend) -> Vec<LineDecoder<Gas>> {
    let how = Decoding { backend, check_digits: true };
    Layout::ALL.map(|layout| LineDecoder::all(layout, how)).concat()
}

/// The results of a reader: records with their positions, and errors in words.
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
        match reader.read() {
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
        for (row, detail) in batch.records().enumerate() {
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
        said.records.extend(batch.records().zip(lines));
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

/// Returns what came out of a file on so many threads, as the numbers of the lines of its records
/// and of its errors, and whether it ended by itself: it is told to end when there are `enough`
/// records.
fn lines_until(
    options: ReaderOptions,
    file: &[u8],
    threads: usize,
    enough: usize,
) -> (Vec<u64>, Vec<u64>, bool) {
    let (mut records, mut errors) = (Vec::new(), Vec::new());
    let threads = NonZeroUsize::new(threads).unwrap();
    let ended = options.reader(file).read_parallel(threads, |batch| {
        records.extend((0..batch.len()).map(|row| batch.position(row).unwrap().line));
        errors.extend(batch.errors().iter().map(|error| error.position().line));
        if records.len() >= enough {
            ControlFlow::Break("enough")
        } else {
            ControlFlow::Continue(())
        }
    });
    let ended = ended.unwrap();
    assert!(matches!(ended, ControlFlow::Continue(()) | ControlFlow::Break("enough")));
    (records, errors, ended.is_continue())
}

const HEADER: &str = "A000000000042DXI20211105093000000007\n";
const UPDATE: &str = "E450000123409A20240229\n";
const ANSWER: &str = "E46AC0000123409A20240229\n";

/// Whatever the file begins with and wherever it ends: nothing in it, a header alone, a trailer
/// first.
#[test]
fn threads_change_nothing_at_the_ends_of_a_file() {
    let new = ReaderOptions::new().layout(Layout::Fixed);
    let trailer = |count: usize| format!("Z99{count:010}\n");
    for threads in [1, 2, 3] {
        let read = |file: &str| lines_until(new, file.as_bytes(), threads, usize::MAX);
        assert_eq!(read(""), (vec![], vec![], true));
        assert_eq!(read("\n\r\n"), (vec![], vec![], true));
        assert_eq!(read(UPDATE), (vec![1], vec![], true));
        // no trailer: that is said where the file ends, below its last line
        assert_eq!(read(HEADER), (vec![], vec![2], true));
        assert_eq!(read(&[HEADER, UPDATE, UPDATE].concat()), (vec![2, 3], vec![4], true));
        assert_eq!(read(&[HEADER, UPDATE, &trailer(1)].concat()), (vec![2], vec![], true));
        // nothing has its place behind a trailer, and there is no header: said at the end
        assert_eq!(read(&trailer(0)), (vec![], vec![2], true));
        let behind = [&trailer(0), UPDATE, UPDATE].concat();
        assert_eq!(read(&behind), (vec![], vec![2, 3, 4], true));
        let twice = [HEADER, UPDATE, &trailer(1), UPDATE].concat();
        assert_eq!(read(&twice), (vec![2], vec![4], true));
    }
}

/// Returns how many records and errors each batch has.
fn cuts(reader: &mut Reader<&[u8]>, threads: usize) -> Vec<usize> {
    let mut cuts = Vec::new();
    let ended = reader.read_parallel(NonZeroUsize::new(threads).unwrap(), |batch| {
        cuts.push(batch.len() + batch.errors().len());
        ControlFlow::<()>::Continue(())
    });
    assert!(ended.unwrap().is_continue());
    cuts
}

/// Returns where batches are cut shows who filled them: one thread fills each to its capacity, of
/// several each ends where its part of the file does, which is with the line that has byte 262,144
/// of the part. Lines of 23 bytes are 11,398 to a part.
#[test]
fn records_alone_are_read_by_parts() {
    let (new, fixed) = (ReaderOptions::new(), ReaderOptions::new().layout(Layout::Fixed));
    let records = UPDATE.repeat(50_000);
    let of = |options: ReaderOptions, file: &str, threads| {
        cuts(&mut options.reader(file.as_bytes()), threads)
    };
    let parts = [11_398, 11_398, 11_398, 11_398];
    assert_eq!(of(new, &records, 1), [16_384, 16_384, 16_384, 848]);
    // the first line says which layout it is, and that there is no header
    for threads in [2, 3] {
        assert_eq!(of(new, &records, threads), [&[1][..], &parts, &[4407]].concat());
    }
    // it was read before
    for (threads, expected) in
        [(1, vec![16_384, 16_384, 16_384, 847]), (2, [&parts[..], &[4407]].concat())]
    {
        let mut reader = new.reader(records.as_bytes());
        assert!(reader.read().unwrap().is_some());
        assert_eq!(cuts(&mut reader, threads), expected);
    }
    assert_eq!(of(new.with_reasons(true), &records, 2), [1, 16_384, 16_384, 16_384, 847]);
    // all of them errors, and one more for the header that is missing
    let behind = ["Z990000000000\n", &records].concat();
    assert_eq!(of(fixed, &behind, 2), [1, 16_384, 16_384, 16_384, 848]);
    let half = UPDATE.repeat(20_000);
    let trailer = "Z990000020000\n";
    let whole = [HEADER, &half, trailer, &half].concat();
    assert_eq!(of(new, &whole, 2), [1, 11_398, 8601, 16_384, 3616]);
}

#[test]
fn threads_do_not_know_a_layout_either() {
    for threads in [1, 2] {
        let threads = NonZeroUsize::new(threads).unwrap();
        let mut reader = Reader::from_slice(b"\none\nE450000123409A20240229\n");
        let ended = reader.read_parallel(threads, |_| ControlFlow::Break(()));
        let error = ended.unwrap_err();
        assert_eq!(error.to_string().split(':').next(), Some("line 2, column 1 (byte 1)"));
        assert_eq!(error.kind(), ErrorKind::UnrecognisedLayout);
    }
}

/// A reason may stand at the beginning of a part, so with reasons there are no parts.
#[test]
fn threads_change_nothing_where_reasons_are_taken() {
    let with = ReaderOptions::new().with_reasons(true);
    let file = [ANSWER, "S72XYZ00001\n", "S72XYZ00002\n", UPDATE, "S72XYZ00003\n"].concat();
    let read = |threads, enough| lines_until(with, file.as_bytes(), threads, enough);
    for threads in [1, 2] {
        // the last reason stands below an update, which was not rejected
        assert_eq!(read(threads, usize::MAX), (vec![1, 4], vec![5], true));
    }
    assert_eq!(read(1, 1), (vec![1, 4], vec![5], false));
    // the first record is read to see that there may be reasons
    assert_eq!(read(2, 1), (vec![1], vec![], false));
    let many = [ANSWER, "S72XYZ00001\n"].concat().repeat(20_000);
    let (records, errors, is_whole) = lines_until(with, many.as_bytes(), 2, usize::MAX);
    let expected: Vec<_> = (0..20_000).map(|answer| 2 * answer + 1).collect();
    assert!(records == expected && errors.is_empty() && is_whole);
}

/// Told to end at the first record, in the first part, and on one thread.
#[test]
fn threads_end_at_once() {
    let new = ReaderOptions::new();
    let records = UPDATE.repeat(50_000);
    let read = |file: &str, enough| lines_until(new, file.as_bytes(), 2, enough);
    // the first record is read to know the layout
    assert_eq!(read(&records, 1), (vec![1], vec![], false));
    let (lines, errors, is_whole) = read(&records, 2);
    assert!((2..50_000).contains(&lines.len()) && errors.is_empty() && !is_whole);
    assert!(lines.iter().copied().eq(1..=lines.len() as u64));
    let (lines, errors, is_whole) = read(&records, usize::MAX);
    assert!(lines.len() == 50_000 && errors.is_empty() && is_whole);
    // on one thread the first batch is a batch of the usual size
    let (lines, _, is_whole) = lines_until(new, records.as_bytes(), 1, 1);
    assert!(lines.len() == Batch::CAPACITY && !is_whole);
}

/// A reason where none is taken and a line past the limit are refused, whatever is in them.
#[test]
fn a_batch_says_which_lines_were_refused() {
    let long = format!("{}{}\n", UPDATE.trim_end(), "9".repeat(38));
    let file = [UPDATE, "S72XYZ00001\n", &long, ANSWER].concat();
    let mut reader = ReaderOptions::new().max_line(59).reader(file.as_bytes());
    let mut batch = Batch::new();
    assert!(reader.read_batch(&mut batch).unwrap());
    assert_eq!(batch.packed_dates(), [20_240_229; 2]);
    assert_eq!(batch.position(1).unwrap().to_string(), "line 4, column 1 (byte 96)");
    let errors: Vec<_> = batch.errors().iter().map(|it| (it.kind(), it.position())).collect();
    let at = |offset, line, record| Position { offset, line, column: 1, record: Some(record) };
    assert_eq!(
        errors,
        [(ErrorKind::UnknownRecord, at(23, 2, 2)), (ErrorKind::LineTooLong, at(35, 3, 3))]
    );
}

/// Behind a record that was read with its reasons a batch goes on; other reasons it passes over and
/// counts as it is told.
#[test]
fn a_batch_goes_on_below_the_reasons() {
    let reason = "S72XYZ00001\n";
    let trailer = "Z990000000005\n";
    let file = [HEADER, ANSWER, reason, ANSWER, reason, UPDATE, trailer].concat();
    for count_reasons in [true, false] {
        let options = ReaderOptions::new().with_reasons(true).count_reasons(count_reasons);
        let mut reader = options.reader(file.as_bytes());
        let mut record = Record::new();
        assert!(reader.read_raw(&mut record).unwrap());
        assert_eq!(record.reasons().len(), 1);
        let mut batch = Batch::new();
        assert!(reader.read_batch(&mut batch).unwrap());
        assert_eq!(batch.outcomes(), [b'A', 0]);
        let lines = [0, 1].map(|row| batch.position(row).unwrap().line);
        assert_eq!(lines, [4, 6]);
        // three records, two reasons
        let wrong = ErrorKind::RecordCount { declared: 5, counted: 3 };
        let errors: Vec<_> = batch.errors().iter().map(flagflow_gas::Error::kind).collect();
        assert_eq!(errors, if count_reasons { vec![] } else { vec![wrong] });
    }
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
        for plan in decoders(backend) {
            let row = canonical(plan.tag(), plan.layout());
            let end = plan.line_end().as_bytes();
            let mut columns = RowColumns::with_capacity(5);
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
                let fast = if perfect { plan.record(&columns, 4) } else { None };
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
    assert_eq!(batch.records().map(|it| it.update()).collect::<Vec<_>>(), [update; 3]);
    assert_eq!(batch.packed_dates(), [20_211_105; 3]);
}
