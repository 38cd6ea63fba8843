//! `unexpected-record`

use super::{Rule, RuleId, Words};
use crate::options::Flow;
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::UnexpectedRecord,
    name: "unexpected-record",
    severity: Severity::Error,
    summary: "A record stands where it may not.",
    why: "A header stands first and a trailer last. Files of updates carry E45, files of answers E46. Anything else suggests that two files ran into one another.",
    help: "Part the file, or ask the sender for it again.",
    source: "UK Link file format notes (profile)",
};

/// Why a record may not stand where it does.
#[derive(Clone, Copy)]
pub(crate) enum Why {
    /// A header that is not the file's first record.
    HeaderInside,
    /// Anything behind the trailer.
    AfterTrailer,
    /// A reason without an answer above it.
    ReasonAlone,
    /// An update without a group above it.
    NoGroupAbove,
    /// A record of another flow than the file's.
    OtherFlow,
}

/// What is said of it.
pub(crate) fn words(why: Why, flow: Option<Flow>) -> Words {
    match (why, flow) {
        (Why::HeaderInside, _) => {
            Words::new("a header inside the file", Some("a header on the first line only"))
        }
        (Why::AfterTrailer, _) => {
            Words::new("a line after the trailer", Some("nothing after the trailer"))
        }
        (Why::ReasonAlone, _) => {
            Words::new("a reason that does not follow an answer", Some("S72 below an E46"))
        }
        (Why::NoGroupAbove, _) => {
            Words::new("an update without a group above it", Some("a top-level group first"))
        }
        (Why::OtherFlow, flow) => {
            let expected = flow.map_or("another record", Flow::tag);
            Words::new("a record of another flow than the file's", Some(expected))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::findings;

    #[test]
    fn fires() {
        assert_eq!(findings(b"E451234567810A20220101\nE46AC1234567810A20220101\nZ990000000002\nE450000123409A20220101\n"), [("missing-header", 1, 0, 22), ("unexpected-record", 2, 23, 24), ("unexpected-record", 4, 62, 22)]);
    }

    #[test]
    fn does_not_fire() {
        assert!(
            findings(b"E46AC1234567810A20220101\nE46RJ0000123409A20220101\n")
                .iter()
                .all(|found| found.0 != "unexpected-record")
        );
    }
}
