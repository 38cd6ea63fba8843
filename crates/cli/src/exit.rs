//! Exit codes, and the printing of failures.

use std::error::Error;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use flagflow::check::escape_path;
use flagflow::files::input::InputError;
pub(crate) use flagflow::files::{below_name, with_sources};

use crate::terminal::tell;

/// The meanings of a command's exit codes.
pub(crate) struct Meaning {
    /// The command, with its subcommand where it has any.
    pub(crate) command: &'static str,
    /// 0.
    clean: &'static str,
    /// 1, if possible.
    findings: Option<&'static str>,
    /// 2.
    failed: &'static str,
}

const fn meaning(
    command: &'static str,
    clean: &'static str,
    findings: Option<&'static str>,
    failed: &'static str,
) -> Meaning {
    Meaning { command, clean, findings, failed }
}

/// The exit codes of every command, for `docs/exit-codes.md` and the help of each command.
#[rustfmt::skip]
pub(crate) const MEANINGS: &[Meaning] = &[
    meaning(
        "check",
        "every file was read, and no finding is at or above --fail-on",
        Some("a finding is at or above --fail-on, or a reject limit was exceeded"),
        "a file could not be read or recognised, or a report could not be written",
    ),
    meaning("summary", "every file was read, with or without findings", None, "a file could not be read"),
    meaning(
        "watch",
        "with --once: every file was accepted; otherwise: a signal ended the watch",
        Some("with --once: a file was rejected or split"),
        "a file could not be handled, or the folder could not be watched",
    ),
    meaning(
        "answer",
        "every record was answered, accepted or refused",
        Some("a record could not be answered and is listed"),
        "the response could not be written",
    ),
    meaning(
        "convert",
        "every record was written",
        Some("the conversion was refused, or --skip-invalid left out records"),
        "the file could not be read or written",
    ),
    meaning(
        "roundtrip",
        "every byte is the same",
        Some("the file differs from what would be written"),
        "the file could not be read or recognised",
    ),
    meaning(
        "diff",
        "no meter point differs",
        Some("a meter point differs"),
        "a file could not be read, or not all of its records without --skip-invalid",
    ),
    meaning(
        "fix",
        "the result has no error, with or without fixes",
        Some("the result still has errors"),
        "the file could not be read, fixed or written",
    ),
    meaning(
        "merge",
        "the merged file was written and has no error",
        Some("a record is still bad, or the merged file has an error"),
        "the files could not be merged",
    ),
    meaning(
        "register apply",
        "every record of every file was applied, now or before",
        Some("a record was rejected or contradicts another, or --strict rejected a file"),
        "a file could not be read or contains answers instead of updates, or the register failed",
    ),
    meaning(
        "register query",
        "every meter point is known",
        Some("a meter point is unknown"),
        "the register could not be read",
    ),
    meaning(
        "register history",
        "the meter point is known",
        Some("the meter point is unknown"),
        "the register could not be read",
    ),
    meaning("register export", "the file was written", None, "the file could not be written"),
    meaning("register files", "the files were listed", None, "the register could not be read"),
    meaning(
        "register check",
        "the register is consistent",
        Some("the register is inconsistent"),
        "the register could not be read",
    ),
    meaning("register backup", "the copy was written", None, "the copy could not be written"),
    meaning("register vacuum", "the register was rewritten", None, "the register could not be rewritten"),
    meaning("status table", "the table was printed", None, "the table could not be printed"),
    meaning(
        "status flags",
        "every event happened",
        Some("a line is not an event, or its event cannot happen"),
        "the events could not be read",
    ),
    meaning(
        "status why",
        "the meter point has a flag",
        Some("the flag is null, or a line is not an event or its event cannot happen"),
        "the events could not be read",
    ),
    meaning(
        "status compare",
        "the rule sets give the same flags after every event",
        Some("the flags differ, or a line is not an event or its event cannot happen"),
        "the events could not be read",
    ),
    meaning(
        "notify add",
        "every event was added, now or before",
        Some("a line is not an event, or its event cannot happen, now or when the file was first added"),
        "the events could not be read, the list could not be written, or the register failed",
    ),
    meaning("notify switch", "the switches were shown or set", None, "the register failed"),
    meaning("notify pending", "no notice is pending", Some("a notice is pending"), "the register failed"),
    meaning(
        "notify run",
        "every pending notice that can be sent was written",
        Some("a notice is pending for a provider whose participant is not known"),
        "a file could not be written or would fail `flagflow check`, another file has its name, a mandatory item has no value, an update to be sent again was not rejected, or the register failed",
    ),
    meaning(
        "notify answers",
        "every rejected update was sent again, every answer was kept, and the counts agree",
        Some("a rejected update was not sent again, an answer cannot be read, is to an update or a file that was never sent, or is ambiguous, or a confirmation has other counts"),
        "a file could not be read or contains updates, or the register failed",
    ),
    meaning(
        "notify unconfirmed",
        "every file has a confirmation, or is not old enough",
        Some("a file has no confirmation"),
        "the register could not be read",
    ),
    meaning(
        "notify history",
        "the meter point has or had a flag",
        Some("the meter point never had a flag"),
        "the register could not be read",
    ),
    meaning("generate", "the file was written", None, "the file could not be generated or written"),
    meaning("profile show", "the profile was printed", None, "the profile could not be printed"),
    meaning("profile check", "every profile is valid", None, "a profile is not valid"),
    meaning("rules", "the rules were printed", None, "the rules could not be printed"),
    meaning("schema", "the schema was printed", None, "the schema could not be printed"),
    meaning("explain", "every name was explained", None, "a name is unknown"),
    meaning("completions", "the script was printed", None, "the shell is unknown, or SHELL is not set to a known one"),
    meaning("man", "the page was printed", None, "the command is unknown"),
];

/// Text that applies to every command.
pub(crate) const HELP: &str = "\
Exit status:
  0  the command succeeded, without findings
  1  there are findings; see the help of each command
  2  an input or the command failed; this takes precedence over 1
A closed pipe ends a command with 0 and no message; a full disk or a closed standard output is 2.";

impl Meaning {
    /// Formats the exit codes for the help of the command.
    fn help(&self) -> String {
        let mut help = format!("Exit status:\n  0  {}\n", self.clean);
        if let Some(findings) = self.findings {
            help.push_str(&format!("  1  {findings}\n"));
        }
        help + &format!("  2  {}", self.failed)
    }
}

/// Adds the exit codes to the help of every command.
pub(crate) fn explain(command: clap::Command) -> clap::Command {
    MEANINGS.iter().fold(command, |command, meaning| {
        let path: Vec<&str> = meaning.command.split(' ').collect();
        at(command, &path, |command| command.after_help(meaning.help()))
    })
}

/// Changes a command below another.
fn at(
    command: clap::Command,
    path: &[&str],
    change: impl FnOnce(clap::Command) -> clap::Command,
) -> clap::Command {
    match path.split_first() {
        None => change(command),
        // an unknown name is ignored, because clap would add it
        Some((name, _)) if command.find_subcommand(name).is_none() => command,
        Some((name, rest)) => command.mut_subcommand(name, |command| {
            let change: Box<dyn FnOnce(clap::Command) -> clap::Command> = Box::new(change);
            at(command, rest, change)
        }),
    }
}

/// The outcome of a command. The more severe of two wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// 0: everything is done, without findings.
    Clean,
    /// 1: there are findings.
    Findings,
    /// 2: an input or the command failed.
    Failed,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// A failure of a command: a message for standard error.
#[derive(Debug)]
pub(crate) enum Failure {
    /// An error.
    Message(String),
    /// The reader of the output stopped reading, which is not an error.
    ClosedPipe,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self::Message(message.into())
    }

    /// Returns the failure for an error of writing to standard output.
    #[expect(clippy::needless_pass_by_value, reason = "for map_err")]
    pub(crate) fn output(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ClosedPipe,
            _ => Self::Message(format!("standard output: {error}")),
        }
    }

    /// Prints the failure on standard error.
    pub(crate) fn tell(&self) {
        if let Self::Message(message) = self {
            tell(format_args!("flagflow: {message}"));
        }
    }

    /// Prints the failure, and returns the outcome.
    pub(crate) fn report(self) -> ExitCode {
        self.tell();
        match self {
            Self::ClosedPipe => Exit::Clean.into(),
            Self::Message(_) => Exit::Failed.into(),
        }
    }
}

impl<E: Error + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Message(match InputError::behind(&error) {
            Some(input) => format!("{}: {}", input.name(), below_name(input.name(), &error)),
            None => with_sources(&error),
        })
    }
}

/// Returns a failure with the name of its file.
pub(crate) fn in_file<E: Error + 'static>(path: &Path) -> impl Fn(E) -> Failure + '_ {
    move |error| {
        let name = escape_path(path);
        Failure::new(format!("{name}: {}", below_name(&name, &error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the content of `docs/exit-codes.md`.
    fn page() -> String {
        let mut page = String::from(include_str!("exit/page.md"));
        for meaning in MEANINGS {
            let Meaning { command, clean, findings, failed } = meaning;
            let findings = findings.unwrap_or("-");
            page.push_str(&format!("| `{command}` | {clean} | {findings} | {failed} |\n"));
        }
        page
    }

    #[test]
    fn the_page_is_the_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/exit-codes.md");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, page()).unwrap();
        }
        let written = std::fs::read_to_string(path).unwrap().replace("\r\n", "\n");
        assert!(written == page(), "docs/exit-codes.md is out of date: UPDATE_DOCS=1 cargo test");
    }

    #[test]
    fn every_command_is_in_the_table_once_and_says_so_in_its_help() {
        let mut command = crate::command_line();
        command.build();
        let mut paths = Vec::new();
        for command in command.get_subcommands().filter(|command| command.get_name() != "help") {
            let below = command.get_subcommands().filter(|command| command.get_name() != "help");
            let name = command.get_name();
            let below: Vec<_> = below.map(|below| format!("{name} {}", below.get_name())).collect();
            paths.extend(if below.is_empty() { vec![name.to_owned()] } else { below });
        }
        let mut table: Vec<_> = MEANINGS.iter().map(|meaning| meaning.command).collect();
        table.sort_unstable();
        paths.sort_unstable();
        assert_eq!(table, paths);
        for meaning in MEANINGS {
            let mut path = meaning.command.split(' ');
            let found = path.try_fold(&command, |command, name| command.find_subcommand(name));
            let help = found.unwrap().clone().render_help().to_string();
            assert!(help.contains("Exit status:"), "{}", meaning.command);
        }
    }

    #[test]
    fn the_graver_of_two_wins() {
        assert!(Exit::Clean < Exit::Findings && Exit::Findings < Exit::Failed);
        assert_eq!([Exit::Clean as u8, Exit::Findings as u8, Exit::Failed as u8], [0, 1, 2]);
    }

    #[test]
    fn sources_are_told_once() {
        #[derive(Debug)]
        struct Outer(io::Error, &'static str);
        impl std::fmt::Display for Outer {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.1)
            }
        }
        impl Error for Outer {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                Some(&self.0)
            }
        }
        let inner = || io::Error::other("disk gone");
        assert_eq!(with_sources(&Outer(inner(), "no table")), "no table: disk gone");
        assert_eq!(with_sources(&Outer(inner(), "no table: disk gone")), "no table: disk gone");
        assert_eq!(
            below_name("no table", &Outer(inner(), "no table: no end")),
            "no end: disk gone"
        );
        let cut_off = io::Cursor::new([0x1F, 0x8B, 8]);
        let mut input = flagflow::files::input::from_reader(cut_off, "a").unwrap();
        let unreadable = io::Read::read_to_end(&mut input, &mut Vec::new()).unwrap_err();
        assert!(unreadable.to_string().starts_with("a: "), "{unreadable}");
        let said = below_name("data", &Outer(unreadable, "data: no end"));
        assert!(said.starts_with("no end: ") && !said.contains("a: "), "{said}");
    }
}
