//! The columns of record batches, the same for all flows.
//!
//! Numbers are Int64, because Spark, Java and Excel have no unsigned integers. Every column may be
//! null, because Spark refuses non-null fields, and text is plain Utf8. Values that a flow does not
//! have are null.
//!
//! The metadata of the schema has the file's format and header:
//!
//! | key | value |
//! |---|---|
//! | `flagflow.version` | the version of this crate |
//! | `flagflow.fuel`, `flagflow.layout` | the fuel, and the layout of the lines |
//! | `flagflow.flow`, `flagflow.profile` | of electricity the flow, and the name of the profile |
//! | `flagflow.edition` | the edition of the header's day, if the day decides it |
//! | `flagflow.line_end` | `lf` or `crlf` |
//! | `flagflow.header` | a JSON object of the header's items, if there is a header |
//! | `flagflow.group` | a JSON object of the first group's items, if there is a group |
//! | `flagflow.trailer` | a JSON object of the trailer's items, in files that were converted |

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef};

use crate::error::{Error, ErrorKind, Result};

/// A column of a record batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Column {
    /// `gas` or `electricity`.
    Fuel,
    /// `E45`, `E46`, `D0350`, `D0351` or `D0172`.
    TransactionType,
    /// MPRN or MPAN, as a number.
    MeterPoint,
    /// The letter of the flag.
    DccServiceFlag,
    /// The first day on which the flag applies.
    EffectiveFrom,
    /// `AC` or `RJ`, of an E46.
    OutcomeCode,
    /// The reasons of a rejection, with spaces between them.
    ReasonCode,
    /// The number of the record's own instruction (J0109).
    InstructionNumber,
    /// The supplier (J0084).
    SupplierId,
    /// The number of the rejected instruction (J1017).
    IncomingInstructionNumber,
    /// The day on which the answered file was received (J0821).
    DeemedReceivedDate,
    /// The identifier of the answered file (J1064).
    AnsweredFileIdentifier,
    /// The number of received instructions (J0522).
    Received,
    /// The number of accepted instructions (J0523).
    Accepted,
    /// The number of rejected instructions (J0524).
    Rejected,
    /// The name of the file.
    File,
    /// The line, from 1.
    Line,
    /// The first byte of the line, from 0, in the uncompressed file.
    Offset,
    /// The error of a bad record, which has no values.
    Error,
}

impl Column {
    /// The columns of values.
    pub const VALUES: &'static [Self] = &[
        Self::Fuel,
        Self::TransactionType,
        Self::MeterPoint,
        Self::DccServiceFlag,
        Self::EffectiveFrom,
        Self::OutcomeCode,
        Self::ReasonCode,
        Self::InstructionNumber,
        Self::SupplierId,
        Self::IncomingInstructionNumber,
        Self::DeemedReceivedDate,
        Self::AnsweredFileIdentifier,
        Self::Received,
        Self::Accepted,
        Self::Rejected,
    ];

    /// The columns of positions.
    pub const POSITIONS: &'static [Self] = &[Self::File, Self::Line, Self::Offset];

    /// Returns the name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fuel => "fuel",
            Self::TransactionType => "transaction_type",
            Self::MeterPoint => "meter_point",
            Self::DccServiceFlag => "dcc_service_flag",
            Self::EffectiveFrom => "effective_from",
            Self::OutcomeCode => "outcome_code",
            Self::ReasonCode => "reason_code",
            Self::InstructionNumber => "instruction_number",
            Self::SupplierId => "supplier_id",
            Self::IncomingInstructionNumber => "incoming_instruction_number",
            Self::DeemedReceivedDate => "deemed_received_date",
            Self::AnsweredFileIdentifier => "answered_file_identifier",
            Self::Received => "received",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::File => "file",
            Self::Line => "line",
            Self::Offset => "offset",
            Self::Error => "error",
        }
    }

    /// Returns the type of the values.
    #[must_use]
    pub const fn data_type(self) -> DataType {
        match self {
            Self::MeterPoint
            | Self::InstructionNumber
            | Self::IncomingInstructionNumber
            | Self::Received
            | Self::Accepted
            | Self::Rejected
            | Self::Line
            | Self::Offset => DataType::Int64,
            Self::EffectiveFrom | Self::DeemedReceivedDate => DataType::Date32,
            _ => DataType::Utf8,
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Column {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let all = [Self::VALUES, Self::POSITIONS, &[Self::Error]].concat();
        all.iter().copied().find(|column| column.as_str() == name).ok_or_else(|| {
            let names: Vec<_> = all.iter().map(|column| column.as_str()).collect();
            let name = flagflow_check::escape(name.as_bytes());
            let what = format!("there is no column {name}: the columns are {}", names.join(", "));
            Error::new(ErrorKind::Column, what)
        })
    }
}

/// Returns the schema of columns.
#[must_use]
pub fn schema(columns: &[Column], metadata: HashMap<String, String>) -> SchemaRef {
    let field = |column: &Column| Field::new(column.as_str(), column.data_type(), true);
    let fields: Vec<_> = columns.iter().map(field).collect();
    Arc::new(Schema::new_with_metadata(fields, metadata))
}

/// Returns the metadata of a schema.
#[cfg(any(feature = "ipc", feature = "parquet"))]
pub(crate) fn metadata_of(schema: &Schema) -> HashMap<String, String> {
    let metadata = schema.metadata().iter();
    metadata.map(|(key, value)| (key.to_string(), value.to_string())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_fields_may_be_null() {
        for column in [Column::VALUES, Column::POSITIONS, &[Column::Error]].concat() {
            assert_eq!(column.to_string().parse::<Column>().unwrap(), column);
        }
        let error = "flag\n".parse::<Column>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Column);
        assert!(
            error.to_string().starts_with(r"there is no column flag\x0A: the columns are fuel")
        );
        let all = schema(Column::VALUES, HashMap::new());
        assert!(all.fields().iter().all(|field| field.is_nullable()));
        let types = [DataType::Int64, DataType::Utf8, DataType::Date32];
        assert!(all.fields().iter().all(|field| types.contains(field.data_type())));
    }
}
