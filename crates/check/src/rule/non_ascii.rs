//! `non-ascii`
//!
//! Found by the reader: `ErrorKind::NonAscii`.

use super::{Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::NonAscii,
    name: "non-ascii",
    severity: Severity::Error,
    summary: "A byte is outside ASCII.",
    why: "The character set of these files is ASCII. A byte over 0x7F in a field means a wrong encoding or damage in transmission.",
    help: "Look for similar letters of other alphabets, and for no-break spaces.",
    source: "flagflow contract, rules",
    electricity: None,
};

/// The quotes of word processors, in UTF-8 and in Windows-1252.
const CURLY_QUOTES: [&[u8]; 8] = [
    b"\xE2\x80\x98",
    b"\xE2\x80\x99",
    b"\xE2\x80\x9C",
    b"\xE2\x80\x9D",
    b"\x91",
    b"\x92",
    b"\x93",
    b"\x94",
];

/// Returns true if the bytes begin with a quote of a word processor.
pub(crate) fn is_curly_quote(bytes: &[u8]) -> bool {
    CURLY_QUOTES.iter().any(|quote| bytes.starts_with(quote))
}

/// Returns the message; `bytes` is the line from the non-ASCII byte on.
pub(crate) fn message(bytes: &[u8]) -> Message {
    let message = match is_curly_quote(bytes) {
        true => "a byte outside ASCII: curly quotes",
        false => "a byte outside ASCII",
    };
    Message::new(message, Some("ASCII characters only"))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{findings, is_found};

    #[test]
    fn fires() {
        assert_eq!(findings(b"E4512345678\xC30A20220101\n"), [("non-ascii", 1, 11, 1)]);
    }

    #[test]
    fn curly_quotes_are_named() {
        for (quote, message) in [
            (&b"\xE2\x80\x9C"[..], "a byte outside ASCII: curly quotes"),
            (b"\xE2\x82\xAC", "a byte outside ASCII"),
        ] {
            let file = [b"E45,", quote, b",A,20220101\n"].concat();
            let report = crate::check(&file[..], &crate::Options::default()).unwrap();
            assert_eq!(report.findings[1].message, message);
        }
    }

    #[test]
    fn does_not_fire() {
        assert!(!is_found("non-ascii", b"E45123456781xA20220101\n"));
    }
}
