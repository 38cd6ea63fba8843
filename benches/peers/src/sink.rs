//! Sinks for records: columns (timed), a sum (timed), or a list (compared).

use std::hint::black_box;

use flagflow_rows::MARK_NOT_CANONICAL;

use crate::row::Row;

/// Receives records.
pub(crate) trait Sink {
    /// Receives a valid record.
    fn record(&mut self, row: Row);

    /// Receives the report of a bad line.
    fn bad(&mut self);

    /// Receives many records at once, from a reader that fills columns itself. Marked rows are
    /// skipped, because the reader reports them by the other two functions.
    fn columns(&mut self, columns: Slices<'_>) {
        for row in (0..columns.points.len()).filter_map(|at| columns.row(at)) {
            self.record(row);
        }
    }
}

/// Filled columns, empty for those that the kind of record lacks.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Slices<'c> {
    pub(crate) points: &'c [u64],
    pub(crate) numbers: &'c [u64],
    pub(crate) days: &'c [u32],
    pub(crate) flags: &'c [u8],
    pub(crate) outcomes: &'c [u8],
    pub(crate) suppliers: &'c [[u8; 4]],
    /// Marks of the rows that are not canonical; empty if all are.
    pub(crate) marks: &'c [u8],
}

impl Slices<'_> {
    fn row(&self, at: usize) -> Option<Row> {
        let good = self.marks.get(at).is_none_or(|mark| mark & MARK_NOT_CANONICAL == 0);
        good.then(|| Row {
            point: self.points[at],
            number: self.numbers.get(at).copied().unwrap_or_default(),
            day: self.days[at],
            flag: self.flags[at],
            outcome: self.outcomes.get(at).copied().unwrap_or_default(),
            supplier: self.suppliers.get(at).copied().unwrap_or_default(),
        })
    }
}

/// Rows of a batch, which fits in the second-level cache.
const ROWS: usize = 16_384;

/// Columns that are reused from one batch to the next, as in a typical program.
#[derive(Debug)]
pub(crate) struct Batch<const OUTCOMES: bool, const NUMBERS: bool> {
    points: Box<[u64; ROWS]>,
    numbers: Box<[u64; ROWS]>,
    days: Box<[u32; ROWS]>,
    flags: Box<[u8; ROWS]>,
    outcomes: Box<[u8; ROWS]>,
    suppliers: Box<[[u8; 4]; ROWS]>,
    rows: usize,
    bad: u64,
}

/// The columns of E45.
pub(crate) type Updates = Batch<false, false>;
/// The columns of E46.
pub(crate) type Answers = Batch<true, false>;
/// The columns of D0350.
pub(crate) type Instructions = Batch<false, true>;

impl<const OUTCOMES: bool, const NUMBERS: bool> Default for Batch<OUTCOMES, NUMBERS> {
    fn default() -> Self {
        Self {
            points: Box::new([0; ROWS]),
            numbers: Box::new([0; ROWS]),
            days: Box::new([0; ROWS]),
            flags: Box::new([0; ROWS]),
            outcomes: Box::new([0; ROWS]),
            suppliers: Box::new([[0; 4]; ROWS]),
            rows: 0,
            bad: 0,
        }
    }
}

impl<const OUTCOMES: bool, const NUMBERS: bool> Sink for Batch<OUTCOMES, NUMBERS> {
    #[inline]
    fn record(&mut self, row: Row) {
        // lets the compiler see that the index is below ROWS
        let at = self.rows % ROWS;
        self.points[at] = row.point;
        self.days[at] = row.day;
        self.flags[at] = row.flag;
        if OUTCOMES {
            self.outcomes[at] = row.outcome;
        }
        if NUMBERS {
            self.numbers[at] = row.number;
            self.suppliers[at] = row.supplier;
        }
        self.rows = at + 1;
        if self.rows == ROWS {
            black_box(&*self);
        }
    }

    #[inline]
    fn bad(&mut self) {
        self.bad += 1;
    }

    #[inline]
    fn columns(&mut self, columns: Slices<'_>) {
        black_box(columns);
    }
}

/// The sum of all values, as minimal work for single records.
#[derive(Debug, Default)]
pub(crate) struct Sum {
    sum: u64,
    bad: u64,
}

impl Drop for Sum {
    fn drop(&mut self) {
        black_box((self.sum, self.bad));
    }
}

impl Sink for Sum {
    #[inline]
    fn record(&mut self, row: Row) {
        let small = u64::from(row.day) + u64::from(row.flag) + u64::from(row.outcome);
        let small = small + u64::from(u32::from_le_bytes(row.supplier));
        self.sum = self.sum.wrapping_add(row.point).wrapping_add(row.number).wrapping_add(small);
    }

    #[inline]
    fn bad(&mut self) {
        self.bad += 1;
    }
}

/// All records in order; `None` is a line reported as bad.
#[derive(Debug, Default)]
pub(crate) struct Kept(pub(crate) Vec<Option<Row>>);

impl Sink for Kept {
    fn record(&mut self, row: Row) {
        self.0.push(Some(row));
    }

    fn bad(&mut self) {
        self.0.push(None);
    }
}
