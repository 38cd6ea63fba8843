//! Reads a record's values from cells or keys that have the names of its fields.

use flagflow_domain::{EffectiveDate, Mprn, Outcome, ServiceFlag};
use flagflow_gas::field::{
    FieldFault, parse_date, parse_flag, parse_mprn, parse_number, parse_outcome, parse_time,
};
use flagflow_gas::{
    CreationTime, Detail, E45, Field, FileType, Header, Layout, OutOfRange, Tag, Trailer,
};

use super::super::report::ConvertReason;

/// Error in a value, with its first invalid byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct GasBadValue {
    pub(super) field: Field,
    pub(super) reason: ConvertReason,
    pub(super) start: usize,
}

impl GasBadValue {
    pub(super) const fn new(field: Field, reason: ConvertReason) -> Self {
        Self { field, reason, start: 0 }
    }
}

/// Text under the names of fields. A number is taken with or without leading zeros, a date in
/// either form.
pub(super) trait NamedValues {
    /// Returns the text of a field; `None` if the cell or key is missing.
    fn text(&self, field: Field) -> Option<&[u8]>;

    fn read<T>(
        &self,
        field: Field,
        parse: impl FnOnce(&[u8]) -> Result<T, FieldFault>,
    ) -> Result<T, GasBadValue> {
        let text = self.text(field).ok_or(GasBadValue::new(field, ConvertReason::MissingValue))?;
        parse(text).map_err(|fault| GasBadValue {
            field,
            reason: ConvertReason::Gas(fault.kind),
            start: fault.start,
        })
    }

    fn outcome(&self) -> Result<Outcome, GasBadValue> {
        self.read(Field::OutcomeCode, |text| parse_outcome(text, Layout::Uklink))
    }

    fn update(&self) -> Result<E45, GasBadValue> {
        let mprn: Mprn =
            self.read(Field::MeterPointReference, |text| parse_mprn(text, Layout::Uklink))?;
        let flag: ServiceFlag =
            self.read(Field::DccServiceFlag, |text| parse_flag(text, Layout::Uklink))?;
        Ok(E45::new(mprn, flag, self.read(Field::DccServiceEffectiveFromDate, date)?))
    }

    /// Returns the record of a tag that is E45 or E46.
    fn detail(&self, tag: Tag) -> Result<Detail, GasBadValue> {
        if tag == Tag::E46 {
            let outcome = self.outcome()?;
            return Ok(self.update()?.answered(outcome).into());
        }
        match self.text(Field::OutcomeCode) {
            None | Some(b"") => self.update().map(Detail::E45),
            Some(_) => Err(GasBadValue::new(Field::OutcomeCode, ConvertReason::OutcomeOfUpdate)),
        }
    }

    fn header(&self) -> Result<Header, GasBadValue> {
        let organisation = self.read(Field::OrganisationId, |text| parse_number(text, 10))?;
        let file_type: FileType = self.read(Field::FileType, |text| {
            flagflow_gas::field::parse_file_type(text, Layout::Uklink)
        })?;
        let date = self.read(Field::CreationDate, date)?;
        let time = self.read(Field::CreationTime, time)?;
        let generation = self.read(Field::GenerationNumber, |text| parse_number(text, 6))?;
        // both numbers have at most the digits of their fields
        let generation = u32::try_from(generation).unwrap_or(u32::MAX);
        Header::new(organisation, file_type, date, time, generation).map_err(not_a_number)
    }

    fn trailer(&self) -> Result<Trailer, GasBadValue> {
        let record_count = self.read(Field::RecordCount, |text| parse_number(text, 10))?;
        Trailer::new(record_count).map_err(not_a_number)
    }
}

/// A number that does not fit its field.
fn not_a_number(OutOfRange(field): OutOfRange<Field>) -> GasBadValue {
    GasBadValue::new(field, ConvertReason::Gas(flagflow_gas::ErrorKind::NotANumber))
}

/// Reads a date: `YYYYMMDD` as in the flows, or `YYYY-MM-DD` as in tables.
fn date(text: &[u8]) -> Result<EffectiveDate, FieldFault> {
    let parsed = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
    parsed.map_or_else(|| parse_date(text, Layout::Uklink), Ok)
}

/// Reads a time: `HHMMSS`, with or without leading zeros, or `HH:MM:SS`.
fn time(text: &[u8]) -> Result<CreationTime, FieldFault> {
    let parsed = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
    parsed.map_or_else(|| parse_time(text, Layout::Uklink), Ok)
}
