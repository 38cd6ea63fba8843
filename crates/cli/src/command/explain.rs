//! `flagflow explain RULE`

use std::io::Write;

use flagflow::check::RuleId;

use crate::exit::{Exit, Failure};
use crate::options::rule;

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
    let electricity = rule.electricity.map_or_else(String::new, |of| {
        format!(
            "\nIn electricity files: {}\n\nWhat to do: {}\nSource: {}\n",
            of.why, of.help, of.source
        )
    });
    format!(
        "{} ({})\n{}\n\n{}\n\nWhat to do: {}\nSource: {}\n{electricity}",
        rule.name, rule.severity, rule.summary, rule.why, rule.help, rule.source
    )
}
