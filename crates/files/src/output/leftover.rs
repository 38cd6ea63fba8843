//! Names temporary files, and removes those that a killed process left.
//!
//! A process locks the temporary file that it writes, and the system releases the lock when the
//! process ends. So a temporary file that can be locked is not being written. Only plain files of
//! this user are removed, and only under a name of exactly this form: `.` + eight hexadecimal
//! digits that belong to the target's name + `-` + sixteen letters and digits + `.flagflow`.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use flate2::Crc;

use super::lock::try_lock;

const END: &str = ".flagflow";
const DIGITS: usize = 8;

/// Number of letters and digits that make a name unique.
pub(super) const RANDOM: usize = 16;
pub(super) const SUFFIX: &str = END;

/// Returns the prefix of all temporary files of a target. It has a checksum of the target's name,
/// since the name itself could be too long; two targets with the same checksum are tidied together.
pub(super) fn prefix(target: &Path) -> String {
    let mut crc = Crc::new();
    crc.update(target.file_name().unwrap_or_default().as_encoded_bytes());
    format!(".{:0DIGITS$x}-", crc.sum())
}

/// Returns true if a name is that of a temporary file.
fn is_ours(name: &str) -> bool {
    let middle = name.strip_prefix('.').and_then(|rest| rest.strip_suffix(END));
    let Some((digits, random)) = middle.and_then(|middle| middle.split_once('-')) else {
        return false;
    };
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    digits.len() == DIGITS
        && digits.bytes().all(is_digit)
        && random.len() == RANDOM
        && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Removes abandoned temporary files with a prefix from a folder.
///
/// Files that cannot be examined or removed are kept.
///
/// # Errors
///
/// If the folder cannot be read.
pub fn tidy(folder: &Path, prefix: &str) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        if name.to_str().is_some_and(|name| name.starts_with(prefix) && is_ours(name)) {
            // the next run comes by again
            let _ = remove_if_nobodys(&folder.join(name));
        }
    }
    Ok(())
}

fn remove_if_nobodys(path: &Path) -> io::Result<()> {
    if !is_plain_and_own(&fs::symlink_metadata(path)?) {
        return Ok(());
    }
    let file = open(path)?;
    // the holder of this lock owns the file under this name: see `Temporary::create`
    match try_lock(&file) {
        Ok(()) if leads_to(path, &file)? => fs::remove_file(path),
        _ => Ok(()),
    }
}

/// Opens a file that may have lost the permission to be read, or to be written.
fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    without_following(&mut options);
    options.read(true).open(path).or_else(|_| options.read(false).write(true).open(path))
}

#[cfg(unix)]
mod system {
    use std::fs::{File, Metadata, OpenOptions};
    use std::io;
    use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
    use std::path::Path;

    use rustix::fs::OFlags;

    pub(super) fn is_plain_and_own(found: &Metadata) -> bool {
        found.is_file() && found.nlink() == 1 && found.uid() == rustix::process::geteuid().as_raw()
    }

    /// Neither follows a link nor waits for a pipe, should the name lead to one by now.
    pub(super) fn without_following(options: &mut OpenOptions) {
        options.custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed());
    }

    /// Returns true if a name leads to an open file and to no other.
    pub(in crate::output) fn leads_to(path: &Path, file: &File) -> io::Result<bool> {
        let (found, open) = match std::fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            found => (found?, file.metadata()?),
        };
        Ok((found.dev(), found.ino()) == (open.dev(), open.ino()))
    }
}

#[cfg(not(unix))]
mod system {
    use std::fs::{File, Metadata, OpenOptions};
    use std::io;
    use std::path::Path;

    pub(super) fn is_plain_and_own(found: &Metadata) -> bool {
        found.is_file()
    }

    pub(super) fn without_following(_options: &mut OpenOptions) {}

    /// Elsewhere what is open can be neither removed nor renamed by others.
    pub(in crate::output) fn leads_to(path: &Path, _file: &File) -> io::Result<bool> {
        path.try_exists()
    }
}

pub(super) use system::leads_to;
use system::{is_plain_and_own, without_following};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_shape() {
        let name = format!("{}AbCdEfGh01234567{SUFFIX}", prefix(Path::new("folder/out.csv")));
        assert!(is_ours(&name), "{name}");
        assert_ne!(prefix(Path::new("a")), prefix(Path::new("b")));
        assert_eq!(prefix(Path::new("x/a")), prefix(Path::new("a")));
        let others = [
            name.replace('-', "+"),
            name.replace('A', "-"),
            name.replacen('.', "", 1),
            name.replacen('.', ".x", 1),
            name.to_uppercase(),
            name.replace("67", "6"),
            String::new(),
            ".-.flagflow".to_owned(),
        ];
        for other in others {
            assert!(!is_ours(&other), "{other}");
        }
    }
}
