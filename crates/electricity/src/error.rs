//! What can be wrong, and where.

use std::fmt;

use crate::item::Field;

/// The result of reading or writing electricity files.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The reader or writer below failed; [`std::error::Error::source`] says how.
    Io,
    /// The first line with text is no header of a user file.
    UnrecognisedLayout,
    /// The line has more bytes than the reader's limit.
    LineTooLong,
    /// A zhf line is not as long as its record.
    WrongLength {
        /// The record's length.
        expected: usize,
    },
    /// A zhv line does not split into its record's number of items.
    MalformedRecord {
        /// The record's number of items, without its code; of a header and a trailer the least.
        expected: usize,
    },
    /// The line begins with no code of the profile.
    UnknownRecord,
    /// A known record where it may not stand: a header inside the file, an update without a group
    /// above it, anything after the trailer; or a record of another flow or kind than asked for.
    UnexpectedRecord,
    /// A byte over 0x7F.
    NonAscii,
    /// An item of a zhv line has more characters than the profile allows it.
    ItemTooLong {
        /// The item's most characters.
        most: usize,
    },
    /// Not a number of 1 digit to the item's most characters; of an MPAN core, not 13 digits.
    NotANumber,
    /// Not one of the five letters of the flag.
    UnknownFlag,
    /// Not eight digits that make a day of the calendar.
    InvalidDate,
    /// Not fourteen digits that make a day and a time of day.
    InvalidTimestamp,
    /// The header is of another flow or version than the profile.
    FlowVersion,
    /// The instruction type is another than the profile's.
    InstructionType,
    /// A value that cannot be written: with a bar or a line end in it, or, in the zhf layout, with
    /// spaces after it or items that the layout has no place for.
    NotWritable,
    /// There is a trailer and no header.
    MissingHeader,
    /// There is a header and no trailer.
    MissingTrailer,
    /// The trailer's file identifier is another than the header's.
    FileIdMismatch,
    /// The trailer's group count is not that of the lines between header and trailer.
    GroupCount {
        /// What the trailer says.
        declared: u64,
        /// What was counted.
        counted: u64,
    },
    /// The trailer's flow count is not that of the top-level groups.
    FlowCount {
        /// What the trailer says.
        declared: u64,
        /// What was counted.
        counted: u64,
    },
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WrongLength { expected } => {
                return write!(f, "the line is not {expected} bytes long");
            }
            Self::MalformedRecord { expected } => {
                return write!(f, "the line does not split into {expected} items");
            }
            Self::ItemTooLong { most } => return write!(f, "longer than {most} characters"),
            Self::GroupCount { declared, counted } => {
                return write!(f, "the trailer declares {declared} groups, there are {counted}");
            }
            Self::FlowCount { declared, counted } => {
                return write!(f, "the trailer declares {declared} flows, there are {counted}");
            }
            Self::Io => "reading or writing failed",
            Self::UnrecognisedLayout => "not a user file: expected a header, ZHV| or ZHF",
            Self::LineTooLong => "the line is longer than the limit",
            Self::UnknownRecord => "the line begins with no group code of the profile",
            Self::UnexpectedRecord => "the record may not stand here",
            Self::NonAscii => "a byte outside ASCII",
            Self::NotANumber => "not a number of the item's length",
            Self::UnknownFlag => "not a DCC Service Flag",
            Self::InvalidDate => "not a date",
            Self::InvalidTimestamp => "not a date and time",
            Self::FlowVersion => "not the flow and version of the profile",
            Self::InstructionType => "not the instruction type of the profile",
            Self::NotWritable => "a value that the layout cannot hold",
            Self::MissingHeader => "there is a trailer and no header",
            Self::MissingTrailer => "there is a header and no trailer",
            Self::FileIdMismatch => "not the file identifier of the header",
        })
    }
}

impl flagflow_frame::Kind for ErrorKind {
    const IO: Self = Self::Io;

    /// False for I/O and for a file that is none of this crate's at all.
    fn is_recoverable(self) -> bool {
        !matches!(self, Self::Io | Self::UnrecognisedLayout)
    }
}

/// What is wrong in one item: the kind, and which of its bytes.
pub type FieldFault = flagflow_frame::FieldFault<ErrorKind>;

/// Something wrong in one line: what, in which item, and which of the line's bytes.
pub type Fault = flagflow_frame::Fault<ErrorKind, Field>;

/// An error of this crate: what is wrong, where it began, and the line that has it.
pub type Error = flagflow_frame::Error<ErrorKind, Field>;

/// A file could not be finished; the inner writer is handed back.
pub type FinishError<W> = flagflow_frame::FinishError<W, Error>;
