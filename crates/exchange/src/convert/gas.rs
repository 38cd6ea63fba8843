//! Conversions of gas records.

use std::borrow::Cow;

use flagflow_codec::{ErrorKind, LineSpec, Names};
use flagflow_domain::{EffectiveDate, ServiceFlag};
use flagflow_gas::field::{
    FieldFault, parse_date, parse_file_type, parse_flag, parse_mprn, parse_number, parse_outcome,
    parse_time,
};
use flagflow_gas::{
    CreationTime, Detail, E45, Field, Gas, Header, Layout, OutOfRange, ReaderOptions, Table, Tag,
    Trailer, read_canonical, table,
};

use flagflow_files::Result;
use flagflow_files::header::HeaderValues;

use super::flow::{BadValue, ConvertFlow, Extras, NamedLines, Texts};
use super::options::{ConvertOptions, RecordFormat};
use super::reason::ConvertReason;
use super::table::column;

/// Returns true if a normal name is that of a column.
pub(super) fn is_column(name: &str) -> bool {
    column(table(Layout::Uklink, false), name).is_some()
}

impl ConvertFlow for Gas {
    type Named = GasNamed;

    const KIND: Option<Field> = Some(Field::TransactionType);
    const ALIASES: &'static [(&'static str, Field)] = &[
        ("meter_point", Self::POINT),
        ("effective_from_date", Self::DAY),
        ("effective_from", Self::DAY),
    ];

    fn reading(
        from: RecordFormat,
        _: &[u8],
        _: &[String],
        _: &ConvertOptions,
    ) -> (&'static Table, ReaderOptions) {
        let table = table_of(from);
        (table, ReaderOptions::new().layout(table.layout()))
    }

    fn writing(_: &&'static Table, to: RecordFormat) -> &'static Table {
        table_of(to)
    }

    #[inline]
    fn canonical(line: &[u8], format: &&'static Table) -> Option<Detail> {
        read_canonical(line, format.layout())
    }

    #[inline]
    fn flag(detail: &Detail) -> Option<ServiceFlag> {
        Some(detail.flag())
    }

    fn with_flag(detail: Detail, flag: ServiceFlag) -> Detail {
        detail.with_flag(flag)
    }

    fn kind_name<'l>(_: &&'static Table, line: &'l LineSpec<Self>) -> Cow<'l, str> {
        Cow::Borrowed(line.code())
    }

    /// An answer has an outcome.
    fn unnamed<'t>(text: impl Texts<'t, Field>) -> Option<Tag> {
        Some(if has_outcome(text) { Tag::E46 } else { Tag::E45 })
    }

    #[inline]
    fn warning(detail: &Detail) -> Option<&'static str> {
        let mprn = detail.meter_point_reference();
        (!mprn.has_valid_check_digits()).then_some("mprn-check-digits")
    }

    fn has_values(options: &ConvertOptions) -> bool {
        !options.header.is_empty()
    }

    fn header(
        _: &&'static Table,
        options: &ConvertOptions,
        below: Option<&Header>,
    ) -> Result<Header> {
        options.header.or(below.map(HeaderValues::from).unwrap_or_default()).header()
    }
}

fn table_of(format: RecordFormat) -> &'static Table {
    table(if format == RecordFormat::Fixed { Layout::Fixed } else { Layout::Uklink }, false)
}

fn has_outcome<'t>(text: impl Texts<'t, Field>) -> bool {
    text(Field::OutcomeCode).is_some_and(|outcome| !outcome.is_empty())
}

/// Reads records by the parsers of their fields.
pub(super) struct GasNamed {
    /// The kind of the first record without one.
    assumed: Option<Tag>,
}

impl GasNamed {
    /// Requires all records without a kind to be of one kind.
    fn assume(&mut self, tag: Tag) -> Result<(), BadValue<Field>> {
        if *self.assumed.get_or_insert(tag) == tag {
            return Ok(());
        }
        Err(BadValue::new(Field::OutcomeCode, ConvertReason::MixedTable))
    }
}

impl NamedLines<Gas> for GasNamed {
    fn new(_: &&'static Table) -> Self {
        Self { assumed: None }
    }

    fn record<'t>(
        &mut self,
        tag: Tag,
        is_named: bool,
        text: impl Texts<'t, Field>,
    ) -> Result<(Detail, Extras), BadValue<Field>> {
        if !is_named {
            self.assume(tag)?;
        }
        let outcome = match tag {
            Tag::E46 => Some(read(&text, Field::OutcomeCode, uklink(parse_outcome))?),
            _ if has_outcome(&text) => {
                let reason = ConvertReason::OutcomeOfUpdate;
                return Err(BadValue::new(Field::OutcomeCode, reason));
            }
            _ => None,
        };
        let update = E45::new(
            read(&text, Field::MeterPointReference, uklink(parse_mprn))?,
            read(&text, Field::DccServiceFlag, uklink(parse_flag))?,
            read(&text, Field::DccServiceEffectiveFromDate, date)?,
        );
        let detail = outcome.map_or(update.into(), |outcome| update.answered(outcome).into());
        Ok((detail, Extras::default()))
    }

    fn header<'t>(
        &mut self,
        text: impl Texts<'t, Field>,
        _: &[u8],
    ) -> Result<Header, BadValue<Field>> {
        let organisation = read(&text, Field::OrganisationId, |text| parse_number(text, 10))?;
        let file_type = read(&text, Field::FileType, uklink(parse_file_type))?;
        let date = read(&text, Field::CreationDate, date)?;
        let time = read(&text, Field::CreationTime, time)?;
        let generation = read(&text, Field::GenerationNumber, |text| parse_number(text, 6))?;
        // both numbers have at most the digits of their fields
        let generation = u32::try_from(generation).unwrap_or(u32::MAX);
        Header::new(organisation, file_type, date, time, generation).map_err(not_a_number)
    }

    fn trailer<'t>(
        &mut self,
        text: impl Texts<'t, Field>,
        _: &[u8],
    ) -> Result<Trailer, BadValue<Field>> {
        let record_count = read(&text, Field::RecordCount, |text| parse_number(text, 10))?;
        Trailer::new(record_count).map_err(not_a_number)
    }
}

fn read<'t, T>(
    text: &impl Texts<'t, Field>,
    field: Field,
    parse: impl FnOnce(&[u8]) -> Result<T, FieldFault>,
) -> Result<T, BadValue<Field>> {
    let text = text(field).ok_or(BadValue::new(field, ConvertReason::MissingValue))?;
    parse(&text).map_err(|fault| BadValue {
        field: Some(field),
        reason: ConvertReason::Codec(fault.kind),
        start: fault.start,
    })
}

/// Returns a parser of bare text: numbers with or without leading zeros.
fn uklink<T>(
    parse: impl Fn(&[u8], Layout) -> Result<T, FieldFault>,
) -> impl Fn(&[u8]) -> Result<T, FieldFault> {
    move |text| parse(text, Layout::Uklink)
}

/// A number that does not fit its field.
fn not_a_number(OutOfRange(field): OutOfRange<Field>) -> BadValue<Field> {
    BadValue::new(field, ConvertReason::Codec(ErrorKind::NotANumber))
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
