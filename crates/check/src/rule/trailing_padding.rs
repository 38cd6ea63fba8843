//! `trailing-padding`
//!
//! Found by the reader: `LineReader::padding`.

use super::{Message, Rule, RuleId};
use crate::severity::Severity;
use flagflow_frame::Padding;
use std::borrow::Cow;

pub(super) static RULE: Rule = Rule {
    id: RuleId::TrailingPadding,
    name: "trailing-padding",
    severity: Severity::Warning,
    summary: "Bytes after the last line are padding.",
    why: "Some systems end a file with one SUB (0x1A, the end of a file in DOS), others fill the last block of a tape or a disk with NULs. These bytes are not a record. Padding is one SUB at the very end, before or after the last line ending; or NULs after the last line ending, with at most one SUB before them. Every other SUB or NUL is content, and so are two SUBs. NULs may also mean that a file was not written completely.",
    help: "If the file ends with NULs, compare its length with the original; `flagflow fix` removes padding.",
    source: "flagflow contract, lines",
    electricity: None,
};

/// Returns the message.
pub(crate) fn message(padding: Padding) -> Message {
    let message: Cow<'static, str> = match (padding.substitute, padding.nuls) {
        (true, 0) => "a SUB (0x1A), the end of a file in DOS".into(),
        (_, 1) => "1 NUL byte: the file was padded or not written completely".into(),
        (_, nuls) => {
            format!("{nuls} NUL bytes: the file was padded or not written completely").into()
        }
    };
    Message::new(message, None::<&str>)
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{GOOD_D0350, findings};
    use crate::{Options, check};

    const GAS: &[u8] = b"E451234567810A20220101\n";

    #[test]
    fn fires() {
        for (padding, length) in [(&b"\x1A"[..], 1), (b"\x1A\n", 1), (b"\0\0\0", 3), (b"\x1A\0", 2)]
        {
            for (file, line) in [(GAS, 2), (GOOD_D0350, 5)] {
                let offset = file.len() as u64;
                let padded = [file, padding].concat();
                assert_eq!(findings(&padded), [("trailing-padding", line, offset, length)]);
            }
        }
        assert_eq!(findings(b"E451234567810A20220101\x1A\n"), [("trailing-padding", 1, 22, 1)]);
    }

    #[test]
    fn does_not_fire() {
        for file in [
            &b"E451234567810A20220101\n"[..],
            b"E451234567810A20220101\0",
            b"\x1A\nE451234567810A20220101\n",
        ] {
            let options = Options { flow: Some(crate::Flow::E45), ..Options::default() };
            let report = check(file, &options).unwrap();
            assert_eq!(report.totals[crate::RuleId::TrailingPadding], 0);
        }
    }

    #[test]
    fn it_says_what_the_bytes_are() {
        for (padding, message) in [
            (&b"\x1A\n"[..], "a SUB (0x1A), the end of a file in DOS"),
            (b"\0", "1 NUL byte: the file was padded or not written completely"),
            (b"\x1A\0\0", "2 NUL bytes: the file was padded or not written completely"),
        ] {
            let report = check(&[GAS, padding].concat()[..], &Options::default()).unwrap();
            let finding = report.findings.last().unwrap();
            assert_eq!((&*finding.message, finding.record), (message, None));
            assert_eq!(report.records, 1);
        }
    }
}
