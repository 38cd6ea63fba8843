//! One file after another, over every sample.

use flagflow_check::{
    FileIdentity, FileNumber, Finding, Flow, Options, Report, Sequence, Series, check, identify,
};

use crate::common::samples;

fn after(file: &[u8], sequence: Sequence) -> Report {
    check(file, &Options { sequence, max_samples: None, ..Options::default() }).unwrap()
}

fn is_of_the_sequence(finding: &Finding) -> bool {
    finding.rule.name().starts_with("sequence-") || finding.rule.name() == "same-content"
}

/// A file after itself is a repetition, and the rest of its report does not change.
#[test]
fn a_file_after_itself_is_the_same_file() {
    let mut compared = 0;
    for (path, file) in samples() {
        let Ok(itself) = identify(&file[..], &Options::default()) else { continue };
        let alone = after(&file, Sequence::Off);
        let mut again = after(&file, Sequence::After(itself.clone()));
        let rules: Vec<_> = again.findings.iter().filter(|f| is_of_the_sequence(f)).collect();
        let mut rules: Vec<_> = rules.iter().map(|finding| finding.rule.name()).collect();
        rules.sort_by_key(|rule| *rule == "same-content");
        let is_numbered = itself.number.is_some() || itself.identifier.is_some();
        let number = if is_numbered { "sequence-repeated" } else { "sequence-unknown" };
        let expected = [number, "same-content"];
        assert_eq!(rules, expected[..1 + usize::from(alone.records > 0)], "{}", path.display());
        assert_eq!(again.identity.as_ref(), Some(&itself));
        again.findings.retain(|finding| !is_of_the_sequence(finding));
        assert_eq!(again.findings, alone.findings, "{}", path.display());
        assert_eq!((alone.identity, again.rejected), (None, alone.rejected));
        compared += 1;
    }
    assert!(compared > 300, "{compared}");
}

/// Returns a gas file of an organisation, with a generation number and these records.
fn gas(organisation: u32, generation: u32, records: &[&str]) -> String {
    let lines: String = records.iter().map(|record| format!("{record}\n")).collect();
    let count = records.len();
    format!("A00{organisation:010}DXI20220201093000{generation:06}\n{lines}Z99{count:010}\n")
}

fn rules_of(report: &Report) -> Vec<&str> {
    report.findings.iter().map(|finding| finding.rule.name()).collect()
}

/// Each file is compared with the file before it.
#[test]
fn files_follow_one_another() {
    let mut sequence = Sequence::First;
    for (generation, expected) in [
        (7, &[][..]),
        (8, &[]),
        (10, &["sequence-skipped"]),
        (10, &["sequence-repeated"]),
        (9, &["sequence-backwards"]),
        (10, &[]),
    ] {
        let report = after(gas(1, generation, &[]).as_bytes(), sequence.clone());
        assert_eq!(rules_of(&report), expected, "{generation}");
        sequence.follow(report.identity.as_ref());
        let Sequence::After(identity) = &sequence else { panic!("{sequence:?}") };
        assert_eq!(identity.number, Some(FileNumber::Generation(generation)));
    }
    let before = sequence.clone();
    sequence.follow(after(gas(1, 11, &[]).as_bytes(), Sequence::Off).identity.as_ref());
    assert_eq!(sequence, before, "where files do not follow one another nothing does");
}

/// Other records of the same number, or the same records in another order, are different content.
#[test]
fn the_same_records_are_the_same_bytes_in_the_same_order() {
    let [one, other] = ["E451234567810A20220101", "E450000123409A20220101"];
    let of = |generation, records: &[&str]| {
        let file = gas(1, generation, records);
        identify(file.as_bytes(), &Options::default()).unwrap().content.unwrap()
    };
    let content = of(1, &[one, other]);
    assert!(content.has_the_same_records(&of(2, &[one, other])));
    assert!(!content.has_the_same_records(&of(2, &[other, one])));
    assert!(!content.has_the_same_records(&of(2, &[one, one])));
    assert!(!content.has_the_same_records(&of(2, &[one])));
    assert!(!of(1, &[]).has_the_same_records(&of(2, &[])), "no records are not the same ones");
}

/// Among several files, the file of the same series is the previous file.
#[test]
fn a_file_is_held_against_its_own_series() {
    let gas = |organisation, generation| self::gas(organisation, generation, &[]);
    let of = |text: String| identify(text.as_bytes(), &Options::default()).unwrap();
    let last = vec![FileIdentity::default(), of(gas(1, 7)), of(gas(2, 30))];
    let report = |text: String| after(text.as_bytes(), Sequence::Among(last.clone()));
    assert_eq!(rules_of(&report(gas(1, 8))), [""; 0]);
    assert_eq!(rules_of(&report(gas(2, 30))), ["sequence-repeated"]);
    assert_eq!(rules_of(&report(gas(3, 1))), [""; 0]);
    assert_eq!(rules_of(&report("E451234567810A20220101\n".to_owned())), ["edition-unknown"]);
}

/// A file is identified as far as its header can be read.
#[test]
fn an_issue_is_what_the_header_says() {
    let of = |text: &str| {
        let identity = identify(text.as_bytes(), &Options::default()).unwrap();
        (identity.series, identity.number)
    };
    let series = Series::Gas { organisation_id: 42, file_type: "DXI".parse().unwrap() };
    let generation = |number| Some(FileNumber::Generation(number));
    assert_eq!(of(&gas(42, 7, &[])), (Some(series.clone()), generation(7)));
    let uklink = |header: &str| format!("{header}\n\"Z99\",0\n");
    assert_eq!(of(&uklink("\"A00\",42,\"DXI\",20220201,93000,7")), (Some(series), generation(7)));
    assert_eq!(of(&uklink("\"A00\",4x,\"DXI\",20220201,93000,0")), (None, generation(0)));
    assert_eq!(of(&uklink("\"A00\",42,\"DXIX\",20220201,93000,1")), (None, generation(1)));
    assert_eq!(of(&uklink("\"A00\",42,\"DXI\",20220201,93000,1000000")).1, None);
    assert_eq!(of("E451234567810A20220101\n"), (None, None));
}

/// An electricity file is identified by flow, sender, receiver and J0330, and by its identifier.
#[test]
fn an_electricity_file_is_identified_by_its_first_group() {
    let of = |flow: &str, identifier: &str, (from, to): (&str, &str), group: &str| {
        let header = format!("ZHV|{identifier}|{flow}|Z|{from}|P|{to}|20220301093000||||OPER|");
        let text = format!("{header}\n{group}\n");
        let identity = identify(text.as_bytes(), &Options::default()).unwrap();
        (identity.series, identity.number, identity.identifier)
    };
    let series = |flow, from: &str, to: &str| {
        let (from_participant, to_participant) = (from.to_owned(), to.to_owned());
        Some(Series::Electricity { flow, from_participant, to_participant })
    };
    let number = |number| Some(FileNumber::Sequence(number));
    let identifier = |text: &str| Some(text.to_owned());
    let dcc = series(Flow::D0350, "DCCO", "EELC");
    for (flow, found, group) in [
        ("D0350001", dcc.clone(), "81H|0042|"),
        ("D0351001", series(Flow::D0351, "EELC", "DCCO"), "83H|42|"),
        ("D0172001", series(Flow::D0172, "LOND", "DCCO"), "749|42|"),
    ] {
        let Some(Series::Electricity { from_participant, to_participant, .. }) = &found else {
            panic!("{flow}")
        };
        let identified = of(flow, "0000000042", (from_participant, to_participant), group);
        assert_eq!(identified, (found.clone(), number(42), identifier("0000000042")));
    }
    let of = |identifier: &str, parties, group: &str| of("D0350001", identifier, parties, group);
    let both = ("DCCO", "EELC");
    assert_eq!(of("", both, "81H|7|"), (dcc.clone(), number(7), None));
    assert_eq!(of("A B", both, "81H|7|"), (dcc.clone(), number(7), None));
    for group in ["81H|x|", "81H||", "81H|1234567890123|", "81H|1|2|", "82H|1|DC01|"] {
        assert_eq!(of("42", both, group), (dcc.clone(), None, identifier("42")), "{group}");
    }
    for parties in [("", "EELC"), ("DCCO", ""), ("DCCO", "\u{e9}")] {
        assert_eq!(of("42", parties, "81H|7|"), (None, number(7), identifier("42")));
    }
}

/// An identity that was kept when electricity files were compared by their identifiers is read.
#[test]
fn an_older_identity_is_read() {
    let kept = r#"{"series":{"electricity":{"flow":"d0350","from_participant":"DCCO"}},
        "number":{"identifier":"0000000042"},"content":null}"#;
    let identity: FileIdentity = serde_json::from_str(kept).unwrap();
    assert_eq!(identity.number, Some(FileNumber::Text("0000000042".to_owned())));
    assert_eq!(identity.identifier, None);
}

/// A serialised identity is deserialised without change.
#[test]
fn issues_can_be_kept() {
    for (path, file) in samples() {
        let Ok(kept) = identify(&file[..], &Options::default()) else { continue };
        let text = serde_json::to_string(&kept).unwrap();
        assert_eq!(
            serde_json::from_str::<FileIdentity>(&text).unwrap(),
            kept,
            "{}",
            path.display()
        );
    }
    let numbered = FileIdentity::numbered(FileNumber::Generation(7));
    assert!(numbered.series.is_none() && numbered.content.is_none());
}
