//! Mending: what it promises, on every sample and on files that were spoiled at random.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use flagflow_check::{
    CrossRecords, Error as CheckError, Flow, Layout, Options, RuleId, Severity, Verdict, Visitor,
    check, check_records,
};
use flagflow_domain::{EffectiveDate, ServiceFlag};
use flagflow_exchange::generate::{GenerateOptions, generate};
use flagflow_files::{ErrorKind, HeaderValues, Result};
use flagflow_frame::LineEnd;
use flagflow_intake::fix::{Fix, FixKind, FixOptions, FixReport, Kinds, fix, fix_and_check};
use proptest::prelude::*;

fn mended(file: &[u8], options: &FixOptions) -> Result<(Vec<u8>, FixReport, Vec<Fix>)> {
    let (mut output, mut told) = (Vec::new(), Vec::new());
    let report = fix(file, &mut output, options, &mut |fix| {
        told.push(fix.clone());
        Ok(())
    })?;
    assert_eq!(report.sum(), told.len() as u64);
    assert_eq!(report.bytes, file.len() as u64);
    assert_eq!(report.sum() > 0, output != file, "what was done is told: {told:?}");
    Ok((output, report, told))
}

fn by_default(file: &[u8]) -> (Vec<u8>, FixReport) {
    let (output, report, _) = mended(file, &FixOptions::default()).unwrap();
    (output, report)
}

/// Values of the accepted records of a file, in order.
#[derive(Default)]
struct Accepted(Vec<(Option<u64>, Option<char>, Option<u32>)>);

impl Visitor for Accepted {
    type Error = CheckError;

    fn record(&mut self, verdict: &Verdict<'_>) -> Result<(), CheckError> {
        let values = verdict.values;
        if !verdict.rejected {
            let day = values.day.map(EffectiveDate::as_packed);
            self.0.push((values.point, values.flag.map(ServiceFlag::as_char), day));
        }
        Ok(())
    }
}

/// Records are checked separately: a fixed record may contradict another.
fn accepted(file: &[u8], options: &Options) -> Accepted {
    let options = Options { cross_records: CrossRecords::Off, ..options.clone() };
    let mut accepted = Accepted::default();
    check_records(file, &options, &mut accepted).unwrap();
    accepted
}

/// Returns true if each element of one is in the other, in the same order.
fn is_within(part: &Accepted, all: &Accepted) -> bool {
    let mut all = all.0.iter();
    part.0.iter().all(|record| all.any(|other| other == record))
}

/// The promises that hold for every file.
fn hold(file: &[u8], options: &FixOptions) -> std::result::Result<(), String> {
    let before = check(file, &options.check);
    let (output, report) = match (mended(file, options), &before) {
        (Ok((output, report, _)), _) => (output, report),
        // every file that can be checked can be fixed, and more
        (Err(error), Ok(_)) => return Err(format!("{error}")),
        (Err(_), Err(_)) => return Ok(()),
    };
    let (again, second, _) = mended(&output, options).map_err(|error| error.to_string())?;
    if again != output || second.sum() > 0 {
        return Err(format!("mended twice: {:?}", second.samples));
    }
    let Ok(before) = before else { return Ok(()) };
    let said = accepted(file, &options.check);
    // a header that can be read again may have another edition, by which the records are judged
    let edition = check(output.as_slice(), &options.check).map(|after| after.edition);
    if edition.is_ok_and(|edition| edition == before.edition)
        && !is_within(&said, &accepted(&output, &options.check))
    {
        return Err("an accepted record says something else".to_owned());
    }
    let harmless = [RuleId::EditionUnknown];
    let findings =
        before.totals.iter().filter(|(rule, count)| **count > 0 && !harmless.contains(rule));
    if findings.count() == 0 && !options.kinds.contains(FixKind::Quoting) && output != file {
        return Err(format!("touched without a finding: {:?}", report.samples));
    }
    Ok(())
}

/// Every sample, and the arguments that it is checked with.
fn samples() -> Vec<(String, Vec<u8>)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata");
    let mut samples = Vec::new();
    for flow in ["e45", "e46", "d0350", "d0351", "d0172"] {
        for folder in ["valid", "invalid"] {
            for entry in fs::read_dir(root.join(flow).join(folder)).unwrap() {
                let path = entry.unwrap().path();
                if path.extension().is_some_and(|extension| extension == "txt") {
                    samples.push((path.display().to_string(), fs::read(&path).unwrap()));
                }
            }
        }
    }
    assert!(samples.len() > 150);
    samples
}

#[test]
fn promises_hold_for_every_sample() {
    for (name, file) in samples() {
        for with_reasons in [false, true] {
            let mut options = FixOptions::default();
            options.check.with_reasons = with_reasons;
            options.check.count_reasons = with_reasons;
            hold(&file, &options).unwrap_or_else(|why| panic!("{name}: {why}"));
            options.kinds.set(FixKind::Quoting, true);
            hold(&file, &options).unwrap_or_else(|why| panic!("{name}, quoted: {why}"));
            for kind in FixKind::ALL {
                options.kinds = [kind].into_iter().collect();
                hold(&file, &options).unwrap_or_else(|why| panic!("{name}, {kind}: {why}"));
            }
        }
    }
}

#[test]
fn valid_samples_come_out_byte_for_byte() {
    for (name, file) in samples() {
        if name.contains("/valid/") {
            assert_eq!(by_default(&file).0, file, "{name}");
        }
    }
}

/// Samples of a rule that no longer break it after the fix.
#[test]
fn what_a_rule_finds_is_mended() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata");
    for (sample, rule, kind) in [
        ("e45/invalid/mixed-line-ends.txt", RuleId::MixedLineEnds, FixKind::LineEnds),
        ("e45/invalid/mixed-line-ends-crlf-first.txt", RuleId::MixedLineEnds, FixKind::LineEnds),
        ("e45/invalid/missing-terminator.txt", RuleId::MissingTerminator, FixKind::Terminator),
        ("e45/invalid/missing-terminator-bare.txt", RuleId::MissingTerminator, FixKind::Terminator),
        ("d0350/invalid/byte-order-mark-zhf.txt", RuleId::ByteOrderMark, FixKind::ByteOrderMark),
        ("e46/invalid/byte-order-mark.txt", RuleId::ByteOrderMark, FixKind::ByteOrderMark),
        ("e46/invalid/empty-line.txt", RuleId::EmptyLine, FixKind::EmptyLines),
        ("d0350/invalid/empty-line-zhf.txt", RuleId::EmptyLine, FixKind::EmptyLines),
        ("e45/invalid/record-count.txt", RuleId::RecordCount, FixKind::Count),
        ("e45/invalid/record-count-uklink.txt", RuleId::RecordCount, FixKind::Count),
        ("e45/invalid/record-count-bad-records.txt", RuleId::RecordCount, FixKind::Count),
        ("d0350/invalid/group-count.txt", RuleId::GroupCount, FixKind::Count),
        ("d0350/invalid/group-count-zhf.txt", RuleId::GroupCount, FixKind::Count),
        ("d0350/invalid/flow-count.txt", RuleId::FlowCount, FixKind::Count),
        ("e45/invalid/wrong-length-trailing-space.txt", RuleId::WrongLength, FixKind::Padding),
    ] {
        let file = fs::read(root.join(sample)).unwrap();
        let options = FixOptions::default();
        let fixed = fix_and_check(&file[..], &options, &mut |_| Ok(())).unwrap();
        assert!(fixed.fixes.count(kind) > 0, "{sample}: {:?}", fixed.fixes);
        assert_eq!(fixed.report.totals[rule], 0, "{sample}: {:?}", fixed.report.findings);
        let skipped = FixKind::ALL.into_iter().filter(|other| *other != kind).collect();
        let skipped = {
            let mut other = options.clone();
            other.kinds = skipped;
            other
        };
        let left = fix_and_check(&file[..], &skipped, &mut |_| Ok(())).unwrap();
        assert!(left.fixes.count(kind) == 0 && left.report.totals[rule] > 0, "{sample}");
    }
}

/// The message of a finding mentions fix for every kind that a finding is about.
#[test]
fn check_names_fix_for_every_kind() {
    let header = "A000000000042DXI20240628093000000007\n";
    let (record, trailer) = ("E451234567810A20240603\n", "Z990000000001\n");
    let whole = format!("{header}{record}{trailer}");
    for kind in FixKind::ALL {
        let file = match kind {
            FixKind::ByteOrderMark => format!("\u{feff}{whole}"),
            FixKind::EmptyLines => format!("{header}\n{record}{trailer}"),
            FixKind::TrailingPadding => format!("{whole}\u{1a}"),
            FixKind::MissingLineEndings => whole.replace('\n', ""),
            FixKind::LineEnds => whole.replace('\n', "\r\r\n"),
            FixKind::Terminator => whole.trim_end().to_owned(),
            FixKind::ZeroPadding => format!("{header}E45    123409N20240604\n{trailer}"),
            FixKind::Padding => format!("{header}{}   \n{trailer}", record.trim_end()),
            FixKind::CellSpaces => "\"E45\",1234567810, A,20240603\n".to_owned(),
            FixKind::TrailingCells => "E45,1234567810,A,20240603,,\n".to_owned(),
            FixKind::TrailingPipe => {
                "ZHV|1|D0350001|Z|DCCO|P|EELC|20240601120000||||OPER\n".to_owned()
            }
            FixKind::Count => format!("{header}{record}Z990000000009\n"),
            // style: no finding asks for it
            _ => continue,
        };
        let options = FixOptions::default();
        let fixed = fix_and_check(file.as_bytes(), &options, &mut |_| Ok(())).unwrap();
        assert!(fixed.fixes.count(kind) > 0, "{kind}: {:?}", fixed.fixes);
        let report = check(file.as_bytes(), &options.check).unwrap();
        let names = |text: &str| text.contains("`flagflow fix`");
        let found = &report.findings;
        assert!(
            found.iter().any(|found| names(&found.message) || names(found.rule.rule().help)),
            "{kind}: {found:?}"
        );
    }
}

#[test]
fn lines_that_do_not_end_with_lf_are_fixed_whole_or_not_at_all() {
    let record = "E451234567810A20240603";
    for (end, kind) in [("\r", FixKind::LineEnds), ("", FixKind::MissingLineEndings)] {
        let (output, report) = by_default(format!("{record}{end}").repeat(10_000).as_bytes());
        assert_eq!(output, format!("{record}\n").repeat(10_000).into_bytes());
        assert_eq!(report.bytes, 10_000 * (record.len() + end.len()) as u64);
        assert!(report.count(kind) >= 9_999);
        let goes_on = format!("{}\n{record}\n", format!("{record}{end}").repeat(10_000));
        let failed = mended(goes_on.as_bytes(), &FixOptions::default()).unwrap_err();
        assert!(failed.io_error().unwrap().to_string().contains("nothing is fixed"));
    }
}

#[test]
fn several_mistakes_of_one_line_are_mended_together() {
    let file = b"\"A00\", 42,\"DXI\",20240603,93000,0000001\r\n\"E45\", 00001234567810 ,\"A\",20240603\n\r\n\"Z99\",7";
    let (output, report) = by_default(file);
    assert_eq!(
        String::from_utf8(output).unwrap(),
        "\"A00\",42,\"DXI\",20240603,93000,1\r\n\"E45\",1234567810,\"A\",20240603\r\n\"Z99\",1\r\n"
    );
    let counts: BTreeMap<_, _> =
        report.iter().map(|(kind, count)| (kind.as_str(), count)).collect();
    let expected = [
        ("cell-spaces", 2),
        ("count", 1),
        ("empty-lines", 1),
        ("line-ends", 1),
        ("terminator", 1),
        ("zero-padding", 2),
    ];
    assert_eq!(counts, BTreeMap::from(expected));
}

#[test]
fn a_trailer_that_only_its_number_kept_from_being_read_gets_its_bar() {
    let header = "ZHV|1|D0350001|Z|DCCO|P|EELC|20240601120000||||OPER|\n81H|1\n";
    let (output, _) = by_default(format!("{header}ZPT|1|x||1|20240601120000\n").as_bytes());
    assert!(output.ends_with(b"81H|1|\nZPT|1|1||1|20240601120000|\n"));
}

/// A truncated file remains visibly truncated.
#[test]
fn a_last_line_that_may_be_cut_off_is_left() {
    let header = "ZHV|1|D0351001|P|EELC|Z|DCCO|20240601120000||||OPER|\n83H|1|\n\
                  84H|1|DC11|7|1013044353630|20240601|A|20240601|MRCY|\n";
    let group = format!(
        "{:60}\n83H000000000001\n84H000000000001DC110000000000071013044353630\
         20240601A20240601MRCY\n",
        "ZHF0000000001D0351001PEELCZDCCO20240601120000"
    );
    for file in [
        format!("{header}85H|5"),
        format!("{group}85H5"),
        "E451234567810A20240603\nE45123409N20240603".to_owned(),
        "E451234567810A20240603\nE451234567".to_owned(),
        "E451234567810A20240603\nZ9900".to_owned(),
    ] {
        assert_eq!(by_default(file.as_bytes()).0, file.as_bytes(), "{file}");
        let whole = by_default(format!("{file}\n").as_bytes()).1;
        assert!(whole.sum() > 0 || file.ends_with("1234567"), "{file}");
    }
}

#[test]
fn a_header_that_is_mended_names_the_flow() {
    let header = format!("{:60}", "ZHF0000000001D0351001PEELCZDCCO20240601120000");
    let group = "83H000000000001\n";
    let rejection = "000000000007101304435363020240601A20240601MRCY\n85H55  \n";
    let spoiled = format!("{}\n{group}84H1DC11{rejection}", header.trim_end());
    let (output, report) = by_default(spoiled.as_bytes());
    assert_eq!(
        String::from_utf8(output).unwrap(),
        format!("{header}\n{group}84H000000000001DC11{rejection}")
    );
    assert_eq!((report.count(FixKind::Padding), report.count(FixKind::ZeroPadding)), (1, 1));
}

#[test]
fn samples_are_limited_and_counts_are_not() {
    let file = "E451234567810A20240603\n\n".repeat(50);
    let mut options = FixOptions::default();
    options.samples = 3;
    let (_, report, told) = mended(file.as_bytes(), &options).unwrap();
    assert_eq!((report.samples.len(), report.sum(), told.len()), (3, 50, 50));
    assert_eq!(report.samples[2].to_string(), "line 6: empty-lines: dropped");
    options.check.mask = true;
    let (_, report, _) = mended(b"E45123409A20240603\r\nE45123409N20240604\n", &options).unwrap();
    let samples: Vec<_> = report.samples.iter().map(ToString::to_string).collect();
    assert_eq!(
        samples,
        [
            "line 1: zero-padding",
            "line 2: zero-padding",
            "line 2: line-ends: `\\x0A` -> `\\x0D\\x0A`"
        ]
    );
}

#[test]
fn what_cannot_be_mended_at_all_is_an_error() {
    let options = FixOptions::default();
    for (file, kind) in [
        (&b""[..], ErrorKind::Unrecognised),
        (b"\n\n", ErrorKind::Unrecognised),
        (b"\xEF\xBB\xBF\n", ErrorKind::Unrecognised),
        (b"what is this?\n", ErrorKind::Unrecognised),
    ] {
        assert_eq!(mended(file, &options).unwrap_err().kind(), kind, "{file:?}");
    }
    let mut options = options;
    options.check.max_line = 22;
    let long = b"E451234567810A20240603\nE451234567810A20240603 \n";
    let error = mended(long, &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Options);
    assert!(error.to_string().starts_with("line 2 has 23 bytes"), "{error}");
}

#[test]
fn the_result_is_checked_and_told() {
    let file = b"E45123409N20240603\nE451234567810A20241301\n";
    let mut fixed = fix_and_check(&file[..], &FixOptions::default(), &mut |_| Ok(())).unwrap();
    assert!(fixed.is_changed() && !fixed.is_clean());
    assert_eq!(fixed.report.count_of(Severity::Error), 1);
    let mut output = Vec::new();
    fixed.copy_to(&mut output).unwrap();
    assert_eq!(output, b"E450000123409N20240603\nE451234567810A20241301\n");
    let mut json = Vec::new();
    fixed.write_json(&mut json, "a file").unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["schema"], "flagflow-fix/1");
    assert_eq!(json["fixes"], serde_json::json!({ "zero-padding": 1 }));
    assert_eq!(json["samples"][0]["before"], "E45123409N20240603");
    assert_eq!(json["report"]["totals"]["invalid-date"], 1);
}

/// Spoils a line in some way, which may or may not be fixable.
fn spoil(line: &[u8], how: u8, place: usize) -> Vec<u8> {
    let at = place % (line.len() + 1);
    let mut line = line.to_vec();
    match how {
        0 => line.insert(at, b' '),
        1 => line.insert(at, b'0'),
        2 if at < line.len() => drop(line.remove(at)),
        3 => line.extend_from_slice(b"  "),
        4 => drop(line.pop()),
        5 => line = [b"\xEF\xBB\xBF", &line[..]].concat(),
        6 => line.push(b'\r'),
        7 => line.retain(|byte| *byte != b'"'),
        8 => line = line.into_iter().skip_while(|byte| *byte == b'0').collect(),
        9 => line.clear(),
        10 => line = String::from_utf8_lossy(&line).replace(',', " , ").into_bytes(),
        11 => {
            // the first run of zeros goes
            let start = line.iter().position(|byte| *byte == b'0').unwrap_or(0);
            let zeros = line[start..].iter().take_while(|byte| **byte == b'0').count();
            line.drain(start..start + zeros);
        }
        12 => line.extend_from_slice(b"|"),
        13 => line.push(b'\t'),
        14 => line.extend_from_slice(b" | |"),
        15 => line.extend_from_slice(b",,"),
        16 => line.extend_from_slice(b"\x1A"),
        17 => line.extend_from_slice(b"\0\0"),
        18 => {
            // the first run of zeros becomes spaces
            let start = line.iter().position(|byte| *byte == b'0').unwrap_or(0);
            let zeros = line[start..].iter().take_while(|byte| **byte == b'0').count();
            line[start..start + zeros].fill(b' ');
        }
        _ => {}
    }
    line
}

const FLOWS: [(Flow, Layout); 8] = [
    (Flow::E45, Layout::Fixed),
    (Flow::E45, Layout::Uklink),
    (Flow::E46, Layout::Fixed),
    (Flow::E46, Layout::Uklink),
    (Flow::D0350, Layout::Zhv),
    (Flow::D0350, Layout::Zhf),
    (Flow::D0351, Layout::Zhv),
    (Flow::D0351, Layout::Zhf),
];

fn generated(flow: Flow, layout: Layout, seed: u64, line_end: LineEnd) -> Vec<u8> {
    let mut options = GenerateOptions::new(flow, 6);
    (options.seed, options.layout, options.line_end) = (seed, layout, line_end);
    if matches!(flow, Flow::E45 | Flow::E46) && seed.is_multiple_of(2) {
        options.envelope = Some(HeaderValues::default());
    }
    let mut file = Vec::new();
    generate(&mut file, None, &options).unwrap();
    file
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn promises_hold_for_files_that_were_spoiled(
        flow in 0usize..FLOWS.len(),
        seed in 0u64..8,
        crlf in any::<bool>(),
        spoiled in prop::collection::vec((0usize..12, 0u8..20, any::<usize>(), 0u8..6), 0..6),
        kinds in prop_oneof![
            2 => Just(Kinds::default()),
            1 => prop::collection::vec(prop::sample::select(&FixKind::ALL[..]), 0..10)
                .prop_map(|kinds| kinds.into_iter().collect::<Kinds>()),
        ],
        told_layout in any::<bool>(),
    ) {
        let (flow, layout) = FLOWS[flow];
        let end = if crlf { LineEnd::CrLf } else { LineEnd::Lf };
        let file = generated(flow, layout, seed, end);
        let mut lines: Vec<(Vec<u8>, Vec<u8>)> = file
            .split_inclusive(|byte| *byte == b'\n')
            .map(|line| {
                let text = line.strip_suffix(end.as_bytes()).unwrap();
                (text.to_vec(), end.as_bytes().to_vec())
            })
            .collect();
        for (at, how, place, how_it_ends) in spoiled {
            let count = lines.len();
            let (text, end) = &mut lines[at % count];
            *text = spoil(text, how, place);
            match how_it_ends {
                1 => *end = b"\n".to_vec(),
                2 => *end = b"\r\n".to_vec(),
                3 if at % count == count - 1 => end.clear(),
                4 => *end = b"\r\r\n".to_vec(),
                5 => *end = b"\r".to_vec(),
                _ => {}
            }
        }
        let file: Vec<u8> = lines.into_iter().flat_map(|(text, end)| [text, end].concat()).collect();
        let mut options = FixOptions::default();
        options.kinds = kinds;
        if told_layout {
            options.check.layout = Some(layout);
        }
        let held = hold(&file, &options);
        prop_assert!(held.is_ok(), "{}: {}", held.unwrap_err(), file.escape_ascii());
    }

    /// Zeros that a number lost come back in their place, or nothing is done.
    #[test]
    fn zeros_come_back_in_their_place_or_not_at_all(
        flow in prop::sample::select(&[FLOWS[0], FLOWS[2], FLOWS[5], FLOWS[7]][..]),
        (seed, at, field) in (0u64..50, 0usize..9, 0usize..4),
    ) {
        let (flow, layout) = flow;
        let file = String::from_utf8(generated(flow, layout, seed, LineEnd::Lf)).unwrap();
        let line = file.lines().nth(at % file.lines().count()).unwrap();
        // starts of numbers: after the code, and after the outcome of an E46; in a header two more
        let starts = if line.starts_with("E46") { [5; 4] } else { [3, 3, 30, 33] };
        let is_header = line.starts_with("A00") || line.starts_with("ZHF");
        let start = starts[if is_header { field } else { 0 }];
        let zeros = line[start..].bytes().take_while(|byte| *byte == b'0').count();
        let spoiled = format!("{}{}", &line[..start], &line[start + zeros..]);
        let spoiled = file.replacen(line, &spoiled, 1);
        if zeros == 0 || check(spoiled.as_bytes(), &Options::default()).is_err() {
            return Ok(());
        }
        let mut only = FixOptions::default();
        only.kinds = [FixKind::ZeroPadding].into_iter().collect();
        let (output, ..) = mended(spoiled.as_bytes(), &only).unwrap();
        let output = String::from_utf8(output).unwrap();
        prop_assert!(output == file || output == spoiled, "{spoiled}{output}");
    }

    #[test]
    fn any_bytes_at_all(
        bytes in prop::collection::vec(
            prop::sample::select(&b"E45AZ9|ZHVXF0123456789,\"\r\n \xEF\xBB\xBF"[..]),
            0..120,
        ),
        layout in prop::sample::select(&Layout::ALL[..]),
    ) {
        let mut options = FixOptions::default();
        options.check.layout = Some(layout);
        let held = hold(&bytes, &options);
        prop_assert!(held.is_ok(), "{}: {}", held.unwrap_err(), bytes.escape_ascii());
    }
}
