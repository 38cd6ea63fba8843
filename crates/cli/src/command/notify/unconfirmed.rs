//! `flagflow notify unconfirmed`: lists files without a confirmation.

use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use chrono::{NaiveDateTime, TimeDelta};
use flagflow::electricity::Timestamp;
use flagflow::register::notify::PlannedFile;
use flagflow::register::timestamp_of;

use super::super::register::in_state;
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
    #[arg(long, value_name = "TIME", default_value = "0h", value_parser = age)]
    after: Duration,

    /// The time from which --after counts back, YYYYMMDDHHMMSS in UTC; now by default
    #[arg(long, value_name = "TIME")]
    now: Option<Timestamp>,
}

/// Parses a number of days or hours.
fn age(text: &str) -> Result<Duration, String> {
    let expected = || "expected a number of days or hours, such as 2d or 12h".to_owned();
    let (number, hours) = match (text.strip_suffix('d'), text.strip_suffix('h')) {
        (Some(days), _) => (days, 24),
        (_, Some(hours)) => (hours, 1),
        _ => return Err(expected()),
    };
    let number: u32 = number.parse().map_err(|_| expected())?;
    Ok(Duration::from_secs(u64::from(number) * hours * 3600))
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let now = args.now.or_else(|| timestamp_of(SystemTime::now()));
    let until = now.and_then(|now| before(now, args.after));
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

fn before(now: Timestamp, age: Duration) -> Option<Timestamp> {
    let format = "%Y%m%d%H%M%S";
    let now = NaiveDateTime::parse_from_str(&now.to_string(), format).ok()?;
    let then = now.checked_sub_signed(TimeDelta::from_std(age).ok()?)?;
    then.format(format).to_string().parse().ok()
}

fn line(file: &PlannedFile) -> String {
    let PlannedFile { recipient, number, identifier, notices, sent_at, .. } = file;
    let written = sent_at.map_or_else(String::new, |at| format!(", written {at}"));
    format!("{recipient}, file {number} ({identifier}), updates: {notices}{written}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_days_or_hours() {
        for (text, hours) in [("2d", 48), ("12h", 12), ("0h", 0)] {
            assert_eq!(age(text), Ok(Duration::from_secs(hours * 3600)));
        }
        for text in ["", "2", "d", "-1d", "1.5d", "2w"] {
            assert!(age(text).is_err(), "{text}");
        }
        let now: Timestamp = "20240301093000".parse().unwrap();
        let then = before(now, Duration::from_secs(48 * 3600)).unwrap();
        assert_eq!(then.to_string(), "20240228093000");
        assert_eq!(before(now, Duration::from_secs(u64::from(u32::MAX) * 24 * 3600)), None);
    }
}
