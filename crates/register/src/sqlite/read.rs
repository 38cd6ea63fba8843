//! The columns of SQLite's rows, and the queries of the register.

use flagflow_domain::{EffectiveDate, MeterPoint};
use rusqlite::types::{FromSqlResult, ValueRef};
use rusqlite::{Connection, Params, Row, Statement};

use super::failed;
use crate::entry::Entry;
use crate::error::Result;
use crate::file::AppliedFile;
use crate::row::{self, Found, StoredRow, day, entry, integer, key, number, point};

impl StoredRow for Row<'_> {
    fn find_integer(&self, column: &str) -> Found<i64> {
        find(self, column, |value| value.as_i64_or_null())
    }

    fn find_text(&self, column: &str) -> Found<&str> {
        find(self, column, |value| value.as_str_or_null())
    }

    fn find_bytes(&self, column: &str) -> Found<&[u8]> {
        find(self, column, |value| value.as_blob_or_null())
    }

    fn find_bool(&self, column: &str) -> Found<bool> {
        Ok(self.find_integer(column)?.map(|number| number != 0))
    }
}

fn find<'r, T>(
    row: &'r Row<'_>,
    column: &str,
    read: impl FnOnce(ValueRef<'r>) -> FromSqlResult<Option<T>>,
) -> Found<T> {
    Ok(read(row.get_ref(column)?)?)
}

/// The columns of [`file`].
const FILE: &str = "SELECT id, digest, name, bytes, flow, sender, identifier, created, applied_at, \
                    rejected, new, flag_changed, date_changed, late, repeated, conflicting, \
                    corrected FROM file";

pub(super) fn files(
    connection: &Connection,
    visit: &mut dyn FnMut(AppliedFile) -> Result<()>,
) -> Result<()> {
    let mut statement = connection.prepare(&format!("{FILE} ORDER BY id")).map_err(failed)?;
    each(&mut statement, [], &mut |row| visit(file(row)?))
}

/// Returns the file that a condition with one parameter selects.
pub(super) fn file_where(
    connection: &Connection,
    condition: &str,
    parameter: impl rusqlite::ToSql,
) -> Result<Option<AppliedFile>> {
    let mut found = None;
    let query = format!("{FILE} WHERE {condition}");
    let mut statement = connection.prepare_cached(&query).map_err(failed)?;
    each(&mut statement, [parameter], &mut |row| {
        found = Some(file(row)?);
        Ok(())
    })?;
    Ok(found)
}

const STANDING: &str = "SELECT point, day, file, line, flag, effect, 1 AS stands FROM standing";
const ASIDE: &str = "SELECT point, day, file, line, flag, effect, 0 AS stands FROM aside";

pub(super) fn entries(
    connection: &Connection,
    point: Option<MeterPoint>,
    visit: &mut dyn FnMut(Entry) -> Result<()>,
) -> Result<()> {
    let which = if point.is_some() { "WHERE point = ?1" } else { "" };
    // both tables are in this order, so nothing is sorted
    let order = "ORDER BY point, day, file, line";
    let query = format!("{STANDING} {which} UNION ALL {ASIDE} {which} {order}");
    let mut statement = connection.prepare(&query).map_err(failed)?;
    let visit = &mut |row: &Row<'_>| visit(entry(row)?);
    match point {
        Some(point) => each(&mut statement, [key(point)], visit),
        None => each(&mut statement, [], visit),
    }
}

/// Returns the first point of an entry from a point on; after the last one, the first of all.
pub(super) fn point_from(connection: &Connection, from: MeterPoint) -> Result<Option<MeterPoint>> {
    let query = "SELECT point FROM standing WHERE point >= ?1 ORDER BY point LIMIT 1";
    let mut statement = connection.prepare_cached(query).map_err(failed)?;
    for from in [key(from), 0] {
        let mut rows = statement.query([from]).map_err(failed)?;
        if let Some(row) = rows.next().map_err(failed)? {
            return integer(row, "point", point).map(Some);
        }
    }
    Ok(None)
}

/// Returns the day before which updates were removed.
pub(super) fn kept_from(connection: &Connection) -> Result<Option<EffectiveDate>> {
    let mut found = None;
    // 0 if only notices were removed
    let mut statement =
        connection.prepare_cached("SELECT day FROM kept WHERE day > 0").map_err(failed)?;
    each(&mut statement, [], &mut |row| {
        found = Some(day(row)?);
        Ok(())
    })?;
    Ok(found)
}

pub(super) fn each(
    statement: &mut Statement<'_>,
    parameters: impl Params,
    visit: &mut dyn FnMut(&Row<'_>) -> Result<()>,
) -> Result<()> {
    let mut rows = statement.query(parameters).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        visit(row)?;
    }
    Ok(())
}

fn file(row: &dyn StoredRow) -> Result<AppliedFile> {
    let mut effects = [0; 7];
    let columns =
        ["new", "flag_changed", "date_changed", "late", "repeated", "conflicting", "corrected"];
    for (count, column) in effects.iter_mut().zip(columns) {
        *count = number(row, column)?;
    }
    row::file(row, effects)
}
