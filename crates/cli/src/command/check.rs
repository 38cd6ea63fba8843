//! `flagflow check FILE...`

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use flagflow::check::render::{self, TextOptions};
use flagflow::check::{
    Baseline, Issue, Layout, Nobody, Options, Report, Sender, Sequence, Severity,
};
use flagflow::electricity::Profile;
use flagflow::exchange::input::open;
use flagflow::gas::FileType;

use crate::exit::{Exit, Failure, with_sources};
use crate::input::{self, Opened};
use crate::judgement::{Judgement, JudgementArgs};
use crate::options::read_profile;
use crate::quarantine::{Outcome, QuarantineArgs};
use crate::sequence::SequenceArgs;
use crate::terminal;

/// Check files against the rules and report what is wrong
///
/// Reads each file once, holds every record, the envelope and one record against another, and
/// prints what it found, each finding at its bytes. A file may be plain or compressed with gzip.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The files; a folder stands for every file below it, - for standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// How to report: text for a person, or one line of JSON a file (flagflow-report/1).
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// The layout, fixed, uklink, zhv or zhf, instead of the one recognised by the first line.
    #[arg(long, value_name = "LAYOUT")]
    layout: Option<Layout>,

    /// From which severity on to exit with 1. [default: error]
    #[arg(long, value_enum)]
    fail_on: Option<FailOn>,

    /// Show what is new only: what these reports (flagflow-report/1, a line of JSON a file) told
    /// already is counted apart.
    #[arg(long, value_name = "REPORTS")]
    baseline: Option<PathBuf>,

    /// The most findings shown of each rule, 0 for all of them; counts are always exact.
    /// [default: 20 in text, 1000 in json]
    #[arg(long, value_name = "N")]
    max_samples: Option<usize>,

    /// A profile for the electricity flows instead of the built-in placeholder; one for D0350 and
    /// one for D0351 may be given.
    #[arg(long, value_name = "FILE")]
    profile: Vec<PathBuf>,

    /// A file type known to carry these records, besides DXI (profile). May be repeated.
    #[arg(long, value_name = "TYPE")]
    file_type: Vec<FileType>,

    /// Take S72 lines as the rejection reasons of the E46 above them (profile).
    #[arg(long)]
    reasons: bool,

    /// The trailer counts S72 lines too (profile).
    #[arg(long, requires = "reasons")]
    count_reasons: bool,

    /// Note a file's name that is not of the form CCCNN.CCNNNNNN.CCC (profile).
    #[arg(long)]
    check_file_name: bool,

    /// Hide meter points in everything that is printed.
    #[arg(long)]
    mask: bool,

    /// Print the verdict only (text), and no progress.
    #[arg(short, long)]
    quiet: bool,

    #[command(flatten)]
    sequence: SequenceArgs,

    #[command(flatten)]
    quarantine: QuarantineArgs,

    #[command(flatten)]
    judgement: JudgementArgs,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Error,
    Warning,
    Note,
    Never,
}

impl FailOn {
    fn severity(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Note => Some(Severity::Note),
            Self::Never => None,
        }
    }
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let (files, mut exit) = input::expand(&args.files);
    args.quarantine.expect_one(files.len())?;
    let mut run = Run::begin(args)?;
    for file in files {
        exit = exit.max(run.one(&file)?);
    }
    Ok(exit)
}

/// What is read once, for all files.
struct Run<'a> {
    args: &'a Args,
    judgement: Judgement<'a>,
    profiles: Vec<Arc<Profile>>,
    baseline: Option<Baseline>,
    sequence: Sequence,
}

/// One file, checked.
struct Checked {
    report: Report,
    fail_on: Option<Severity>,
    policy: Option<String>,
    outcome: Outcome,
    elapsed: Duration,
}

impl<'a> Run<'a> {
    fn begin(args: &'a Args) -> Result<Self, Failure> {
        let profiles = args.profile.iter().map(|path| read_profile(path).map(Arc::new));
        let mut run = Self {
            args,
            judgement: args.judgement.read()?,
            profiles: profiles.collect::<Result<_, _>>()?,
            baseline: args.baseline.as_deref().map(read_baseline).transpose()?,
            sequence: Sequence::Off,
        };
        run.sequence = args.sequence.first(|path| run.issue(path))?;
        Ok(run)
    }

    /// What the file before the first one is.
    fn issue(&self, path: &Path) -> Result<Issue, Failure> {
        let (sender, input) = self.judgement.sender(open(path)?)?;
        let failed = |error| Failure::new(format!("{}: {}", path.display(), with_sources(&error)));
        flagflow::check::issue(input, &self.judged_by(sender.as_ref())).map_err(failed)
    }

    /// Checks one file. Only standard output can stop the others.
    fn one(&mut self, file: &Opened) -> Result<Exit, Failure> {
        match self.check(file) {
            Ok(checked) => {
                self.sequence.follow(&checked.report);
                print(self.args, &file.name, &checked).map_err(Failure::output)?;
                checked.outcome.tell(&file.name, self.args.quiet);
                Ok(checked.exit())
            }
            Err(error) => {
                anstream::eprintln!("flagflow: {}: {error}", file.name);
                Ok(Exit::Failed)
            }
        }
    }

    fn check(&self, file: &Opened) -> Result<Checked, String> {
        let began = Instant::now();
        let quarantine = &self.args.quarantine;
        let mut opening = quarantine.open(file, self.args.quiet)?;
        let sender = self.judgement.sender(opening.input).map_err(|e| with_sources(&e))?;
        let (sender, input) = sender;
        opening.input = input;
        let options = self.options(file, sender.as_ref());
        let gates = self.judgement.gates(sender.as_ref());
        let (report, outcome) = quarantine.check(file, opening, &options, gates, &mut Nobody)?;
        let fail_on = match self.args.fail_on {
            Some(fail_on) => fail_on.severity(),
            None => gates.fail_on.unwrap_or(Some(Severity::Error)),
        };
        let policy = self.judgement.described(sender.as_ref());
        Ok(Checked { report, fail_on, policy, outcome, elapsed: began.elapsed() })
    }

    fn judged_by(&self, sender: Option<&Sender>) -> Options {
        let mut options = self.judgement.options(sender);
        self.args.apply(&mut options);
        for profile in &self.profiles {
            options.use_profile(Arc::clone(profile));
        }
        options
    }

    fn options(&self, file: &Opened, sender: Option<&Sender>) -> Options {
        let mut options = self.judged_by(sender);
        options.sequence = self.sequence.clone();
        options.baseline = self.baseline.as_ref().map(|baseline| baseline.of(&file.name));
        if self.args.check_file_name {
            let name = file.path.file_name();
            options.file_name = name.map(|name| name.to_string_lossy().into_owned());
        }
        options
    }
}

fn read_baseline(path: &Path) -> Result<Baseline, Failure> {
    let failed = |error| Failure::new(format!("{}: {}", path.display(), with_sources(&error)));
    let baseline = Baseline::read(open(path)?).map_err(failed)?;
    if baseline.unlisted() > 0 {
        let (name, unlisted) = (path.display(), baseline.unlisted());
        anstream::eprintln!(
            "flagflow: {name}: counts {unlisted} findings that it does not list, which will be \
             shown as new; make it with --max-samples 0"
        );
    }
    Ok(baseline)
}

fn print(args: &Args, name: &str, checked: &Checked) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let Checked { report, fail_on, .. } = checked;
    match args.format {
        Format::Json => {
            render::json(&mut out, name, report)?;
            writeln!(out)?;
        }
        Format::Text if args.quiet => {
            writeln!(out, "{name}: {}", render::verdict(report, *fail_on))?;
        }
        Format::Text => {
            let options = TextOptions {
                findings: true,
                color: terminal::color(),
                elapsed: Some(checked.elapsed),
                fail_on: *fail_on,
                policy: checked.policy.as_deref(),
            };
            out.write_all(render::text(name, report, &options).as_bytes())?;
        }
    }
    out.flush()
}

impl Checked {
    fn exit(&self) -> Exit {
        let fails = |level| self.report.worst().is_some_and(|worst| worst >= level);
        match self.outcome.is_refused() || self.fail_on.is_some_and(fails) {
            true => Exit::Findings,
            false => Exit::Clean,
        }
    }
}

impl Args {
    /// Changes options to what the arguments say.
    fn apply(&self, options: &mut Options) {
        options.layout = self.layout;
        options.max_samples = self.max_samples();
        options.mask = self.mask;
        options.file_types.extend(&self.file_type);
        options.with_reasons |= self.reasons;
        options.count_reasons |= self.count_reasons;
    }

    fn max_samples(&self) -> Option<usize> {
        let most = self.max_samples.unwrap_or(match self.format {
            Format::Text => 20,
            Format::Json => 1000,
        });
        Some(most).filter(|most| *most > 0)
    }
}
