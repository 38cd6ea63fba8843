//! `placeholder-profile`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;
use flagflow_electricity::Profile;

pub(super) static RULE: Rule = Rule {
    id: RuleId::PlaceholderProfile,
    name: "placeholder-profile",
    severity: Severity::Note,
    summary: "The file was read with a profile whose group codes are placeholders.",
    why: "The group codes and the order of items of the flow are in the licensed Data Transfer Catalogue, which flagflow does not have. The built-in profile has the invented codes X01, X02 and X03 instead.",
    help: "Write the real profile, starting from the output of `flagflow profile show`, and pass it with --profile.",
    source: "none: a placeholder (formats, section 4)",
    electricity: None,
};

/// Returns whether a file is read by a profile of placeholders.
pub(crate) const fn breaks(profile: &Profile) -> bool {
    profile.is_placeholder()
}

/// Returns the message.
pub(crate) fn message() -> Message {
    Message::new("group codes from the built-in placeholder profile", None::<&str>)
}
