//! Rows one by one: those of several lines, and of files with bad records.

use arrow_array::builder::{Date32Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::SchemaRef;
use std::sync::Arc;

use flagflow_domain::Outcome;
use flagflow_electricity::{FileIdentifier, SupplierId};
use flagflow_frame::Position;

use crate::columns::too_large;
use crate::error::{Error, Result};
use crate::schema::Column;

/// The values of a row. A bad record has none.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ScanRow<'r> {
    pub(crate) fuel: Option<&'static str>,
    pub(crate) transaction_type: Option<&'r str>,
    pub(crate) point: Option<u64>,
    /// The letter, or 0.
    pub(crate) flag: u8,
    pub(crate) effective_from: Option<i32>,
    /// The first letter, or 0.
    pub(crate) outcome: u8,
    pub(crate) reasons: Option<&'r str>,
    pub(crate) number: Option<u64>,
    pub(crate) supplier: Option<SupplierId>,
    pub(crate) incoming: Option<u64>,
    pub(crate) deemed_received: Option<i32>,
    pub(crate) answered_file: Option<FileIdentifier>,
    pub(crate) received: Option<u64>,
    pub(crate) accepted: Option<u64>,
    pub(crate) rejected: Option<u64>,
    pub(crate) error: Option<&'r str>,
}

enum CellBuilder {
    Int(Int64Builder),
    Date(Date32Builder),
    Text(StringBuilder),
}

impl CellBuilder {
    fn new(column: Column) -> Self {
        match column.data_type() {
            arrow_schema::DataType::Int64 => Self::Int(Int64Builder::new()),
            arrow_schema::DataType::Date32 => Self::Date(Date32Builder::new()),
            _ => Self::Text(StringBuilder::new()),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Int(builder) => Arc::new(builder.finish()),
            Self::Date(builder) => Arc::new(builder.finish()),
            Self::Text(builder) => Arc::new(builder.finish()),
        }
    }
}

/// Builds a batch row by row.
pub(crate) struct RowBuilder {
    columns: Vec<(Column, CellBuilder)>,
    rows: usize,
}

impl RowBuilder {
    pub(crate) fn new(columns: &[Column]) -> Self {
        let columns = columns.iter().map(|column| (*column, CellBuilder::new(*column))).collect();
        Self { columns, rows: 0 }
    }

    #[cfg(feature = "convert")]
    pub(crate) const fn len(&self) -> usize {
        self.rows
    }

    pub(crate) fn push(&mut self, row: &ScanRow<'_>, position: Position, file: Option<&str>) {
        self.rows += 1;
        for (column, builder) in &mut self.columns {
            match builder {
                CellBuilder::Int(builder) => builder.append_option(int(*column, row, position)),
                CellBuilder::Date(builder) => builder.append_option(match column {
                    Column::DeemedReceivedDate => row.deemed_received,
                    _ => row.effective_from,
                }),
                CellBuilder::Text(builder) => {
                    let letter = [row.flag];
                    let text = match column {
                        Column::DccServiceFlag if row.flag == 0 => None,
                        Column::DccServiceFlag => std::str::from_utf8(&letter).ok(),
                        Column::File => file,
                        other => text(*other, row),
                    };
                    builder.append_option(text);
                }
            }
        }
    }

    /// Returns the batch of the rows so far.
    pub(crate) fn finish(&mut self, schema: &SchemaRef) -> Result<RecordBatch> {
        let rows = std::mem::take(&mut self.rows);
        let columns = self.columns.iter_mut().map(|(_, builder)| builder.finish()).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(schema.clone(), columns, &options).map_err(Error::from)
    }
}

/// Refuses numbers that Int64 cannot hold.
pub(crate) fn expect_fitting(row: &ScanRow<'_>) -> Result<()> {
    let numbers = [row.number, row.incoming];
    match numbers.iter().flatten().any(|number| i64::try_from(*number).is_err()) {
        true => Err(too_large()),
        false => Ok(()),
    }
}

/// Returns a number; numbers above those of Int64 are refused before.
fn int(column: Column, row: &ScanRow<'_>, position: Position) -> Option<i64> {
    let number = match column {
        Column::MeterPoint => row.point,
        Column::InstructionNumber => row.number,
        Column::IncomingInstructionNumber => row.incoming,
        Column::Received => row.received,
        Column::Accepted => row.accepted,
        Column::Rejected => row.rejected,
        Column::Line => Some(position.line),
        Column::Offset => Some(position.offset),
        _ => None,
    };
    number.and_then(|number| i64::try_from(number).ok())
}

fn text<'t>(column: Column, row: &'t ScanRow<'_>) -> Option<&'t str> {
    match column {
        Column::Fuel => row.fuel,
        Column::TransactionType => row.transaction_type,
        Column::OutcomeCode => Outcome::from_first_letter(row.outcome).map(Outcome::as_str),
        Column::ReasonCode => row.reasons.filter(|reasons| !reasons.is_empty()),
        Column::SupplierId => row.supplier.as_ref().map(SupplierId::as_str),
        Column::AnsweredFileIdentifier => row.answered_file.as_ref().map(FileIdentifier::as_str),
        Column::Error => row.error,
        _ => None,
    }
}
