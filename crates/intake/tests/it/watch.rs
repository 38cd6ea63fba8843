//! Tests the watch of a folder. Kills are tested in `crates/cli/tests/it/watch.rs`, and at every
//! system call in `scripts/kill_watch.py`.

use std::cell::RefCell;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use flagflow_check::Severity;
use flagflow_files::ErrorKind;
use flagflow_intake::quarantine::Limits;
use flagflow_intake::watch::{
    Checker, EventKind, FileJudge, FileOutcome, Folder, Incoming, RoundSummary, Unjudged, Watch,
    WatchEvent, WatchOptions,
};
use tempfile::TempDir;

const GOOD: &str = "E451234567810A20220101\n";
const BAD: &str = "E451234567810A20220230\n";
static GO_ON: AtomicBool = AtomicBool::new(false);

fn checker() -> Checker {
    let options = flagflow_check::Options::default();
    Checker { options, fail_on: Some(Severity::Error), limits: Limits::default() }
}

fn at_once() -> WatchOptions {
    let mut options = WatchOptions::default();
    options.settle = Duration::ZERO;
    options
}

fn inbox(files: &[(&str, &str)]) -> TempDir {
    let inbox = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(inbox.path().join(name), text).unwrap();
    }
    inbox
}

/// Runs one round of a new watch; returns the logged events.
fn round(
    inbox: &Path,
    options: &WatchOptions,
    judge: impl FileJudge,
) -> (RoundSummary, Vec<WatchEvent>) {
    let events = RefCell::new(Vec::new());
    let folder = Folder::open(inbox, options).unwrap();
    let tell = |event: &WatchEvent| {
        events.borrow_mut().push(event.clone());
        Ok(())
    };
    let mut watch = Watch::begin(folder, options, judge, tell).unwrap();
    watch.round(Duration::ZERO, &GO_ON).unwrap();
    let total = watch.total();
    drop(watch);
    (total, events.into_inner())
}

/// Every file below a folder, except for the watch's own and for pages.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for place in ["", "accepted", "rejected"] {
        for entry in fs::read_dir(folder.join(place)).unwrap() {
            let entry = entry.unwrap();
            let name = Path::new(place).join(entry.file_name());
            let plain = entry.file_type().unwrap().is_file();
            let name = name.to_str().unwrap().to_owned();
            found.extend((plain && !name.ends_with(".html")).then_some(name));
        }
    }
    found.sort();
    found
}

fn report(path: PathBuf) -> serde_json::Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn each_file_goes_to_its_place_with_its_report() {
    let inbox = inbox(&[("good", GOOD), ("bad", BAD), ("empty", ""), ("text", "hello\n")]);
    fs::write(inbox.path().join("gzip"), b"\x1F\x8Bbroken").unwrap();
    let (total, events) = round(inbox.path(), &at_once(), checker());
    assert_eq!((total.accepted, total.rejected, total.failed), (1, 4, 0));
    assert_eq!(
        files(inbox.path()),
        [
            "accepted/good",
            "accepted/good.report.json",
            "rejected/bad",
            "rejected/bad.report.json",
            "rejected/empty",
            "rejected/empty.report.json",
            "rejected/gzip",
            "rejected/gzip.report.json",
            "rejected/text",
            "rejected/text.report.json",
        ]
    );
    let good = report(inbox.path().join("accepted/good.report.json"));
    assert_eq!((&good["schema"], &good["file"]), (&"flagflow-report/1".into(), &"good".into()));
    for name in ["accepted/good", "rejected/bad", "rejected/empty"] {
        let page = fs::read_to_string(inbox.path().join(format!("{name}.report.html"))).unwrap();
        assert!(page.contains(name.split('/').next_back().unwrap()) && page.ends_with("</html>"));
    }
    for name in ["empty", "gzip", "text"] {
        let refused = report(inbox.path().join(format!("rejected/{name}.report.json")));
        assert_eq!(refused["schema"], "flagflow-error/1");
        assert!(refused["error"].as_str().unwrap().len() > 8, "{refused}");
    }
    let told: Vec<_> = events.iter().map(|e| (e.event, e.to.as_deref().unwrap())).collect();
    assert_eq!(told[0], (EventKind::Rejected, "rejected/bad"));
    assert_eq!(told[2], (EventKind::Accepted, "accepted/good"));
    assert_eq!(events[2].counts.unwrap().records, 1);
    assert_eq!(round(inbox.path(), &at_once(), checker()), (RoundSummary::default(), vec![]));
}

#[test]
fn a_file_past_a_limit_is_rejected_and_the_log_says_why() {
    let inbox =
        inbox(&[("a", &GOOD.replace("0101", "0230")), ("b", &(GOOD.to_owned() + BAD + BAD))]);
    let limits = Limits { max_rejects: Some(1), ..Limits::default() };
    let (total, events) =
        round(inbox.path(), &at_once(), Checker { fail_on: None, limits, ..checker() });
    assert_eq!((total.accepted, total.rejected), (1, 1));
    let why: Vec<_> = events.iter().map(|event| event.error.as_deref()).collect();
    assert_eq!(why, [None, Some("more than 1 rejected records")]);
}

#[test]
fn a_name_that_comes_again_gets_a_number_and_nothing_is_written_over() {
    let inbox = inbox(&[("a", GOOD)]);
    for time in 0..3 {
        let name = inbox.path().join("a");
        fs::write(&name, GOOD.repeat(time + 1)).unwrap();
        round(inbox.path(), &at_once(), checker());
    }
    fs::write(inbox.path().join("a.report.json"), GOOD).unwrap();
    let (_, events) = round(inbox.path(), &at_once(), checker());
    assert_eq!(events[0].to.as_deref(), Some("accepted/a.report.json.2"));
    for (name, records) in [("a", 1), ("a.2", 2), ("a.3", 3)] {
        let text = fs::read_to_string(inbox.path().join("accepted").join(name)).unwrap();
        assert_eq!(text, GOOD.repeat(records));
        let report = report(inbox.path().join(format!("accepted/{name}.report.json")));
        assert_eq!((&report["file"], &report["records"]), (&"a".into(), &records.into()));
    }
    // a report whose file was taken keeps its name
    fs::remove_file(inbox.path().join("accepted/a")).unwrap();
    fs::write(inbox.path().join("a"), GOOD).unwrap();
    let (_, events) = round(inbox.path(), &at_once(), checker());
    assert_eq!(events[0].to.as_deref(), Some("accepted/a.4"));
}

#[test]
fn what_is_not_finished_or_no_plain_file_is_left_alone() {
    let names = [
        ".hidden",
        "a.tmp",
        "b.part",
        "c.filepart",
        "d.DXI.TMP",
        "e.Part",
        "f.crdownload",
        "g.PARTIAL",
        "h.swp",
        "i.dxi~",
    ];
    let inbox = inbox(&names.map(|name| (name, GOOD)));
    fs::create_dir(inbox.path().join("folder")).unwrap();
    fs::write(inbox.path().join("folder/inside"), GOOD).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("a.tmp", inbox.path().join("link")).unwrap();
    let (total, _) = round(inbox.path(), &at_once(), checker());
    assert_eq!(total, RoundSummary::default());
    let mut options = at_once();
    // an upload that gets its name is finished
    fs::rename(inbox.path().join("d.DXI.TMP"), inbox.path().join("d.DXI")).unwrap();
    let (total, _) = round(inbox.path(), &options, checker());
    assert_eq!(total.accepted, 1);
    options.unfinished = vec![".Tmp".to_owned()];
    let (total, _) = round(inbox.path(), &options, checker());
    assert_eq!(total.accepted, 7);
    assert!(inbox.path().join("folder/inside").exists());
}

/// Does something to the folder while it judges.
struct Meddler<F>(F);

impl<F: FnMut()> FileJudge for Meddler<F> {
    fn judge(&mut self, incoming: Incoming<'_>) -> Result<FileOutcome, Unjudged> {
        let judged = checker().judge(incoming);
        (self.0)();
        judged
    }
}

#[test]
fn a_file_that_changes_while_it_is_judged_stays() {
    let inbox = inbox(&[("a", GOOD)]);
    let path = inbox.path().join("a");
    let meddlers: [&dyn Fn(); 3] = [
        &|| fs::write(&path, GOOD.repeat(2)).unwrap(),
        &|| fs::rename(&path, inbox.path().join(".other")).unwrap(),
        &|| {
            // another file of the same size
            fs::write(inbox.path().join(".new"), GOOD).unwrap();
            fs::rename(inbox.path().join(".new"), &path).unwrap();
        },
    ];
    for meddle in meddlers {
        fs::write(&path, GOOD).unwrap();
        let (total, events) = round(inbox.path(), &at_once(), Meddler(meddle));
        assert_eq!((total.changed, events[0].event), (1, EventKind::Changed));
        let left = files(inbox.path());
        assert!(left.iter().all(|name| !name.contains('/')), "{left:?}");
        assert!(!inbox.path().join(".flagflow/pending.json").exists());
    }
    let (total, _) = round(inbox.path(), &at_once(), checker());
    assert_eq!(total.accepted, 1);
}

/// Cannot judge until it can.
struct Ill(u32);

impl FileJudge for Ill {
    fn judge(&mut self, incoming: Incoming<'_>) -> Result<FileOutcome, Unjudged> {
        if self.0 == 0 {
            return checker().judge(incoming);
        }
        self.0 -= 1;
        Err(Unjudged::Failed("no disk".to_owned()))
    }
}

#[test]
fn what_cannot_be_handled_stays_is_told_once_and_tried_again() {
    let inbox = inbox(&[("a", GOOD)]);
    let mut told = Vec::new();
    let folder = Folder::open(inbox.path(), &at_once()).unwrap();
    let mut watch = Watch::begin(folder, &at_once(), Ill(3), |event: &WatchEvent| {
        told.push((event.event, event.error.clone()));
        Ok(())
    })
    .unwrap();
    for second in 0..5 {
        watch.round(Duration::from_secs(second), &GO_ON).unwrap();
    }
    assert_eq!((watch.total().failed, watch.total().accepted), (3, 1));
    drop(watch);
    assert_eq!(
        told,
        [(EventKind::Failed, Some("no disk".to_owned())), (EventKind::Accepted, None)]
    );
}

#[test]
fn a_folder_has_one_watch() {
    let inbox = inbox(&[]);
    let first = Folder::open(inbox.path(), &at_once()).unwrap();
    let second = Folder::open(inbox.path(), &at_once()).unwrap_err();
    assert_eq!(second.kind(), ErrorKind::Busy);
    drop(first);
    Folder::open(inbox.path(), &at_once()).unwrap();
    let missing = Folder::open(&inbox.path().join("none"), &at_once()).unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::Input);
}

/// The log is the last that happens: where it fails, the next start completes it.
#[test]
fn what_could_not_be_told_is_told_at_the_next_start() {
    let inbox = inbox(&[("a", GOOD), ("b", BAD)]);
    let folder = Folder::open(inbox.path(), &at_once()).unwrap();
    let full = |_: &WatchEvent| Err(io::Error::other("full"));
    let mut watch = Watch::begin(folder, &at_once(), checker(), full).unwrap();
    let error = watch.round(Duration::ZERO, &GO_ON).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Output);
    drop(watch);
    assert!(inbox.path().join("accepted/a").exists() && inbox.path().join("b").exists());
    // another file of that name has come since
    fs::write(inbox.path().join("a"), BAD).unwrap();
    let (total, events) = round(inbox.path(), &at_once(), checker());
    assert_eq!((total.accepted, total.rejected), (1, 2));
    let told: Vec<_> = events.iter().map(|e| (e.to.as_deref().unwrap(), e.recovered)).collect();
    assert_eq!(told, [("accepted/a", true), ("rejected/a", false), ("rejected/b", false)]);
}

#[test]
fn a_file_that_was_taken_before_it_could_be_told_is_gone() {
    let inbox = inbox(&[("a", GOOD)]);
    let folder = Folder::open(inbox.path(), &at_once()).unwrap();
    let full = |_: &WatchEvent| Err(io::Error::other("full"));
    let mut watch = Watch::begin(folder, &at_once(), checker(), full).unwrap();
    watch.round(Duration::ZERO, &GO_ON).unwrap_err();
    drop(watch);
    fs::remove_file(inbox.path().join("accepted/a")).unwrap();
    let (total, events) = round(inbox.path(), &at_once(), checker());
    assert_eq!((total.gone, events[0].event, events.len()), (1, EventKind::Gone, 1));
    assert_eq!(files(inbox.path()), ["accepted/a.report.json"]);
}

#[test]
fn a_file_is_held_against_the_last_accepted_one_of_its_sender() {
    let e45 = |organisation: u64, generation: u32, day: u32| {
        format!(
            "A00{organisation:010}DXI20220201093000{generation:06}\nE451234567810A202201{day:02}\n\
             Z990000000001\n"
        )
    };
    let mut options = at_once();
    options.in_sequence = true;
    let inbox = inbox(&[]);
    let arrive = |text: String| {
        fs::write(inbox.path().join("a"), text).unwrap();
        // each time a watch of its own: what was last is kept in the folder
        let (_, events) = round(inbox.path(), &options, checker());
        let place = events[0].to.clone().unwrap();
        let report = report(inbox.path().join(format!("{place}.report.json")));
        report["findings"][0]["rule"].as_str().map(str::to_owned)
    };
    for (organisation, generation, day, expected) in [
        (42, 1, 1, None),
        (42, 3, 2, Some("sequence-skipped")),
        (43, 1, 3, None),
        (42, 3, 4, Some("sequence-repeated")),
        // a rejected file is not a previous one
        (42, 2, 5, Some("sequence-backwards")),
        (42, 4, 2, Some("same-content")),
        (43, 2, 6, None),
    ] {
        let found = arrive(e45(organisation, generation, day));
        assert_eq!(found.as_deref(), expected, "{organisation} {generation}");
    }
}

#[test]
fn the_end_comes_after_the_file_in_hand() {
    let inbox = inbox(&[("a", GOOD), ("b", GOOD)]);
    let stop = AtomicBool::new(false);
    let folder = Folder::open(inbox.path(), &at_once()).unwrap();
    let ask = || stop.store(true, std::sync::atomic::Ordering::Relaxed);
    let mut watch =
        Watch::begin(folder, &at_once(), Meddler(ask), |_: &WatchEvent| Ok(())).unwrap();
    assert_eq!(watch.round(Duration::ZERO, &stop).unwrap().accepted, 1);
    drop(watch);
    assert!(inbox.path().join("b").exists());
}

/// A report that cannot be written beside its file: the name would be too long.
#[test]
fn a_file_whose_report_cannot_be_written_stays() {
    let long = "n".repeat(250);
    let inbox = inbox(&[(&long, GOOD), ("z", GOOD)]);
    let (total, events) = round(inbox.path(), &at_once(), checker());
    assert_eq!((total.failed, total.accepted), (1, 1));
    assert!(events[0].error.as_ref().unwrap().contains("cannot be written"));
    assert_eq!(
        files(inbox.path()),
        ["accepted/z".to_owned(), "accepted/z.report.json".to_owned(), long]
    );
}

#[cfg(unix)]
#[test]
fn reports_are_no_more_readable_than_their_file() {
    use std::os::unix::fs::PermissionsExt;
    let inbox = inbox(&[("open", GOOD), ("closed", GOOD)]);
    let path = |name: &str| inbox.path().join(name);
    fs::set_permissions(path("open"), fs::Permissions::from_mode(0o666)).unwrap();
    fs::set_permissions(path("closed"), fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(path(".usual"), "").unwrap();
    let mode = |name: &str| fs::metadata(path(name)).unwrap().permissions().mode() & 0o777;
    round(inbox.path(), &at_once(), checker());
    for report in ["report.json", "report.html"] {
        assert_eq!(mode(&format!("accepted/closed.{report}")), 0o600);
        assert_eq!(mode(&format!("accepted/open.{report}")), mode(".usual"));
    }
}
