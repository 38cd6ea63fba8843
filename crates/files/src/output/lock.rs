//! Locks of files, where the system has files.

#[cfg(any(unix, windows))]
pub(crate) use fs4::TryLockError;

/// Error of a lock that is not acquired.
#[cfg(not(any(unix, windows)))]
pub(crate) enum TryLockError {
    /// Another process has the lock.
    #[expect(dead_code, reason = "no other process is there")]
    WouldBlock,
    /// There are no locks.
    Error(std::io::Error),
}

/// Locks a file without waiting.
#[cfg(any(unix, windows))]
pub(super) fn try_lock(file: &std::fs::File) -> Result<(), TryLockError> {
    fs4::FileExt::try_lock(file)
}

/// Locks nothing, because there are no files.
#[cfg(not(any(unix, windows)))]
pub(super) fn try_lock(_file: &std::fs::File) -> Result<(), TryLockError> {
    Err(TryLockError::Error(std::io::ErrorKind::Unsupported.into()))
}
