//! `flagflow status`: the rules of the flag, from events at smart meters to the files that are owed.

mod answers;
mod compare;
mod flags;
mod owed;
mod run;
mod switch;
mod table;
mod take;
mod why;

use std::io::{self, Write};
use std::path::Path;

use clap::Subcommand;
use flagflow::exchange::input;
use flagflow::register::{Notifications, Sqlite};
use flagflow::status::{Happened, Replay, ReplayError, RuleSet};

use super::register::in_state;
use crate::exit::{Exit, Failure, in_file};
use crate::files::Files;
use crate::terminal::tell;

/// The rules by which a flag follows from events at smart meters, and what is owed of it
#[derive(Subcommand)]
pub(crate) enum Command {
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
}

pub(crate) fn run(command: &Command, files: &Files) -> Result<Exit, Failure> {
    match command {
        Command::Table(args) => table::run(args),
        Command::Flags(args) => flags::run(args),
        Command::Extract(args) => flags::extract(args),
        Command::Why(args) => why::run(args),
        Command::Compare(args) => compare::run(args),
        Command::Take(args) => take::run(args),
        Command::Switch(args) => switch::run(args),
        Command::Owed(args) => owed::run(args),
        Command::Run(args) => run::run(args, files),
        Command::Answers(args) => answers::run(args),
    }
}

/// How many mistakes are told one by one.
const MOST_TOLD: u64 = 100;

/// Mistakes in a file of events: told as they come, as long as a person may want to read them.
#[derive(Default)]
struct Mistakes(u64);

impl Mistakes {
    /// One more. What is no mistake of a line ends the reading.
    fn add(&mut self, path: &Path, error: ReplayError) -> Result<(), Failure> {
        if !error.is_in_one_line() {
            return Err(in_file(path)(error));
        }
        self.0 += 1;
        if self.0 <= MOST_TOLD {
            tell(format_args!("{}: {error}", path.display()));
        }
        Ok(())
    }

    /// Whether there were any, and how many were not told.
    fn end(&self, path: &Path) -> Exit {
        if let Some(more) = self.0.checked_sub(MOST_TOLD).filter(|more| *more > 0) {
            tell(format_args!("{}: and {more} more lines with mistakes", path.display()));
        }
        if self.0 == 0 { Exit::Clean } else { Exit::Findings }
    }
}

/// Gives each event of a file that happens to a listener, with its line; tells of the others.
fn replay(
    path: &Path,
    mut happens: impl FnMut(u64, &Happened) -> Result<(), Failure>,
) -> Result<Exit, Failure> {
    let mut mistakes = Mistakes::default();
    for replayed in Replay::new(input::open(path)?) {
        match replayed {
            Ok(replayed) => happens(replayed.line, &replayed.happened)?,
            Err(error) => mistakes.add(path, error)?,
        }
    }
    Ok(mistakes.end(path))
}

/// Writes lines to standard output, and what they come to.
fn lines(
    write: impl FnOnce(&mut io::BufWriter<io::StdoutLock<'_>>) -> Result<Exit, Failure>,
) -> Result<Exit, Failure> {
    let mut output = io::BufWriter::new(io::stdout().lock());
    let written = write(&mut output);
    let written = written.and_then(|exit| output.flush().map(|()| exit).map_err(Failure::output));
    // what could not be written is not tried again when this is dropped
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

/// The notifications of a register that is there.
fn open_old(path: &Path) -> Result<Notifications<Sqlite>, Failure> {
    let sqlite = Sqlite::open(path).map_err(|error| in_state(path, &error))?;
    open(path, sqlite, None)
}
