//! Limits on the number of rejected records.

use std::fmt;
use std::num::ParseFloatError;
use std::str::FromStr;

/// Limits on the number of rejected records. Nothing is published if a limit is exceeded.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Limits {
    /// The most rejected records.
    pub max_rejects: Option<u64>,
    /// The largest share of rejected records.
    pub max_reject_rate: Option<RejectRate>,
}

impl Limits {
    /// Returns the limits that a file exceeds. A number equal to a limit does not exceed it, and a
    /// file without records exceeds none.
    ///
    /// ```
    /// use flagflow_intake::quarantine::{Limit, Limits};
    ///
    /// let limits = Limits { max_rejects: Some(10), max_reject_rate: Some("1%".parse()?) };
    /// assert_eq!(limits.exceeded(1000, 10).count(), 0);
    /// let exceeded = limits.exceeded(1000, 11).map(|limit| limit.to_string());
    /// let exceeded: Vec<String> = exceeded.collect();
    /// assert_eq!(
    ///     exceeded,
    ///     ["more than 10 rejected records", "more than 1 % of the records are rejected"]
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn exceeded(&self, records: u64, rejected: u64) -> impl Iterator<Item = Limit> + use<> {
        let most = self.max_rejects.filter(|most| rejected > *most);
        let rate = self.max_reject_rate.filter(|rate| rate.is_exceeded(records, rejected));
        most.map(Limit::MaxRejects).into_iter().chain(rate.map(Limit::MaxRejectRate))
    }
}

/// One limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// [`Limits::max_rejects`].
    MaxRejects(u64),
    /// [`Limits::max_reject_rate`].
    MaxRejectRate(RejectRate),
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MaxRejects(most) => write!(f, "more than {most} rejected records"),
            Self::MaxRejectRate(rate) => write!(f, "more than {rate} of the records are rejected"),
        }
    }
}

/// A share of records, from 0 to 1.
///
/// As text a number from 0 to 1, or from 0 to 100 followed by `%`: `0.005` and `0.5%` are the same.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct RejectRate(f64);

impl RejectRate {
    /// Returns the share, from 0 to 1.
    #[must_use]
    pub const fn as_f64(self) -> f64 {
        self.0
    }

    #[expect(clippy::cast_precision_loss, reason = "no file has 2^53 records")]
    fn is_exceeded(self, records: u64, rejected: u64) -> bool {
        rejected as f64 > self.0 * records as f64
    }
}

impl TryFrom<f64> for RejectRate {
    type Error = NoRejectRate;

    fn try_from(rate: f64) -> Result<Self, NoRejectRate> {
        if (0.0..=1.0).contains(&rate) { Ok(Self(rate)) } else { Err(NoRejectRate) }
    }
}

impl FromStr for RejectRate {
    type Err = NoRejectRate;

    fn from_str(text: &str) -> Result<Self, NoRejectRate> {
        let (number, whole) = match text.strip_suffix('%') {
            Some(number) => (number.trim_end(), 100.0),
            None => (text, 1.0),
        };
        Self::try_from(number.parse::<f64>()? / whole)
    }
}

impl fmt::Display for RejectRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // rounds away the floating-point error of 0.07 * 100
        write!(f, "{} %", (self.0 * 1e10).round() / 1e8)
    }
}

/// Error for a number or text that is not a share from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a share of the records, 0 to 1 or 0% to 100%")]
pub struct NoRejectRate;

impl From<ParseFloatError> for NoRejectRate {
    fn from(_: ParseFloatError) -> Self {
        Self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_share_or_a_percentage() {
        for (text, rate, shown) in [
            ("0", 0.0, "0 %"),
            ("1", 1.0, "100 %"),
            ("0.07", 0.07, "7 %"),
            ("0.5%", 0.005, "0.5 %"),
            ("100 %", 1.0, "100 %"),
        ] {
            let read: RejectRate = text.parse().unwrap();
            assert_eq!((read, read.to_string().as_str()), (RejectRate(rate), shown), "{text}");
        }
        for text in ["", "%", "-0.1", "1.1", "101%", "NaN", "inf", "one"] {
            assert_eq!(text.parse::<RejectRate>(), Err(NoRejectRate), "{text}");
        }
    }

    #[test]
    fn a_number_equal_to_the_limit_does_not_exceed_it() {
        let rate = |text: &str| Limits { max_reject_rate: text.parse().ok(), max_rejects: None };
        for (text, records, rejected, exceeded) in [
            ("0", 0, 0, false),
            ("0", 5, 0, false),
            ("0", 5, 1, true),
            ("0.2", 5, 1, false),
            ("0.2", 4, 1, true),
            ("10%", 1_000_000_000, 100_000_000, false),
            ("10%", 1_000_000_000, 100_000_001, true),
            ("1", 5, 5, false),
        ] {
            assert_eq!(rate(text).exceeded(records, rejected).count() == 1, exceeded, "{text}");
        }
        assert_eq!(Limits::default().exceeded(5, 5).count(), 0);
    }
}
