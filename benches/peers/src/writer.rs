//! Other ways to write the same records.

mod csv;
mod fixed_width;
mod format;
mod itoa;

use crate::question::Result;
use crate::row::Row;

/// Appends records to the buffer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Writer {
    pub(crate) name: &'static str,
    /// A slow contender gets only one in so many records.
    pub(crate) share: usize,
    pub(crate) write: fn(&[Row], &mut Vec<u8>) -> Result<()>,
}

/// The writers of the fixed layout.
pub(crate) const FIXED: [Writer; 3] = [
    Writer { name: "write!", share: 1, write: format::fixed },
    Writer { name: "itoa", share: 1, write: itoa::fixed },
    Writer { name: "fixed_width, serde", share: 20, write: fixed_width::fixed },
];

/// The writers of the layout with commas.
pub(crate) const UKLINK: [Writer; 3] = [
    Writer { name: "write!", share: 1, write: format::uklink },
    Writer { name: "itoa", share: 1, write: itoa::uklink },
    Writer { name: "csv::Writer, serde", share: 1, write: csv::uklink },
];
