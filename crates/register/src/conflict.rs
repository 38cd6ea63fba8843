//! What becomes of an update that contradicts another.

use std::fmt;
use std::str::FromStr;

/// Outcome of an update whose point and day have another flag already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Conflicts {
    /// The update that came first stays, the other one is refused and reported.
    First,
    /// The update of the later file supersedes the other one, by the creation times in the headers; of two
    /// files of one second and one sender the one with the higher number is later. It has to be later than
    /// every file that had an update of that point and day. Where a header is missing, or does not say which
    /// is later, the first one stays; so does the first of two updates in one file.
    #[default]
    Newer,
}

impl Conflicts {
    /// Both.
    pub const ALL: [Self; 2] = [Self::First, Self::Newer];

    /// The name that options use.
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

/// What was read is not the name of a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownConflicts;

impl fmt::Display for UnknownConflicts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected first or newer")
    }
}

impl std::error::Error for UnknownConflicts {}

/// Reads a name; `refuse`, the former name of `first`, too.
impl FromStr for Conflicts {
    type Err = UnknownConflicts;

    fn from_str(text: &str) -> Result<Self, UnknownConflicts> {
        let text = if text == "refuse" { "first" } else { text };
        Self::ALL.into_iter().find(|choice| choice.as_str() == text).ok_or(UnknownConflicts)
    }
}
