//! The check of a gas file, line by line.

use flagflow_domain::{Edition, EffectiveDate, Mprn, ServiceFlag};
use flagflow_frame::{Line, LineEnd};
use flagflow_gas::field::{
    FieldFault, parse_date, parse_file_type, parse_flag, parse_mprn, parse_number, parse_outcome,
    parse_reason, parse_time,
};
use flagflow_gas::{
    Detail, ErrorKind, Fault, Field, FileOrder, Layout, RawRecord, Role, Tag, edition_on,
    read_canonical,
};

use crate::cross::{Answer, Clash, Located, Said, Seen};
use crate::error::Error;
use crate::finding::{escape, mask_digits};
use crate::options::{CrossRecords, EditionChoice, Flow, Options};
use crate::place::{Anchor, Spot, placed};
use crate::report::{PerFlag, Report};
use crate::rule::unexpected_record::Why;
use crate::rule::{self, RuleId};
use crate::tally::{Counted, Place, Tally};

/// A gas file in the middle of its check.
///
/// It is shown every line in turn, empty ones too, and told the end.
pub(crate) struct GasCheck<'o> {
    options: &'o Options,
    tally: Tally,
    layout: Option<Layout>,
    flow: Option<Flow>,
    order: FileOrder,
    header: bool,
    trailer: bool,
    file_type: Option<String>,
    edition: Edition,
    /// The last day that is not in the future.
    today: Option<EffectiveDate>,
    first_end: Option<LineEnd>,
    mixed: bool,
    records: u64,
    rejected: u64,
    flags: PerFlag,
    reasons: u64,
    declared: Option<u64>,
    /// Records before the trailer.
    counted: u64,
    seen: Option<Seen>,
    /// A record whose reasons may follow, and what became of it so far.
    open: Option<(Anchor, Judged)>,
    line_1: Option<Anchor>,
    first_text: Option<Anchor>,
    last_text: Option<Anchor>,
}

/// What was made of a record.
#[derive(Clone, Copy, Debug, Default)]
struct Judged {
    rejected: bool,
    point: Option<Mprn>,
    flag: Option<ServiceFlag>,
    day: Option<EffectiveDate>,
    /// The day in a header.
    made_on: Option<EffectiveDate>,
}

impl Judged {
    /// What the record says, where all of it can be read.
    fn said(&self) -> Option<Said> {
        let (point, day) = (self.point?.as_u64(), self.day?.as_packed());
        Some(Said { point, day, flag: self.flag? })
    }
}

impl<'o> GasCheck<'o> {
    pub(crate) fn new(options: &'o Options) -> Self {
        let seen = match options.cross_records {
            CrossRecords::Off => None,
            CrossRecords::Within { memory } => Some(Seen::within(memory)),
        };
        Self {
            options,
            tally: Tally::new(options),
            layout: None,
            flow: options.flow,
            order: FileOrder::new(options.with_reasons),
            header: false,
            trailer: false,
            file_type: None,
            edition: Edition::Any,
            today: options.as_of,
            first_end: None,
            mixed: false,
            records: 0,
            rejected: 0,
            flags: PerFlag::default(),
            reasons: 0,
            declared: None,
            counted: 0,
            seen,
            open: None,
            line_1: None,
            first_text: None,
            last_text: None,
        }
    }

    /// Takes the next line.
    #[inline]
    pub(crate) fn line(&mut self, line: &Line<'_>) -> Result<(), Error> {
        match self.layout {
            Some(layout) if line.length > 0 => self.text(line, layout),
            _ => self.beginning_or_empty(line),
        }
    }

    #[cold]
    fn beginning_or_empty(&mut self, line: &Line<'_>) -> Result<(), Error> {
        let spot = Spot { line, record: None };
        if self.line_1.is_none() {
            self.line_1 = Some(Anchor::new(&spot));
        }
        if line.length == 0 {
            self.tally.count(
                RuleId::EmptyLine,
                line.number,
                || spot.whole(),
                rule::empty_line::words,
            );
            self.line_end(spot);
            return Ok(());
        }
        let layout = recognise(line, self.options)?;
        self.layout = Some(layout);
        self.first_text = Some(Anchor::new(&spot));
        if RawRecord::peek_tag(line.bytes, layout) != Some(Tag::A00) {
            self.begin(spot, None);
        }
        self.text(line, layout)
    }

    /// Takes a line with text.
    #[inline]
    fn text(&mut self, line: &Line<'_>, layout: Layout) -> Result<(), Error> {
        if self.header && !self.trailer {
            let spot = Spot { line, record: None };
            self.last_text.get_or_insert_with(|| Anchor::new(&spot)).set(&spot);
        }
        if let (Some(detail), false) = (read_canonical(line.bytes, layout), line.oversize) {
            let role = self.order.place(Some(detail.tag()));
            if role == Role::Record && self.is_of_the_flow(detail.tag()) {
                return self.clean(line, layout, detail);
            }
            return self.role(line, layout, Some(detail.tag()), role);
        }
        let tag = RawRecord::peek_tag(line.bytes, layout);
        let role = self.order.place(tag);
        self.role(line, layout, tag, role)
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
    fn clean(&mut self, line: &Line<'_>, layout: Layout, detail: Detail) -> Result<(), Error> {
        self.records += 1;
        let spot = Spot { line, record: Some(self.records) };
        let mut judged = Judged {
            rejected: self.line_end(spot),
            point: Some(detail.meter_point_reference()),
            flag: Some(detail.flag()),
            day: Some(detail.effective_from()),
            made_on: None,
        };
        self.judge_values(spot, layout, &mut judged);
        self.settle(spot, layout, judged)
    }

    /// A line that is not a clean record, by its role.
    fn role(
        &mut self,
        line: &Line<'_>,
        layout: Layout,
        tag: Option<Tag>,
        role: Role,
    ) -> Result<(), Error> {
        match role {
            Role::Header => self.read_header(Spot { line, record: None }, layout),
            Role::Trailer => self.read_trailer(Spot { line, record: None }, layout)?,
            Role::Reason => self.read_reason(line, layout),
            Role::Record | Role::Misplaced => {
                self.records += 1;
                let spot = Spot { line, record: Some(self.records) };
                let why = self.why_unexpected(tag, role);
                let mut judged = Judged { rejected: self.line_end(spot), ..Judged::default() };
                self.judge_record(spot, layout, why, &mut judged);
                self.settle(spot, layout, judged)?;
            }
        }
        Ok(())
    }

    fn why_unexpected(&mut self, tag: Option<Tag>, role: Role) -> Option<Why> {
        let of_the_flow = tag.is_none_or(|tag| self.is_of_the_flow(tag));
        match (role, tag) {
            (Role::Misplaced, _) if self.trailer => Some(Why::AfterTrailer),
            (Role::Misplaced, Some(Tag::S72)) => Some(Why::ReasonAlone),
            (Role::Misplaced, _) => Some(Why::HeaderInside),
            _ if !of_the_flow => Some(Why::OtherFlow),
            _ => None,
        }
    }

    /// What the beginning of the file decides: the edition, and which day is today.
    fn begin(&mut self, spot: Spot<'_>, day: Option<EffectiveDate>) {
        self.edition = match (self.options.edition, day) {
            (EditionChoice::Given(edition), _) => edition,
            (EditionChoice::Auto, Some(day)) => edition_on(day),
            (EditionChoice::Auto, None) => {
                let words = rule::edition_unknown::words;
                self.tally.count(RuleId::EditionUnknown, spot.line.number, || spot.whole(), words);
                Edition::Any
            }
        };
        self.today = self.options.as_of.or(day);
        let usual = |name: &String| rule::file_name::is_usual(name, self.file_type.as_deref());
        if self.options.file_name.as_ref().is_some_and(|name| !usual(name)) {
            let words = rule::file_name::words;
            self.tally.count(RuleId::FileName, spot.line.number, || spot.whole(), words);
        }
    }

    /// Judges how a line ends. True where that rejects the record it is.
    #[inline]
    fn line_end(&mut self, spot: Spot<'_>) -> bool {
        let end = spot.line.end;
        let first = *self.first_end.get_or_insert(end);
        if end == first && end != LineEnd::None {
            return false;
        }
        self.odd_line_end(spot, first)
    }

    #[cold]
    fn odd_line_end(&mut self, spot: Spot<'_>, first: LineEnd) -> bool {
        let (end, number) = (spot.line.end, spot.line.number);
        if end == LineEnd::None {
            let words = rule::missing_terminator::words;
            return self.tally.count(RuleId::MissingTerminator, number, || spot.whole(), words);
        }
        if !rule::mixed_line_ends::fires(first, end) || std::mem::replace(&mut self.mixed, true) {
            return false;
        }
        let words = || rule::mixed_line_ends::words(first, end);
        self.tally.count(RuleId::MixedLineEnds, number, || spot.whole(), words)
    }

    /// Cuts a line into its fields, or counts why it cannot be.
    fn shape<'a>(&mut self, spot: Spot<'a>, layout: Layout) -> Result<RawRecord<'a>, bool> {
        let line = spot.line;
        if line.oversize {
            let beginning = (!self.tally.mask).then_some(line.bytes);
            let words =
                || rule::line_too_long::words(line.length, self.options.max_line, beginning);
            let place = || spot.whole();
            return Err(self.tally.count(RuleId::LineTooLong, line.number, place, words));
        }
        self.cut(line.bytes, layout).map_err(|fault| {
            let words = || rule::words_of_fault(&fault, 0);
            self.tally.count(rule::of_fault(fault.kind), line.number, || spot.whole(), words)
        })
    }

    /// Cuts a line; S72 is a record of this file only where the profile has it.
    fn cut<'a>(&self, line: &'a [u8], layout: Layout) -> Result<RawRecord<'a>, Fault> {
        let unknown = Fault::of_line(ErrorKind::UnknownRecord, line);
        let is_unknown = |tag| tag == Some(Tag::S72) && !self.options.with_reasons;
        match RawRecord::cut(line, layout) {
            Ok(raw) if is_unknown(Some(raw.tag())) => Err(unknown),
            Err(Fault { kind: ErrorKind::MalformedRecord { expected: None }, .. }) => {
                Err(Fault::of_line(ErrorKind::MalformedRecord { expected: None }, line))
            }
            Err(_) if is_unknown(RawRecord::peek_tag(line, layout)) => Err(unknown),
            cut => cut,
        }
    }

    /// Judges a record that is not clean: its shape, its place, then each field.
    fn judge_record(
        &mut self,
        spot: Spot<'_>,
        layout: Layout,
        unexpected: Option<Why>,
        judged: &mut Judged,
    ) {
        let raw = match self.shape(spot, layout) {
            Ok(raw) => raw,
            Err(rejects) => {
                judged.rejected |= rejects;
                return;
            }
        };
        if let Some(why) = unexpected {
            let words = || rule::unexpected_record::words(why, self.flow);
            let (rule, number) = (RuleId::UnexpectedRecord, spot.line.number);
            judged.rejected |= self.tally.count(rule, number, || spot.whole(), words);
        }
        for (field, start, bytes) in raw.fields() {
            let at = At { spot, tag: raw.tag(), field, start, length: bytes.len() };
            self.judge_field(at, bytes, layout, judged);
        }
        self.judge_values(spot, layout, judged);
    }

    /// Judges one field by its parser.
    fn judge_field(&mut self, at: At<'_>, bytes: &[u8], layout: Layout, judged: &mut Judged) {
        let Judged { rejected, point, flag, day, made_on } = judged;
        match at.field {
            Field::MeterPointReference => {
                *point = self.keep(at, parse_mprn(bytes, layout), rejected);
            }
            Field::DccServiceFlag => *flag = self.keep(at, parse_flag(bytes, layout), rejected),
            Field::DccServiceEffectiveFromDate => {
                *day = self.keep(at, parse_date(bytes, layout), rejected);
            }
            Field::CreationDate => {
                *made_on = self.keep(at, parse_date(bytes, layout), rejected);
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
            // cutting the line has read it
            Field::TransactionType => {}
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
        let words = || rule::words_of_fault(&fault, at.most());
        let place = || at.spot.field(at.tag, at.field, fault.start, fault.length);
        let rule = rule::of_fault(fault.kind);
        *rejected |= self.tally.count(rule, at.spot.line.number, place, words);
        None
    }

    /// Judges what a record says, where it can be read.
    #[inline]
    fn judge_values(&mut self, spot: Spot<'_>, layout: Layout, judged: &mut Judged) {
        if let Some(point) = judged.point.filter(|point| !point.has_valid_check_digits()) {
            let masked = self.tally.mask;
            judged.rejected |= self.tally.count(
                RuleId::MprnCheckDigits,
                spot.line.number,
                || place_of(spot, layout, Field::MeterPointReference),
                || rule::mprn_check_digits::words(point, masked),
            );
        }
        let edition = self.edition;
        if let Some(flag) = judged.flag.filter(|flag| !edition.allows(*flag)) {
            judged.rejected |= self.tally.count(
                RuleId::FlagNotInEdition,
                spot.line.number,
                || place_of(spot, layout, Field::DccServiceFlag),
                || rule::flag_not_in_edition::words(flag, edition),
            );
        }
        if let (Some(day), Some(today)) = (judged.day, self.today)
            && day > today
        {
            judged.rejected |= self.tally.count(
                RuleId::FutureEffectiveDate,
                spot.line.number,
                || place_of(spot, layout, Field::DccServiceEffectiveFromDate),
                || rule::future_effective_date::words(today),
            );
        }
    }

    /// A record is judged; where reasons may follow, it stays open until they have.
    #[inline]
    fn settle(&mut self, spot: Spot<'_>, layout: Layout, judged: Judged) -> Result<(), Error> {
        if !self.options.with_reasons {
            return self.close(spot, layout, judged);
        }
        self.close_open(layout)?;
        self.open = Some((Anchor::new(&spot), judged));
        Ok(())
    }

    fn close_open(&mut self, layout: Layout) -> Result<(), Error> {
        let Some((anchor, judged)) = self.open.take() else { return Ok(()) };
        self.close(Spot { line: &anchor.line(), record: anchor.record }, layout, judged)
    }

    /// Holds a record against the others, and counts it.
    #[inline]
    fn close(&mut self, spot: Spot<'_>, layout: Layout, judged: Judged) -> Result<(), Error> {
        let rejected = judged.rejected || self.compare(spot, layout, &judged)?;
        self.rejected += u64::from(rejected);
        if let (false, Some(flag)) = (rejected, judged.flag) {
            self.flags.add(flag);
        }
        Ok(())
    }

    /// Holds a record against the earlier ones. True where that rejects it.
    #[inline]
    fn compare(&mut self, spot: Spot<'_>, layout: Layout, judged: &Judged) -> Result<bool, Error> {
        let (Some(seen), Some(said)) = (&mut self.seen, judged.said()) else { return Ok(false) };
        match seen.offer(said, || located(spot, layout)).map_err(Error::temporary)? {
            Answer::First | Answer::Later => Ok(false),
            Answer::Again(first) => {
                let place = |field| place_of(spot, layout, field);
                Ok(self.again(said, first, spot.line.number, place))
            }
        }
    }

    /// Counts a record that says something of a point and a day that another has spoken of.
    fn again<'a>(
        &mut self,
        said: Said,
        first: ServiceFlag,
        line: u64,
        place: impl FnOnce(Field) -> Place<'a>,
    ) -> bool {
        if said.flag == first {
            let words = rule::duplicate_meter_point::words;
            let place = || place(Field::MeterPointReference);
            return self.tally.count(RuleId::DuplicateMeterPoint, line, place, words);
        }
        let words = || rule::conflicting_update::words(first);
        self.tally.count(RuleId::ConflictingUpdate, line, || place(Field::DccServiceFlag), words)
    }

    /// The same for a record that was taken as accepted before the end of the file told.
    fn again_at_the_end(&mut self, clash: Clash) {
        let Clash { said, at, first } = clash;
        let value = late_value(said, at);
        if self.again(said, first, at.line, |field| late_place(&value, field, at)) {
            self.rejected += 1;
            self.flags.take_back(said.flag);
        }
    }

    fn read_header(&mut self, spot: Spot<'_>, layout: Layout) {
        self.header = true;
        self.line_end(spot);
        let mut judged = Judged::default();
        if let Ok(raw) = self.shape(spot, layout) {
            for (field, start, bytes) in raw.fields() {
                let at = At { spot, tag: Tag::A00, field, start, length: bytes.len() };
                self.judge_field(at, bytes, layout, &mut judged);
                if field == Field::FileType && bytes.is_ascii() {
                    self.judge_file_type(at, bytes);
                }
            }
        }
        self.begin(spot, judged.made_on);
    }

    fn judge_file_type(&mut self, at: At<'_>, bytes: &[u8]) {
        self.file_type = Some(String::from_utf8_lossy(bytes).into_owned());
        let known = &self.options.file_types;
        if known.iter().any(|known| known.as_str().as_bytes() == bytes) {
            return;
        }
        let place = || at.spot.field(at.tag, at.field, at.start, at.length);
        let words = || rule::wrong_file_type::words(known);
        self.tally.count(RuleId::WrongFileType, at.spot.line.number, place, words);
    }

    fn read_trailer(&mut self, spot: Spot<'_>, layout: Layout) -> Result<(), Error> {
        self.close_open(layout)?;
        self.trailer = true;
        self.counted = self.records + if self.options.count_reasons { self.reasons } else { 0 };
        self.line_end(spot);
        let Ok(raw) = self.shape(spot, layout) else { return Ok(()) };
        for (field, start, bytes) in raw.fields() {
            let at = At { spot, tag: Tag::Z99, field, start, length: bytes.len() };
            if field == Field::RecordCount {
                self.judge_count(at, bytes);
            }
        }
        Ok(())
    }

    fn judge_count(&mut self, at: At<'_>, bytes: &[u8]) {
        self.declared = self.keep(at, parse_number(bytes, at.most()), &mut false);
        let Some(declared) = self.declared.filter(|declared| *declared != self.counted) else {
            return;
        };
        let place = || at.spot.field(at.tag, at.field, at.start, at.length);
        let words = || rule::record_count::words(declared, self.counted);
        self.tally.count(RuleId::RecordCount, at.spot.line.number, place, words);
    }

    /// A reason is part of the record above it: what is wrong in it rejects that.
    fn read_reason(&mut self, line: &Line<'_>, layout: Layout) {
        self.reasons += 1;
        let spot = Spot { line, record: Some(self.records) };
        let mut judged = Judged { rejected: self.line_end(spot), ..Judged::default() };
        self.judge_record(spot, layout, None, &mut judged);
        if let Some((_, above)) = &mut self.open {
            above.rejected |= judged.rejected;
        }
    }

    /// The file began with a byte-order mark, which belongs to no line: the first one is shown.
    pub(crate) fn byte_order_mark(&mut self) {
        let line_1 = self.line_1.take();
        self.count_at(RuleId::ByteOrderMark, line_1.as_ref(), rule::byte_order_mark::words);
    }

    /// Counts a finding of the file at a line that was kept.
    fn count_at(
        &mut self,
        rule: RuleId,
        anchor: Option<&Anchor>,
        words: impl FnOnce() -> rule::Words,
    ) {
        let Some(anchor) = anchor else { return };
        let line = anchor.line();
        let spot = Spot { line: &line, record: None };
        self.tally.count(rule, line.number, || spot.whole(), words);
    }

    /// The end of the file.
    pub(crate) fn finish(mut self, bytes: u64) -> Result<Report, Error> {
        let layout = self.layout.ok_or_else(Error::empty)?;
        self.close_open(layout)?;
        self.judge_envelope();
        if let Some(seen) = self.seen.take() {
            seen.finish(&mut |clash| self.again_at_the_end(clash)).map_err(Error::temporary)?;
        }
        Ok(self.report(layout, bytes))
    }

    fn judge_envelope(&mut self) {
        match (self.header, self.trailer) {
            (false, true) => {
                let first = self.first_text.take();
                self.count_at(RuleId::MissingHeader, first.as_ref(), rule::missing_header::words);
            }
            (true, false) => {
                let last = self.last_text.take().or(self.first_text.take());
                self.count_at(RuleId::MissingTrailer, last.as_ref(), rule::missing_trailer::words);
            }
            (true, true) | (false, false) => {}
        }
    }

    fn report(self, layout: Layout, bytes: u64) -> Report {
        let masked = self.tally.mask;
        let Counted { totals, ignored, severity, findings } = self.tally.into_parts();
        let found: u64 = totals.iter().map(|(_, count)| count).sum();
        Report {
            flow: self.flow,
            layout,
            envelope: self.header || self.trailer,
            file_type: self.file_type,
            edition: self.edition,
            records: self.records,
            accepted: self.records - self.rejected,
            rejected: self.rejected,
            flags: self.flags,
            truncated: found > findings.len() as u64,
            totals,
            ignored,
            severity,
            findings,
            declared: self.declared,
            counted: if self.trailer { self.counted } else { self.records },
            bytes,
            masked,
        }
    }
}

/// A field of a line in hand.
#[derive(Clone, Copy)]
struct At<'a> {
    spot: Spot<'a>,
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

fn recognise(line: &Line<'_>, options: &Options) -> Result<Layout, Error> {
    let told = options.layout.or_else(|| Layout::recognise(line.bytes));
    // a file that is said to be of a gas flow is of the main layout unless it looks otherwise
    told.or_else(|| options.flow.map(|_| Layout::Fixed))
        .ok_or_else(|| Error::unrecognised(beginning(line, options.mask)))
}

/// A line's first bytes, for saying what could not be recognised.
fn beginning(line: &Line<'_>, mask: bool) -> String {
    let mut bytes = line.bytes[..line.bytes.len().min(16)].to_vec();
    if mask {
        mask_digits(&mut bytes);
    }
    escape(&bytes)
}

/// Keeps the one fault of a file type that is judged here; which types are known is a rule.
fn ascii<T>(parsed: &Result<T, FieldFault>) -> Result<(), FieldFault> {
    match parsed {
        Err(fault) if fault.kind == ErrorKind::NonAscii => Err(*fault),
        _ => Ok(()),
    }
}

/// Where a field of a record stands; the line is cut anew, which only findings pay for.
fn place_of(spot: Spot<'_>, layout: Layout, wanted: Field) -> Place<'_> {
    let Ok(raw) = RawRecord::cut(spot.line.bytes, layout) else { return spot.whole() };
    let found = raw.fields().find(|(field, ..)| *field == wanted);
    found.map_or(spot.whole(), |(field, start, bytes)| {
        spot.field(raw.tag(), field, start, bytes.len())
    })
}

/// What must be kept of a record until the end of the file.
fn located(spot: Spot<'_>, layout: Layout) -> Located {
    let point = place_of(spot, layout, Field::MeterPointReference);
    let flag = place_of(spot, layout, Field::DccServiceFlag);
    // a record that can be read is shorter than any of these numbers can tell
    let short = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    Located {
        line: spot.line.number,
        record: spot.record.unwrap_or_default(),
        line_offset: spot.line.offset,
        line_length: short(spot.line.length),
        point_start: short(point.start as u64),
        point_length: short(point.length),
        flag_start: short(flag.start as u64),
    }
}

/// The meter point as it stood in its line, and behind it the flag.
fn late_value(said: Said, at: Located) -> Vec<u8> {
    format!("{:0width$}{}", said.point, said.flag, width = at.point_length as usize).into_bytes()
}

/// A field of a line that has gone by.
fn late_place(value: &[u8], field: Field, at: Located) -> Place<'_> {
    let (point, flag) = value.split_at(value.len() - 1);
    let (start, bytes) = match field {
        Field::DccServiceFlag => (at.flag_start, flag),
        _ => (at.point_start, point),
    };
    Place {
        line: at.line,
        record: Some(at.record),
        line_offset: at.line_offset,
        bytes: &[],
        line_length: u64::from(at.line_length),
        start: start as usize,
        length: bytes.len() as u64,
        field: Some(placed(Tag::E45, field)),
        value: Some(bytes),
    }
}
