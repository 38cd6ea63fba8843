//! Finds and opens the files to read.

use std::io::BufRead;
use std::path::{Path, PathBuf};

use flagflow::check::escape_path;
use flagflow::files::Error;
use flagflow::files::input::{is_standard, open_watched};

use crate::exit::{Exit, with_sources};
use crate::folder::{FolderEntry, Folders};
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

    /// Opens the file, plain or compressed, with a progress bar.
    pub(crate) fn open(&self, quiet: bool) -> Result<Box<dyn BufRead + Send>, String> {
        let watched = |reader, length| Watched::new(reader, progress(length), quiet);
        open_watched(&self.path, watched).map_err(|error| cause(&error))
    }
}

/// Returns the cause of a failure to open a file, without the file's name.
pub(crate) fn cause(error: &Error) -> String {
    error.io_error().map_or_else(|| with_sources(error), ToString::to_string)
}

/// Returns the name of an input in messages.
pub(crate) fn name_of(path: &Path) -> String {
    if is_standard(path) { "standard input".to_owned() } else { escape_path(path) }
}

/// Replaces each folder by its files, sorted by name. Hidden files and reports of flagflow are left
/// out. Unreadable entries are reported, and the others are used.
pub(crate) fn expand(paths: &[PathBuf], folders: &Folders) -> (Vec<Opened>, Exit) {
    let mut exit = Exit::Clean;
    let files = found(paths, folders, &mut |said| match said {
        FolderMessage::LeftOut(message) => tell(format_args!("{message}")),
        FolderMessage::Unreadable(message) => {
            tell(format_args!("flagflow: {message}"));
            exit = Exit::Failed;
        }
    });
    (files, exit)
}

/// A message about a folder.
pub(crate) enum FolderMessage {
    /// Reports of flagflow are left out.
    LeftOut(String),
    /// An entry is unreadable, or there are no files to read.
    Unreadable(String),
}

/// Expands folders, passing messages to a callback.
pub(crate) fn found(
    paths: &[PathBuf],
    folders: &Folders,
    say: &mut dyn FnMut(FolderMessage),
) -> Vec<Opened> {
    let mut files = Vec::new();
    for path in paths {
        match is_standard(path) || !path.is_dir() {
            true => files.push(Opened::new(path.clone())),
            false => files_below(path, folders, &mut files, say),
        }
    }
    files
}

fn files_below(
    folder: &Path,
    folders: &Folders,
    files: &mut Vec<Opened>,
    say: &mut dyn FnMut(FolderMessage),
) {
    let (before, mut reports, mut is_whole) = (files.len(), 0_u64, true);
    for found in folders.below(folder) {
        match found {
            FolderEntry::File(path) => files.push(Opened::new(path)),
            FolderEntry::OwnReport => reports += 1,
            FolderEntry::Unreadable(why) => {
                is_whole = false;
                say(FolderMessage::Unreadable(why));
            }
        }
    }
    let name = escape_path(folder);
    let left_out = match reports {
        0 => String::new(),
        _ => format!("reports of flagflow left out: {reports}"),
    };
    if files.len() == before && is_whole {
        let but = if reports == 0 { String::new() } else { format!(" ({left_out})") };
        say(FolderMessage::Unreadable(format!("{name}: no files in this folder{but}")));
    } else if reports > 0 {
        say(FolderMessage::LeftOut(format!("{name}: {left_out}")));
    }
}
