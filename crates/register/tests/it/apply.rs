//! The outcome of updates, case by case, in both stores.

use std::path::Path;

use crate::common::{entries, files};
use flagflow_check::{Flow, PerRule, RuleId, Severity};
use flagflow_files::Source;
use flagflow_register::{
    ApplyOptions, ApplyOutcome, ApplyReport, Change, Conflicts, Effect, Error, ErrorKind, FileId,
    Memory, Sqlite, Store, UpdateCounts, apply, state, verify,
};

fn apply_to(
    store: &mut dyn Store,
    file: &str,
    options: &ApplyOptions,
) -> Result<(ApplyReport, Vec<Change>), Error> {
    let mut changes = Vec::new();
    let mut listen = |change: &Change| {
        changes.push(*change);
        Ok(())
    };
    let source = Source::from_bytes(file.as_bytes());
    let report = apply(&source, "file", store, Some(&mut listen), options)?;
    Ok((report, changes))
}

/// Runs a case on both stores.
fn on_both(case: impl Fn(&mut dyn Store)) {
    case(&mut Memory::new());
    let folder = tempfile::tempdir().unwrap();
    case(&mut Sqlite::open_or_create(&folder.path().join("state")).unwrap());
}

fn effects(store: &mut dyn Store, file: &str, options: &ApplyOptions) -> Vec<Effect> {
    let (_, changes) = apply_to(store, file, options).unwrap();
    changes.iter().map(|change| change.effect).collect()
}

/// Formats lines separated by semicolons; `point flag day` is an E45 of January 2024.
fn e45(file: &str) -> String {
    let line = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            [point, flag, day] => format!("E45{point:0>10}{flag}202401{day:0>2}\n"),
            _ => format!("{line}\n"),
        }
    };
    file.split(';').map(|part| line(part.trim())).collect()
}

fn with_header(created: &str, records: &str) -> String {
    let count = records.split(';').count();
    e45(&format!("A000000000042DXI{created}093000000007;{records};Z99{count:010}"))
}

#[test]
fn each_effect_comes_of_what_is_held() {
    use Effect::{Conflicting, DateChanged, FlagChanged, Late, New, Repeated};
    let options = ApplyOptions::default();
    on_both(|store| {
        let first = e45("1 A 10; 2 A 10; 1 A 10");
        assert_eq!(effects(store, &first, &options), [New, New, Repeated]);
        let second = e45("1 N 12; 2 A 12; 1 I 11; 1 A 5; 1 N 10; 1 I 11; 1 A 11; 1 A 12");
        assert_eq!(
            effects(store, &second, &options),
            [FlagChanged, DateChanged, Late, Late, Conflicting, Repeated, Conflicting, Conflicting]
        );
        let held = |day: Option<&str>| {
            let day = day.map(|day| day.parse().unwrap());
            let held = state(store, "1".parse().unwrap(), day).unwrap()?;
            Some((held.update.flag.as_char(), held.update.from.day(), held.update.line))
        };
        assert_eq!(held(None), Some(('N', 12, 1)));
        assert_eq!(held(Some("20240111")), Some(('I', 11, 3)));
        assert_eq!(held(Some("20240109")), Some(('A', 5, 4)));
        assert_eq!(held(Some("20240104")), None);
        assert_eq!(verify(store, &mut |found| panic!("{found}")).unwrap().entries, 11);
    });
}

#[test]
fn a_change_tells_what_stood_before() {
    on_both(|store| {
        let file = e45("1 A 10; 1 N 12; 1 I 11; 1 A 11");
        let (_, changes) = apply_to(store, &file, &ApplyOptions::default()).unwrap();
        let before = |change: &Change| change.before.map(|(day, flag)| (flag.as_char(), day.day()));
        let before: Vec<_> = changes.iter().map(before).collect();
        assert_eq!(before, [None, Some(('A', 10)), Some(('N', 12)), Some(('I', 11))]);
    });
}

#[test]
fn the_newer_file_supersedes_unless_the_first_is_to_stay() {
    use Effect::{Conflicting, Corrected, New, Repeated};
    let first = ApplyOptions { conflicts: Conflicts::First, ..ApplyOptions::default() };
    let newer = ApplyOptions::default();
    on_both(|store| {
        let mut on = |day, records, options| effects(store, &with_header(day, records), options);
        assert_eq!(on("20240201", "1 A 10", &newer), [New]);
        assert_eq!(on("20240202", "1 N 10", &first), [Conflicting]);
        // not newer than every file that has an update of it
        assert_eq!(on("20240202", "1 I 10", &newer), [Conflicting]);
        let third = on("20240203", "1 N 10; 1 A 10; 1 N 10", &newer);
        assert_eq!(third, [Corrected, Conflicting, Repeated]);
        assert_eq!(on("20240202", "1 A 10; 2 A 1", &newer), [Conflicting, New]);
        // a bare file has no creation time
        assert_eq!(effects(store, &e45("1 A 10"), &newer), [Conflicting]);
        let held = state(store, "1".parse().unwrap(), None).unwrap().unwrap();
        assert_eq!((held.update.flag.as_char(), held.file), ('N', FileId(4)));
        assert_eq!(verify(store, &mut |found| panic!("{found}")).unwrap().discrepancies, 0);
    });
}

#[test]
fn a_file_is_known_again_by_its_bytes() {
    on_both(|store| {
        let file = "E450000000001A20240101\nrubbish\n";
        let options = ApplyOptions::default();
        let (first, _) = apply_to(store, file, &options).unwrap();
        let expected = UpdateCounts { records: 2, rejected: 1, new: 1, ..UpdateCounts::default() };
        assert_eq!((&first.became, first.counts), (&ApplyOutcome::Applied(FileId(1)), expected));
        assert!(!first.is_complete());
        let (again, changes) = apply_to(store, file, &options).unwrap();
        let ApplyOutcome::AppliedBefore(before) = &again.became else { panic!("{again:?}") };
        assert_eq!((before.id, before.counts, again.counts), (FileId(1), expected, expected));
        assert!(changes.is_empty());
        let (other, _) = apply_to(store, &file.replace('\n', "\r\n"), &options).unwrap();
        assert_eq!(other.became, ApplyOutcome::Applied(FileId(2)));
        assert_eq!((files(store).len(), entries(store).len()), (2, 2));
    });
}

#[test]
fn strict_keeps_a_whole_file_out() {
    on_both(|store| {
        let strict = ApplyOptions { strict: true, ..ApplyOptions::default() };
        for bad in ["1 A 1; 2 A 1; rubbish", "1 A 1; 1 N 1"] {
            let (report, _) = apply_to(store, &e45(bad), &strict).unwrap();
            assert_eq!(
                (report.became.clone(), report.is_complete()),
                (ApplyOutcome::KeptOut, false)
            );
            assert!(entries(store).is_empty() && files(store).is_empty());
        }
        let (report, _) = apply_to(store, &e45("1 A 1; 1 A 1"), &strict).unwrap();
        assert!(report.is_complete());
    });
}

#[test]
fn answers_are_refused() {
    on_both(|store| {
        let options = ApplyOptions::default();
        for (file, flow) in [
            ("E46AC1234567810A20220101\n", Flow::E46),
            ("ZHV|1|D0351001|P|EELC|Z|DCCO|20240101000000||||OPER|\n", Flow::D0351),
        ] {
            let error = apply_to(store, file, &options).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NotUpdates(flow));
        }
        for nothing in ["", "\n", "rubbish\n"] {
            let error = apply_to(store, nothing, &options).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Input);
        }
        assert!(files(store).is_empty());
    });
}

/// An ignored answer or an accepted unexpected record changes no flag.
#[test]
fn what_is_no_update_is_not_applied_whatever_is_ignored() {
    on_both(|store| {
        let mut options = ApplyOptions::default();
        options.check.ignore = PerRule::from_fn(|_| true);
        let file = "E450000000001A20240101\nE46AC0000000002A20240101\nE450000000003A20240199\n";
        let (report, _) = apply_to(store, file, &options).unwrap();
        let expected = UpdateCounts { records: 3, rejected: 2, new: 1, ..UpdateCounts::default() };
        assert_eq!(report.counts, expected);
    });
}

#[test]
fn the_judgement_is_that_of_the_options() {
    on_both(|store| {
        let mut options = ApplyOptions::default();
        let severity = |rule: RuleId| match rule {
            RuleId::MprnCheckDigits => Severity::Error,
            other => other.rule().severity,
        };
        options.check.severity = PerRule::from_fn(severity);
        let file = "E451234567810A20240101\nE451234567890A20240101\n";
        let (report, _) = apply_to(store, file, &options).unwrap();
        assert_eq!((report.counts.new, report.counts.rejected), (1, 1));
    });
}

#[test]
fn both_fuels_are_in_one_register_and_keep_apart() {
    on_both(|store| {
        let electricity = "ZHV|0000475656|D0350001|Z|DCCO|P|EELC|20240105093000||||OPER|\n81H|1|\n\
                           82H|1|DC01|0000000000001|A|20240101|MRCY|\n\
                           82H|2|DC01|1013044353630|N|20240102|MRCY|\n\
                           ZPT|0000475656|3||1|20240105093000|\n";
        let options = ApplyOptions::default();
        apply_to(store, &with_header("20240201", "1 I 10"), &options).unwrap();
        apply_to(store, electricity, &options).unwrap();
        let points: Vec<_> =
            entries(store).iter().map(|entry| entry.update.point.to_string()).collect();
        assert_eq!(points, ["1", "0000000000001", "1013044353630"]);
        let origins: Vec<_> = files(store).into_iter().map(|file| file.origin.unwrap()).collect();
        let names = |at: usize| (origins[at].sender.as_str(), origins[at].identifier.as_str());
        assert_eq!((names(0), names(1)), (("42", "7"), ("DCCO", "0000475656")));
        assert_eq!(origins[0].created.to_string(), "20240201093000");
        assert_eq!(files(store)[1].flow, Some(Flow::D0350));
    });
}

/// A callback that fails, and a file that changes between its two readings, change nothing.
#[test]
fn what_fails_leaves_nothing() {
    on_both(|store| {
        let source = Source::from_bytes(e45("1 A 1; 2 A 1").into_bytes());
        let mut refuse = |_: &Change| Err(Error::new(ErrorKind::Output, "no more"));
        let options = ApplyOptions { batch: 1, ..ApplyOptions::default() };
        let error = apply(&source, "x", store, Some(&mut refuse), &options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Output);

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("in");
        // longer than the first read, so that its end is read after its first record was reported
        let long: String = (1..20_000).map(|n| format!("E45{n:010}A20240101\n")).collect();
        std::fs::write(&path, long).unwrap();
        let source = Source::open(&path).unwrap();
        let mut grow = |change: &Change| {
            if change.update.line == 1 {
                append(&path, "E450000000001A20240102\n");
            }
            Ok(())
        };
        let options = ApplyOptions { batch: 10_000, ..ApplyOptions::default() };
        let error = apply(&source, "x", store, Some(&mut grow), &options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input, "{error}");
        assert!(entries(store).is_empty() && files(store).is_empty());
    });
}

fn append(path: &Path, text: &str) {
    use std::io::Write;
    let mut file = std::fs::File::options().append(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}
