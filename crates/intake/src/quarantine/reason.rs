//! One line of the reasons.

use flagflow_check::{FileFormat, Options, RuleFlags, RuleId, Severity};
use flagflow_frame::Line;
use serde::{Serialize, Serializer};

use super::standing::Withheld;
use crate::shown::{MAX_BYTES, beginning, printable};

/// One line of the reasons: a rejected record, or another line that is not in the accepted part as
/// it was received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct QuarantineReason {
    /// Role of the line.
    pub what: LineRole,
    /// Line number, from 1.
    pub line: u64,
    /// Number of the record, from 1; `None` for another line.
    pub record: Option<u64>,
    /// First byte of the line in the uncompressed file, from 0.
    pub offset: u64,
    /// Number of bytes, without the line ending.
    pub length: u64,
    /// Ending of the line: `LF`, `CRLF` or `none`.
    pub end: &'static str,
    /// Number of lines: more than one if reasons (S72) follow the record.
    pub lines: u64,
    /// Number of lines of the accepted part before the record.
    pub after: u64,
    /// The rules that it broke, warnings and notes too.
    pub rules: Vec<BrokenRule>,
    /// Reason for leaving a record without an error out of the accepted part.
    pub withheld: Option<Withheld>,
    /// Beginning of the line, at most [`MAX_BYTES`], those outside printable ASCII as `\xNN`;
    /// `None` where identifiers are masked.
    pub bytes: Option<String>,
    /// The same bytes in hexadecimal, if `bytes` does not have them exactly.
    pub hex: Option<String>,
    /// True if the line continues after these bytes.
    pub truncated: bool,
}

/// Role of a line in the reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineRole {
    /// A rejected record.
    Record,
    /// A header, left out or replaced.
    Header,
    /// A trailer, left out or replaced.
    Trailer,
    /// A level-1 group, left out.
    Group,
    /// An empty line, left out.
    EmptyLine,
    /// A line of a second file after the trailer, left out.
    SecondFile,
}

/// A rule that was broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BrokenRule {
    /// Name of the rule.
    #[serde(serialize_with = "name")]
    pub rule: RuleId,
    /// Severity by the options.
    #[serde(serialize_with = "level")]
    pub severity: Severity,
    /// The field, where the rule is of one field only.
    pub field: Option<&'static str>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "for serde")]
fn name<S: Serializer>(rule: &RuleId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(rule.name())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "for serde")]
fn level<S: Serializer>(severity: &Severity, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(severity)
}

/// Position of a line among the others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standpoint<'a> {
    pub(super) what: LineRole,
    pub(super) record: Option<u64>,
    pub(super) lines: u64,
    pub(super) after: u64,
    pub(super) shape: Option<FileFormat<'a>>,
}

impl QuarantineReason {
    pub(super) fn new(
        line: &Line<'_>,
        at: Standpoint<'_>,
        rules: RuleFlags,
        withheld: Option<Withheld>,
        options: &Options,
    ) -> Self {
        let shown = beginning(line.bytes);
        let shape = at.shape.filter(|_| at.what == LineRole::Record);
        let broken = |rule| BrokenRule {
            rule,
            severity: options.severity[rule],
            field: shape.and_then(|shape| field_of(rule, shape)),
        };
        Self {
            what: at.what,
            line: line.number,
            record: at.record,
            offset: line.offset,
            length: line.length,
            end: line.end.name(),
            lines: at.lines,
            after: at.after,
            rules: rules.iter().map(broken).collect(),
            withheld,
            bytes: printable(line.bytes, options.mask),
            hex: (!options.mask && !tells_exactly(shown)).then(|| hex(shown)),
            truncated: line.length > shown.len().min(MAX_BYTES) as u64,
        }
    }
}

/// Returns true if no other bytes have the same printable form.
fn tells_exactly(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, b' '..=b'~') && *byte != b'\\')
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the field of a record that a rule is about, where it is about one only.
fn field_of(rule: RuleId, shape: FileFormat<'_>) -> Option<&'static str> {
    let is_gas = matches!(shape, FileFormat::Gas(_));
    let point = if is_gas { "meter_point_reference" } else { "mpan_core" };
    let day = if is_gas { "dcc_service_effective_from_date" } else { "effective_from_date" };
    match rule {
        RuleId::UnknownFlag | RuleId::FlagNotInEdition | RuleId::ConflictingUpdate => {
            Some("dcc_service_flag")
        }
        RuleId::InvalidDate
        | RuleId::FutureEffectiveDate
        | RuleId::PlaceholderDate
        | RuleId::DateOutOfRange => Some(day),
        RuleId::DuplicateMeterPoint | RuleId::MprnCheckDigits | RuleId::MpanCheckDigit => {
            Some(point)
        }
        RuleId::UnknownDistributor => Some(point),
        RuleId::NotANumber if is_gas => Some(point),
        RuleId::UnknownOutcome => Some("outcome_code"),
        RuleId::InstructionNumber => Some("instruction_number"),
        RuleId::InstructionType => Some("instruction_type"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_lossless() {
        for (bytes, exact) in [
            (&b"E45 ~"[..], true),
            (b"", true),
            (b"a\\x00", false),
            (b"a\0", false),
            (b"\xFF", false),
        ] {
            assert_eq!(tells_exactly(bytes), exact, "{bytes:?}");
        }
        assert_eq!(hex(b"\x00\xA9z"), "00a97a");
    }
}
