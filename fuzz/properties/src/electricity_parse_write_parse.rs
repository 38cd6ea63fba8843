//! Checks that the records of any electricity file, written and read again, are the same, and that
//! a second round writes the same bytes.

use flagflow_electricity::{
    ErrorKind, Flow, Header, Instruction, Layout, LineKind, LineTag, Opening, ReaderOptions,
    ReasonCode, Record, Trailer, WriterOptions, detect_line_end,
};
use flagflow_frame::LineEnd;

use crate::profiles::shuffled;

/// The first byte chooses the profiles; the rest is a file.
pub fn electricity_parse_write_parse(data: &[u8]) {
    let Some((how, file)) = data.split_first() else { return };
    let options = if how & 1 == 0 {
        ReaderOptions::new()
    } else {
        Flow::ALL.into_iter().map(shuffled).fold(ReaderOptions::new(), ReaderOptions::profile)
    };
    let Some((read, layout, flow)) = read(&options, file) else { return };
    let line_end = detect_line_end(file);
    let Some((written, lines)) = write(&options, &read, layout, flow, line_end) else { return };
    // a bare file has no header that gives its flow
    let options = options.layout(layout).flow(flow);
    let again = self::read(&options, &written).map_or_else(Read::default, |(read, ..)| read);
    assert_eq!(again.lines[supplied(&lines, &again)..], lines);
    assert_eq!(again.header, read.header);
    // the flow of the header is kept too
    assert!(again.faults.iter().all(|kind| *kind == ErrorKind::FlowVersion), "{:?}", again.faults);
    let second = write(&options, &again, layout, flow, line_end);
    assert_eq!(second.map(|(written, _)| written), Some(written));
}

/// Counts the level-1 groups that the writer added: one if a record had no valid group before it, or
/// if the file has neither.
fn supplied(lines: &[Line], again: &Read) -> usize {
    let is_opening =
        |line: &Line| matches!(line, Line::Opening(it, _) if it.tag() == LineTag::Group);
    let is_bare = !lines.first().is_some_and(is_opening);
    usize::from(is_bare && again.lines.first().is_some_and(is_opening))
}

/// The valid lines of a file, and its errors.
#[derive(Default)]
struct Read {
    header: Option<Header>,
    lines: Vec<Line>,
    trailer: Option<Trailer>,
    faults: Vec<ErrorKind>,
}

/// A line of the body with the items that its typed value lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Line {
    Opening(Opening, Vec<Vec<u8>>),
    Record(Instruction, Vec<Vec<u8>>, Vec<ReasonCode>),
}

fn read(options: &ReaderOptions, file: &[u8]) -> Option<(Read, Layout, Flow)> {
    let (mut reader, mut record) = (options.clone().reader(file), Record::new());
    let (mut lines, mut faults) = (Vec::new(), Vec::new());
    loop {
        match reader.read_body(&mut record) {
            Ok(Some(kind)) => lines.extend(line(&record, kind)),
            Ok(None) => break,
            Err(error) if error.is_recoverable() => faults.push(error.kind()),
            Err(_) => break,
        }
    }
    let (header, trailer) = (reader.header().cloned(), reader.trailer().cloned());
    Some((Read { header, lines, trailer, faults }, reader.layout()?, reader.format()?.flow()))
}

fn line(record: &Record, kind: LineKind) -> Option<Line> {
    let extras = record.extras().map(<[u8]>::to_vec).collect();
    Some(match kind {
        LineKind::Group => Line::Opening(Opening::try_from(record).ok()?, extras),
        _ => Line::Record(Instruction::try_from(record).ok()?, extras, record.reasons().to_vec()),
    })
}

/// Writes the lines, without those that are too many or whose reasons are too few once bad lines are
/// left out; returns the file and its lines, or `None` where too few lines are left for a file.
fn write(
    options: &ReaderOptions,
    read: &Read,
    layout: Layout,
    flow: Flow,
    line_end: LineEnd,
) -> Option<(Vec<u8>, Vec<Line>)> {
    let profile = options.profile_of(flow).clone();
    let options = WriterOptions::new(profile).layout(layout).line_end(line_end);
    let options = read.header.iter().cloned().fold(options, WriterOptions::envelope);
    let mut writer = options.writer(Vec::new());
    read.trailer.iter().for_each(|trailer| writer.set_trailer(trailer));
    let mut lines = Vec::new();
    for line in &read.lines {
        let written = match line {
            Line::Opening(opening, extras) => {
                writer.write_opening(*opening, extras.iter().map(Vec::as_slice))
            }
            Line::Record(record, extras, reasons) => {
                writer.write_with_reasons(record, extras.iter().map(Vec::as_slice), reasons)
            }
        };
        match written {
            Ok(()) => lines.push(line.clone()),
            Err(error) => assert!(is_of_order(error.kind()), "{error}"),
        }
    }
    match writer.finish() {
        Ok(written) => Some((written, lines)),
        Err(error) => {
            let (error, _) = error.into_parts();
            assert!(is_of_order(error.kind()), "{error}");
            None
        }
    }
}

fn is_of_order(kind: ErrorKind) -> bool {
    let is_place = kind == ErrorKind::UnexpectedRecord;
    is_place || matches!(kind, ErrorKind::TooManyLines { .. } | ErrorKind::TooFewLines { .. })
}
