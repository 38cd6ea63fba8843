//! Which file comes before the first one, as options.

use std::path::PathBuf;

use flagflow::check::{FileNumber, Issue, Options, Report, Sequence, issue};
use flagflow::exchange::input;

use crate::exit::{Failure, with_sources};

/// How files follow one another.
#[derive(clap::Args)]
#[command(next_help_heading = "Sequence")]
pub(crate) struct SequenceArgs {
    /// Hold the file against the one before it: numbers that repeat, skip or go back, and the same
    /// records again. Further files are each held against the one before.
    #[arg(long, value_name = "FILE")]
    previous: Option<PathBuf>,

    /// The same, where only the number of the file before it is known: the generation number (gas)
    /// or the file identifier (electricity).
    #[arg(long, value_name = "NUMBER", conflicts_with = "previous")]
    after: Option<FileNumber>,

    /// Hold each file against the one before it, and the first one against none.
    #[arg(long)]
    in_sequence: bool,
}

impl SequenceArgs {
    /// What the first file follows. The previous one is read by the same options.
    pub(crate) fn sequence(&self, options: &Options) -> Result<Sequence, Failure> {
        if let Some(path) = &self.previous {
            let told = |error: &dyn std::error::Error| {
                Failure::new(format!("{}: {}", path.display(), with_sources(error)))
            };
            let opened = input::open(path).map_err(|error| Failure::new(with_sources(&error)))?;
            return issue(opened, options).map(Sequence::After).map_err(|error| told(&error));
        }
        let after = self.after.clone().map(|number| Sequence::After(Issue::numbered(number)));
        let first = if self.in_sequence { Sequence::First } else { Sequence::Off };
        Ok(after.unwrap_or(first))
    }
}

/// Has the next file follow the one of a report, where files follow one another.
pub(crate) fn follow(options: &mut Options, report: &Report) {
    if let Some(issue) = &report.issue {
        options.sequence = Sequence::After(issue.clone());
    }
}
