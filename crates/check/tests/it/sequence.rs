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
        let rules: Vec<_> = rules.iter().map(|finding| finding.rule.name()).collect();
        let number = if itself.number.is_some() { "sequence-repeated" } else { "sequence-unknown" };
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

    let zhv = |flow: &str, identifier: &str, from: &str| {
        format!("ZHV|{identifier}|{flow}|Z|{from}|P|EELC|20220301093000||||OPER|\nX01|1|\n")
    };
    let series =
        |flow, from: &str| Some(Series::Electricity { flow, from_participant: from.to_owned() });
    let identifier = |text: &str| Some(FileNumber::Identifier(text.to_owned()));
    let told = of(&zhv("D0350001", "0000000042", "DCCO"));
    assert_eq!(told, (series(Flow::D0350, "DCCO"), identifier("0000000042")));
    let told = of(&zhv("D0351001", "AB", "EELC"));
    assert_eq!(told, (series(Flow::D0351, "EELC"), identifier("AB")));
    assert_eq!(of(&zhv("D0350001", "", "DCCO")), (series(Flow::D0350, "DCCO"), None));
    assert_eq!(of(&zhv("D0350001", "42", "")), (None, identifier("42")));
    assert_eq!(of(&zhv("D0350001", "42", "\u{e9}")), (None, identifier("42")));
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
