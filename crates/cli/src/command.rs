//! The subcommands, one module each.

mod answer;
mod check;
mod completions;
mod convert;
mod diff;
mod explain;
mod fix;
mod generate;
pub(crate) mod header;
mod man;
mod merge;
mod notify;
mod profile;
mod refused;
mod register;
mod roundtrip;
mod rules;
mod schema;
mod status;
mod summary;
mod watch;

use clap::Subcommand;

use crate::exit::{Exit, Failure};
use crate::files::Files;

/// Commands that were renamed, with their names now.
const RENAMED: [(&str, &str); 8] = [
    ("apply", "register apply"),
    ("status extract", "status flags --flag A"),
    ("status take", "notify add"),
    ("status switch", "notify switch"),
    ("status owed", "notify pending"),
    ("status run", "notify run"),
    ("status answers", "notify answers"),
    ("status history", "notify history"),
];

/// Returns the message for arguments that begin with the old name of a command.
pub(crate) fn renamed(arguments: &[&str]) -> Option<String> {
    let is_called = |(old, _): &&(&str, &str)| {
        let words: Vec<_> = old.split(' ').collect();
        arguments.starts_with(&words)
    };
    let (old, new) = RENAMED.iter().find(is_called)?;
    Some(format!("the command \"{old}\" is now \"{new}\""))
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Check(Box<check::Args>),
    Summary(Box<summary::Args>),
    Watch(Box<watch::Args>),
    Answer(Box<answer::Args>),
    Convert(Box<convert::Args>),
    Diff(Box<diff::Args>),
    Fix(Box<fix::Args>),
    Merge(Box<merge::Args>),
    /// Keep the flag of each meter point in a register.
    #[command(subcommand)]
    Register(register::RegisterCommand),
    /// Apply the rules of the flag to events at smart meters.
    #[command(subcommand)]
    Status(Box<status::StatusCommand>),
    /// Notify providers of the changes that follow from events at smart meters.
    #[command(subcommand)]
    Notify(Box<notify::NotifyCommand>),
    Roundtrip(roundtrip::Args),
    Generate(Box<generate::Args>),
    /// Show the built-in profiles of the electricity flows, or check your own.
    #[command(subcommand)]
    Profile(profile::ProfileCommand),
    Rules(rules::Args),
    Explain(explain::Args),
    Schema(schema::Args),
    Completions(completions::Args),
    Man(man::Args),
}

impl Command {
    pub(crate) fn run(self, files: &Files) -> Result<Exit, Failure> {
        match self {
            Self::Check(args) => check::run(&args, files),
            Self::Summary(args) => summary::run(&args, files),
            Self::Watch(args) => watch::run(&args, files),
            Self::Answer(args) => answer::run(&args, files),
            Self::Convert(args) => convert::run(*args, files),
            Self::Diff(args) => diff::run(&args, files),
            Self::Fix(args) => fix::run(&args, files),
            Self::Merge(args) => merge::run(&args, files),
            Self::Register(command) => register::run(&command, files),
            Self::Status(command) => status::run(&command, files),
            Self::Notify(command) => notify::run(&command, files),
            Self::Roundtrip(args) => roundtrip::run(args),
            Self::Generate(args) => generate::run(*args, files),
            Self::Profile(command) => profile::run(&command),
            Self::Rules(args) => rules::run(&args),
            Self::Explain(args) => explain::run(&args),
            Self::Schema(args) => schema::run(&args),
            Self::Completions(args) => completions::run(&args),
            Self::Man(args) => man::run(&args),
        }
    }
}
