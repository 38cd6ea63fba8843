//! `flagflow diff`: compares two files by meter point.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use flagflow::exchange::diff::{
    DiffFormat, DiffOptions, DiffReport, DifferenceWriter, Side, are_equal, diff,
};
use flagflow::exchange::input::{self, Input};
use flagflow::exchange::{Error, Result as Exchanged, Source};

use crate::exit::{Exit, Failure};
use crate::files::Files;
use crate::input::name_of;
use crate::judgement::JudgementArgs;
use crate::options::{any_case, samples, size};
use crate::reading::ReadingArgs;
use crate::terminal::tell_lines;

/// Compare two files by meter point: what is added, gone or changed
///
/// Compared is the state that each file leaves a point in: its record with the latest effective
/// date. Layouts, envelopes and the order of records play no part. Differences come in the order of
/// meter points, and the files may be larger than memory.
///
/// Files that are the same, byte for byte, are told to be so first, with exit code 0 whatever is in them.
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
    #[arg(long, value_name = "FORMAT", default_value_t, value_parser = any_case::<DiffFormat>)]
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

    /// How many rejected records of each file are told, 0 for all of them
    #[arg(long, value_name = "N", default_value_t = DiffOptions::SAMPLES, value_parser = samples)]
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
    let inputs = [Compared::open(&args.old)?, Compared::open(&args.new)?];
    let equal = have_equal_bytes(&inputs)?;
    if equal {
        args.tell_equal()?;
    }
    let mut report = match args.quiet {
        true => count(&inputs, &options)?,
        false => write(args, &inputs, files, &options, equal).map_err(stopped)?,
    };
    if !args.mask {
        show_lines(&inputs, &mut report)?;
    }
    tell_left_out(args, &report, equal);
    tell_counts(args, &report)?;
    Ok(args.exit(&report, equal))
}

impl Args {
    /// Tells it first: in the text for a person, beside a table on standard error.
    fn tell_equal(&self) -> Result<(), Failure> {
        let line = "equal: both files are the same, byte for byte";
        if self.prints_text() {
            return writeln!(io::stdout(), "{line}").map_err(Failure::output);
        }
        tell_lines(line);
        Ok(())
    }

    /// Whether standard output has text for a person.
    fn prints_text(&self) -> bool {
        self.format == DiffFormat::Text && (self.quiet || self.output.is_none())
    }

    fn exit(&self, report: &DiffReport, equal: bool) -> Exit {
        match (self.stands(report) || equal, report.has_no_difference()) {
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

/// One of the two inputs. A file that is read again is the one that was read before, unchanged.
struct Compared<'a> {
    path: &'a Path,
    /// What can be read again.
    source: Option<Source>,
}

impl<'a> Compared<'a> {
    fn open(path: &'a Path) -> Exchanged<Self> {
        let source = path.is_file().then(|| Source::open(path)).transpose()?;
        Ok(Self { path, source })
    }

    fn read(&self) -> Exchanged<Input> {
        self.source.as_ref().map_or_else(|| input::open(self.path), Source::read)
    }
}

/// Whether both inputs are the same, byte for byte; not of what can be read but once.
fn have_equal_bytes([old, new]: &[Compared<'_>; 2]) -> Exchanged<bool> {
    match (&old.source, &new.source) {
        (Some(old), Some(new)) => are_equal(old.read()?, new.read()?),
        _ => Ok(false),
    }
}

/// Reads the lines again that contradict an earlier one, where that can be done.
fn show_lines(inputs: &[Compared<'_>; 2], report: &mut DiffReport) -> Exchanged<()> {
    for (side, input) in Side::ALL.into_iter().zip(inputs) {
        if let Some(source) = &input.source {
            report.show_lines(side, source.read()?)?;
        }
    }
    Ok(())
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

fn count([old, new]: &[Compared<'_>; 2], options: &DiffOptions) -> Exchanged<DiffReport> {
    diff(old.read()?, new.read()?, options, &mut |_| Ok(()))
}

/// Writes every difference, and publishes a file of them if it has them all.
fn write(
    args: &Args,
    inputs: &[Compared<'_>; 2],
    files: &Files,
    options: &DiffOptions,
    equal: bool,
) -> Exchanged<DiffReport> {
    let (old, new) = (inputs[0].read()?, inputs[1].read()?);
    let output = files.streamed(args.output.as_deref().unwrap_or(Path::new(input::STANDARD)))?;
    let mut writer = DifferenceWriter::new(output, args.format, args.mask)?;
    let report = diff(old, new, options, &mut |difference| writer.write(difference))?;
    if args.output.is_none() || args.stands(&report) || equal {
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
    tell_lines(&report.counts(DiffFormat::Text));
    Ok(())
}

fn tell_left_out(args: &Args, report: &DiffReport, equal: bool) {
    let mut text: String =
        report.samples.iter().map(|left_out| format!("left out: {left_out}\n")).collect();
    let more = report.left_out() - report.samples.len() as u64;
    if more > 0 {
        text.push_str(&format!("left out: {more} more\n"));
    }
    if !args.stands(report) && !equal {
        text.push_str("flagflow: not compared completely (--skip-invalid compares the rest)\n");
    }
    tell_lines(&text);
}
