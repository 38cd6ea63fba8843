//! `invalid-reason`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::InvalidReason,
    name: "invalid-reason",
    severity: Severity::Error,
    summary: "A rejection reason is not a code of eight characters.",
    why: "Reason records are a profile and only read when asked for (--reasons). Without that they are unknown records.",
    help: "Write eight printable characters, no quote or comma.",
    source: "UK Link file format notes (profile)",
    electricity: None,
};

/// What is said of it.
pub(crate) fn message() -> Message {
    Message::new("not a reason code", Some("eight printable characters"))
}
