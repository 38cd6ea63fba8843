//! Notifications: the files, their numbers, and the state after a crash at any step.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use flagflow_check::{CrossRecords, Options, Severity, check};
use flagflow_domain::{Distributor, EffectiveDate, MeterPoint, MpanCore};
use flagflow_electricity::{Profile, Timestamp};
use flagflow_files::Source;
use flagflow_register::notify::{
    Answer, AnswerSummary, Confirmation, CountDifference, FileOptions, FlagChange, Notifications,
    PlannedFile, Rejected, Sent, SentChange, Settings, StatusBatch, StatusStore, StatusVerified,
    StoredDevice, StoredEvent, StoredNotice, StoredPoint, TakenFile, Unsent, verify_status,
};
use flagflow_register::{
    Digest, Error, ErrorKind, Memory, Register, Removed, Result, SCHEMA_VERSION, Sqlite, Store,
    remove_earlier,
};
use flagflow_status::Occurrence::{
    self, Associated, Commissioned, Decommissioned, Linked, Pending, Unlinked, Whitelisted,
};
use flagflow_status::{
    DeviceId, Event, Inventory, LastNumbers, Ledger, Notice, OutboundFile, Outbox, Recipient,
    RuleSet, Step, Switches,
};
use proptest::prelude::*;
#[cfg(feature = "postgres")]
use proptest::strategy::ValueTree;
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

/// Options with a supplier for events without one.
pub(crate) fn file_options(organisation_id: u64) -> FileOptions {
    let mut options = FileOptions::new(organisation_id);
    options.supplier = "MRCY".parse().ok();
    options
}

type AnyStore = Box<dyn Register>;

/// Cases that each store must pass.
#[cfg(feature = "postgres")]
pub(crate) const CASES: [fn(AnyStore); 9] = [
    a_cap,
    a_missing_folder,
    ambiguous_answer,
    confirmations,
    each_instruction,
    one_instruction,
    rejection_without_a_point,
    removal,
    whole_history,
];

/// Runs a case in memory and in a file; the tests of PostgreSQL run it in a database.
fn in_each_store(case: fn(AnyStore)) {
    case(Box::new(Memory::new()));
    let folder = TempDir::new().unwrap();
    case(Box::new(Sqlite::open_or_create(&folder.path().join("register")).unwrap()));
}

fn rules() -> RuleSet {
    RuleSet::default()
}

fn open<S: StatusStore>(store: S) -> Notifications<S> {
    Notifications::open(store, rules()).unwrap()
}

/// Returns every file of a folder, by name.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
    let read = |entry: fs::DirEntry| (fs::read_to_string(entry.path()).unwrap(), name(entry));
    let entries = fs::read_dir(folder).unwrap().map(|entry| read(entry.unwrap()));
    entries.map(|(text, name)| (name, text)).collect()
}

/// Returns every meter and every point of a store.
fn state(store: &impl StatusStore) -> (Vec<StoredDevice>, Vec<StoredPoint>) {
    let points = store.points_after(None, false, usize::MAX).unwrap();
    (store.devices_after(None, usize::MAX).unwrap(), points)
}

/// Replays the log and the files of a store with the definitions of the rules, and expects the
/// state that the store has.
fn expect_derived<S: StatusStore>(notifications: &Notifications<S>) {
    let (store, settings) = (notifications.store(), notifications.settings());
    let (mut inventory, mut ledger) = (Inventory::new(), Ledger::new(settings.rules));
    let mut outbox = Outbox::new(settings.switches);
    let mut active = BTreeSet::new();
    for id in 1..=store.event_count().unwrap() {
        let event = store.event(id).unwrap().unwrap().event;
        let steps = ledger.decide(&inventory.apply(event).unwrap());
        let is_active = |step: &&Step| step.after.is_some_and(|flag| flag.as_char() == 'A');
        active.extend(steps.iter().filter(is_active).map(|step| step.point));
        outbox.take(&steps);
    }
    for (file, notices) in files_told(store) {
        let PlannedFile { recipient, number, sequence, first_instruction, .. } = file;
        assert_eq!(
            store.last_numbers(recipient).unwrap().number.max(number),
            store.last_numbers(recipient).unwrap().number
        );
        let instructions: Vec<_> = notices.iter().map(|notice| notice.instruction).collect();
        assert_eq!(instructions, (first_instruction..).take(notices.len()).collect::<Vec<_>>());
        let notices = notices.into_iter().map(|stored| stored.notice).collect();
        let sending = OutboundFile { recipient, number, sequence, first_instruction, notices };
        outbox.remember(&sending, file.is_sent);
    }
    let (devices, points) = state(store);
    for StoredDevice { id, device, .. } in &devices {
        assert_eq!(inventory.device(*id), Some(device));
    }
    assert!(points.iter().map(|stored| stored.point).eq(inventory.points()));
    for stored in &points {
        let point = stored.point;
        assert_eq!(inventory.point(point), Some(&stored.meters));
        assert_eq!((stored.held, stored.notice()), (ledger.flag(point), outbox.notice(point)));
        assert_eq!(stored.notified, outbox.notified(point));
        assert_eq!(stored.was_active, active.contains(&point));
    }
    let notices: Result<Vec<_>> = notifications.pending().collect();
    assert_eq!(notices.unwrap(), outbox.pending().collect::<Vec<_>>());
    let notices: Result<Vec<_>> = notifications.kept_back().collect();
    assert_eq!(notices.unwrap(), outbox.kept_back().collect::<Vec<_>>());
}

/// Written by hand: one file for gas, one for the provider of distributor 10; the network 24 has no
/// participant.
#[test]
fn a_run_writes_what_is_owed() {
    let folder = TempDir::new().unwrap();
    let mut notifications = open(Memory::new());
    for meter in 0..4 {
        assert_eq!(notifications.take(&commissioned(meter)).unwrap().changes, 1);
    }
    let options = file_options(12345);
    let report = notifications.run(folder.path(), now(1), None, &options).unwrap();
    assert_eq!((report.files.len(), report.unaddressed, report.kept_back), (2, 1, 0));
    let expected = [
        (
            "D0350-EELC-0000000001.txt",
            "ZHV|0000000001|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\n81H|1|\n\
             82H|1|DC01|1013044353630|A|20220101|MRCY|\nZPT|0000000001|2||1|20220301093000|\n",
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
    assert_eq!(notifications.pending().count(), 1);
    assert_eq!(notifications.run(folder.path(), now(2), None, &options).unwrap().files, []);
}

/// N is kept back until its switch is turned; the next file has the next number.
#[test]
fn switches_and_numbers_last() {
    let folder = TempDir::new().unwrap();
    let (register, options) = (folder.path().join("register"), file_options(1));
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

/// Independent networks are addressed once their participants are given.
#[test]
fn a_participant_that_is_given_is_written_to() {
    let folder = TempDir::new().unwrap();
    let mut notifications = open(Memory::new());
    notifications.take(&commissioned(3)).unwrap();
    let mut options = file_options(1);
    options.participants.insert(Distributor::new(24).unwrap(), "INDX".to_owned());
    notifications.run(folder.path(), now(1), None, &options).unwrap();
    let files = files(folder.path());
    assert_eq!(files.keys().collect::<Vec<_>>(), ["D0350-INDX-0000000001.txt"]);
    assert!(files.values().all(|text| text.contains("|P|INDX|")));
}

#[test]
fn a_cap_makes_more_files() {
    in_each_store(a_cap);
}

fn a_cap(store: AnyStore) {
    let folder = TempDir::new().unwrap();
    let mut notifications = open(store);
    for meter in 0..2 {
        notifications.take(&commissioned(meter)).unwrap();
    }
    let cap = NonZeroUsize::new(1);
    notifications.run(folder.path(), now(1), cap, &file_options(1)).unwrap();
    assert_eq!(
        files(folder.path()).keys().collect::<Vec<_>>(),
        ["E45-000001.txt", "E45-000002.txt"]
    );
}

/// Returns the events of electricity meters of one distributor.
fn many(meters: u32) -> Vec<Event> {
    let events = (0..meters).flat_map(|meter| {
        let point = MpanCore::from_body(100_000_000_000 + u64::from(meter));
        let point = MeterPoint::Electricity(point.unwrap());
        let what = [Pending, Associated(point), Whitelisted, Commissioned];
        what.map(|what| event(meter as usize, 1, what))
    });
    events.collect()
}

/// Adds many meters in one transaction.
#[cfg(feature = "postgres")]
pub(crate) fn take_many<S: StatusStore>(store: S, meters: u32) -> Result<()> {
    Notifications::open(store, rules())?.take(&many(meters)).map(|_| ())
}

/// A D0172 cannot confirm more than 99,999 instructions, so the 100,000th is in a next file, whose
/// numbers go on.
#[test]
fn a_file_that_could_not_be_confirmed_is_split() {
    let folder = TempDir::new().unwrap();
    let mut notifications = open(Memory::new());
    notifications.take(&many(100_000)).unwrap();
    let cap = NonZeroUsize::new(150_000);
    let report = notifications.run(folder.path(), now(1), cap, &file_options(1)).unwrap();
    let numbers: Vec<_> = report.files.iter().map(|file| (file.number, file.notices)).collect();
    assert_eq!(numbers, [(1, 99_999), (2, 1)]);
    let files = files(folder.path());
    for text in files.values() {
        let options = Options { cross_records: CrossRecords::Off, ..Options::default() };
        assert_eq!(check(text.as_bytes(), &options).unwrap().findings, []);
    }
    let second = &files["D0350-EELC-0000000002.txt"];
    assert!(second.contains("\n81H|2|\n82H|100000|DC01|"), "{second}");
    let rejected = rejection(100_000, "").replace("85H|100000|", "85H|3|");
    assert_eq!(answered(&mut notifications, &rejected).rejected, 1);
    assert_eq!(notifications.rejected().unwrap()[0].sent.number, 2);
}

/// A file that cannot be written is planned, and has the same number, time and bytes later.
#[test]
fn a_folder_that_is_not_there_delays_a_run() {
    in_each_store(a_missing_folder);
}

fn a_missing_folder(store: AnyStore) {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("later");
    let mut notifications = open(store);
    notifications.take(&commissioned(0)).unwrap();
    let error = notifications.run(&out, now(1), None, &file_options(1)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Output);
    notifications.take(&[event(0, 7, Unlinked(point(0)))]).unwrap();
    notifications.turn(Switches::ON).unwrap();
    fs::create_dir(&out).unwrap();
    let mut notifications = open(notifications.into_store());
    let error = notifications.run(&out, now(2), None, &file_options(2)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Options);
    assert!(
        error.to_string().starts_with("file 1 for gas was planned with other options"),
        "{error}"
    );
    assert!(files(&out).is_empty());
    notifications.run(&out, now(2), None, &file_options(1)).unwrap();
    assert!(
        files(&out)["E45-000001.txt"]
            .starts_with("A000000000001DXI20220301093000000001\nE451234567810A20220101\n")
    );
    notifications.run(&out, now(3), None, &file_options(1)).unwrap();
    assert!(
        files(&out)["E45-000002.txt"]
            .starts_with("A000000000001DXI20220303093000000002\nE451234567810N20220107\n")
    );
}

#[test]
fn a_generation_number_over_its_field_is_refused_before_anything_is_planned() {
    let folder = TempDir::new().unwrap();
    let mut options = file_options(10_000_000_000);
    let mut notifications = open(Memory::new());
    notifications.take(&commissioned(0)).unwrap();
    let error = notifications.run(folder.path(), now(1), None, &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Options);
    options.organisation_id = 1;
    let report = notifications.run(folder.path(), now(2), None, &options).unwrap();
    assert_eq!(report.files[0].number, 1);
}

/// Returns the answers to an update, one after the other.
fn said(rejected: &Rejected) -> Vec<&str> {
    let answers = rejected.answers.iter();
    answers.map(|answer| answer.rejected.as_deref().unwrap_or("accepted")).collect()
}

/// Answers of providers: by point, flag and day in gas, by point and instruction in electricity.
#[test]
fn answers_are_kept_and_rejections_listed() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("register");
    let sqlite = || open(Sqlite::open_or_create(&path).unwrap());
    sqlite().take(&(0..3).flat_map(commissioned).collect::<Vec<_>>()).unwrap();
    sqlite().run(folder.path(), now(1), None, &file_options(1)).unwrap();
    let e46 = "E46AC1234567810A20220101\nE46RJ1111111900A20220101\nE46RJ1111111900N20220101\nE46XX1111111900A20220101\n";
    let d0351 = "ZHV|0000000007|D0351001|P|EELC|Z|DCCO|20220302093000||||OPER|\n83H|1|\n\
                 84H|1|DC11|1|1013044353630|20220302|A|20220101|MRCY|\n85H|47|\n85H|R2|\n\
                 84H|2|DC11|2|1013044353630|20220302||||\n85H|3|\n\
                 ZPT|0000000007|6||1|20220302093000|\n";
    let read = |text: &str| {
        let source = Source::from_bytes(text.as_bytes().to_vec());
        sqlite().answer(&source, "answers", &Options::default(), &BTreeMap::new()).unwrap()
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
            .map(|rejected| {
                let Rejected { point, sent, .. } = rejected;
                let reason = said(rejected).concat();
                (point.to_string(), sent.number, reason, sent.held.flag.as_char())
            })
            .collect();
        assert_eq!(
            reasons,
            [
                ("1111111900".to_owned(), 1, String::new(), 'A'),
                ("1013044353630".to_owned(), 1, "47, R2".to_owned(), 'A'),
            ]
        );
    }
    read("E46AC1111111900A20220101\n");
    let rejected = sqlite().rejected().unwrap();
    assert_eq!(rejected.len(), 2, "both answers are kept");
    assert_eq!(said(&rejected[0]), ["", "accepted"]);
    assert_eq!(sqlite().pending().count(), 0, "what was notified stays notified");
    let updates = Source::from_bytes(&b"E451234567810A20220101\n"[..]);
    let error =
        sqlite().answer(&updates, "updates", &Options::default(), &BTreeMap::new()).unwrap_err();
    assert_eq!(error.to_string(), "the file has updates in it (e45), not answers");
}

fn answered<S: StatusStore>(notifications: &mut Notifications<S>, text: &str) -> AnswerSummary {
    let source = Source::from_bytes(text.as_bytes());
    notifications.answer(&source, "answers", &Options::default(), &BTreeMap::new()).unwrap()
}

/// The provider of one electricity point that is A, N and A in three files.
fn three_files<S: StatusStore>(store: S, out: &Path) -> Notifications<S> {
    let mut notifications = open(store);
    notifications.turn(Switches::ON).unwrap();
    notifications.take(&commissioned(2)).unwrap();
    notifications.run(out, now(1), None, &file_options(1)).unwrap();
    for (day, what) in [(5, Unlinked(point(2))), (6, Linked(point(2)))] {
        notifications.take(&[event(2, day, what)]).unwrap();
        notifications.run(out, now(u64::from(day)), None, &file_options(1)).unwrap();
    }
    notifications
}

/// A D0351 of EELC, with an MPAN core or without.
fn rejection(instruction: u64, mpan: &str) -> String {
    format!(
        "ZHV|0000000007|D0351001|P|EELC|Z|DCCO|20220310093000||||OPER|\n83H|1|\n\
         84H|9|DC11|{instruction}|{mpan}|20220310||||\n85H|{instruction}|\n\
         ZPT|0000000007|3||1|20220310093000|\n"
    )
}

/// The point of the updates in three files.
const MPAN: &str = "1013044353630";

/// Instructions and files are numbered across a recipient's files, so an answer matches one of
/// them.
#[test]
fn a_rejection_names_one_instruction_of_one_file() {
    in_each_store(one_instruction);
}

fn one_instruction(store: AnyStore) {
    let folder = TempDir::new().unwrap();
    let mut notifications = three_files(store, folder.path());
    for (number, flag) in (1..).zip(["A|20220101", "N|20220105", "A|20220106"]) {
        let name = format!("D0350-EELC-000000000{number}.txt");
        let text = fs::read_to_string(folder.path().join(name)).unwrap();
        let updates = format!("\n81H|{number}|\n82H|{number}|DC01|1013044353630|{flag}|MRCY|\n");
        assert!(text.contains(&updates), "{text}");
    }
    assert_eq!(answered(&mut notifications, &rejection(2, MPAN)).rejected, 1);
    assert_eq!(answered(&mut notifications, &rejection(4, MPAN)).unknown, 1);
    let rejected = notifications.rejected().unwrap();
    let [Rejected { sent: Sent { number: 2, instruction: 2, held }, .. }] = rejected[..] else {
        panic!("{rejected:?}")
    };
    assert_eq!(held.flag.as_char(), 'N');
}

/// The incoming instruction number and the sender are enough; a point must be that of the
/// instruction.
#[test]
fn a_rejection_without_a_point_is_found_by_its_instruction() {
    in_each_store(rejection_without_a_point);
}

fn rejection_without_a_point(store: AnyStore) {
    let folder = TempDir::new().unwrap();
    let mut notifications = three_files(store, folder.path());
    let unknown = [
        rejection(0, ""),
        rejection(4, ""),
        rejection(3, "1000000000012"),
        rejection(3, "").replace("EELC", "LOND"),
        rejection(3, "").replace("EELC", "INDX"),
        rejection(3, "")
            .split_once('\n')
            .unwrap()
            .1
            .replace("ZPT|0000000007|3||1|20220310093000|\n", ""),
    ];
    let options = Options { flow: Some(flagflow_check::Flow::D0351), ..Options::default() };
    for text in unknown {
        let source = Source::from_bytes(text.clone().into_bytes());
        let report = notifications.answer(&source, "answers", &options, &BTreeMap::new()).unwrap();
        assert_eq!((report.unknown, report.rejected), (1, 0), "{text}");
    }
    assert_eq!(
        answered(&mut notifications, &rejection(3, "").replace("|3||", "|x||")).unreadable,
        1
    );
    for instruction in 1..=3 {
        assert_eq!(answered(&mut notifications, &rejection(instruction, "")).rejected, 1);
    }
    let rejected = notifications.rejected().unwrap();
    let sent: Vec<_> = rejected.iter().map(|it| (it.sent.number, said(it).concat())).collect();
    assert_eq!(sent, [1, 2, 3].map(|number| (number, number.to_string())));
}

/// Every instruction of one file of many points, by its number alone.
#[test]
fn each_instruction_of_a_file_is_found() {
    in_each_store(each_instruction);
}

fn each_instruction(store: AnyStore) {
    let folder = TempDir::new().unwrap();
    let mut notifications = open(store);
    let cores = [0, 1, 2, 77, 5_000, 99_999_999_999].map(|n: u64| 10 * 100_000_000_000 + n);
    for (meter, core) in cores.iter().enumerate() {
        let point = MeterPoint::Electricity(core.to_string().parse().unwrap());
        let events = [Pending, Associated(point), Whitelisted, Commissioned];
        notifications.take(&events.map(|what| event(meter, 1, what))).unwrap();
    }
    notifications.run(folder.path(), now(1), None, &file_options(1)).unwrap();
    for instruction in 1..=cores.len() as u64 {
        assert_eq!(answered(&mut notifications, &rejection(instruction, "")).rejected, 1);
    }
    let rejected = notifications.rejected().unwrap();
    let points: Vec<_> =
        rejected.iter().map(|it| (it.point.to_string(), said(it).concat())).collect();
    let expected = (1..).zip(cores).map(|(n, core)| (core.to_string(), n.to_string()));
    assert_eq!(points, expected.collect::<Vec<_>>());
}

/// A D0172 of a sender for one file.
fn confirmation(sender: &str, identifier: &str, counts: &str) -> String {
    format!(
        "ZHV|0000000008|D0172001|P|{sender}|Z|DCCO|20220310093000||||OPER|\n749|1|\n\
         357|1|DC90|20220310|{identifier}|{counts}|\nZPT|0000000008|2||1|20220310093000|\n"
    )
}

fn confirmations(store: AnyStore) {
    let folder = TempDir::new().unwrap();
    let mut notifications = three_files(store, folder.path());
    let open = |notifications: &Notifications<AnyStore>, until| -> Vec<_> {
        notifications.unconfirmed(until).map(|file| file.unwrap().number).collect()
    };
    assert_eq!(open(&notifications, now(6)), [1, 2, 3]);
    assert_eq!(open(&notifications, now(5)), [1, 2]);
    let before = Timestamp::from_packed(20_220_301_092_959).unwrap();
    assert_eq!(open(&notifications, before), [0_u64; 0]);
    for text in [
        confirmation("LOND", "0000000001", "1|1|0"),
        confirmation("INDX", "0000000001", "1|1|0"),
        confirmation("EELC", "1", "1|1|0"),
        confirmation("EELC", "0000000004", "1|1|0"),
        confirmation("EELC", "A", "1|1|0"),
    ] {
        assert_eq!(answered(&mut notifications, &text).unknown, 1, "{text}");
    }
    let accepted = confirmation("EELC", "0000000001", "1|1|0");
    for _ in 0..2 {
        assert_eq!(answered(&mut notifications, &accepted).confirmed, 1);
    }
    assert_eq!(notifications.differences().count(), 0);
    assert_eq!(open(&notifications, now(9)), [2, 3]);

    answered(&mut notifications, &confirmation("EELC", "0000000002", "1|0|1"));
    answered(&mut notifications, &confirmation("EELC", "0000000003", "2|2|0"));
    let differences: Vec<_> = notifications.differences().map(Result::unwrap).collect();
    let counts = |it: &CountDifference| {
        (
            it.file.number,
            it.file.notices,
            it.confirmation.received,
            it.confirmation.rejected,
            it.rejections,
        )
    };
    assert_eq!(
        differences.iter().map(counts).collect::<Vec<_>>(),
        [(2, 1, 1, 1, 0), (3, 1, 2, 0, 0)]
    );
    answered(&mut notifications, &rejection(2, ""));
    let differences: Vec<_> = notifications.differences().map(Result::unwrap).collect();
    assert_eq!(differences.iter().map(|it| it.file.number).collect::<Vec<_>>(), [3]);
    assert_eq!(open(&notifications, now(9)), [0_u64; 0]);

    let history = notifications.history(point(2)).unwrap();
    let days: Vec<_> = history
        .iter()
        .flat_map(|change| &change.sent)
        .map(|sent| sent.confirmation.map(|it| it.deemed_received.to_string()))
        .collect();
    assert_eq!(days.len(), 3);
    assert!(days.iter().all(|day| day.as_deref() == Some("20220310")), "{days:?}");
}

/// A file is confirmed by its sender's name and its identifier, and its counts are compared.
#[test]
fn files_are_confirmed_and_their_counts_compared() {
    in_each_store(confirmations);
}

fn removal(store: AnyStore) {
    let folder = TempDir::new().unwrap();
    let notifications = three_files(store, folder.path());
    let mut register = notifications.into_store();
    let removed = |before| Removed { updates: 0, notices: before };
    // each file is of a day: the first one before any, then between them, and after all
    assert_eq!(remove_earlier(&mut *register, now(1)).unwrap(), removed(0));
    let mut notifications = open(register);
    assert_eq!(answered(&mut notifications, "E46AC1111111900A20220101\n").unknown, 1);
    let history = |notifications: &Notifications<AnyStore>| {
        let history = notifications.history(point(2)).unwrap();
        let numbers = |it: &FlagChange| it.sent.iter().map(|it| it.sent.number).collect();
        history.iter().map(|it| (numbers(it), it.unsent)).collect::<Vec<(Vec<_>, _)>>()
    };
    let sent = |number| (vec![number], None);
    assert_eq!(history(&notifications), [sent(1), sent(2), sent(3)]);
    let mut register = notifications.into_store();
    assert_eq!(remove_earlier(&mut *register, now(6)).unwrap(), removed(2));
    assert_eq!(remove_earlier(&mut *register, now(9)).unwrap(), removed(0));
    assert_eq!(register.removed_up_to().unwrap(), 3);
    let mut notifications = open(register);
    let gone = (vec![], Some(Unsent::Removed));
    assert_eq!(history(&notifications), [gone.clone(), gone, sent(3)]);
    assert_eq!(verify_status(notifications.store(), None).unwrap().difference, None);
    // answers to what was removed find nothing, and numbers go on
    assert_eq!(answered(&mut notifications, &rejection(1, MPAN)).unknown, 1);
    assert_eq!(answered(&mut notifications, &rejection(2, "")).unknown, 1);
    assert_eq!(answered(&mut notifications, &rejection(3, "")).rejected, 1);
    notifications.take(&[event(2, 8, Unlinked(point(2)))]).unwrap();
    let report = notifications.run(folder.path(), now(8), None, &file_options(1)).unwrap();
    assert_eq!(report.files[0].number, 4);
    // a rejected update stays, and so does all after it
    let mut register = notifications.into_store();
    assert_eq!(remove_earlier(&mut *register, now(9)).unwrap(), removed(0));
    let notifications = open(register);
    assert_eq!(notifications.rejected().unwrap()[0].sent.number, 3);
    assert_eq!(verify_status(notifications.store(), None).unwrap().difference, None);
}

/// Notices of long ago can be removed, if a later one for the point is on disk.
#[test]
fn notices_that_are_superseded_can_be_removed() {
    in_each_store(removal);
}

/// The participant of an independent network is given for its answers too.
#[test]
fn a_participant_that_is_given_is_read_from() {
    let folder = TempDir::new().unwrap();
    let mut notifications = open(Memory::new());
    notifications.take(&commissioned(3)).unwrap();
    let mut options = file_options(1);
    options.participants.insert(Distributor::new(24).unwrap(), "INDX".to_owned());
    notifications.run(folder.path(), now(1), None, &options).unwrap();
    let text = confirmation("INDX", "0000000001", "1|1|0");
    assert_eq!(answered(&mut notifications, &text).unknown, 1);
    let source = Source::from_bytes(text.into_bytes());
    let report = notifications
        .answer(&source, "answers", &Options::default(), &options.participants)
        .unwrap();
    assert_eq!(report.confirmed, 1);
}

/// The same flag and day in two files: an E46 matches the one without an answer, or neither.
#[test]
fn an_ambiguous_answer_is_kept_for_none() {
    in_each_store(ambiguous_answer);
}

fn ambiguous_answer(store: AnyStore) {
    let folder = TempDir::new().unwrap();
    let mut notifications = open(store);
    notifications.turn(Switches::ON).unwrap();
    notifications.take(&commissioned(0)).unwrap();
    let mut send = |events: &[Event], day| {
        notifications.take(events).unwrap();
        notifications.run(folder.path(), now(day), None, &file_options(1)).unwrap();
    };
    let (off, back) = (event(0, 5, Unlinked(point(0))), event(0, 5, Linked(point(0))));
    send(&[off], 1);
    send(&[back], 2);
    send(&[off, back, off], 3);
    let rejected = "E46RJ1234567810N20220105\n";
    let report = answered(&mut notifications, rejected);
    assert_eq!((report.ambiguous, report.rejected), (1, 0));
    let [ambiguity] = &report.ambiguities[..] else { panic!("{report:?}") };
    let candidates: Vec<_> = ambiguity.candidates.iter().map(|sent| sent.number).collect();
    assert_eq!((ambiguity.line, candidates), (1, vec![1, 3]));
    assert_eq!(notifications.rejected().unwrap(), []);
}

/// A rejected update goes out once more under new numbers, and each answer is kept with its file.
#[test]
fn a_rejected_update_is_sent_again() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("register");
    let sqlite = || open(Sqlite::open_or_create(&path).unwrap());
    let options = file_options(1);
    let point = point(0);
    let again = |day, folder: &Path| {
        sqlite().run_again(folder, now(day), None, &BTreeSet::from([point]), &options)
    };
    sqlite().take(&commissioned(0)).unwrap();
    assert_eq!(again(1, folder.path()).unwrap_err().kind(), ErrorKind::Options);
    sqlite().run(folder.path(), now(1), None, &options).unwrap();
    let rejected = "E46RJ1234567810A20220101\n";
    answered(&mut sqlite(), rejected);
    let none = folder.path().join("none");
    assert_eq!(again(2, &none).unwrap_err().kind(), ErrorKind::Output);
    let error = again(3, folder.path()).unwrap_err();
    assert!(error.to_string().starts_with("an interrupted run"), "{error}");
    let report = sqlite().run(folder.path(), now(3), None, &options).unwrap();
    assert_eq!((report.files[0].number, report.files[0].notices), (2, 1));
    assert!(again(4, folder.path()).unwrap_err().to_string().contains("was not rejected"));
    answered(&mut sqlite(), "E46AC1234567810A20220101\n");
    // the same file again matches as before
    answered(&mut sqlite(), rejected);
    let history = sqlite().history(point).unwrap();
    let [FlagChange { sent, unsent: None, .. }] = &history[..] else { panic!("{history:?}") };
    let answers = |sent: &SentChange| {
        let answers = sent.answers.iter().map(|answer| answer.rejected.is_some());
        (sent.sent.number, sent.is_on_disk, answers.collect::<Vec<_>>())
    };
    let answers: Vec<_> = sent.iter().map(answers).collect();
    assert_eq!(answers, [(1, true, vec![true]), (2, true, vec![false])]);
    assert_eq!(sqlite().rejected().unwrap()[0].again, [2]);
}

#[test]
fn history_has_every_change_and_why_it_was_not_sent() {
    in_each_store(whole_history);
}

fn whole_history(store: AnyStore) {
    let folder = TempDir::new().unwrap();
    let mut notifications = open(store);
    notifications.take(&commissioned(0)).unwrap();
    let unsent = |notifications: &Notifications<AnyStore>| {
        let history = notifications.history(point(0)).unwrap();
        history.iter().map(|change| change.unsent).collect::<Vec<_>>()
    };
    assert_eq!(unsent(&notifications), [Some(Unsent::Pending)]);
    notifications.run(folder.path(), now(1), None, &file_options(1)).unwrap();
    let (off, back) = (Unlinked(point(0)), Linked(point(0)));
    notifications.take(&[event(0, 1, off), event(0, 1, back)]).unwrap();
    let superseded = Some(Unsent::Superseded);
    assert_eq!(unsent(&notifications), [None, superseded, Some(Unsent::Unchanged)]);
    notifications.take(&[event(0, 3, off)]).unwrap();
    let held_back = Some(Unsent::HeldBack);
    assert_eq!(unsent(&notifications), [None, superseded, superseded, held_back]);
    assert_eq!(notifications.history(point(1)).unwrap(), []);
}

/// Events that a file repeats of the register, or of itself: in one batch or in several, days in
/// any order.
#[test]
fn repeated_events_change_nothing() {
    let (off, back) = (Unlinked(point(0)), Linked(point(0)));
    let first = commissioned(0);
    let day = [event(0, 5, off), event(0, 5, back), event(0, 5, off)];
    let mut notifications = open(Memory::new());
    assert_eq!(notifications.take(&first).unwrap().repeated.len(), 0);
    let taken = notifications.take(&day).unwrap();
    assert_eq!((taken.events, taken.repeated.len(), taken.refused.len()), (3, 0, 0));
    // another meter on an earlier day is not repeated
    let other = commissioned(1);
    assert_eq!(notifications.take(&other).unwrap().events, 4);
    let before = state(notifications.store());
    let mut again = notifications.intake();
    assert_eq!(again.take(&day[..2]).unwrap().repeated, [0, 1]);
    // earlier days after later ones
    assert_eq!(again.take(&first).unwrap().repeated, [0, 1, 2, 3]);
    assert_eq!(again.take(&other).unwrap().repeated, [0, 1, 2, 3]);
    assert_eq!(again.take(&day[2..]).unwrap().repeated, [0]);
    assert_eq!(state(notifications.store()), before);
    let taken = notifications.take(&[day[0], day[1], day[2], day[1]]).unwrap();
    assert_eq!((taken.events, taken.repeated), (1, vec![0, 1, 2]), "once more than before");
    let taken = notifications.take(&[event(0, 4, off)]).unwrap();
    assert_eq!((taken.repeated.len(), taken.refused.len()), (0, 1), "neither there nor possible");
}

#[test]
fn a_file_of_events_is_recognised() {
    let folder = TempDir::new().unwrap();
    let mut sqlite = open(Sqlite::open_or_create(&folder.path().join("register")).unwrap());
    let mut memory = open(Memory::new());
    let source = Source::from_bytes(&b"events"[..]);
    let (digest, before) = sqlite.taken(&source).unwrap();
    assert_eq!((memory.taken(&source).unwrap(), &before), ((digest, None), &None));
    let file = |name: &str| TakenFile {
        name: name.to_owned(),
        digest,
        events: 3,
        repeated: 2,
        refused: 1,
    };
    for name in ["first", "second"] {
        sqlite.keep_taken(&file(name)).unwrap();
        memory.keep_taken(&file(name)).unwrap();
        assert_eq!(sqlite.taken(&source).unwrap().1, Some(file("first")));
        assert_eq!(memory.taken(&source).unwrap().1, Some(file("first")));
    }
}

/// Nothing is planned, written or notified if another file has the name of one of the run's.
#[test]
fn another_file_is_never_overwritten() {
    let folder = TempDir::new().unwrap();
    let mut notifications = open(Memory::new());
    notifications.take(&[commissioned(0), commissioned(2)].concat()).unwrap();
    let name = "D0350-EELC-0000000001.txt";
    fs::write(folder.path().join(name), "another").unwrap();
    let options = file_options(1);
    let error = notifications.run(folder.path(), now(1), None, &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Output);
    assert!(error.to_string().contains(name), "{error}");
    let found = files(folder.path());
    assert_eq!(found, [(name.to_owned(), "another".to_owned())].into());
    assert_eq!(notifications.pending().count(), 2);
    fs::remove_file(folder.path().join(name)).unwrap();
    notifications.run(folder.path(), now(2), None, &options).unwrap();
    assert!(files(folder.path())[name].contains("20220302"), "nothing was planned before");
    // nor where a run is completed
    let later = folder.path().join("later");
    notifications.turn(Switches::ON).unwrap();
    notifications.take(&[event(0, 5, Decommissioned), event(2, 5, Decommissioned)]).unwrap();
    notifications.run(&later, now(6), None, &options).unwrap_err();
    fs::create_dir(&later).unwrap();
    let name = "D0350-EELC-0000000002.txt";
    fs::write(later.join(name), "another").unwrap();
    let error = notifications.run(&later, now(7), None, &options).unwrap_err();
    assert!(error.to_string().contains(name), "{error}");
    assert_eq!(files(&later).len(), 1, "nothing is written");
    fs::remove_file(later.join(name)).unwrap();
    notifications.run(&later, now(8), None, &options).unwrap();
    assert!(files(&later)[name].contains("20220306"), "as it was planned");
}

/// A file that `check` would refuse is not sent: a flag that its edition does not have.
#[test]
fn a_file_that_would_be_refused_is_not_planned() {
    let folder = TempDir::new().unwrap();
    let mut notifications = open(Memory::new());
    notifications.turn(Switches::ON).unwrap();
    let gone = [commissioned(0).to_vec(), vec![event(0, 5, Decommissioned)]].concat();
    notifications.take(&gone).unwrap();
    let early = Timestamp::from_packed(20_210_101_000_000).unwrap();
    let options = file_options(1);
    let error = notifications.run(folder.path(), early, None, &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Options);
    let words = error.to_string();
    assert!(words.starts_with("E45-000001.txt: flagflow check would reject"), "{words}");
    assert!(words.contains("line 2") && words.contains("pre-mp077"), "{words}");
    assert!(files(folder.path()).is_empty());
    let report = notifications.run(folder.path(), now(1), None, &options).unwrap();
    assert_eq!(report.files[0].number, 1);
}

/// An update without a supplier is refused before anything is written; so is one without a value
/// for a mandatory item that only a profile defines.
#[test]
fn the_supplier_comes_from_the_event_or_the_options() {
    let folder = TempDir::new().unwrap();
    let mut notifications = open(Memory::new());
    notifications.take(&(1..3).flat_map(commissioned).collect::<Vec<_>>()).unwrap();
    let supplier = |text: &str| text.parse().ok();
    let mut options = FileOptions::new(1);
    let builtin = options.profile.as_toml().to_owned();
    let with = |item: &str| {
        let supplier = "{ name = \"supplier_id\", format = \"CHAR(4)\" },\n";
        assert!(builtin.contains(supplier));
        let text = builtin.replace(supplier, &format!("{supplier}{{ {item} }},\n"));
        Arc::new(Profile::from_toml(&text).unwrap())
    };
    let run = |notifications: &mut Notifications<Memory>, day, options: &FileOptions| {
        notifications.run(folder.path(), now(day), None, options)
    };
    let error = run(&mut notifications, 1, &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Options);
    let words = error.to_string();
    assert!(words.contains("has no supplier") && words.contains("1013044353630"), "{words}");
    assert!(files(folder.path()).is_empty(), "the gas file is not written either");
    options.supplier = supplier("MRCY");
    run(&mut notifications, 2, &options).unwrap();
    let off = event(2, 5, Unlinked(point(2))).with_supplier(supplier("ABCD"));
    notifications.turn(Switches::ON).unwrap();
    notifications.take(&[off]).unwrap();
    let mut notifications = open(notifications.into_store());
    run(&mut notifications, 3, &options).unwrap();
    notifications.take(&[event(2, 6, Linked(point(2)))]).unwrap();
    options.profile = with("name = \"note\", format = \"CHAR(4)\"");
    let error = run(&mut notifications, 4, &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Options);
    assert!(error.to_string().contains("note"), "{error}");
    options.profile = with("name = \"note\", format = \"CHAR(4)\", optional = true");
    run(&mut notifications, 5, &options).unwrap();
    let files = files(folder.path());
    let ends: Vec<_> = files
        .iter()
        .filter(|(name, _)| name.starts_with("D0350"))
        .map(|(_, text)| text.lines().nth(2).unwrap())
        .collect();
    assert!(ends[0].ends_with("|A|20220101|MRCY|"), "{ends:?}");
    assert!(ends[1].ends_with("|N|20220105|ABCD|"), "{ends:?}");
    assert!(ends[2].ends_with("|A|20220106|MRCY||"), "{ends:?}");
}

/// Reasons of gas belong to the E46 above them, in both layouts, and their number is limited. A bad
/// one rejects its E46, and those of a bad or an unknown E46 do not belong to another.
#[test]
fn reasons_of_gas_are_kept_with_their_answer() {
    let folder = TempDir::new().unwrap();
    let mut notifications = open(Memory::new());
    notifications.take(&(0..3).flat_map(commissioned).collect::<Vec<_>>()).unwrap();
    notifications.run(folder.path(), now(1), None, &file_options(1)).unwrap();
    let options = Options { with_reasons: true, ..Options::default() };
    let mut reasons = |text: &str| {
        let source = Source::from_bytes(text.as_bytes());
        let report = notifications.answer(&source, "answers", &options, &BTreeMap::new()).unwrap();
        let rejected = notifications.rejected().unwrap();
        let last = |it: &Rejected| it.answers.last().unwrap().rejected.clone();
        let of = |it: &Rejected| (it.point.to_string(), last(it));
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

/// A store that fails at one of its calls: before or after doing its work.
struct Dying<'a, S> {
    inner: &'a mut S,
    calls: &'a Cell<usize>,
    at: usize,
    done: bool,
    /// Makes the call fail, instead of this store.
    interrupt: Option<&'a dyn Fn()>,
}

impl<S: StatusStore> Dying<'_, S> {
    fn call<T>(&mut self, act: impl FnOnce(&mut S) -> Result<T>) -> Result<T> {
        let dead = || Error::new(ErrorKind::Store, "dead");
        let call = self.calls.get();
        self.calls.set(call + 1);
        if let Some(interrupt) = self.interrupt {
            if call == self.at {
                interrupt();
            }
            return act(self.inner);
        }
        if call > self.at || (call == self.at && !self.done) {
            return Err(dead());
        }
        let answer = act(self.inner)?;
        if call == self.at {
            // a transaction ends with its process
            self.inner.roll_back();
            return Err(dead());
        }
        Ok(answer)
    }
}

impl<S: StatusStore> StatusStore for Dying<'_, S> {
    fn begin(&mut self) -> Result<()> {
        self.call(StatusStore::begin)
    }
    fn commit(&mut self) -> Result<()> {
        self.call(StatusStore::commit)
    }
    fn roll_back(&mut self) {
        self.inner.roll_back();
    }
    fn lock_runs(&mut self) -> Result<()> {
        self.inner.lock_runs()
    }
    fn unlock_runs(&mut self) {
        self.inner.unlock_runs();
    }

    fn settings(&self) -> Result<Option<Settings>> {
        self.inner.settings()
    }
    fn keep(&mut self, settings: Settings) -> Result<()> {
        self.call(|inner| inner.keep(settings))
    }
    fn event_count(&self) -> Result<u64> {
        self.inner.event_count()
    }
    fn event(&self, id: u64) -> Result<Option<StoredEvent>> {
        self.inner.event(id)
    }
    fn devices(&self, ids: &[DeviceId]) -> Result<Vec<StoredDevice>> {
        self.inner.devices(ids)
    }
    fn devices_after(&self, after: Option<DeviceId>, limit: usize) -> Result<Vec<StoredDevice>> {
        self.inner.devices_after(after, limit)
    }
    fn devices_ever_at(&self, point: MeterPoint) -> Result<Vec<DeviceId>> {
        self.inner.devices_ever_at(point)
    }
    fn points(&self, points: &[MeterPoint]) -> Result<Vec<StoredPoint>> {
        self.inner.points(points)
    }
    fn points_after(
        &self,
        after: Option<MeterPoint>,
        pending: bool,
        limit: usize,
    ) -> Result<Vec<StoredPoint>> {
        self.inner.points_after(after, pending, limit)
    }
    fn write(&mut self, batch: &StatusBatch) -> Result<()> {
        self.call(|inner| inner.write(batch))
    }
    fn taken(&self, digest: &Digest) -> Result<Option<TakenFile>> {
        self.inner.taken(digest)
    }
    fn keep_taken(&mut self, file: &TakenFile) -> Result<()> {
        self.call(|inner| inner.keep_taken(file))
    }
    fn last_numbers(&self, recipient: Recipient) -> Result<LastNumbers> {
        self.inner.last_numbers(recipient)
    }
    fn last_file(&self) -> Result<u64> {
        self.inner.last_file()
    }
    fn file(&self, id: u64) -> Result<Option<PlannedFile>> {
        self.inner.file(id)
    }
    fn unsent(&self) -> Result<Vec<PlannedFile>> {
        self.inner.unsent()
    }
    fn notices_after(
        &self,
        file: u64,
        after: Option<MeterPoint>,
        limit: usize,
    ) -> Result<Vec<StoredNotice>> {
        self.inner.notices_after(file, after, limit)
    }
    fn notice(&self, file: u64, point: MeterPoint) -> Result<Option<StoredNotice>> {
        self.inner.notice(file, point)
    }
    fn add_notices(&mut self, file: u64, first: u64, notices: &[Notice]) -> Result<()> {
        self.call(|inner| inner.add_notices(file, first, notices))
    }
    fn plan(&mut self, file: &PlannedFile) -> Result<()> {
        self.call(|inner| inner.plan(file))
    }
    fn sent(&mut self, file: u64, at: Timestamp) -> Result<()> {
        self.call(|inner| inner.sent(file, at))
    }
    fn answer_file(&mut self, name: &str, digest: &Digest) -> Result<u64> {
        self.call(|inner| inner.answer_file(name, digest))
    }
    fn answer(&mut self, answers: &[Answer]) -> Result<()> {
        self.call(|inner| inner.answer(answers))
    }
    fn answers(&self, number: u64, point: MeterPoint) -> Result<Vec<Answer>> {
        self.inner.answers(number, point)
    }
    fn rejected_points(&self) -> Result<Vec<MeterPoint>> {
        self.inner.rejected_points()
    }
    fn rejected_count(&self, recipient: Recipient, number: u64) -> Result<u64> {
        self.inner.rejected_count(recipient, number)
    }
    fn file_numbered(&self, recipient: Recipient, number: u64) -> Result<Option<PlannedFile>> {
        self.inner.file_numbered(recipient, number)
    }
    fn files_after(&self, after: Option<u64>, limit: usize) -> Result<Vec<PlannedFile>> {
        self.inner.files_after(after, limit)
    }
    fn removed_up_to(&self) -> Result<u64> {
        self.inner.removed_up_to()
    }
    fn remove_notices(&mut self, before: Timestamp) -> Result<u64> {
        self.call(|inner| inner.remove_notices(before))
    }
    fn set_digest(&mut self, file: u64, digest: &Digest) -> Result<()> {
        self.call(|inner| inner.set_digest(file, digest))
    }
    fn confirm(&mut self, confirmation: &Confirmation) -> Result<()> {
        self.call(|inner| inner.confirm(confirmation))
    }
    fn confirmations(&self, file: u64) -> Result<Vec<Confirmation>> {
        self.inner.confirmations(file)
    }
}

/// A day's work: events, switches, and a run.
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
        notifications.run(out, now(u64::from(day)), None, &file_options(1))?;
    }
    Ok(())
}

/// Returns every planned file with its notices.
fn files_told(store: &impl StatusStore) -> Vec<(PlannedFile, Vec<StoredNotice>)> {
    let files = 1..=store.last_file().unwrap();
    let told = files.map(|id| {
        (store.file(id).unwrap().unwrap(), store.notices_after(id, None, usize::MAX).unwrap())
    });
    told.collect()
}

/// The number of calls of the store in the test below.
const CALLS: usize = 48;

/// Every call of the store on three days, failing before and after: the day's work is repeated, and
/// the final notifications are the same as without failures.
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
            let died = work(
                Dying { inner: &mut sqlite, calls: &calls, at, done, interrupt: None },
                day,
                &out,
            );
            if died.is_err() {
                // the kept events are repeated the second time, and change nothing
                work(&mut sqlite, day, &out).unwrap();
                return rest(day + 1, sqlite, &out);
            }
        }
        let calls = calls.get();
        let (told, files) = rest(4, sqlite, &out);
        assert!(at.is_some() || calls == CALLS, "{calls}");
        (told, files)
    };
    let (told, files) = days(None);
    assert_eq!(told.len(), 5, "{told:?}");
    for at in 0..CALLS {
        for done in [false, true] {
            let (again, written) = days(Some((at, done)));
            assert_eq!(again, told, "died at {at}, done: {done}");
            assert_eq!(written, files, "died at {at}, done: {done}");
        }
    }
}

type Outcome = (Vec<(PlannedFile, Vec<StoredNotice>)>, BTreeMap<String, String>);

/// Runs the remaining days and returns the final state.
fn rest(from: u8, mut sqlite: Sqlite, out: &Path) -> Outcome {
    for day in from..=3 {
        work(&mut sqlite, day, out).unwrap();
    }
    let told = files_told(&sqlite);
    assert!(told.iter().all(|(file, _)| file.is_sent));
    (told, files(out))
}

/// An older register is migrated, and keeps its contents.
#[test]
fn a_register_of_the_first_version_takes_events() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("register");
    drop(Sqlite::open_or_create(&path).unwrap());
    let connection = rusqlite::Connection::open(&path).unwrap();
    let drops = [
        "settings",
        "log",
        "device",
        "link",
        "point",
        "file",
        "notice",
        "recipient",
        "answer",
        "taken",
        "answer_file",
        "confirmation",
    ];
    let drops = drops.map(|name| format!("DROP TABLE status_{name};"));
    let drops = drops.concat();
    connection
        .execute_batch(&format!("{drops} DROP TABLE kept; PRAGMA user_version = 1;"))
        .unwrap();
    drop(connection);
    let mut notifications = open(Sqlite::open(&path).unwrap());
    notifications.take(&commissioned(0)).unwrap();
    let connection = rusqlite::Connection::open(&path).unwrap();
    let version: u32 =
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, SCHEMA_VERSION);
}

/// A register of the second version during a run: the run is completed with the planned bytes, and
/// numbers continue from the earlier ones.
#[test]
fn a_register_of_the_second_version_goes_on() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("register");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch(include_str!("registers/version-2.sql")).unwrap();
    drop(connection);
    let sqlite = || Notifications::open(Sqlite::open(&path).unwrap(), None).unwrap();
    let options = file_options(7);
    let report = sqlite().run(folder.path(), now(1), None, &options).unwrap();
    assert_eq!(report.files.iter().map(|file| file.number).collect::<Vec<_>>(), [2, 2]);
    let name = |number| format!("D0350-EELC-000000000{number}.txt");
    let text = fs::read_to_string(folder.path().join(name(2))).unwrap();
    assert!(text.contains("\n81H|1|\n82H|1|DC01|1013044353630|N|20220206|MRCY|\n"), "{text}");
    assert_eq!(said(&sqlite().rejected().unwrap()[0]), [""], "an answer of before");
    let device = DeviceId::new(61_663_035_897_974_945);
    let on = EffectiveDate::from_ymd(2022, 2, 6).unwrap();
    let taken = sqlite().take(&[Event::new(on, device, Unlinked(point(2)))]).unwrap();
    assert_eq!(taken.repeated, [0]);
    let on = EffectiveDate::from_ymd(2022, 2, 8).unwrap();
    sqlite().take(&[Event::new(on, device, Linked(point(2)))]).unwrap();
    sqlite().run(folder.path(), now(2), None, &options).unwrap();
    let text = fs::read_to_string(folder.path().join(name(3))).unwrap();
    assert!(text.contains("\n81H|2|\n82H|2|DC01|1013044353630|A|20220208|MRCY|\n"), "{text}");
    // both earlier files began with instruction 1
    let report = answered(&mut sqlite(), &rejection(1, MPAN));
    assert_eq!((report.ambiguous, report.ambiguities[0].candidates.len()), (1, 2));
    assert_eq!(answered(&mut sqlite(), &rejection(2, MPAN)).rejected, 1);
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", SCHEMA_VERSION + 1).unwrap();
    let error = Sqlite::open(&path).unwrap_err();
    assert!(error.to_string().ends_with("or a copy of the register from before"), "{error}");
}

/// Every table of the state, changed by another program: the check names the row.
#[test]
fn a_check_names_the_first_difference() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("register");
    let fill = || {
        let _ = fs::remove_file(&path);
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection.execute_batch(include_str!("registers/version-3.sql")).unwrap();
        drop(connection);
        Sqlite::open(&path).unwrap()
    };
    let whole = |seen: &StatusVerified| (seen.devices, seen.points, seen.events, seen.files);
    let seen = verify_status(&fill(), None).unwrap();
    assert_eq!((whole(&seen), &seen.difference), ((4, 4, 23, 5), &None));
    assert_eq!(verify_status(&fill(), Some(1_000)).unwrap().difference, None);
    assert_eq!(verify_status(&Memory::new(), None).unwrap(), StatusVerified::default());
    let (meter, point) = ("meter 00-DB-12-34-56-78-90-A1", "1013044353630");
    let other = "meter 00-DB-12-34-56-78-90-C3";
    for (change, named, is_in_sample) in [
        ("UPDATE status_device SET status = 5", meter, true),
        ("UPDATE status_device SET was_commissioned = 0", meter, true),
        ("UPDATE status_device SET day = 20220301", meter, true),
        (
            "UPDATE status_device SET points = x'DEB4ADD8C7E304' WHERE device = 61663035897974945",
            meter,
            true,
        ),
        ("UPDATE status_device SET points = x'' WHERE device = 61663035897974979", other, true),
        ("DELETE FROM status_link WHERE point = 21013044353630", meter, true),
        ("DELETE FROM status_point WHERE point = 21013044353630", meter, true),
        ("DELETE FROM status_device WHERE device = 61663035897974945", point, true),
        (
            // the last event once more
            "INSERT INTO status_log VALUES (24, 1, x'43AC92D209C2C2C4E78A8D89DB01DEB4ADD8C7E30401')",
            "the log has 24",
            false,
        ),
        ("UPDATE status_point SET flag = 'I' WHERE point > 21000000000000", point, true),
        ("UPDATE status_point SET day = 20220101 WHERE point > 21000000000000", point, true),
        ("UPDATE status_point SET last_day = 20230101 WHERE point > 21000000000000", point, true),
        ("UPDATE status_point SET meters = x'0001' WHERE point > 21000000000000", point, true),
        ("UPDATE status_point SET supplier = 'X' WHERE point > 21000000000000", point, true),
        ("UPDATE status_point SET was_active = 0 WHERE point > 21000000000000", point, true),
        ("UPDATE status_point SET notified_flag = 'I' WHERE point > 21000000000000", point, true),
        ("UPDATE status_point SET file = NULL WHERE point > 21000000000000", point, true),
        ("UPDATE status_file SET notices = 3 WHERE id = 2", "file 2 of a run", false),
        (
            // the last event a day before the event before it
            "UPDATE status_log SET events = unhex(replace(hex(events), '73DEB4ADD8C7E30401', \
             '63AB92D209DEB4ADD8C7E30401'))",
            meter,
            true,
        ),
    ] {
        drop(fill());
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection.execute_batch(change).unwrap();
        drop(connection);
        let sqlite = Sqlite::open(&path).unwrap();
        let found = verify_status(&sqlite, None).unwrap().difference;
        let found = found.map_or(String::new(), |found| found.to_string());
        assert!(found.starts_with(named), "{change}: {found}");
        let found = verify_status(&sqlite, Some(1_000)).unwrap().difference;
        assert_eq!(found.is_some(), is_in_sample, "{change}: {found:?}");
    }
}

/// Blocks of events and points of meters that another program changed: no panic, but an error.
#[test]
fn bytes_that_are_no_events_are_errors() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("register");
    for change in [
        "UPDATE status_log SET count = 24; UPDATE status_device SET last_event = 24 WHERE last_event = 23",
        "UPDATE status_log SET count = 22",
        "UPDATE status_log SET events = x'40'",
        "DELETE FROM status_log",
        "UPDATE status_device SET points = x'80'",
    ] {
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection.execute_batch(include_str!("registers/version-6.sql")).unwrap();
        drop((connection, Sqlite::open(&path).unwrap()));
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection.execute_batch(change).unwrap();
        drop(connection);
        let error = verify_status(&Sqlite::open(&path).unwrap(), None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{change}");
        fs::remove_file(&path).unwrap();
    }
}

/// A last event that the log does not have is an error, and nothing is added.
#[test]
fn an_event_after_one_that_is_not_there_is_an_error() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("register");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch(include_str!("registers/version-6.sql")).unwrap();
    drop(Sqlite::open(&path).unwrap());
    connection.execute_batch("UPDATE status_device SET last_event = 999").unwrap();
    drop(connection);
    let mut notifications = Notifications::open(Sqlite::open(&path).unwrap(), None).unwrap();
    let on = EffectiveDate::from_ymd(2022, 5, 1).unwrap();
    let device = DeviceId::new(61_663_035_897_974_945);
    let error = notifications.take(&[Event::new(on, device, Linked(point(2)))]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    assert_eq!(notifications.store().event_count().unwrap(), 23);
}

/// A register of the sixth version with many events: each event and meter is there afterwards.
#[test]
fn a_large_register_of_the_sixth_version_is_whole() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("register");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch(include_str!("registers/version-6.sql")).unwrap();
    let more = "WITH RECURSIVE meter (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM meter WHERE n < 500) \
                INSERT INTO status_event SELECT 23 + n, 20220301, 100 + n, 0, NULL, 'MRCY', NULL FROM meter; \
                INSERT INTO status_device SELECT device, 0, 0, day, id FROM status_event WHERE id > 23;";
    connection.execute_batch(more).unwrap();
    drop(connection);
    let register = Sqlite::open(&path).unwrap();
    let seen = verify_status(&register, None).unwrap();
    assert_eq!((seen.devices, seen.points, seen.events, seen.difference), (504, 4, 523, None));
    let event = register.event(523).unwrap().unwrap();
    assert_eq!((event.event.device, event.event.what), (DeviceId::new(600), Pending));
    assert_eq!(register.event(524).unwrap(), None);
    let connection = rusqlite::Connection::open(&path).unwrap();
    let blocks: u32 =
        connection.query_row("SELECT count(*) FROM status_log", [], |row| row.get(0)).unwrap();
    assert_eq!(blocks, 523_u32.div_ceil(64));
}

/// A register of an older version, with an interrupted run: it goes on as the version that made it
/// would have. The log of the third version is replayed.
#[test]
fn a_register_of_an_older_version_goes_on() {
    for register in
        [include_str!("registers/version-3.sql"), include_str!("registers/version-6.sql")]
    {
        an_older_register_goes_on(register);
    }
}

fn an_older_register_goes_on(register: &str) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("register");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch(register).unwrap();
    drop(connection);
    let mut notifications = Notifications::open(Sqlite::open(&path).unwrap(), None).unwrap();
    expect_derived(&notifications);
    assert_eq!(notifications.store().event_count().unwrap(), 23);
    // as `notify pending` of that version printed
    let pending: Vec<_> = notifications.pending().map(|notice| line(notice.unwrap())).collect();
    let expected = [
        "1111111900 A 2022-02-01",
        "1234567810 A 2022-02-01",
        "1013044353630 N 2022-02-04",
        "2400000000004 A 2022-01-03",
    ];
    assert_eq!(pending, expected);
    // as `notify history` of that version printed
    let history = |index| {
        let history = notifications.history(point(index)).unwrap();
        let numbers = |change: &FlagChange| {
            let sent =
                change.sent.iter().map(|it| (it.sent.number, it.sent.instruction, it.is_on_disk));
            (change.held.flag.as_char(), sent.collect::<Vec<_>>(), change.unsent)
        };
        history.iter().map(numbers).collect::<Vec<_>>()
    };
    let superseded = Some(Unsent::Superseded);
    let expected = [
        ('I', vec![], superseded),
        ('A', vec![(1, 2, true), (2, 3, true)], None),
        ('I', vec![], superseded),
        ('A', vec![(3, 5, false)], None),
    ];
    assert_eq!(history(0), expected);
    let expected = [
        ('A', vec![(1, 1, true)], None),
        ('N', vec![(2, 2, false)], None),
        ('A', vec![], superseded),
        ('N', vec![], Some(Unsent::Pending)),
    ];
    assert_eq!(history(2), expected);
    let rejected = notifications.rejected().unwrap();
    assert_eq!((said(&rejected[0]), &rejected[0].again), (vec!["SYN00001"], &vec![2]));
    let planned: Vec<_> = notifications.store().unsent().unwrap();
    let identifiers: Vec<_> = planned.iter().map(|file| file.identifier.as_str()).collect();
    assert_eq!(identifiers, ["000003", "0000000002"]);
    let report = notifications.run(folder.path(), now(9), None, &file_options(7)).unwrap();
    let numbers: Vec<_> = report.files.iter().map(|file| (file.recipient, file.number)).collect();
    assert_eq!(
        numbers,
        planned.iter().map(|file| (file.recipient, file.number)).collect::<Vec<_>>()
    );
    assert_eq!(files_told(notifications.store())[4].0.sent_at, Some(now(9)));
    expect_derived(&notifications);
}

fn line(notice: Notice) -> String {
    format!("{} {} {}", notice.point, notice.held.flag, notice.held.from.iso())
}

/// Two processes that add events at the same time: the events of the second might not follow those
/// of the first, and such a history could never be opened again.
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
    assert_eq!((taken.events, taken.refused.len(), taken.repeated), (0, 0, vec![0, 1, 2, 3]));
}

/// Two processes that run at the same time: the second sees the run of the first, and no number is
/// planned twice.
#[test]
fn a_number_is_planned_once() {
    let folder = TempDir::new().unwrap();
    let register = folder.path().join("register");
    let sqlite = || open(Sqlite::open_or_create(&register).unwrap());
    sqlite().take(&commissioned(0)).unwrap();
    let (mut first, mut second) = (sqlite(), sqlite());
    first.run(folder.path(), now(1), None, &file_options(1)).unwrap();
    let report = second.run(folder.path(), now(1), None, &file_options(1)).unwrap();
    assert_eq!((report.files, files_told(second.store()).len()), (vec![], 1));
    assert_eq!(sqlite().run(folder.path(), now(1), None, &file_options(1)).unwrap().files, []);
    fn again(mut store: impl StatusStore) {
        let (file, _) = files_told(&store).remove(0);
        let error = store.plan(&PlannedFile { id: 2, ..file }).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Busy);
    }
    again(second.into_store());
    let mut memory = open(Memory::new());
    memory.take(&commissioned(0)).unwrap();
    memory.run(&folder.path().join("none"), now(1), None, &file_options(1)).unwrap_err();
    again(memory.into_store());
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

    /// A database behaves as memory, with failing runs and opened again at any time.
    #[test]
    fn sqlite_is_memory(doings in prop::collection::vec(doing(), 0..25)) {
        let folder = TempDir::new().unwrap();
        let sqlite = Sqlite::open_or_create(&folder.path().join("register")).unwrap();
        expect_memory(sqlite, doings);
    }
}

/// Runs some cases with a new store each.
#[cfg(feature = "postgres")]
pub(crate) fn expect_memory_of<S: StatusStore + Store>(cases: usize, store: &mut dyn FnMut() -> S) {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let doings = prop::collection::vec(doing(), 5..25);
    for _ in 0..cases {
        expect_memory(store(), doings.new_tree(&mut runner).unwrap().current());
    }
}

fn expect_memory<S: StatusStore + Store>(store: S, doings: Vec<Do>) {
    let folder = TempDir::new().unwrap();
    let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
    fs::create_dir(&one).unwrap();
    fs::create_dir(&other).unwrap();
    let options = file_options(1);
    let (mut memory, mut stored) = (open(Memory::new()), open(store));
    for (day, doing) in (1..).zip(doings) {
        match doing {
            Do::Take(events) => {
                let events = events.iter().map(|(meter, what)| random(*meter, *what));
                let events: Vec<_> = events.collect();
                assert_eq!(memory.take(&events).unwrap(), stored.take(&events).unwrap());
            }
            Do::Turn(gas, electricity) => {
                memory.turn(Switches { gas, electricity }).unwrap();
                stored.turn(Switches { gas, electricity }).unwrap();
            }
            Do::Run(fails) => {
                let of = |folder: &Path| match fails {
                    true => folder.join("none"),
                    false => folder.to_path_buf(),
                };
                let in_memory = memory.run(&of(&one), now(day), None, &options);
                let in_store = stored.run(&of(&other), now(day), None, &options);
                assert_eq!(in_memory.is_ok(), in_store.is_ok());
            }
            Do::Reopen => {
                memory = open(memory.into_store());
                stored = open(stored.into_store());
            }
        }
        assert_eq!(state(memory.store()), state(stored.store()));
        expect_derived(&stored);
        assert_eq!(verify_status(stored.store(), None).unwrap().difference, None);
    }
    assert_eq!(files_told(memory.store()), files_told(stored.store()));
    assert_eq!(files(&one), files(&other));
    for point in (0..4).map(point) {
        assert_eq!(memory.history(point).unwrap(), stored.history(point).unwrap());
    }
    for number in 1..3 {
        let rejected = "E46RJ1111111900A20220101\nE46RJ1111111900N20220101\n".repeat(number);
        let confirmed = confirmation("EELC", "0000000001", "1|0|1");
        for answers in [rejected, rejection(1, ""), confirmed] {
            assert_eq!(answered(&mut memory, &answers), answered(&mut stored, &answers));
        }
        assert_eq!(memory.rejected().unwrap(), stored.rejected().unwrap());
        let [in_memory, in_store] = [
            memory.differences().map(Result::unwrap).collect::<Vec<_>>(),
            stored.differences().map(Result::unwrap).collect(),
        ];
        assert_eq!(in_memory, in_store);
        for until in [now(3), now(9)] {
            let [in_memory, in_store] = [
                memory.unconfirmed(until).map(Result::unwrap).collect::<Vec<_>>(),
                stored.unconfirmed(until).map(Result::unwrap).collect(),
            ];
            assert_eq!(in_memory, in_store);
        }
    }
    let (mut memory, mut stored) = (memory.into_store(), stored.into_store());
    for before in [now(3), now(9)] {
        assert_eq!(
            remove_earlier(&mut memory, before).unwrap(),
            remove_earlier(&mut stored, before).unwrap()
        );
        assert_eq!(files_told(&memory), files_told(&stored));
        assert_eq!(memory.removed_up_to().unwrap(), stored.removed_up_to().unwrap());
        assert_eq!(verify_status(&stored, None).unwrap().difference, None);
    }
    let (memory, stored) = (open(memory), open(stored));
    assert_eq!(memory.rejected().unwrap(), stored.rejected().unwrap());
    for point in (0..4).map(point) {
        assert_eq!(memory.history(point).unwrap(), stored.history(point).unwrap());
    }
}

/// Adds three meters, and writes the files of a run to a folder.
#[cfg(feature = "postgres")]
pub(crate) fn fill<S: StatusStore>(store: S, folder: &Path) -> Result<()> {
    let mut notifications = Notifications::open(store, rules())?;
    notifications.take(&(0..3).flat_map(commissioned).collect::<Vec<_>>())?;
    notifications.run(folder, now(1), None, &file_options(1)).map(|_| ())
}

/// Does the same, and calls `interrupt` before a call of the store. Returns true if the work has
/// fewer calls.
#[cfg(feature = "postgres")]
pub(crate) fn fill_until<S: StatusStore>(
    store: &mut S,
    folder: &Path,
    at: usize,
    interrupt: &dyn Fn(),
) -> bool {
    let (calls, interrupt) = (Cell::new(0), Some(interrupt));
    let dying = Dying { inner: store, calls: &calls, at, done: false, interrupt };
    let filled = fill(dying, folder);
    assert_eq!(filled.is_ok(), calls.get() <= at, "{at}: {filled:?}");
    filled.is_ok()
}
