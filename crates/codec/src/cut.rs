//! Cutting a line into its items: the definition of the shape of every line.
//!
//! ```text
//! fixed, padded := code item{1} item{2} ... item{n}   each at its length, nothing after the last
//! comma         := cell ("," cell)*                   as many as the line has items
//! cell          := '"' [^"]* '"'  |  [^",]*
//! pipe          := (item "|")* [item]                 as many as the line has; the last pipe may be missing
//! item          := [^|]*
//! ```
//!
//! A header or trailer may have more items than the table has names for: the line's *surplus*.
//!
//! White space behind the last pipe of a line is not an item, nor is a cell of white space behind
//! the last item: both are the line's *blanks*, and the line is read without them.

use nom::branch::alt;
use nom::bytes::complete::{take, take_till};
use nom::character::complete::char;
use nom::combinator::{all_consuming, eof, recognize};
use nom::multi::fold_many0;
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Offset, Parser};

use crate::error::{ErrorKind, Fault};
use crate::names::Names;
use crate::table::{LineSpec, MAX_ITEMS, Style, Table};

/// The places of the items of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    /// The index of the line in its table.
    pub(crate) line: u8,
    pub(crate) has_missing_pipe: bool,
    /// The bytes of the line without its blanks.
    pub(crate) kept: usize,
    ends: ItemEnds,
}

impl Cut {
    /// Returns the start and the end of a cell, the code being cell 0, quotes among the cell.
    pub(crate) fn cell(&self, index: usize, style: Style) -> (usize, usize) {
        let end = |index: usize| self.ends.at.get(index).map_or(0, |end| *end as usize);
        let delimiter = usize::from(!style.is_fixed());
        let start = index.checked_sub(1).map_or(0, |before| end(before) + delimiter);
        (start, end(index))
    }
}

/// The ends of the first cells, the code's at 0, and the number of cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ItemEnds {
    count: usize,
    at: [u32; MAX_ITEMS + 1],
}

impl ItemEnds {
    const NONE: Self = Self { count: 0, at: [0; MAX_ITEMS + 1] };

    /// Adds a cell. A line so long that its end does not fit is longer than any limit of a reader.
    fn push(&mut self, end: usize) {
        if let Some(place) = self.at.get_mut(self.count) {
            *place = u32::try_from(end).unwrap_or(u32::MAX);
        }
        self.count += 1;
    }
}

/// `item := [^|]*`
fn item(input: &[u8]) -> IResult<&[u8], &[u8]> {
    take_till(|byte| byte == b'|').parse(input)
}

/// `pipe := (item "|")* [item]`: the items, and whether the last pipe is missing.
fn pipe(line: &[u8]) -> IResult<&[u8], (ItemEnds, bool)> {
    let mut ends = ItemEnds::NONE;
    let push = |(), item: &[u8]| ends.push(line.offset(item) + item.len());
    let (last, ()) = fold_many0(terminated(item, char('|')), || (), push).parse(line)?;
    if !last.is_empty() {
        ends.push(line.len());
    }
    Ok((b"", (ends, !last.is_empty())))
}

/// The text of a cell, without quotes.
fn cell_text(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let quoted = delimited(char('"'), take_till(|b| b == b'"'), char('"'));
    let bare = take_till(|b| b == b'"' || b == b',');
    alt((quoted, bare)).parse(input)
}

/// `cell := '"' [^"]* '"' | [^",]*`
fn cell(input: &[u8]) -> IResult<&[u8], &[u8]> {
    recognize(cell_text).parse(input)
}

/// `comma := cell ("," cell)*`
fn comma(line: &[u8]) -> IResult<&[u8], ItemEnds> {
    let (rest, first) = cell(line)?;
    let mut ends = ItemEnds::NONE;
    ends.push(first.len());
    let push = |(), cell: &[u8]| ends.push(line.offset(cell) + cell.len());
    let (rest, ()) =
        all_consuming(fold_many0(preceded(char(','), cell), || (), push)).parse(rest)?;
    Ok((rest, ends))
}

/// `fixed := code item{1} ... item{n}`. A line of another length is not one of this kind.
fn fixed<'a, F: Names>(line: &'a [u8], spec: &LineSpec<F>) -> IResult<&'a [u8], ItemEnds> {
    let mut ends = ItemEnds::NONE;
    let mut rest = line;
    let items = spec.items_behind_code().iter().map(|item| item.length);
    for length in std::iter::once(spec.code().len()).chain(items) {
        (rest, _) = take(length).parse(rest)?;
        ends.push(line.len() - rest.len());
    }
    eof(rest).map(|(rest, _)| (rest, ends))
}

/// Finds the line by its code, whatever follows.
#[inline]
pub(crate) fn peek<'t, F: Names>(
    line: &[u8],
    table: &'t Table<F>,
) -> Option<(u8, &'t LineSpec<F>)> {
    (0..).zip(table.lines()).find(|(_, spec)| has_code(line, table.style(), spec.code()))
}

#[inline]
fn has_code(line: &[u8], style: Style, code: &str) -> bool {
    let code = code.as_bytes();
    match style {
        Style::Fixed | Style::FixedPadded => line.starts_with(code),
        Style::Pipe => matches!(line.strip_prefix(code), Some([] | [b'|', ..])),
        Style::Comma => matches!(cell_text(line), Ok(([] | [b',', ..], first)) if first == code),
    }
}

/// Cuts a line into the items of the line that it begins with.
pub(crate) fn cut<F: Names>(line: &[u8], table: &Table<F>) -> Result<Cut, Fault<F::Field>> {
    let malformed = |expected| Fault::of_line(ErrorKind::MalformedRecord { expected }, line);
    let cells = match table.style() {
        Style::Comma => Some(comma(line).map_err(|_| malformed(None))?.1),
        Style::Fixed | Style::Pipe | Style::FixedPadded => None,
    };
    let (index, spec) =
        peek(line, table).ok_or_else(|| Fault::of_line(ErrorKind::UnknownRecord, line))?;
    let expected = spec.items_behind_code().len() + 1;
    let whole = |ends| Cut { line: index, has_missing_pipe: false, kept: line.len(), ends };
    let cut = match (table.style(), cells) {
        (Style::Pipe, _) => cut_pipe(line, spec, expected).map(|cut| Cut { line: index, ..cut }),
        (_, Some(ends)) => Some(whole(ends)).filter(|_| ends.count == expected),
        (_, None) => {
            let expected = spec.fixed_length();
            let wrong_length = |_| Fault::of_line(ErrorKind::WrongLength { expected }, line);
            return fixed(line, spec).map(|(_, ends)| whole(ends)).map_err(wrong_length);
        }
    };
    cut.ok_or_else(|| malformed(Some(spec.items().len())))
}

fn cut_pipe<F: Names>(line: &[u8], spec: &LineSpec<F>, expected: usize) -> Option<Cut> {
    let kept = without_blanks(line, expected);
    let (_, (ends, has_missing_pipe)) = pipe(kept).ok()?;
    let fits = ends.count == expected || (spec.takes_more && ends.count > expected);
    fits.then_some(Cut { line: 0, has_missing_pipe, kept: kept.len(), ends })
}

/// Returns a line without white space behind its last pipe, and without the cells behind its last
/// item if they are empty but for white space. Cells without any white space stay: in a header or
/// trailer they may be items, and in a group they are too many.
fn without_blanks(line: &[u8], expected: usize) -> &[u8] {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let end = line.iter().rposition(|byte| !is_blank(byte)).map_or(0, |last| last + 1);
    let (text, _) = line.split_at(end);
    let Some(mut inner) = text.strip_suffix(b"|") else { return line };
    let mut count = text.iter().filter(|byte| **byte == b'|').count();
    let mut has_space = false;
    while count > expected {
        let start = inner.iter().rposition(|byte| *byte == b'|').map_or(0, |pipe| pipe + 1);
        let (before, cell) = inner.split_at(start);
        if !cell.iter().all(is_blank) {
            break;
        }
        has_space |= !cell.is_empty();
        inner = before.strip_suffix(b"|").unwrap_or(before);
        count -= 1;
    }
    // the pipe behind the last item stays
    line.get(..=inner.len()).filter(|_| has_space).unwrap_or(text)
}
