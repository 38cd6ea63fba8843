//! Counts of a visitor are those of accepted records in the report.

use std::collections::BTreeMap;

use flagflow_check::{
    Counts, CrossRecords, Options, PerRule, Report, RuleId, Severity, check_records,
};
use flagflow_domain::ServiceFlag;
use proptest::prelude::*;

fn counted(file: &[u8], options: &Options) -> (Counts, Report) {
    let mut counts = Counts::default();
    let report = check_records(file, options, &mut counts).unwrap();
    (counts, report)
}

fn months(counts: &Counts) -> BTreeMap<String, u64> {
    counts.months().map(|(month, count)| (month.to_string(), count.total())).collect()
}

fn by_month(expected: &[(&str, u64)]) -> BTreeMap<String, u64> {
    expected.iter().map(|(month, count)| ((*month).to_owned(), *count)).collect()
}

#[test]
fn accepted_records_are_counted_by_flag_and_month() {
    let file = b"E451234567810A20220101\nE450000123409N20220131\nE450000123409A20211231\n\
        E45000012340XA20220101\nE450000123409W99991231\n";
    let (counts, report) = counted(file, &Options::default());
    assert_eq!((counts.total(), report.accepted, report.rejected), (4, 4, 1));
    assert_eq!(counts.flags().flags, report.flags);
    assert_eq!(months(&counts), by_month(&[("2021-12", 1), ("2022-01", 2), ("9999-12", 1)]));
    let january = counts.months().find(|(month, _)| month.to_string() == "2022-01").unwrap().1;
    assert_eq!(january.flags.of(ServiceFlag::NonActive), 1);
    assert_eq!(counts.distributors().count(), 0, "gas has none");
}

#[test]
fn electricity_is_counted_by_distributor_known_or_not() {
    let update = |number: u32, mpan: &str| format!("82H|{number}|DC01|{mpan}|A|20220201|MRCY|\n");
    let mpans = ["1013044353630", "1013044353631", "9900000000000", "0100000000000"];
    let lines: String = (1..).zip(mpans).map(|(number, mpan)| update(number, mpan)).collect();
    let file =
        format!("ZHV|0000000042|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\n81H|1|\n{lines}");
    let (counts, report) = counted(file.as_bytes(), &Options::default());
    assert_eq!(counts.total(), report.accepted);
    let ids: Vec<_> = counts.distributors().map(|(of, count)| (of.id(), count)).collect();
    assert_eq!(ids, [(1, 1), (10, 2), (99, 1)]);
    let mut thrice = counts.clone();
    thrice.merge(&counts);
    thrice.merge(&counts);
    let ids: Vec<_> = thrice.distributors().map(|(of, count)| (of.id(), count)).collect();
    assert_eq!(ids, [(1, 3), (10, 6), (99, 3)]);
    assert_eq!(months(&thrice), by_month(&[("2022-02", 12)]));
    assert_eq!(thrice.total(), 12);
}

/// A record may be accepted although its day or its flag cannot be read.
#[test]
fn what_cannot_be_read_is_counted_apart() {
    let severity = PerRule::from_fn(|rule: RuleId| match rule {
        RuleId::InvalidDate | RuleId::UnknownFlag => Severity::Note,
        rule => rule.rule().severity,
    });
    let file = b"E451234567810A20220230\nE450000123409X20220131\n";
    let (counts, report) = counted(file, &Options { severity, ..Options::default() });
    assert_eq!((report.accepted, counts.total()), (2, 2));
    assert_eq!((counts.without_day().total(), counts.flags().without), (1, 1));
}

/// Merges two files, each with an unreadable field of one kind, one of them with a month of its
/// own.
#[test]
fn counts_of_files_are_added() {
    let severity = PerRule::from_fn(|rule: RuleId| match rule {
        RuleId::InvalidDate | RuleId::UnknownFlag => Severity::Note,
        rule => rule.rule().severity,
    });
    let options = Options { severity, ..Options::default() };
    let (mut both, _) = counted(b"E451234567810A20220230\nE450000123409N20220131\n", &options);
    let (other, _) = counted(
        b"E451234567810X20220230\nE451234567810X20211231\nE450000123409A20211231\n",
        &options,
    );
    both.merge(&other);
    assert_eq!(months(&both), by_month(&[("2021-12", 2), ("2022-01", 1)]));
    let dayless = both.without_day();
    assert_eq!((dayless.flags.of(ServiceFlag::Active), dayless.without), (1, 1));
    let flags = both.flags();
    let letters = [ServiceFlag::Active, ServiceFlag::NonActive].map(|flag| flags.flags.of(flag));
    assert_eq!((letters, flags.without, both.total()), ([2, 1], 2, 5));
}

/// Each year from the first to the last takes twelve months of six numbers; the distributors take
/// their memory from the start.
#[test]
fn memory_grows_with_the_years() {
    let none = size_of::<Counts>() + 100 * 8;
    assert_eq!(Counts::default().memory(), none);
    let (one, _) =
        counted(b"E451234567810A20220101\nE450000123409A20221231\n", &Options::default());
    assert_eq!(one.memory(), none + 12 * 6 * 8);
    let (three, _) = counted(
        b"E451234567810A20220101\nE450000123409A20211231\nE450000123409A19990101\n",
        &Options::default(),
    );
    assert_eq!(three.memory(), none + (2022 - 1998) * 12 * 6 * 8);
    let months: Vec<_> = three.months().map(|(month, _)| month.to_string()).collect();
    assert_eq!(months, ["1999-01", "2021-12", "2022-01"]);
}

#[test]
fn it_listens_beside_others_with_their_error() {
    let mut counts = Counts::default();
    let mut both = (None::<Never>, &mut counts);
    check_records(&b"E451234567810A20220101\n"[..], &Options::default(), &mut both).unwrap();
    assert_eq!(counts.total(), 1);

    struct Never;
    impl flagflow_check::Visitor for Never {
        type Error = Box<dyn std::error::Error>;

        fn record(&mut self, _: &flagflow_check::Verdict<'_>) -> Result<(), Self::Error> {
            Err(Box::new(std::fmt::Error))
        }
    }
}

/// Above the memory limit of the cross-record rules a record is removed at the end of the file.
#[test]
fn late_verdicts_take_back() {
    let line = |n: u64| {
        let (flag, month) = (["A", "N", "A"][(n / 2000) as usize], n % 2000 % 12 + 1);
        format!("E45{:010}{flag}2022{month:02}01\n", n % 2000 * 7)
    };
    let file: String = (0..6000).map(line).collect();
    let within =
        |memory| Options { cross_records: CrossRecords::Within { memory }, ..Options::default() };
    let (at_once, report) = counted(file.as_bytes(), &within(usize::MAX));
    let (later, _) = counted(file.as_bytes(), &within(1));
    assert!(report.rejected > 0 && at_once.total() == report.accepted);
    assert_eq!(at_once, later);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// For any lines, and any memory limit, the counts are those of the report.
    #[test]
    fn counts_are_always_the_reports(
        lines in proptest::collection::vec(
            (0u64..30, "[AINSWX]", 20200101u32..20200140, 0u8..9), 1..300),
        little in any::<bool>(),
    ) {
        let mut file = String::from("E451234567810A20220101\n");
        for (point, flag, day, spoil) in lines {
            let spoilt = if spoil == 0 { "x" } else { "" };
            file.push_str(&format!("E45{point:010}{flag}{day}{spoilt}\n"));
        }
        let memory = if little { 1 } else { usize::MAX };
        let options =
            Options { cross_records: CrossRecords::Within { memory }, ..Options::default() };
        let (counts, report) = counted(file.as_bytes(), &options);
        prop_assert_eq!(counts.total(), report.accepted);
        prop_assert_eq!(counts.flags().flags, report.flags);
        prop_assert_eq!(counts.months().map(|(_, n)| n.total()).sum::<u64>(), report.accepted);
    }
}

/// Each accepted record of a D0172 confirms one file; it has no flag, day or point.
#[test]
fn confirmations_are_added_up() {
    let confirmation =
        |number: u32, counts: &str| format!("357|{number}|DC90|20220301|42|{counts}|\n");
    let lines = confirmation(1, "7|5|2") + &confirmation(2, "0|0|0") + &confirmation(3, "7|5|1");
    let header = "ZHV|0000000042|D0172001|P|EELC|Z|DCCO|20220301093000||||OPER|\n749|1|\n";
    let file = format!("{header}{lines}ZPT|0000000042|4||1|20220301093500|\n");
    let (counts, report) = counted(file.as_bytes(), &Options::default());
    assert_eq!((counts.total(), report.accepted, report.rejected), (2, 2, 1));
    assert!(counts.flags().is_empty() && counts.months().count() == 0);
    let mut options = Options::default();
    options.severity[RuleId::ConfirmationCounts] = Severity::Warning;
    options.severity[RuleId::NotANumber] = Severity::Warning;
    let file = file.replace("|0|0|0|", "|x|0|0|");
    let (mut all, report) = counted(file.as_bytes(), &options);
    assert_eq!((all.total(), report.accepted), (3, 3));
    all.merge(&counts);
    let confirmed = all.confirmed();
    assert_eq!((confirmed.files, confirmed.received), (5, 21));
    assert_eq!((confirmed.accepted, confirmed.rejected), (15, 5));
}
