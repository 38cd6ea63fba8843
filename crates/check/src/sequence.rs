//! Identities of a sender's files: number, content, and the step from one number to the next.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use flagflow_gas::FileType;
use serde::{Deserialize, Serialize};

use crate::layout::Flow;
use flagflow_frame::escape;

/// The comparison of a file with the previous file,
/// [`Options::sequence`](crate::Options::sequence).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Sequence {
    /// No comparison, and no [`Report::identity`](crate::Report::identity).
    #[default]
    Off,
    /// The file is the first: no comparison, but the report has its [`FileIdentity`].
    First,
    /// The file should follow this file.
    After(FileIdentity),
    /// The file should follow the file of its own series among these; without such a file it is the
    /// first.
    Among(Vec<FileIdentity>),
}

impl Sequence {
    /// Returns the previous file of a file of a series.
    pub(crate) fn previous(&self, series: Option<&Series>) -> Option<&FileIdentity> {
        match self {
            Self::Off | Self::First => None,
            Self::After(previous) => Some(previous),
            Self::Among(issues) => issues
                .iter()
                .find(|identity| series.is_some() && identity.series.as_ref() == series),
        }
    }

    /// Makes a file the previous file, if its identity is known: [`Report::identity`].
    ///
    /// [`Report::identity`]: crate::Report::identity
    pub fn follow(&mut self, identity: Option<&FileIdentity>) {
        if let Some(identity) = identity {
            *self = Self::After(identity.clone());
        }
    }
}

/// Identifies a file in its sender's sequence, as far as its header can be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FileIdentity {
    /// The series of files that are numbered together.
    pub series: Option<Series>,
    /// The file's number.
    pub number: Option<FileNumber>,
    /// The digest of the content; `None` if only a number is known.
    pub content: Option<FileContent>,
}

impl FileIdentity {
    /// Returns the identity of a file of any series with a number only.
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
    /// File identifier (J1064) of the electricity header, at most 10 characters; zeros matter.
    /// Numbers from text ([`FromStr`]) are identifiers too, and are read as a generation number in
    /// a comparison with a gas file.
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

/// Error for a text that is not a file's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a file's number: expected at most 6 digits (gas) or 10 characters (electricity)")]
pub struct InvalidFileNumber;

/// The maximum number of characters of a file identifier.
const MOST: usize = 10;

impl FromStr for FileNumber {
    type Err = InvalidFileNumber;

    fn from_str(text: &str) -> Result<Self, InvalidFileNumber> {
        let fits = (1..=MOST).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        fits.then(|| Self::Identifier(text.to_owned())).ok_or(InvalidFileNumber)
    }
}

/// Digests of a file's content: one of its records and one of the lines around them.
///
/// Each digest is SHA-256 over the lines, each with LF as its ending, so the same records give the
/// same digest whatever the envelope and the line endings. Of a line over
/// [`Options::max_line`](crate::Options::max_line) its beginning and its length are used. Empty
/// lines are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FileContent {
    /// The number of records, good or bad.
    pub records: u64,
    /// SHA-256 of the records, with the reasons (S72) below them.
    pub of_records: [u8; 32],
    /// SHA-256 of header, level-1 groups and trailer.
    pub of_envelope: [u8; 32],
}

impl FileContent {
    /// Returns true if there are records and they are the same, in the same order.
    #[must_use]
    pub fn has_the_same_records(&self, other: &Self) -> bool {
        self.records > 0 && self.records == other.records && self.of_records == other.of_records
    }
}

/// The step from one number to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SequenceStep {
    /// The next number, as expected.
    Next,
    /// From the highest number to 0 or 1.
    Wrapped,
    /// The same number.
    Repeated,
    /// A number that is more than one higher.
    Skipped {
        /// The first number that is missing.
        from: u64,
        /// The last number that is missing.
        to: u64,
    },
    /// A lower number.
    Backwards,
    /// Different numbers without an order: not both are digits, or only leading zeros differ.
    Unclear,
}

impl FileNumber {
    /// Returns the step from this number to `next`.
    ///
    /// Generation numbers are numbers. File identifiers have an order only if they are all digits;
    /// the highest identifier has nines only, as many as this identifier has characters.
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

/// Parses a text of digits, at most as many as an identifier has.
fn number_of(text: &str) -> Option<u64> {
    let is_number = (1..=MOST).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

/// Returns the highest number with so many digits.
fn highest(digits: usize) -> u64 {
    (0..digits.min(MOST)).fold(0, |number, _| number * 10 + 9)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> FileNumber {
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
            assert_eq!(parsed(&from.to_string()).step_to(&number(to)), expected, "{from} to {to}");
            assert_eq!(parsed(&format!("{from:010}")).step_to(&number(to)), expected);
        }
        assert_eq!(parsed("A41").step_to(&number(42)), SequenceStep::Unclear);
        assert_eq!(parsed("1000000").step_to(&number(1)), SequenceStep::Unclear);
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
            assert_eq!(parsed(from).step_to(&parsed(to)), expected, "{from} to {to}");
        }
    }

    #[test]
    fn a_number_has_a_few_characters() {
        for text in ["", "12345678901", "A B", "\u{e9}", "\n"] {
            assert_eq!(text.parse::<FileNumber>(), Err(InvalidFileNumber));
        }
    }

    proptest! {
        #[test]
        fn a_step_never_fails_and_repeats_only_itself(from in "[0-9A]{1,10}", to in "[0-9A]{1,10}") {
            let step = parsed(&from).step_to(&parsed(&to));
            prop_assert_eq!(step == SequenceStep::Repeated, from == to);
        }
    }
}
