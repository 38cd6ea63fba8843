//! How a file is parted.

use flagflow_check::Options;

use super::gates::Gates;
use crate::header::{HeaderValues, UserFileValues};

/// How a file is parted.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct QuarantineOptions {
    /// How the file is judged, and the accepted part will be.
    pub check: Options,
    /// Past these nothing is to be published.
    pub gates: Gates,
    /// Values for the header of a gas file, where it has none or one with an error. They go over
    /// what can be read of it. Without any, such a file's accepted part is bare.
    pub header: HeaderValues,
    /// The same for an electricity file. Without any, one whose header has an error cannot be parted,
    /// unless the options of the check say layout and flow.
    pub user_file: UserFileValues,
}

impl QuarantineOptions {
    /// Parts a file that is judged so, without gates.
    #[must_use]
    pub fn new(check: Options) -> Self {
        Self { check, ..Self::default() }
    }
}
