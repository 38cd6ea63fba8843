//! Converts rows to values. Rows may have any content, because another program may have changed the
//! file.

use flagflow_check::{Flow, escape};
use flagflow_domain::{EffectiveDate, MeterPoint, ServiceFlag};
use flagflow_electricity::Timestamp;
use rusqlite::{Connection, Params, Row, Statement};

use super::failed;
use crate::digest::Digest;
use crate::entry::{Effect, Entry, FileId, Update};
use crate::error::{Error, Result};
use crate::file::{AppliedFile, Origin, UpdateCounts};

/// The columns of [`file`], in its order.
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
            return value(row, "point", |key| point(key).map(Some));
        }
    }
    Ok(None)
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

/// Converts a point to its SQLite key, of at most fourteen digits.
pub(super) fn key(point: MeterPoint) -> i64 {
    point.as_key().cast_signed()
}

/// Returns the point of a key.
pub(super) fn point(key: i64) -> Option<MeterPoint> {
    MeterPoint::from_key(u64::try_from(key).ok()?)
}

/// Reads a column, checking its type and value.
pub(super) fn value<T: rusqlite::types::FromSql, V>(
    row: &Row<'_>,
    column: &str,
    read: impl FnOnce(T) -> Option<V>,
) -> Result<V> {
    let senseless = || Error::corrupt(format!("the register has a senseless {column}"));
    let value = row.get(column).map_err(|error| senseless().because(error))?;
    read(value).ok_or_else(senseless)
}

pub(super) fn number(row: &Row<'_>, column: &str) -> Result<u64> {
    value(row, column, |number: i64| u64::try_from(number).ok())
}

pub(super) fn time(row: &Row<'_>, column: &str) -> Result<Option<Timestamp>> {
    value(row, column, |time: Option<i64>| match time {
        Some(time) => Timestamp::from_packed(u64::try_from(time).ok()?).ok().map(Some),
        None => Some(None),
    })
}

fn file_id(row: &Row<'_>, column: &str) -> Result<FileId> {
    value(row, column, |id: i64| u32::try_from(id).ok().map(FileId))
}

pub(super) fn day(row: &Row<'_>) -> Result<EffectiveDate> {
    value(row, "day", |day: i64| EffectiveDate::from_packed(u32::try_from(day).ok()?).ok())
}

pub(super) fn flag(row: &Row<'_>) -> Result<ServiceFlag> {
    value(row, "flag", |flag: String| flag.parse().ok())
}

pub(super) fn optional_day(row: &Row<'_>, column: &str) -> Result<Option<EffectiveDate>> {
    value(row, column, |day: Option<i64>| match day {
        Some(day) => EffectiveDate::from_packed(u32::try_from(day).ok()?).ok().map(Some),
        None => Some(None),
    })
}

pub(super) fn optional_flag(row: &Row<'_>, column: &str) -> Result<Option<ServiceFlag>> {
    value(row, column, |flag: Option<String>| match flag {
        Some(flag) => flag.parse().ok().map(Some),
        None => Some(None),
    })
}

fn entry(row: &Row<'_>) -> Result<Entry> {
    Ok(Entry {
        update: Update {
            point: value(row, "point", point)?,
            from: day(row)?,
            flag: flag(row)?,
            line: number(row, "line")?,
        },
        file: file_id(row, "file")?,
        effect: value(row, "effect", |place: i64| {
            Effect::ALL.get(usize::try_from(place).ok()?).copied()
        })?,
        stands: value(row, "stands", Some)?,
    })
}

fn file(row: &Row<'_>) -> Result<AppliedFile> {
    Ok(AppliedFile {
        id: file_id(row, "id")?,
        name: value(row, "name", |name: String| Some(escape(name.as_bytes())))?,
        digest: Digest(value(row, "digest", Some)?),
        bytes: number(row, "bytes")?,
        flow: value(row, "flow", |name: Option<String>| match name {
            Some(name) => name.parse::<Flow>().ok().map(Some),
            None => Some(None),
        })?,
        origin: origin(row)?,
        applied_at: time(row, "applied_at")?,
        counts: counts(row)?,
    })
}

fn origin(row: &Row<'_>) -> Result<Option<Origin>> {
    let Some(created) = time(row, "created")? else { return Ok(None) };
    let sender = value(row, "sender", Some)?;
    Ok(Some(Origin { sender, identifier: value(row, "identifier", Some)?, created }))
}

fn counts(row: &Row<'_>) -> Result<UpdateCounts> {
    let mut counts = UpdateCounts {
        records: 0,
        rejected: number(row, "rejected")?,
        new: number(row, "new")?,
        flag_changed: number(row, "flag_changed")?,
        date_changed: number(row, "date_changed")?,
        late: number(row, "late")?,
        repeated: number(row, "repeated")?,
        conflicting: number(row, "conflicting")?,
        corrected: number(row, "corrected")?,
    };
    let effects = Effect::ALL.map(|effect| counts.of(effect));
    counts.records = effects.into_iter().fold(counts.rejected, u64::saturating_add);
    Ok(counts)
}
