//! Records by the thousand: a column for each field.

use std::io::BufRead;
use std::ops::Range;

use flagflow_domain::{EffectiveDate, Mprn, Outcome, ServiceFlag};
use flagflow_frame::{Position, RowPositions};
use flagflow_rows::RowColumns;

use crate::error::Error;
use crate::plan::RowPlan;
use crate::record::{Detail, E45};

/// Records of a file, a column for each field, reused from one filling to the next.
///
/// [`Reader::read_batch`](crate::Reader::read_batch) fills it. The good records stand in the columns,
/// in the file's order; what is wrong with the others, and with the file, in [`Batch::errors`], each
/// with its position. Together they are never more than the capacity.
///
/// ```
/// use flagflow_gas::{Batch, Reader};
///
/// let file = b"E451234567810A20211105\nE450000123409?20211106\nE450000100700N20211107\n";
/// let (mut reader, mut batch) = (Reader::from_slice(file), Batch::new());
/// while reader.read_batch(&mut batch)? {
///     assert_eq!(batch.points(), [1_234_567_810, 100_700]);
///     assert_eq!(batch.flags(), b"AN");
///     assert_eq!(batch.days(), [18_936, 18_938]);
///     assert_eq!(batch.position(1).map(|it| it.line), Some(3));
///     assert_eq!(batch.errors()[0].position().line, 2);
/// }
/// # Ok::<(), flagflow_gas::Error>(())
/// ```
#[derive(Debug)]
pub struct Batch {
    capacity: usize,
    points: Vec<u64>,
    dates: Vec<u32>,
    days: Vec<i32>,
    flags: Vec<u8>,
    outcomes: Vec<u8>,
    errors: Vec<Error>,
    places: RowPositions,
}

impl Default for Batch {
    fn default() -> Self {
        Self::new()
    }
}

impl Batch {
    /// The capacity where none is chosen: enough that the calls cost nothing, and little enough for
    /// the caches.
    pub const CAPACITY: usize = 16_384;

    /// For at most [`Batch::CAPACITY`] records.
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(Self::CAPACITY)
    }

    /// For at most so many records, at least one.
    #[must_use]
    pub fn with_capacity(records: usize) -> Self {
        let capacity = records.max(1);
        Self {
            capacity,
            points: Vec::with_capacity(capacity),
            dates: Vec::with_capacity(capacity),
            days: Vec::with_capacity(capacity),
            flags: Vec::with_capacity(capacity),
            outcomes: Vec::with_capacity(capacity),
            errors: Vec::new(),
            places: RowPositions::with_capacity(capacity),
        }
    }

    /// How many good records there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.points.len()
    }

    /// Whether there is no good record.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// The Meter Point References, as numbers.
    #[must_use]
    pub fn points(&self) -> &[u64] {
        &self.points
    }

    /// The DCC Service Flags, as letters.
    #[must_use]
    pub fn flags(&self) -> &[u8] {
        &self.flags
    }

    /// The DCC Service Effective From Dates, in days since 1 January 1970, before it negative: what
    /// Arrow calls Date32.
    #[must_use]
    pub fn days(&self) -> &[i32] {
        &self.days
    }

    /// The same, each as the number that its eight digits are: 20211105.
    #[must_use]
    pub fn packed_dates(&self) -> &[u32] {
        &self.dates
    }

    /// The Outcome Codes by their first letters, `A` or `R`; 0 for an E45, which has none.
    #[must_use]
    pub fn outcomes(&self) -> &[u8] {
        &self.outcomes
    }

    /// What is wrong with the records that are not in the columns, and with the file.
    #[must_use]
    pub fn errors(&self) -> &[Error] {
        &self.errors
    }

    /// Where a record of the columns begins.
    #[must_use]
    pub fn position(&self, row: usize) -> Option<Position> {
        self.places.get(row)
    }

    /// A record of the columns.
    #[must_use]
    #[inline]
    pub fn detail(&self, row: usize) -> Option<Detail> {
        let point = Mprn::new(*self.points.get(row)?).ok()?;
        let flag = ServiceFlag::from_byte(self.flags[row])?;
        let date = EffectiveDate::from_packed(self.dates[row]).ok()?;
        let update = E45::new(point, flag, date);
        Some(match Outcome::from_first_letter(self.outcomes[row]) {
            None => Detail::E45(update),
            Some(outcome) => Detail::E46(update.answered(outcome)),
        })
    }

    /// The records of the columns.
    pub fn details(&self) -> impl Iterator<Item = Detail> + '_ {
        (0..self.len()).filter_map(|row| self.detail(row))
    }

    /// Forgets the records and keeps the memory.
    pub fn clear(&mut self) {
        self.points.clear();
        self.dates.clear();
        self.days.clear();
        self.flags.clear();
        self.outcomes.clear();
        self.errors.clear();
        self.places.clear();
    }

    /// How many more records have room.
    pub(crate) const fn room(&self) -> usize {
        self.capacity - self.points.len() - self.errors.len()
    }

    /// Adds the values of perfect rows, which follow each other.
    pub(crate) fn push_rows(
        &mut self,
        plan: &RowPlan,
        columns: &RowColumns,
        rows: Range<usize>,
        first: Position,
    ) {
        self.places.push_rows(first, &columns.starts()[rows.clone()]);
        self.points.extend_from_slice(&plan.points(columns)[rows.clone()]);
        self.flags.extend_from_slice(&plan.flags(columns)[rows.clone()]);
        match plan.outcomes(columns) {
            Some(outcomes) => self.outcomes.extend_from_slice(&outcomes[rows.clone()]),
            None => self.outcomes.resize(self.points.len(), 0),
        }
        let dates = &columns.dates()[rows];
        self.dates.extend_from_slice(dates);
        self.days.extend(dates.iter().map(|packed| EffectiveDate::packed_days_since_1970(*packed)));
    }

    /// Adds a record that was read by itself.
    pub(crate) fn push(&mut self, detail: Detail, position: Position) {
        self.places.push(position);
        self.points.push(detail.meter_point_reference().as_u64());
        self.flags.push(detail.flag().as_byte());
        self.outcomes.push(detail.outcome().map_or(0, Outcome::first_letter));
        self.dates.push(detail.effective_from().as_packed());
        self.days.push(detail.effective_from().days_since_1970());
    }

    /// Says that so many lines and records stand before the part of a file that was read.
    pub(crate) fn move_behind(&mut self, lines: u64, records: u64) {
        self.places.move_behind(lines, records);
        for error in &mut self.errors {
            error.move_behind(lines, records);
        }
    }

    pub(crate) fn push_error(&mut self, error: Error) {
        self.errors.push(error);
    }
}

impl<R: BufRead> crate::Reader<R> {
    /// Fills a batch with the next records; `false` where there are no more. What was in it is
    /// forgotten. A bad record is no reason to stop: see [`Batch::errors`].
    ///
    /// # Errors
    ///
    /// Those that are not [recoverable](Error::is_recoverable): the input cannot be read, or its
    /// layout is not known. What the batch holds by then is good; a later call goes on behind it.
    pub fn read_batch(&mut self, batch: &mut Batch) -> Result<bool, Error> {
        batch.clear();
        while batch.room() > 0 {
            if !self.read_rows(batch)? && !self.read_row(batch)? {
                break;
            }
        }
        Ok(batch.room() < batch.capacity)
    }
}
