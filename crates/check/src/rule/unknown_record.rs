//! `unknown-record`

use super::{Rule, RuleId, Words};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::UnknownRecord,
    name: "unknown-record",
    severity: Severity::Error,
    summary: "A line begins with no known Transaction Type or group code.",
    why: "The Transaction Type, or the group code, says which record a line is, and so how to read the rest of it. Nothing else of the line is judged.",
    help: "Expected are A00, E45, E46 and Z99 in gas files, ZHV, ZPT and the profile's codes in electricity files, in capitals, at the beginning of the line. `flagflow fix` takes out padding at the end of the file.",
    source: "MP077 legal text v0.1, SEC Appendix X sections 3.28(b)(i) and 3.29(a)",
};

/// What is said of it.
pub(crate) fn words() -> Words {
    Words::new("the line begins with no known Transaction Type", Some("A00, E45, E46 or Z99"))
}

/// The same of a line that begins with no code of its profile.
pub(crate) fn words_of_group(codes: &str) -> Words {
    Words::new("the line begins with no code of the profile", Some(codes.to_owned()))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::findings;

    #[test]
    fn fires() {
        assert_eq!(
            findings(b"E451234567810A20220101\nE471234567810A20220101\n"),
            [("unknown-record", 2, 23, 22)]
        );
    }

    #[test]
    fn does_not_fire() {
        assert!(
            findings(b"E451234567810A20220101\n").iter().all(|found| found.0 != "unknown-record")
        );
    }
}
