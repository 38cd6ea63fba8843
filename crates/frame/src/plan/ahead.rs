//! Rows taken from a reader's buffer before they are asked for.

use std::io::{self, BufRead};

use crate::plan::columns::{Columns, MARK_IMPERFECT};
use crate::reader::LineReader;

/// Rows decoded from the buffer of a [`LineReader`], handed out one by one.
///
/// The reader's own place is the truth: a row is handed out only where the reader stands at its
/// beginning, so lines may be read in between as well, and the rows before the reader are passed
/// over.
#[derive(Clone, Debug)]
pub struct Ahead {
    columns: Columns,
    /// The next row.
    next: usize,
    /// Where it begins in the input.
    at: u64,
}

impl Ahead {
    /// For at most so many rows at a time.
    #[must_use]
    pub fn with_capacity(rows: usize) -> Self {
        Self { columns: Columns::with_capacity(rows), next: 0, at: 0 }
    }

    /// The rows' values.
    #[must_use]
    pub const fn columns(&self) -> &Columns {
        &self.columns
    }

    /// The row that begins where the reader stands, if there is one and it is perfect.
    #[inline]
    pub fn row<R: BufRead>(&mut self, lines: &LineReader<R>) -> Option<usize> {
        if self.at != lines.offset() {
            self.catch_up(lines.offset());
        }
        let is_here = self.next < self.columns.len() && self.at == lines.offset();
        (is_here && self.columns.marks()[self.next] & MARK_IMPERFECT == 0).then_some(self.next)
    }

    /// How many perfect rows begin where the reader stands, from [`Ahead::row`] on.
    #[must_use]
    pub fn perfect(&self) -> usize {
        let marks = &self.columns.marks()[self.next..];
        marks.iter().take_while(|mark| **mark & MARK_IMPERFECT == 0).count()
    }

    /// Whether no row is left that the reader has not passed.
    #[must_use]
    pub fn is_spent<R: BufRead>(&self, lines: &LineReader<R>) -> bool {
        self.next == self.columns.len() && self.at <= lines.offset()
    }

    /// Takes so many perfect rows, which begin where the reader stands.
    #[inline]
    pub fn take<R: BufRead>(&mut self, rows: usize, lines: &mut LineReader<R>) {
        let bytes = self.advance(rows);
        lines.skip_lines(rows as u64, bytes);
    }

    /// Takes rows from the reader's buffer by a plan. How many.
    ///
    /// # Errors
    ///
    /// As [`LineReader::peek`].
    pub fn fill<R: BufRead>(
        &mut self,
        lines: &mut LineReader<R>,
        decode: impl FnOnce(&[u8], &mut Columns) -> usize,
    ) -> io::Result<usize> {
        self.columns.clear();
        let rows = decode(lines.peek()?, &mut self.columns);
        self.at = lines.offset();
        self.next = 0;
        Ok(rows)
    }

    /// Lets go of the rows that are left: what was read since says that they are not what they seem.
    pub fn discard(&mut self) {
        self.columns.clear();
        self.next = 0;
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
