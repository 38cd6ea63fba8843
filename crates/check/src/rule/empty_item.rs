//! `empty-item`
//!
//! Found by the reader: `ErrorKind::EmptyItem`.

use super::{Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::EmptyItem,
    name: "empty-item",
    severity: Severity::Error,
    summary: "A mandatory item has no value.",
    why: "The catalogue marks each item as mandatory or optional. A receiver rejects an incomplete instruction.",
    help: "Ask the sender for the value. If your edition of the catalogue lets the item be empty, write `optional = true` in a profile.",
    electricity: None,
    source: "the profile of the flow (formats, section 4)",
};

/// Returns the message, which names the item.
pub(crate) fn message(item: &str) -> Message {
    Message::new(format!("the mandatory item {item} has no value"), Some("a value"))
}

#[cfg(test)]
mod tests {
    use flagflow_electricity::{Flow, Profile};

    use crate::rule::testing::{GOOD_D0350, findings};
    use crate::{Options, check};

    const HEADER: &str = "ZHV|0000000042|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\n";

    /// Returns the findings of a file with a profile that has two more items (rule, line, column),
    /// and the number of accepted records.
    fn with_notes(file: &str, is_optional: bool) -> (Vec<(&'static str, u64, u64)>, u64) {
        let builtin = Profile::builtin(Flow::D0350);
        let item = |name: &str| {
            format!("{{ name = \"{name}\", format = \"CHAR(4)\", optional = {is_optional} }},\n]")
        };
        let text = builtin.as_toml().replacen(
            "INT(12)\" },\n]",
            &format!("INT(12)\" }},\n{}", item("note")),
            1,
        );
        let text = text.replace("CHAR(4)\" },\n]", &format!("CHAR(4)\" }},\n{}", item("remark")));
        let mut options = Options::default();
        options.use_profile(Profile::from_toml(&text).unwrap());
        let report = check(file.as_bytes(), &options).unwrap();
        let found =
            report.findings.iter().map(|found| (found.rule.name(), found.line, found.column));
        (found.collect(), report.accepted)
    }

    fn file(note: &str, remarks: [&str; 2]) -> String {
        let line = |number, remark| {
            format!("82H|{number}|DC01|1013044353630|A|2022020{number}|MRCY|{remark}|\n")
        };
        let updates = line(1, remarks[0]) + &line(2, remarks[1]);
        format!("{HEADER}81H|1|{note}|\n{updates}ZPT|0000000042|3||1|20220301093500|\n")
    }

    #[test]
    fn fires() {
        let found = vec![("empty-item", 2, 7), ("empty-item", 4, 42)];
        assert_eq!(with_notes(&file("", ["LATE", ""]), false), (found, 1));
    }

    #[test]
    fn fires_alone_for_each_item() {
        let good = String::from_utf8_lossy(GOOD_D0350);
        for (item, name) in [
            ("82H|1|", "82H||"),
            ("|DC01|", "||"),
            ("|1013044353630|", "||"),
            ("|A|", "||"),
            ("|20220201|", "||"),
            ("|MRCY|", "||"),
            ("81H|1|", "81H||"),
        ] {
            let file = good.replace(item, name);
            let rules: Vec<_> = findings(file.as_bytes()).iter().map(|found| found.0).collect();
            assert_eq!(rules, ["empty-item"], "{item}");
        }
    }

    #[test]
    fn fires_in_a_padded_layout() {
        let mut header = HEADER.replace("ZHV", "ZHF").replace('|', "");
        header.insert_str(header.len() - 5, &" ".repeat(11));
        let line = |number, remark| {
            format!("82H{number:012}DC011013044353630A2022020{number}MRCY{remark}\n")
        };
        let updates = line(1, "LATE") + &line(2, "    ");
        let file = format!(
            "{header}81H000000000001NOTE\n{updates}ZPT00000000420000000003{}000000000120220301093500\n",
            " ".repeat(10)
        );
        assert_eq!(with_notes(&file, false), (vec![("empty-item", 4, 46)], 1));
        assert_eq!(with_notes(&file, true), (vec![], 2));
    }

    #[test]
    fn does_not_fire() {
        assert_eq!(with_notes(&file("x", ["LATE", "A"]), false), (vec![], 2));
        assert_eq!(with_notes(&file("", ["", ""]), true), (vec![], 2));
    }
}
