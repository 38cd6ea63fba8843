//! What a plan takes from its rows.

use std::ops::Range;

use crate::plan::{MAX_LETTERS, MAX_NUMBERS};

/// Values behind the last row of a full column, for a backend to write over: it takes its rows by
/// eights, and looks at letters by 32.
pub(super) const SLACK: usize = 32;

/// The row is not perfect: its values mean nothing. It ends where a line ends, but may be several.
pub const MARK_IMPERFECT: u8 = 1;

/// The row is perfect, but for check digits that are not those of their number.
pub const MARK_CHECK_DIGITS: u8 = 2;

/// Rows of one width, one directly behind the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// The first one's place in the columns.
    pub first: usize,
    /// How many there are.
    pub rows: usize,
    /// Bytes of a row, its line end among them.
    pub stride: usize,
    /// The place of the first byte of the first row.
    pub start: usize,
}

/// The values of many rows, a column for each field, reused from one filling to the next.
///
/// Which columns are filled is the plan's to say: the others hold zeros, or what stood there before.
#[derive(Clone, Debug)]
pub struct Columns {
    pub(super) capacity: usize,
    pub(super) rows: usize,
    pub(super) numbers: [Vec<u64>; MAX_NUMBERS],
    pub(super) dates: Vec<u32>,
    pub(super) letters: [Vec<u8>; MAX_LETTERS],
    pub(super) marks: Vec<u8>,
    /// Where each row begins, and behind them where the last one ends.
    starts: Vec<u32>,
}

/// The part of each column that is free: `rows` values, and the [`SLACK`] behind them.
pub(super) struct Room<'c> {
    pub(super) rows: usize,
    pub(super) numbers: [&'c mut [u64]; MAX_NUMBERS],
    pub(super) dates: &'c mut [u32],
    pub(super) letters: [&'c mut [u8]; MAX_LETTERS],
    pub(super) marks: &'c mut [u8],
    /// Where each row ends; the first one begins at `start`.
    pub(super) ends: &'c mut [u32],
    pub(super) start: u32,
}

impl Default for Columns {
    fn default() -> Self {
        Self::with_capacity(0)
    }
}

impl Columns {
    /// Columns for so many rows.
    #[must_use]
    pub fn with_capacity(rows: usize) -> Self {
        let values = rows + SLACK;
        Self {
            capacity: rows,
            rows: 0,
            numbers: std::array::from_fn(|_| vec![0; values]),
            dates: vec![0; values],
            letters: std::array::from_fn(|_| vec![0; values]),
            marks: vec![0; values],
            starts: vec![0; 1 + values],
        }
    }

    /// Forgets the rows and keeps the memory.
    pub fn clear(&mut self) {
        self.rows = 0;
    }

    /// How many rows there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Whether there is no room for another row.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.rows == self.capacity
    }

    /// A column of numbers, in the order of the plan's.
    #[must_use]
    pub fn numbers(&self, column: usize) -> &[u64] {
        &self.numbers[column][..self.rows]
    }

    /// The days, each as the number that its eight digits are: 20211105.
    #[must_use]
    pub fn dates(&self) -> &[u32] {
        &self.dates[..self.rows]
    }

    /// A column of letters, in the order of the plan's.
    #[must_use]
    pub fn letters(&self, column: usize) -> &[u8] {
        &self.letters[column][..self.rows]
    }

    /// What is to be said of each row: 0, [`MARK_IMPERFECT`] or [`MARK_CHECK_DIGITS`].
    #[must_use]
    pub fn marks(&self) -> &[u8] {
        &self.marks[..self.rows]
    }

    /// Where each row begins in the bytes that the rows came from, and behind them where the last one
    /// ends: one more than there are rows.
    #[must_use]
    pub fn starts(&self) -> &[u32] {
        &self.starts[..=self.rows]
    }

    /// Where a row stands in the bytes that the rows came from, its line end among them.
    #[must_use]
    #[inline]
    pub fn range(&self, row: usize) -> Range<usize> {
        self.starts[row] as usize..self.starts[row + 1] as usize
    }

    /// The rows of one width that begin with this one; `None` behind the last.
    #[must_use]
    pub fn run(&self, first: usize) -> Option<Run> {
        let [start, end] = *self.starts().get(first..)?.first_chunk()?;
        let stride = end - start;
        let rows = self.starts()[first..].windows(2);
        let rows = rows.take_while(|row| row[1] - row[0] == stride).count();
        Some(Run { first, rows, stride: stride as usize, start: start as usize })
    }

    /// The rows by their widths. Where these change with every row, [`Columns::starts`] tells as much
    /// for less.
    pub fn runs(&self) -> impl Iterator<Item = Run> + '_ {
        std::iter::successors(self.run(0), |run| self.run(run.first + run.rows))
    }

    /// How many bytes the rows take: less than 4 GiB.
    #[must_use]
    #[inline]
    pub fn bytes(&self) -> usize {
        self.starts[self.rows] as usize
    }

    /// Marks a row as imperfect.
    pub fn refuse(&mut self, row: usize) {
        self.marks[row] = MARK_IMPERFECT;
    }

    /// How many more bytes the rows may take.
    #[inline]
    pub(super) fn bytes_left(&self) -> usize {
        (u32::MAX - self.starts[self.rows]) as usize
    }

    /// Whether the last so many rows are of one width.
    pub(super) fn are_alike(&self, rows: usize) -> bool {
        let starts = &self.starts[self.rows - rows..=self.rows];
        starts.windows(3).all(|row| row[1] - row[0] == row[2] - row[1])
    }

    /// The free part of each column.
    #[inline]
    pub(super) fn room(&mut self) -> Room<'_> {
        let free = self.rows..;
        let (taken, ends) = self.starts.split_at_mut(self.rows + 1);
        Room {
            rows: self.capacity - self.rows,
            numbers: self.numbers.each_mut().map(|column| &mut column[free.clone()]),
            dates: &mut self.dates[free.clone()],
            letters: self.letters.each_mut().map(|column| &mut column[free.clone()]),
            marks: &mut self.marks[free],
            ends,
            start: taken[self.rows],
        }
    }

    /// Rows of one width were written, but for where they end.
    #[inline]
    pub(super) fn wrote(&mut self, rows: usize, stride: u32) {
        let mut end = self.starts[self.rows];
        for place in &mut self.starts[self.rows + 1..][..rows] {
            end += stride;
            *place = end;
        }
        self.rows += rows;
    }

    /// Rows were written, and where they end.
    #[inline]
    pub(super) fn wrote_lines(&mut self, rows: usize) {
        self.rows += rows;
    }
}
