//! `flagflow roundtrip`: reads a file, writes it again, and compares every byte.

use std::io::{self, Write};
use std::path::PathBuf;

use flagflow::check::escape;
use flagflow::check::render::amount;
use flagflow::exchange::roundtrip::{ByteDifference, RoundTrip, roundtrip_by};
use flagflow::files::Source;

use crate::exit::{Exit, Failure};
use crate::input::name_of;
use crate::options::ProfileArgs;

/// Read a file, write it again, and compare every byte
///
/// The file is written again in its own layout, line ending and envelope, and the copy is not kept.
/// The first difference is printed.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The file, compressed or not; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Hide the bytes that differ, which may identify a meter point
    #[arg(long)]
    mask: bool,

    #[command(flatten)]
    profile: ProfileArgs,
}

pub(crate) fn run(args: Args) -> Result<Exit, Failure> {
    let Args { file, mask, profile } = args;
    let profile = profile.read()?;
    let source = Source::open(&file)?;
    let result = roundtrip_by(profile.as_ref(), source.read()?, source.read()?)
        .map_err(|error| error.of_input(&name_of(&file)))?;
    // a difference is found before the end of the file
    source.expect_unchanged()?;
    let mut out = io::stdout().lock();
    let (text, exit) = match result {
        RoundTrip::Same { bytes, records } => {
            let (bytes, records) = (amount(bytes, "byte"), amount(records, "record"));
            (format!("same: {bytes}, {records}\n"), Exit::Clean)
        }
        RoundTrip::Different(difference) => (describe(&difference, mask), Exit::Findings),
    };
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(exit),
    }
}

fn describe(difference: &ByteDifference, mask: bool) -> String {
    let place = format!("different: {}: {}\n", difference.position, difference.why);
    if mask || (difference.found.is_empty() && difference.expected.is_empty()) {
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
