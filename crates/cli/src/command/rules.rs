//! `flagflow rules`

use std::io::Write;

use clap::ValueEnum;
use flagflow::check::{REGISTRY, Rule, markdown};

use crate::exit::{Exit, Failure};
use crate::terminal;

/// List the rules
///
/// Prints the name, severity and condition of each rule.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The output format.
    #[arg(long, value_enum, default_value_t = RulesFormat::Text)]
    format: RulesFormat,
}

#[derive(Clone, Copy, ValueEnum)]
enum RulesFormat {
    /// A table of names, severities and conditions.
    Text,
    /// The reference page, docs/rules.md.
    Markdown,
    /// One JSON object a rule: rule, severity, summary, why, help, source.
    Json,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let page = match args.format {
        RulesFormat::Text => REGISTRY.iter().map(|rule| row(rule) + "\n").collect(),
        RulesFormat::Markdown => markdown(),
        RulesFormat::Json => REGISTRY.iter().map(|rule| json(rule) + "\n").collect(),
    };
    std::io::stdout().lock().write_all(page.as_bytes()).map_err(Failure::output)?;
    Ok(Exit::Clean)
}

fn row(rule: &Rule) -> String {
    let columns = format!("{:<22} {:<8} ", rule.name, rule.severity);
    terminal::wrapped(&columns, rule.summary, columns.len())
}

fn json(rule: &Rule) -> String {
    let Rule { name, severity, summary, why, help, source, .. } = rule;
    let severity = severity.as_str();
    serde_json::json!({
        "rule": name, "severity": severity, "summary": summary, "why": why, "help": help,
        "source": source,
    })
    .to_string()
}
