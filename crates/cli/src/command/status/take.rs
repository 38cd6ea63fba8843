//! `flagflow status take`: events into a register.

use std::path::PathBuf;

use flagflow::exchange::input;
use flagflow::register::{Notifications, Sqlite};
use flagflow::status::{EventLine, EventReader, ReplayError, RuleSet};

use super::super::register::in_state;
use super::Mistakes;
use crate::exit::{Exit, Failure};
use crate::options::any_case;

/// How many events go into the register at once.
const BATCH: usize = 10_000;

/// Keep events in a register, from which flags and what is owed follow
///
/// STATE is a file, and is made where it is not there; `flagflow apply` may use the same. Events are kept
/// in the order of the file, 10,000 at a time, each time all or none; those that were taken before are
/// refused the second time. Lines that are no event, and events that cannot happen, are told on standard
/// error and change nothing.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The register, a file of its own
    #[arg(value_name = "STATE")]
    state: PathBuf,

    /// Events, JSON lines or csv, compressed or not; `-` is standard input
    #[arg(value_name = "EVENTS")]
    events: PathBuf,

    /// The rule set by which flags follow, for a register that has none; it stays the register's
    #[arg(long, value_name = "SET", value_parser = any_case::<RuleSet>)]
    rules: Option<RuleSet>,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let events = input::open(&args.events)?;
    let sqlite =
        Sqlite::open_or_create(&args.state).map_err(|error| in_state(&args.state, &error))?;
    let mut register = super::open(&args.state, sqlite, args.rules)?;
    let (mut batch, mut mistakes) = (Vec::with_capacity(BATCH), Mistakes::default());
    for read in EventReader::new(events) {
        match read {
            Ok(read) => batch.push(read),
            Err(error) => mistakes.add(&args.events, error.into())?,
        }
        if batch.len() == BATCH {
            take(args, &mut register, &mut batch, &mut mistakes)?;
        }
    }
    take(args, &mut register, &mut batch, &mut mistakes)?;
    Ok(mistakes.end(&args.events))
}

fn take(
    args: &Args,
    register: &mut Notifications<Sqlite>,
    batch: &mut Vec<EventLine>,
    mistakes: &mut Mistakes,
) -> Result<(), Failure> {
    let events: Vec<_> = batch.iter().map(|read| read.event).collect();
    let taken = register.take(&events).map_err(|error| in_state(&args.state, &error))?;
    for (place, refusal) in taken.refused {
        let EventLine { line, offset, .. } = batch[place];
        mistakes.add(&args.events, ReplayError::Refused { line, offset, refusal })?;
    }
    batch.clear();
    Ok(())
}
