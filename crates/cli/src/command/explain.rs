//! `flagflow explain NAME`

mod names;

use std::io::Write;

use flagflow::check::{REGISTRY, RuleId};

use crate::exit::{Exit, Failure};
use crate::options::names;
use crate::terminal::wrapped;

use names::{ExplainedName, NAMES};

/// Explain a rule, or another name that a command prints: its meaning, its reason, and the remedy
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The name of a rule, as in `flagflow rules`, or one in the counts of a command, such as
    /// missing-value (convert), zero-padding (fix) or bad-group (the reasons of check).
    #[arg(
        required = true,
        value_name = "NAME",
        value_parser = names(known),
        hide_possible_values = true
    )]
    names: Vec<&'static str>,
}

/// Returns every name that can be explained, once.
fn known() -> Vec<&'static str> {
    let mut names: Vec<_> = REGISTRY.iter().map(|rule| rule.name).collect();
    for ExplainedName { name, .. } in NAMES {
        if !names.contains(name) {
            names.push(name);
        }
    }
    names
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let texts: Vec<String> = args.names.iter().flat_map(|name| texts(name)).collect();
    std::io::stdout().lock().write_all(texts.join("\n").as_bytes()).map_err(Failure::output)?;
    Ok(Exit::Clean)
}

/// Returns the texts about a name: as a rule, and in the counts of other commands.
fn texts(name: &str) -> Vec<String> {
    let rule = name.parse().ok().map(of_rule);
    rule.into_iter().chain(names::of(name).map(of_name)).collect()
}

fn of_rule(rule: RuleId) -> String {
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

fn of_name(name: &ExplainedName) -> String {
    format!("{} ({})\n{}\n\nWhat to do: {}\n", name.name, name.command, name.meaning, name.help)
}
