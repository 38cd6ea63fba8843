//! Valid, invalid and modified files of a register.

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::entries;
use flagflow_files::Source;
use flagflow_register::{
    APPLICATION_ID, ApplyOptions, ApplyOutcome, Discrepancy, ErrorKind, FileId, Memory,
    SCHEMA_VERSION, Sqlite, Store, apply, state, verify, verify_sample,
};
use rusqlite::Connection;

const UPDATES: &str = "E451234567810A20240101\nE451234567810N20240201\nE450000123409A20240101\n";

fn in_a_folder(case: impl Fn(PathBuf)) {
    let folder = tempfile::tempdir().unwrap();
    case(folder.path().join("state"));
}

fn filled(path: &Path) -> Sqlite {
    let mut register = Sqlite::open_or_create(path).unwrap();
    let source = Source::from_bytes(UPDATES.as_bytes());
    apply(&source, "in.dxi", &mut register, None, &ApplyOptions::default()).unwrap();
    register
}

fn sql(path: &Path, statement: &str) {
    Connection::open(path).unwrap().execute_batch(statement).unwrap();
}

#[test]
fn it_is_one_file_and_there_again() {
    in_a_folder(|path| {
        let kept = entries(&filled(&path));
        let beside = fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!((kept.len(), beside), (3, 1));
        assert_eq!(entries(&Sqlite::open(&path).unwrap()), kept);
        assert_eq!(entries(&Sqlite::open_or_create(&path).unwrap()), kept);
    });
}

#[test]
fn it_is_known_by_its_id_and_its_version() {
    in_a_folder(|path| {
        drop(filled(&path));
        let connection = Connection::open(&path).unwrap();
        let pragma = |name: &str| -> i64 {
            connection.pragma_query_value(None, name, |row| row.get(0)).unwrap()
        };
        assert_eq!(pragma("application_id"), i64::from(APPLICATION_ID));
        assert_eq!(pragma("user_version"), i64::from(SCHEMA_VERSION));
    });
}

#[test]
fn a_newer_one_is_left_alone() {
    in_a_folder(|path| {
        drop(filled(&path));
        let newer = SCHEMA_VERSION + 1;
        sql(&path, &format!("PRAGMA user_version = {newer}; CREATE TABLE later (x)"));
        let before = fs::read(&path).unwrap();
        for open in [Sqlite::open, Sqlite::open_or_create] {
            let error = open(&path).unwrap_err();
            let expected = ErrorKind::NewerSchema { found: newer, known: SCHEMA_VERSION };
            assert_eq!(error.kind(), expected);
            assert!(error.to_string().contains("newer flagflow"));
        }
        sql(&path, "PRAGMA user_version = -1");
        assert!(matches!(Sqlite::open(&path).unwrap_err().kind(), ErrorKind::NewerSchema { .. }));
        sql(&path, &format!("PRAGMA user_version = {newer}"));
        assert_eq!(fs::read(&path).unwrap().len(), before.len());
    });
}

#[test]
fn what_is_no_register_is_refused_and_left_alone() {
    in_a_folder(|path| {
        assert_eq!(Sqlite::open(&path).unwrap_err().kind(), ErrorKind::NotARegister);
        assert!(!path.exists());
        for other in [&b"E451234567810A20240101\n"[..], &[0; 5000]] {
            fs::write(&path, other).unwrap();
            for open in [Sqlite::open, Sqlite::open_or_create] {
                assert_eq!(open(&path).unwrap_err().kind(), ErrorKind::NotARegister);
            }
            assert_eq!(fs::read(&path).unwrap(), other);
        }
        fs::remove_file(&path).unwrap();
        sql(&path, "CREATE TABLE standing (x)");
        let before = fs::read(&path).unwrap();
        for open in [Sqlite::open, Sqlite::open_or_create] {
            assert_eq!(open(&path).unwrap_err().kind(), ErrorKind::NotARegister);
        }
        assert_eq!(fs::read(&path).unwrap(), before);
        assert!(Sqlite::open_or_create(path.parent().unwrap()).is_err());
    });
}

/// A file as left by a process that was stopped before it created the schema.
#[test]
fn an_empty_file_becomes_a_register() {
    in_a_folder(|path| {
        fs::write(&path, "").unwrap();
        assert_eq!(Sqlite::open(&path).unwrap_err().kind(), ErrorKind::NotARegister);
        assert_eq!(entries(&filled(&path)).len(), 3);
        fs::remove_file(&path).unwrap();
        sql(&path, "PRAGMA journal_mode = WAL");
        assert_eq!(entries(&filled(&path)).len(), 3);
    });
}

#[test]
fn readers_see_what_was_there_before_and_writers_wait_their_turn() {
    in_a_folder(|path| {
        let mut register = filled(&path);
        let reader = Sqlite::open(&path).unwrap();
        let point = "1".parse().unwrap();
        let transaction = {
            let mut transaction = register.begin().unwrap();
            let entry = entries(&reader)[0];
            let mut other = entry;
            other.update.point = point;
            transaction.insert(&other).unwrap();
            transaction
        };
        assert_eq!(state(&reader, point, None).unwrap(), None);
        drop(transaction);
        assert_eq!(state(&reader, point, None).unwrap(), None);
        assert_eq!(entries(&reader).len(), 3);
    });
}

#[test]
fn rows_that_make_no_sense_are_errors() {
    for tampering in [
        "UPDATE standing SET flag = 'Q'",
        "UPDATE standing SET day = 20241301 WHERE day = 20240201",
        "UPDATE standing SET effect = 7",
        "UPDATE standing SET effect = -1",
        "UPDATE standing SET point = -1 WHERE day = 20240201",
        "UPDATE standing SET point = 10000000000 WHERE day = 20240201",
        "UPDATE standing SET line = -1",
        "UPDATE standing SET file = 5000000000",
    ] {
        in_a_folder(|path| {
            drop(filled(&path));
            sql(&path, tampering);
            let register = Sqlite::open(&path).unwrap();
            let error = register.entries(None, &mut |_| Ok(())).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Corrupt, "{tampering}");
        });
    }
    for tampering in [
        "UPDATE file SET digest = x'00'",
        "UPDATE file SET flow = 'e47'",
        "UPDATE file SET applied_at = 1",
        "UPDATE file SET created = 20240101000000",
        "UPDATE file SET new = -1",
    ] {
        in_a_folder(|path| {
            drop(filled(&path));
            sql(&path, tampering);
            let register = Sqlite::open(&path).unwrap();
            let error = register.files(&mut |_| Ok(())).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Corrupt, "{tampering}");
        });
    }
}

#[test]
fn what_cannot_come_of_files_is_found() {
    let of = |text: &str| text.parse().unwrap();
    let (gas, day) = (of("1234567810"), "20240201".parse().unwrap());
    for (tampering, expected) in [
        (
            "INSERT INTO aside SELECT * FROM standing WHERE day = 20240201; \
             DELETE FROM standing WHERE day = 20240201",
            vec![Discrepancy::Standing(gas, day)],
        ),
        ("UPDATE standing SET effect = 4 WHERE day = 20240201", {
            vec![Discrepancy::Standing(gas, day), Discrepancy::Counts(FileId(1))]
        }),
        ("UPDATE standing SET effect = 3 WHERE effect = 0 AND point = 123409", {
            vec![Discrepancy::First(of("123409")), Discrepancy::Counts(FileId(1))]
        }),
        ("DELETE FROM standing WHERE day = 20240201", vec![Discrepancy::Counts(FileId(1))]),
        ("DELETE FROM file", vec![Discrepancy::UnknownFile(FileId(1))]),
        (
            "INSERT INTO aside SELECT point, day, file, line + 9, 'I', 6 FROM standing \
             WHERE day = 20240201",
            vec![Discrepancy::Standing(gas, day), Discrepancy::Counts(FileId(1))],
        ),
    ] {
        in_a_folder(|path| {
            drop(filled(&path));
            sql(&path, tampering);
            let mut found = Vec::new();
            let register = Sqlite::open(&path).unwrap();
            let mut keep = |discrepancy| {
                found.push(discrepancy);
                Ok(())
            };
            let seen = verify(&register, &mut keep).unwrap();
            assert_eq!(found, expected, "{tampering}");
            assert_eq!(seen.discrepancies, expected.len() as u64);
        });
    }
}

/// A register with overwritten pages gives an error or a discrepancy, and never a panic.
#[test]
fn damage_is_found() {
    in_a_folder(|path| {
        drop(filled(&path));
        let sound = fs::read(&path).unwrap();
        for at in (0..sound.len()).step_by(97) {
            let mut bytes = sound.clone();
            for byte in bytes.iter_mut().skip(at).take(40) {
                *byte ^= 0x5A;
            }
            fs::write(&path, bytes).unwrap();
            let Ok(register) = Sqlite::open_or_create(&path) else { continue };
            let _ = verify(&register, &mut |_| Ok(()));
        }
        fs::write(&path, &sound).unwrap();
        let mut register = Sqlite::open(&path).unwrap();
        let source = Source::from_bytes(UPDATES.as_bytes());
        let options = ApplyOptions::default();
        let again = apply(&source, "again", &mut register, None, &options).unwrap();
        assert!(matches!(again.became, ApplyOutcome::AppliedBefore(_)));
    });
}

/// A repeated or rejected update costs no more than a new one, even after thousands: searching all
/// updates of a day each time would take minutes.
#[test]
fn one_point_said_again_and_again_is_found_at_once() {
    in_a_folder(|path| {
        let mut file = "A000000000001DXI20240201000000000001\n".to_owned();
        for at in 0..100_000 {
            let (flag, day) = (if at % 3 == 0 { 'N' } else { 'A' }, 1 + at % 2);
            file.push_str(&format!("E451234567810{flag}2024010{day}\n"));
        }
        file.push_str("Z990000100000\n");
        let mut register = Sqlite::open_or_create(&path).unwrap();
        let source = Source::from_bytes(file.into_bytes());
        let conflicts = flagflow_register::Conflicts::Newer;
        let options = ApplyOptions { conflicts, ..ApplyOptions::default() };
        let report = apply(&source, "again", &mut register, None, &options).unwrap();
        let counts = report.counts;
        assert_eq!(counts.repeated + counts.conflicting, 99_998);
        assert_eq!(verify(&register, &mut |found| panic!("{found}")).unwrap().entries, 100_000);
    });
}

/// Entries are read in order by walking two tables together.
#[test]
fn nothing_is_sorted_to_be_told() {
    in_a_folder(|path| {
        drop(filled(&path));
        let connection = Connection::open(&path).unwrap();
        let query = "EXPLAIN QUERY PLAN \
                     SELECT point, day, file, line, 1 FROM standing \
                     UNION ALL SELECT point, day, file, line, 0 FROM aside \
                     ORDER BY point, day, file, line";
        let mut statement = connection.prepare(query).unwrap();
        let plan = statement.query_map([], |row| row.get::<_, String>(3)).unwrap();
        let plan: Vec<_> = plan.map(Result::unwrap).collect();
        assert!(plan.iter().all(|step| !step.contains("TEMP B-TREE")), "{plan:?}");
    });
}

/// A copy is taken while a transaction of another process is open, and has nothing of it.
#[test]
fn a_backup_is_a_register_between_two_transactions() {
    in_a_folder(|path| {
        let mut register = filled(&path);
        let kept = entries(&register);
        let reader = Sqlite::open(&path).unwrap();
        let mut transaction = register.begin().unwrap();
        let mut entry = kept[0];
        entry.update.point = "1".parse().unwrap();
        transaction.insert(&entry).unwrap();
        let mut copy = Vec::new();
        reader.backup(&mut copy).unwrap();
        drop(transaction);
        let other = path.with_extension("copy");
        fs::write(&other, copy).unwrap();
        assert_eq!(entries(&Sqlite::open(&other).unwrap()), kept);
        let full = &mut [0_u8; 100][..];
        assert_eq!(reader.backup(full).unwrap_err().kind(), ErrorKind::Output);
    });
}

#[test]
fn vacuum_keeps_everything() {
    in_a_folder(|path| {
        let register = filled(&path);
        let kept = entries(&register);
        register.vacuum().unwrap();
        assert_eq!(entries(&register), kept);
        assert_eq!(entries(&Sqlite::open(&path).unwrap()), kept);
    });
}

/// A sample of many points meets every point of a small register.
#[test]
fn a_sample_finds_what_a_check_of_all_finds() {
    in_a_folder(|path| {
        drop(filled(&path));
        let found = |sample| {
            let register = Sqlite::open(&path).unwrap();
            let mut found = Vec::new();
            let seen = verify_sample(&register, sample, &mut |discrepancy| {
                found.push(discrepancy);
                Ok(())
            });
            (seen.unwrap(), found)
        };
        assert_eq!((found(20).0.points, found(20).1), (20, vec![]));
        sql(&path, "UPDATE standing SET effect = 1 WHERE point = 123409");
        assert!(found(50).1.contains(&Discrepancy::First("123409".parse().unwrap())));
        sql(&path, "DELETE FROM standing");
        assert_eq!(found(20).0.points, 0);
        let mut memory = Memory::new();
        let source = Source::from_bytes(UPDATES.as_bytes());
        apply(&source, "in.dxi", &mut memory, None, &ApplyOptions::default()).unwrap();
        let seen = verify_sample(&memory, 20, &mut |found| panic!("{found}")).unwrap();
        assert_eq!(seen.points, 20);
    });
}
