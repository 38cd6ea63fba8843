//! Options of a fix.

use flagflow_check::Options;

use super::kind::Kinds;

/// Options of a fix: the kinds of fixes, and the check of the result.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FixOptions {
    /// Options for reading the file and for checking the result. Only profiles, layout, and
    /// presence and counting of reasons affect the fixes.
    pub check: Options,
    /// Kinds of fixes to apply.
    pub kinds: Kinds,
    /// The most fixes of each kind that the report keeps.
    pub samples: usize,
}

impl FixOptions {
    /// Default number of fixes of each kind that the report keeps.
    pub const SAMPLES: usize = 20;
}

impl Default for FixOptions {
    fn default() -> Self {
        Self { check: Options::default(), kinds: Kinds::default(), samples: Self::SAMPLES }
    }
}
