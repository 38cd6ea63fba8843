//! The rules of electricity files.

use flagflow_codec::{Counts, Names, Slot};
use flagflow_domain::{Distributor, EffectiveDate, MpanCore};
use flagflow_electricity::field::{
    check_ascii, check_content, parse_date, parse_flag, parse_mpan, parse_number, parse_supplier,
    parse_timestamp,
};
use flagflow_electricity::{
    Electricity, Fault, Field, FieldFault, Flow, Instruction, Layout, LineKind, LineTag, Profile,
    RawRecord, SupplierId, Table, Timestamp, is_absent, read_canonical, recognise_flow,
};
use flagflow_frame::Line;

use super::{CheckedFlow, FlowCheck};
use crate::edition_check::EditionCheck;
use crate::error::Error;
use crate::file_state::FlowTotals;
use crate::findings::{FindingCounts, RuleBits};
use crate::options::Options;
use crate::parsed::Parsed;
use crate::rows::CanonicalRows;
use crate::rule::{self, Message, RuleId};
use crate::sequence::{FileNumber, Series};
use crate::sniff;
use crate::span::{FindingSpan, ItemRef, LineRef, PlacedField, SavedLine};
use crate::verdict::{FileFormat, ParsedRecord, RecordValues};

impl CheckedFlow for Electricity {
    const FILE_NUMBER: Field = Field::FileSequenceNumber;
    const FILE_IDENTIFIER: Option<Field> = Some(Field::FileIdentifier);

    fn tag(_: &Instruction) -> LineTag {
        LineTag::Record
    }

    #[inline]
    fn values_of(record: &Instruction) -> RecordValues {
        RecordValues {
            point: record.mpan_core().map(MpanCore::as_u64),
            flag: record.flag(),
            day: record.effective_from(),
            number: Some(record.instruction_number()),
        }
    }

    fn parsed<'a>(record: Option<Instruction>, raw: Option<&'a RawRecord<'a>>) -> ParsedRecord<'a> {
        ParsedRecord::Electricity(record, raw)
    }
}

/// The rules of an electricity file, in the middle of it.
pub(crate) struct ElectricityRules<'o> {
    profile: &'o Profile,
    layout: Layout,
    created: Option<Timestamp>,
    file_identifier: Option<Vec<u8>>,
    participant: Option<Participant>,
    last_instruction: Option<u64>,
    /// A line with white space behind its last item was found.
    has_blanks: bool,
    declared: Option<u64>,
}

/// The number of ids that a distributor can have.
const DISTRIBUTORS: usize = 100;

/// The bit of [`RuleId::InstructionNumber`].
const INSTRUCTION_NUMBER: RuleBits = 1 << 4;

/// The participant in the header that the MPANs' distributor should be, and the number of MPANs of
/// other distributors.
struct Participant {
    header: SavedLine,
    start: usize,
    /// The bytes of its item.
    length: usize,
    /// For each distributor id: true if the distributor is known and another one.
    is_other: [bool; DISTRIBUTORS],
    others: u64,
}

impl Participant {
    fn new(item: ItemRef<'_, Electricity>) -> Self {
        let of_id = |id| Distributor::new(u8::try_from(id).ok()?);
        let breaks = |other| rule::participant_mismatch::breaks(other, item.item.text());
        let is_other = std::array::from_fn(|id| of_id(id).is_some_and(breaks));
        let (start, length) = (item.item.start(), item.item.as_bytes().len());
        Self { header: SavedLine::new(item.line), start, length, is_other, others: 0 }
    }

    fn count_others(&mut self, points: &[u64]) {
        let is_other = |point: &&u64| {
            usize::try_from(**point / rule::unknown_distributor::OF_A_DISTRIBUTOR)
                .is_ok_and(|id| self.is_other.get(id) == Some(&true))
        };
        self.others += points.iter().filter(is_other).count() as u64;
    }
}

impl<'o> ElectricityRules<'o> {
    /// Begins a file.
    pub(crate) fn new(layout: Layout, profile: &'o Profile) -> Self {
        Self {
            profile,
            layout,
            created: None,
            file_identifier: None,
            participant: None,
            last_instruction: None,
            has_blanks: false,
            declared: None,
        }
    }

    const fn format(&self) -> FileFormat<'o> {
        FileFormat::Electricity(self.layout, self.profile)
    }

    /// Checks an item that is not a value of a record.
    fn check_plain(&self, item: ItemRef<'_, Electricity>, findings: &mut FindingCounts) {
        match item.item.field() {
            Field::Created | Field::Completed => {
                self.read(item, parse_timestamp, findings);
            }
            Field::FileSequenceNumber => {
                let number = self.read(item, number(item), findings);
                if number.is_some_and(rule::file_sequence_number::breaks) {
                    let message = rule::file_sequence_number::message;
                    findings.item(RuleId::FileSequenceNumber, item, message);
                }
            }
            Field::GroupCount | Field::FlowCount => {
                self.read(item, number(item), findings);
            }
            _ if item.item.spec().slot == Slot::Extra => {
                self.read(item, check_ascii, findings);
            }
            _ => {
                self.read(item, content(item, self.profile), findings);
            }
        }
    }

    /// Checks the day on which a file was received.
    fn check_deemed_received(&self, item: ItemRef<'_, Electricity>, findings: &mut FindingCounts) {
        let Some(day) = self.read(item, parse_date, findings) else { return };
        let day = day.as_packed();
        if rule::placeholder_date::breaks(day) {
            findings.item(RuleId::PlaceholderDate, item, rule::placeholder_date::message);
        } else if rule::date_out_of_range::breaks(day) {
            findings.item(RuleId::DateOutOfRange, item, rule::date_out_of_range::message);
        }
    }

    /// Checks the counts of a confirmation against each other.
    fn check_confirmation(
        parsed: &mut Parsed<'_, Electricity>,
        findings: &mut FindingCounts,
    ) -> Option<()> {
        let raw = parsed.raw().ok().filter(|raw| raw.kind() == LineKind::Record)?;
        let count = |field| {
            let item = raw.item_of(field)?;
            item.read(|text| parse_number(text, item.spec().length)).ok()
        };
        let received = count(Field::Received)?;
        let (accepted, rejected) = (count(Field::Accepted)?, count(Field::Rejected)?);
        if rule::confirmation_counts::breaks(received, accepted, rejected) {
            let message = || rule::confirmation_counts::message(accepted, rejected);
            let line = parsed.line.line.number;
            let place = || parsed.span(Field::Received);
            findings.count(RuleId::ConfirmationCounts, line, place, message);
        }
        Some(())
    }

    #[inline]
    fn check_mpan(
        &mut self,
        mpan: MpanCore,
        parsed: &mut Parsed<'_, Electricity>,
        findings: &mut FindingCounts,
    ) {
        let (point, masks) = (Electricity::POINT, findings.masks());
        if rule::mpan_check_digit::breaks(mpan) {
            let message = || rule::mpan_check_digit::message(mpan, masks);
            findings.field(RuleId::MpanCheckDigit, parsed, point, message);
        }
        if rule::unknown_distributor::breaks(mpan.as_u64()) {
            let message = rule::unknown_distributor::message;
            findings.field(RuleId::UnknownDistributor, parsed, point, message);
        }
        if let Some(file) = &mut self.participant {
            file.count_others(&[mpan.as_u64()]);
        }
    }

    #[inline]
    fn check_instruction(
        &mut self,
        number: u64,
        parsed: &mut Parsed<'_, Electricity>,
        findings: &mut FindingCounts,
    ) {
        let before = self.last_instruction.replace(number).unwrap_or(0);
        if rule::instruction_number::breaks(before, number) {
            let message = || rule::instruction_number::message(before);
            let field = Field::InstructionNumber;
            findings.field(RuleId::InstructionNumber, parsed, field, message);
        }
    }

    fn check_role(item: ItemRef<'_, Electricity>, expected: &str, findings: &mut FindingCounts) {
        if rule::unexpected_role::breaks(item.item.text(), expected) {
            let message = || rule::unexpected_role::message(expected);
            findings.item(RuleId::UnexpectedRole, item, message);
        }
    }

    fn check_file_identifier(&self, item: ItemRef<'_, Electricity>, findings: &mut FindingCounts) {
        if self.read(item, check_ascii, findings).is_none() {
            return;
        }
        if rule::file_id_mismatch::breaks(self.file_identifier.as_deref(), item.item.text()) {
            findings.item(RuleId::FileIdMismatch, item, rule::file_id_mismatch::message);
        }
    }
}

impl<'o> FlowCheck<'o> for ElectricityRules<'o> {
    type Flow = Electricity;

    const ROW_RULES: &'static [RuleId] = &[
        RuleId::MpanCheckDigit,
        RuleId::InstructionNumber,
        RuleId::UnknownDistributor,
        RuleId::DateOutOfRange,
        RuleId::InvalidSupplierId,
    ];

    fn table(&self) -> &'o Table {
        self.profile.table(self.layout)
    }

    #[inline]
    fn read_canonical(&self, line: &[u8]) -> Option<Instruction> {
        // answers are few, and have rules on more items than an update
        match self.profile.flow() {
            Flow::D0350 => read_canonical(line, self.layout, self.profile),
            Flow::D0351 | Flow::D0172 => None,
        }
    }

    fn records(&self) -> Option<crate::layout::Flow> {
        Some(self.profile.flow().into())
    }

    fn day(&self) -> Option<EffectiveDate> {
        self.created.map(Timestamp::date)
    }

    fn message_of_line(&self, fault: &Fault, line: LineRef<'_>) -> Message {
        let name = sniff::fault_of_line(line.line, self.format());
        let (bytes, profile) = (line.line.bytes, self.profile);
        rule::message_of_electric_fault(fault, bytes, profile, self.layout).with_name(name)
    }

    fn message_of_item(&self, fault: &Fault, item: ItemRef<'_, Electricity>) -> Message {
        rule::message_of_electric_item(fault, &item.item, self.profile, self.layout)
    }

    fn check_end(&mut self, line: LineRef<'_>, raw: &RawRecord<'_>, findings: &mut FindingCounts) {
        if raw.has_missing_bar() {
            findings.whole(RuleId::MissingTrailingBar, line, || {
                let name = sniff::fault_of_line(line.line, self.format());
                rule::missing_trailing_bar::message().with_name(name)
            });
        }
        let blanks = raw.blanks();
        if blanks.is_empty() || std::mem::replace(&mut self.has_blanks, true) {
            return;
        }
        let start = line.line.bytes.len() - blanks.len();
        let place = || FindingSpan { start, length: blanks.len() as u64, ..line.whole() };
        let message = || rule::trailing_blanks::message(blanks);
        findings.count(RuleId::TrailingBlanks, line.line.number, place, message);
    }

    fn check_header_item(&mut self, item: ItemRef<'_, Electricity>, findings: &mut FindingCounts) {
        let field = item.item.field();
        if field == Field::Created {
            self.created = self.read(item, parse_timestamp, findings);
            return;
        }
        if self.read(item, check_ascii, findings).is_none() {
            return;
        }
        let (profile, text) = (self.profile, item.item.text());
        match field {
            Field::FileIdentifier => {
                self.file_identifier = Some(text.to_vec());
                if rule::invalid_file_id::breaks(text) {
                    findings.item(RuleId::InvalidFileId, item, rule::invalid_file_id::message);
                }
            }
            Field::FlowAndVersion if rule::flow_version::breaks(text, profile) => {
                let expected = || profile.flow_and_version().to_string();
                let message = || rule::flow_version::message(expected());
                findings.item(RuleId::FlowVersion, item, message);
            }
            Field::FromRole => Self::check_role(item, profile.from_role(), findings),
            Field::ToRole => Self::check_role(item, profile.to_role(), findings),
            Field::TestFlag if rule::test_flag::breaks(text) => {
                findings.item(RuleId::TestFlag, item, rule::test_flag::message);
            }
            field if field == distributors_place(profile) => {
                self.participant = Some(Participant::new(item));
            }
            _ => {}
        }
    }

    fn series(&self, header: &RawRecord<'_>) -> Option<Series> {
        Some(Series::Electricity {
            flow: self.profile.flow().into(),
            from_participant: text_of(header, Field::FromParticipant)?,
            to_participant: text_of(header, Field::ToParticipant)?,
        })
    }

    fn file_number(&self, group: &RawRecord<'_>) -> Option<FileNumber> {
        let item = group.item_of(Field::FileSequenceNumber)?;
        let most = item.spec().length;
        item.read(|text| parse_number(text, most)).ok().map(FileNumber::Sequence)
    }

    fn file_identifier(&self, header: &RawRecord<'_>) -> Option<String> {
        let is_graphic = |text: &String| text.bytes().all(|byte| byte.is_ascii_graphic());
        text_of(header, Field::FileIdentifier).filter(is_graphic)
    }

    fn check_item(
        &mut self,
        item: ItemRef<'_, Electricity>,
        values: &mut RecordValues,
        findings: &mut FindingCounts,
    ) {
        let spec = item.item.spec();
        let is_of_envelope = matches!(item.kind, LineKind::Header | LineKind::Trailer);
        if !is_of_envelope && is_absent(&item.item) {
            return;
        }
        match (item.kind, spec.field) {
            _ if spec.slot.is_extra() => self.check_plain(item, findings),
            (LineKind::Record, Electricity::POINT) => {
                values.point = self.read(item, parse_mpan, findings).map(MpanCore::as_u64);
            }
            (LineKind::Record, Field::InstructionNumber) => {
                values.number = self.read(item, number(item), findings);
            }
            (LineKind::Record, Field::DccServiceFlag) => {
                values.flag = self.read(item, parse_flag, findings);
            }
            (LineKind::Record, Field::EffectiveFromDate) => {
                values.day = self.read(item, parse_date, findings);
            }
            (_, Field::DeemedReceivedDate) => self.check_deemed_received(item, findings),
            (_, Field::SupplierId) => {
                let supplier = self.read(item, parse_supplier, findings);
                if supplier.is_some_and(rule::invalid_supplier_id::breaks) {
                    let message = rule::invalid_supplier_id::message;
                    findings.item(RuleId::InvalidSupplierId, item, message);
                }
            }
            (_, Field::AnsweredFileIdentifier) => {
                let identifier = self.read(item, content(item, self.profile), findings);
                if identifier.is_some() && rule::invalid_file_id::breaks(item.item.text()) {
                    findings.item(RuleId::InvalidFileId, item, rule::invalid_file_id::message);
                }
            }
            _ => self.check_plain(item, findings),
        }
    }

    #[inline]
    fn check_values(&mut self, parsed: &mut Parsed<'_, Electricity>, findings: &mut FindingCounts) {
        let RecordValues { point, number, day, .. } = parsed.values;
        if let Some(mpan) = point.and_then(|point| MpanCore::new(point).ok()) {
            self.check_mpan(mpan, parsed, findings);
        }
        if let Some(number) = number {
            self.check_instruction(number, parsed, findings);
        }
        if day.is_some_and(|day| rule::date_out_of_range::breaks(day.as_packed())) {
            let (field, message) = (Electricity::DAY, rule::date_out_of_range::message);
            findings.field(RuleId::DateOutOfRange, parsed, field, message);
        }
        if let Some(Instruction::D0350(update)) = parsed.record {
            if rule::invalid_supplier_id::breaks(update.supplier_id()) {
                let (field, message) = (Field::SupplierId, rule::invalid_supplier_id::message);
                findings.field(RuleId::InvalidSupplierId, parsed, field, message);
            }
        } else if self.profile.flow() == Flow::D0172 {
            let _ = Self::check_confirmation(parsed, findings);
        }
    }

    fn check_trailer_item(
        &mut self,
        item: ItemRef<'_, Electricity>,
        counts: &Counts,
        findings: &mut FindingCounts,
    ) {
        let Counts { groups, flows, .. } = *counts;
        match item.item.field() {
            Field::FileIdentifier => self.check_file_identifier(item, findings),
            Field::GroupCount => {
                self.declared = self.read(item, number(item), findings);
                if let Some(declared) =
                    self.declared.filter(|it| rule::group_count::breaks(*it, groups))
                {
                    let message = || rule::group_count::message(declared, groups);
                    findings.item(RuleId::GroupCount, item, message);
                }
            }
            Field::FlowCount => {
                let declared = self.read(item, number(item), findings);
                if let Some(declared) = declared.filter(|it| rule::flow_count::breaks(*it, flows)) {
                    let message = || rule::flow_count::message(declared, flows);
                    findings.item(RuleId::FlowCount, item, message);
                }
            }
            _ => self.check_plain(item, findings),
        }
    }

    fn row_rules(&self, rows: &CanonicalRows<'_>, edition: &EditionCheck, rules: &mut [RuleBits]) {
        edition.row_rules(rows, rules, |mark, point, day| {
            u8::from(rule::mpan_check_digit::breaks_in_row(mark)) << 3
                | u8::from(rule::unknown_distributor::breaks(point)) << 5
                | u8::from(rule::date_out_of_range::breaks(day)) << 6
        });
        for (rules, supplier) in rules.iter_mut().zip(rows.parties) {
            let supplier = SupplierId::from_packed(*supplier);
            let is_broken = supplier.is_some_and(rule::invalid_supplier_id::breaks);
            *rules |= u8::from(is_broken) << 7;
        }
        add_instructions(self.last_instruction.unwrap_or(0), rows.numbers, rules);
    }

    fn take_rows(&mut self, rows: &CanonicalRows<'_>) {
        if let Some(last) = rows.numbers.last() {
            self.last_instruction = Some(*last);
        }
        if let Some(file) = &mut self.participant {
            file.count_others(rows.points);
        }
    }

    fn check_end_of_file(&self, findings: &mut FindingCounts) {
        let Some(file) = self.participant.as_ref().filter(|file| file.others > 0) else { return };
        let items = self.profile.items(LineKind::Header);
        let field = PlacedField::of_line::<Electricity>(items, distributors_place(self.profile));
        let line = file.header.line();
        let place = || LineRef::of_line(&line).field(field, file.start, file.length);
        let message = || rule::participant_mismatch::message(file.others);
        findings.count(RuleId::ParticipantMismatch, line.number, place, message);
    }

    fn totals(self, at_end: &Counts, _: Option<&Counts>) -> FlowTotals {
        FlowTotals { file_type: None, declared: self.declared, counted: at_end.groups }
    }
}

/// Adds to each row whether its number is not above the one before, of which the first is given.
fn add_instructions(before: u64, numbers: &[u64], rules: &mut [RuleBits]) {
    let bit = |before: u64, number: u64| match rule::instruction_number::breaks(before, number) {
        true => INSTRUCTION_NUMBER,
        false => 0,
    };
    let [first, rest @ ..] = rules else { return };
    if let Some(number) = numbers.first() {
        *first |= bit(before, *number);
    }
    for (it, pair) in rest.iter_mut().zip(numbers.windows(2)) {
        *it |= bit(pair[0], pair[1]);
    }
}

/// The parser of a number that has at most the item's characters.
fn number(item: ItemRef<'_, Electricity>) -> impl Fn(&[u8]) -> Result<u64, FieldFault> {
    let most = item.item.spec().length;
    move |item| parse_number(item, most)
}

/// The parser of an item by its format, or of the instruction type.
fn content<'a>(
    item: ItemRef<'a, Electricity>,
    profile: &'a Profile,
) -> impl Fn(&[u8]) -> Result<(), FieldFault> + 'a {
    let (spec, constant) = (item.item.spec(), profile.instruction_type());
    move |text| check_content(spec, text, constant)
}

/// A text of a header, where it can be read and is not empty.
fn text_of(header: &RawRecord<'_>, field: Field) -> Option<String> {
    let text = header.item_of(field)?.read(Ok).ok()?;
    let text = std::str::from_utf8(text).ok()?;
    (!text.is_empty()).then(|| text.to_owned())
}

/// The item of a header that names the MPANs' distributor: the receiver of updates, the sender of
/// rejections.
const fn distributors_place(profile: &Profile) -> Field {
    match profile.flow() {
        Flow::D0350 => Field::ToParticipant,
        Flow::D0351 | Flow::D0172 => Field::FromParticipant,
    }
}

/// Returns the profile of a file: that of the flow in the options, or of the one that its header
/// names.
///
/// # Errors
///
/// A header that names an unknown flow.
pub(crate) fn profile<'o>(
    options: &'o Options,
    layout: Layout,
    line: &Line<'_>,
) -> Result<&'o Profile, Error> {
    let chosen = options.flow.and_then(crate::layout::Flow::electricity);
    // a line above the limit is not read
    let by_header = if line.oversize { b"" } else { line.bytes };
    if let Some(other) = other_flow(options, layout, by_header).filter(|_| chosen.is_none()) {
        return Err(Error::other_flow(other));
    }
    let flow = chosen.unwrap_or_else(|| recognise_flow(by_header, layout));
    Ok(options.profile(flow))
}

/// Returns the flow that a header names, if it has the form of a flow and is unknown: `D0010` of
/// `D0010002`.
fn other_flow(options: &Options, layout: Layout, header: &[u8]) -> Option<String> {
    let raw = RawRecord::cut(header, options.d0350.table(layout)).ok()?;
    let named = text_of(&raw, Field::FlowAndVersion)?;
    let (flow, version) = named.split_at_checked(5)?;
    let (letter, digits) = flow.split_at_checked(1)?;
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_flow = letter == "D" && is_number(digits) && is_number(version);
    let is_read = Flow::ALL.iter().any(|known| known.as_str() == flow);
    (is_flow && !is_read).then(|| flow.to_owned())
}
