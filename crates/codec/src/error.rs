//! The kinds of error of every flow, each with its wording.

use std::fmt;

use flagflow_frame::Line;

/// The code of a line in an error, of at most eight bytes; a longer code is cut there.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct LineCode {
    bytes: [u8; 8],
    length: u8,
}

impl LineCode {
    /// Returns the code of a text, as much of the text as has room: eight bytes.
    #[expect(clippy::cast_possible_truncation, reason = "at most eight bytes")]
    #[must_use]
    pub fn new(code: &str) -> Self {
        let mut bytes = [0; 8];
        let mut length = 0;
        for character in code.chars() {
            let Some(room) = bytes.get_mut(length..length + character.len_utf8()) else { break };
            character.encode_utf8(room);
            length += character.len_utf8();
        }
        Self { bytes, length: length as u8 }
    }

    /// Returns the code's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let code = self.bytes.get(..usize::from(self.length)).unwrap_or_default();
        std::str::from_utf8(code).unwrap_or_default()
    }
}

impl fmt::Display for LineCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for LineCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// The kind of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The reader or writer below failed; [`std::error::Error::source`] has the cause.
    Io,
    /// The first line with text has no known layout.
    UnrecognisedLayout,
    /// The line has more bytes than the reader's limit.
    LineTooLong,
    /// A line of fixed lengths is not as long as its record.
    WrongLength {
        /// The record's length.
        expected: usize,
    },
    /// A delimited line does not split into its record's number of items.
    MalformedRecord {
        /// The record's number of items, or the least number where more may follow; `None` where
        /// the line cannot be split at all. The code counts where it is an item.
        expected: Option<usize>,
    },
    /// The line begins with no known code.
    UnknownRecord,
    /// A known record in the wrong place: a header inside the file, a record without the group that
    /// it belongs to, anything after the trailer; or a record of another flow or kind than wanted.
    UnexpectedRecord,
    /// A line occurs more often below one line of its parent, or in the file, than its table
    /// allows.
    TooManyLines {
        /// The line's code.
        code: LineCode,
        /// The most lines.
        most: u32,
    },
    /// A line occurs less often below one line of its parent, or in the file, than its table
    /// requires.
    TooFewLines {
        /// The line's code.
        code: LineCode,
        /// The least number of lines.
        least: u32,
        /// The number of lines.
        found: u32,
    },
    /// A byte over 0x7F.
    NonAscii,
    /// An item that must have a value is empty, or only padding.
    EmptyItem,
    /// A control character or a pipe in a text item.
    NotPrintable,
    /// An item has more characters than its table allows.
    ItemTooLong {
        /// The item's most characters.
        most: usize,
    },
    /// Not a number of 1 digit to the item's length; of an MPAN core, not 13 digits.
    NotANumber,
    /// Not one of the five letters of the flag.
    UnknownFlag,
    /// Neither `AC` nor `RJ`.
    UnknownOutcome,
    /// Not eight digits that make a day of the calendar.
    InvalidDate,
    /// Not six digits that make a time of day.
    InvalidTime,
    /// Not fourteen digits that make a day and a time of day.
    InvalidTimestamp,
    /// Not three printable characters.
    InvalidFileType,
    /// Not eight printable characters.
    InvalidReason,
    /// More reasons below one record than the reader takes.
    TooManyReasons,
    /// The header is of another flow or version than the profile.
    FlowVersion,
    /// The instruction type is another than the profile's.
    InstructionType,
    /// A value that cannot be written: with a delimiter or a line ending in it, or, where items are
    /// padded, with spaces after it; or an item that the layout has no place for.
    NotWritable,
    /// There is a trailer and no header.
    MissingHeader,
    /// There is a header and no trailer.
    MissingTrailer,
    /// The trailer's file identifier is another than the header's.
    FileIdMismatch,
    /// The trailer's record count is not the number of records before it.
    RecordCount {
        /// The number in the trailer.
        declared: u64,
        /// The number of records.
        counted: u64,
    },
    /// The trailer's group count is not the number of lines between header and trailer.
    GroupCount {
        /// The number in the trailer.
        declared: u64,
        /// The number of lines.
        counted: u64,
    },
    /// The trailer's flow count is not the number of top-level groups.
    FlowCount {
        /// The number in the trailer.
        declared: u64,
        /// The number of top-level groups.
        counted: u64,
    },
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let declares = |f: &mut fmt::Formatter<'_>, declared, what, counted| {
            write!(f, "the trailer declares {declared} {what}, there are {counted}")
        };
        f.write_str(match *self {
            Self::WrongLength { expected } => {
                return write!(f, "the line is not {expected} bytes long");
            }
            Self::MalformedRecord { expected: Some(items) } => {
                return write!(f, "the line does not split into {items} items");
            }
            Self::TooManyLines { code, most: 1 } => {
                return write!(f, "{code} occurs here a second time; once is allowed");
            }
            Self::TooManyLines { code, most } => {
                return write!(f, "{code} occurs here more than {most} times");
            }
            Self::TooFewLines { code, least: 1, .. } => {
                return write!(f, "{code} is missing here");
            }
            Self::TooFewLines { code, least, .. } => {
                return write!(f, "{code} occurs here fewer than {least} times");
            }
            Self::ItemTooLong { most } => return write!(f, "longer than {most} characters"),
            Self::RecordCount { declared, counted } => {
                return declares(f, declared, "records", counted);
            }
            Self::GroupCount { declared, counted } => {
                return declares(f, declared, "groups", counted);
            }
            Self::FlowCount { declared, counted } => {
                return declares(f, declared, "flows", counted);
            }
            Self::Io => "reading or writing failed",
            Self::UnrecognisedLayout => "the first line has no known layout",
            Self::LineTooLong => "the line is longer than the limit",
            Self::MalformedRecord { expected: None } => "the line has a broken quote",
            Self::UnknownRecord => "the line begins with no known code",
            Self::UnexpectedRecord => "a record in the wrong place",
            Self::NonAscii => "a byte outside ASCII",
            Self::EmptyItem => "an empty item that must have a value",
            Self::NotPrintable => "a control character or a pipe",
            Self::NotANumber => "not a number of the field's length",
            Self::UnknownFlag => "not a DCC Service Flag",
            Self::UnknownOutcome => "not an Outcome Code",
            Self::InvalidDate => "not a date",
            Self::InvalidTime => "not a time of day",
            Self::InvalidTimestamp => "not a date and time",
            Self::InvalidFileType => "not a file type of three characters",
            Self::InvalidReason => "not a reason code of eight characters",
            Self::TooManyReasons => "too many reasons below one record",
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

    /// False for I/O and for a file of no known layout.
    fn is_recoverable(self) -> bool {
        !matches!(self, Self::Io | Self::UnrecognisedLayout)
    }
}

/// An error in one item: the kind, and the bytes of the item.
pub type FieldFault = flagflow_frame::FieldFault<ErrorKind>;

/// An error in one line: the kind, the item, and the bytes of the line.
pub type Fault<F> = flagflow_frame::Fault<ErrorKind, F>;

/// An error with its position and its line.
pub type Error<F> = flagflow_frame::Error<ErrorKind, F>;

/// The result of reading or writing files.
pub type Result<T, F> = std::result::Result<T, Error<F>>;

/// A value that cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {kind}")]
pub struct Unwritable<F: fmt::Display> {
    /// [`ErrorKind::ItemTooLong`], [`ErrorKind::EmptyItem`] or [`ErrorKind::NotWritable`].
    pub kind: ErrorKind,
    /// The item.
    pub field: F,
}

/// Returns a fault of a whole line, past the limit or not.
pub fn fault_of_line<F: Copy>(kind: ErrorKind, line: &Line<'_>) -> Fault<F> {
    let length = usize::try_from(line.length).unwrap_or(usize::MAX);
    Fault { kind, field: None, start: 0, length }
}
