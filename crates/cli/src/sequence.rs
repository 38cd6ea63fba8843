//! Which file comes before the first one, as options.

use std::path::{Path, PathBuf};

use flagflow::check::{FileNumber, Issue, Sequence};

use crate::exit::Failure;

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
    /// The file before the first one.
    pub(crate) fn previous(&self) -> Option<&PathBuf> {
        self.previous.as_ref()
    }

    /// What the first file follows.
    pub(crate) fn first(
        &self,
        issue_of: impl FnOnce(&Path) -> Result<Issue, Failure>,
    ) -> Result<Sequence, Failure> {
        if let Some(path) = &self.previous {
            return issue_of(path).map(Sequence::After);
        }
        let after = self.after.clone().map(|number| Sequence::After(Issue::numbered(number)));
        let first = if self.in_sequence { Sequence::First } else { Sequence::Off };
        Ok(after.unwrap_or(first))
    }
}
