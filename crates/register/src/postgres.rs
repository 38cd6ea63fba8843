//! A register in a PostgreSQL database, shared by several processes and machines.

mod read;
mod status;
mod transaction;

use std::cell::RefCell;
use std::fmt;

use ::postgres::error::SqlState;
use ::postgres::types::ToSql;
use ::postgres::{Client, NoTls, Row};

use crate::entry::Entry;
use crate::error::{Error, ErrorKind, Result};
use crate::file::AppliedFile;
use crate::row::{self, boolean, day, integer, key};
use crate::store::{Store, Transaction};
use flagflow_domain::{EffectiveDate, MeterPoint};

use transaction::PostgresTransaction;

/// A register in the schema `flagflow` of a database.
///
/// One transaction at a time changes the register: the second waits ten seconds for an advisory
/// lock and then fails with [`ErrorKind::Busy`]. Readers do not wait. The connection is not
/// encrypted: use a Unix socket, loopback or a tunnel.
pub struct Postgres {
    client: RefCell<Client>,
}

/// The current version of the schema.
const VERSION: i64 = 1;

const SCHEMA: &str = include_str!("postgres/schema.sql");

/// Begins a transaction that no other one runs beside: the lock is released at its end. The number
/// is the application id of registers in SQLite files, `flag`.
const BEGIN: &str =
    "BEGIN; SET LOCAL lock_timeout = '10s'; SELECT pg_advisory_xact_lock(1718378855, 1);";

/// A lock that a run holds until its end, or until its connection ends.
const LOCK_RUNS: &str = "SELECT pg_try_advisory_lock(1718378855, 2) AS is_locked";
const UNLOCK_RUNS: &str = "SELECT pg_advisory_unlock(1718378855, 2)";

const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Values of a statement.
type Values<'a> = &'a [&'a (dyn ToSql + Sync)];

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Postgres").finish_non_exhaustive()
    }
}

impl Postgres {
    /// Connects to the database of a URL, `postgres://user@host/database`, and opens its register.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotARegister`] if the database has no register, [`ErrorKind::NewerSchema`] for
    /// a register of a newer version, and errors of the server.
    pub fn open(url: &str) -> Result<Self> {
        let register = Self::connect(url)?;
        match register.version()? {
            None => {
                let what = "the register does not exist: the database has no schema flagflow";
                Err(Error::new(ErrorKind::NotARegister, what))
            }
            Some(VERSION) => Ok(register),
            Some(found) => Err(newer(found)),
        }
    }

    /// Connects to the database of a URL, and opens its register or creates one.
    ///
    /// # Errors
    ///
    /// As [`Postgres::open`].
    pub fn open_or_create(url: &str) -> Result<Self> {
        let register = Self::connect(url)?;
        if register.version()?.is_none() {
            register.create()?;
        }
        match register.version()? {
            Some(found) if found != VERSION => Err(newer(found)),
            _ => Ok(register),
        }
    }

    fn connect(url: &str) -> Result<Self> {
        let client = Client::connect(url, NoTls).map_err(failed)?;
        Ok(Self { client: RefCell::new(client) })
    }

    /// Creates the schema, unless another process has done so in the meantime.
    fn create(&self) -> Result<()> {
        self.batch(BEGIN)?;
        let created = self.version().and_then(|version| match version {
            Some(_) => Ok(()),
            None => {
                self.batch(SCHEMA)?;
                let insert = "INSERT INTO flagflow.register (single, version) VALUES (true, $1)";
                self.execute(insert, &[&VERSION])
            }
        });
        let end = self.batch(if created.is_ok() { "COMMIT" } else { "ROLLBACK" });
        created.and(end)
    }

    fn version(&self) -> Result<Option<i64>> {
        let query = "SELECT to_regclass('flagflow.register') IS NOT NULL AS is_there";
        let is_there = self.row(query, &[], |row| boolean(row, "is_there"))?;
        if is_there != Some(true) {
            return Ok(None);
        }
        self.row("SELECT version FROM flagflow.register", &[], |row| integer(row, "version", Some))
    }

    fn batch(&self, statements: &str) -> Result<()> {
        self.client.borrow_mut().batch_execute(statements).map_err(failed)
    }

    fn execute(&self, statement: &str, values: Values<'_>) -> Result<()> {
        self.client.borrow_mut().execute(statement, values).map(|_| ()).map_err(failed)
    }

    /// Returns what `read` makes of each row.
    fn rows<T>(
        &self,
        query: &str,
        values: Values<'_>,
        read: impl Fn(&Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        let rows = self.client.borrow_mut().query(query, values).map_err(failed)?;
        rows.iter().map(read).collect()
    }

    /// Returns what `read` makes of the only row, if there is one.
    fn row<T>(
        &self,
        query: &str,
        values: Values<'_>,
        read: impl FnOnce(&Row) -> Result<T>,
    ) -> Result<Option<T>> {
        let row = self.client.borrow_mut().query_opt(query, values).map_err(failed)?;
        row.as_ref().map(read).transpose()
    }

    /// Adds rows, as lines of tab-separated values, to a table.
    fn copy(&self, table_and_columns: &str, rows: &str) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let statement = format!("COPY {table_and_columns} FROM STDIN");
        let mut client = self.client.borrow_mut();
        let mut writer = client.copy_in(&statement).map_err(failed)?;
        let written = std::io::Write::write_all(&mut writer, rows.as_bytes());
        written.map_err(|error| Error::new(ErrorKind::Store, FAILED).because(error))?;
        writer.finish().map(|_| ()).map_err(failed)
    }

    /// Reads the register as it is between two transactions.
    fn in_snapshot(&self, read: impl FnOnce() -> Result<()>) -> Result<()> {
        self.batch(SNAPSHOT)?;
        let read = read();
        let end = self.batch("ROLLBACK");
        read.and(end)
    }
}

/// The message of an error without a kind of its own.
const FAILED: &str = "the register cannot be read or written";

/// Converts an error of the server or the connection to an error of this crate.
fn failed(error: ::postgres::Error) -> Error {
    let is_busy = error.code().is_some_and(|code| {
        *code == SqlState::LOCK_NOT_AVAILABLE || *code == SqlState::T_R_DEADLOCK_DETECTED
    });
    match is_busy {
        true => {
            Error::new(ErrorKind::Busy, "another process is changing the register").because(error)
        }
        false => Error::new(ErrorKind::Store, FAILED).because(error),
    }
}

fn newer(found: i64) -> Error {
    let (found, known) = (u32::try_from(found).unwrap_or(u32::MAX), 1);
    let what = format!(
        "the register has version {found}, made by a newer flagflow, and this one knows {known}: use that \
         flagflow, or a copy of the register from before"
    );
    Error::new(ErrorKind::NewerSchema { found, known }, what)
}

impl Store for Postgres {
    fn begin(&mut self) -> Result<Box<dyn Transaction + '_>> {
        self.batch(BEGIN).inspect_err(|_| self.end())?;
        Ok(Box::new(PostgresTransaction::new(self)))
    }

    fn files(&self, visit: &mut dyn FnMut(AppliedFile) -> Result<()>) -> Result<()> {
        read::files(self, None)?.into_iter().try_for_each(visit)
    }

    fn entries(
        &self,
        point: Option<MeterPoint>,
        visit: &mut dyn FnMut(Entry) -> Result<()>,
    ) -> Result<()> {
        self.in_snapshot(|| read::entries(self, point, visit))
    }

    fn point_from(&self, point: MeterPoint) -> Result<Option<MeterPoint>> {
        let query = "SELECT point FROM flagflow.entry WHERE point >= $1 ORDER BY point LIMIT 1";
        let of_row = |row: &Row| integer(row, "point", row::point);
        match self.row(query, &[&key(point)], of_row)? {
            None => self.row(query, &[&0_i64], of_row),
            found => Ok(found),
        }
    }

    fn kept_from(&self) -> Result<Option<EffectiveDate>> {
        // 0 if only notices were removed
        let query = "SELECT day FROM flagflow.kept WHERE day > 0";
        self.row(query, &[], |row| day(row))
    }

    fn remove_updates(&mut self, before: EffectiveDate) -> Result<u64> {
        let before = i64::from(before.as_packed());
        self.execute(KEEP_FROM, &[&before])?;
        self.client.borrow_mut().execute(REMOVE_UPDATES, &[&before]).map_err(failed)
    }
}

const KEEP_FROM: &str = "INSERT INTO flagflow.kept (single, day, file) VALUES (true, $1, 0) \
    ON CONFLICT (single) DO UPDATE SET day = greatest(kept.day, $1)";
const REMOVE_UPDATES: &str = "DELETE FROM flagflow.entry AS entry WHERE day < $1 \
    AND EXISTS (SELECT 1 FROM flagflow.entry AS later WHERE later.point = entry.point \
    AND later.day > entry.day AND later.day < $1)";

impl Postgres {
    /// Ends a transaction without its changes. The server has done so itself if the connection
    /// ended.
    fn end(&self) {
        let _ = self.batch("ROLLBACK");
    }
}
