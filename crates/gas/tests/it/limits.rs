//! The ends of every range, by numbers written here again, and the plans one by one.

use flagflow_codec::{Decoding, LineDecoder, LineDecoders, longest_row};
use flagflow_domain::{EffectiveDate, Mprn, Outcome, ServiceFlag};
use flagflow_gas::{
    Batch, Columns, Detail, E45, E46, Error, ErrorKind, Field, FileOrder, FileType, Gas, Header,
    Layout, LineEnd, Reader, Role, RowFields, Tag, Trailer, WriterOptions, table, write_detail,
};
use flagflow_rows::{Backend, MARK_NOT_CANONICAL, RowColumns};

/// Returns the row decoder of a line's kind.
fn of_line(line: &[u8], layout: Layout) -> Option<LineDecoder<Gas>> {
    let mut decoders = LineDecoders::new(Decoding { backend: Backend::best(), check_digits: true });
    decoders.decode_next(layout, line, &mut RowColumns::with_capacity(1));
    decoders.current().cloned()
}

fn errors(file: &str) -> Vec<ErrorKind> {
    let mut reader = Reader::from_slice(file.as_bytes());
    let mut errors: Vec<_> =
        reader.records().filter_map(Result::err).map(|error: Error| error.kind()).collect();
    errors.dedup();
    errors
}

/// 10, 6 and 10 digits, and not one more where nothing but the length stands against it.
#[test]
fn numbers_have_the_digits_of_their_fields() {
    assert_eq!(Header::MAX_ORGANISATION_ID, 10_u64.pow(10) - 1);
    assert_eq!(Header::MAX_GENERATION_NUMBER, 10_u32.pow(6) - 1);
    assert_eq!(Trailer::MAX_RECORD_COUNT, 10_u64.pow(10) - 1);
    assert!(Trailer::new(9_999_999_999).is_ok() && Trailer::new(10_000_000_000).is_err());
    let file = |organisation: &str, generation: &str, count: &str| {
        format!("\"A00\",{organisation},\"DXI\",20220301,093000,{generation}\n\"Z99\",{count}\n")
    };
    assert_eq!(errors(&file("9999999999", "999999", "0000000000")), []);
    for file in
        [file("00000000001", "1", "0"), file("1", "0000001", "0"), file("1", "1", "00000000000")]
    {
        assert_eq!(errors(&file), [ErrorKind::NotANumber], "{file}");
    }
}

#[test]
fn a_file_type_has_three_plain_characters() {
    for (text, is_one) in [
        ("   ", true),
        ("~~~", true),
        ("D\x7fI", false),
        ("D\x1fI", false),
        ("D\"I", false),
        ("D,I", false),
    ] {
        assert_eq!(FileType::from_bytes(text.as_bytes()).is_some(), is_one, "{text:?}");
    }
}

#[test]
fn fields_are_displayed_by_their_names() {
    assert_eq!(
        format!("[{:>30}]", Field::DccServiceFlag),
        format!("[{:>30}]", Field::DccServiceFlag.name())
    );
    assert_eq!(Field::DccServiceFlag.to_string(), "dcc_service_flag");
}

/// Up to the trailer, unless reasons are taken, and not before the first line.
#[test]
fn records_are_in_their_place_between_the_first_line_and_the_trailer() {
    let mut order = FileOrder::new(table(Layout::Fixed, false));
    assert!(!order.is_in_records());
    assert_eq!(order.place(Some(Tag::A00)), Role::Header);
    assert!(order.is_in_records());
    assert_eq!(order.place(Some(Tag::E45)), Role::Record);
    assert!(order.is_in_records());
    assert_eq!(order.place(Some(Tag::Z99)), Role::Trailer);
    assert!(!order.is_in_records());
    let mut order = FileOrder::new(table(Layout::Fixed, true));
    order.place(Some(Tag::E46));
    assert!(!order.is_in_records());
}

#[test]
fn a_batch_has_its_capacity_and_its_places() {
    assert_eq!(Batch::CAPACITY, 16_384);
    let file = "E451234567810A20220101\n".repeat(20_000);
    let mut reader = Reader::from_slice(file.as_bytes());
    let mut batch = Batch::new();
    assert!(batch.is_empty());
    assert!(reader.read_batch(&mut batch).unwrap());
    assert!(!batch.is_empty());
    assert_eq!(batch.len(), 16_384);
    for row in [0, 1, 1023, 1024, 16_383] {
        let position = batch.position(row).unwrap();
        assert_eq!((position.line, position.record), (row as u64 + 1, Some(row as u64 + 1)));
        assert_eq!(position.offset, 23 * row as u64);
    }
    assert_eq!(batch.outcomes()[0], 0);
    let (mut one, mut reader) = (Batch::with_capacity(0), Reader::from_slice(file.as_bytes()));
    assert!(reader.read_batch(&mut one).unwrap());
    assert_eq!(one.len(), 1);
    // one that is no row of a plan is read by itself, and has no outcome either
    let mut reader = Reader::from_slice(b"\"E45\",\"1234567810\",A,20220101\n");
    let mut quoted = Batch::new();
    while reader.read_batch(&mut quoted).unwrap() {
        assert_eq!((quoted.outcomes(), quoted.len()), (&[0][..], 1));
    }
}

#[test]
fn columns_know_whether_they_are_empty() {
    let day = EffectiveDate::from_ymd(2022, 1, 1).unwrap();
    let (point, flag) = (Mprn::new(1_234_567_810).unwrap(), ServiceFlag::Active);
    let (points, flags, days) = ([point], [flag], [day]);
    let one = Columns::new(&points, &flags, &days).unwrap();
    assert!(!one.is_empty() && Columns::new(&[], &[], &[]).unwrap().is_empty());
}

/// Each kind of line finds the plan of its own, and that plan reads it.
#[test]
fn every_line_has_the_plan_of_its_kind() {
    let day = EffectiveDate::from_ymd(2022, 1, 1).unwrap();
    let update = E45::new(Mprn::new(1_234_567_810).unwrap(), ServiceFlag::Active, day);
    let details = [
        Detail::from(update),
        E46::new(Outcome::Rejected, update.meter_point_reference(), update.flag(), day).into(),
    ];
    let mut longest = 0;
    for (detail, tag) in details.into_iter().zip([Tag::E45, Tag::E46]) {
        for layout in Layout::ALL {
            for line_end in [LineEnd::Lf, LineEnd::CrLf] {
                let mut line = Vec::new();
                write_detail(&mut line, layout, detail);
                line.extend_from_slice(line_end.as_bytes());
                longest = longest.max(line.len());
                let plan = of_line(&line, layout).unwrap();
                assert_eq!((plan.tag(), plan.layout(), plan.line_end()), (tag, layout, line_end));
                let mut columns = RowColumns::with_capacity(1);
                assert_eq!(plan.decode(&line, &mut columns), 1);
                assert_eq!(plan.record(&columns, 0), Some(detail));
                let fields = RowFields::of(&plan, &line).unwrap();
                assert_eq!(fields.canonical_point(), Some(update.meter_point_reference()));
                assert_eq!(fields.canonical_flag(), Some(ServiceFlag::Active));
                assert_eq!(fields.canonical_date(), Some(day));
                assert_eq!(fields.outcome, (tag == Tag::E46).then_some(&b"RJ"[..]));
                // a byte less than a row, at either end
                assert_eq!(RowFields::of(&plan, &line[1..]), None);
                assert_eq!(RowFields::of(&plan, &line[..line.len() - 1]), None);
                assert_eq!(RowFields::of(&plan, b""), None);
            }
        }
    }
    let longest_rows = Layout::ALL.map(longest_row);
    assert_eq!(longest_rows.into_iter().max(), Some(Some(longest)));
    let how = Decoding { backend: Backend::Portable, check_digits: true };
    let kinds = Layout::ALL.map(|layout| LineDecoder::all(layout, how)).concat();
    let kinds: std::collections::HashSet<_> =
        kinds.iter().map(|plan| (plan.tag(), plan.layout(), plan.line_end())).collect();
    assert_eq!(kinds.len(), 8, "E45 and E46, in both layouts, with either end");
    assert!(of_line(b"E451234567810A20220101", Layout::Fixed).is_none(), "no line end");
}

/// Rows that are not perfect have no record, and neither has a row that is not there.
#[test]
fn a_row_that_is_not_perfect_has_no_record() {
    let update: E45 = "E450000123409A20240229".parse().unwrap();
    for (layout, rows) in [
        (
            Layout::Fixed,
            [
                "E450000123409A20240229\n",
                "X450000123409A20240229\n",
                "E45000012340xA20240229\n",
                "E450000123409?20240229\n",
                "E450000123409A20230229\n",
                "E450000123409A20240229\n",
            ],
        ),
        (
            Layout::Uklink,
            [
                "\"E45\",123409,\"A\",20240229\n",
                "\"E45\";123409,\"A\",20240229\n",
                "\"E45\",12340x,\"A\",20240229\n",
                "\"E45\",123409,\"?\",20240229\n",
                "\"E45\",123409,\"A\",20230229\n",
                "\"E45\",123409,\"A\",20240229\n",
            ],
        ),
    ] {
        for backend in Backend::ALL.into_iter().filter(|backend| backend.is_available()) {
            let how = Decoding { backend, check_digits: true };
            let (mut plans, mut columns) = (LineDecoders::new(how), RowColumns::with_capacity(6));
            let bytes = rows.concat();
            assert_eq!(plans.decode_next(layout, bytes.as_bytes(), &mut columns), 6);
            let plan = plans.current().unwrap();
            let details = [0, 1, 2, 3, 4, 5, 6].map(|row| plan.record(&columns, row));
            let good = Some(update.into());
            assert_eq!(details, [good, None, None, None, None, good, None], "{backend}");
        }
    }
}

/// Plans are made once for each choice: which marks wrong check digits, and which does not.
#[test]
fn check_digits_are_looked_at_where_that_is_asked_for() {
    let line = b"E451234567811A20220101\n";
    for backend in [Backend::Portable, Backend::best()] {
        for check_digits in [false, true, false] {
            let (layout, how) = (Layout::Fixed, Decoding { backend, check_digits });
            let (mut plans, mut columns) = (LineDecoders::new(how), RowColumns::with_capacity(1));
            assert_eq!(plans.decode_next(layout, line, &mut columns), 1);
            assert_eq!(columns.marks()[0] != 0, check_digits);
            let right = b"E451234567810A20220101\n";
            let mut columns = RowColumns::with_capacity(1);
            assert_eq!(plans.decode_next(layout, right, &mut columns), 1);
            assert_eq!(columns.marks()[0], 0);
            // a line without a record's code is tried as the table's first record
            assert_eq!(plans.decode_next(layout, b"no row\n", &mut columns), 0);
            let mut columns = RowColumns::with_capacity(1);
            let unknown = b"E471234567810A20220101\n";
            assert_eq!(LineDecoders::new(how).decode_next(layout, unknown, &mut columns), 1);
            assert_eq!(columns.marks(), [MARK_NOT_CANONICAL]);
            assert_eq!(
                plans.decode_next(layout, b"longer than any row of gas is\n", &mut columns),
                0
            );
            assert!(plans.current().is_none());
        }
    }
}

#[test]
fn a_field_is_without_delimiters_and_line_ends() {
    assert!(RowFields::is_field(b"1234567810") && RowFields::is_field(b""));
    for byte in *b"\n\r\"," {
        assert!(!RowFields::is_field(&[b'1', byte]), "{byte}");
    }
    assert!(RowFields::is_field(b"!#+-"));
}

/// Whatever bytes are taken for fields: one that is not of its kind is no value.
#[test]
fn fields_that_are_not_of_their_kind_are_no_values() {
    let fields = |point, flag, date| RowFields { outcome: None, point, flag, date };
    let good = fields(b"123409", b"N", b"20240229");
    assert_eq!(good.canonical_point(), Some(Mprn::new(123_409).unwrap()));
    assert_eq!(good.canonical_flag(), Some(ServiceFlag::NonActive));
    assert_eq!(good.canonical_date(), Some(EffectiveDate::from_ymd(2024, 2, 29).unwrap()));
    for point in [&b""[..], b"01234567890", b"12345678 0", b"123456789/", b"123:56", b"12345678x0"]
    {
        assert_eq!(fields(point, b"N", b"20240229").canonical_point(), None, "{point:?}");
    }
    for flag in [&b""[..], b"NN", b"n", b"X"] {
        assert_eq!(fields(b"1", flag, b"20240229").canonical_flag(), None, "{flag:?}");
    }
    for date in [&b""[..], b"2024022", b"202402290", b"20230229", b"2024 229"] {
        assert_eq!(fields(b"1", b"N", date).canonical_date(), None, "{date:?}");
    }
}

/// Every second of a day comes out of the bytes that can choose one, and nothing else.
#[cfg(feature = "arbitrary")]
#[test]
fn arbitrary_times_are_the_seconds_of_a_day() {
    use arbitrary::{Arbitrary, Unstructured};
    use flagflow_gas::CreationTime;
    let time = |bytes: &[u8]| CreationTime::arbitrary(&mut Unstructured::new(bytes)).unwrap();
    let times: std::collections::BTreeSet<_> =
        (0..=86_400_u32).map(|n| time(&n.to_be_bytes()[1..]).to_string()).collect();
    assert_eq!(times.len(), 86_400);
    assert_eq!(
        (times.first().unwrap().as_str(), times.last().unwrap().as_str()),
        ("000000", "235959")
    );
    let types: std::collections::BTreeSet<_> = (0..=255_u8)
        .map(|byte| {
            FileType::arbitrary(&mut Unstructured::new(&[byte, 0, 0])).unwrap().as_str()[..1]
                .to_owned()
        })
        .collect();
    assert_eq!(types.len(), 26);
    assert!(types.contains("A") && types.contains("Z"));
}

/// Leading zeros go, but for the last digit of all.
#[test]
fn any_number_of_zeros_is_written_as_the_definition_writes_it() {
    let day = EffectiveDate::from_ymd(2022, 1, 1).unwrap();
    for digits in 0..=10 {
        for number in [10_u64.pow(digits) - 1, 10_u64.pow(digits.min(9))] {
            let point = Mprn::new(number.min(9_999_999_999)).unwrap();
            let mut writer = WriterOptions::new().layout(Layout::Uklink).writer(Vec::new());
            writer.write(E45::new(point, ServiceFlag::Active, day)).unwrap();
            let file = String::from_utf8(writer.finish().unwrap()).unwrap();
            assert_eq!(file, format!("\"E45\",{point},\"A\",20220101\n"));
        }
    }
}

/// Gas has no groups: none is written before the first record, and none can be.
#[test]
fn there_are_no_groups() {
    let options = WriterOptions::new();
    assert_eq!(<Gas as flagflow_codec::Flow>::opening(&options), None);
    let mut writer = options.writer(Vec::new());
    let error = writer.write_opening("XYZ00001".parse().unwrap(), []).unwrap_err();
    assert_eq!(
        (error.kind(), error.field()),
        (ErrorKind::NotWritable, Some(Field::TransactionType))
    );
    assert!(error.is_recoverable() && writer.finish().unwrap().is_empty());
}

/// Of a record that was read the fields are at hand; of a line that is none there are no fields.
#[test]
fn a_record_lends_the_bytes_of_its_fields() {
    let file = b"\"E46\",\"RJ\",0123409,N,20240229\n\"E45\",\"7\n\"E45\",7,\"A\",20211105\n";
    let (mut reader, mut record) = (Reader::from_slice(file), flagflow_gas::Record::new());
    assert_eq!(record.field(Field::TransactionType), None);
    assert!(reader.read_raw(&mut record).unwrap());
    for (field, bytes) in [
        (Field::TransactionType, &b"E46"[..]),
        (Field::OutcomeCode, b"RJ"),
        (Field::MeterPointReference, b"0123409"),
        (Field::DccServiceFlag, b"N"),
        (Field::DccServiceEffectiveFromDate, b"20240229"),
    ] {
        assert_eq!(record.field(field), Some(bytes), "{field}");
    }
    assert_eq!(record.field(Field::RecordCount), None);
    assert!(reader.read_raw(&mut record).is_err());
    assert_eq!(record.field(Field::TransactionType), None);
    assert!(reader.read_raw(&mut record).unwrap());
    assert_eq!(record.field(Field::MeterPointReference), Some(&b"7"[..]));
    assert_eq!(record.field(Field::OutcomeCode), None);
}
