//! `flagflow notify unconfirmed`: lists files without a confirmation.

use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use flagflow::electricity::Timestamp;
use flagflow::register::notify::PlannedFile;
use flagflow::register::timestamp_of;

use super::super::register::in_state;
use crate::age::{parse_age, time_before};
use crate::exit::{Exit, Failure};

/// List the D0350 files that have no confirmation (D0172) yet
///
/// A file of a register of an older version, which has no time of writing, is listed too.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The register
    #[arg(value_name = "STATE")]
    state: PathBuf,

    /// Only files that were written this long ago or earlier, such as 2d or 12h
    #[arg(long, value_name = "TIME", default_value = "0h", value_parser = parse_age)]
    after: Duration,

    /// The time from which --after counts back, YYYYMMDDHHMMSS in UTC; now by default
    #[arg(long, value_name = "TIME")]
    now: Option<Timestamp>,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let now = args.now.or_else(|| timestamp_of(SystemTime::now()));
    let until = now.and_then(|now| time_before(now, args.after));
    let until = until.ok_or_else(|| Failure::new("--after: there is no such time"))?;
    let register = super::open_old(&args.state)?;
    super::lines(|output| {
        let mut exit = Exit::Clean;
        for file in register.unconfirmed(until) {
            let file = file.map_err(|error| in_state(&args.state, &error))?;
            writeln!(output, "{}", line(&file)).map_err(Failure::output)?;
            exit = Exit::Findings;
        }
        Ok(exit)
    })
}

fn line(file: &PlannedFile) -> String {
    let PlannedFile { recipient, number, identifier, notices, sent_at, .. } = file;
    let written = sent_at.map_or_else(String::new, |at| format!(", written {at}"));
    format!("{recipient}, file {number} ({identifier}), updates: {notices}{written}")
}
