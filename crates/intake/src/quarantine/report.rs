//! Report of a quarantine.

use std::fmt;

use flagflow_check::RuleId;

use super::limits::Limit;

/// Report of a quarantine.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Quarantined {
    /// Records of the file: those of the accepted part and those of the rejected part.
    pub records: u64,
    /// Records of the accepted part.
    pub accepted: u64,
    /// Records of the rejected part.
    pub rejected: u64,
    /// Number of rejected records that have no error themselves, but are not allowed in the
    /// accepted part.
    pub withheld: u64,
    /// Change of the header.
    pub header: EnvelopeLineChange,
    /// Change of the trailer.
    pub trailer: EnvelopeLineChange,
    /// Other lines that were left out of the accepted part, or replaced in it.
    pub left_out: u64,
    /// True if the input was read twice.
    pub read_twice: bool,
    /// Reasons why nothing is to be published.
    pub refusals: Vec<QuarantineRefusal>,
}

impl Quarantined {
    /// Returns true if the parts may be published.
    #[must_use]
    pub const fn may_be_published(&self) -> bool {
        self.refusals.is_empty()
    }
}

/// Change of a header or a trailer in the accepted part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum EnvelopeLineChange {
    /// Absent, in the file too.
    #[default]
    Absent,
    /// As received, except for the counts of a trailer.
    Kept,
    /// The received one had an error, and there is another in its place.
    Replaced,
    /// The file had none.
    Added,
    /// Left out, because the received line had an error or has no counterpart.
    Dropped,
}

impl fmt::Display for EnvelopeLineChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Absent => "absent",
            Self::Kept => "kept",
            Self::Replaced => "replaced",
            Self::Added => "added",
            Self::Dropped => "dropped",
        })
    }
}

/// Reason why nothing is to be published.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum QuarantineRefusal {
    /// Too many records are rejected.
    Limit(Limit),
    /// The header has an error, the accepted part would not be recognised without a header, and no
    /// values are given for a new one.
    NoHeader,
    /// A trailer is needed, and its values are not in the header.
    NoTrailer,
    /// The accepted part would still break a rule that is an error by the options, and that leaving
    /// records out cannot fix.
    StaysWrong(RuleId),
}

impl fmt::Display for QuarantineRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Limit(limit) => limit.fmt(f),
            Self::NoHeader => f.write_str(
                "the header has an error and no values are given for another, without which the \
                 accepted part would not be recognised",
            ),
            Self::NoTrailer => {
                f.write_str("a trailer is needed, and its content cannot be taken from the header")
            }
            Self::StaysWrong(rule) => {
                write!(f, "the accepted part would still break {rule}")
            }
        }
    }
}
