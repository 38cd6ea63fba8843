//! The reference page of the rules, docs/rules.md.

use crate::rule::{REGISTRY, Rule};

/// Returns the reference page of the rules as Markdown.
#[must_use]
pub fn markdown() -> String {
    let mut page = String::from(INTRODUCTION);
    for rule in REGISTRY {
        page.push_str(&row(rule));
    }
    for rule in REGISTRY {
        page.push_str(&section(rule));
    }
    page
}

const INTRODUCTION: &str = "\
# The rules

Generated from the registry with `flagflow rules --format markdown`; a test compares the two.
`flagflow explain RULE` prints one of them. Severities are the defaults: `--severity RULE=LEVEL`
changes one, `--ignore RULE` disables a rule, and the report counts the ignored findings.

| rule | severity | fires when |
|---|---|---|
";

fn row(rule: &Rule) -> String {
    format!("| [{0}](#{0}) | {1} | {2} |\n", rule.name, rule.severity, rule.summary)
}

fn section(rule: &Rule) -> String {
    let Rule { name, severity, summary, why, help, source, electricity, .. } = rule;
    let electricity = electricity.map_or_else(String::new, |of| {
        format!("\nIn electricity files: {} {}\n\nSource: {}.\n", of.why, of.help, of.source)
    });
    format!(
        "\n## {name}\n\n*{severity}.* {summary}\n\n{why}\n\nWhat to do: {help}\n\nSource: {source}.\n{electricity}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_its_row_and_its_section() {
        let page = markdown();
        for rule in REGISTRY {
            assert_eq!(page.matches(&format!("\n| [{}](#", rule.name)).count(), 1);
            assert_eq!(page.matches(&format!("\n## {}\n", rule.name)).count(), 1);
        }
    }
}
