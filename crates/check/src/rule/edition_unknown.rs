//! `edition-unknown`

use super::{Rule, RuleId, Words};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::EditionUnknown,
    name: "edition-unknown",
    severity: Severity::Note,
    summary: "The file does not say which edition of the flag it uses.",
    why: "Which letters a flag may be follows from the day the file was made. A bare file has no such day, so every letter there ever was is taken.",
    help: "Pass --edition mp077 (or pre-mp077) to have the letters judged.",
    source: "MP077 legal text v0.1; XRN 5142 (gas, live on 2021-11-05)",
};

/// What is said of it.
pub(crate) fn words() -> Words {
    Words::new(
        "without a header day the edition is unknown, so the flags A, N, I, S and W are all taken",
        None::<&str>,
    )
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::findings_with_notes;

    #[test]
    fn fires() {
        assert_eq!(
            findings_with_notes(b"E451234567810S20220101\n"),
            [("edition-unknown", 1, 0, 22)]
        );
    }

    #[test]
    fn does_not_fire() {
        assert!(
            findings_with_notes(
                b"A000000000042DXI20220201093000000001\nE451234567810A20220101\nZ990000000001\n"
            )
            .iter()
            .all(|found| found.0 != "edition-unknown")
        );
    }
}
