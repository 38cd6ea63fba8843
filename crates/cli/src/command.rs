//! The subcommands, one module each.

mod check;
mod completions;
mod convert;
mod explain;
mod generate;
mod header;
mod man;
mod profile;
mod roundtrip;
mod rules;

use clap::Subcommand;

use crate::exit::{Exit, Failure};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Check files against the rules and report what is wrong.
    Check(Box<check::Args>),
    Convert(Box<convert::Args>),
    Roundtrip(roundtrip::Args),
    Generate(Box<generate::Args>),
    /// List the rules.
    Rules(rules::Args),
    /// Explain a rule: when it fires, why it is there, what to do.
    Explain(explain::Args),
    /// Print the completions of a shell.
    Completions(completions::Args),
    /// Print the manual page.
    Man(man::Args),
}

impl Command {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        match self {
            Self::Check(args) => check::run(&args),
            Self::Convert(args) => convert::run(*args),
            Self::Roundtrip(args) => roundtrip::run(args),
            Self::Generate(args) => generate::run(*args),
            Self::Rules(args) => rules::run(&args),
            Self::Explain(args) => explain::run(&args),
            Self::Completions(args) => completions::run(&args),
            Self::Man(args) => man::run(&args),
        }
    }
}
