//! One update and its effect on the register.

use std::fmt;

use flagflow_domain::{EffectiveDate, MeterPoint, ServiceFlag};

/// The number of a file in its register, from 1, in the order of applying.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct FileId(pub u32);

impl FileId {
    /// The number of the first file.
    pub const FIRST: Self = Self(1);

    /// Returns the next number.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The update of a line: this point has this flag from this day on.
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

/// Effect of an update on the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// The first update of its point.
    New,
    /// A later day than any before, and another flag.
    FlagChanged,
    /// A later day than any before, and the same flag.
    DateChanged,
    /// A day earlier than that of the point's state, with no previous update: fills in the history
    /// and does not change the state.
    Late,
    /// The same flag for the same day again: changes nothing.
    Repeated,
    /// Another flag than the current one for that day: rejected.
    Conflicting,
    /// Another flag than the previous one for that day, which it replaces
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

    /// Returns the name used in reports.
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

    /// Returns true if an update with this effect becomes the current one for its day.
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

/// A stored update.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// The update.
    pub update: Update,
    /// The file of the update.
    pub file: FileId,
    /// The effect of the update when it was applied.
    pub effect: Effect,
    /// True if the update is the current one for its point and day; exactly one is.
    pub stands: bool,
}
