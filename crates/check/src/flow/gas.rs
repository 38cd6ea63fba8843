//! The rules of gas files.

use flagflow_codec::{Counts, LineDecoder, Names};
use flagflow_domain::{EffectiveDate, Mprn};
use flagflow_frame::{Position, whole_lines};
use flagflow_gas::field::{
    FieldFault, parse_date, parse_file_type, parse_flag, parse_mprn, parse_number, parse_outcome,
    parse_reason, parse_time,
};
use flagflow_gas::{
    Detail, ErrorKind, Fault, Field, Gas, Layout, RawRecord, RowFields, Table, Tag, read_canonical,
    table,
};

use super::{CheckedFlow, FlowCheck};
use crate::edition_check::EditionCheck;
use crate::file_state::FlowTotals;
use crate::finding::mask_digits;
use crate::findings::{BrokenRules, FindingCounts, RuleBits};
use crate::layout::Flow;
use crate::options::Options;
use crate::parsed::Parsed;
use crate::rows::CanonicalRows;
use crate::rule::{self, Message, RuleId};
use crate::sequence::{FileNumber, Series};
use crate::sniff;
use crate::span::{ItemRef, LineRef};
use crate::verdict::{FileFormat, ParsedRecord, RecordValues};

impl CheckedFlow for Gas {
    const FILE_NUMBER: Field = Field::GenerationNumber;
    const FILE_IDENTIFIER: Option<Field> = None;

    fn tag(record: &Detail) -> Tag {
        record.tag()
    }

    #[inline]
    fn values_of(record: &Detail) -> RecordValues {
        RecordValues {
            point: Some(record.meter_point_reference().as_u64()),
            flag: Some(record.flag()),
            day: Some(record.effective_from()),
            number: None,
        }
    }

    fn parsed<'a>(record: Option<Detail>, raw: Option<&'a RawRecord<'a>>) -> ParsedRecord<'a> {
        ParsedRecord::Gas(record, raw)
    }
}

/// The rules of a gas file, in the middle of it.
pub(crate) struct GasRules<'o> {
    options: &'o Options,
    layout: Layout,
    flow: Option<Flow>,
    created: Option<EffectiveDate>,
    generation: Option<u64>,
    file_type: Option<String>,
    declared: Option<u64>,
}

impl<'o> GasRules<'o> {
    pub(crate) const fn new(options: &'o Options, layout: Layout) -> Self {
        Self {
            options,
            layout,
            flow: options.flow,
            created: None,
            generation: None,
            file_type: None,
            declared: None,
        }
    }

    /// The records of a trailer's count.
    fn counted(&self, counts: &Counts) -> u64 {
        counts.records + if self.options.count_reasons { counts.reasons } else { 0 }
    }

    /// Checks the day of a header.
    fn check_created(
        &self,
        item: ItemRef<'_, Gas>,
        findings: &mut FindingCounts,
    ) -> Option<EffectiveDate> {
        let day = self.read(item, |bytes| parse_date(bytes, self.layout), findings);
        if day.is_some_and(|day| rule::placeholder_date::breaks(day.as_packed())) {
            findings.item(RuleId::PlaceholderDate, item, rule::placeholder_date::message);
        }
        day
    }

    fn check_file_type(&mut self, item: ItemRef<'_, Gas>, findings: &mut FindingCounts) {
        let bytes = item.item.as_bytes();
        let mut shown = bytes.to_vec();
        // a longer type is something else, perhaps a misplaced meter point
        if findings.masks() && bytes.len() > item.item.spec().length {
            mask_digits(&mut shown);
        }
        self.file_type = Some(String::from_utf8_lossy(&shown).into_owned());
        let known = &self.options.file_types;
        if rule::wrong_file_type::breaks(bytes, known) {
            findings.item(RuleId::WrongFileType, item, || rule::wrong_file_type::message(known));
        }
    }
}

impl<'o> FlowCheck<'o> for GasRules<'o> {
    type Flow = Gas;

    const ROW_RULES: &'static [RuleId] = &[RuleId::MprnCheckDigits];

    /// S72 is a line of the table only where the profile has reasons.
    fn table(&self) -> &'o Table {
        table(self.layout, self.options.with_reasons)
    }

    // most rows are decoded by columns; inlined here too, the reader's own call of it would not be
    #[inline(never)]
    fn read_canonical(&self, line: &[u8]) -> Option<Detail> {
        read_canonical(line, self.layout)
    }

    #[inline]
    fn is_expected(&mut self, tag: Tag) -> bool {
        let flow = Flow::of(tag);
        if self.flow.is_none() {
            self.flow = flow;
        }
        flow.is_none() || flow == self.flow
    }

    #[inline]
    fn is_known(&self, tag: Tag) -> bool {
        self.flow.is_some() && Flow::of(tag) == self.flow
    }

    fn records(&self) -> Option<Flow> {
        self.flow
    }

    fn day(&self) -> Option<EffectiveDate> {
        self.created
    }

    fn check_beginning(&self, line: LineRef<'_>, findings: &mut FindingCounts) {
        let Some(name) = &self.options.file_name else { return };
        let unusual = rule::file_name::breaks(name, self.file_type.as_deref(), self.generation);
        if let Some(unusual) = unusual {
            findings.whole(RuleId::FileName, line, || rule::file_name::message(unusual));
        }
    }

    fn message_of_line(&self, fault: &Fault, line: LineRef<'_>) -> Message {
        let name = sniff::fault_of_line(line.line, FileFormat::Gas(self.layout));
        rule::message_of_fault(fault, line.line.bytes, 0).with_name(name)
    }

    fn message_of_item(&self, fault: &Fault, item: ItemRef<'_, Gas>) -> Message {
        let (line, most) = (item.line.line, item.item.spec().length);
        let place = (item.item.start(), item.item.as_bytes().len());
        let name = sniff::spaces(line, place, FileFormat::Gas(self.layout));
        rule::message_of_fault(fault, line.bytes, most).with_name(name)
    }

    fn check_header_item(&mut self, item: ItemRef<'_, Gas>, findings: &mut FindingCounts) {
        match item.item.field() {
            Field::CreationDate => self.created = self.check_created(item, findings),
            Field::GenerationNumber => {
                let most = item.item.spec().length;
                self.generation = self.read(item, |bytes| parse_number(bytes, most), findings);
            }
            field => {
                self.check_item(item, &mut RecordValues::default(), findings);
                if field == Field::FileType && item.item.as_bytes().is_ascii() {
                    self.check_file_type(item, findings);
                }
            }
        }
    }

    fn series(&self, header: &RawRecord<'_>) -> Option<Series> {
        series_of(header)
    }

    fn file_number(&self, _header: &RawRecord<'_>) -> Option<FileNumber> {
        let number = self.generation.and_then(|number| u32::try_from(number).ok());
        number.map(FileNumber::Generation)
    }

    fn check_item(
        &mut self,
        item: ItemRef<'_, Gas>,
        values: &mut RecordValues,
        findings: &mut FindingCounts,
    ) {
        let (layout, most) = (self.layout, item.item.spec().length);
        match item.item.field() {
            Field::MeterPointReference => {
                let point = self.read(item, |bytes| parse_mprn(bytes, layout), findings);
                values.point = point.map(Mprn::as_u64);
            }
            Field::DccServiceFlag => {
                values.flag = self.read(item, |bytes| parse_flag(bytes, layout), findings);
            }
            Field::DccServiceEffectiveFromDate => {
                values.day = self.read(item, |bytes| parse_date(bytes, layout), findings);
            }
            Field::CreationDate => {
                self.check_created(item, findings);
            }
            Field::OutcomeCode => {
                self.read(item, |bytes| parse_outcome(bytes, layout), findings);
            }
            Field::CreationTime => {
                self.read(item, |bytes| parse_time(bytes, layout), findings);
            }
            Field::ReasonCode => {
                self.read(item, |bytes| parse_reason(bytes, layout), findings);
            }
            Field::OrganisationId | Field::GenerationNumber | Field::RecordCount => {
                self.read(item, |bytes| parse_number(bytes, most), findings);
            }
            Field::FileType => {
                self.read(item, |bytes| ascii(&parse_file_type(bytes, layout)), findings);
            }
            // cutting the line has read the type
            Field::TransactionType => {}
        }
    }

    #[inline]
    fn check_values(&mut self, parsed: &mut Parsed<'_, Gas>, findings: &mut FindingCounts) {
        let point = parsed.values.point.and_then(|point| Mprn::new(point).ok());
        if let Some(point) = point.filter(|point| rule::mprn_check_digits::breaks(*point)) {
            let masks = findings.masks();
            let message = || rule::mprn_check_digits::message(point, masks);
            findings.field(RuleId::MprnCheckDigits, parsed, Gas::POINT, message);
        }
    }

    fn check_trailer_item(
        &mut self,
        item: ItemRef<'_, Gas>,
        counts: &Counts,
        findings: &mut FindingCounts,
    ) {
        if item.item.field() != Field::RecordCount {
            return;
        }
        let (most, counted) = (item.item.spec().length, self.counted(counts));
        self.declared = self.read(item, |bytes| parse_number(bytes, most), findings);
        if let Some(declared) = self.declared.filter(|it| rule::record_count::breaks(*it, counted))
        {
            let message = || rule::record_count::message(declared, counted);
            findings.item(RuleId::RecordCount, item, message);
        }
    }

    fn row_rules(&self, rows: &CanonicalRows<'_>, edition: &EditionCheck, rules: &mut [RuleBits]) {
        let is_wrong = |wrong, mark: &u8| wrong | rule::mprn_check_digits::breaks_in_row(*mark);
        if !rows.marks.iter().fold(false, is_wrong) & edition.accepts_rows(rows) {
            return rules.fill(0);
        }
        edition.row_rules(rows, rules, |mark, _, _| {
            u8::from(rule::mprn_check_digits::breaks_in_row(mark)) << 3
        });
    }

    fn broken_by_row(
        &self,
        decoder: &LineDecoder<Gas>,
        row: &[u8],
        edition: &EditionCheck,
    ) -> Option<BrokenRules> {
        let layout = self.layout;
        let Some(fields) = RowFields::of(decoder, row) else {
            return broken_by_shape(decoder, row, self.table());
        };
        let mut broken = BrokenRules::default();
        if let Some(outcome) = fields.outcome {
            read(None, outcome, |it| parse_outcome(it, layout), &mut broken)?;
        }
        let point = fields.canonical_point();
        let point = read(point, fields.point, |it| parse_mprn(it, layout), &mut broken)?;
        let flag = fields.canonical_flag();
        let flag = read(flag, fields.flag, |it| parse_flag(it, layout), &mut broken)?;
        let date = fields.canonical_date();
        let date = read(date, fields.date, |it| parse_date(it, layout), &mut broken)?;
        if point.is_some_and(rule::mprn_check_digits::breaks) {
            broken.push(RuleId::MprnCheckDigits);
        }
        edition.broken_by(flag, date, &mut broken);
        Some(broken)
    }

    fn totals(self, at_end: &Counts, at_trailer: Option<&Counts>) -> FlowTotals {
        let counted = at_trailer.map_or(at_end.records, |counts| self.counted(counts));
        FlowTotals { file_type: self.file_type, declared: self.declared, counted }
    }
}

/// Returns the rule that a row breaks which cannot be cut into fields. `None` where it can, and
/// where it is more than one line or may be another line than a record.
fn broken_by_shape(decoder: &LineDecoder<Gas>, row: &[u8], table: &Table) -> Option<BrokenRules> {
    let mut lines = whole_lines(row, Position::START);
    let line = lines.next().filter(|_| lines.next().is_none())?;
    if line.end != decoder.line_end() || rule::empty_line::breaks(&line) {
        return None;
    }
    let fault = RawRecord::cut(line.bytes, table).err()?;
    let is_own = || RawRecord::peek_tag(line.bytes, table) == Some(decoder.tag());
    if fault.kind != ErrorKind::UnknownRecord && !is_own() {
        return None;
    }
    let mut broken = BrokenRules::default();
    broken.push(rule::of_fault(fault.kind));
    Some(broken)
}

/// Reads a field's value, in the short way or by its parser; a fault is a rule that is broken.
/// `None` where the bytes are not a field.
#[inline]
fn read<T>(
    canonical: Option<T>,
    bytes: &[u8],
    parse: impl FnOnce(&[u8]) -> Result<T, FieldFault>,
    broken: &mut BrokenRules,
) -> Option<Option<T>> {
    if canonical.is_some() {
        return Some(canonical);
    }
    if !RowFields::is_field(bytes) {
        return None;
    }
    let parsed = parse(bytes).map_err(|fault| broken.push(rule::of_fault(fault.kind)));
    Some(parsed.ok())
}

/// The series of the files that are numbered together with the header's.
fn series_of(header: &RawRecord<'_>) -> Option<Series> {
    let organisation_id = header.item_of(Field::OrganisationId)?;
    let most = organisation_id.spec().length;
    let organisation_id = organisation_id.read(|bytes| parse_number(bytes, most)).ok()?;
    let file_type = parse_file_type(header.field(Field::FileType)?, header.layout()).ok()?;
    Some(Series::Gas { organisation_id, file_type })
}

/// Keeps the one fault of a file type that is counted here; which types are known is a rule.
fn ascii<T>(parsed: &Result<T, FieldFault>) -> Result<(), FieldFault> {
    match parsed {
        Err(fault) if fault.kind == ErrorKind::NonAscii => Err(*fault),
        _ => Ok(()),
    }
}
