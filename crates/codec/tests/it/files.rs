//! Whole files of every table: header, groups, records and trailer, read and written line by line,
//! and inputs and outputs that fail anywhere.

use std::io::{self, BufReader, Read, Write};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;

use flagflow_codec::{
    Batch, ErrorKind, LineKind, LineSpec, ReadSettings, Reader, Record, Values, Writer,
};
use flagflow_electricity::Electricity;
use flagflow_frame::{LineEnd, Position};
use flagflow_gas::Gas;

use crate::flows::{self, Options};

/// A file with header and trailer of those records that the table can hold and read, and the
/// records.
fn file<F: Options>(
    format: &F::Format,
    line_end: LineEnd,
    records: &[F::Record],
) -> (Vec<u8>, Vec<F::Record>) {
    let mut writer = Writer::<F, _>::with_options(Vec::new(), F::enveloped(format, line_end));
    let is_written = |record: &&F::Record| writer.write(**record).is_ok();
    let records: Vec<_> = records.iter().filter(is_written).copied().collect();
    (writer.finish().unwrap(), records)
}

fn reader<F: Options, R: io::BufRead>(format: &F::Format, input: R) -> Reader<F, R> {
    Reader::with_options(input, F::reading(format), ReadSettings::default())
}

/// Calls a function of every table with some of its records, all of them good.
macro_rules! for_every_table {
    ($check:ident) => {
        for format in flows::gas() {
            let details: Vec<_> = flows::details().into_iter().step_by(17).collect();
            $check::<Gas>(&format, &details);
        }
        for format in flows::electricity() {
            let updates = flows::updates(format.flow());
            let (file, records) = file::<Electricity>(&format, LineEnd::Lf, &updates);
            // an extra that is checked cannot be left empty
            if reader::<Electricity, _>(&format, &file[..]).records().all(|it| it.is_ok()) {
                $check::<Electricity>(&format, &records);
            }
        }
    };
}

/// Every line is read as it is, with its place, and a file of the same lines is the same file.
fn assert_comes_back<F: Options>(format: &F::Format, records: &[F::Record]) {
    for line_end in [LineEnd::Lf, LineEnd::CrLf] {
        let (file, records) = file::<F>(format, line_end, records);
        let mut read = reader::<F, _>(format, &file[..]);
        assert!(read.header().is_none() && read.format().is_none() && read.layout().is_none());
        assert_eq!(read.position(), Position::START);
        let options = F::enveloped(format, line_end);
        let mut writer = Writer::<F, _>::with_options(Vec::new(), options.clone());
        // nothing of the options is lost when they are the writer's
        *writer.options_mut() = options;
        let (mut record, mut seen, mut groups) = (Record::new(), Vec::new(), 0);
        while let Some(kind) = read.read_body(&mut record).unwrap() {
            let at = record.position();
            let start = usize::try_from(at.offset).unwrap();
            let line = record.as_bytes();
            assert!(file[start..].starts_with(&[line, line_end.as_bytes()].concat()));
            assert_eq!(record.layout(), Some(format.as_ref().layout()));
            let raw = record.raw().unwrap();
            assert_eq!((raw.kind(), raw.as_bytes(), raw.surplus()), (kind, line, &b""[..]));
            for item in raw.items() {
                assert!(raw.spec().has(item.field()));
                assert_eq!(record.field(item.field()), Some(item.text()));
                assert_eq!(item.as_bytes(), &line[item.start()..][..item.as_bytes().len()]);
            }
            assert!(record.extras().eq(raw.extras()) && record.reasons().is_empty());
            match kind {
                LineKind::Record => {
                    seen.push(F::Record::try_from(&raw).unwrap());
                    assert_eq!(at.record, Some(seen.len() as u64));
                }
                _ => {
                    groups += 1;
                    assert!(read.opening().is_some() && at.record.is_none());
                }
            }
            assert_eq!(at.line, 1 + groups + seen.len() as u64);
            writer.write_raw(kind, line).unwrap();
        }
        assert_eq!(seen, records);
        assert!(read.header().is_some() && read.format().is_some());
        assert_eq!(read.layout(), Some(format.as_ref().layout()));
        assert_eq!(read.group_count(), groups + records.len() as u64);
        let flows = if groups > 0 { groups } else { records.len() as u64 };
        assert_eq!(read.flow_count(), flows);
        let end = read.position();
        assert_eq!((end.offset, end.line), (file.len() as u64, 3 + read.group_count()));
        for kind in [LineKind::Header, LineKind::Trailer] {
            let error = writer.write_raw(kind, b"line").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::UnexpectedRecord);
        }
        for line in [&b"a\nb"[..], b"a\r"] {
            let error = writer.write_raw(LineKind::Record, line).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NotWritable);
        }
        writer.set_trailer(read.trailer().unwrap());
        assert!(!writer.inner().is_empty());
        assert_eq!(
            writer.finish().unwrap().escape_ascii().to_string(),
            file.escape_ascii().to_string()
        );
        assert_eq!(read.into_inner(), b"");
    }
}

#[test]
fn every_file_comes_back_line_by_line() {
    for_every_table!(assert_comes_back);
}

/// Before anything was read into it, a record has no line, and its fault is at its beginning.
fn assert_unread<F: Options>(format: &F::Format, _: &[F::Record]) {
    let record = Record::<F>::default();
    let fault = record.raw().unwrap_err();
    assert_eq!((fault.kind, fault.start, fault.length), (ErrorKind::UnknownRecord, 0, 0));
    assert!(record.as_bytes().is_empty() && record.layout().is_none());
    let mut fields = format.as_ref().lines().iter().flat_map(LineSpec::items);
    assert!(fields.all(|item| record.field(item.field).is_none()));
    assert_eq!(record.extras().count() + record.reasons().len(), 0);
}

#[test]
fn a_record_that_was_not_read_is_none() {
    for_every_table!(assert_unread);
}

/// The columns of a batch are the values of its records.
fn assert_columns<F: Options>(format: &F::Format, records: &[F::Record]) {
    let (file, records) = file::<F>(format, LineEnd::Lf, records);
    let mut read = reader::<F, _>(format, &file[..]);
    let (mut batch, mut at) = (Batch::with_capacity(records.len() / 2 + 1), 0);
    while read.read_batch(&mut batch).unwrap() {
        assert_eq!(batch.is_empty(), batch.records().next().is_none());
        let values: Vec<Values<F::Reason>> =
            records[at..at + batch.len()].iter().map(F::values).collect();
        let with_flag = || values.iter().filter(|values| values.flag != 0);
        assert!(batch.points().iter().copied().eq(values.iter().map(|it| it.point)));
        assert!(
            batch
                .instruction_numbers()
                .iter()
                .copied()
                .eq(values.iter().filter_map(|it| it.number))
        );
        assert!(batch.flags().iter().copied().eq(with_flag().map(|it| it.flag)));
        assert!(batch.packed_dates().iter().copied().eq(with_flag().map(|it| it.date)));
        assert_eq!(batch.days().len(), batch.packed_dates().len());
        assert!(batch.outcomes().iter().copied().eq(values.iter().map(|it| it.outcome)));
        assert!(batch.reasons().iter().copied().eq(values.iter().filter_map(|it| it.reason)));
        for row in 0..batch.len() {
            let position = batch.position(row).unwrap();
            at += 1;
            assert_eq!(position.record, Some(at as u64));
        }
        assert_eq!((batch.record(batch.len()), batch.position(batch.len())), (None, None));
    }
    assert_eq!(at, records.len());
}

#[test]
fn columns_are_the_values_of_the_records() {
    for_every_table!(assert_columns);
}

/// An output with room for so many bytes.
#[derive(Debug)]
struct Room {
    taken: Vec<u8>,
    room: usize,
}

impl Write for Room {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.room - self.taken.len());
        self.taken.extend_from_slice(&bytes[..taken]);
        if taken == 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(taken) }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.room == usize::MAX { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(()) }
    }
}

/// Wherever an output fails, the output has the beginning of the file, every later call fails, and
/// the file is not finished.
fn assert_never_torn<F: Options>(format: &F::Format, records: &[F::Record]) {
    let (whole, records) = file::<F>(format, LineEnd::Lf, &records[..records.len().min(4)]);
    type Way<'w, F> = &'w dyn Fn(&mut Writer<F, Room>) -> bool;
    let one = |writer: &mut Writer<F, Room>| {
        let written: Vec<_> = records.iter().map(|record| writer.write(*record).is_ok()).collect();
        // never again after the first failure
        assert!(written.is_sorted_by(|before, after| before >= after));
        written.iter().all(|is_ok| *is_ok)
    };
    let many = |writer: &mut Writer<F, Room>| {
        let is_written = writer.write_all(records.iter().copied()).is_ok();
        assert_eq!(is_written, writer.write_all(std::iter::empty::<F::Record>()).is_ok());
        is_written
    };
    let defined = |writer: &mut Writer<F, Room>| {
        records.iter().all(|record| writer.write_with(*record, []).is_ok())
    };
    let ways: [Way<'_, F>; 3] = [&one, &many, &defined];
    for room in (0..=whole.len()).chain([usize::MAX]) {
        for write in ways {
            let output = Room { taken: Vec::new(), room };
            let mut writer =
                Writer::<F, _>::with_options(output, F::enveloped(format, LineEnd::Lf));
            let is_written = write(&mut writer);
            let position = writer.begin().err().map(|error| error.position());
            assert_eq!(position.is_none(), is_written, "room for {room}");
            match writer.finish() {
                Ok(output) => assert!(room == whole.len() && output.taken == whole),
                Err(error) => {
                    let (error, output) = error.into_parts();
                    assert_eq!(error.kind(), ErrorKind::Io);
                    assert!(whole.starts_with(&output.taken));
                    assert_eq!(output.taken.len(), room.min(whole.len()));
                    assert!(room != whole.len());
                }
            }
        }
    }
}

#[test]
fn an_output_that_fails_has_the_beginning_of_the_file() {
    for_every_table!(assert_never_torn);
}

/// An input that gives few bytes at a time and fails once.
struct Rough<'f> {
    rest: &'f [u8],
    /// The bytes that are left where the input fails.
    fails_at: Option<usize>,
}

impl Read for Rough<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = self.fails_at.map(|left| self.rest.len() - left);
        if left == Some(0) {
            self.fails_at = None;
            return Err(io::Error::other("half-way"));
        }
        let most = out.len().min(left.unwrap_or(19)).min(19);
        self.rest.read(&mut out[..most])
    }
}

/// Wherever an input fails once, the same records come in each way to read.
fn assert_nothing_lost<F: Options>(format: &F::Format, records: &[F::Record]) {
    let (file, records) = file::<F>(format, LineEnd::Lf, &records[..records.len().min(4)]);
    for fails_at in 0..=file.len() {
        let input =
            || BufReader::with_capacity(50, Rough { rest: &file, fails_at: Some(fails_at) });
        let failed = |error: flagflow_codec::Error<F::Field>| {
            assert_eq!(error.kind(), ErrorKind::Io);
            1
        };
        let (mut typed, mut seen, mut failures) = (reader::<F, _>(format, input()), Vec::new(), 0);
        loop {
            match typed.read() {
                Ok(Some(record)) => seen.push(record),
                Ok(None) => break,
                Err(error) => failures += failed(error),
            }
        }
        assert_eq!((seen, failures), (records.clone(), 1), "{fails_at}");
        let (mut raw, mut record, mut seen) =
            (reader::<F, _>(format, input()), Record::new(), Vec::new());
        loop {
            match raw.read_raw(&mut record) {
                Ok(true) => seen.push(F::Record::try_from(&record.raw().unwrap()).unwrap()),
                Ok(false) => break,
                Err(error) => failures += failed(error),
            }
        }
        assert_eq!((seen, failures), (records.clone(), 2), "{fails_at}");
        let (mut rows, mut batch, mut seen) =
            (reader::<F, _>(format, input()), Batch::new(), Vec::new());
        loop {
            let read = rows.read_batch(&mut batch);
            seen.extend(batch.records());
            match read {
                Ok(true) => assert!(batch.errors().is_empty()),
                Ok(false) => break,
                Err(error) => failures += failed(error),
            }
        }
        assert_eq!((seen, failures), (records.clone(), 3), "{fails_at}");
    }
}

#[test]
fn an_input_that_fails_once_loses_nothing() {
    for_every_table!(assert_nothing_lost);
}

/// Reading on threads ends with the batch at which the caller breaks, in whichever part.
fn assert_breaks<F: Options>(format: &F::Format, records: &[F::Record]) {
    let many: Vec<_> = records.iter().cycle().take(12_000).copied().collect();
    let (file, records) = file::<F>(format, LineEnd::Lf, &many);
    let mut rows = Vec::new();
    for (threads, enough) in [(1, 0), (3, 0), (3, 2), (3, 9_000), (3, usize::MAX)] {
        let mut seen = Vec::new();
        let mut read = reader::<F, _>(format, &file[..]);
        let threads = NonZeroUsize::new(threads).unwrap();
        let ended = read.read_parallel(threads, |batch| {
            seen.extend(batch.records());
            assert!(batch.errors().is_empty());
            if seen.len() > enough {
                ControlFlow::Break("enough")
            } else {
                ControlFlow::Continue(())
            }
        });
        assert_eq!(seen, records[..seen.len()]);
        match ended.unwrap() {
            ControlFlow::Break("enough") => assert!(seen.len() > enough),
            ended => assert!(ended.is_continue() && seen.len() == records.len()),
        }
        rows.push(seen.len());
    }
    assert!(rows.is_sorted_by(|_, after| *after <= records.len()));
}

#[test]
fn threads_end_where_the_caller_breaks() {
    for_every_table!(assert_breaks);
}
