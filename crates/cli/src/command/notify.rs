//! `flagflow notify`: the notices of changed flags, from events at smart meters to the files for
//! providers.

mod add;
mod answers;
mod history;
mod pending;
mod run;
mod switch;
mod unconfirmed;

use std::collections::BTreeMap;
use std::path::Path;

use clap::Subcommand;
use flagflow::Distributor;
use flagflow::register::{Notifications, Sqlite};
use flagflow::status::RuleSet;

use super::register::in_state;
use super::status::lines;
use crate::exit::{Exit, Failure};
use crate::files::Files;

/// Notify providers of the changes that follow from events at smart meters
#[derive(Subcommand)]
pub(crate) enum NotifyCommand {
    Add(add::Args),
    Switch(switch::Args),
    Pending(pending::Args),
    Run(Box<run::Args>),
    Answers(answers::Args),
    Unconfirmed(unconfirmed::Args),
    History(history::Args),
}

pub(crate) fn run(command: &NotifyCommand, files: &Files) -> Result<Exit, Failure> {
    match command {
        NotifyCommand::Add(args) => add::run(args, files),
        NotifyCommand::Switch(args) => switch::run(args),
        NotifyCommand::Pending(args) => pending::run(args),
        NotifyCommand::Run(args) => run::run(args, files),
        NotifyCommand::Answers(args) => answers::run(args),
        NotifyCommand::Unconfirmed(args) => unconfirmed::run(args),
        NotifyCommand::History(args) => history::run(args),
    }
}

/// Participants of distributors.
#[derive(clap::Args)]
struct ParticipantArgs {
    /// The participant of a distributor, such as 24=INDX: for those of independent networks, which
    /// are not built in
    #[arg(long, value_name = "ID=MPID", value_parser = participant)]
    participant: Vec<(Distributor, String)>,
}

impl ParticipantArgs {
    fn map(&self) -> BTreeMap<Distributor, String> {
        self.participant.iter().cloned().collect()
    }
}

fn participant(text: &str) -> Result<(Distributor, String), String> {
    let (id, participant) =
        text.split_once('=').ok_or("expected a distributor's id, = and its participant")?;
    let distributor = id.parse().ok().and_then(Distributor::new);
    Ok((distributor.ok_or("the id has two digits")?, participant.to_owned()))
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
