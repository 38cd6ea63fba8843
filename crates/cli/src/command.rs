//! The subcommands, one module each.

mod answer;
mod apply;
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
mod profile;
mod register;
mod roundtrip;
mod rules;
mod status;
mod summary;
mod watch;

use clap::Subcommand;

use crate::exit::{Exit, Failure};

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
    Apply(Box<apply::Args>),
    /// What a register that `flagflow apply` keeps knows.
    #[command(subcommand)]
    Register(register::Command),
    /// The rules by which a flag follows from events at smart meters, and what is owed of it.
    #[command(subcommand)]
    Status(Box<status::Command>),
    Roundtrip(roundtrip::Args),
    Generate(Box<generate::Args>),
    /// Show the built-in profiles of the electricity flows, or check one of your own.
    #[command(subcommand)]
    Profile(profile::Command),
    Rules(rules::Args),
    Explain(explain::Args),
    Completions(completions::Args),
    Man(man::Args),
}

impl Command {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        match self {
            Self::Check(args) => check::run(&args),
            Self::Summary(args) => summary::run(&args),
            Self::Watch(args) => watch::run(&args),
            Self::Answer(args) => answer::run(&args),
            Self::Convert(args) => convert::run(*args),
            Self::Diff(args) => diff::run(&args),
            Self::Fix(args) => fix::run(&args),
            Self::Merge(args) => merge::run(&args),
            Self::Apply(args) => apply::run(&args),
            Self::Register(command) => register::run(&command),
            Self::Status(command) => status::run(&command),
            Self::Roundtrip(args) => roundtrip::run(args),
            Self::Generate(args) => generate::run(*args),
            Self::Profile(command) => profile::run(&command),
            Self::Rules(args) => rules::run(&args),
            Self::Explain(args) => explain::run(&args),
            Self::Completions(args) => completions::run(&args),
            Self::Man(args) => man::run(&args),
        }
    }
}
