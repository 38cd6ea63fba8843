//! `control-character`
//!
//! Found by the reader: `ErrorKind::NotPrintable`.

use super::{Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::ControlCharacter,
    name: "control-character",
    severity: Severity::Error,
    summary: "A text item has a control character.",
    why: "Text of the catalogue has spaces and printable characters other than the pipe. A control character, such as a tab or a NUL, is damage or comes from another system, and receivers treat it differently.",
    help: "Ask the sender for the file again, or for the item without the character.",
    source: "Data Transfer Catalogue 15.4, format CHAR (formats, section 4)",
    electricity: None,
};

/// Returns the message, which names the byte.
pub(crate) fn message(byte: u8) -> Message {
    let what = match byte {
        b'|' => "a pipe in a text item".to_owned(),
        b'\t' => "a tab in a text item".to_owned(),
        b'\r' => "a carriage return in a text item".to_owned(),
        byte => format!("the control character 0x{byte:02X} in a text item"),
    };
    Message::new(what, Some("printable characters"))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{GOOD_D0350, findings};
    use crate::{Options, RuleId, check};

    /// Returns the column and the message of this rule's findings where the supplier is another
    /// text.
    fn found(supplier: &str) -> Vec<(u64, String)> {
        let file = String::from_utf8_lossy(GOOD_D0350).replace("MRCY", supplier);
        let report = check(file.as_bytes(), &Options::default()).unwrap();
        let own = report.findings.iter().filter(|it| it.rule == RuleId::ControlCharacter);
        own.map(|it| (it.column, it.message.to_string())).collect()
    }

    #[test]
    fn fires() {
        for (supplier, column, message) in [
            ("M\tCY", 38, "a tab in a text item"),
            ("MR\rY", 39, "a carriage return in a text item"),
            ("\0RCY", 37, "the control character 0x00 in a text item"),
            ("MRC\u{7F}", 40, "the control character 0x7F in a text item"),
        ] {
            assert_eq!(found(supplier), [(column, message.to_owned())], "{supplier:?}");
        }
    }

    #[test]
    fn does_not_fire() {
        assert_eq!(findings(GOOD_D0350), []);
        assert_eq!(found("M ~Y"), []);
    }
}
