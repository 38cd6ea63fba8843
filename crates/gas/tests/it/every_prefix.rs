//! Every prefix of every valid file: what was whole comes out, what was cut is said.

use crate::samples::{read, samples};
use flagflow_gas::{Detail, ErrorKind, Position, Reader};

type Outcome = Result<Detail, (ErrorKind, Position)>;

/// The error of a line cut short, by the place of the cut.
enum Cut {
    /// A line all the same: the cut fell between the line and its end, or inside a last number.
    Line,
    /// Nothing that tells a layout.
    Unrecognised,
    /// Wrong, at a byte of the line.
    Bad(ErrorKind, usize),
}

/// `line` is the whole one, `tail` what is left of it (with the CR of an end cut in two).
fn cut(line: &str, tail: &str, first: bool) -> Cut {
    if tail == line {
        return Cut::Line;
    }
    match (line.starts_with('"'), tail.len()) {
        (true, _) => cut_uklink(line, tail),
        (false, 0..3) if first => Cut::Unrecognised,
        (false, 0..3) => Cut::Bad(ErrorKind::UnknownRecord, 0),
        (false, _) => Cut::Bad(ErrorKind::WrongLength { expected: line.len() }, 0),
    }
}

fn cut_uklink(line: &str, tail: &str) -> Cut {
    let expected = line.split(',').count();
    if tail.matches('"').count() % 2 == 1 {
        return Cut::Bad(ErrorKind::MalformedRecord { expected: None }, 0);
    }
    if tail.split(',').count() < expected {
        return Cut::Bad(ErrorKind::MalformedRecord { expected: Some(expected) }, 0);
    }
    let last = tail.rfind(',').unwrap() + 1;
    let number = !tail[last..].is_empty() && tail[last..].bytes().all(|b| b.is_ascii_digit());
    match &tail[1..4] {
        "E45" | "E46" => Cut::Bad(ErrorKind::InvalidDate, last),
        _ if number => Cut::Line,
        _ => Cut::Bad(ErrorKind::NotANumber, last),
    }
}

/// The role of a line: its tag, if that much of it is there.
fn tag(tail: &str) -> &str {
    match tail.strip_prefix('"') {
        Some(text) => text.split_once('"').map_or("", |(tag, _)| tag),
        None => tail.get(..3).unwrap_or(""),
    }
}

/// Returns what must come out of the first `length` bytes of a file whose records are `details`.
fn expected(file: &str, length: usize, details: &[Detail]) -> Vec<Outcome> {
    let (mut out, mut records, mut offset) = (Vec::new(), 0, 0);
    let (mut has_header, mut has_trailer, mut lines) = (false, false, 0);
    for (number, line) in (1..).zip(file.split_inclusive('\n')) {
        if offset >= length {
            break;
        }
        lines = number;
        let content = line.trim_end_matches('\n').trim_end_matches('\r');
        let tail = &line[..line.len().min(length - offset)];
        let tail = if tail == line { content } else { tail };
        let tag = tag(tail);
        has_header |= tag == "A00";
        has_trailer |= tag == "Z99";
        let in_envelope = matches!(tag, "A00" | "Z99");
        records += u64::from(!in_envelope);
        let at = |start: usize, record| Position {
            offset: (offset + start) as u64,
            line: number,
            column: start as u64 + 1,
            record,
        };
        let record = (!in_envelope).then_some(records);
        match cut(content, tail, number == 1) {
            Cut::Unrecognised => {
                return vec![Err((ErrorKind::UnrecognisedLayout, at(0, None)))];
            }
            Cut::Bad(kind, start) => out.push(Err((kind, at(start, record)))),
            Cut::Line if tag == "Z99" => {
                let start = if tail.starts_with('"') { 6 } else { 3 };
                let declared = tail[start..].parse().unwrap();
                let kind = ErrorKind::RecordCount { declared, counted: records };
                if declared != records {
                    out.push(Err((kind, at(start, None))));
                }
            }
            Cut::Line if tag == "A00" => {}
            Cut::Line => out.push(Ok(details[out.len()])),
        }
        offset += line.len();
    }
    if has_header && !has_trailer {
        let end = Position { offset: length as u64, line: lines + 1, column: 1, record: None };
        out.push(Err((ErrorKind::MissingTrailer, end)));
    }
    out
}

#[test]
fn of_every_prefix_come_the_whole_records_and_one_fault_at_the_cut() {
    for sample in samples("valid") {
        let file = std::str::from_utf8(&sample.bytes).unwrap();
        let details = read(Reader::from_slice(&sample.bytes)).details();
        assert_eq!(details.len() + envelope_lines(file), file.lines().count());
        for length in 0..=file.len() {
            let seen = read(Reader::from_slice(&sample.bytes[..length]));
            let expected = expected(file, length, &details);
            assert_eq!(seen.outcomes(), expected, "{} cut at {length}", sample.path.display());
        }
    }
}

fn envelope_lines(file: &str) -> usize {
    file.lines().filter(|line| matches!(tag(line), "A00" | "Z99")).count()
}
