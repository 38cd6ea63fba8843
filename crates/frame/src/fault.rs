//! The error model that the codecs share: a kind of error and the bytes it is about.
//!
//! The kinds of error (`K`) and the fields (`F`) are the codec's own types.

use std::error::Error as StdError;
use std::fmt::{self, Debug, Display};
use std::io;

use crate::line::Line;
use crate::position::Position;

/// A codec's kinds of error.
pub trait Kind: Copy + Debug + Display + 'static {
    /// The reader or writer below failed.
    const IO: Self;

    /// Returns whether a reader can go on with the next record.
    fn is_recoverable(self) -> bool;
}

/// An error in one field: the kind, and the bytes of the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldFault<K> {
    /// The kind of error.
    pub kind: K,
    /// The first bad byte, from the field's first.
    pub start: usize,
    /// The number of bad bytes.
    pub length: usize,
}

impl<K: Copy> FieldFault<K> {
    /// The whole field is wrong.
    #[must_use]
    pub const fn of_field(kind: K, field: &[u8]) -> Self {
        Self { kind, start: 0, length: field.len() }
    }

    /// The same fault in its line, the field's first byte being the line's byte `start`.
    #[must_use]
    pub const fn in_field<F: Copy>(self, field: F, start: usize) -> Fault<K, F> {
        let Self { kind, start: within, length } = self;
        Fault { kind, field: Some(field), start: start + within, length }
    }
}

/// Something wrong in one line: what, in which field, and which of the line's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault<K, F> {
    /// The kind of error.
    pub kind: K,
    /// The field that it is in, or `None` where it is the whole line.
    pub field: Option<F>,
    /// The first bad byte, from the line's first.
    pub start: usize,
    /// The number of bad bytes.
    pub length: usize,
}

impl<K: Copy, F: Copy> Fault<K, F> {
    /// A whole line is wrong.
    #[must_use]
    pub const fn of_line(kind: K, line: &[u8]) -> Self {
        Self { kind, field: None, start: 0, length: line.len() }
    }
}

impl<K: Display, F: Display> Display for Fault<K, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Some(field) => write!(f, "{field}: {}", self.kind),
            None => Display::fmt(&self.kind, f),
        }
    }
}

impl<K: Debug + Display, F: Debug + Display> StdError for Fault<K, F> {}

/// An error of a codec: what is wrong, where it began, and the line that has it.
pub struct Error<K, F>(Box<Details<K, F>>);

struct Details<K, F> {
    kind: K,
    field: Option<F>,
    position: Position,
    raw: Vec<u8>,
    io: Option<io::Error>,
}

impl<K: Kind, F: Copy> Error<K, F> {
    /// The most bytes of a bad line that an error keeps.
    pub const MAX_RAW: usize = 256;

    /// Something wrong at a place, of no line in hand.
    #[must_use]
    pub fn new(kind: K, field: Option<F>, position: Position) -> Self {
        Self(Box::new(Details { kind, field, position, raw: Vec::new(), io: None }))
    }

    /// The reader or writer below failed.
    #[must_use]
    pub fn io(io: io::Error, position: Position) -> Self {
        let (kind, field, raw) = (K::IO, None, Vec::new());
        Self(Box::new(Details { kind, field, position, raw, io: Some(io) }))
    }

    /// A fault of a line, with the place that the line has in its file.
    #[must_use]
    pub fn of_line(fault: Fault<K, F>, line: &Line<'_>, record: Option<u64>) -> Self {
        let begin = Position { record, ..line.position() };
        let raw = line.bytes[..line.bytes.len().min(Self::MAX_RAW)].to_vec();
        let position = begin.forward(fault.start as u64);
        let Fault { kind, field, .. } = fault;
        Self(Box::new(Details { kind, field, position, raw, io: None }))
    }

    /// Returns the kind of error.
    #[must_use]
    pub fn kind(&self) -> K {
        self.0.kind
    }

    /// The field that is wrong, or `None` where it is a whole line or file.
    #[must_use]
    pub fn field(&self) -> Option<F> {
        self.0.field
    }

    /// Returns the position where the error began.
    #[must_use]
    pub fn position(&self) -> Position {
        self.0.position
    }

    /// Says that so many lines and records stand before the part of a file that the position was
    /// counted in.
    pub fn move_behind(&mut self, lines: u64, records: u64) {
        self.0.position = self.0.position.behind(lines, records);
    }

    /// The line that is wrong, without its end, at most [`Error::MAX_RAW`] bytes of it.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        &self.0.raw
    }

    /// Returns whether the reader can go on with the next record, or the writer with another one.
    /// False for I/O and for a file that is none of the codec's at all.
    #[must_use]
    pub fn is_recoverable(&self) -> bool {
        self.0.kind.is_recoverable()
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

impl<K: Debug, F: Debug> Debug for Error<K, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Details { kind, field, position, raw, io } = &*self.0;
        f.debug_struct("Error")
            .field("kind", kind)
            .field("field", field)
            .field("position", position)
            .field("raw", raw)
            .field("io", io)
            .finish()
    }
}

impl<K: Display, F: Display> Display for Error<K, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.0.position)?;
        if let Some(field) = &self.0.field {
            write!(f, "{field}: ")?;
        }
        match &self.0.io {
            Some(io) => Display::fmt(io, f),
            None => Display::fmt(&self.0.kind, f),
        }
    }
}

impl<K: Debug + Display, F: Debug + Display> StdError for Error<K, F> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.io.as_ref().map(|io| io as &(dyn StdError + 'static))
    }
}

/// A file could not be finished; the inner writer is handed back.
#[derive(Debug)]
pub struct FinishError<W, E> {
    error: E,
    inner: W,
}

impl<W, E> FinishError<W, E> {
    /// Makes an error of its cause and the writer.
    #[must_use]
    pub const fn new(error: E, inner: W) -> Self {
        Self { error, inner }
    }

    /// Returns the cause.
    pub const fn error(&self) -> &E {
        &self.error
    }

    /// Returns the cause and the inner writer.
    pub fn into_parts(self) -> (E, W) {
        (self.error, self.inner)
    }
}

impl<W, E: Display> Display for FinishError<W, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the file could not be finished: {}", self.error)
    }
}

impl<W: Debug, E: StdError + 'static> StdError for FinishError<W, E> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LineEnd;

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Wrong {
        Io,
        Letter,
    }

    impl Display for Wrong {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(if *self == Self::Io { "I/O" } else { "not a letter" })
        }
    }

    impl Kind for Wrong {
        const IO: Self = Self::Io;

        fn is_recoverable(self) -> bool {
            self != Self::Io
        }
    }

    #[test]
    fn a_fault_finds_its_place_in_the_file() {
        let fault = FieldFault { kind: Wrong::Letter, start: 1, length: 1 }.in_field("flag", 3);
        assert_eq!((fault.field, fault.start, fault.length), (Some("flag"), 4, 1));
        assert_eq!(fault.to_string(), "flag: not a letter");
        let (bytes, end) = (&[b'x'; 300][..], LineEnd::Lf);
        let line = Line { bytes, length: 300, oversize: false, end, offset: 50, number: 3 };
        let error = Error::of_line(fault, &line, Some(2));
        let position = Position { offset: 54, line: 3, column: 5, record: Some(2) };
        assert_eq!(
            (error.kind(), error.field(), error.position()),
            (Wrong::Letter, Some("flag"), position)
        );
        assert_eq!(error.raw(), [b'x'; 256]);
        assert!(error.is_recoverable());
        assert!(error.source().is_none());
        assert_eq!(error.to_string(), "line 3, column 5 (byte 54): flag: not a letter");
        assert!(error.into_io().is_err());
    }

    #[test]
    fn a_whole_field_or_line_is_wrong() {
        let field = FieldFault::of_field(Wrong::Letter, b"abc");
        assert_eq!(field, FieldFault { kind: Wrong::Letter, start: 0, length: 3 });
        let line: Fault<_, &str> = Fault::of_line(Wrong::Letter, b"abcd");
        assert_eq!(line, Fault { kind: Wrong::Letter, field: None, start: 0, length: 4 });
        assert_eq!(line.to_string(), "not a letter");
    }

    #[test]
    fn an_error_of_no_line_has_a_place_and_no_bytes() {
        let position = Position { offset: 40, line: 3, column: 9, record: Some(2) };
        let mut error: Error<Wrong, &str> = Error::new(Wrong::Letter, None, position);
        assert_eq!((error.kind(), error.field()), (Wrong::Letter, None));
        assert_eq!((error.position(), error.raw()), (position, &b""[..]));
        assert_eq!(error.to_string(), "line 3, column 9 (byte 40): not a letter");
        error.move_behind(10, 7);
        let behind = Position { offset: 40, line: 13, column: 9, record: Some(9) };
        assert_eq!(error.position(), behind);
        let error: Error<Wrong, &str> = Error::new(Wrong::Io, Some("flag"), position);
        assert_eq!((error.kind(), error.field()), (Wrong::Io, Some("flag")));
        assert_eq!(error.to_string(), "line 3, column 9 (byte 40): flag: I/O");
        assert_eq!(error.into_io().unwrap_err().position(), position);
    }

    #[test]
    fn an_error_shows_all_it_has_to_who_debugs() {
        let line = Line {
            bytes: b"ab",
            length: 2,
            oversize: false,
            end: LineEnd::None,
            offset: 9,
            number: 2,
        };
        let error = Error::of_line(Fault::<_, &str>::of_line(Wrong::Letter, b"ab"), &line, None);
        assert_eq!(
            format!("{error:?}"),
            "Error { kind: Letter, field: None, position: Position { offset: 9, line: 2, \
             column: 1, record: None }, raw: [97, 98], io: None }"
        );
    }

    #[test]
    fn an_io_error_is_kept_and_told() {
        let error: Error<Wrong, &str> = Error::io(io::Error::other("gone"), Position::START);
        assert!(!error.is_recoverable());
        assert_eq!(error.to_string(), "line 1, column 1 (byte 0): gone");
        assert_eq!(error.source().unwrap().to_string(), "gone");
        let unfinished = FinishError::new(error, vec![1u8]);
        assert!(unfinished.to_string().ends_with("finished: line 1, column 1 (byte 0): gone"));
        assert_eq!(unfinished.error().kind(), Wrong::Io);
        assert!(unfinished.source().is_some());
        let (error, inner) = unfinished.into_parts();
        assert_eq!((error.into_io().unwrap().to_string(), inner), ("gone".to_owned(), vec![1]));
    }
}
