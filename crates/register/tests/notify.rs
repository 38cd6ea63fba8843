//! Notifications: the files, their numbers, and what a crash at any step leaves.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;

use flagflow_check::{Options, Severity, check};
use flagflow_domain::{Distributor, EffectiveDate, MeterPoint};
use flagflow_electricity::Timestamp;
use flagflow_exchange::Source;
use flagflow_register::notify::{
    Answer, FileOptions, Notifications, PlannedFile, Settings, StatusStore,
};
use flagflow_register::{Error, ErrorKind, Memory, Result, SCHEMA_VERSION, Sqlite};
use flagflow_status::Occurrence::{
    self, Associated, Commissioned, Decommissioned, Pending, Unlinked, Whitelisted,
};
use flagflow_status::{DeviceId, Event, Held, Recipient, RuleSet, Switches};
use proptest::prelude::*;
use tempfile::TempDir;

const POINTS: [&str; 4] = ["1234567810", "1111111900", "1013044353630", "2400000000004"];

fn point(index: usize) -> MeterPoint {
    POINTS[index].parse().unwrap()
}

fn event(meter: usize, day: u8, what: Occurrence) -> Event {
    let on = EffectiveDate::from_ymd(2022, 1, day).unwrap();
    Event::new(on, DeviceId::new(meter as u64), what)
}

fn commissioned(meter: usize) -> [Event; 4] {
    [Pending, Associated(point(meter)), Whitelisted, Commissioned].map(|what| event(meter, 1, what))
}

fn now(day: u64) -> Timestamp {
    Timestamp::from_packed(20_220_300_093_000 + day * 1_000_000).unwrap()
}

fn rules() -> RuleSet {
    RuleSet::default()
}

fn open<S: StatusStore>(store: S) -> Notifications<S> {
    Notifications::open(store, rules()).unwrap()
}

/// Every file of a folder, by name.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
    let read = |entry: fs::DirEntry| (fs::read_to_string(entry.path()).unwrap(), name(entry));
    let entries = fs::read_dir(folder).unwrap().map(|entry| read(entry.unwrap()));
    entries.map(|(text, name)| (name, text)).collect()
}

/// Written by hand: one file for gas, one for the provider of distributor 10; nobody's is the network 24.
#[test]
fn a_run_writes_what_is_owed() {
    let folder = TempDir::new().unwrap();
    let mut notifications = open(Memory::new());
    for meter in 0..4 {
        assert_eq!(notifications.take(&commissioned(meter)).unwrap().changes, 1);
    }
    let options = FileOptions::new(12345);
    let report = notifications.run(folder.path(), now(1), None, &options).unwrap();
    assert_eq!((report.files.len(), report.unaddressed, report.kept_back), (2, 1, 0));
    let expected = [
        (
            "D0350-EELC-0000000001.txt",
            "ZHV|0000000001|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\nX01|1|\n\
             X02|1|DC01|1013044353630|A|20220101|\nZPT|0000000001|2||1|20220301093000|\n",
        ),
        (
            "E45-000001.txt",
            "A000000012345DXI20220301093000000001\nE451111111900A20220101\n\
             E451234567810A20220101\nZ990000000002\n",
        ),
    ];
    let files = files(folder.path());
    assert_eq!(files, expected.map(|(name, text)| (name.to_owned(), text.to_owned())).into());
    for text in files.values() {
        let report = check(text.as_bytes(), &Options::default()).unwrap();
        assert!(report.worst() <= Some(Severity::Note), "{:?}", report.findings);
    }
    assert_eq!(notifications.outbox().owed().count(), 1);
    assert_eq!(notifications.run(folder.path(), now(2), None, &options).unwrap().files, []);
}

/// N is kept back until its switch is turned; the next file has the next number.
#[test]
fn switches_and_numbers_last() {
    let folder = TempDir::new().unwrap();
    let (register, options) = (folder.path().join("register"), FileOptions::new(1));
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    let sqlite = || open(Sqlite::open_or_create(&register).unwrap());
    sqlite().take(&commissioned(0)).unwrap();
    assert_eq!(sqlite().run(&out, now(1), None, &options).unwrap().files.len(), 1);
    let gone = [event(0, 5, Decommissioned), event(0, 6, Pending)];
    let taken = sqlite().take(&gone).unwrap();
    assert_eq!(
        (taken.events, taken.changes, taken.refused.len(), taken.refused[0].0),
        (1, 1, 1, 1)
    );
    let report = sqlite().run(&out, now(2), None, &options).unwrap();
    assert_eq!((report.files.len(), report.kept_back), (0, 1));
    sqlite().turn(Switches { gas: true, electricity: false }).unwrap();
    let report = sqlite().run(&out, now(3), None, &options).unwrap();
    assert_eq!(
        (report.files[0].recipient, report.files[0].number, report.kept_back),
        (Recipient::Gas, 2, 0)
    );
    assert_eq!(report.files[0].path, out.join("E45-000002.txt"));
    assert!(
        fs::read_to_string(&report.files[0].path).unwrap().contains("\nE451234567810N20220105\n")
    );
    assert!(sqlite().settings().switches.gas);
}

#[test]
fn the_rule_set_of_a_store_stays() {
    let store = open(Memory::new()).into_store();
    let other: RuleSet = "modification".parse().unwrap();
    let error = Notifications::open(store, other).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Options);
    assert_eq!(
        error.to_string(),
        format!("the flags follow the rule set {}, not modification", rules())
    );
}

/// Independent networks are addressed once somebody says whose they are.
#[test]
fn a_participant_that_is_given_is_written_to() {
    let folder = TempDir::new().unwrap();
    let mut notifications = open(Memory::new());
    notifications.take(&commissioned(3)).unwrap();
    let mut options = FileOptions::new(1);
    options.participants.insert(Distributor::new(24).unwrap(), "INDX".to_owned());
    notifications.run(folder.path(), now(1), None, &options).unwrap();
    let files = files(folder.path());
    assert_eq!(files.keys().collect::<Vec<_>>(), ["D0350-INDX-0000000001.txt"]);
    assert!(files.values().all(|text| text.contains("|P|INDX|")));
}

#[test]
fn a_cap_makes_more_files() {
    let folder = TempDir::new().unwrap();
    let mut notifications = open(Memory::new());
    for meter in 0..2 {
        notifications.take(&commissioned(meter)).unwrap();
    }
    let cap = NonZeroUsize::new(1);
    notifications.run(folder.path(), now(1), cap, &FileOptions::new(1)).unwrap();
    assert_eq!(
        files(folder.path()).keys().collect::<Vec<_>>(),
        ["E45-000001.txt", "E45-000002.txt"]
    );
}

/// What cannot be written is planned, and comes with the same number, time and bytes once it can.
#[test]
fn a_folder_that_is_not_there_delays_a_run() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("later");
    let mut notifications = open(Memory::new());
    notifications.take(&commissioned(0)).unwrap();
    let error = notifications.run(&out, now(1), None, &FileOptions::new(1)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Output);
    notifications.take(&[event(0, 7, Unlinked(point(0)))]).unwrap();
    notifications.turn(Switches::ON).unwrap();
    fs::create_dir(&out).unwrap();
    let mut notifications = open(notifications.into_store());
    let error = notifications.run(&out, now(2), None, &FileOptions::new(2)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Options);
    assert!(
        error.to_string().starts_with("file 1 for gas was planned with other options"),
        "{error}"
    );
    assert!(files(&out).is_empty());
    notifications.run(&out, now(2), None, &FileOptions::new(1)).unwrap();
    assert!(
        files(&out)["E45-000001.txt"]
            .starts_with("A000000000001DXI20220301093000000001\nE451234567810A20220101\n")
    );
    notifications.run(&out, now(3), None, &FileOptions::new(1)).unwrap();
    assert!(
        files(&out)["E45-000002.txt"]
            .starts_with("A000000000001DXI20220303093000000002\nE451234567810N20220107\n")
    );
}

#[test]
fn a_generation_number_over_its_field_is_refused_before_anything_is_planned() {
    let folder = TempDir::new().unwrap();
    let mut options = FileOptions::new(10_000_000_000);
    let mut notifications = open(Memory::new());
    notifications.take(&commissioned(0)).unwrap();
    let error = notifications.run(folder.path(), now(1), None, &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Options);
    options.organisation_id = 1;
    let report = notifications.run(folder.path(), now(2), None, &options).unwrap();
    assert_eq!(report.files[0].number, 1);
}

/// What providers say: by point, flag and day in gas, by point and instruction in electricity.
#[test]
fn answers_are_kept_and_rejections_listed() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("register");
    let sqlite = || open(Sqlite::open_or_create(&path).unwrap());
    sqlite().take(&(0..3).flat_map(commissioned).collect::<Vec<_>>()).unwrap();
    sqlite().run(folder.path(), now(1), None, &FileOptions::new(1)).unwrap();
    let e46 = "E46AC1234567810A20220101\nE46RJ1111111900A20220101\nE46RJ1111111900N20220101\nE46XX1111111900A20220101\n";
    let d0351 = "ZHV|0000000007|D0351001|P|EELC|Z|DCCO|20220302093000||||OPER|\nX01|1|\n\
                 X03|1|DC11|1013044353630|REASON01|\nX03|2|DC11|1013044353630|R2|\n\
                 ZPT|0000000007|3||1|20220302093000|\n";
    let read = |text: &str| {
        let source = Source::from_bytes(text.as_bytes().to_vec());
        sqlite().answer(&source, &Options::default()).unwrap()
    };
    for _ in 0..2 {
        let report = read(e46);
        assert_eq!(
            (report.accepted, report.rejected, report.unreadable, report.unknown),
            (1, 1, 1, 1)
        );
        assert_eq!(report.unknown_lines, [3]);
        let report = read(d0351);
        assert_eq!(
            (report.accepted, report.rejected, report.unreadable, report.unknown),
            (0, 1, 0, 1)
        );
        let rejected = sqlite().rejected().unwrap();
        let reasons: Vec<_> = rejected
            .iter()
            .map(|(answer, held)| {
                (
                    answer.point.to_string(),
                    answer.number,
                    answer.rejected.clone().unwrap(),
                    held.flag.as_char(),
                )
            })
            .collect();
        assert_eq!(
            reasons,
            [
                ("1111111900".to_owned(), 1, String::new(), 'A'),
                ("1013044353630".to_owned(), 1, "REASON01".to_owned(), 'A'),
            ]
        );
    }
    read("E46AC1111111900A20220101\n");
    assert_eq!(sqlite().rejected().unwrap().len(), 1, "the later answer stands");
    assert_eq!(sqlite().outbox().owed().count(), 0, "what was told stays told");
    let updates = Source::from_bytes(&b"E451234567810A20220101\n"[..]);
    let error = sqlite().answer(&updates, &Options::default()).unwrap_err();
    assert_eq!(error.to_string(), "the file has updates in it (e45), not answers");
}

/// Reasons of gas belong to the E46 above them: in both layouts, with an end to how many are kept. A bad one makes
/// its E46 bad, and those of a bad or an unknown E46 are nobody else's.
#[test]
fn reasons_of_gas_are_kept_with_their_answer() {
    let folder = TempDir::new().unwrap();
    let mut notifications = open(Memory::new());
    notifications.take(&(0..3).flat_map(commissioned).collect::<Vec<_>>()).unwrap();
    notifications.run(folder.path(), now(1), None, &FileOptions::new(1)).unwrap();
    let options = Options { with_reasons: true, ..Options::default() };
    let mut reasons = |text: &str| {
        let report = notifications.answer(&Source::from_bytes(text.as_bytes()), &options).unwrap();
        let rejected = notifications.rejected().unwrap();
        let of = |(answer, _): &(Answer, Held)| (answer.point.to_string(), answer.rejected.clone());
        (report, rejected.iter().map(of).collect::<Vec<_>>())
    };
    let one = |reasons: &str| vec![("1234567810".to_owned(), Some(reasons.to_owned()))];

    let rejected = "E46RJ1234567810A20220101\nS72REASON01\nS72REASON02\n";
    let (report, kept) = reasons(&format!("{rejected}E46AC1111111900A20220101\nS72REASON03\n"));
    assert_eq!((report.accepted, report.rejected, report.unreadable, report.unknown), (1, 1, 0, 0));
    assert_eq!(kept, one("REASON01, REASON02"));

    let uklink = "\"E46\",\"RJ\",1234567810,\"A\",20220101\n\"S72\",\"REASON04\"\n";
    assert_eq!(reasons(uklink).1, one("REASON04"));

    let bad = "E46XX1234567810A20220101\nS72REASON05\nE46RJ1234567810N20220101\nS72REASON06\n\
               E46RJ1234567810A20220101\nE46RJ1111111900A20220101\nS72REASON07\nS72SHORT\n";
    let (report, kept) = reasons(bad);
    assert_eq!((report.rejected, report.unreadable, report.unknown), (1, 2, 1));
    assert_eq!(kept, one(""));

    let batch = "E46RJ1234567810A20220101\n".repeat(10_000);
    assert_eq!(reasons(&format!("{batch}S72REASON08\n")).1, one("REASON08"), "the last of a batch");

    let many = "S72REASON09\n".repeat(5_000);
    let kept = reasons(&format!("E46RJ1234567810A20220101\n{many}")).1;
    assert_eq!(kept, one(&format!("{}, ...", ["REASON09"; 101].join(", "))));
}

/// A store that dies at one of its calls: before it has done it, or after and before it says so.
struct Dying<'a> {
    inner: &'a mut Sqlite,
    calls: &'a Cell<usize>,
    at: usize,
    done: bool,
}

impl Dying<'_> {
    fn call<T>(&mut self, act: impl FnOnce(&mut Sqlite) -> Result<T>) -> Result<T> {
        let dead = || Error::new(ErrorKind::Store, "dead");
        let call = self.calls.get();
        self.calls.set(call + 1);
        if call > self.at || (call == self.at && !self.done) {
            return Err(dead());
        }
        let answer = act(self.inner)?;
        if call == self.at { Err(dead()) } else { Ok(answer) }
    }
}

impl StatusStore for Dying<'_> {
    fn settings(&self) -> Result<Option<Settings>> {
        self.inner.settings()
    }
    fn keep(&mut self, settings: Settings) -> Result<()> {
        self.call(|inner| inner.keep(settings))
    }
    fn events(&self, tell: &mut dyn FnMut(Event) -> Result<()>) -> Result<()> {
        self.inner.events(tell)
    }
    fn add(&mut self, known: u64, events: &[Event]) -> Result<()> {
        self.call(|inner| inner.add(known, events))
    }
    fn files(&self, tell: &mut dyn FnMut(PlannedFile) -> Result<()>) -> Result<()> {
        StatusStore::files(&*self.inner, tell)
    }
    fn plan(&mut self, files: &[PlannedFile]) -> Result<()> {
        self.call(|inner| inner.plan(files))
    }
    fn sent(&mut self, recipient: Recipient, number: u64) -> Result<()> {
        self.call(|inner| inner.sent(recipient, number))
    }
    fn answer(&mut self, answers: &[Answer]) -> Result<()> {
        self.call(|inner| inner.answer(answers))
    }
    fn answers(&self, tell: &mut dyn FnMut(Answer) -> Result<()>) -> Result<()> {
        self.inner.answers(tell)
    }
}

/// A day's work: what came, the switches, and a run.
fn work<S: StatusStore>(store: S, day: u8, out: &Path) -> Result<()> {
    let mut notifications = Notifications::open(store, rules())?;
    let events = match day {
        1 => (0..3).flat_map(commissioned).collect(),
        2 => vec![event(0, 5, Decommissioned), event(2, 5, Decommissioned)],
        _ => vec![event(1, 6, Decommissioned)],
    };
    notifications.take(&events)?;
    if day == 2 {
        notifications.turn(Switches::ON)?;
    }
    // one that is planned already, and what has come since
    for _ in 0..2 {
        notifications.run(out, now(u64::from(day)), None, &FileOptions::new(1))?;
    }
    Ok(())
}

fn files_told(store: &Sqlite) -> Vec<PlannedFile> {
    let mut told = Vec::new();
    StatusStore::files(store, &mut |file| {
        told.push(file);
        Ok(())
    })
    .unwrap();
    told
}

/// Every call of the store on three days, each dying before and after: the day's work is done again,
/// and what is told in the end is what was told without.
#[test]
fn a_crash_at_any_step_tells_nothing_twice_and_misses_nothing() {
    let days = |at: Option<(usize, bool)>| {
        let folder = TempDir::new().unwrap();
        let mut sqlite = Sqlite::open_or_create(&folder.path().join("register")).unwrap();
        let out = folder.path().join("out");
        fs::create_dir(&out).unwrap();
        let calls = Cell::new(0);
        for day in 1..=3 {
            let (at, done) = at.unwrap_or((usize::MAX, false));
            let died = work(Dying { inner: &mut sqlite, calls: &calls, at, done }, day, &out);
            if died.is_err() {
                // the events that were kept are refused the second time, and change nothing
                work(&mut sqlite, day, &out).unwrap();
                return rest(day + 1, sqlite, &out);
            }
        }
        let calls = calls.get();
        let (told, files) = rest(4, sqlite, &out);
        assert!(at.is_some() || calls > 10, "{calls}");
        (told, files)
    };
    let (told, files) = days(None);
    assert_eq!(told.len(), 5, "{told:?}");
    for at in 0..16 {
        for done in [false, true] {
            let (again, written) = days(Some((at, done)));
            assert_eq!(again, told, "died at {at}, done: {done}");
            assert_eq!(written, files, "died at {at}, done: {done}");
        }
    }
}

type Outcome = (Vec<PlannedFile>, BTreeMap<String, String>);

/// The days that are left, and what has become of all.
fn rest(from: u8, mut sqlite: Sqlite, out: &Path) -> Outcome {
    for day in from..=3 {
        work(&mut sqlite, day, out).unwrap();
    }
    let told = files_told(&sqlite);
    assert!(told.iter().all(|file| file.is_sent));
    (told, files(out))
}

/// A register of before is brought up to date, and what was in it is there.
#[test]
fn a_register_of_the_first_version_takes_events() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("register");
    drop(Sqlite::open_or_create(&path).unwrap());
    let connection = rusqlite::Connection::open(&path).unwrap();
    let drops = ["settings", "event", "file", "notice", "answer"]
        .map(|name| format!("DROP TABLE status_{name};"));
    connection.execute_batch(&format!("{} PRAGMA user_version = 1;", drops.concat())).unwrap();
    drop(connection);
    let mut notifications = open(Sqlite::open(&path).unwrap());
    notifications.take(&commissioned(0)).unwrap();
    let connection = rusqlite::Connection::open(&path).unwrap();
    let version: u32 =
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, SCHEMA_VERSION);
}

/// Two who take events at the same time: those of the second might not follow those of the first, and a
/// history that cannot have happened could never be opened again.
#[test]
fn events_are_added_to_what_is_known() {
    let folder = TempDir::new().unwrap();
    let register = folder.path().join("register");
    let sqlite = || open(Sqlite::open_or_create(&register).unwrap());
    let (mut first, mut second) = (sqlite(), sqlite());
    first.take(&commissioned(0)).unwrap();
    let error = second.take(&commissioned(0)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
    first.take(&commissioned(1)).unwrap();
    let taken = sqlite().take(&commissioned(0)).unwrap();
    assert_eq!((taken.events, taken.refused.len()), (0, 4));
    let mut memory = Memory::new();
    memory.add(0, &commissioned(0)).unwrap();
    assert_eq!(memory.add(0, &commissioned(0)).unwrap_err().kind(), ErrorKind::Busy);
}

/// Two who plan at the same time: the second is told, and finds what the first did when it opens again.
#[test]
fn a_number_is_planned_once() {
    let folder = TempDir::new().unwrap();
    let register = folder.path().join("register");
    let sqlite = || open(Sqlite::open_or_create(&register).unwrap());
    sqlite().take(&commissioned(0)).unwrap();
    let (mut first, mut second) = (sqlite(), sqlite());
    first.run(folder.path(), now(1), None, &FileOptions::new(1)).unwrap();
    let error = second.run(folder.path(), now(1), None, &FileOptions::new(1)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
    assert_eq!(sqlite().run(folder.path(), now(1), None, &FileOptions::new(1)).unwrap().files, []);
}

#[derive(Clone, Debug)]
enum Do {
    Take(Vec<(usize, usize)>),
    Turn(bool, bool),
    Run(bool),
    Reopen,
}

fn doing() -> impl Strategy<Value = Do> {
    prop_oneof![
        4 => prop::collection::vec((0..4usize, 0..9usize), 0..8).prop_map(Do::Take),
        1 => any::<(bool, bool)>().prop_map(|(gas, electricity)| Do::Turn(gas, electricity)),
        2 => any::<bool>().prop_map(Do::Run),
        1 => Just(Do::Reopen),
    ]
}

fn random(meter: usize, what: usize) -> Event {
    let at = point(meter % 2 + 1);
    use Occurrence::*;
    let what = [
        Pending,
        Whitelisted,
        Associated(at),
        Linked(at),
        Unlinked(at),
        Commissioned,
        Suspended,
        Recovered,
        Decommissioned,
    ][what];
    event(meter, 1, what)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Whatever is done, a database is what memory is, with failing runs and opened again at any time.
    #[test]
    fn sqlite_is_memory(doings in prop::collection::vec(doing(), 0..25)) {
        let folder = TempDir::new().unwrap();
        let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
        fs::create_dir(&one).unwrap();
        fs::create_dir(&other).unwrap();
        let options = FileOptions::new(1);
        let mut memory = open(Memory::new());
        let mut sqlite = open(Sqlite::open_or_create(&folder.path().join("register")).unwrap());
        for (day, doing) in (1..).zip(doings) {
            match doing {
                Do::Take(events) => {
                    let events: Vec<_> = events.iter().map(|(meter, what)| random(*meter, *what)).collect();
                    prop_assert_eq!(memory.take(&events).unwrap(), sqlite.take(&events).unwrap());
                }
                Do::Turn(gas, electricity) => {
                    memory.turn(Switches { gas, electricity }).unwrap();
                    sqlite.turn(Switches { gas, electricity }).unwrap();
                }
                Do::Run(fails) => {
                    let of = |folder: &Path| if fails { folder.join("none") } else { folder.to_path_buf() };
                    let in_memory = memory.run(&of(&one), now(day), None, &options);
                    let in_sqlite = sqlite.run(&of(&other), now(day), None, &options);
                    prop_assert_eq!(in_memory.is_ok(), in_sqlite.is_ok());
                }
                Do::Reopen => {
                    memory = open(memory.into_store());
                    sqlite = open(sqlite.into_store());
                }
            }
            prop_assert_eq!(memory.outbox(), sqlite.outbox());
            prop_assert_eq!(memory.ledger(), sqlite.ledger());
        }
        let before = (memory.outbox().clone(), memory.ledger().clone());
        let again = open(sqlite.into_store());
        prop_assert_eq!((again.outbox(), again.ledger()), (&before.0, &before.1));
        prop_assert_eq!(files(&one), files(&other));
    }
}
