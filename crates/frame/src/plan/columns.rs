//! What a plan takes from its rows.

use crate::plan::{MAX_LETTERS, MAX_NUMBERS};

/// The row is not perfect: its values mean nothing. It ends where a line ends, but may be several.
pub const MARK_IMPERFECT: u8 = 1;

/// The row is perfect, but for check digits that are not those of their number.
pub const MARK_CHECK_DIGITS: u8 = 2;

/// Rows of one width, one directly behind the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, Default)]
pub struct Columns {
    pub(super) capacity: usize,
    pub(super) rows: usize,
    pub(super) numbers: [Vec<u64>; MAX_NUMBERS],
    pub(super) dates: Vec<u32>,
    pub(super) letters: [Vec<u8>; MAX_LETTERS],
    pub(super) marks: Vec<u8>,
    runs: Vec<Run>,
    bytes: usize,
}

/// The part of each column that a run writes.
pub(super) struct Room<'c> {
    pub(super) numbers: [&'c mut [u64]; MAX_NUMBERS],
    pub(super) dates: &'c mut [u32],
    pub(super) letters: [&'c mut [u8]; MAX_LETTERS],
    pub(super) marks: &'c mut [u8],
}

impl Columns {
    /// Columns for so many rows.
    #[must_use]
    pub fn with_capacity(rows: usize) -> Self {
        Self {
            capacity: rows,
            numbers: std::array::from_fn(|_| vec![0; rows]),
            dates: vec![0; rows],
            letters: std::array::from_fn(|_| vec![0; rows]),
            marks: vec![0; rows],
            ..Self::default()
        }
    }

    /// Forgets the rows and keeps the memory.
    pub fn clear(&mut self) {
        (self.rows, self.bytes) = (0, 0);
        self.runs.clear();
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

    /// Where the rows stand in the bytes they came from.
    #[must_use]
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// How many bytes the rows take.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Marks a row as imperfect.
    pub fn refuse(&mut self, row: usize) {
        self.marks[row] = MARK_IMPERFECT;
    }

    /// The free part of each column.
    #[inline]
    pub(super) fn room(&mut self) -> Room<'_> {
        let free = self.rows..;
        Room {
            numbers: self.numbers.each_mut().map(|column| &mut column[free.clone()]),
            dates: &mut self.dates[free.clone()],
            letters: self.letters.each_mut().map(|column| &mut column[free.clone()]),
            marks: &mut self.marks[free],
        }
    }

    /// Rows of one width were written.
    #[inline]
    pub(super) fn wrote(&mut self, rows: usize, stride: usize) {
        match self.runs.last_mut() {
            _ if rows == 0 => return,
            Some(run) if run.stride == stride => run.rows += rows,
            _ => self.runs.push(Run { first: self.rows, rows, stride, start: self.bytes }),
        }
        self.rows += rows;
        self.bytes += rows * stride;
    }
}
