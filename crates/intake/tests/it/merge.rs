//! Merge: corrected records go back to their places, and nothing else changes.

use std::io::{BufReader, Read};

use flagflow_check::{Flow, Layout, Options, RuleId};
use flagflow_files::{ErrorKind, Result, Source};
use flagflow_intake::merge::{MergeOptions, Merged, merge, open_corrected};
use flagflow_intake::quarantine::{EnvelopeLineChange, QuarantineOptions};
use proptest::prelude::*;

use crate::parting::files::{BEGINNINGS, generated, hostile_file, spoiled};
use crate::parting::{Parted, many_groups, part, try_part};

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
    let source = Source::from_bytes(reasons.as_bytes());
    let mut read = Vec::new();
    open_corrected(&Source::from_bytes(corrected), Some(&source))?.read_to_end(&mut read).unwrap();
    assert!(read == corrected, "the rejected part is not compressed, whatever its first bytes");
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
         E450000123409N20221231\nE454444444444A20220101\nE455555555555A20220101\nZ990000000004\n"
    );
    assert_eq!(told.left_out.to_string(), "line endings changed: 1");
    assert!(told.may_be_published());
    assert_eq!((told.corrected, told.report.records, told.report.accepted), (2, 4, 4));

    let (file, _) = merged(&parts.accepted, corrected, None, &options).unwrap();
    assert_eq!(
        String::from_utf8(file).unwrap(),
        "A000000000042DXI20220601093000000001\nE451234567810A20220101\nE454444444444A20220101\n\
         E450000123409N20221231\nE455555555555A20220101\nZ990000000004\n"
    );
}

/// Tests the envelope of a corrected gas file, and other additions around its records by a sender
/// or an editor.
#[test]
fn what_stands_around_corrected_records_is_left_out() {
    let parts = part(RECEIVED.as_bytes(), &QuarantineOptions::default());
    let reasons = parts.reasons.join("\n");
    let expected = "A000000000042DXI20220601093000000001\nE451234567810A20220101\n\
                    E450000123409N20221231\nE454444444444A20220101\nE455555555555A20220101\n\
                    Z990000000004\n";
    let (one, two) = ("E450000123409N20221231", "E455555555555A20220101");
    let header = "A000000000042DXI20220602093000000002";
    for (corrected, left_out) in [
        (format!("{one}\n{two}\n"), ""),
        (format!("{header}\n{one}\n{two}\nZ990000000002\n"), "left out: 1 header, 1 trailer"),
        (format!("{header}\n{one}\n{two}\n"), "left out: 1 header"),
        (format!("{one}\n{two}\nZ990000000002"), "left out: 1 trailer"),
        (
            format!("{header}\n{one}\nZ991\n{header}\n{two}\nZ99x\n"),
            "left out: 2 headers, 2 trailers",
        ),
        (format!("\n{one}\n\n \t \n{two}\n\r\n"), "left out: 4 empty lines"),
        (format!("\u{FEFF}{one}\n{two}\n"), "left out: 1 byte-order mark"),
        (format!("{one}\r\n{two}\r\n"), "line endings changed: 2"),
        (format!("{one}\n{two}"), ""),
        (format!("{one}\n{two}\n\x1A"), "left out: 1 piece of padding"),
        (format!("{one}\n{two}\x1A\n"), "left out: 1 piece of padding"),
        (format!("{one}\n{two}\n\0\0\0"), "left out: 1 piece of padding"),
    ] {
        let options = MergeOptions::default();
        let (file, told) =
            merged(&parts.accepted, corrected.as_bytes(), Some(&reasons), &options).unwrap();
        assert_eq!(String::from_utf8_lossy(&file), expected, "{corrected:?}");
        assert_eq!((told.left_out.to_string().as_str(), told.corrected), (left_out, 2));
        assert!(told.may_be_published());
    }
    let one_bad = format!("{one}\x1A\n{two}\n");
    let options = MergeOptions::default();
    let (_, told) = merged(&parts.accepted, one_bad.as_bytes(), Some(&reasons), &options).unwrap();
    assert!(!told.may_be_published(), "padding ends a file and nothing else");
}

/// A header that was rejected as a record is a record, as long as it is unchanged.
#[test]
fn rejected_headers_and_trailers_are_records() {
    let file = "A000000000042DXI20220602093000000002\nE451234567810A20220101\n\
                A000000000042DXI20220602093000000002\nE45\nZ990000000003\n";
    let parts = part(file.as_bytes(), &QuarantineOptions::default());
    let reasons = parts.reasons.join("\n");
    let all = parts.rejected.clone();
    let (merged, told) = with_reasons(&Options::default(), &parts, &all).unwrap();
    assert!(merged == file.as_bytes() && told.left_out.is_nothing(), "{reasons}");
    let crlf = String::from_utf8(all).unwrap().replace('\n', "\r\n");
    let (merged, told) = with_reasons(&Options::default(), &parts, crlf.as_bytes()).unwrap();
    assert!(merged == file.as_bytes(), "{reasons}");
    assert_eq!(told.left_out.line_endings, told.corrected);
}

#[test]
fn a_corrected_user_file_gives_its_updates_alone() {
    let header = "ZHV|7|D0350001|Z|DCCO|P|EELC|20220101000000||||OPER|\n";
    let file = format!(
        "{header}81H|1|\n82H|1|DC01|1013044353630|A|20220101|MRCY|\n\
         82H|2|DC01|1013044353630|?|20220102|MRCY|\n81H|3|\n82H|4|DC01|1013044353630|A|20220103|MRCY|\n\
         ZPT|7|5||2|20220101000000|\n"
    );
    let check = many_groups();
    let mut options = QuarantineOptions::default();
    options.check = check.clone();
    let parts = part(file.as_bytes(), &options);
    let update = "82H|2|DC01|1013044353630|N|20220102|MRCY|\n";
    let expected = file.replace('?', "N");
    for (corrected, left_out) in [
        (
            format!("{header}81H|9|\n{update}ZPT|7|2||1|20220101000000|\n"),
            "left out: 1 header, 1 trailer, 1 level-1 group",
        ),
        (format!("81H|1|\n{update}"), "left out: 1 level-1 group"),
        (update.replace('\n', "\r\n"), "line endings changed: 1"),
    ] {
        let (merged, told) = with_reasons(&check, &parts, corrected.as_bytes()).unwrap();
        assert_eq!(String::from_utf8_lossy(&merged), expected, "{corrected:?}");
        assert_eq!(told.left_out.to_string(), left_out);
    }
    // the updates of a bad group come with a good one, in whatever file
    let file = file.replace("81H|3|", "81H|x|").replace('?', "N");
    let parts = part(file.as_bytes(), &options);
    let update = String::from_utf8(parts.rejected.clone()).unwrap();
    let corrected = format!("{header}81H|3|\n{update}ZPT|7|2||1|20220101000000|\n");
    let (merged, _) = with_reasons(&check, &parts, corrected.as_bytes()).unwrap();
    assert_eq!(String::from_utf8_lossy(&merged), file.replace("81H|x|", "81H|3|"));
}

#[test]
fn a_corrected_rejection_has_its_own_reasons() {
    let header = "ZHV|7|D0351001|P|EELC|Z|DCCO|20220301000000||||OPER|\n";
    let file = format!(
        "{header}83H|1|\n84H|1|DC11|7|1013044353630|20220301|A|20220101|MRCY|\n85H|3|\n\
         84H|2|DC11|8||20221301||||\n85H|38|\n84H|3|DC11|9||20220301||||\n85H|38|\n\
         ZPT|7|7||1|20220301000000|\n"
    );
    assert!(assert_round(file.as_bytes(), Options::default()));
    let parts = part(file.as_bytes(), &QuarantineOptions::default());
    let rejection = "84H|2|DC11|8||20220301||||\n85H|38|\n85H|3|\n";
    let expected = file.replace("84H|2|DC11|8||20221301||||\n85H|38|\n", rejection);
    let expected = expected.replace("ZPT|7|7|", "ZPT|7|8|");
    for corrected in
        [rejection.to_owned(), format!("{header}83H|1|\n{rejection}ZPT|7|4||1|20220301000000|\n")]
    {
        let (merged, told) =
            with_reasons(&Options::default(), &parts, corrected.as_bytes()).unwrap();
        assert_eq!(String::from_utf8_lossy(&merged), expected, "{corrected}");
        assert_eq!((told.report.rejected, told.corrected), (0, 1));
    }
}

/// A rejected part goes back byte for byte, whatever its first bytes look like, masked or not.
#[test]
fn a_rejected_part_may_begin_with_anything() {
    for beginning in BEGINNINGS {
        for rest in [&b""[..], b"E451234567810A20220101", b"A00", b"ZHV|1|", b"\"E45\",1"] {
            let file = [
                &b"A000000000042DXI20220601093000000001\nE451234567810A20220101\n"[..],
                beginning,
                rest,
                b"\nE450000123409N20221301\r\nZ990000000003\n",
            ]
            .concat();
            for mask in [false, true] {
                let check = Options { mask, ..Options::default() };
                let round = assert_round(&file, check);
                assert!(round || rest.is_empty(), "{beginning:?} {rest:?}");
            }
        }
    }
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
        "{header}81H|1|\n82H|1|DC01|1013044353630|A|20220101|MRCY|\n81H|x|\n\
         82H|2|DC01|1013044353630|A|20220102|MRCY|\n81H|3|\n82H|4|DC01|1013044353630|A|20220103|MRCY|\n\
         ZPT|7|6||3|20220101000000|\n"
    );
    let check = many_groups();
    let mut options = QuarantineOptions::default();
    options.check = check.clone();
    let parts = part(file.as_bytes(), &options);
    let corrected = [b"81H|2|\n", &parts.rejected[..]].concat();
    let (merged, told) = with_reasons(&check, &parts, &corrected).unwrap();
    assert_eq!(String::from_utf8(merged).unwrap(), file.replace("81H|x|", "81H|2|"));
    assert_eq!((told.report.rejected, told.corrected), (0, 1));
}

#[test]
fn lines_of_white_space_are_no_records() {
    let file = RECEIVED.replacen('\n', "\n \t\n", 1);
    let parts = part(file.as_bytes(), &QuarantineOptions::default());
    let (merged, _) = with_reasons(&Options::default(), &parts, &parts.rejected).unwrap();
    assert_eq!(String::from_utf8(merged).unwrap(), file);
}

/// Before LF alone the CR would be a part of the ending, and the record an empty line.
#[test]
fn a_rejected_last_line_keeps_its_cr() {
    let parts = part(b"E451234567810A20220101\n\r", &QuarantineOptions::default());
    let accepted = [&parts.accepted[..], b"E450000123409N20220101\n"].concat();
    let mut options = MergeOptions::default();
    options.allow_bad = true;
    let (file, merged) =
        merged(&accepted, &parts.rejected, Some(&parts.reasons.join("\n")), &options).unwrap();
    assert_eq!(file, b"E451234567810A20220101\n\r\r\nE450000123409N20220101\n");
    assert_eq!(merged.report.records, 3);
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

/// Returns true if only records are wrong with a file, so that merging restores it.
fn only_records_are_bad(file: &[u8], parts: &Parted) -> bool {
    let told = &parts.told;
    let counts = [RuleId::RecordCount, RuleId::GroupCount, RuleId::FlowCount];
    // padding is in neither part
    let is_whole = told.left_out == 0
        && parts.report.totals[RuleId::TrailingPadding] == 0
        && parts.report.totals[RuleId::SecondFile] == 0
        && told.trailer != EnvelopeLineChange::Added
        && counts.iter().all(|rule| parts.report.totals[*rule] == 0);
    is_whole && !has_more_behind(file, parts)
}

/// Returns true if anything follows the trailer, which would be inserted before it: a level-1 group
/// at that place then belongs to the next record.
fn has_more_behind(file: &[u8], parts: &Parted) -> bool {
    let tags: &[&[u8]] = match parts.report.layout {
        Layout::Zhv | Layout::Zhf => &[b"ZPT"],
        _ => &[b"Z99", b"\"Z99"],
    };
    let mut lines = file.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    // the first one is the trailer, whatever its content
    lines.any(|line| tags.iter().any(|tag| line.starts_with(tag))) && lines.next().is_some()
}

/// Lines that the reader of a file with two trailers, or of a file of the other fuel, must not take
/// for a trailer.
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
    let is_published = |parts: &Parted| parts.told.may_be_published();
    let Some(parts) = try_part(file, &options).filter(is_published) else { return false };
    let (merged, told) = match with_reasons(&options.check, &parts, &parts.rejected) {
        Ok(merged) => merged,
        // a header that was left out gave the file's shape, or was the only line
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
        crate::parting::shown(&parts),
        String::from_utf8_lossy(&merged),
        String::from_utf8_lossy(file)
    );
    assert_eq!(told.report.rejected, parts.report.rejected);
    true
}

fn check(with_reasons: bool, mask: bool) -> Options {
    Options { with_reasons, mask, max_line: 60, ..Options::default() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn unmended_records_of_a_hostile_file_go_back(
        file in hostile_file(),
        reasons in any::<bool>(),
        mask in any::<bool>(),
    ) {
        assert_round(&file, check(reasons, mask));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn unmended_records_of_a_spoiled_file_go_back(file in spoiled(), reasons in any::<bool>()) {
        assert_round(&file, check(reasons, false));
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
    let file = b"81H|1|\n82H|1|DC01|1013044353630|A|20220101|MRCY|\n82H|x|\n";
    assert!(assert_round(file, options));
}
