//! Options of the sequence of files.

use std::path::{Path, PathBuf};

use flagflow::check::{FileIdentity, FileNumber, Sequence};

use crate::exit::Failure;

/// Options of comparing a file with the one before.
#[derive(clap::Args)]
#[command(next_help_heading = "Sequence")]
pub(crate) struct SequenceArgs {
    /// Compare the file with the one before it: numbers that repeat, skip or go back, and the same
    /// records again. Further files are each compared with the one before.
    #[arg(long, value_name = "FILE")]
    previous: Option<PathBuf>,

    /// Compare with a previous file of which only the number is known: the generation number (gas)
    /// or the file sequence number J0330 (electricity).
    #[arg(long, value_name = "NUMBER", conflicts_with = "previous")]
    after: Option<FileNumber>,

    /// Compare each file with the one before it, except the first one.
    #[arg(long)]
    in_sequence: bool,
}

impl SequenceArgs {
    /// Returns the file before the first one.
    pub(crate) fn first(
        &self,
        identity_of: impl FnOnce(&Path) -> Result<FileIdentity, Failure>,
    ) -> Result<Sequence, Failure> {
        if let Some(path) = &self.previous {
            return identity_of(path).map(Sequence::After);
        }
        let after =
            self.after.clone().map(|number| Sequence::After(FileIdentity::numbered(number)));
        let first = if self.in_sequence { Sequence::First } else { Sequence::Off };
        Ok(after.unwrap_or(first))
    }
}
