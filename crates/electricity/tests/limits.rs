//! The ends of every range and the words of the formats, written here again.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use flagflow_electricity::{
    Batch, Field, Flow, Header, ItemKind, MAX_INSTRUCTION_NUMBER, Profile, Reader, ReaderOptions,
    Record, Timestamp, Trailer,
};

/// The names that reports and profiles use: a promise to whoever wrote a profile.
const NAMES: [&str; 22] = [
    "file_identifier",
    "flow_and_version",
    "from_role",
    "from_participant",
    "to_role",
    "to_participant",
    "created",
    "sending_application",
    "receiving_application",
    "broadcast",
    "test_flag",
    "group_count",
    "checksum",
    "flow_count",
    "completed",
    "file_sequence_number",
    "instruction_number",
    "instruction_type",
    "mpan_core",
    "dcc_service_flag",
    "effective_from_date",
    "reason_code",
];

#[test]
fn every_item_has_its_name() {
    assert_eq!(Field::ALL.each_ref().map(Field::name), NAMES);
    for (field, name) in Field::ALL.into_iter().zip(NAMES) {
        assert_eq!(Field::of_name(name), Some(field));
    }
    assert_eq!(Field::Broadcast.item(), "Broadcast");
    assert_eq!(Field::Checksum.item(), "Checksum");
    assert_eq!(ItemKind::Timestamp.as_str(), "timestamp");
}

fn now() -> Timestamp {
    Timestamp::from_packed(20_220_301_093_000).unwrap()
}

fn header(identifier: &str) -> Option<Header> {
    let profile = Profile::builtin(Flow::D0350);
    Header::new(&profile, identifier, "DCCO", "EELC", now()).ok()
}

#[test]
fn a_header_is_operational_and_holds_what_a_line_can() {
    assert_eq!(header("1234567890").unwrap().test_flag(), "OPER");
    for none in ["12345678901", "1|2", "1\r2", "1\n2", "1\u{e9}"] {
        assert!(header(none).is_none(), "{none:?}");
        assert!(Trailer::new(none, 0, 0, now()).is_err(), "{none:?}");
    }
    assert_eq!(Trailer::new("1234567890", 0, 0, now()).unwrap().file_identifier(), "1234567890");
}

/// With a T or a blank between, and nothing else.
#[test]
fn a_timestamp_is_text_in_three_forms() {
    for text in ["20220301093000", "2022-03-01T09:30:00", "2022-03-01 09:30:00"] {
        assert_eq!(text.parse(), Ok(now()), "{text}");
    }
    for text in [
        "2022-03-01!09:30:00",
        "2022-03-01t09:30:00",
        "2022-03-0109:30:00",
        "2022-03-01T09:30:0",
        "",
        "2022030109300",
    ] {
        assert!(text.parse::<Timestamp>().is_err(), "{text}");
    }
    assert_eq!(now().date().to_string(), "20220301");
}

const LINE: &str = "X02|1|DC01|1013044353630|A|20220101|\n";

fn bare(file: &str) -> Reader<&[u8]> {
    ReaderOptions::new().flow(Flow::D0350).reader(file.as_bytes())
}

#[test]
fn a_batch_has_its_capacity_and_its_places() {
    assert_eq!(Batch::CAPACITY, 16_384);
    assert_eq!(MAX_INSTRUCTION_NUMBER, 9_999_999_999_999_999_999);
    let file = format!("X01|1|\n{}", LINE.repeat(20_000));
    let mut reader = bare(&file);
    let mut batch = Batch::new();
    let (mut rows, mut batches) = (0, 0);
    while reader.read_batch(&mut batch).unwrap() {
        for row in 0..batch.len() {
            let position = batch.position(row).unwrap();
            rows += 1;
            assert_eq!((position.line, position.record), (rows + 1, Some(rows)));
            assert_eq!(position.offset, 7 + (rows - 1) * LINE.len() as u64);
        }
        assert!(batch.points().iter().all(|point| *point == 1_013_044_353_630));
        assert!(batch.instruction_numbers().iter().all(|number| *number == 1));
        assert!(batch.packed_dates().iter().all(|date| *date == 20_220_101));
        assert!(batch.len() <= 16_384);
        batches += u32::from(batch.len() == 16_384);
    }
    assert_eq!((rows, batches), (20_000, 1));
    let file = format!("X01|1|\n{LINE}{LINE}");
    let (mut one, mut reader, mut lengths) = (Batch::with_capacity(0), bare(&file), Vec::new());
    while reader.read_batch(&mut one).unwrap() {
        lengths.push(one.len());
    }
    lengths.retain(|length| *length > 0);
    assert_eq!(lengths, [1, 1]);
}

/// Before anything was read into it, a record has no line.
#[test]
fn a_record_that_was_not_read_is_none() {
    let fault = Record::new().raw().unwrap_err();
    assert_eq!((fault.start, fault.length), (0, 0));
}

/// What is made for fuzzing reaches both ends of each range.
#[cfg(feature = "arbitrary")]
#[test]
fn arbitrary_values_reach_both_ends() {
    use arbitrary::{Arbitrary, Unstructured};
    use flagflow_electricity::ReasonCode;
    use std::collections::BTreeSet;
    let day = [0; 4];
    let times: BTreeSet<_> = (0..=86_400_u32)
        .map(|n| {
            let bytes = [&day[..], &n.to_be_bytes()[1..]].concat();
            Timestamp::arbitrary(&mut Unstructured::new(&bytes)).unwrap().as_packed() % 1_000_000
        })
        .collect();
    assert_eq!(times.len(), 86_400);
    assert_eq!((times.first(), times.last()), (Some(&0), Some(&235_959)));
    let codes: BTreeSet<_> = (0..=u8::MAX)
        .map(|byte| {
            ReasonCode::arbitrary(&mut Unstructured::new(&[byte, 0, 0, 0, 0, 0, 0, 0, 0]))
                .unwrap()
                .as_str()
                .len()
        })
        .collect();
    assert_eq!(codes, (0..=8).collect());
}
