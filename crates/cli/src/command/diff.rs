//! `flagflow diff`: compares two files by meter point.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use flagflow::exchange::diff::{DiffFormat, DiffOptions, DiffReport, DifferenceWriter, diff};
use flagflow::exchange::input;
use flagflow::exchange::{Error, Result as Exchanged};

use crate::exit::{Exit, Failure};
use crate::files::Files;
use crate::input::name_of;
use crate::judgement::JudgementArgs;
use crate::options::size;
use crate::reading::ReadingArgs;

/// Compare two files by meter point: what is added, gone or changed
///
/// Compared is the state that each file leaves a point in: its record with the latest effective
/// date. Layouts, envelopes and the order of records play no part. Differences come in the order of
/// meter points, and the files may be larger than memory.
///
/// Rejected records take no part; they are told and counted, and since nobody knows what they would
/// have said, the exit code is then 2, whatever else was found, unless --skip-invalid is given.
/// Otherwise it is 0 if every point is the same, 1 if any differs, 2 if the files could not be
/// compared.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The one file, compressed or not; `-` is standard input
    #[arg(value_name = "OLD")]
    old: PathBuf,

    /// The other file
    #[arg(value_name = "NEW")]
    new: PathBuf,

    /// How to write differences: text for a person, csv, or json, an object a line
    #[arg(long, value_name = "FORMAT", default_value_t)]
    format: DiffFormat,

    /// The file to write differences to, rather than standard output. It appears when the comparison
    /// is complete, and not before
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,

    /// Compare what the files say of each day of a point, rather than the state they leave it in
    #[arg(long)]
    history: bool,

    /// Compare the other records where some are rejected
    #[arg(long)]
    skip_invalid: bool,

    /// The most memory for sorting; past it temporary files are used, in TMPDIR
    #[arg(long, value_name = "BYTES", default_value = "256M", value_parser = size)]
    memory: usize,

    /// Where temporary files go, rather than TMPDIR: 16 bytes for each record
    #[arg(long, value_name = "FOLDER")]
    temporary: Option<PathBuf>,

    /// How many rejected records of each file are told
    #[arg(long, value_name = "N", default_value_t = DiffOptions::SAMPLES)]
    max_samples: usize,

    /// Leave meter points out of what is printed
    #[arg(long)]
    mask: bool,

    /// Print the counts only, in the format chosen
    #[arg(short, long)]
    quiet: bool,

    #[command(flatten)]
    reading: ReadingArgs,

    #[command(flatten)]
    judgement: JudgementArgs,
}

pub(crate) fn run(args: &Args, files: &Files) -> Result<Exit, Failure> {
    let options = options(args, files)?;
    if !args.prints_json_counts() {
        files.tell_policy();
    }
    let report = match args.quiet {
        true => count(args, &options)?,
        false => write(args, files, &options).map_err(stopped)?,
    };
    tell_left_out(args, &report);
    tell_counts(args, &report)?;
    Ok(args.exit(&report))
}

impl Args {
    fn exit(&self, report: &DiffReport) -> Exit {
        match (self.stands(report), report.has_no_difference()) {
            (false, _) => Exit::Failed,
            (true, true) => Exit::Clean,
            (true, false) => Exit::Findings,
        }
    }

    /// Whether an object of counts is printed, which names the policy.
    fn prints_json_counts(&self) -> bool {
        self.quiet && self.format == DiffFormat::Json
    }

    /// Whether the comparison is what was asked for.
    const fn stands(&self, report: &DiffReport) -> bool {
        self.skip_invalid || report.is_complete()
    }
}

fn options(args: &Args, files: &Files) -> Result<DiffOptions, Failure> {
    let mut options = DiffOptions::default();
    options.check = args.judgement.with(files).options(None);
    options.check.mask = args.mask;
    args.reading.read()?.apply(&mut options.check);
    options.history = args.history;
    options.memory = args.memory;
    options.temporary.clone_from(&args.temporary);
    options.samples = args.max_samples;
    options.names = [&args.old, &args.new].map(|path| name_of(path));
    Ok(options)
}

/// Whoever reads standard output may have had enough.
fn stopped(error: Error) -> Failure {
    if error.is_closed_pipe() { Failure::ClosedPipe } else { error.into() }
}

fn count(args: &Args, options: &DiffOptions) -> Exchanged<DiffReport> {
    diff(input::open(&args.old)?, input::open(&args.new)?, options, &mut |_| Ok(()))
}

/// Writes every difference, and publishes a file of them if it has them all.
fn write(args: &Args, files: &Files, options: &DiffOptions) -> Exchanged<DiffReport> {
    let (old, new) = (input::open(&args.old)?, input::open(&args.new)?);
    let output = files.streamed(args.output.as_deref().unwrap_or(Path::new(input::STANDARD)))?;
    let mut writer = DifferenceWriter::new(output, args.format, args.mask)?;
    let report = diff(old, new, options, &mut |difference| writer.write(difference))?;
    if args.output.is_none() || args.stands(&report) {
        writer.into_inner().commit()?;
    }
    Ok(report)
}

/// Counts end what is printed for a person; beside a table they go to standard error.
fn tell_counts(args: &Args, report: &DiffReport) -> Result<(), Failure> {
    if args.quiet || (args.format == DiffFormat::Text && args.output.is_none()) {
        let mut out = io::stdout().lock();
        let counts = report.counts(args.format);
        return out
            .write_all(counts.as_bytes())
            .and_then(|()| out.flush())
            .map_err(Failure::output);
    }
    whisper(&report.counts(DiffFormat::Text));
    Ok(())
}

/// Says something on standard error. Nobody may be listening; the exit code says it all the same.
fn whisper(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

fn tell_left_out(args: &Args, report: &DiffReport) {
    let mut text: String =
        report.samples.iter().map(|left_out| format!("left out: {left_out}\n")).collect();
    let more = report.left_out() - report.samples.len() as u64;
    if more > 0 {
        text.push_str(&format!("left out: {more} more\n"));
    }
    if !args.stands(report) {
        text.push_str("flagflow: not compared completely (--skip-invalid compares the rest)\n");
    }
    whisper(&text);
}
