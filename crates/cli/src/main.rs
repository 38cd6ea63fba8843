//! The command `flagflow`.

#![deny(clippy::disallowed_methods)]

mod age;
mod command;
mod exit;
mod files;
mod finding_table;
mod folder;
mod input;
mod jobs;
mod judgement;
mod options;
mod policy;
mod quarantine;
mod reading;
mod reports;
mod sequence;
mod signal;
mod standard;
mod terminal;

use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;
use std::process::{self, ExitCode};

use clap::error::ErrorKind;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser};

use flagflow::check::escape_path;

use crate::command::Command;
use crate::exit::{Exit, Failure};
use crate::files::Files;
use crate::terminal::tell;

/// Checks, converts and explains the DCC's Service Flag files: gas E45 with its answers E46, and
/// electricity D0350 with its rejections D0351.
#[derive(Parser)]
#[command(name = "flagflow", version, max_term_width = 100, after_help = exit::HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// Returns the command line, with the exit codes of each command.
pub(crate) fn command_line() -> clap::Command {
    any_case(exit::explain(Cli::command()))
}

/// Makes the values of options with a fixed set of values case-insensitive.
fn any_case(command: clap::Command) -> clap::Command {
    let command = command.mut_args(|argument| {
        let takes_values = argument.get_action().takes_values();
        argument.ignore_case(takes_values)
    });
    command.mut_subcommands(any_case)
}

fn main() -> ExitCode {
    signal::let_large_writes_fail();
    let ended = standard::expect_open().and_then(|()| run());
    if standard::was_closed() && ended.is_err() {
        tell(format_args!("flagflow: standard output was closed before the command began"));
    }
    match ended {
        Ok(exit) => exit.into(),
        Err(failure) => failure.report(),
    }
}

fn run() -> Result<Exit, Failure> {
    let (command, matches) = command()?;
    run_guarded(command, &matches)
}

/// Runs a command after checking that its files are distinct.
fn run_guarded(command: Command, matches: &ArgMatches) -> Result<Exit, Failure> {
    command.run(&Files::named_in(matches)?)
}

/// Returns the command of the arguments, and the arguments. Prints requested help or version, and
/// ends the process.
fn command() -> Result<(Command, ArgMatches), Failure> {
    parsed(wild::args_os()).or_else(|answer| {
        if answer.kind() == ErrorKind::InvalidSubcommand
            && let Some(message) = renamed()
        {
            return Err(Failure::new(message));
        }
        let answer = if answer.use_stderr() { printable(answer) } else { answer };
        match answer.print().and_then(|()| io::stdout().flush()) {
            Err(error) if !answer.use_stderr() => return Err(Failure::output(error)),
            _ => {}
        }
        process::exit(answer.exit_code())
    })
}

/// Returns the message for a command line with the old name of a command.
fn renamed() -> Option<String> {
    let words: Vec<_> = wild::args_os().skip(1).collect();
    let words = words.iter().map(|word| word.to_str().unwrap_or_default());
    let words: Vec<_> = words.skip_while(|word| *word == "help").collect();
    command::renamed(&words)
}

/// Parses arguments, the first of which is the name of the program.
fn parsed(
    arguments: impl IntoIterator<Item = OsString>,
) -> clap::error::Result<(Command, ArgMatches)> {
    let found = command_line().try_get_matches_from(arguments)?;
    Ok((Cli::from_arg_matches(&found)?.command, found))
}

/// Formats an error in the arguments with printable values: clap prints values unchanged.
fn printable(error: clap::Error) -> clap::Error {
    let arguments: Vec<_> =
        env::args_os().map(|argument| escape_path(Path::new(&argument))).collect();
    if env::args_os().eq(arguments.iter().map(OsString::from)) {
        return error;
    }
    let again = command_line().try_get_matches_from(arguments);
    // clap's text for a printable value contains no raw value
    again.err().unwrap_or_else(|| clap::Error::new(error.kind()).with_cmd(&command_line()))
}
