//! `file-name`

use super::{Rule, RuleId, Words};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::FileName,
    name: "file-name",
    severity: Severity::Note,
    summary: "The name of the file is not of the form in use.",
    why: "File names in use look like CCCNN.CCNNNNNN.CCC, letters and digits, the extension being the file type. That is a profile, so this is off unless asked for.",
    help: "Rename the file, or leave --check-file-name out.",
    source: "UK Link file format notes (profile)",
};

/// Whether a name is of the form `CCCNN.CCNNNNNN.CCC`, with the file's type at the end.
pub(crate) fn is_usual(name: &str, file_type: Option<&str>) -> bool {
    let form = b"CCCNN.CCNNNNNN.CCC";
    let fits = |(byte, form): (u8, &u8)| match form {
        b'C' => byte.is_ascii_alphanumeric(),
        b'N' => byte.is_ascii_digit(),
        _ => byte == *form,
    };
    name.len() == form.len()
        && name.bytes().zip(form).all(fits)
        && file_type.is_none_or(|file_type| name.ends_with(file_type))
}

/// What is said of it.
pub(crate) fn words() -> Words {
    Words::new(
        "the file's name is not of the form in use",
        Some("a name like ABC01.DE000001.DXI, its extension the file type"),
    )
}
