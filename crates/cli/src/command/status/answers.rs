//! `flagflow status answers`: what providers say of what they were told.

use std::io::Write;
use std::path::{Path, PathBuf};

use flagflow::check::{Options, escape_path};
use flagflow::exchange::Source;
use flagflow::register::notify::{Answer, AnswerReport};
use flagflow::register::{Error, Notifications, Sqlite};
use flagflow::status::{Held, render};

use super::super::register::{in_state, named};
use crate::exit::{Exit, Failure};
use crate::options::ProfileArgs;
use crate::terminal::tell;

/// Keep what files of answers say, E46 and D0351, and list the updates that are rejected
///
/// Without files the rejected updates of all files so far are listed. A rejection changes nothing of what
/// counts as notified: what becomes of it is for a person to decide. Reasons of gas (S72) are kept
/// with the E46 above them.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The register
    #[arg(value_name = "STATE")]
    state: PathBuf,

    /// Files of answers, compressed or not; `-` is standard input
    #[arg(value_name = "ANSWERS")]
    answers: Vec<PathBuf>,

    #[command(flatten)]
    profile: ProfileArgs,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let mut options = Options { with_reasons: true, ..Options::default() };
    if let Some(profile) = args.profile.read()? {
        options.d0351 = profile;
    }
    let mut register = super::open_old(&args.state)?;
    let mut exit = Exit::Clean;
    for path in &args.answers {
        exit = exit.max(take(path, &mut register, &options)?);
    }
    let rejected = register.rejected().map_err(|error| in_state(&args.state, &error))?;
    super::lines(|output| {
        for (answer, held) in &rejected {
            writeln!(output, "{}", line(answer, *held)).map_err(Failure::output)?;
        }
        Ok(if rejected.is_empty() { exit } else { exit.max(Exit::Findings) })
    })
}

fn line(answer: &Answer, held: Held) -> String {
    let flag = render::flag_text(answer.point, Some(held));
    let reason = answer.rejected.as_deref().filter(|reason| !reason.is_empty());
    let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    format!("{flag}  rejected by {}, file {}{reason}", answer.recipient, answer.number)
}

fn take(
    path: &Path,
    register: &mut Notifications<Sqlite>,
    options: &Options,
) -> Result<Exit, Failure> {
    let name = escape_path(path);
    let report = Source::open(path)
        .map_err(Error::from)
        .and_then(|source| register.answer(&source, options))
        .map_err(|error| named(&name, &error))?;
    let AnswerReport { accepted, rejected, unreadable, unknown, .. } = report;
    tell(format_args!("{name}: accepted {accepted}, rejected {rejected}"));
    if unreadable > 0 {
        tell(format_args!("{name}: records with errors: {unreadable}; see flagflow check"));
    }
    if unknown > 0 {
        let lines: Vec<_> = report.unknown_lines.iter().map(u64::to_string).collect();
        tell(format_args!(
            "{name}: answers to what was never told: {unknown}, lines {}",
            lines.join(", ")
        ));
    }
    Ok(if unreadable + unknown == 0 { Exit::Clean } else { Exit::Findings })
}
