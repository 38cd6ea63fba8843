//! A register in a PostgreSQL server does what a register in a file does.

use std::fs;
use std::path::Path;

use crate::common::{run, testdata};
use crate::server::Server;

/// Runs a command, `STATE` standing for a register, and returns what it prints about `STATE`.
fn on(folder: &Path, register: &str, command: &str) -> (i32, String, String) {
    let (exit, out, err) = run(folder, &command.replace("STATE", register));
    (exit, out.replace(register, "STATE"), err.replace(register, "STATE"))
}

/// Each command on a file and on a database, and `vacuum --keep` among them.
#[test]
fn what_is_old_is_removed_as_from_a_file() {
    let Some(server) = Server::start() else { return };
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    for folder in folders.iter().map(tempfile::TempDir::path) {
        for name in ["register/monday.dxi", "register/tuesday.dxi", "status/events.csv"] {
            fs::copy(testdata(name), folder.join(Path::new(name).file_name().unwrap())).unwrap();
        }
        let event =
            "on,device,event,meter_point\n2022-05-01,00-DB-12-34-56-78-90-A1,commissioned,\n";
        fs::write(folder.join("later.csv"), event).unwrap();
    }
    let [file, database] = folders.each_ref().map(tempfile::TempDir::path);
    let url = server.database("flags");
    let each = |command: &str| {
        let expected = on(file, "flags", command);
        assert_eq!(on(database, &url, command), expected, "{command}");
        expected
    };
    each("register apply STATE monday.dxi tuesday.dxi --applied-at 20240603070000");
    each("notify add STATE events.csv --rules modification");
    each("notify switch STATE --gas on --electricity on");
    let run = "notify run STATE --out . --organisation-id 12345 --supplier MRCY --now";
    let (exit, out, err) = each(&format!("{run} 20220302093000"));
    assert_eq!((exit, out.lines().count()), (0, 2), "{err}");
    each("notify add STATE later.csv");
    each(&format!("{run} 20220502093000"));

    // the first updates of that day are needed, and the run of May is later
    let before = each("register export STATE --format csv");
    let (exit, out, _) = each("register vacuum STATE --keep 1d --now 20240605000000");
    assert_eq!((exit, out.as_str()), (0, "removed: 1 update, 1 notice\n"));
    assert_eq!(each("register export STATE --format csv"), before);
    let (exit, _, err) = each("register query STATE 1234567810 --as-of 2024-06-03");
    assert_eq!(exit, 2);
    assert_eq!(err, "flagflow: STATE: the updates of before 2024-06-04 were removed\n");
    assert_eq!(each("register check STATE").0, 0);
    for command in ["register history STATE", "notify history STATE"] {
        each(&format!("{command} 1234567810"));
    }
    let (_, out, _) = each("notify history STATE 1234567810");
    assert!(out.contains("unknown: the notices of that time were removed"), "{out}");
    each("notify pending STATE");
    let (_, out, _) = each("register vacuum STATE --keep 1d --now 20240605000000");
    assert_eq!(out, "removed: 0 updates, 0 notices\n");

    // nothing is sent again under a new number, and numbers go on
    assert_eq!(each(&format!("{run} 20240606093000")).1, "");
    let (exit, _, err) = on(database, &url, "register vacuum STATE");
    assert_eq!(exit, 2);
    assert!(err.contains("PostgreSQL does so itself, by autovacuum"), "{err}");
    let sent = |folder: &Path| {
        let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let sent = names.filter(|path| path.extension().is_some_and(|it| it == "txt"));
        let mut sent: Vec<_> = sent.map(|path| fs::read(path).unwrap()).collect();
        sent.sort();
        sent
    };
    assert_eq!((sent(file).len(), sent(database)), (3, sent(file)));
}
