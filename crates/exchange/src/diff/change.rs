//! Kinds of differences.

use std::fmt;
use std::ops::{Index, IndexMut};

/// Kind of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PointChange {
    /// The point is only in the new file.
    Added,
    /// The point is only in the old file.
    Gone,
    /// The flag differs.
    Flag,
    /// The effective date of the flag differs.
    Date,
    /// The flag and the effective date differ.
    Both,
    /// An item of an answer differs.
    Changed,
}

impl PointChange {
    /// Every change.
    pub const ALL: [Self; 6] =
        [Self::Added, Self::Gone, Self::Flag, Self::Date, Self::Both, Self::Changed];

    /// Returns the name in all formats.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Gone => "gone",
            Self::Flag => "flag-changed",
            Self::Date => "date-changed",
            Self::Both => "both-changed",
            Self::Changed => "changed",
        }
    }
}

impl fmt::Display for PointChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A number for each change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerChange([u64; PointChange::ALL.len()]);

impl PerChange {
    /// Returns the changes with their numbers, zeros too.
    pub fn iter(&self) -> impl Iterator<Item = (PointChange, u64)> {
        PointChange::ALL.into_iter().zip(self.0)
    }

    /// Returns the sum of all kinds.
    #[must_use]
    pub fn sum(&self) -> u64 {
        self.0.iter().sum()
    }
}

impl Index<PointChange> for PerChange {
    type Output = u64;

    fn index(&self, change: PointChange) -> &u64 {
        &self.0[change as usize]
    }
}

impl IndexMut<PointChange> for PerChange {
    fn index_mut(&mut self, change: PointChange) -> &mut u64 {
        &mut self.0[change as usize]
    }
}
