//! `flagflow check FILE...`

use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::time::Instant;

use clap::ValueEnum;
use flagflow::check::render::{self, Entry, RenderOptions, TextOptions};
use flagflow::check::{Counts, Layout, Options, Report, Severity, check_records};
use flagflow::exchange::reports::Reports;
use flagflow::gas::FileType;

use crate::exit::{Exit, Failure, with_sources};
use crate::input::{self, Opened};
use crate::judgement::JudgementArgs;
use crate::options::read_profile;
use crate::reports::{self, ReportArgs};
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

    /// How to report on standard output: text for a person, one line of JSON a file
    /// (flagflow-report/1), or annotations for GitHub Actions. [default: text]
    #[arg(long, value_enum)]
    format: Option<Format>,

    /// The layout, fixed, uklink, zhv or zhf, instead of the one recognised by the first line.
    #[arg(long, value_name = "LAYOUT")]
    layout: Option<Layout>,

    /// From which severity on to exit with 1.
    #[arg(long, value_enum, default_value_t = FailOn::Error)]
    fail_on: FailOn,

    /// The most findings shown of each rule, 0 for all of them; counts are always exact.
    /// [default: 20 in text, 1000 in json, 100 in sarif, 10 in html, junit and github]
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
    reports: ReportArgs,

    #[command(flatten)]
    judgement: JudgementArgs,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Github,
}

impl From<Format> for render::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Text => Self::Text,
            Format::Json => Self::Json,
            Format::Github => Self::Github,
        }
    }
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

/// A run over several files.
struct Run<'a> {
    args: &'a Args,
    options: Options,
    /// The format of standard output, unless a report stands there.
    shown: Option<Format>,
    reports: Reports,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let shown = args.shown()?;
    let (reports, begun) = args.reports.begin(args.max_samples, args.fail_on.severity())?;
    let (files, expanded) = input::expand(&args.files);
    let mut run = Run { args, options: args.options(shown, &reports)?, shown, reports };
    let mut exit = begun.max(expanded);
    for file in files {
        exit = exit.max(run.one(&file)?);
    }
    Ok(exit.max(reports::finish(run.reports)))
}

impl Run<'_> {
    /// Checks one file. Only standard output can stop the others.
    fn one(&mut self, file: &Opened) -> Result<Exit, Failure> {
        let Self { args, options, .. } = self;
        if args.check_file_name {
            options.file_name =
                file.path.file_name().map(|name| name.to_string_lossy().into_owned());
        }
        let began = Instant::now();
        let entry = match file.open(args.quiet).and_then(|input| self.check(input)) {
            Ok((report, None)) => Entry::new(&file.name, report),
            Ok((report, Some(counts))) => Entry::new(&file.name, report).with_counts(counts),
            Err(error) => {
                anstream::eprintln!("flagflow: {}: {error}", file.name);
                Entry::unreadable(&file.name, error)
            }
        };
        let exit = self.show(&entry, began).map_err(Failure::output)?;
        self.reports.add(entry);
        Ok(exit)
    }

    fn check(&self, input: impl BufRead) -> Result<(Report, Option<Counts>), String> {
        if !self.reports.shows_counts() {
            let report = flagflow::check::check(input, &self.options);
            return report.map(|report| (report, None)).map_err(|e| with_sources(&e));
        }
        let mut counts = Counts::default();
        let report = check_records(input, &self.options, &mut counts);
        report.map(|report| (report, Some(counts))).map_err(|e| with_sources(&e))
    }

    fn show(&self, entry: &Entry, began: Instant) -> io::Result<Exit> {
        let Ok(report) = &entry.outcome else { return Ok(Exit::Failed) };
        if let Some(format) = self.shown {
            let report = report.limited(self.args.most(format));
            print(self.args, format, &entry.file, &report, began)?;
        }
        Ok(self.args.exit(report))
    }
}

fn print(
    args: &Args,
    format: Format,
    name: &str,
    report: &Report,
    began: Instant,
) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let fail_on = args.fail_on.severity();
    match format {
        Format::Json => {
            render::json(&mut out, name, report)?;
            writeln!(out)?;
        }
        Format::Github => {
            let entry = [Entry::new(name, report.clone())];
            render::github(&mut out, &entry, &RenderOptions { fail_on })?;
        }
        Format::Text if args.quiet => {
            writeln!(out, "{name}: {}", render::verdict(report, fail_on))?;
        }
        Format::Text => {
            let elapsed = Some(began.elapsed());
            let options =
                TextOptions { findings: true, color: terminal::color(), elapsed, fail_on };
            out.write_all(render::text(name, report, &options).as_bytes())?;
        }
    }
    out.flush()
}

impl Args {
    fn exit(&self, report: &Report) -> Exit {
        if report.fails(self.fail_on.severity()) { Exit::Findings } else { Exit::Clean }
    }

    /// What stands on standard output.
    fn shown(&self) -> Result<Option<Format>, Failure> {
        match (self.reports.take_standard_output(), self.format) {
            (false, format) => Ok(Some(format.unwrap_or(Format::Text))),
            (true, None) => Ok(None),
            (true, Some(_)) => {
                Err(Failure::new("--format and a --report to -: standard output is one of them"))
            }
        }
    }

    fn options(&self, shown: Option<Format>, reports: &Reports) -> Result<Options, Failure> {
        let mut file_types = Options::default().file_types;
        file_types.extend(&self.file_type);
        let mut options = Options {
            layout: self.layout,
            max_samples: self.most_of_all(shown, reports),
            mask: self.mask,
            file_types,
            with_reasons: self.reasons,
            count_reasons: self.count_reasons,
            ..self.judgement.options()
        };
        for profile in &self.profile {
            options.use_profile(read_profile(profile)?);
        }
        Ok(options)
    }

    /// The most findings of each rule that anything shows.
    fn most_of_all(&self, shown: Option<Format>, reports: &Reports) -> Option<usize> {
        let shown = shown.map_or(Some(0), |format| self.most(format))?;
        Some(shown.max(reports.most()?))
    }

    /// The most findings of each rule that standard output shows.
    fn most(&self, format: Format) -> Option<usize> {
        let most = self.max_samples.unwrap_or(render::Format::from(format).samples());
        Some(most).filter(|most| *most > 0)
    }
}
