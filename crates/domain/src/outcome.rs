//! The answer to one update.

use std::fmt;
use std::str::FromStr;

/// The Outcome Code of an E46 record: whether an update was accepted or rejected.
///
/// Source: MP077 legal text v0.1, SEC Appendix X section 3.28(b)(i), two letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub enum Outcome {
    /// `AC`.
    Accepted,
    /// `RJ`.
    Rejected,
}

impl Outcome {
    /// Both outcomes.
    pub const ALL: [Self; 2] = [Self::Accepted, Self::Rejected];

    /// The two letters, as the flow carries them.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "AC",
            Self::Rejected => "RJ",
        }
    }

    /// The outcome of two letters, if they are `AC` or `RJ`.
    #[must_use]
    pub const fn from_bytes(bytes: &[u8]) -> Option<Self> {
        match bytes {
            b"AC" => Some(Self::Accepted),
            b"RJ" => Some(Self::Rejected),
            _ => None,
        }
    }
}

/// The first letter tells the outcomes apart: a column of outcomes holds these.
impl Outcome {
    /// `A` or `R`.
    #[must_use]
    pub const fn first_letter(self) -> u8 {
        self.as_str().as_bytes()[0]
    }

    /// The outcome that begins with a letter, if one does.
    #[must_use]
    #[inline]
    pub const fn from_first_letter(letter: u8) -> Option<Self> {
        match letter {
            b'A' => Some(Self::Accepted),
            b'R' => Some(Self::Rejected),
            _ => None,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The error of a text that is neither `AC` nor `RJ`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an Outcome Code: expected AC or RJ")]
pub struct UnknownOutcome;

impl FromStr for Outcome {
    type Err = UnknownOutcome;

    fn from_str(text: &str) -> Result<Self, UnknownOutcome> {
        Self::from_bytes(text.as_bytes()).ok_or(UnknownOutcome)
    }
}

#[cfg(feature = "serde")]
crate::text::serde_as_text!(Outcome, "AC or RJ");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_all_pairs_of_bytes_two_are_outcomes() {
        let mut known = Vec::new();
        for a in 0..=255u8 {
            for b in 0..=255u8 {
                known.extend(Outcome::from_bytes(&[a, b]).map(|o| (o, [a, b])));
            }
        }
        assert_eq!(known, [(Outcome::Accepted, *b"AC"), (Outcome::Rejected, *b"RJ")]);
    }

    #[test]
    fn text_round_trips() {
        for outcome in Outcome::ALL {
            assert_eq!(outcome.to_string().parse(), Ok(outcome));
            assert_eq!(Outcome::from_first_letter(outcome.first_letter()), Some(outcome));
        }
        assert_eq!((0..=255).filter_map(Outcome::from_first_letter).count(), 2);
        for text in ["", "A", "ac", "ACC", "AC "] {
            assert_eq!(text.parse::<Outcome>(), Err(UnknownOutcome), "{text:?}");
        }
    }
}
