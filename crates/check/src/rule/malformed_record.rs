//! `malformed-record`

use super::{Rule, RuleId, Words};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::MalformedRecord,
    name: "malformed-record",
    severity: Severity::Error,
    summary: "A line does not split into the fields of its record.",
    why: "In the uklink layout fields are parted by commas, text may stand in double quotes, and there is no escaping. A line with a broken quote or another number of fields cannot be read safely, so its fields are not judged.",
    help: "Write text without quotes and commas in it, and every field of the record, empty or not. `flagflow fix` takes out white space beside cells, and empty cells behind the last field.",
    source: "UK Link file format notes (profile)",
};

/// What is said of it.
pub(crate) fn words(expected: Option<usize>) -> Words {
    match expected {
        Some(fields) => {
            let expected = format!("{fields} fields parted by commas");
            Words::new("the line does not split into the fields of its record", Some(expected))
        }
        None => Words::new("the line has a broken quote", Some("text in a pair of double quotes")),
    }
}

/// The same of a line of items.
pub(crate) fn words_of_items(expected: usize) -> Words {
    let expected = format!("{expected} items, each with its bar");
    Words::new("the line does not split into the items of its group", Some(expected))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::findings;

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
    fn does_not_fire() {
        assert!(
            findings(b"E45,\"1234567810\",A,20220101\n")
                .iter()
                .all(|found| found.0 != "malformed-record")
        );
    }
}
