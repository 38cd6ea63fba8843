//! A file beside the one that it will become.

use std::fs::{File, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use super::leftover::{self, leads_to, tidy};
use super::lock::{TryLockError, try_lock};
use super::sum::Summed;
use super::{buffered, directory, sync_directory};

/// Maximum number of names tried. A name is only lost to a process that tidies up between the
/// creation of a file and its locking.
const TRIES: usize = 16;

#[derive(Debug)]
pub(super) struct Temporary {
    bytes: BufWriter<Summed<NamedTempFile>>,
    path: PathBuf,
}

impl Temporary {
    /// Creates the file in the directory of the target, so that it can be renamed, and locks it
    /// against removal by others. The file has the permissions of the replaced file, without those
    /// that are withheld.
    pub(super) fn create(
        path: PathBuf,
        replaced: Option<Permissions>,
        withheld: u32,
    ) -> io::Result<Self> {
        let file = locked(&path)?;
        let given = replaced.is_some();
        let permissions = replaced
            .map_or_else(|| file.as_file().metadata().map(|made| made.permissions()), Ok)?;
        let left = without(&permissions, withheld);
        if given || left != permissions {
            file.as_file().set_permissions(left)?;
        }
        Ok(Self { bytes: buffered(Summed::new(file)), path })
    }

    /// Removes what a killed process left of the same target.
    pub(super) fn tidied(self) -> Self {
        // failing to tidy up does not prevent writing
        let _ = tidy(directory(&self.path), &leftover::prefix(&self.path));
        self
    }

    pub(super) fn writer(&mut self) -> &mut dyn Write {
        &mut self.bytes
    }

    /// Replaces the target: flushes the file to disk, reads it back, renames it in one step, and
    /// flushes the directory.
    pub(super) fn publish(self) -> io::Result<()> {
        let mut summed = self.bytes.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        summed.inner.as_file().sync_all()?;
        read_back(&mut summed)?;
        summed.inner.persist(&self.path).map_err(|error| error.error)?;
        sync_directory(directory(&self.path))
    }
}

/// Compares the bytes on disk with the written ones, and ensures that this file is the one that is
/// renamed.
fn read_back(summed: &mut Summed<NamedTempFile>) -> io::Result<()> {
    let mut file = summed.inner.as_file().try_clone()?;
    summed.expect_in(&mut file)?;
    match leads_to(summed.inner.path(), &file)? {
        true => Ok(()),
        false => Err(io::Error::other("another file has taken its name")),
    }
}

/// A temporary file that is this process's alone.
fn locked(target: &Path) -> io::Result<NamedTempFile> {
    for _ in 0..TRIES {
        let file = new(target)?;
        if is_locked(file.as_file())? && leads_to(file.path(), file.as_file())? {
            return Ok(file);
        }
    }
    Err(io::Error::other("each temporary file was taken away"))
}

fn new(target: &Path) -> io::Result<NamedTempFile> {
    let prefix = leftover::prefix(target);
    let mut builder = Builder::new();
    builder.prefix(&prefix).rand_bytes(leftover::RANDOM).suffix(leftover::SUFFIX);
    if let Some(permissions) = new_file_permissions() {
        builder.permissions(permissions);
    }
    builder.tempfile_in(directory(target))
}

/// Locks a file; returns false if another process is removing it. On a file system without locks
/// files are never removed.
fn is_locked(file: &File) -> io::Result<bool> {
    match try_lock(file) {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) if are_no_locks(&error) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(unix)]
fn are_no_locks(error: &io::Error) -> bool {
    let no_locks = rustix::io::Errno::NOLCK.raw_os_error();
    error.kind() == io::ErrorKind::Unsupported || error.raw_os_error() == Some(no_locks)
}

#[cfg(not(unix))]
fn are_no_locks(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::Unsupported
}

/// Permissions of a new file, before the umask. A temporary file would only be accessible to its
/// owner.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "not every system has a mode to ask for")]
fn new_file_permissions() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(Permissions::from_mode(0o666))
}

#[cfg(unix)]
fn without(permissions: &Permissions, withheld: u32) -> Permissions {
    use std::os::unix::fs::PermissionsExt;
    Permissions::from_mode(permissions.mode() & !withheld)
}

#[cfg(not(unix))]
fn without(permissions: &Permissions, _withheld: u32) -> Permissions {
    permissions.clone()
}

#[cfg(not(unix))]
fn new_file_permissions() -> Option<Permissions> {
    None
}
