//! The values of decoded rows.

use std::ops::Range;

use crate::{MAX_LETTERS, MAX_NUMBERS};

/// Values behind the last row of a full column, for a backend to write over: it takes its rows by
/// eights or sixteens, and looks at letters by 32.
pub(super) const SLACK: usize = 32;

/// The row is not canonical: its values mean nothing. It ends where a line ends, but may be
/// several.
pub const MARK_NOT_CANONICAL: u8 = 1;

/// The row is canonical, but for check digits that are not those of their number.
pub const MARK_CHECK_DIGITS: u8 = 2;

/// Rows of one width, one directly behind the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowRun {
    /// The first one's place in the columns.
    pub first: usize,
    /// The number of rows.
    pub rows: usize,
    /// Bytes of a row, its line end among them.
    pub stride: usize,
    /// The place of the first byte of the first row.
    pub start: usize,
}

/// The place of four bytes in rows of any width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextPlace {
    /// So many bytes behind the start of the row.
    FromStart(usize),
    /// So many bytes before the end of the row, its line end among them.
    FromEnd(usize),
}

/// The values of many rows, a column for each field, reused from one filling to the next.
///
/// Which columns are filled is the decoder's to say: the others hold zeros, or what stood there
/// before.
#[derive(Clone, Debug)]
pub struct RowColumns {
    pub(super) capacity: usize,
    pub(super) rows: usize,
    pub(super) numbers: [Vec<u64>; MAX_NUMBERS],
    pub(super) dates: Vec<u32>,
    pub(super) letters: [Vec<u8>; MAX_LETTERS],
    pub(super) marks: Vec<u8>,
    /// Four bytes of each row, where they were taken.
    texts: Vec<[u8; 4]>,
    /// The start of each row, and behind them the end of the last row.
    starts: Vec<u32>,
}

/// The segment of each column that is free: `rows` values, and the [`SLACK`] behind them.
pub(super) struct ColumnSlots<'c> {
    pub(super) rows: usize,
    pub(super) numbers: [&'c mut [u64]; MAX_NUMBERS],
    pub(super) dates: &'c mut [u32],
    pub(super) letters: [&'c mut [u8]; MAX_LETTERS],
    pub(super) marks: &'c mut [u8],
    /// The end of each row; the first row begins at `start`.
    pub(super) ends: &'c mut [u32],
    pub(super) start: u32,
}

impl ColumnSlots<'_> {
    /// The slots behind so many rows of one width, which are taken.
    #[cfg(target_arch = "x86_64")]
    pub(super) fn behind(&mut self, rows: usize) -> ColumnSlots<'_> {
        ColumnSlots {
            rows: self.rows - rows,
            numbers: self.numbers.each_mut().map(|column| &mut column[rows..]),
            dates: &mut self.dates[rows..],
            letters: self.letters.each_mut().map(|column| &mut column[rows..]),
            marks: &mut self.marks[rows..],
            ends: &mut self.ends[rows..],
            start: self.start,
        }
    }
}

impl Default for RowColumns {
    fn default() -> Self {
        Self::with_capacity(0)
    }
}

impl RowColumns {
    /// RowColumns for so many rows.
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
            texts: Vec::new(),
            starts: vec![0; 1 + values],
        }
    }

    /// Forgets the rows and keeps the memory.
    pub fn clear(&mut self) {
        self.rows = 0;
    }

    /// Returns how many rows there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rows
    }

    /// Returns whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Returns whether there is no room for another row.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.rows == self.capacity
    }

    /// A column of numbers, in the order of the decoder's.
    #[must_use]
    pub fn numbers(&self, column: usize) -> &[u64] {
        &self.numbers[column][..self.rows]
    }

    /// The days, each as the number that its eight digits are: 20211105.
    #[must_use]
    pub fn dates(&self) -> &[u32] {
        &self.dates[..self.rows]
    }

    /// A column of letters, in the order of the decoder's.
    #[must_use]
    pub fn letters(&self, column: usize) -> &[u8] {
        &self.letters[column][..self.rows]
    }

    /// The texts of four bytes: none where they were not taken by [`RowColumns::take_texts`].
    #[must_use]
    pub fn texts(&self) -> &[[u8; 4]] {
        self.texts.get(..self.rows).unwrap_or_default()
    }

    /// Takes four bytes of each row, from the row `first` on, which is the first row of `bytes`.
    ///
    /// Zeros where the place is not in `bytes`.
    pub fn take_texts(&mut self, bytes: &[u8], first: usize, place: TextPlace) {
        let Some(origin) = self.starts().get(first).copied() else { return };
        self.texts.resize(first, [0; 4]);
        self.texts.reserve(self.capacity - first);
        let (limits, before) = match place {
            TextPlace::FromStart(at) => (first..self.rows, (origin as usize).wrapping_sub(at)),
            TextPlace::FromEnd(at) => (first + 1..self.rows + 1, origin as usize + at),
        };
        self.texts.extend(self.starts[limits].iter().map(|limit| {
            let at = (*limit as usize).wrapping_sub(before);
            bytes.get(at..).and_then(|text| text.first_chunk().copied()).unwrap_or_default()
        }));
    }

    /// Returns what is to be said of each row: 0, [`MARK_NOT_CANONICAL`] or [`MARK_CHECK_DIGITS`].
    #[must_use]
    pub fn marks(&self) -> &[u8] {
        &self.marks[..self.rows]
    }

    /// Returns where each row begins in the bytes that the rows came from, and behind them where
    /// the last one ends: one more than there are rows.
    #[must_use]
    pub fn starts(&self) -> &[u32] {
        &self.starts[..=self.rows]
    }

    /// Returns where a row stands in the bytes that the rows came from, its line end among them.
    #[must_use]
    #[inline]
    pub fn range(&self, row: usize) -> Range<usize> {
        self.starts[row] as usize..self.starts[row + 1] as usize
    }

    /// The rows of one width that begin with this one; `None` behind the last.
    #[must_use]
    pub fn run(&self, first: usize) -> Option<RowRun> {
        let [start, end] = *self.starts().get(first..)?.first_chunk()?;
        let stride = end - start;
        let rows = self.starts()[first..].windows(2);
        let rows = rows.take_while(|row| row[1] - row[0] == stride).count();
        Some(RowRun { first, rows, stride: stride as usize, start: start as usize })
    }

    /// The rows by their widths. Where these change with every row, [`RowColumns::starts`] tells as
    /// much for less.
    pub fn runs(&self) -> impl Iterator<Item = RowRun> + '_ {
        std::iter::successors(self.run(0), |run| self.run(run.first + run.rows))
    }

    /// Returns how many bytes the rows take: less than 4 GiB.
    #[must_use]
    #[inline]
    pub fn bytes(&self) -> usize {
        self.starts[self.rows] as usize
    }

    /// Marks a row as not canonical.
    pub fn refuse(&mut self, row: usize) {
        self.marks[row] = MARK_NOT_CANONICAL;
    }

    /// Returns how many more bytes the rows may take.
    #[inline]
    pub(super) fn bytes_left(&self) -> usize {
        (u32::MAX - self.starts[self.rows]) as usize
    }

    /// Returns whether the last so many rows are of one width.
    pub(super) fn are_alike(&self, rows: usize) -> bool {
        let starts = &self.starts[self.rows - rows..=self.rows];
        starts.windows(3).all(|row| row[1] - row[0] == row[2] - row[1])
    }

    /// The free segment of each column.
    #[inline]
    pub(super) fn slots(&mut self) -> ColumnSlots<'_> {
        let free = self.rows..;
        let (taken, ends) = self.starts.split_at_mut(self.rows + 1);
        ColumnSlots {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{RowDecoder, Segment};

    fn decoder() -> RowDecoder {
        let number = Segment::Number { least: 1, most: 3, check: None };
        let segments =
            [Segment::Text(5), Segment::Letter(b"AR".to_vec()), number, Segment::literal(b"\n")];
        RowDecoder::new(&segments).unwrap()
    }

    const ROWS: &[u8] = b"abcdeA1\nabcdeR2\nabcdeA123\nabcdeA10\nabcdeX11\nabcdeR12\n";

    fn columns() -> RowColumns {
        let mut columns = RowColumns::with_capacity(6);
        assert_eq!(decoder().decode(ROWS, &mut columns), 6);
        columns
    }

    #[test]
    fn rows_are_there_until_they_are_forgotten() {
        let mut columns = columns();
        assert_eq!((columns.len(), columns.is_empty(), columns.is_full()), (6, false, true));
        assert_eq!(columns.numbers(0), [1, 2, 123, 10, 11, 12]);
        assert_eq!(columns.letters(0), b"ARAAXR");
        assert_eq!(columns.marks(), [0, 0, 0, 0, MARK_NOT_CANONICAL, 0]);
        // the decoder has no others
        assert_eq!((columns.numbers(1), columns.dates()), (&[0; 6][..], &[0; 6][..]));
        assert_eq!((columns.letters(1), columns.letters(2)), (&[0; 6][..], &[0; 6][..]));
        assert_eq!(columns.starts(), [0, 8, 16, 26, 35, 44, 53]);
        assert_eq!((columns.range(2), columns.bytes()), (16..26, 53));
        columns.clear();
        assert_eq!((columns.len(), columns.is_empty(), columns.is_full()), (0, true, false));
        assert_eq!((columns.starts(), columns.bytes()), (&[0][..], 0));
        assert_eq!((columns.numbers(0), columns.letters(0)), (&[][..], &[][..]));
        assert_eq!((columns.dates(), columns.marks()), (&[][..], &[][..]));
    }

    #[test]
    fn columns_for_no_rows_are_full() {
        let mut none = RowColumns::default();
        assert_eq!((none.is_full(), none.is_empty()), (true, true));
        assert_eq!(decoder().decode(ROWS, &mut none), 0);
        assert_eq!(none.starts(), [0]);
    }

    #[test]
    fn rows_of_one_width_are_runs() {
        let columns = columns();
        let run = |first, rows, stride, start| RowRun { first, rows, stride, start };
        let runs: Vec<RowRun> = columns.runs().collect();
        assert_eq!(runs, [run(0, 2, 8, 0), run(2, 1, 10, 16), run(3, 3, 9, 26)]);
        assert_eq!(columns.run(1), Some(run(1, 1, 8, 8)));
        assert_eq!(columns.run(4), Some(run(4, 2, 9, 35)));
        assert_eq!((columns.run(6), columns.run(7), columns.run(8)), (None, None, None));
        assert_eq!(RowColumns::default().runs().count(), 0);
    }

    #[test]
    fn the_last_rows_are_alike_or_not() {
        let columns = columns();
        for (rows, alike) in [(0, true), (1, true), (2, true), (3, true), (4, false), (6, false)] {
            assert_eq!(columns.are_alike(rows), alike, "{rows}");
        }
        let mut columns = RowColumns::with_capacity(3);
        decoder().decode(ROWS, &mut columns);
        assert_eq!([1, 2, 3].map(|rows| columns.are_alike(rows)), [true, false, false]);
    }

    #[test]
    fn a_row_may_be_refused_afterwards() {
        let mut columns = columns();
        columns.refuse(1);
        assert_eq!(columns.marks(), [0, MARK_NOT_CANONICAL, 0, 0, MARK_NOT_CANONICAL, 0]);
        assert_eq!((MARK_NOT_CANONICAL, MARK_CHECK_DIGITS), (1, 2));
    }

    #[test]
    fn rows_end_before_four_gib() {
        let mut columns = RowColumns::with_capacity(8);
        assert_eq!(columns.bytes_left(), 0xFFFF_FFFF);
        assert_eq!(decoder().decode(&ROWS[..8], &mut columns), 1);
        for (end, rows) in [(0xFFFF_FFFF - 16, 2), (0xFFFF_FFFF - 15, 1), (0xFFFF_FFFF, 0)] {
            columns.rows = 1;
            columns.starts[1] = end;
            assert_eq!(columns.bytes_left(), (0xFFFF_FFFF - end) as usize);
            assert_eq!(decoder().decode(ROWS, &mut columns), rows, "{end}");
        }
    }

    /// Rows of two widths, in two buffers: the second one's begin behind those of the first.
    #[test]
    fn texts_are_taken_by_their_place_before_or_behind_the_number() {
        let mut columns = RowColumns::with_capacity(8);
        assert_eq!(columns.texts(), [] as [[u8; 4]; 0]);
        columns.take_texts(b"", 0, TextPlace::FromStart(0));
        assert_eq!(columns.texts(), [] as [[u8; 4]; 0]);
        for (first, bytes) in [(0, &b"abcdeA1\nfghijR22\n"[..]), (2, b"klmnoA333\n")] {
            decoder().decode(bytes, &mut columns);
            columns.take_texts(bytes, first, TextPlace::FromStart(1));
        }
        assert_eq!(columns.texts(), [*b"bcde", *b"ghij", *b"lmno"]);
        columns.take_texts(b"klmnoA333\n", 2, TextPlace::FromEnd(5));
        assert_eq!(columns.texts(), [*b"bcde", *b"ghij", *b"A333"]);
        // where the bytes are others, or no bytes
        columns.take_texts(b"k", 2, TextPlace::FromEnd(99));
        assert_eq!(columns.texts()[2], [0; 4]);
        columns.take_texts(b"", 4, TextPlace::FromStart(1));
        assert_eq!(columns.texts().len(), 3);
        columns.clear();
        assert_eq!(columns.texts(), [] as [[u8; 4]; 0]);
    }
}
