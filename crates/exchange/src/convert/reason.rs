//! Reasons why a record is not converted, and the fields that these are about.

use std::fmt;

use flagflow_codec::{ErrorKind, LineCode, Names};
use flagflow_domain::Edition;
use flagflow_electricity::Electricity;
use flagflow_gas::Gas;

/// A field of either fuel's records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConvertField {
    /// A field of gas.
    Gas(flagflow_gas::Field),
    /// An item of electricity.
    Electricity(flagflow_electricity::Field),
}

impl ConvertField {
    /// Returns the name that reports use.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Gas(field) => field.name(),
            Self::Electricity(field) => field.name(),
        }
    }

    /// Returns whether its values are digits that identify nothing: days and counts.
    pub(super) const fn is_of_digits(self) -> bool {
        use flagflow_electricity::Field as Electricity;
        use flagflow_gas::Field as Gas;
        match self {
            Self::Gas(field) => matches!(
                field,
                Gas::DccServiceEffectiveFromDate
                    | Gas::CreationDate
                    | Gas::CreationTime
                    | Gas::GenerationNumber
                    | Gas::RecordCount
            ),
            Self::Electricity(field) => matches!(
                field,
                Electricity::EffectiveFromDate
                    | Electricity::DeemedReceivedDate
                    | Electricity::Received
                    | Electricity::Accepted
                    | Electricity::Rejected
                    | Electricity::Created
                    | Electricity::Completed
                    | Electricity::GroupCount
                    | Electricity::FlowCount
                    | Electricity::FileSequenceNumber
                    | Electricity::InstructionNumber
                    | Electricity::IncomingInstructionNumber
            ),
        }
    }

    /// Returns true if the field identifies a meter point.
    pub(super) fn is_identifier(self) -> bool {
        match self {
            Self::Gas(field) => field == Gas::POINT,
            Self::Electricity(field) => field == Electricity::POINT,
        }
    }
}

impl fmt::Display for ConvertField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl From<flagflow_gas::Field> for ConvertField {
    fn from(field: flagflow_gas::Field) -> Self {
        Self::Gas(field)
    }
}

impl From<flagflow_electricity::Field> for ConvertField {
    fn from(field: flagflow_electricity::Field) -> Self {
        Self::Electricity(field)
    }
}

/// Reason for refusing a record or a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConvertReason {
    /// The value cannot be read, is not allowed there, or cannot be held by the wanted layout: see
    /// the kinds of the codec.
    Codec(ErrorKind),
    /// A header or a trailer has items after its last named one that the output cannot hold.
    AdditionalItems {
        /// The place of the first of them in its line, the code not counted.
        first: usize,
        /// Number of values.
        count: usize,
    },
    /// The flag is not one of the output's edition.
    FlagNotInEdition(Edition),
    /// A required cell or key is missing.
    MissingValue,
    /// A row has fewer cells than there are columns, or text in more.
    MalformedRow {
        /// The cells of the row.
        cells: usize,
        /// The columns of the table.
        columns: usize,
    },
    /// A cell has text after its closing quote.
    TextBehindQuote,
    /// A line is not one JSON object, or has a key twice.
    MalformedObject,
    /// An E45 has an outcome code.
    OutcomeOfUpdate,
    /// A table without transaction types holds both E45 and E46.
    MixedTable,
    /// A row or an object is of the other fuel than the output.
    OtherFuel,
    /// An E46 cannot be written to a table that began with an E45.
    NoOutcomeColumn,
    /// A group that a table has no place for: its rows are the records.
    NoPlaceForGroup(LineCode),
    /// A name of an earlier version.
    OldName {
        /// The name.
        old: &'static str,
        /// The name of today.
        new: &'static str,
    },
}

impl ConvertReason {
    /// The names that are not those of the validator's rules.
    pub const NAMES: [&'static str; 11] = [
        "missing-value",
        "malformed-row",
        "malformed-object",
        "outcome-of-update",
        "mixed-table",
        "no-outcome-column",
        "old-name",
        "other-fuel",
        "invalid-file-type",
        "not-writable",
        "unreadable",
    ];

    /// Returns a short name, that of the validator's rule where there is one.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Codec(kind) => codec_name(kind),
            Self::AdditionalItems { .. } | Self::NoPlaceForGroup(_) => "not-writable",
            Self::FlagNotInEdition(_) => "flag-not-in-edition",
            Self::MissingValue => "missing-value",
            Self::MalformedRow { .. } | Self::TextBehindQuote => "malformed-row",
            Self::MalformedObject => "malformed-object",
            Self::OutcomeOfUpdate => "outcome-of-update",
            Self::MixedTable => "mixed-table",
            Self::NoOutcomeColumn => "no-outcome-column",
            Self::OldName { .. } => "old-name",
            Self::OtherFuel => "other-fuel",
        }
    }
}

const fn codec_name(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::LineTooLong => "line-too-long",
        ErrorKind::WrongLength { .. } => "wrong-length",
        ErrorKind::MalformedRecord { .. } => "malformed-record",
        ErrorKind::UnknownRecord => "unknown-record",
        ErrorKind::UnexpectedRecord => "unexpected-record",
        ErrorKind::NonAscii => "non-ascii",
        ErrorKind::NotPrintable => "control-character",
        ErrorKind::EmptyItem => "empty-item",
        ErrorKind::TooManyLines { .. } | ErrorKind::TooFewLines { .. } => "group-cardinality",
        ErrorKind::ItemTooLong { .. } => "item-too-long",
        ErrorKind::NotANumber => "not-a-number",
        ErrorKind::UnknownFlag => "unknown-flag",
        ErrorKind::UnknownOutcome => "unknown-outcome",
        ErrorKind::InvalidDate => "invalid-date",
        ErrorKind::InvalidTime => "invalid-time",
        ErrorKind::InvalidFileType => "invalid-file-type",
        ErrorKind::InvalidTimestamp => "invalid-timestamp",
        ErrorKind::FlowVersion => "flow-version",
        ErrorKind::InstructionType => "instruction-type",
        ErrorKind::NotWritable => "not-writable",
        ErrorKind::MissingHeader => "missing-header",
        ErrorKind::MissingTrailer => "missing-trailer",
        ErrorKind::FileIdMismatch => "file-id-mismatch",
        ErrorKind::RecordCount { .. } => "record-count",
        ErrorKind::GroupCount { .. } => "group-count",
        ErrorKind::FlowCount { .. } => "flow-count",
        _ => "unreadable",
    }
}

impl fmt::Display for ConvertReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Codec(kind) => kind.fmt(f),
            Self::AdditionalItems { first, count: 0 | 1 } => {
                write!(f, "the additional item {first} cannot be held by the output")
            }
            Self::AdditionalItems { first, count } => {
                let last = first + count - 1;
                write!(f, "the additional items {first} to {last} cannot be held by the output")
            }
            Self::FlagNotInEdition(edition) => write!(f, "not a flag of edition {edition}"),
            Self::MissingValue => f.write_str("the value is missing"),
            Self::MalformedRow { cells, columns } => {
                let plural = |count: &usize| if *count == 1 { "" } else { "s" };
                let (of_cells, of_columns) = (plural(cells), plural(columns));
                write!(f, "{cells} cell{of_cells}, {columns} column{of_columns}")
            }
            Self::TextBehindQuote => f.write_str("text after a closing quote"),
            Self::OtherFuel => f.write_str("a record of the other fuel"),
            Self::MalformedObject => {
                f.write_str("the line is not one JSON object with its keys once")
            }
            Self::OutcomeOfUpdate => f.write_str("an E45 has no outcome code"),
            Self::MixedTable => f.write_str(
                "the rows above are of the other transaction type; the table needs a \
                 transaction_type column",
            ),
            Self::NoOutcomeColumn => f.write_str(
                "an E46 cannot follow an E45 in a csv table; convert to jsonl, or split the file",
            ),
            Self::NoPlaceForGroup(code) => write!(
                f,
                "the group {code} has no place in a csv table, which has a row for each record; \
                 convert to jsonl"
            ),
            Self::OldName { old, new } => write!(f, "{old} is called {new} now: rename it"),
        }
    }
}
