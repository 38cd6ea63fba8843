//! Whole files of every table: header, groups, records and trailer, read and written line by line,
//! and inputs and outputs that fail anywhere.

use std::fmt::Debug;
use std::io::{self, BufReader, Read, Write};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;

use flagflow_codec::{
    Batch, Error, ErrorKind, LineKind, LineSpec, RawLine, ReadSettings, Reader, Record, Values,
    Writer, read_line,
};
use flagflow_electricity::Electricity;
use flagflow_frame::{DEFAULT_MAX_LINE, LineEnd, Position};
use flagflow_gas::Gas;
use flagflow_rows::Backend;

use crate::flows::{self, Options};

/// A file with header and trailer of those records that the table can hold and read, and the
/// records.
fn file<F: Options>(
    format: &F::Format,
    line_end: LineEnd,
    records: &[F::Record],
) -> (Vec<u8>, Vec<F::Record>) {
    let mut writer = Writer::<F, _>::with_options(Vec::new(), F::enveloped(format, line_end));
    let is_written = |record: &&F::Record| flows::write(&mut writer, format, **record).is_ok();
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
            let instructions = flows::instructions(format.flow());
            let (_, records) = file::<Electricity>(&format, LineEnd::Lf, &instructions);
            $check::<Electricity>(&format, &records);
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
        let reasons = F::reasons(format);
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
            assert!(record.extras().eq(raw.extras()));
            let below = if kind == LineKind::Record { &reasons[..] } else { &[] };
            assert_eq!(record.reasons(), below);
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
            let above = seen.len().saturating_sub(usize::from(kind == LineKind::Record));
            let lines = groups + (seen.len() + above * reasons.len()) as u64;
            assert_eq!(at.line, 1 + lines);
            writer.write_raw(kind, line).unwrap();
            below.iter().for_each(|reason| writer.write_reason(*reason).unwrap());
        }
        assert_eq!(seen, records);
        assert!(read.header().is_some() && read.format().is_some());
        assert_eq!(read.layout(), Some(format.as_ref().layout()));
        let lines = records.len() * (1 + reasons.len());
        assert_eq!(read.group_count(), groups + lines as u64);
        let flows = if groups > 0 { groups } else { records.len() as u64 };
        assert_eq!(read.flow_count(), flows);
        let end = read.position();
        assert_eq!((end.offset, end.line), (file.len() as u64, 3 + read.group_count()));
        // positions count what was taken away too
        assert!(!writer.inner().is_empty());
        let mut written = std::mem::take(writer.inner_mut());
        for kind in [LineKind::Header, LineKind::Trailer] {
            let error = writer.write_raw(kind, b"line").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::UnexpectedRecord);
            assert_eq!(error.position().offset, written.len() as u64);
        }
        for line in [&b"a\nb"[..], b"a\r"] {
            let error = writer.write_raw(LineKind::Record, line).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NotWritable);
        }
        writer.set_trailer(read.trailer().unwrap());
        assert!(writer.inner().is_empty());
        written.extend(writer.finish().unwrap());
        assert_eq!(written.escape_ascii().to_string(), file.escape_ascii().to_string());
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

/// The records that are read ahead are those of the lines, and their lines can be copied.
fn assert_ahead<F: Options>(format: &F::Format, records: &[F::Record]) {
    for line_end in [LineEnd::Lf, LineEnd::CrLf] {
        let (file, records) = file::<F>(format, line_end, records);
        let (mut ahead, mut by_line) =
            (reader::<F, _>(format, &file[..]), reader::<F, _>(format, &file[..]));
        let (mut copy, mut line) = (Record::new(), Record::new());
        let mut expected = records.iter();
        while by_line.read_raw(&mut line).unwrap() {
            let read = ahead.read_ahead().unwrap();
            assert_eq!(ahead.copy_line(&mut copy), read.is_some());
            if read.is_none() {
                assert!(ahead.read_raw(&mut copy).unwrap());
            }
            let record = read.or_else(|| F::Record::try_from(&copy.raw().unwrap()).ok());
            assert_eq!(record.as_ref(), expected.next());
            assert_eq!((copy.as_bytes(), copy.position()), (line.as_bytes(), line.position()));
            assert_eq!((copy.layout(), copy.reasons()), (line.layout(), line.reasons()));
        }
        assert_eq!((ahead.read_ahead().unwrap(), expected.next()), (None, None));
    }
}

#[test]
fn records_are_read_ahead_of_their_lines() {
    for_every_table!(assert_ahead);
}

/// Every backend reads and writes the same, LF is the line ending of a writer without one, and
/// only lines past the limit are too long.
fn assert_options<F: Options>(format: &F::Format, records: &[F::Record]) {
    let written = |line_end, backend| {
        let mut writer = F::writer(format, line_end, backend, Vec::new());
        if F::reasons(format).is_empty() {
            writer.write_all(records.iter().copied()).unwrap();
        } else {
            let write = |record: &F::Record| flows::write(&mut writer, format, *record);
            records.iter().try_for_each(write).unwrap();
        }
        writer.finish().unwrap()
    };
    let file = written(LineEnd::Lf, Backend::Portable);
    for backend in Backend::ALL {
        assert_eq!(written(LineEnd::None, backend), file);
        let mut read = F::reader(format, DEFAULT_MAX_LINE, backend, &file[..]);
        assert!(read.records().map(Result::unwrap).eq(records.iter().copied()));
    }
    let lengths = || file.split(|byte| *byte == b'\n').map(<[u8]>::len);
    let longest = lengths().max().unwrap();
    for max_line in [longest, longest - 1] {
        let mut typed = F::reader(format, max_line, Backend::best(), &file[..]);
        let mut raw = F::reader(format, max_line, Backend::best(), &file[..]);
        let (mut record, mut too_long) = (Record::new(), 0);
        loop {
            match (typed.read(), raw.read_raw(&mut record)) {
                (Ok(Some(read)), Ok(true)) => {
                    assert_eq!(F::Record::try_from(&record.raw().unwrap()), Ok(read));
                }
                (Ok(None), Ok(false)) => break,
                (Err(one), Err(other)) => {
                    assert_eq!([one.kind(), other.kind()], [ErrorKind::LineTooLong; 2]);
                    assert_eq!(one.position(), other.position());
                    too_long += 1;
                }
                different => panic!("{different:?}"),
            }
        }
        assert_eq!(too_long, lengths().filter(|length| *length > max_line).count());
    }
}

#[test]
fn options_reach_readers_and_writers() {
    for_every_table!(assert_options);
}

/// The default options read any layout of a flow, and write the first.
#[test]
fn default_options_read_every_layout() {
    let details = flows::details();
    let written = |mut writer: flagflow_gas::Writer<Vec<u8>>| {
        writer.write_all(&details).unwrap();
        writer.finish().unwrap()
    };
    let options = flagflow_gas::WriterOptions::new();
    assert_eq!(written(Writer::new(Vec::new())), written(options.writer(Vec::new())));
    for layout in flagflow_gas::Layout::ALL {
        let file = written(options.layout(layout).writer(Vec::new()));
        let mut read = Reader::<Gas, _>::from_slice(&file);
        assert!(read.records().map(Result::unwrap).eq(details.iter().copied()));
    }
    for flow in flagflow_electricity::Flow::ALL {
        for layout in flagflow_electricity::Layout::ALL {
            let profile = flagflow_electricity::Profile::builtin(flow);
            let format = flagflow_electricity::Format::new(profile, layout);
            let (file, records) =
                file::<Electricity>(&format, LineEnd::Lf, &flows::instructions(flow));
            let mut read = Reader::<Electricity, _>::from_slice(&file);
            assert!(read.records().map(Result::unwrap).eq(records.iter().copied()));
        }
    }
}

/// A record behind the trailer is out of place before one of its items is bad; a line that is not
/// a record at all has that error.
fn assert_ended<F: Options>(format: &F::Format, records: &[F::Record]) {
    let (file, _) = file::<F>(format, LineEnd::Lf, &records[..1]);
    let is_record =
        |line: &&[u8]| RawLine::<F>::peek_kind(line, format.as_ref()) == Some(LineKind::Record);
    let line = file.split(|byte| *byte == b'\n').find(is_record).unwrap();
    let error_of = |line: &[u8]| {
        let file = [&file, line, b"\n"].concat();
        let mut read = reader::<F, _>(format, &file[..]);
        let errors: Vec<_> = read.records().filter_map(Result::err).collect();
        assert_eq!(errors.len(), 1, "{errors:?}");
        (errors[0].kind(), errors[0].field())
    };
    let unexpected = (ErrorKind::UnexpectedRecord, None);
    assert_eq!(error_of(line), unexpected);
    let mut bad_items = 0;
    for item in RawLine::cut(line, format.as_ref()).unwrap().items() {
        let mut bad = line.to_vec();
        bad[item.start()..][..item.as_bytes().len()].fill(b'?');
        let fault = read_line::<F>(&bad, format.as_ref()).err();
        bad_items += usize::from(fault.is_some_and(|fault| fault.field.is_some()));
        let of_line = fault.filter(|fault| fault.field.is_none());
        let expected = of_line.map_or(unexpected, |fault| (fault.kind, None));
        assert_eq!(error_of(&bad), expected, "{}", bad.escape_ascii());
    }
    assert!(bad_items > 1);
}

#[test]
fn a_record_behind_the_trailer_is_out_of_place() {
    for_every_table!(assert_ended);
}

/// The columns of a batch are the values of its records.
fn assert_columns<F: Options>(format: &F::Format, records: &[F::Record]) {
    let (file, records) = file::<F>(format, LineEnd::Lf, records);
    let mut read = reader::<F, _>(format, &file[..]);
    let (mut batch, mut at) = (Batch::with_capacity(records.len() / 2 + 1), 0);
    while read.read_batch(&mut batch).unwrap() {
        assert_eq!(batch.is_empty(), batch.records().next().is_none());
        let values: Vec<Values> =
            records[at..at + batch.len()].iter().filter_map(F::values).collect();
        assert!(batch.records().eq(records[at..at + batch.len()].iter().copied()));
        assert!(batch.points().iter().copied().eq(values.iter().map(|it| it.point)));
        assert!(
            batch
                .instruction_numbers()
                .iter()
                .copied()
                .eq(values.iter().filter_map(|it| it.number))
        );
        assert!(batch.flags().iter().copied().eq(values.iter().map(|it| it.flag)));
        assert!(batch.packed_dates().iter().copied().eq(values.iter().map(|it| it.date)));
        assert_eq!(batch.days().len(), batch.packed_dates().len());
        assert!(batch.outcomes().iter().copied().eq(values.iter().map(|it| it.outcome)));
        let parties = values.iter().map(|it| it.party).filter(|party| party[0] != 0);
        assert!(batch.parties().iter().copied().eq(parties));
        for row in 0..batch.len() {
            assert_eq!(batch.reasons(row), F::reasons(format));
            let position = batch.position(row).unwrap();
            at += 1;
            assert_eq!(position.record, Some(at as u64));
        }
        assert_eq!((batch.record(batch.len()), batch.position(batch.len())), (None, None));
        assert!(batch.reasons(batch.len()).is_empty());
    }
    assert_eq!(at, records.len());
}

#[test]
fn columns_are_the_values_of_the_records() {
    for_every_table!(assert_columns);
}

/// An output that keeps the bytes of each write.
#[derive(Debug, Default)]
struct Pieces(Vec<Vec<u8>>);

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.push(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Many records at once are the same file, and few writes if the records have columns.
fn assert_pieces<F: Options>(format: &F::Format, records: &[F::Record]) {
    let has_fast_path = |record: &&F::Record| F::values(record).is_some_and(|it| is_plain(&it));
    let Some(record) = records.iter().find(has_fast_path) else { return };
    let many = vec![*record; 6000];
    let (file, _) = file::<F>(format, LineEnd::Lf, &many);
    let options = F::enveloped(format, LineEnd::Lf);
    let mut writer = Writer::<F, _>::with_options(Pieces::default(), options);
    writer.write_all(many).unwrap();
    let Pieces(pieces) = writer.finish().unwrap();
    assert_eq!(pieces.concat(), file);
    let whole = pieces.iter().filter(|piece| piece.len() >= 64 * 1024).count();
    // header, group, the last records, trailer
    assert!(whole > 0 && pieces.len() <= whole + 4, "{whole} of {}", pieces.len());
}

/// Returns whether a record has no party, or one that takes the fast ways.
pub(crate) fn is_plain(values: &Values) -> bool {
    let party = values.party;
    party == [0; 4] || party.iter().all(|byte| (b'0'..=b'Z').contains(byte))
}

#[test]
fn many_records_are_written_in_large_pieces() {
    for_every_table!(assert_pieces);
}

/// An output with room for so many bytes.
#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) taken: Vec<u8>,
    room: usize,
}

impl Room {
    pub(crate) const fn new(room: usize) -> Self {
        Self { taken: Vec::new(), room }
    }
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
        let write = |record: &F::Record| flows::write(writer, format, *record).is_ok();
        let written: Vec<_> = records.iter().map(write).collect();
        // never again after the first failure
        assert!(written.is_sorted_by(|before, after| before >= after));
        written.iter().all(|is_ok| *is_ok)
    };
    let many = |writer: &mut Writer<F, Room>| {
        let is_written = writer.write_all(records.iter().copied()).is_ok();
        assert_eq!(is_written, writer.write_all(std::iter::empty::<F::Record>()).is_ok());
        is_written
    };
    let reasons = F::reasons(format);
    let defined = |writer: &mut Writer<F, Room>| {
        records.iter().all(|record| writer.write_with_reasons(*record, [], &reasons).is_ok())
    };
    let ways: [Way<'_, F>; 3] = [&one, &defined, &many];
    // a record alone has no reasons
    let ways = if reasons.is_empty() { &ways[..] } else { &ways[..2] };
    for room in (0..=whole.len()).chain([usize::MAX]) {
        for write in ways {
            let options = F::enveloped(format, LineEnd::Lf);
            let mut writer = Writer::<F, _>::with_options(Room::new(room), options);
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
pub(crate) struct Rough<'f> {
    rest: &'f [u8],
    /// The bytes that are left where the input fails.
    fails_at: Option<usize>,
}

impl<'f> Rough<'f> {
    /// Fails once, where so many bytes are left.
    pub(crate) fn failing(file: &'f [u8], left: usize) -> BufReader<Self> {
        BufReader::with_capacity(50, Self { rest: file, fails_at: Some(left) })
    }
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

/// Asserts that an error is that of [`Rough`], and counts it.
pub(crate) fn assert_half_way<N: Copy + Debug + 'static>(error: Error<N>) -> usize {
    assert_eq!((error.kind(), error.is_recoverable()), (ErrorKind::Io, false));
    assert_eq!(error.into_io().unwrap().to_string(), "half-way");
    1
}

/// Wherever an input fails once, the same records come in each way to read.
fn assert_nothing_lost<F: Options>(format: &F::Format, records: &[F::Record]) {
    let (file, records) = file::<F>(format, LineEnd::Lf, &records[..records.len().min(4)]);
    for fails_at in 0..=file.len() {
        let input = || Rough::failing(&file, fails_at);
        let (mut typed, mut seen, mut failures) = (reader::<F, _>(format, input()), Vec::new(), 0);
        loop {
            match typed.read() {
                Ok(Some(record)) => {
                    assert_eq!(typed.reasons(), F::reasons(format));
                    seen.push(record);
                }
                Ok(None) => break,
                Err(error) => failures += assert_half_way(error),
            }
        }
        assert_eq!((seen, failures), (records.clone(), 1), "{fails_at}");
        let (mut raw, mut record, mut seen) =
            (reader::<F, _>(format, input()), Record::new(), Vec::new());
        loop {
            match raw.read_raw(&mut record) {
                Ok(true) => {
                    assert_eq!(record.reasons(), F::reasons(format));
                    seen.push(F::Record::try_from(&record.raw().unwrap()).unwrap());
                }
                Ok(false) => break,
                Err(error) => failures += assert_half_way(error),
            }
        }
        assert_eq!((seen, failures), (records.clone(), 2), "{fails_at}");
        let (mut rows, mut batch, mut seen) =
            (reader::<F, _>(format, input()), Batch::new(), Vec::new());
        loop {
            let read = rows.read_batch(&mut batch);
            seen.extend(batch.records());
            assert!((0..batch.len()).all(|row| batch.reasons(row) == F::reasons(format)));
            match read {
                Ok(true) => assert!(batch.errors().is_empty()),
                Ok(false) => break,
                Err(error) => failures += assert_half_way(error),
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
