//! `missing-trailer`

use super::{Guidance, Message, Rule, RuleId};
use crate::layout::Layout;
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::MissingTrailer,
    name: "missing-trailer",
    severity: Severity::Error,
    summary: "The file has a header but no trailer.",
    why: "A file has both a header and a trailer, or neither. Without the trailer, the file may have been cut off in transmission.",
    help: "Ask the sender to send the whole file again.",
    source: "UK Link file format notes (profile)",
    electricity: Some(Guidance {
        why: "A file has both a header and a trailer. Without the trailer, the file may have been cut off in transmission.",
        help: "Ask the sender to send the whole file again.",
        source: "Data Transfer Network user file format, by public samples (formats, section 4)",
    }),
};

/// Returns whether the second end of an envelope is missing.
pub(crate) const fn breaks(has_header: bool, has_trailer: bool) -> bool {
    has_header && !has_trailer
}

/// Returns the message, in the words of the file's layout.
pub(crate) fn message(layout: Layout) -> Message {
    let expected = match layout {
        Layout::Fixed | Layout::Uklink => "a Z99 record last",
        Layout::Zhv | Layout::Zhf => "a ZPT line last",
    };
    Message::new("the file has a header but no trailer", Some(expected))
}

#[cfg(test)]
mod tests {
    use crate::layout::Layout;
    use crate::rule::testing::{findings, is_found};

    #[test]
    fn fires() {
        assert_eq!(
            findings(b"A000000000042DXI20220201093000000001\nE451234567810A20220101\n"),
            [("missing-trailer", 2, 37, 22)]
        );
    }

    #[test]
    fn the_message_is_in_the_words_of_the_layout() {
        for (layout, expected) in
            [(Layout::Fixed, "a Z99 record last"), (Layout::Zhv, "a ZPT line last")]
        {
            assert_eq!(super::message(layout).expected.as_deref(), Some(expected));
        }
    }

    #[test]
    fn does_not_fire() {
        assert!(!is_found(
            "missing-trailer",
            b"A000000000042DXI20220201093000000001\nE451234567810A20220101\nZ990000000001\n"
        ));
    }
}
