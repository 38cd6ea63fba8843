//! The command `flagflow` (a trial of three of its subcommands).
#![expect(clippy::print_stderr, reason = "a command speaks on standard error")]

mod command;
mod exit;

use std::process::ExitCode;

use clap::Parser;

use exit::{Exit, Failure};

#[derive(Parser)]
#[command(name = "flagflow", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Turn a file of one format into the same records in another
    Convert(command::convert::Args),
    /// Read a file, write it again, and compare every byte
    Roundtrip(command::roundtrip::Args),
    /// Make a file of any size from a seed, with known faults if wanted
    Generate(command::generate::Args),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Convert(args) => command::convert::run(args),
        Command::Roundtrip(args) => command::roundtrip::run(args),
        Command::Generate(args) => command::generate::run(args),
    };
    let exit = result.unwrap_or_else(|Failure(why)| {
        eprintln!("flagflow: {why}");
        Exit::Failed
    });
    ExitCode::from(exit.code())
}
