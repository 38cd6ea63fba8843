//! Records as columns, to be written.

use flagflow_domain::{EffectiveDate, Mprn, Outcome, ServiceFlag};
use flagflow_rows::BLOCK;

use crate::fast_write::Rows;

/// Borrowed columns of equal length: the fields of E45 records, or with outcomes of E46 records, one
/// record a row. The values are checked ones, so every row can be written
/// ([`Writer::write_columns`](crate::Writer::write_columns)).
#[derive(Clone, Copy, Debug)]
pub struct Columns<'a> {
    points: &'a [Mprn],
    flags: &'a [ServiceFlag],
    dates: &'a [EffectiveDate],
    outcomes: Option<&'a [Outcome]>,
}

/// Columns of one file are not equally long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the columns are not equally long")]
pub struct UnequalColumns;

impl<'a> Columns<'a> {
    /// The columns of E45 records: meter points, flags, and the first days that they apply.
    ///
    /// # Errors
    ///
    /// [`UnequalColumns`] where one is longer than another.
    pub const fn new(
        points: &'a [Mprn],
        flags: &'a [ServiceFlag],
        dates: &'a [EffectiveDate],
    ) -> Result<Self, UnequalColumns> {
        if points.len() != flags.len() || points.len() != dates.len() {
            return Err(UnequalColumns);
        }
        Ok(Self { points, flags, dates, outcomes: None })
    }

    /// The same rows as E46 records, each with its outcome.
    ///
    /// # Errors
    ///
    /// [`UnequalColumns`] where there is not one outcome for each row.
    pub const fn answered(self, outcomes: &'a [Outcome]) -> Result<Self, UnequalColumns> {
        if self.points.len() != outcomes.len() {
            return Err(UnequalColumns);
        }
        Ok(Self { outcomes: Some(outcomes), ..self })
    }

    /// How many rows there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.points.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// Takes the next block of rows from the front.
    #[inline]
    pub(crate) fn take(&mut self, rows: &mut Rows) {
        let points = take(&mut self.points);
        rows.take_columns(points, take(&mut self.flags), take(&mut self.dates));
        if let Some(outcomes) = &mut self.outcomes {
            rows.answer(take(outcomes));
        }
    }
}

/// Parts a block from the front of a column.
#[inline]
fn take<'a, T>(column: &mut &'a [T]) -> &'a [T] {
    let (block, rest) = column.split_at(column.len().min(BLOCK));
    *column = rest;
    block
}
