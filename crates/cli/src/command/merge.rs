//! `flagflow merge`: merges corrected records into the accepted ones.

use std::path::PathBuf;

use flagflow::check::render::plural;
use flagflow::check::{Layout, Options, Report, Severity};
use flagflow::files::input;
use flagflow::files::{Error, ErrorKind, Source};
use flagflow::gas::FileType;
use flagflow::intake::merge::{MergeOptions, Merged, merge, open_corrected};

use crate::exit::{Exit, Failure};
use crate::files::Files;
use crate::input::name_of;
use crate::judgement::JudgementArgs;
use crate::options::{any_case, read_profile, samples};
use crate::terminal::tell_lines;

/// Merge corrected records into the accepted ones
///
/// ACCEPTED and the reasons R are those of `flagflow check --accepted-to A --reasons-to R`,
/// CORRECTED the rejected records of the same file after correction: as many of them as R lists, in
/// the same order. They are put back in their places; without --reasons they follow the other
/// records, before the trailer. The counts of the trailer are corrected, and nothing else is
/// changed.
///
/// A header, a trailer, empty lines, a byte-order mark and padding around the corrected records are
/// left out, with a message; their lines get the line ending of ACCEPTED. A rejected record that is
/// still unchanged is put back byte for byte, whatever its content.
///
/// The merged file is checked. If a record is bad, also because it contradicts another one now, the
/// record is listed and nothing is written.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The accepted records, compressed or not
    #[arg(value_name = "ACCEPTED")]
    accepted: PathBuf,

    /// The corrected records; `-` is standard input
    #[arg(value_name = "CORRECTED")]
    corrected: PathBuf,

    /// The merged file; `-` is standard output
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,

    /// The file of --reasons-to, with the places of the records
    #[arg(long, value_name = "REASONS")]
    reasons: Option<PathBuf>,

    /// Write the merged file even if it has errors
    #[arg(long)]
    allow_bad: bool,

    /// The most bad records to list, 0 for all
    #[arg(long, value_name = "N", default_value_t = MergeOptions::SAMPLES, value_parser = samples)]
    max_samples: usize,

    /// The layout; recognised by the first line by default
    #[arg(long, value_name = "LAYOUT", value_parser = any_case::<Layout>)]
    layout: Option<Layout>,

    /// A profile for the electricity flows instead of the built-in one
    #[arg(long, value_name = "FILE")]
    profile: Vec<PathBuf>,

    /// A file type that may carry these records, besides DXI (profile). May be repeated
    #[arg(long, value_name = "TYPE")]
    file_type: Vec<FileType>,

    /// Read S72 lines as the rejection reasons of the E46 above them (profile)
    #[arg(long)]
    with_s72: bool,

    /// Count S72 lines in the trailer too (profile)
    #[arg(long, requires = "with_s72")]
    count_s72: bool,

    /// Hide meter points in all output
    #[arg(long)]
    mask: bool,

    /// Print only bad records
    #[arg(short, long)]
    quiet: bool,

    #[command(flatten)]
    judgement: JudgementArgs,
}

pub(crate) fn run(args: &Args, files: &Files) -> Result<Exit, Failure> {
    let merged = write(args, files, &options(args, files)?);
    match merged {
        Ok(merged) => Ok(tell(&merged, args.quiet)),
        Err(error) if error.is_closed_pipe() => Ok(Exit::Clean),
        Err(error) => Err(named(args, error).into()),
    }
}

/// Returns the error with the name of its file.
fn named(args: &Args, error: Error) -> Error {
    let accepted = name_of(&args.accepted);
    let reasons = args.reasons.as_deref().map(name_of);
    let names = [accepted.clone(), name_of(&args.corrected)].into_iter().chain(reasons.clone());
    let name = match error.kind() {
        ErrorKind::Table => reasons,
        // an input error includes the name of the file
        ErrorKind::Input => {
            let cause = error.io_error().map(ToString::to_string).unwrap_or_default();
            names.into_iter().find(|name| cause.starts_with(&format!("{name}: ")))
        }
        _ => Some(accepted),
    };
    match name {
        Some(name) => error.of_input(&name),
        None => error,
    }
}

fn write(args: &Args, files: &Files, options: &MergeOptions) -> flagflow::files::Result<Merged> {
    let accepted = input::open(&args.accepted)?;
    let reasons = args.reasons.as_deref().map(Source::open).transpose()?;
    let corrected = open_corrected(&Source::open(&args.corrected)?, reasons.as_ref())?;
    let reasons = reasons.as_ref().map(Source::read).transpose()?;
    let mut output = files.spooled(&args.output)?;
    let merged = merge(accepted, corrected, reasons, &mut output, options)?;
    if merged.may_be_published() {
        output.commit()?;
    }
    Ok(merged)
}

fn options(args: &Args, files: &Files) -> Result<MergeOptions, Failure> {
    let judgement = args.judgement.with(files);
    files.tell_policy();
    let sender = match input::is_standard(&args.accepted) {
        true => None,
        false => judgement.sender(input::open(&args.accepted)?)?.0,
    };
    let mut check = judgement.options(sender.as_ref());
    apply(args, &mut check);
    for profile in &args.profile {
        check.use_profile(read_profile(profile)?);
    }
    let mut options = MergeOptions::default();
    (options.check, options.allow_bad) = (check, args.allow_bad);
    options.samples = args.max_samples;
    Ok(options)
}

fn apply(args: &Args, check: &mut Options) {
    check.layout = args.layout;
    check.mask = args.mask;
    check.max_samples = Some(0);
    check.file_types.extend(&args.file_type);
    check.with_reasons |= args.with_s72;
    check.count_reasons |= args.count_s72;
}

/// Describes errors that are not of one record.
fn errors_of_the_file(report: &Report) -> String {
    let errors = report
        .totals
        .iter()
        .filter(|(rule, count)| **count > 0 && report.severity[*rule] == Severity::Error);
    errors.map(|(rule, count)| format!("still wrong: {rule}: {count}\n")).collect()
}

fn tell(merged: &Merged, quiet: bool) -> Exit {
    let report = &merged.report;
    let mut text: String =
        merged.still_bad.iter().map(|bad| format!("still bad: {bad}\n")).collect();
    let more = report.rejected.saturating_sub(merged.still_bad.len() as u64);
    if more > 0 {
        text += &format!("still bad: {more} more\n");
    }
    if report.rejected == 0 {
        text += &errors_of_the_file(report);
    }
    if !merged.may_be_published() {
        text += "nothing was written\n";
    } else if !quiet {
        let accepted = report.records - merged.corrected;
        text += &format!(
            "{}: {accepted} accepted, {} put back\n",
            plural(report.records, "record"),
            merged.corrected
        );
        if !merged.left_out.is_nothing() {
            text += &format!("corrected file: {}\n", merged.left_out);
        }
    }
    tell_lines(&text);
    let is_clean = report.count_of(Severity::Error) == 0;
    if is_clean { Exit::Clean } else { Exit::Findings }
}
