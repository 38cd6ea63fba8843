//! What can be wrong, and where.

use std::fmt;
use std::io;

use flagflow_frame::{Line, Position};

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

/// Something wrong in one line: what, in which field, and which of the line's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub kind: ErrorKind,
    /// The field that it is in, or `None` where it is the whole line.
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

    pub(crate) fn new(kind: ErrorKind, position: Position) -> Self {
        Self(Box::new(Details { kind, field: None, position, raw: Vec::new(), io: None }))
    }

    pub(crate) fn io(io: io::Error, position: Position) -> Self {
        let kind = ErrorKind::Io;
        Self(Box::new(Details { kind, field: None, position, raw: Vec::new(), io: Some(io) }))
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

    /// The field that is wrong, or `None` where it is a whole line or file.
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

    /// Whether the reader can go on with the next record. False for I/O and for a file that is no
    /// gas file at all.
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
