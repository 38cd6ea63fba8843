//! What is to be mended.

use flagflow_check::Options;

use super::kind::Kinds;

/// What is to be mended, and how the result is judged.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FixOptions {
    /// How the file is read, and how the result is judged. Its profiles, its layout, whether there
    /// are reasons and whether they are counted decide what can be mended; nothing else does.
    pub check: Options,
    /// What is mended.
    pub kinds: Kinds,
    /// The most fixes of each kind that the report keeps.
    pub samples: usize,
}

impl FixOptions {
    /// How many fixes of each kind the report keeps unless told otherwise.
    pub const SAMPLES: usize = 20;
}

impl Default for FixOptions {
    fn default() -> Self {
        Self { check: Options::default(), kinds: Kinds::default(), samples: Self::SAMPLES }
    }
}
