//! `flagflow answer`: writes the response of a registration system.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{NaiveDate, NaiveDateTime};
use flagflow::check::render::plural;
use flagflow::check::{Flow, Layout, Options, RuleId, escape_path};
use flagflow::electricity::{
    FileIdentifier, Flow as ElectricityFlow, MAX_INSTRUCTION_NUMBER, Profile,
};
use flagflow::files::LineEndRule;
use flagflow::files::input;
use flagflow::files::output::Output;
use flagflow::intake::answer::{
    AnswerNumbers, AnswerOptions, AnswerOutputs, AnswerReport, KnownPoints, Reasons, Source, answer,
};
use flagflow::{EffectiveDate, WorkingDays};

use super::header::{HeaderArgs, UserFileArgs};
use crate::exit::{Exit, Failure, in_file};
use crate::files::Files;
use crate::input::name_of;
use crate::jobs::JobsArgs;
use crate::judgement::JudgementArgs;
use crate::options::{any_case, read_profile, rule, samples};
use crate::terminal::tell_lines;

/// Write the response to a file of updates
///
/// For gas an E46 for each E45, AC or RJ. For a D0350 a D0172, which confirms the file by its
/// counts, and a D0351 with the refused updates, if there are any. An update is refused if it has
/// an error, breaks a rule of --reject-on, or is of a meter point that is not in --known. Of two
/// updates that contradict each other the later one is refused.
///
/// Records that cannot be answered are listed, never dropped: accepted + refused + listed =
/// records.
///
/// The response is written completely or not at all, both files of it for electricity.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The file of updates, compressed or not; `-` is standard input
    #[arg(value_name = "FILE")]
    input: PathBuf,

    /// The response to write: the E46 records, or the D0172; `-` is standard output
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,

    /// The D0351 to write, with the refused updates of a D0350, which requires it. Nothing is
    /// written if nothing is refused
    #[arg(long, value_name = "OUT")]
    rejections: Option<PathBuf>,

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
    /// Gas then has S72 records below each RJ (profile); for electricity the codes replace those of
    /// the catalogue
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

    /// The profile for writing a D0351 or a D0172. May be repeated
    #[arg(long, value_name = "FILE")]
    answer_profile: Vec<PathBuf>,

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
    jobs: JobsArgs,

    #[command(flatten)]
    envelope: EnvelopeArgs,

    #[command(flatten)]
    header: HeaderArgs,

    #[command(flatten)]
    user_file: UserFileArgs,

    #[command(flatten)]
    confirmation: ConfirmationArgs,
}

/// The values of a D0172 and a D0351.
#[derive(clap::Args)]
#[command(next_help_heading = "Answer to a D0350")]
struct ConfirmationArgs {
    /// When FILE arrived, local time: YYYY-MM-DDTHH:MM[:SS], or a date. The deemed received date
    /// (J0821) is this working day, or after 18:00 and on other days the next one. Required
    #[arg(long, value_name = "TIME", value_parser = arrival)]
    received: Option<NaiveDateTime>,

    /// Bank holidays, one date a line, instead of those of England and Wales, 2019 to 2028
    #[arg(long, value_name = "FILE")]
    bank_holidays: Option<PathBuf>,

    /// The identifier of FILE (J1064), for a file without a header
    #[arg(long, value_name = "ID")]
    answered_file_id: Option<FileIdentifier>,

    /// File sequence number (J0330) of the D0172
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = number())]
    file_sequence: u64,

    /// Instruction number (J0109) of the D0172
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = number())]
    instruction: u64,

    /// File identifier of the D0351. By default the number after --file-id
    #[arg(long, value_name = "ID")]
    rejections_file_id: Option<String>,

    /// File sequence number (J0330) of the D0351
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = number())]
    rejections_file_sequence: u64,

    /// Instruction number (J0109) of the first record of the D0351
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = number())]
    rejections_instruction: u64,
}

impl ConfirmationArgs {
    /// Returns the deemed received date, if there is a time of arrival.
    fn deemed_received(&self) -> Result<Option<EffectiveDate>, Failure> {
        let received = match (self.received, &self.bank_holidays) {
            (Some(received), _) => received,
            (None, None) => return Ok(None),
            (None, Some(_)) => return Err(Failure::new("--bank-holidays is for --received")),
        };
        let own: Option<WorkingDays> = match &self.bank_holidays {
            Some(path) => {
                let text = fs::read_to_string(path).map_err(in_file(path))?;
                Some(text.parse().map_err(in_file(path))?)
            }
            None => None,
        };
        let days = own.as_ref().unwrap_or(WorkingDays::england_and_wales());
        let deemed = days.deemed_received(received);
        deemed.map(Some).map_err(|error| {
            Failure::new(format!("--received: {error}: --bank-holidays gives other years"))
        })
    }
}

fn number() -> clap::builder::RangedU64ValueParser {
    clap::value_parser!(u64).range(1..=MAX_INSTRUCTION_NUMBER)
}

/// Parses a local time, or a day as its beginning.
fn arrival(text: &str) -> Result<NaiveDateTime, String> {
    let time = |text: &str| {
        let forms = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"];
        forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
    };
    let day = || text.parse().ok().map(|day: EffectiveDate| NaiveDate::from(day).into());
    time(text).or_else(day).ok_or_else(|| "expected YYYY-MM-DDTHH:MM or a date".to_owned())
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

/// Writes all files, and publishes them when all are complete.
fn write(
    args: &Args,
    files: &Files,
    source: &Source,
    options: &AnswerOptions,
) -> flagflow::files::Result<AnswerReport> {
    let optional = |path: &Option<PathBuf>| path.as_deref().map(|path| files.spooled(path));
    let mut output = files.spooled(&args.output)?;
    let mut rejections = optional(&args.rejections).transpose()?;
    let mut listed = optional(&args.listed).transpose()?;
    let outputs = AnswerOutputs {
        response: &mut output,
        rejections: rejections.as_mut().map(|output| output as &mut dyn io::Write),
        listed: listed.as_mut().map(|output| output as &mut dyn io::Write),
    };
    let report = answer(source, outputs, options)?;
    source.expect_unchanged()?;
    let rejections = rejections.filter(|_| report.has_rejections());
    if rejections.is_none() {
        expect_no_rejections(args.rejections.as_deref())?;
    }
    // the file that confirms the counts comes last
    [listed, rejections, Some(output)].into_iter().flatten().try_for_each(Output::commit)?;
    Ok(report)
}

/// Refuses to leave the rejections of an earlier run beside a confirmation without any.
fn expect_no_rejections(path: Option<&Path>) -> flagflow::files::Result<()> {
    match path.filter(|path| path.is_file()) {
        None => Ok(()),
        Some(path) => {
            let path = escape_path(path);
            let what = format!("{path} is there, and nothing is refused: remove it first");
            Err(flagflow::files::Error::new(flagflow::files::ErrorKind::Options, what))
        }
    }
}

fn options(args: &Args, check: Options) -> Result<AnswerOptions, Failure> {
    let mut options = AnswerOptions::default();
    options.check = check;
    options.check.threads = args.jobs.threads();
    options.check.layout = args.from_layout;
    options.check.mask = args.mask;
    if let Some(path) = &args.profile {
        options.check.use_profile(profile(path, &[ElectricityFlow::D0350])?);
    }
    for path in &args.answer_profile {
        let flows = [ElectricityFlow::D0351, ElectricityFlow::D0172];
        options.check.use_profile(profile(path, &flows)?);
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
    let confirmation = &args.confirmation;
    options.deemed_received = confirmation.deemed_received()?;
    options.answered_file = confirmation.answered_file_id;
    options.rejections_identifier.clone_from(&confirmation.rejections_file_id);
    options.confirmation = AnswerNumbers {
        file_sequence: confirmation.file_sequence,
        first_instruction: confirmation.instruction,
    };
    options.rejections = AnswerNumbers {
        file_sequence: confirmation.rejections_file_sequence,
        first_instruction: confirmation.rejections_instruction,
    };
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

fn profile(path: &Path, flows: &[ElectricityFlow]) -> Result<Arc<Profile>, Failure> {
    let profile = read_profile(path)?;
    if flows.contains(&profile.flow()) {
        return Ok(Arc::new(profile));
    }
    let names: Vec<_> = flows.iter().map(|flow| flow.name()).collect();
    let (path, own, flows) = (escape_path(path), profile.flow().name(), names.join(" or "));
    Err(Failure::new(format!("{path}: a profile of {own}, not of {flows}")))
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
        let what = if report.has_rejections() { "reasons" } else { "S72 records" };
        let _ = writeln!(text, "{what}: {}", report.reasons);
    }
    if report.flow == Some(Flow::D0350) && !report.has_rejections() {
        text.push_str("nothing is refused: no D0351 is written\n");
    }
    if report.reasons > 0 && report.without_code > 0 {
        let _ = writeln!(text, "refused without a reason code: {}", report.without_code);
    }
    text
}
