//! Reading by rows gives what reading line by line gives, whatever is in the way.

use std::io::{BufRead, BufReader};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::strategies::{change, profile, values};
use flagflow_domain::{EffectiveDate, ServiceFlag};
use flagflow_electricity::{
    Batch, ErrorKind, Flow, Instruction, Layout, LineEnd, Position, Profile, Reader, ReaderOptions,
    SupplierId, WriterOptions,
};
use flagflow_rows::Backend;
use proptest::prelude::*;
use proptest::sample::select;

/// The results of a reader: records with their positions, and errors in words.
#[derive(Debug, Default, PartialEq)]
struct Said {
    records: Vec<(Instruction, u64)>,
    errors: Vec<String>,
    counts: [u64; 3],
    end: Option<Position>,
}

impl Said {
    fn end<R: BufRead>(mut self, reader: &Reader<R>) -> Self {
        self.counts = [reader.record_count(), reader.group_count(), reader.flow_count()];
        self.end = Some(reader.position());
        self
    }
}

fn by_record<R: BufRead>(mut reader: Reader<R>) -> Said {
    let mut said = Said::default();
    loop {
        match reader.read() {
            Ok(Some(update)) => said.records.push((update, reader.position().line)),
            Ok(None) => return said.end(&reader),
            Err(error) if error.is_recoverable() => said.errors.push(error.to_string()),
            Err(error) => panic!("{error}"),
        }
    }
}

fn by_batch<R: BufRead>(mut reader: Reader<R>, capacity: usize) -> Said {
    let mut batch = Batch::with_capacity(capacity);
    let mut said = Said::default();
    while reader.read_batch(&mut batch).unwrap() {
        assert!(batch.len() + batch.errors().len() <= capacity);
        assert_eq!(batch.records().count(), batch.len());
        for (row, update) in batch.records().enumerate() {
            let position = batch.position(row).unwrap();
            // the reader stands behind the record when it is asked
            said.records.push((update, position.line + 1));
            assert_eq!(batch.flags().get(row).copied(), update.flag().map(ServiceFlag::as_byte));
            let supplier = update.supplier_id().map(SupplierId::as_packed);
            assert_eq!(batch.parties().get(row).copied(), supplier);
            let days = update.effective_from().map(EffectiveDate::days_since_1970);
            assert_eq!(batch.days().get(row).copied(), days);
        }
        said.errors.extend(batch.errors().iter().map(ToString::to_string));
    }
    assert!(batch.is_empty() && batch.position(0).is_none());
    said.end(&reader)
}

/// The same on several threads.
fn in_parallel(mut reader: Reader<&[u8]>, threads: usize) -> Said {
    let mut said = Said::default();
    let ended = reader.read_parallel(NonZeroUsize::new(threads).unwrap(), |batch| {
        let lines = (0..batch.len()).map(|row| batch.position(row).unwrap().line + 1);
        said.records.extend(batch.records().zip(lines));
        said.errors.extend(batch.errors().iter().map(ToString::to_string));
        ControlFlow::<()>::Continue(())
    });
    assert!(ended.unwrap().is_continue());
    said.end(&reader)
}

/// Returns what stands between the updates: records in the wrong place, other groups, ends of the
/// file.
fn between(layout: Layout, width: usize) -> impl Strategy<Value = Vec<u8>> {
    let header = match layout {
        Layout::Zhv => "ZHV|0000475656|D0350001|Z|DCCO|P|EELC|20211105093000||||OPER|",
        Layout::Zhf => "ZHF0000475656D0350001ZDCCOPEELC20211105093000           OPER",
    };
    let opening = match layout {
        Layout::Zhv => "81H|1|",
        Layout::Zhf => "81H000000000001",
    };
    // as wide as an update: they end the updates, or open others, in the middle of rows
    let as_wide = move |code: &str| {
        let mut line = format!("{code}|123|4||5|20211105093001|").into_bytes();
        line.resize(width, b'|');
        line
    };
    prop_oneof![
        2 => select(vec![as_wide("ZPT"), as_wide("81H"), as_wide("ZHV"), as_wide("ZHF")]),
        1 => Just(b"".to_vec()),
        1 => Just(header.into()),
        2 => Just(opening.into()),
        1 => "[82HZPT|0-9]{0,50}".prop_map(String::into_bytes),
        1 => Just(b"82H|1|DC01|10130443\n53630|A|20211105|MRCY|".to_vec()),
    ]
}

/// A file: lines, most of them many times over, so that rows follow each other.
#[derive(Debug)]
struct File {
    profile: Arc<Profile>,
    layout: Layout,
    bytes: Vec<u8>,
}

fn lines(
    profile: Arc<Profile>,
    layout: Layout,
    end: LineEnd,
) -> impl Strategy<Value = (Arc<Profile>, Vec<u8>)> {
    let own = profile.clone();
    let update = values(&profile).prop_map(move |values| values.line(&own, layout)).boxed();
    let bad =
        (update.clone(), prop::collection::vec(change(), 1..3)).prop_map(|(mut line, all)| {
            all.iter().for_each(|change| change.apply(&mut line));
            line
        });
    let between = update.clone().prop_flat_map(move |line| between(layout, line.len()));
    let line = prop_oneof![20 => update, 4 => bad, 3 => between];
    let end = prop_oneof![19 => Just(end), 1 => Just(LineEnd::CrLf), 1 => Just(LineEnd::Lf)];
    let lines = prop::collection::vec((line, end, prop_oneof![Just(1usize), 1..40usize]), 1..25);
    let opening = match (profile.opening_group(), layout) {
        (None, _) => "",
        (_, Layout::Zhv) => "81H|1|\n",
        (_, Layout::Zhf) => "81H000000000001\n",
    };
    lines.prop_map(move |lines| {
        let mut file = opening.as_bytes().to_vec();
        for (line, end, times) in lines {
            file.extend([&line, end.as_bytes()].concat().repeat(times));
        }
        (profile.clone(), file)
    })
}

fn file() -> impl Strategy<Value = File> {
    let builtin = Just(Profile::builtin(Flow::D0350));
    let profile = prop_oneof![3 => builtin, 2 => profile()];
    let end = prop_oneof![3 => Just(LineEnd::Lf), 1 => Just(LineEnd::CrLf)];
    (profile, select(&Layout::ALL), end).prop_flat_map(|(profile, layout, end)| {
        let lines = lines(profile, layout, end);
        lines.prop_map(move |(profile, bytes)| File { profile, layout, bytes })
    })
}

impl File {
    fn options(&self, backend: Backend) -> ReaderOptions {
        let options = ReaderOptions::new().layout(self.layout).flow(Flow::D0350);
        options.profile(self.profile.clone()).backend(backend)
    }
}

proptest! {
    #[test]
    fn rows_are_what_lines_are(file in file(), capacity in 1..300usize, buffer in 8..600usize) {
        // a buffer that never holds a row
        let lines = BufReader::with_capacity(5, &file.bytes[..]);
        let expected = by_record(file.options(Backend::Portable).reader(lines));
        for backend in Backend::ALL {
            let options = || file.options(backend);
            let buffered = || BufReader::with_capacity(buffer, &file.bytes[..]);
            prop_assert_eq!(&by_record(options().reader(&file.bytes[..])), &expected);
            prop_assert_eq!(&by_record(options().reader(buffered())), &expected);
            prop_assert_eq!(&by_batch(options().reader(&file.bytes[..]), capacity), &expected);
            prop_assert_eq!(&by_batch(options().reader(buffered()), capacity), &expected);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn threads_change_nothing(file in file(), times in 1..200usize, threads in 1..5usize) {
        // several parts, so that what ends the updates is in one of them
        let bytes = file.bytes.repeat(times);
        let options = || file.options(Backend::best());
        let expected = by_batch(options().reader(&bytes[..]), 1000);
        prop_assert_eq!(&in_parallel(options().reader(&bytes[..]), threads), &expected);
    }
}

/// Many updates on threads, with something wrong in each of the parts and behind the trailer.
#[test]
fn threads_change_nothing_in_a_large_file() {
    let mut body = Vec::new();
    for row in 0..120_000u64 {
        if row % 30_011 == 0 {
            body.extend(format!("\nshort\r\n81H|{row}|\nZHV|\n").bytes());
        }
        let flag = if row % 7919 == 5 { 'X' } else { 'A' };
        body.extend(format!("82H|{row}|DC01|1013044353630|{flag}|20211105|MRCY|\n").bytes());
    }
    let header = b"ZHV|0000475656|D0350001|Z|DCCO|P|EELC|20211105093000||||OPER|\n";
    let trailer = b"ZPT|0000475656|120012||4|20211105093001|\n";
    for middle in [&b""[..], trailer, b"ZPT|\n\n", b"81H|\n"] {
        let file = [header, &body[..], middle, &body].concat();
        let expected = by_batch(Reader::from_slice(&file), 1000);
        assert!(expected.records.len() > 119_000 && expected.errors.len() > 20);
        for threads in 1..4 {
            let said = in_parallel(Reader::from_slice(&file), threads);
            assert!(said == expected, "{threads} threads, {}", middle.escape_ascii());
        }
    }
}

#[test]
fn threads_end_when_they_are_told_to() {
    let update = b"82H|1|DC01|1013044353630|A|20211105|MRCY|\n";
    let file = [b"81H|1|\n", &update.repeat(500_000)[..]].concat();
    let mut reader = ReaderOptions::new().flow(Flow::D0350).reader(&file[..]);
    let mut records = 0;
    let ended = reader.read_parallel(NonZeroUsize::new(2).unwrap(), |batch| {
        records += batch.len();
        if records > 100_000 { ControlFlow::Break(records) } else { ControlFlow::Continue(()) }
    });
    assert!(matches!(ended.unwrap(), ControlFlow::Break(count) if count == records));
    assert!(records < 200_000);
}

/// The updates of the built-in profile, with a line in the middle that is as wide as they are.
fn around(line: &[u8]) -> Vec<u8> {
    let update = b"82H|1234567890|DC01|1013044353630|A|20211105|MRCY|\n";
    assert_eq!(line.len(), update.len());
    [b"81H|1|\n", &update.repeat(20)[..], line, &update.repeat(20)].concat()
}

#[test]
fn behind_a_trailer_as_wide_as_a_row_no_record_is_good() {
    let file = around(b"ZPT|0000475656|21||1|20211105093001|||||||||||||||\n");
    for backend in Backend::ALL {
        let options = ReaderOptions::new().flow(Flow::D0350).backend(backend);
        let said = by_record(options.reader(&file[..]));
        assert_eq!(said.records.len(), 20);
        assert_eq!(said.counts, [40, 21, 1]);
        // the missing header comes last
        assert_eq!(said.errors.len(), 21);
        assert!(said.errors[0].starts_with("line 23, "), "{}", said.errors[0]);
    }
}

#[test]
fn the_columns_of_a_batch_are_written_as_its_records() {
    let header = "ZHV|0000475656|D0350001|Z|DCCO|P|EELC|20211105093000||||OPER|\n";
    let updates = |times| "82H|7|DC01|1013044353630|N|20211105|MRCY|\n".repeat(times);
    let file = format!("{header}81H|1|\n{}ZPT|0000475656|3001||1|20211105093000|\n", updates(3000));
    let mut reader = Reader::from_slice(file.as_bytes());
    let mut batch = Batch::with_capacity(700);
    let mut writer = WriterOptions::new(Profile::builtin(Flow::D0350)).writer(Vec::new());
    while reader.read_batch(&mut batch).unwrap() {
        assert!(batch.errors().is_empty());
        writer.write_batch(&batch).unwrap();
    }
    let written = String::from_utf8(writer.finish().unwrap()).unwrap();
    assert_eq!(written, format!("81H|1|\n{}", updates(3000)));
}

/// Records without columns come as records, each with its reasons; a bad reason is an error of its
/// record, and the capacity counts records.
#[test]
fn rejections_come_line_by_line_with_their_reasons() {
    let file = b"83H|1|\n84H|1|DC11|7|1013044353630|20211105|A|20211104|MRCY|\n85H|3|\n85H|R-1|\n\
        84H|x|DC11|8||20211105||||\n85H|3|\n84H|2|DC11|9||20211105||||\n85H|62|\n\
        84H|3|DC11|9||20211105||||\n85H||\n84H|4|DC11|10||20211105|S|||\n85H|1|\n";
    for capacity in [1, 2, 9] {
        let mut reader = ReaderOptions::new().flow(Flow::D0351).reader(&file[..]);
        let mut batch = Batch::with_capacity(capacity);
        let (mut seen, mut errors) = (Vec::new(), Vec::new());
        while reader.read_batch(&mut batch).unwrap() {
            assert!(batch.len() + batch.errors().len() <= capacity);
            assert!(batch.points().is_empty() && batch.flags().is_empty());
            assert!(batch.days().is_empty() && batch.instruction_numbers().is_empty());
            for (row, record) in batch.records().enumerate() {
                let reasons: String =
                    batch.reasons(row).iter().map(|it| format!("{it} ")).collect();
                let at = batch.position(row).map(|it| (it.line, it.record));
                seen.push((record.instruction_number(), record.flag(), reasons, at));
            }
            errors.extend(batch.errors().iter().map(|error| (error.kind(), error.position().line)));
        }
        let (active, suspended) = (Some(ServiceFlag::Active), Some(ServiceFlag::Suspended));
        let expected = [
            (1, active, "3 R-1 ".to_owned(), Some((2, Some(1)))),
            (2, None, "62 ".to_owned(), Some((7, Some(3)))),
            (4, suspended, "1 ".to_owned(), Some((11, Some(5)))),
        ];
        assert_eq!(seen, expected, "{capacity}");
        assert_eq!(errors, [(ErrorKind::NotANumber, 5), (ErrorKind::EmptyItem, 10)]);
        assert!(batch.is_empty() && batch.reasons(0).is_empty());
    }
}

/// A batch of rejections is written with their reasons, one of confirmations line by line.
#[test]
fn batches_without_columns_are_written_as_their_records() {
    let rejections = "83H|1|\n84H|1|DC11|7|1013044353630|20211105|A|20211104|MRCY|\n85H|3|\n\
        85H|R-1|\n84H|2|DC11|9||20211105||||\n85H|62|\n";
    let confirmations = "749|1|\n357|1|DC90|20211105|0000475656|14|13|1|\n\
        357|2|DC90|20211105|0000475657|0|0|0|\n";
    for (flow, file) in [(Flow::D0351, rejections), (Flow::D0172, confirmations)] {
        let mut reader = ReaderOptions::new().flow(flow).reader(file.as_bytes());
        let mut batch = Batch::with_capacity(1);
        let mut writer = WriterOptions::new(Profile::builtin(flow)).writer(Vec::new());
        while reader.read_batch(&mut batch).unwrap() {
            assert_eq!((batch.len(), batch.errors().len()), (1, 0));
            writer.write_batch(&batch).unwrap();
        }
        assert_eq!(String::from_utf8(writer.finish().unwrap()).unwrap(), file);
    }
}
