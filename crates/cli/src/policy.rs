//! The policy of a run: `flagflow.toml`, given by `--config` or found.

use std::fs;
use std::path::{Path, PathBuf};

use flagflow::check::{Policy, escape_path};

use crate::exit::{Failure, in_file};
use crate::terminal::tell;

/// A policy and its file.
pub(crate) struct PolicyFile {
    path: PathBuf,
    pub(crate) policy: Policy,
    /// True if the policy was found instead of named.
    pub(crate) is_found: bool,
}

impl PolicyFile {
    fn read(path: PathBuf, is_found: bool) -> Result<Self, Failure> {
        let policy = Policy::read(&path).map_err(in_file(&path))?;
        Ok(Self { path, policy, is_found })
    }

    /// Returns the name of the file, as printed.
    pub(crate) fn name(&self) -> String {
        escape_path(&self.path)
    }

    /// Returns the files that the policy was read from.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        let profiles = self.policy.profile_paths().iter().map(PathBuf::as_path);
        std::iter::once(self.path.as_path()).chain(profiles)
    }
}

/// Reads the named policy. Warns if others may write the file.
pub(crate) fn named(path: &Path) -> Result<PolicyFile, Failure> {
    if let Some(why) = distrust(path) {
        tell(format_args!("flagflow: {}: {why}", escape_path(path)));
    }
    PolicyFile::read(path.to_owned(), false)
}

/// Reads the policy of the working directory, or the nearest one above it. Checked files may come
/// with a policy of their own, so checked folders, and folders in them, are skipped.
///
/// # Errors
///
/// Fails if others may write the file, or if it cannot be used.
pub(crate) fn found(judged: &[PathBuf]) -> Result<Option<PolicyFile>, Failure> {
    let Ok(folder) = std::env::current_dir().and_then(dunce::canonicalize) else { return Ok(None) };
    let judged: Vec<_> = judged.iter().filter_map(|path| dunce::canonicalize(path).ok()).collect();
    let Some(path) = Policy::find(&folder, &judged) else { return Ok(None) };
    if let Some(why) = distrust(&path) {
        let path = escape_path(&path);
        let how = "use it by --config, or no policy by --no-config";
        return Err(Failure::new(format!("{path}: {why}; {how}")));
    }
    PolicyFile::read(path, true).map(Some)
}

/// Returns why other users may have changed a file, if so.
fn distrust(path: &Path) -> Option<String> {
    // reading reports a missing file
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

    /// Checks a link as well as its target.
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
