//! One update, and what became of it.

use std::fmt;

use flagflow_domain::{EffectiveDate, MeterPoint, ServiceFlag};

use crate::file::FileId;

/// What a line of a file says: this point has this flag from this day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Update {
    /// The meter point.
    pub point: MeterPoint,
    /// The first day that the flag applies.
    pub from: EffectiveDate,
    /// The flag.
    pub flag: ServiceFlag,
    /// The line of its file, from 1.
    pub line: u64,
}

/// What became of an update when it was applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// The first update of its point.
    New,
    /// A later day than any before, and another flag.
    FlagChanged,
    /// A later day than any before, and the same flag.
    DateChanged,
    /// An earlier day than that of the point's state, of which nothing was known: it fills in what
    /// was then, and the state stays.
    Late,
    /// The same flag for the same day again: nothing changes.
    Repeated,
    /// Another flag than the one that stands for that day: refused.
    Conflicting,
    /// Another flag than the one that stood for that day, and in its place now
    /// ([`Conflicts::Newer`](crate::Conflicts::Newer)).
    Corrected,
}

impl Effect {
    /// Every effect.
    pub const ALL: [Self; 7] = [
        Self::New,
        Self::FlagChanged,
        Self::DateChanged,
        Self::Late,
        Self::Repeated,
        Self::Conflicting,
        Self::Corrected,
    ];

    /// The name that reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::FlagChanged => "flag-changed",
            Self::DateChanged => "date-changed",
            Self::Late => "late",
            Self::Repeated => "repeated",
            Self::Conflicting => "conflicting",
            Self::Corrected => "corrected",
        }
    }

    /// Whether an update of this effect stands for its day when it comes.
    #[must_use]
    pub const fn stands(self) -> bool {
        !matches!(self, Self::Repeated | Self::Conflicting)
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// An update as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// What it says.
    pub update: Update,
    /// The file that it came from.
    pub file: FileId,
    /// What became of it when it came.
    pub effect: Effect,
    /// Whether it stands for its point and day now: exactly one update of each point and day does.
    pub stands: bool,
}
