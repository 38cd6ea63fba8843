//! Severities of findings.

/// The severity of a finding, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Information; nothing is wrong.
    Note,
    /// Suspicious; the record is accepted.
    Warning,
    /// Wrong; the record is rejected.
    Error,
}

impl Severity {
    /// All severities, mildest first.
    pub const ALL: [Self; 3] = [Self::Note, Self::Warning, Self::Error];

    /// Returns the name that reports and options use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Error for a text that is not the name of a severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a severity: expected error, warning or note")]
pub struct UnknownSeverity;

flagflow_domain::named_values!(Severity, UnknownSeverity);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_and_order_is_by_weight() {
        for severity in Severity::ALL {
            assert_eq!(severity.to_string().parse(), Ok(severity));
        }
        assert!(Severity::Note < Severity::Warning && Severity::Warning < Severity::Error);
        assert_eq!("fatal".parse::<Severity>(), Err(UnknownSeverity));
    }
}
