//! Quarantine: every record is in one of the two parts, and the accepted one is a valid file.

use flagflow_check::{
    CrossRecords, EditionChoice, ErrorKind, Flow, Layout, Options, PerRule, RuleId, Severity,
};
use flagflow_domain::Edition;
use flagflow_files::{HeaderValues, UserFileValues};
use flagflow_intake::quarantine::{
    EnvelopeLineChange, Limits, QuarantineOptions, QuarantineRefusal,
};
use proptest::prelude::*;

use crate::parting::files::{generated, hostile_file, spoiled};
use crate::parting::{Parted, assert_parted, many_groups, part};

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn parted(file: &str) -> Parted {
    assert_parted(file.as_bytes(), &QuarantineOptions::default())
}

fn header_values() -> HeaderValues {
    HeaderValues {
        organisation_id: Some(7),
        file_type: None,
        creation_date: "20220601".parse().ok(),
        creation_time: "093000".parse().ok(),
        generation_number: Some(1),
    }
}

fn user_file_values() -> UserFileValues {
    UserFileValues {
        file_identifier: Some("0000000007".to_owned()),
        to_participant: Some("EELC".to_owned()),
        created: "20220601093000".parse().ok(),
        ..UserFileValues::default()
    }
}

#[test]
fn a_trailer_counts_what_is_left() {
    let parts = parted(
        "A000000000042DXI20220601093000000001\nE451234567810A20220101\nE450000123409N20221301\n\
         X\nZ990000000003\n",
    );
    assert_eq!(
        text(&parts.accepted),
        "A000000000042DXI20220601093000000001\nE451234567810A20220101\nZ990000000001\n"
    );
    assert_eq!(text(&parts.rejected), "E450000123409N20221301\nX\n");
    assert_eq!(
        (parts.told.header, parts.told.trailer),
        (EnvelopeLineChange::Kept, EnvelopeLineChange::Kept)
    );
    let reasons: Vec<serde_json::Value> =
        parts.reasons.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        reasons[0],
        serde_json::json!({
            "what": "record", "line": 3, "record": 2, "offset": 60, "length": 22, "end": "LF",
            "lines": 1, "after": 2, "withheld": null, "hex": null, "truncated": false,
            "rules": [{
                "rule": "invalid-date", "severity": "error",
                "field": "dcc_service_effective_from_date"
            }],
            "bytes": "E450000123409N20221301",
        })
    );
    assert_eq!(reasons[1]["rules"][0]["rule"], "unknown-record");
}

#[test]
fn a_bad_header_leaves_a_bare_file_or_is_replaced() {
    let file =
        "A000000000042DXI20221301093000000001\r\nE451234567810A20220101\r\nZ990000000001\r\n";
    let parts = parted(file);
    assert_eq!(text(&parts.accepted), "E451234567810A20220101\r\n");
    assert_eq!(
        (parts.told.header, parts.told.trailer),
        (EnvelopeLineChange::Dropped, EnvelopeLineChange::Dropped)
    );
    assert_eq!(parts.told.left_out, 2);

    let mut options = QuarantineOptions::default();
    options.header.creation_date = "20220601".parse().ok();
    let parts = assert_parted(file.as_bytes(), &options);
    assert_eq!(
        text(&parts.accepted),
        "A000000000042DXI20220601093000000001\r\nE451234567810A20220101\r\nZ990000000001\r\n",
        "what can be read of the old one stays"
    );
    assert_eq!(
        (parts.told.header, parts.told.trailer),
        (EnvelopeLineChange::Replaced, EnvelopeLineChange::Kept)
    );
}

#[test]
fn what_is_missing_of_an_envelope_is_added() {
    let parts = parted("A000000000042DXI20220601093000000001\nE451234567810A20220101");
    assert_eq!(
        text(&parts.accepted),
        "A000000000042DXI20220601093000000001\nE451234567810A20220101\nZ990000000001\n"
    );
    assert_eq!(parts.told.trailer, EnvelopeLineChange::Added);
    let parts = parted("E451234567810A20220101\nZ990000000001\n");
    assert_eq!(text(&parts.accepted), "E451234567810A20220101\n");
    let mut options = QuarantineOptions::default();
    options.header = header_values();
    let parts = assert_parted(b"E451234567810A20220101\n", &options);
    assert_eq!(
        text(&parts.accepted),
        "A000000000007DXI20220601093000000001\nE451234567810A20220101\nZ990000000001\n"
    );
}

/// A CR before an added line ending is content, and would be lost before LF alone.
#[test]
fn a_last_line_keeps_its_cr_before_what_is_added() {
    let mut options = QuarantineOptions::default();
    options.header = header_values();
    options.check.ignore[RuleId::UnknownRecord] = true;
    let file = b"E451234567810A20220101\n\r";
    let parts = assert_parted(file, &options);
    let made =
        "A000000000007DXI20220601093000000001\nE451234567810A20220101\n\r\r\nZ990000000002\n";
    assert_eq!(text(&parts.accepted), made);
    options.check.severity[RuleId::MixedLineEnds] = Severity::Error;
    let refused = assert_parted(file, &options).told.refusals;
    assert_eq!(refused, [QuarantineRefusal::StaysWrong(RuleId::MixedLineEnds)]);
    // with CRLF throughout nothing is mixed
    let crlf = assert_parted(b"E451234567810A20220101\r\n\r", &options);
    assert!(crlf.told.may_be_published() && text(&crlf.accepted).contains("101\r\n\r\r\nZ99"));

    // an ending is added to a header where a missing one is an error
    let header = b"A000000000042DXI20220601093000000001\r";
    let mut options = QuarantineOptions::default();
    options.check.ignore[RuleId::WrongLength] = true;
    options.check.severity[RuleId::MissingTerminator] = Severity::Error;
    let parts = assert_parted(header, &options);
    assert_eq!(text(&parts.accepted), format!("{}\r\nZ990000000000\n", text(header)));
}

#[test]
fn updates_below_a_bad_group_are_withheld() {
    let file = "ZHV|7|D0350001|Z|DCCO|P|EELC|20220101000000||||OPER|\n81H|1|\n\
                82H|1|DC01|1013044353630|A|20220101|MRCY|\n81H|x|\n\
                82H|2|DC01|1013044353630|A|20220102|MRCY|\n82H|3|DC01|1013044353630|A|20221301|MRCY|\n81H|3|\n\
                82H|4|DC01|1013044353630|A|20220103|MRCY|\nZPT|7|7||3|20220101000000|\n";
    let mut options = QuarantineOptions::default();
    options.check = many_groups();
    let parts = assert_parted(file.as_bytes(), &options);
    assert_eq!(
        text(&parts.accepted),
        "ZHV|7|D0350001|Z|DCCO|P|EELC|20220101000000||||OPER|\n81H|1|\n\
         82H|1|DC01|1013044353630|A|20220101|MRCY|\n81H|3|\n82H|4|DC01|1013044353630|A|20220103|MRCY|\n\
         ZPT|7|4||2|20220101000000|\n"
    );
    assert_eq!((parts.told.rejected, parts.told.withheld, parts.told.left_out), (2, 1, 1));
    assert!(parts.reasons[0].contains("\"group\""), "{}", parts.reasons[0]);
    assert!(parts.reasons[1].contains("\"bad-group\""), "{}", parts.reasons[1]);
}

/// A second group is a record, of which the error can be ignored. Once the group above it is left
/// out, it would be the group, so it is withheld; below a good group it is kept.
#[test]
fn a_record_that_would_become_a_group_is_withheld() {
    let mut options = QuarantineOptions::default();
    options.check.ignore[RuleId::GroupCardinality] = true;
    let header = "ZHV|7|D0350001|Z|DCCO|P|EELC|20220201000000||||OPER|\n";
    let trailer = "ZPT|7|2||2|20220201000000|\n";
    let bad = format!("{header}81H|x|\n81H|2|\n{trailer}");
    let parts = assert_parted(bad.as_bytes(), &options);
    assert_eq!(text(&parts.rejected), "81H|2|\n");
    assert_eq!((parts.told.rejected, parts.told.withheld, parts.told.left_out), (1, 1, 1));
    assert!(parts.reasons[1].contains("\"envelope-line\""), "{}", parts.reasons[1]);
    let good = format!("{header}81H|1|\n81H|2|\n{trailer}");
    let parts = assert_parted(good.as_bytes(), &options);
    assert_eq!((parts.told.accepted, text(&parts.accepted)), (1, good));
}

/// Groups of level 1 and 2 beside and below one another: a group that is left out takes what is
/// below it, groups too, and nothing else.
#[test]
fn a_bad_group_takes_the_groups_below_it_and_no_others() {
    let profile = include_str!("../../../../testdata/profiles/mine.toml");
    let (groups, _) = profile.split_once("[[group]]\ncode = \"U98\"").unwrap();
    let profile = format!(
        "{}{}{RECORDS}",
        groups.replace("occurs = \"1\"", "occurs = \"1..*\""),
        "[[group]]\ncode = \"U90\"\nlevel = 2\nparent = \"U97\"\noccurs = \"0..*\"\n\
         items = [{ name = \"remark\", format = \"CHAR(20)\" }]\n",
    );
    let mut options = QuarantineOptions::default();
    options.check.use_profile(flagflow_electricity::Profile::from_toml(&profile).unwrap());
    let update = |number| format!("U98|{number}|DC01|1013044353630|A|20220101|MRCY|\n");
    let header = "ZHV|7|D0350001|Z|DCCO|P|EELC|20220201000000||||OPER|\n";
    let (one, two, three, four) = (update(1), update(2), update(3), update(4));
    let file = format!(
        "{header}U97|1|\nU90|kept|\n{one}U90||\n{two}U97|x|\nU90|lost|\n{three}U97|3|\n{four}\
         ZPT|7|10||3|20220201000000|\n"
    );
    let parts = assert_parted(file.as_bytes(), &options);
    assert_eq!(
        text(&parts.accepted),
        format!("{header}U97|1|\nU90|kept|\n{one}{two}U97|3|\n{four}ZPT|7|6||2|20220201000000|\n")
    );
    assert_eq!((parts.told.rejected, parts.told.withheld, parts.told.left_out), (1, 1, 3));
    let withheld = |line: &String| line.contains("\"withheld\":\"bad-group\"");
    let withheld: Vec<_> = parts.reasons.iter().map(withheld).collect();
    assert_eq!(withheld, [false, false, true, true], "{:?}", parts.reasons);
}

const RECORDS: &str = r#"
[[group]]
code = "U98"
level = 2
parent = "U97"
occurs = "0..*"
items = [
    { name = "instruction_number", format = "INT(12)" },
    { name = "instruction_type", format = "CHAR(4)" },
    { name = "mpan_core", format = "NUM(13)" },
    { name = "dcc_service_flag", format = "CHAR(1)" },
    { name = "effective_from_date", format = "DATE(8)" },
    { name = "supplier_id", format = "CHAR(4)" },
]
"#;

/// The second rejection has a bad date, the third a bad reason, the fourth no reason.
const REJECTIONS: &str = "ZHV|7|D0351001|P|EELC|Z|DCCO|20220301000000||||OPER|\n83H|1|\n\
    84H|1|DC11|7|1013044353630|20220301|A|20220101|MRCY|\n85H|3|\n85H|58|\n\
    84H|2|DC11|8|1013044353630|20221301|A|20220101|MRCY|\n85H|3|\n\
    84H|3|DC11|9|1013044353630|20220301|A|20220101|MRCY|\n85H|38|\n85H|toolong|\n\
    84H|4|DC11|9|1013044353630|20220301|A|20220101|MRCY|\n\
    84H|5|DC11|10||20220301||||\n85H|38|\nZPT|7|12||1|20220301000000|\n";

#[test]
fn a_rejection_takes_its_reasons_along() {
    let parts = parted(REJECTIONS);
    assert_eq!(
        text(&parts.accepted),
        "ZHV|7|D0351001|P|EELC|Z|DCCO|20220301000000||||OPER|\n83H|1|\n\
         84H|1|DC11|7|1013044353630|20220301|A|20220101|MRCY|\n85H|3|\n85H|58|\n\
         84H|5|DC11|10||20220301||||\n85H|38|\nZPT|7|6||1|20220301000000|\n"
    );
    assert_eq!(
        text(&parts.rejected),
        "84H|2|DC11|8|1013044353630|20221301|A|20220101|MRCY|\n85H|3|\n\
         84H|3|DC11|9|1013044353630|20220301|A|20220101|MRCY|\n85H|38|\n85H|toolong|\n\
         84H|4|DC11|9|1013044353630|20220301|A|20220101|MRCY|\n"
    );
    assert_eq!((parts.told.accepted, parts.told.rejected), (2, 3));
}

#[test]
fn a_part_without_what_a_file_must_have_is_refused() {
    let short = [QuarantineRefusal::StaysWrong(RuleId::GroupCardinality)];
    let none_left = REJECTIONS.replace("|20220301|", "|20221301|");
    let no_group = "ZHV|7|D0350001|Z|DCCO|P|EELC|20220101000000||||OPER|\n81H|x|\n\
                    82H|1|DC01|1013044353630|A|20220101|MRCY|\nZPT|7|2||1|20220101000000|\n";
    let confirmations = "ZHV|7|D0172001|P|EELC|Z|DCCO|20220301000000||||OPER|\n749|1|\n\
                         357|1|DC90|20220301|A1|3|1|1|\nZPT|7|2||1|20220301000000|\n";
    for file in [&none_left, no_group, confirmations] {
        let parts = part(file.as_bytes(), &QuarantineOptions::default());
        assert_eq!(parts.told.refusals, short, "{file}");
    }
    // a group without records is a D0350, and a second group is no part of one
    let updates = no_group.replace("81H|x|", "81H|1|").replace("20220101|M", "20221301|M");
    assert_eq!(
        text(&parted(&updates).accepted),
        "ZHV|7|D0350001|Z|DCCO|P|EELC|20220101000000||||OPER|\n81H|1|\nZPT|7|1||1|20220101000000|\n"
    );
    let second = no_group.replace("81H|x|", "81H|1|\n81H|2|");
    let parts = parted(&second.replace("ZPT|7|2|", "ZPT|7|3|"));
    assert_eq!(text(&parts.rejected), "81H|2|\n");
    assert_eq!(parts.told.accepted, 1);
}

#[test]
fn an_electricity_file_with_a_bad_header_needs_another() {
    let file = b"ZHV|7|D0350001|Z|DCCO|P|EELC|20221301000000||||OPER|\n81H|1|\n\
                 82H|1|DC01|1013044353630|A|20220101|MRCY|\nZPT|7|2||1|20220101000000|\n";
    let parts = part(file, &QuarantineOptions::default());
    assert_eq!(parts.told.refusals, [QuarantineRefusal::NoHeader]);
    let mut options = QuarantineOptions::default();
    options.user_file = user_file_values();
    let parts = assert_parted(file, &options);
    assert_eq!(
        text(&parts.accepted),
        "ZHV|0000000007|D0350001|Z|DCCO|P|EELC|20220601093000||||OPER|\n81H|1|\n\
         82H|1|DC01|1013044353630|A|20220101|MRCY|\nZPT|0000000007|2||1|20220101000000|\n"
    );
    let mut options = QuarantineOptions::default();
    (options.check.layout, options.check.flow) = (Some(Layout::Zhv), Some(Flow::D0350));
    let parts = assert_parted(file, &options);
    assert_eq!(text(&parts.accepted), "81H|1|\n82H|1|DC01|1013044353630|A|20220101|MRCY|\n");
}

#[test]
fn limits_refuse_and_the_parts_are_whole_all_the_same() {
    let mut options = QuarantineOptions::default();
    options.limits = Limits { max_rejects: Some(0), max_reject_rate: "40%".parse().ok() };
    let parts = part(b"E451234567810A20220101\nE450000123409N20221301\n", &options);
    let refusals: Vec<String> = parts.told.refusals.iter().map(ToString::to_string).collect();
    assert_eq!(
        refusals,
        ["more than 0 rejected records", "more than 40 % of the records are rejected"]
    );
}

#[test]
fn lines_that_nobody_holds_come_out_whole() {
    let long = "E45".to_owned() + &"x".repeat(3_000_000);
    for end in ["\n", "\r\n"] {
        let file = format!("{long}{end}E451234567810A20220101{end}{long}{end}{long}");
        let parts = parted(&file);
        assert_eq!(text(&parts.rejected), format!("{long}{end}{long}{end}{long}"));
        assert!(parts.reasons.iter().all(|line| line.len() < 1000));
    }
}

#[test]
fn reasons_go_with_their_record() {
    let mut options = QuarantineOptions::default();
    (options.check.with_reasons, options.check.count_reasons) = (true, true);
    let many = "S72ABCDEFGH\n".repeat(20_000);
    let file = format!(
        "A000000000042DXI20220601093000000001\n\nE46RJ1234567810A20220101\n{many}\nS72ABCDEFGH\n\n\n\
         E46RJ0000123409N20221301\nS72ABCDEFGH\n{many}\nE46AC0000123409N20220101\nS72short\n\
         Z990000040006\n"
    );
    let parts = assert_parted(file.as_bytes(), &options);
    assert_eq!((parts.told.accepted, parts.told.rejected), (1, 2));
    assert_eq!(
        text(&parts.accepted),
        format!(
            "A000000000042DXI20220601093000000001\n\nE46RJ1234567810A20220101\n{many}\n\
             S72ABCDEFGH\n\n\n\nZ990000020002\n"
        )
    );
}

#[test]
fn an_error_of_the_whole_file_is_not_parted_away() {
    let mut options = QuarantineOptions::default();
    options.check.severity[RuleId::EditionUnknown] = Severity::Error;
    let parts = part(b"E451234567810A20220101\n", &options);
    assert_eq!(parts.told.refusals, [QuarantineRefusal::StaysWrong(RuleId::EditionUnknown)]);
    options.header = header_values();
    assert_parted(b"E451234567810A20220101\n", &options);
}

#[test]
fn nothing_is_parted_of_what_is_no_file() {
    for file in [&b""[..], b"\n\n", b"no file\n"] {
        let source = flagflow_files::Source::from_bytes(file);
        let outputs = flagflow_intake::quarantine::Outputs::default();
        let options = QuarantineOptions::default();
        flagflow_intake::quarantine(&source, outputs, &options).unwrap_err();
    }
}

/// Padding is in no record, and in neither part.
#[test]
fn padding_at_the_end_of_a_rejected_record_is_in_neither_part() {
    let file = b"E451234567810A20220101\nE451234567810?20220101\x1A\n";
    let parts = assert_parted(file, &QuarantineOptions::default());
    assert_eq!(parts.rejected, b"E451234567810?20220101\n");
    assert_eq!(parts.report.totals[RuleId::TrailingPadding], 1);
}

fn rule() -> impl Strategy<Value = RuleId> {
    prop::sample::select(RuleId::all().collect::<Vec<_>>())
}

/// Options of all kinds: rules ignored, raised and lowered, values given, the table too small.
#[derive(Clone, Debug)]
struct Knobs {
    ignored: Vec<RuleId>,
    raised: Vec<RuleId>,
    lowered: Vec<RuleId>,
    layout: Option<Layout>,
    flow: Option<Flow>,
    with_reasons: bool,
    count_reasons: bool,
    /// The table of the cross-record rules is past its bound at once.
    small: bool,
    /// Header values are given.
    given: bool,
    /// Lines past 25 bytes are too long.
    short: bool,
    mp077: bool,
}

fn knobs() -> impl Strategy<Value = Knobs> {
    let judged = (
        prop::collection::vec(rule(), 0..3),
        prop::collection::vec(rule(), 0..3),
        prop::collection::vec(rule(), 0..2),
        prop::option::weighted(0.2, prop::sample::select(Layout::ALL.to_vec())),
        prop::option::weighted(0.2, prop::sample::select(Flow::ALL.to_vec())),
    );
    (judged, prop::array::uniform6(any::<bool>())).prop_map(|(judged, more)| {
        let (ignored, raised, lowered, layout, flow) = judged;
        let [with_reasons, count_reasons, small, given, short, mp077] = more;
        Knobs {
            ignored,
            raised,
            lowered,
            layout,
            flow,
            with_reasons,
            count_reasons,
            small,
            given,
            short,
            mp077,
        }
    })
}

impl Knobs {
    fn options(&self) -> QuarantineOptions {
        let severity = |rule: RuleId| match rule {
            rule if self.raised.contains(&rule) => Severity::Error,
            rule if self.lowered.contains(&rule) => Severity::Warning,
            rule => rule.rule().severity,
        };
        let mut check = Options {
            ignore: PerRule::from_fn(|rule| self.ignored.contains(&rule)),
            severity: PerRule::from_fn(severity),
            layout: self.layout,
            flow: self.flow,
            with_reasons: self.with_reasons,
            count_reasons: self.count_reasons,
            max_line: if self.short { 25 } else { 1000 },
            ..Options::default()
        };
        if self.small {
            check.cross_records = CrossRecords::Within { memory: 1 };
        }
        if self.mp077 {
            check.edition = EditionChoice::Given(Edition::Mp077);
        }
        let mut options = QuarantineOptions::new(check);
        if self.given {
            options.header = header_values();
            options.user_file = user_file_values();
        }
        options
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn every_record_of_a_hostile_file_is_in_one_part(file in hostile_file(), knobs in knobs()) {
        assert_parted(&file, &knobs.options());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn every_record_of_a_spoiled_file_is_in_one_part(file in spoiled(), knobs in knobs()) {
        assert_parted(&file, &knobs.options());
    }

    #[test]
    fn planted_faults_are_parted_by_usual_options(file in generated(), small in any::<bool>()) {
        let mut options = QuarantineOptions::default();
        if small {
            options.check.cross_records = CrossRecords::Within { memory: 1 };
        }
        if let Some(parts) = crate::parting::try_part(&file, &options) {
            prop_assert!(parts.told.may_be_published(), "{:?}", parts.told);
            assert_parted(&file, &options);
        } else {
            prop_assert_eq!(
                flagflow_check::check(file.as_slice(), &options.check).unwrap_err().kind(),
                ErrorKind::Empty
            );
        }
    }
}
