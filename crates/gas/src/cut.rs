//! Cutting a line into its record's fields: the shape of every record, in both layouts.
//!
//! ```text
//! fixed  := field{1} field{2} ... field{n}            each at its length, nothing after the last
//! uklink := cell ("," cell)*                          as many as the record has fields
//! cell   := '"' [^"]* '"'  |  [^",]*
//! ```

use nom::branch::alt;
use nom::bytes::complete::{take, take_till};
use nom::character::complete::char;
use nom::combinator::all_consuming;
use nom::multi::fold_many0;
use nom::sequence::{delimited, preceded};
use nom::{IResult, Offset, Parser};

use crate::error::{ErrorKind, Fault};
use crate::layout::{Layout, MAX_FIELDS, RecordSpec, Tag};

/// Where one field stands in its line: its first byte and its length, without quotes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) length: usize,
}

/// The fields' places in a line.
pub(crate) type Spans = [Span; MAX_FIELDS];

/// The cells of a uklink line: how many there are, and where the first of them stand.
#[derive(Clone, Copy, Default)]
struct Cells {
    count: usize,
    spans: Spans,
}

impl Cells {
    fn with(mut self, line: &[u8], cell: &[u8]) -> Self {
        if let Some(span) = self.spans.get_mut(self.count) {
            *span = Span { start: line.offset(cell), length: cell.len() };
        }
        self.count += 1;
        self
    }
}

/// `cell := '"' [^"]* '"' | [^",]*`
fn cell(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let quoted = delimited(char('"'), take_till(|b| b == b'"'), char('"'));
    let bare = take_till(|b| b == b'"' || b == b',');
    alt((quoted, bare)).parse(input)
}

/// `uklink := cell ("," cell)*`
fn cells(line: &[u8]) -> IResult<&[u8], Cells> {
    let (rest, first) = cell(line)?;
    let start = Cells::default().with(line, first);
    let more = fold_many0(
        preceded(char(','), cell),
        || start,
        |cells: Cells, cell: &[u8]| cells.with(line, cell),
    );
    all_consuming(more).parse(rest)
}

/// Each field at its length, end to end. A line of another length is none of the record's.
fn fixed<'a>(line: &'a [u8], spec: &RecordSpec) -> IResult<&'a [u8], Spans> {
    let mut spans = Spans::default();
    let mut rest = line;
    for (span, field) in spans.iter_mut().zip(spec.fields) {
        let (after, bytes): (&[u8], &[u8]) = take(field.length).parse(rest)?;
        *span = Span { start: line.offset(bytes), length: bytes.len() };
        rest = after;
    }
    nom::combinator::eof(rest).map(|(rest, _)| (rest, spans))
}

/// The Transaction Type that a line begins with, whatever follows it.
pub(crate) fn peek_tag(line: &[u8], layout: Layout) -> Option<Tag> {
    match layout {
        Layout::Fixed => line.get(..3).and_then(Tag::from_bytes),
        Layout::Uklink => match cell(line) {
            Ok(([] | [b',', ..], first)) => Tag::from_bytes(first),
            _ => None,
        },
    }
}

/// Cuts a line into the fields of the record that it begins with.
pub(crate) fn cut(line: &[u8], layout: Layout) -> Result<(Tag, Spans), Fault> {
    match layout {
        Layout::Fixed => cut_fixed(line),
        Layout::Uklink => cut_uklink(line),
    }
}

fn cut_fixed(line: &[u8]) -> Result<(Tag, Spans), Fault> {
    let tag = peek_tag(line, Layout::Fixed)
        .ok_or_else(|| Fault::of_line(ErrorKind::UnknownRecord, line))?;
    let spec = tag.spec();
    match fixed(line, spec) {
        Ok((_, spans)) => Ok((tag, spans)),
        Err(_) => {
            Err(Fault::of_line(ErrorKind::WrongLength { expected: spec.fixed_length() }, line))
        }
    }
}

fn cut_uklink(line: &[u8]) -> Result<(Tag, Spans), Fault> {
    let malformed = |expected| Fault::of_line(ErrorKind::MalformedRecord { expected }, line);
    let (_, cells) = cells(line).map_err(|_| malformed(None))?;
    let tag = peek_tag(line, Layout::Uklink)
        .ok_or_else(|| Fault::of_line(ErrorKind::UnknownRecord, line))?;
    let expected = tag.spec().fields.len();
    if cells.count == expected { Ok((tag, cells.spans)) } else { Err(malformed(Some(expected))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(line: &str, layout: Layout) -> Result<Vec<&str>, ErrorKind> {
        let (tag, spans) = cut(line.as_bytes(), layout).map_err(|fault| {
            assert_eq!((fault.field, fault.start, fault.length), (None, 0, line.len()));
            fault.kind
        })?;
        let used = &spans[..tag.spec().fields.len()];
        Ok(used.iter().map(|span| &line[span.start..span.start + span.length]).collect())
    }

    #[test]
    fn fixed_lines_are_cut_at_their_lengths() {
        let fixed = |line| fields(line, Layout::Fixed);
        assert_eq!(fixed("E451234567810A20211105"), Ok(vec!["E45", "1234567810", "A", "20211105"]));
        assert_eq!(
            fixed("E46RJ0000123409W20201231"),
            Ok(vec!["E46", "RJ", "0000123409", "W", "20201231"])
        );
        assert_eq!(fixed("Z990000000012"), Ok(vec!["Z99", "0000000012"]));
        assert_eq!(fixed("S72XYZ00001"), Ok(vec!["S72", "XYZ00001"]));
        assert_eq!(
            fixed("A000000000042DXI20211105093000000001"),
            Ok(vec!["A00", "0000000042", "DXI", "20211105", "093000", "000001"])
        );
        for length in [3, 21, 23] {
            let line = &"E451234567810A20211105X"[..length];
            assert_eq!(fixed(line), Err(ErrorKind::WrongLength { expected: 22 }), "{line}");
        }
        for line in ["", "E4", "E47", " E451234567810A20211105", "\"E45\""] {
            assert_eq!(fixed(line), Err(ErrorKind::UnknownRecord), "{line}");
        }
    }

    #[test]
    fn uklink_lines_are_cut_at_their_commas() {
        let uklink = |line| fields(line, Layout::Uklink);
        let expected = vec!["E45", "1234567810", "A", "20211105"];
        assert_eq!(uklink("\"E45\",1234567810,\"A\",20211105"), Ok(expected.clone()));
        assert_eq!(uklink("E45,\"1234567810\",A,\"20211105\""), Ok(expected));
        assert_eq!(uklink("E45,,\"\","), Ok(vec!["E45", "", "", ""]));
        assert_eq!(uklink("E45,\"1,2\",A,3"), Ok(vec!["E45", "1,2", "A", "3"]));
        for line in ["E45", "E45,1,A", "E45,1,A,2,", "\"E45\",1,\"A\",2,3,4,5,6,7"] {
            let kind = ErrorKind::MalformedRecord { expected: Some(4) };
            assert_eq!(uklink(line), Err(kind), "{line}");
        }
        for line in ["\"E45", "E45,1\",A,2", "E45,\"1\"2,A,3", "E45,1,\"\"\"A\",2", "E4\"5,1,A,2"] {
            let kind = ErrorKind::MalformedRecord { expected: None };
            assert_eq!(uklink(line), Err(kind), "{line}");
        }
        for line in ["", ",,,", "e45,1,A,2", "\"E45 \",1,A,2", "X,1"] {
            assert_eq!(uklink(line), Err(ErrorKind::UnknownRecord), "{line}");
        }
    }

    #[test]
    fn tags_are_seen_in_broken_lines() {
        assert_eq!(peek_tag(b"E45x", Layout::Fixed), Some(Tag::E45));
        assert_eq!(peek_tag(b"\"A00\",x\"", Layout::Uklink), Some(Tag::A00));
        assert_eq!(peek_tag(b"Z99", Layout::Uklink), Some(Tag::Z99));
        assert_eq!(peek_tag(b"\"Z99\"7", Layout::Uklink), None);
        assert_eq!(peek_tag(b"Z99\"", Layout::Uklink), None);
        assert_eq!(peek_tag(b"\"Z99", Layout::Uklink), None);
        assert_eq!(peek_tag(b"\"Z99\"", Layout::Fixed), None);
    }
}
