//! Options of a comparison of two files.

use std::path::PathBuf;

use flagflow_check::Options;

/// Options of a comparison of two files.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DiffOptions {
    /// Options of the check of both files, [`Options::mask`] included. [`Options::cross_records`]
    /// only matters as on or off: the bound is [`DiffOptions::memory`].
    pub check: Options,
    /// Compares every day of a point, rather than the final state in each file.
    pub history: bool,
    /// Maximum number of bytes for sorting in memory, 16 for each update and some 150 for each
    /// answer; beyond it temporary files are used. Their buffers, at most 8 MiB, for answers 8 MiB
    /// for each file, are extra.
    pub memory: usize,
    /// Folder of the temporary files; `None` is the system's (`TMPDIR`). The files have no names.
    pub temporary: Option<PathBuf>,
    /// The most records of each file that are [left out](super::DiffLeftOut) and kept in the
    /// report.
    pub samples: usize,
    /// The names of the two files in errors.
    pub names: [String; 2],
}

impl DiffOptions {
    /// The memory where none is chosen: 256 MiB, room for 16 million records.
    pub const MEMORY: usize = 256 << 20;

    /// Default number of left-out records of each file that the report keeps.
    pub const SAMPLES: usize = 20;

    /// Returns the folder of the temporary files.
    pub(super) fn temporary_folder(&self) -> PathBuf {
        self.temporary.clone().unwrap_or_else(std::env::temp_dir)
    }
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
