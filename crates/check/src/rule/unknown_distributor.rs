//! `unknown-distributor`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;
use flagflow_domain::Distributor;
use std::ops::Range;

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

/// The MPAN cores of one distributor: eleven digits behind its id.
pub(crate) const OF_A_DISTRIBUTOR: u64 = 100_000_000_000;

/// The MPAN cores whose distributor [is known](Distributor::is_known).
const KNOWN: Range<u64> = Range {
    start: Distributor::FIRST.id() as u64 * OF_A_DISTRIBUTOR,
    end: (Distributor::LAST.id() as u64 + 1) * OF_A_DISTRIBUTOR,
};

/// Returns whether the distributor of an MPAN core is not known.
#[inline]
pub(crate) fn breaks(mpan: u64) -> bool {
    !KNOWN.contains(&mpan)
}

/// Returns the message.
pub(crate) fn message() -> Message {
    Message::new("not a known distributor", Some("a distributor from 10 to 38"))
}
