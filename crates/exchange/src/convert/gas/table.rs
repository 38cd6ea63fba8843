//! Records from a table.

use std::io::BufRead;

use flagflow_frame::Position;
use flagflow_gas::{Detail, ErrorKind, Field, Tag};

use crate::error::Result;

use super::super::columns::Columns;
use super::super::conversion::Source;
use super::super::report::{Reason, Refusal};
use super::super::rows::Rows;
use super::values::{BadValue, Named};
use super::{FoundHeader, Gas, Step};

/// The columns of a table, in the order in which they are written.
const COLUMNS: [Field; 5] = [
    Field::TransactionType,
    Field::OutcomeCode,
    Field::MeterPointReference,
    Field::DccServiceFlag,
    Field::DccServiceEffectiveFromDate,
];

/// Those that there have to be.
const NEEDED: [Field; 3] = [COLUMNS[2], COLUMNS[3], COLUMNS[4]];

/// Whether a cell is the name of a column.
pub(in crate::convert) fn is_column(name: &[u8]) -> bool {
    column(name).is_some()
}

fn column(name: &[u8]) -> Option<Field> {
    COLUMNS.into_iter().find(|field| field.name().as_bytes() == name)
}

pub(super) struct Table<R> {
    rows: Rows<R>,
    columns: Columns<Field>,
    /// What the first row of a table without transaction types is.
    assumed: Option<Tag>,
}

impl<R: BufRead> Table<R> {
    pub(super) fn new(input: R) -> Result<Self> {
        let mut rows = Rows::new(input);
        rows.next()?;
        let columns = Columns::named(rows.row(), column, &NEEDED)?;
        Ok(Self { rows, columns, assumed: None })
    }

    fn read(&mut self) -> Result<Detail, BadValue> {
        let row = self.rows.row();
        if !self.columns.fit(row) {
            return Err(BadValue::new(Field::TransactionType, Reason::MalformedRow));
        }
        let tag = self.tag()?;
        self.detail(tag)
    }

    fn tag(&mut self) -> Result<Tag, BadValue> {
        let Some(text) = self.text(Field::TransactionType) else { return self.assume() };
        match Tag::from_bytes(text) {
            Some(tag @ (Tag::E45 | Tag::E46)) => Ok(tag),
            _ => Err(BadValue::new(Field::TransactionType, Reason::Gas(ErrorKind::UnknownRecord))),
        }
    }

    /// An E46 has an outcome code. All rows have to be of one kind.
    fn assume(&mut self) -> Result<Tag, BadValue> {
        let tag = match self.text(Field::OutcomeCode) {
            None | Some(b"") => Tag::E45,
            Some(_) => Tag::E46,
        };
        match self.assumed.replace(self.assumed.unwrap_or(tag)) {
            Some(above) if above != tag => {
                Err(BadValue::new(Field::OutcomeCode, Reason::MixedTable))
            }
            _ => Ok(tag),
        }
    }

    fn bad(&self, bad: BadValue) -> Step {
        if bad.reason == Reason::MalformedRow {
            return Step::Bad(Refusal::new(self.rows.row().position, bad.reason));
        }
        let (position, text) = self.field(bad.field);
        let position = position.forward(bad.start as u64);
        Step::Bad(Refusal::new(position, bad.reason).of(bad.field, text))
    }
}

impl<R: BufRead> Named for Table<R> {
    fn text(&self, field: Field) -> Option<&[u8]> {
        self.columns.text(self.rows.row(), field)
    }
}

impl<R: BufRead> Source<Gas> for Table<R> {
    fn next(&mut self) -> Result<Option<Step>> {
        if !self.rows.next()? {
            return Ok(None);
        }
        Ok(Some(self.read().map_or_else(|bad| self.bad(bad), Step::Record)))
    }

    fn header(&self) -> FoundHeader {
        FoundHeader::None
    }

    fn field(&self, field: Field) -> (Position, Option<&[u8]>) {
        self.columns.place(self.rows.row(), field)
    }

    fn ignored(&self) -> &[String] {
        self.columns.ignored()
    }
}
