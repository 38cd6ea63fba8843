//! Phrases that several formats share.

use std::borrow::Cow;

use crate::counts::{Confirmed, Counts};
use crate::finding::{Finding, escape};
use crate::report::Report;
use crate::rule::{PerRule, RuleId};
use crate::severity::Severity;

/// A function that formats a number, grouped or not.
pub(crate) type DigitFormat = fn(u64) -> String;

/// Formats a number without grouping.
pub(crate) fn plain(count: u64) -> String {
    count.to_string()
}

/// Formats a number without grouping, for messages that scripts may read, with a noun: `1 record`,
/// `12345 records`.
#[must_use]
pub fn plural(count: u64, what: &str) -> String {
    plural_in(plain, count, what)
}

/// Formats a number with a noun, the digits by a given function.
pub(crate) fn plural_in(digits: DigitFormat, count: u64, what: &str) -> String {
    format!("{} {what}{}", digits(count), if count == 1 { "" } else { "s" })
}

/// Formats a grouped number with a noun in singular or plural: `1 record`, `12,345 records`.
#[must_use]
pub fn amount(count: u64, what: &str) -> String {
    plural_in(grouped, count, what)
}

/// Formats a number with its digits in groups of three: `12,345`.
#[must_use]
pub fn grouped(count: u64) -> String {
    grouped_by(',', count)
}

/// Formats a number in groups of three digits with a given separator.
pub(crate) fn grouped_by(mark: char, count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
}

/// Iterates over the numbers that are not zero.
pub(crate) fn counted(counts: &PerRule<u64>) -> impl Iterator<Item = (RuleId, u64)> {
    counts.iter().map(|(rule, count)| (rule, *count)).filter(|(_, count)| *count > 0)
}

/// Returns a finding in one line: field, message, expected value.
pub(crate) fn sentence(finding: &Finding) -> String {
    let Finding { field, message, expected, .. } = finding;
    let field = field.as_ref().map_or_else(String::new, |field| format!("{field}: "));
    let expected = expected.as_ref().filter(|_| !message.contains("expected"));
    let expected = expected.map_or_else(String::new, |what| format!(", expected {what}"));
    format!("{field}{message}{expected}")
}

/// Describes a file in one line.
pub(crate) fn described(report: &Report) -> String {
    let flow = report.flow.map_or("no records", |flow| flow.as_str());
    let envelope = if report.envelope { "with envelope" } else { "bare" };
    let file_type = report.file_type.as_ref();
    let file_type =
        file_type.map_or_else(String::new, |t| format!(", type {}", escape(t.as_bytes())));
    let profile = report.profile.as_ref();
    let profile =
        profile.map_or_else(String::new, |name| format!(", profile {}", escape(name.as_bytes())));
    let Report { layout, edition, .. } = report;
    format!("{flow}, layout {layout}, {envelope}{file_type}, edition {edition}{profile}")
}

/// Describes the instructions that a D0172 confirms: `confirms 1 file of 14 instructions: 13
/// accepted, 1 rejected`; `None` for records of another flow.
pub(crate) fn confirmed(counts: &Counts) -> Option<String> {
    let Confirmed { files, received, accepted, rejected } = counts.confirmed();
    let (files, received) = (amount(files, "file"), amount(received, "instruction"));
    let (accepted, rejected) = (grouped(accepted), grouped(rejected));
    (counts.confirmed().files > 0).then(|| {
        format!("confirms {files} of {received}: {accepted} accepted, {rejected} rejected")
    })
}

/// Counts the findings by severity, most severe first: `1 error, 0 warnings, 2 notes`.
pub(crate) fn by_severity(digits: DigitFormat, report: &Report) -> String {
    let counted =
        |severity: Severity| plural_in(digits, report.count_of(severity), severity.as_str());
    Severity::ALL.map(counted).into_iter().rev().collect::<Vec<_>>().join(", ")
}

/// Returns the findings of a rule in the report.
pub(crate) fn samples(report: &Report, rule: RuleId) -> impl Iterator<Item = &Finding> {
    report.findings.iter().filter(move |finding| finding.rule == rule)
}

/// Makes all characters of an external text visible, such as a file's name: control characters and
/// those that change the direction of text are written `\u{...}`. XML cannot contain most of them.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_invisible) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| match is_invisible(c) {
        true => c.escape_unicode().to_string(),
        false => c.to_string(),
    };
    Cow::Owned(text.chars().map(shown).collect())
}

fn is_invisible(c: char) -> bool {
    let directs = matches!(c,
        '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}');
    directs
        || c.is_control()
        || matches!(c, '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{FFFE}'..='\u{FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_in_groups() {
        let shown = [0, 1, 999, 1000, 12_345, 123_456, u64::MAX].map(grouped);
        let expected =
            ["0", "1", "999", "1,000", "12,345", "123,456", "18,446,744,073,709,551,615"];
        assert_eq!(shown, expected);
        assert_eq!(
            [0, 1, 2000].map(|count| amount(count, "record")),
            ["0 records", "1 record", "2,000 records"]
        );
    }

    #[test]
    fn nothing_from_outside_is_invisible() {
        assert_eq!(printable("a folder/dätei.txt"), "a folder/dätei.txt");
        assert_eq!(printable("a\u{1b}[31m\n"), r"a\u{1b}[31m\u{a}");
        assert_eq!(printable("\u{202e}txt.exe\u{ffff}"), r"\u{202e}txt.exe\u{ffff}");
    }
}
