//! Merge: corrected records go back to their places, and nothing else changes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod parting;

use std::io::BufReader;

use flagflow_check::{Flow, Layout, Options, RuleId};
use flagflow_exchange::merge::{MergeOptions, Merged, merge};
use flagflow_exchange::quarantine::{Fate, QuarantineOptions};
use flagflow_exchange::{ErrorKind, Result};
use proptest::prelude::*;

use parting::files::{generated, hostile_file, spoiled};
use parting::{Parted, part, try_part};

fn merged(
    accepted: &[u8],
    corrected: &[u8],
    reasons: Option<&str>,
    options: &MergeOptions,
) -> Result<(Vec<u8>, Merged)> {
    let mut file = Vec::new();
    let reasons = reasons.map(str::as_bytes);
    let merged = merge(accepted, corrected, reasons, &mut file, options)?;
    let mut again = Vec::new();
    let (accepted, corrected) =
        (BufReader::with_capacity(3, accepted), BufReader::with_capacity(2, corrected));
    merge(accepted, corrected, reasons, &mut again, options)?;
    assert!(again == file, "the buffers' sizes do not matter");
    Ok((file, merged))
}

fn with_reasons(check: &Options, parts: &Parted, corrected: &[u8]) -> Result<(Vec<u8>, Merged)> {
    let mut options = MergeOptions::default();
    (options.check, options.allow_bad) = (check.clone(), true);
    let mut reasons = parts.reasons.join("\n");
    reasons.push('\n');
    merged(&parts.accepted, corrected, Some(&reasons), &options)
}

const RECEIVED: &str = "A000000000042DXI20220601093000000001\nE451234567810A20220101\n\
                        E450000123409N20221301\nE454444444444A20220101\nX\nZ990000000004\n";

#[test]
fn corrected_records_go_back_to_their_places() {
    let parts = part(RECEIVED.as_bytes(), &QuarantineOptions::default());
    let corrected = b"E450000123409N20221231\r\nE455555555555A20220101";
    let options = MergeOptions::default();
    let reasons = parts.reasons.join("\n");
    let (file, told) = merged(&parts.accepted, corrected, Some(&reasons), &options).unwrap();
    assert_eq!(
        String::from_utf8(file).unwrap(),
        "A000000000042DXI20220601093000000001\nE451234567810A20220101\n\
         E450000123409N20221231\r\nE454444444444A20220101\nE455555555555A20220101\nZ990000000004\n"
    );
    assert!(told.may_be_published());
    assert_eq!((told.corrected, told.report.records, told.report.accepted), (2, 4, 4));

    let (file, _) = merged(&parts.accepted, corrected, None, &options).unwrap();
    assert_eq!(
        String::from_utf8(file).unwrap(),
        "A000000000042DXI20220601093000000001\nE451234567810A20220101\nE454444444444A20220101\n\
         E450000123409N20221231\r\nE455555555555A20220101\nZ990000000004\n"
    );
}

#[test]
fn what_is_still_bad_is_refused_and_listed() {
    let parts = part(RECEIVED.as_bytes(), &QuarantineOptions::default());
    let corrected = b"E450000123409N20221231\nE451234567810N20220101\n";
    let reasons = parts.reasons.join("\n");
    let options = MergeOptions::default();
    let (_, told) = merged(&parts.accepted, corrected, Some(&reasons), &options).unwrap();
    assert!(!told.may_be_published());
    let listed: Vec<String> = told.still_bad.iter().map(ToString::to_string).collect();
    assert_eq!(listed, ["corrected line 2: conflicting-update: E451234567810N20220101"]);
    assert_eq!(told.still_bad[0].rules, [RuleId::ConflictingUpdate]);

    let mut options = MergeOptions::default();
    (options.allow_bad, options.check.mask, options.samples) = (true, true, 1);
    let corrected = b"X1234567810\nY\n";
    let (_, told) = merged(&parts.accepted, corrected, Some(&reasons), &options).unwrap();
    assert!(told.may_be_published() && told.report.rejected == 2);
    let listed: Vec<String> = told.still_bad.iter().map(ToString::to_string).collect();
    assert_eq!(listed, ["corrected line 1: unknown-record"]);
}

#[test]
fn a_group_may_come_with_its_updates() {
    let header = "ZHV|7|D0350001|Z|DCCO|P|EELC|20220101000000||||OPER|\n";
    let file = format!(
        "{header}X01|1|\nX02|1|DC01|1013044353630|A|20220101|\nX01|x|\n\
         X02|2|DC01|1013044353630|A|20220102|\nX01|3|\nX02|4|DC01|1013044353630|A|20220103|\n\
         ZPT|7|6||3|20220101000000|\n"
    );
    let parts = part(file.as_bytes(), &QuarantineOptions::default());
    let corrected = [b"X01|2|\n", &parts.rejected[..]].concat();
    let (merged, told) = with_reasons(&Options::default(), &parts, &corrected).unwrap();
    assert_eq!(String::from_utf8(merged).unwrap(), file.replace("X01|x|", "X01|2|"));
    assert_eq!((told.report.rejected, told.corrected), (0, 1));
}

#[test]
fn lines_of_white_space_are_no_records() {
    let file = RECEIVED.replacen('\n', "\n \t\n", 1);
    let parts = part(file.as_bytes(), &QuarantineOptions::default());
    let (merged, _) = with_reasons(&Options::default(), &parts, &parts.rejected).unwrap();
    assert_eq!(String::from_utf8(merged).unwrap(), file);
}

#[test]
fn reasons_of_other_records_are_refused() {
    let parts = part(RECEIVED.as_bytes(), &QuarantineOptions::default());
    let reasons = parts.reasons.join("\n");
    let one = b"E450000123409N20221231\n";
    let three = [&one[..], one, one].concat();
    for (corrected, reasons, kind, part) in [
        (&one[..], reasons.as_str(), ErrorKind::Options, "list 2 records, and 1 are"),
        (&three[..], &reasons, ErrorKind::Options, "list 2 records, and 3 are"),
        (&one[..], "{\"record\":1,\"after\":99}", ErrorKind::Options, "another accepted file"),
        (&one[..], "none", ErrorKind::Table, "line 1: "),
        (
            b"\"E45\",1,\"A\",20220101\n",
            &parts.reasons[0],
            ErrorKind::Options,
            "fixed, the corrected one uklink",
        ),
    ] {
        let options = MergeOptions::default();
        let error = merged(&parts.accepted, corrected, Some(reasons), &options).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(part), "{error}");
    }
    let error = merged(b"", b"", None, &MergeOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unrecognised);
}

/// Whether nothing but records is wrong with a file, so that merging gives it back.
fn only_records_are_bad(file: &[u8], parts: &Parted) -> bool {
    let told = &parts.told;
    let counts = [RuleId::RecordCount, RuleId::GroupCount, RuleId::FlowCount];
    let is_whole = told.left_out == 0
        && told.trailer != Fate::Added
        && counts.iter().all(|rule| parts.report.totals[*rule] == 0);
    is_whole && !has_more_behind(file, parts)
}

/// Whether something stands behind the trailer, which would go back before it: a level-1 group that
/// stood there is none of the records then, but comes with the next one.
fn has_more_behind(file: &[u8], parts: &Parted) -> bool {
    let tags: &[&[u8]] = match parts.report.layout {
        Layout::Zhv | Layout::Zhf => &[b"ZPT"],
        _ => &[b"Z99", b"\"Z99"],
    };
    let mut lines = file.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    // the first one is the trailer, whatever stands in it
    lines.any(|line| tags.iter().any(|tag| line.starts_with(tag))) && lines.next().is_some()
}

/// What the reader of a file with two trailers, or of one of the other fuel, must not take for one.
#[test]
fn what_stands_behind_a_trailer_is_known() {
    let file = "E451234567810A20220101\nZ990000000001\n";
    for (behind, expected) in
        [("", false), ("\n\n", false), ("Z990000000001\n", true), ("ZPT|\n", true)]
    {
        let file = [file, behind].concat();
        let parts = part(file.as_bytes(), &QuarantineOptions::default());
        assert_eq!(has_more_behind(file.as_bytes(), &parts), expected, "{file}");
    }
}

fn assert_round(file: &[u8], check: Options) -> bool {
    let options = QuarantineOptions::new(check);
    // a reason alone, behind a rejected answer, is taken as one of its reasons
    let is_plain = |parts: &Parted| {
        let lone = |reason: &String| reason.contains("\"bytes\":\"S72");
        parts.told.may_be_published() && !parts.reasons.iter().any(lone)
    };
    let Some(parts) = try_part(file, &options).filter(is_plain) else { return false };
    let (merged, told) = match with_reasons(&options.check, &parts, &parts.rejected) {
        Ok(merged) => merged,
        // a header that was left out told how the file is read, or was all there was
        Err(error) => {
            assert!(parts.told.left_out > 0 || has_more_behind(file, &parts), "{error}");
            return false;
        }
    };
    assert_eq!(told.corrected, parts.told.rejected);
    if !only_records_are_bad(file, &parts) {
        return false;
    }
    assert!(
        merged == file,
        "{}\n-- merged\n{}\n-- received\n{}",
        parting::shown(&parts),
        String::from_utf8_lossy(&merged),
        String::from_utf8_lossy(file)
    );
    assert_eq!(told.report.rejected, parts.report.rejected);
    true
}

fn check(with_reasons: bool) -> Options {
    Options { with_reasons, max_line: 60, ..Options::default() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn unmended_records_of_a_hostile_file_go_back(file in hostile_file(), reasons in any::<bool>()) {
        assert_round(&file, check(reasons));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn unmended_records_of_a_spoiled_file_go_back(file in spoiled(), reasons in any::<bool>()) {
        assert_round(&file, check(reasons));
    }

    #[test]
    fn unmended_records_of_a_generated_file_go_back(file in generated()) {
        let bare = file.is_empty();
        prop_assert!(bare || assert_round(&file, Options::default()));
    }
}

#[test]
fn lines_that_nobody_holds_go_back_too() {
    let long = "E45".to_owned() + &"x".repeat(1_000_000);
    let file = format!("{long}\nE451234567810A20220101\n{long}\r\nE451234567810N20220101\n{long}");
    assert!(assert_round(file.as_bytes(), Options::default()));
}

#[test]
fn layouts_that_are_told_are_taken() {
    let options =
        Options { layout: Some(Layout::Zhv), flow: Some(Flow::D0350), ..Options::default() };
    let file = b"X01|1|\nX02|1|DC01|1013044353630|A|20220101|\nX02|x|\n";
    assert!(assert_round(file, options));
}
