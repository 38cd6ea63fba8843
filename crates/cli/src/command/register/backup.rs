//! `flagflow register backup`: copies a register while it is in use.

use std::path::PathBuf;

use flagflow::register::Error;

use super::{ended, in_state, open};
use crate::exit::{Exit, Failure};
use crate::files::Files;

/// Copy a register, as it is between two changes
///
/// Other processes may read and change the register meanwhile. The copy is one file, a register
/// itself. It is first made in the system's temporary folder.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The register
    #[arg(value_name = "STATE")]
    state: PathBuf,

    /// The copy to write; `-` is standard output
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
}

pub(crate) fn run(args: &Args, files: &Files) -> Result<Exit, Failure> {
    let register = open(&args.state)?;
    let mut output = files.streamed(&args.output)?;
    register.backup(&mut output).map_err(|error| in_state(&args.state, &error))?;
    ended(&args.output, output.commit().map(|_| Exit::Clean).map_err(Error::from))
}
