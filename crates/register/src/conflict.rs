//! Treatment of updates that contradict an earlier one.

use std::fmt;
use std::str::FromStr;

/// Treatment of an update whose point and day already have another flag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Conflicts {
    /// The first update stays; the other one is rejected and reported.
    First,
    /// The update of the later file supersedes the other one, by the creation times in the headers;
    /// of two files of the same second and sender the one with the higher number is later. The file
    /// has to be later than every file that had an update of that point and day. Without a header,
    /// or if the headers do not decide, the first update stays; so does the first of two updates in
    /// one file.
    #[default]
    Newer,
}

impl Conflicts {
    /// Both.
    pub const ALL: [Self; 2] = [Self::First, Self::Newer];

    /// Returns the name used in options.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Newer => "newer",
        }
    }
}

impl fmt::Display for Conflicts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The text is not the name of a [`Conflicts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownConflicts;

impl fmt::Display for UnknownConflicts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected first or newer")
    }
}

impl std::error::Error for UnknownConflicts {}

/// Parses a name, including `refuse`, the former name of `first`.
impl FromStr for Conflicts {
    type Err = UnknownConflicts;

    fn from_str(text: &str) -> Result<Self, UnknownConflicts> {
        let text = if text == "refuse" { "first" } else { text };
        Self::ALL.into_iter().find(|choice| choice.as_str() == text).ok_or(UnknownConflicts)
    }
}
