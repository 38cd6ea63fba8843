//! Records from a table.

use std::io::BufRead;

use flagflow_domain::Fuel;
use flagflow_frame::Position;
use flagflow_gas::{Detail, ErrorKind, Field, Tag};

use flagflow_files::Result;

use super::super::columns::TableColumns;
use super::super::conversion::ConvertSource;
use super::super::names::normal;
use super::super::options::ConvertOptions;
use super::super::report::{ConvertReason, ConvertRefusal};
use super::super::rows::TableRows;
use super::values::{GasBadValue, NamedValues};
use super::{GasConversion, GasFoundHeader, GasStep};

/// The columns of a table, in the order in which they are written.
const COLUMNS: [Field; 5] = [
    Field::TransactionType,
    Field::OutcomeCode,
    Field::MeterPointReference,
    Field::DccServiceFlag,
    Field::DccServiceEffectiveFromDate,
];

/// Required columns.
const NEEDED: [Field; 3] = [COLUMNS[2], COLUMNS[3], COLUMNS[4]];

/// The names that the register has for a meter point and for the first day of its flag.
pub(super) const ALIASES: [(&str, Field); 2] = [
    ("meter_point", Field::MeterPointReference),
    ("effective_from_date", Field::DccServiceEffectiveFromDate),
];

/// Returns true if a cell is the name of a column.
pub(in crate::convert) fn is_column(name: &[u8]) -> bool {
    column(&normal(name)).is_some()
}

fn column(name: &str) -> Option<Field> {
    let alias = || ALIASES.into_iter().find(|(alias, _)| *alias == name).map(|(_, field)| field);
    COLUMNS.into_iter().find(|field| field.name() == name).or_else(alias)
}

pub(super) struct GasTable<R> {
    rows: TableRows<R>,
    columns: TableColumns<Field>,
    /// Kind of the first row of a table without transaction types.
    assumed: Option<Tag>,
}

impl<R: BufRead> GasTable<R> {
    pub(super) fn new(input: R, options: &ConvertOptions) -> Result<Self> {
        let mut rows = TableRows::new(input);
        rows.next()?;
        let how = (options.mask, options.csv_safe);
        let columns = TableColumns::named(rows.row(), column, &NEEDED, how)?;
        Ok(Self { rows, columns, assumed: None })
    }

    fn read(&mut self) -> Result<Detail, GasBadValue> {
        let row = self.rows.row();
        let whole = |reason| GasBadValue::new(Field::TransactionType, reason);
        self.columns.fit(row).map_err(whole)?;
        if self.columns.is_of_other_fuel(row, Fuel::Gas) {
            return Err(whole(ConvertReason::OtherFuel));
        }
        let tag = self.tag()?;
        self.detail(tag)
    }

    fn tag(&mut self) -> Result<Tag, GasBadValue> {
        let Some(text) = self.text(Field::TransactionType) else { return self.assume() };
        match Tag::from_bytes(text) {
            Some(tag @ (Tag::E45 | Tag::E46)) => Ok(tag),
            _ => Err(GasBadValue::new(
                Field::TransactionType,
                ConvertReason::Gas(ErrorKind::UnknownRecord),
            )),
        }
    }

    /// Returns the kind of a row: an E46 has an outcome code. All rows must be of one kind.
    fn assume(&mut self) -> Result<Tag, GasBadValue> {
        let tag = match self.text(Field::OutcomeCode) {
            None | Some(b"") => Tag::E45,
            Some(_) => Tag::E46,
        };
        match self.assumed.replace(self.assumed.unwrap_or(tag)) {
            Some(above) if above != tag => {
                Err(GasBadValue::new(Field::OutcomeCode, ConvertReason::MixedTable))
            }
            _ => Ok(tag),
        }
    }

    fn bad(&self, bad: GasBadValue) -> GasStep {
        let row = self.rows.row();
        if matches!(
            bad.reason,
            ConvertReason::MalformedRow { .. }
                | ConvertReason::TextBehindQuote
                | ConvertReason::OtherFuel
        ) {
            return GasStep::Bad(ConvertRefusal::new(row.position, bad.reason));
        }
        let (position, text) = self.field(bad.field);
        let position = position.forward(bad.start as u64);
        GasStep::Bad(ConvertRefusal::new(position, bad.reason).of_cell(bad.field, text))
    }
}

impl<R: BufRead> NamedValues for GasTable<R> {
    fn text(&self, field: Field) -> Option<&[u8]> {
        self.columns.text(self.rows.row(), field)
    }
}

impl<R: BufRead> ConvertSource<GasConversion> for GasTable<R> {
    fn next(&mut self) -> Result<Option<GasStep>> {
        if !self.rows.next()? {
            return Ok(None);
        }
        Ok(Some(self.read().map_or_else(|bad| self.bad(bad), GasStep::Record)))
    }

    fn header(&self) -> GasFoundHeader {
        GasFoundHeader::None
    }

    fn field(&self, field: Field) -> (Position, Option<&[u8]>) {
        self.columns.place(self.rows.row(), field)
    }

    fn ignored(&self) -> &[String] {
        self.columns.ignored()
    }

    fn empty_rows(&self) -> u64 {
        self.rows.empty
    }
}
