//! Converts rows to values. Rows may have any content, because another program may have changed the
//! database.

use flagflow_check::{Flow, escape};
use flagflow_domain::{EffectiveDate, MeterPoint, ServiceFlag};
use flagflow_electricity::Timestamp;
use flagflow_status::Supplier;
use postgres::Row;
use postgres::types::FromSql;

use super::Postgres;
use crate::digest::Digest;
use crate::entry::{Effect, Entry, FileId, Update};
use crate::error::{Error, Result};
use crate::file::{AppliedFile, Origin, UpdateCounts};

/// The number of rows that are read at a time.
const CHUNK: i64 = 10_000;

/// Converts a point to its key, of at most fourteen digits.
pub(super) const fn key(point: MeterPoint) -> i64 {
    point.as_key().cast_signed()
}

/// Returns the point of a key.
pub(super) fn point(key: i64) -> Option<MeterPoint> {
    MeterPoint::from_key(u64::try_from(key).ok()?)
}

/// Reads a column, checking its type and value.
pub(super) fn value<'r, T: FromSql<'r>, V>(
    row: &'r Row,
    column: &str,
    read: impl FnOnce(T) -> Option<V>,
) -> Result<V> {
    let senseless = || Error::corrupt(format!("the register has a senseless {column}"));
    let value = row.try_get(column).map_err(|error| senseless().because(error))?;
    read(value).ok_or_else(senseless)
}

/// Reads a column that may be null.
pub(super) fn optional<'r, T: FromSql<'r>, V>(
    row: &'r Row,
    column: &str,
    read: impl FnOnce(T) -> Option<V>,
) -> Result<Option<V>> {
    value(row, column, |found: Option<T>| match found {
        Some(found) => read(found).map(Some),
        None => Some(None),
    })
}

pub(super) fn unsigned(number: i64) -> Option<u64> {
    u64::try_from(number).ok()
}

pub(super) fn number(row: &Row, column: &str) -> Result<u64> {
    value(row, column, unsigned)
}

pub(super) fn day_of(day: i64) -> Option<EffectiveDate> {
    EffectiveDate::from_packed(u32::try_from(day).ok()?).ok()
}

pub(super) fn flag_of(flag: &str) -> Option<ServiceFlag> {
    flag.parse().ok()
}

pub(super) fn time_of(time: i64) -> Option<Timestamp> {
    Timestamp::from_packed(u64::try_from(time).ok()?).ok()
}

pub(super) fn digest_of(bytes: &[u8]) -> Option<Digest> {
    bytes.try_into().ok().map(Digest)
}

pub(super) fn supplier(row: &Row) -> Result<Option<Supplier>> {
    optional(row, "supplier", |text: &str| text.parse().ok())
}

fn file_id(row: &Row, column: &str) -> Result<FileId> {
    value(row, column, |id: i64| u32::try_from(id).ok().map(FileId))
}

const ENTRIES: &str = "SELECT point, day, file, line, flag, effect, stands FROM flagflow.entry";

/// Calls `visit` with all entries, or those of one point, in chunks.
pub(super) fn entries(
    register: &Postgres,
    point: Option<MeterPoint>,
    visit: &mut dyn FnMut(Entry) -> Result<()>,
) -> Result<()> {
    let query = format!(
        "{ENTRIES} WHERE (point, day, file, line) > ($1, $2, $3, $4) AND point <= $5 \
         ORDER BY point, day, file, line LIMIT $6"
    );
    let last_key = point.map_or(i64::MAX, key);
    let mut after = [point.map_or(-1, key), -1, -1, -1];
    loop {
        let [first, day, file, line] = &after;
        let found = register.rows(&query, &[first, day, file, line, &last_key, &CHUNK], entry)?;
        let is_last = found.len() < usize::try_from(CHUNK).unwrap_or(usize::MAX);
        if let Some(Entry { update, file, .. }) = found.last() {
            let day = i64::from(update.from.as_packed());
            after = [key(update.point), day, i64::from(file.0), update.line.cast_signed()];
        }
        found.into_iter().try_for_each(&mut *visit)?;
        if is_last {
            return Ok(());
        }
    }
}

/// Returns the entries of some points.
pub(super) fn entries_of(register: &Postgres, points: &[i64]) -> Result<Vec<Entry>> {
    let query = format!("{ENTRIES} WHERE point = ANY($1) ORDER BY point, day, file, line");
    register.rows(&query, &[&points], entry)
}

fn entry(row: &Row) -> Result<Entry> {
    Ok(Entry {
        update: Update {
            point: value(row, "point", point)?,
            from: value(row, "day", day_of)?,
            flag: value(row, "flag", flag_of)?,
            line: number(row, "line")?,
        },
        file: file_id(row, "file")?,
        effect: value(row, "effect", |place: i64| {
            Effect::ALL.get(usize::try_from(place).ok()?).copied()
        })?,
        stands: value(row, "stands", Some)?,
    })
}

/// Returns all applied files, or the one with a number.
pub(super) fn files(register: &Postgres, id: Option<FileId>) -> Result<Vec<AppliedFile>> {
    let query = "SELECT id, digest, name, bytes, flow, sender, identifier, created, applied_at, rejected, \
                 ARRAY(SELECT coalesce((SELECT count FROM flagflow.file_count AS counted \
                 WHERE counted.file = file.id AND counted.effect = place), 0) \
                 FROM generate_series(0, 6) AS place ORDER BY place) AS counts \
                 FROM flagflow.file AS file WHERE $1::bigint IS NULL OR id = $1 ORDER BY id";
    register.rows(query, &[&id.map(|id| i64::from(id.0))], file)
}

fn file(row: &Row) -> Result<AppliedFile> {
    Ok(AppliedFile {
        id: file_id(row, "id")?,
        name: value(row, "name", |name: &str| Some(escape(name.as_bytes())))?,
        digest: value(row, "digest", digest_of)?,
        bytes: number(row, "bytes")?,
        flow: optional(row, "flow", |name: &str| name.parse::<Flow>().ok())?,
        origin: origin(row)?,
        applied_at: optional(row, "applied_at", time_of)?,
        counts: counts(row)?,
    })
}

fn origin(row: &Row) -> Result<Option<Origin>> {
    let Some(created) = optional(row, "created", time_of)? else { return Ok(None) };
    let sender = value(row, "sender", Some)?;
    Ok(Some(Origin { sender, identifier: value(row, "identifier", Some)?, created }))
}

fn counts(row: &Row) -> Result<UpdateCounts> {
    let numbers = value(row, "counts", |numbers: Vec<i64>| <[i64; 7]>::try_from(numbers).ok())?;
    let [new, flag_changed, date_changed, late, repeated, conflicting, corrected] =
        numbers.map(|number| unsigned(number).unwrap_or_default());
    let mut counts = UpdateCounts {
        records: 0,
        rejected: number(row, "rejected")?,
        new,
        flag_changed,
        date_changed,
        late,
        repeated,
        conflicting,
        corrected,
    };
    let effects = Effect::ALL.map(|effect| counts.of(effect));
    counts.records = effects.into_iter().fold(counts.rejected, u64::saturating_add);
    Ok(counts)
}
