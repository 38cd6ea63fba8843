//! Which files to read, and opening them.

use std::fs::File;
use std::io::{self, BufRead};
use std::path::{Path, PathBuf};

use flagflow::check::escape_path;
use flagflow::exchange::input::{from_reader, is_standard};
use walkdir::{DirEntry, WalkDir};

use crate::exit::{Exit, Failure, with_sources};
use crate::terminal::{Watched, progress, tell};

/// A file to read, by the name that reports call it.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) path: PathBuf,
    pub(crate) name: String,
}

impl Opened {
    fn new(path: PathBuf) -> Self {
        let name = path.display().to_string();
        Self { path, name }
    }

    /// Opens it, plain or compressed, with a bar that shows how far it is read.
    pub(crate) fn open(&self, quiet: bool) -> Result<Box<dyn BufRead + Send>, String> {
        if is_standard(&self.path) {
            let watched = Watched::new(io::stdin(), progress(None), quiet);
            return from_reader(watched, "standard input").map_err(|e| with_sources(&e));
        }
        let file = File::open(&self.path).map_err(|error| error.to_string())?;
        let total = file.metadata().ok().filter(std::fs::Metadata::is_file).map(|data| data.len());
        let watched = Watched::new(file, progress(total), quiet);
        from_reader(watched, &self.name).map_err(|e| with_sources(&e))
    }
}

/// The name of an input in messages.
pub(crate) fn name_of(path: &Path) -> String {
    if is_standard(path) { "standard input".to_owned() } else { escape_path(path) }
}

/// Refuses inputs of which more than one is standard input: it can be read once.
pub(crate) fn expect_one_standard<'p>(
    inputs: impl IntoIterator<Item = &'p PathBuf>,
) -> Result<(), Failure> {
    match inputs.into_iter().filter(|path| is_standard(path)).count() {
        0 | 1 => Ok(()),
        _ => Err(Failure::new("- can be given once: it is standard input")),
    }
}

/// Puts the files of a folder in the folder's place, sorted by name. Hidden ones are left out. What
/// cannot be looked at is told, and the others go on.
pub(crate) fn expand(paths: &[PathBuf]) -> (Vec<Opened>, Exit) {
    let (mut files, mut exit) = (Vec::new(), Exit::Clean);
    for path in paths {
        if is_standard(path) || !path.is_dir() {
            files.push(Opened::new(path.clone()));
            continue;
        }
        let found = files_below(path, &mut files);
        exit = exit.max(found);
    }
    (files, exit)
}

fn files_below(folder: &Path, files: &mut Vec<Opened>) -> Exit {
    let (before, mut exit) = (files.len(), Exit::Clean);
    let walk = WalkDir::new(folder).sort_by_file_name().into_iter();
    for entry in walk.filter_entry(|entry| !is_hidden(entry)) {
        match entry {
            Ok(entry) if entry.path().is_file() => files.push(Opened::new(entry.into_path())),
            Ok(_) => {}
            Err(error) => exit = failed(&error.to_string()),
        }
    }
    if files.len() == before && exit == Exit::Clean {
        exit = failed(&format!("{}: no files in this folder", folder.display()));
    }
    exit
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.')
}

fn failed(message: &str) -> Exit {
    tell(format_args!("flagflow: {message}"));
    Exit::Failed
}
