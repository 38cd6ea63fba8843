//! `flagflow status why`: what led to a meter point's flag.

use std::io::Write;
use std::path::PathBuf;

use flagflow::MeterPoint;
use flagflow::status::{History, Ledger, RuleSet, render};

use super::super::register::Format;
use crate::exit::{Exit, Failure};
use crate::options::any_case;

/// The events, the rules and their clauses that led to a meter point's flag
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

    /// text, or a line of JSON for each event
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let (mut ledger, mut history) = (Ledger::new(args.rules), History::new(args.point));
    let mut at = Vec::new();
    let exit = super::replay(&args.events, |line, happened| {
        history.add(&ledger.decide(happened));
        at.resize(history.steps().len(), line);
        Ok(())
    })?;
    let found = if history.reason().is_some() { Exit::Clean } else { Exit::Findings };
    super::lines(|output| {
        for (line, step) in at.iter().zip(history.steps()) {
            let line = match args.format {
                Format::Text => render::step_text(*line, step),
                Format::Json => render::step_json(*line, args.rules, step),
            };
            writeln!(output, "{line}").map_err(Failure::output)?;
        }
        if matches!(args.format, Format::Text) {
            let flag = render::flag_text(args.point, ledger.flag(args.point));
            writeln!(output, "{flag}").map_err(Failure::output)?;
        }
        Ok(exit.max(found))
    })
}
