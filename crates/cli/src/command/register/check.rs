//! `flagflow register check`: checks the consistency of a register.

use std::path::PathBuf;

use flagflow::check::render::{amount, grouped};
use flagflow::register::verify;

use crate::exit::{Exit, Failure};

/// Check the consistency of a register
///
/// Checks that the register file is intact, that its current flags match its updates, and that no
/// update of any file is missing.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The register
    #[arg(value_name = "STATE")]
    state: PathBuf,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let register = super::open(&args.state)?;
    super::lines(&args.state, |output| {
        let seen = verify(&register, &mut |found| super::say(output, &found.to_string()))?;
        let line = format!(
            "{}, {}, {}, {}",
            amount(seen.points, "point"),
            amount(seen.entries, "update"),
            amount(seen.files, "file"),
            discrepancies(seen.discrepancies)
        );
        super::say(output, &line)?;
        Ok(if seen.discrepancies == 0 { Exit::Clean } else { Exit::Findings })
    })
}

fn discrepancies(count: u64) -> String {
    format!("{} {}", grouped(count), if count == 1 { "discrepancy" } else { "discrepancies" })
}
