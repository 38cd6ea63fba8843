//! Which files to read, and opening them.

use std::io::BufRead;
use std::path::{Path, PathBuf};

use flagflow::check::escape_path;
use flagflow::exchange::Error;
use flagflow::exchange::input::{is_standard, open_watched};
use walkdir::{DirEntry, WalkDir};

use crate::exit::{Exit, with_sources};
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
        let watched = |reader, length| Watched::new(reader, progress(length), quiet);
        open_watched(&self.path, watched).map_err(|error| cause(&error))
    }
}

/// What kept a file from being opened; its name is told by who shows the message.
pub(crate) fn cause(error: &Error) -> String {
    error.io_error().map_or_else(|| with_sources(error), ToString::to_string)
}

/// The name of an input in messages.
pub(crate) fn name_of(path: &Path) -> String {
    if is_standard(path) { "standard input".to_owned() } else { escape_path(path) }
}

/// Puts the files of a folder in the folder's place, sorted by name. Hidden ones are left out. What
/// cannot be looked at is told, and the others go on.
pub(crate) fn expand(paths: &[PathBuf]) -> (Vec<Opened>, Exit) {
    let mut exit = Exit::Clean;
    let files = found(paths, &mut |message| exit = failed(message));
    (files, exit)
}

/// The same, where what cannot be looked at is given to a listener.
pub(crate) fn found(paths: &[PathBuf], wrong: &mut dyn FnMut(&str)) -> Vec<Opened> {
    let mut files = Vec::new();
    for path in paths {
        match is_standard(path) || !path.is_dir() {
            true => files.push(Opened::new(path.clone())),
            false => files_below(path, &mut files, wrong),
        }
    }
    files
}

fn files_below(folder: &Path, files: &mut Vec<Opened>, wrong: &mut dyn FnMut(&str)) {
    let (before, mut is_whole) = (files.len(), true);
    let walk = WalkDir::new(folder).sort_by_file_name().into_iter();
    for entry in walk.filter_entry(|entry| !is_hidden(entry)) {
        match entry {
            Ok(entry) if entry.path().is_file() => files.push(Opened::new(entry.into_path())),
            Ok(_) => {}
            Err(error) => {
                is_whole = false;
                wrong(&error.to_string());
            }
        }
    }
    if files.len() == before && is_whole {
        wrong(&format!("{}: no files in this folder", folder.display()));
    }
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.')
}

fn failed(message: &str) -> Exit {
    tell(format_args!("flagflow: {message}"));
    Exit::Failed
}
