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
use flagflow::register::{Error, ErrorKind, FileId, Register, Result, Sqlite, Store};

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

/// Opens an existing register: a file, or a database by its URL.
pub(crate) fn open(path: &Path) -> Result<Box<dyn Register>, Failure> {
    match url(path) {
        Some(url) => database(url, false),
        None => Sqlite::open(path).map(|register| Box::new(register) as _),
    }
    .map_err(|error| in_state(path, &error))
}

/// Opens a register, or creates one.
pub(crate) fn open_or_create(path: &Path) -> Result<Box<dyn Register>, Failure> {
    match url(path) {
        Some(url) => database(url, true),
        None => Sqlite::open_or_create(path).map(|register| Box::new(register) as _),
    }
    .map_err(|error| in_state(path, &error))
}

/// Opens an existing register that must be a file.
fn open_file(path: &Path, instead: &str) -> Result<Sqlite, Failure> {
    let opened = match url(path) {
        Some(_) => Err(Error::new(ErrorKind::Options, instead)),
        None => Sqlite::open(path),
    };
    opened.map_err(|error| in_state(path, &error))
}

/// Returns the URL of a register that is a database.
fn url(path: &Path) -> Option<&str> {
    let schemes = ["postgres://", "postgresql://"];
    path.to_str().filter(|path| schemes.iter().any(|scheme| path.starts_with(scheme)))
}

#[cfg(feature = "postgres")]
fn database(url: &str, create: bool) -> Result<Box<dyn Register>> {
    use flagflow::register::Postgres;
    let opened = if create { Postgres::open_or_create(url) } else { Postgres::open(url) };
    opened.map(|register| Box::new(register) as _)
}

#[cfg(not(feature = "postgres"))]
fn database(_: &str, _: bool) -> Result<Box<dyn Register>> {
    let what = "this flagflow has no PostgreSQL: build it with the feature postgres";
    Err(Error::new(ErrorKind::Options, what))
}

/// Returns the name of a register: the path of a file, or a URL without its password.
fn name_of(path: &Path) -> String {
    let name = escape_path(path);
    let parts = url(path).and(name.split_once("://"));
    let Some((scheme, (user, host))) =
        parts.and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?)))
    else {
        return name;
    };
    let user = user.split_once(':').map_or(user, |(user, _)| user);
    format!("{scheme}://{user}@{host}")
}

/// Returns an error of a register as a failure with the register's name.
pub(crate) fn in_state(path: &Path, error: &Error) -> Failure {
    named(&name_of(path), error)
}

/// Returns an error of a file as a failure with the file's name once.
pub(crate) fn named(name: &str, error: &Error) -> Failure {
    Failure::new(format!("{name}: {}", below_name(name, error)))
}

/// Returns the names of the applied files.
fn names(register: &dyn Store) -> Result<HashMap<FileId, String>> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_register_has_no_password() {
        for (path, name) in [
            ("flags.register", "flags.register"),
            ("a:b@c", "a:b@c"),
            ("postgres://host/flags", "postgres://host/flags"),
            ("postgres://ann@host:5432/flags", "postgres://ann@host:5432/flags"),
            ("postgresql://ann:p:w@host:5432/flags", "postgresql://ann@host:5432/flags"),
            ("postgres://ann:pw@host/flags", "postgres://ann@host/flags"),
        ] {
            assert_eq!(name_of(Path::new(path)), name);
        }
    }
}
