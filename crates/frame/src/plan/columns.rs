//! What a plan takes from its rows.

use crate::plan::ends::Line;
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
#[derive(Clone, Debug, Default)]
pub struct Columns {
    pub(super) capacity: usize,
    pub(super) rows: usize,
    pub(super) numbers: [Vec<u64>; MAX_NUMBERS],
    pub(super) dates: Vec<u32>,
    pub(super) letters: [Vec<u8>; MAX_LETTERS],
    pub(super) marks: Vec<u8>,
    /// As many as there ever were, or might have been: the first `run_count` count.
    runs: Vec<Run>,
    run_count: usize,
    bytes: usize,
}

/// The part of each column that is free: `rows` values, and the [`SLACK`] behind them.
pub(super) struct Room<'c> {
    pub(super) rows: usize,
    pub(super) numbers: [&'c mut [u64]; MAX_NUMBERS],
    pub(super) dates: &'c mut [u32],
    pub(super) letters: [&'c mut [u8]; MAX_LETTERS],
    pub(super) marks: &'c mut [u8],
}

impl Columns {
    /// Columns for so many rows.
    #[must_use]
    pub fn with_capacity(rows: usize) -> Self {
        let values = rows + SLACK;
        Self {
            capacity: rows,
            numbers: std::array::from_fn(|_| vec![0; values]),
            dates: vec![0; values],
            letters: std::array::from_fn(|_| vec![0; values]),
            marks: vec![0; values],
            ..Self::default()
        }
    }

    /// Forgets the rows and keeps the memory.
    pub fn clear(&mut self) {
        (self.rows, self.run_count, self.bytes) = (0, 0, 0);
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
        &self.runs[..self.run_count]
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
            rows: self.capacity - self.rows,
            numbers: self.numbers.each_mut().map(|column| &mut column[free.clone()]),
            dates: &mut self.dates[free.clone()],
            letters: self.letters.each_mut().map(|column| &mut column[free.clone()]),
            marks: &mut self.marks[free],
        }
    }

    /// Rows of one width were written.
    #[inline]
    pub(super) fn wrote(&mut self, rows: usize, stride: usize) {
        if rows == 0 {
            return;
        }
        match self.runs[..self.run_count].last_mut() {
            Some(run) if run.stride == stride => run.rows += rows,
            _ => self.push(Run { first: self.rows, rows, stride, start: self.bytes }),
        }
        self.rows += rows;
        self.bytes += rows * stride;
    }

    fn push(&mut self, run: Run) {
        if self.run_count == self.runs.len() {
            self.runs.push(run);
        }
        self.runs[self.run_count] = run;
        self.run_count += 1;
    }

    /// Rows of any width were written.
    pub(super) fn wrote_lines(&mut self, lines: &[Line<'_>]) {
        let Some((first, others)) = lines.split_first() else { return };
        self.wrote(1, first.bytes.len());
        let most = self.run_count + others.len();
        if self.runs.len() < most {
            self.runs.resize(most, Run::default());
        }
        let mut last = self.run_count - 1;
        let mut run = self.runs[last];
        for line in others {
            // whether the width changes is as good as random: selected, not branched on
            let stride = line.bytes.len();
            let is_same = stride == run.stride;
            last += usize::from(!is_same);
            run = Run {
                first: if is_same { run.first } else { self.rows },
                rows: if is_same { run.rows + 1 } else { 1 },
                stride,
                start: if is_same { run.start } else { self.bytes },
            };
            self.runs[last] = run;
            self.rows += 1;
            self.bytes += stride;
        }
        self.run_count = last + 1;
    }
}
