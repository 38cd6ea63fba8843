//! `flagflow status`: the rules of the flag as a calculator, from events at smart meters to flags.

mod compare;
mod flags;
mod table;
mod why;

use std::io::{self, Write};
use std::path::Path;

use clap::Subcommand;
use flagflow::status::{Happened, Replay};

use super::refused::RefusedArgs;
use crate::exit::{Exit, Failure};
use crate::files::Files;

/// Apply the rules of the flag to events at smart meters
#[derive(Subcommand)]
pub(crate) enum StatusCommand {
    Table(table::Args),
    Flags(flags::Args),
    Why(why::Args),
    Compare(compare::Args),
}

pub(crate) fn run(command: &StatusCommand, files: &Files) -> Result<Exit, Failure> {
    match command {
        StatusCommand::Table(args) => table::run(args),
        StatusCommand::Flags(args) => flags::run(args, files),
        StatusCommand::Why(args) => why::run(args, files),
        StatusCommand::Compare(args) => compare::run(args, files),
    }
}

/// Passes each valid event of a file to a callback, with its line; prints the others.
fn replay(
    path: &Path,
    refused: &RefusedArgs,
    files: &Files,
    mut happens: impl FnMut(u64, &Happened) -> Result<(), Failure>,
) -> Result<Exit, Failure> {
    let (events, mut refused) = refused.open(path, files)?;
    for replayed in Replay::new(events) {
        match replayed {
            Ok(replayed) => {
                refused.judge(replayed.line, &replayed.happened.event);
                happens(replayed.line, &replayed.happened)?;
            }
            Err(error) => refused.add(error)?,
        }
    }
    refused.end()
}

/// Writes lines to standard output, and returns the outcome.
pub(super) fn lines(
    write: impl FnOnce(&mut io::BufWriter<io::StdoutLock<'_>>) -> Result<Exit, Failure>,
) -> Result<Exit, Failure> {
    let mut output = io::BufWriter::new(io::stdout().lock());
    let written = write(&mut output);
    let written = written.and_then(|exit| output.flush().map(|()| exit).map_err(Failure::output));
    // after an error, dropping the buffer must not write again
    let _ = output.into_parts();
    written
}
