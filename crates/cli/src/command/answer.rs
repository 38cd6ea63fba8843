//! `flagflow answer`: writes the response of a registration system.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flagflow::check::render::plural;
use flagflow::check::{Layout, Options, RuleId, escape_path};
use flagflow::electricity::{Flow as ElectricityFlow, Profile};
use flagflow::files::LineEndRule;
use flagflow::files::input;
use flagflow::intake::answer::{AnswerOptions, AnswerReport, KnownPoints, Reasons, Source, answer};

use super::header::{HeaderArgs, UserFileArgs};
use crate::exit::{Exit, Failure, in_file};
use crate::files::Files;
use crate::input::name_of;
use crate::judgement::JudgementArgs;
use crate::options::{any_case, read_profile, rule, samples};
use crate::terminal::tell_lines;

/// Write the response to a file of updates
///
/// For gas an E46 for each E45, AC or RJ; for electricity a D0351 with the refused updates of a
/// D0350. An update is refused if it has an error, breaks a rule of --reject-on, or is of a meter
/// point that is not in --known. Of two updates that contradict each other the later one is
/// refused.
///
/// Records that cannot be answered are listed, never dropped: accepted + refused + listed =
/// records.
///
/// The response is written completely or not at all.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The file of updates, compressed or not; `-` is standard input
    #[arg(value_name = "FILE")]
    input: PathBuf,

    /// The response to write; `-` is standard output
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,

    /// This provider's meter points, one a line; updates of others are refused
    #[arg(long, value_name = "FILE")]
    known: Option<PathBuf>,

    /// A rule that refuses an update although it is not an error. May be repeated
    #[arg(
        long,
        value_name = "RULE",
        value_delimiter = ',',
        value_parser = rule(),
        hide_possible_values = true
    )]
    reject_on: Vec<RuleId>,

    /// A table of codes in TOML: rule = "code", unknown-meter-point = "code", default = "code".
    /// Gas then has S72 records below each RJ (profile); electricity needs it
    #[arg(long, value_name = "FILE")]
    reasons: Option<PathBuf>,

    /// Count S72 records in the trailer of a gas response too (profile)
    #[arg(long, requires = "reasons")]
    count_reasons: bool,

    /// Write every record that cannot be answered to this file, one JSON object a line
    #[arg(long, value_name = "FILE")]
    listed: Option<PathBuf>,

    /// The most unanswered records to print on standard error, 0 for all
    #[arg(long, value_name = "N", default_value_t = AnswerOptions::SAMPLES, value_parser = samples)]
    max_samples: usize,

    /// The layout of the response; that of FILE by default
    #[arg(long, value_name = "LAYOUT", value_parser = any_case::<Layout>)]
    layout: Option<Layout>,

    /// The line ending: keep (as in FILE), lf or crlf
    #[arg(long, value_name = "END", default_value_t, value_parser = any_case::<LineEndRule>)]
    line_end: LineEndRule,

    /// The profile for reading a D0350
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,

    /// The profile for writing a D0351
    #[arg(long, value_name = "FILE")]
    answer_profile: Option<PathBuf>,

    /// Hide meter points in all output and lists
    #[arg(long)]
    mask: bool,

    /// Print only the records that cannot be answered
    #[arg(short, long)]
    quiet: bool,

    /// The layout of FILE; recognised by its first line by default
    #[arg(long, value_name = "LAYOUT", value_parser = any_case::<Layout>)]
    from_layout: Option<Layout>,

    #[command(flatten)]
    judgement: JudgementArgs,

    #[command(flatten)]
    envelope: EnvelopeArgs,

    #[command(flatten)]
    header: HeaderArgs,

    #[command(flatten)]
    user_file: UserFileArgs,
}

/// Header and trailer of the response.
#[derive(clap::Args)]
#[command(next_help_heading = "Header values")]
struct EnvelopeArgs {
    /// Put a header and a trailer around the response. Electricity has them if FILE has
    #[arg(long)]
    envelope: bool,

    /// Write no header and no trailer, even if FILE has them
    #[arg(long, conflicts_with = "envelope")]
    bare: bool,
}

pub(crate) fn run(args: &Args, files: &Files) -> Result<Exit, Failure> {
    let source = Source::open(&args.input)?;
    let judgement = args.judgement.with(files);
    files.tell_policy();
    let sender = judgement.sender(source.read()?)?.0;
    let options = options(args, judgement.options(sender.as_ref()))?;
    match write(args, files, &source, &options) {
        Ok(report) => Ok(tell(&report, args.quiet)),
        Err(error) if error.is_closed_pipe() => Ok(Exit::Clean),
        Err(error) => Err(error.of_input(&name_of(&args.input)).into()),
    }
}

/// Writes both files, and publishes them when both are complete.
fn write(
    args: &Args,
    files: &Files,
    source: &Source,
    options: &AnswerOptions,
) -> flagflow::files::Result<AnswerReport> {
    let mut output = files.spooled(&args.output)?;
    let listed = args.listed.as_deref().map(|path| files.spooled(path));
    let mut listed = listed.transpose()?;
    let listing = listed.as_mut().map(|listed| listed as &mut dyn io::Write);
    let report = answer(source, &mut output, listing, options)?;
    source.expect_unchanged()?;
    if let Some(listed) = listed {
        listed.commit()?;
    }
    output.commit()?;
    Ok(report)
}

fn options(args: &Args, check: Options) -> Result<AnswerOptions, Failure> {
    let mut options = AnswerOptions::default();
    options.check = check;
    options.check.layout = args.from_layout;
    options.check.mask = args.mask;
    if let Some(path) = &args.profile {
        options.check.d0350 = profile(path, ElectricityFlow::D0350)?;
    }
    if let Some(path) = &args.answer_profile {
        options.check.d0351 = profile(path, ElectricityFlow::D0351)?;
    }
    options.reject_on.clone_from(&args.reject_on);
    options.known = args.known.as_deref().map(|path| known(path, args.mask)).transpose()?;
    options.reasons = args.reasons.as_deref().map(reasons).transpose()?;
    options.count_reasons = args.count_reasons;
    options.layout = args.layout;
    options.line_end = args.line_end;
    options.envelope = args.envelope.choice();
    options.header = args.header.into();
    options.user_file = args.user_file.clone().into();
    options.samples = args.max_samples;
    Ok(options)
}

impl EnvelopeArgs {
    const fn choice(&self) -> Option<bool> {
        match (self.envelope, self.bare) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        }
    }
}

fn known(path: &Path, mask: bool) -> Result<KnownPoints, Failure> {
    let input = input::open(path)?;
    let known = if mask { KnownPoints::read_masked(input) } else { KnownPoints::read(input) };
    known.map_err(in_file(path))
}

fn reasons(path: &Path) -> Result<Reasons, Failure> {
    let text = fs::read_to_string(path).map_err(in_file(path))?;
    Reasons::from_toml(&text).map_err(in_file(path))
}

fn profile(path: &Path, flow: ElectricityFlow) -> Result<Arc<Profile>, Failure> {
    let profile = read_profile(path)?;
    if profile.flow() == flow {
        return Ok(Arc::new(profile));
    }
    let (path, own, flow) = (escape_path(path), profile.flow().name(), flow.name());
    Err(Failure::new(format!("{path}: a profile of {own}, not of {flow}")))
}

fn tell(report: &AnswerReport, quiet: bool) -> Exit {
    let mut text = listed(report);
    if !quiet {
        text.push_str(&summary(report));
    }
    tell_lines(&text);
    if report.is_complete() { Exit::Clean } else { Exit::Findings }
}

fn listed(report: &AnswerReport) -> String {
    let mut text: String =
        report.samples.iter().map(|listed| format!("not answered: {listed}\n")).collect();
    let more = report.listed.saturating_sub(report.samples.len() as u64);
    if more > 0 {
        let _ = writeln!(text, "not answered: {more} more");
    }
    text
}

fn summary(report: &AnswerReport) -> String {
    let AnswerReport { records, accepted, refused, listed, .. } = report;
    let answered = report.answered();
    let records = plural(*records, "record");
    let mut text = format!(
        "{records}: {answered} answered ({accepted} accepted, {refused} refused), {listed} listed\n"
    );
    for (refusal, times) in &report.refusals {
        let _ = writeln!(text, "  {refusal}: {times}");
    }
    if report.reasons > 0 {
        let _ = writeln!(text, "S72 records: {}", report.reasons);
    }
    if report.reasons > 0 && report.without_code > 0 {
        let _ = writeln!(text, "refused without a reason code: {}", report.without_code);
    }
    text
}
