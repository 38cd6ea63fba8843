//! Ages of files and updates on the command line, such as 2d.

use std::time::Duration;

use chrono::{NaiveDateTime, TimeDelta};
use flagflow::electricity::Timestamp;

/// Parses a number of days or hours.
pub(crate) fn parse_age(text: &str) -> Result<Duration, String> {
    let expected = || "expected a number of days or hours, such as 2d or 12h".to_owned();
    let (number, hours) = match (text.strip_suffix('d'), text.strip_suffix('h')) {
        (Some(days), _) => (days, 24),
        (_, Some(hours)) => (hours, 1),
        _ => return Err(expected()),
    };
    let number: u32 = number.parse().map_err(|_| expected())?;
    Ok(Duration::from_secs(u64::from(number) * hours * 3600))
}

/// Returns the time of an age ago.
pub(crate) fn time_before(now: Timestamp, age: Duration) -> Option<Timestamp> {
    let format = "%Y%m%d%H%M%S";
    let now = NaiveDateTime::parse_from_str(&now.to_string(), format).ok()?;
    let then = now.checked_sub_signed(TimeDelta::from_std(age).ok()?)?;
    then.format(format).to_string().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_days_or_hours() {
        for (text, hours) in [("2d", 48), ("12h", 12), ("0h", 0)] {
            assert_eq!(parse_age(text), Ok(Duration::from_secs(hours * 3600)));
        }
        for text in ["", "2", "d", "-1d", "1.5d", "2w"] {
            assert!(parse_age(text).is_err(), "{text}");
        }
        let now: Timestamp = "20240301093000".parse().unwrap();
        let then = time_before(now, Duration::from_secs(48 * 3600)).unwrap();
        assert_eq!(then.to_string(), "20240228093000");
        assert_eq!(time_before(now, Duration::from_secs(u64::from(u32::MAX) * 24 * 3600)), None);
    }
}
