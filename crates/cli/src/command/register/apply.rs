//! `flagflow register apply`: applies files of updates to a register.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use flagflow::check::Options;
use flagflow::electricity::{Profile, Timestamp};
use flagflow::files::Source;
use flagflow::files::output::Output;
use flagflow::register::{
    ApplyOptions, ApplyOutcome, ApplyReport, Change, ChangeFormat, Changes, Conflicts, Error,
    ErrorKind, Store, apply, render, timestamp_of,
};

use super::{RegisterFormat, named};
use crate::exit::{Exit, Failure};
use crate::files::Files;
use crate::folder::FolderArgs;
use crate::input::expand;
use crate::judgement::{Judgement, JudgementArgs};
use crate::options::{ProfileArgs, any_case};

/// Apply files of updates to a register
///
/// STATE is created if it does not exist; UPDATES are E45 and D0350 files, or folders of
/// them. Each file is applied completely or not at all, even if the command is interrupted, and
/// applying the same file again changes nothing. The update with the latest effective date gives
/// the flag of a meter point, in whatever order files are applied: an earlier one that is applied
/// late goes into the history. Records with an error are not applied; `flagflow check` shows their
/// errors.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The register, a file, or a database by its URL, postgres://user@host/database
    #[arg(value_name = "STATE")]
    state: PathBuf,

    /// Files of updates, compressed or not, or folders of them; `-` is standard input
    #[arg(value_name = "UPDATES", required = true)]
    updates: Vec<PathBuf>,

    /// The update to keep if two have another flag for the same point and day: that of the newer
    /// file, by the creation times and numbers in the headers, or the first. Without headers it is
    /// the first
    #[arg(long, value_name = "RULE", default_value_t, value_parser = any_case::<Conflicts>)]
    conflicts: Conflicts,

    /// Do not apply a file with a record that cannot be applied
    #[arg(long)]
    strict: bool,

    /// Write the effect of every update to this file; `-` is standard output
    #[arg(long, value_name = "FILE")]
    changes_to: Option<PathBuf>,

    /// The format of the list of changes: jsonl or csv
    #[arg(long, value_name = "FORMAT", default_value_t, requires = "changes_to", value_parser = any_case::<ChangeFormat>)]
    changes_format: ChangeFormat,

    /// Write csv without cells that a spreadsheet would read as a formula: put an apostrophe before
    /// = + - @ and control characters
    #[arg(long, requires = "changes_to")]
    csv_safe: bool,

    /// The format of the report: text, or one JSON object a file
    #[arg(long, value_enum, default_value_t)]
    format: RegisterFormat,

    /// The time of applying, YYYYMMDDHHMMSS in UTC; now by default. Stored only, not used for
    /// decisions
    #[arg(long, value_name = "TIME")]
    applied_at: Option<Timestamp>,

    #[command(flatten)]
    folders: FolderArgs,

    #[command(flatten)]
    profile: ProfileArgs,

    #[command(flatten)]
    judgement: JudgementArgs,
}

pub(crate) fn run(args: &Args, files: &Files) -> Result<Exit, Failure> {
    let judgement = args.judgement.with(files);
    if matches!(args.format, RegisterFormat::Text) {
        files.tell_policy();
    }
    let mut options = options(args);
    let profile = args.profile.read()?;
    let changes = args.changes_to.as_deref().map(|path| list(path, args, files));
    let mut changes = changes.transpose()?;
    let mut register = super::open_or_create(&args.state)?;
    let (updates, mut exit) = expand(&args.updates, &args.folders.read()?);
    for file in &updates {
        let applied = Source::open(&file.path).map_err(Error::from).and_then(|source| {
            options.check = checks(&source, &judgement, profile.as_deref())?;
            apply_one(&source, &file.name, &mut *register, changes.as_mut(), &options)
        });
        match applied {
            Ok(report) => exit = exit.max(tell(&file.name, &report, args)?),
            Err(error) if is_fatal(&error) => return Err(named(&file.name, &error)),
            Err(error) => {
                named(&file.name, &error).tell();
                exit = Exit::Failed;
            }
        }
    }
    match changes.map(|changes| changes.finish()?.commit().map_err(Error::from)).transpose() {
        Err(error) if error.is_closed_pipe() => Ok(exit),
        Err(error) => Err(error.into()),
        Ok(_) => Ok(exit),
    }
}

fn list(path: &Path, args: &Args, files: &Files) -> Result<Changes<Output>, Failure> {
    let changes = Changes::new(files.spooled(path)?, args.changes_format)?;
    Ok(if args.csv_safe { changes.csv_safe() } else { changes })
}

fn options(args: &Args) -> ApplyOptions {
    let (conflicts, strict) = (args.conflicts, args.strict);
    let applied_at = args.applied_at.or_else(|| timestamp_of(SystemTime::now()));
    // a listed change takes more memory than its update
    let batch = ApplyOptions::BATCH / if args.changes_to.is_some() { 2 } else { 1 };
    ApplyOptions { conflicts, strict, applied_at, batch, ..ApplyOptions::default() }
}

/// Returns the options of a check for this sender's file.
fn checks(
    source: &Source,
    judgement: &Judgement<'_>,
    profile: Option<&Profile>,
) -> Result<Options, Error> {
    let (sender, _) = judgement.sender(source.read()?)?;
    let mut checks = judgement.options(sender.as_ref());
    if let Some(profile) = profile {
        checks.use_profile(profile.clone());
    }
    Ok(checks)
}

fn apply_one(
    source: &Source,
    name: &str,
    register: &mut dyn Store,
    changes: Option<&mut Changes<Output>>,
    options: &ApplyOptions,
) -> Result<ApplyReport, Error> {
    let Some(changes) = changes else {
        return apply(source, name, register, None, options);
    };
    changes.forget()?;
    let mut note = |change: &Change| changes.note(name, change);
    let report = apply(source, name, register, Some(&mut note), options)?;
    if matches!(report.became, ApplyOutcome::Applied(_)) {
        changes.keep()?;
    }
    Ok(report)
}

/// Returns true for an error of the register or the list of changes, not of the file.
fn is_fatal(error: &Error) -> bool {
    !matches!(error.kind(), ErrorKind::Input | ErrorKind::NotUpdates(_))
}

fn tell(name: &str, report: &ApplyReport, args: &Args) -> Result<Exit, Failure> {
    let line = match args.format {
        RegisterFormat::Text => render::report_text(name, report),
        RegisterFormat::Json => render::report_json(name, report),
    };
    writeln!(io::stdout(), "{line}").map_err(Failure::output)?;
    Ok(if report.is_complete() { Exit::Clean } else { Exit::Findings })
}
