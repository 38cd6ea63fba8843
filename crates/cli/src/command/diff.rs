//! `flagflow diff`: compares two files by meter point, or two answers by what they answer.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use flagflow::exchange::diff::{
    DiffFormat, DiffOptions, DiffReport, DifferenceWriter, Side, are_equal, diff,
};
use flagflow::files::input::{self, Input};
use flagflow::files::{Error, Result as Exchanged, Source};

use crate::exit::{Exit, Failure};
use crate::files::Files;
use crate::input::name_of;
use crate::jobs::JobsArgs;
use crate::judgement::JudgementArgs;
use crate::options::{any_case, samples, size};
use crate::reading::ReadingArgs;
use crate::terminal::tell_lines;

/// Compare two files by meter point: added, removed and changed points
///
/// The comparison is of each point's final state in each file: its record with the latest effective
/// date. Layouts, envelopes and the order of records do not matter. Differences are sorted by meter
/// point, and the files may be larger than memory.
///
/// Two D0351 are compared by the instruction that is rejected, two D0172 by the file that is
/// answered and the number of the confirmation.
///
/// Files that are identical byte for byte are reported so first, with exit code 0 whatever their
/// content.
///
/// Rejected records are not compared; they are listed and counted, and because the comparison is
/// then incomplete, the exit code is 2 unless --skip-invalid is given.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The first file, compressed or not; `-` is standard input
    #[arg(value_name = "OLD")]
    old: PathBuf,

    /// The second file
    #[arg(value_name = "NEW")]
    new: PathBuf,

    /// The format of differences: text, csv, or json, one object a line
    #[arg(long, value_name = "FORMAT", default_value_t, value_parser = any_case::<DiffFormat>)]
    format: DiffFormat,

    /// Write differences to this file; to standard output by default. The file appears when the
    /// comparison is complete
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,

    /// Compare the records of each day of a point, rather than its final state
    #[arg(long)]
    history: bool,

    /// Compare the other records if some are rejected
    #[arg(long)]
    skip_invalid: bool,

    /// The most memory for sorting; beyond it, temporary files are used in TMPDIR
    #[arg(long, value_name = "BYTES", default_value = "256M", value_parser = size)]
    memory: usize,

    /// The folder for temporary files; TMPDIR by default. 16 bytes are needed for each
    /// record, of an answer its lines and some 30 bytes
    #[arg(long, value_name = "FOLDER")]
    temporary: Option<PathBuf>,

    /// The most rejected records to list for each file, 0 for all
    #[arg(long, value_name = "N", default_value_t = DiffOptions::SAMPLES, value_parser = samples)]
    max_samples: usize,

    /// Hide meter points in all output
    #[arg(long)]
    mask: bool,

    /// Print only the counts, in the chosen format
    #[arg(short, long)]
    quiet: bool,

    #[command(flatten)]
    reading: ReadingArgs,

    #[command(flatten)]
    judgement: JudgementArgs,

    #[command(flatten)]
    jobs: JobsArgs,
}

pub(crate) fn run(args: &Args, files: &Files) -> Result<Exit, Failure> {
    let options = options(args, files)?;
    if !args.prints_json_counts() {
        files.tell_policy();
    }
    let inputs = [ComparedFile::open(&args.old)?, ComparedFile::open(&args.new)?];
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
    /// Prints that the files are identical: in the text, or beside a table on standard error.
    fn tell_equal(&self) -> Result<(), Failure> {
        let line = "equal: both files are the same, byte for byte";
        if self.prints_text() {
            return writeln!(io::stdout(), "{line}").map_err(Failure::output);
        }
        tell_lines(line);
        Ok(())
    }

    /// Returns true if standard output is text for a person.
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

    /// Returns true if an object of counts is printed, which includes the policy.
    fn prints_json_counts(&self) -> bool {
        self.quiet && self.format == DiffFormat::Json
    }

    /// Returns true if the comparison is of the requested kind.
    const fn stands(&self, report: &DiffReport) -> bool {
        self.skip_invalid || report.is_complete()
    }
}

/// One of the two inputs. A file that is read again must be unchanged.
struct ComparedFile<'a> {
    path: &'a Path,
    /// An input that can be read again.
    source: Option<Source>,
}

impl<'a> ComparedFile<'a> {
    fn open(path: &'a Path) -> Exchanged<Self> {
        let source = path.is_file().then(|| Source::open(path)).transpose()?;
        Ok(Self { path, source })
    }

    fn read(&self) -> Exchanged<Input> {
        self.source.as_ref().map_or_else(|| input::open(self.path), Source::read)
    }
}

/// Returns true if both inputs are identical; false for inputs that can be read only once.
fn have_equal_bytes([old, new]: &[ComparedFile<'_>; 2]) -> Exchanged<bool> {
    match (&old.source, &new.source) {
        (Some(old), Some(new)) => are_equal(old.read()?, new.read()?),
        _ => Ok(false),
    }
}

/// Reads the contradicting lines again, if possible.
fn show_lines(inputs: &[ComparedFile<'_>; 2], report: &mut DiffReport) -> Exchanged<()> {
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
    options.check.threads = args.jobs.threads();
    args.reading.read()?.apply(&mut options.check);
    options.history = args.history;
    options.memory = args.memory;
    options.temporary.clone_from(&args.temporary);
    options.samples = args.max_samples;
    options.names = [&args.old, &args.new].map(|path| name_of(path));
    Ok(options)
}

/// The reader of standard output may stop.
fn stopped(error: Error) -> Failure {
    if error.is_closed_pipe() { Failure::ClosedPipe } else { error.into() }
}

fn count([old, new]: &[ComparedFile<'_>; 2], options: &DiffOptions) -> Exchanged<DiffReport> {
    diff(old.read()?, new.read()?, options, &mut |_| Ok(()))
}

/// Writes every difference, and publishes the output file when it is complete.
fn write(
    args: &Args,
    inputs: &[ComparedFile<'_>; 2],
    files: &Files,
    options: &DiffOptions,
    equal: bool,
) -> Exchanged<DiffReport> {
    let (old, new) = (inputs[0].read()?, inputs[1].read()?);
    let output = files.streamed(args.output.as_deref().unwrap_or(Path::new(input::STANDARD)))?;
    let mut writer = DifferenceWriter::new(output, args.format, args.mask);
    let report = diff(old, new, options, &mut |difference| writer.write(difference))?;
    let output = writer.finish(&report)?;
    if args.output.is_none() || args.stands(&report) || equal {
        output.commit()?;
    }
    Ok(report)
}

/// Writes the counts at the end of the text; beside a table they go to standard error.
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
