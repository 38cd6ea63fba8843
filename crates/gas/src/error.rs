//! What can be wrong, and where.

use std::fmt;

use crate::layout::Field;

/// The result of reading or writing gas files.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The reader or writer below failed; [`std::error::Error::source`] says how.
    Io,
    /// The first line with text is of no known layout.
    UnrecognisedLayout,
    /// The line has more bytes than the reader's limit.
    LineTooLong,
    /// A fixed line is not as long as its record.
    WrongLength {
        /// The record's length.
        expected: usize,
    },
    /// A uklink line does not split into its record's number of fields.
    MalformedRecord {
        /// The record's number of fields, where the record is known.
        expected: Option<usize>,
    },
    /// The line begins with no known Transaction Type.
    UnknownRecord,
    /// A known record where it may not stand: a header inside the file, anything after the trailer.
    UnexpectedRecord,
    /// A byte over 0x7F.
    NonAscii,
    /// Not a number of 1 digit to the field's length.
    NotANumber,
    /// Not one of the five letters of the flag.
    UnknownFlag,
    /// Neither `AC` nor `RJ`.
    UnknownOutcome,
    /// Not eight digits that make a day of the calendar.
    InvalidDate,
    /// Not six digits that make a time of day.
    InvalidTime,
    /// Not three printable characters.
    InvalidFileType,
    /// Not eight printable characters.
    InvalidReason,
    /// More reasons below one E46 than the reader takes.
    TooManyReasons,
    /// There is a trailer and no header.
    MissingHeader,
    /// There is a header and no trailer.
    MissingTrailer,
    /// The trailer's number is not that of the records before it.
    RecordCount {
        /// What the trailer says.
        declared: u64,
        /// What was counted.
        counted: u64,
    },
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io => f.write_str("reading or writing failed"),
            Self::UnrecognisedLayout => f.write_str(
                "neither the fixed layout (A00, E45, E46) nor uklink (a leading quote, or a comma as the fourth byte)",
            ),
            Self::LineTooLong => f.write_str("the line is longer than the limit"),
            Self::WrongLength { expected } => write!(f, "the line is not {expected} bytes long"),
            Self::MalformedRecord { expected: Some(n) } => {
                write!(f, "the line does not split into {n} fields")
            }
            Self::MalformedRecord { expected: None } => f.write_str("the line has a broken quote"),
            Self::UnknownRecord => f.write_str("the line begins with no known Transaction Type"),
            Self::UnexpectedRecord => f.write_str("the record may not stand here"),
            Self::NonAscii => f.write_str("a byte outside ASCII"),
            Self::NotANumber => f.write_str("not a number of the field's length"),
            Self::UnknownFlag => f.write_str("not a DCC Service Flag"),
            Self::UnknownOutcome => f.write_str("not an Outcome Code"),
            Self::InvalidDate => f.write_str("not a date"),
            Self::InvalidTime => f.write_str("not a time of day"),
            Self::InvalidFileType => f.write_str("not a file type of three characters"),
            Self::InvalidReason => f.write_str("not a reason code of eight characters"),
            Self::TooManyReasons => f.write_str("too many reasons below one record"),
            Self::MissingHeader => f.write_str("there is a trailer and no header"),
            Self::MissingTrailer => f.write_str("there is a header and no trailer"),
            Self::RecordCount { declared, counted } => {
                write!(f, "the trailer declares {declared} records, there are {counted}")
            }
        }
    }
}

impl flagflow_frame::Kind for ErrorKind {
    const IO: Self = Self::Io;

    /// False for I/O and for a file that is none of this crate's at all.
    fn is_recoverable(self) -> bool {
        !matches!(self, Self::Io | Self::UnrecognisedLayout)
    }
}

/// What is wrong in one field: the kind, and which of its bytes.
pub type FieldFault = flagflow_frame::FieldFault<ErrorKind>;

/// Something wrong in one line: what, in which field, and which of the line's bytes.
pub type Fault = flagflow_frame::Fault<ErrorKind, Field>;

/// An error of this crate: what is wrong, where it began, and the line that has it.
pub type Error = flagflow_frame::Error<ErrorKind, Field>;

/// A file could not be finished; the inner writer is handed back.
pub type FinishError<W> = flagflow_frame::FinishError<W, Error>;
