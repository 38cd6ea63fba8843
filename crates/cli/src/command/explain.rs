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
    let summary = wrapped("", rule.summary, 0);
    let mut text = format!("{} ({})\n{summary}\n\n", rule.name, rule.severity);
    text += &described("", rule.why, rule.help, rule.source);
    if let Some(of) = rule.electricity {
        text += &format!("\n{}", described("In electricity files: ", of.why, of.help, of.source));
    }
    text
}

fn described(begin: &str, why: &str, help: &str, source: &str) -> String {
    let (why, help) = (wrapped(begin, why, 0), wrapped("What to do: ", help, 2));
    format!("{why}\n\n{help}\n{}\n", wrapped("Source: ", source, 2))
}
