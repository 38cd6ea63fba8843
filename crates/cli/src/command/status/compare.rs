//! `flagflow status compare`: compares rule sets.

use std::io::Write;
use std::path::PathBuf;

use flagflow::status::{Comparison, RuleSet, render};

use super::super::refused::RefusedArgs;
use super::super::register::RegisterFormat;
use crate::exit::{Exit, Failure};
use crate::files::Files;
use crate::options::any_case;

/// Compare the flags of rule sets for the same events
///
/// Prints each event at which the flags of a meter point begin to differ, differ in another way, or
/// agree again, with the decision and clause of each set.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Events, JSON lines or csv, compressed or not; `-` is standard input
    #[arg(value_name = "EVENTS")]
    events: PathBuf,

    /// Two or more rule sets; `flagflow status table` names them
    #[arg(
        long,
        value_name = "A,B",
        value_delimiter = ',',
        default_value = "current,modification",
        value_parser = any_case::<RuleSet>
    )]
    sets: Vec<RuleSet>,

    /// The format: text, or one JSON object an event
    #[arg(long, value_enum, default_value_t)]
    format: RegisterFormat,

    #[command(flatten)]
    refused: RefusedArgs,
}

pub(crate) fn run(args: &Args, files: &Files) -> Result<Exit, Failure> {
    if args.sets.len() < 2 {
        return Err(Failure::new("--sets needs two or more rule sets"));
    }
    let mut comparison = Comparison::new(&args.sets);
    super::lines(|output| {
        let mut found = Exit::Clean;
        let exit = super::replay(&args.events, &args.refused, files, |line, happened| {
            for difference in comparison.differences(happened) {
                found = Exit::Findings;
                let text = match args.format {
                    RegisterFormat::Text => render::difference_text(line, &difference),
                    RegisterFormat::Json => render::difference_json(line, &difference),
                };
                writeln!(output, "{text}").map_err(Failure::output)?;
            }
            Ok(())
        })?;
        Ok(exit.max(found))
    })
}
