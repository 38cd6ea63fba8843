//! `participant-mismatch`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;
use flagflow_domain::Distributor;

pub(super) static RULE: Rule = Rule {
    id: RuleId::ParticipantMismatch,
    name: "participant-mismatch",
    severity: Severity::Warning,
    summary: "MPANs belong to a distributor other than the receiver of the file.",
    why: "A file of updates goes to the provider of the MPANs' distributor, which does not have the MPANs of other distributors. Reported once, with the number of MPANs; independent networks are not checked, because their participants are not known.",
    help: "Check the receiver.",
    source: "distributor identifiers (formats, section 1); DTN user file format, item J0938",
    electricity: None,
};

/// Returns whether a distributor is known and another than the participant that a header names.
#[must_use]
pub fn breaks(distributor: Distributor, participant: &[u8]) -> bool {
    distributor.participant().is_some_and(|own| own.as_bytes() != participant)
}

/// Returns the message.
pub(crate) fn message(count: u64) -> Message {
    let message = format!("{count} MPANs belong to another distributor");
    Message::new(message, None::<&str>)
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{GOOD_D0350, findings};

    #[test]
    fn fires() {
        assert_eq!(findings(b"ZHV|0000000042|D0350001|Z|DCCO|P|LOND|20220301093000||||OPER|\n81H|1|\n82H|1|DC01|1013044353630|A|20220201|MRCY|\nZPT|0000000042|2||1|20220301093500|\n"), [("participant-mismatch", 1, 33, 4)]);
    }

    #[test]
    fn does_not_fire() {
        assert!(findings(GOOD_D0350).iter().all(|found| found.0 != "participant-mismatch"));
    }
}
