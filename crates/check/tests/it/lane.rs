//! The check by columns gives the same report as the check by lines: a report from a slice, with
//! all rows in the buffer, equals that from a buffer that is smaller than a row.

use std::io::{BufRead, BufReader};
use std::num::NonZeroUsize;
use std::sync::Arc;

use flagflow_check::{
    Baseline, Counts, CrossRecords, DeferredFinding, EditionChoice, Error, FileStart,
    KnownFindings, NoVisitor, Options, OtherLine, PerRule, Report, RuleFlags, RuleId, Severity,
    Verdict, Visitor, check, check_on_threads, check_records, render,
};
use flagflow_domain::{Edition, MpanCore, Mprn};
use flagflow_electricity::{Flow, Profile};
use flagflow_frame::Line;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Lines, the number of copies of each, and the usual line ending.
type Lines = Vec<(String, usize)>;

/// Few points and days, so that records repeat and contradict one another.
fn values() -> impl Strategy<Value = (u64, &'static str, &'static str)> {
    let flag = prop_oneof![6 => Just("A"), 3 => select(&["N", "I", "S", "W"][..]), 1 => Just("X")];
    const DAYS: [&str; 8] = [
        "20220228", "20240229", "19991231", "20220229", "2022 101", "19000101", "99991231",
        "19491231",
    ];
    let day = prop_oneof![6 => Just("20220101"), 4 => select(&DAYS[..])];
    (prop_oneof![3 => 0..40u64, 1 => any::<u64>()], flag, day)
}

/// Returns a meter point for a number, sometimes with wrong check digits.
fn mprn(number: u64) -> String {
    let point = Mprn::from_body(1_000_000 + number % 1_000_000).unwrap();
    format!("{:010}", point.as_u64() + u64::from(number.is_multiple_of(13)))
}

/// Returns an MPAN for a number; some have an unknown distributor, some that of another receiver.
fn mpan(number: u64) -> String {
    let network = [10, 10, 10, 10, 10, 12, 23, 24, 39, 9, 99][(number % 11) as usize];
    let point = MpanCore::from_body(network * 10_000_000_000 + number % 1_000_000).unwrap();
    let digits = point.to_string();
    if number.is_multiple_of(13) { format!("{}0", &digits[..12]) } else { digits }
}

fn gas_line() -> impl Strategy<Value = String> {
    let fixed = values().prop_map(|(n, flag, day)| format!("E45{}{flag}{day}", mprn(n)));
    let uklink = values().prop_map(|(n, flag, day)| {
        format!("\"E45\",{},\"{flag}\",{day}", mprn(n).trim_start_matches('0'))
    });
    let answer = values().prop_map(|(n, flag, day)| format!("E46AC{}{flag}{day}", mprn(n)));
    let others = select(
        &[
            "",
            " \t ",
            // as wide as a record
            "                      ",
            "E451234567810A2022010\x1A",
            "E451234567810A202201\0\0",
            "A000000000042DXI20220201093000000001",
            "Z990000000050",
            // as wide as a record
            "Z99000000005000000000",
            "Z990000000050000000000",
            "S72ABC00001",
            "E45",
            // of no flow, as wide as a record and not
            "E471234567810A20220101",
            "E471234567810A202201010",
            "E4512345678100A20220101",
            "E451234567810A2022010",
            "E451234567810\rA20220101",
        ][..],
    );
    prop_oneof![12 => fixed, 6 => uklink, 2 => answer, 3 => others.prop_map(str::to_owned)]
}

/// Most lines are of the file's own layout.
fn electric_line(zhv_weight: u32, zhf_weight: u32) -> impl Strategy<Value = String> {
    let number = || prop_oneof![4 => 1..100_000u64, 1 => any::<u64>()];
    let zhv = (number(), values()).prop_map(|(number, (n, flag, day))| {
        format!("82H|{number}|DC01|{}|{flag}|{day}|MRCY|", mpan(n))
    });
    let zhf = (number(), values()).prop_map(|(number, (n, flag, day))| {
        format!("82H{:012}DC01{}{flag}{day}MRCY", number % 1_000_000_000_000, mpan(n))
    });
    let others = select(
        &[
            "",
            "  ",
            "82H|1|DC01|1013044353630|A|20220101|MRC\x1A",
            "82H|1|DC01|1013044353630|A|20220101|MRCY\x1A",
            "82H|0|DC01|1013044353630|A|20220101|MRCY|",
            "ZHV|0000000042|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|",
            "ZPT|0000000042|50||1|20220301093500|",
            // as wide as an update
            "ZPT|0000000042|5||1|20220301093500||",
            "81H|1|DC01|1013044353630|A|20220101|MRCY|",
            "81H|1|",
            "81H000000000001",
            "82H|1|DC02|1013044353630|A|20220101|MRCY|",
            "82H|1|DC01|1013044353630|A|20220101|mrcy|",
            "82H|1|DC01|1013044353630|A|20220101|MR|",
            "82H|1|DC01|1013044353630|A|20220101||",
            "82H|1|DC01|1013044353630|A|20220101|MRCY",
            "82H|1|DC01|10130443\n53630|A|20220101|MRCY|",
            "84H|1|DC11|1|1013044353630|20220101||||",
        ][..],
    );
    prop_oneof![zhv_weight => zhv, zhf_weight => zhf, 3 => others.prop_map(str::to_owned)]
}

/// Returns updates with instruction numbers that count up from a number.
fn counted() -> impl Strategy<Value = Lines> {
    (1..1000u64, 1..120u64, values()).prop_map(|(first, count, (n, flag, day))| {
        let line = |at: u64| {
            format!("82H|{}|DC01|{}|{flag}|{day}|MRCY|", first + at, mpan(n.wrapping_add(at * 7)))
        };
        (0..count).map(|at| (line(at), 1)).collect()
    })
}

fn repeated(line: impl Strategy<Value = String>) -> impl Strategy<Value = Lines> {
    (line, prop_oneof![2 => Just(1usize), 1 => 1..30usize]).prop_map(|line| vec![line])
}

fn gas() -> impl Strategy<Value = Lines> {
    let first = select(
        &[
            "A000000000042DXI20220201093000000001",
            "\"A00\",42,\"DXI\",20220201,093000,1",
            "E450001234510A20220101",
            "\"E45\",123409,\"A\",20220101",
        ][..],
    );
    (first, vec(repeated(gas_line()), 1..40)).prop_map(beginning)
}

const ZHF: &str = "ZHF0000000042D0350001ZDCCOPEELC20220301093000           OPER\n81H0000000001";

fn electricity() -> impl Strategy<Value = Lines> {
    let update = select(&["EELC", "LOND", "NOBO", ""][..]).prop_map(|to| {
        format!("ZHV|0000000042|D0350001|Z|DCCO|P|{to}|20220301093000||||OPER|\n81H|1|")
    });
    let rejection = "ZHV|0000000042|D0351001|P|EELC|Z|DCCO|20220301093000||||OPER|\n81H|1|";
    let first = prop_oneof![6 => update, 1 => Just(rejection.to_owned())];
    let lines = prop_oneof![4 => repeated(electric_line(20, 2)).boxed(), 1 => counted().boxed()];
    let zhv = (first, vec(lines, 1..40)).prop_map(beginning);
    let zhf = (Just(ZHF), vec(repeated(electric_line(2, 20)), 1..40)).prop_map(beginning);
    prop_oneof![2 => zhv, 1 => zhf]
}

fn beginning((first, lines): (impl Into<String>, Vec<Lines>)) -> Lines {
    std::iter::once((first.into(), 1)).chain(lines.concat()).collect()
}

/// Generates a file of either fuel, some lines with another line ending.
fn file() -> impl Strategy<Value = Vec<u8>> {
    let lines = prop_oneof![1 => gas().boxed(), 2 => electricity().boxed()];
    let padding =
        select(&["", "", "", "\x1A", "\x1A\n", "\0\0\0", "\x1A\x1A\r\n", " \0", "\0\n"][..]);
    (lines, select(&["\n", "\r\n"][..]), any::<bool>(), 0..200usize, padding).prop_map(
        |(lines, end, is_ended, odd, padding)| {
            let mut file = String::new();
            for (at, (line, times)) in lines.iter().enumerate() {
                let own = if at == odd && end == "\n" { "\r\n" } else { end };
                file += &[line, own].concat().repeat(*times);
            }
            let length = if is_ended { file.len() } else { file.len() - end.len() };
            file.truncate(length);
            file += padding;
            file.into_bytes()
        },
    )
}

/// The built-in profile, and one without a group above the updates.
fn profile() -> impl Strategy<Value = Arc<Profile>> {
    let text = Profile::builtin(Flow::D0350).as_toml().to_owned();
    let (start, end) = (text.find("[[group]]").unwrap(), text.rfind("[[group]]").unwrap());
    let flat = format!("{}{}", &text[..start], &text[end..])
        .replace("level = 2\nparent = \"81H\"\n", "level = 1\n");
    let flat = Arc::new(Profile::from_toml(&flat).unwrap());
    prop_oneof![3 => Just(Profile::builtin(Flow::D0350)), 1 => Just(flat)]
}

fn options() -> impl Strategy<Value = Options> {
    let edition = select(
        &[
            EditionChoice::Auto,
            EditionChoice::Given(Edition::Mp077),
            EditionChoice::Given(Edition::PreMp077),
        ][..],
    );
    let samples = select(&[None, Some(0), Some(1), Some(3), Some(1000)][..]);
    let memory = select(&[1, usize::MAX][..]);
    let cross = prop_oneof![
        1 => Just(CrossRecords::Off),
        1 => memory.prop_map(|memory| CrossRecords::Within { memory }),
    ];
    let as_of = select(&[None, Some("20220101"), Some("20220228"), Some("19000101")][..]);
    let severities = select(&[Severity::Error, Severity::Warning, Severity::Note][..]);
    let rules = || select(RuleId::all().collect::<Vec<_>>());
    let judged = (vec((rules(), severities), 0..12), vec(rules(), 0..3));
    let max_line = select(&[22, 36, 40, 47, 48, 65_536][..]);
    (edition, samples, cross, as_of, judged, (any::<bool>(), any::<bool>(), max_line, profile()))
        .prop_map(|(edition, max_samples, cross_records, as_of, (severities, ignored), rest)| {
            let (mask, with_reasons, max_line, d0350) = rest;
            Options {
                edition,
                max_samples,
                cross_records,
                as_of: as_of.map(|day| day.parse().unwrap()),
                ignore: PerRule::from_fn(|rule| ignored.contains(&rule)),
                severity: PerRule::from_fn(|rule| {
                    let own = severities.iter().find(|(it, _)| *it == rule);
                    own.map_or(rule.rule().severity, |(_, severity)| *severity)
                }),
                mask,
                with_reasons,
                max_line,
                d0350,
                ..Options::default()
            }
        })
}

fn report(input: impl BufRead, file: &[u8], options: &Options) -> (Option<Report>, String) {
    let mut report = match check(input, options) {
        Ok(report) => report,
        Err(error) => return (None, format!("{:?}", error.kind())),
    };
    let start = |offset| usize::try_from(offset).unwrap();
    report.show_again(|offset| Ok(&file[start(offset)..])).unwrap();
    let mut json = Vec::new();
    render::json(&mut json, "", &report).unwrap();
    (Some(report), String::from_utf8(json).unwrap())
}

/// Everything that a visitor sees, as text.
#[derive(Default)]
struct Events(Vec<String>);

impl Visitor for Events {
    type Error = Error;

    fn begin(&mut self, start: FileStart<'_>) -> Result<(), Error> {
        self.0.push(format!("{:?} {:?}", start.shape.layout(), start.line_end));
        Ok(())
    }

    fn other_line(
        &mut self,
        line: &Line<'_>,
        other_line: OtherLine,
        rules: RuleFlags,
    ) -> Result<(), Error> {
        self.0.push(format!("{line:?} {other_line:?} {rules:?}"));
        Ok(())
    }

    fn record(&mut self, verdict: &Verdict<'_>) -> Result<(), Error> {
        let Verdict { record, line, rejected, provisional, rules, values, .. } = *verdict;
        let parsed = (verdict.detail(), verdict.instruction());
        self.0.push(format!(
            "{record} {line:?} {rejected} {provisional} {rules:?} {values:?} {parsed:?}"
        ));
        Ok(())
    }

    fn deferred(&mut self, deferred: DeferredFinding) -> Result<(), Error> {
        self.0.push(format!("{deferred:?}"));
        Ok(())
    }
}

/// Returns the report that a visitor comes with, the events that it sees, and the counts.
fn events(input: impl BufRead + Send, options: &Options) -> (String, Vec<String>, Counts) {
    let mut visitors = (Events::default(), Counts::default());
    let checked = match options.threads.get() {
        1 => check_records(input, options, &mut visitors),
        _ => check_on_threads(input, options, &mut visitors),
    };
    let report = match checked {
        Ok(report) => {
            let mut json = Vec::new();
            render::json(&mut json, "", &report).unwrap();
            String::from_utf8(json).unwrap()
        }
        Err(error) => format!("{:?}", error.kind()),
    };
    (report, visitors.0.0, visitors.1)
}

/// Returns the first findings of a report as a baseline.
fn known(text: &str) -> Arc<KnownFindings> {
    Baseline::read(text.as_bytes()).unwrap().of("")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn rows_are_judged_as_lines_are(
        file in file(),
        options in options(),
        buffer in 30..3000usize,
        before in any::<bool>(),
    ) {
        let by_line = |options: &Options| report(BufReader::with_capacity(5, &file[..]), &file, options);
        let mut options = options;
        let mut expected = by_line(&options);
        if let (true, (Some(_), text)) = (before, &expected) {
            options.baseline = Some(known(text));
            options.max_samples = Some(2);
            expected = by_line(&options);
        }
        for rows in [
            report(&file[..], &file, &options),
            report(BufReader::with_capacity(buffer, &file[..]), &file, &options),
        ] {
            prop_assert_eq!(&rows.1, &expected.1);
            let findings = |report: &Option<Report>| report.as_ref().map(|it| it.findings.clone());
            prop_assert_eq!(findings(&rows.0), findings(&expected.0));
        }
    }

    #[test]
    fn a_visitor_sees_rows_as_it_sees_lines(
        file in file(),
        options in options(),
        buffer in 30..3000usize,
    ) {
        let expected = events(BufReader::with_capacity(5, &file[..]), &options);
        prop_assert_eq!(&events(&file[..], &options), &expected);
        let buffered = BufReader::with_capacity(buffer, &file[..]);
        prop_assert_eq!(&events(buffered, &options), &expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Files of more than 1 MiB, which other threads read ahead in blocks of 256 KiB.
    #[test]
    fn other_threads_change_nothing(
        file in file(),
        mut options in options(),
        threads in 2..4usize,
        long_line in any::<bool>(),
    ) {
        let mut large = file.repeat(1_800_000 / file.len());
        if long_line {
            large.extend([&b"E45".repeat(200_000)[..], b"\n"].concat());
            large.extend(file.repeat(100_000 / file.len() + 1));
        }
        options.max_samples = Some(3);
        let expected = events(&large[..], &options);
        let alone = report(&large[..], &large, &options);
        options.threads = NonZeroUsize::new(threads).unwrap();
        prop_assert!(events(&large[..], &options) == expected);
        let mut visitor = NoVisitor;
        let on_threads = check_on_threads(&large[..], &options, &mut visitor);
        let findings = |report: Option<Report>| report.map(|it| (it.totals, it.accepted));
        prop_assert_eq!(findings(on_threads.ok()), findings(alone.0));
    }
}
