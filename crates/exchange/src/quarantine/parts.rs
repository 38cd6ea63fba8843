//! The three files of a quarantine, published together.

use std::path::{Path, PathBuf};

use flagflow_check::escape_path;

use super::Outputs;
use crate::error::{Error, ErrorKind, Result};
use crate::input::is_standard;
use crate::output::Output;

/// Where the parts of a file go; what has no path is not written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartPaths {
    /// The accepted records, a valid file.
    pub accepted: Option<PathBuf>,
    /// The rejected records, byte for byte.
    pub rejected: Option<PathBuf>,
    /// Why, a line of JSON each.
    pub reasons: Option<PathBuf>,
}

impl PartPaths {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn iter(&self) -> impl Iterator<Item = &Path> {
        let paths = [&self.accepted, &self.rejected, &self.reasons];
        paths.into_iter().flatten().map(PathBuf::as_path)
    }

    /// Two parts, or a part and what they are made of, cannot be one file.
    fn expect_different(&self, input: &Path) -> Result<()> {
        let own: Vec<PathBuf> = self.iter().map(real).collect();
        let bad = |what: String| Err(Error::new(ErrorKind::Options, what));
        for (at, path) in self.iter().enumerate() {
            let shown = escape_path(path);
            if is_standard(path) {
                return bad("a part cannot be standard output, which has the report".to_owned());
            }
            if own[at] == real(input) {
                return bad(format!("{shown} is the file that is read"));
            }
            if own[..at].contains(&own[at]) {
                return bad(format!("{shown} is given for two parts"));
            }
        }
        Ok(())
    }
}

/// A path as the system knows it, whether or not there is such a file yet.
fn real(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let named =
        || Some(folder.unwrap_or(Path::new(".")).canonicalize().ok()?.join(path.file_name()?));
    path.canonicalize().ok().or_else(named).unwrap_or_else(|| path.to_owned())
}

/// The parts of a file while they are written.
#[derive(Debug)]
pub struct Parts {
    accepted: Option<Output>,
    rejected: Option<Output>,
    reasons: Option<Output>,
}

impl Parts {
    /// Files beside the ones that they will become. `input` is what is read.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`] where two paths are one file, or standard output;
    /// [`ErrorKind::Output`] when a file cannot be made.
    pub fn create(paths: &PartPaths, input: &Path) -> Result<Self> {
        paths.expect_different(input)?;
        let open = |path: &Option<PathBuf>| path.as_deref().map(Output::create).transpose();
        Ok(Self {
            accepted: open(&paths.accepted)?,
            rejected: open(&paths.rejected)?,
            reasons: open(&paths.reasons)?,
        })
    }

    /// What [`quarantine`](super::quarantine()) writes to.
    pub fn outputs(&mut self) -> Outputs<'_> {
        Outputs {
            accepted: self.accepted.as_mut().map(|part| part as _),
            rejected: self.rejected.as_mut().map(|part| part as _),
            reasons: self.reasons.as_mut().map(|part| part as _),
        }
    }

    /// Publishes them: the rejected records first, then the reasons, the accepted records last.
    ///
    /// Each appears whole or not at all. Whoever finds a new accepted part finds the rejected records
    /// of the same file too, whenever the machine stops: none is lost silently.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Output`] when one cannot be written; those after it are then what they were.
    pub fn commit(self) -> Result<()> {
        let Self { accepted, rejected, reasons } = self;
        [rejected, reasons, accepted].into_iter().flatten().try_for_each(Output::commit)
    }
}
