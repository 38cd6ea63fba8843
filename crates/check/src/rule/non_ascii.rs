//! `non-ascii`

use super::{Rule, RuleId, Words};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::NonAscii,
    name: "non-ascii",
    severity: Severity::Error,
    summary: "A byte is outside ASCII.",
    why: "The character set of these files is ASCII. A byte over 0x7F in a field means a wrong encoding or damage on the way.",
    help: "Look for letters from another alphabet that look alike, and for no-break spaces.",
    source: "flagflow contract, rules",
};

/// What is said of it.
pub(crate) fn words() -> Words {
    Words::new("a byte outside ASCII", Some("ASCII characters only"))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::findings;

    #[test]
    fn fires() {
        assert_eq!(findings(b"E4512345678\xC30A20220101\n"), [("non-ascii", 1, 11, 1)]);
    }

    #[test]
    fn does_not_fire() {
        assert!(findings(b"E45123456781xA20220101\n").iter().all(|found| found.0 != "non-ascii"));
    }
}
