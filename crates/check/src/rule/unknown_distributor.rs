//! `unknown-distributor`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::UnknownDistributor,
    name: "unknown-distributor",
    severity: Severity::Note,
    summary: "The first two digits of an MPAN core are not those of a known distributor.",
    why: "Distributor identifiers 10 to 38 are known, and the list grows, so this is a note.",
    help: "Check the MPAN, or the list of distributors.",
    source: "distributor identifiers (formats, section 1)",
    electricity: None,
};

/// Returns the message.
pub(crate) fn message() -> Message {
    Message::new("not a known distributor", Some("a distributor from 10 to 38"))
}
