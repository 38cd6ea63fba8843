//! The columns that every contender fills.

/// The values of one record, 0 for those that its kind lacks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Row {
    /// The meter point, gas or electricity.
    pub(crate) point: u64,
    /// The instruction number of electricity.
    pub(crate) number: u64,
    /// The eight digits of the day as one number.
    pub(crate) day: u32,
    /// The flag's letter.
    pub(crate) flag: u8,
    /// The first letter of the outcome of an E46.
    pub(crate) outcome: u8,
    /// The supplier of electricity, with zeros behind it.
    pub(crate) supplier: [u8; 4],
}

impl Row {
    /// A gas update.
    #[inline]
    pub(crate) const fn update(point: u64, flag: u8, day: u32) -> Self {
        Self { point, number: 0, day, flag, outcome: 0, supplier: [0; 4] }
    }

    /// The answer to an update.
    #[inline]
    pub(crate) const fn answered(self, outcome: u8) -> Self {
        Self { outcome, ..self }
    }

    /// An electricity update.
    #[inline]
    pub(crate) const fn instructed(self, number: u64, supplier: [u8; 4]) -> Self {
        Self { number, supplier, ..self }
    }
}
