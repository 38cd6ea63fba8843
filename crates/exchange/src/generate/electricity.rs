//! Electricity files, by a profile.

use std::sync::Arc;

use flagflow_check::{Flow as AnyFlow, RuleId};
use flagflow_codec::{LineKind, Values};
use flagflow_domain::{Distributor, Edition, EffectiveDate, MpanCore, ServiceFlag};
use flagflow_electricity::{
    D0172, D0350, D0351, Electricity, Field, FileIdentifier, Flow, Format, Header, Instruction,
    ItemSpec, Layout, LineTag, Opening, OutOfRange, Profile, ReasonCode, SupplierId, Timestamp,
    Trailer, Unwritable, write_header, write_opening, write_reason_line, write_record,
    write_trailer,
};
use flagflow_frame::LineEnd;

use flagflow_files::header::UserFileValues;
use flagflow_files::{Error, ErrorKind, Result};

use super::around::{ExtraLine, ItemChange, ItemOfFile};
use super::chance::FaultSpot;
use super::draw::Draw;
use super::fault::{SpoilFlow, Spoiler, extras, invented as invented_text};
use super::points::Shuffle;
use super::values::{days_after, days_up_to, first_day};
use super::{Distributors, GenerateOptions, Maker, check_edition, default_day, no_layout};

/// Number of meter points of a distributor: ten digits, and the check digit.
const POINTS: u64 = 10_000_000_000;

/// Returns the most records of a file: with the group above them, and the reasons below, the
/// trailer's ten digits can count them.
pub(super) const fn most_records(flow: AnyFlow) -> u64 {
    match flow {
        AnyFlow::D0351 => (POINTS - 2) / (1 + MOST_REASONS),
        _ => POINTS - 2,
    }
}

/// The participant of a distributor that has none in the table: invented.
const UNNAMED: &str = "IDNO";

/// The suppliers that ask for changes: invented.
const SUPPLIERS: [&[u8; 4]; 4] = [b"SUPA", b"SUPB", b"SUPC", b"SUPD"];

/// The most instructions that an invented D0172 counts: what its items can hold.
const MOST_INSTRUCTIONS: u32 = 99_999;

/// The most reasons of an invented rejection.
const MOST_REASONS: u64 = 3;

/// Invented time of creation on the file's day.
const TIME: (u32, u32, u32) = (9, 30, 0);

pub(super) struct ElectricityMaker {
    profile: Arc<Profile>,
    layout: Layout,
    header: Header,
    completed: Timestamp,
    draw: Draw,
    /// The values that D0350 has beside its flag and its day.
    others: Draw,
    cores: Cores,
    flags: &'static [ServiceFlag],
    days: Vec<EffectiveDate>,
    suppliers: Vec<SupplierId>,
    line_end: LineEnd,
    /// The reasons below the records so far.
    reasons: u64,
    /// The opening groups that the trailer counts.
    openings: u64,
    spoiler: Spoiler<Electricity>,
}

impl ElectricityMaker {
    pub(super) fn new(options: &GenerateOptions) -> Result<Self> {
        let profile = profile(options)?;
        let layout = options.layout.electricity();
        let layout =
            layout.ok_or_else(|| no_layout("electricity records", options.layout, "zhv or zhf"))?;
        let header = header(options, &profile)?;
        let completed = options.user_file.completed.unwrap_or(header.created());
        let mut draw = Draw::new(options.seed, 0);
        let cores = Cores::new(&mut draw, options.distributors);
        let first = match options.edition {
            Edition::Mp077 => profile.mp077_first_day(),
            edition => first_day(edition),
        };
        let spoiler = Spoiler::new(
            (options.seed, options.invalid),
            (Format::new(profile.clone(), layout), LineTag::Record),
            None,
            (options.edition, true),
            days_after(header.day()),
        );
        Ok(Self {
            layout,
            completed,
            draw,
            others: Draw::new(options.seed, 2),
            cores,
            flags: options.edition.flags(),
            days: days_up_to(header.day(), first),
            suppliers: SUPPLIERS.iter().filter_map(|id| SupplierId::from_bytes(*id)).collect(),
            line_end: options.line_end,
            reasons: 0,
            openings: 1,
            header,
            spoiler,
            profile,
        })
    }

    fn line(
        &self,
        write: impl FnOnce(&mut Vec<u8>, Layout, &Profile) -> Result<(), Unwritable>,
    ) -> Result<Vec<u8>> {
        let mut line = Vec::new();
        let written = write(&mut line, self.layout, &self.profile);
        written.map(|()| line).map_err(unfit)
    }
}

impl SpoilFlow for Electricity {
    const STRANGE: [&'static str; 4] = ["Q77", "82h", "K99", "W00"];
    const FIRST_DECIDES: bool = false;
    const NUMBER: Option<Field> = Some(Field::InstructionNumber);
    const ANSWERED: Option<Field> = Some(Field::AnsweredFileIdentifier);
    const SUPPLIER: Option<Field> = Some(Field::SupplierId);
    const SUM: Option<Field> = Some(Field::Received);

    fn with_wrong_sum(draw: &mut Draw, record: Instruction) -> Option<Instruction> {
        let Instruction::D0172(it) = record else { return None };
        let (number, day, file) =
            (it.instruction_number(), it.deemed_received(), it.file_identifier());
        let more = u32::try_from(draw.below(10)).ok()? + 1;
        let wrong =
            D0172::new(number, day, file, it.received(), it.accepted(), it.rejected() + more);
        wrong.ok().map(Instruction::from)
    }

    fn known_values(record: &Instruction) -> Option<Values> {
        let number = record.instruction_number();
        let answer = Values {
            number: Some(number),
            point: record.mpan_core().map_or(0, MpanCore::as_u64),
            flag: record.flag().map_or(0, ServiceFlag::as_byte),
            outcome: 0,
            date: record.effective_from().map_or(0, EffectiveDate::as_packed),
            party: record.supplier_id().map_or([0; 4], flagflow_electricity::SupplierId::as_packed),
        };
        Some(<Self as flagflow_codec::Flow>::values(record).unwrap_or(answer))
    }

    fn with_values(record: Instruction, values: &Values) -> Option<Instruction> {
        let number = values.number?;
        let (incoming, received) = match record {
            Instruction::D0350(_) => return <Self as flagflow_codec::Flow>::record(values),
            Instruction::D0351(it) => (it.incoming_instruction_number(), it.deemed_received()),
            Instruction::D0172(it) => {
                let (day, file) = (it.deemed_received(), it.file_identifier());
                let counts = (it.received(), it.accepted(), it.rejected());
                let same = D0172::new(number, day, file, counts.0, counts.1, counts.2);
                return same.ok().map(Instruction::from);
            }
        };
        let rejection = D0351::new(number, incoming, received).ok()?;
        let rejection = rejection.with_mpan_core(MpanCore::new(values.point).ok()?);
        let rejection = rejection.with_flag(ServiceFlag::from_byte(values.flag)?);
        let day = EffectiveDate::from_packed(values.date).ok()?;
        let rejection = rejection.with_effective_from(day);
        Some(match SupplierId::from_packed(values.party) {
            Some(supplier) => rejection.with_supplier_id(supplier).into(),
            None => rejection.into(),
        })
    }

    fn name(field: Field) -> Option<&'static str> {
        FIELDS.iter().find(|known| **known == field).map(Field::name)
    }

    fn extra(item: &ItemSpec) -> &'static [u8] {
        invented_text(item, matches!(item.field, Field::Other(_)))
    }

    fn flags(edition: Edition) -> Vec<ServiceFlag> {
        ServiceFlag::ALL.into_iter().filter(|flag| edition.allows(*flag)).collect()
    }

    fn item_of_file(rule: RuleId, format: &Format) -> Option<ItemOfFile<Field>> {
        let distributors = match format.profile().flow() {
            Flow::D0350 => Some(Field::ToParticipant),
            Flow::D0351 => Some(Field::FromParticipant),
            // no record has a meter point
            Flow::D0172 => None,
        };
        Some(match rule {
            RuleId::FlowVersion => {
                (LineKind::Header, Field::FlowAndVersion, ItemChange::OtherDigit)
            }
            RuleId::UnexpectedRole => (LineKind::Header, Field::FromRole, ItemChange::Text(b"Q")),
            RuleId::TestFlag => (LineKind::Header, Field::TestFlag, ItemChange::Text(b"TR01")),
            RuleId::InvalidFileId => {
                (LineKind::Header, Field::FileIdentifier, ItemChange::Last(b'-'))
            }
            RuleId::ParticipantMismatch => {
                (LineKind::Header, distributors?, ItemChange::Last(b'9'))
            }
            RuleId::FileSequenceNumber => {
                (LineKind::Group, Field::FileSequenceNumber, ItemChange::Zeros)
            }
            RuleId::InvalidTimestamp => {
                (LineKind::Trailer, Field::Completed, ItemChange::Text(b"20240230250000"))
            }
            RuleId::FileIdMismatch => {
                (LineKind::Trailer, Field::FileIdentifier, ItemChange::OtherDigit)
            }
            RuleId::GroupCount => (LineKind::Trailer, Field::GroupCount, ItemChange::OtherDigit),
            RuleId::FlowCount => (LineKind::Trailer, Field::FlowCount, ItemChange::OtherDigit),
            _ => return None,
        })
    }

    fn check_digits(point: u64) -> Option<u64> {
        MpanCore::new(point).ok().map(MpanCore::expected_check_digit)
    }

    fn of_unknown_distributor(point: u64) -> Option<u64> {
        let distributors = u64::from(Distributor::LAST.id() - Distributor::FIRST.id() + 1);
        let core = MpanCore::new(point).ok()?;
        MpanCore::from_body(core.body() + distributors * POINTS).map(MpanCore::as_u64)
    }
}

/// Each field's name, for as long as the program runs.
static FIELDS: [Field; 29] = Field::ALL;

/// Returns the error for values that do not fit the profile's items.
fn unfit(error: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Options, error.to_string())
}

/// Returns the profile of the flow.
fn profile(options: &GenerateOptions) -> Result<Arc<Profile>> {
    let flow = match options.flow {
        AnyFlow::D0351 => Flow::D0351,
        AnyFlow::D0172 => Flow::D0172,
        _ => Flow::D0350,
    };
    match &options.profile {
        None => Ok(Profile::builtin(flow)),
        Some(given) if given.flow() == flow => Ok(given.clone()),
        Some(given) => {
            let what = format!("the profile is one of {}, not of {flow}", given.flow());
            Err(Error::new(ErrorKind::Options, what))
        }
    }
}

/// Returns the header, of given and invented values; its day is of the edition.
fn header(options: &GenerateOptions, profile: &Profile) -> Result<Header> {
    let invented = invented(options, profile);
    let mut values = options.user_file.clone().or(invented);
    if options.file_fault == Some(RuleId::InvalidFileId)
        && let Some(identifier) = &mut values.file_identifier
    {
        // the trailer's identifier is the same
        identifier.pop();
        identifier.push('-');
    }
    let header = values.header(profile, None)?;
    check_edition(header.day(), profile.edition_on(header.day()), options.edition)?;
    Ok(header)
}

fn invented(options: &GenerateOptions, profile: &Profile) -> UserFileValues {
    let distributor = match options.distributors {
        Distributors::One(distributor) => distributor,
        Distributors::All => Distributor::FIRST,
    };
    let participant = Some(distributor.participant().unwrap_or(UNNAMED).to_owned());
    let (from_participant, to_participant) = match profile.flow() {
        Flow::D0350 => (None, participant),
        Flow::D0351 | Flow::D0172 => (participant, None),
    };
    let day = invented_day(options.edition, profile);
    UserFileValues {
        file_identifier: Some("0000000001".to_owned()),
        from_participant,
        to_participant,
        created: Timestamp::new(day, TIME.0, TIME.1, TIME.2).ok(),
        completed: None,
        test_flag: None,
    }
}

/// Returns the default day, moved into the edition's days by the profile.
fn invented_day(edition: Edition, profile: &Profile) -> EffectiveDate {
    let day = default_day(edition);
    let first = profile.mp077_first_day();
    match edition {
        Edition::Mp077 => day.max(first),
        Edition::PreMp077 => {
            let before = chrono::NaiveDate::from(first).pred_opt();
            let before = before.and_then(|day| EffectiveDate::try_from(day).ok());
            before.map_or(day, |before| day.min(before))
        }
        Edition::Any => day,
    }
}

impl Maker for ElectricityMaker {
    type Flow = Electricity;

    fn before(&self) -> Result<Vec<Vec<u8>>> {
        let mut lines =
            vec![self.line(|out, layout, own| write_header(out, layout, own, &self.header))?];
        if self.profile.opening_group().is_some() {
            let first = Opening::new(Some(1));
            lines.push(self.line(|out, layout, own| {
                write_opening(out, layout, own, first, extras(own.opening_group()))
            })?);
        }
        Ok(lines)
    }

    fn after(&self, records: u64) -> Result<Vec<Vec<u8>>> {
        let below = records + self.reasons;
        let (groups, flows) = match self.profile.opening_group() {
            Some(_) => (below + 1, self.openings),
            None => (below, records - self.spoiler.unknown()),
        };
        let identifier = self.header.file_identifier();
        let trailer = Trailer::new(identifier, groups, flows, self.completed).map_err(unfit)?;
        Ok(vec![self.line(|out, layout, own| write_trailer(out, layout, own, &trailer))?])
    }

    #[inline]
    fn next(&mut self, number: u64) -> Result<Instruction> {
        let core = self.cores.next();
        let received = self.header.day();
        if self.profile.flow() == Flow::D0172 {
            let all = self.draw.below(u64::from(MOST_INSTRUCTIONS) + 1);
            let refused = self.draw.below(all.min(10) + 1);
            let [all, refused] = [all, refused].map(|it| u32::try_from(it).unwrap_or(0));
            let identifier = format!("{number:010}");
            let file = FileIdentifier::from_bytes(identifier.as_bytes());
            let file = file.ok_or_else(|| unfit("no file identifier"))?;
            let record = D0172::new(number, received, file, all, all - refused, refused);
            return record.map(Instruction::from).map_err(unfit);
        }
        let flag = self.draw.pick(self.flags).unwrap_or(ServiceFlag::Active);
        let day = self.draw.pick(&self.days).unwrap_or(EffectiveDate::MIN);
        let supplier = self.others.pick(&self.suppliers).ok_or_else(|| unfit("no supplier"))?;
        let update = D0350::new(number, core, flag, day, supplier).map_err(unfit)?;
        match self.profile.flow() {
            Flow::D0351 => self.rejection(&update, number).map_err(unfit),
            _ => Ok(update.into()),
        }
    }

    #[inline]
    fn write(&self, line: &mut Vec<u8>, record: Instruction) -> Result<u64> {
        let extras = extras(Some(self.profile.record_group()));
        write_record(line, self.layout, &self.profile, record, extras).map_err(unfit)?;
        self.write_reasons(line, record).map(|reasons| 1 + reasons)
    }

    fn extra_line(&mut self, rule: RuleId, number: u64) -> Result<Option<ExtraLine>> {
        match rule {
            RuleId::PlaceholderDate => {
                let record = self.next(number)?;
                let Some(mut extra) = self.spoiler.placeholder(record) else { return Ok(None) };
                self.write_reasons(&mut extra.line, record)?;
                Ok(Some(extra))
            }
            RuleId::UnexpectedRecord => {
                self.spoiler.add_unknown();
                let header = self.before()?.into_iter().next().unwrap_or_default();
                Ok(Some(ExtraLine::whole(rule, header, 1)))
            }
            RuleId::GroupCardinality => {
                self.openings += 1;
                let group = self.before()?.into_iter().nth(1);
                Ok(group.map(|group| ExtraLine::whole(rule, group, 1)))
            }
            _ => {
                let extra = ExtraLine::plain(rule);
                if rule == RuleId::LineTooLong {
                    self.spoiler.add_unknown();
                }
                Ok(extra)
            }
        }
    }

    fn spoiler(&mut self) -> &mut Spoiler<Self::Flow> {
        &mut self.spoiler
    }

    fn spoil(&mut self, line: &mut Vec<u8>, record: Instruction, first: bool) -> Option<FaultSpot> {
        let spot = self.spoiler.spoil(line, record, first);
        // reasons have no place below another line
        let without = [RuleId::UnknownRecord, RuleId::GroupCardinality];
        if spot.is_some_and(|spot| without.contains(&spot.rule)) {
            self.reasons -= self.reasons_of(record.instruction_number()).count() as u64;
            return spot;
        }
        self.write_reasons(line, record).ok()?;
        spot
    }
}

impl ElectricityMaker {
    /// Returns the rejection of an update. An incomplete update has no supplier.
    fn rejection(
        &mut self,
        update: &D0350,
        number: u64,
    ) -> std::result::Result<Instruction, OutOfRange<Field>> {
        self.reasons += self.reasons_of(number).count() as u64;
        let rejection = update.rejected(number, self.header.day())?;
        if !self.reasons_of(number).any(|reason| reason == ReasonCode::Incomplete) {
            return Ok(rejection.into());
        }
        let incomplete = D0351::new(number, number, self.header.day())?
            .with_mpan_core(update.mpan_core())
            .with_flag(update.flag())
            .with_effective_from(update.effective_from());
        Ok(incomplete.into())
    }

    /// Returns the reasons below the rejection of a number: one to three.
    fn reasons_of(&self, number: u64) -> impl Iterator<Item = ReasonCode> + use<> {
        let codes = ReasonCode::NAMED.len() as u64;
        let count = match self.profile.reason_group() {
            Some(_) => 1 + number / codes % MOST_REASONS,
            None => 0,
        };
        let places = (0..count).map(move |reason| (number + 3 * reason) % codes);
        places.filter_map(|at| ReasonCode::NAMED.get(usize::try_from(at).ok()?).copied())
    }

    /// Writes the reasons below a rejection, and returns their number.
    fn write_reasons(&self, line: &mut Vec<u8>, record: Instruction) -> Result<u64> {
        let mut lines = 0;
        for reason in self.reasons_of(record.instruction_number()) {
            line.extend_from_slice(match self.line_end {
                LineEnd::CrLf => b"\r\n",
                _ => b"\n",
            });
            write_reason_line(line, self.layout, &self.profile, reason).map_err(unfit)?;
            lines += 1;
        }
        Ok(lines)
    }
}

/// Meter points, each one once.
struct Cores {
    count: u64,
    shuffle: Shuffle,
    /// The first distributor's id, and how many there are.
    first: u64,
    points: u64,
}

impl Cores {
    fn new(draw: &mut Draw, distributors: Distributors) -> Self {
        let (first, last) = match distributors {
            Distributors::One(one) => (one, one),
            Distributors::All => (Distributor::FIRST, Distributor::LAST),
        };
        let points = u64::from(last.id() - first.id() + 1) * POINTS;
        let shuffle = Shuffle::new(draw, (points - 1).ilog2() + 1);
        Self { count: 0, shuffle, first: u64::from(first.id()), points }
    }

    fn next(&mut self) -> MpanCore {
        let body = self.first * POINTS + self.shuffle.below(self.count, self.points);
        self.count += 1;
        // every body of these fits, so the alternative is never taken
        MpanCore::from_body(body).unwrap_or(MpanCore::MAX)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn cores_come_once_with_their_check_digit_and_distributor() {
        for (distributors, ids) in
            [(Distributors::One(Distributor::LAST), 38..=38), (Distributors::All, 10..=38)]
        {
            let mut cores = Cores::new(&mut Draw::new(5, 0), distributors);
            let seen: Vec<MpanCore> = (0..100_000).map(|_| cores.next()).collect();
            assert!(seen.iter().all(|core| core.has_valid_check_digit()));
            let met: HashSet<u8> = seen.iter().map(|core| core.distributor().id()).collect();
            assert_eq!(met, ids.collect());
            assert_eq!(seen.iter().collect::<HashSet<_>>().len(), seen.len());
        }
    }
}
