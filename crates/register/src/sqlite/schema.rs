//! The schema of a register's file and its migrations.

mod version_4;
mod version_7;

use rusqlite::Connection;

use super::{Sqlite, failed, not_a_register};
use crate::error::{Error, ErrorKind, Result};
use crate::notify::store::atomically;

/// Identifies a file as a register: SQLite's `application_id`, the letters `flag`.
pub const APPLICATION_ID: i32 = i32::from_be_bytes(*b"flag");

/// The current version of the schema: SQLite's `user_version`.
pub const SCHEMA_VERSION: u32 = 7;

/// The migration to each version from the previous one. A released migration is never changed:
/// later changes are migrations of their own.
const MIGRATIONS: [Migration; SCHEMA_VERSION as usize] = [
    Migration::Sql(VERSION_1),
    Migration::Sql(VERSION_2),
    Migration::Sql(VERSION_3),
    Migration::Code(version_4::migrate),
    Migration::Sql(VERSION_5),
    Migration::Sql(VERSION_6),
    Migration::Code(version_7::migrate),
];

/// A step of the schema to the next version.
#[derive(Clone, Copy)]
enum Migration {
    Sql(&'static str),
    Code(fn(&mut Sqlite) -> Result<()>),
}

/// Current updates are in one table and all others in the other, so that the current update for a
/// day is one row, and that for a point's latest day is its last row, however often it was
/// repeated.
///
/// Points are [keys](crate::MeterPoint::as_key), days are numbers of eight digits, flags are
/// letters, effects are indexes in [`Effect::ALL`](crate::Effect::ALL).
const VERSION_1: &str = "
CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    flow TEXT,
    sender TEXT,
    identifier TEXT,
    created INTEGER,
    applied_at INTEGER,
    rejected INTEGER NOT NULL,
    new INTEGER NOT NULL,
    flag_changed INTEGER NOT NULL,
    date_changed INTEGER NOT NULL,
    late INTEGER NOT NULL,
    repeated INTEGER NOT NULL,
    conflicting INTEGER NOT NULL,
    corrected INTEGER NOT NULL
) STRICT;

CREATE TABLE standing (
    point INTEGER NOT NULL,
    day INTEGER NOT NULL,
    file INTEGER NOT NULL,
    line INTEGER NOT NULL,
    flag TEXT NOT NULL,
    effect INTEGER NOT NULL,
    PRIMARY KEY (point, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE aside (
    point INTEGER NOT NULL,
    day INTEGER NOT NULL,
    file INTEGER NOT NULL,
    line INTEGER NOT NULL,
    flag TEXT NOT NULL,
    effect INTEGER NOT NULL,
    PRIMARY KEY (point, day, file, line)
) STRICT, WITHOUT ROWID;
";

/// Events of smart meters in the order in which they were added, and the planned files. Devices are
/// their 64 bits, times are numbers of fourteen digits.
const VERSION_2: &str = "
CREATE TABLE status_settings (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    rules TEXT NOT NULL,
    gas INTEGER NOT NULL,
    electricity INTEGER NOT NULL
) STRICT;

CREATE TABLE status_event (
    id INTEGER PRIMARY KEY,
    day INTEGER NOT NULL,
    device INTEGER NOT NULL,
    event TEXT NOT NULL,
    point INTEGER
) STRICT;

CREATE TABLE status_file (
    id INTEGER PRIMARY KEY,
    recipient TEXT NOT NULL,
    number INTEGER NOT NULL,
    created INTEGER NOT NULL,
    digest BLOB NOT NULL,
    sent INTEGER NOT NULL,
    UNIQUE (recipient, number)
) STRICT;

CREATE TABLE status_notice (
    file INTEGER NOT NULL,
    point INTEGER NOT NULL,
    flag TEXT NOT NULL,
    day INTEGER NOT NULL,
    PRIMARY KEY (file, point)
) STRICT, WITHOUT ROWID;

CREATE TABLE status_answer (
    recipient TEXT NOT NULL,
    number INTEGER NOT NULL,
    point INTEGER NOT NULL,
    rejected TEXT,
    PRIMARY KEY (recipient, number, point)
) STRICT, WITHOUT ROWID;
";

/// Suppliers of events and notices, continuing numbers, the files of events and of answers, and
/// every answer instead of the last one.
///
/// Before this version each file had the sequence number 1 and began at the instruction 1. An
/// earlier answer has file and line 0.
const VERSION_3: &str = "
ALTER TABLE status_event ADD COLUMN supplier TEXT;

ALTER TABLE status_file ADD COLUMN sequence INTEGER NOT NULL DEFAULT 1;
ALTER TABLE status_file ADD COLUMN first_instruction INTEGER NOT NULL DEFAULT 1;

ALTER TABLE status_notice ADD COLUMN supplier TEXT;

CREATE TABLE status_taken (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    events INTEGER NOT NULL,
    repeated INTEGER NOT NULL,
    refused INTEGER NOT NULL
) STRICT;

CREATE TABLE status_answer_file (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL
) STRICT;

ALTER TABLE status_answer RENAME TO status_last_answer;

CREATE TABLE status_answer (
    recipient TEXT NOT NULL,
    number INTEGER NOT NULL,
    point INTEGER NOT NULL,
    file INTEGER NOT NULL,
    line INTEGER NOT NULL,
    rejected TEXT,
    PRIMARY KEY (recipient, number, point, file, line)
) STRICT, WITHOUT ROWID;

INSERT INTO status_answer SELECT recipient, number, point, 0, 0, rejected FROM status_last_answer;

DROP TABLE status_last_answer;
";

/// The confirmations of files of updates (D0172).
///
/// Electricity files that are planned and not on disk had placeholder codes and no suppliers. The
/// next run decides about their bytes: its numbers and contents stay.
const VERSION_5: &str = "
CREATE TABLE status_confirmation (
    file INTEGER NOT NULL,
    answer_file INTEGER NOT NULL,
    line INTEGER NOT NULL,
    day INTEGER NOT NULL,
    received INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    PRIMARY KEY (file, answer_file, line)
) STRICT, WITHOUT ROWID;

UPDATE status_file SET digest = zeroblob(32) WHERE sent = 0 AND recipient <> 'gas';
";

/// The day from which updates are kept, and the last file of which notices may have been removed.
const VERSION_6: &str = "
CREATE TABLE kept (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    day INTEGER NOT NULL,
    file INTEGER NOT NULL
) STRICT;
";

fn pragma(connection: &Connection, name: &str) -> Result<i64> {
    connection.pragma_query_value(None, name, |row| row.get(0)).map_err(failed)
}

fn version(connection: &Connection) -> Result<u32> {
    // a negative version is never valid
    let version = pragma(connection, "user_version")?;
    Ok(u32::try_from(version).unwrap_or(u32::MAX))
}

/// Returns true if a database has no tables, as in an empty file.
pub(super) fn is_empty(connection: &Connection) -> Result<bool> {
    let query = "SELECT count(*) FROM sqlite_schema";
    let tables: i64 = connection.query_row(query, [], |row| row.get(0)).map_err(failed)?;
    Ok(tables == 0 && pragma(connection, "application_id")? == 0)
}

/// Rejects a database that is not a register, or of a newer version, before anything is changed.
pub(super) fn recognise(connection: &Connection) -> Result<()> {
    if is_empty(connection)? {
        return Ok(());
    }
    if pragma(connection, "application_id")? != i64::from(APPLICATION_ID) {
        return Err(not_a_register());
    }
    known(version(connection)?).map(|_| ())
}

/// Returns the migrations after a version.
fn known(found: u32) -> Result<&'static [Migration]> {
    let missing = usize::try_from(found).ok().and_then(|found| MIGRATIONS.get(found..));
    missing.ok_or_else(|| {
        let known = SCHEMA_VERSION;
        let what = format!(
            "the register has version {found}, made by a newer flagflow, and this one knows {known}: \
             use that flagflow, or a copy of the register from before"
        );
        Error::new(ErrorKind::NewerSchema { found, known }, what)
    })
}

/// Runs the missing migrations, all or none of them.
pub(super) fn migrate(register: &mut Sqlite) -> Result<()> {
    if version(&register.connection)? == SCHEMA_VERSION {
        return Ok(());
    }
    atomically(register, |register| {
        // another process may have run them in the meantime
        for step in known(version(&register.connection)?)? {
            match step {
                Migration::Sql(step) => register.connection.execute_batch(step).map_err(failed)?,
                Migration::Code(step) => step(register)?,
            }
        }
        let connection = &register.connection;
        connection.pragma_update(None, "application_id", APPLICATION_ID).map_err(failed)?;
        connection.pragma_update(None, "user_version", SCHEMA_VERSION).map_err(failed)
    })
}
