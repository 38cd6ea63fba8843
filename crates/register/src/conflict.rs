//! What becomes of an update that contradicts another.

use std::fmt;
use std::str::FromStr;

/// What becomes of an update whose point and day have another flag already.
///
/// No public paper says which of the two is right, so the default changes nothing and reports it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Conflicts {
    /// What came first stands, the other one is refused and reported.
    #[default]
    Refuse,
    /// The file that was created later is right, by the times in the headers; the one that comes is
    /// put in the other's place if its file was created after every file that said anything of that
    /// point and day. Where a header is missing, or the times are the same, it is refused. So of two
    /// updates in one file the first one stands.
    Newer,
}

impl Conflicts {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Refuse, Self::Newer];

    /// The name that options use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
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
        f.write_str("expected refuse or newer")
    }
}

impl std::error::Error for UnknownConflicts {}

impl FromStr for Conflicts {
    type Err = UnknownConflicts;

    fn from_str(text: &str) -> Result<Self, UnknownConflicts> {
        Self::ALL.into_iter().find(|choice| choice.as_str() == text).ok_or(UnknownConflicts)
    }
}
