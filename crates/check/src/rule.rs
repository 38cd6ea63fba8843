//! The registry of rules: name, severity, texts and source of each rule. The reference page
//! docs/rules.md is generated from the registry.

pub(crate) mod byte_order_mark;
pub(crate) mod confirmation_counts;
pub(crate) mod conflicting_update;
pub(crate) mod control_character;
pub(crate) mod date_out_of_range;
pub(crate) mod duplicate_meter_point;
pub(crate) mod edition_unknown;
pub(crate) mod empty_item;
pub(crate) mod empty_line;
pub(crate) mod file_id_mismatch;
pub(crate) mod file_name;
pub(crate) mod file_sequence_number;
pub mod flag_not_in_edition;
pub(crate) mod flow_count;
pub(crate) mod flow_version;
pub mod future_effective_date;
pub(crate) mod group_cardinality;
pub(crate) mod group_count;
pub mod instruction_number;
pub(crate) mod instruction_type;
pub(crate) mod invalid_date;
pub(crate) mod invalid_file_id;
pub(crate) mod invalid_reason;
pub(crate) mod invalid_supplier_id;
pub(crate) mod invalid_time;
pub(crate) mod invalid_timestamp;
pub(crate) mod item_too_long;
pub(crate) mod line_too_long;
pub(crate) mod malformed_record;
pub(crate) mod missing_header;
pub(crate) mod missing_terminator;
pub(crate) mod missing_trailer;
pub(crate) mod missing_trailing_bar;
pub(crate) mod mixed_line_ends;
pub(crate) mod mpan_check_digit;
pub(crate) mod mprn_check_digits;
pub(crate) mod non_ascii;
pub(crate) mod not_a_number;
pub mod participant_mismatch;
pub(crate) mod placeholder_date;
pub(crate) mod record_count;
pub(crate) mod same_content;
pub(crate) mod second_file;
pub(crate) mod sequence_backwards;
pub(crate) mod sequence_repeated;
pub(crate) mod sequence_skipped;
pub(crate) mod sequence_unknown;
pub(crate) mod sequence_wrapped;
pub(crate) mod test_flag;
pub(crate) mod too_many_instructions;
pub(crate) mod trailing_blanks;
pub(crate) mod trailing_padding;
pub(crate) mod unexpected_record;
pub(crate) mod unexpected_role;
pub(crate) mod unknown_distributor;
pub(crate) mod unknown_flag;
pub(crate) mod unknown_outcome;
pub(crate) mod unknown_record;
pub(crate) mod wrong_file_type;
pub(crate) mod wrong_length;

pub use too_many_instructions::MOST as MOST_INSTRUCTIONS;

use std::borrow::Cow;
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use flagflow_codec::ItemKind;
use flagflow_electricity::{
    ErrorKind as ElectricKind, Fault as ElectricFault, Layout, LineKind, Profile, RawItem,
    RawRecord,
};
use flagflow_gas::{ErrorKind, Fault};

use crate::severity::Severity;
use flagflow_frame::escape;

/// A rule of the validator.
///
/// Findings on the same field of a line are in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RuleId {
    /// The file begins with a UTF-8 byte-order mark.
    ByteOrderMark,
    /// The edition of the file's flags is unknown.
    EditionUnknown,
    /// The name of the file does not have the usual form.
    FileName,
    /// The file has a trailer but no header.
    MissingHeader,
    /// The file has a header but no trailer.
    MissingTrailer,
    /// A line is empty or has only white space.
    EmptyLine,
    /// Some lines end with LF, others with CRLF.
    MixedLineEnds,
    /// The last line has no line ending.
    MissingTerminator,
    /// Bytes after the last line are padding.
    TrailingPadding,
    /// A line has more bytes than the limit.
    LineTooLong,
    /// A line does not split into the fields of its record.
    MalformedRecord,
    /// A line does not begin with a known Transaction Type.
    UnknownRecord,
    /// A line is not as long as its record.
    WrongLength,
    /// A record is in a place where it is not allowed.
    UnexpectedRecord,
    /// A group occurs more often or less often than its flow allows.
    GroupCardinality,
    /// A D0350 has more instructions than a confirmation can count.
    TooManyInstructions,
    /// A second file begins after the trailer.
    SecondFile,
    /// A line does not end with a pipe.
    MissingTrailingBar,
    /// White space follows the last item of a line.
    TrailingBlanks,
    /// A byte is outside ASCII.
    NonAscii,
    /// A text item has a control character.
    ControlCharacter,
    /// An item is longer than its maximum length.
    ItemTooLong,
    /// A mandatory item has no value.
    EmptyItem,
    /// A number field is not a number.
    NotANumber,
    /// An Outcome Code is neither AC nor RJ.
    UnknownOutcome,
    /// A DCC Service Flag is not in any edition.
    UnknownFlag,
    /// A date is not a day of the calendar.
    InvalidDate,
    /// The header's time is not a time of day.
    InvalidTime,
    /// A timestamp is not a day and a time of day.
    InvalidTimestamp,
    /// A rejection reason is not a code of eight characters.
    InvalidReason,
    /// The header names a file type that is not known to carry these records.
    WrongFileType,
    /// The flow or version in the header is not that of the profile.
    FlowVersion,
    /// A role in the header is not that of the flow.
    UnexpectedRole,
    /// The file is not marked as operational.
    TestFlag,
    /// The header's file identifier is empty or has characters other than letters and digits.
    InvalidFileId,
    /// The file cannot be placed after the previous file.
    SequenceUnknown,
    /// The file has the number or the identifier of the previous file.
    SequenceRepeated,
    /// The file's number is lower than that of the previous file.
    SequenceBackwards,
    /// Numbers are missing between the previous file and this file.
    SequenceSkipped,
    /// The numbers restarted after the highest number.
    SequenceWrapped,
    /// The file has the same records as the previous file.
    SameContent,
    /// The trailer's record count is not the number of records.
    RecordCount,
    /// The file identifier of the trailer is not that of the header.
    FileIdMismatch,
    /// The trailer's group count is not the number of lines between header and trailer.
    GroupCount,
    /// The trailer's flow count is not the number of top-level groups.
    FlowCount,
    /// The accepted and rejected instructions of a confirmation are not those received.
    ConfirmationCounts,
    /// An instruction type is not that of the flow.
    InstructionType,
    /// The check digits of a Meter Point Reference are wrong.
    MprnCheckDigits,
    /// The check digit of an MPAN core is wrong.
    MpanCheckDigit,
    /// The first two digits of an MPAN core are not those of a known distributor.
    UnknownDistributor,
    /// A DCC Service Flag is not in the file's edition.
    FlagNotInEdition,
    /// A flag is effective from a day after the file was made.
    FutureEffectiveDate,
    /// A date is one that software writes for a missing date.
    PlaceholderDate,
    /// A date of an electricity file is outside 1950 to 2199.
    DateOutOfRange,
    /// A supplier id does not have the form of a participant id.
    InvalidSupplierId,
    /// MPANs belong to a distributor other than the receiver of the file.
    ParticipantMismatch,
    /// An instruction number is 0, or not higher than the number before it.
    InstructionNumber,
    /// A file sequence number is 0.
    FileSequenceNumber,
    /// An earlier record has the same meter point, flag and date.
    DuplicateMeterPoint,
    /// An earlier record has the same meter point and date with a different flag.
    ConflictingUpdate,
}

/// A rule with its texts.
#[derive(Debug)]
pub struct Rule {
    /// The identifier of the rule.
    pub id: RuleId,
    /// The name in reports and options.
    pub name: &'static str,
    /// The default severity.
    pub severity: Severity,
    /// The condition of the rule, in one sentence.
    pub summary: &'static str,
    /// The reason for the rule.
    pub why: &'static str,
    /// The recommended action.
    pub help: &'static str,
    /// The document and clause of the rule.
    pub source: &'static str,
    /// The guidance for electricity files, if that differs.
    pub electricity: Option<Guidance>,
}

/// Explanation, advice and source of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guidance {
    /// The reason for the rule.
    pub why: &'static str,
    /// The recommended action.
    pub help: &'static str,
    /// The document and clause of the rule.
    pub source: &'static str,
}

impl Rule {
    /// Returns reason, recommended action and source of the rule, in the words of a layout.
    #[must_use]
    pub fn guidance(&self, layout: crate::Layout) -> Guidance {
        let Self { why, help, source, .. } = *self;
        let own =
            self.electricity.filter(|_| matches!(layout, crate::Layout::Zhv | crate::Layout::Zhf));
        own.unwrap_or(Guidance { why, help, source })
    }
}

/// Every rule, in the order of [`RuleId`].
pub static REGISTRY: [&Rule; RuleId::COUNT] = [
    &byte_order_mark::RULE,
    &edition_unknown::RULE,
    &file_name::RULE,
    &missing_header::RULE,
    &missing_trailer::RULE,
    &empty_line::RULE,
    &mixed_line_ends::RULE,
    &missing_terminator::RULE,
    &trailing_padding::RULE,
    &line_too_long::RULE,
    &malformed_record::RULE,
    &unknown_record::RULE,
    &wrong_length::RULE,
    &unexpected_record::RULE,
    &group_cardinality::RULE,
    &too_many_instructions::RULE,
    &second_file::RULE,
    &missing_trailing_bar::RULE,
    &trailing_blanks::RULE,
    &non_ascii::RULE,
    &control_character::RULE,
    &item_too_long::RULE,
    &empty_item::RULE,
    &not_a_number::RULE,
    &unknown_outcome::RULE,
    &unknown_flag::RULE,
    &invalid_date::RULE,
    &invalid_time::RULE,
    &invalid_timestamp::RULE,
    &invalid_reason::RULE,
    &wrong_file_type::RULE,
    &flow_version::RULE,
    &unexpected_role::RULE,
    &test_flag::RULE,
    &invalid_file_id::RULE,
    &sequence_unknown::RULE,
    &sequence_repeated::RULE,
    &sequence_backwards::RULE,
    &sequence_skipped::RULE,
    &sequence_wrapped::RULE,
    &same_content::RULE,
    &record_count::RULE,
    &file_id_mismatch::RULE,
    &group_count::RULE,
    &flow_count::RULE,
    &confirmation_counts::RULE,
    &instruction_type::RULE,
    &mprn_check_digits::RULE,
    &mpan_check_digit::RULE,
    &unknown_distributor::RULE,
    &flag_not_in_edition::RULE,
    &future_effective_date::RULE,
    &placeholder_date::RULE,
    &date_out_of_range::RULE,
    &invalid_supplier_id::RULE,
    &participant_mismatch::RULE,
    &instruction_number::RULE,
    &file_sequence_number::RULE,
    &duplicate_meter_point::RULE,
    &conflicting_update::RULE,
];

impl RuleId {
    /// The number of rules.
    pub const COUNT: usize = Self::ConflictingUpdate as usize + 1;

    /// Returns the rule with its texts.
    #[must_use]
    pub fn rule(self) -> &'static Rule {
        REGISTRY[self as usize]
    }

    /// Returns the rule's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.rule().name
    }

    /// Iterates over every rule.
    pub fn all() -> impl Iterator<Item = Self> {
        REGISTRY.iter().map(|rule| rule.id)
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Error for a text that is not the name of a rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no rule is called \"{}\"; `flagflow rules` lists them", escape(.0.as_bytes()))]
pub struct UnknownRule(String);

impl FromStr for RuleId {
    type Err = UnknownRule;

    fn from_str(text: &str) -> Result<Self, UnknownRule> {
        Self::all().find(|id| id.name() == text).ok_or_else(|| UnknownRule(text.to_owned()))
    }
}

/// A value for each rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PerRule<T>([T; RuleId::COUNT]);

impl<T> PerRule<T> {
    /// Creates the values with a function.
    pub fn from_fn(value: impl Fn(RuleId) -> T) -> Self {
        Self(REGISTRY.map(|rule| value(rule.id)))
    }

    /// Iterates over each rule with its value.
    pub fn iter(&self) -> impl Iterator<Item = (RuleId, &T)> {
        RuleId::all().zip(&self.0)
    }
}

impl<T> PerRule<T> {
    /// Returns the values, in the order of the rules.
    pub(crate) fn into_values(self) -> impl Iterator<Item = T> {
        self.0.into_iter()
    }
}

impl<T> std::ops::Index<RuleId> for PerRule<T> {
    type Output = T;

    fn index(&self, id: RuleId) -> &T {
        &self.0[id as usize]
    }
}

impl<T> std::ops::IndexMut<RuleId> for PerRule<T> {
    fn index_mut(&mut self, id: RuleId) -> &mut T {
        &mut self.0[id as usize]
    }
}

/// The message of a finding, and the expected value.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) message: Cow<'static, str>,
    pub(crate) expected: Option<Cow<'static, str>>,
}

impl Message {
    fn new<E: Into<Cow<'static, str>>>(
        message: impl Into<Cow<'static, str>>,
        expected: Option<E>,
    ) -> Self {
        Self { message: message.into(), expected: expected.map(Into::into) }
    }

    /// Appends the name of the line's form to the message, if there is a name.
    pub(crate) fn with_name(mut self, name: Option<String>) -> Self {
        if let Some(name) = name {
            self.message = format!("{}; {name}", self.message).into();
        }
        self
    }
}

/// Returns the rule that a fault of the codec breaks.
pub(crate) fn of_fault(kind: ErrorKind) -> RuleId {
    match kind {
        ErrorKind::LineTooLong => RuleId::LineTooLong,
        ErrorKind::WrongLength { .. } => RuleId::WrongLength,
        ErrorKind::MalformedRecord { .. } => RuleId::MalformedRecord,
        ErrorKind::UnexpectedRecord => RuleId::UnexpectedRecord,
        ErrorKind::NonAscii => RuleId::NonAscii,
        ErrorKind::NotPrintable => RuleId::ControlCharacter,
        ErrorKind::EmptyItem => RuleId::EmptyItem,
        ErrorKind::NotANumber => RuleId::NotANumber,
        ErrorKind::UnknownFlag => RuleId::UnknownFlag,
        ErrorKind::UnknownOutcome => RuleId::UnknownOutcome,
        ErrorKind::InvalidDate => RuleId::InvalidDate,
        ErrorKind::InvalidTime => RuleId::InvalidTime,
        ErrorKind::InvalidFileType => RuleId::WrongFileType,
        ErrorKind::InvalidReason => RuleId::InvalidReason,
        ErrorKind::ItemTooLong { .. } => RuleId::ItemTooLong,
        ErrorKind::InvalidTimestamp => RuleId::InvalidTimestamp,
        ErrorKind::FlowVersion => RuleId::FlowVersion,
        ErrorKind::InstructionType => RuleId::InstructionType,
        _ => RuleId::UnknownRecord,
    }
}

/// Returns the message for a fault of the codec in a line; `most` is the field's maximum length.
pub(crate) fn message_of_fault(fault: &Fault, line: &[u8], most: usize) -> Message {
    let bytes = line.get(fault.start..).unwrap_or_default();
    let field = &bytes[..fault.length.min(bytes.len())];
    match fault.kind {
        ErrorKind::WrongLength { expected } => wrong_length::message(fault.length as u64, expected),
        ErrorKind::MalformedRecord { expected } => malformed_record::message(line, expected),
        ErrorKind::NonAscii => non_ascii::message(bytes),
        ErrorKind::NotANumber => not_a_number::message(field, 1..=most),
        ErrorKind::UnknownFlag => unknown_flag::message(),
        ErrorKind::UnknownOutcome => unknown_outcome::message(),
        ErrorKind::InvalidDate => invalid_date::message(field),
        ErrorKind::InvalidTime => invalid_time::message(),
        ErrorKind::InvalidReason => invalid_reason::message(),
        _ => unknown_record::message(line),
    }
}

/// Returns the message for a line that the electricity codec cannot cut.
pub(crate) fn message_of_electric_fault(
    fault: &ElectricFault,
    line: &[u8],
    profile: &Profile,
    layout: Layout,
) -> Message {
    match fault.kind {
        ElectricKind::WrongLength { expected } => {
            wrong_length::message(fault.length as u64, expected)
        }
        ElectricKind::MalformedRecord { expected } => {
            let kind = RawRecord::peek_kind(line, profile.table(layout));
            let is_least = matches!(kind, Some(LineKind::Header | LineKind::Trailer));
            malformed_record::message_of_items(line, expected.unwrap_or_default(), is_least)
        }
        _ => unknown_record::message_of_group(line, &codes(profile, layout)),
    }
}

/// Returns the codes that a line may begin with.
fn codes(profile: &Profile, layout: Layout) -> String {
    let mut groups: Vec<_> = profile.groups().collect();
    // in the order of a file
    groups.sort_by_key(|group| group.level());
    let groups = groups.iter().map(|group| group.code());
    let envelope = |kind| std::iter::once(profile.code(kind, layout));
    let codes = envelope(LineKind::Header).chain(groups).chain(envelope(LineKind::Trailer));
    codes.collect::<Vec<_>>().join(", ")
}

/// Returns the message for an item that the electricity codec cannot read. Quotes or blanks around
/// the item are named instead of the fault that they cause.
pub(crate) fn message_of_electric_item(
    fault: &ElectricFault,
    item: &RawItem<'_>,
    profile: &Profile,
    layout: Layout,
) -> Message {
    let (bytes, most) = (item.as_bytes(), item.spec().length);
    let message = match fault.kind {
        ElectricKind::NonAscii => {
            return non_ascii::message(bytes.get(fault.start - item.start()..).unwrap_or_default());
        }
        ElectricKind::NotPrintable => {
            let byte = bytes.get(fault.start - item.start()).copied();
            return control_character::message(byte.unwrap_or_default());
        }
        ElectricKind::EmptyItem => return empty_item::message(item.field().name()),
        ElectricKind::ItemTooLong { .. } | ElectricKind::NotANumber
            if item.spec().kind == ItemKind::Mpan =>
        {
            not_a_number::message(bytes, most..=most)
        }
        ElectricKind::ItemTooLong { most } => item_too_long::message(bytes, most),
        ElectricKind::NotANumber => not_a_number::message(bytes, 1..=most),
        ElectricKind::UnknownFlag => unknown_flag::message(),
        ElectricKind::InvalidDate => invalid_date::message(bytes),
        ElectricKind::InvalidTimestamp => invalid_timestamp::message(bytes),
        _ => instruction_type::message(profile.instruction_type()),
    };
    match part_of_an_item(bytes).filter(|_| layout == Layout::Zhv) {
        Some(text) => Message { message: text.into(), ..message },
        None => message,
    }
}

/// Names quotes or blanks around an item, which other formats do not count as part of the item.
fn part_of_an_item(item: &[u8]) -> Option<&'static str> {
    match item {
        [b'"' | b'\'', .., b'"' | b'\''] => Some("quotes are part of an item here"),
        [b' ' | b'\t', ..] | [.., b' ' | b'\t'] => Some("blanks are part of an item here"),
        _ => None,
    }
}

/// Returns the message for digits that are too few or too many for a field.
fn wrong_digits(bytes: &[u8], expected: &RangeInclusive<usize>) -> Option<String> {
    let is_wrong = !bytes.is_empty() && !expected.contains(&bytes.len());
    if !is_wrong || !bytes.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (least, most) = (*expected.start(), *expected.end());
    let at_most = if least == most { "" } else { "at most " };
    let plural = if bytes.len() == 1 { "" } else { "s" };
    Some(format!("{} digit{plural}, expected {at_most}{most}", bytes.len()))
}

#[cfg(test)]
pub(crate) mod testing {
    use crate::{Options, Sequence, check, identify};

    /// A D0350 that breaks no rule but notes.
    pub(crate) const GOOD_D0350: &[u8] =
        b"ZHV|0000000042|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\n81H|1|\n\
        82H|1|DC01|1013044353630|A|20220201|MRCY|\nZPT|0000000042|2||1|20220301093500|\n";

    /// Returns the findings of a file (rule, line, offset, length), without notes on the edition.
    pub(crate) fn findings(file: &[u8]) -> Vec<(&'static str, u64, u64, u64)> {
        let mut all = findings_with_notes(file);
        all.retain(|finding| finding.0 != "edition-unknown");
        all
    }

    /// Returns whether a file breaks a rule.
    pub(crate) fn is_found(rule: &str, file: &[u8]) -> bool {
        findings(file).iter().any(|found| found.0 == rule)
    }

    /// Returns a good E45 file of an organisation and a generation number, with one of two points.
    pub(crate) fn e45(organisation: u64, generation: u32, point: u64) -> Vec<u8> {
        format!(
            "A00{organisation:010}DXI20220201093000{generation:06}\n\
             E45{}A20220101\nZ990000000001\n",
            ["0000123409", "1234567810"][usize::from(point == 1)]
        )
        .into_bytes()
    }

    /// Returns a D0350 file with a file identifier, a file sequence number and a day.
    pub(crate) fn numbered(identifier: &str, number: &str, day: u64) -> Vec<u8> {
        let file = String::from_utf8(d0350(identifier, day)).unwrap();
        file.replace("81H|1|", &format!("81H|{number}|")).into_bytes()
    }

    /// Returns a good D0350 file with a file identifier and a day.
    pub(crate) fn d0350(identifier: &str, day: u64) -> Vec<u8> {
        let file = std::str::from_utf8(GOOD_D0350).unwrap();
        let file = file.replace("0000000042", identifier);
        file.replace("|20220201|", &format!("|2022020{day}|")).into_bytes()
    }

    /// Returns the findings of the sequence rules in a file that follows another file.
    pub(crate) fn after(previous: &[u8], file: &[u8]) -> Vec<(&'static str, u64, u64, u64)> {
        let previous = identify(previous, &Options::default()).unwrap();
        let options = Options { sequence: Sequence::After(previous), ..Options::default() };
        let mut all = findings_by(file, &options);
        all.retain(|found| found.0.starts_with("sequence-") || found.0 == "same-content");
        all
    }

    pub(crate) fn findings_with_notes(file: &[u8]) -> Vec<(&'static str, u64, u64, u64)> {
        findings_by(file, &Options::default())
    }

    fn findings_by(file: &[u8], options: &Options) -> Vec<(&'static str, u64, u64, u64)> {
        let report = check(file, options).unwrap();
        let place = |f: &crate::Finding| (f.rule.name(), f.line, f.offset, f.length);
        report.findings.iter().map(place).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_is_in_the_order_of_the_ids() {
        for (index, rule) in REGISTRY.iter().enumerate() {
            assert_eq!(rule.id as usize, index, "{}", rule.name);
            assert_eq!(rule.name.parse(), Ok(rule.id));
        }
        assert!("no-such-rule".parse::<RuleId>().is_err());
    }

    #[test]
    fn every_rule_has_its_texts() {
        for rule in REGISTRY {
            for text in [rule.summary, rule.why, rule.help, rule.source] {
                assert!(text.len() > 8, "{}", rule.name);
            }
            assert!(rule.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'));
        }
    }

    #[test]
    fn every_rule_has_its_condition_or_names_the_fault_of_the_reader() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rule");
        for rule in REGISTRY {
            let path = format!("{folder}/{}.rs", rule.name.replace('-', "_"));
            let text = std::fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            let of_the_reader =
                text.lines().any(|line| line.starts_with("//! Found by the reader: `"));
            let of_the_rule = text.contains("fn breaks(") || text.contains("fn breaks<");
            assert!(of_the_rule != of_the_reader, "{path}");
        }
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), RuleId::COUNT);
    }
}
