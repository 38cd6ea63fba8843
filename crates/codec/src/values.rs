//! The values of a record, the same for every flow.

/// The values of a record. A value that the record does not have is zero, or `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Values<S> {
    /// The record's own number.
    pub number: Option<u64>,
    /// The meter point.
    pub point: u64,
    /// The DCC Service Flag, a letter.
    pub flag: u8,
    /// The first letter of the outcome.
    pub outcome: u8,
    /// The day from which the flag is effective, as the number of its eight digits: 20211105.
    pub date: u32,
    /// The reason.
    pub reason: Option<S>,
}

impl<S> Values<S> {
    /// No value at all.
    pub const NONE: Self =
        Self { number: None, point: 0, flag: 0, outcome: 0, date: 0, reason: None };
}
