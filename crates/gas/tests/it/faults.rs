//! Errors around a file: readers and writers that fail, envelopes that are not whole,
//! reasons where they may not be, lines past the limit.

use std::io::{self, BufReader, Read, Write};

use crate::samples::{Seen, read, read_lazily, samples};
use flagflow_gas::{
    Batch, Detail, E45, Error, ErrorKind, FileType, Header, Layout, Position, Reader,
    ReaderOptions, Record, Writer, WriterOptions, read_detail,
};

const FIRST: &str = "E451234567810A20211105";
const SECOND: &str = "E46RJ0000123409N20240229";

fn detail(line: &str) -> Detail {
    read_detail(line.as_bytes(), Layout::Fixed).unwrap()
}

/// The kinds of a file's errors, in order.
fn kinds(options: ReaderOptions, file: &str) -> Vec<ErrorKind> {
    let outcomes = read(options.reader(file.as_bytes())).outcomes();
    outcomes.into_iter().filter_map(|seen| seen.err().map(|(kind, _)| kind)).collect()
}

// Readers

/// Gives one byte at a time, interrupts before each, and fails once where it is told to.
struct Rough<'a> {
    rest: &'a [u8],
    interrupt: bool,
    fail_at: usize,
}

impl<'a> Rough<'a> {
    /// Fails when `fail_at` bytes are left.
    fn new(rest: &'a [u8], fail_at: usize) -> BufReader<Self> {
        BufReader::new(Self { rest, interrupt: false, fail_at })
    }
}

impl Read for Rough<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.interrupt = !self.interrupt;
        if self.interrupt {
            return Err(io::ErrorKind::Interrupted.into());
        }
        if self.rest.len() == self.fail_at {
            self.fail_at = usize::MAX;
            return Err(io::Error::other("half-way"));
        }
        let one = self.rest.len().min(1);
        self.rest.read(&mut out[..one])
    }
}

#[test]
fn interruptions_and_single_bytes_are_no_errors() {
    for sample in samples("valid").iter().chain(&samples("invalid")) {
        let rough = Rough::new(&sample.bytes, usize::MAX);
        assert_eq!(read(Reader::new(rough)), read(Reader::from_slice(&sample.bytes)));
    }
}

#[test]
fn a_failed_read_is_said_once_and_can_be_tried_again_without_loss() {
    for sample in samples("valid") {
        let whole = read(Reader::from_slice(&sample.bytes));
        for fail_at in 0..=sample.bytes.len() {
            let mut reader = Reader::new(Rough::new(&sample.bytes, fail_at));
            let (mut seen, mut failures) = (Vec::new(), 0);
            loop {
                match reader.read() {
                    Ok(Some(detail)) => seen.push(Seen::Detail(detail)),
                    Ok(None) => break,
                    Err(error) => {
                        assert_half_way(error);
                        failures += 1;
                    }
                }
            }
            assert_eq!((failures, seen), (1, whole.seen.clone()), "failing at {fail_at}");
            assert_eq!(reader.header(), whole.header.as_ref());
            assert_eq!(reader.trailer(), whole.trailer.as_ref());
        }
    }
}

/// The same of records whose values are read when they are asked for.
#[test]
fn a_failed_read_loses_no_lazy_record() {
    let file = format!("{FIRST}\n{SECOND}\n");
    for fail_at in 0..=file.len() {
        let mut reader = Reader::new(Rough::new(file.as_bytes(), fail_at));
        let (mut record, mut lines, mut failures) = (Record::new(), Vec::new(), 0);
        loop {
            match reader.read_raw(&mut record) {
                Ok(true) => lines.push(record.as_bytes().to_vec()),
                Ok(false) => break,
                Err(error) => {
                    assert_half_way(error);
                    failures += 1;
                }
            }
        }
        assert_eq!((failures, lines), (1, vec![FIRST.into(), SECOND.into()]), "{fail_at}");
    }
}

fn assert_half_way(error: Error) {
    assert_eq!((error.kind(), error.is_recoverable()), (ErrorKind::Io, false));
    assert_eq!(error.into_io().unwrap().to_string(), "half-way");
}

#[test]
fn an_iterator_ends_at_a_failed_read() {
    let file = format!("{FIRST}\n{SECOND}\n{FIRST}\n");
    // fails inside the second line
    let mut reader = Reader::new(Rough::new(file.as_bytes(), 40));
    let mut records = reader.records();
    assert_eq!(records.next().unwrap().unwrap(), detail(FIRST));
    let error = records.next().unwrap().unwrap_err();
    assert_eq!(error.position().to_string(), "line 2, column 1 (byte 23)");
    assert_half_way(error);
    assert!(records.next().is_none() && records.next().is_none());
    let rest: Vec<_> = reader.into_records().map(Result::unwrap).collect();
    assert_eq!(rest, [detail(SECOND), detail(FIRST)]);
}

/// Gives as many bytes at a time as there is room for; before the byte `at` it is interrupted, and
/// then fails for good.
struct Breaking<'a> {
    rest: &'a [u8],
    interrupted: bool,
}

impl<'a> Breaking<'a> {
    fn new(bytes: &'a [u8], at: usize, capacity: usize) -> BufReader<Self> {
        BufReader::with_capacity(capacity, Self { rest: &bytes[..at], interrupted: false })
    }
}

impl Read for Breaking<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match (self.rest.is_empty(), self.interrupted) {
            (false, _) => self.rest.read(out),
            (true, true) => Err(io::Error::other("half-way")),
            (true, false) => {
                self.interrupted = true;
                Err(io::ErrorKind::Interrupted.into())
            }
        }
    }
}

/// Returns where the records of a file begin.
fn starts(bytes: &[u8]) -> Vec<usize> {
    let (mut reader, mut record) = (Reader::from_slice(bytes), Record::new());
    let mut starts = Vec::new();
    while reader.read_raw(&mut record).unwrap() {
        starts.push(usize::try_from(record.position().offset).unwrap());
    }
    starts
}

/// Wherever a read fails for good: the records of the lines before it came out, the error says in
/// which line it was, and the iterator ends.
#[test]
fn a_read_that_fails_anywhere_is_told_with_its_line_and_ends_the_iterator() {
    let small = samples("valid").into_iter().filter(|sample| sample.bytes.len() < 600);
    for (sample, capacity) in small.flat_map(|s| [1, 7, 8192].map(|c| (s.bytes.clone(), c))) {
        let whole: Vec<_> =
            Reader::from_slice(&sample).into_records().map(Result::unwrap).collect();
        let starts = starts(&sample);
        for at in 0..sample.len() {
            let reader = Reader::new(Breaking::new(&sample, at, capacity));
            let mut seen: Vec<_> = reader.into_records().take(whole.len() + 2).collect();
            let error = seen.pop().unwrap().unwrap_err();
            let from = usize::try_from(error.position().offset).unwrap();
            assert!(from <= at && !sample[from..at].contains(&b'\n'), "byte {from}, not {at}");
            assert_half_way(error);
            let whole_lines =
                starts.iter().filter(|from| sample[**from.min(&&at)..at].contains(&b'\n'));
            let before = whole_lines.count();
            let seen: Vec<_> = seen.into_iter().map(Result::unwrap).collect();
            assert_eq!(seen, whole[..before], "failing at {at} of {:?}", sample.escape_ascii());
        }
    }
}

/// Returns what a batch holds when a read fails is good, and the next batch goes on behind it.
#[test]
fn a_batch_keeps_what_came_before_a_failed_read() {
    let file = format!("{FIRST}\n{SECOND}\n{FIRST}\n");
    // fails inside the second line
    let mut reader = Reader::new(Rough::new(file.as_bytes(), 40));
    let mut batch = Batch::new();
    let error = reader.read_batch(&mut batch).unwrap_err();
    assert_eq!(error.position().to_string(), "line 2, column 1 (byte 23)");
    assert_half_way(error);
    assert_eq!(batch.records().collect::<Vec<_>>(), [detail(FIRST)]);
    assert!(batch.errors().is_empty());
    assert!(reader.read_batch(&mut batch).unwrap());
    assert_eq!(batch.records().collect::<Vec<_>>(), [detail(SECOND), detail(FIRST)]);
    assert_eq!(batch.position(0).unwrap().to_string(), "line 2, column 1 (byte 23)");
    assert!(!reader.read_batch(&mut batch).unwrap());
}

/// The same where the read fails at the beginning of a line, at which rows are looked for.
#[test]
fn a_batch_is_told_of_a_read_that_fails_between_lines() {
    let file = format!("{FIRST}\n{SECOND}\n{FIRST}\n");
    for capacity in [1, 23, 8192] {
        let mut reader = Reader::new(Breaking::new(file.as_bytes(), 23, capacity));
        let mut batch = Batch::new();
        let error = reader.read_batch(&mut batch).unwrap_err();
        assert_eq!(error.position().to_string(), "line 2, column 1 (byte 23)");
        assert_half_way(error);
        assert_eq!(batch.records().collect::<Vec<_>>(), [detail(FIRST)]);
    }
}

#[test]
fn a_file_of_no_known_layout_gives_no_batch() {
    let mut reader = Reader::from_slice(b"one\nE451234567810A20211105\n");
    let mut batch = Batch::new();
    let error = reader.read_batch(&mut batch).unwrap_err();
    assert_eq!((error.kind(), error.position().line), (ErrorKind::UnrecognisedLayout, 1));
    assert!(batch.is_empty() && batch.errors().is_empty());
}

#[test]
fn a_file_of_no_known_layout_ends_the_iterator() {
    let mut records = Reader::from_slice(b"one\nE451234567810A20211105\n").into_records();
    let error = records.next().unwrap().unwrap_err();
    assert_eq!((error.kind(), error.is_recoverable()), (ErrorKind::UnrecognisedLayout, false));
    assert!(error.into_io().is_err());
    assert!(records.next().is_none());
}

// Writers

/// Takes so many bytes and no more, and can be told to fail on flush.
#[derive(Debug, PartialEq)]
struct Small {
    taken: Vec<u8>,
    room: usize,
    flushes: bool,
}

impl Small {
    fn new(room: usize) -> Self {
        Self { taken: Vec::new(), room, flushes: true }
    }
}

impl Write for Small {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.room - self.taken.len());
        if taken == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.taken.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.flushes { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) }
    }
}

fn header() -> Header {
    let time = "093000".parse().unwrap();
    Header::new(42, FileType::DXI, "20211105".parse().unwrap(), time, 7).unwrap()
}

const ENVELOPED: &str = "A000000000042DXI20211105093000000007\n\
                         E451234567810A20211105\n\
                         E46RJ0000123409N20240229\n\
                         Z990000000002\n";

/// The errors of the records, each with its place, and how the file was finished.
type Written = (Vec<(io::ErrorKind, Position)>, Result<Small, (Error, Small)>);

/// Writes the enveloped file, whatever fails on the way.
fn write_on(small: Small) -> Written {
    let mut writer = WriterOptions::new().envelope(header()).writer(small);
    let mut errors = Vec::new();
    for line in [FIRST, SECOND] {
        if let Err(error) = writer.write(detail(line)) {
            let position = error.position();
            errors.push((error.into_io().unwrap().kind(), position));
        }
    }
    (errors, writer.finish().map_err(flagflow_gas::FinishError::into_parts))
}

#[test]
fn a_writer_with_room_finishes() {
    let (errors, finished) = write_on(Small::new(ENVELOPED.len()));
    assert_eq!((errors, finished.unwrap().taken), (vec![], ENVELOPED.into()));
}

/// Wherever the room ends: what was written is the file's beginning, nothing is left out of its
/// middle, and the file is never said to be finished.
#[test]
fn a_full_writer_never_finishes_and_holds_a_prefix() {
    for room in 0..ENVELOPED.len() {
        let (errors, finished) = write_on(Small::new(room));
        let (error, small) = finished.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io, "room for {room}");
        assert_eq!(small.taken, &ENVELOPED.as_bytes()[..room]);
        let whole_lines = ENVELOPED[..room].matches('\n').count();
        assert_eq!(errors.len(), 3usize.saturating_sub(whole_lines).min(2), "room for {room}");
    }
}

/// Room that comes back does not make a torn file whole: the writer stays failed.
#[test]
fn after_a_failed_write_nothing_more_is_written() {
    struct Once(Vec<u8>, bool);
    impl Write for Once {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if std::mem::take(&mut self.1) {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.0.write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut writer = WriterOptions::new().envelope(header()).writer(Once(Vec::new(), true));
    assert!(writer.write(detail(FIRST)).is_err());
    assert!(writer.write(detail(SECOND)).is_err());
    assert_eq!(writer.record_count(), 0);
    let (error, Once(written, _)) = writer.finish().err().unwrap().into_parts();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert_eq!(written, b"");
}

/// Whatever fails of many records at once, what was written is the file's beginning, whole pieces
/// are counted, and the place is that of the piece that failed.
#[test]
fn many_at_once_fail_as_one_write() {
    let file = format!("{FIRST}\n").repeat(10_000);
    let records = || std::iter::repeat_n(detail(FIRST), 10_000);
    let mut whole = Writer::new(Small::new(file.len()));
    whole.write_all(records()).unwrap();
    assert_eq!(whole.finish().unwrap().taken, file.as_bytes());
    for room in [0, 1, 65_000, 70_000, 140_000, file.len() - 1] {
        let mut writer = Writer::new(Small::new(room));
        let error = writer.write_all(records()).unwrap_err();
        let (written, position) = (writer.record_count(), error.position());
        assert_eq!(error.into_io().unwrap().kind(), io::ErrorKind::StorageFull);
        let place = (position.offset, position.line, position.record);
        assert_eq!(place, (written * 23, written + 1, Some(written + 1)), "room for {room}");
        assert_eq!(writer.inner().taken, &file.as_bytes()[..room]);
        assert!(written * 23 <= room as u64 && written.is_multiple_of(64));
        assert!(writer.write(detail(SECOND)).is_err());
        assert!(writer.write_all([detail(SECOND)]).is_err());
        assert_eq!(writer.record_count(), written);
        assert!(writer.finish().is_err());
    }
}

#[test]
fn no_records_at_once_are_an_empty_file_with_its_envelope() {
    let mut writer = WriterOptions::new().envelope(header()).writer(Vec::new());
    writer.write_all::<Detail>([]).unwrap();
    writer.write_all([detail(FIRST), detail(SECOND)]).unwrap();
    writer.write_all::<Detail>([]).unwrap();
    assert_eq!(writer.finish().unwrap(), ENVELOPED.as_bytes());
}

#[test]
fn a_failed_write_says_where_in_the_output_it_was() {
    for (room, line, offset, record) in
        [(0, 1, 0, None), (40, 2, 37, Some(1)), (60, 3, 60, Some(2))]
    {
        let (errors, _) = write_on(Small::new(room));
        let position = Position { offset, line, column: 1, record };
        assert_eq!(errors[0], (io::ErrorKind::StorageFull, position), "room for {room}");
    }
}

#[test]
fn a_failed_flush_hands_the_writer_back() {
    let (errors, finished) = write_on(Small { flushes: false, ..Small::new(1000) });
    assert_eq!(errors, []);
    let (error, small) = finished.unwrap_err();
    assert_eq!(small.taken, ENVELOPED.as_bytes());
    assert_eq!(error.into_io().unwrap().kind(), io::ErrorKind::BrokenPipe);
    let unfinished = Writer::new(Small { flushes: false, ..Small::new(0) }).finish().unwrap_err();
    assert_eq!(unfinished.error().kind(), ErrorKind::Io);
    assert!(unfinished.to_string().starts_with("the file could not be finished: "));
}

#[test]
fn a_writer_that_takes_little_at_a_time_gets_all() {
    #[derive(Debug)]
    struct Sip(Vec<u8>);
    impl Write for Sip {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.write(&bytes[..bytes.len().min(1)])
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut writer = Writer::new(Sip(Vec::new()));
    writer.write(detail(FIRST)).unwrap();
    assert_eq!(writer.finish().unwrap().0, format!("{FIRST}\n").into_bytes());
}

// The envelope

#[test]
fn half_an_envelope_is_said_once_after_the_records() {
    let new = ReaderOptions::new();
    let [head, first, second, tail] = ENVELOPED.split_inclusive('\n').collect::<Vec<_>>()[..]
    else {
        panic!("four lines");
    };
    let no_trailer = [head, first, second].concat();
    let no_header = [first, second, tail].concat();
    assert_eq!(kinds(new, ENVELOPED), []);
    assert_eq!(kinds(new, &no_trailer), [ErrorKind::MissingTrailer]);
    assert_eq!(kinds(new, &no_header), [ErrorKind::MissingHeader]);
    assert_eq!(kinds(new, &[first, second].concat()), []);
    let mut reader = Reader::from_slice(head.as_bytes());
    assert_eq!(reader.read().unwrap_err().kind(), ErrorKind::MissingTrailer);
    assert!(reader.read().unwrap().is_none());
    assert!(reader.read().unwrap().is_none());
}

#[test]
fn a_bad_header_or_trailer_does_not_stop_the_records() {
    let file = format!("A00\n{FIRST}\nZ99000000000x\n");
    let whole = read(Reader::from_slice(file.as_bytes()));
    let at = |offset, line, column| Position { offset, line, column, record: None };
    assert_eq!(
        whole.outcomes(),
        [
            Err((ErrorKind::WrongLength { expected: 36 }, at(0, 1, 1))),
            Ok(detail(FIRST)),
            Err((ErrorKind::NotANumber, at(30, 3, 4))),
        ]
    );
    assert_eq!((whole.header, whole.trailer), (None, None));
}

#[test]
fn a_wrong_count_points_at_the_number_and_says_both() {
    for (trailer, column) in [("Z990000000003", 4), ("\"Z99\",\"3\"", 8), ("Z99,3", 5)] {
        let uklink = trailer.contains(',');
        let record = if uklink { "\"E45\",7,\"A\",20211105" } else { FIRST };
        let file = format!("{record}\n???\n{trailer}\n");
        let options = ReaderOptions::new();
        let outcomes = read(options.reader(file.as_bytes())).outcomes();
        let (kind, position) = outcomes[2].unwrap_err();
        assert_eq!(kind, ErrorKind::RecordCount { declared: 3, counted: 2 });
        assert_eq!((position.line, position.column, position.record), (3, column, None));
    }
}

/// A record behind the trailer is out of place before anything in it is bad, but a line that is no
/// record is that first.
#[test]
fn a_line_behind_the_trailer_is_judged_in_order() {
    let unexpected = ErrorKind::UnexpectedRecord;
    for (line, expected) in [
        (FIRST, unexpected),
        ("E451234567810?20211305", unexpected),
        ("E46??0000123409N20240229", unexpected),
        ("Z990000000000", unexpected),
        ("A000000000042DXI20211105093000000007", unexpected),
        ("A00", ErrorKind::WrongLength { expected: 36 }),
        ("E45", ErrorKind::WrongLength { expected: 22 }),
        ("S72XYZ00001", ErrorKind::UnknownRecord),
        ("???", ErrorKind::UnknownRecord),
    ] {
        let file = format!("{ENVELOPED}{line}\n");
        assert_eq!(kinds(ReaderOptions::new(), &file), [expected], "{line}");
        let lazily = read_lazily(Reader::from_slice(file.as_bytes()));
        assert_eq!(lazily, read(Reader::from_slice(file.as_bytes())), "{line}");
    }
}

// Lines

#[test]
fn a_mark_before_the_first_line_belongs_to_none() {
    let marked = format!("\u{FEFF}{FIRST}\n?\n");
    let outcomes = read(Reader::from_slice(marked.as_bytes())).outcomes();
    assert_eq!(outcomes[0], Ok(detail(FIRST)));
    let position = Position { offset: 26, line: 2, column: 1, record: Some(2) };
    assert_eq!(outcomes[1], Err((ErrorKind::UnknownRecord, position)));
    let twice = format!("\u{FEFF}\u{FEFF}{FIRST}\n");
    assert_eq!(kinds(ReaderOptions::new(), &twice), [ErrorKind::UnrecognisedLayout]);
}

#[test]
fn a_line_past_the_limit_is_one_bad_record() {
    let long = format!("{FIRST}{}", "9".repeat(100_000));
    let file = format!("{FIRST}\n{long}\n{SECOND}\n");
    let whole = read(Reader::new(BufReader::with_capacity(64, file.as_bytes())));
    let position = Position { offset: 23, line: 2, column: 1, record: Some(2) };
    assert_eq!(
        whole.outcomes(),
        [Ok(detail(FIRST)), Err((ErrorKind::LineTooLong, position)), Ok(detail(SECOND))]
    );
    let Seen::Error { raw, .. } = &whole.seen[1] else { panic!("an error") };
    assert_eq!(raw, &long.as_bytes()[..Error::MAX_RAW]);
}

/// The limit counts a line's bytes without its end.
#[test]
fn the_limit_is_the_longest_line_that_passes() {
    for end in ["\n", "\r\n", ""] {
        let file = format!("{FIRST}{end}");
        let limit = |bytes| kinds(ReaderOptions::new().max_line(bytes), &file);
        assert_eq!(limit(22), []);
        assert_eq!(limit(21), [ErrorKind::LineTooLong]);
    }
}

#[test]
fn a_bad_record_is_held_with_its_bytes_and_its_place() {
    let bad = ["E45?", "S72XYZ00001", "Z98", "E451234567810A20211105-------------------------"];
    let options = ReaderOptions::new().max_line(30);
    for bad in bad {
        let file = format!("{FIRST}\n{bad}\n");
        let (mut reader, mut record) = (options.reader(file.as_bytes()), Record::new());
        assert!(reader.read_raw(&mut record).unwrap());
        let error = reader.read_raw(&mut record).unwrap_err();
        assert_eq!(record.as_bytes(), bad.as_bytes());
        assert_eq!(error.raw(), bad.as_bytes());
        assert_eq!(record.position(), error.position());
        assert!(Detail::try_from(&record).is_err(), "{bad}");
    }
}

// Reasons

const REASONED: &str = "E46RJ0000123409N20240229\n\
                        S72XYZ00001\n\
                        \n\
                        S72XYZ00002\n\
                        E46AC1234567810A20211105\n\
                        E451234567810A20211105\n\
                        S72XYZ00003\n";

fn reasoned() -> ReaderOptions {
    ReaderOptions::new().with_reasons(true)
}

#[test]
fn reasons_are_no_records_of_their_own_for_values() {
    let whole = read(reasoned().reader(REASONED.as_bytes()));
    assert_eq!(whole.details().len(), 3);
    assert_eq!(whole.record_count, 4);
    assert_eq!(kinds(reasoned(), REASONED), [ErrorKind::UnexpectedRecord]);
}

#[test]
fn without_the_switch_a_reason_is_an_unknown_record() {
    let uklink = "\"E46\",\"RJ\",7,\"N\",20240229\n\"S72\",\"XYZ00001\"\n\"S72\"\n\"S72\",\"XY\n";
    let unknown = ErrorKind::UnknownRecord;
    let broken = ErrorKind::MalformedRecord { expected: None };
    for (file, expected) in [
        (REASONED, vec![unknown; 3]),
        ("E45\nS72\nS7\n", vec![ErrorKind::WrongLength { expected: 22 }, unknown, unknown]),
        (uklink, vec![unknown, unknown, broken]),
        ("Z990000000000\nS72XYZ00001\n", vec![unknown, ErrorKind::MissingHeader]),
    ] {
        let options = match file.as_bytes()[0] {
            b'Z' => ReaderOptions::new().layout(Layout::Fixed),
            _ => ReaderOptions::new(),
        };
        assert_eq!(kinds(options, file), expected, "{file}");
        assert_eq!(
            read_lazily(options.reader(file.as_bytes())),
            read(options.reader(file.as_bytes()))
        );
    }
}

#[test]
fn reasons_are_written_and_counted_by_the_options() {
    for (count_reasons, count) in [(false, "0000000001"), (true, "0000000002")] {
        let options = WriterOptions::new().envelope(header()).count_reasons(count_reasons);
        let mut writer = options.writer(Vec::new());
        writer.write_with(detail(SECOND), []).unwrap();
        writer.write_reason("XYZ00001".parse().unwrap()).unwrap();
        assert_eq!(writer.record_count(), 1);
        let file = String::from_utf8(writer.finish().unwrap()).unwrap();
        assert!(file.ends_with(&format!("S72XYZ00001\nZ99{count}\n")), "{file}");
    }
}

// Values

#[test]
fn records_of_the_other_kind_are_refused() {
    let mut record = Record::new();
    assert!(E45::try_from(&record).is_err());
    let mut reader = Reader::from_slice(SECOND.as_bytes());
    assert!(reader.read_raw(&mut record).unwrap());
    assert_eq!(E45::try_from(&record).unwrap_err().kind, ErrorKind::UnexpectedRecord);
}

#[test]
fn a_trailer_may_count_its_reasons_too() {
    use flagflow_gas::{Reader, ReaderOptions};

    let file = b"A000000000042DXI20220201093000000001\nE46RJ1234567810A20220101\nS72ABC00001\n\
        S72ABC00002\nE46AC0000123409A20220101\nZ990000000004\n";
    let options = ReaderOptions::new().with_reasons(true);
    let errors = |mut reader: Reader<&[u8]>| reader.records().filter(Result::is_err).count();
    assert_eq!(errors(options.count_reasons(true).reader(&file[..])), 0);
    assert_eq!(errors(options.reader(&file[..])), 1);
    let mut lazy = options.count_reasons(true).reader(&file[..]);
    let mut record = flagflow_gas::Record::new();
    let mut reasons = Vec::new();
    while lazy.read_raw(&mut record).unwrap() {
        reasons.push(record.reasons().len());
    }
    assert_eq!(reasons, [2, 0]);
}
