//! `missing-header`

use super::{Guidance, Message, Rule, RuleId};
use crate::options::Layout;
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::MissingHeader,
    name: "missing-header",
    severity: Severity::Error,
    summary: "There is a trailer, and no header.",
    why: "A file has both ends of its envelope or neither. With one of them missing nobody can tell whether the beginning was lost.",
    help: "Ask the sender for the whole file again.",
    source: "UK Link file format notes (profile)",
    electricity: Some(Guidance {
        why: "A file has both a header and a trailer. With one of them missing nobody can tell whether the beginning was lost.",
        help: "Ask the sender for the whole file again.",
        source: "Data Transfer Network user file format, by public samples (formats, section 4)",
    }),
};

/// What is said of it, in the words of the file's layout.
pub(crate) fn message(layout: Layout) -> Message {
    let expected = match layout {
        Layout::Fixed | Layout::Uklink => "an A00 record first",
        Layout::Zhv => "a ZHV line first",
        Layout::Zhf => "a ZHF line first",
    };
    Message::new("the file has a trailer and no header", Some(expected))
}

#[cfg(test)]
mod tests {
    use crate::options::Layout;
    use crate::rule::testing::findings;

    #[test]
    fn fires() {
        assert_eq!(
            findings(b"E451234567810A20220101\nZ990000000001\n"),
            [("missing-header", 1, 0, 22)]
        );
    }

    #[test]
    fn it_says_what_is_missing_in_the_words_of_the_layout() {
        for (layout, expected) in [
            (Layout::Uklink, "an A00 record first"),
            (Layout::Zhv, "a ZHV line first"),
            (Layout::Zhf, "a ZHF line first"),
        ] {
            assert_eq!(super::message(layout).expected.as_deref(), Some(expected));
        }
    }

    #[test]
    fn does_not_fire() {
        assert!(
            findings(b"E451234567810A20220101\n").iter().all(|found| found.0 != "missing-header")
        );
    }
}
