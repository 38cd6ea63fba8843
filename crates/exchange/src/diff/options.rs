//! How two files are compared.

use std::path::PathBuf;

use flagflow_check::Options;

/// How two files are compared.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DiffOptions {
    /// How both files are judged, [`Options::mask`] included. Of [`Options::cross_records`] only
    /// counts whether it is on: the bound is [`DiffOptions::memory`].
    pub check: Options,
    /// Whether every day of a point is compared for itself, rather than the state that each file
    /// leaves it in.
    pub history: bool,
    /// The most bytes for sorting in memory, 16 for each record; temporary files past it. Buffers for
    /// those, at most 8 MiB, come on top.
    pub memory: usize,
    /// Where temporary files go; `None` is the system's folder for them (`TMPDIR`). They have no names.
    pub temporary: Option<PathBuf>,
    /// The most records of each file that are [left out](super::LeftOut) and kept in the report.
    pub samples: usize,
    /// The names of the two files in errors.
    pub names: [String; 2],
}

impl DiffOptions {
    /// The memory where none is chosen: 256 MiB, room for 16 million records.
    pub const MEMORY: usize = 256 << 20;

    /// How many records that are left out the report keeps of each file unless told otherwise.
    pub const SAMPLES: usize = 20;
}

impl Default for DiffOptions {
    fn default() -> Self {
        Self {
            check: Options::default(),
            history: false,
            memory: Self::MEMORY,
            temporary: None,
            samples: Self::SAMPLES,
            names: ["the old file", "the new file"].map(str::to_owned),
        }
    }
}
