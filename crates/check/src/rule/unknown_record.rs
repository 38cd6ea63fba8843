//! `unknown-record`
//!
//! Found by the reader: `ErrorKind::UnknownRecord`.

use super::non_ascii;
use super::{Guidance, Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::UnknownRecord,
    name: "unknown-record",
    severity: Severity::Error,
    summary: "A line does not begin with a known Transaction Type or group code.",
    why: "The Transaction Type, or the group code, determines the record of a line and its fields. The rest of the line is not checked.",
    help: "Expected are A00, E45, E46 and Z99 in gas files, ZHV, ZPT and the profile's codes in electricity files, in capitals, at the beginning of the line.",
    source: "MP077 legal text v0.1, SEC Appendix X sections 3.28(b)(i) and 3.29(a)",
    electricity: Some(Guidance {
        why: "The code determines the group of a line and its items. The rest of the line is not checked.",
        help: "Expected are ZHV or ZHF, ZPT and the codes of the profile, in capitals, at the beginning of the line.",
        source: "Data Transfer Network user file format, by public samples (formats, section 4); the codes of groups are the profile's",
    }),
};

/// Returns the message.
pub(crate) fn message(line: &[u8]) -> Message {
    let message =
        outside_ascii(line).unwrap_or("the line does not begin with a known Transaction Type");
    Message::new(message, Some("A00, E45, E46 or Z99"))
}

/// Returns the message for a line that does not begin with a code of its profile.
pub(crate) fn message_of_group(line: &[u8], codes: &str) -> Message {
    let message =
        outside_ascii(line).unwrap_or("the line does not begin with a code of the profile");
    Message::new(message, Some(codes.to_owned()))
}

fn outside_ascii(line: &[u8]) -> Option<&'static str> {
    if non_ascii::is_curly_quote(line) {
        return Some("the line begins with a byte outside ASCII: curly quotes");
    }
    line.first()
        .filter(|byte| !byte.is_ascii())
        .map(|_| "the line begins with a byte outside ASCII")
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{findings, is_found};
    use crate::{Options, RuleId, check};

    #[test]
    fn fires() {
        assert_eq!(
            findings(b"E451234567810A20220101\nE471234567810A20220101\n"),
            [("unknown-record", 2, 23, 22)]
        );
    }

    #[test]
    fn the_message_names_a_first_byte_outside_ascii() {
        for (line, message) in [
            (
                &b"\xE2\x80\x9CE45\xE2\x80\x9D,1,A,2"[..],
                "the line begins with a byte outside ASCII: curly quotes",
            ),
            (b"\x93E45\x94,1,A,2", "the line begins with a byte outside ASCII: curly quotes"),
            (b"\xC3\x8445,1,A,2", "the line begins with a byte outside ASCII"),
            (b"X45,1,A,2", "the line does not begin with a known Transaction Type"),
        ] {
            let file = [b"E45,1234567810,A,20220101\n", line].concat();
            let report = check(&file[..], &Options::default()).unwrap();
            let found = report.findings.iter().find(|it| it.rule == RuleId::UnknownRecord);
            assert_eq!(found.map(|it| &*it.message), Some(message));
        }
    }

    #[test]
    fn does_not_fire() {
        assert!(!is_found("unknown-record", b"E451234567810A20220101\n"));
    }
}
