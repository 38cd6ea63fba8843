//! Identifies a file, and detects changes to it, by its metadata.

use std::fs::Metadata;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

/// Identity of a file, independent of name and content: device and inode where available, and the
/// time of creation where the file system has it.
///
/// An inode is reused once its file is removed, so the time of creation is part of the identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    device: u64,
    inode: u64,
    created: Option<SystemTime>,
}

/// A file at one moment. Two that are equal are the same file with, as far as size and times can
/// tell, the same content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    identity: Identity,
    length: u64,
    modified: Option<SystemTime>,
    /// Time of the last change of content or metadata, in seconds and nanoseconds, where available.
    changed: (i64, i64),
}

impl Stamp {
    /// Returns the stamp of a file's metadata.
    #[must_use]
    pub fn of(data: &Metadata) -> Self {
        let (device, inode) = number(data);
        Self {
            identity: Identity { device, inode, created: data.created().ok() },
            length: data.len(),
            modified: data.modified().ok(),
            changed: changed(data),
        }
    }

    /// Returns the identity of the file.
    #[must_use]
    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Returns true if this is the same file, of the same length and not modified since; other
    /// changes, such as permissions, are ignored.
    #[must_use]
    pub fn has_same_content(&self, other: &Self) -> bool {
        (&self.identity, self.length, self.modified)
            == (&other.identity, other.length, other.modified)
    }

    /// Returns the size in bytes.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.length
    }
}

#[cfg(unix)]
fn number(data: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (data.dev(), data.ino())
}

#[cfg(unix)]
fn changed(data: &Metadata) -> (i64, i64) {
    use std::os::unix::fs::MetadataExt;
    (data.ctime(), data.ctime_nsec())
}

#[cfg(not(unix))]
fn number(_data: &Metadata) -> (u64, u64) {
    (0, 0)
}

#[cfg(not(unix))]
fn changed(_data: &Metadata) -> (i64, i64) {
    (0, 0)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn writing_changes_the_stamp_and_renaming_not_the_identity() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (folder.path().join("a"), folder.path().join("b"));
        let stamp = |path| Stamp::of(&fs::symlink_metadata(path).unwrap());
        fs::write(&old, "one").unwrap();
        let before = stamp(&old);
        assert_eq!(stamp(&old), before);
        fs::rename(&old, &new).unwrap();
        assert_eq!(stamp(&new).identity(), before.identity());
        fs::write(&new, "one and two").unwrap();
        assert_ne!(stamp(&new), before);
        assert_eq!((before.length(), stamp(&new).length()), (3, 11));
    }
}
