//! Tables that take the records of a conversion in place of text.

use flagflow_codec::Values;
use flagflow_domain::Fuel;
use flagflow_frame::LineEnd;

use flagflow_files::Result;

/// A table that takes records one by one: Parquet, Arrow or Excel. The crates for these formats are
/// large, so the table is the caller's.
pub trait RecordTable {
    /// Takes a record.
    ///
    /// # Errors
    ///
    /// The table cannot be written.
    fn write(&mut self, record: &TableRecord<'_>) -> Result<()>;

    /// Takes the lines that are not records, as objects of jsonl, with the line ending of the file,
    /// and ends the table. It is not called if the conversion is refused.
    ///
    /// # Errors
    ///
    /// The table cannot be written.
    fn finish(&mut self, lines: &[u8], line_end: LineEnd) -> Result<()>;
}

/// A record of either fuel.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct TableRecord<'r> {
    /// The fuel.
    pub fuel: Fuel,
    /// `E45`, `E46`, `D0350` or `D0351`.
    pub transaction_type: &'r str,
    /// The values.
    pub values: Values<&'r [u8]>,
}

/// The output of a conversion.
pub(super) enum ConvertTarget<'t, W> {
    Text(W),
    Records(&'t mut dyn RecordTable),
}
