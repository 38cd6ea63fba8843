//! `wrong-file-type`

use super::{Message, Rule, RuleId};
use crate::severity::Severity;
use flagflow_gas::FileType;

pub(super) static RULE: Rule = Rule {
    id: RuleId::WrongFileType,
    name: "wrong-file-type",
    severity: Severity::Warning,
    summary: "The header names a file type that is not known to carry these records.",
    why: "DXI is the DCC Status File. The type of the response file is not defined, so other types may be correct: --file-type adds them.",
    help: "Check that the file is the expected one; if it is, add its type with --file-type.",
    source: "MP077 legal text v0.1, SEC Appendix X section 3.29(a) (Ref DXI)",
    electricity: None,
};

/// Returns whether a file type is not one of the known ones.
pub(crate) fn breaks(file_type: &[u8], known: &[FileType]) -> bool {
    !known.iter().any(|known| known.as_str().as_bytes() == file_type)
}

/// Returns the message.
pub(crate) fn message(known: &[FileType]) -> Message {
    let known: Vec<&str> = known.iter().map(FileType::as_str).collect();
    Message::new("not a file type known to carry these records", Some(known.join(" or ")))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::{findings, is_found};
    use crate::{Options, check};

    #[test]
    fn fires() {
        assert_eq!(
            findings(
                b"A000000000042XYZ20220201093000000001\nE451234567810A20220101\nZ990000000001\n"
            ),
            [("wrong-file-type", 1, 13, 3)]
        );
    }

    /// A file type of the usual length is not a meter point; a longer file type may be.
    #[test]
    fn a_type_that_is_too_long_is_masked() {
        let shown = |file_type: &str, mask| {
            let file = format!("\"A00\",42,\"{file_type}\",20220201,93000,1\n\"Z99\",0\n");
            check(file.as_bytes(), &Options { mask, ..Options::default() }).unwrap().file_type
        };
        for (file_type, masked) in [
            ("DXI", "DXI"),
            ("D12", "D12"),
            ("7", "7"),
            ("D123", "D***"),
            ("1234567810", "**********"),
        ] {
            assert_eq!(shown(file_type, true).as_deref(), Some(masked));
            assert_eq!(shown(file_type, false).as_deref(), Some(file_type));
        }
    }

    #[test]
    fn does_not_fire() {
        assert!(!is_found(
            "wrong-file-type",
            b"A000000000042DXI20220201093000000001\nE451234567810A20220101\nZ990000000001\n"
        ));
    }
}
