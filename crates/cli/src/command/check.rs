//! `flagflow check FILE...`

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::ValueEnum;
use flagflow::check::policy::GateTerms;
use flagflow::check::render::{self, ReportEntry, TextOptions};
use flagflow::check::{
    Baseline, Counts, FileIdentity, NoVisitor, Options, Report, Sender, Sequence, Severity,
    escape_path, identify,
};
use flagflow::files::input::open;
use flagflow::files::reports::most;

use crate::exit::{Exit, Failure, below_name, in_file};
use crate::files::Files;
use crate::folder::FolderArgs;
use crate::input::{self, Opened};
use crate::jobs::{JobsArgs, Share};
use crate::judgement::{Judgement, JudgementArgs};
use crate::quarantine::{Checks, QuarantineArgs, SplitOutcome};
use crate::reading::{Reading, ReadingArgs};
use crate::reports::{self, AllReports, ReportArgs};
use crate::sequence::SequenceArgs;
use crate::terminal::{self, tell};

/// Check files against the rules and report errors
///
/// Reads each file once, checks every record, the envelope and records against one another, and
/// prints each finding with its position. A file may be plain or compressed with
/// gzip, zstd or zip.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The files to check; all files in a folder, - for standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// The format on standard output: text, one JSON object a file (flagflow-report/1), or
    /// annotations for GitHub Actions. [default: text]
    #[arg(long, value_enum)]
    format: Option<CheckFormat>,

    /// The lowest severity that sets exit code 1. [default: error]
    #[arg(long, value_enum)]
    fail_on: Option<FailLevel>,

    /// Hide findings already in these reports (flagflow-report/1, one JSON object a file); they are
    /// counted separately.
    #[arg(long, value_name = "REPORTS")]
    baseline: Option<PathBuf>,

    /// The most findings to show for each rule, 0 for all; counts are always exact. [default: 20 in
    /// text, 1000 in json, 100 in sarif, 10 in html, junit and github]
    #[arg(long, value_name = "N")]
    max_samples: Option<usize>,

    /// Report a file name that is not of the form CCCNN.CCNNNNNN.CCC (profile).
    #[arg(long)]
    check_file_name: bool,

    /// Hide meter points in all output.
    #[arg(long)]
    mask: bool,

    /// Print the summary of each file without findings (text). On a terminal the summary otherwise
    /// comes first, and the findings below it.
    #[arg(long, conflicts_with = "quiet")]
    summary: bool,

    /// Print only the verdict (text), and no progress.
    #[arg(short, long)]
    quiet: bool,

    #[command(flatten)]
    folders: FolderArgs,

    #[command(flatten)]
    reports: ReportArgs,

    #[command(flatten)]
    sequence: SequenceArgs,

    #[command(flatten)]
    quarantine: QuarantineArgs,

    #[command(flatten)]
    reading: ReadingArgs,

    #[command(flatten)]
    judgement: JudgementArgs,

    #[command(flatten)]
    jobs: JobsArgs,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CheckFormat {
    Text,
    Json,
    Github,
}

impl From<CheckFormat> for render::Format {
    fn from(format: CheckFormat) -> Self {
        match format {
            CheckFormat::Text => Self::Text,
            CheckFormat::Json => Self::Json,
            CheckFormat::Github => Self::Github,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FailLevel {
    Error,
    Warning,
    Note,
    Never,
}

impl FailLevel {
    /// Returns the given severity, or that of the configuration.
    pub(super) fn or(given: Option<Self>, terms: GateTerms) -> Option<Severity> {
        match given {
            Some(fail_on) => fail_on.severity(),
            None => terms.fail_on.unwrap_or(Some(Severity::Error)),
        }
    }

    fn severity(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Note => Some(Severity::Note),
            Self::Never => None,
        }
    }
}

pub(crate) fn run(args: &Args, named: &Files) -> Result<Exit, Failure> {
    let (files, expanded) = input::expand(&args.files, &args.folders.read()?);
    args.quarantine.expect_one(files.len())?;
    let shown = args.shown()?;
    let run = CheckRun::begin(args, shown, named)?;
    let (mut reports, begun) = args.reports.begin(args.max_samples, &named.guard);
    let wanted = run.wanted(&reports);
    if args.quiet && shown == Some(CheckFormat::Text) {
        named.tell_policy();
    }
    let (mut exit, mut said) = (expanded.max(begun), Ok(()));
    let take = |file: &Opened, checked: CheckedFile| {
        checked.tell_error(&file.name);
        if said.is_ok() {
            said = run.show(&checked.entry, checked.elapsed).map_err(Failure::output);
        }
        checked.outcome.iter().for_each(|outcome| outcome.tell(&file.name, args.quiet));
        // the reader of standard output may stop; reports in files are still needed
        if said.is_err() && reports.is_empty() {
            return ControlFlow::Break(());
        }
        exit = exit.max(checked.exit());
        reports.add(checked.entry);
        ControlFlow::Continue(())
    };
    // a break leaves its reason in `said`
    let _ = run.each_file(&files, wanted, take);
    match (reports::finish(reports), said) {
        (Exit::Failed, said) => {
            said.err().iter().for_each(Failure::tell);
            Ok(Exit::Failed)
        }
        (_, said) => said.map(|()| exit),
    }
}

/// Options and input that are read once for all files.
struct CheckRun<'a> {
    args: &'a Args,
    /// The format on standard output, unless a report uses it.
    shown: Option<CheckFormat>,
    named: &'a Files,
    judgement: Judgement<'a>,
    reading: Reading<'a>,
    baseline: Option<Baseline>,
    /// The file to compare the first one with.
    sequence: Sequence,
}

/// What the reports and standard output need from each file.
#[derive(Clone, Copy)]
struct Wanted {
    /// The most findings of each rule; `None` is all.
    most: Option<usize>,
    counts: bool,
}

impl<'a> CheckRun<'a> {
    fn begin(
        args: &'a Args,
        shown: Option<CheckFormat>,
        named: &'a Files,
    ) -> Result<Self, Failure> {
        let mut run = Self {
            args,
            shown,
            named,
            judgement: args.judgement.with(named),
            reading: args.reading.read()?,
            baseline: args.baseline.as_deref().map(read_baseline).transpose()?,
            sequence: Sequence::Off,
        };
        run.sequence = args.sequence.first(|path| run.identify(path))?;
        Ok(run)
    }

    /// The file before the first one.
    fn identify(&self, path: &Path) -> Result<FileIdentity, Failure> {
        let (sender, input) = self.judgement.sender(open(path)?)?;
        identify(input, &self.judged_by(sender.as_ref(), self.args.jobs.alone()))
            .map_err(in_file(path))
    }

    /// Checks files and takes the results in their order. Files that are compared with the one
    /// before are checked one after the other.
    fn each_file(
        &self,
        files: &[Opened],
        wanted: Wanted,
        mut take: impl FnMut(&Opened, CheckedFile) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let (jobs, mut sequence) = (&self.args.jobs, self.sequence.clone());
        if matches!(sequence, Sequence::Off) {
            let one = |file: &Opened, share| self.one(file, share, wanted, &sequence);
            return jobs.each_file(files, one, take);
        }
        files.iter().try_for_each(|file| {
            let checked = self.one(file, jobs.alone(), wanted, &sequence);
            let outcome = checked.entry.outcome.iter();
            outcome.for_each(|report| sequence.follow(report.identity.as_ref()));
            take(file, checked)
        })
    }

    /// Checks one file.
    fn one(&self, file: &Opened, share: Share, wanted: Wanted, sequence: &Sequence) -> CheckedFile {
        let began = Instant::now();
        let (entry, outcome) = match self.check(file, share, wanted, sequence) {
            Ok((entry, outcome)) => (entry, Some(outcome)),
            Err(error) => (ReportEntry::unreadable(&file.path, error), None),
        };
        CheckedFile { entry, outcome, elapsed: began.elapsed() }
    }

    fn check(
        &self,
        file: &Opened,
        share: Share,
        wanted: Wanted,
        sequence: &Sequence,
    ) -> Result<(ReportEntry, SplitOutcome), String> {
        let quarantine = &self.args.quarantine;
        let mut opening = quarantine.open(file, self.args.quiet || share.is_beside_others())?;
        let sender =
            self.judgement.sender(opening.input).map_err(|error| below_name(&file.name, &error))?;
        let (sender, input) = sender;
        opening.input = input;
        let mut options = self.options(file, sender.as_ref(), share);
        options.sequence = sequence.clone();
        options.max_samples = wanted.most;
        let gates = self.judgement.gates(sender.as_ref());
        let mut counts = wanted.counts.then(Counts::default);
        let checks = Checks { options: &options, terms: gates, guard: &self.named.guard };
        let (report, outcome) = match &mut counts {
            Some(counts) => quarantine.check(file, opening, checks, counts)?,
            None => quarantine.check(file, opening, checks, &mut NoVisitor)?,
        };
        let fail_on = FailLevel::or(self.args.fail_on, gates);
        let policy = self.judgement.described(sender.as_ref());
        let mut entry = ReportEntry::new(&file.path, report);
        if let Some(counts) = counts {
            entry = entry.with_counts(counts);
        }
        let entry = entry.failing_on(fail_on).refused_for(outcome.reasons());
        Ok((entry.judged_by(policy), outcome))
    }

    fn judged_by(&self, sender: Option<&Sender>, share: Share) -> Options {
        let mut options = self.judgement.options(sender);
        self.reading.apply(&mut options);
        options.mask = self.args.mask;
        share.apply(&mut options);
        options
    }

    fn options(&self, file: &Opened, sender: Option<&Sender>, share: Share) -> Options {
        let mut options = self.judged_by(sender, share);
        options.baseline = self.baseline.as_ref().map(|baseline| baseline.of(&file.name));
        if self.args.check_file_name {
            let name = file.path.file_name();
            options.file_name = name.map(|name| name.to_string_lossy().into_owned());
        }
        options
    }

    /// Returns what the reports and standard output need.
    fn wanted(&self, reports: &AllReports) -> Wanted {
        Wanted { most: self.most_of_all(reports), counts: reports.shows_counts() }
    }

    /// Returns the most findings of each rule in any output.
    fn most_of_all(&self, reports: &AllReports) -> Option<usize> {
        let shown = |format: CheckFormat| match (format, self.args.quiet || self.args.summary) {
            (CheckFormat::Text, true) => Some(0),
            _ => most(format.into(), self.args.max_samples),
        };
        Some(self.shown.map_or(Some(0), shown)?.max(reports.most()?))
    }

    /// Prints a file's report to standard output, if requested.
    fn show(&self, entry: &ReportEntry, elapsed: Duration) -> io::Result<()> {
        let (Ok(report), Some(format)) = (&entry.outcome, self.shown) else { return Ok(()) };
        let report = report.limited(most(format.into(), self.args.max_samples));
        self.print(format, entry, &report, elapsed)
    }

    fn print(
        &self,
        format: CheckFormat,
        entry: &ReportEntry,
        report: &Report,
        elapsed: Duration,
    ) -> io::Result<()> {
        let mut out = io::BufWriter::new(io::stdout().lock());
        let ReportEntry { file, path, refused, policy, .. } = entry;
        match format {
            CheckFormat::Text if self.args.quiet => {
                writeln!(out, "{file}: {}", render::verdict(report, entry.fails()))?;
            }
            CheckFormat::Text => {
                let options = TextOptions {
                    findings: !self.args.summary,
                    color: terminal::color(),
                    elapsed: Some(elapsed),
                    failed: entry.fails(),
                    refused,
                    policy: policy.as_deref(),
                };
                let text = render::readable_text(file, report, &options, terminal::columns());
                out.write_all(text.as_bytes())?;
            }
            CheckFormat::Json | CheckFormat::Github => {
                let shown = ReportEntry::new(path, report.clone()).failing_on(entry.fail_on);
                let shown = shown.refused_for(refused.iter().cloned()).judged_by(policy.clone());
                render::write(format.into(), &mut out, &[shown])?;
            }
        }
        out.flush()
    }
}

fn read_baseline(path: &Path) -> Result<Baseline, Failure> {
    let baseline = Baseline::read(open(path)?).map_err(in_file(path))?;
    if baseline.unlisted() > 0 {
        let (name, unlisted) = (escape_path(path), baseline.unlisted());
        tell(format_args!(
            "flagflow: {name}: counts {unlisted} findings that it does not list, which will be \
             shown as new; make it with --max-samples 0"
        ));
    }
    Ok(baseline)
}

/// A checked file.
struct CheckedFile {
    entry: ReportEntry,
    /// `None` if the file could not be read.
    outcome: Option<SplitOutcome>,
    elapsed: Duration,
}

impl CheckedFile {
    /// Prints why the file could not be read.
    fn tell_error(&self, name: &str) {
        if let Err(error) = &self.entry.outcome {
            tell(format_args!("flagflow: {name}: {error}"));
        }
    }

    fn exit(&self) -> Exit {
        match &self.outcome {
            None => Exit::Failed,
            Some(_) if self.entry.fails() => Exit::Findings,
            Some(_) => Exit::Clean,
        }
    }
}

impl Args {
    /// Returns the format on standard output, unless a report uses it.
    fn shown(&self) -> Result<Option<CheckFormat>, Failure> {
        match (self.reports.take_standard_output()?, self.format) {
            (false, format) => Ok(Some(format.unwrap_or(CheckFormat::Text))),
            (true, None) => Ok(None),
            (true, Some(_)) => {
                Err(Failure::new("--format and --report - both use standard output"))
            }
        }
    }
}
