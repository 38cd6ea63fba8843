//! Options of a quarantine.

use flagflow_check::Options;

use super::limits::Limits;
use flagflow_files::header::{HeaderValues, UserFileValues};

/// Options of a quarantine.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct QuarantineOptions {
    /// Options of the check of the file, and of the accepted part.
    pub check: Options,
    /// Past these nothing is to be published.
    pub limits: Limits,
    /// Values for the header of a gas file, where it has none or one with an error. They go over
    /// what can be read of it. Without any, such a file's accepted part is bare.
    pub header: HeaderValues,
    /// Values for the header of an electricity file. Without any, a file whose header has an error
    /// cannot be split, unless the options of the check give layout and flow.
    pub user_file: UserFileValues,
}

impl QuarantineOptions {
    /// Options for a check with the given options, without limits.
    #[must_use]
    pub fn new(check: Options) -> Self {
        Self { check, ..Self::default() }
    }
}
