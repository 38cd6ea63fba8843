//! `flagflow explain RULE`

use std::io::Write;

use flagflow::check::RuleId;

use crate::exit::{Exit, Failure};
use crate::options::rule;
use crate::terminal::wrapped;

/// Explain a rule: when it fires, why it is there, what to do
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The rule's name, as in `flagflow rules`.
    #[arg(required = true, value_parser = rule(), hide_possible_values = true)]
    rules: Vec<RuleId>,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let texts: Vec<String> = args.rules.iter().map(|rule| text(*rule)).collect();
    std::io::stdout().lock().write_all(texts.join("\n").as_bytes()).map_err(Failure::output)?;
    Ok(Exit::Clean)
}

fn text(rule: RuleId) -> String {
    let rule = rule.rule();
    let (summary, why) = (wrapped("", rule.summary, 0), wrapped("", rule.why, 0));
    let (help, source) =
        (wrapped("What to do: ", rule.help, 2), wrapped("Source: ", rule.source, 2));
    format!("{} ({})\n{summary}\n\n{why}\n\n{help}\n{source}\n", rule.name, rule.severity)
}
