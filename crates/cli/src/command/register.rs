//! `flagflow register`: applies files of updates to a register, and reads it.

mod apply;
mod backup;
mod check;
mod export;
mod files;
mod history;
mod query;
mod vacuum;

use std::collections::HashMap;
use std::io;
use std::path::Path;

use clap::Subcommand;
use flagflow::check::escape_path;
use flagflow::register::{Error, ErrorKind, FileId, Result, Sqlite, Store};

use crate::exit::{Exit, Failure, below_name};
use crate::files::Files;

/// Keep the flag of each meter point in a register
#[derive(Subcommand)]
pub(crate) enum RegisterCommand {
    Apply(Box<apply::Args>),
    Query(query::Args),
    History(history::Args),
    Export(Box<export::Args>),
    Files(files::Args),
    Check(check::Args),
    Backup(backup::Args),
    Vacuum(vacuum::Args),
}

pub(crate) fn run(command: &RegisterCommand, files: &Files) -> Result<Exit, Failure> {
    match command {
        RegisterCommand::Apply(args) => apply::run(args, files),
        RegisterCommand::Query(args) => query::run(args),
        RegisterCommand::History(args) => history::run(args),
        RegisterCommand::Export(args) => export::run(args, files),
        RegisterCommand::Files(args) => files::run(args),
        RegisterCommand::Check(args) => check::run(args),
        RegisterCommand::Backup(args) => backup::run(args, files),
        RegisterCommand::Vacuum(args) => vacuum::run(args),
    }
}

/// Output format.
#[derive(Clone, Copy, Default, clap::ValueEnum)]
pub(crate) enum RegisterFormat {
    /// Text
    #[default]
    Text,
    /// One JSON object a line
    Json,
}

fn open(path: &Path) -> Result<Sqlite, Failure> {
    Sqlite::open(path).map_err(|error| in_state(path, &error))
}

/// Returns an error of a register as a failure with the register's name.
pub(crate) fn in_state(path: &Path, error: &Error) -> Failure {
    named(&escape_path(path), error)
}

/// Returns an error of a file as a failure with the file's name once.
pub(crate) fn named(name: &str, error: &Error) -> Failure {
    Failure::new(format!("{name}: {}", below_name(name, error)))
}

/// Returns the names of the applied files.
fn names(register: &Sqlite) -> Result<HashMap<FileId, String>> {
    let mut names = HashMap::new();
    register.files(&mut |file| {
        names.insert(file.id, file.name);
        Ok(())
    })?;
    Ok(names)
}

/// Writes a line to standard output.
fn say(output: &mut impl io::Write, line: &str) -> Result<()> {
    writeln!(output, "{line}").map_err(|error| unsaid().because(error))
}

fn unsaid() -> Error {
    Error::new(ErrorKind::Output, "standard output")
}

/// Returns the outcome of a command; the reader of standard output may stop.
fn ended(path: &Path, result: Result<Exit>) -> Result<Exit, Failure> {
    match result {
        Err(error) if error.is_closed_pipe() => Ok(Exit::Clean),
        Err(error) => Err(in_state(path, &error)),
        Ok(exit) => Ok(exit),
    }
}

/// Writes lines to standard output, and returns the outcome.
fn lines(
    path: &Path,
    write: impl FnOnce(&mut io::BufWriter<io::StdoutLock<'_>>) -> Result<Exit>,
) -> Result<Exit, Failure> {
    let mut output = io::BufWriter::new(io::stdout().lock());
    let written = write(&mut output).and_then(|exit| {
        io::Write::flush(&mut output).map_err(|error| unsaid().because(error))?;
        Ok(exit)
    });
    // after an error, dropping the buffer must not write again
    let _ = output.into_parts();
    ended(path, written)
}
