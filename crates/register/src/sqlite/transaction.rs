//! The transaction that applies one file to a database.

use flagflow_domain::{EffectiveDate, MeterPoint, ServiceFlag};
use rusqlite::{CachedStatement, Connection, Params, TransactionBehavior, params};

use super::failed;
use super::read;
use crate::digest::Digest;
use crate::entry::{Entry, FileId};
use crate::error::{Error, Result};
use crate::file::AppliedFile;
use crate::row::{day, flag, key};
use crate::store::Transaction;

/// A transaction; dropping it rolls it back.
pub(super) struct Writing<'c> {
    inner: rusqlite::Transaction<'c>,
    /// The statements of every update, which are not looked up again.
    latest: CachedStatement<'c>,
    insert: CachedStatement<'c>,
}

impl<'c> Writing<'c> {
    pub(super) fn begin(connection: &'c Connection) -> Result<Self> {
        let behavior = TransactionBehavior::Immediate;
        let inner = rusqlite::Transaction::new_unchecked(connection, behavior).map_err(failed)?;
        let latest = connection.prepare_cached(LATEST).map_err(failed)?;
        let insert = connection.prepare_cached(INSERT_STANDING).map_err(failed)?;
        Ok(Self { inner, latest, insert })
    }

    fn execute(&self, statement: &str, parameters: impl Params) -> Result<()> {
        let mut statement = self.inner.prepare_cached(statement).map_err(failed)?;
        statement.execute(parameters).map(|_| ()).map_err(failed)
    }
}

const LATEST: &str = "SELECT day, flag FROM standing WHERE point = ?1 ORDER BY day DESC LIMIT 1";
const STANDING: &str = "SELECT flag FROM standing WHERE point = ?1 AND day = ?2";
const FILES_OF: &str = "SELECT file FROM standing WHERE point = ?1 AND day = ?2 \
                        UNION SELECT file FROM aside WHERE point = ?1 AND day = ?2";
const HAS_SPOKEN: &str = "SELECT \
    EXISTS (SELECT 1 FROM standing WHERE point = ?1 AND day = ?2 AND file = ?3) OR \
    EXISTS (SELECT 1 FROM aside WHERE point = ?1 AND day = ?2 AND file = ?3)";
const SET_ASIDE: &str = "INSERT INTO aside (point, day, file, line, flag, effect) \
                         SELECT point, day, file, line, flag, effect FROM standing \
                         WHERE point = ?1 AND day = ?2";
const SUPERSEDE: &str = "DELETE FROM standing WHERE point = ?1 AND day = ?2";
const INSERT_STANDING: &str = "INSERT INTO standing (point, day, file, line, flag, effect) \
                               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const INSERT_ASIDE: &str = "INSERT INTO aside (point, day, file, line, flag, effect) \
                            VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const INSERT_FILE: &str = "INSERT INTO file (id, digest, name, bytes, flow, sender, identifier, \
                           created, applied_at, rejected, new, flag_changed, date_changed, late, \
                           repeated, conflicting, corrected) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, \
                           ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)";

const KEEP_FROM: &str = "INSERT INTO kept (only, day, file) VALUES (1, ?1, 0) \
                         ON CONFLICT (only) DO UPDATE SET day = max(day, ?1)";

/// Removes the updates of before a day, except those of the last such day of each point.
pub(super) fn remove_updates(connection: &Connection, before: EffectiveDate) -> Result<u64> {
    let before = before.as_packed();
    connection.execute(KEEP_FROM, [before]).map_err(failed)?;
    let mut removed = 0;
    // the current updates last, because they decide which day is the last one
    for table in ["aside", "standing"] {
        let remove = format!(
            "DELETE FROM {table} WHERE day < ?1 AND EXISTS (SELECT 1 FROM standing AS later \
             WHERE later.point = {table}.point AND later.day > {table}.day AND later.day < ?1)"
        );
        removed += connection.execute(&remove, [before]).map_err(failed)? as u64;
    }
    Ok(removed)
}

/// Converts a number to SQLite's type. No count comes near the limit.
fn integer(number: u64) -> Result<i64> {
    i64::try_from(number).map_err(|error| Error::corrupt("a number is too large").because(error))
}

impl Transaction for Writing<'_> {
    fn file_with(&mut self, digest: &Digest) -> Result<Option<AppliedFile>> {
        read::file_where(&self.inner, "digest = ?1", digest.0)
    }

    fn file(&mut self, id: FileId) -> Result<Option<AppliedFile>> {
        read::file_where(&self.inner, "id = ?1", id.0)
    }

    fn next_file(&mut self) -> Result<FileId> {
        let query = "SELECT coalesce(max(id), 0) FROM file";
        let last: u32 = self.inner.query_row(query, [], |row| row.get(0)).map_err(failed)?;
        Ok(FileId(last).next())
    }

    fn latest(&mut self, point: MeterPoint) -> Result<Option<(EffectiveDate, ServiceFlag)>> {
        let mut rows = self.latest.query([key(point)]).map_err(failed)?;
        let row = rows.next().map_err(failed)?;
        row.map(|row| Ok((day(row)?, flag(row)?))).transpose()
    }

    fn standing(&mut self, point: MeterPoint, day: EffectiveDate) -> Result<Option<ServiceFlag>> {
        let mut statement = self.inner.prepare_cached(STANDING).map_err(failed)?;
        let mut rows = statement.query((key(point), day.as_packed())).map_err(failed)?;
        rows.next().map_err(failed)?.map(|row| flag(row)).transpose()
    }

    fn files_of(&mut self, point: MeterPoint, day: EffectiveDate) -> Result<Vec<FileId>> {
        let mut statement = self.inner.prepare_cached(FILES_OF).map_err(failed)?;
        let parameters = (key(point), day.as_packed());
        let files =
            statement.query_map(parameters, |row| row.get(0).map(FileId)).map_err(failed)?;
        files.collect::<rusqlite::Result<_>>().map_err(failed)
    }

    fn has_spoken(&mut self, file: FileId, point: MeterPoint, day: EffectiveDate) -> Result<bool> {
        let mut statement = self.inner.prepare_cached(HAS_SPOKEN).map_err(failed)?;
        let parameters = (key(point), day.as_packed(), file.0);
        statement.query_row(parameters, |row| row.get(0)).map_err(failed)
    }

    fn supersede(&mut self, point: MeterPoint, day: EffectiveDate) -> Result<()> {
        self.execute(SET_ASIDE, (key(point), day.as_packed()))?;
        self.execute(SUPERSEDE, (key(point), day.as_packed()))
    }

    fn insert(&mut self, entry: &Entry) -> Result<()> {
        let Entry { update, file, effect, stands } = entry;
        let (point, day, line) =
            (key(update.point), update.from.as_packed(), integer(update.line)?);
        let (flag, effect) = (update.flag.as_str(), *effect as u8);
        let values = params![point, day, file.0, line, flag, effect];
        match stands {
            true => self.insert.execute(values).map(|_| ()).map_err(failed),
            false => self.execute(INSERT_ASIDE, values),
        }
    }

    fn commit(self: Box<Self>, file: &AppliedFile) -> Result<()> {
        let origin = file.origin.as_ref();
        let counts = file.counts;
        let time = |time: Option<flagflow_electricity::Timestamp>| {
            time.map(|time| integer(time.as_packed())).transpose()
        };
        self.execute(
            INSERT_FILE,
            params![
                file.id.0,
                file.digest.0,
                file.name,
                integer(file.bytes)?,
                file.flow.map(flagflow_check::Flow::as_str),
                origin.map(|origin| &origin.sender),
                origin.map(|origin| &origin.identifier),
                time(origin.map(|origin| origin.created))?,
                time(file.applied_at)?,
                integer(counts.rejected)?,
                integer(counts.new)?,
                integer(counts.flag_changed)?,
                integer(counts.date_changed)?,
                integer(counts.late)?,
                integer(counts.repeated)?,
                integer(counts.conflicting)?,
                integer(counts.corrected)?,
            ],
        )?;
        self.inner.commit().map_err(failed)
    }
}
