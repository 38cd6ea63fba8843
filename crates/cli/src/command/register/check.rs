//! `flagflow register check`: checks the consistency of a register.

use std::path::PathBuf;

use flagflow::check::render::{amount, grouped};
use flagflow::register::notify::{StatusVerified, verify_status};
use flagflow::register::{Verified, verify, verify_sample};

use crate::exit::{Exit, Failure};

/// Check the consistency of a register
///
/// Checks that the register file is intact, that its current flags match its updates, and that no
/// update of any file is missing. In a register of notifications, replays the log of events and the
/// files of runs, compares the result with the stored state, and names the first difference.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The register
    #[arg(value_name = "STATE")]
    state: PathBuf,

    /// Check the updates of this number of points, and the meters of this number of events, chosen
    /// at random; the file is not checked. The whole register by default
    #[arg(long, value_name = "NUMBER")]
    sample: Option<u64>,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let register = super::open(&args.state)?;
    super::lines(&args.state, |output| {
        let mut say = |line: &str| super::say(output, line);
        let found = &mut |found: flagflow::register::Discrepancy| say(&found.to_string());
        let seen = match args.sample {
            Some(sample) => verify_sample(&register, sample, found)?,
            None => verify(&register, found)?,
        };
        say(&of_updates(&seen))?;
        let status = verify_status(&register, args.sample)?;
        if let Some(difference) = &status.difference {
            say(&difference.to_string())?;
        }
        if status.events > 0 || status.difference.is_some() {
            say(&of_events(&status))?;
        }
        let is_consistent = seen.discrepancies == 0 && status.difference.is_none();
        Ok(if is_consistent { Exit::Clean } else { Exit::Findings })
    })
}

fn of_updates(seen: &Verified) -> String {
    format!(
        "{}, {}, {}, {}",
        amount(seen.points, "point"),
        amount(seen.entries, "update"),
        amount(seen.files, "file"),
        discrepancies(seen.discrepancies)
    )
}

fn of_events(seen: &StatusVerified) -> String {
    format!(
        "{}, {}, {}, {}, {}",
        amount(seen.devices, "meter"),
        amount(seen.points, "meter point"),
        amount(seen.events, "event"),
        amount(seen.files, "run file"),
        discrepancies(seen.difference.iter().count() as u64)
    )
}

fn discrepancies(count: u64) -> String {
    format!("{} {}", grouped(count), if count == 1 { "discrepancy" } else { "discrepancies" })
}
