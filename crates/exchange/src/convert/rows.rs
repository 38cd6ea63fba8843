//! Rows of a comma separated table (RFC 4180), with the place of every cell. The delimiter may be
//! another than a comma.
//!
//! ```text
//! row  := cell ("," cell)* end        end := LF | CR LF | the end of the input
//! cell := '"' ([^"] | '""')* '"'  |  [^",\n] [^,\n]*  |  nothing
//! ```
//!
//! A quoted cell may hold commas, quotes and line endings. A quote inside a bare cell is itself.
//! Empty lines between rows are passed over, and so are rows of nothing but empty cells.
//!
//! Rows are cut here, and not by a library, for the exact place of a bad cell, and because a quote
//! that is never closed must not read the rest of a file into memory.

use std::io::BufRead;

use flagflow_frame::{DEFAULT_MAX_LINE, LineReader, Position};

use flagflow_files::{Error, ErrorKind, Result};

/// The most bytes of one row.
const MOST: usize = DEFAULT_MAX_LINE;

/// Reads one row after the other into the same memory.
pub(super) struct TableRows<R> {
    lines: LineReader<R>,
    row: TableLine,
    number: u64,
    /// The rows of nothing but empty cells so far: they are passed over.
    pub(super) empty: u64,
}

/// One row.
#[derive(Debug)]
pub(super) struct TableLine {
    delimiter: u8,
    /// Start of the row; its record is the number of the row after the column names.
    pub(super) position: Position,
    /// The cells' text, one after the other, without quotes.
    text: Vec<u8>,
    cells: Vec<Cell>,
    /// Number of bytes of the row read so far.
    length: usize,
    /// Start of the text of the current cell.
    begin: usize,
    /// Starts of the lines of the row after the first.
    breaks: Vec<usize>,
    state: CellState,
    /// Text follows a closing quote.
    pub(super) broken: bool,
}

/// A cell: the end of its text, and the byte of the row that its text begins with.
#[derive(Clone, Copy, Debug)]
struct Cell {
    end: usize,
    begin: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CellState {
    /// At the first byte of a cell.
    Begin,
    Bare,
    Quoted,
    /// After a quote in a quoted cell: it closes, or it is the first of two.
    Quote,
}

impl<R: BufRead> TableRows<R> {
    pub(super) fn new(input: R, delimiter: u8) -> Self {
        Self {
            lines: LineReader::with_max_line(input, MOST),
            row: TableLine::new(delimiter),
            number: 0,
            empty: 0,
        }
    }

    /// Returns the last row.
    pub(super) fn row(&self) -> &TableLine {
        &self.row
    }

    /// Reads the next row that has text; returns false at the end.
    pub(super) fn next(&mut self) -> Result<bool> {
        while self.next_row()? {
            if !self.row.is_empty() {
                self.number += 1;
                return Ok(true);
            }
            self.empty += 1;
        }
        Ok(false)
    }

    fn next_row(&mut self) -> Result<bool> {
        self.row.clear();
        while let Some(line) = self.lines.read_line().map_err(Error::reading)? {
            let inside = self.row.state == CellState::Quoted;
            if line.length == 0 && !inside {
                continue;
            }
            if line.oversize || self.row.length + line.bytes.len() > MOST {
                return Err(too_long(if inside { self.row.position } else { line.position() }));
            }
            if !inside {
                self.row.position = Position { record: Some(self.number), ..line.position() };
            }
            self.row.take(line.bytes, line.end.as_bytes());
            if self.row.state != CellState::Quoted {
                self.row.end_cell();
                return Ok(true);
            }
        }
        if self.row.state == CellState::Quoted {
            Err(too_long(self.row.position))
        } else {
            Ok(false)
        }
    }
}

fn too_long(position: Position) -> Error {
    let what = format!(
        "{position}: the row has more than {MOST} bytes, or a quote in it is never closed; where \
         the next row begins is unknown"
    );
    Error::new(ErrorKind::Table, what)
}

impl TableLine {
    const fn new(delimiter: u8) -> Self {
        Self {
            delimiter,
            position: Position::START,
            text: Vec::new(),
            cells: Vec::new(),
            length: 0,
            begin: 0,
            breaks: Vec::new(),
            state: CellState::Begin,
            broken: false,
        }
    }

    fn clear(&mut self) {
        self.text.clear();
        self.cells.clear();
        self.breaks.clear();
        self.length = 0;
        self.begin = 0;
        self.state = CellState::Begin;
        self.broken = false;
    }

    /// Returns whether no cell has text.
    fn is_empty(&self) -> bool {
        !self.broken && self.text.trim_ascii().is_empty()
    }

    /// Returns the number of cells.
    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    /// Returns the text of a cell.
    pub(super) fn cell(&self, index: usize) -> Option<&[u8]> {
        let cell = self.cells.get(index)?;
        let start = index.checked_sub(1).map_or(0, |before| self.cells[before].end);
        self.text.get(start..cell.end)
    }

    /// Returns the position of a cell's text.
    pub(super) fn place(&self, index: usize) -> Position {
        let begin = self.cells.get(index).map_or(0, |cell| cell.begin);
        let lines = self.breaks.iter().take_while(|at| **at <= begin).count();
        let line_begin = lines.checked_sub(1).map_or(0, |last| self.breaks[last]);
        Position {
            offset: self.position.offset + begin as u64,
            line: self.position.line + lines as u64,
            column: (begin - line_begin) as u64 + 1,
            record: self.position.record,
        }
    }

    /// Adds a line; the line ending is content if a quote is open.
    fn take(&mut self, line: &[u8], end: &[u8]) {
        for byte in line {
            self.byte(*byte);
        }
        if self.state == CellState::Quoted {
            self.text.extend_from_slice(end);
        }
        self.length += end.len();
        self.breaks.push(self.length);
    }

    fn byte(&mut self, byte: u8) {
        self.length += 1;
        self.state = match (self.state, byte) {
            (CellState::Begin, b'"') => {
                self.begin = self.length;
                CellState::Quoted
            }
            (CellState::Quoted, b'"') => CellState::Quote,
            (CellState::Begin | CellState::Bare | CellState::Quote, _)
                if byte == self.delimiter =>
            {
                self.end_cell()
            }
            (state, _) => {
                self.text.push(byte);
                self.inside(state, byte)
            }
        };
    }

    /// Returns the state after a byte of a cell's text.
    fn inside(&mut self, state: CellState, byte: u8) -> CellState {
        self.broken |= state == CellState::Quote && byte != b'"';
        match (state, byte) {
            (CellState::Quoted, _) | (CellState::Quote, b'"') => CellState::Quoted,
            _ => CellState::Bare,
        }
    }

    fn end_cell(&mut self) -> CellState {
        self.cells.push(Cell { end: self.text.len(), begin: self.begin });
        self.begin = self.length;
        CellState::Begin
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use proptest::prelude::*;

    use super::*;

    type Seen = Vec<Vec<u8>>;

    fn rows(input: &[u8]) -> Result<Vec<Seen>> {
        let mut rows = TableRows::new(BufReader::with_capacity(3, input), b',');
        let mut all = Vec::new();
        while rows.next()? {
            let row = rows.row();
            all.push((0..row.len()).map(|at| row.cell(at).unwrap().to_vec()).collect());
        }
        Ok(all)
    }

    fn the_crate_csv(input: &[u8]) -> Vec<Seen> {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(input);
        let row = |row: csv::ByteRecord| row.iter().map(<[u8]>::to_vec).collect();
        reader.byte_records().map(|read| row(read.unwrap())).collect()
    }

    proptest! {
        /// Any cells at all, written by the crate csv with any of its ways to quote.
        #[test]
        fn rows_are_those_of_the_crate_csv(
            table in prop::collection::vec(prop::collection::vec("[a\",\r\n é]{0,4}", 2..4), 0..6),
            always in any::<bool>(),
            crlf in any::<bool>(),
        ) {
            let style = if always { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
            let end = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
            let mut builder = csv::WriterBuilder::new();
            let mut writer =
                builder.flexible(true).quote_style(style).terminator(end).from_writer(Vec::new());
            for row in &table {
                writer.write_record(row).unwrap();
            }
            let input = writer.into_inner().unwrap();
            let mut expected = the_crate_csv(&input);
            expected.retain(|row| row.iter().any(|cell| !cell.trim_ascii().is_empty()));
            prop_assert_eq!(rows(&input).unwrap(), expected);
        }
    }

    #[test]
    fn a_quote_inside_a_bare_cell_is_itself() {
        let input = b"a\"b,\"c\"\"d\",\"\"\n\n,x\n";
        let expected: [&[&[u8]]; 2] = [&[b"a\"b", b"c\"d", b""], &[b"", b"x"]];
        assert_eq!(rows(input).unwrap(), expected);
        assert_eq!(rows(input).unwrap(), the_crate_csv(input));
    }

    #[test]
    fn rows_of_empty_cells_are_counted_and_passed_over() {
        let mut all = TableRows::new(&b"a,b\n,\n\"\", \nc,\n,,,\n"[..], b',');
        assert!(all.next().unwrap() && all.next().unwrap());
        assert_eq!((all.row().cell(0), all.row().position.record), (Some(&b"c"[..]), Some(1)));
        assert!(!all.next().unwrap());
        assert_eq!(all.empty, 3);
    }

    #[test]
    fn text_behind_a_quote_is_seen() {
        let mut rows = TableRows::new(&b"\"a\"b,c\n\"a\",c\n"[..], b',');
        assert!(rows.next().unwrap() && rows.row().broken);
        assert_eq!(rows.row().len(), 2);
        assert!(rows.next().unwrap() && !rows.row().broken);
    }

    #[test]
    fn cells_have_their_places_over_lines() {
        let input = &b"\xEF\xBB\xBFh\r\n\r\na;\"b\r\nc\";\"d\"\r\n"[..];
        let mut rows = TableRows::new(input, b';');
        assert!(rows.next().unwrap());
        assert_eq!(rows.row().place(0), Position { offset: 3, record: Some(0), ..Position::START });
        assert!(rows.next().unwrap());
        let places: Vec<_> = (0..3).map(|at| rows.row().place(at)).collect();
        let at = |offset, line, column| Position { offset, line, column, record: Some(1) };
        assert_eq!(places, [at(8, 3, 1), at(11, 3, 4), at(18, 4, 5)]);
        assert_eq!(rows.row().cell(1), Some(&b"b\r\nc"[..]));
    }

    #[test]
    fn a_quote_that_is_never_closed_ends_the_table_in_bounded_memory() {
        for input in [&b"a,\"b\nc,d\n"[..], &[b"a\n\"".as_slice(), &vec![b'\n'; 1 << 20]].concat()]
        {
            let mut rows = TableRows::new(input, b',');
            let error = loop {
                match rows.next() {
                    Ok(more) => assert!(more),
                    Err(error) => break error,
                }
            };
            assert_eq!(error.kind(), ErrorKind::Table);
            assert!(rows.row.text.capacity() <= 2 * MOST);
        }
    }
}
