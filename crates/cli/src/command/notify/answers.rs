//! `flagflow notify answers`: adds the answers of providers.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use flagflow::Distributor;
use flagflow::check::{Options, escape, escape_path};
use flagflow::files::Source;
use flagflow::register::notify::{
    Ambiguity, Answer, AnswerSummary, Confirmation, CountDifference, PlannedFile, Rejected, Sent,
};
use flagflow::register::{Error, Notifications, Sqlite};
use flagflow::status::{Recipient, render};

use super::super::register::{in_state, named};
use super::ParticipantArgs;
use crate::exit::{Exit, Failure};
use crate::options::read_profile;
use crate::terminal::tell;

/// Add the answers of files, E46, D0351 and D0172, and list the rejected updates
///
/// Without files, lists the rejected updates of all files so far, each with all of its answers, and
/// the files whose confirmation (D0172) has other counts than were sent or rejected. A rejection
/// does not change which flags count as notified: a person decides, and `notify run --again` sends
/// the update again. An E46 names an update by point, flag and day, a D0351 by the number of the
/// instruction (J1017) and its sender, a D0172 a file by its identifier (J1064) and its sender. An
/// answer that matches several updates is reported with all of them, and not kept. Reasons are kept
/// with the answer above them.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The register
    #[arg(value_name = "STATE")]
    state: PathBuf,

    /// Files of answers, compressed or not; `-` is standard input
    #[arg(value_name = "ANSWERS")]
    answers: Vec<PathBuf>,

    #[command(flatten)]
    participants: ParticipantArgs,

    /// Read files of its flow by this profile (TOML) instead of the built-in one. May be repeated
    #[arg(long, value_name = "FILE")]
    profile: Vec<PathBuf>,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let mut options = Options { with_reasons: true, ..Options::default() };
    for path in &args.profile {
        options.use_profile(read_profile(path)?);
    }
    let participants = args.participants.map();
    let mut register = super::open_old(&args.state)?;
    let mut exit = Exit::Clean;
    for path in &args.answers {
        exit = exit.max(take(path, &mut register, &options, &participants)?);
    }
    let rejected = register.rejected().map_err(|error| in_state(&args.state, &error))?;
    super::lines(|output| {
        for rejected in &rejected {
            writeln!(output, "{}", line(rejected)).map_err(Failure::output)?;
            if rejected.again.is_empty() {
                exit = exit.max(Exit::Findings);
            }
        }
        for found in register.differences() {
            let found = found.map_err(|error| in_state(&args.state, &error))?;
            writeln!(output, "{}", difference(&found)).map_err(Failure::output)?;
            exit = exit.max(Exit::Findings);
        }
        Ok(exit)
    })
}

fn line(rejected: &Rejected) -> String {
    let Rejected { recipient, point, sent, answers, again } = rejected;
    let flag = render::flag_text(*point, Some(sent.held));
    let answers = said(answers, &format!("{recipient}, {}", place(*recipient, *sent)));
    let again: Vec<_> =
        again.iter().map(|number| format!("; sent again in file {number}")).collect();
    format!("{flag}  {answers}{}", again.concat())
}

/// Returns the differences between a file and its confirmation.
fn difference(found: &CountDifference) -> String {
    let CountDifference { file, confirmation, rejections } = found;
    let PlannedFile { recipient, number, notices, .. } = file;
    let Confirmation { received, rejected, .. } = confirmation;
    let mut differences = Vec::new();
    if u64::from(*received) != *notices {
        differences.push(format!("updates sent: {notices}, confirmed as received: {received}"));
    }
    if u64::from(*rejected) != *rejections {
        differences.push(format!("confirmed as rejected: {rejected}, rejections: {rejections}"));
    }
    format!("{recipient}, file {number}: {}", differences.join("; "))
}

/// Returns the file of an update, and the instruction if the recipient has such numbers.
pub(super) fn place(recipient: Recipient, sent: Sent) -> String {
    match recipient {
        Recipient::Gas => format!("file {}", sent.number),
        Recipient::Electricity(_) => {
            format!("file {}, instruction {}", sent.number, sent.instruction)
        }
    }
}

/// Returns the answers of a provider, one after the other; repeated answers once.
pub(super) fn said(answers: &[Answer], by: &str) -> String {
    let mut said: Vec<_> = answers.iter().map(|answer| answer.rejected.as_deref()).collect();
    said.dedup();
    let words = |(place, rejected): (usize, &Option<&str>)| {
        let verb = if rejected.is_some() { "rejected" } else { "accepted" };
        let begin = if place == 0 { format!("{verb} by {by}") } else { format!("; then {verb}") };
        match rejected.filter(|reason| !reason.is_empty()) {
            Some(reason) => format!("{begin}: {}", escape(reason.as_bytes())),
            None => begin,
        }
    };
    said.iter().enumerate().map(words).collect()
}

fn take(
    path: &Path,
    register: &mut Notifications<Sqlite>,
    options: &Options,
    participants: &BTreeMap<Distributor, String>,
) -> Result<Exit, Failure> {
    let name = escape_path(path);
    let report = Source::open(path)
        .map_err(Error::from)
        .and_then(|source| register.answer(&source, &name, options, participants))
        .map_err(|error| named(&name, &error))?;
    let AnswerSummary { accepted, rejected, confirmed, unreadable, unknown, ambiguous, .. } =
        report;
    if confirmed == 0 || accepted + rejected > 0 {
        tell(format_args!("{name}: accepted {accepted}, rejected {rejected}"));
    }
    if confirmed > 0 {
        tell(format_args!("{name}: files confirmed: {confirmed}"));
    }
    if unreadable > 0 {
        tell(format_args!("{name}: records with errors: {unreadable}; see flagflow check"));
    }
    if unknown > 0 {
        let mut lines: Vec<_> = report.unknown_lines.iter().map(u64::to_string).collect();
        if unknown > report.unknown_lines.len() as u64 {
            lines.push("...".to_owned());
        }
        let lines = lines.join(", ");
        tell(format_args!(
            "{name}: answers to updates or files that were never sent: {unknown}, lines {lines}"
        ));
    }
    for ambiguity in &report.ambiguities {
        tell(format_args!("{name}: {}", candidates(ambiguity)));
    }
    if ambiguous > report.ambiguities.len() as u64 {
        tell(format_args!("{name}: ambiguous answers: {ambiguous}, the first of them above"));
    }
    Ok(if unreadable + unknown + ambiguous == 0 { Exit::Clean } else { Exit::Findings })
}

fn candidates(ambiguity: &Ambiguity) -> String {
    let Ambiguity { line, point, candidates } = ambiguity;
    let recipient = Recipient::of(*point);
    let candidate = |sent: &Sent| {
        let (flag, from) = (sent.held.flag, sent.held.from.iso());
        format!("{flag} from {from} in {}", place(recipient, *sent))
    };
    let candidates: Vec<_> = candidates.iter().map(candidate).collect();
    let candidates = candidates.join(", or ");
    format!(
        "line {line}: the answer for {point} is ambiguous, and not kept: it may be to {candidates}"
    )
}
