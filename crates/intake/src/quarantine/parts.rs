//! The three files of a quarantine, published together.

use std::path::{Path, PathBuf};

use super::Outputs;
use flagflow_files::input::is_standard;
use flagflow_files::output::{Guard, Output};
use flagflow_files::{Error, ErrorKind, Result};

/// Paths of the parts of a file; a part without a path is not written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartPaths {
    /// The accepted records, a valid file.
    pub accepted: Option<PathBuf>,
    /// The rejected records, byte for byte.
    pub rejected: Option<PathBuf>,
    /// Path of the reasons, a line of JSON each.
    pub reasons: Option<PathBuf>,
}

impl PartPaths {
    /// Returns true if no path is given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn iter(&self) -> impl Iterator<Item = &Path> {
        let paths = [&self.accepted, &self.rejected, &self.reasons];
        paths.into_iter().flatten().map(PathBuf::as_path)
    }
}

/// The parts of a file while they are written.
#[derive(Debug)]
pub struct QuarantineParts {
    accepted: Option<Output>,
    rejected: Option<Output>,
    reasons: Option<Output>,
}

impl QuarantineParts {
    /// Files beside the ones that they will become. `input` is what is read.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`] where two of the paths are one file, or one is standard output;
    /// [`ErrorKind::Output`] when a file cannot be made.
    pub fn create(paths: &PartPaths, input: &Path) -> Result<Self> {
        let mut guard = Guard::default();
        guard.reads(input)?;
        paths.iter().try_for_each(|path| guard.writes(path))?;
        Self::create_in(&guard, paths)
    }

    /// Creates the parts in a run with more inputs or outputs. The guard has all of them, these
    /// paths included.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`] if a path is standard output; [`ErrorKind::Output`] if a file cannot
    /// be created.
    pub fn create_in(guard: &Guard, paths: &PartPaths) -> Result<Self> {
        if paths.iter().any(is_standard) {
            let what = "a part cannot be standard output, which has the report";
            return Err(Error::new(ErrorKind::Options, what));
        }
        let open =
            |path: &Option<PathBuf>| path.as_deref().map(|path| guard.create(path)).transpose();
        Ok(Self {
            accepted: open(&paths.accepted)?,
            rejected: open(&paths.rejected)?,
            reasons: open(&paths.reasons)?,
        })
    }

    /// Returns the writers for [`quarantine`](super::quarantine()).
    pub fn outputs(&mut self) -> Outputs<'_> {
        Outputs {
            accepted: self.accepted.as_mut().map(|part| part as _),
            rejected: self.rejected.as_mut().map(|part| part as _),
            reasons: self.reasons.as_mut().map(|part| part as _),
        }
    }

    /// Publishes the parts: the rejected records first, then the reasons, the accepted records
    /// last.
    ///
    /// Each appears whole or not at all. A new accepted part therefore always has the rejected
    /// records of the same file beside it, even if the machine stops in between.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Output`] if a part cannot be written; the parts after it are then unchanged.
    pub fn commit(self) -> Result<()> {
        let Self { accepted, rejected, reasons } = self;
        [rejected, reasons, accepted].into_iter().flatten().try_for_each(Output::commit)
    }
}
