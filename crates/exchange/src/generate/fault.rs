//! Faults, planted one to a record, so that a validator must find exactly these.

use flagflow_check::RuleId;
use flagflow_codec::{
    Content, Flow, Item, ItemKind, LineKind, LineSpec, Names, RawLine, Slot, Style, Values,
};
use flagflow_domain::{Edition, EffectiveDate, Fuel, ServiceFlag};

use super::around::{ExtraLine, ItemOfFile};
use super::chance::{Chance, FaultSpot};
use super::draw::Draw;

/// The rules that one spoiled line can break. The faults of a file are those that its items can
/// have.
pub const SPOILS: [RuleId; 27] = [
    RuleId::WrongLength,
    RuleId::MalformedRecord,
    RuleId::UnknownRecord,
    RuleId::UnexpectedRecord,
    RuleId::NonAscii,
    RuleId::NotANumber,
    RuleId::UnknownFlag,
    RuleId::FlagNotInEdition,
    RuleId::UnknownOutcome,
    RuleId::InvalidDate,
    RuleId::InstructionType,
    RuleId::ItemTooLong,
    RuleId::MissingTrailingBar,
    RuleId::MprnCheckDigits,
    RuleId::MpanCheckDigit,
    RuleId::UnknownDistributor,
    RuleId::InstructionNumber,
    RuleId::DuplicateMeterPoint,
    RuleId::ConflictingUpdate,
    RuleId::FutureEffectiveDate,
    RuleId::EmptyItem,
    RuleId::ControlCharacter,
    RuleId::DateOutOfRange,
    RuleId::InvalidFileId,
    RuleId::GroupCardinality,
    RuleId::ConfirmationCounts,
    RuleId::InvalidSupplierId,
];

/// Returns the rules that a spoiled line of one fuel can break.
pub fn spoils(fuel: Fuel) -> impl Iterator<Item = RuleId> {
    SPOILS.into_iter().filter(move |rule| match rule {
        RuleId::UnexpectedRecord | RuleId::UnknownOutcome | RuleId::MprnCheckDigits => {
            fuel == Fuel::Gas
        }
        RuleId::InstructionType
        | RuleId::ItemTooLong
        | RuleId::MissingTrailingBar
        | RuleId::MpanCheckDigit
        | RuleId::UnknownDistributor
        | RuleId::InstructionNumber
        | RuleId::EmptyItem
        | RuleId::ControlCharacter
        | RuleId::DateOutOfRange
        | RuleId::InvalidFileId
        | RuleId::GroupCardinality
        | RuleId::ConfirmationCounts
        | RuleId::InvalidSupplierId => fuel == Fuel::Electricity,
        _ => true,
    })
}

/// The steps of spoiling in which flows differ.
pub(super) trait SpoilFlow: Flow {
    /// Codes that no line of the flow has.
    const STRANGE: [&'static str; 4];

    /// True if the first record of a file decides its layout and flow, and so must remain a record.
    const FIRST_DECIDES: bool;

    /// The item of a record's own number.
    const NUMBER: Option<Self::Field> = None;

    /// The item of the file that is answered.
    const ANSWERED: Option<Self::Field> = None;

    /// The item of a supplier.
    const SUPPLIER: Option<Self::Field> = None;

    /// The item of the sum of other counts.
    const SUM: Option<Self::Field> = None;

    /// Returns the record with counts that do not add up.
    fn with_wrong_sum(_: &mut Draw, _: Self::Record) -> Option<Self::Record> {
        None
    }

    /// Returns the values of a record, as far as it has them.
    fn known_values(record: &Self::Record) -> Option<Values> {
        Self::values(record)
    }

    /// Returns a record with other values.
    fn with_values(_: Self::Record, values: &Values) -> Option<Self::Record> {
        Self::record(values)
    }

    /// Returns the name of an item of a record.
    fn name(field: Self::Field) -> Option<&'static str>;

    /// Returns the text of an item that the values of a record do not have.
    fn extra(item: &Item<Self::Field>) -> &'static [u8];

    /// Returns the flags that an edition allows.
    fn flags(edition: Edition) -> Vec<ServiceFlag>;

    /// Returns the check digits that a meter point should have.
    fn check_digits(point: u64) -> Option<u64>;

    /// Returns the same meter point of an unknown distributor.
    fn of_unknown_distributor(_: u64) -> Option<u64> {
        None
    }

    /// Returns the item of the lines around the records by which a rule is broken.
    fn item_of_file(rule: RuleId, format: &Self::Format) -> Option<ItemOfFile<Self::Field>>;

    /// Returns a line that is not allowed among the records: a header, or a record of the other
    /// flow.
    fn unexpected(
        _: &mut Draw,
        _: &Self::Format,
        _: Option<&Self::Header>,
        _: &Self::Record,
    ) -> Option<Vec<u8>> {
        None
    }
}

/// Returns the texts of the items of a line that the values of a record do not have.
pub(super) fn extras<F: SpoilFlow>(
    line: Option<&LineSpec<F>>,
) -> impl Iterator<Item = &'static [u8]> {
    let items = line.map(LineSpec::items).unwrap_or_default();
    items.iter().filter(|item| item.slot.is_extra()).map(F::extra)
}

/// Spoils records. It draws from a stream of its own, so the records left alone are the same as
/// in the file without faults.
pub(super) struct Spoiler<F: SpoilFlow> {
    pub(super) chance: Chance<F::Record>,
    pub(super) format: F::Format,
    record: F::Tag,
    header: Option<F::Header>,
    edition: Edition,
    too_late: Vec<EffectiveDate>,
    strange: Vec<&'static str>,
    /// Number of the last spoiled record, and the last readable number of a record.
    before: (u64, Option<u64>),
    unknown: u64,
}

/// A record on its way to be spoiled: its line, and the row of the table.
struct Work<'a, F: SpoilFlow> {
    line: &'a mut Vec<u8>,
    format: F::Format,
    spec: LineSpec<F>,
}

impl<F: SpoilFlow> Spoiler<F> {
    /// Creates a spoiler for the records of a tag in a file of an edition. Without `too_late` no
    /// day is too late, and with `has_edition` the file shows its edition.
    pub(super) fn new(
        (seed, rate): (u64, f64),
        (format, record): (F::Format, F::Tag),
        header: Option<F::Header>,
        (edition, has_edition): (Edition, bool),
        too_late: Vec<EffectiveDate>,
    ) -> Self {
        let table = format.as_ref();
        let begins = |code: &str, known: &str| known.starts_with(code) || code.starts_with(known);
        let is_known = |code: &str| table.lines().iter().any(|line| begins(code, line.code()));
        let strange: Vec<_> = F::STRANGE.into_iter().filter(|code| !is_known(code)).collect();
        let items = table.line(record).map(LineSpec::items).unwrap_or_default();
        let has = |slot: Slot| items.iter().any(|item| item.slot == slot);
        let has_kind = |kind| items.iter().any(|item| item.kind == kind && !item.slot.is_extra());
        let has_field = |field| items.iter().any(|item| Some(item.field) == field);
        let ends_in_own = items.last().is_some_and(|item| !item.slot.is_extra());
        let style = table.style();
        let fits = |rule: &RuleId| match rule {
            RuleId::WrongLength => style.is_fixed(),
            RuleId::MalformedRecord => !style.is_fixed(),
            RuleId::ItemTooLong => style == Style::Pipe,
            // without its pipe an empty item would be lost
            RuleId::MissingTrailingBar => style == Style::Pipe && ends_in_own,
            RuleId::UnknownRecord => !strange.is_empty(),
            RuleId::UnknownOutcome => has(Slot::Outcome),
            RuleId::InstructionType => has(Slot::Constant),
            RuleId::FlagNotInEdition => items.iter().any(is_flag::<F>) && has_edition,
            RuleId::FutureEffectiveDate => has_field(Some(F::DAY)) && !too_late.is_empty(),
            RuleId::InvalidDate | RuleId::DateOutOfRange => has_kind(ItemKind::Date),
            RuleId::UnknownFlag => items.iter().any(is_flag::<F>),
            RuleId::DuplicateMeterPoint | RuleId::ConflictingUpdate => has(Slot::Flag),
            RuleId::MpanCheckDigit | RuleId::UnknownDistributor => has_kind(ItemKind::Mpan),
            RuleId::InvalidFileId => F::ANSWERED.is_some() && has_field(F::ANSWERED),
            RuleId::InvalidSupplierId => F::SUPPLIER.is_some() && has_field(F::SUPPLIER),
            RuleId::ConfirmationCounts => F::SUM.is_some() && has_field(F::SUM),
            // the lines below the record are left out
            RuleId::GroupCardinality => table
                .lines()
                .iter()
                .any(|line| line.kind() == LineKind::Reason && line.cardinality().least > 0),
            _ => true,
        };
        let rules = spoils(F::FUEL).filter(fits).collect();
        let (chance, before) = (Chance::new(seed, rate, rules), (0, None));
        Self { chance, format, record, header, edition, too_late, strange, before, unknown: 0 }
    }

    /// Counts a line more with an unknown code.
    pub(super) const fn add_unknown(&mut self) {
        self.unknown += 1;
    }

    /// Returns the number of lines with an unknown code.
    pub(super) const fn unknown(&self) -> u64 {
        self.unknown
    }

    /// Writes the record into `line` with one fault, by a rule chosen at random among those that
    /// can be broken at this place; if there is no such rule, writes the record unchanged and
    /// returns `None`.
    pub(super) fn spoil(
        &mut self,
        line: &mut Vec<u8>,
        record: F::Record,
        first: bool,
    ) -> Option<FaultSpot> {
        let spec = self.format.as_ref().line(self.record)?.clone();
        let mut work = Work { line, format: self.format.clone(), spec };
        let spot = self.chance.rules().find_map(|rule| {
            if first && F::FIRST_DECIDES && hides_the_record(rule) {
                return None;
            }
            work.write(record)?;
            self.spoil_by(rule, &mut work, record)
        });
        if let Some(number) = F::known_values(&record).and_then(|values| values.number) {
            self.before = (number, self.last_after(&work, spot, number));
        }
        self.unknown += u64::from(spot.is_some_and(|spot| spot.rule == RuleId::UnknownRecord));
        spot
    }

    /// Returns the last number above a record that can be read: records left alone have theirs.
    const fn last_before(&self, number: u64) -> Option<u64> {
        let above = number - 1;
        if above > self.before.0 { Some(above) } else { self.before.1 }
    }

    /// Returns the last readable number after a record was spoiled.
    fn last_after(&self, work: &Work<'_, F>, spot: Option<FaultSpot>, own: u64) -> Option<u64> {
        let Some(spot) = spot else { return Some(own) };
        let item = work.item(is_number::<F>);
        let is_number = spot.field.is_some() && spot.field == item.and_then(|it| F::name(it.field));
        match spot.rule {
            RuleId::MalformedRecord | RuleId::WrongLength | RuleId::UnknownRecord => {
                self.last_before(own)
            }
            _ if is_number => self.last_before(own),
            _ => Some(own),
        }
    }

    /// Returns a record of a placeholder for a date, for another line of the file.
    pub(super) fn placeholder(&self, record: F::Record) -> Option<ExtraLine> {
        let mut line = Vec::new();
        let spec = self.format.as_ref().line(self.record)?.clone();
        let mut work = Work { line: &mut line, format: self.format.clone(), spec };
        work.write(record)?;
        let is_date = |item: &Item<F::Field>| item.kind == ItemKind::Date && !item.slot.is_extra();
        let field = work.item(is_date)?.field;
        let spot = work.overwrite(RuleId::PlaceholderDate, field, b"19000101")?;
        Some(ExtraLine { line, spot, records: 1 })
    }

    fn spoil_by(
        &mut self,
        rule: RuleId,
        work: &mut Work<'_, F>,
        record: F::Record,
    ) -> Option<FaultSpot> {
        let draw = &mut self.chance.draw;
        match rule {
            RuleId::MalformedRecord => work.malform(draw),
            RuleId::WrongLength => work.wrong_length(draw),
            RuleId::MissingTrailingBar if work.line.ends_with(b"||") => return None,
            RuleId::MissingTrailingBar => drop(work.line.pop()),
            RuleId::UnknownRecord => work.recode(draw.pick(&self.strange)?),
            RuleId::UnexpectedRecord => {
                *work.line = F::unexpected(draw, &self.format, self.header.as_ref(), &record)?;
            }
            RuleId::NonAscii => return work.non_ascii(draw),
            RuleId::NotANumber => return work.not_a_number(draw),
            RuleId::ItemTooLong => return work.too_long(draw),
            RuleId::UnknownFlag => {
                let flag = work.item(is_flag::<F>)?;
                return work.overwrite(rule, flag.field, &[filled::<F>(draw.pick(b"XBanisw?0 ")?)]);
            }
            RuleId::UnknownOutcome => {
                let letters = draw.pick(&[b"XX", b"ac", b"Rj", b"CA", b"A ", b"  "])?;
                let outcome = work.item(|item| item.slot == Slot::Outcome)?;
                return work.overwrite(rule, outcome.field, letters);
            }
            RuleId::InvalidDate => return work.invalid_date(draw),
            RuleId::InstructionType => return work.other_constant(),
            RuleId::EmptyItem => return work.empty(draw),
            RuleId::ControlCharacter => return work.control_character(draw),
            RuleId::DateOutOfRange => {
                let day = work.date(draw)?;
                let days = [b"19491231", b"19010203", b"15821015"];
                return work.overwrite(rule, day.field, draw.pick(&days)?);
            }
            RuleId::GroupCardinality => {}
            RuleId::ConfirmationCounts => {
                work.write(F::with_wrong_sum(draw, record)?)?;
                return work.spot(rule, F::SUM?);
            }
            RuleId::InvalidSupplierId => {
                let supplier = work.own_item_that(draw, |item| Some(item.field) == F::SUPPLIER)?;
                let spot = work.spot(rule, supplier.field)?;
                let at = spot.start + draw.index(spot.length);
                *work.line.get_mut(at)? = draw.pick(b"-_.abz/")?;
                return Some(spot);
            }
            RuleId::InvalidFileId => {
                let spot = work.spot(rule, F::ANSWERED?)?;
                let at = spot.start + draw.index(spot.length);
                *work.line.get_mut(at)? = draw.pick(b"-_./+")?;
                return Some(spot);
            }
            _ => {
                let (changed, is_faulty) = self.changed(rule, record)?;
                work.write(F::with_values(record, &changed)?)?;
                let field = work.item(is_faulty)?.field;
                return work.spot(rule, field);
            }
        }
        Some(FaultSpot { rule, field: None, start: 0, length: work.line.len() })
    }

    /// Changes a record so that it is valid by itself and wrong in its file. Returns the slot of
    /// the fault too.
    fn changed(&mut self, rule: RuleId, record: F::Record) -> Option<ChangedRecord<F>> {
        let values = F::known_values(&record)?;
        Some(match rule {
            RuleId::MprnCheckDigits | RuleId::MpanCheckDigit => {
                let most = if rule == RuleId::MpanCheckDigit { 10 } else { 100 };
                let right = F::check_digits(values.point)?;
                let wrong = (right + 1 + self.chance.draw.below(most - 1)) % most;
                let point = values.point / most * most + wrong;
                (Values { point, ..values }, is_point::<F>)
            }
            RuleId::UnknownDistributor => {
                let point = F::of_unknown_distributor(values.point)?;
                (Values { point, ..values }, is_point::<F>)
            }
            RuleId::InstructionNumber => {
                let number = Some(self.last_before(values.number?)?);
                (Values { number, ..values }, is_number::<F>)
            }
            RuleId::FlagNotInEdition => {
                let mut flags = ServiceFlag::ALL.to_vec();
                flags.retain(|flag| !self.edition.allows(*flag));
                let flag = self.chance.draw.pick(&flags)?.as_byte();
                (Values { flag, ..values }, is_flag::<F>)
            }
            RuleId::DuplicateMeterPoint => {
                let earlier = F::known_values(&self.chance.earlier()?)?;
                (Values { number: values.number, ..earlier }, is_point::<F>)
            }
            RuleId::ConflictingUpdate => {
                let earlier = F::known_values(&self.chance.earlier()?)?;
                let mut flags = F::flags(self.edition);
                flags.retain(|flag| flag.as_byte() != earlier.flag);
                let flag = self.chance.draw.pick(&flags)?.as_byte();
                (Values { flag, number: values.number, ..earlier }, is_flag::<F>)
            }
            RuleId::FutureEffectiveDate => {
                let date = self.chance.draw.pick(&self.too_late)?.as_packed();
                (Values { date, ..values }, |item| item.field == F::DAY)
            }
            _ => return None,
        })
    }
}

/// The values of a changed record, and the item at fault.
type ChangedRecord<F> = (Values, fn(&Item<<F as Names>::Field>) -> bool);

const fn is_point<F: SpoilFlow>(item: &Item<F::Field>) -> bool {
    matches!((item.slot, item.kind), (Slot::Point(_), _) | (_, ItemKind::Mpan))
}

fn is_flag<F: SpoilFlow>(item: &Item<F::Field>) -> bool {
    item.slot == Slot::Flag || item.kind == ItemKind::Flag && !item.slot.is_extra()
}

/// Returns a byte that spoils an item; a blank item of electricity is an empty one.
fn filled<F: SpoilFlow>(byte: u8) -> u8 {
    if byte == b' ' && F::FUEL == Fuel::Electricity { b'/' } else { byte }
}

fn is_number<F: SpoilFlow>(item: &Item<F::Field>) -> bool {
    item.slot == Slot::Number || Some(item.field) == F::NUMBER
}

/// Returns true if the line is then no longer a record of the file's flow.
const fn hides_the_record(rule: RuleId) -> bool {
    matches!(rule, RuleId::UnknownRecord | RuleId::UnexpectedRecord)
}

impl<F: SpoilFlow> Work<'_, F> {
    fn write(&mut self, record: F::Record) -> Option<()> {
        self.line.clear();
        let mut extras = extras(Some(&self.spec));
        F::write_line(self.line, &self.format, &Content::Record(record), &mut extras).ok()
    }

    /// Returns the first item that is wanted.
    fn item(&self, is_wanted: impl Fn(&Item<F::Field>) -> bool) -> Option<Item<F::Field>> {
        self.spec.items().iter().copied().find(is_wanted)
    }

    /// Returns an item of the line as the fault.
    fn spot(&self, rule: RuleId, wanted: F::Field) -> Option<FaultSpot> {
        let raw = RawLine::cut(self.line, self.format.as_ref()).ok()?;
        let item = raw.item_of(wanted)?;
        let (field, length) = (F::name(wanted), item.as_bytes().len());
        Some(FaultSpot { rule, field, start: item.start(), length })
    }

    /// Writes over an item, at its length.
    fn overwrite(&mut self, rule: RuleId, field: F::Field, with: &[u8]) -> Option<FaultSpot> {
        let spot = self.spot(rule, field)?;
        self.line.get_mut(spot.start..spot.start + spot.length)?.copy_from_slice(with);
        Some(spot)
    }

    fn wrong_length(&mut self, draw: &mut Draw) {
        let bytes = 1 + draw.index(8);
        if draw.below(2) == 0 {
            self.line.truncate(self.line.len() - bytes);
        } else {
            self.line.resize(self.line.len() + bytes, b'0');
        }
    }

    /// Removes an item, adds an item, or leaves a quote open.
    fn malform(&mut self, draw: &mut Draw) {
        let is_quoted = self.format.as_ref().style() == Style::Comma;
        match (is_quoted, draw.below(if is_quoted { 3 } else { 2 })) {
            (true, 0) => {
                let last = self.line.iter().rposition(|byte| *byte == b',');
                self.line.truncate(last.unwrap_or(0));
            }
            (true, 1) => self.line.extend_from_slice(b",0"),
            (true, _) => self.line.push(b'"'),
            (false, 0) => self.line.extend_from_slice(b"0|"),
            (false, _) => {
                let pipes = self.line.iter().enumerate().filter(|(_, byte)| **byte == b'|');
                let kept = pipes.map(|(at, _)| at + 1).rev().nth(1);
                self.line.truncate(kept.unwrap_or(0));
            }
        }
    }

    /// Writes another code.
    fn recode(&mut self, code: &str) {
        let start = usize::from(self.format.as_ref().style() == Style::Comma);
        self.line.splice(start..start + self.spec.code().len(), code.bytes());
    }

    /// Returns one of the items whose values are read and that have one, except the code: without
    /// it the record is unknown.
    fn own_item(&self, draw: &mut Draw) -> Option<Item<F::Field>> {
        self.own_item_that(draw, |_| true)
    }

    fn own_item_that(
        &self,
        draw: &mut Draw,
        is_wanted: impl Fn(&Item<F::Field>) -> bool,
    ) -> Option<Item<F::Field>> {
        let raw = RawLine::cut(self.line, self.format.as_ref()).ok()?;
        let items = self.spec.items().get(usize::from(F::CODE_IS_ITEM)..)?.iter().copied();
        let has_value = |item: &Item<F::Field>| {
            raw.item_of(item.field).is_some_and(|item| !item.text().is_empty())
        };
        let is_own = |item: &Item<F::Field>| !item.slot.is_extra() && has_value(item);
        let items: Vec<_> = items.filter(|item| is_own(item) && is_wanted(item)).collect();
        // nothing is drawn where there is no choice
        if let [only] = items[..] { Some(only) } else { draw.pick(&items) }
    }

    /// Returns one of the days.
    fn date(&self, draw: &mut Draw) -> Option<Item<F::Field>> {
        self.own_item_that(draw, |item| item.kind == ItemKind::Date)
    }

    /// Removes the value of an item.
    fn empty(&mut self, draw: &mut Draw) -> Option<FaultSpot> {
        let item = self.own_item_that(draw, |item| item.mandatory)?;
        let spot = self.spot(RuleId::EmptyItem, item.field)?;
        let range = spot.start..spot.start + spot.length;
        if self.format.as_ref().style().is_fixed() {
            self.line.get_mut(range)?.fill(b' ');
            return Some(spot);
        }
        self.line.drain(range);
        Some(FaultSpot { length: 0, ..spot })
    }

    /// Puts a control character into a text.
    fn control_character(&mut self, draw: &mut Draw) -> Option<FaultSpot> {
        let item = self.own_item_that(draw, |item| item.kind == ItemKind::Text)?;
        let spot = self.spot(RuleId::ControlCharacter, item.field)?;
        let start = spot.start + draw.index(spot.length);
        *self.line.get_mut(start)? = draw.pick(b"\x01\x07\x1B\x7F")?;
        Some(FaultSpot { start, length: 1, ..spot })
    }

    /// Spoils one byte of one item.
    fn non_ascii(&mut self, draw: &mut Draw) -> Option<FaultSpot> {
        let spot = self.spot(RuleId::NonAscii, self.own_item(draw)?.field)?;
        let start = spot.start + draw.index(spot.length);
        *self.line.get_mut(start)? = 0x80 | (draw.bits() & 0x7F) as u8;
        Some(FaultSpot { start, length: 1, ..spot })
    }

    fn not_a_number(&mut self, draw: &mut Draw) -> Option<FaultSpot> {
        let is_numeric = |item: &Item<F::Field>| {
            is_point::<F>(item) || item.kind == ItemKind::Number && !F::CODE_IS_ITEM
        };
        let item = self.own_item_that(draw, is_numeric)?;
        let spot = self.spot(RuleId::NotANumber, item.field)?;
        let at = spot.start + draw.index(spot.length);
        *self.line.get_mut(at)? = filled::<F>(draw.pick(b" +-.OABx")?);
        Some(spot)
    }

    fn too_long(&mut self, draw: &mut Draw) -> Option<FaultSpot> {
        let item = self.own_item(draw)?;
        let spot = self.spot(RuleId::ItemTooLong, item.field)?;
        let more = item.length + 1 + draw.index(3) - spot.length;
        let end = spot.start + spot.length;
        self.line.splice(end..end, std::iter::repeat_n(b'0', more));
        Some(FaultSpot { length: spot.length + more, ..spot })
    }

    fn invalid_date(&mut self, draw: &mut Draw) -> Option<FaultSpot> {
        let days = [b"20230229", b"20211301", b"20210001", b"20210431", b"20210100", b"20211132"];
        let others = [b"2021-1-1", b"2O211105", b"        ", b"00000000", b"05/11/21", b"99999999"];
        let date = draw.pick(&[days, others].concat())?.map(filled::<F>);
        let item = self.date(draw)?;
        self.overwrite(RuleId::InvalidDate, item.field, &date)
    }

    /// Writes another constant of the same length.
    fn other_constant(&mut self) -> Option<FaultSpot> {
        let constant = self.item(|item| item.slot == Slot::Constant)?;
        let spot = self.spot(RuleId::InstructionType, constant.field)?;
        let last = spot.start + self.spec.constant().len() - 1;
        let byte = self.line.get_mut(last)?;
        *byte = if *byte == b'9' { b'8' } else { b'9' };
        Some(spot)
    }
}

/// Returns the text of a mandatory item that only the profile names, invented; other such items are
/// empty.
pub(super) fn invented<N>(item: &Item<N>, is_unnamed: bool) -> &'static [u8] {
    match (item.mandatory && is_unnamed, item.kind) {
        (false, _) => b"",
        (true, ItemKind::Number) => b"1",
        (true, _) => &b"SYNT"[..item.length.min(4)],
    }
}
