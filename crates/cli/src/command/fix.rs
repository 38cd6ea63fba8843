//! `flagflow fix`: mends what has one safe answer.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use flagflow::check::render::{self, TextOptions};
use flagflow::check::{Options, Severity, escape_path};
use flagflow::exchange::fix::{
    Fix, FixKind, FixOptions, FixReport, FixedFile, Kinds, fix_and_check,
};
use flagflow::exchange::input::{self, Input};
use flagflow::exchange::output::Output;
use flagflow::exchange::{Error, ErrorKind, Result as Exchanged, Source};

use crate::exit::{Exit, Failure, in_file};
use crate::files::Files;
use crate::judgement::JudgementArgs;
use crate::options::{any_case, samples};
use crate::reading::ReadingArgs;
use crate::terminal;

/// Mend what has one safe answer: line ends, counts, lost zeros
///
/// Without -o or --in-place nothing is written, and what would be done is told. The result is
/// checked, and its report shown. What has no one answer (a flag, a date, a meter point) stays as it
/// is and is among the findings; what needs no mending stays byte for byte.
///
/// The exit code is 0 if the result has no error, 1 if errors are left, 2 if the file could not be
/// mended, and then nothing was written.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The file, compressed or not; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The file to write, whole or not at all; `-` is standard output
    #[arg(short, long, value_name = "OUT", conflicts_with = "in_place")]
    output: Option<PathBuf>,

    /// Put the result in FILE's place, if anything was mended
    #[arg(long)]
    in_place: bool,

    /// Mend this kind, and no other but those that are named so too
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = kind())]
    only: Vec<FixKind>,

    /// Mend this kind too: quoting is not done unless it is asked for
    #[arg(
        long,
        value_name = "KIND",
        value_delimiter = ',',
        value_parser = kind(),
        hide_possible_values = true
    )]
    also: Vec<FixKind>,

    /// Leave this kind as it is
    #[arg(
        long,
        value_name = "KIND",
        value_delimiter = ',',
        value_parser = kind(),
        hide_possible_values = true
    )]
    skip: Vec<FixKind>,

    /// How to tell what was done: text for a person, or one line of JSON (flagflow-fix/1)
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Write everything that was done to this file, a line of JSON each
    #[arg(long, value_name = "OUT")]
    list: Option<PathBuf>,

    /// The most of each kind, and the most findings of each rule, that are told, 0 for all of them; counts
    /// are exact
    #[arg(long, value_name = "N", default_value_t = FixOptions::SAMPLES, value_parser = samples)]
    max_samples: usize,

    /// Leave meter points out of what is told
    #[arg(long)]
    mask: bool,

    /// Tell the counts and the verdict only
    #[arg(short, long)]
    quiet: bool,

    #[command(flatten)]
    reading: ReadingArgs,

    #[command(flatten)]
    judgement: JudgementArgs,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// One of the kinds; help and completions know their names.
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
    // what is replaced must be what was read
    let replaced = args.in_place.then(|| Source::open(&args.file)).transpose()?;
    let input = match &replaced {
        Some(source) => source.read()?,
        None => input::open(&args.file)?,
    };
    let (sender, input) = judgement.sender(input)?;
    let options = options(args, judgement.options(sender.as_ref()))?;
    if args.quiet && args.format == Format::Text {
        files.tell_policy();
    }
    let fixed = mend(args, files, (replaced.as_ref(), input), &options)
        .map_err(|error| stopped(error, &args.file))?;
    tell(args, &fixed, judgement.described(sender.as_ref()).as_deref(), began)?;
    Ok(if fixed.is_clean() { Exit::Clean } else { Exit::Findings })
}

/// The failure of a file that cannot be fixed, by its name; a closed pipe ends quietly.
fn stopped(error: Error, file: &Path) -> Failure {
    match error.kind() {
        _ if error.is_closed_pipe() => Failure::ClosedPipe,
        // reading and writing name their file
        ErrorKind::Unrecognised | ErrorKind::Options => in_file(file)(error),
        _ => error.into(),
    }
}

/// What cannot be put in its own place.
fn refuse_in_place(path: &Path) -> Result<(), Failure> {
    if input::is_standard(path) {
        return Err(Failure::new("standard input has no place: give -o OUT"));
    }
    if path.is_file() && input::is_compressed(&mut File::open(path)?)? {
        let path = escape_path(path);
        return Err(Failure::new(format!("{path}: compressed, and written plain: give -o OUT")));
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

    /// Where the result goes, if anywhere.
    fn target(&self, fixed: &FixedFile) -> Option<&Path> {
        let in_place = self.in_place && fixed.is_changed();
        self.output.as_deref().or_else(|| in_place.then_some(self.file.as_path()))
    }
}

/// Mends the file, and publishes it and the list when both are complete.
fn mend(
    args: &Args,
    files: &Files,
    (replaced, input): (Option<&Source>, Input),
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
        replaced.map_or(Ok(()), Source::expect_unchanged)?;
        output.commit()?;
    }
    list.map_or(Ok(()), Output::commit)?;
    Ok(fixed)
}

/// Tells what was done, and what is left: on standard error where the result went to standard output.
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

/// What is told; its size is bounded by the samples.
fn told(
    args: &Args,
    fixed: &FixedFile,
    policy: Option<&str>,
    began: Instant,
) -> Result<Vec<u8>, Failure> {
    let name = escape_path(&args.file);
    let mut text = Vec::new();
    if args.format == Format::Json {
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

/// What was done, or would be.
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
        (false, _) => "nothing to mend".to_owned(),
        (true, None) => {
            format!("would mend {counts} (nothing is written without -o or --in-place)")
        }
        (true, Some(_)) => format!("mended {counts}"),
    };
    text + &format!("{name}: {done}\n")
}
