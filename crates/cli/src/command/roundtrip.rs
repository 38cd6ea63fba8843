//! `flagflow roundtrip`: reads a file, writes it again, and compares every byte.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use flagflow::check::escape;
use flagflow::exchange::ErrorKind;
use flagflow::exchange::input::{self, Input};
use flagflow::exchange::roundtrip::{Difference, RoundTrip, roundtrip_by};

use crate::exit::{Exit, Failure, in_file};
use crate::options::ProfileArgs;

/// Read a file, write it again, and compare every byte
///
/// The file is written again in the layout, with the line end and the envelope that it has, and
/// nothing of it is kept. The exit code is 0 if every byte is the same, 1 if not, with the first
/// place that differs, and 2 if it could not be read.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The file, compressed or not; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Leave the bytes that differ out of what is printed: they may identify a meter point
    #[arg(long)]
    mask: bool,

    #[command(flatten)]
    profile: ProfileArgs,
}

pub(crate) fn run(args: Args) -> Result<Exit, Failure> {
    let Args { file, mask, profile } = args;
    let profile = profile.read()?;
    let (first, again) = open_twice(&file)?;
    let result = roundtrip_by(profile.as_ref(), first, again);
    let result = result.map_err(|error| match error.kind() {
        ErrorKind::Unrecognised => in_file(&file)(error),
        // reading names its file
        _ => error.into(),
    })?;
    let mut out = io::stdout().lock();
    let (text, exit) = match result {
        RoundTrip::Same { bytes, records } => {
            (format!("same: {bytes} bytes, {records} records\n"), Exit::Clean)
        }
        RoundTrip::Different(difference) => (describe(&difference, mask), Exit::Findings),
    };
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(exit),
    }
}

/// The same bytes twice. What cannot be opened twice is put into a temporary file.
fn open_twice(path: &Path) -> Result<(Input, Input), Failure> {
    if !input::is_standard(path) && path.is_file() {
        return Ok((input::open(path)?, input::open(path)?));
    }
    let spool = tempfile::NamedTempFile::new()?;
    let mut writer = spool.as_file();
    io::copy(&mut input::open(path)?, &mut writer)?;
    Ok((reopened(&spool)?, reopened(&spool)?))
}

fn reopened(spool: &tempfile::NamedTempFile) -> Result<Input, Failure> {
    let mut file: File = spool.reopen()?;
    file.rewind()?;
    Ok(input::from_reader(file, "temporary file")?)
}

fn describe(difference: &Difference, mask: bool) -> String {
    let place = format!("different: {}: {}\n", difference.position, difference.why);
    if mask {
        return place;
    }
    let (found, expected) = (shown(&difference.found), shown(&difference.expected));
    format!("{place}  in the file:   {found}\n  written again: {expected}\n")
}

fn shown(bytes: &[u8]) -> String {
    match bytes {
        [] => "nothing".to_owned(),
        _ => format!("`{}`", escape(bytes)),
    }
}
