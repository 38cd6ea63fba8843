//! `edition-unknown`

use super::{Message, Rule, RuleId};
use crate::options::EditionChoice;
use crate::severity::Severity;
use flagflow_domain::Edition;

pub(super) static RULE: Rule = Rule {
    id: RuleId::EditionUnknown,
    name: "edition-unknown",
    severity: Severity::Note,
    summary: "The edition of the file's flags is unknown.",
    why: "The day on which the file was made determines the valid letters of the flag. A file without a header, or with a header whose day cannot be read, has no such day, so the flags of every edition are accepted.",
    help: "Pass --edition mp077 (or pre-mp077) to check the letters.",
    source: "MP077 legal text v0.1; XRN 5142 (gas, live on 2021-11-05)",
    electricity: None,
};

/// Returns whether the edition of a file is not known: the options leave it to the day on which the
/// file was made, and the day does not decide it.
pub(crate) fn breaks(choice: EditionChoice, by_day: Option<Edition>) -> bool {
    choice == EditionChoice::Auto && by_day.is_none()
}

/// Returns the message for a file with or without a header.
pub(crate) fn message(has_header: bool) -> Message {
    let reason = match has_header {
        true => "the header's day cannot be read",
        false => "the file has no header, and so no day",
    };
    let message =
        format!("the edition is unknown: {reason}; the flags A, N, I, S and W are all accepted");
    Message::new(message, None::<&str>)
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
    fn the_message_has_the_reason() {
        let good = String::from_utf8_lossy(crate::rule::testing::GOOD_D0350);
        for (file, reason) in [
            ("E451234567810S20220101\n", "the file has no header"),
            (
                "A000000000042DXI20220230093000000001\nZ990000000000\n",
                "the header's day cannot be read",
            ),
            (&good.replace("20220301093000", ""), "the header's day cannot be read"),
        ] {
            let report = crate::check(file.as_bytes(), &crate::Options::default()).unwrap();
            let own = report.findings.iter().find(|it| it.rule == crate::RuleId::EditionUnknown);
            assert!(own.unwrap().message.contains(reason), "{file}");
        }
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
