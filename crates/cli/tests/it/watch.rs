//! `flagflow watch DIR`: as a service, from cron, and killed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::{flagflow, gzip, json_lines, zip, zstd};
use serde_json::Value;
use tempfile::TempDir;

const GOOD: &str = "E451234567810A20220101\n";
const BAD: &str = "E451234567810A20220230\n";
const D0350: &str = "ZHV|0000000042|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\n81H|1|\n\
                     82H|1|DC01|1013044353630|A|20220201|MRCY|\nZPT|0000000042|2||1|20220301093500|\n";

fn inbox(files: &[(&str, &[u8])]) -> TempDir {
    let inbox = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(inbox.path().join(name), bytes).unwrap();
    }
    inbox
}

/// Exit code and events.
fn once(inbox: &TempDir, args: &[&str]) -> (i32, Vec<Value>) {
    let settle = if args.contains(&"--settle") { &[][..] } else { &["--settle", "0"] };
    let mut command = flagflow(&["watch", "--once", "--no-config"]);
    let run = command.args(settle).args(args).arg(inbox.path()).output().unwrap();
    (run.status.code().unwrap(), json_lines(&run.stdout))
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let plain = entries.filter(|entry| entry.file_type().unwrap().is_file());
    let mut names: Vec<_> = plain.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn once_ends_by_what_became_of_the_files() {
    let warned = "E451234567890A20220101\n".as_bytes();
    for (files, args, exit) in [
        (&[][..], &[][..], 0),
        (&[("a", GOOD.as_bytes()), ("b", D0350.as_bytes()), ("c", &gzip(GOOD.as_bytes()))], &[], 0),
        (&[("a", &zip(&[("x", GOOD.as_bytes())])), ("b", &zstd(GOOD.as_bytes()))], &[], 0),
        (&[("a", &zip(&[("x", GOOD.as_bytes()), ("y", b"")]))], &[], 1),
        (&[("a", &zstd(GOOD.as_bytes())[..20])], &[], 1),
        (&[("a", GOOD.as_bytes()), ("b", BAD.as_bytes())], &[], 1),
        (&[("b", BAD.as_bytes())], &["--fail-on", "never"], 0),
        (&[("a", warned)], &[], 0),
        (&[("a", warned)], &["--fail-on", "warning"], 1),
        (&[("b", BAD.as_bytes())], &["--ignore", "invalid-date"], 0),
        (&[("b", BAD.as_bytes())], &["--fail-on", "never", "--max-rejects", "1"], 0),
        (&[("b", BAD.as_bytes())], &["--fail-on", "never", "--max-reject-rate", "50%"], 1),
        (&[("a", b"hello")], &["--fail-on", "never"], 1),
        (&[("a", GOOD.as_bytes())], &["--settle", "0.001"], 0),
        (&[("a", GOOD.as_bytes())], &["--settle=-1"], 2),
        (&[("a", GOOD.as_bytes())], &["--no-such-option"], 2),
    ] {
        let inbox = inbox(files);
        assert_eq!(once(&inbox, args).0, exit, "{args:?}");
        let left = if exit == 2 { files.len() } else { 0 };
        assert_eq!(names(inbox.path()).len(), left, "{args:?}");
    }
    let missing = flagflow(&["watch", "--once", "no/such/folder"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(2));
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_put_into_its_place_is_2_and_stays() {
    // the name of its report would be too long
    let long = "a".repeat(250);
    let inbox = inbox(&[(&long, GOOD.as_bytes()), ("b", BAD.as_bytes())]);
    let (exit, _) = once(&inbox, &[]);
    assert_eq!(exit, 2);
    assert_eq!(names(inbox.path()), [long.as_str()]);
    fs::rename(inbox.path().join(&long), inbox.path().join("a")).unwrap();
    assert_eq!(once(&inbox, &[]).0, 0);
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_a_folder_of_its_own_is_not_followed() {
    for own in [".flagflow", "accepted", "rejected"] {
        let (inbox, elsewhere) = (inbox(&[("a", GOOD.as_bytes())]), tempfile::tempdir().unwrap());
        std::os::unix::fs::symlink(elsewhere.path(), inbox.path().join(own)).unwrap();
        let run =
            flagflow(&["watch", "--once", "--settle", "0"]).arg(inbox.path()).output().unwrap();
        let err = String::from_utf8(run.stderr).unwrap();
        assert_eq!(run.status.code(), Some(2), "{err}");
        assert!(err.contains(own) && err.contains("a symbolic link"), "{err}");
        assert_eq!(names(elsewhere.path()), [""; 0]);
        assert_eq!(names(inbox.path()), ["a"]);
    }
}

#[test]
fn events_and_reports_are_told_as_json() {
    let inbox = inbox(&[("a", GOOD.as_bytes()), ("b", BAD.as_bytes())]);
    let log = tempfile::NamedTempFile::new().unwrap();
    // a killed watch may have left an incomplete line
    fs::write(log.path(), "{\"cut").unwrap();
    let (exit, printed) = once(&inbox, &["--mask", "--log", log.path().to_str().unwrap()]);
    assert_eq!((exit, printed), (1, vec![]));
    let text = fs::read_to_string(log.path()).unwrap();
    let events = json_lines(text.strip_prefix("{\"cut\n").unwrap().as_bytes());
    let told: Vec<_> = events.iter().map(|e| (e["event"].as_str(), e["to"].as_str())).collect();
    assert_eq!(
        told,
        [(Some("accepted"), Some("accepted/a")), (Some("rejected"), Some("rejected/b"))]
    );
    let report = fs::read_to_string(inbox.path().join("rejected/b.report.json")).unwrap();
    assert!(report.contains("\"invalid-date\"") && !report.contains("1234567810"), "{report}");
    let inside = inbox.path().join("log");
    let (exit, _) = once(&inbox, &["--log", inside.to_str().unwrap()]);
    assert_eq!((exit, inside.exists()), (2, false));
}

#[test]
fn files_are_judged_by_the_configuration() {
    let (inbox, folder) = (inbox(&[("a", BAD.as_bytes())]), tempfile::tempdir().unwrap());
    fs::write(folder.path().join("flagflow.toml"), "[gates]\nfail-on = \"never\"\n").unwrap();
    let mut command = flagflow(&["watch", "--once", "--settle", "0"]);
    let run = command.arg(inbox.path()).current_dir(&folder).output().unwrap();
    assert_eq!(run.status.code(), Some(0));
    assert!(inbox.path().join("accepted/a").exists());
}

/// A running watch.
struct Going(Child);

impl Going {
    fn new(inbox: &Path, log: &Path, args: &[&str]) -> Self {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin("flagflow"));
        command.args(["watch", "--no-config", "--interval", "0.01", "--in-sequence"]);
        command.arg("--log").arg(log).args(args).arg(inbox);
        Self(command.stderr(Stdio::piped()).spawn().unwrap())
    }

    /// Kills the watch with SIGKILL, which cannot be handled.
    fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn until(what: &str, holds: impl Fn() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(unix)]
#[test]
fn it_goes_on_until_it_is_told_to_end() {
    let (inbox, log) = (inbox(&[]), tempfile::NamedTempFile::new().unwrap());
    let mut going = Going::new(inbox.path(), log.path(), &["--settle", "0.05"]);
    for (name, text) in [("a", GOOD), ("b", BAD)] {
        fs::write(inbox.path().join(name), text).unwrap();
        until("it is taken", || names(inbox.path()).is_empty());
    }
    until("it is told", || fs::read_to_string(log.path()).unwrap().lines().count() == 2);
    let second = flagflow(&["watch", "--once"]).arg(inbox.path()).output().unwrap();
    assert_eq!(second.status.code(), Some(2));
    assert!(String::from_utf8(second.stderr).unwrap().contains("another watch"));
    let pid = going.0.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert_eq!(going.0.wait().unwrap().code(), Some(0));
}

/// A short version of `scripts/kill_watch.py`.
#[test]
fn killed_at_any_moment_it_handles_each_file_exactly_once() {
    const FILES: usize = 60;
    let (inbox, log) = (inbox(&[]), tempfile::NamedTempFile::new().unwrap());
    let mut expected = BTreeMap::new();
    for number in 0..FILES {
        let place = if number % 3 == 0 { "rejected" } else { "accepted" };
        let text = [GOOD, BAD][usize::from(number % 3 == 0)].repeat(number + 1);
        fs::write(inbox.path().join(number.to_string()), &text).unwrap();
        expected.insert(text, (number.to_string(), place));
    }
    for kill in 0..40 {
        let going = Going::new(inbox.path(), log.path(), &["--settle", "0"]);
        std::thread::sleep(Duration::from_millis(2 + kill * 7 % 41));
        going.kill();
    }
    let last = flagflow(&["watch", "--once", "--no-config", "--settle", "0"])
        .args(["--in-sequence", "--log"])
        .args([log.path(), inbox.path()])
        .output()
        .unwrap();
    assert!(matches!(last.status.code(), Some(0 | 1)), "{last:?}");
    assert_eq!(names(inbox.path()), Vec::<String>::new());
    for place in ["accepted", "rejected"] {
        for name in names(&inbox.path().join(place)) {
            let path = inbox.path().join(place).join(&name);
            if name.ends_with(".report.html") {
                assert!(fs::read_to_string(path).unwrap().ends_with("</html>"));
                continue;
            }
            if let Some(file) = name.strip_suffix(".report.json") {
                let report = &json_lines(&fs::read(path).unwrap())[0];
                assert_eq!(report["file"], file);
                continue;
            }
            let found = expected.remove(&fs::read_to_string(path).unwrap());
            assert_eq!(found, Some((name.clone(), place)), "{place}/{name}");
            assert!(inbox.path().join(format!("{place}/{name}.report.json")).exists());
        }
    }
    assert!(expected.is_empty(), "{expected:?}");
}

/// A header of organisation 42, records, and a trailer with their number.
fn user_file(sender: u8, records: &[&str]) -> String {
    let head = format!("A0000000000{sender:02}DXI20220201093000000001\n");
    format!("{head}{}Z99{:010}\n", records.concat(), records.len())
}

/// A folder with a policy that splits the files of organisation 42.
fn splitting() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let text = "[gates]\nmax-reject-rate = 0.5\n[sender.42.quarantine]\nsplit = true\n";
    fs::write(folder.path().join("flagflow.toml"), text).unwrap();
    folder
}

#[test]
fn the_files_of_a_sender_are_split() {
    let mixed = [GOOD, BAD, GOOD.replace("20220101", "20220102").leak()];
    let files = [
        ("good", user_file(42, &[GOOD])),
        ("mixed", user_file(42, &mixed)),
        ("other", user_file(43, &mixed)),
        ("all-bad", user_file(42, &[BAD])),
        ("past-the-limit", user_file(42, &[GOOD, BAD, BAD])),
        ("text", "dear all\n".to_owned()),
    ];
    let inbox = inbox(&files.each_ref().map(|(name, text)| (*name, text.as_bytes())));
    let policy = splitting();
    let mut command = flagflow(&["watch", "--once", "--settle", "0"]);
    let run = command.arg(inbox.path()).current_dir(&policy).output().unwrap();
    assert_eq!(run.status.code(), Some(1));
    let events = json_lines(&run.stdout);
    let went: BTreeMap<_, _> = events
        .iter()
        .map(|e| (e["file"].as_str().unwrap(), e["event"].as_str().unwrap()))
        .collect();
    let expected = [
        ("all-bad", "rejected"),
        ("good", "accepted"),
        ("mixed", "split"),
        ("other", "rejected"),
        ("past-the-limit", "rejected"),
        ("text", "rejected"),
    ];
    assert_eq!(went, BTreeMap::from(expected));
    let split = inbox.path().join("split");
    let parts = ["", ".accepted", ".reasons.jsonl", ".rejected", ".report.html", ".report.json"];
    assert_eq!(names(&split), parts.map(|part| format!("mixed{part}")));
    let read = |part: &str| fs::read_to_string(split.join(format!("mixed{part}"))).unwrap();
    assert_eq!(read(""), files[1].1);
    assert_eq!(read(".accepted"), user_file(42, &[mixed[0], mixed[2]]));
    assert_eq!(read(".rejected"), BAD);
    assert_eq!(json_lines(read(".reasons.jsonl").as_bytes())[0]["line"], 3);
    // a part's name is not used twice
    fs::write(inbox.path().join("mixed.accepted"), &files[1].1).unwrap();
    let mut command = flagflow(&["watch", "--once", "--settle", "0"]);
    command.arg(inbox.path()).current_dir(&policy).assert().code(1);
    assert_eq!(read(".accepted"), user_file(42, &[mixed[0], mixed[2]]));
    assert!(split.join("mixed.accepted.2.accepted").exists());
}

#[test]
fn a_file_is_split_only_if_its_accepted_part_passes() {
    let warned = "E451234567890A20220101\n";
    let (inbox, policy) = (inbox(&[("a", user_file(42, &[warned, BAD]).as_bytes())]), splitting());
    let mut command = flagflow(&["watch", "--once", "--settle", "0", "--fail-on", "warning"]);
    command.arg(inbox.path()).current_dir(&policy).assert().code(1);
    assert!(inbox.path().join("rejected/a").exists() && !inbox.path().join("split").exists());
}

#[test]
fn killed_at_any_moment_it_splits_each_file_exactly_once() {
    const FILES: usize = 30;
    let (inbox, log) = (inbox(&[]), tempfile::NamedTempFile::new().unwrap());
    let policy = splitting();
    let text = |number: usize| {
        let day = |day| format!("E451234567810A2022{:04}\n", 101 + day);
        let good: Vec<_> = (0..number).map(day).collect();
        let mut records: Vec<_> = good.iter().map(String::as_str).collect();
        records.push(BAD);
        user_file(42, &records)
    };
    for number in 1..FILES {
        fs::write(inbox.path().join(number.to_string()), text(number)).unwrap();
    }
    let args = |command: &mut Command| {
        command.args(["watch", "--settle", "0", "--interval", "0.01"]).current_dir(&policy);
        command.arg("--log").arg(log.path()).arg(inbox.path());
    };
    for kill in 0..25 {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin("flagflow"));
        args(&mut command);
        let going = Going(command.spawn().unwrap());
        std::thread::sleep(Duration::from_millis(2 + kill * 7 % 41));
        going.kill();
    }
    let mut last = Command::new(assert_cmd::cargo::cargo_bin("flagflow"));
    args(&mut last);
    assert!(matches!(last.arg("--once").status().unwrap().code(), Some(0 | 1)));
    assert_eq!(names(inbox.path()), Vec::<String>::new());
    let split = inbox.path().join("split");
    assert_eq!(names(&split).len(), 6 * (FILES - 1));
    for number in 1..FILES {
        let read = |part: &str| fs::read_to_string(split.join(format!("{number}{part}"))).unwrap();
        assert_eq!(read(""), text(number));
        assert_eq!(read(".accepted").lines().count(), number + 2);
        assert_eq!(read(".rejected"), BAD);
        assert!(read(".report.html").ends_with("</html>"));
    }
}
