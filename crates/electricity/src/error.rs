//! What can be wrong, and where.

use std::fmt;
use std::io;

use flagflow_frame::{Line, Position};

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
        /// The record's number of items, its code counted; of a header and a trailer the least.
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
        match self {
            Self::WrongLength { expected } => write!(f, "the line is not {expected} bytes long"),
            Self::MalformedRecord { expected } => {
                write!(f, "the line does not split into {expected} items")
            }
            Self::ItemTooLong { most } => write!(f, "longer than {most} characters"),
            Self::GroupCount { declared, counted } => {
                write!(f, "the trailer declares {declared} groups, there are {counted}")
            }
            Self::FlowCount { declared, counted } => {
                write!(f, "the trailer declares {declared} flows, there are {counted}")
            }
            _ => f.write_str(self.words()),
        }
    }
}

impl ErrorKind {
    /// The words of a kind that has no numbers in it.
    const fn words(self) -> &'static str {
        match self {
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
            Self::WrongLength { .. } => "the line has a wrong length",
            Self::MalformedRecord { .. } => "the line has a wrong number of items",
            Self::ItemTooLong { .. } => "the item is too long",
            Self::GroupCount { .. } => "a wrong group count",
            Self::FlowCount { .. } => "a wrong flow count",
        }
    }
}

/// What is wrong in one item: the kind, and which of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldFault {
    /// What is wrong.
    pub kind: ErrorKind,
    /// The first bad byte, from the item's first.
    pub start: usize,
    /// How many bytes are bad.
    pub length: usize,
}

impl FieldFault {
    /// The whole item is wrong.
    #[must_use]
    pub const fn of_item(kind: ErrorKind, item: &[u8]) -> Self {
        Self { kind, start: 0, length: item.len() }
    }

    /// The same fault in its line, the item's first byte being the line's byte `start`.
    #[must_use]
    pub const fn in_field(self, field: Field, start: usize) -> Fault {
        let Self { kind, start: within, length } = self;
        Fault { kind, field: Some(field), start: start + within, length }
    }
}

/// Something wrong in one line: what, in which item, and which of the line's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub kind: ErrorKind,
    /// The item that it is in, or `None` where it is the whole line.
    pub field: Option<Field>,
    /// The first bad byte, from the line's first.
    pub start: usize,
    /// How many bytes are bad.
    pub length: usize,
}

impl Fault {
    /// A whole line is wrong.
    #[must_use]
    pub const fn of_line(kind: ErrorKind, line: &[u8]) -> Self {
        Self { kind, field: None, start: 0, length: line.len() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field {
            Some(field) => write!(f, "{field}: {}", self.kind),
            None => self.kind.fmt(f),
        }
    }
}

impl std::error::Error for Fault {}

/// An error of this crate: what is wrong, where it began, and the line that has it.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.0)]
pub struct Error(#[source] Box<Details>);

#[derive(Debug, thiserror::Error)]
struct Details {
    kind: ErrorKind,
    field: Option<Field>,
    position: Position,
    raw: Vec<u8>,
    #[source]
    io: Option<io::Error>,
}

impl fmt::Display for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.position)?;
        if let Some(field) = self.field {
            write!(f, "{field}: ")?;
        }
        match &self.io {
            Some(io) => io.fmt(f),
            None => self.kind.fmt(f),
        }
    }
}

impl Error {
    /// How much of a bad line an error keeps.
    pub const MAX_RAW: usize = 256;

    pub(crate) fn new(kind: ErrorKind, field: Option<Field>, position: Position) -> Self {
        Self(Box::new(Details { kind, field, position, raw: Vec::new(), io: None }))
    }

    pub(crate) fn io(io: io::Error, position: Position) -> Self {
        let (kind, field) = (ErrorKind::Io, None);
        Self(Box::new(Details { kind, field, position, raw: Vec::new(), io: Some(io) }))
    }

    /// A fault of a line, with the place that the line has in its file.
    pub(crate) fn of_line(fault: Fault, line: &Line<'_>, record: Option<u64>) -> Self {
        let begin = Position { record, ..line.position() };
        let raw = line.bytes[..line.bytes.len().min(Self::MAX_RAW)].to_vec();
        Self(Box::new(Details {
            kind: fault.kind,
            field: fault.field,
            position: begin.forward(fault.start as u64),
            raw,
            io: None,
        }))
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The item that is wrong, or `None` where it is a whole line or file.
    #[must_use]
    pub fn field(&self) -> Option<Field> {
        self.0.field
    }

    /// Where the wrong thing began.
    #[must_use]
    pub fn position(&self) -> Position {
        self.0.position
    }

    /// The line that is wrong, without its end, at most [`Error::MAX_RAW`] bytes of it.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        &self.0.raw
    }

    /// Whether the reader can go on with the next record, or the writer with another one. False for
    /// I/O and for a file that is no user file at all.
    #[must_use]
    pub fn is_recoverable(&self) -> bool {
        !matches!(self.0.kind, ErrorKind::Io | ErrorKind::UnrecognisedLayout)
    }

    /// The I/O error, if this is one.
    ///
    /// # Errors
    ///
    /// The error itself where it is another.
    pub fn into_io(mut self) -> Result<io::Error, Self> {
        self.0.io.take().ok_or(self)
    }
}
