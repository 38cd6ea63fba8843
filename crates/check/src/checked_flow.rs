//! Flows of the codec whose files can be checked, and their records.

use std::fmt::Debug;

use flagflow_codec::{Flow, LineDecoder, RawLine};
use flagflow_rows::RowColumns;

use crate::layout::Layout;
use crate::verdict::{ParsedRecord, RecordValues};

/// A flow of the codec whose files can be checked: its records, and the fields of its files'
/// numbers.
pub(crate) trait CheckedFlow: Flow<Layout: Into<Layout>> {
    /// The number of a file, in its header or its first group.
    const FILE_NUMBER: Self::Field;
    /// The identifier of a file, in its header, if there is one beside the number.
    const FILE_IDENTIFIER: Option<Self::Field>;

    /// The name of a record's line.
    fn tag(record: &Self::Record) -> Self::Tag;

    /// The values of a record.
    fn values_of(record: &Self::Record) -> RecordValues;

    /// A record for a visitor: as it was read from a canonical line, or the line as it was cut.
    fn parsed<'a>(
        record: Option<Self::Record>,
        raw: Option<&'a RawLine<'a, Self>>,
    ) -> ParsedRecord<'a>;
}

/// The records of canonical rows, one by one.
pub(crate) trait RowRecords: Debug + Sync {
    /// Returns the values of a record, and the record for a visitor.
    fn get(&self, row: usize) -> (RecordValues, ParsedRecord<'static>);
}

/// The records of rows of a flow, by their columns.
#[derive(Debug)]
pub(crate) struct DecodedRows<'a, F: CheckedFlow> {
    pub(crate) decoder: &'a LineDecoder<F>,
    pub(crate) columns: &'a RowColumns,
    /// The first of the rows.
    pub(crate) first: usize,
}

impl<F: CheckedFlow> RowRecords for DecodedRows<'_, F> {
    fn get(&self, row: usize) -> (RecordValues, ParsedRecord<'static>) {
        let record = self.decoder.record(self.columns, self.first + row);
        (record.as_ref().map(F::values_of).unwrap_or_default(), F::parsed(record, None))
    }
}
