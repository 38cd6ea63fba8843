//! The ends of every range and the words of the formats, written here again.

use flagflow_codec::{Decoding, LineDecoder, LineDecoders, longest_row};
use flagflow_electricity::{
    Batch, Electricity, Field, Flow, Header, ItemKind, Layout, LineEnd, MAX_INSTRUCTION_NUMBER,
    Profile, Reader, ReaderOptions, Timestamp, Trailer,
};
use flagflow_rows::{Backend, RowColumns};

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
    assert_eq!(Field::of_name("site_note").unwrap().item(), "site_note");
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

const NUMBER: &str = "{ name = \"instruction_number\", kind = \"number\", most = 10 },";

/// A plan has room for sixteen digits; in a longer item there may be zeros before them.
#[test]
fn a_plan_takes_sixteen_digits() {
    let profile = changed(NUMBER, &NUMBER.replace("10", "19"));
    for backend in Backend::ALL.into_iter().filter(|backend| backend.is_available()) {
        let plans = decoders(&profile, backend, false);
        assert_eq!(plans.len(), 4);
        for plan in plans {
            for (number, rows) in [(9_999_999_999_999_999, 1), (10_000_000_000_000_000_u64, 0)] {
                let end = if plan.line_end() == LineEnd::Lf { "\n" } else { "\r\n" };
                let line = match plan.layout() {
                    Layout::Zhv => format!("X02|{number}|DC01|1013044353630|A|20220101|{end}"),
                    Layout::Zhf => format!("X02{number:019}DC011013044353630A20220101{end}"),
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
    let mpan = "{ name = \"mpan_core\", kind = \"mpan\", most = 13 },";
    let group = text[end..]
        .replace(NUMBER, "?")
        .replace(mpan, &format!("{NUMBER} {{ name = \"file_sequence_number\", most = 3 }},"))
        .replace('?', mpan);
    let profile = Profile::from_toml(&format!("{}{group}", &text[..start])).unwrap();
    for backend in Backend::ALL.into_iter().filter(|backend| backend.is_available()) {
        let plans = decoders(&profile, backend, false);
        assert_eq!(plans.len(), 2, "the fixed layout with either end");
        let mut columns = RowColumns::with_capacity(4);
        let line = b"X021013044353630DC010000000007012A20220101\n";
        assert_eq!(plans[0].decode(line, &mut columns), 1);
        assert_eq!(plans[0].numbers(&columns).unwrap(), [7]);
        assert_eq!(plans[0].points(&columns), [1_013_044_353_630]);
        assert_eq!((plans[0].flags(&columns), columns.dates()), (&b"A"[..], &[20_220_101][..]));
        assert_eq!(columns.marks(), [0]);
        let wrong = b"X021013044353630DC01000000000701xA20220101\n";
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
    let two = |digit: u8| format!("X02|1|DC01|101304435363{digit}|A|20220101|\n").repeat(2);
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
            let other = two(0).replace("|1|", "|1234567890|").replace('\n', "\r\n");
            assert_eq!(decode(&other), (2, vec![false; 2], true));
            assert_eq!(decode("no row\n"), (0, vec![], false));
        }
    }
    assert_eq!(longest_row(&changed(NUMBER, &NUMBER.replace("10", "19"))), Some(53));
}

/// Returns what is made for fuzzing reaches both ends of each range.
#[cfg(feature = "arbitrary")]
#[test]
fn arbitrary_instruction_numbers_reach_both_ends() {
    use arbitrary::{Arbitrary, Unstructured};
    use flagflow_electricity::{D0350, D0351};
    for (taken, number) in [
        (0_u64, 0),
        (1, 1),
        (9_999_999_999, 9_999_999_999),
        (10_000_000_000, 0),
        (10_000_000_001, 1),
    ] {
        let bytes = [&taken.to_be_bytes()[3..], &[0; 64]].concat();
        let update = D0350::arbitrary(&mut Unstructured::new(&bytes)).unwrap();
        assert_eq!(update.instruction_number(), number);
        let rejection = D0351::arbitrary(&mut Unstructured::new(&bytes)).unwrap();
        assert_eq!(rejection.instruction_number(), number);
    }
}

/// Returns what is made for fuzzing reaches both ends of each range.
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
