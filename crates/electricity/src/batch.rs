//! Records by the thousand: a column for each field.

use std::io::BufRead;
use std::ops::Range;

use flagflow_domain::{EffectiveDate, MpanCore, ServiceFlag};
use flagflow_frame::{Position, RowPositions};
use flagflow_rows::RowColumns;

use crate::error::Error;
use crate::field::ReasonCode;
use crate::plan::RowPlan;
use crate::record::{D0350, D0351, Update};

/// Records of a file, a column for each field, reused from one filling to the next.
///
/// [`Reader::read_batch`](crate::Reader::read_batch) fills it. The good records stand in the columns,
/// in the file's order; what is wrong with the others, and with the file, in [`Batch::errors`], each
/// with its position. Together they are never more than the capacity.
///
/// The records of a file are of one flow. RowColumns of fields that the flow does not have stay empty:
/// a D0350 has no reasons, a D0351 no flags and no dates.
///
/// ```
/// use flagflow_electricity::{Batch, Reader};
///
/// let file = b"ZHV|0000475656|D0350001|Z|DCCO|P|EELC|20211105093000||||OPER|
/// X01|1|
/// X02|1|DC01|1013044353630|A|20211105|
/// X02|2|DC01|1013044353630|?|20211106|
/// X02|3|DC01|1200031234560|N|20211107|
/// ZPT|0000475656|4||1|20211105093001|
/// ";
/// let (mut reader, mut batch) = (Reader::from_slice(file), Batch::new());
/// while reader.read_batch(&mut batch)? {
///     assert_eq!(batch.instruction_numbers(), [1, 3]);
///     assert_eq!(batch.points(), [1_013_044_353_630, 1_200_031_234_560]);
///     assert_eq!(batch.flags(), b"AN");
///     assert_eq!(batch.days(), [18_936, 18_938]);
///     assert_eq!(batch.position(1).map(|it| it.line), Some(5));
///     assert_eq!(batch.errors()[0].position().line, 4);
/// }
/// # Ok::<(), flagflow_electricity::Error>(())
/// ```
#[derive(Debug)]
pub struct Batch {
    capacity: usize,
    instruction_numbers: Vec<u64>,
    points: Vec<u64>,
    flags: Vec<u8>,
    dates: Vec<u32>,
    days: Vec<i32>,
    reasons: Vec<ReasonCode>,
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
            instruction_numbers: Vec::with_capacity(capacity),
            points: Vec::with_capacity(capacity),
            flags: Vec::with_capacity(capacity),
            dates: Vec::with_capacity(capacity),
            days: Vec::with_capacity(capacity),
            reasons: Vec::new(),
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

    /// The instruction numbers.
    #[must_use]
    pub fn instruction_numbers(&self) -> &[u64] {
        &self.instruction_numbers
    }

    /// The MPAN cores, as numbers.
    #[must_use]
    pub fn points(&self) -> &[u64] {
        &self.points
    }

    /// The DCC Service Flags, as letters; of D0351 records none.
    #[must_use]
    pub fn flags(&self) -> &[u8] {
        &self.flags
    }

    /// The effective from dates, in days since 1 January 1970, before it negative: what Arrow calls
    /// Date32. Of D0351 records none.
    #[must_use]
    pub fn days(&self) -> &[i32] {
        &self.days
    }

    /// The same, each as the number that its eight digits are: 20211105.
    #[must_use]
    pub fn packed_dates(&self) -> &[u32] {
        &self.dates
    }

    /// The reason codes; of D0350 records none.
    #[must_use]
    pub fn reasons(&self) -> &[ReasonCode] {
        &self.reasons
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
    pub fn update(&self, row: usize) -> Option<Update> {
        let number = *self.instruction_numbers.get(row)?;
        let mpan = MpanCore::new(self.points[row]).ok()?;
        if let Some(reason) = self.reasons.get(row) {
            return D0351::new(number, mpan, *reason).ok().map(Update::D0351);
        }
        let flag = ServiceFlag::from_byte(self.flags[row])?;
        let date = EffectiveDate::from_packed(self.dates[row]).ok()?;
        D0350::new(number, mpan, flag, date).ok().map(Update::D0350)
    }

    /// The records of the columns.
    pub fn updates(&self) -> impl Iterator<Item = Update> + '_ {
        (0..self.len()).filter_map(|row| self.update(row))
    }

    /// Forgets the records and keeps the memory.
    pub fn clear(&mut self) {
        self.instruction_numbers.clear();
        self.points.clear();
        self.flags.clear();
        self.dates.clear();
        self.days.clear();
        self.reasons.clear();
        self.errors.clear();
        self.places.clear();
    }

    /// How many more records have room.
    pub(crate) const fn room(&self) -> usize {
        self.capacity - self.points.len() - self.errors.len()
    }

    /// Adds perfect rows, the first of them at a position.
    pub(crate) fn push_rows(
        &mut self,
        plan: &RowPlan,
        columns: &RowColumns,
        rows: Range<usize>,
        first: Position,
    ) {
        self.places.push_rows(first, &columns.starts()[rows.clone()]);
        let numbers = &plan.instruction_numbers(columns)[rows.clone()];
        self.instruction_numbers.extend_from_slice(numbers);
        self.points.extend_from_slice(&plan.points(columns)[rows.clone()]);
        self.flags.extend_from_slice(&plan.flags(columns)[rows.clone()]);
        let dates = &columns.dates()[rows];
        self.dates.extend_from_slice(dates);
        self.days.extend(dates.iter().map(|packed| EffectiveDate::packed_days_since_1970(*packed)));
    }

    /// Adds a record that was read by itself.
    pub(crate) fn push(&mut self, update: &Update, position: Position) {
        self.places.push(position);
        self.instruction_numbers.push(update.instruction_number());
        self.points.push(update.mpan_core().as_u64());
        self.flags.extend(update.flag().map(ServiceFlag::as_byte));
        self.dates.extend(update.effective_from().map(EffectiveDate::as_packed));
        self.days.extend(update.effective_from().map(EffectiveDate::days_since_1970));
        self.reasons.extend(update.reason());
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
