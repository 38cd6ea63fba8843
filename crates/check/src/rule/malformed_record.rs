//! `malformed-record`
//!
//! Found by the reader: `ErrorKind::MalformedRecord`.

use super::{Guidance, Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::MalformedRecord,
    name: "malformed-record",
    severity: Severity::Error,
    summary: "A line does not split into the fields of its record.",
    why: "In the uklink layout fields are separated by commas, text may be in double quotes, and there is no escaping. A line with a broken quote or the wrong number of fields cannot be read safely, so its fields are not checked.",
    help: "Write text without quotes and commas inside, and every field of the record, even if it is empty. `flagflow fix` removes white space around cells, and empty cells after the last field.",
    source: "UK Link file format notes (profile)",
    electricity: Some(Guidance {
        why: "Items are separated by pipes, and each line ends with one; there is no quoting and no escaping. A line with the wrong number of items cannot be read safely, so its items are not checked.",
        help: "Write every item of the group, even if it is empty, each with its pipe, and no pipe inside an item. `flagflow fix` removes empty items after the last item.",
        source: "Data Transfer Network user file format, by public samples (formats, section 4); the items of a group are its profile's",
    }),
};

/// Returns the message for a line of comma-separated fields.
pub(crate) fn message(line: &[u8], expected: Option<usize>) -> Message {
    let Some(expected) = expected else {
        return Message::new(
            "the line has a broken quote",
            Some("text in a pair of double quotes"),
        );
    };
    let is_comma = |quoted: &mut bool, byte: &u8| {
        *quoted ^= *byte == b'"';
        Some(*byte == b',' && !*quoted)
    };
    let commas = line.iter().scan(false, is_comma).filter(|is_comma| *is_comma).count();
    let message = format!("{}, expected {expected}", counted(commas + 1, "field"));
    Message::new(message, Some(format!("{expected} fields separated by commas")))
}

/// Returns the message for a line of items. A header and a trailer may have more items than
/// expected.
pub(crate) fn message_of_items(line: &[u8], expected: usize, is_least: bool) -> Message {
    // the first pipe follows the code, and the last item may lack its pipe; white space after the
    // last pipe is not an item
    let pipes = line.iter().filter(|byte| **byte == b'|').count();
    let found = pipes - usize::from(line.trim_ascii_end().ends_with(b"|"));
    let least = if is_least { "at least " } else { "" };
    let message = format!("{}, expected {least}{expected}", counted(found, "item"));
    let each = if expected == 1 { "item with its pipe" } else { "items, each with its pipe" };
    Message::new(message, Some(format!("{least}{expected} {each}")))
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{GOOD_D0350, findings};
    use crate::{Options, RuleId, check};

    #[test]
    fn fires() {
        assert_eq!(
            findings(
                b"\"E45\",1234567810,\"A\",20220101\n\"E45\",123409,\"A\n\"E45\",123409,\"A\"\n"
            ),
            [("malformed-record", 2, 30, 15), ("malformed-record", 3, 46, 16)]
        );
    }

    #[test]
    fn the_message_has_the_counts_in_the_words_of_the_layout() {
        let message = |file: &str| {
            let report = check(file.as_bytes(), &Options::default()).unwrap();
            let mut own = report.findings.iter().filter(|it| it.rule == RuleId::MalformedRecord);
            own.next().unwrap().message.to_string()
        };
        let good = String::from_utf8_lossy(GOOD_D0350);
        for (change, to, expected) in [
            ("|MRCY|", "|MRCY|x||", "8 items, expected 6"),
            (
                "|MRCY|",
                "|MRCY|||",
                "8 items, expected 6; the last 2 are empty: `flagflow fix` removes them",
            ),
            ("81H|1|", "81H|1|x| ", "2 items, expected 1"),
            ("|20220201|", "|", "5 items, expected 6"),
            ("|A|20220201|MRCY|", "|A", "4 items, expected 6"),
            ("81H|1|", "81H|1|2|", "2 items, expected 1"),
            ("81H|1|", "81H", "0 items, expected 1"),
            ("||1|20220301093500|", "|", "2 items, expected at least 5"),
        ] {
            assert_eq!(message(&good.replace(change, to)), expected, "{to}");
        }
        let gas = "E45,1234567810,A,20220101\n";
        assert_eq!(message(&format!("{gas}E45,1,\"A,B\",2,,\n")), "6 fields, expected 4");
        assert_eq!(message(&format!("{gas}E45,\n")), "2 fields, expected 4");
        assert_eq!(message(&format!("{gas}E45,\"\n")), "the line has a broken quote");
    }

    #[test]
    fn does_not_fire() {
        assert!(
            findings(b"E45,\"1234567810\",A,20220101\n")
                .iter()
                .all(|found| found.0 != "malformed-record")
        );
    }
}
