//! The ends of every range and the words of the formats, written here again.

use flagflow_codec::{Decoding, LineDecoder, LineDecoders, longest_row};
use flagflow_electricity::{
    Batch, Electricity, Field, Flow, Header, Layout, LineEnd, MAX_INSTRUCTION_NUMBER, Profile,
    Reader, ReaderOptions, Timestamp, Trailer,
};
use flagflow_rows::{Backend, RowColumns};

/// The names that reports and profiles use: a promise to whoever wrote a profile.
const NAMES: [&str; 29] = [
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
    "incoming_instruction_number",
    "mpan_core",
    "deemed_received_date",
    "dcc_service_flag",
    "effective_from_date",
    "supplier_id",
    "rejection_reason_code",
    "answered_file_identifier",
    "received",
    "accepted",
    "rejected",
];

#[test]
fn every_item_has_its_name() {
    assert_eq!(Field::ALL.each_ref().map(Field::name), NAMES);
    for (field, name) in Field::ALL.into_iter().zip(NAMES) {
        assert_eq!(Field::of_name(name), Some(field));
    }
    assert_eq!(Field::of_name("site_note").unwrap().item(), "site_note");
    assert_eq!(Field::Broadcast.item(), "Broadcast");
    assert_eq!(Field::Checksum.item(), "Checksum");
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
    for none in ["12345678901", "1|2", "1\r2", "1\n2", "1\t2", "1\u{7F}", "1\u{e9}"] {
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

const LINE: &str = "82H|1|DC01|1013044353630|A|20220101|MRCY|\n";

fn bare(file: &str) -> Reader<&[u8]> {
    ReaderOptions::new().flow(Flow::D0350).reader(file.as_bytes())
}

#[test]
fn a_batch_has_its_capacity_and_its_places() {
    assert_eq!(Batch::CAPACITY, 16_384);
    assert_eq!(MAX_INSTRUCTION_NUMBER, 9_999_999_999_999_999_999);
    let file = format!("81H|1|\n{}", LINE.repeat(20_000));
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
    let file = format!("81H|1|\n{LINE}{LINE}");
    let (mut one, mut reader, mut lengths) = (Batch::with_capacity(0), bare(&file), Vec::new());
    while reader.read_batch(&mut one).unwrap() {
        lengths.push(one.len());
    }
    lengths.retain(|length| *length > 0);
    assert_eq!(lengths, [1, 1]);
}

type Decoder = LineDecoder<Electricity>;

/// Every row decoder of a profile.
fn decoders(profile: &Profile, backend: Backend, check_digits: bool) -> Vec<Decoder> {
    let how = Decoding { backend, check_digits };
    Layout::ALL.iter().flat_map(|layout| LineDecoder::all(profile.table(*layout), how)).collect()
}

/// The built-in profile of D0350 with one part of its text another.
fn changed(from: &str, to: &str) -> Profile {
    let text = Profile::builtin(Flow::D0350).as_toml().to_owned();
    assert!(text.contains(from), "{from}");
    Profile::from_toml(&text.replacen(from, to, 1)).unwrap()
}

const NUMBER: &str = "{ name = \"instruction_number\", format = \"INT(12)\" },";

/// A plan has room for sixteen digits; in a longer item there may be zeros before them.
#[test]
fn a_plan_takes_sixteen_digits() {
    let profile = changed(NUMBER, &NUMBER.replace("12", "19"));
    for backend in Backend::ALL.into_iter().filter(|backend| backend.is_available()) {
        let plans = decoders(&profile, backend, false);
        assert_eq!(plans.len(), 4);
        for plan in plans {
            for (number, rows) in [(9_999_999_999_999_999, 1), (10_000_000_000_000_000_u64, 0)] {
                let end = if plan.line_end() == LineEnd::Lf { "\n" } else { "\r\n" };
                let line = match plan.layout() {
                    Layout::Zhv => format!("82H|{number}|DC01|1013044353630|A|20220101|MRCY|{end}"),
                    Layout::Zhf => format!("82H{number:019}DC011013044353630A20220101MRCY{end}"),
                };
                let mut columns = RowColumns::with_capacity(1);
                let taken = plan.decode(line.as_bytes(), &mut columns);
                let perfect = (0..taken).filter(|row| plan.record(&columns, *row).is_some());
                let perfect: Vec<_> = perfect.filter(|row| columns.marks()[*row] == 0).collect();
                assert_eq!(perfect.len(), rows, "{line}");
                perfect.iter().for_each(|row| {
                    assert_eq!(plan.numbers(&columns).unwrap()[*row], number);
                });
            }
        }
    }
}

/// A number that nobody reads is one in a plan too, and the columns are told apart by their place.
#[test]
fn a_plan_knows_the_items_by_their_names() {
    let text = Profile::builtin(Flow::D0350).as_toml().to_owned();
    let (start, end) = (text.find("[[group]]").unwrap(), text.rfind("[[group]]").unwrap());
    let mpan = "{ name = \"mpan_core\", format = \"NUM(13)\" },";
    let group = text[end..]
        .replace("level = 2\nparent = \"81H\"", "level = 1")
        .replace(NUMBER, "?")
        .replace(
            mpan,
            &format!("{NUMBER} {{ name = \"file_sequence_number\", format = \"INT(3)\" }},"),
        )
        .replace('?', mpan);
    let profile = Profile::from_toml(&format!("{}{group}", &text[..start])).unwrap();
    for backend in Backend::ALL.into_iter().filter(|backend| backend.is_available()) {
        let plans = decoders(&profile, backend, false);
        assert_eq!(plans.len(), 2, "the fixed layout with either end");
        let mut columns = RowColumns::with_capacity(4);
        let line = b"82H1013044353630DC01000000000007012A20220101MRCY\n";
        assert_eq!(plans[0].decode(line, &mut columns), 1);
        assert_eq!(plans[0].numbers(&columns).unwrap(), [7]);
        assert_eq!(plans[0].points(&columns), [1_013_044_353_630]);
        assert_eq!((plans[0].flags(&columns), columns.dates()), (&b"A"[..], &[20_220_101][..]));
        assert_eq!(plans[0].parties(&columns).unwrap(), [*b"MRCY"]);
        assert_eq!(columns.marks(), [0]);
        let wrong = b"82H1013044353630DC0100000000000701xA20220101MRCY\n";
        let mut columns = RowColumns::with_capacity(4);
        let taken = plans[0].decode(wrong, &mut columns);
        assert!(columns.marks().iter().take(taken).all(|mark| *mark != 0));
    }
}

/// Plans are made once for each choice: which marks wrong check digits, and which does not. The one
/// of the lines before is used as long as it fits.
#[test]
fn check_digits_are_looked_at_where_that_is_asked_for() {
    let profile = Profile::builtin(Flow::D0350);
    let two = |digit: u8| format!("82H|1|DC01|101304435363{digit}|A|20220101|MRCY|\n").repeat(2);
    for backend in [Backend::Portable, Backend::best()] {
        for check_digits in [false, true, false] {
            let how = Decoding { backend, check_digits };
            let mut decoders = LineDecoders::new(how);
            let mut decode = |lines: &str| {
                let mut columns = RowColumns::with_capacity(8);
                let bytes = lines.as_bytes();
                let rows = decoders.decode_next(&*profile, bytes, &mut columns);
                (
                    rows,
                    columns.marks().iter().map(|mark| *mark != 0).collect::<Vec<_>>(),
                    decoders.current().is_some(),
                )
            };
            assert_eq!(decode(&two(1)), (2, vec![check_digits; 2], true));
            assert_eq!(decode(&two(0)), (2, vec![false; 2], true));
            // too long for the plan of the lines before
            let other = two(0).replace("|1|", "|123456789012|").replace('\n', "\r\n");
            assert_eq!(decode(&other), (2, vec![false; 2], true));
            // a line without a record's code is tried as the table's first record
            assert_eq!(decode("no row\n"), (0, vec![], true));
            assert_eq!(decode(&two(0).replace("82H", "82X")), (2, vec![true; 2], true));
            assert_eq!(decode(&"82H|".repeat(50)), (0, vec![], false));
        }
    }
    assert_eq!(longest_row(&changed(NUMBER, &NUMBER.replace("12", "19"))), Some(58));
}

/// The values made for fuzzing reach both ends of each range.
#[cfg(feature = "arbitrary")]
#[test]
fn arbitrary_numbers_reach_both_ends() {
    use arbitrary::{Arbitrary, Unstructured};
    use flagflow_electricity::{D0172, D0350, D0351, Instruction};
    use std::collections::BTreeSet;
    let most = 999_999_999_999;
    for (taken, number) in [(0_u64, 0), (1, 1), (most, most), (most + 1, 0), (most + 2, 1)] {
        let bytes = [&taken.to_be_bytes()[3..], &[0; 64]].concat();
        let made = || Unstructured::new(&bytes);
        assert_eq!(D0350::arbitrary(&mut made()).unwrap().instruction_number(), number);
        assert_eq!(D0351::arbitrary(&mut made()).unwrap().instruction_number(), number);
        assert_eq!(D0172::arbitrary(&mut made()).unwrap().instruction_number(), number);
    }
    let flows: BTreeSet<_> = (0..=u8::MAX)
        .map(|byte| Instruction::arbitrary(&mut Unstructured::new(&[byte; 99])).unwrap().flow())
        .collect();
    assert_eq!(flows.len(), 3);
}

/// The values made for fuzzing reach both ends of each range.
#[cfg(feature = "arbitrary")]
#[test]
fn arbitrary_values_reach_both_ends() {
    use arbitrary::{Arbitrary, Unstructured};
    use flagflow_electricity::{FileIdentifier, ReasonCode, SupplierId};
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
    let lengths = |length: fn(&mut Unstructured<'_>) -> usize| {
        let of = |byte| length(&mut Unstructured::new(&[byte, 0, 0, 0, 0, 0, 0, 0, 0]));
        (0..=u8::MAX).map(of).collect::<BTreeSet<_>>()
    };
    let one_to_four: BTreeSet<_> = (1..=4).collect();
    assert_eq!(lengths(|u| SupplierId::arbitrary(u).unwrap().as_str().len()), one_to_four);
    assert_eq!(lengths(|u| FileIdentifier::arbitrary(u).unwrap().as_str().len()), one_to_four);
    let codes: BTreeSet<_> = (0..=u8::MAX)
        .flat_map(|a| [0, 1].map(|named| [named, a, 0, 0, 0, 0]))
        .map(|bytes| ReasonCode::arbitrary(&mut Unstructured::new(&bytes)).unwrap())
        .collect();
    assert!(ReasonCode::NAMED.iter().all(|code| codes.contains(code)));
    assert!(codes.iter().any(|code| matches!(code, ReasonCode::Other(_))));
}
