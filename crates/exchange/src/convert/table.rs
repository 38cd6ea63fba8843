//! Records from a table: a row for each.

use std::borrow::Cow;
use std::io::BufRead;

use flagflow_check::escape;
use flagflow_codec::{ErrorKind, FileOrder, LineKind, LineSpec, MAX_REASONS, Slot, Table};
use flagflow_electricity::SupplierId;
use flagflow_frame::Position;

use flagflow_files::{Error, Result};

use super::columns::TableColumns;
use super::conversion::{ConvertSource, ConvertStep, FoundHeader};
use super::flow::{
    BadValue, ConvertFlow, Extras, NamedLines, Omission, Rest, Texts, group_of, missing,
    reason_item, reason_line,
};
use super::names::{item_of, normal};
use super::options::ConvertOptions;
use super::reason::ConvertReason;
use super::rows::TableRows;

pub(super) struct TableSource<F: ConvertFlow, R> {
    rows: TableRows<R>,
    columns: TableColumns<F::Field>,
    format: F::Format,
    named: F::Named,
    order: FileOrder<F>,
    supplier: Option<SupplierId>,
    /// The group of the row before.
    group: Option<(F::Group, Extras)>,
    /// The record of a row whose group was returned before it.
    waiting: Option<(F::Record, Rest<F>)>,
}

impl<F: ConvertFlow, R: BufRead> TableSource<F, R> {
    pub(super) fn new(
        input: R,
        options: &ConvertOptions,
        format: impl FnOnce(&[String]) -> F::Format,
    ) -> Result<Self> {
        let mut rows = TableRows::new(input, options.delimiter.as_byte());
        rows.next()?;
        let row = rows.row();
        let own: Vec<_> = (0..row.len()).filter_map(|at| row.cell(at)).map(normal).collect();
        let item = |name: &String| item_of(name.clone(), &options.columns);
        let names: Vec<_> = own.iter().map(item).collect();
        let format = format(&names);
        let how = (options.mask, options.csv_safe);
        let table = format.as_ref();
        refuse_old_name::<F>(table, &names)?;
        let supplier = options.supplier;
        let needed = needed::<F>(&format, supplier);
        expect_columns::<F>(table, &own, &options.columns)?;
        let known = |name: String| column(table, &item_of(name, &options.columns));
        let columns = TableColumns::named(row, known, &needed, how)?;
        let (named, order) = (F::Named::new(&format), FileOrder::new(table));
        Ok(Self { rows, columns, format, named, order, supplier, group: None, waiting: None })
    }

    pub(super) const fn format(&self) -> &F::Format {
        &self.format
    }

    fn read(&mut self) -> Result<ConvertStep<F>, BadValue<F::Field>> {
        let Self { rows, columns, format, named, order, .. } = self;
        let row = rows.row();
        columns.fit(row).map_err(BadValue::whole)?;
        if columns.is_of_other_fuel(row, F::FUEL) {
            return Err(BadValue::whole(ConvertReason::OtherFuel));
        }
        // rows are numbered after the first
        let number = row.position.record.unwrap_or(1);
        let omission = Omission { number, is_table: true, supplier: self.supplier };
        let text = |field| {
            let given = columns.text(row, field).map(Cow::Borrowed);
            given.or_else(|| F::left_out(format, field, omission).map(Cow::Owned))
        };
        let line = line_of::<F>(format.as_ref(), text)?;
        let is_named = F::KIND.is_some_and(|kind| text(kind).is_some());
        let (record, extras) = named.record(line.tag(), is_named, text)?;
        let reasons = reasons(named, format.as_ref(), text)?;
        let rest = Rest { extras, reasons };
        let Some(above) = line.parent() else {
            return Ok(ConvertStep::Record(record, rest));
        };
        let group = named.group(above, text)?;
        if self.group.as_ref() == Some(&group) {
            place::<F>(order, format.as_ref(), line.tag(), None)?;
            return Ok(ConvertStep::Record(record, rest));
        }
        let item = group_of(format.as_ref()).and_then(|group| group.items().first());
        place::<F>(order, format.as_ref(), above, item.map(|item| item.field))?;
        place::<F>(order, format.as_ref(), line.tag(), None)?;
        self.waiting = Some((record, rest));
        let (group, extras) = self.group.insert(group);
        Ok(ConvertStep::Group(*group, extras.clone()))
    }
}

/// Places a line, and refuses it if it occurs too often, or a line before it not often enough.
fn place<F: ConvertFlow>(
    order: &mut FileOrder<F>,
    table: &Table<F>,
    tag: F::Tag,
    field: Option<F::Field>,
) -> Result<(), BadValue<F::Field>> {
    let bad = |kind| BadValue { field, ..BadValue::whole(ConvertReason::Codec(kind)) };
    let missing = missing(table, || order.shortfall_before(Some(tag)));
    order.place(Some(tag));
    let wrong = missing.or(order.excess());
    wrong.map_or(Ok(()), |kind| Err(bad(kind)))
}

/// Returns the reasons below the record of a row: the words of a cell.
fn reasons<'t, F: ConvertFlow>(
    named: &mut F::Named,
    table: &Table<F>,
    text: impl Texts<'t, F::Field>,
) -> Result<Vec<F::Reason>, BadValue<F::Field>> {
    let Some(field) = reason_item(table) else { return Ok(Vec::new()) };
    let cell = text(field).unwrap_or_default();
    let words = cell.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    let begin = cell.as_ptr() as usize;
    reasons_of(named, table, words.map(|word| (word, word.as_ptr() as usize - begin)))
}

/// Returns the reasons below a record, each of a text and its place in the text of all.
pub(super) fn reasons_of<'t, F: ConvertFlow>(
    named: &mut F::Named,
    table: &Table<F>,
    texts: impl Iterator<Item = (&'t [u8], usize)>,
) -> Result<Vec<F::Reason>, BadValue<F::Field>> {
    let Some(line) = reason_line(table) else { return Ok(Vec::new()) };
    let reasons: Result<Vec<_>, _> = texts
        .map(|(text, start)| {
            named.reason(text).map_err(|bad| BadValue { start: bad.start + start, ..bad })
        })
        .collect();
    let reasons = reasons?;
    let wrong = match reasons.len() {
        0 if line.cardinality().least > 0 => Some(ConvertReason::MissingValue),
        length if length > MAX_REASONS => Some(ConvertReason::Codec(ErrorKind::TooManyReasons)),
        length => line.objection_to(length).map(ConvertReason::Codec),
    };
    let field = reason_item(table);
    wrong.map_or(Ok(reasons), |reason| Err(BadValue { field, ..BadValue::whole(reason) }))
}

/// Refuses names of columns that are no items, or that the table does not have.
fn expect_columns<F: ConvertFlow>(
    table: &Table<F>,
    names: &[String],
    columns: &[(String, String)],
) -> Result<()> {
    for (item, own) in columns {
        let (wrong, kind) = match column(table, &normal(item.as_bytes())) {
            None => (item, "no item of the flow"),
            Some(_) if !names.contains(&normal(own.as_bytes())) => (own, "no column of the table"),
            Some(_) => continue,
        };
        let what = format!("column {item}={own}: {wrong} is {kind}");
        return Err(Error::new(crate::ErrorKind::Options, escape(what.as_bytes())));
    }
    Ok(())
}

/// Refuses a table that has a column under the name of an earlier version.
fn refuse_old_name<F: ConvertFlow>(table: &Table<F>, names: &[String]) -> Result<()> {
    let is_there = |(old, _): &&(&str, &str)| names.iter().any(|name| name == old);
    let found = F::OLD_NAMES.iter().filter(|(old, _)| column::<F>(table, old).is_none());
    match found.clone().find(is_there) {
        Some((old, new)) => {
            let what = format!("the column {old} is called {new} now: rename it");
            Err(Error::new(crate::ErrorKind::Table, what))
        }
        None => Ok(()),
    }
}

/// Returns the kind of record that a row is.
fn line_of<'f, 't, F: ConvertFlow>(
    table: &'f Table<F>,
    text: impl Texts<'t, F::Field>,
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
        .filter(|line| matches!(line.kind(), LineKind::Record | LineKind::Reason))
        .chain(group_of(table))
        .flat_map(LineSpec::items)
        .map(|item| item.field)
        .find(|field| field.as_ref() == name);
    own.or_else(|| F::ALIASES.iter().find(|(alias, _)| *alias == name).map(|(_, field)| *field))
}

/// Returns the columns that there have to be: the mandatory values of a record, but for those that
/// can be made up, and its reasons.
fn needed<F: ConvertFlow>(format: &F::Format, supplier: Option<SupplierId>) -> Vec<F::Field> {
    let table = format.as_ref();
    let items = table.lines().first().map(LineSpec::items).unwrap_or_default();
    let is_needed = |slot: Slot| {
        matches!(slot, Slot::Point(_) | Slot::Flag | Slot::Date | Slot::Party | Slot::Own)
    };
    let needed = items.iter().filter(|item| item.mandatory && is_needed(item.slot));
    let needed = needed.map(|item| item.field);
    let omission = Omission { number: 1, is_table: true, supplier };
    let reasons = reason_line(table).filter(|line| line.cardinality().least > 0);
    needed
        .filter(|field| F::left_out(format, *field, omission).is_none())
        .chain(reasons.and_then(|_| reason_item(table)))
        .collect()
}

impl<F: ConvertFlow, R: BufRead> ConvertSource<F> for TableSource<F, R> {
    fn next(&mut self) -> Result<Option<ConvertStep<F>>> {
        if let Some((record, rest)) = self.waiting.take() {
            return Ok(Some(ConvertStep::Record(record, rest)));
        }
        if !self.rows.next()? {
            return Ok(None);
        }
        Ok(Some(self.read().unwrap_or_else(|bad| {
            let row = self.rows.row();
            let place = |field| self.columns.place(row, field);
            ConvertStep::Bad(Box::new(bad.refusal(row.position, place)))
        })))
    }

    fn header(&self) -> FoundHeader<F::Header> {
        FoundHeader::None
    }

    fn line(&mut self) -> Position {
        self.rows.row().position
    }

    fn field(&mut self, field: F::Field) -> (Position, Option<&[u8]>) {
        self.columns.place(self.rows.row(), field)
    }

    fn ignored(&self) -> &[String] {
        self.columns.ignored()
    }

    fn empty_rows(&self) -> u64 {
        self.rows.empty
    }
}
