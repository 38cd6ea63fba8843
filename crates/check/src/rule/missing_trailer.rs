//! `missing-trailer`

use super::{Rule, RuleId, Words};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::MissingTrailer,
    name: "missing-trailer",
    severity: Severity::Error,
    summary: "There is a header, and no trailer.",
    why: "A file has both ends of its envelope or neither. With the trailer missing the file may have been cut off on its way.",
    help: "Ask the sender for the whole file again.",
    source: "UK Link file format notes (profile)",
};

/// What is said of it.
pub(crate) fn words() -> Words {
    Words::new("the file has a header and no trailer", Some("a Z99 record last"))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::findings;

    #[test]
    fn fires() {
        assert_eq!(
            findings(b"A000000000042DXI20220201093000000001\nE451234567810A20220101\n"),
            [("missing-trailer", 2, 37, 22)]
        );
    }

    #[test]
    fn does_not_fire() {
        assert!(
            findings(
                b"A000000000042DXI20220201093000000001\nE451234567810A20220101\nZ990000000001\n"
            )
            .iter()
            .all(|found| found.0 != "missing-trailer")
        );
    }
}
