//! Records from a table: a row for each.

use std::borrow::Cow;
use std::io::BufRead;

use flagflow_codec::{ErrorKind, LineKind, LineSpec, Slot, Table};
use flagflow_frame::Position;

use flagflow_files::Result;

use super::columns::TableColumns;
use super::conversion::{ConvertSource, ConvertStep, FoundHeader};
use super::flow::{BadValue, ConvertFlow, Extras, NamedLines};
use super::names::normal;
use super::options::ConvertOptions;
use super::reason::ConvertReason;
use super::rows::TableRows;

pub(super) struct TableSource<F: ConvertFlow, R> {
    rows: TableRows<R>,
    columns: TableColumns<F::Field>,
    format: F::Format,
    named: F::Named,
    /// The group of the row before.
    group: Option<(F::Group, Extras)>,
    /// The record of a row whose group was returned before it.
    waiting: Option<(F::Record, Extras)>,
}

impl<F: ConvertFlow, R: BufRead> TableSource<F, R> {
    pub(super) fn new(
        input: R,
        options: &ConvertOptions,
        format: impl FnOnce(&[String]) -> F::Format,
    ) -> Result<Self> {
        let mut rows = TableRows::new(input);
        rows.next()?;
        let row = rows.row();
        let names: Vec<_> = (0..row.len()).filter_map(|at| row.cell(at)).map(normal).collect();
        let format = format(&names);
        let how = (options.mask, options.csv_safe);
        let table = format.as_ref();
        let columns = TableColumns::named(row, |name| column(table, name), &needed(table), how)?;
        let named = F::Named::new(&format);
        Ok(Self { rows, columns, format, named, group: None, waiting: None })
    }

    pub(super) const fn format(&self) -> &F::Format {
        &self.format
    }

    fn read(&mut self) -> Result<ConvertStep<F>, BadValue<F::Field>> {
        let Self { rows, columns, format, named, .. } = self;
        let row = rows.row();
        columns.fit(row).map_err(BadValue::whole)?;
        if columns.is_of_other_fuel(row, F::FUEL) {
            return Err(BadValue::whole(ConvertReason::OtherFuel));
        }
        // rows are numbered after the first
        let number = row.position.record.unwrap_or(1);
        let text = |field| {
            let given = columns.text(row, field).map(Cow::Borrowed);
            given.or_else(|| F::left_out(format, field, number, true).map(Cow::Owned))
        };
        let line = line_of::<F>(format.as_ref(), text)?;
        let is_named = F::KIND.is_some_and(|kind| text(kind).is_some());
        let (record, extras) = named.record(line.tag(), is_named, text)?;
        if line.parent().is_none() {
            return Ok(ConvertStep::Record(record, extras));
        }
        let group = named.group(text)?;
        if self.group.as_ref() == Some(&group) {
            return Ok(ConvertStep::Record(record, extras));
        }
        self.waiting = Some((record, extras));
        let (group, extras) = self.group.insert(group);
        Ok(ConvertStep::Group(*group, extras.clone()))
    }
}

/// Returns the kind of record that a row is.
fn line_of<'f, 't, F: ConvertFlow>(
    table: &'f Table<F>,
    text: impl Fn(F::Field) -> Option<Cow<'t, [u8]>>,
) -> Result<&'f LineSpec<F>, BadValue<F::Field>> {
    let line = match F::KIND.and_then(&text) {
        Some(kind) => table.lines().iter().find(|line| line.code().as_bytes() == &*kind),
        None => F::unnamed(&text).and_then(|tag| table.line(tag)),
    };
    let unknown = ConvertReason::Codec(ErrorKind::UnknownRecord);
    line.filter(|line| line.kind() == LineKind::Record).ok_or(BadValue {
        field: F::KIND,
        reason: unknown,
        start: 0,
    })
}

/// Returns the item of a record or its group that a column is, under its name or an alias.
pub(super) fn column<F: ConvertFlow>(table: &Table<F>, name: &str) -> Option<F::Field> {
    let lines = table.lines().iter();
    let own = lines
        .filter(|line| matches!(line.kind(), LineKind::Group | LineKind::Record))
        .flat_map(LineSpec::items)
        .map(|item| item.field)
        .find(|field| F::name(field) == name);
    own.or_else(|| F::ALIASES.iter().find(|(alias, _)| *alias == name).map(|(_, field)| *field))
}

/// Returns the columns that there have to be: the values of a record, but for the number of an update,
/// which can be made up.
fn needed<F: ConvertFlow>(table: &Table<F>) -> Vec<F::Field> {
    let items = table.lines().first().map(LineSpec::items).unwrap_or_default();
    let is_needed = |slot: Slot| {
        matches!(slot, Slot::Point(_) | Slot::Flag | Slot::Date | Slot::Party | Slot::Own)
    };
    let needed = items.iter().filter(|item| item.mandatory && is_needed(item.slot));
    needed.map(|item| item.field).collect()
}

impl<F: ConvertFlow, R: BufRead> ConvertSource<F> for TableSource<F, R> {
    fn next(&mut self) -> Result<Option<ConvertStep<F>>> {
        if let Some((record, extras)) = self.waiting.take() {
            return Ok(Some(ConvertStep::Record(record, extras)));
        }
        if !self.rows.next()? {
            return Ok(None);
        }
        Ok(Some(self.read().unwrap_or_else(|bad| {
            let whole = self.rows.row().position;
            ConvertStep::Bad(Box::new(bad.refusal(whole, |field| self.field(field))))
        })))
    }

    fn header(&self) -> FoundHeader<F::Header> {
        FoundHeader::None
    }

    fn field(&self, field: F::Field) -> (Position, Option<&[u8]>) {
        self.columns.place(self.rows.row(), field)
    }

    fn ignored(&self) -> &[String] {
        self.columns.ignored()
    }

    fn empty_rows(&self) -> u64 {
        self.rows.empty
    }
}
