//! Errors around a file: readers and writers that fail, envelopes that are not whole.

use std::io::{self, BufReader, Read, Write};

use crate::samples::{Seen, read, samples};
use flagflow_electricity::{
    D0350, Error, ErrorKind, Field, Flow, Header, Layout, LineEnd, LineKind, Opening, Profile,
    Reader, ReaderOptions, Record, WriterOptions,
};

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

fn assert_half_way(error: Error) {
    assert_eq!((error.kind(), error.is_recoverable()), (ErrorKind::Io, false));
    assert_eq!(error.into_io().unwrap().to_string(), "half-way");
}

#[test]
fn a_failed_read_is_said_once_and_can_be_tried_again_without_loss() {
    for sample in samples("valid").iter().filter(|sample| sample.bytes.len() < 400) {
        let whole = read(Reader::from_slice(&sample.bytes));
        for fail_at in 0..=sample.bytes.len() {
            let mut reader = Reader::new(Rough::new(&sample.bytes, fail_at));
            let (mut seen, mut failures) = (Vec::new(), 0);
            loop {
                match reader.read() {
                    Ok(Some(record)) => {
                        seen.push(Seen::Record(record, reader.reasons().to_vec()));
                    }
                    Ok(None) => break,
                    Err(error) => {
                        assert_half_way(error);
                        failures += 1;
                    }
                }
            }
            assert_eq!((failures, seen), (1, whole.seen.clone()), "failing at {fail_at}");
            assert_eq!(reader.trailer(), whole.trailer.as_ref());
        }
    }
}

#[test]
fn interruptions_and_single_bytes_are_no_errors() {
    for sample in samples("valid").iter().chain(&samples("invalid")) {
        let rough = Rough::new(&sample.bytes, usize::MAX);
        assert_eq!(read(Reader::new(rough)), read(Reader::from_slice(&sample.bytes)));
    }
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

/// Returns where each record of a file is known: behind its line or, where reasons may be below it,
/// behind the line below those.
fn known_at(bytes: &[u8]) -> Vec<usize> {
    let (mut reader, mut record) = (Reader::from_slice(bytes), Record::new());
    let mut known = Vec::new();
    while reader.read_raw(&mut record).unwrap() {
        let next = usize::try_from(reader.position().offset).unwrap();
        let has_reasons = !record.reasons().is_empty();
        let line = bytes[next..].iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        known.push(if has_reasons { next + line } else { next });
    }
    known
}

/// Wherever a read fails for good: the records of the lines before it came out, the error says in
/// which line it was, and the iterator ends.
#[test]
fn a_read_that_fails_anywhere_is_told_with_its_line_and_ends_the_iterator() {
    let small = samples("valid").into_iter().filter(|sample| sample.bytes.len() < 600);
    for (sample, capacity) in small.flat_map(|s| [1, 7, 8192].map(|c| (s.bytes.clone(), c))) {
        let whole: Vec<_> =
            Reader::from_slice(&sample).into_records().map(Result::unwrap).collect();
        let known = known_at(&sample);
        for at in 0..sample.len() {
            let reader = Reader::new(Breaking::new(&sample, at, capacity));
            let mut seen: Vec<_> = reader.into_records().take(whole.len() + 2).collect();
            let error = seen.pop().unwrap().unwrap_err();
            let from = usize::try_from(error.position().offset).unwrap();
            assert!(from <= at && !sample[from..at].contains(&b'\n'), "byte {from}, not {at}");
            assert_half_way(error);
            let before = known.iter().filter(|end| **end <= at).count();
            let seen: Vec<_> = seen.into_iter().map(Result::unwrap).collect();
            assert_eq!(seen, whole[..before], "failing at {at} of {:?}", sample.escape_ascii());
        }
    }
}

#[test]
fn a_file_that_is_none_ends_the_iterator() {
    let mut records = Reader::from_slice(b"one\n82H|1|\n").into_records();
    let error = records.next().unwrap().unwrap_err();
    assert_eq!((error.kind(), error.is_recoverable()), (ErrorKind::UnrecognisedLayout, false));
    assert!(records.next().is_none());
}

const HEADER: &str = "ZHV|7|D0350001|Z|DCCO|P|EELC|20211105093000||||OPER|\n";
const BODY: &str = "81H|1|\n82H|1|DC01|1013044353630|A|20211105|MRCY|\n";

fn kinds(file: &str) -> Vec<(ErrorKind, Option<String>)> {
    let kind = |seen: &Seen| match seen {
        Seen::Record(..) => None,
        Seen::Error { kind, field, .. } => Some((*kind, field.map(|f| f.name().to_owned()))),
    };
    let whole = read(ReaderOptions::new().flow(Flow::D0350).reader(file.as_bytes()));
    whole.seen.iter().filter_map(kind).collect()
}

#[test]
fn envelopes_are_held_to_what_they_say() {
    let of = |kind, field: Field| vec![(kind, Some(field.name().to_owned()))];
    let trailer = |trailer: &str| kinds(&format!("{HEADER}{BODY}{trailer}\n"));
    let wrong = |declared, counted| (declared, counted);
    assert_eq!(trailer("ZPT|7|2||1|20211105093000|"), []);
    assert_eq!(
        trailer("ZPT|07|2||1|20211105093000|"),
        of(ErrorKind::FileIdMismatch, Field::FileIdentifier)
    );
    let (declared, counted) = wrong(3, 2);
    assert_eq!(
        trailer("ZPT|7|3||1|20211105093000|"),
        of(ErrorKind::GroupCount { declared, counted }, Field::GroupCount)
    );
    let (declared, counted) = wrong(2, 1);
    assert_eq!(
        trailer("ZPT|7|2||2|20211105093000|"),
        of(ErrorKind::FlowCount { declared, counted }, Field::FlowCount)
    );
    assert_eq!(kinds(&format!("{HEADER}{BODY}")), [(ErrorKind::MissingTrailer, None)]);
    let bare = kinds(&format!("{BODY}ZPT|7|2||1|20211105093000|\n"));
    assert_eq!(bare, [(ErrorKind::MissingHeader, None)]);
    assert_eq!(kinds(BODY), []);
    let other = kinds(&format!("{}{BODY}ZPT|7|2||1|20211105093000|", HEADER.replace("350", "010")));
    assert_eq!(other, of(ErrorKind::FlowVersion, Field::FlowAndVersion));
}

/// Takes so many bytes and no more.
#[derive(Debug)]
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        if taken == 0 { Err(io::Error::other("full")) } else { Ok(taken) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn after_a_failed_write_nothing_more_is_written() {
    let profile = Profile::builtin(Flow::D0350);
    let update: D0350 = "82H|1|DC01|1013044353630|A|20211105|MRCY|".parse().unwrap();
    let created = "20211105093000".parse().unwrap();
    let header = Header::new(&profile, "7", "DCCO", "EELC", created).unwrap();
    let options = WriterOptions::new(profile).line_end(LineEnd::CrLf).envelope(header);
    let mut whole = options.clone().writer(Vec::new());
    whole.write(update).unwrap();
    let length = whole.finish().unwrap().len();
    for room in 0..length {
        let mut writer = options.clone().writer(Full(room));
        let written = writer.write(update);
        let again = writer.write(update);
        assert!(written.is_ok() || again.is_err(), "{room}");
        let (error, Full(left)) = writer.finish().unwrap_err().into_parts();
        assert_eq!((error.kind(), left), (ErrorKind::Io, 0), "{room}");
    }
}

/// Wherever the room ends: whatever is written last fails, with its place, and is not counted.
#[test]
fn any_line_may_be_the_one_that_does_not_fit() {
    let profile = Profile::builtin(Flow::D0350);
    let update: D0350 = "82H|1|DC01|1013044353630|A|20211105|MRCY|".parse().unwrap();
    let options = WriterOptions::new(profile);
    let place = |error: &Error| {
        let at = error.position();
        (error.kind(), at.offset, at.line, at.record)
    };
    let group = |number| Opening::new(Some(number));
    for room in 0..7 {
        let mut writer = options.clone().writer(Full(room));
        let error = writer.write_with(update, []).unwrap_err();
        assert_eq!((place(&error), writer.record_count()), ((ErrorKind::Io, 0, 1, None), 0));
        let mut writer = options.clone().writer(Full(room));
        let error = writer.write_raw(LineKind::Record, b"82H|").unwrap_err();
        assert_eq!((place(&error), writer.record_count()), ((ErrorKind::Io, 0, 1, None), 0));
        let mut writer = options.clone().writer(Full(room));
        assert_eq!(
            place(&writer.write_opening(group(1), []).unwrap_err()),
            (ErrorKind::Io, 0, 1, None)
        );
        let mut writer = options.clone().writer(Full(room));
        let error = writer.write_raw(LineKind::Group, b"81H|1|").unwrap_err();
        assert_eq!(place(&error), (ErrorKind::Io, 0, 1, None));
    }
    for room in 7..12 {
        let mut writer = options.clone().writer(Full(room));
        let error = writer.write_raw(LineKind::Record, b"82H|").unwrap_err();
        assert_eq!((place(&error), writer.record_count()), ((ErrorKind::Io, 7, 2, Some(1)), 0));
        let mut writer = options.clone().writer(Full(room));
        let error = writer.write_with(update, []).unwrap_err();
        assert_eq!((place(&error), writer.record_count()), ((ErrorKind::Io, 7, 2, Some(1)), 0));
    }
    // what is refused takes no room
    let mut writer = options.writer(Full(12));
    let refused = writer.write_raw(LineKind::Trailer, b"ZPT|").unwrap_err();
    assert_eq!(place(&refused), (ErrorKind::UnexpectedRecord, 0, 1, None));
    let refused = writer.write_raw(LineKind::Record, b"82H|\r").unwrap_err();
    assert_eq!(place(&refused), (ErrorKind::NotWritable, 0, 1, Some(1)));
    writer.write_raw(LineKind::Record, b"82H|").unwrap();
    assert_eq!((writer.record_count(), writer.finish().unwrap().0), (1, 0));
}

/// A trailer that does not fit: the records are written, and the file is not finished.
#[test]
fn the_trailer_may_be_what_does_not_fit() {
    let profile = Profile::builtin(Flow::D0350);
    let update: D0350 = "82H|1|DC01|1013044353630|A|20211105|MRCY|".parse().unwrap();
    let created = "20211105093000".parse().unwrap();
    let header = Header::new(&profile, "7", "DCCO", "EELC", created).unwrap();
    let options = WriterOptions::new(profile).envelope(header);
    let before = HEADER.len() + BODY.len();
    for room in 0.."ZPT|7|2||1|20211105093000|\n".len() {
        let mut writer = options.clone().writer(Full(before + room));
        writer.write(update).unwrap();
        let (error, Full(left)) = writer.finish().unwrap_err().into_parts();
        let at = error.position();
        assert_eq!((error.kind(), left), (ErrorKind::Io, 0), "{room}");
        assert_eq!((at.offset, at.line, at.record), (before as u64, 4, None), "{room}");
    }
    let mut writer = options.writer(Full(before + "ZPT|7|2||1|20211105093000|\n".len()));
    writer.write(update).unwrap();
    assert_eq!(writer.finish().unwrap().0, 0);
}

/// The length of each piece that it was given.
#[derive(Debug, Default)]
struct Lengths(Vec<usize>);

impl Write for Lengths {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.push(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn many_at_once_are_few_large_pieces() {
    let update: D0350 = "82H|1|DC01|1013044353630|A|20211105|MRCY|".parse().unwrap();
    let mut writer = WriterOptions::new(Profile::builtin(Flow::D0350)).writer(Lengths::default());
    writer.write_all(std::iter::repeat_n(update, 10_000)).unwrap();
    let Lengths(lengths) = writer.finish().unwrap();
    assert_eq!(lengths.iter().sum::<usize>(), 7 + 10_000 * 42);
    assert_eq!((lengths[0], lengths.len()), (7, 8), "{lengths:?}");
    let full = &lengths[1..7];
    assert!(full.iter().all(|length| (60_000..80_000).contains(length)), "{lengths:?}");
}

/// Takes everything, and fails when it is to be flushed.
#[derive(Debug)]
struct Unflushed(Vec<u8>);

impl Write for Unflushed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(io::Error::other("not flushed"))
    }
}

#[test]
fn a_file_that_cannot_be_flushed_is_not_finished() {
    let update: D0350 = "82H|1|DC01|1013044353630|A|20211105|MRCY|".parse().unwrap();
    let mut writer =
        WriterOptions::new(Profile::builtin(Flow::D0350)).writer(Unflushed(Vec::new()));
    writer.write(update).unwrap();
    let (error, Unflushed(bytes)) = writer.finish().unwrap_err().into_parts();
    assert_eq!((error.position().offset, error.position().line), (49, 3));
    assert_eq!(bytes, b"81H|1|\n82H|1|DC01|1013044353630|A|20211105|MRCY|\n");
    assert_eq!(error.into_io().unwrap().to_string(), "not flushed");
}

#[test]
fn a_writer_that_takes_little_at_a_time_gets_all() {
    #[derive(Debug, Default)]
    struct Sip(Vec<u8>, bool);
    impl Write for Sip {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 {
                return Err(io::ErrorKind::Interrupted.into());
            }
            self.0.write(&bytes[..bytes.len().min(1)])
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let update: D0350 = "82H|1|DC01|1013044353630|A|20211105|MRCY|".parse().unwrap();
    let options = WriterOptions::new(Profile::builtin(Flow::D0350));
    let (mut whole, mut sip) = (options.clone().writer(Vec::new()), options.writer(Sip::default()));
    whole.write_all([update; 3]).unwrap();
    sip.write_all([update; 3]).unwrap();
    assert_eq!(sip.finish().unwrap().0, whole.finish().unwrap());
}

/// Whatever fails of many records at once: what was written is the file's beginning, and nothing is
/// written after it.
#[test]
fn many_at_once_fail_as_one_write() {
    let profile = Profile::builtin(Flow::D0350);
    let update: D0350 = "82H|1|DC01|1013044353630|A|20211105|MRCY|".parse().unwrap();
    let options = WriterOptions::new(profile);
    let records = || std::iter::repeat_n(update, 5000);
    let mut whole = options.clone().writer(Vec::new());
    whole.write_all(records()).unwrap();
    let length = whole.finish().unwrap().len();
    for room in [0, 3, 8, 100, 65_000, 70_000, length - 1] {
        let mut writer = options.clone().writer(Full(room));
        let error = writer.write_all(records()).unwrap_err();
        let (written, position) = (writer.record_count(), error.position());
        assert_eq!(error.kind(), ErrorKind::Io, "{room}");
        if room >= 7 {
            // the level-1 group is before the records
            assert_eq!((position.line, position.record), (written + 2, Some(written + 1)));
            assert_eq!(position.offset, 6 + 1 + written * 42);
        }
        assert!(writer.write(update).is_err() && writer.write_all([update]).is_err());
        assert_eq!(writer.record_count(), written);
        let (error, Full(left)) = writer.finish().unwrap_err().into_parts();
        assert_eq!((error.kind(), left), (ErrorKind::Io, 0), "{room}");
    }
}

#[test]
fn a_header_with_further_items_has_no_fixed_form() {
    let file = format!("{}more|\n81H|1|\nZPT|7|1||1|20211105093000|\n", HEADER.trim_end());
    let mut reader = Reader::from_slice(file.as_bytes());
    assert_eq!(reader.read().unwrap(), None);
    let header = reader.header().unwrap().clone();
    assert_eq!(header.surplus(), b"more|");
    let options = WriterOptions::new(Profile::builtin(Flow::D0350)).envelope(header);
    let written = options.clone().writer(Vec::new()).finish().unwrap();
    assert_eq!(String::from_utf8(written).unwrap(), file);
    let refused = options.layout(Layout::Zhf).writer(Vec::new()).finish().unwrap_err();
    assert_eq!(refused.error().kind(), ErrorKind::NotWritable);
}

#[cfg(feature = "serde")]
#[test]
fn records_are_json_with_the_names_of_their_items() {
    use flagflow_electricity::{D0172, Instruction};
    let json = |record: Instruction| {
        let json = serde_json::to_string(&record).unwrap();
        assert_eq!(serde_json::from_str::<Instruction>(&json).unwrap(), record);
        json
    };
    let update: D0350 = "82H|1|DC01|0013044353630|A|20211105|MRCY|".parse().unwrap();
    assert_eq!(
        json(update.into()),
        "{\"flow\":\"D0350\",\"instruction_number\":1,\"mpan_core\":\"0013044353630\",\
         \"dcc_service_flag\":\"A\",\"effective_from_date\":\"20211105\",\
         \"supplier_id\":\"MRCY\"}"
    );
    let rejection: flagflow_electricity::D0351 = "84H|9|DC11|1||20211108|S|||".parse().unwrap();
    let text = json(rejection.into());
    assert_eq!(
        text,
        "{\"flow\":\"D0351\",\"instruction_number\":9,\"incoming_instruction_number\":1,\
         \"mpan_core\":null,\"deemed_received_date\":\"20211108\",\"dcc_service_flag\":\"S\",\
         \"effective_from_date\":null,\"supplier_id\":null}"
    );
    let confirmation: D0172 = "357|9|DC90|20211108|0000475656|14|13|1|".parse().unwrap();
    let counts = json(confirmation.into());
    assert_eq!(
        counts,
        "{\"flow\":\"D0172\",\"instruction_number\":9,\"deemed_received_date\":\"20211108\",\
         \"answered_file_identifier\":\"0000475656\",\"received\":14,\"accepted\":13,\
         \"rejected\":1}"
    );
    for (json, from, to) in [
        (&text, "_number\":9", "_number\":10000000000000000000"),
        (&text, "_number\":1", "_number\":10000000000000000000"),
        (&counts, ":14", ":1000000000"),
        (&counts, "0000475656", "00004756561"),
        (&json(update.into()), "MRCY", "M|CY"),
    ] {
        assert!(json.contains(from), "{json}");
        assert!(serde_json::from_str::<Instruction>(&json.replace(from, to)).is_err(), "{to}");
    }
    let reason = flagflow_electricity::ReasonCode::Incomplete;
    assert_eq!(serde_json::to_string(&reason).unwrap(), "\"38\"");
    assert_eq!(serde_json::from_str::<flagflow_electricity::ReasonCode>("\"38\"").unwrap(), reason);
}
