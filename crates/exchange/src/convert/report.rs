//! Report of a conversion.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use flagflow_domain::ServiceFlag;
use flagflow_frame::Position;

use super::hint::hint;
use super::names;
use super::options::{ConvertOptions, RecordFormat};
use super::reason::{ConvertField, ConvertReason};

/// The most bytes of a bad value that a report shows.
const SHOWN: usize = 64;

/// The most names of ignored columns or keys that a report lists.
const NAMES: usize = 20;

/// Least number of consecutive digits that could be a meter point in place of a date or a number; a
/// date has fewer.
const LEAST_IDENTIFIER: usize = 9;

/// Change of the envelope by a conversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EnvelopeChange {
    /// Neither input nor output has one.
    Bare,
    /// The output has one as the input has.
    Kept,
    /// The output has one, the input has none.
    Added,
    /// The input has one, the output has none.
    Dropped,
}

/// Number of records in which one flag was mapped to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Mapped {
    /// The flag in the input.
    pub from: ServiceFlag,
    /// The flag in the output.
    pub to: ServiceFlag,
    /// Number of records.
    pub records: u64,
}

/// Something bad, and where it is in the input.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConvertRefusal {
    /// Start of the refused value. The record is `None` for an error of the file.
    pub position: Position,
    /// The field that it is in, or `None` where it is the whole line or file.
    pub field: Option<ConvertField>,
    /// Reason of the refusal.
    pub reason: ConvertReason,
    /// The field's value, at most 64 bytes of it, bytes outside printable ASCII as `\xNN`; `None`
    /// where there is no field, or where it is an identifier and masked.
    pub value: Option<String>,
    /// Advice on the right form of the value, or on the likely damage by a spreadsheet, if known.
    pub hint: Option<Cow<'static, str>>,
}

impl ConvertRefusal {
    pub(super) fn new(position: Position, reason: ConvertReason) -> Self {
        Self { position, field: None, reason, value: None, hint: None }
    }

    /// Returns the field that it is in, with its bytes.
    pub(super) fn of(self, field: impl Into<ConvertField>, bytes: Option<&[u8]>) -> Self {
        Self { field: Some(field.into()), value: bytes.map(shown), ..self }
    }

    /// Adds a field of a table or an object with its bytes, and a hint for the person who wrote it.
    pub(super) fn of_cell(self, field: impl Into<ConvertField>, bytes: Option<&[u8]>) -> Self {
        let field = field.into();
        let hint = bytes.and_then(|bytes| hint(field, self.reason, bytes));
        Self { hint, ..self.of(field, bytes) }
    }
}

/// Returns true if the value is an identifier, or could be a misplaced one.
fn identifies(refusal: &ConvertRefusal) -> bool {
    let Some(field) = refusal.field else { return false };
    let least = if field.is_of_digits() { LEAST_IDENTIFIER } else { names::LEAST_DIGITS };
    let digits = |value: &String| names::has_digits(value.as_bytes(), least);
    field.is_identifier() || refusal.value.as_ref().is_some_and(digits)
}

fn shown(bytes: &[u8]) -> String {
    flagflow_check::escape(&bytes[..bytes.len().min(SHOWN)])
}

impl fmt::Display for ConvertRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.position)?;
        let is_behind = matches!(self.reason, ConvertReason::AdditionalItems { .. });
        if let Some(field) = self.field.filter(|_| !is_behind) {
            write!(f, "{field}: ")?;
        }
        self.reason.fmt(f)?;
        if let Some(value) = &self.value {
            write!(f, ": `{value}`")?;
        }
        match &self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

/// Records that were converted although a warning is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Warned {
    /// The number of records.
    pub records: u64,
    /// The line of the first one.
    pub line: u64,
}

/// Report of a conversion.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ConvertReport {
    /// The input's format.
    pub from: RecordFormat,
    /// The output's format.
    pub to: RecordFormat,
    /// Number of records read, bad ones included.
    pub records: u64,
    /// Number of records in the output; 0 if the conversion is refused.
    pub written: u64,
    /// Number of bad records.
    pub refused: u64,
    /// Number of errors in the file itself: in its header, its trailer, or its count.
    pub file_faults: u64,
    /// Number of refusals, by the [name](ConvertReason::name) of their reason.
    pub reasons: BTreeMap<&'static str, u64>,
    /// The warnings about records that were read, by the name of the validator's rule: wrong check
    /// digits.
    pub warnings: BTreeMap<&'static str, Warned>,
    /// The number of rows of a table that had nothing but empty cells: they are not records.
    pub empty_rows: u64,
    /// The first bad things, in the order of the file.
    pub refusals: Vec<ConvertRefusal>,
    /// Number of records that each mapping changed, in the order of the options, mappings without a
    /// change included. Refused records are not counted.
    pub mapped: Vec<Mapped>,
    /// Change of the envelope.
    pub envelope: EnvelopeChange,
    /// True if header values were given and the output has no header.
    pub header_values_unused: bool,
    /// The columns or keys of the input that mean nothing here, the first 20 of them, in printable
    /// form.
    pub ignored: Vec<String>,
    skip_invalid: bool,
    samples: usize,
    mask: bool,
}

impl ConvertReport {
    pub(super) fn new(from: RecordFormat, options: &ConvertOptions) -> Self {
        let mapped =
            |(from, to): &(ServiceFlag, ServiceFlag)| Mapped { from: *from, to: *to, records: 0 };
        Self {
            from,
            to: options.to,
            records: 0,
            written: 0,
            refused: 0,
            file_faults: 0,
            reasons: BTreeMap::new(),
            warnings: BTreeMap::new(),
            empty_rows: 0,
            refusals: Vec::new(),
            mapped: options.map_flags.iter().map(mapped).collect(),
            envelope: EnvelopeChange::Bare,
            header_values_unused: false,
            ignored: Vec::new(),
            skip_invalid: options.skip_invalid,
            samples: options.samples,
            mask: options.mask,
        }
    }

    /// Returns true if nothing is bad: the output has every record of the input.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.refused == 0 && self.file_faults == 0
    }

    /// Returns true if the output can be published: it is complete, or bad records were to be left
    /// out.
    #[must_use]
    pub const fn is_publishable(&self) -> bool {
        self.is_complete() || self.skip_invalid
    }

    /// Counts something bad, and lists it if there is room.
    pub(super) fn refuse(&mut self, mut refusal: ConvertRefusal) {
        match refusal.position.record {
            Some(_) => self.refused += 1,
            None => self.file_faults += 1,
        }
        *self.reasons.entry(refusal.reason.name()).or_default() += 1;
        if self.refusals.len() >= self.samples {
            return;
        }
        if self.mask && identifies(&refusal) {
            refusal.value = None;
        }
        self.refusals.push(refusal);
    }

    /// Counts a warning about a record.
    pub(super) fn warn(&mut self, rule: &'static str, line: impl FnOnce() -> u64) {
        let first = || Warned { records: 0, line: line() };
        self.warnings.entry(rule).or_insert_with(first).records += 1;
    }

    pub(super) fn count_mapped(&mut self, from: ServiceFlag) {
        if let Some(mapped) = self.mapped.iter_mut().find(|mapped| mapped.from == from) {
            mapped.records += 1;
        }
    }

    pub(super) fn ignore(&mut self, names: &[String]) {
        let names = names.iter().take(NAMES);
        self.ignored = names.map(|name| names::shown(name.as_bytes(), self.mask)).collect();
    }
}

#[cfg(test)]
mod tests {
    use flagflow_codec::{ErrorKind, LineCode};
    use flagflow_domain::Edition;

    use super::*;

    fn refusal(bytes: &[u8]) -> ConvertRefusal {
        let position = Position { record: Some(1), ..Position::START };
        ConvertRefusal::new(position, ConvertReason::Codec(ErrorKind::NotANumber))
            .of(flagflow_gas::Field::MeterPointReference, Some(bytes))
    }

    #[test]
    fn values_are_shown_in_printable_ascii() {
        assert_eq!(
            refusal(b"12 \xFF\n").to_string(),
            "line 1, column 1 (byte 0): meter_point_reference: not a number of the field's \
             length: `12 \\xFF\\x0A`"
        );
        assert_eq!(refusal(&[b'x'; 100]).value.unwrap().len(), SHOWN);
    }

    #[test]
    fn every_reason_has_the_name_of_a_rule_or_one_of_its_own() {
        let kinds = [
            ErrorKind::LineTooLong,
            ErrorKind::WrongLength { expected: 1 },
            ErrorKind::UnknownRecord,
            ErrorKind::UnexpectedRecord,
            ErrorKind::NonAscii,
            ErrorKind::NotANumber,
            ErrorKind::UnknownFlag,
            ErrorKind::UnknownOutcome,
            ErrorKind::InvalidDate,
            ErrorKind::InvalidTime,
            ErrorKind::InvalidFileType,
            ErrorKind::MissingHeader,
            ErrorKind::MissingTrailer,
            ErrorKind::RecordCount { declared: 1, counted: 2 },
            ErrorKind::ItemTooLong { most: 1 },
            ErrorKind::InvalidTimestamp,
            ErrorKind::FlowVersion,
            ErrorKind::InstructionType,
            ErrorKind::NotWritable,
            ErrorKind::FileIdMismatch,
            ErrorKind::GroupCount { declared: 1, counted: 2 },
            ErrorKind::FlowCount { declared: 1, counted: 2 },
            ErrorKind::EmptyItem,
            ErrorKind::NotPrintable,
            ErrorKind::TooManyLines { code: LineCode::new("81H"), most: 1 },
        ];
        let own = [
            ConvertReason::FlagNotInEdition(Edition::Mp077),
            ConvertReason::MissingValue,
            ConvertReason::MalformedRow { cells: 1, columns: 2 },
            ConvertReason::TextBehindQuote,
            ConvertReason::MalformedObject,
            ConvertReason::OutcomeOfUpdate,
            ConvertReason::MixedTable,
            ConvertReason::OtherFuel,
            ConvertReason::NoOutcomeColumn,
            ConvertReason::NoPlaceForGroup(LineCode::new("K1")),
            ConvertReason::OldName { old: "a", new: "b" },
        ];
        for reason in kinds.map(ConvertReason::Codec).into_iter().chain(own) {
            let name = reason.name();
            let is_rule = name.parse::<flagflow_check::RuleId>().is_ok();
            assert!(is_rule != ConvertReason::NAMES.contains(&name), "{name}");
        }
    }

    #[test]
    fn totals_are_exact_and_samples_are_not() {
        let mut options = ConvertOptions::new(RecordFormat::Csv);
        options.samples = 2;
        options.mask = true;
        let mut report = ConvertReport::new(RecordFormat::Fixed, &options);
        for _ in 0..5 {
            report.refuse(refusal(b"123"));
        }
        assert_eq!((report.refused, report.reasons["not-a-number"]), (5, 5));
        assert_eq!(report.refusals.len(), 2);
        assert!(report.refusals.iter().all(|refusal| refusal.value.is_none()));
        assert!(!report.is_publishable());
    }
}
