//! `flagflow register vacuum`: rewrites a register without free space.

use std::path::PathBuf;

use super::{in_state, open};
use crate::exit::{Exit, Failure};

/// Rewrite a register without free space
///
/// Other processes wait until the register is rewritten, which takes as much space on the disk
/// again, twice for a time.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The register
    #[arg(value_name = "STATE")]
    state: PathBuf,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let register = open(&args.state)?;
    register.vacuum().map_err(|error| in_state(&args.state, &error))?;
    Ok(Exit::Clean)
}
