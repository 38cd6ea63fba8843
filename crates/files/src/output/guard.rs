//! Ensures that no output of a run is a file that the run reads, or another output.
//!
//! Files are compared, not names: by device and inode, so a hard link, a symbolic link and `./x`
//! are the file itself. A file that does not exist yet is identified by its folder and its name.
//! Devices, pipes and terminals lose nothing by being written to, and are not compared; `/dev/null`
//! may be given twice.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use flagflow_check::escape_path;

use super::{Output, directory};
use crate::error::{Error, ErrorKind, Result};
use crate::input::{STANDARD, is_standard};

/// Suffixes of the files that SQLite keeps beside a database.
const BESIDE_A_DATABASE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Files that a run reads and writes. Add all of them before anything is written.
///
/// An output created by the guard is no more readable than the files that are read
/// ([`Guard::reads`]).
///
/// ```
/// use flagflow_files::output::Guard;
///
/// let folder = tempfile::tempdir()?;
/// let received = folder.path().join("received.dxi");
/// std::fs::write(&received, "E451234567810A20220101\n")?;
///
/// let mut guard = Guard::default();
/// guard.reads(&received)?;
/// assert!(guard.writes(&folder.path().join("./received.dxi")).is_err());
/// assert!(guard.writes(&folder.path().join("answer.dxo")).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Guard {
    inputs: HashMap<FileKey, PathBuf>,
    outputs: HashMap<FileKey, PathBuf>,
    registers: HashMap<FileKey, PathBuf>,
    /// Folders that are watched, and the folders that a watch has in them.
    watched: HashSet<Number>,
    /// Permissions that a file which is read does not give to its group and to others.
    withheld: u32,
}

impl Guard {
    /// Adds a file that is read and may have meter points in it; `-` is standard input.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`] where it is an output.
    pub fn reads(&mut self, path: &Path) -> Result<()> {
        self.withheld |= withheld_by(path);
        self.reads_settings(path)
    }

    /// Adds a file that is read and has no meter points in it, such as a profile. Its permissions
    /// do not restrict outputs.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`] if the file is an output.
    pub fn reads_settings(&mut self, path: &Path) -> Result<()> {
        let Some(identity) = FileKey::of_input(path) else { return Ok(()) };
        if let Some(output) = self.outputs.get(&identity) {
            return Err(is_read(output, path));
        }
        if let Some(register) = self.registers.get(&identity) {
            return Err(is_of_the_register(path, register));
        }
        self.inputs.entry(identity).or_insert_with(|| path.to_owned());
        Ok(())
    }

    /// Adds a register, an SQLite database that is read and may be written: none of the files that
    /// SQLite has for it can be an input or an output.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`] if one of them is.
    pub fn uses_register(&mut self, path: &Path) -> Result<()> {
        self.withheld |= withheld_by(path);
        // its other files are beside the database, not beside a link to it
        let database = followed(path);
        let beside = BESIDE_A_DATABASE.iter().map(|ending| {
            let mut name = database.clone().into_os_string();
            name.push(ending);
            PathBuf::from(name)
        });
        for name in std::iter::once(path.to_owned()).chain(beside) {
            let Some(identity) = FileKey::of(&name) else { continue };
            for others in [&self.inputs, &self.outputs] {
                if let Some(other) = others.get(&identity) {
                    return Err(is_of_the_register(other, &name));
                }
            }
            self.registers.insert(identity, name);
        }
        Ok(())
    }

    /// Adds a folder that is watched: no output can be in the folder, or in those of its subfolders
    /// that hold its results.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`] if an output is in the folder, or is a file of the folder by another
    /// name; [`ErrorKind::Input`] if the folder cannot be read. A missing folder is left to the
    /// watch.
    pub fn watches(&mut self, folder: &Path, own: &[&str]) -> Result<()> {
        let own = own.iter().filter_map(|own| number_of(&folder.join(own)));
        self.watched.extend(number_of(folder).into_iter().chain(own));
        if let Some(output) = self.outputs.values().find(|output| self.is_watched(output)) {
            return Err(arrives(output));
        }
        files_in(folder)?.iter().try_for_each(|path| self.reads(path))
    }

    /// Adds a folder for written files of certain names; existing files of these names may be
    /// inputs.
    ///
    /// # Errors
    ///
    /// As [`Guard::writes`]; [`ErrorKind::Input`] if the folder cannot be read.
    pub fn writes_into(&mut self, folder: &Path, may_be_named: fn(&str) -> bool) -> Result<()> {
        for path in files_in(folder)? {
            if path.file_name().and_then(OsStr::to_str).is_some_and(may_be_named) {
                self.writes(&path)?;
            }
        }
        Ok(())
    }

    /// Returns true if nothing was added that an input could be.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.outputs.is_empty() && self.registers.is_empty()
    }

    fn is_watched(&self, output: &Path) -> bool {
        let path = followed(output);
        let is_in = |folder| self.watched.contains(&folder);
        // standard output is in no folder; where it is a file, it is one by its number
        !is_standard(output) && number_of(directory(&path)).is_some_and(is_in)
    }

    /// Adds an output. `-` is standard output, which has a method of its own
    /// ([`Guard::writes_standard_output`]) and is ignored here.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`] where it is read, or is another output.
    pub fn writes(&mut self, path: &Path) -> Result<()> {
        let identity = FileKey::of(path).filter(|_| !is_standard(path));
        identity.map_or(Ok(()), |identity| self.add_output(identity, path))
    }

    /// Adds what standard output leads to, where that is a file (`>> file`).
    ///
    /// # Errors
    ///
    /// As [`Guard::writes`].
    pub fn writes_standard_output(&mut self) -> Result<()> {
        match standard_output().as_ref().and_then(FileKey::of_open) {
            Some(identity) => self.add_output(identity, Path::new(STANDARD)),
            None => Ok(()),
        }
    }

    fn add_output(&mut self, identity: FileKey, path: &Path) -> Result<()> {
        if let Some(input) = self.inputs.get(&identity) {
            return Err(is_read(path, input));
        }
        if let Some(register) = self.registers.get(&identity) {
            return Err(is_of_the_register(path, register));
        }
        if self.is_watched(path) {
            return Err(arrives(path));
        }
        match self.outputs.insert(identity, path.to_owned()) {
            Some(other) => Err(twice(path, &other)),
            None => Ok(()),
        }
    }

    /// Creates an output, as [`Output::create`] does, no more readable than the files that are
    /// read. Its path should have been [added](Guard::writes).
    ///
    /// # Errors
    ///
    /// As [`Output::create`].
    pub fn create(&self, path: &Path) -> Result<Output> {
        Output::create_without(path, self.withheld)
    }
}

fn arrives(output: &Path) -> Error {
    refused("would be taken for a file that has arrived", &written(output), &written(output))
}

fn is_read(output: &Path, input: &Path) -> Error {
    refused("is the file that is read", &written(output), &named(input, "standard input"))
}

fn is_of_the_register(path: &Path, register: &Path) -> Error {
    refused("is a file of the register", &written(path), &written(register))
}

fn twice(output: &Path, other: &Path) -> Error {
    refused("is given for two outputs", &written(output), &written(other))
}

/// Returns the error of a refused output, with the other name if the names differ.
fn refused(why: &str, output: &str, other: &str) -> Error {
    let other = if other == output { String::new() } else { format!(" ({other})") };
    Error::new(ErrorKind::Options, format!("{output}: {why}{other}"))
}

fn written(path: &Path) -> String {
    named(path, "standard output")
}

fn named(path: &Path, standard: &str) -> String {
    if is_standard(path) { standard.to_owned() } else { escape_path(path) }
}

/// Identity of a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum FileKey {
    /// An existing file.
    Present(Number),
    /// A file that does not exist: its folder, and its name there.
    Absent(Number, OsString),
}

impl FileKey {
    fn of_input(path: &Path) -> Option<Self> {
        match is_standard(path) {
            true => standard_input().as_ref().and_then(Self::of_open),
            false => Self::of(path),
        }
    }

    /// Returns the identity of a file; `None` if it is not a regular file or cannot be opened.
    fn of(path: &Path) -> Option<Self> {
        match fs::metadata(path) {
            Ok(found) => found.is_file().then(|| number(path, &found)).flatten().map(Self::Present),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let path = followed(path);
                let folder = directory(&path);
                Some(Self::Absent(number_of(folder)?, path.file_name()?.to_owned()))
            }
            Err(_) => None,
        }
    }

    fn of_open(file: &File) -> Option<Self> {
        let found = file.metadata().ok().filter(Metadata::is_file)?;
        number_of_open(&found).map(Self::Present)
    }
}

fn number_of(folder: &Path) -> Option<Number> {
    number(folder, &fs::metadata(folder).ok()?)
}

/// Lists the files directly in a folder; none if the folder does not exist.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = |cause| Error::input(format!("{}: cannot be read", escape_path(folder)), cause);
    let entries = match fs::read_dir(folder) {
        Err(error) if is_no_folder(error.kind()) => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        files.extend(path.is_file().then_some(path));
    }
    Ok(files)
}

const fn is_no_folder(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// The most links that lead from one to the next, as Linux has it.
const MOST_LINKS: usize = 40;

/// Returns the path at the end of a chain of symbolic links, whether or not there is a file.
pub(super) fn followed(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&path) {
            Ok(target) => path = directory(&path).join(target),
            Err(_) => break,
        }
    }
    path
}

#[cfg(unix)]
mod system {
    use std::fs::{self, File, Metadata};
    use std::os::fd::{AsFd, BorrowedFd};
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;

    use super::{is_standard, standard_input};

    /// Device and inode.
    pub(super) type Number = (u64, u64);

    #[expect(clippy::unnecessary_wraps, reason = "not every system has inodes")]
    pub(super) fn number(_path: &Path, found: &Metadata) -> Option<Number> {
        Some((found.dev(), found.ino()))
    }

    pub(super) fn number_of_open(found: &Metadata) -> Option<Number> {
        Some((found.dev(), found.ino()))
    }

    fn opened(stream: BorrowedFd<'_>) -> Option<File> {
        stream.try_clone_to_owned().ok().map(File::from)
    }

    pub(super) fn standard() -> [Option<File>; 2] {
        [opened(std::io::stdin().as_fd()), opened(std::io::stdout().as_fd())]
    }

    /// Returns the permissions that a regular file does not grant to its group and to others.
    #[must_use]
    pub fn withheld_by(path: &Path) -> u32 {
        let found = match is_standard(path) {
            true => standard_input().and_then(|file| file.metadata().ok()),
            false => fs::metadata(path).ok(),
        };
        found.filter(Metadata::is_file).map_or(0, |found| !found.mode() & 0o077)
    }
}

#[cfg(not(unix))]
mod system {
    use std::fs::{File, Metadata};
    use std::path::{Path, PathBuf};

    /// The path with its links followed: the standard library has no number of a file here.
    pub(super) type Number = PathBuf;

    pub(super) fn number(path: &Path, _found: &Metadata) -> Option<Number> {
        path.canonicalize().ok()
    }

    pub(super) fn number_of_open(_found: &Metadata) -> Option<Number> {
        None
    }

    pub(super) fn standard() -> [Option<File>; 2] {
        [None, None]
    }

    /// Returns no permissions, because this system has none for groups.
    #[must_use]
    pub fn withheld_by(_path: &Path) -> u32 {
        0
    }
}

pub use system::withheld_by;
use system::{Number, number, number_of_open};

fn standard_input() -> Option<File> {
    let [input, _] = system::standard();
    input
}

fn standard_output() -> Option<File> {
    let [_, output] = system::standard();
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("in"), "received").unwrap();
            fs::create_dir(folder.path().join("below")).unwrap();
            Self(folder)
        }

        fn at(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }
    }

    fn refusal(result: Result<()>) -> String {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Options);
        error.to_string()
    }

    #[test]
    fn an_output_is_no_input_by_any_name_and_in_any_order() {
        let folder = Folder::new();
        for name in ["in", "./in", "below/../in"] {
            let (mut before, mut after) = (Guard::default(), Guard::default());
            before.reads(&folder.at("in")).unwrap();
            let why = refusal(before.writes(&folder.at(name)));
            assert!(why.starts_with(&escape_path(&folder.at(name))), "{why}");
            assert!(why.contains("is the file that is read"), "{why}");
            after.writes(&folder.at(name)).unwrap();
            assert!(refusal(after.reads(&folder.at("in"))).contains("is the file that is read"));
        }
    }

    #[test]
    fn two_outputs_are_not_one_file() {
        let folder = Folder::new();
        for (one, other) in [("in", "./in"), ("new", "new"), ("new", "below/../new")] {
            let mut guard = Guard::default();
            guard.writes(&folder.at(one)).unwrap();
            assert!(refusal(guard.writes(&folder.at(other))).contains("is given for two outputs"));
        }
        let mut guard = Guard::default();
        for name in ["in", "new", "below/in", "below/new", "none/new", "below"] {
            guard.writes(&folder.at(name)).unwrap();
        }
        guard.writes(Path::new("-")).unwrap();
        guard.writes(Path::new("-")).unwrap();
    }

    #[test]
    fn a_file_may_be_read_twice_and_a_register_has_files_beside_it() {
        let folder = Folder::new();
        let mut guard = Guard::default();
        guard.reads(&folder.at("in")).unwrap();
        guard.reads_settings(&folder.at("in")).unwrap();
        refusal(guard.uses_register(&folder.at("in")));
        guard.uses_register(&folder.at("state")).unwrap();
        for name in ["state", "state-wal", "state-shm", "state-journal"] {
            for result in [guard.writes(&folder.at(name)), guard.reads(&folder.at(name))] {
                assert!(refusal(result).contains("is a file of the register"));
            }
        }
        guard.writes(&folder.at("state-other")).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn links_are_the_file_that_they_lead_to() {
        use std::os::unix::fs::symlink;
        let folder = Folder::new();
        symlink("in", folder.at("link")).unwrap();
        symlink("below/new", folder.at("dangling")).unwrap();
        symlink("dangling", folder.at("farther")).unwrap();
        symlink("circle", folder.at("circle")).unwrap();
        fs::hard_link(folder.at("in"), folder.at("hard")).unwrap();
        let mut guard = Guard::default();
        guard.uses_register(&folder.at("link")).unwrap();
        guard.writes(&folder.at("below/new")).unwrap();
        for name in ["in", "link", "hard", "in-wal", "dangling", "farther"] {
            refusal(guard.writes(&folder.at(name)));
        }
        guard.writes(&folder.at("circle")).unwrap();
        assert_eq!(guard.create(&folder.at("circle")).unwrap_err().kind(), ErrorKind::Output);
        for _ in 0..2 {
            guard.reads(Path::new("/dev/null")).unwrap();
            guard.writes(Path::new("/dev/null")).unwrap();
        }
    }

    #[test]
    fn no_output_is_in_a_watched_folder_or_where_its_files_go() {
        let folder = Folder::new();
        fs::create_dir(folder.at("accepted")).unwrap();
        let (mut before, mut after) = (Guard::default(), Guard::default());
        before.watches(folder.0.path(), &["accepted", "rejected"]).unwrap();
        for name in ["new", "accepted/new", "below/../new"] {
            let why = refusal(before.writes(&folder.at(name)));
            assert!(why.ends_with("would be taken for a file that has arrived"), "{why}");
        }
        refusal(before.writes(&folder.at("in")));
        before.writes(&folder.at("below/new")).unwrap();
        after.writes(&folder.at("new")).unwrap();
        assert!(refusal(after.watches(folder.0.path(), &[])).contains("has arrived"));
        Guard::default().watches(&folder.at("none"), &[]).unwrap();
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("../new", folder.at("below/link")).unwrap();
            refusal(before.writes(&folder.at("below/link")));
        }
    }

    #[test]
    fn files_of_a_folder_that_is_written_to_are_outputs_by_their_names() {
        let folder = Folder::new();
        let mut guard = Guard::default();
        assert!(guard.is_idle());
        guard.writes_into(folder.0.path(), |name| name == "other").unwrap();
        guard.writes_into(&folder.at("none"), |_| true).unwrap();
        assert!(guard.is_idle());
        guard.writes_into(folder.0.path(), |name| name == "in").unwrap();
        assert!(!guard.is_idle());
        refusal(guard.reads(&folder.at("in")));
    }

    #[cfg(unix)]
    #[test]
    fn an_output_is_no_more_readable_than_what_is_read() {
        use std::os::unix::fs::PermissionsExt;
        let folder = Folder::new();
        let mode = |name: &str, mode| {
            fs::write(folder.at(name), "x").unwrap();
            fs::set_permissions(folder.at(name), fs::Permissions::from_mode(mode)).unwrap();
        };
        let written = |guard: &Guard, name: &str| {
            guard.create(&folder.at(name)).unwrap().commit().unwrap();
            fs::metadata(folder.at(name)).unwrap().permissions().mode() & 0o7777
        };
        mode("closed", 0o600);
        mode("group", 0o440);
        mode("open", 0o666);
        mode("settings", 0o600);
        let mut guard = Guard::default();
        guard.reads(&folder.at("open")).unwrap();
        guard.reads_settings(&folder.at("settings")).unwrap();
        let usual = written(&Guard::default(), "usual");
        assert_eq!(written(&guard, "new"), usual);
        guard.reads(&folder.at("group")).unwrap();
        assert_eq!(written(&guard, "for the group"), usual & 0o640);
        mode("old", 0o664);
        assert_eq!(written(&guard, "old"), 0o640);
        mode("strict", 0o600);
        assert_eq!(written(&guard, "strict"), 0o600);
        guard.reads(&folder.at("closed")).unwrap();
        assert_eq!(written(&guard, "for its owner"), 0o600);
        assert_eq!(written(&guard, "old"), 0o600);
    }
}
