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

#[cfg(test)]
mod tests {
    use crate::{Options, RuleId, check};

    const FILE: &[u8] =
        b"A000000000042DXI20220201093000000001\nE451234567810A20220101\nZ990000000001\n";

    /// The findings of this rule in a file of this name: line, offset, length.
    fn found(name: Option<&str>, file: &[u8]) -> Vec<(u64, u64, u64)> {
        let options = Options { file_name: name.map(str::to_owned), ..Options::default() };
        let report = check(file, &options).unwrap();
        let own = report.findings.iter().filter(|finding| finding.rule == RuleId::FileName);
        own.map(|finding| (finding.line, finding.offset, finding.length)).collect()
    }

    #[test]
    fn fires() {
        for name in [
            "",
            "ABC01.DE00001.DXI",
            "ABC01.DE0000012.DXI",
            "ABC01-DE000001.DXI",
            "AB-01.DE000001.DXI",
            "ABCD1.DE000001.DXI",
            "ABC01.DE00000A.DXI",
            // the form in use, but of another type than the header's
            "ABC01.DE000001.TXT",
        ] {
            assert_eq!(found(Some(name), FILE), [(1, 0, 36)], "{name}");
        }
        assert_eq!(found(Some("updates.txt"), b"E451234567810A20220101\n"), [(1, 0, 22)]);
    }

    #[test]
    fn does_not_fire() {
        assert_eq!(found(Some("ABC01.DE000001.DXI"), FILE), []);
        assert_eq!(found(Some("abc01.D9000001.TXT"), b"E451234567810A20220101\n"), []);
        assert_eq!(found(None, FILE), []);
    }
}
