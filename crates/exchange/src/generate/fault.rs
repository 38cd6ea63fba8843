//! Faults, planted one to a record, so that a validator must find exactly these.

use flagflow_domain::{Edition, EffectiveDate, Mprn, Outcome, ServiceFlag};
use flagflow_gas::{
    Detail, Field, Header, Layout, RawRecord, edition_on, write_detail, write_header,
};

use super::draw::Draw;
use super::values::days_after;
use flagflow_check::{Flow, RuleId};

/// How many earlier records can come again.
const REMEMBERED: usize = 64;

/// Stands in a bare file where a header may not stand.
const LOST_HEADER: &[u8] = b"A000000000001DXI20240102093000000001";

/// The same in the layout of UK Link.
const LOST_HEADER_UKLINK: &[u8] = b"\"A00\",1,\"DXI\",20240102,093000,1";

/// What a spoiled line breaks, and which of its bytes show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) rule: RuleId,
    pub(super) field: Option<Field>,
    pub(super) start: usize,
    pub(super) length: usize,
}

/// Spoils records. It draws from a stream of its own, so the records left alone are the same as
/// in the file without faults.
pub(super) struct Spoiler {
    draw: Draw,
    /// Of 2 to the 32nd draws, how many strike.
    strikes: u64,
    rules: Vec<RuleId>,
    layout: Layout,
    header: Option<Header>,
    edition: Edition,
    too_late: Vec<EffectiveDate>,
    remembered: Vec<Detail>,
    seen: usize,
}

/// The rules that one spoiled line can break.
pub const SPOILS: [RuleId; 14] = [
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
    RuleId::MprnCheckDigits,
    RuleId::DuplicateMeterPoint,
    RuleId::ConflictingUpdate,
    RuleId::FutureEffectiveDate,
];

/// Whether the line is then no record of the file's flow any more. The first record has to be one:
/// it tells the layout and the flow of a bare file.
const fn hides_the_record(rule: RuleId) -> bool {
    matches!(rule, RuleId::UnknownRecord | RuleId::UnexpectedRecord)
}

impl Spoiler {
    pub(super) fn new(
        seed: u64,
        rate: f64,
        (flow, layout, edition): (Flow, Layout, Edition),
        header: Option<Header>,
    ) -> Self {
        let too_late = header.map_or_else(Vec::new, |header| days_after(header.creation_date));
        let fits = |rule: &RuleId| match rule {
            RuleId::WrongLength => layout == Layout::Fixed,
            RuleId::MalformedRecord => layout == Layout::Uklink,
            RuleId::UnknownOutcome => flow == Flow::E46,
            RuleId::FlagNotInEdition => header.is_some(),
            RuleId::FutureEffectiveDate => !too_late.is_empty(),
            _ => true,
        };
        let rules = SPOILS.into_iter().filter(fits).collect();
        Self {
            draw: Draw::new(seed, 1),
            strikes: strikes(rate),
            rules,
            layout,
            header,
            edition,
            too_late,
            remembered: Vec::with_capacity(REMEMBERED),
            seen: 0,
        }
    }

    /// Whether the next record is one to spoil.
    pub(super) fn strikes(&mut self) -> bool {
        self.strikes > 0 && u64::from(self.draw.bits()) < self.strikes
    }

    /// Keeps a record that was left alone, so that it can come again.
    pub(super) fn remember(&mut self, detail: Detail) {
        if self.strikes == 0 {
            return;
        }
        match self.remembered.get_mut(self.seen % REMEMBERED) {
            Some(oldest) => *oldest = detail,
            None => self.remembered.push(detail),
        }
        self.seen += 1;
    }

    /// Writes the record into `line` with one fault, by a rule that chance picks among those that
    /// can be broken here; `None` where there is none, with the record as it should be.
    pub(super) fn spoil(
        &mut self,
        line: &mut Vec<u8>,
        detail: Detail,
        first: bool,
    ) -> Option<Spot> {
        let start = self.draw.index(self.rules.len());
        for turn in 0..self.rules.len() {
            let rule = self.rules[(start + turn) % self.rules.len()];
            if first && hides_the_record(rule) {
                continue;
            }
            line.clear();
            write_detail(line, self.layout, detail);
            if let Some(spot) = self.spoil_by(rule, line, detail) {
                return Some(spot);
            }
        }
        None
    }

    fn spoil_by(&mut self, rule: RuleId, line: &mut Vec<u8>, detail: Detail) -> Option<Spot> {
        match rule {
            RuleId::WrongLength => self.wrong_length(line),
            RuleId::MalformedRecord => self.malformed(line),
            RuleId::UnknownRecord => self.unknown_record(line),
            RuleId::UnexpectedRecord => self.unexpected_record(line, detail),
            RuleId::NonAscii => return self.non_ascii(line),
            RuleId::NotANumber => return self.not_a_number(line),
            RuleId::UnknownFlag => return self.unknown_flag(line),
            RuleId::UnknownOutcome => return self.unknown_outcome(line),
            RuleId::InvalidDate => return self.invalid_date(line),
            _ => {
                let (changed, field) = self.changed(rule, detail)?;
                line.clear();
                write_detail(line, self.layout, changed);
                return self.spot(rule, line, field);
            }
        }
        Some(Spot { rule, field: None, start: 0, length: line.len() })
    }

    /// A field of a line, as what is wrong with it.
    fn spot(&self, rule: RuleId, line: &[u8], wanted: Field) -> Option<Spot> {
        let raw = RawRecord::cut(line, self.layout).ok()?;
        let (field, start, bytes) = raw.fields().find(|(field, ..)| *field == wanted)?;
        Some(Spot { rule, field: Some(field), start, length: bytes.len() })
    }

    /// Writes over a field, at its length.
    fn overwrite(&self, rule: RuleId, line: &mut [u8], field: Field, with: &[u8]) -> Option<Spot> {
        let spot = self.spot(rule, line, field)?;
        line.get_mut(spot.start..spot.start + spot.length)?.copy_from_slice(with);
        Some(spot)
    }

    fn wrong_length(&mut self, line: &mut Vec<u8>) {
        let bytes = 1 + self.draw.index(8);
        if self.draw.below(2) == 0 {
            line.truncate(line.len() - bytes);
        } else {
            line.resize(line.len() + bytes, b'0');
        }
    }

    /// A cell too few, a cell too many, or a quote that is open.
    fn malformed(&mut self, line: &mut Vec<u8>) {
        match self.draw.below(3) {
            0 => line.truncate(line.iter().rposition(|byte| *byte == b',').unwrap_or(0)),
            1 => line.extend_from_slice(b",0"),
            _ => line.push(b'"'),
        }
    }

    fn unknown_record(&mut self, line: &mut [u8]) {
        let tag = self.draw.pick(&[b"E44", b"E47", b"e45", b"X46"]).unwrap_or(b"E44");
        let start = usize::from(self.layout == Layout::Uklink);
        line[start..start + tag.len()].copy_from_slice(tag);
    }

    /// A header inside the file, or a record of the other flow.
    fn unexpected_record(&mut self, line: &mut Vec<u8>, detail: Detail) {
        line.clear();
        match (self.draw.below(2), detail, self.header) {
            (0, Detail::E45(update), _) => {
                write_detail(line, self.layout, update.answered(Outcome::Accepted).into());
            }
            (0, Detail::E46(answer), _) => write_detail(line, self.layout, answer.update().into()),
            (_, _, Some(header)) => write_header(line, self.layout, &header),
            (_, _, None) => line.extend_from_slice(match self.layout {
                Layout::Fixed => LOST_HEADER,
                Layout::Uklink => LOST_HEADER_UKLINK,
            }),
        }
    }

    /// One byte of one field, the Transaction Type aside: without it the record is unknown.
    fn non_ascii(&mut self, line: &mut [u8]) -> Option<Spot> {
        let raw = RawRecord::cut(line, self.layout).ok()?;
        let fields = raw.tag().spec().fields;
        let field = fields[1 + self.draw.index(fields.len() - 1)].field;
        let spot = self.spot(RuleId::NonAscii, line, field)?;
        let start = spot.start + self.draw.index(spot.length);
        line[start] = 0x80 | (self.draw.bits() & 0x7F) as u8;
        Some(Spot { start, length: 1, ..spot })
    }

    fn not_a_number(&mut self, line: &mut [u8]) -> Option<Spot> {
        let spot = self.spot(RuleId::NotANumber, line, Field::MeterPointReference)?;
        let at = spot.start + self.draw.index(spot.length);
        line[at] = self.draw.pick(b" +-.OABx")?;
        Some(spot)
    }

    fn unknown_flag(&mut self, line: &mut [u8]) -> Option<Spot> {
        let letter = self.draw.pick(b"XBanisw?0 ")?;
        self.overwrite(RuleId::UnknownFlag, line, Field::DccServiceFlag, &[letter])
    }

    fn unknown_outcome(&mut self, line: &mut [u8]) -> Option<Spot> {
        let letters = self.draw.pick(&[b"XX", b"ac", b"Rj", b"CA", b"A ", b"  "])?;
        self.overwrite(RuleId::UnknownOutcome, line, Field::OutcomeCode, letters)
    }

    fn invalid_date(&mut self, line: &mut [u8]) -> Option<Spot> {
        let days = [b"20230229", b"20211301", b"20210001", b"20210431", b"20210100", b"20211132"];
        let others = [b"2021-1-1", b"2O211105", b"        ", b"00000000", b"05/11/21", b"99999999"];
        let date = self.draw.pick(&[days, others].concat())?;
        self.overwrite(RuleId::InvalidDate, line, Field::DccServiceEffectiveFromDate, date)
    }

    /// What is right by itself and wrong in its file.
    fn changed(&mut self, rule: RuleId, detail: Detail) -> Option<(Detail, Field)> {
        match rule {
            RuleId::FlagNotInEdition => {
                Some((detail.with_flag(self.other_flag()?), Field::DccServiceFlag))
            }
            RuleId::MprnCheckDigits => {
                let wrong = self.wrong_check_digits(detail.meter_point_reference())?;
                Some((with_point(detail, wrong), Field::MeterPointReference))
            }
            RuleId::DuplicateMeterPoint => {
                Some((self.draw.pick(&self.remembered)?, Field::MeterPointReference))
            }
            RuleId::ConflictingUpdate => self.conflict().map(|d| (d, Field::DccServiceFlag)),
            RuleId::FutureEffectiveDate => {
                let day = self.draw.pick(&self.too_late)?;
                Some((with_day(detail, day), Field::DccServiceEffectiveFromDate))
            }
            _ => None,
        }
    }

    /// A flag that the file's day does not allow.
    fn other_flag(&mut self) -> Option<ServiceFlag> {
        let edition = edition_on(self.header?.creation_date);
        let mut flags = ServiceFlag::ALL.to_vec();
        flags.retain(|flag| !edition.allows(*flag));
        self.draw.pick(&flags)
    }

    fn wrong_check_digits(&mut self, mprn: Mprn) -> Option<Mprn> {
        let right = mprn.expected_check_digits();
        let wrong = (right + 1 + self.draw.below(99)) % 100;
        Mprn::new(mprn.body() * 100 + wrong).ok()
    }

    fn conflict(&mut self) -> Option<Detail> {
        let earlier = self.draw.pick(&self.remembered)?;
        let mut flags = self.edition.flags().to_vec();
        flags.retain(|flag| *flag != earlier.flag());
        Some(earlier.with_flag(self.draw.pick(&flags)?))
    }
}

/// A rate as that many of 2 to the 32nd draws; exact, because it only moves the point.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the rate is from 0 to 1"
)]
fn strikes(rate: f64) -> u64 {
    (rate * 4_294_967_296.0) as u64
}

fn with_point(detail: Detail, mprn: Mprn) -> Detail {
    rebuilt(detail, mprn, detail.effective_from())
}

fn with_day(detail: Detail, day: EffectiveDate) -> Detail {
    rebuilt(detail, detail.meter_point_reference(), day)
}

fn rebuilt(detail: Detail, mprn: Mprn, day: EffectiveDate) -> Detail {
    let update = flagflow_gas::E45::new(mprn, detail.flag(), day);
    match detail.outcome() {
        Some(outcome) => update.answered(outcome).into(),
        None => update.into(),
    }
}

#[cfg(test)]
mod tests {
    use flagflow_gas::Tag;

    use super::*;

    #[test]
    fn a_rate_is_a_share_of_all_draws() {
        assert_eq!((strikes(0.0), strikes(0.5), strikes(1.0)), (0, 1 << 31, 1 << 32));
    }

    #[test]
    fn a_lost_header_is_a_header_in_both_layouts() {
        for (line, layout) in [(LOST_HEADER, Layout::Fixed), (LOST_HEADER_UKLINK, Layout::Uklink)] {
            let raw = RawRecord::cut(line, layout).unwrap();
            let mut again = Vec::new();
            write_header(&mut again, layout, &Header::try_from(&raw).unwrap());
            assert_eq!((raw.tag(), again.as_slice()), (Tag::A00, line));
        }
    }

    #[test]
    fn only_the_last_records_come_again() {
        let settings = (Flow::E45, Layout::Fixed, Edition::Mp077);
        let mut spoiler = Spoiler::new(1, 0.5, settings, None);
        let detail = |number| {
            let mprn = Mprn::new(number).unwrap();
            Detail::from(flagflow_gas::E45::new(mprn, ServiceFlag::Active, EffectiveDate::MIN))
        };
        (0..1000).for_each(|number| spoiler.remember(detail(number)));
        let kept = spoiler.remembered.iter().map(|d| d.meter_point_reference().as_u64());
        assert_eq!((spoiler.remembered.len(), kept.min()), (REMEMBERED, Some(1000 - 64)));
    }
}
