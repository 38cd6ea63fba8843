//! A register in a real server, which the test starts in a folder of its own.

#![allow(clippy::print_stderr, reason = "a skipped test gives its reason")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use flagflow_electricity::Timestamp;
use flagflow_files::Source;
use flagflow_register::notify::{Notifications, StatusStore, verify_status};
use flagflow_register::{ApplyOptions, ErrorKind, Postgres, Store, apply};
use tempfile::TempDir;

use crate::common::entries;
use crate::server::{Server, is_root};
use crate::{model, notify};

/// A small disk that is unmounted with this value.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts a disk of 16 MiB that the server may use; returns `None`, with a message, where none
    /// can be had.
    fn mount(path: PathBuf) -> Option<Self> {
        fs::create_dir(&path).unwrap();
        if !is_root() || !Self::run("mount", &["-t", "tmpfs", "-o", "size=16m", "none"], &path) {
            eprintln!("skipped: a small disk cannot be mounted");
            return None;
        }
        assert!(Self::run("chown", &["postgres"], &path));
        Some(Self(path))
    }

    fn grow(&self) {
        assert!(Self::run("mount", &["-o", "remount,size=400m"], &self.0));
    }

    fn run(program: &str, arguments: &[&str], path: &Path) -> bool {
        let mut command = Command::new(program);
        command.args(arguments).arg(path).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // lazily, because the server has files open
        Self::run("umount", &["-l"], &self.0);
    }
}

impl Server {
    fn client(&self, database: &str) -> postgres::Client {
        postgres::Client::connect(&self.url(database), postgres::NoTls).unwrap()
    }
}

/// The same random cases and examples as for the other stores, in one database after the other.
#[test]
fn a_server_is_the_model_and_memory() {
    let Some(server) = Server::start() else { return };
    let mut number = 0;
    let mut database = || {
        number += 1;
        Postgres::open_or_create(&server.database(&format!("case_{number}"))).unwrap()
    };
    model::hold_against_the_model_of(12, &mut database);
    notify::expect_memory_of(12, &mut database);
    for case in notify::CASES {
        case(Box::new(database()));
    }
}

#[test]
fn a_database_is_known_by_its_schema_and_version() {
    let Some(server) = Server::start() else { return };
    let url = server.database("versions");
    let error = Postgres::open(&url).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotARegister);
    drop(Postgres::open_or_create(&url).unwrap());
    drop(Postgres::open(&url).unwrap());
    let mut client = server.client("versions");
    client.batch_execute("UPDATE flagflow.register SET version = 2").unwrap();
    for open in [Postgres::open, Postgres::open_or_create] {
        let error = open(&url).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NewerSchema { found: 2, known: 1 });
        assert!(error.to_string().contains("use that flagflow"), "{error}");
    }
    let error = Postgres::open("postgres://postgres@127.0.0.1:1/none").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
}

/// Rows that another program changed: no panic, but an error or a difference that a check names.
#[test]
fn changed_rows_are_errors() {
    let Some(server) = Server::start() else { return };
    let url = server.database("changed");
    let mut register = Postgres::open_or_create(&url).unwrap();
    notify::fill(&mut register, server.folder()).unwrap();
    let mut client = server.client("changed");
    for (change, undo) in [
        ("UPDATE flagflow.point SET flag = 'Q'", "UPDATE flagflow.point SET flag = 'A'"),
        ("UPDATE flagflow.device SET status = 99", "UPDATE flagflow.device SET status = 3"),
        ("UPDATE flagflow.event SET day = 20221301 WHERE id = 1", "SELECT 1"),
    ] {
        client.batch_execute(change).unwrap();
        let error = verify_status(&register, None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{change}");
        client.batch_execute(undo).unwrap();
    }
}

/// Two writers: the second one waits for the first, and only one run writes files at a time.
#[test]
fn writers_and_runs_exclude_one_another() {
    let Some(server) = Server::start() else { return };
    let url = server.database("writers");
    let open = || Postgres::open_or_create(&url).unwrap();
    let (mut first, mut second) = (open(), open());
    let folder = TempDir::new().unwrap();
    notify::fill(&mut first, &folder.path().join("none")).unwrap_err();
    StatusStore::begin(&mut first).unwrap();
    let waiting = std::thread::spawn(move || {
        let begun = std::time::Instant::now();
        let error = StatusStore::begin(&mut second).unwrap_err();
        (error.kind(), begun.elapsed().as_secs(), second)
    });
    // readers do not wait
    assert_eq!(open().event_count().unwrap(), first.event_count().unwrap());
    let (kind, seconds, mut second) = waiting.join().unwrap();
    assert_eq!((kind, seconds), (ErrorKind::Busy, 10));
    first.commit().unwrap();
    StatusStore::begin(&mut second).unwrap();
    second.roll_back();
    first.lock_runs().unwrap();
    let mut runs = Notifications::open(second, None).unwrap();
    let now = Timestamp::from_packed(20_220_301_093_000).unwrap();
    let mut run = || runs.run(folder.path(), now, None, &notify::file_options(1));
    assert_eq!(run().unwrap_err().kind(), ErrorKind::Busy);
    // a lock ends with its process
    drop(first);
    let written = (0..50).find_map(|_| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        run().ok()
    });
    assert!(!written.unwrap().files.is_empty());
}

/// The server goes away in mid-transaction: nothing of the transaction is there afterwards, and the
/// same work done again gives the same state.
#[test]
fn a_server_that_goes_away_takes_the_transaction_with_it() {
    let Some(server) = Server::start() else { return };
    let url = server.database("away");
    let mut register = Postgres::open_or_create(&url).unwrap();
    let mut transaction = Store::begin(&mut register).unwrap();
    transaction.next_file().unwrap();
    server.stop();
    assert_eq!(transaction.next_file().unwrap_err().kind(), ErrorKind::Store);
    drop(transaction);
    assert_eq!(register.event_count().unwrap_err().kind(), ErrorKind::Store);
    server.go();
    for at in 0.. {
        let folder = TempDir::new().unwrap();
        let mut register = Postgres::open_or_create(&url).unwrap();
        if notify::fill_until(&mut register, folder.path(), at, &|| server.stop()) {
            assert!(at > 15, "{at}");
            break;
        }
        drop(register);
        server.go();
        let mut register = Postgres::open(&url).unwrap();
        assert_eq!(entries(&register), []);
        assert_eq!(verify_status(&register, None).unwrap().difference, None);
        notify::fill(&mut register, folder.path()).unwrap();
        let seen = verify_status(&register, None).unwrap();
        assert_eq!((seen.difference, seen.events, seen.files), (None, 12, 2));
        assert!(register.unsent().unwrap().is_empty());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
        server.client("away").batch_execute("DROP SCHEMA flagflow CASCADE").unwrap();
    }
}

/// A full disk: nothing of the transaction is there afterwards, and the same work is done when
/// there is space.
#[test]
fn a_full_disk_changes_nothing() {
    let Some(server) = Server::start() else { return };
    let Some(disk) = SmallDisk::mount(server.folder().join("disk")) else { return };
    let mut client = server.client("postgres");
    let place = disk.0.to_str().unwrap();
    client.batch_execute(&format!("CREATE TABLESPACE small LOCATION '{place}'")).unwrap();
    client.batch_execute("CREATE DATABASE small TABLESPACE small").unwrap();
    let mut register = Postgres::open_or_create(&server.url("small")).unwrap();
    let updates: String = (0..120_000).map(|point| format!("E45{point:010}A20220101\n")).collect();
    let source = Source::from_bytes(updates.into_bytes());
    let full = |error: flagflow_register::Error| {
        let cause = std::error::Error::source(&error).unwrap();
        let cause = std::error::Error::source(cause).map_or(cause.to_string(), ToString::to_string);
        assert!(cause.contains("No space left on device"), "{cause}");
        assert_eq!(error.kind(), ErrorKind::Store);
    };
    let options = ApplyOptions::default();
    full(apply(&source, "file", &mut register, None, &options).unwrap_err());
    assert_eq!(entries(&register), []);
    let meters = 4_000;
    full(notify::take_many(&mut register, meters).unwrap_err());
    assert_eq!(register.event_count().unwrap(), 0);
    disk.grow();
    let report = apply(&source, "file", &mut register, None, &options).unwrap();
    assert_eq!(report.counts.new, 120_000);
    notify::take_many(&mut register, meters).unwrap();
    assert_eq!(register.event_count().unwrap(), 4 * u64::from(meters));
    assert_eq!(verify_status(&register, Some(50)).unwrap().difference, None);
}
