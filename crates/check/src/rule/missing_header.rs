//! `missing-header`

use super::{Guidance, Message, Rule, RuleId};
use crate::layout::Layout;
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::MissingHeader,
    name: "missing-header",
    severity: Severity::Error,
    summary: "The file has a trailer but no header.",
    why: "A file has both a header and a trailer, or neither. Without the header, the beginning of the file may have been lost.",
    help: "Ask the sender to send the whole file again.",
    source: "UK Link file format notes (profile)",
    electricity: Some(Guidance {
        why: "A file has both a header and a trailer. Without the header, the beginning of the file may have been lost.",
        help: "Ask the sender to send the whole file again.",
        source: "Data Transfer Network user file format, by public samples (formats, section 4)",
    }),
};

/// Returns whether the first end of an envelope is missing.
pub(crate) const fn breaks(has_header: bool, has_trailer: bool) -> bool {
    has_trailer && !has_header
}

/// Returns the message, in the words of the file's layout.
pub(crate) fn message(layout: Layout) -> Message {
    let expected = match layout {
        Layout::Fixed | Layout::Uklink => "an A00 record first",
        Layout::Zhv => "a ZHV line first",
        Layout::Zhf => "a ZHF line first",
    };
    Message::new("the file has a trailer but no header", Some(expected))
}

#[cfg(test)]
mod tests {
    use crate::layout::Layout;
    use crate::rule::testing::findings;

    #[test]
    fn fires() {
        assert_eq!(
            findings(b"E451234567810A20220101\nZ990000000001\n"),
            [("missing-header", 1, 0, 22)]
        );
    }

    #[test]
    fn the_message_is_in_the_words_of_the_layout() {
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
