//! Places in the documents of MP077.

use std::fmt;

/// A place in the documents of MP077, with a summary of its content.
///
/// MR is the modification report v0.1, BR the business requirements v0.4, PIA the DCC's preliminary
/// assessment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Clause {
    /// The document and its section.
    pub source: &'static str,
    /// A summary of the place, or a note that the documents say nothing.
    pub says: &'static str,
    /// True where the documents leave the decision open: the flag is kept, or a variant of the rule
    /// set decides.
    pub is_open: bool,
}

impl Clause {
    pub(crate) const fn says(source: &'static str, says: &'static str) -> Self {
        Self { source, says, is_open: false }
    }

    /// Creates a clause for a decision that the documents leave open; `source` is the place where
    /// it should be.
    pub(crate) const fn open(source: &'static str, says: &'static str) -> Self {
        Self { source, says, is_open: true }
    }
}

/// Formats as `PIA 3.1.2 rule 1: ...`, with `open` for an open decision.
impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = if self.is_open { " (open)" } else { "" };
        write!(f, "{}{open}: {}", self.source, self.says)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_says_so() {
        let said = Clause::says("PIA 2.1", "A once a meter is Commissioned");
        assert_eq!(said.to_string(), "PIA 2.1: A once a meter is Commissioned");
        let open = Clause::open("BR 2.2", "the flag stays");
        assert_eq!(open.to_string(), "BR 2.2 (open): the flag stays");
        assert_eq!((said.is_open, open.is_open), (false, true));
    }
}
