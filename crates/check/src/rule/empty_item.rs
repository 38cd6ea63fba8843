//! `empty-item`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;
use flagflow_electricity::{Field, RawItem};

pub(super) static RULE: Rule = Rule {
    id: RuleId::EmptyItem,
    name: "empty-item",
    severity: Severity::Error,
    summary: "A mandatory item has no value.",
    why: "A profile lists the mandatory items; the supplier of a D0350 is mandatory unless the profile has `mandatory = false`. A receiver rejects an incomplete instruction.",
    help: "Ask the sender for the value. If the item may be empty, write `mandatory = false` in the profile.",
    electricity: None,
    source: "the profile of the flow (formats, section 4)",
};

/// Returns whether an item that only the profile has a name for must have a value and has none.
pub(crate) fn breaks(item: &RawItem<'_>) -> bool {
    let spec = item.spec();
    spec.mandatory && matches!(spec.field, Field::Other(_)) && item.text().is_empty()
}

/// Returns the message, which names the item.
pub(crate) fn message(item: &str) -> Message {
    Message::new(format!("the mandatory item {item} has no value"), Some("a value"))
}

#[cfg(test)]
mod tests {
    use flagflow_electricity::{Flow, Profile};

    use crate::{Options, check};

    const HEADER: &str = "ZHV|0000000042|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\n";

    /// Returns the findings of a file with a profile that has two more items (rule, line, column),
    /// and the number of accepted records.
    fn findings(file: &str, mandatory: bool) -> (Vec<(&'static str, u64, u64)>, u64) {
        let builtin = Profile::builtin(Flow::D0350);
        let more = format!("{{ name = \"supplier_id\", most = 4, mandatory = {mandatory} }}");
        let text = builtin.as_toml().replace("most = 8 },\n", &format!("most = 8 }},\n{more},\n"));
        let group = "kind = \"number\", most = 10 },\n]";
        let note =
            format!("kind = \"number\", most = 10 }},\n{}\n]", more.replace("supplier_id", "note"));
        let text =
            text.replacen(group, &note, 1).replace("placeholder = true", "placeholder = false");
        let mut options = Options::default();
        options.use_profile(Profile::from_toml(&text).unwrap());
        let report = check(file.as_bytes(), &options).unwrap();
        let found = report.findings.iter().filter(|found| found.rule.name() != "edition-unknown");
        let found = found.map(|found| (found.rule.name(), found.line, found.column)).collect();
        (found, report.accepted)
    }

    fn file(note: &str, suppliers: [&str; 2]) -> String {
        let line = |number, supplier| {
            format!("X02|{number}|DC01|1013044353630|A|2022020{number}|{supplier}|\n")
        };
        let updates = line(1, suppliers[0]) + &line(2, suppliers[1]);
        format!("{HEADER}X01|1|{note}|\n{updates}ZPT|0000000042|3||1|20220301093500|\n")
    }

    #[test]
    fn fires() {
        let found = vec![("empty-item", 2, 7), ("empty-item", 4, 37)];
        assert_eq!(findings(&file("", ["MRCY", ""]), true), (found, 1));
    }

    #[test]
    fn fires_in_a_padded_layout() {
        let mut header = HEADER.replace("ZHV", "ZHF").replace('|', "");
        header.insert_str(header.len() - 5, &" ".repeat(11));
        let line = |number, supplier| {
            format!("X02{number:010}DC011013044353630A2022020{number}{supplier}\n")
        };
        let updates = line(1, "MRCY") + &line(2, "    ");
        let file = format!(
            "{header}X010000000001NOTE\n{updates}ZPT00000000420000000003{}000000000120220301093500\n",
            " ".repeat(10)
        );
        assert_eq!(findings(&file, true), (vec![("empty-item", 4, 40)], 1));
        assert_eq!(findings(&file, false), (vec![], 2));
    }

    #[test]
    fn does_not_fire() {
        assert_eq!(findings(&file("x", ["MRCY", "A"]), true), (vec![], 2));
        assert_eq!(findings(&file("", ["", ""]), false), (vec![], 2));
    }
}
