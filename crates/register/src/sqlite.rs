//! A register in one file: SQLite, which needs no setup.

mod read;
mod schema;
mod status;
mod transaction;

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use crate::entry::Entry;
use crate::error::{Error, ErrorKind, Result};
use crate::file::AppliedFile;
use crate::store::{Store, Transaction};
use flagflow_domain::MeterPoint;

pub use schema::{APPLICATION_ID, SCHEMA_VERSION};

use transaction::Writing;

/// A register in a file.
///
/// One transaction a file, write-ahead logging and `synchronous = FULL`: what was committed is there
/// after a crash, what was not is gone, and nobody ever sees a part. Those who read see the register
/// as it was before whatever is being applied, and keep nobody waiting. While somebody has it open,
/// and after a crash, two more files stand beside it, named like it with `-wal` and `-shm`: they
/// belong to it, and the next who opens it puts them away.
///
/// It must not be on a network's file system.
#[derive(Debug)]
pub struct Sqlite {
    connection: Connection,
}

/// How much of the file is kept in memory, in KiB.
const CACHE_KIB: i64 = 64 * 1024;

/// How long to wait for somebody else who is changing the register.
const PATIENCE: Duration = Duration::from_secs(10);

impl Sqlite {
    /// Opens a register that is there.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotARegister`] for what is none, [`ErrorKind::NewerSchema`] for one that a newer
    /// version made, [`ErrorKind::Busy`], and what SQLite says.
    pub fn open(path: &Path) -> Result<Self> {
        if !path.exists() {
            let what = format!("{}: there is no such register", flagflow_check::escape_path(path));
            return Err(Error::new(ErrorKind::NotARegister, what));
        }
        let register = Self::open_with(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        if schema::is_empty(&register.connection)? {
            return Err(not_a_register());
        }
        register.prepared()
    }

    /// Opens a register, or makes one where there is no file, or an empty one. A new file is its owner's
    /// alone (mode 0600, where there are modes), and so are the files that SQLite has beside it.
    ///
    /// # Errors
    ///
    /// As [`Sqlite::open`].
    pub fn open_or_create(path: &Path) -> Result<Self> {
        make_private(path);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        Self::open_with(path, flags)?.prepared()
    }

    fn open_with(path: &Path, flags: OpenFlags) -> Result<Self> {
        let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(failed)?;
        connection.busy_timeout(PATIENCE).map_err(failed)?;
        Ok(Self { connection })
    }

    /// Makes sure that it is a register before anything is changed, and brings its schema up to date.
    fn prepared(mut self) -> Result<Self> {
        patiently(|| self.prepare())?;
        Ok(self)
    }

    fn prepare(&mut self) -> Result<()> {
        schema::recognise(&self.connection)?;
        let own = &self.connection;
        own.pragma_update(None, "trusted_schema", false).map_err(failed)?;
        own.pragma_update(None, "cache_size", -CACHE_KIB).map_err(failed)?;
        own.pragma_update(None, "journal_mode", "WAL").map_err(failed)?;
        own.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
        schema::migrate(&mut self.connection)
    }
}

/// Makes an empty file that its owner alone may read and write, unless there is one. What goes wrong,
/// SQLite will say.
fn make_private(path: &Path) {
    let mut options = std::fs::File::options();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // what is there may be a pipe, which would be waited for
    if !path.exists() {
        let _ = options.open(path);
    }
}

/// How long to wait from try to try.
const PAUSE: Duration = Duration::from_millis(20);

/// Tries again while somebody else has the register. SQLite itself waits for that, but not where it
/// changes how a new register keeps its journal.
fn patiently(mut attempt: impl FnMut() -> Result<()>) -> Result<()> {
    let began = Instant::now();
    loop {
        match attempt() {
            Err(error) if error.kind() == ErrorKind::Busy && began.elapsed() < PATIENCE => {
                std::thread::sleep(PAUSE);
            }
            done => return done,
        }
    }
}

/// What SQLite said, as an error of this crate.
fn failed(error: rusqlite::Error) -> Error {
    let (kind, what) = match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => return not_a_register(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            (ErrorKind::Busy, "somebody else is changing the register")
        }
        Some(ErrorCode::DatabaseCorrupt) => (ErrorKind::Corrupt, "the register is damaged"),
        _ => (ErrorKind::Store, "the register cannot be read or written"),
    };
    Error::new(kind, what).because(error)
}

fn not_a_register() -> Error {
    Error::new(ErrorKind::NotARegister, "what is there is no register of flags")
}

impl Store for Sqlite {
    fn begin(&mut self) -> Result<Box<dyn Transaction + '_>> {
        let behavior = TransactionBehavior::Immediate;
        let inner = self.connection.transaction_with_behavior(behavior).map_err(failed)?;
        Ok(Box::new(Writing { inner }))
    }

    fn files(&self, tell: &mut dyn FnMut(AppliedFile) -> Result<()>) -> Result<()> {
        read::files(&self.connection, tell)
    }

    fn entries(
        &self,
        point: Option<MeterPoint>,
        tell: &mut dyn FnMut(Entry) -> Result<()>,
    ) -> Result<()> {
        read::entries(&self.connection, point, tell)
    }

    fn damage(&self) -> Result<Vec<String>> {
        let mut statement =
            self.connection.prepare("PRAGMA integrity_check(100)").map_err(failed)?;
        let lines = statement.query_map([], |row| row.get(0)).map_err(failed)?;
        let lines: rusqlite::Result<Vec<String>> = lines.collect();
        let mut lines = lines.map_err(failed)?;
        lines.retain(|line| line != "ok");
        Ok(lines)
    }
}
