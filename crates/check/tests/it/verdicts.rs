//! A visitor receives the same results as the report.

use std::collections::BTreeMap;

use flagflow_check::{
    CrossRecords, DeferredFinding, Error, ErrorKind, Options, OtherLine, RecordValues, Report,
    RuleFlags, RuleId, Verdict, Visitor, check, check_records,
};
use flagflow_domain::{EffectiveDate, ServiceFlag};
use flagflow_frame::Line;

use crate::common::samples;
use flagflow_gas::Detail;

/// Every verdict by the number of its record: the broken rules, and true if it was rejected.
#[derive(Default)]
struct Told {
    verdicts: BTreeMap<u64, (Vec<RuleId>, bool)>,
    lines: Vec<(u64, Vec<u8>)>,
    said: BTreeMap<u64, RecordValues>,
    provisional: bool,
    deferred: usize,
}

/// Returns point, flag and day of a record whose fields can all be read, by the codecs.
fn said(verdict: &Verdict<'_>) -> Option<(u64, ServiceFlag, EffectiveDate)> {
    if let Some(record) = verdict.instruction() {
        return Some((record.mpan_core()?.as_u64(), record.flag()?, record.effective_from()?));
    }
    let (point, flag, day) = match verdict.detail()? {
        Detail::E45(e45) => (e45.meter_point_reference(), e45.flag(), e45.effective_from()),
        Detail::E46(e46) => (e46.meter_point_reference(), e46.flag(), e46.effective_from()),
    };
    Some((point.as_u64(), flag, day))
}

impl Visitor for Told {
    type Error = Error;

    fn other_line(&mut self, line: &Line<'_>, _: OtherLine, _: RuleFlags) -> Result<(), Error> {
        self.lines.push((line.number, line.bytes.to_vec()));
        Ok(())
    }

    fn record(&mut self, verdict: &Verdict<'_>) -> Result<(), Error> {
        if let Some(said) = said(verdict) {
            let RecordValues { point, flag, day, .. } = verdict.values;
            assert_eq!((point, flag, day), (Some(said.0), Some(said.1), Some(said.2)));
            self.said.insert(verdict.record, verdict.values);
        }
        self.lines.push((verdict.line.number, verdict.line.bytes.to_vec()));
        self.provisional |= verdict.provisional;
        let told = (verdict.rules.iter().collect(), verdict.rejected);
        assert!(self.verdicts.insert(verdict.record, told).is_none(), "one verdict a record");
        Ok(())
    }

    fn deferred(&mut self, deferred: DeferredFinding) -> Result<(), Error> {
        let told = self.verdicts.get_mut(&deferred.record).unwrap();
        told.0.push(deferred.rule);
        told.1 |= deferred.rejected;
        assert_eq!(self.said.get(&deferred.record), Some(&deferred.values));
        self.deferred += 1;
        Ok(())
    }
}

/// Returns the verdicts by the findings of a report.
fn by_record(report: &Report) -> BTreeMap<u64, (Vec<RuleId>, bool)> {
    let mut records: BTreeMap<u64, (Vec<RuleId>, bool)> =
        (1..=report.records).map(|record| (record, Default::default())).collect();
    for finding in &report.findings {
        let Some(record) = finding.record else { continue };
        let told = records.get_mut(&record).unwrap();
        told.0.push(finding.rule);
        told.1 |= finding.severity == flagflow_check::Severity::Error;
    }
    for (rules, _) in records.values_mut() {
        rules.sort_unstable();
        rules.dedup();
    }
    records
}

fn told(file: &[u8], options: &Options) -> (Told, Report) {
    let mut told = Told::default();
    let report = check_records(file, options, &mut told).unwrap();
    (told, report)
}

#[test]
fn verdicts_are_the_findings_record_by_record() {
    let mut records = 0;
    for (path, file) in samples() {
        for with_reasons in [false, true] {
            let options = Options { max_samples: None, with_reasons, ..Options::default() };
            let Ok(report) = check(&file[..], &options) else { continue };
            let (told, same) = told(&file, &options);
            assert_eq!(format!("{same:?}"), format!("{report:?}"), "{}", path.display());
            assert!(told.verdicts == by_record(&report), "{} {with_reasons}", path.display());
            assert!(!told.provisional && told.deferred == 0);
            records += report.records;
        }
    }
    assert!(records > 1000, "{records}");
}

#[test]
fn every_line_is_told_once() {
    for (path, file) in samples() {
        for with_reasons in [false, true] {
            let options = Options { with_reasons, max_line: 1 << 20, ..Options::default() };
            if check(&file[..], &options).is_err() {
                continue;
            }
            let (mut told, _) = told(&file, &options);
            told.lines.sort_unstable();
            let mut lines = flagflow_frame::LineReader::with_max_line(&file[..], 1 << 20);
            for (number, bytes) in told.lines {
                let line = lines.read_line().unwrap().unwrap();
                assert_eq!((number, &bytes[..]), (line.number, line.bytes), "{}", path.display());
            }
            assert!(lines.read_line().unwrap().is_none(), "{}", path.display());
        }
    }
}

#[test]
fn what_comes_late_completes_what_was_provisional() {
    let line = |n: u64| {
        let flag = ["A", "N", "A"][(n / 2000) as usize];
        format!("E45{:010}{flag}20220101\n", n % 2000 * 7)
    };
    let file: String = (0..6000).map(line).collect();
    let within = |memory| Options {
        cross_records: CrossRecords::Within { memory },
        max_samples: None,
        ..Options::default()
    };
    let (at_once, report) = told(file.as_bytes(), &within(usize::MAX));
    assert_eq!((report.rejected, at_once.deferred), (2000, 0));
    let (later, _) = told(file.as_bytes(), &within(1));
    assert!(later.provisional && later.deferred > 3000, "{}", later.deferred);
    assert!(later.verdicts == at_once.verdicts);
}

#[test]
fn several_visitors_are_told_the_same() {
    let file =
        b"A000000000001DXI20220101120000000001\nE451234567810A20220101\n\nE45\nZ990000000002\n";
    let mut several = (Told::default(), (Some(Told::default()), None::<Told>));
    check_records(&file[..], &Options::default(), &mut &mut several).unwrap();
    let (first, (second, nobody)) = several;
    let second = second.unwrap();
    assert_eq!((first.verdicts.len(), first.lines.len()), (2, 5));
    assert!(first.verdicts == second.verdicts && first.lines == second.lines);
    assert!(nobody.is_none());
}

#[test]
fn a_visitor_ends_the_check() {
    struct Tired(u64);
    impl Visitor for Tired {
        type Error = Box<dyn std::error::Error>;

        fn record(&mut self, verdict: &Verdict<'_>) -> Result<(), Self::Error> {
            self.0 = verdict.record;
            if verdict.rejected { Err("enough".into()) } else { Ok(()) }
        }
    }
    let mut tired = Tired(0);
    let file = b"E451234567810A20220101\nE45\nE451234567810A20220101\n";
    let error = check_records(&file[..], &Options::default(), &mut tired).unwrap_err();
    assert_eq!((error.to_string().as_str(), tired.0), ("enough", 2));
    let error = check_records(&b""[..], &Options::default(), &mut tired).unwrap_err();
    assert_eq!(error.downcast::<Error>().unwrap().kind(), ErrorKind::Empty);
}
