//! `file-name`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::FileName,
    name: "file-name",
    severity: Severity::Note,
    summary: "The name of the file does not have the usual form, or does not match the header.",
    why: "File names usually have the form CCCNN.CCNNNNNN.CCC of letters and digits; the extension is the file type, and the last six digits are the generation number. That form is a profile, so this rule is off by default.",
    help: "Rename the file, or leave --check-file-name out.",
    source: "UK Link file format notes (profile)",
    electricity: None,
};

/// The difference of a name from the usual form or from the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unusual {
    /// The name does not have the form `CCCNN.CCNNNNNN.CCC`.
    Form,
    /// The extension is not the header's file type.
    Extension,
    /// The six digits of the name are not the header's generation number.
    Generation { name: u64, header: u64 },
}

/// Compares a name with the form `CCCNN.CCNNNNNN.CCC` and with the readable values of the header.
pub(crate) fn breaks(
    name: &str,
    file_type: Option<&str>,
    generation: Option<u64>,
) -> Option<Unusual> {
    let form = b"CCCNN.CCNNNNNN.CCC";
    let fits = |(byte, form): (u8, &u8)| match form {
        b'C' => byte.is_ascii_alphanumeric(),
        b'N' => byte.is_ascii_digit(),
        _ => byte == *form,
    };
    if name.len() != form.len() || !name.bytes().zip(form).all(fits) {
        return Some(Unusual::Form);
    }
    if !file_type.is_none_or(|file_type| name.ends_with(file_type)) {
        return Some(Unusual::Extension);
    }
    let name = name.get(8..14)?.parse().ok()?;
    let header = generation.filter(|header| *header != name)?;
    Some(Unusual::Generation { name, header })
}

/// Returns the message.
pub(crate) fn message(unusual: Unusual) -> Message {
    let form = "a name like ABC01.DE000001.DXI, its extension the file type";
    match unusual {
        Unusual::Form => {
            Message::new("the file name does not have the usual form", Some(form.to_owned()))
        }
        Unusual::Extension => Message::new(
            "the extension of the file name is not the header's file type",
            Some(form.to_owned()),
        ),
        Unusual::Generation { name, header } => Message::new(
            format!(
                "the file name has the number {name:06}, the header the generation number {header:06}"
            ),
            Some(format!("{header:06} in the name")),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, check};

    const FILE: &[u8] =
        b"A000000000042DXI20220201093000000001\nE451234567810A20220101\nZ990000000001\n";

    /// Returns the findings of this rule in a file of this name: line, offset, length.
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
            // the usual form, but not the header's file type
            "ABC01.DE000001.TXT",
        ] {
            assert_eq!(found(Some(name), FILE), [(1, 0, 36)], "{name}");
        }
        assert_eq!(found(Some("updates.txt"), b"E451234567810A20220101\n"), [(1, 0, 22)]);
    }

    #[test]
    fn fires_if_the_number_is_not_the_generation() {
        assert_eq!(found(Some("ABC01.DE000002.DXI"), FILE), [(1, 0, 36)]);
        for (name, file_type, generation, expected) in [
            ("ABC01.DE000002.DXI", Some("DXI"), Some(2), None),
            ("ABC01.DE000002.DXI", Some("DXI"), None, None),
            ("ABC01.DE000002.DXI", None, Some(3), Some(Unusual::Generation { name: 2, header: 3 })),
            ("ABC01.DE000002.DXR", Some("DXI"), Some(3), Some(Unusual::Extension)),
            ("ABC01.DE00002.DXI", Some("DXI"), Some(2), Some(Unusual::Form)),
        ] {
            assert_eq!(breaks(name, file_type, generation), expected, "{name}");
        }
        let text = message(Unusual::Generation { name: 2, header: 3 }).message;
        assert_eq!(
            text,
            "the file name has the number 000002, the header the generation number 000003"
        );
        assert_eq!(
            message(Unusual::Extension).message,
            "the extension of the file name is not the header's file type"
        );
    }

    #[test]
    fn does_not_fire() {
        assert_eq!(found(Some("ABC01.DE000001.DXI"), FILE), []);
        assert_eq!(found(Some("abc01.D9000001.TXT"), b"E451234567810A20220101\n"), []);
        assert_eq!(found(None, FILE), []);
    }
}
