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
    /// File identifier (J1064) of an electricity file, which no other file of the series has.
    pub identifier: Option<String>,
    /// The digest of the content; `None` if only a number is known.
    pub content: Option<FileContent>,
}

impl FileIdentity {
    /// Returns the identity of a file of any series with a number only.
    #[must_use]
    pub const fn numbered(number: FileNumber) -> Self {
        Self { series: None, number: Some(number), identifier: None, content: None }
    }

    /// Returns both series if they are known and differ.
    pub(crate) fn other_series<'a>(&'a self, other: &'a Self) -> Option<(&'a Series, &'a Series)> {
        let (before, series) = (self.series.as_ref()?, other.series.as_ref()?);
        (before != series).then_some((before, series))
    }
}

/// Files that are numbered together: those of one sender and kind, in electricity for one receiver.
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
        /// To participant, at most 4 characters.
        #[serde(default)]
        to_participant: String,
    },
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gas { organisation_id, file_type } => {
                write!(f, "{file_type} of organisation {organisation_id}")
            }
            Self::Electricity { flow, from_participant, to_participant } => {
                let [from, to] = [from_participant, to_participant].map(|it| escape(it.as_bytes()));
                write!(f, "{} of {from} for {to}", flow.tag())
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
    /// File sequence number (J0330) of an electricity file, at most 12 digits.
    Sequence(u64),
    /// A number from text ([`FromStr`]): a comparison reads it as the number of the file that is
    /// compared with it.
    #[serde(alias = "identifier")]
    Text(String),
}

impl fmt::Display for FileNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Generation(number) => number.fmt(f),
            Self::Sequence(number) => number.fmt(f),
            Self::Text(text) => escape(text.as_bytes()).fmt(f),
        }
    }
}

/// Error for a text that is not a file's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a file's number: expected at most 6 digits (gas) or 12 digits (electricity)")]
pub struct InvalidFileNumber;

/// The maximum number of characters of a file's number.
const MOST: usize = 12;

impl FromStr for FileNumber {
    type Err = InvalidFileNumber;

    fn from_str(text: &str) -> Result<Self, InvalidFileNumber> {
        let fits = (1..=MOST).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        fits.then(|| Self::Text(text.to_owned())).ok_or(InvalidFileNumber)
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
    /// SHA-256 of the records, with the lines below them.
    pub of_records: [u8; 32],
    /// SHA-256 of header, groups and trailer.
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
    /// Numbers without an order: of different kinds, or texts that are not digits.
    Unclear,
}

impl FileNumber {
    /// Returns the step from this number to `next`.
    ///
    /// The highest generation number is 999,999, the highest file sequence number 999,999,999,999.
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
        let (to, highest) = match next {
            Self::Generation(to) => (u64::from(*to), MAX_GENERATION),
            Self::Sequence(to) => (*to, MAX_SEQUENCE),
            Self::Text(_) if self == next => return SequenceStep::Repeated,
            Self::Text(_) => return SequenceStep::Unclear,
        };
        let from = match (self, next) {
            (Self::Generation(from), Self::Generation(_)) => Some(u64::from(*from)),
            (Self::Sequence(from), Self::Sequence(_)) => Some(*from),
            (Self::Text(from), _) => number_of(from),
            _ => None,
        };
        let from = from.filter(|from| *from <= highest);
        from.map_or(SequenceStep::Unclear, |from| step(from, to, highest))
    }
}

const MAX_GENERATION: u64 = flagflow_gas::Header::MAX_GENERATION_NUMBER as u64;

/// The highest file sequence number, INT(12).
const MAX_SEQUENCE: u64 = 999_999_999_999;

fn step(from: u64, to: u64, highest: u64) -> SequenceStep {
    match to.cmp(&from) {
        Ordering::Equal => SequenceStep::Repeated,
        Ordering::Greater if to == from + 1 => SequenceStep::Next,
        Ordering::Greater => SequenceStep::Skipped { from: from + 1, to: to - 1 },
        Ordering::Less if from == highest && matches!(to, 0 | 1) => SequenceStep::Wrapped,
        Ordering::Less => SequenceStep::Backwards,
    }
}

/// Parses a text of digits, at most as many as a number has.
fn number_of(text: &str) -> Option<u64> {
    let is_number = (1..=MOST).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
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
    fn sequence_numbers_have_twelve_digits() {
        let number = FileNumber::Sequence;
        for (from, to, expected) in [
            (41, 42, SequenceStep::Next),
            (42, 42, SequenceStep::Repeated),
            (42, 41, SequenceStep::Backwards),
            (42, 44, SequenceStep::Skipped { from: 43, to: 43 }),
            (999_999, 1_000_000, SequenceStep::Next),
            (999_999, 1, SequenceStep::Backwards),
            (999_999_999_999, 0, SequenceStep::Wrapped),
            (999_999_999_999, 1, SequenceStep::Wrapped),
            (999_999_999_999, 2, SequenceStep::Backwards),
        ] {
            assert_eq!(number(from).step_to(&number(to)), expected, "{from} to {to}");
            assert_eq!(parsed(&from.to_string()).step_to(&number(to)), expected, "{from} to {to}");
            assert_eq!(parsed(&format!("{from:012}")).step_to(&number(to)), expected);
        }
        for text in ["A1", "+41", "4 1"] {
            assert_eq!(
                FileNumber::Text(text.to_owned()).step_to(&number(42)),
                SequenceStep::Unclear
            );
        }
    }

    #[test]
    fn numbers_of_different_kinds_have_no_order() {
        let (gas, electricity) = (FileNumber::Generation(41), FileNumber::Sequence(42));
        assert_eq!(gas.step_to(&electricity), SequenceStep::Unclear);
        assert_eq!(electricity.step_to(&gas), SequenceStep::Unclear);
        assert_eq!(gas.step_to(&parsed("42")), SequenceStep::Unclear);
        assert_eq!(parsed("41").step_to(&parsed("42")), SequenceStep::Unclear);
        assert_eq!(parsed("41").step_to(&parsed("41")), SequenceStep::Repeated);
    }

    #[test]
    fn a_number_has_a_few_characters() {
        for text in ["", "1234567890123", "A B", "\u{e9}", "\n"] {
            assert_eq!(text.parse::<FileNumber>(), Err(InvalidFileNumber));
        }
    }

    proptest! {
        #[test]
        fn a_step_never_fails_and_repeats_only_itself(from in "[0-9A]{1,12}", to in 0..=MAX_SEQUENCE) {
            let step = parsed(&from).step_to(&FileNumber::Sequence(to));
            prop_assert_eq!(step == SequenceStep::Repeated, from.parse() == Ok(to));
        }
    }
}
