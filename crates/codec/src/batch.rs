//! Records by the thousand: a column for each value.

use std::ops::Range;

use flagflow_domain::EffectiveDate;
use flagflow_frame::{Position, RowPositions};
use flagflow_rows::RowColumns;

use crate::compiled::LineDecoder;
use crate::error::Error;
use crate::flow::Flow;
use crate::values::{NO_PARTY, PARTY, Values};

/// Records of a file, a column for each value, reused from one filling to the next.
///
/// [`Reader::read_batch`](crate::Reader::read_batch) fills it. The good records are in the columns,
/// in the file's order; the errors of the others, and of the file, in [`Batch::errors`], each with
/// its position. Together they are never more than the capacity. Columns of values that the records
/// do not have are empty: all of them where a record has values without a column.
#[derive(Debug)]
pub struct Batch<F: Flow> {
    pub(crate) capacity: usize,
    numbers: Vec<u64>,
    points: Vec<u64>,
    flags: Vec<u8>,
    outcomes: Vec<u8>,
    dates: Vec<u32>,
    days: Vec<i32>,
    parties: Vec<[u8; PARTY]>,
    /// The records that have no columns.
    others: Vec<F::Record>,
    reasons: Vec<F::Reason>,
    /// For each record with reasons, its row and the end of its reasons.
    reason_ends: Vec<(usize, usize)>,
    errors: Vec<Error<F::Field>>,
    positions: RowPositions,
}

impl<F: Flow> Default for Batch<F> {
    fn default() -> Self {
        Self::new()
    }
}

impl<F: Flow> Batch<F> {
    /// The capacity where none is chosen: enough that the calls cost nothing, and little enough for
    /// the caches.
    pub const CAPACITY: usize = 16_384;

    /// A batch of at most [`Batch::CAPACITY`] records.
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(Self::CAPACITY)
    }

    /// A batch of at most so many records, at least one.
    #[must_use]
    pub fn with_capacity(records: usize) -> Self {
        let capacity = records.max(1);
        Self {
            capacity,
            numbers: Vec::new(),
            points: Vec::with_capacity(capacity),
            flags: Vec::with_capacity(capacity),
            outcomes: Vec::with_capacity(capacity),
            dates: Vec::with_capacity(capacity),
            days: Vec::with_capacity(capacity),
            parties: Vec::new(),
            others: Vec::new(),
            reasons: Vec::new(),
            reason_ends: Vec::new(),
            errors: Vec::new(),
            positions: RowPositions::with_capacity(capacity),
        }
    }

    /// Returns the number of good records.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.points.len() + self.others.len()
    }

    /// Returns whether there is no good record.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the records' own numbers: the instruction numbers of electricity.
    #[must_use]
    pub fn instruction_numbers(&self) -> &[u64] {
        &self.numbers
    }

    /// Returns the meter points, as numbers.
    #[must_use]
    pub fn points(&self) -> &[u64] {
        &self.points
    }

    /// Returns the DCC Service Flags, as letters.
    #[must_use]
    pub fn flags(&self) -> &[u8] {
        &self.flags
    }

    /// Returns the days from which the flags are effective, in days since 1 January 1970, before it
    /// negative: Arrow's Date32.
    #[must_use]
    pub fn days(&self) -> &[i32] {
        &self.days
    }

    /// Returns the same days, each as the number of its eight digits: 20211105.
    #[must_use]
    pub fn packed_dates(&self) -> &[u32] {
        &self.dates
    }

    /// Returns the outcomes by their first letters, `A` or `R`; 0 for a record without one.
    #[must_use]
    pub fn outcomes(&self) -> &[u8] {
        &self.outcomes
    }

    /// Returns the parties that asked for the changes, each with zeros behind its characters: the
    /// suppliers of electricity.
    #[must_use]
    pub fn parties(&self) -> &[[u8; 4]] {
        &self.parties
    }

    /// Returns the reasons below a record.
    #[must_use]
    pub fn reasons(&self, row: usize) -> &[F::Reason] {
        let Ok(at) = self.reason_ends.binary_search_by_key(&row, |(row, _)| *row) else {
            return &[];
        };
        let (_, end) = self.reason_ends[at];
        let start = at.checked_sub(1).map_or(0, |before| self.reason_ends[before].1);
        &self.reasons[start..end]
    }

    /// Returns whether a record has reasons.
    pub(crate) const fn has_reasons(&self) -> bool {
        !self.reason_ends.is_empty()
    }

    /// Returns the errors of the records that are not in the columns, and of the file.
    #[must_use]
    pub fn errors(&self) -> &[Error<F::Field>] {
        &self.errors
    }

    /// Returns the position where a record of the columns begins.
    #[must_use]
    pub fn position(&self, row: usize) -> Option<Position> {
        self.positions.get(row)
    }

    /// Returns a record.
    #[must_use]
    #[inline]
    pub fn record(&self, row: usize) -> Option<F::Record> {
        let Some(point) = self.points.get(row) else { return self.others.get(row).copied() };
        F::record(&Values {
            number: self.numbers.get(row).copied(),
            point: *point,
            flag: self.flags[row],
            outcome: self.outcomes[row],
            date: self.dates[row],
            party: self.parties.get(row).copied().unwrap_or(NO_PARTY),
        })
    }

    /// Returns the records.
    pub fn records(&self) -> impl Iterator<Item = F::Record> + '_ {
        (0..self.len()).filter_map(|row| self.record(row))
    }

    /// Forgets the records and keeps the memory.
    pub fn clear(&mut self) {
        self.numbers.clear();
        self.points.clear();
        self.flags.clear();
        self.outcomes.clear();
        self.dates.clear();
        self.days.clear();
        self.parties.clear();
        self.others.clear();
        self.reasons.clear();
        self.reason_ends.clear();
        self.errors.clear();
        self.positions.clear();
    }

    /// Returns the number of further records that there is room for.
    pub(crate) const fn room(&self) -> usize {
        self.capacity - self.len() - self.errors.len()
    }

    /// Adds canonical rows, the first of them at a position.
    pub(crate) fn push_rows(
        &mut self,
        decoder: &LineDecoder<F>,
        columns: &RowColumns,
        rows: Range<usize>,
        first: Position,
    ) {
        self.positions.push_rows(first, &columns.starts()[rows.clone()]);
        let room = self.room();
        if let Some(numbers) = decoder.numbers(columns) {
            self.numbers.reserve(room);
            self.numbers.extend_from_slice(&numbers[rows.clone()]);
        }
        self.points.extend_from_slice(&decoder.points(columns)[rows.clone()]);
        self.flags.extend_from_slice(&decoder.flags(columns)[rows.clone()]);
        match decoder.outcomes(columns) {
            Some(outcomes) => self.outcomes.extend_from_slice(&outcomes[rows.clone()]),
            None => self.outcomes.resize(self.points.len(), 0),
        }
        if let Some(parties) = decoder.parties(columns) {
            self.parties.reserve(room);
            self.parties.extend_from_slice(&parties[rows.clone()]);
        }
        let dates = &columns.dates()[rows];
        self.dates.extend_from_slice(dates);
        self.days.extend(dates.iter().map(|packed| EffectiveDate::packed_days_since_1970(*packed)));
    }

    /// Adds a record that was read by itself, with the reasons below it.
    pub(crate) fn push(&mut self, record: &F::Record, position: Position, reasons: &[F::Reason]) {
        if !reasons.is_empty() {
            self.reasons.extend_from_slice(reasons);
            self.reason_ends.push((self.len(), self.reasons.len()));
        }
        self.positions.push(position);
        let Some(values) = F::values(record) else { return self.others.push(*record) };
        self.numbers.extend(values.number);
        self.points.push(values.point);
        self.outcomes.push(values.outcome);
        self.flags.push(values.flag);
        self.dates.push(values.date);
        self.days.push(EffectiveDate::packed_days_since_1970(values.date));
        self.parties.extend((values.party != NO_PARTY).then_some(values.party));
    }

    /// Adds to all positions the lines and records before the part of a file that was read.
    pub(crate) fn move_behind(&mut self, lines: u64, records: u64) {
        self.positions.move_behind(lines, records);
        for error in &mut self.errors {
            error.move_behind(lines, records);
        }
    }

    pub(crate) fn push_error(&mut self, error: Error<F::Field>) {
        self.errors.push(error);
    }
}
