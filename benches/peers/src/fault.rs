//! Faults that occur in practice.

use std::fmt;
use std::io::Write;
use std::ops::Range;

/// One fault of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    LetterInNumber,
    PlusSign,
    SpaceInNumber,
    UnknownFlag,
    NoSuchDay,
    SpaceInDay,
    ByteTooMany,
    ByteTooFew,
    UnknownTag,
}

impl Fault {
    /// All of them.
    pub(crate) const ALL: [Self; 9] = [
        Self::LetterInNumber,
        Self::PlusSign,
        Self::SpaceInNumber,
        Self::UnknownFlag,
        Self::NoSuchDay,
        Self::SpaceInDay,
        Self::ByteTooMany,
        Self::ByteTooFew,
        Self::UnknownTag,
    ];

    /// Adds the fault to a line.
    pub(crate) fn spoil(self, line: &mut Line) {
        let (point, day) = (line.point.start, line.day.clone());
        let bytes = &mut line.bytes;
        match self {
            Self::LetterInNumber => bytes[point + 3] = b'O',
            Self::PlusSign => bytes[point] = b'+',
            Self::SpaceInNumber => bytes[point] = b' ',
            Self::UnknownFlag => bytes[line.flag] = b'X',
            Self::NoSuchDay => bytes[day.start + 4..day.end].copy_from_slice(b"0231"),
            Self::SpaceInDay => bytes[day.start + 3] = b' ',
            Self::ByteTooMany => bytes.insert(day.end, b'0'),
            Self::ByteTooFew => drop(bytes.remove(day.end - 1)),
            Self::UnknownTag => bytes[line.tag] = b'7',
        }
    }
}

/// The row in the table.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LetterInNumber => "a letter in the number",
            Self::PlusSign => "a plus sign in the number",
            Self::SpaceInNumber => "a space in the number",
            Self::UnknownFlag => "an unknown flag",
            Self::NoSuchDay => "31 February",
            Self::SpaceInDay => "a space in the day (`202 0624`)",
            Self::ByteTooMany => "a digit too many",
            Self::ByteTooFew => "a digit too few",
            Self::UnknownTag => "an unknown tag",
        })
    }
}

/// A line with the spans of its fields.
#[derive(Debug, Default)]
pub(crate) struct Line {
    pub(crate) bytes: Vec<u8>,
    tag: usize,
    point: Range<usize>,
    flag: usize,
    day: Range<usize>,
}

impl Line {
    /// Text that is the same in every record; the first digit in it belongs to the tag.
    pub(crate) fn field(&mut self, text: &str) -> &mut Self {
        if self.bytes.is_empty() {
            self.tag = 2 + usize::from(text.starts_with('"'));
        }
        self.bytes.extend_from_slice(text.as_bytes());
        self
    }

    pub(crate) fn point(&mut self, digits: fmt::Arguments<'_>) -> &mut Self {
        self.point = self.append(digits);
        self
    }

    pub(crate) fn flag(&mut self, letter: char) -> &mut Self {
        self.flag = self.append(format_args!("{letter}")).start;
        self
    }

    pub(crate) fn day(&mut self, packed: u32) -> &mut Self {
        self.day = self.append(format_args!("{packed:08}"));
        self
    }

    fn append(&mut self, text: fmt::Arguments<'_>) -> Range<usize> {
        let start = self.bytes.len();
        // writing to a vector cannot fail
        let _ = self.bytes.write_fmt(text);
        start..self.bytes.len()
    }
}
