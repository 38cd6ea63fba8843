//! Which files to read, and opening them.

use std::fs::File;
use std::io::{self, BufRead};
use std::path::{Path, PathBuf};

use flagflow::check::escape_path;
use flagflow::exchange::input::{from_reader, is_standard};

use crate::exit::{Exit, with_sources};
use crate::folder::{Folders, Found};
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

/// Puts the files of a folder in the folder's place, sorted by name. Hidden ones and reports of flagflow
/// are left out. What cannot be looked at is told, and the others go on.
pub(crate) fn expand(paths: &[PathBuf], folders: &Folders) -> (Vec<Opened>, Exit) {
    let (mut files, mut exit) = (Vec::new(), Exit::Clean);
    for path in paths {
        if is_standard(path) || !path.is_dir() {
            files.push(Opened::new(path.clone()));
            continue;
        }
        let found = files_below(path, folders, &mut files);
        exit = exit.max(found);
    }
    (files, exit)
}

fn files_below(folder: &Path, folders: &Folders, files: &mut Vec<Opened>) -> Exit {
    let (before, mut reports, mut exit) = (files.len(), 0_u64, Exit::Clean);
    for found in folders.below(folder) {
        match found {
            Found::File(path) => files.push(Opened::new(path)),
            Found::OwnReport => reports += 1,
            Found::Unreadable(why) => exit = failed(&why),
        }
    }
    let name = escape_path(folder);
    let left_out = match reports {
        0 => String::new(),
        _ => format!("reports of flagflow left out: {reports}"),
    };
    if files.len() == before && exit == Exit::Clean {
        let but = if reports == 0 { String::new() } else { format!(" ({left_out})") };
        exit = failed(&format!("{name}: no files in this folder{but}"));
    } else if reports > 0 {
        tell(format_args!("{name}: {left_out}"));
    }
    exit
}

fn failed(message: &str) -> Exit {
    tell(format_args!("flagflow: {message}"));
    Exit::Failed
}
