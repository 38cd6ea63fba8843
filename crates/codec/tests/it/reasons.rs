//! Reasons below a record, read and written: S72 lines below an E46.

use std::io::{self, BufRead, BufReader};

use flagflow_codec::{ErrorKind, MAX_REASONS};
use flagflow_frame::Position;
use flagflow_gas::{
    Detail, FileType, Header, Layout, Reader, ReaderOptions, Record, Writer, WriterOptions,
    read_detail,
};

use crate::files::{Room, Rough, assert_half_way};

const FIRST: &str = "E451234567810A20211105";
const SECOND: &str = "E46RJ0000123409N20240229";

const REASONED: &str = "E46RJ0000123409N20240229\n\
                        S72XYZ00001\n\
                        \n\
                        S72XYZ00002\n\
                        E46AC1234567810A20211105\n\
                        E451234567810A20211105\n\
                        S72XYZ00003\n";

fn detail(line: &str) -> Detail {
    read_detail(line.as_bytes(), Layout::Fixed).unwrap()
}

fn reasoned() -> ReaderOptions {
    ReaderOptions::new().with_reasons(true)
}

/// The next record's line with its reasons.
fn next<R: BufRead>(reader: &mut Reader<R>, record: &mut Record) -> Option<(String, Vec<String>)> {
    let more = reader.read_raw(record).unwrap();
    let line = String::from_utf8(record.as_bytes().to_vec()).unwrap();
    more.then(|| (line, record.reasons().iter().map(ToString::to_string).collect()))
}

#[test]
fn reasons_belong_to_the_answer_above_them() {
    let (mut reader, mut record) = (reasoned().reader(REASONED.as_bytes()), Record::new());
    let mut seen = || next(&mut reader, &mut record).unwrap();
    let strings = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(seen(), (SECOND.into(), strings(&["XYZ00001", "XYZ00002"])));
    assert_eq!(seen(), ("E46AC1234567810A20211105".into(), vec![]));
    assert_eq!(seen(), (FIRST.into(), vec![]));
    let error = reader.read_raw(&mut record).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedRecord);
    assert_eq!((error.position().line, error.position().record), (7, Some(4)));
    assert!(!reader.read_raw(&mut record).unwrap());
    assert_eq!(reader.record_count(), 4);
}

#[test]
fn white_space_ends_no_reasons() {
    let file = format!("{SECOND}\nS72ABC00001\n \nS72ABC00002\n\x1A");
    let (mut reader, mut record) = (reasoned().reader(file.as_bytes()), Record::new());
    assert_eq!(next(&mut reader, &mut record).unwrap().1, ["ABC00001", "ABC00002"]);
    assert_eq!(next(&mut reader, &mut record), None);
}

#[test]
fn a_reader_waits_before_the_line_below_the_reasons() {
    let (mut reader, mut record) = (reasoned().reader(REASONED.as_bytes()), Record::new());
    assert!(reader.read_raw(&mut record).unwrap());
    let position = Position { offset: 50, line: 5, column: 1, record: None };
    assert_eq!(reader.position(), position);
    assert_eq!(reader.read().unwrap(), Some(detail("E46AC1234567810A20211105")));
}

#[test]
fn more_reasons_than_the_limit_are_an_error_and_passed_over() {
    let file = |reasons| format!("{SECOND}\n{}{FIRST}\n", "S72XYZ00001\n".repeat(reasons));
    assert_eq!(MAX_REASONS, 1000);
    let (full, mut record) = (file(MAX_REASONS), Record::new());
    assert!(reasoned().reader(full.as_bytes()).read_raw(&mut record).unwrap());
    assert_eq!(record.reasons().len(), MAX_REASONS);
    for more in [1, 5] {
        let over = file(MAX_REASONS + more);
        let mut reader = reasoned().reader(over.as_bytes());
        let error = reader.read_raw(&mut record).unwrap_err();
        assert_eq!((error.kind(), error.is_recoverable()), (ErrorKind::TooManyReasons, true));
        assert_eq!(error.position().line, 2 + MAX_REASONS as u64);
        assert_eq!(record.reasons().len(), MAX_REASONS);
        assert_eq!(next(&mut reader, &mut record).unwrap().0, FIRST);
    }
}

#[test]
fn a_bad_reason_is_an_error_and_the_answer_is_held() {
    let file = format!("{SECOND}\nS72XYZ\n{FIRST}\n");
    let (mut reader, mut record) = (reasoned().reader(file.as_bytes()), Record::new());
    let error = reader.read_raw(&mut record).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WrongLength { expected: 11 });
    assert_eq!((error.position().line, error.position().record), (2, Some(1)));
    assert_eq!(Detail::try_from(&record), Ok(detail(SECOND)));
    assert_eq!(next(&mut reader, &mut record).unwrap().0, FIRST);
}

/// Returns a reader of an input that fails once, where so many bytes are left.
fn failing(file: &str, left: usize) -> Reader<BufReader<Rough<'_>>> {
    reasoned().reader(Rough::failing(file.as_bytes(), left))
}

/// A read that fails among the reasons loses neither the record nor a reason.
#[test]
fn reasons_are_read_on_after_a_failed_read() {
    let accepted = "E46AC1234567810A20211105";
    let answers = [REASONED.rsplit_once("S72").unwrap().0, accepted, "\n"].concat();
    for left in 0..=answers.len() {
        let mut reader = failing(&answers, left);
        let (mut record, mut failures, mut seen) = (Record::new(), 0, Vec::new());
        loop {
            match reader.read_raw(&mut record) {
                Ok(true) => seen.push((record.as_bytes().to_vec(), record.reasons().len())),
                Ok(false) => break,
                Err(error) => failures += assert_half_way(error),
            }
        }
        assert_eq!(failures, 1);
        assert_eq!(
            seen,
            [(SECOND.into(), 2), (accepted.into(), 0), (FIRST.into(), 0), (accepted.into(), 0)],
            "failing before the last {left} bytes"
        );
    }
}

/// The record in which a read failed is the caller's to keep: without it only its reasons are lost.
#[test]
fn another_record_after_a_failed_read_has_no_line() {
    let answers = [REASONED.rsplit_once("S72").unwrap().0, FIRST, "\n"].concat();
    let mut reader = failing(&answers, answers.len() - answers.find("S72").unwrap());
    assert_half_way(reader.read_raw(&mut Record::new()).unwrap_err());
    let mut record = Record::new();
    assert!(reader.read_raw(&mut record).unwrap());
    assert_eq!((record.as_bytes(), record.reasons()), (&b""[..], &[][..]));
    assert_eq!(record.raw().unwrap_err().kind, ErrorKind::UnknownRecord);
    let mut lines = Vec::new();
    while reader.read_raw(&mut record).unwrap() {
        lines.push(record.as_bytes().to_vec());
    }
    assert_eq!(lines.last().unwrap(), FIRST.as_bytes());
    assert_eq!(reader.record_count(), lines.len() as u64 + 1);
}

fn header() -> Header {
    let time = "093000".parse().unwrap();
    Header::new(42, FileType::DXI, "20211105".parse().unwrap(), time, 7).unwrap()
}

#[test]
fn reasons_that_were_read_are_written_again() {
    let (mut reader, mut record) = (reasoned().reader(REASONED.as_bytes()), Record::new());
    let mut writer = Writer::new(Vec::new());
    for reasons in [2, 0, 0] {
        assert!(reader.read_raw(&mut record).unwrap());
        writer.write(Detail::try_from(&record).unwrap()).unwrap();
        assert_eq!(record.reasons().len(), reasons);
        record.reasons().iter().for_each(|reason| writer.write_reason(*reason).unwrap());
    }
    assert_eq!(writer.record_count(), 3);
    let file = String::from_utf8(writer.finish().unwrap()).unwrap();
    let (accepted, _) = REASONED.rsplit_once("S72").unwrap();
    assert_eq!(file, accepted.replace("\n\n", "\n"));
}

/// A reason that could not be written is not counted, and nothing comes behind it.
#[test]
fn a_reason_that_fails_has_its_place() {
    let whole = "A000000000042DXI20211105093000000007\nE46RJ0000123409N20240229\n";
    // no room for the header, for the record, for the whole reason
    for (room, errors) in [(0, [true, true]), (40, [true, true]), (whole.len() + 3, [false, true])]
    {
        let options = WriterOptions::new().envelope(header()).count_reasons(true);
        let mut writer = options.writer(Room::new(room));
        assert_eq!(writer.write(detail(SECOND)).is_err(), errors[0], "{room}");
        let error = writer.write_reason("XYZ00001".parse().unwrap()).unwrap_err();
        let kind = error.into_io().unwrap().kind();
        // after a failure every call fails
        let expected = if errors[0] { io::ErrorKind::Other } else { io::ErrorKind::StorageFull };
        assert_eq!(kind, expected, "{room}");
        let again = writer.write_reason("XYZ00001".parse().unwrap()).unwrap_err();
        assert_eq!(again.into_io().unwrap().to_string(), "an earlier write failed");
        let (_, output) = writer.finish().unwrap_err().into_parts();
        assert_eq!(output.taken.len(), room);
    }
    // the place is that of the line, which belongs to the record above it
    let mut writer = Writer::new(Room::new(25 + 5));
    writer.write(detail(SECOND)).unwrap();
    let error = writer.write_reason("XYZ00001".parse().unwrap()).unwrap_err();
    let position = Position { offset: 25, line: 2, column: 1, record: Some(1) };
    assert_eq!(error.position(), position);
}
