//! `flagflow status flags`: lists the flags that follow from events.

use std::io::Write;
use std::path::PathBuf;

use flagflow::ServiceFlag;
use flagflow::status::{Ledger, RuleSet, render};

use super::super::refused::RefusedArgs;
use crate::exit::{Exit, Failure};
use crate::files::Files;
use crate::options::any_case;

/// List the flag of every meter point that follows from events under a rule set
///
/// Points whose flag is null are not listed. Lines that are not events, and events that cannot
/// happen, are reported on standard error and change nothing.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Events, JSON lines or csv, compressed or not; `-` is standard input
    #[arg(value_name = "EVENTS")]
    events: PathBuf,

    /// The rule set; `flagflow status table` names them
    #[arg(long, value_name = "SET", default_value_t, value_parser = any_case::<RuleSet>)]
    rules: RuleSet,

    /// Only the meter points with this flag; `A` gives those of the extract reports
    #[arg(long, value_name = "FLAG", value_parser = any_case::<ServiceFlag>)]
    flag: Option<ServiceFlag>,

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
    let mut ledger = Ledger::new(args.rules);
    let exit = super::replay(&args.events, &args.refused, files, |_, happened| {
        ledger.decide(happened);
        Ok(())
    })?;
    let line = match args.format {
        FlagsFormat::Text => render::flag_text,
        FlagsFormat::Csv => render::flag_csv,
        FlagsFormat::Json => render::flag_json,
    };
    super::lines(|output| {
        if matches!(args.format, FlagsFormat::Csv) {
            writeln!(output, "{}", render::FLAG_COLUMNS).map_err(Failure::output)?;
        }
        for (point, held) in
            ledger.flags().filter(|(_, held)| args.flag.is_none_or(|flag| held.flag == flag))
        {
            writeln!(output, "{}", line(point, Some(held))).map_err(Failure::output)?;
        }
        Ok(exit)
    })
}
