//! `invalid-supplier-id`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;
use flagflow_electricity::SupplierId;

pub(super) static RULE: Rule = Rule {
    id: RuleId::InvalidSupplierId,
    name: "invalid-supplier-id",
    severity: Severity::Warning,
    summary: "A supplier id does not have the form of a participant id.",
    why: "The supplier id (J0084) names the supplier that asked for the change. Participant ids in use are four capital letters or digits; the catalogue gives no length for J0084, so another form is a warning.",
    help: "Ask the sender for the supplier's participant id. To reject such instructions, use `--severity invalid-supplier-id=error`.",
    source: "Data Transfer Catalogue 15.4, items J0084 and J0002 (profile: formats, section 4)",
    electricity: None,
};

/// Returns whether a supplier id is not four capital letters or digits.
#[inline]
pub(crate) fn breaks(supplier: SupplierId) -> bool {
    !supplier.is_participant_id()
}

/// Returns the message.
pub(crate) fn message() -> Message {
    Message::new("not the form of a participant id", Some("four capital letters or digits"))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{GOOD_D0350, findings};

    fn with(supplier: &str) -> Vec<(&'static str, u64, u64, u64)> {
        let file = String::from_utf8_lossy(GOOD_D0350).replace("MRCY", supplier);
        findings(file.as_bytes())
    }

    #[test]
    fn fires() {
        for supplier in ["mrcy", "MRC", "M", "MR Y", "MR-Y"] {
            let length = supplier.len() as u64;
            assert_eq!(with(supplier), [("invalid-supplier-id", 3, 105, length)], "{supplier}");
        }
    }

    #[test]
    fn does_not_fire() {
        for supplier in ["MRCY", "AB12", "0000"] {
            assert_eq!(with(supplier), [], "{supplier}");
        }
    }
}
