//! Files below folders: which of them are read, as options.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use clap::ArgMatches;
use flagflow::check::{REGISTRY, escape_path};
use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use walkdir::{DirEntry, WalkDir};

use crate::exit::Failure;

/// Which files below folders are read.
#[derive(clap::Args)]
#[command(next_help_heading = "Folders")]
pub(crate) struct FolderArgs {
    /// Of the files below a folder, read those alone whose name matches, such as '*.dxi'; with a / in
    /// it the path from the folder has to match. May be repeated. A file that is named itself is read
    /// in any case.
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    include: Vec<Glob>,

    /// Leave these files and folders below a folder out. May be repeated, and wins over --include.
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    exclude: Vec<Glob>,
}

fn glob(text: &str) -> Result<Glob, String> {
    let glob = GlobBuilder::new(text).literal_separator(true).build();
    glob.map_err(|error| error.kind().to_string())
}

impl FolderArgs {
    /// Those of any command's arguments; empty where it has none of them.
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

/// The same, compiled.
pub(crate) struct Folders {
    include: Patterns,
    exclude: Patterns,
}

/// Patterns for names, and those for paths from the folder.
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

/// One of the files below a folder, or why something there cannot be looked at.
pub(crate) enum Found {
    File(std::path::PathBuf),
    /// A report that flagflow wrote.
    OwnReport,
    Unreadable(String),
}

impl Folders {
    /// The files below a folder, sorted by name; those whose names begin with a dot are left out.
    pub(crate) fn below<'a>(&'a self, folder: &'a Path) -> impl Iterator<Item = Found> + 'a {
        let walk = WalkDir::new(folder).sort_by_file_name().into_iter();
        let wanted = move |entry: &DirEntry| {
            entry.depth() == 0 || !(is_hidden(entry) || self.exclude.matches(folder, entry))
        };
        walk.filter_entry(wanted).filter_map(move |entry| match entry {
            Err(error) => Some(Found::Unreadable(unwalked(folder, &error))),
            Ok(entry) if !entry.path().is_file() => None,
            Ok(entry) if !self.include.is_empty() && !self.include.matches(folder, &entry) => None,
            // a file that cannot be opened is told where it is read
            Ok(entry) if is_own_report(entry.path()).unwrap_or(false) => Some(Found::OwnReport),
            Ok(entry) => Some(Found::File(entry.into_path())),
        })
    }
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().to_string_lossy().starts_with('.')
}

/// The message for what cannot be looked at below a folder.
fn unwalked(folder: &Path, error: &walkdir::Error) -> String {
    let path = escape_path(error.path().unwrap_or(folder));
    match error.io_error() {
        Some(cause) => format!("{path}: {cause}"),
        None => format!("{path}: a link that leads to a folder above it"),
    }
}

/// How much of a file tells whether flagflow wrote it as a report.
const HEAD: u64 = 1024;

/// Whether a file begins as the reports do that flagflow writes. No file of updates begins so.
fn is_own_report(path: &Path) -> io::Result<bool> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD).read_to_end(&mut head)?;
    Ok(is_report(&String::from_utf8_lossy(&head)))
}

fn is_report(head: &str) -> bool {
    // reports, logs and lists, a line of JSON each
    head.starts_with("{\"schema\":\"flagflow-")
        || (head.starts_with("{\"$schema\":") && head.contains("\"name\":\"flagflow\""))
        || (head.starts_with("<?xml") && head.contains("<testsuites name=\"flagflow\""))
        || (head.starts_with("<!DOCTYPE html>")
            && head.contains("<meta name=\"generator\" content=\"flagflow "))
        || is_annotations(head)
        || is_text(head)
}

fn is_annotations(head: &str) -> bool {
    let first = head.lines().next().unwrap_or_default();
    first.starts_with("::") && first.contains(",title=flagflow::")
}

/// Whether it is a report as text: a finding first, or the summary.
fn is_text(head: &str) -> bool {
    let mut lines = head.lines();
    let (first, second) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let finding = |(severity, rest): (&str, &str)| {
        let rule = rest.split_once("]: ").map(|(rule, _)| rule);
        ["error", "warning", "note"].contains(&severity)
            && REGISTRY.iter().any(|known| rule == Some(known.name))
    };
    first.split_once('[').is_some_and(finding)
        || (second.starts_with("  file      ") && second.contains(", layout "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_known_by_their_beginning() {
        for head in [
            "{\"schema\":\"flagflow-report/1\",\"file\":",
            "::error file=x,title=flagflow::FAILED",
            "warning[empty-line]: a line without text\n --> x:1:1\n",
            "x.dxi\n  file      e45, layout fixed, bare, edition any\n",
        ] {
            assert!(is_report(head), "{head}");
        }
        for head in [
            "",
            "E451234567810A20240603\n",
            "{\"schema\":\"other/1\"}",
            "{\"$schema\":\"x\",\"name\":\"other\"}",
            "<?xml version=\"1.0\"?><testsuites name=\"other\">",
            "error[no-rule]: x\n",
            "::error file=x::y",
        ] {
            assert!(!is_report(head), "{head}");
        }
    }

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
                Found::File(path) => Some(path.strip_prefix(root).unwrap().to_str()?.to_owned()),
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
