//! `flagflow status flags` and `extract`: list the flags that follow from events.

use std::io::Write;
use std::path::PathBuf;

use flagflow::MeterPoint;
use flagflow::status::{Ledger, PointFlag, RuleSet, render};

use super::refused::RefusedArgs;
use crate::exit::{Exit, Failure};
use crate::files::Files;
use crate::options::any_case;

/// List the flag of every meter point that follows from events under a rule set
///
/// Points whose flag is null are not listed. Lines that are not events, and events that cannot
/// happen, are reported on standard error and change nothing.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    from: EventSource,
}

/// List the meter points with flag A, as in the extract reports
///
/// Lines that are not events, and events that cannot happen, are reported on standard error and
/// change nothing.
#[derive(clap::Args)]
pub(crate) struct ExtractArgs {
    #[command(flatten)]
    from: EventSource,
}

#[derive(clap::Args)]
struct EventSource {
    /// Events, JSON lines or csv, compressed or not; `-` is standard input
    #[arg(value_name = "EVENTS")]
    events: PathBuf,

    /// The rule set; `flagflow status table` names them
    #[arg(long, value_name = "SET", default_value_t, value_parser = any_case::<RuleSet>)]
    rules: RuleSet,

    /// The output format
    #[arg(long, value_enum, default_value_t)]
    format: FlagsFormat,

    #[command(flatten)]
    refused: RefusedArgs,
}

#[derive(Clone, Copy, Default, clap::ValueEnum)]
enum FlagsFormat {
    /// Text
    #[default]
    Text,
    /// A table with column names
    Csv,
    /// One JSON object a line
    Json,
}

pub(crate) fn run(args: &Args, files: &Files) -> Result<Exit, Failure> {
    print(&args.from, files, |ledger| ledger.flags().collect())
}

pub(crate) fn extract(args: &ExtractArgs, files: &Files) -> Result<Exit, Failure> {
    print(&args.from, files, |ledger| ledger.extract().collect())
}

fn print(
    from: &EventSource,
    files: &Files,
    which: fn(&Ledger) -> Vec<(MeterPoint, PointFlag)>,
) -> Result<Exit, Failure> {
    let mut ledger = Ledger::new(from.rules);
    let exit = super::replay(&from.events, &from.refused, files, |_, happened| {
        ledger.decide(happened);
        Ok(())
    })?;
    let line = match from.format {
        FlagsFormat::Text => render::flag_text,
        FlagsFormat::Csv => render::flag_csv,
        FlagsFormat::Json => render::flag_json,
    };
    super::lines(|output| {
        if matches!(from.format, FlagsFormat::Csv) {
            writeln!(output, "{}", render::FLAG_COLUMNS).map_err(Failure::output)?;
        }
        for (point, held) in which(&ledger) {
            writeln!(output, "{}", line(point, Some(held))).map_err(Failure::output)?;
        }
        Ok(exit)
    })
}
