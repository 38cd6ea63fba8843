//! Positions in the input.

use std::fmt;

/// A position in the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    /// Bytes before it, from 0, in the uncompressed input.
    pub offset: u64,
    /// Its line, from 1. Empty lines count.
    pub line: u64,
    /// Its byte in the line, from 1.
    pub column: u64,
    /// Its record, from 1, or `None` outside the records (in the header, say).
    pub record: Option<u64>,
}

impl Position {
    /// The first byte of a file.
    pub const START: Self = Self { offset: 0, line: 1, column: 1, record: None };

    /// The position `bytes` further on in the same line.
    #[must_use]
    pub const fn forward(self, bytes: u64) -> Self {
        Self { offset: self.offset + bytes, column: self.column + bytes, ..self }
    }

    /// The position where so many lines and records stand before those that it was counted from.
    /// The offset is taken to be counted from the beginning of the file already.
    #[must_use]
    pub const fn behind(self, lines: u64, records: u64) -> Self {
        let record = match self.record {
            Some(record) => Some(record + records),
            None => None,
        };
        Self { line: self.line + lines, record, ..self }
    }
}

impl Default for Position {
    fn default() -> Self {
        Self::START
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {} (byte {})", self.line, self.column, self.offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forward_stays_in_the_line() {
        let at = Position { offset: 23, line: 2, column: 1, record: Some(2) }.forward(13);
        assert_eq!(at, Position { offset: 36, line: 2, column: 14, record: Some(2) });
        assert_eq!(at.to_string(), "line 2, column 14 (byte 36)");
        assert_eq!(at.behind(10, 7), Position { line: 12, record: Some(9), ..at });
        assert_eq!(Position::START.behind(1, 1), Position { line: 2, ..Position::START });
    }

    #[test]
    fn a_file_begins_at_line_one_and_column_one() {
        let start = Position { offset: 0, line: 1, column: 1, record: None };
        assert_eq!((Position::START, Position::default()), (start, start));
    }
}
