//! Compares the cross-record rules with a plain map of all records, for any memory limit, any size
//! of buffers, and immediate or later results.

#![allow(clippy::cast_possible_truncation, reason = "small numbers, made here")]

use std::collections::HashMap;
use std::io::{BufRead, BufReader};

use flagflow_check::{
    Baseline, CrossRecords, DeferredFinding, Error, Finding, Options, Report, RuleId, Verdict,
    Visitor, check, check_records, render,
};
use proptest::prelude::*;

/// A generator of numbers from a seed.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) % most
    }
}

/// The parameters of a generated file.
#[derive(Clone, Debug)]
struct Recipe {
    seed: u64,
    lines: u64,
    points: u64,
    days: u64,
    is_uklink: bool,
    /// One line in so many differs from the others.
    odd: u64,
}

/// A finding: rule, line, record, offset, column, length, value and expected value.
type Told = (RuleId, u64, u64, u64, u64, u64, String, Option<String>);

/// A file, and the findings of a plain map.
#[derive(Default)]
struct Case {
    file: Vec<u8>,
    line: u64,
    records: u64,
    rejected: u64,
    told: Vec<Told>,
    firsts: HashMap<(u64, u64), &'static str>,
}

impl Case {
    fn of(recipe: &Recipe) -> Self {
        let (mut case, mut numbers) = (Self::default(), Numbers(recipe.seed));
        while case.line < recipe.lines {
            case.line += 1;
            // the first line determines the layout and the line ending
            let odd = if case.line > 1 { numbers.below(recipe.odd) } else { recipe.odd };
            match odd {
                0 => case.file.push(b'\n'),
                1 => case.bad(recipe.is_uklink),
                _ => case.record(recipe, &mut numbers, odd),
            }
        }
        case
    }

    /// Writes a record that is rejected for another fault, and so is not compared.
    fn bad(&mut self, is_uklink: bool) {
        self.records += 1;
        self.rejected += 1;
        let line = if is_uklink { "E45,100000,A,20220230\n" } else { "E450000100000A20220230\n" };
        self.file.extend(line.bytes());
    }

    fn record(&mut self, recipe: &Recipe, numbers: &mut Numbers, odd: u64) {
        let point = 100_000 + numbers.below(recipe.points) * 7;
        let day = 20_220_101 + numbers.below(recipe.days);
        let flag = ["A", "A", "A", "N", "I"][numbers.below(5) as usize];
        self.records += 1;
        let quote = if odd == 2 { "\"" } else { "" };
        let width = if odd == 3 { 6 + numbers.below(4) as usize } else { 10 };
        let end = if odd == 4 { "\r\n" } else { "\n" };
        let point_text = format!("{point:0width$}");
        let (before, behind) = match recipe.is_uklink {
            true => (format!("E45,{quote}"), format!("{quote},{flag},{day}")),
            false => ("E45".to_owned(), format!("{flag}{day}")),
        };
        let point_text = if recipe.is_uklink { point_text } else { format!("{point:010}") };
        let flag_at = before.len() + point_text.len() + behind.find(flag).unwrap();
        self.hold((point, day), flag, &point_text, (before.len(), flag_at));
        self.file.extend([before, point_text, behind, end.to_owned()].concat().bytes());
    }

    /// Compares a record with the plain map.
    fn hold(&mut self, said: (u64, u64), flag: &'static str, point: &str, at: (usize, usize)) {
        let Some(first) = self.firsts.get(&said).copied() else {
            self.firsts.insert(said, flag);
            return;
        };
        let (rule, start, value, expected) = match first == flag {
            true => (RuleId::DuplicateMeterPoint, at.0, point, None),
            false => (RuleId::ConflictingUpdate, at.1, flag, Some(first.to_owned())),
        };
        self.rejected += u64::from(rule == RuleId::ConflictingUpdate);
        let (line, record) = (self.line, self.records);
        let (offset, column) = (self.file.len() as u64 + start as u64, start as u64 + 1);
        let length = value.len() as u64;
        self.told.push((rule, line, record, offset, column, length, value.to_owned(), expected));
    }
}

const CROSS: [RuleId; 2] = [RuleId::DuplicateMeterPoint, RuleId::ConflictingUpdate];

fn told(finding: &Finding) -> Told {
    let Finding { rule, line, offset, column, length, .. } = *finding;
    let expected = finding.expected.as_ref().map(ToString::to_string);
    let (record, value) = (finding.record.unwrap(), finding.value.clone().unwrap());
    (rule, line, record, offset, column, length, value, expected)
}

fn within(memory: usize, max_samples: Option<usize>) -> Options {
    let cross_records = CrossRecords::Within { memory };
    Options { cross_records, max_samples, ..Options::default() }
}

/// Collects immediate and later findings, and checks their order.
#[derive(Default)]
struct Listener {
    /// The record and the rule of each finding.
    told: Vec<(u64, RuleId)>,
    deferred: usize,
}

impl Visitor for Listener {
    type Error = Error;

    fn record(&mut self, verdict: &Verdict<'_>) -> Result<(), Error> {
        let rules = verdict.rules.iter().filter(|rule| CROSS.contains(rule));
        self.told.extend(rules.map(|rule| (verdict.record, rule)));
        Ok(())
    }

    fn deferred(&mut self, deferred: DeferredFinding) -> Result<(), Error> {
        self.deferred += 1;
        self.told.push((deferred.record, deferred.rule));
        Ok(())
    }
}

/// Asserts that the findings of a report are those of the plain map.
fn assert_same(report: &Report, case: &Case, max_samples: Option<usize>) {
    assert_eq!((report.records, report.rejected), (case.records, case.rejected));
    assert_eq!(report.flags.iter().map(|(_, count)| count).sum::<u64>(), report.accepted);
    for rule in CROSS {
        let expected: Vec<_> = case.told.iter().filter(|told| told.0 == rule).collect();
        assert_eq!(report.totals[rule], expected.len() as u64);
        let found: Vec<_> = report.findings.iter().filter(|it| it.rule == rule).map(told).collect();
        let most = max_samples.unwrap_or(usize::MAX);
        assert!(found.iter().eq(expected.into_iter().take(most)), "{rule}");
    }
}

/// Checks a file with each memory limit, in one piece and in small pieces, with and without a
/// visitor.
fn assert_always_the_same(case: &Case, memory: usize, max_samples: Option<usize>) {
    let options = within(memory, max_samples);
    let held = check(case.file.as_slice(), &within(usize::MAX, max_samples)).unwrap();
    let by = |input: &mut dyn BufRead| check(input, &options).unwrap();
    let mut small = BufReader::with_capacity(5, case.file.as_slice());
    for mut report in [by(&mut case.file.as_slice()), by(&mut small)] {
        assert_same(&report, case, max_samples);
        report.show_again(|offset| Ok(&case.file[offset as usize..])).unwrap();
        assert_eq!(report.findings, held.findings);
    }
    let mut listener = Listener::default();
    let heard = check_records(case.file.as_slice(), &options, &mut listener).unwrap();
    assert_same(&heard, case, max_samples);
    assert!(listener.told.iter().copied().eq(case.told.iter().map(|told| (told.2, told.0))));
}

fn recipe(lines: std::ops::Range<u64>) -> impl Strategy<Value = Recipe> {
    let points = prop_oneof![Just(1u64), 2u64..50, 1000u64..20_000, Just(1 << 30)];
    let odd = prop_oneof![5u64..8, 50u64..2000, Just(1 << 30)];
    (any::<u64>(), lines, points, 1u64..28, any::<bool>(), odd).prop_map(
        |(seed, lines, points, days, is_uklink, odd)| Recipe {
            seed,
            lines,
            points,
            days,
            is_uklink,
            odd,
        },
    )
}

fn bound() -> impl Strategy<Value = usize> {
    prop_oneof![Just(1usize), 60_000usize..400_000, 400_000usize..4_000_000, Just(usize::MAX)]
}

fn samples() -> impl Strategy<Value = Option<usize>> {
    prop_oneof![Just(None), Just(Some(0)), Just(Some(7))]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Files with less and with more records than have immediate results with the smallest limit.
    #[test]
    fn any_file_is_judged_as_by_a_plain_map(
        recipe in recipe(1..5000), memory in bound(), samples in samples(),
    ) {
        assert_always_the_same(&Case::of(&recipe), memory, samples);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// Files whose records and conflicts go to a temporary file because of a small limit.
    #[test]
    fn any_file_that_spills_is_judged_as_by_a_plain_map(
        recipe in recipe(20_000..60_000), memory in 1usize..500_000, samples in samples(),
    ) {
        assert_always_the_same(&Case::of(&recipe), memory, samples);
    }
}

fn usual(points: u64) -> Recipe {
    Recipe { seed: 5, lines: 20_000, points, days: 3, is_uklink: false, odd: 1000 }
}

#[test]
fn the_end_of_the_file_tells_in_the_files_order() {
    let case = Case::of(&usual(3000));
    let mut listener = Listener::default();
    check_records(case.file.as_slice(), &within(1, Some(0)), &mut listener).unwrap();
    assert!(listener.deferred > 5000, "{}", listener.deferred);
    assert!(listener.told.is_sorted_by(|one, other| one.0 < other.0));
}

/// Known findings of a baseline are matched in the file's order, for immediate and later findings.
#[test]
fn what_is_new_does_not_depend_on_the_memory() {
    let case = Case::of(&usual(3000));
    let few = check(case.file.as_slice(), &within(usize::MAX, Some(100))).unwrap();
    let mut line = Vec::new();
    render::json(&mut line, "file", &few).unwrap();
    let baseline = Some(Baseline::read(line.as_slice()).unwrap().of("file"));
    let new = |memory| {
        let options = Options { baseline: baseline.clone(), ..within(memory, None) };
        let mut report = check(case.file.as_slice(), &options).unwrap();
        report.show_again(|offset| Ok(&case.file[offset as usize..])).unwrap();
        report
    };
    let held = new(usize::MAX);
    let suppressed = held.suppressed.as_ref().unwrap();
    assert!(suppressed[RuleId::ConflictingUpdate] == 100);
    for memory in [1, 200_000] {
        let deferred = new(memory);
        assert_eq!(deferred.suppressed.as_ref().unwrap()[RuleId::ConflictingUpdate], 100);
        assert_eq!(deferred.findings, held.findings);
    }
}
