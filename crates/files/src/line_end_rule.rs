//! The choice of line endings for an output.

use flagflow_frame::LineEnd;

/// Line endings of the output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LineEndRule {
    /// The first line ending of the input, LF by default.
    #[default]
    Keep,
    /// LF.
    Lf,
    /// CR LF.
    Crlf,
}

impl LineEndRule {
    /// Every one of them.
    pub const ALL: &'static [Self] = &[Self::Keep, Self::Lf, Self::Crlf];

    /// Returns the name that options and reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Lf => "lf",
            Self::Crlf => "crlf",
        }
    }

    /// Returns the line ending to write for an input with the line ending `found`.
    #[must_use]
    pub const fn choose(self, found: LineEnd) -> LineEnd {
        match self {
            Self::Keep => found,
            Self::Lf => LineEnd::Lf,
            Self::Crlf => LineEnd::CrLf,
        }
    }
}

/// The text is not the name of a line ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a line ending: expected keep, lf or crlf")]
pub struct UnknownLineEndRule;

flagflow_domain::named_values!(LineEndRule, UnknownLineEndRule);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for rule in LineEndRule::ALL {
            assert_eq!(rule.to_string().parse(), Ok(*rule));
        }
        let unknown = "cr".parse::<LineEndRule>().unwrap_err();
        assert_eq!(unknown.to_string(), "not a line ending: expected keep, lf or crlf");
    }
}
