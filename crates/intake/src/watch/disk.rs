//! Small things done to a disk, each with the path in its error.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use flagflow_check::escape_path;
use fs4::FileExt;

use flagflow_files::output::{Output, tidy};
use flagflow_files::{Error, ErrorKind, Result};

pub(super) fn cannot(path: &Path, what: &str) -> String {
    format!("{}: cannot be {what}", escape_path(path))
}

/// Creates a folder, if it does not exist. A symbolic link in its place is refused: a user with
/// access to the parent folder could use it to redirect files.
pub(super) fn make(folder: &Path) -> Result<()> {
    match fs::create_dir(folder) {
        Err(_) if fs::symlink_metadata(folder).is_ok() => expect_folder(folder),
        made => made.map_err(|cause| Error::output(cannot(folder, "made"), cause)),
    }
}

/// Refuses a path that is not a folder, or is a symbolic link to a folder.
pub(super) fn expect_folder(folder: &Path) -> Result<()> {
    let why = match fs::symlink_metadata(folder) {
        Ok(found) if found.is_dir() => return Ok(()),
        Ok(found) if found.is_symlink() => "a symbolic link, which a watch does not follow",
        _ => "not a folder",
    };
    Err(Error::new(ErrorKind::Output, format!("{}: {why}", escape_path(folder))))
}

pub(super) fn lock(path: &Path) -> Result<File> {
    let failed = |cause| Error::output(cannot(path, "locked"), cause);
    if path.is_symlink() {
        let what = format!("{}: a symbolic link, where a watch has its lock", escape_path(path));
        return Err(Error::new(ErrorKind::Output, what));
    }
    let file = File::options().create(true).append(true).open(path).map_err(failed)?;
    match FileExt::try_lock(&file) {
        Ok(()) => Ok(file),
        Err(fs4::TryLockError::WouldBlock) => {
            let what = format!("{}: another watch looks after this folder", escape_path(path));
            Err(Error::new(ErrorKind::Busy, what))
        }
        Err(fs4::TryLockError::Error(cause)) => Err(failed(cause)),
    }
}

/// Removes what was being written when a watch was killed.
pub(super) fn sweep(folder: &Path) -> Result<()> {
    tidy(folder, "").map_err(|cause| Error::output(cannot(folder, "tidied"), cause))
}

/// Removes a file, if it is there. One whose name is too long cannot be.
pub(super) fn remove(path: &Path) -> Result<()> {
    use io::ErrorKind::{InvalidFilename, NotFound};
    match fs::remove_file(path) {
        Err(error) if matches!(error.kind(), NotFound | InvalidFilename) => Ok(()),
        removed => removed.map_err(|cause| Error::output(cannot(path, "removed"), cause)),
    }
}

/// Writes a file without these permissions, bits of a Unix mode.
pub(super) fn write(path: &Path, bytes: &mut impl Read, withheld: u32) -> Result<()> {
    // the folder is tidied when it is taken over
    let mut output = Output::create_untidied(path, withheld)?;
    io::copy(bytes, &mut output).map_err(|cause| Error::output(cannot(path, "written"), cause))?;
    output.commit()
}

pub(super) fn write_json(path: &Path, value: &impl serde::Serialize) -> Result<()> {
    let bytes = serde_json::to_vec(value);
    let bytes = bytes.map_err(|error| Error::output(cannot(path, "written"), error.into()))?;
    write(path, &mut &*bytes, 0)
}

pub(super) fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<Option<T>> {
    let failed = |cause| Error::input(cannot(path, "read"), cause);
    let bytes = match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        bytes => bytes.map_err(failed)?,
    };
    serde_json::from_slice(&bytes).map(Some).map_err(|error| failed(error.into()))
}
