//! Names of columns and keys.

use flagflow_check::escape;

/// Name of the column for the fuel of a row, as written by `flagflow register export`.
pub(super) const FUEL: &str = "fuel";

/// Normalises a name: lower case, without surrounding white space, and with underscores for blanks
/// and hyphens.
pub(super) fn normal(name: &[u8]) -> String {
    let lower = String::from_utf8_lossy(name).to_lowercase();
    let is_between = |c: char| c.is_whitespace() || matches!(c, '_' | '-');
    let words: Vec<&str> = lower.split(is_between).filter(|word| !word.is_empty()).collect();
    words.join("_")
}

/// Returns the item that a column is said to be, by the names of items and their columns; the name
/// itself for another column.
pub(super) fn item_of(name: String, columns: &[(String, String)]) -> String {
    let item = columns.iter().find(|(_, own)| normal(own.as_bytes()) == name);
    item.map_or(name, |(item, _)| normal(item.as_bytes()))
}

/// The most bytes of a name that are shown, and the most names.
const SHOWN: (usize, usize) = (64, 20);

/// Returns a name in printable form. `mask` hides the digits of runs as long as a meter point.
pub(super) fn shown(name: &[u8], mask: bool) -> String {
    let name = &name[..name.len().min(SHOWN.0)];
    if mask && has_digits(name, LEAST_DIGITS) {
        let hidden = |byte: &u8| if byte.is_ascii_digit() { b'*' } else { *byte };
        return escape(&name.iter().map(hidden).collect::<Vec<_>>());
    }
    escape(name)
}

/// The fewest digits of a meter point (an MPRN).
pub(super) const LEAST_DIGITS: usize = 6;

/// Returns whether there are so many digits in a row.
pub(super) fn has_digits(text: &[u8], least: usize) -> bool {
    text.split(|byte| !byte.is_ascii_digit()).any(|digits| digits.len() >= least)
}

/// Returns a list of names for a message; `none` where there are none.
pub(super) fn listed<'n>(names: impl Iterator<Item = &'n [u8]>, mask: bool) -> String {
    let names = names.filter(|name| !name.trim_ascii().is_empty());
    let mut quoted: Vec<_> = names.map(|name| format!("`{}`", shown(name, mask))).collect();
    let more = quoted.len().saturating_sub(SHOWN.1);
    quoted.truncate(SHOWN.1);
    if more > 0 {
        quoted.push(format!("{more} more"));
    }
    if quoted.is_empty() { "none".to_owned() } else { quoted.join(", ") }
}

/// The other tables and objects that flagflow writes, by names that each of them has.
const OTHER_OUTPUTS: &[(&[&str], &str)] = &[
    (&["schema"], "a report of flagflow (check, summary, fix)"),
    (&["change", "meter_point"], "a list of differences (flagflow diff)"),
    (&["change", "old_line"], "a list of differences (flagflow diff)"),
    (&["change", "old", "new"], "a list of differences (flagflow diff)"),
    (&["old_records", "new_records"], "the result of a comparison (flagflow diff)"),
    (&["what", "after", "record"], "a list of rejected records (flagflow check --reasons-to)"),
    (&["record", "offset", "rules"], "a list of unanswered records (flagflow answer --listed)"),
    (&["rule", "severity", "offset"], "a list of faults (flagflow generate --faults)"),
    (&["kind", "line", "before", "after"], "a list of fixes (flagflow fix --list)"),
    (&["file", "became", "digest"], "a list of applied files (flagflow register apply)"),
    (&["number", "file", "digest"], "a list of applied files (flagflow register files)"),
    (&["device", "event"], "a list of events (flagflow status)"),
    (&["what_happens_to_a_meter", "flag_after"], "a rule set (flagflow status table)"),
];

/// Returns the output of flagflow that has these names and no updates in it.
pub(super) fn other_output(names: &[String]) -> Option<&'static str> {
    let has = |name: &&str| names.iter().any(|own| own == name);
    let found = OTHER_OUTPUTS.iter().find(|(needed, _)| needed.iter().all(has));
    let has_updates = has(&"dcc_service_flag") && has(&"meter_point_reference");
    found.filter(|_| !has_updates).map(|(_, what)| *what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_in_many_ways() {
        for name in
            ["dcc_service_flag", " DCC Service Flag ", "Dcc-Service__Flag", "DCC\u{A0}service flag"]
        {
            assert_eq!(normal(name.as_bytes()), "dcc_service_flag", "{name}");
        }
        for (name, expected) in
            [("", ""), (" _ ", ""), ("a\u{e9}", "a\u{e9}"), ("dccserviceflag", "dccserviceflag")]
        {
            assert_eq!(normal(name.as_bytes()), expected);
        }
    }

    #[test]
    fn names_that_could_be_meter_points_are_masked() {
        for (name, masked) in [
            ("1234567810", "**********"),
            ("a 123409 b2", "a ****** b*"),
            ("column 12345", "column 12345"),
            ("x\u{1b}[2J", "x\\x1B[2J"),
        ] {
            assert_eq!(shown(name.as_bytes(), true), masked);
        }
        assert_eq!(shown(b"1234567810", false), "1234567810");
        assert_eq!(listed([&b"a"[..], b" ", b"123456"].into_iter(), true), "`a`, `******`");
        assert_eq!(listed([].into_iter(), true), "none");
        let many = vec![&b"x"[..]; 22];
        assert!(listed(many.into_iter(), false).ends_with("`x`, 2 more"));
    }
}
