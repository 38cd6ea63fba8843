//! `flagflow rules`

use std::io::Write;

use clap::ValueEnum;
use flagflow::check::{REGISTRY, markdown};

use crate::exit::{Exit, Failure};

/// List the rules
///
/// Each with its name, how severe it is, and when it fires.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How to print them.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// A table of names, severities and what fires them.
    Text,
    /// The reference page, docs/rules.md.
    Markdown,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let page = match args.format {
        Format::Text => table(),
        Format::Markdown => markdown(),
    };
    std::io::stdout().lock().write_all(page.as_bytes()).map_err(Failure::output)?;
    Ok(Exit::Clean)
}

fn table() -> String {
    let row = |rule: &&flagflow::check::Rule| {
        format!("{:<22} {:<8} {}\n", rule.name, rule.severity, rule.summary)
    };
    REGISTRY.iter().map(row).collect()
}
