//! Texts for people: the names of items. No two are the same, since a person who reads one of them
//! is to know which it was.

use std::collections::BTreeSet;

use flagflow_electricity::{
    Field, Flow, ItemSpec, Layout, Profile, Reader, ReaderOptions, ReasonCode, Record, SupplierId,
    Timestamp,
};

const FILE: &[u8] = b"ZHV|0000475656|D0350001|Z|DCCO|P|EELC|20211105093000|SA|RA|B|OPER|
81H|1|
82H|7|DC01|1013044353630|A|20211105|MRCY|
ZPT|0000475656|2||1|20211105093001|
";

#[test]
fn an_item_is_named_in_reports_and_in_the_catalogue() {
    let mut named = BTreeSet::new();
    for profile in Flow::ALL.map(Profile::builtin) {
        for line in profile.table(Layout::Zhv).lines() {
            let names =
                |spec: &ItemSpec| (spec.field.name().to_owned(), spec.field.item().to_owned());
            named.extend(line.items().iter().map(names));
        }
        let (opening, records) = (profile.opening_group().unwrap(), profile.record_group());
        assert_eq!((opening.level(), records.level()), (1, 2));
    }
    let names: BTreeSet<_> = named.iter().map(|(name, _)| name).collect();
    let items: BTreeSet<_> = named.iter().map(|(_, item)| item).collect();
    assert_eq!((names.len(), items.len()), (29, 29), "{named:?}");
    let titles: BTreeSet<_> = Flow::ALL.iter().map(|flow| flow.title()).collect();
    assert_eq!(titles.len(), 3);
}

#[test]
fn a_header_says_all_its_items() {
    let mut reader = Reader::from_slice(FILE);
    assert_eq!(reader.records().filter(Result::is_ok).count(), 1);
    let header = reader.header().unwrap();
    let roles = (header.from_role(), header.to_role());
    let applications = (header.sending_application(), header.receiving_application());
    assert_eq!((roles, applications, header.broadcast()), (("Z", "P"), ("SA", "RA"), "B"));
    assert_eq!(reader.into_inner(), b"");
}

#[test]
fn a_record_knows_what_it_was_read_by() {
    let mut reader = ReaderOptions::new().reader(FILE);
    let mut record = Record::default();
    assert!(reader.read_raw(&mut record).unwrap());
    let raw = record.raw().unwrap();
    assert_eq!(Some(raw.layout()), record.layout());
    assert_eq!(record.field(Field::MpanCore), Some(&b"1013044353630"[..]));
    assert_eq!(record.field(Field::RejectionReasonCode), None);
}

#[test]
fn values_are_shown_for_debugging_as_their_text() {
    let (reason, supplier): (ReasonCode, SupplierId) =
        ("R1".parse().unwrap(), "AB".parse().unwrap());
    let texts = (format!("{reason:?}"), format!("{supplier:?}"));
    assert_eq!(texts, ("ReasonCode(\"R1\")".into(), "SupplierId(\"AB\")".into()));
}

#[test]
fn a_timestamp_has_no_part_of_a_second() {
    let day = chrono::NaiveDate::from_ymd_opt(2021, 11, 5).unwrap();
    let whole = day.and_hms_opt(9, 30, 0).unwrap();
    let time = Timestamp::try_from(whole).unwrap();
    assert_eq!(time.to_string(), "20211105093000");
    assert!(Timestamp::try_from(day.and_hms_nano_opt(9, 30, 0, 1).unwrap()).is_err());
    #[cfg(feature = "serde")]
    {
        let json = serde_json::to_string(&time).unwrap();
        assert_eq!(json, "\"20211105093000\"");
        assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), time);
        assert!(serde_json::from_str::<Timestamp>("\"20211105093060\"").is_err());
    }
}
