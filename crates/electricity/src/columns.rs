//! Updates as columns, to be written.

use flagflow_domain::{EffectiveDate, MpanCore, ServiceFlag};

use crate::field::SupplierId;
use crate::record::{D0350, Instruction, MAX_INSTRUCTION_NUMBER};

/// Borrowed columns of equal length, the fields of D0350 records: one record a row, and the
/// instruction numbers count up from row to row.
#[derive(Clone, Copy, Debug)]
pub struct Columns<'a> {
    first_number: u64,
    mpans: &'a [MpanCore],
    flags: &'a [ServiceFlag],
    dates: &'a [EffectiveDate],
    suppliers: &'a [SupplierId],
}

/// Columns that are no records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadColumns {
    /// One of them is longer than another.
    #[error("the columns are not equally long")]
    Unequal,
    /// The last instruction number is over [`MAX_INSTRUCTION_NUMBER`].
    #[error("the last instruction number has more than 19 digits")]
    Number,
}

impl<'a> Columns<'a> {
    /// The columns of D0350 records, the first of which has this instruction number: MPAN cores,
    /// flags, the first days that they apply, and the suppliers that asked for the changes.
    ///
    /// # Errors
    ///
    /// [`BadColumns`].
    pub fn new(
        first_number: u64,
        mpans: &'a [MpanCore],
        flags: &'a [ServiceFlag],
        dates: &'a [EffectiveDate],
        suppliers: &'a [SupplierId],
    ) -> Result<Self, BadColumns> {
        if [flags.len(), dates.len(), suppliers.len()].iter().any(|rows| *rows != mpans.len()) {
            return Err(BadColumns::Unequal);
        }
        let end = first_number.checked_add(mpans.len() as u64).ok_or(BadColumns::Number)?;
        if end > MAX_INSTRUCTION_NUMBER + 1 {
            return Err(BadColumns::Number);
        }
        Ok(Self { first_number, mpans, flags, dates, suppliers })
    }

    /// Returns how many rows there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.mpans.len()
    }

    /// Returns whether there is no row.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.mpans.is_empty()
    }

    /// The rows as records.
    #[inline]
    pub fn records(self) -> impl Iterator<Item = Instruction> {
        let values = self.mpans.iter().zip(self.flags).zip(self.dates).zip(self.suppliers);
        // every number was seen to fit, so none is left out
        (self.first_number..).zip(values).filter_map(|(number, (values, supplier))| {
            let ((mpan, flag), date) = values;
            D0350::new(number, *mpan, *flag, *date, *supplier).ok().map(Instruction::D0350)
        })
    }
}
