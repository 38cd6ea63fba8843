//! Records as columns, to be written.

use flagflow_domain::{EffectiveDate, Mprn, Outcome, ServiceFlag};

use crate::record::{Detail, E45};

/// Borrowed columns of equal length: the fields of E45 records, or with outcomes of E46 records,
/// one record a row. The values are checked ones, so every row can be written
/// ([`Writer::write_all`](flagflow_codec::Writer::write_all)).
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

    /// Returns the number of rows.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.points.len()
    }

    /// Returns whether there is no row.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// Returns the rows as records.
    #[inline]
    pub fn records(self) -> impl Iterator<Item = Detail> {
        let Self { points, flags, dates, outcomes } = self;
        let values = points.iter().zip(flags).zip(dates).enumerate();
        values.map(move |(row, ((point, flag), date))| {
            let update = E45::new(*point, *flag, *date);
            match outcomes.and_then(|outcomes| outcomes.get(row)) {
                Some(outcome) => update.answered(*outcome).into(),
                None => update.into(),
            }
        })
    }
}
