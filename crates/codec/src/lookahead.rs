//! Rows taken from a reader's buffer before they are asked for.

use std::io::{self, BufRead};
use std::ops::Range;

use flagflow_frame::LineReader;
use flagflow_rows::{MARK_NOT_CANONICAL, RowColumns};

/// Rows decoded from the buffer of a [`LineReader`], handed out one by one.
///
/// The reader's own place is the truth: a row is handed out only where the reader stands at its
/// beginning, so lines may be read in between as well, and the rows before the reader are passed
/// over.
///
/// The rows of a *run* are the exception: their records are made all at once and handed out while
/// the reader stays where the run began, and the reader goes behind them all when the run ends.
#[derive(Clone, Debug)]
pub struct Lookahead<T> {
    columns: RowColumns,
    /// The next row; of a run, the row where it began.
    next: usize,
    /// The offset of that row in the input.
    at: u64,
    /// The records of the run.
    run: Vec<T>,
    /// The number of them that were handed out.
    handed_out: usize,
}

impl<T: Copy> Lookahead<T> {
    /// Returns one for at most so many rows at a time.
    #[must_use]
    pub fn with_capacity(rows: usize) -> Self {
        let columns = RowColumns::with_capacity(rows);
        Self { columns, next: 0, at: 0, run: Vec::new(), handed_out: 0 }
    }

    /// Returns the rows' values.
    #[must_use]
    pub const fn columns(&self) -> &RowColumns {
        &self.columns
    }

    /// Returns the row that begins where the reader stands, if there is one and it is canonical.
    #[inline]
    pub fn row<R: BufRead>(&mut self, lines: &LineReader<R>) -> Option<usize> {
        if self.at != lines.offset() {
            self.catch_up(lines.offset());
        }
        let is_here = self.next < self.columns.len() && self.at == lines.offset();
        (is_here && self.columns.marks()[self.next] & MARK_NOT_CANONICAL == 0).then_some(self.next)
    }

    /// Returns how many canonical rows begin where the reader stands, from [`Lookahead::row`] on.
    #[must_use]
    pub(crate) fn canonical(&self) -> usize {
        let marks = &self.columns.marks()[self.next..];
        marks.iter().take_while(|mark| **mark & MARK_NOT_CANONICAL == 0).count()
    }

    /// Begins a run of the canonical rows that begin where the reader stands: `make` adds their
    /// records, as many as it can.
    pub(crate) fn begin_run<R: BufRead>(
        &mut self,
        lines: &LineReader<R>,
        make: impl FnOnce(&RowColumns, Range<usize>, &mut Vec<T>),
    ) {
        if let Some(row) = self.row(lines) {
            make(&self.columns, row..row + self.canonical(), &mut self.run);
        }
    }

    /// Returns the next record of the run.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "a record that goes through memory takes twice as long"
    )]
    pub(crate) fn record_of_run(&mut self) -> Option<T> {
        let record = *self.run.get(self.handed_out)?;
        self.handed_out += 1;
        Some(record)
    }

    /// Returns the number of records of the run that were handed out.
    pub(crate) const fn handed_out(&self) -> u64 {
        self.handed_out as u64
    }

    /// Returns the number of bytes of their rows.
    pub(crate) fn bytes_handed_out(&self) -> u64 {
        let starts = &self.columns.starts()[self.next..];
        u64::from(starts[self.handed_out] - starts[0])
    }

    /// Returns the bytes of the last row of the run that was handed out, from where the reader is.
    pub(crate) fn last_of_run(&self) -> Option<Range<usize>> {
        let starts = &self.columns.starts()[self.next..];
        let place = |row: usize| (starts[row] - starts[0]) as usize;
        let last = self.handed_out.checked_sub(1)?;
        Some(place(last)..place(last + 1))
    }

    /// Ends the run: the reader goes behind the rows that were handed out. Returns their number.
    pub(crate) fn end_run<R: BufRead>(&mut self, lines: &mut LineReader<R>) -> u64 {
        let rows = std::mem::take(&mut self.handed_out);
        if rows > 0 {
            self.take(rows, lines);
        }
        self.run.clear();
        rows as u64
    }

    /// Returns whether no row is left that the reader has not passed.
    #[must_use]
    pub fn is_spent<R: BufRead>(&self, lines: &LineReader<R>) -> bool {
        self.next == self.columns.len() && self.at <= lines.offset()
    }

    /// Takes so many canonical rows, which begin where the reader stands.
    #[inline]
    pub fn take<R: BufRead>(&mut self, rows: usize, lines: &mut LineReader<R>) {
        let bytes = self.advance(rows);
        lines.skip_lines(rows as u64, bytes);
    }

    /// Takes rows from the reader's buffer by a decoder, and returns their number.
    ///
    /// # Errors
    ///
    /// As [`LineReader::peek`].
    pub fn fill<R: BufRead>(
        &mut self,
        lines: &mut LineReader<R>,
        decode: impl FnOnce(&[u8], &mut RowColumns) -> usize,
    ) -> io::Result<usize> {
        self.columns.clear();
        let rows = decode(lines.peek()?, &mut self.columns);
        self.at = lines.offset();
        self.next = 0;
        Ok(rows)
    }

    /// Lets go of the rows that are left: what was read since says that they are not what they
    /// seem.
    pub(crate) fn discard(&mut self) {
        self.columns.clear();
        self.run.clear();
        (self.next, self.handed_out) = (0, 0);
    }

    /// Goes on behind so many rows. Their bytes.
    #[inline]
    fn advance(&mut self, rows: usize) -> usize {
        let starts = &self.columns.starts()[self.next..];
        let bytes = starts[rows] - starts[0];
        self.at += u64::from(bytes);
        self.next += rows;
        bytes as usize
    }

    /// Passes over the rows that the reader has passed.
    #[cold]
    fn catch_up(&mut self, offset: u64) {
        while self.at < offset && self.next < self.columns.len() {
            self.advance(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;
    use flagflow_rows::{CheckDigits, RowDecoder, Segment};

    const CHECK: CheckDigits = CheckDigits { weights: &[1, 2, 3, 4, 5, 6, 7, 8], digits: 2 };

    /// Five letters or ends of lines, and a number of ten digits: rows of 16 bytes.
    fn decoder() -> RowDecoder {
        let number = Segment::Number { least: 10, most: 10, check: Some(CHECK) };
        RowDecoder::new(&[Segment::literal(b"line "), number, Segment::literal(b"\n")]).unwrap()
    }

    fn decode(bytes: &[u8], columns: &mut RowColumns) -> usize {
        decoder().decode(bytes, columns)
    }

    fn filled(rows: usize, input: &[u8]) -> (Lookahead<()>, LineReader<&[u8]>) {
        let (mut ahead, mut lines) = (Lookahead::with_capacity(rows), LineReader::new(input));
        let decoded = ahead.fill(&mut lines, decode);
        assert_eq!(decoded.unwrap(), rows);
        (ahead, lines)
    }

    /// The second with check digits that are not its own, which is not for this module to judge.
    const THREE: &[u8] = b"line 1234567810\nline 0000123400\nline 0000123409\n";

    #[test]
    fn a_row_is_handed_out_where_the_reader_stands() {
        let (mut ahead, mut lines) = filled(3, THREE);
        assert_eq!(ahead.columns().numbers(0), [1_234_567_810, 123_400, 123_409]);
        assert_eq!(ahead.columns().marks(), [0, 2, 0]);
        assert_eq!((ahead.row(&lines), ahead.canonical()), (Some(0), 3));
        assert!(!ahead.is_spent(&lines));
        // read as a line, and so passed over
        assert_eq!(lines.read_line().unwrap().unwrap().bytes, b"line 1234567810");
        assert_eq!((ahead.row(&lines), ahead.canonical()), (Some(1), 2));
        ahead.take(1, &mut lines);
        assert_eq!((lines.offset(), lines.position().line), (32, 3));
        assert_eq!((ahead.row(&lines), ahead.canonical()), (Some(2), 1));
        assert!(!ahead.is_spent(&lines));
        ahead.take(1, &mut lines);
        assert_eq!((lines.offset(), lines.position().line), (48, 4));
        assert_eq!((ahead.row(&lines), ahead.canonical()), (None, 0));
        assert!(ahead.is_spent(&lines));
        assert!(lines.read_line().unwrap().is_none());
    }

    #[test]
    fn the_records_of_a_run_are_handed_out_where_it_began() {
        let (_, mut lines) = filled(3, THREE);
        let mut ahead = Lookahead::with_capacity(3);
        ahead.fill(&mut lines, decode).unwrap();
        let make = |columns: &RowColumns, rows: Range<usize>, records: &mut Vec<u64>| {
            records.extend_from_slice(&columns.numbers(0)[rows]);
        };
        ahead.begin_run(&lines, make);
        assert_eq!((ahead.handed_out(), ahead.bytes_handed_out()), (0, 0));
        let records = [ahead.record_of_run(), ahead.record_of_run()];
        assert_eq!(records, [Some(1_234_567_810), Some(123_400)]);
        assert_eq!((ahead.handed_out(), ahead.bytes_handed_out(), lines.offset()), (2, 32, 0));
        // the reader goes behind the rows that were handed out, and the third is left
        assert_eq!((ahead.end_run(&mut lines), lines.offset()), (2, 32));
        assert_eq!((ahead.record_of_run(), ahead.row(&lines)), (None, Some(2)));
        ahead.begin_run(&lines, make);
        assert_eq!([ahead.record_of_run(), ahead.record_of_run()], [Some(123_409), None]);
        assert_eq!((ahead.end_run(&mut lines), lines.offset()), (1, 48));
        ahead.begin_run(&lines, make);
        assert_eq!((ahead.record_of_run(), ahead.end_run(&mut lines)), (None, 0));
    }

    #[test]
    fn rows_are_taken_together() {
        let (mut ahead, mut lines) = filled(3, THREE);
        ahead.take(2, &mut lines);
        assert_eq!((lines.offset(), lines.position().line), (32, 3));
        assert_eq!(ahead.row(&lines), Some(2));
        assert_eq!(lines.read_line().unwrap().unwrap().bytes, b"line 0000123409");
    }

    #[test]
    fn a_row_that_is_not_perfect_is_left_to_the_reader() {
        let (mut ahead, mut lines) =
            filled(3, b"line 1234567810\nline x000123400\nline 0000123409\n");
        assert_eq!((ahead.row(&lines), ahead.canonical()), (Some(0), 1));
        ahead.take(1, &mut lines);
        assert_eq!((ahead.row(&lines), ahead.canonical()), (None, 0));
        assert!(!ahead.is_spent(&lines));
        lines.read_line().unwrap();
        assert_eq!((ahead.row(&lines), ahead.canonical()), (Some(2), 1));
    }

    #[test]
    fn a_row_of_several_lines_is_passed_over_line_by_line() {
        let (mut ahead, mut lines) = filled(2, b"ab\ncdefgh\nxyz..\nline 0000123409\n");
        assert_eq!(ahead.row(&lines), None);
        for offset in [3, 10] {
            lines.read_line().unwrap();
            assert_eq!((ahead.row(&lines), lines.offset()), (None, offset));
        }
        lines.read_line().unwrap();
        assert_eq!(ahead.row(&lines), Some(1));
        let (mut ahead, mut lines) = filled(1, b"ab\ncdefghijxyz.\nline");
        lines.read_line().unwrap();
        assert_eq!(ahead.row(&lines), None);
        assert!(!ahead.is_spent(&lines));
        lines.read_line().unwrap();
        assert_eq!(ahead.row(&lines), None);
        assert!(ahead.is_spent(&lines));
    }

    #[test]
    fn nothing_is_left_of_what_was_discarded() {
        let (mut ahead, mut lines) = filled(3, THREE);
        ahead.take(1, &mut lines);
        ahead.discard();
        assert_eq!((ahead.row(&lines), ahead.canonical()), (None, 0));
        assert_eq!((ahead.is_spent(&lines), ahead.columns().len()), (true, 0));
        let decoded = ahead.fill(&mut lines, decode);
        assert_eq!((decoded.unwrap(), ahead.row(&lines)), (2, Some(0)));
        assert_eq!(ahead.columns().numbers(0), [123_400, 123_409]);
    }

    #[test]
    fn it_is_filled_again_behind_the_rows_that_were_there() {
        let (mut ahead, mut lines) = filled(2, THREE);
        assert_eq!(ahead.canonical(), 2);
        ahead.take(2, &mut lines);
        let decoded = ahead.fill(&mut lines, decode);
        assert_eq!((decoded.unwrap(), ahead.row(&lines), ahead.canonical()), (1, Some(0), 1));
        // the reader is far ahead of the rows
        let (mut ahead, mut lines) = filled(1, THREE);
        while lines.read_line().unwrap().is_some() {}
        assert_eq!(ahead.row(&lines), None);
        assert!(ahead.is_spent(&lines));
    }

    #[test]
    fn nothing_is_there_at_first() {
        let lines = LineReader::new(THREE);
        let mut ahead = Lookahead::<()>::with_capacity(3);
        assert_eq!((ahead.row(&lines), ahead.canonical()), (None, 0));
        assert_eq!((ahead.is_spent(&lines), ahead.columns().len()), (true, 0));
    }

    #[test]
    fn rows_are_found_in_a_part_of_a_file() {
        let mut lines = LineReader::new(THREE).with_offset(1000);
        let mut ahead = Lookahead::<()>::with_capacity(3);
        let decoded = ahead.fill(&mut lines, decode);
        assert_eq!((decoded.unwrap(), ahead.row(&lines)), (3, Some(0)));
        lines.read_line().unwrap();
        assert_eq!((ahead.row(&lines), lines.offset()), (Some(1), 1016));
    }

    struct Broken;

    impl io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("broken"))
        }
    }

    #[test]
    fn what_the_reader_cannot_read_is_told() {
        let mut lines = LineReader::new(BufReader::new(Broken));
        let filled = Lookahead::<()>::with_capacity(3).fill(&mut lines, decode);
        assert_eq!(filled.unwrap_err().to_string(), "broken");
    }
}
