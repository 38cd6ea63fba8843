//! `flag-not-in-edition`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;
use flagflow_domain::{Edition, ServiceFlag};

pub(super) static RULE: Rule = Rule {
    id: RuleId::FlagNotInEdition,
    name: "flag-not-in-edition",
    severity: Severity::Error,
    summary: "A DCC Service Flag is not in the file's edition.",
    why: "MP077 replaced S and W by N and I. The old letters do not mean the same as the new letters, so a file of one edition must not have flags of the other.",
    help: "Check the day on which the file was made and the edition that its sender writes; --edition sets the edition.",
    source: "MP077 legal text v0.1, SEC Appendix X sections 3.28(b)(i) and 3.29(a)",
    electricity: None,
};

/// Returns whether a flag is not one of an edition.
#[must_use]
#[inline]
pub fn breaks(flag: ServiceFlag, edition: Edition) -> bool {
    !edition.allows(flag)
}

/// Returns the message.
pub(crate) fn message(flag: ServiceFlag, edition: Edition) -> Message {
    let letters: Vec<&str> = edition.flags().iter().map(|flag| flag.as_str()).collect();
    let message = format!("{flag} ({}) is not a flag of the edition {edition}", flag.name());
    Message::new(message, Some(letters.join(", ")))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{findings, is_found};

    #[test]
    fn fires() {
        assert_eq!(
            findings(
                b"A000000000042DXI20220201093000000001\nE451234567810S20220101\nZ990000000001\n"
            ),
            [("flag-not-in-edition", 2, 50, 1)]
        );
    }

    #[test]
    fn does_not_fire() {
        assert!(!is_found(
            "flag-not-in-edition",
            b"A000000000042DXI20211104093000000001\nE451234567810S20210101\nZ990000000001\n"
        ));
    }
}
