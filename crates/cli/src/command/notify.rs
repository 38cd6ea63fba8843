//! `flagflow notify`: the notices of changed flags, from events at smart meters to the files for
//! providers.

mod add;
mod answers;
mod history;
mod pending;
mod run;
mod switch;

use std::path::Path;

use clap::Subcommand;
use flagflow::register::{Notifications, Register};
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
    History(history::Args),
}

pub(crate) fn run(command: &NotifyCommand, files: &Files) -> Result<Exit, Failure> {
    match command {
        NotifyCommand::Add(args) => add::run(args, files),
        NotifyCommand::Switch(args) => switch::run(args),
        NotifyCommand::Pending(args) => pending::run(args),
        NotifyCommand::Run(args) => run::run(args, files),
        NotifyCommand::Answers(args) => answers::run(args),
        NotifyCommand::History(args) => history::run(args),
    }
}

/// The notifications of a file or a database.
type AnyNotifications = Notifications<Box<dyn Register>>;

/// Opens the notifications of a register.
fn open(
    path: &Path,
    register: Box<dyn Register>,
    rules: Option<RuleSet>,
) -> Result<AnyNotifications, Failure> {
    Notifications::open(register, rules).map_err(|error| in_state(path, &error))
}

/// Opens the notifications of an existing register.
fn open_old(path: &Path) -> Result<AnyNotifications, Failure> {
    open(path, super::register::open(path)?, None)
}
