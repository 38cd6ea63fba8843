//! The rules of `flagflow check` that one spoiled line can break.

use std::fmt;

/// A rule of `flagflow check` that is about one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names are the rules', `flagflow explain` tells them")]
pub enum Rule {
    WrongLength,
    MalformedRecord,
    UnknownRecord,
    UnexpectedRecord,
    NonAscii,
    NotANumber,
    UnknownFlag,
    FlagNotInEdition,
    UnknownOutcome,
    InvalidDate,
    MprnCheckDigits,
    DuplicateMeterPoint,
    ConflictingUpdate,
    FutureEffectiveDate,
}

impl Rule {
    /// Every rule that can be broken.
    pub const ALL: [Self; 14] = [
        Self::WrongLength,
        Self::MalformedRecord,
        Self::UnknownRecord,
        Self::UnexpectedRecord,
        Self::NonAscii,
        Self::NotANumber,
        Self::UnknownFlag,
        Self::FlagNotInEdition,
        Self::UnknownOutcome,
        Self::InvalidDate,
        Self::MprnCheckDigits,
        Self::DuplicateMeterPoint,
        Self::ConflictingUpdate,
        Self::FutureEffectiveDate,
    ];

    /// The rule's name, `wrong-length`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::WrongLength => "wrong-length",
            Self::MalformedRecord => "malformed-record",
            Self::UnknownRecord => "unknown-record",
            Self::UnexpectedRecord => "unexpected-record",
            Self::NonAscii => "non-ascii",
            Self::NotANumber => "not-a-number",
            Self::UnknownFlag => "unknown-flag",
            Self::FlagNotInEdition => "flag-not-in-edition",
            Self::UnknownOutcome => "unknown-outcome",
            Self::InvalidDate => "invalid-date",
            Self::MprnCheckDigits => "mprn-check-digits",
            Self::DuplicateMeterPoint => "duplicate-meter-point",
            Self::ConflictingUpdate => "conflicting-update",
            Self::FutureEffectiveDate => "future-effective-date",
        }
    }

    /// How bad it is: `error` or `warning`.
    #[must_use]
    pub const fn severity(self) -> &'static str {
        match self {
            Self::MprnCheckDigits | Self::DuplicateMeterPoint | Self::FutureEffectiveDate => {
                "warning"
            }
            _ => "error",
        }
    }

    /// Whether the line is then no record of the file's flow any more. The first record has to be
    /// one: it tells the layout and the flow of a bare file.
    pub(super) const fn hides_the_record(self) -> bool {
        matches!(self, Self::UnknownRecord | Self::UnexpectedRecord)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
