//! Faults, planted one to a record, so that a validator must find exactly these.

use flagflow_check::RuleId;
use flagflow_domain::{Distributor, Edition, EffectiveDate, MpanCore, ServiceFlag};
use flagflow_electricity::{
    D0350, D0351, Field, Flow, Group, Layout, LineKind, Profile, RawRecord, Update, write_update,
};

use super::super::chance::{Chance, FaultSpot};
use super::super::values::days_after;

/// The rules that one spoiled line of electricity can break.
pub const SPOILS: [RuleId; 17] = [
    RuleId::MalformedRecord,
    RuleId::WrongLength,
    RuleId::UnknownRecord,
    RuleId::NonAscii,
    RuleId::NotANumber,
    RuleId::UnknownFlag,
    RuleId::FlagNotInEdition,
    RuleId::InvalidDate,
    RuleId::InstructionType,
    RuleId::ItemTooLong,
    RuleId::MissingTrailingBar,
    RuleId::MpanCheckDigit,
    RuleId::UnknownDistributor,
    RuleId::InstructionNumber,
    RuleId::DuplicateMeterPoint,
    RuleId::ConflictingUpdate,
    RuleId::FutureEffectiveDate,
];

/// Codes that a profile hardly has; those that it could be taken for are left out.
const STRANGE: [&str; 4] = ["Q77", "x02", "K99", "W00"];

/// Each field's name, for as long as the program runs.
static FIELDS: [Field; 22] = Field::ALL;

/// Spoils records. It draws from a stream of its own, so the records left alone are the same as in
/// the file without faults.
pub(super) struct ElectricitySpoiler {
    pub(super) chance: Chance<Update>,
    edition: Edition,
    too_late: Vec<EffectiveDate>,
    strange: Vec<&'static str>,
    /// Number of the last spoiled record, and the last readable instruction number.
    before: (u64, Option<u64>),
    unknown: u64,
}

impl ElectricitySpoiler {
    pub(super) fn new(
        (seed, rate): (u64, f64),
        profile: &Profile,
        layout: Layout,
        (edition, day): (Edition, EffectiveDate),
    ) -> Self {
        let too_late = days_after(day);
        let strange: Vec<_> =
            STRANGE.into_iter().filter(|code| is_strange(code, profile)).collect();
        let group = profile.update_group();
        let is_update = profile.flow() == Flow::D0350;
        let fits = |rule: &RuleId| match rule {
            RuleId::WrongLength => layout == Layout::Zhf,
            RuleId::MalformedRecord | RuleId::ItemTooLong => layout == Layout::Zhv,
            RuleId::MissingTrailingBar => layout == Layout::Zhv && ends_in_own(profile, group),
            RuleId::UnknownRecord => !strange.is_empty(),
            RuleId::InstructionType => group.has(Field::InstructionType),
            RuleId::FlagNotInEdition => is_update && profile.mp077_first_day().is_some(),
            RuleId::FutureEffectiveDate => is_update && !too_late.is_empty(),
            RuleId::UnknownFlag
            | RuleId::InvalidDate
            | RuleId::DuplicateMeterPoint
            | RuleId::ConflictingUpdate => is_update,
            _ => true,
        };
        let rules = SPOILS.into_iter().filter(fits).collect();
        let chance = Chance::new(seed, rate, rules);
        Self { chance, edition, too_late, strange, before: (0, None), unknown: 0 }
    }

    /// Returns the number of lines with an unknown code.
    pub(super) const fn unknown(&self) -> u64 {
        self.unknown
    }

    pub(super) fn spoil(
        &mut self,
        line: &mut Vec<u8>,
        profile: &Profile,
        layout: Layout,
        update: Update,
    ) -> Option<FaultSpot> {
        let mut work = Work { line, profile, layout };
        let spot = self.chance.rules().find_map(|rule| {
            work.write(update)?;
            self.spoil_by(rule, &mut work, update)
        });
        self.before = (update.instruction_number(), self.last_after(spot, update));
        self.unknown += u64::from(spot.is_some_and(|spot| spot.rule == RuleId::UnknownRecord));
        spot
    }

    /// Returns the last instruction number above a record that can be read: records left alone have
    /// theirs.
    fn last_before(&self, update: Update) -> Option<u64> {
        let above = update.instruction_number() - 1;
        if above > self.before.0 { Some(above) } else { self.before.1 }
    }

    /// Returns the last readable instruction number after a record was spoiled.
    fn last_after(&self, spot: Option<FaultSpot>, update: Update) -> Option<u64> {
        let own = Some(update.instruction_number());
        let Some(spot) = spot else { return own };
        let is_number = spot.field == Some(Field::InstructionNumber.name());
        match spot.rule {
            RuleId::MalformedRecord | RuleId::WrongLength | RuleId::UnknownRecord => {
                self.last_before(update)
            }
            _ if is_number => self.last_before(update),
            _ => own,
        }
    }

    fn spoil_by(&mut self, rule: RuleId, work: &mut Work<'_>, update: Update) -> Option<FaultSpot> {
        match rule {
            RuleId::MalformedRecord => self.malformed(work),
            RuleId::WrongLength => self.wrong_length(work),
            RuleId::UnknownRecord => return self.unknown_record(work),
            RuleId::MissingTrailingBar => drop(work.line.pop()),
            RuleId::NonAscii => return self.non_ascii(work),
            RuleId::NotANumber => return self.not_a_number(work),
            RuleId::ItemTooLong => return self.too_long(work),
            RuleId::UnknownFlag => {
                let letter = self.chance.draw.pick(b"XBanisw?0 ")?;
                return work.overwrite(rule, Field::DccServiceFlag, &[letter]);
            }
            RuleId::InvalidDate => return self.invalid_date(work),
            RuleId::InstructionType => return work.other_type(),
            _ => {
                let (changed, field) = self.changed(rule, update)?;
                work.write(changed)?;
                return work.spot(rule, field);
            }
        }
        Some(work.whole(rule))
    }

    /// Removes or adds an item.
    fn malformed(&mut self, work: &mut Work<'_>) {
        if self.chance.draw.below(2) == 0 {
            work.line.extend_from_slice(b"0|");
            return;
        }
        let bars = work.line.iter().enumerate().filter(|(_, byte)| **byte == b'|');
        let kept = bars.map(|(at, _)| at + 1).rev().nth(1);
        work.line.truncate(kept.unwrap_or(0));
    }

    fn wrong_length(&mut self, work: &mut Work<'_>) {
        let bytes = 1 + self.chance.draw.index(8);
        if self.chance.draw.below(2) == 0 {
            work.line.truncate(work.line.len() - bytes);
        } else {
            work.line.resize(work.line.len() + bytes, b'0');
        }
    }

    fn unknown_record(&mut self, work: &mut Work<'_>) -> Option<FaultSpot> {
        let code = self.chance.draw.pick(&self.strange)?;
        let own = work.profile.update_group().code().len();
        work.line.splice(..own, code.bytes());
        Some(work.whole(RuleId::UnknownRecord))
    }

    /// Spoils one byte of one named item.
    fn non_ascii(&mut self, work: &mut Work<'_>) -> Option<FaultSpot> {
        let field = self.own_field(work)?;
        let spot = work.spot(RuleId::NonAscii, field)?;
        let start = spot.start + self.chance.draw.index(spot.length);
        *work.line.get_mut(start)? = 0x80 | (self.chance.draw.bits() & 0x7F) as u8;
        Some(FaultSpot { start, length: 1, ..spot })
    }

    fn not_a_number(&mut self, work: &mut Work<'_>) -> Option<FaultSpot> {
        let spot = work.spot(RuleId::NotANumber, Field::MpanCore)?;
        let at = spot.start + self.chance.draw.index(spot.length);
        *work.line.get_mut(at)? = self.chance.draw.pick(b" +-.OABx")?;
        Some(spot)
    }

    fn too_long(&mut self, work: &mut Work<'_>) -> Option<FaultSpot> {
        let field = self.own_field(work)?;
        let spot = work.spot(RuleId::ItemTooLong, field)?;
        let spec = work.profile.items(LineKind::Record).iter().find(|spec| spec.field == field)?;
        let more = spec.length + 1 + self.chance.draw.index(3) - spot.length;
        let end = spot.start + spot.length;
        work.line.splice(end..end, std::iter::repeat_n(b'0', more));
        Some(FaultSpot { length: spot.length + more, ..spot })
    }

    fn invalid_date(&mut self, work: &mut Work<'_>) -> Option<FaultSpot> {
        let days = [b"20230229", b"20211301", b"20210001", b"20210431", b"20210100", b"20211132"];
        let others = [b"2021-1-1", b"2O211105", b"        ", b"00000000", b"05/11/21", b"99999999"];
        let date = self.chance.draw.pick(&[days, others].concat())?;
        work.overwrite(RuleId::InvalidDate, Field::EffectiveFromDate, date)
    }

    /// Returns one of the items whose values are read.
    fn own_field(&mut self, work: &Work<'_>) -> Option<Field> {
        let own = |field: &Field| !work.profile.is_extra(LineKind::Record, *field);
        let items = work.profile.items(LineKind::Record).iter().map(|spec| spec.field);
        let fields: Vec<_> = items.filter(own).collect();
        self.chance.draw.pick(&fields)
    }

    /// Changes an update so that it is valid by itself and wrong in its file.
    fn changed(&mut self, rule: RuleId, update: Update) -> Option<(Update, Field)> {
        let core = update.mpan_core();
        match rule {
            RuleId::MpanCheckDigit => {
                let digit = (core.expected_check_digit() + 1 + self.chance.draw.below(9)) % 10;
                let wrong = MpanCore::new(core.body() * 10 + digit).ok()?;
                Some((with_core(update, wrong)?, Field::MpanCore))
            }
            RuleId::UnknownDistributor => Some((with_core(update, moved(core)?)?, Field::MpanCore)),
            RuleId::InstructionNumber => {
                let number = self.last_before(update)?;
                Some((numbered(update, number)?, Field::InstructionNumber))
            }
            _ => self.changed_update(rule, D0350::try_from(update).ok()?),
        }
    }

    fn changed_update(&mut self, rule: RuleId, update: D0350) -> Option<(Update, Field)> {
        let number = update.instruction_number();
        match rule {
            RuleId::FlagNotInEdition => {
                let flag = self.flag(|edition, flag| !edition.allows(flag))?;
                Some((update.with_flag(flag).into(), Field::DccServiceFlag))
            }
            RuleId::DuplicateMeterPoint => {
                Some((numbered(self.chance.earlier()?, number)?, Field::MpanCore))
            }
            RuleId::ConflictingUpdate => {
                let earlier = D0350::try_from(numbered(self.chance.earlier()?, number)?).ok()?;
                let other = |edition: Edition, flag| edition.allows(flag) && flag != earlier.flag();
                let flag = self.flag(other)?;
                Some((earlier.with_flag(flag).into(), Field::DccServiceFlag))
            }
            RuleId::FutureEffectiveDate => {
                let day = self.chance.draw.pick(&self.too_late)?;
                let late = D0350::new(number, update.mpan_core(), update.flag(), day).ok()?;
                Some((late.into(), Field::EffectiveFromDate))
            }
            _ => None,
        }
    }

    fn flag(&mut self, fits: impl Fn(Edition, ServiceFlag) -> bool) -> Option<ServiceFlag> {
        let mut flags = ServiceFlag::ALL.to_vec();
        flags.retain(|flag| fits(self.edition, *flag));
        self.chance.draw.pick(&flags)
    }
}

/// A line on its way to be spoiled.
struct Work<'a> {
    line: &'a mut Vec<u8>,
    profile: &'a Profile,
    layout: Layout,
}

impl Work<'_> {
    fn write(&mut self, update: Update) -> Option<()> {
        self.line.clear();
        let extras = super::extras(self.profile, LineKind::Record);
        write_update(self.line, self.layout, self.profile, update, extras).ok()
    }

    /// Returns the whole line as the fault.
    fn whole(&self, rule: RuleId) -> FaultSpot {
        FaultSpot { rule, field: None, start: 0, length: self.line.len() }
    }

    /// An item of the line, as what is wrong with it.
    fn spot(&self, rule: RuleId, wanted: Field) -> Option<FaultSpot> {
        let raw = RawRecord::cut(self.line, self.profile.table(self.layout)).ok()?;
        let item = raw.item_of(wanted)?;
        let field = FIELDS.iter().find(|field| **field == wanted).map(Field::name);
        Some(FaultSpot { rule, field, start: item.start(), length: item.as_bytes().len() })
    }

    /// Writes over an item, at its length.
    fn overwrite(&mut self, rule: RuleId, field: Field, with: &[u8]) -> Option<FaultSpot> {
        let spot = self.spot(rule, field)?;
        self.line.get_mut(spot.start..spot.start + spot.length)?.copy_from_slice(with);
        Some(spot)
    }

    /// Returns another instruction type of the same length.
    fn other_type(&mut self) -> Option<FaultSpot> {
        let spot = self.spot(RuleId::InstructionType, Field::InstructionType)?;
        let last = spot.start + self.profile.instruction_type().len() - 1;
        let byte = self.line.get_mut(last)?;
        *byte = if *byte == b'9' { b'8' } else { b'9' };
        Some(spot)
    }
}

/// Returns true if a code begins none of the profile's codes, and none of them begins the code.
fn is_strange(code: &str, profile: &Profile) -> bool {
    let kinds = [LineKind::Header, LineKind::Group, LineKind::Record, LineKind::Trailer];
    let codes = Layout::ALL.into_iter().flat_map(|layout| kinds.map(|kind| (kind, layout)));
    codes
        .map(|(kind, layout)| profile.code(kind, layout))
        .filter(|known| !known.is_empty())
        .all(|known| !known.starts_with(code) && !code.starts_with(known))
}

/// Returns true if the last item is never empty: without its pipe an empty item would be lost.
fn ends_in_own(profile: &Profile, group: &Group) -> bool {
    let last = group.items().last();
    last.is_some_and(|spec| !profile.is_extra(LineKind::Record, spec.field))
}

/// Returns the same point in the network of an unknown distributor.
fn moved(core: MpanCore) -> Option<MpanCore> {
    let distributors = u64::from(Distributor::LAST.id() - Distributor::FIRST.id() + 1);
    MpanCore::from_body(core.body() + distributors * super::POINTS)
}

fn with_core(update: Update, core: MpanCore) -> Option<Update> {
    rebuilt(update, update.instruction_number(), core)
}

fn numbered(update: Update, number: u64) -> Option<Update> {
    rebuilt(update, number, update.mpan_core())
}

fn rebuilt(update: Update, number: u64, core: MpanCore) -> Option<Update> {
    match update {
        Update::D0350(update) => {
            D0350::new(number, core, update.flag(), update.effective_from()).ok().map(Update::from)
        }
        Update::D0351(rejection) => {
            D0351::new(number, core, rejection.reason()).ok().map(Update::from)
        }
    }
}
