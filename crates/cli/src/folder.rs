//! Selects the files of folders, as options.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use clap::ArgMatches;
use flagflow::check::escape_path;
use flagflow::check::render::{REPORT_HEAD, is_report};
use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use walkdir::{DirEntry, WalkDir};

use crate::exit::Failure;

/// Options that select the files of folders.
#[derive(clap::Args)]
#[command(next_help_heading = "Folders")]
pub(crate) struct FolderArgs {
    /// Of the files in a folder, read only those whose name matches, such as '*.dxi'; a pattern
    /// with a / is matched with the path from the folder. May be repeated. Files given by name are
    /// always read.
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    include: Vec<Glob>,

    /// Exclude these files and folders in a folder. May be repeated, and overrides --include.
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    exclude: Vec<Glob>,
}

fn glob(text: &str) -> Result<Glob, String> {
    let glob = GlobBuilder::new(text).literal_separator(true).build();
    glob.map_err(|error| error.kind().to_string())
}

impl FolderArgs {
    /// Returns the options of any command's arguments; empty if it has none of them.
    pub(crate) fn of(matches: &ArgMatches) -> Self {
        let globs = |id: &str| {
            let globs = matches.try_get_many::<Glob>(id).ok().flatten();
            globs.into_iter().flatten().cloned().collect()
        };
        Self { include: globs("include"), exclude: globs("exclude") }
    }

    /// Compiles the patterns, once for all folders.
    pub(crate) fn read(&self) -> Result<Folders, Failure> {
        let include = Patterns::new(&self.include)?;
        Ok(Folders { include, exclude: Patterns::new(&self.exclude)? })
    }
}

/// The compiled patterns.
pub(crate) struct Folders {
    include: Patterns,
    exclude: Patterns,
}

/// Patterns for names, and patterns for paths from the folder.
struct Patterns {
    names: GlobSet,
    paths: GlobSet,
}

impl Patterns {
    fn new(globs: &[Glob]) -> Result<Self, Failure> {
        let (paths, names): (Vec<_>, Vec<_>) =
            globs.iter().cloned().partition(|glob| glob.glob().contains('/'));
        let set = |globs: Vec<Glob>| {
            let mut set = GlobSetBuilder::new();
            globs.into_iter().for_each(|glob| {
                set.add(glob);
            });
            set.build()
        };
        Ok(Self { names: set(names)?, paths: set(paths)? })
    }

    fn is_empty(&self) -> bool {
        self.names.is_empty() && self.paths.is_empty()
    }

    fn matches(&self, folder: &Path, entry: &DirEntry) -> bool {
        let path = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        self.names.is_match(entry.file_name()) || self.paths.is_match(path)
    }
}

/// One of the files in a folder, or an error of reading it.
pub(crate) enum FolderEntry {
    File(std::path::PathBuf),
    /// A report of flagflow.
    OwnReport,
    Unreadable(String),
}

impl Folders {
    /// Returns the files in a folder, sorted by name; names that begin with a dot are left out.
    pub(crate) fn below<'a>(&'a self, folder: &'a Path) -> impl Iterator<Item = FolderEntry> + 'a {
        let walk = WalkDir::new(folder).sort_by_file_name().into_iter();
        let wanted = move |entry: &DirEntry| {
            entry.depth() == 0 || !(is_hidden(entry) || self.exclude.matches(folder, entry))
        };
        walk.filter_entry(wanted).filter_map(move |entry| match entry {
            Err(error) => Some(FolderEntry::Unreadable(unwalked(folder, &error))),
            Ok(entry) if !entry.path().is_file() => None,
            Ok(entry) if !self.include.is_empty() && !self.include.matches(folder, &entry) => None,
            // a file that cannot be opened is reported when it is read
            Ok(entry) if is_own_report(entry.path()).unwrap_or(false) => {
                Some(FolderEntry::OwnReport)
            }
            Ok(entry) => Some(FolderEntry::File(entry.into_path())),
        })
    }
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().to_string_lossy().starts_with('.')
}

/// Returns the message for an unreadable entry of a folder.
fn unwalked(folder: &Path, error: &walkdir::Error) -> String {
    let path = escape_path(error.path().unwrap_or(folder));
    match error.io_error() {
        Some(cause) => format!("{path}: {cause}"),
        None => format!("{path}: a link that leads to a folder above it"),
    }
}

/// Returns true if a file begins like a report of flagflow. No file of updates begins like one.
fn is_own_report(path: &Path) -> io::Result<bool> {
    let mut head = Vec::new();
    File::open(path)?.take(REPORT_HEAD).read_to_end(&mut head)?;
    Ok(is_report(&head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_without_a_slash_is_for_names() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("a/old")).unwrap();
        for name in ["x.dxi", "x.txt", "a/y.dxi", "a/old/z.dxi", ".hidden"] {
            std::fs::write(root.join(name), "E451234567810A20240603\n").unwrap();
        }
        let names = |include: &[&str], exclude: &[&str]| {
            let globs = |texts: &[&str]| texts.iter().map(|text| glob(text).unwrap()).collect();
            let args = FolderArgs { include: globs(include), exclude: globs(exclude) };
            let folders = args.read().unwrap();
            let found = folders.below(root).filter_map(|found| match found {
                FolderEntry::File(path) => {
                    Some(path.strip_prefix(root).unwrap().to_str()?.to_owned())
                }
                _ => None,
            });
            found.map(|name| name.replace('\\', "/")).collect::<Vec<_>>()
        };
        assert_eq!(names(&[], &[]), ["a/old/z.dxi", "a/y.dxi", "x.dxi", "x.txt"]);
        assert_eq!(names(&["*.dxi"], &["old"]), ["a/y.dxi", "x.dxi"]);
        assert_eq!(names(&["a/*.dxi"], &[]), ["a/y.dxi"]);
        assert_eq!(names(&["a/**"], &["*.txt", "a/old/*"]), ["a/y.dxi"]);
        assert!(glob("[").is_err());
    }
}
