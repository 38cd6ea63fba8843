//! Line layouts as data.

use crate::check_digits::CheckDigits;

/// The most columns of numbers that a decoder has.
pub const MAX_NUMBERS: usize = 2;

/// The most columns of letters that a decoder has.
pub const MAX_LETTERS: usize = 3;

/// A part of a line's layout; the segments of a line follow each other without a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// These bytes and no others.
    Literal(Vec<u8>),
    /// A number of `least` to `most` decimal digits, at most 16: the next column of numbers. One
    /// number of a decoder may vary in width; the decoder then has a variant for each.
    Number {
        /// The fewest digits.
        least: usize,
        /// The most digits.
        most: usize,
        /// The check digits at its end, if a row without the right ones is to be
        /// [marked](crate::MARK_CHECK_DIGITS).
        check: Option<CheckDigits>,
    },
    /// Digits whose value goes nowhere.
    Digits(usize),
    /// Eight digits that are a day of the calendar, YYYYMMDD: the column of dates. Once in a
    /// decoder.
    Date,
    /// One byte out of these: the next column of letters.
    Letter(Vec<u8>),
    /// So many characters from the space to `{` in the order of ASCII, which are all that are
    /// printable but the pipe, `}` and `~`, whose value goes nowhere.
    Text(usize),
    /// So many characters from `0` to `Z` in the order of ASCII, digits and capital letters among
    /// them, whose value goes nowhere: see
    /// [`RowColumns::take_texts`](crate::RowColumns::take_texts).
    Code(usize),
}

impl Segment {
    /// A literal.
    #[must_use]
    pub fn literal(bytes: &[u8]) -> Self {
        Self::Literal(bytes.to_vec())
    }

    /// A number of exactly so many digits.
    #[must_use]
    pub const fn number(digits: usize) -> Self {
        Self::Number { least: digits, most: digits, check: None }
    }

    /// Its fewest and most bytes.
    #[must_use]
    pub fn widths(&self) -> (usize, usize) {
        match self {
            Self::Literal(bytes) => (bytes.len(), bytes.len()),
            Self::Number { least, most, .. } => (*least, *most),
            Self::Digits(width) | Self::Text(width) | Self::Code(width) => (*width, *width),
            Self::Date => (8, 8),
            Self::Letter(_) => (1, 1),
        }
    }
}
