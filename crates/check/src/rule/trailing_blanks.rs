//! `trailing-blanks`
//!
//! Found by the reader: `RawLine::blanks`.

use super::{Message, Rule, RuleId};
use crate::severity::Severity;
use crate::sniff;

pub(super) static RULE: Rule = Rule {
    id: RuleId::TrailingBlanks,
    name: "trailing-blanks",
    severity: Severity::Warning,
    summary: "White space, or cells of white space, follow the last item of a line.",
    why: "Every item of a user file ends with its pipe, so nothing after the last pipe is an item. Editors and spreadsheets leave spaces, tabs and cells of spaces there. The line is read without them. Reported once, at the first such line.",
    help: "`flagflow fix` removes them.",
    source: "Data Transfer Network user file format, by public samples (formats, section 4)",
    electricity: None,
};

/// Returns the message for the bytes after the last item.
pub(crate) fn message(blanks: &[u8]) -> Message {
    let what = sniff::blanks(blanks).unwrap_or_else(|| "cells of white space".to_owned());
    let message = format!("{what} after the last item, here and perhaps in later lines");
    Message::new(message, Some("the end of the line after the last item's pipe"))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{GOOD_D0350, findings};

    fn with(group: &str, trailer: &str) -> Vec<u8> {
        let good = std::str::from_utf8(GOOD_D0350).unwrap();
        let file = good.replace("81H|1|\n", &format!("81H|1|{group}\n"));
        file.replace("093500|\n", &format!("093500|{trailer}\n")).into_bytes()
    }

    #[test]
    fn fires() {
        for (group, trailer, found) in [
            ("  ", "", (2, 68, 2)),
            ("\t", " ", (2, 68, 1)),
            (" | | |", "", (2, 68, 6)),
            ("", "  ", (4, 146, 2)),
        ] {
            let (line, offset, length) = found;
            let expected = [("trailing-blanks", line, offset, length)];
            assert_eq!(findings(&with(group, trailer)), expected, "{group:?} {trailer:?}");
        }
    }

    #[test]
    fn does_not_fire() {
        for (group, trailer) in [("", ""), ("||", ""), ("", "|")] {
            let found = findings(&with(group, trailer));
            assert!(found.iter().all(|found| found.0 != "trailing-blanks"), "{found:?}");
        }
    }
}
