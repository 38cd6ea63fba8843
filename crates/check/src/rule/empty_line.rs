//! `empty-line`

use super::{Rule, RuleId, Words};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::EmptyLine,
    name: "empty-line",
    severity: Severity::Warning,
    summary: "A line is empty.",
    why: "An empty line is no record. It is passed over, and counts nowhere but in the line numbers.",
    help: "`flagflow fix` takes the line out.",
    source: "flagflow contract, lines",
};

/// What is said of it.
pub(crate) fn words() -> Words {
    Words::new("the line is empty", None::<&str>)
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::findings;

    #[test]
    fn fires() {
        assert_eq!(
            findings(b"E451234567810A20220101\n\r\n"),
            [("empty-line", 2, 23, 0), ("mixed-line-ends", 2, 23, 0)]
        );
    }

    #[test]
    fn does_not_fire() {
        assert!(findings(b"E451234567810A20220101\n").iter().all(|found| found.0 != "empty-line"));
    }
}
