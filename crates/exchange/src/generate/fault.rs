//! Faults, planted one to a record, so that a validator must find exactly these.

use flagflow_domain::{Edition, EffectiveDate, Mprn, Outcome, ServiceFlag};
use flagflow_gas::{
    Detail, Field, Header, Layout, RawRecord, edition_on, write_detail, write_header,
};

use super::chance::{Chance, FaultSpot};
use super::values::days_after;
use flagflow_check::{Flow, RuleId};

/// Header line put into a bare file, where a header is not allowed.
const LOST_HEADER: &[u8] = b"A000000000001DXI20240102093000000001";

/// The lost header in the layout of UK Link.
const LOST_HEADER_UKLINK: &[u8] = b"\"A00\",1,\"DXI\",20240102,093000,1";

/// Spoils records. It draws from a stream of its own, so the records left alone are the same as
/// in the file without faults.
pub(super) struct GasSpoiler {
    pub(super) chance: Chance<Detail>,
    layout: Layout,
    header: Option<Header>,
    edition: Edition,
    too_late: Vec<EffectiveDate>,
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

/// Returns true if the line is then no longer a record of the file's flow. The first record must
/// remain one, since it decides the layout and the flow of a bare file.
const fn hides_the_record(rule: RuleId) -> bool {
    matches!(rule, RuleId::UnknownRecord | RuleId::UnexpectedRecord)
}

impl GasSpoiler {
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
        Self { chance: Chance::new(seed, rate, rules), layout, header, edition, too_late }
    }

    /// Writes the record into `line` with one fault, by a rule chosen at random among those that
    /// can be broken at this place; if there is no such rule, writes the record unchanged and
    /// returns `None`.
    pub(super) fn spoil(
        &mut self,
        line: &mut Vec<u8>,
        detail: Detail,
        first: bool,
    ) -> Option<FaultSpot> {
        self.chance.rules().find_map(|rule| {
            if first && hides_the_record(rule) {
                return None;
            }
            line.clear();
            write_detail(line, self.layout, detail);
            self.spoil_by(rule, line, detail)
        })
    }

    fn spoil_by(&mut self, rule: RuleId, line: &mut Vec<u8>, detail: Detail) -> Option<FaultSpot> {
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
        Some(FaultSpot { rule, field: None, start: 0, length: line.len() })
    }

    /// Returns a field of a line as the fault.
    fn spot(&self, rule: RuleId, line: &[u8], wanted: Field) -> Option<FaultSpot> {
        let raw = RawRecord::cut(line, self.layout).ok()?;
        let (field, start, bytes) = raw.fields().find(|(field, ..)| *field == wanted)?;
        Some(FaultSpot { rule, field: Some(field.name()), start, length: bytes.len() })
    }

    /// Writes over a field, at its length.
    fn overwrite(
        &self,
        rule: RuleId,
        line: &mut [u8],
        field: Field,
        with: &[u8],
    ) -> Option<FaultSpot> {
        let spot = self.spot(rule, line, field)?;
        line.get_mut(spot.start..spot.start + spot.length)?.copy_from_slice(with);
        Some(spot)
    }

    fn wrong_length(&mut self, line: &mut Vec<u8>) {
        let bytes = 1 + self.chance.draw.index(8);
        if self.chance.draw.below(2) == 0 {
            line.truncate(line.len() - bytes);
        } else {
            line.resize(line.len() + bytes, b'0');
        }
    }

    /// Removes a cell, adds a cell, or leaves a quote open.
    fn malformed(&mut self, line: &mut Vec<u8>) {
        match self.chance.draw.below(3) {
            0 => line.truncate(line.iter().rposition(|byte| *byte == b',').unwrap_or(0)),
            1 => line.extend_from_slice(b",0"),
            _ => line.push(b'"'),
        }
    }

    fn unknown_record(&mut self, line: &mut [u8]) {
        let tag = self.chance.draw.pick(&[b"E44", b"E47", b"e45", b"X46"]).unwrap_or(b"E44");
        let start = usize::from(self.layout == Layout::Uklink);
        line[start..start + tag.len()].copy_from_slice(tag);
    }

    /// Writes a header inside the file, or a record of the other flow.
    fn unexpected_record(&mut self, line: &mut Vec<u8>, detail: Detail) {
        line.clear();
        match (self.chance.draw.below(2), detail, self.header) {
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

    /// Spoils one byte of one field, except the Transaction Type: without it the record is unknown.
    fn non_ascii(&mut self, line: &mut [u8]) -> Option<FaultSpot> {
        let raw = RawRecord::cut(line, self.layout).ok()?;
        let fields = raw.tag().spec().items();
        let field = fields[1 + self.chance.draw.index(fields.len() - 1)].field;
        let spot = self.spot(RuleId::NonAscii, line, field)?;
        let start = spot.start + self.chance.draw.index(spot.length);
        line[start] = 0x80 | (self.chance.draw.bits() & 0x7F) as u8;
        Some(FaultSpot { start, length: 1, ..spot })
    }

    fn not_a_number(&mut self, line: &mut [u8]) -> Option<FaultSpot> {
        let spot = self.spot(RuleId::NotANumber, line, Field::MeterPointReference)?;
        let at = spot.start + self.chance.draw.index(spot.length);
        line[at] = self.chance.draw.pick(b" +-.OABx")?;
        Some(spot)
    }

    fn unknown_flag(&mut self, line: &mut [u8]) -> Option<FaultSpot> {
        let letter = self.chance.draw.pick(b"XBanisw?0 ")?;
        self.overwrite(RuleId::UnknownFlag, line, Field::DccServiceFlag, &[letter])
    }

    fn unknown_outcome(&mut self, line: &mut [u8]) -> Option<FaultSpot> {
        let letters = self.chance.draw.pick(&[b"XX", b"ac", b"Rj", b"CA", b"A ", b"  "])?;
        self.overwrite(RuleId::UnknownOutcome, line, Field::OutcomeCode, letters)
    }

    fn invalid_date(&mut self, line: &mut [u8]) -> Option<FaultSpot> {
        let days = [b"20230229", b"20211301", b"20210001", b"20210431", b"20210100", b"20211132"];
        let others = [b"2021-1-1", b"2O211105", b"        ", b"00000000", b"05/11/21", b"99999999"];
        let date = self.chance.draw.pick(&[days, others].concat())?;
        self.overwrite(RuleId::InvalidDate, line, Field::DccServiceEffectiveFromDate, date)
    }

    /// Changes a record so that it is valid by itself and wrong in its file.
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
                Some((self.chance.earlier()?, Field::MeterPointReference))
            }
            RuleId::ConflictingUpdate => self.conflict().map(|d| (d, Field::DccServiceFlag)),
            RuleId::FutureEffectiveDate => {
                let day = self.chance.draw.pick(&self.too_late)?;
                Some((with_day(detail, day), Field::DccServiceEffectiveFromDate))
            }
            _ => None,
        }
    }

    /// Returns a flag that the file's day does not allow.
    fn other_flag(&mut self) -> Option<ServiceFlag> {
        let edition = edition_on(self.header?.creation_date);
        let mut flags = ServiceFlag::ALL.to_vec();
        flags.retain(|flag| !edition.allows(*flag));
        self.chance.draw.pick(&flags)
    }

    fn wrong_check_digits(&mut self, mprn: Mprn) -> Option<Mprn> {
        let right = mprn.expected_check_digits();
        let wrong = (right + 1 + self.chance.draw.below(99)) % 100;
        Mprn::new(mprn.body() * 100 + wrong).ok()
    }

    fn conflict(&mut self) -> Option<Detail> {
        let earlier = self.chance.earlier()?;
        let mut flags = self.edition.flags().to_vec();
        flags.retain(|flag| *flag != earlier.flag());
        Some(earlier.with_flag(self.chance.draw.pick(&flags)?))
    }
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
    fn a_lost_header_is_a_header_in_both_layouts() {
        for (line, layout) in [(LOST_HEADER, Layout::Fixed), (LOST_HEADER_UKLINK, Layout::Uklink)] {
            let raw = RawRecord::cut(line, layout).unwrap();
            let mut again = Vec::new();
            write_header(&mut again, layout, &Header::try_from(&raw).unwrap());
            assert_eq!((raw.tag(), again.as_slice()), (Tag::A00, line));
        }
    }
}
