//! `flagflow status why`: the events that led to a meter point's flag, each printed as it is read.

use std::io::Write;
use std::path::PathBuf;

use flagflow::MeterPoint;
use flagflow::status::{Ledger, RuleSet, render};

use super::super::refused::RefusedArgs;
use super::super::register::RegisterFormat;
use crate::exit::{Exit, Failure};
use crate::files::Files;
use crate::options::any_case;

/// Print the events, the rules and their clauses that led to a meter point's flag
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The meter point: 1 to 10 digits are an MPRN, 13 an MPAN core
    #[arg(value_name = "POINT")]
    point: MeterPoint,

    /// Events, JSON lines or csv, compressed or not; `-` is standard input
    #[arg(value_name = "EVENTS")]
    events: PathBuf,

    /// The rule set; `flagflow status table` names them
    #[arg(long, value_name = "SET", default_value_t, value_parser = any_case::<RuleSet>)]
    rules: RuleSet,

    /// The format: text, or one JSON object an event
    #[arg(long, value_enum, default_value_t)]
    format: RegisterFormat,

    #[command(flatten)]
    refused: RefusedArgs,
}

pub(crate) fn run(args: &Args, files: &Files) -> Result<Exit, Failure> {
    let mut ledger = Ledger::new(args.rules);
    super::lines(|output| {
        let exit = super::replay(&args.events, &args.refused, files, |line, happened| {
            let steps = ledger.decide(happened);
            for step in steps.iter().filter(|step| step.point == args.point) {
                let text = match args.format {
                    RegisterFormat::Text => render::step_text(line, step),
                    RegisterFormat::Json => render::step_json(line, args.rules, step),
                };
                writeln!(output, "{text}").map_err(Failure::output)?;
            }
            Ok(())
        })?;
        let flag = ledger.flag(args.point);
        if matches!(args.format, RegisterFormat::Text) {
            let text = render::flag_text(args.point, flag);
            writeln!(output, "{text}").map_err(Failure::output)?;
        }
        let found = if flag.is_some() { Exit::Clean } else { Exit::Findings };
        Ok(exit.max(found))
    })
}
