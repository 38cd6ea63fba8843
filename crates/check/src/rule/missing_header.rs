//! `missing-header`

use super::{Rule, RuleId, Words};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::MissingHeader,
    name: "missing-header",
    severity: Severity::Error,
    summary: "There is a trailer, and no header.",
    why: "A file has both ends of its envelope or neither. With one of them missing nobody can tell whether the beginning was lost.",
    help: "Ask the sender for the whole file again.",
    source: "UK Link file format notes (profile)",
};

/// What is said of it.
pub(crate) fn words() -> Words {
    Words::new("the file has a trailer and no header", Some("an A00 record first"))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::findings;

    #[test]
    fn fires() {
        assert_eq!(
            findings(b"E451234567810A20220101\nZ990000000001\n"),
            [("missing-header", 1, 0, 22)]
        );
    }

    #[test]
    fn does_not_fire() {
        assert!(
            findings(b"E451234567810A20220101\n").iter().all(|found| found.0 != "missing-header")
        );
    }
}
