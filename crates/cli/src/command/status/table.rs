//! `flagflow status table`: prints a rule set as a table.

use std::io::Write;

use flagflow::status::{RuleSet, Table};

use crate::exit::{Exit, Failure};
use crate::options::any_case;

/// Print a rule set as a table: the event of a meter, the flag before and after, and the clause
///
/// The table is generated from the rules themselves. The sets are those of the MP077 documents,
/// each in its variants: legacy-as-run, legacy-as-defined, current, requirements, modification; see
/// docs/status.md. In requirements and modification the flag is a function of state, so the event
/// is `any` in every row.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The rule set, such as current or current/another-commissioned-meter; lists all by default
    #[arg(value_name = "SET", value_parser = any_case::<RuleSet>)]
    set: Option<RuleSet>,

    /// The output format
    #[arg(long, value_enum, default_value_t)]
    format: RuleTableFormat,
}

#[derive(Clone, Copy, Default, clap::ValueEnum)]
enum RuleTableFormat {
    /// Columns of text
    #[default]
    Text,
    /// A markdown table
    Markdown,
    /// A csv table with quoted cells
    Csv,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    super::lines(|output| {
        let text = match args.set {
            Some(set) => table(&Table::new(set), args.format),
            None => RuleSet::ALL.map(|set| format!("{set}\n")).concat(),
        };
        output.write_all(text.as_bytes()).map_err(Failure::output)?;
        Ok(Exit::Clean)
    })
}

fn table(table: &Table, format: RuleTableFormat) -> String {
    match format {
        RuleTableFormat::Text => table.to_string(),
        RuleTableFormat::Markdown => table.markdown(),
        RuleTableFormat::Csv => table.csv(),
    }
}
