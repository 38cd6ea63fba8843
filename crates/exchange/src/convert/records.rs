//! Tables that take the records of a conversion in place of text.

use flagflow_electricity::Instruction;
use flagflow_frame::LineEnd;
use flagflow_gas::Detail;

use flagflow_files::Result;

/// A table that takes records one by one: Parquet, Arrow or Excel. The crates for these formats are
/// large, so the table is the caller's.
pub trait RecordTable {
    /// Takes a record, and its reasons with a space between them.
    ///
    /// # Errors
    ///
    /// The table cannot be written.
    fn write(&mut self, record: &TableRecord, reasons: &str) -> Result<()>;

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
pub enum TableRecord {
    /// A record of gas.
    Gas(Detail),
    /// A record of electricity.
    Electricity(Instruction),
}

impl From<Detail> for TableRecord {
    fn from(record: Detail) -> Self {
        Self::Gas(record)
    }
}

impl From<Instruction> for TableRecord {
    fn from(record: Instruction) -> Self {
        Self::Electricity(record)
    }
}

/// The output of a conversion: a file of text, or a table, beside which the text is empty.
pub(super) struct ConvertTarget<'t, W> {
    pub(super) text: W,
    pub(super) table: Option<&'t mut dyn RecordTable>,
}
