//! The columns of PostgreSQL's rows, and the queries of the register.

use flagflow_domain::MeterPoint;
use postgres::Row;

use super::Postgres;
use crate::entry::{Entry, FileId};
use crate::error::Result;
use crate::file::AppliedFile;
use crate::row::{self, Found, StoredRow, entry, key, senseless, unsigned};

/// The number of rows that are read at a time.
const CHUNK: i64 = 10_000;

impl StoredRow for Row {
    fn find_integer(&self, column: &str) -> Found<i64> {
        Ok(self.try_get(column)?)
    }

    fn find_text(&self, column: &str) -> Found<&str> {
        Ok(self.try_get(column)?)
    }

    fn find_bytes(&self, column: &str) -> Found<&[u8]> {
        Ok(self.try_get(column)?)
    }

    fn find_bool(&self, column: &str) -> Found<bool> {
        Ok(self.try_get(column)?)
    }
}

/// Reads a column of several numbers.
pub(super) fn integers<V>(
    row: &Row,
    column: &str,
    read: impl FnOnce(Vec<i64>) -> Option<V>,
) -> Result<V> {
    let numbers = row.try_get(column).map_err(|error| senseless(column).because(error))?;
    read(numbers).ok_or_else(|| senseless(column))
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
        let found = register
            .rows(&query, &[first, day, file, line, &last_key, &CHUNK], |row| entry(row))?;
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
    register.rows(&query, &[&points], |row| entry(row))
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
    let effects = integers(row, "counts", |numbers| <[i64; 7]>::try_from(numbers).ok())?;
    row::file(row, effects.map(|number| unsigned(number).unwrap_or_default()))
}
