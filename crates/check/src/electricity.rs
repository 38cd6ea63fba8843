//! The check of an electricity file, line by line.

mod rows;

use flagflow_codec::{LineDecoders, longest_row};
use flagflow_domain::{Distributor, Edition, MpanCore};
use flagflow_electricity::field::{
    check_ascii, parse_date, parse_flag, parse_mpan, parse_number, parse_timestamp,
};
use flagflow_electricity::{
    Electricity, Field, FieldFault, FileOrder, Flow, HEADER_ITEMS, Layout, LineKind, Profile,
    RawItem, RawRecord, Role, Timestamp, Update, parse_instruction_type, read_canonical,
    recognise_flow,
};
use flagflow_frame::Line;

use crate::column_check::decoding;
use crate::error::Error;
use crate::file_state::{FileState, FlowTotals, RecordResult, UpdateField, UpdateFields};
use crate::finding_counts::{FindingSpan, PlacedField};
use crate::options::Options;
use crate::place::{LineRef, SavedLine};
use crate::report::Report;
use crate::rule::unexpected_record::UnexpectedBecause;
use crate::rule::{self, RuleId};
use crate::sequence::Series;
use crate::sniff;
use crate::verdict::{FileFormat, OtherLine, Visitor};

/// An electricity file in the middle of its check.
///
/// It is shown every line with text in turn, and told the end.
pub(crate) struct ElectricityCheck<'o, V> {
    pub(crate) file_state: FileState<'o, V>,
    profile: &'o Profile,
    layout: Layout,
    order: FileOrder,
    file_identifier: Option<Vec<u8>>,
    participant: Option<Participant>,
    last_instruction: Option<u64>,
    /// A line with white space behind its last item was found.
    has_blanks: bool,
    declared: Option<u64>,
    decoders: LineDecoders<Electricity>,
    /// The bytes of the longest line that a row decoder takes.
    longest_row: Option<usize>,
    /// The profile has mandatory items that only it has a name for.
    has_mandatory_extras: bool,
}

/// The participant in the header that the MPANs' distributor should be, and how many are another's.
struct Participant {
    header: SavedLine,
    start: usize,
    /// How many bytes its name has.
    length: usize,
    /// Whether a distributor is known and another, by its id.
    is_other: [bool; DISTRIBUTORS],
    others: u64,
}

/// How many ids of distributors there can be.
const DISTRIBUTORS: usize = 100;

impl Participant {
    fn new(header: SavedLine, start: usize, name: &[u8]) -> Self {
        let of_id = |id| Distributor::new(u8::try_from(id).ok()?)?.participant();
        let is_other =
            std::array::from_fn(|id| of_id(id).is_some_and(|other| other.as_bytes() != name));
        Self { header, start, length: name.len(), is_other, others: 0 }
    }
}

/// What was made of an update besides its point, flag and day.
#[derive(Clone, Copy, Debug, Default)]
struct Numbers {
    mpan: Option<MpanCore>,
    instruction: Option<u64>,
}

impl<'o, V: Visitor> ElectricityCheck<'o, V> {
    /// Begins at the first line with text, which is to be taken next.
    pub(crate) fn new(
        mut file_state: FileState<'o, V>,
        layout: Layout,
        profile: &'o Profile,
        line: &Line<'_>,
    ) -> Self {
        let spot = LineRef { line, record: None };
        file_state.first_text(spot);
        if profile.is_placeholder() {
            file_state.whole(RuleId::PlaceholderProfile, spot, rule::placeholder_profile::message);
        }
        // rows are decoded without a look at such items
        let has_mandatory_extras = profile.has_mandatory_extras();
        let longest_row = longest_row(profile.table(layout)).filter(|_| !has_mandatory_extras);
        let mut check = Self {
            file_state,
            profile,
            layout,
            order: FileOrder::new(profile),
            file_identifier: None,
            participant: None,
            last_instruction: None,
            has_blanks: false,
            declared: None,
            decoders: LineDecoders::new(decoding()),
            longest_row,
            has_mandatory_extras,
        };
        if RawRecord::peek_kind(line.bytes, profile.table(layout)) != Some(LineKind::Header) {
            check.begin(spot, None);
        }
        check
    }

    fn begin(&mut self, spot: LineRef<'_>, created: Option<Timestamp>) {
        let first_day = self.profile.mp077_first_day();
        self.file_state.begin(spot, created.map(Timestamp::date), |day| {
            first_day.map(|first| if day < first { Edition::PreMp077 } else { Edition::Mp077 })
        });
    }

    /// Takes a line with text.
    #[inline]
    pub(crate) fn line(&mut self, line: &Line<'_>) -> Result<(), V::Error> {
        if self.file_state.is_of_second_file(line) {
            return self.file_state.line_of_second_file(line);
        }
        self.file_state.text(line);
        if !line.oversize
            && let Some(update) = read_canonical(line.bytes, self.layout, self.profile)
            && !self.has_empty_item(line)
        {
            return match self.order.place(Some(LineKind::Record)) {
                Role::Record => self.clean(line, &update),
                role => self.role(line, Some(LineKind::Record), role),
            };
        }
        let kind = RawRecord::peek_kind(line.bytes, self.profile.table(self.layout));
        let role = self.order.place(kind);
        self.role(line, kind, role)
    }

    /// Returns whether an update that can be read has a mandatory item without a value.
    #[inline]
    fn has_empty_item(&self, line: &Line<'_>) -> bool {
        self.has_mandatory_extras
            && RawRecord::cut(line.bytes, self.profile.table(self.layout))
                .is_ok_and(|raw| raw.items().any(|item| is_empty_item(&item)))
    }

    /// An update in its place, all of whose items can be read.
    #[inline]
    fn clean(&mut self, line: &Line<'_>, update: &Update) -> Result<(), V::Error> {
        let spot = self.file_state.record(line);
        let mpan = update.mpan_core();
        let mut judged = RecordResult {
            rejected: self.file_state.line_end(spot),
            point: Some(mpan.as_u64()),
            flag: update.flag(),
            day: update.effective_from(),
        };
        let instruction = Some(update.instruction_number());
        self.judge_values(spot, Numbers { mpan: Some(mpan), instruction }, &mut judged);
        self.close(spot, judged)
    }

    /// A line that is not a clean update, by its role.
    fn role(
        &mut self,
        line: &Line<'_>,
        kind: Option<LineKind>,
        role: Role,
    ) -> Result<(), V::Error> {
        match role {
            Role::Header => {
                let spot = self.file_state.off_record(line);
                self.read_header(spot);
                self.file_state.other_line(line, OtherLine::Header)
            }
            Role::Trailer => {
                let spot = self.file_state.off_record(line);
                self.read_trailer(spot);
                self.file_state.other_line(line, OtherLine::Trailer)
            }
            Role::Group => {
                let spot = self.file_state.off_record(line);
                self.read_group(spot);
                self.file_state.other_line(line, OtherLine::Group)
            }
            Role::Record | Role::Reason | Role::Misplaced => {
                let spot = self.file_state.record(line);
                let rejected = self.file_state.line_end(spot);
                let mut judged = RecordResult { rejected, ..RecordResult::default() };
                self.judge_record(spot, self.why_unexpected(kind, role), &mut judged);
                self.close(spot, judged)
            }
        }
    }

    fn why_unexpected(&self, kind: Option<LineKind>, role: Role) -> Option<UnexpectedBecause> {
        match (role, kind) {
            (Role::Misplaced, _) if self.file_state.has_trailer => {
                Some(UnexpectedBecause::AfterTrailer)
            }
            (Role::Misplaced, Some(LineKind::Record)) => Some(UnexpectedBecause::NoGroupAbove),
            (Role::Misplaced, _) => Some(UnexpectedBecause::HeaderInside),
            _ => None,
        }
    }

    /// Cuts a line into its items, or counts why it cannot be. Whether that rejects its record.
    fn shape<'a>(&mut self, spot: LineRef<'a>) -> Result<RawRecord<'a>, bool>
    where
        'o: 'a,
    {
        self.file_state.line_length(spot)?;
        RawRecord::cut(spot.line.bytes, self.profile.table(self.layout)).map_err(|fault| {
            let name = || {
                sniff::fault_of_line(spot.line, FileFormat::Electricity(self.layout, self.profile))
            };
            let message = || {
                rule::message_of_electric_fault(&fault, spot.line.bytes, self.profile, self.layout)
                    .with_name(name())
            };
            self.file_state.whole(rule::of_electric_fault(fault.kind), spot, message)
        })
    }

    /// Judges how a line ends behind its last item. True where that rejects the record it is.
    fn judge_end(&mut self, spot: LineRef<'_>, raw: &RawRecord<'_>) -> bool {
        let rejects = raw.has_missing_bar()
            && self.file_state.whole(RuleId::MissingTrailingBar, spot, || {
                let name = sniff::fault_of_line(
                    spot.line,
                    FileFormat::Electricity(self.layout, self.profile),
                );
                rule::missing_trailing_bar::message().with_name(name)
            });
        let blanks = raw.blanks();
        if blanks.is_empty() || std::mem::replace(&mut self.has_blanks, true) {
            return rejects;
        }
        let start = spot.line.bytes.len() - blanks.len();
        let place = || FindingSpan { start, length: blanks.len() as u64, ..spot.whole() };
        let message = || rule::trailing_blanks::message(blanks);
        rejects
            | self.file_state.finding_counts.count(
                RuleId::TrailingBlanks,
                spot.line.number,
                place,
                message,
            )
    }

    /// Judges a record that is not clean: its shape, its place, then each item.
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
            let message = || rule::unexpected_record::message(why, None);
            judged.rejected |= self.file_state.whole(RuleId::UnexpectedRecord, spot, message);
        }
        judged.rejected |= self.judge_end(spot, &raw);
        let mut numbers = Numbers::default();
        for at in items(spot, &raw) {
            self.judge_item(at, raw.kind(), judged, &mut numbers);
        }
        self.judge_values(spot, numbers, judged);
    }

    /// Judges one item of a record by its parser.
    fn judge_item(
        &mut self,
        at: At<'_>,
        kind: LineKind,
        judged: &mut RecordResult,
        numbers: &mut Numbers,
    ) {
        let RecordResult { rejected, point, flag, day } = judged;
        match (kind, at.item.field()) {
            (LineKind::Record, Field::MpanCore) => {
                numbers.mpan = self.keep(at, parse_mpan, rejected);
                *point = numbers.mpan.map(MpanCore::as_u64);
            }
            (LineKind::Record, Field::InstructionNumber) => {
                numbers.instruction = self.keep(at, number(at), rejected);
            }
            (LineKind::Record, Field::DccServiceFlag) => {
                *flag = self.keep(at, parse_flag, rejected);
            }
            (LineKind::Record, Field::EffectiveFromDate) => {
                *day = self.keep(at, parse_date, rejected);
            }
            (LineKind::Record, Field::InstructionType) => {
                let profile = self.profile;
                self.keep(at, |item| parse_instruction_type(item, profile), rejected);
            }
            _ => self.judge_plain(at, rejected),
        }
    }

    /// Judges an item that has no meaning beyond its own.
    fn judge_plain(&mut self, at: At<'_>, rejected: &mut bool) {
        match at.item.field() {
            Field::Created | Field::Completed => {
                self.keep(at, parse_timestamp, rejected);
            }
            Field::FileSequenceNumber => {
                if self.keep(at, number(at), rejected) == Some(0) {
                    let message = rule::file_sequence_number::message;
                    *rejected |= self.of_item(RuleId::FileSequenceNumber, at, message);
                }
            }
            Field::GroupCount | Field::FlowCount => {
                self.keep(at, number(at), rejected);
            }
            field if is_empty_item(&at.item) => {
                let message = || rule::empty_item::message(field.name());
                *rejected |= self.file_state.finding_counts.count(
                    RuleId::EmptyItem,
                    at.spot.line.number,
                    || at.whole(),
                    message,
                );
            }
            _ => {
                self.keep(at, check_ascii, rejected);
            }
        }
    }

    /// An item's value, or its fault counted.
    fn keep<'a, T>(
        &mut self,
        at: At<'a>,
        parse: impl FnOnce(&'a [u8]) -> Result<T, FieldFault>,
        rejected: &mut bool,
    ) -> Option<T> {
        let fault = match at.item.read(parse) {
            Ok(value) => return Some(value),
            Err(fault) => fault,
        };
        let message =
            || rule::message_of_electric_item(&fault, &at.item, self.profile, self.layout);
        let place = || at.spot.field(at.field(), fault.start, fault.length);
        let rule = rule::of_electric_fault(fault.kind);
        *rejected |=
            self.file_state.finding_counts.count(rule, at.spot.line.number, place, message);
        None
    }

    /// Judges what an update says, where it can be read.
    #[inline]
    fn judge_values(&mut self, spot: LineRef<'_>, numbers: Numbers, judged: &mut RecordResult) {
        if let Some(mpan) = numbers.mpan {
            self.judge_mpan(spot, mpan, judged);
        }
        if let Some(number) = numbers.instruction {
            self.judge_instruction(spot, number, judged);
        }
        let (layout, profile) = (self.layout, self.profile);
        let place = |part| place_of(spot, layout, profile, field_of(part));
        if judged.day.is_some_and(|day| rule::date_out_of_range::breaks(day.as_packed())) {
            let (line, place) = (spot.line.number, || place(UpdateField::Day));
            let message = rule::date_out_of_range::message;
            judged.rejected |=
                self.file_state.finding_counts.count(RuleId::DateOutOfRange, line, place, message);
        }
        self.file_state.judge_values(spot.line.number, judged, place);
    }

    #[inline]
    fn judge_mpan(&mut self, spot: LineRef<'_>, mpan: MpanCore, judged: &mut RecordResult) {
        let (layout, profile) = (self.layout, self.profile);
        let place = || place_of(spot, layout, profile, Field::MpanCore);
        let (line, masked) = (spot.line.number, self.file_state.finding_counts.mask);
        if !mpan.has_valid_check_digit() {
            let message = || rule::mpan_check_digit::message(mpan, masked);
            judged.rejected |=
                self.file_state.finding_counts.count(RuleId::MpanCheckDigit, line, place, message);
        }
        let distributor = mpan.distributor();
        if !distributor.is_known() {
            let message = rule::unknown_distributor::message;
            judged.rejected |= self.file_state.finding_counts.count(
                RuleId::UnknownDistributor,
                line,
                place,
                message,
            );
        }
        self.count_other(distributor);
    }

    /// Counts an MPAN of another distributor than the file's, where both are known.
    #[inline]
    fn count_other(&mut self, distributor: Distributor) {
        if let Some(file) = &mut self.participant {
            file.others += u64::from(file.is_other[usize::from(distributor.id())]);
        }
    }

    #[inline]
    fn judge_instruction(&mut self, spot: LineRef<'_>, number: u64, judged: &mut RecordResult) {
        let before = self.last_instruction.replace(number).unwrap_or(0);
        if number > before {
            return;
        }
        let (layout, profile) = (self.layout, self.profile);
        let place = || place_of(spot, layout, profile, Field::InstructionNumber);
        let message = || rule::instruction_number::message(before);
        judged.rejected |= self.file_state.finding_counts.count(
            RuleId::InstructionNumber,
            spot.line.number,
            place,
            message,
        );
    }

    #[inline]
    fn close(&mut self, spot: LineRef<'_>, judged: RecordResult) -> Result<(), V::Error> {
        let (layout, profile) = (self.layout, self.profile);
        let place = |part| place_of(spot, layout, profile, field_of(part));
        self.file_state.close(spot, judged, place)
    }

    fn read_group(&mut self, spot: LineRef<'_>) {
        self.file_state.line_end(spot);
        let Ok(raw) = self.shape(spot) else { return };
        self.judge_end(spot, &raw);
        for at in items(spot, &raw) {
            self.judge_plain(at, &mut false);
        }
    }

    fn read_header(&mut self, spot: LineRef<'_>) {
        self.file_state.has_header = true;
        self.file_state.line_end(spot);
        let mut created = None;
        if let Ok(raw) = self.shape(spot) {
            self.judge_end(spot, &raw);
            for at in items(spot, &raw) {
                match at.item.field() {
                    Field::Created => created = self.keep(at, parse_timestamp, &mut false),
                    _ => self.judge_header_text(at),
                }
            }
            self.identify(&raw);
        }
        self.begin(spot, created);
    }

    /// Reads what the file is among those of its sender.
    #[cold]
    fn identify(&mut self, raw: &RawRecord<'_>) {
        let Some(following) = &mut self.file_state.following else { return };
        let flow = self.profile.flow().into();
        let sender = text_of(raw, Field::FromParticipant);
        following.series =
            sender.map(|from_participant| Series::Electricity { flow, from_participant });
        following.number = text_of(raw, Field::FileIdentifier).and_then(|text| text.parse().ok());
        if let Some(item) = raw.item_of(Field::FileIdentifier) {
            let field = placed(&HEADER_ITEMS, Field::FileIdentifier);
            following.number_at(item.start(), item.as_bytes().len(), field);
        }
    }

    /// Judges what a header's text says, where it can be read.
    fn judge_header_text(&mut self, at: At<'_>) {
        if self.keep(at, check_ascii, &mut false).is_none() {
            return;
        }
        let (profile, text) = (self.profile, at.item.text());
        match at.item.field() {
            Field::FileIdentifier => {
                self.file_identifier = Some(text.to_vec());
                if rule::invalid_file_id::breaks(text) {
                    self.of_item(RuleId::InvalidFileId, at, rule::invalid_file_id::message);
                }
            }
            Field::FlowAndVersion if !profile.is_flow_and_version(text) => {
                let expected = || profile.flow_and_version().to_string();
                self.of_item(RuleId::FlowVersion, at, || rule::flow_version::message(expected()));
            }
            Field::FromRole => self.judge_role(at, profile.from_role()),
            Field::ToRole => self.judge_role(at, profile.to_role()),
            Field::TestFlag if text != b"OPER" => {
                self.of_item(RuleId::TestFlag, at, rule::test_flag::message);
            }
            field if field == distributors_place(profile.flow()) => {
                let header = SavedLine::new(&at.spot);
                self.participant = Some(Participant::new(header, at.item.start(), text));
            }
            _ => {}
        }
    }

    fn judge_role(&mut self, at: At<'_>, expected: &str) {
        if at.item.text() != expected.as_bytes() {
            self.of_item(RuleId::UnexpectedRole, at, || rule::unexpected_role::message(expected));
        }
    }

    /// Counts a finding of an item. True where that is an error.
    fn of_item(
        &mut self,
        rule: RuleId,
        at: At<'_>,
        message: impl FnOnce() -> rule::Message,
    ) -> bool {
        self.file_state.finding_counts.count(rule, at.spot.line.number, || at.whole(), message)
    }

    fn read_trailer(&mut self, spot: LineRef<'_>) {
        self.file_state.has_trailer = true;
        self.file_state.line_end(spot);
        let Ok(raw) = self.shape(spot) else { return };
        self.judge_end(spot, &raw);
        for at in items(spot, &raw) {
            self.judge_trailer_item(at);
        }
    }

    fn judge_trailer_item(&mut self, at: At<'_>) {
        let (groups, flows) = (self.order.group_count(), self.order.flow_count());
        match at.item.field() {
            Field::FileIdentifier => self.judge_file_identifier(at),
            Field::GroupCount => {
                self.declared = self.keep(at, number(at), &mut false);
                if let Some(declared) = self.declared.filter(|declared| *declared != groups) {
                    let message = || rule::group_count::message(declared, groups);
                    self.of_item(RuleId::GroupCount, at, message);
                }
            }
            Field::FlowCount => {
                let declared = self.keep(at, number(at), &mut false);
                if let Some(declared) = declared.filter(|declared| *declared != flows) {
                    self.of_item(RuleId::FlowCount, at, || {
                        rule::flow_count::message(declared, flows)
                    });
                }
            }
            _ => self.judge_plain(at, &mut false),
        }
    }

    fn judge_file_identifier(&mut self, at: At<'_>) {
        if self.keep(at, check_ascii, &mut false).is_none() {
            return;
        }
        if self.file_identifier.as_deref().is_some_and(|header| header != at.item.text()) {
            self.of_item(RuleId::FileIdMismatch, at, rule::file_id_mismatch::message);
        }
    }

    /// The end of the file.
    pub(crate) fn finish(mut self, bytes: u64) -> Result<Report, V::Error> {
        self.judge_participant();
        let items = self.profile.items(LineKind::Record);
        self.file_state.end(UpdateFields {
            point: placed(items, Field::MpanCore),
            flag: placed(items, Field::DccServiceFlag),
        })?;
        let of_the_flow = FlowTotals {
            flow: Some(self.profile.flow().into()),
            layout: self.layout.into(),
            file_type: None,
            declared: self.declared,
            counted: self.order.group_count(),
        };
        Ok(self.file_state.report(of_the_flow, bytes))
    }

    fn judge_participant(&mut self) {
        let Some(file) = self.participant.take().filter(|file| file.others > 0) else { return };
        let items = self.profile.items(LineKind::Header);
        let field = placed(items, distributors_place(self.profile.flow()));
        let line = file.header.line();
        let spot = LineRef { line: &line, record: None };
        let length = width(self.layout, field.most, file.length);
        let place = || spot.field(field, file.start, length);
        let message = || rule::participant_mismatch::message(file.others);
        self.file_state.finding_counts.count(
            RuleId::ParticipantMismatch,
            line.number,
            place,
            message,
        );
    }
}

/// Returns whether an item that only the profile has a name for must have a value and has none.
fn is_empty_item(item: &RawItem<'_>) -> bool {
    let spec = item.spec();
    spec.mandatory && matches!(spec.field, Field::Other(_)) && item.text().is_empty()
}

/// An item of a line in hand, and its place in it.
#[derive(Clone, Copy)]
struct At<'a> {
    spot: LineRef<'a>,
    item: RawItem<'a>,
    place: u8,
}

impl<'a> At<'a> {
    fn field(&self) -> PlacedField<'a> {
        let spec = self.item.spec();
        named(spec.field.name(), self.place, spec.length, spec.field)
    }

    /// All of the item.
    fn whole(&self) -> FindingSpan<'a> {
        self.spot.field(self.field(), self.item.start(), self.item.as_bytes().len())
    }
}

fn named(name: &str, place: u8, most: usize, field: Field) -> PlacedField<'_> {
    PlacedField { name, place, most, is_identifier: field == Field::MpanCore }
}

/// The items of a line, each with its place.
fn items<'a>(spot: LineRef<'a>, raw: &RawRecord<'a>) -> impl Iterator<Item = At<'a>> + use<'a> {
    (1u8..).zip(raw.items()).map(move |(place, item)| At { spot, item, place })
}

/// A field's name and place among the items of its line.
fn placed(items: &[flagflow_electricity::ItemSpec], wanted: Field) -> PlacedField<'_> {
    let mut items = (1u8..).zip(items);
    let found = items.find(|(_, spec)| spec.field == wanted);
    found.map_or(named("", 0, 0, wanted), |(place, spec)| {
        named(spec.field.name(), place, spec.length, wanted)
    })
}

/// The parser of a number that has at most the item's characters.
fn number(at: At<'_>) -> impl Fn(&[u8]) -> Result<u64, FieldFault> {
    let most = at.item.spec().length;
    move |item| parse_number(item, most)
}

/// Where an item of an update stands; the line is cut anew, which only findings pay for.
fn place_of<'a>(
    spot: LineRef<'a>,
    layout: Layout,
    profile: &'a Profile,
    wanted: Field,
) -> FindingSpan<'a> {
    let Ok(raw) = RawRecord::cut(spot.line.bytes, profile.table(layout)) else {
        return spot.whole();
    };
    let found = items(spot, &raw).find(|at| at.item.field() == wanted);
    found.map_or(spot.whole(), |at| at.whole())
}

const fn field_of(part: UpdateField) -> Field {
    match part {
        UpdateField::Point => Field::MpanCore,
        UpdateField::Flag => Field::DccServiceFlag,
        UpdateField::Day => Field::EffectiveFromDate,
    }
}

/// A text of a header, where it can be read and is not empty.
fn text_of(header: &RawRecord<'_>, field: Field) -> Option<String> {
    let text = header.item_of(field)?.read(Ok).ok()?;
    let text = std::str::from_utf8(text).ok()?;
    (!text.is_empty()).then(|| text.to_owned())
}

/// The item of a header that names the MPANs' distributor: the receiver of updates, the sender of
/// rejections.
const fn distributors_place(flow: Flow) -> Field {
    match flow {
        Flow::D0350 => Field::ToParticipant,
        Flow::D0351 => Field::FromParticipant,
    }
}

/// How many bytes an item of a header has in its line.
const fn width(layout: Layout, most: usize, length: usize) -> usize {
    match layout {
        Layout::Zhv => length,
        Layout::Zhf => most,
    }
}

/// The profile that a file is read by: that of the flow that was told, or that its header names.
///
/// # Errors
///
/// A header that names a flow which is not read.
pub(crate) fn profile<'o>(
    options: &'o Options,
    layout: Layout,
    line: &Line<'_>,
) -> Result<&'o Profile, Error> {
    let told = options.flow.and_then(crate::options::Flow::electricity);
    // of a line past the limit nothing is read
    let by_header = if line.oversize { b"" } else { line.bytes };
    if let Some(other) = other_flow(options, layout, by_header).filter(|_| told.is_none()) {
        return Err(Error::other_flow(other));
    }
    let flow = told.unwrap_or_else(|| recognise_flow(by_header, layout));
    Ok(match flow {
        Flow::D0350 => &options.d0350,
        Flow::D0351 => &options.d0351,
    })
}

/// The flow that a header names, where it has the form of one and is not read: `D0010` of `D0010002`.
fn other_flow(options: &Options, layout: Layout, header: &[u8]) -> Option<String> {
    let raw = RawRecord::cut(header, options.d0350.table(layout)).ok()?;
    let named = text_of(&raw, Field::FlowAndVersion)?;
    let (flow, version) = named.split_at_checked(5)?;
    let (letter, digits) = flow.split_at_checked(1)?;
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_flow = letter == "D" && is_number(digits) && is_number(version);
    let is_read = [Flow::D0350, Flow::D0351].iter().any(|known| known.as_str() == flow);
    (is_flow && !is_read).then(|| flow.to_owned())
}
