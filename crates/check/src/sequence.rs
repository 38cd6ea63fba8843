//! Which file is which among those of a sender: its number, its content, and how one follows another.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use flagflow_gas::FileType;
use serde::{Deserialize, Serialize};

use crate::finding::escape;
use crate::options::Flow;
use crate::report::Report;

/// How a file is held against the one before it, [`Options::sequence`](crate::Options::sequence).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Sequence {
    /// Not at all, and [`Report::identify`](crate::Report::identify) is not made.
    #[default]
    Off,
    /// It is the first one: nothing to hold it against, but its own [`FileIdentity`] is made.
    First,
    /// It should be the next one after this.
    After(FileIdentity),
    /// It should be the next one after that of its own series among these, and is the first one where
    /// there is none.
    Among(Vec<FileIdentity>),
}

impl Sequence {
    /// What a file of a series is held against.
    pub(crate) fn previous(&self, series: Option<&Series>) -> Option<&FileIdentity> {
        match self {
            Self::Off | Self::First => None,
            Self::After(previous) => Some(previous),
            Self::Among(issues) => issues
                .iter()
                .find(|identity| series.is_some() && identity.series.as_ref() == series),
        }
    }

    /// Has the next file follow the one of a report, where files follow one another.
    pub fn follow(&mut self, report: &Report) {
        if let Some(identity) = &report.identity {
            *self = Self::After(identity.clone());
        }
    }
}

/// What a file is among the files of its sender, each as far as its header can be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FileIdentity {
    /// Which files are numbered together with it.
    pub series: Option<Series>,
    /// Its number.
    pub number: Option<FileNumber>,
    /// What is in it; `None` where only a number was told.
    pub content: Option<FileContent>,
}

impl FileIdentity {
    /// A file of which only the number is known. It may be of any series.
    #[must_use]
    pub const fn numbered(number: FileNumber) -> Self {
        Self { series: None, number: Some(number), content: None }
    }
}

/// Files that are numbered together: those of one sender and kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Series {
    /// Gas, by the header A00.
    Gas {
        /// ORGANISATION_ID, at most 10 digits.
        organisation_id: u64,
        /// FILE_TYPE.
        file_type: FileType,
    },
    /// Electricity, by the header ZHV or ZHF.
    Electricity {
        /// The flow that the header names.
        flow: Flow,
        /// From participant (J0938), at most 4 characters.
        from_participant: String,
    },
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gas { organisation_id, file_type } => {
                write!(f, "{file_type} of organisation {organisation_id}")
            }
            Self::Electricity { flow, from_participant } => {
                write!(f, "{} of {}", flow.tag(), escape(from_participant.as_bytes()))
            }
        }
    }
}

/// The number that a sender gives a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum FileNumber {
    /// GENERATION_NUMBER of the gas header A00, at most 6 digits.
    Generation(u32),
    /// File identifier (J1064) of the electricity header, at most 10 characters; zeros matter. A
    /// number that somebody types is one too ([`FromStr`]), and is read as a generation where a gas
    /// file is held against it.
    Identifier(String),
}

impl fmt::Display for FileNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Generation(number) => number.fmt(f),
            Self::Identifier(text) => escape(text.as_bytes()).fmt(f),
        }
    }
}

/// What was read is no file's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a file's number: expected at most 6 digits (gas) or 10 characters (electricity)")]
pub struct InvalidFileNumber;

/// The most characters of a file identifier.
const MOST: usize = 10;

impl FromStr for FileNumber {
    type Err = InvalidFileNumber;

    fn from_str(text: &str) -> Result<Self, InvalidFileNumber> {
        let fits = (1..=MOST).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        fits.then(|| Self::Identifier(text.to_owned())).ok_or(InvalidFileNumber)
    }
}

/// A digest of what is in a file: one of its records and one of the lines around them.
///
/// Each is SHA-256 over the lines without their ends, LF after each, so the same records give the
/// same digest whatever the envelope and the line ends. Of a line past
/// [`Options::max_line`](crate::Options::max_line) its beginning and its length are taken. Empty
/// lines are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FileContent {
    /// How many lines are records, good or bad.
    pub records: u64,
    /// SHA-256 of the records, with the reasons (S72) below them.
    pub of_records: [u8; 32],
    /// SHA-256 of header, level-1 groups and trailer.
    pub of_envelope: [u8; 32],
}

impl FileContent {
    /// Whether there are records and they are the same, in the same order.
    #[must_use]
    pub fn has_the_same_records(&self, other: &Self) -> bool {
        self.records > 0 && self.records == other.records && self.of_records == other.of_records
    }
}

/// How one number follows another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SequenceStep {
    /// By one, as it should.
    Next,
    /// From the highest number to 0 or 1.
    Wrapped,
    /// It is the same one.
    Repeated,
    /// By more than one.
    Skipped {
        /// The first number that is missing.
        from: u64,
        /// The last one.
        to: u64,
    },
    /// To a lower one.
    Backwards,
    /// Nothing can be said but that they differ: not both are digits, or only leading zeros differ.
    Unclear,
}

impl FileNumber {
    /// How `next` follows this number.
    ///
    /// Generation numbers are numbers. Of file identifiers only those that are all digits can be
    /// told apart as more or less; the highest one is as many nines as this one has characters.
    ///
    /// ```
    /// use flagflow_check::{FileNumber, SequenceStep};
    ///
    /// let number = FileNumber::Generation;
    /// assert_eq!(number(41).step_to(&number(42)), SequenceStep::Next);
    /// assert_eq!(number(41).step_to(&number(44)), SequenceStep::Skipped { from: 42, to: 43 });
    /// ```
    #[must_use]
    pub fn step_to(&self, next: &Self) -> SequenceStep {
        match (self, next) {
            (Self::Generation(from), Self::Generation(to)) => {
                step(u64::from(*from), u64::from(*to), MAX_GENERATION)
            }
            (Self::Identifier(from), Self::Generation(to)) => {
                let from = number_of(from).filter(|from| *from <= MAX_GENERATION);
                from.map_or(SequenceStep::Unclear, |from| {
                    step(from, u64::from(*to), MAX_GENERATION)
                })
            }
            (Self::Identifier(from), Self::Identifier(to)) => step_of_texts(from, to),
            (Self::Generation(_), Self::Identifier(_)) => SequenceStep::Unclear,
        }
    }
}

const MAX_GENERATION: u64 = flagflow_gas::Header::MAX_GENERATION_NUMBER as u64;

fn step(from: u64, to: u64, highest: u64) -> SequenceStep {
    match to.cmp(&from) {
        Ordering::Equal => SequenceStep::Repeated,
        Ordering::Greater if to == from + 1 => SequenceStep::Next,
        Ordering::Greater => SequenceStep::Skipped { from: from + 1, to: to - 1 },
        Ordering::Less if from == highest && matches!(to, 0 | 1) => SequenceStep::Wrapped,
        Ordering::Less => SequenceStep::Backwards,
    }
}

fn step_of_texts(from: &str, to: &str) -> SequenceStep {
    if from == to {
        return SequenceStep::Repeated;
    }
    match (number_of(from), number_of(to)) {
        (Some(a), Some(b)) if a != b => step(a, b, highest(from.len())),
        _ => SequenceStep::Unclear,
    }
}

/// The number that a text of digits is, of at most as many as an identifier has.
fn number_of(text: &str) -> Option<u64> {
    let is_number = (1..=MOST).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

/// As many nines as there are digits.
fn highest(digits: usize) -> u64 {
    (0..digits.min(MOST)).fold(0, |number, _| number * 10 + 9)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(text: &str) -> FileNumber {
        text.parse().unwrap()
    }

    #[test]
    fn generations_are_numbers() {
        let number = FileNumber::Generation;
        for (from, to, expected) in [
            (41, 42, SequenceStep::Next),
            (42, 42, SequenceStep::Repeated),
            (42, 41, SequenceStep::Backwards),
            (42, 44, SequenceStep::Skipped { from: 43, to: 43 }),
            (0, 999_999, SequenceStep::Skipped { from: 1, to: 999_998 }),
            (999_999, 0, SequenceStep::Wrapped),
            (999_999, 1, SequenceStep::Wrapped),
            (999_999, 2, SequenceStep::Backwards),
            (999_998, 0, SequenceStep::Backwards),
        ] {
            assert_eq!(number(from).step_to(&number(to)), expected, "{from} to {to}");
            assert_eq!(told(&from.to_string()).step_to(&number(to)), expected, "{from} to {to}");
            assert_eq!(told(&format!("{from:010}")).step_to(&number(to)), expected);
        }
        assert_eq!(told("A41").step_to(&number(42)), SequenceStep::Unclear);
        assert_eq!(told("1000000").step_to(&number(1)), SequenceStep::Unclear);
    }

    #[test]
    fn of_identifiers_only_digits_have_an_order() {
        for (from, to, expected) in [
            ("0000000041", "0000000042", SequenceStep::Next),
            ("A1", "A1", SequenceStep::Repeated),
            ("A1", "A2", SequenceStep::Unclear),
            ("41", "A2", SequenceStep::Unclear),
            ("41", "041", SequenceStep::Unclear),
            ("+41", "42", SequenceStep::Unclear),
            ("41", "+42", SequenceStep::Unclear),
            ("41", "042", SequenceStep::Next),
            ("99", "0", SequenceStep::Wrapped),
            ("99", "00", SequenceStep::Wrapped),
            ("99", "100", SequenceStep::Next),
            ("099", "1", SequenceStep::Backwards),
            ("9999999999", "0000000001", SequenceStep::Wrapped),
        ] {
            assert_eq!(told(from).step_to(&told(to)), expected, "{from} to {to}");
        }
    }

    #[test]
    fn a_number_is_told_in_a_few_characters() {
        for text in ["", "12345678901", "A B", "\u{e9}", "\n"] {
            assert_eq!(text.parse::<FileNumber>(), Err(InvalidFileNumber));
        }
    }

    proptest! {
        #[test]
        fn a_step_never_fails_and_repeats_only_itself(from in "[0-9A]{1,10}", to in "[0-9A]{1,10}") {
            let step = told(&from).step_to(&told(&to));
            prop_assert_eq!(step == SequenceStep::Repeated, from == to);
        }
    }
}
