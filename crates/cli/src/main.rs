//! The command `flagflow`.

mod command;
mod exit;
mod input;
mod judgement;
mod options;
mod quarantine;
mod reading;
mod reports;
mod sequence;
mod terminal;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser};

use crate::command::Command;

/// Checks, converts and explains the files in which the DCC tells registration systems its service
/// flags: gas E45 with its answers E46, and electricity D0350 with its rejections D0351.
#[derive(Parser)]
#[command(name = "flagflow", version, max_term_width = 100, after_help = exit::HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// The command line, each command with its exit codes.
pub(crate) fn command_line() -> clap::Command {
    exit::explain(Cli::command())
}

fn main() -> ExitCode {
    let parsed = Cli::from_arg_matches(&command_line().get_matches());
    match parsed.unwrap_or_else(|error| error.exit()).command.run() {
        Ok(exit) => exit.into(),
        Err(failure) => failure.report(),
    }
}
