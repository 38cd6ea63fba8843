//! `flagflow summary FILE...`

use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;

use clap::ValueEnum;
use flagflow::check::render::{SummaryOptions, summary, summary_json, summary_of_all};
use flagflow::check::{Counts, Report, check_on_threads};

use crate::exit::{Exit, Failure, below_name};
use crate::files::Files;
use crate::folder::FolderArgs;
use crate::input::{self, Opened};
use crate::jobs::{JobsArgs, Share};
use crate::judgement::{Judgement, JudgementArgs};
use crate::reading::{Reading, ReadingArgs};
use crate::terminal::{self, tell};

/// Summarise files: accepted records by flag, effective date and distributor
///
/// Reads files as check does, and counts the accepted records; only the number of the others is
/// shown. Each of several files is shown, and then all of them together. Distributors are those of
/// electricity files.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The files to summarise; all files in a folder, - for standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// The format: text with plots, or one JSON object a file (flagflow-summary/1).
    #[arg(long, value_enum, default_value_t = SummaryFormat::Text)]
    format: SummaryFormat,

    /// Draw with ASCII only. By default the locale decides.
    #[arg(long)]
    ascii: bool,

    /// The width of the text in columns. [default: that of the terminal, or 80]
    #[arg(long, value_name = "N")]
    width: Option<usize>,

    /// Show no progress.
    #[arg(short, long)]
    quiet: bool,

    #[command(flatten)]
    folders: FolderArgs,

    #[command(flatten)]
    reading: ReadingArgs,

    #[command(flatten)]
    judgement: JudgementArgs,

    #[command(flatten)]
    jobs: JobsArgs,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SummaryFormat {
    Text,
    Json,
}

pub(crate) fn run(args: &Args, named: &Files) -> Result<Exit, Failure> {
    let (reading, judgement) = (args.reading.read()?, args.judgement.with(named));
    if args.format == SummaryFormat::Text {
        named.tell_policy();
    }
    let (files, mut exit) = input::expand(&args.files, &args.folders.read()?);
    let (mut all, mut shown) = (Counts::default(), 0);
    let judge = |file: &Opened, share| counted(args, &judgement, &reading, file, share);
    let taken = args.jobs.each_file(&files, judge, |file, counted| {
        match counted {
            Ok((report, counts)) => {
                if let Err(error) = args.show(&file.name, &report, &counts, shown > 0) {
                    return ControlFlow::Break(Failure::output(error));
                }
                all.merge(&counts);
                shown += 1;
            }
            Err(error) => {
                tell(format_args!("flagflow: {}: {error}", file.name));
                exit = Exit::Failed;
            }
        }
        ControlFlow::Continue(())
    });
    if let ControlFlow::Break(failure) = taken {
        return Err(failure);
    }
    if shown > 1 && args.format == SummaryFormat::Text {
        let text = format!("\n{}", summary_of_all(shown, &all, &args.options()));
        io::stdout().lock().write_all(text.as_bytes()).map_err(Failure::output)?;
    }
    Ok(exit)
}

/// Checks a file and counts its accepted records.
fn counted(
    args: &Args,
    judgement: &Judgement<'_>,
    reading: &Reading<'_>,
    file: &Opened,
    share: Share,
) -> Result<(Report, Counts), String> {
    let input = judgement.sender(file.open(args.quiet || share.is_beside_others())?);
    let (sender, input) = input.map_err(|error| below_name(&file.name, &error))?;
    let mut options = judgement.options(sender.as_ref());
    reading.apply(&mut options);
    share.apply(&mut options);
    // findings are not shown
    options.max_samples = Some(0);
    let mut counts = Counts::default();
    let report = check_on_threads(input, &options, &mut counts);
    Ok((report.map_err(|error| below_name(&file.name, &error))?, counts))
}

impl Args {
    fn options(&self) -> SummaryOptions {
        SummaryOptions {
            width: self.width.unwrap_or_else(terminal::width),
            ascii: self.ascii || !supports_unicode::supports_unicode(),
            color: terminal::color(),
        }
    }

    fn show(&self, name: &str, report: &Report, counts: &Counts, more: bool) -> io::Result<()> {
        let mut out = BufWriter::new(io::stdout().lock());
        match self.format {
            SummaryFormat::Text => {
                let text = summary(name, report, counts, &self.options());
                write!(out, "{}{text}", if more { "\n" } else { "" })?;
            }
            SummaryFormat::Json => {
                summary_json(&mut out, name, report, counts)?;
                writeln!(out)?;
            }
        }
        out.flush()
    }
}
