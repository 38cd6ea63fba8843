//! `flagflow status`: the rules of the flag, from events at smart meters to the files of pending
//! notices.

mod answers;
mod compare;
mod flags;
mod history;
mod owed;
mod refused;
mod run;
mod switch;
mod table;
mod take;
mod why;

use std::io::{self, Write};
use std::path::Path;

use clap::Subcommand;
use flagflow::register::{Notifications, Sqlite};
use flagflow::status::{Happened, Replay, RuleSet};

use self::refused::RefusedArgs;
use super::register::in_state;
use crate::exit::{Exit, Failure};
use crate::files::Files;

/// Apply the rules of the flag to events at smart meters, and notify providers of changes
#[derive(Subcommand)]
pub(crate) enum StatusCommand {
    Table(table::Args),
    Flags(flags::Args),
    Extract(flags::ExtractArgs),
    Why(why::Args),
    Compare(compare::Args),
    Take(take::Args),
    Switch(switch::Args),
    Owed(owed::Args),
    Run(Box<run::Args>),
    Answers(answers::Args),
    History(history::Args),
}

pub(crate) fn run(command: &StatusCommand, files: &Files) -> Result<Exit, Failure> {
    match command {
        StatusCommand::Table(args) => table::run(args),
        StatusCommand::Flags(args) => flags::run(args, files),
        StatusCommand::Extract(args) => flags::extract(args, files),
        StatusCommand::Why(args) => why::run(args, files),
        StatusCommand::Compare(args) => compare::run(args, files),
        StatusCommand::Take(args) => take::run(args, files),
        StatusCommand::Switch(args) => switch::run(args),
        StatusCommand::Owed(args) => owed::run(args),
        StatusCommand::Run(args) => run::run(args, files),
        StatusCommand::Answers(args) => answers::run(args),
        StatusCommand::History(args) => history::run(args),
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
fn lines(
    write: impl FnOnce(&mut io::BufWriter<io::StdoutLock<'_>>) -> Result<Exit, Failure>,
) -> Result<Exit, Failure> {
    let mut output = io::BufWriter::new(io::stdout().lock());
    let written = write(&mut output);
    let written = written.and_then(|exit| output.flush().map(|()| exit).map_err(Failure::output));
    // after an error, dropping the buffer must not write again
    let _ = output.into_parts();
    written
}

/// Opens the notifications of a register.
fn open(
    path: &Path,
    sqlite: Sqlite,
    rules: Option<RuleSet>,
) -> Result<Notifications<Sqlite>, Failure> {
    Notifications::open(sqlite, rules).map_err(|error| in_state(path, &error))
}

/// Opens the notifications of an existing register.
fn open_old(path: &Path) -> Result<Notifications<Sqlite>, Failure> {
    let sqlite = Sqlite::open(path).map_err(|error| in_state(path, &error))?;
    open(path, sqlite, None)
}
