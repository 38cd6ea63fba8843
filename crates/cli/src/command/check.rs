//! `flagflow check FILE...`

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Instant;

use clap::ValueEnum;
use flagflow::EffectiveDate;
use flagflow::check::render::{self, TextOptions};
use flagflow::check::{
    CrossRecords, EditionChoice, Flow, Layout, Options, PerRule, Report, RuleId, Severity,
};
use flagflow::gas::FileType;

use crate::exit::{Exit, Failure, with_sources};
use crate::input::{self, Opened};
use crate::options::{day, rule, rule_and_level, size};
use crate::terminal;

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

    /// Which letters a flag may be: auto (by the header's day), pre-mp077 (A, S, W), mp077
    /// (A, N, I) or any.
    #[arg(long, value_name = "EDITION", default_value = "auto", value_parser = edition)]
    edition: EditionChoice,

    /// The flow, e45 or e46, instead of that of the first record.
    #[arg(long, value_name = "FLOW")]
    flow: Option<Flow>,

    /// The layout, fixed or uklink, instead of the one recognised by the first line.
    #[arg(long, value_name = "LAYOUT")]
    layout: Option<Layout>,

    /// The day after which an effective date is in the future, instead of the header's.
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: Option<EffectiveDate>,

    /// From which severity on to exit with 1.
    #[arg(long, value_enum, default_value_t = FailOn::Error)]
    fail_on: FailOn,

    /// Leave a rule out; the report says how often it would have fired. May be repeated.
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = rule())]
    ignore: Vec<RuleId>,

    /// Change how severe a rule is (error, warning, note). May be repeated.
    #[arg(long, value_name = "RULE=LEVEL", value_delimiter = ',', value_parser = rule_and_level)]
    severity: Vec<(RuleId, Severity)>,

    /// The most findings shown of each rule, 0 for all of them; counts are always exact.
    /// [default: 20 in text, 1000 in json]
    #[arg(long, value_name = "N")]
    max_samples: Option<usize>,

    /// The most bytes of a line; a longer one is a finding and never held in memory.
    #[arg(long, value_name = "BYTES", default_value = "64k", value_parser = size)]
    max_line: usize,

    /// Do not hold records against one another (duplicates, conflicts): less memory, and faster.
    #[arg(long)]
    no_cross_record: bool,

    /// The most memory for holding records against one another; past it temporary files are used.
    #[arg(long, value_name = "BYTES", default_value = "512M", value_parser = size)]
    cross_record_memory: usize,

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

fn edition(text: &str) -> Result<EditionChoice, String> {
    text.parse().map_err(|_| "expected auto, pre-mp077, mp077 or any".to_owned())
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let (files, mut exit) = input::expand(&args.files);
    let mut options = args.options();
    for file in files {
        exit = exit.max(one(args, &mut options, &file)?);
    }
    Ok(exit)
}

/// Checks one file. Only standard output can stop the others.
fn one(args: &Args, options: &mut Options, file: &Opened) -> Result<Exit, Failure> {
    if args.check_file_name {
        options.file_name = file.path.file_name().map(|name| name.to_string_lossy().into_owned());
    }
    let began = Instant::now();
    let checked = match file.open(args.quiet) {
        Ok(input) => flagflow::check::check(input, options).map_err(|e| with_sources(&e)),
        Err(error) => Err(error),
    };
    match checked {
        Ok(report) => {
            print(args, &file.name, &report, began).map_err(Failure::output)?;
            Ok(args.exit(&report))
        }
        Err(error) => {
            anstream::eprintln!("flagflow: {}: {error}", file.name);
            Ok(Exit::Failed)
        }
    }
}

fn print(args: &Args, name: &str, report: &Report, began: Instant) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let fail_on = args.fail_on.severity();
    match args.format {
        Format::Json => {
            render::json(&mut out, name, report)?;
            writeln!(out)?;
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
        let fails = |level| report.worst().is_some_and(|worst| worst >= level);
        if self.fail_on.severity().is_some_and(fails) { Exit::Findings } else { Exit::Clean }
    }

    fn options(&self) -> Options {
        let mut file_types = Options::default().file_types;
        file_types.extend(&self.file_type);
        Options {
            edition: self.edition,
            flow: self.flow,
            layout: self.layout,
            as_of: self.as_of,
            ignore: PerRule::from_fn(|rule| self.ignore.contains(&rule)),
            severity: PerRule::from_fn(|rule| self.severity_of(rule)),
            max_samples: self.max_samples(),
            max_line: self.max_line,
            cross_records: self.cross_records(),
            mask: self.mask,
            file_types,
            with_reasons: self.reasons,
            count_reasons: self.count_reasons,
            file_name: None,
            ..Options::default()
        }
    }

    /// The last word on a rule counts.
    fn severity_of(&self, rule: RuleId) -> Severity {
        let said = self.severity.iter().rev().find(|(id, _)| *id == rule);
        said.map_or(rule.rule().severity, |(_, severity)| *severity)
    }

    fn max_samples(&self) -> Option<usize> {
        let most = self.max_samples.unwrap_or(match self.format {
            Format::Text => 20,
            Format::Json => 1000,
        });
        Some(most).filter(|most| *most > 0)
    }

    fn cross_records(&self) -> CrossRecords {
        if self.no_cross_record {
            return CrossRecords::Off;
        }
        CrossRecords::Within { memory: self.cross_record_memory }
    }
}
