//! The check of a gas file, line by line.

use std::ops::Range;

use flagflow_codec::{LineDecoders, longest_row};
use flagflow_domain::{EffectiveDate, Mprn};
use flagflow_frame::{Line, LineEnd};
use flagflow_gas::field::{
    FieldFault, parse_date, parse_file_type, parse_flag, parse_mprn, parse_number, parse_outcome,
    parse_reason, parse_time,
};
use flagflow_gas::{
    Detail, ErrorKind, Fault, Field, FileOrder, Gas, Layout, RawRecord, Role, RowFields, Tag,
    edition_on, read_canonical, table,
};
use flagflow_rows::{MARK_CHECK_DIGITS, RowColumns as Columns};

use crate::column_check::{BrokenRules, RowCheck, RuleBits, decoding};
use crate::cross::RecordLocation;
use crate::file_state::{FileState, FlowTotals, RecordResult, UpdateField, UpdateFields};
use crate::finding::mask_digits;
use crate::finding_counts::FindingSpan;
use crate::options::Flow;
use crate::place::{LineRef, SavedLine, placed};
use crate::report::Report;
use crate::rule::unexpected_record::UnexpectedBecause;
use crate::rule::{self, RuleId};
use crate::sequence::{FileNumber, Series};
use crate::sniff;
use crate::verdict::{FileFormat, OtherLine, RuleFlags, Visitor};

/// A gas file in the middle of its check.
///
/// It is shown every line with text in turn, and told the end.
pub(crate) struct GasCheck<'o, V> {
    pub(crate) file_state: FileState<'o, V>,
    layout: Layout,
    flow: Option<Flow>,
    order: FileOrder,
    file_type: Option<String>,
    reasons: u64,
    declared: Option<u64>,
    /// Records before the trailer.
    counted: u64,
    open: Option<Open>,
    decoders: LineDecoders<Gas>,
    /// The bytes of the longest line that a row decoder takes.
    longest_row: Option<usize>,
}

/// A record whose reasons may follow, and what became of it so far.
struct Open {
    anchor: SavedLine,
    judged: RecordResult,
    broken: RuleFlags,
}

impl<'o, V: Visitor> GasCheck<'o, V> {
    /// Begins at the first line with text, which is to be taken next.
    pub(crate) fn new(mut file_state: FileState<'o, V>, layout: Layout, line: &Line<'_>) -> Self {
        let spot = LineRef { line, record: None };
        file_state.first_text(spot);
        let options = file_state.options;
        let mut check = Self {
            file_state,
            layout,
            flow: options.flow,
            order: FileOrder::new(table(layout, options.with_reasons)),
            file_type: None,
            reasons: 0,
            declared: None,
            counted: 0,
            open: None,
            decoders: LineDecoders::new(decoding()),
            longest_row: longest_row(layout),
        };
        if RawRecord::peek_tag(line.bytes, layout) != Some(Tag::A00) {
            check.begin(spot, None, None);
        }
        check
    }

    /// Takes a line with text.
    #[inline]
    pub(crate) fn line(&mut self, line: &Line<'_>) -> Result<(), V::Error> {
        if self.file_state.is_of_second_file(line) {
            self.close_open()?;
            return self.file_state.line_of_second_file(line);
        }
        self.file_state.text(line);
        if let (Some(detail), false) = (read_canonical(line.bytes, self.layout), line.oversize) {
            let role = self.order.place(Some(detail.tag()));
            if role == Role::Record && self.is_of_the_flow(detail.tag()) {
                return self.clean(line, detail);
            }
            return self.role(line, Some(detail.tag()), role);
        }
        let tag = RawRecord::peek_tag(line.bytes, self.layout);
        let role = self.order.place(tag);
        self.role(line, tag, role)
    }

    /// Sets the flow by the first detail record, and holds the others against it.
    #[inline]
    fn is_of_the_flow(&mut self, tag: Tag) -> bool {
        let flow = Flow::of(tag);
        if self.flow.is_none() {
            self.flow = flow;
        }
        flow.is_none() || flow == self.flow
    }

    /// A record in its place, all of whose fields can be read.
    #[inline]
    fn clean(&mut self, line: &Line<'_>, detail: Detail) -> Result<(), V::Error> {
        let spot = self.file_state.record(line);
        let mut judged = RecordResult {
            rejected: self.file_state.line_end(spot),
            point: Some(detail.meter_point_reference().as_u64()),
            flag: Some(detail.flag()),
            day: Some(detail.effective_from()),
        };
        self.judge_values(spot, &mut judged);
        self.settle(spot, judged)
    }

    /// A line that is not a clean record, by its role.
    fn role(&mut self, line: &Line<'_>, tag: Option<Tag>, role: Role) -> Result<(), V::Error> {
        match role {
            Role::Header => {
                let spot = self.file_state.off_record(line);
                self.read_header(spot);
                self.file_state.other_line(line, OtherLine::Header)?;
            }
            Role::Trailer => {
                self.close_open()?;
                let spot = self.file_state.off_record(line);
                self.read_trailer(spot);
                self.file_state.other_line(line, OtherLine::Trailer)?;
            }
            Role::Reason => {
                self.read_reason(line);
                let record = self.file_state.records;
                self.file_state.other_line(line, OtherLine::Reason { record })?;
            }
            Role::Record | Role::Group | Role::Misplaced => {
                let spot = self.file_state.record(line);
                let why = self.why_unexpected(tag, role);
                let rejected = self.file_state.line_end(spot);
                let mut judged = RecordResult { rejected, ..RecordResult::default() };
                self.judge_record(spot, why, &mut judged);
                self.settle(spot, judged)?;
            }
        }
        Ok(())
    }

    fn why_unexpected(&mut self, tag: Option<Tag>, role: Role) -> Option<UnexpectedBecause> {
        let of_the_flow = tag.is_none_or(|tag| self.is_of_the_flow(tag));
        match (role, tag) {
            (Role::Misplaced, _) if self.file_state.has_trailer => {
                Some(UnexpectedBecause::AfterTrailer)
            }
            (Role::Misplaced, Some(Tag::S72)) => Some(UnexpectedBecause::ReasonAlone),
            (Role::Misplaced, _) => Some(UnexpectedBecause::HeaderInside),
            _ if !of_the_flow => Some(UnexpectedBecause::OtherFlow),
            _ => None,
        }
    }

    /// What the beginning of the file decides.
    fn begin(&mut self, spot: LineRef<'_>, day: Option<EffectiveDate>, generation: Option<u64>) {
        self.file_state.begin(spot, day, |day| Some(edition_on(day)));
        let Some(name) = &self.file_state.options.file_name else { return };
        if let Some(unusual) = rule::file_name::breaks(name, self.file_type.as_deref(), generation)
        {
            self.file_state.whole(RuleId::FileName, spot, || rule::file_name::message(unusual));
        }
    }

    /// Cuts a line into its fields, or counts why it cannot be.
    fn shape<'a>(&mut self, spot: LineRef<'a>) -> Result<RawRecord<'a>, bool> {
        self.file_state.line_length(spot)?;
        self.cut(spot.line.bytes).map_err(|fault| {
            let name = || sniff::fault_of_line(spot.line, FileFormat::Gas(self.layout));
            let message = || rule::message_of_fault(&fault, spot.line.bytes, 0).with_name(name());
            self.file_state.whole(rule::of_fault(fault.kind), spot, message)
        })
    }

    /// Cuts a line; S72 is a record of this file only where the profile has it.
    fn cut<'a>(&self, line: &'a [u8]) -> Result<RawRecord<'a>, Fault> {
        RawRecord::cut(line, table(self.layout, self.file_state.options.with_reasons))
    }

    /// Judges a record that is not clean: its shape, its place, then each field.
    fn judge_record(
        &mut self,
        spot: LineRef<'_>,
        unexpected: Option<UnexpectedBecause>,
        judged: &mut RecordResult,
    ) {
        let raw = match self.shape(spot) {
            Ok(raw) => raw,
            Err(rejects) => {
                judged.rejected |= rejects;
                return;
            }
        };
        if let Some(why) = unexpected {
            let message = || rule::unexpected_record::message(why, self.flow);
            judged.rejected |= self.file_state.whole(RuleId::UnexpectedRecord, spot, message);
        }
        self.judge_fields(spot, &raw, judged);
        self.judge_values(spot, judged);
    }

    /// Judges each field by its parser. The day of a header, if it is one.
    fn judge_fields(
        &mut self,
        spot: LineRef<'_>,
        raw: &RawRecord<'_>,
        judged: &mut RecordResult,
    ) -> Option<EffectiveDate> {
        let mut made_on = None;
        for (field, start, bytes) in raw.fields() {
            let at = At { spot, tag: raw.tag(), field, start, length: bytes.len() };
            match field {
                Field::CreationDate => {
                    made_on = self.keep(at, parse_date(bytes, self.layout), &mut judged.rejected);
                    judged.rejected |= self.judge_creation_date(at, made_on);
                }
                _ => self.judge_field(at, bytes, judged),
            }
        }
        made_on
    }

    /// Judges the day of a header. True where that rejects the record it is.
    fn judge_creation_date(&mut self, at: At<'_>, day: Option<EffectiveDate>) -> bool {
        let place = || at.spot.field(placed(at.tag, at.field), at.start, at.length);
        let (line, message) = (at.spot.line.number, rule::placeholder_date::message);
        day.is_some_and(|day| rule::placeholder_date::breaks(day.as_packed()))
            && self.file_state.finding_counts.count(RuleId::PlaceholderDate, line, place, message)
    }

    fn judge_field(&mut self, at: At<'_>, bytes: &[u8], judged: &mut RecordResult) {
        let layout = self.layout;
        let RecordResult { rejected, point, flag, day } = judged;
        match at.field {
            Field::MeterPointReference => {
                *point = self.keep(at, parse_mprn(bytes, layout), rejected).map(Mprn::as_u64);
            }
            Field::DccServiceFlag => *flag = self.keep(at, parse_flag(bytes, layout), rejected),
            Field::DccServiceEffectiveFromDate => {
                *day = self.keep(at, parse_date(bytes, layout), rejected);
            }
            Field::OutcomeCode => {
                self.keep(at, parse_outcome(bytes, layout), rejected);
            }
            Field::CreationTime => {
                self.keep(at, parse_time(bytes, layout), rejected);
            }
            Field::ReasonCode => {
                self.keep(at, parse_reason(bytes, layout), rejected);
            }
            Field::OrganisationId | Field::GenerationNumber | Field::RecordCount => {
                self.keep(at, parse_number(bytes, at.most()), rejected);
            }
            Field::FileType => {
                self.keep(at, ascii(&parse_file_type(bytes, layout)), rejected);
            }
            // cutting the line has read the one, and the caller reads the other
            Field::TransactionType | Field::CreationDate => {}
        }
    }

    /// A field's value, or its fault counted.
    fn keep<T>(
        &mut self,
        at: At<'_>,
        parsed: Result<T, FieldFault>,
        rejected: &mut bool,
    ) -> Option<T> {
        let fault = match parsed {
            Ok(value) => return Some(value),
            Err(fault) => fault.in_field(at.field, at.start),
        };
        let shape = FileFormat::Gas(self.layout);
        let name = || sniff::spaces(at.spot.line, (at.start, at.length), shape);
        let message =
            || rule::message_of_fault(&fault, at.spot.line.bytes, at.most()).with_name(name());
        let place = || at.spot.field(placed(at.tag, at.field), fault.start, fault.length);
        let rule = rule::of_fault(fault.kind);
        *rejected |=
            self.file_state.finding_counts.count(rule, at.spot.line.number, place, message);
        None
    }

    /// Judges what a record says, where it can be read.
    #[inline]
    fn judge_values(&mut self, spot: LineRef<'_>, judged: &mut RecordResult) {
        let layout = self.layout;
        let point = judged.point.and_then(|point| Mprn::new(point).ok());
        if let Some(point) = point.filter(|point| !point.has_valid_check_digits()) {
            let masked = self.file_state.finding_counts.mask;
            judged.rejected |= self.file_state.finding_counts.count(
                RuleId::MprnCheckDigits,
                spot.line.number,
                || place_of(spot, layout, UpdateField::Point),
                || rule::mprn_check_digits::message(point, masked),
            );
        }
        let place = |part| place_of(spot, layout, part);
        self.file_state.judge_values(spot.line.number, judged, place);
    }

    /// A record is judged; where reasons may follow, it stays open until they have.
    #[inline]
    fn settle(&mut self, spot: LineRef<'_>, judged: RecordResult) -> Result<(), V::Error> {
        if !self.file_state.options.with_reasons {
            return self.close(spot, judged);
        }
        let broken = self.file_state.finding_counts.broken;
        self.close_open()?;
        let anchor = if V::ENABLED { SavedLine::whole(&spot) } else { SavedLine::new(&spot) };
        self.open = Some(Open { anchor, judged, broken });
        Ok(())
    }

    fn close_open(&mut self) -> Result<(), V::Error> {
        let Some(Open { anchor, judged, broken }) = self.open.take() else { return Ok(()) };
        self.file_state.finding_counts.broken = broken;
        self.close(LineRef { line: &anchor.line(), record: anchor.record }, judged)
    }

    #[inline]
    fn close(&mut self, spot: LineRef<'_>, judged: RecordResult) -> Result<(), V::Error> {
        let layout = self.layout;
        self.file_state.close(spot, judged, |part| place_of(spot, layout, part))
    }

    fn read_header(&mut self, spot: LineRef<'_>) {
        self.file_state.has_header = true;
        self.file_state.line_end(spot);
        let (mut made_on, mut generation) = (None, None);
        if let Ok(raw) = self.shape(spot) {
            made_on = self.judge_fields(spot, &raw, &mut RecordResult::default());
            self.judge_file_type(spot, &raw);
            self.identify(&raw);
            generation = number_of(&raw, Field::GenerationNumber);
        }
        self.begin(spot, made_on, generation);
    }

    /// Reads what the file is among those of its sender.
    #[cold]
    fn identify(&mut self, raw: &RawRecord<'_>) {
        let Some(following) = &mut self.file_state.following else { return };
        following.series = series_of(raw);
        following.number = generation_of(raw);
        let number = raw.fields().find(|(field, ..)| *field == Field::GenerationNumber);
        if let Some((field, start, bytes)) = number {
            following.number_at(start, bytes.len(), placed(Tag::A00, field));
        }
    }

    fn judge_file_type(&mut self, spot: LineRef<'_>, raw: &RawRecord<'_>) {
        let mut fields = raw.fields();
        let found = fields.find(|(field, _, bytes)| *field == Field::FileType && bytes.is_ascii());
        let Some((field, start, bytes)) = found else { return };
        let mut shown = bytes.to_vec();
        // a longer type is something else, perhaps a meter point gone astray
        if self.file_state.finding_counts.mask && bytes.len() > placed(Tag::A00, field).most {
            mask_digits(&mut shown);
        }
        self.file_type = Some(String::from_utf8_lossy(&shown).into_owned());
        let known = &self.file_state.options.file_types;
        if known.iter().any(|known| known.as_str().as_bytes() == bytes) {
            return;
        }
        let place = || spot.field(placed(Tag::A00, field), start, bytes.len());
        let message = || rule::wrong_file_type::message(known);
        self.file_state.finding_counts.count(
            RuleId::WrongFileType,
            spot.line.number,
            place,
            message,
        );
    }

    fn read_trailer(&mut self, spot: LineRef<'_>) {
        self.file_state.has_trailer = true;
        let reasons = if self.file_state.options.count_reasons { self.reasons } else { 0 };
        self.counted = self.file_state.records + reasons;
        self.file_state.line_end(spot);
        let Ok(raw) = self.shape(spot) else { return };
        for (field, start, bytes) in raw.fields() {
            let at = At { spot, tag: Tag::Z99, field, start, length: bytes.len() };
            if field == Field::RecordCount {
                self.judge_count(at, bytes);
            }
        }
    }

    fn judge_count(&mut self, at: At<'_>, bytes: &[u8]) {
        self.declared = self.keep(at, parse_number(bytes, at.most()), &mut false);
        let Some(declared) = self.declared.filter(|declared| *declared != self.counted) else {
            return;
        };
        let place = || at.spot.field(placed(at.tag, at.field), at.start, at.length);
        let message = || rule::record_count::message(declared, self.counted);
        self.file_state.finding_counts.count(
            RuleId::RecordCount,
            at.spot.line.number,
            place,
            message,
        );
    }

    /// A reason is part of the record above it: what is wrong in it rejects that.
    fn read_reason(&mut self, line: &Line<'_>) {
        self.reasons += 1;
        let spot = LineRef { line, record: Some(self.file_state.records) };
        self.file_state.finding_counts.broken = RuleFlags::EMPTY;
        let mut judged =
            RecordResult { rejected: self.file_state.line_end(spot), ..RecordResult::default() };
        self.judge_record(spot, None, &mut judged);
        if let Some(above) = &mut self.open {
            above.judged.rejected |= judged.rejected;
            above.broken = above.broken.or(self.file_state.finding_counts.broken);
        }
    }

    /// The end of the file.
    pub(crate) fn finish(mut self, bytes: u64) -> Result<Report, V::Error> {
        self.close_open()?;
        self.file_state.end(UpdateFields {
            point: placed(Tag::E45, Field::MeterPointReference),
            flag: placed(Tag::E45, Field::DccServiceFlag),
        })?;
        let counted =
            if self.file_state.has_trailer { self.counted } else { self.file_state.records };
        let Self { flow, layout, file_type, declared, .. } = self;
        let of_the_flow = FlowTotals { flow, layout: layout.into(), file_type, declared, counted };
        Ok(self.file_state.report(of_the_flow, bytes))
    }
}

impl<'o, V: Visitor + 'o> RowCheck<'o> for GasCheck<'o, V> {
    type Visitor = V;

    const RULES: &'static [RuleId] = &[
        RuleId::MprnCheckDigits,
        RuleId::FlagNotInEdition,
        RuleId::FutureEffectiveDate,
        RuleId::PlaceholderDate,
    ];

    fn file_state(&mut self) -> &mut FileState<'o, V> {
        &mut self.file_state
    }

    fn is_in_records(&self) -> bool {
        self.order.is_in_records()
            && self.longest_row.is_some_and(|longest| longest <= self.file_state.options.max_line)
    }

    fn decode(&mut self, bytes: &[u8], columns: &mut Columns) -> (usize, LineEnd) {
        let flow = self.flow;
        let rows = self.decoders.decode_next(self.layout, bytes, columns);
        let decoder = self.decoders.current();
        let of_the_flow = decoder.filter(|it| flow.is_some() && Flow::of(it.tag()) == flow);
        of_the_flow.map_or((0, LineEnd::None), |it| (rows, it.line_end()))
    }

    fn codes(&self, columns: &Columns, rows: Range<usize>, codes: &mut [RuleBits]) {
        let (allowed, last_day) = (self.file_state.allowed_flags(), self.file_state.last_day());
        let marks = &columns.marks()[rows.clone()];
        let flags = &self.flags(columns)[rows.clone()];
        let dates = &columns.dates()[rows];
        for (((code, mark), flag), date) in codes.iter_mut().zip(marks).zip(flags).zip(dates) {
            *code = u8::from(*mark == MARK_CHECK_DIGITS)
                | u8::from(!allowed[usize::from(*flag)]) << 1
                | u8::from(*date > last_day) << 2
                | u8::from(rule::placeholder_date::breaks(*date)) << 3;
        }
    }

    fn judged(&self, columns: &Columns, row: usize) -> RecordResult {
        let detail = self.decoders.current().and_then(|it| it.record(columns, row));
        RecordResult {
            rejected: false,
            point: detail.map(|detail| detail.meter_point_reference().as_u64()),
            flag: detail.map(|detail| detail.flag()),
            day: detail.map(|detail| detail.effective_from()),
        }
    }

    fn points<'c>(&self, columns: &'c Columns) -> &'c [u64] {
        self.decoders.current().map_or(&[], |it| it.points(columns))
    }

    fn flags<'c>(&self, columns: &'c Columns) -> &'c [u8] {
        self.decoders.current().map_or(&[], |it| it.flags(columns))
    }

    fn passed(&mut self, _columns: &Columns, _rows: Range<usize>) {}

    fn broken(&self, row: &[u8]) -> Option<BrokenRules> {
        let fields = RowFields::of(self.decoders.current()?, row)?;
        let layout = self.layout;
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
        if point.is_some_and(|point| !point.has_valid_check_digits()) {
            broken.push(RuleId::MprnCheckDigits);
        }
        self.file_state.broken_by(flag, date, &mut broken);
        Some(broken)
    }

    fn locate(&mut self, spot: LineRef<'_>) -> RecordLocation {
        let layout = self.layout;
        self.file_state.locate(spot, |part| place_of(spot, layout, part))
    }

    fn close(&mut self, spot: LineRef<'_>, judged: RecordResult) -> Result<(), V::Error> {
        Self::close(self, spot, judged)
    }

    fn line(&mut self, line: &Line<'_>) -> Result<(), V::Error> {
        Self::line(self, line)
    }
}

/// A field's value, read the short way or by its parser; its fault is a rule that is broken.
/// `None` where the bytes are no field.
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

/// A field of a line in hand.
#[derive(Clone, Copy)]
struct At<'a> {
    spot: LineRef<'a>,
    tag: Tag,
    field: Field,
    start: usize,
    length: usize,
}

impl At<'_> {
    /// The field's most characters.
    fn most(&self) -> usize {
        placed(self.tag, self.field).most
    }
}

/// Which files are numbered together with that of a header.
fn series_of(header: &RawRecord<'_>) -> Option<Series> {
    let organisation_id = number_of(header, Field::OrganisationId)?;
    let file_type = parse_file_type(header.field(Field::FileType)?, header.layout()).ok()?;
    Some(Series::Gas { organisation_id, file_type })
}

fn generation_of(header: &RawRecord<'_>) -> Option<FileNumber> {
    let number = number_of(header, Field::GenerationNumber)?;
    u32::try_from(number).ok().map(FileNumber::Generation)
}

fn number_of(header: &RawRecord<'_>, field: Field) -> Option<u64> {
    parse_number(header.field(field)?, placed(header.tag(), field).most).ok()
}

/// Keeps the one fault of a file type that is judged here; which types are known is a rule.
fn ascii<T>(parsed: &Result<T, FieldFault>) -> Result<(), FieldFault> {
    match parsed {
        Err(fault) if fault.kind == ErrorKind::NonAscii => Err(*fault),
        _ => Ok(()),
    }
}

/// Where a field of a record stands; the line is cut anew, which only findings pay for.
fn place_of(spot: LineRef<'_>, layout: Layout, part: UpdateField) -> FindingSpan<'_> {
    let wanted = match part {
        UpdateField::Point => Field::MeterPointReference,
        UpdateField::Flag => Field::DccServiceFlag,
        UpdateField::Day => Field::DccServiceEffectiveFromDate,
    };
    let Ok(raw) = RawRecord::cut(spot.line.bytes, layout) else { return spot.whole() };
    let found = raw.fields().find(|(field, ..)| *field == wanted);
    found.map_or(spot.whole(), |(field, start, bytes)| {
        spot.field(placed(raw.tag(), field), start, bytes.len())
    })
}
