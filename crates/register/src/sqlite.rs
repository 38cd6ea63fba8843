//! A register in one SQLite file, which needs no setup.

mod log;
mod read;
mod schema;
mod status;
mod transaction;

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::entry::Entry;
use crate::error::{Error, ErrorKind, Result};
use crate::file::AppliedFile;
use crate::store::{Store, Transaction};
use flagflow_domain::{EffectiveDate, MeterPoint};

pub use schema::{APPLICATION_ID, SCHEMA_VERSION};

use transaction::Writing;

/// A register in a file.
///
/// Each file is one transaction, with write-ahead logging and `synchronous = FULL`: committed
/// changes survive a crash, and other changes are never visible. Readers see the register as it was
/// before the current transaction, and do not block. While a register is open, and after a crash,
/// two more files exist beside it, with `-wal` and `-shm` appended to its name: they belong to the
/// register, and the next process to open it removes them.
///
/// The file must not be on a network file system.
#[derive(Debug)]
pub struct Sqlite {
    connection: Connection,
}

/// Size of the page cache, in KiB.
const CACHE_KIB: i64 = 64 * 1024;

/// Size of the write-ahead log from which its pages are copied to the register, in pages of 4 KiB:
/// a page that changes several times is copied once.
const CHECKPOINT_PAGES: i64 = 16 * 1024;

/// Time to wait for another process that is changing the register.
const PATIENCE: Duration = Duration::from_secs(10);

impl Sqlite {
    /// Opens an existing register.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotARegister`] for another file, [`ErrorKind::NewerSchema`] for a register of a
    /// newer version, [`ErrorKind::Busy`], and errors of SQLite.
    pub fn open(path: &Path) -> Result<Self> {
        if !path.exists() {
            let what =
                format!("{}: the register does not exist", flagflow_check::escape_path(path));
            return Err(Error::new(ErrorKind::NotARegister, what));
        }
        let register = Self::open_with(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        if schema::is_empty(&register.connection)? {
            let what = "an empty file, not yet a flagflow register";
            return Err(Error::new(ErrorKind::NotARegister, what));
        }
        register.prepared()
    }

    /// Opens a register, or creates one if the file does not exist or is empty. Only the owner may
    /// read a new file (mode 0600, on systems with modes) and the files that SQLite creates beside
    /// it.
    ///
    /// # Errors
    ///
    /// As [`Sqlite::open`].
    pub fn open_or_create(path: &Path) -> Result<Self> {
        make_private(path);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        Self::open_with(path, flags)?.prepared()
    }

    /// Writes a copy of the register as it is between two transactions. Others may read and change
    /// the register meanwhile. The copy is first made in the system's temporary folder.
    ///
    /// # Errors
    ///
    /// Errors of SQLite, of the temporary file and of the output.
    pub fn backup(&self, mut out: impl io::Write) -> Result<()> {
        let (mut file, path) = tempfile::NamedTempFile::new().map_err(Error::output)?.into_parts();
        let mut copy = Connection::open(&path).map_err(failed)?;
        copy.pragma_update(None, "journal_mode", "OFF").map_err(failed)?;
        // the copy has no name, so that a killed process leaves nothing
        #[cfg(unix)]
        path.close().map_err(Error::output)?;
        let backup = Backup::new(&self.connection, &mut copy).map_err(failed)?;
        // all pages in one step, because a change of another process would begin a backup anew
        match backup.step(-1).map_err(failed)? {
            StepResult::Done => {}
            _ => {
                let what = "another process is changing the register";
                return Err(Error::new(ErrorKind::Busy, what));
            }
        }
        drop(backup);
        copy.close().map_err(|(_, error)| failed(error))?;
        io::Seek::rewind(&mut file).map_err(Error::output)?;
        io::copy(&mut file, &mut out).map(|_| ()).map_err(Error::output)
    }

    /// Rewrites the register without free pages. Takes the register's size on the disk twice more.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Busy`] and errors of SQLite.
    pub fn vacuum(&self) -> Result<()> {
        self.connection.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)").map_err(failed)
    }

    fn open_with(path: &Path, flags: OpenFlags) -> Result<Self> {
        let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(failed)?;
        connection.busy_timeout(PATIENCE).map_err(failed)?;
        Ok(Self { connection })
    }

    /// Checks that the file is a register before anything is changed, and updates its schema.
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
        own.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES).map_err(failed)?;
        schema::migrate(self)
    }
}

/// Creates an empty file that only its owner may read and write, unless the file exists. SQLite
/// reports any error.
fn make_private(path: &Path) {
    let mut options = std::fs::File::options();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // the path may be a pipe, and opening it would block
    if !path.exists() {
        let _ = options.open(path);
    }
}

/// Time between two attempts.
const PAUSE: Duration = Duration::from_millis(20);

/// Tries again while another process uses the register. SQLite waits itself, except when it changes
/// the journal mode of a new register.
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

/// Converts an error of SQLite to an error of this crate.
pub(crate) fn failed(error: rusqlite::Error) -> Error {
    let (kind, what) = match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => return not_a_register(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            (ErrorKind::Busy, "another process is changing the register")
        }
        Some(ErrorCode::DatabaseCorrupt) => (ErrorKind::Corrupt, "the register is damaged"),
        _ => (ErrorKind::Store, "the register cannot be read or written"),
    };
    Error::new(kind, what).because(error)
}

fn not_a_register() -> Error {
    Error::new(ErrorKind::NotARegister, "not a flagflow register")
}

impl Store for Sqlite {
    fn begin(&mut self) -> Result<Box<dyn Transaction + '_>> {
        Ok(Box::new(Writing::begin(&self.connection)?))
    }

    fn files(&self, visit: &mut dyn FnMut(AppliedFile) -> Result<()>) -> Result<()> {
        read::files(&self.connection, visit)
    }

    fn entries(
        &self,
        point: Option<MeterPoint>,
        visit: &mut dyn FnMut(Entry) -> Result<()>,
    ) -> Result<()> {
        read::entries(&self.connection, point, visit)
    }

    fn point_from(&self, point: MeterPoint) -> Result<Option<MeterPoint>> {
        read::point_from(&self.connection, point)
    }

    fn kept_from(&self) -> Result<Option<EffectiveDate>> {
        read::kept_from(&self.connection)
    }

    fn remove_updates(&mut self, before: EffectiveDate) -> Result<u64> {
        transaction::remove_updates(&self.connection, before)
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
