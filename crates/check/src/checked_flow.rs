//! Flows of the codec whose files can be checked, and their records.

use flagflow_codec::{Flow, LineDecoder, RawLine};
use flagflow_electricity::Electricity;
use flagflow_gas::Gas;
use flagflow_rows::RowColumns;

use crate::verdict::{ParsedRecord, RecordValues};

/// A flow of the codec whose files can be checked: the names of its fields, and its records.
pub(crate) trait CheckedFlow: Flow {
    /// The meter point.
    const POINT: Self::Field;
    /// The flag.
    const FLAG: Self::Field;
    /// The day from which the flag is effective.
    const DAY: Self::Field;
    /// The number of a file, in its header or its first group.
    const FILE_NUMBER: Self::Field;
    /// The identifier of a file, in its header, if there is one beside the number.
    const FILE_IDENTIFIER: Option<Self::Field>;

    /// The field's name in reports.
    fn name(field: &Self::Field) -> &str;

    /// The name of a record's line.
    fn tag(record: &Self::Record) -> Self::Tag;

    /// The values of a record.
    fn values_of(record: &Self::Record) -> RecordValues;

    /// A record for a visitor: as it was read from a canonical line, or the line as it was cut.
    fn parsed<'a>(
        record: Option<Self::Record>,
        raw: Option<&'a RawLine<'a, Self>>,
    ) -> ParsedRecord<'a>;

    /// The records of rows from one on, for a visitor.
    fn rows<'a>(
        decoder: &'a LineDecoder<Self>,
        columns: &'a RowColumns,
        first: usize,
    ) -> RowRecords<'a>;
}

/// The records of rows: the decoder, its columns, and the first row.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RowRecords<'a> {
    Gas(&'a LineDecoder<Gas>, &'a RowColumns, usize),
    Electricity(&'a LineDecoder<Electricity>, &'a RowColumns, usize),
}

impl RowRecords<'_> {
    pub(crate) fn get(&self, row: usize) -> (RecordValues, ParsedRecord<'static>) {
        match *self {
            Self::Gas(decoder, columns, first) => of_row(decoder, columns, first + row),
            Self::Electricity(decoder, columns, first) => of_row(decoder, columns, first + row),
        }
    }
}

fn of_row<F: CheckedFlow>(
    decoder: &LineDecoder<F>,
    columns: &RowColumns,
    row: usize,
) -> (RecordValues, ParsedRecord<'static>) {
    let record = decoder.record(columns, row);
    (record.as_ref().map(F::values_of).unwrap_or_default(), F::parsed(record, None))
}
