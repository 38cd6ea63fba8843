//! `second-file`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;
use flagflow_gas::{Layout, RawRecord, Tag};

pub(super) static RULE: Rule = Rule {
    id: RuleId::SecondFile,
    name: "second-file",
    severity: Severity::Error,
    summary: "A second file begins after the trailer.",
    why: "A header after the trailer means that two files were joined. The lines from the second header on are counted, but neither checked nor read as records of this file; nothing of the second file is applied, answered or converted.",
    help: "Split the file before the second header, or ask the sender for two files.",
    source: "UK Link file format notes (profile); Data Transfer Network user file format (formats, section 4)",
    electricity: None,
};

/// The byte-order mark that a file may begin with.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Returns true if a line after a trailer is the header of another file, of any flow and layout.
pub(crate) fn breaks(line: &[u8]) -> bool {
    let line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
    let is_gas = |layout| RawRecord::peek_tag(line, layout) == Some(Tag::A00);
    is_gas(Layout::Fixed)
        || is_gas(Layout::Uklink)
        || flagflow_electricity::Layout::recognise(line).is_some()
}

/// Returns the message.
pub(crate) fn message(line: u64, lines: u64) -> Message {
    let plural = if lines == 1 { "" } else { "s" };
    let message = format!("a second file begins at line {line}, {lines} line{plural} long");
    Message::new(message, Some("nothing after the trailer"))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{GOOD_D0350, findings};
    use crate::{Options, check};

    const GAS: &[u8] =
        b"A000000000042DXI20220201093000000001\nE451234567810A20220101\nZ990000000001\n";

    #[test]
    fn fires() {
        let uklink = &b"\"A00\",42,\"DXI\",20220201,093000,2\n\n\"E45\",\n"[..];
        for (first, line) in [(GAS, 4), (GOOD_D0350, 5)] {
            for (second, length) in [(GAS, 36), (GOOD_D0350, 61), (uklink, 32), (b"ZHF", 3)] {
                let offset = first.len() as u64;
                let file = [first, second].concat();
                assert_eq!(findings(&file), [("second-file", line, offset, length)]);
            }
        }
    }

    #[test]
    fn does_not_fire() {
        // a header inside the file, and lines after the trailer that are not headers
        let header = &GAS[..37];
        for file in [[header, GAS].concat(), [GAS, b"Z990000000001\n"].concat(), GAS.to_vec()] {
            assert!(findings(&file).iter().all(|found| found.0 != "second-file"));
        }
    }

    #[test]
    fn its_lines_are_counted_under_it() {
        let marked = [GAS, b"\xEF\xBB\xBF", GAS, b" \r\nx"].concat();
        let report = check(&marked[..], &Options::default()).unwrap();
        assert_eq!((report.records, report.accepted, report.rejected), (1, 1, 0));
        let [finding] = &report.findings[..] else { unreachable!("{:?}", report.findings) };
        assert_eq!(finding.message, "a second file begins at line 4, 5 lines long");
        assert_eq!(finding.record, None);
    }
}
