//! `flagflow check FILE...`

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Instant;

use clap::ValueEnum;
use flagflow::check::render::{self, TextOptions};
use flagflow::check::{Layout, Options, Report, Severity};
use flagflow::gas::FileType;

use crate::exit::{Exit, Failure, with_sources};
use crate::input::{self, Opened};
use crate::judgement::JudgementArgs;
use crate::options::read_profile;
use crate::sequence::{SequenceArgs, follow};
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

    /// From which severity on to exit with 1.
    #[arg(long, value_enum, default_value_t = FailOn::Error)]
    fail_on: FailOn,

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
    let mut options = args.options();
    for profile in &args.profile {
        options.use_profile(read_profile(profile)?);
    }
    options.sequence = args.sequence.sequence(&options)?;
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
            follow(options, &report);
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
            layout: self.layout,
            max_samples: self.max_samples(),
            mask: self.mask,
            file_types,
            with_reasons: self.reasons,
            count_reasons: self.count_reasons,
            ..self.judgement.options()
        }
    }

    fn max_samples(&self) -> Option<usize> {
        let most = self.max_samples.unwrap_or(match self.format {
            Format::Text => 20,
            Format::Json => 1000,
        });
        Some(most).filter(|most| *most > 0)
    }
}
