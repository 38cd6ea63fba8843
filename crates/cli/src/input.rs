//! Which files to read, and opening them.

use std::fs::File;
use std::io::{self, BufRead};
use std::path::{Path, PathBuf};

use flagflow::check::escape_path;
use flagflow::exchange::input::{from_reader, is_standard};
use walkdir::{DirEntry, WalkDir};

use crate::exit::{Exit, with_sources};
use crate::terminal::{Watched, progress, tell};

/// A file to read, and its name in printable form.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) path: PathBuf,
    pub(crate) name: String,
}

impl Opened {
    fn new(path: PathBuf) -> Self {
        let name = escape_path(&path);
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
            Err(error) => exit = failed(&unwalked(folder, &error)),
        }
    }
    if files.len() == before && exit == Exit::Clean {
        exit = failed(&format!("{}: no files in this folder", escape_path(folder)));
    }
    exit
}

/// The message for what cannot be looked at below a folder.
fn unwalked(folder: &Path, error: &walkdir::Error) -> String {
    let path = escape_path(error.path().unwrap_or(folder));
    match error.io_error() {
        Some(cause) => format!("{path}: {cause}"),
        None => format!("{path}: a link that leads to a folder above it"),
    }
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.')
}

fn failed(message: &str) -> Exit {
    tell(format_args!("flagflow: {message}"));
    Exit::Failed
}
