//! `flagflow fix`: fixes mistakes that have one safe correction.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use flagflow::check::render::{self, TextOptions};
use flagflow::check::{Options, Severity, escape_path};
use flagflow::files::input::{self, Input};
use flagflow::files::output::Output;
use flagflow::files::{Error, ErrorKind, Result as Exchanged, Source};
use flagflow::intake::fix::{Fix, FixKind, FixOptions, FixReport, FixedFile, Kinds, fix_and_check};

use crate::exit::{Exit, Failure, in_file};
use crate::files::Files;
use crate::judgement::JudgementArgs;
use crate::options::{any_case, samples};
use crate::reading::ReadingArgs;
use crate::terminal;

/// Fix mistakes that have one safe correction: line endings, counts, lost zeros
///
/// Without -o or --in-place nothing is written, and the fixes are only listed. The result is
/// checked, and its report shown. Mistakes without a single correction (a flag, a date, a meter
/// point) are left unchanged and are among the findings; valid text stays byte for byte.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The file, compressed or not; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The file to write, completely or not at all; `-` is standard output
    #[arg(short, long, value_name = "OUT", conflicts_with = "in_place")]
    output: Option<PathBuf>,

    /// Replace FILE with the result, if anything was fixed
    #[arg(long)]
    in_place: bool,

    /// Apply only this kind of fix. May be repeated
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = kind())]
    only: Vec<FixKind>,

    /// Apply this kind of fix too: quoting is off by default
    #[arg(
        long,
        value_name = "KIND",
        value_delimiter = ',',
        value_parser = kind(),
        hide_possible_values = true
    )]
    also: Vec<FixKind>,

    /// Skip this kind of fix
    #[arg(
        long,
        value_name = "KIND",
        value_delimiter = ',',
        value_parser = kind(),
        hide_possible_values = true
    )]
    skip: Vec<FixKind>,

    /// The format of the report: text, or one JSON object (flagflow-fix/1)
    #[arg(long, value_enum, default_value_t = FixFormat::Text)]
    format: FixFormat,

    /// Write every fix to this file, one JSON object a line
    #[arg(long, value_name = "OUT")]
    list: Option<PathBuf>,

    /// The most fixes of each kind, and findings of each rule, to list, 0 for all; counts are exact
    #[arg(long, value_name = "N", default_value_t = FixOptions::SAMPLES, value_parser = samples)]
    max_samples: usize,

    /// Hide meter points in all output
    #[arg(long)]
    mask: bool,

    /// Print only the counts and the verdict
    #[arg(short, long)]
    quiet: bool,

    #[command(flatten)]
    reading: ReadingArgs,

    #[command(flatten)]
    judgement: JudgementArgs,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FixFormat {
    Text,
    Json,
}

/// Returns a parser for the kinds, whose names are in help and completions.
fn kind() -> impl TypedValueParser<Value = FixKind> {
    PossibleValuesParser::new(FixKind::ALL.map(FixKind::as_str))
        .try_map(|name| any_case::<FixKind>(&name))
}

pub(crate) fn run(args: &Args, files: &Files) -> Result<Exit, Failure> {
    if args.in_place {
        refuse_in_place(&args.file)?;
    }
    let began = Instant::now();
    let judgement = args.judgement.with(files);
    // the file to replace must be the one that was read
    let replaced = args.in_place.then(|| Source::open(&args.file)).transpose()?;
    let input = match &replaced {
        Some(source) => source.read()?,
        None => input::open(&args.file)?,
    };
    let (sender, input) = judgement.sender(input)?;
    let options = options(args, judgement.options(sender.as_ref()))?;
    if args.quiet && args.format == FixFormat::Text {
        files.tell_policy();
    }
    let fixed = mend(args, files, (replaced, input), &options)
        .map_err(|error| stopped(error, &args.file))?;
    tell(args, &fixed, judgement.described(sender.as_ref()).as_deref(), began)?;
    Ok(if fixed.is_clean() { Exit::Clean } else { Exit::Findings })
}

/// Returns the failure for a file that cannot be fixed, with its name; a closed pipe is not
/// reported.
fn stopped(error: Error, file: &Path) -> Failure {
    match error.kind() {
        _ if error.is_closed_pipe() => Failure::ClosedPipe,
        // read and write errors include the name of their file
        ErrorKind::Unrecognised | ErrorKind::Options => in_file(file)(error),
        _ => error.into(),
    }
}

/// Rejects files that cannot be fixed in place.
fn refuse_in_place(path: &Path) -> Result<(), Failure> {
    if input::is_standard(path) {
        return Err(Failure::new("--in-place needs a file: give -o OUT"));
    }
    if path.is_file() && input::is_compressed(&mut File::open(path)?)? {
        let path = escape_path(path);
        return Err(Failure::new(format!(
            "{path}: --in-place cannot rewrite a compressed file: give -o OUT"
        )));
    }
    Ok(())
}

fn options(args: &Args, check: Options) -> Result<FixOptions, Failure> {
    let mut options = FixOptions::default();
    options.check = check;
    args.reading.read()?.apply(&mut options.check);
    options.check.mask = args.mask;
    options.check.max_samples = Some(args.max_samples).filter(|most| *most < usize::MAX);
    options.kinds = args.kinds();
    options.samples = args.max_samples;
    Ok(options)
}

impl Args {
    fn kinds(&self) -> Kinds {
        let mut kinds = match self.only.as_slice() {
            [] => Kinds::default(),
            only => only.iter().copied().collect(),
        };
        self.also.iter().for_each(|kind| kinds.set(*kind, true));
        self.skip.iter().for_each(|kind| kinds.set(*kind, false));
        kinds
    }

    /// Returns the destination of the result, if any.
    fn target(&self, fixed: &FixedFile) -> Option<&Path> {
        let in_place = self.in_place && fixed.is_changed();
        self.output.as_deref().or_else(|| in_place.then_some(self.file.as_path()))
    }
}

/// Fixes the file, and publishes it and the list when both are complete.
fn mend(
    args: &Args,
    files: &Files,
    (replaced, input): (Option<Source>, Input),
    options: &FixOptions,
) -> Exchanged<FixedFile> {
    let mut list = args.list.as_deref().map(|path| files.streamed(path)).transpose()?;
    let mut fixed = fix_and_check(input, options, &mut |fix| match &mut list {
        Some(list) => fix.write_json(list),
        None => Ok(()),
    })?;
    if let Some(target) = args.target(&fixed) {
        let mut output = files.streamed(target)?;
        fixed.copy_to(&mut output)?;
        replaced.as_ref().map_or(Ok(()), Source::expect_unchanged)?;
        // Windows does not replace a file that is open
        drop(replaced);
        output.commit()?;
    }
    list.map_or(Ok(()), Output::commit)?;
    Ok(fixed)
}

/// Prints the fixes and the remaining findings: on standard error if the result goes to standard
/// output.
fn tell(
    args: &Args,
    fixed: &FixedFile,
    policy: Option<&str>,
    began: Instant,
) -> Result<(), Failure> {
    let taken =
        [&args.output, &args.list].into_iter().flatten().any(|path| input::is_standard(path));
    let text = told(args, fixed, policy, began)?;
    if taken {
        let _ = io::stderr().lock().write_all(&text);
        return Ok(());
    }
    let mut out = io::stdout().lock();
    out.write_all(&text).and_then(|()| out.flush()).map_err(Failure::output)
}

/// Formats the report; its size is bounded by the samples.
fn told(
    args: &Args,
    fixed: &FixedFile,
    policy: Option<&str>,
    began: Instant,
) -> Result<Vec<u8>, Failure> {
    let name = escape_path(&args.file);
    let mut text = Vec::new();
    if args.format == FixFormat::Json {
        fixed.write_json(&mut text, &name)?;
        return Ok(text);
    }
    text.extend_from_slice(summary(args, fixed, &name).as_bytes());
    let failed = fixed.report.fails(Some(Severity::Error));
    let report = if args.quiet {
        format!("{name}: {}\n", render::verdict(&fixed.report, failed))
    } else {
        let (color, elapsed) = (terminal::color(), Some(began.elapsed()));
        let options = TextOptions { findings: true, color, elapsed, failed, refused: &[], policy };
        render::readable_text(&name, &fixed.report, &options, terminal::columns())
    };
    text.extend_from_slice(report.as_bytes());
    Ok(text)
}

/// Formats the fixes, applied or proposed.
fn summary(args: &Args, fixed: &FixedFile, name: &str) -> String {
    let FixReport { samples, .. } = &fixed.fixes;
    let mut text = String::new();
    if !args.quiet {
        samples.iter().for_each(|fix: &Fix| text.push_str(&format!("{fix}\n")));
    }
    let more = fixed.fixes.sum() - samples.len() as u64;
    if more > 0 && !args.quiet {
        text.push_str(&format!("{more} more\n"));
    }
    let counts: Vec<_> =
        fixed.fixes.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    let counts = counts.join(", ");
    let done = match (fixed.is_changed(), args.target(fixed)) {
        (false, _) => "nothing to fix".to_owned(),
        (true, None) => {
            format!("would fix {counts} (nothing is written without -o or --in-place)")
        }
        (true, Some(_)) => format!("fixed {counts}"),
    };
    text + &format!("{name}: {done}\n")
}
