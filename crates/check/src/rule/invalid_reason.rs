//! `invalid-reason`
//!
//! Found by the reader: `ErrorKind::InvalidReason`.

use super::{Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::InvalidReason,
    name: "invalid-reason",
    severity: Severity::Error,
    summary: "A rejection reason is not a code of eight characters.",
    why: "Reason records are a profile and are read only with --reasons. Without that option they are unknown records.",
    help: "Write eight printable characters, no quote or comma.",
    source: "UK Link file format notes (profile)",
    electricity: None,
};

/// Returns the message.
pub(crate) fn message() -> Message {
    Message::new("not a reason code", Some("eight printable characters"))
}
