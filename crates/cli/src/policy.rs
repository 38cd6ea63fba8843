//! The policy of a run: `flagflow.toml`, named by `--config` or found.

use std::fs;
use std::path::{Path, PathBuf};

use flagflow::check::{Policy, escape_path};

use crate::exit::{Failure, in_file};
use crate::terminal::tell;

/// A policy, and the file that it was read from.
pub(crate) struct PolicyFile {
    path: PathBuf,
    pub(crate) policy: Policy,
    /// Whether it was found rather than named.
    pub(crate) is_found: bool,
}

impl PolicyFile {
    fn read(path: PathBuf, is_found: bool) -> Result<Self, Failure> {
        let policy = Policy::read(&path).map_err(in_file(&path))?;
        Ok(Self { path, policy, is_found })
    }

    /// The name of its file, as it is shown.
    pub(crate) fn name(&self) -> String {
        escape_path(&self.path)
    }

    /// The files that it was read from.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        let profiles = self.policy.profile_paths().iter().map(PathBuf::as_path);
        std::iter::once(self.path.as_path()).chain(profiles)
    }
}

/// The policy that is named. One that others may write is used, with a warning.
pub(crate) fn named(path: &Path) -> Result<PolicyFile, Failure> {
    if let Some(why) = distrust(path) {
        tell(format_args!("flagflow: {}: {why}", escape_path(path)));
    }
    PolicyFile::read(path.to_owned(), false)
}

/// The policy of the working directory, or the nearest one above it. What is judged may come with a policy
/// of its own, so the folders that are judged, and those below them, are passed over.
///
/// # Errors
///
/// Where others may write it, or it cannot be used.
pub(crate) fn found(judged: &[PathBuf]) -> Result<Option<PolicyFile>, Failure> {
    let Ok(folder) = std::env::current_dir() else { return Ok(None) };
    let judged: Vec<_> = judged.iter().filter_map(|path| path.canonicalize().ok()).collect();
    let Some(path) = Policy::find(&folder, &judged) else { return Ok(None) };
    if let Some(why) = distrust(&path) {
        let path = escape_path(&path);
        let how = "use it by --config, or no policy by --no-config";
        return Err(Failure::new(format!("{path}: {why}; {how}")));
    }
    PolicyFile::read(path, true).map(Some)
}

/// Why a file is not this user's word alone, if so.
fn distrust(path: &Path) -> Option<String> {
    // what is not there is told by reading it
    let (found, link) = (fs::metadata(path).ok()?, fs::symlink_metadata(path).ok()?);
    // a pipe (`--config <(...)`) has a writer of its own
    let written = found.is_file().then(|| system::writable(&found)).flatten();
    written.or_else(|| [found, link].iter().find_map(system::foreign))
}

#[cfg(unix)]
mod system {
    use std::fs::Metadata;
    use std::os::unix::fs::MetadataExt;

    /// Write permission of a file's group and of others.
    const OTHERS_WRITE: u32 = 0o022;

    pub(super) fn writable(found: &Metadata) -> Option<String> {
        let mode = found.mode() & 0o7777;
        let is_writable = mode & OTHERS_WRITE != 0;
        is_writable.then(|| format!("others may write this policy (mode {mode:04o}; chmod go-w)"))
    }

    /// Of a link as well as of what it leads to.
    pub(super) fn foreign(found: &Metadata) -> Option<String> {
        let (owner, user) = (found.uid(), rustix::process::geteuid().as_raw());
        let is_own = owner == user || owner == 0;
        (!is_own).then(|| format!("this policy belongs to another user (uid {owner}, not {user})"))
    }
}

#[cfg(not(unix))]
mod system {
    use std::fs::Metadata;

    pub(super) fn writable(_found: &Metadata) -> Option<String> {
        None
    }

    pub(super) fn foreign(_found: &Metadata) -> Option<String> {
        None
    }
}
