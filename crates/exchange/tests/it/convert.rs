//! Conversions, from one format to another and back.

use crate::common::{convert_all, converted, refusals, valid_samples};
use flagflow_domain::{Edition, ServiceFlag};
use flagflow_exchange::convert::{
    CellDelimiter, ConvertOptions, EnvelopeChange, EnvelopeRule, LineEndRule, RecordFormat,
    UnknownCellDelimiter, convert,
};
use flagflow_files::{Error, ErrorKind, HeaderValues};
use flagflow_gas::{Detail, Header, Layout, RawRecord, Tag};

const FILE: &str = "\
    A000000000042DXI20211105093000000007\n\
    E451234567810A20211105\n\
    E450000123409N20211106\n\
    Z990000000002\n";

const TABLE: &str = "\
    transaction_type,meter_point_reference,dcc_service_flag,dcc_service_effective_from_date\n\
    E45,1234567810,A,20211105\n\
    E45,123409,N,20211106\n";

fn to(format: RecordFormat) -> ConvertOptions {
    ConvertOptions::new(format)
}

fn skipping(format: RecordFormat) -> ConvertOptions {
    let mut options = to(format);
    options.skip_invalid = true;
    options
}

fn failure(input: &[u8], options: &ConvertOptions) -> Error {
    convert(input, Vec::new(), options).unwrap_err()
}

fn header_of(file: &[u8]) -> Option<HeaderValues> {
    let first = file.split(|byte| *byte == b'\n').next().unwrap().trim_ascii_end();
    let raw = RawRecord::cut(first, Layout::recognise(first).unwrap()).unwrap();
    (raw.tag() == Tag::A00).then(|| HeaderValues::from(&Header::try_from(&raw).unwrap()))
}

#[test]
fn every_valid_sample_comes_back_from_the_other_layout_byte_for_byte() {
    for (name, file) in valid_samples() {
        let layout = Layout::recognise(&file).unwrap();
        let (own, other) = match layout {
            Layout::Fixed => (RecordFormat::Fixed, RecordFormat::Uklink),
            Layout::Uklink => (RecordFormat::Uklink, RecordFormat::Fixed),
        };
        let there = convert_all(&file, other);
        assert_ne!(there, file, "{name}");
        assert_eq!(convert_all(&there, own), file, "{name}");
        assert_eq!(convert_all(&file, own), file, "{name}");
    }
}

#[test]
fn every_valid_sample_comes_back_from_jsonl_and_csv() {
    for (name, file) in valid_samples() {
        let own = RecordFormat::recognise(&file).unwrap();
        assert_eq!(convert_all(&convert_all(&file, RecordFormat::Jsonl), own), file, "{name}");
        let mut options = to(own);
        if let Some(header) = header_of(&file) {
            options.envelope = EnvelopeRule::Add;
            options.header = header;
        }
        let table = convert_all(&file, RecordFormat::Csv);
        assert_eq!(converted(&table, &options).0.into_bytes(), file, "{name}");
    }
}

#[test]
fn a_table_has_the_columns_and_no_envelope() {
    let (table, report) = converted(FILE.as_bytes(), &to(RecordFormat::Csv));
    assert_eq!(table, TABLE);
    assert_eq!(report.envelope, EnvelopeChange::Dropped);
    let answers = converted(b"E46RJ1234567810A20211105\r\n", &to(RecordFormat::Csv)).0;
    let columns = "transaction_type,outcome_code,meter_point_reference,dcc_service_flag,\
                   dcc_service_effective_from_date\r\n";
    assert_eq!(answers, format!("{columns}E46,RJ,1234567810,A,20211105\r\n"));
    let none =
        converted(b"A000000000042DXI20211105093000000007\nZ990000000000\n", &to(RecordFormat::Csv));
    assert_eq!(none.0.lines().collect::<Vec<_>>(), TABLE.lines().take(1).collect::<Vec<_>>());
}

#[test]
fn objects_are_serdes_and_carry_the_envelope() {
    let (objects, report) = converted(FILE.as_bytes(), &to(RecordFormat::Jsonl));
    let expected = [
        r#"{"transaction_type":"A00","organisation_id":42,"file_type":"DXI","creation_date":"20211105","creation_time":"093000","generation_number":7}"#,
        r#"{"transaction_type":"E45","meter_point_reference":1234567810,"dcc_service_flag":"A","dcc_service_effective_from_date":"20211105"}"#,
        r#"{"transaction_type":"E45","meter_point_reference":123409,"dcc_service_flag":"N","dcc_service_effective_from_date":"20211106"}"#,
        r#"{"transaction_type":"Z99","record_count":2}"#,
    ];
    assert_eq!(objects.lines().collect::<Vec<_>>(), expected);
    assert_eq!((report.records, report.envelope), (2, EnvelopeChange::Kept));
    for (line, object) in FILE.lines().zip(expected) {
        if let Ok(detail) = line.parse::<Detail>() {
            assert_eq!(serde_json::from_str::<Detail>(object).unwrap(), detail);
        }
    }
}

#[test]
fn tables_are_read_as_spreadsheets_write_them() {
    let table = "\u{FEFF}\"note\",dcc_service_effective_from_date,meter_point_reference,\
                 dcc_service_flag,outcome_code\r\n\
                 \"a, \"\"b\"\"\r\nc\",2021-11-05,\"0000123409\",A,\"RJ\"\r\n\
                 \r\n\
                 ,20211106,1234567810,N,AC";
    let (file, report) = converted(table.as_bytes(), &to(RecordFormat::Fixed));
    assert_eq!(file, "E46RJ0000123409A20211105\r\nE46AC1234567810N20211106\r\n");
    assert_eq!((report.from, report.records), (RecordFormat::Csv, 2));
    assert_eq!(report.ignored, ["note"]);
}

#[test]
fn tables_have_other_delimiters_and_names() {
    let named = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(item, own)| ((*item).to_owned(), (*own).to_owned())).collect()
    };
    let mut options = to(RecordFormat::Fixed);
    options.delimiter = CellDelimiter::Semicolon;
    options.columns = named(&[
        ("meter_point_reference", "MPRN"),
        ("DCC Service Flag", "status"),
        ("dcc_service_effective_from_date", "valid, from"),
    ]);
    let table = "Mprn;Status;\"Valid,  From\";fuel\n1234567810;A;2021-11-05;gas\n";
    let (file, report) = converted(table.as_bytes(), &options);
    assert_eq!(file, "E451234567810A20211105\n");
    assert!(report.is_complete() && report.ignored.is_empty(), "{report:?}");
    for (delimiter, character) in [(CellDelimiter::Semicolon, ";"), (CellDelimiter::Tab, "\t")] {
        let mut options = to(RecordFormat::Csv);
        options.delimiter = delimiter;
        let (table, _) = converted(FILE.as_bytes(), &options);
        assert_eq!(table, TABLE.replace(',', character));
        options.to = RecordFormat::Fixed;
        let (back, report) = converted(table.as_bytes(), &options);
        assert_eq!(back.lines().collect::<Vec<_>>(), FILE.lines().collect::<Vec<_>>()[1..3]);
        assert!(report.is_complete());
    }
    for delimiter in CellDelimiter::ALL {
        assert_eq!(delimiter.to_string().parse(), Ok(delimiter));
    }
    assert_eq!("pipe".parse::<CellDelimiter>(), Err(UnknownCellDelimiter));
}

/// Returns a text in UTF-16 with its byte-order mark, little-endian and big-endian.
fn utf16(text: &str) -> [Vec<u8>; 2] {
    let units = || std::iter::once(0xFEFF).chain(text.encode_utf16());
    [units().flat_map(u16::to_le_bytes).collect(), units().flat_map(u16::to_be_bytes).collect()]
}

#[test]
fn tables_in_utf_16_are_read_as_in_utf_8() {
    let rows = "note,meter_point_reference,dcc_service_flag,dcc_service_effective_from_date\r\n\
                \u{FC}\u{1F600},1234567810,A,2021-11-05\r\n\
                \"two\r\nlines\",123409,N,2021-11-06\r\n\
                \u{4E2D}\u{6587},123508,\u{C4},2021-11-07\r\n\
                ,123607,A,2021-11-08";
    for delimiter in CellDelimiter::ALL {
        let table = rows.replace(',', &char::from(delimiter.as_byte()).to_string());
        for from in [None, Some(RecordFormat::Csv)] {
            let mut options = skipping(RecordFormat::Fixed);
            (options.delimiter, options.from) = (delimiter, from);
            let (file, expected) = converted(table.as_bytes(), &options);
            assert_eq!(file.lines().count(), 3);
            for table in utf16(&table) {
                let (own, report) = converted(&table, &options);
                assert_eq!((own, refusals(&report)), (file.clone(), refusals(&expected)));
                assert_eq!((report.refused, report.refusals[0].position.line), (1, 5));
            }
        }
    }
}

#[test]
fn broken_utf_16_is_a_failure() {
    for table in utf16(TABLE) {
        let options = to(RecordFormat::Fixed);
        let cause = |table: &[u8]| {
            let error = failure(table, &options);
            assert_eq!(error.kind(), ErrorKind::Input);
            error.io_error().unwrap().to_string()
        };
        let odd = cause(&table[..table.len() - 1]);
        assert!(odd.starts_with("line 3: the UTF-16 text ends in half a unit"), "{odd}");
        let mut spoilt = table.clone();
        let at = table.len() - 4;
        spoilt[at..at + 2].copy_from_slice(&[0xDC; 2]);
        assert!(cause(&spoilt).starts_with("line 3: in its UTF-16 text a surrogate"));
    }
}

#[test]
fn only_tables_may_be_in_utf_16() {
    let object = "{\"transaction_type\":\"E45\",\"meter_point_reference\":1234567810}\n";
    for (text, from) in
        [(FILE, None), (FILE, Some(RecordFormat::Fixed)), (object, None), ("nothing known\n", None)]
    {
        for file in utf16(text) {
            let mut options = to(RecordFormat::Csv);
            options.from = from;
            let error = failure(&file, &options);
            assert_eq!(error.kind(), ErrorKind::Unrecognised);
            assert!(error.to_string().contains("UTF-16 text"), "{error}");
        }
    }
}

/// A cell with the delimiter in it is in quotes.
#[test]
fn other_delimiters_are_quoted() {
    let file = "ZHV|0000475656|D0351001|P|EELC|Z|DCCO|20220301093000||||OPER|\n83H|1|\n\
                84H|1|DC11|7||20220302||||\n85H|a;,|\nZPT|0000475656|3||1|20220301093100|\n";
    for (delimiter, cell) in [
        (CellDelimiter::Comma, ",\"a;,\"\n"),
        (CellDelimiter::Semicolon, ";\"a;,\"\n"),
        (CellDelimiter::Tab, "\ta;,\n"),
    ] {
        let mut options = to(RecordFormat::Csv);
        options.delimiter = delimiter;
        let (table, report) = converted(file.as_bytes(), &options);
        assert!(report.is_complete() && table.ends_with(cell), "{table}");
        let again = converted(table.as_bytes(), &options).0;
        assert_eq!(again, table);
    }
}

#[test]
fn names_of_columns_that_are_none_are_a_failure() {
    let mut options = to(RecordFormat::Fixed);
    options.columns = vec![("meter_point_reference".to_owned(), "MPRN".to_owned())];
    let error = failure(TABLE.as_bytes(), &options);
    let why = "column meter_point_reference=MPRN: MPRN is no column of the table";
    // the column of the item's own name is not the one that was named
    assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Options, why));
    let error = failure(FILE.as_bytes(), &options);
    let why = "names of columns are for a table, and the input is fixed";
    assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Options, why));
    options.columns[0].0 = "mprn".to_owned();
    let error = failure(TABLE.as_bytes(), &options);
    let why = "column mprn=MPRN: mprn is no item of the flow";
    assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Options, why));
}

#[test]
fn a_table_that_cannot_be_made_out_is_a_failure() {
    for (table, why) in [
        (
            "meter_point_reference,flag\n1,A\n",
            "the table has no column dcc_service_flag, dcc_service_effective_from_date; its columns \
             are `meter_point_reference`, `flag`: the first row names the columns, separated by commas",
        ),
        (
            "dcc_service_flag,x,DCC Service Flag\n",
            "the table has the column dcc_service_flag twice: `dcc_service_flag`, `DCC Service Flag`",
        ),
    ] {
        let error = failure(table.as_bytes(), &to(RecordFormat::Fixed));
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Table, why));
    }
    let open = format!("{TABLE}E45,\"1,A,20211105\nE45,1,A,20211105\n");
    let error = failure(open.as_bytes(), &skipping(RecordFormat::Fixed));
    assert_eq!(error.kind(), ErrorKind::Table);
    assert!(error.to_string().starts_with("line 4, column 1 (byte 136): "), "{error}");
}

#[test]
fn bad_rows_are_listed_at_their_places() {
    let columns = TABLE.lines().next().unwrap();
    let table = format!(
        "{columns}\nE45,12345x,A,20211105\nE45,1,A\nE44,1,A,20211105\nE45,1,\"X\",20211105\n\
         E45,1,A,2021-02-29\nE46,1,A,20211105\nE45,1,\u{e9},20211105\nE45,,A,20211105\n"
    );
    let (_, report) = converted(table.as_bytes(), &to(RecordFormat::Fixed));
    let expected = [
        "line 2, column 5 (byte 92): meter_point_reference: not a number of the field's length: `12345x`",
        "line 3, column 1 (byte 110): 3 cells, 4 columns",
        "line 4, column 1 (byte 118): transaction_type: the line begins with no known code: `E44`",
        "line 5, column 8 (byte 142): dcc_service_flag: not a DCC Service Flag: `X`",
        "line 6, column 9 (byte 162): dcc_service_effective_from_date: not a date: `2021-02-29` (the calendar has no such day; a day is YYYYMMDD or YYYY-MM-DD)",
        "line 7, column 1 (byte 173): outcome_code: the value is missing",
        "line 8, column 7 (byte 196): dcc_service_flag: a byte outside ASCII: `\\xC3\\xA9`",
        "line 9, column 5 (byte 212): meter_point_reference: not a number of the field's length: `` (the cell is empty)",
    ];
    assert_eq!(refusals(&report), expected);
    assert_eq!((report.records, report.refused, report.written), (8, 8, 0));
}

#[test]
fn a_table_without_transaction_types_is_of_one_kind() {
    let columns =
        "outcome_code,meter_point_reference,dcc_service_flag,dcc_service_effective_from_date";
    let table = format!("{columns}\nAC,1,A,20211105\n,2,A,20211105\nRJ,3,A,20211105\n");
    let (file, report) = converted(table.as_bytes(), &skipping(RecordFormat::Fixed));
    assert_eq!(file, "E46AC0000000001A20211105\nE46RJ0000000003A20211105\n");
    assert_eq!(report.refused, 1);
    assert_eq!(report.refusals[0].reason.name(), "mixed-table");
    let with_types = format!(
        "transaction_type,{columns}\nE46,AC,1,A,20211105\nE45,,2,A,20211105\nE45,AC,3,A,20211105\n"
    );
    let (file, report) = converted(with_types.as_bytes(), &skipping(RecordFormat::Fixed));
    assert_eq!(file, "E46AC0000000001A20211105\nE450000000002A20211105\n");
    assert_eq!(report.refusals[0].reason.name(), "outcome-of-update");
}

#[test]
fn a_table_that_began_with_updates_takes_no_answers() {
    let both = b"E451234567810A20211105\nE46AC0000123409A20211105\n";
    let (table, report) = converted(both, &skipping(RecordFormat::Csv));
    assert_eq!(table.lines().count(), 2);
    assert_eq!(report.refusals[0].position.line, 2);
    assert_eq!(report.refusals[0].reason.name(), "no-outcome-column");
    let both = b"E46AC0000123409A20211105\nE451234567810A20211105\n";
    let table = convert_all(both, RecordFormat::Csv);
    assert!(table.ends_with(b"E46,AC,123409,A,20211105\nE45,,1234567810,A,20211105\n"));
    assert_eq!(convert_all(&table, RecordFormat::Fixed), both);
    assert_eq!(convert_all(&convert_all(both, RecordFormat::Jsonl), RecordFormat::Fixed), both);
}

#[test]
fn objects_may_be_written_by_hand() {
    let objects = concat!(
        r#"{"dcc_service_flag":"A","meter_point_reference":"0000123409","note":[{}],"transaction_type":"E45","dcc_service_effective_from_date":"2021-11-05"}"#,
        "\n\n",
        r#" {"transaction_type":"\u004546","outcome_code":"RJ","meter_point_reference":7,"dcc_service_flag":"\u0041","dcc_service_effective_from_date":20211105,"note":1}"#,
        "\n",
        r#"{"transaction_type":"E45","outcome_code":null,"meter_point_reference":8,"dcc_service_flag":"A","dcc_service_effective_from_date":"20211105"}"#,
    );
    let (file, report) = converted(objects.as_bytes(), &to(RecordFormat::Fixed));
    let expected = "E450000123409A20211105\nE46RJ0000000007A20211105\nE450000000008A20211105\n";
    assert_eq!((file.as_str(), report.is_complete()), (expected, true));
    assert_eq!(report.ignored, ["note"]);
}

#[test]
fn bad_objects_are_listed_at_their_places() {
    let good = r#""meter_point_reference":7,"dcc_service_flag":"A","dcc_service_effective_from_date":"20211105"}"#;
    let objects = [
        format!(r#"{{"transaction_type":"E45",{good}"#),
        format!(r#"{{"transaction_type":"E45","dcc_service_flag":"A",{good}"#),
        format!(r#"{{"transaction_type":"E45",{good} 1"#),
        "[1]".to_owned(),
        r#"{"transaction_type":"E45"}"#.to_owned(),
        format!(r#"{{"transaction_type":"E45",{}"#, good.replace('7', "7.0")),
        format!(r#"{{"transaction_type":"E45",{}"#, good.replace("\"A\"", "true")),
        format!(r#"{{"transaction_type":"E45",{}"#, good.replace("\"20211105\"", "null")),
        format!(r#"{{"transaction_type":"A00",{good}"#),
        r#"{"transaction_type":"Z99","record_count":"08"}"#.to_owned(),
    ];
    let (_, report) = converted(objects.join("\n").as_bytes(), &to(RecordFormat::Fixed));
    let seen: Vec<_> = report
        .refusals
        .iter()
        .map(|r| (r.position.line, r.position.column, r.reason.name(), r.position.record))
        .collect();
    let expected = [
        (2, 1, "malformed-object", Some(2)),
        (3, 1, "malformed-object", Some(3)),
        (4, 1, "malformed-object", Some(4)),
        (5, 1, "missing-value", Some(5)),
        (6, 51, "not-a-number", Some(6)),
        (7, 72, "unknown-flag", Some(7)),
        (8, 1, "missing-value", Some(8)),
        (9, 22, "unexpected-record", Some(9)),
        (10, 43, "record-count", None),
        (11, 1, "missing-header", None),
    ];
    assert_eq!(seen, expected);
    assert_eq!((report.records, report.refused, report.file_faults), (9, 8, 2));
    assert_eq!(report.refusals[4].value.as_deref(), Some("7.0"));
}

#[test]
fn objects_without_a_transaction_type_are_as_rows() {
    let object = |number: u64, outcome: &str| {
        format!(
            r#"{{{outcome}"Meter Point Reference":{number},"dcc_service_flag":"A","dcc_service_effective_from_date":20240603}}"#
        ) + "\n"
    };
    let (file, report) =
        converted((object(7, "") + &object(8, "")).as_bytes(), &to(RecordFormat::Fixed));
    assert_eq!(file, "E450000000007A20240603\nE450000000008A20240603\n");
    assert!(report.is_complete());
    let rejected = r#""outcome_code":"RJ","#;
    let (file, report) = converted(
        (object(7, rejected) + &object(8, "") + &object(9, rejected)).as_bytes(),
        &skipping(RecordFormat::Fixed),
    );
    assert_eq!(file, "E46RJ0000000007A20240603\nE46RJ0000000009A20240603\n");
    assert_eq!(report.refusals[0].reason.name(), "mixed-table");
}

/// The table and the objects of `flagflow register export`, of one fuel and of both.
#[test]
fn exports_of_a_register_are_tables_too() {
    let columns = "fuel,meter_point,dcc_service_flag,effective_from_date,file,line\n";
    let gas = "gas,1234567810,A,20240603,u.dxi,2\n";
    let electricity = "electricity,1013044353630,N,20240604,v,3\n";
    let object = |row: &str| {
        let cells: Vec<&str> = row.trim_end().split(',').collect();
        format!(
            r#"{{"fuel":"{}","meter_point":"{}","dcc_service_flag":"{}","effective_from_date":"{}","file":"{}","line":{}}}"#,
            cells[0], cells[1], cells[2], cells[3], cells[4], cells[5]
        ) + "\n"
    };
    let update = "E451234567810A20240603\n";
    let item = "82H|1|DC01|1013044353630|N|20240604|MRCY|\n";
    let mut zhv = to(RecordFormat::Zhv);
    zhv.supplier = Some("MRCY".parse().unwrap());
    zhv.user_file.file_identifier = Some("7".to_owned());
    zhv.user_file.to_participant = Some("EELC".to_owned());
    zhv.user_file.created = Some("20240101000000".parse().unwrap());
    let mut csv = to(RecordFormat::Csv);
    csv.supplier = zhv.supplier;
    for (gas_rows, electricity_rows) in [
        (format!("{columns}{gas}"), format!("{columns}{electricity}")),
        (object(gas), object(electricity)),
    ] {
        let (file, report) = converted(gas_rows.as_bytes(), &to(RecordFormat::Fixed));
        assert_eq!((file.as_str(), report.is_complete()), (update, true));
        assert_eq!(report.ignored, ["file", "line"]);
        let (file, report) = converted(electricity_rows.as_bytes(), &zhv);
        assert!(file.contains(item) && report.is_complete(), "{file}");
        // what it becomes says nothing of the fuel, and the first record does
        let (table, _) = converted(electricity_rows.as_bytes(), &csv);
        assert!(table.contains("mpan_core") && table.contains("1013044353630"), "{table}");
        let (objects, _) = converted(gas_rows.as_bytes(), &to(RecordFormat::Jsonl));
        assert!(objects.contains("\"meter_point_reference\":1234567810"), "{objects}");
    }
    for both in [format!("{columns}{gas}{electricity}"), object(electricity) + &object(gas)] {
        let (_, report) = converted(both.as_bytes(), &to(RecordFormat::Fixed));
        assert_eq!((report.refused, report.reasons["other-fuel"]), (1, 1));
        let (file, _) = converted(both.as_bytes(), &skipping(RecordFormat::Fixed));
        assert_eq!(file, update);
        zhv.skip_invalid = true;
        let (file, report) = converted(both.as_bytes(), &zhv);
        assert_eq!((report.written, report.reasons["other-fuel"]), (1, 1), "{file}");
    }
}

#[test]
fn other_outputs_of_flagflow_are_named() {
    for (input, part) in [
        ("change,meter_point,old_flag\n", "differences"),
        ("{\"schema\":\"flagflow-report/1\"}\n", "a report"),
        ("{\"line\":3,\"record\":2,\"offset\":60,\"rules\":[]}\n", "answer --listed"),
        ("on,device,event,meter_point\n", "events"),
        (
            "\"what happens to a meter\",\"flag before\",\"x\",\"flag after\",\"clause\"\n",
            "rule set",
        ),
    ] {
        let error = failure(input.as_bytes(), &to(RecordFormat::Fixed));
        assert_eq!(error.kind(), ErrorKind::Unrecognised);
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[test]
fn tables_of_spreadsheets_are_read_or_the_fault_is_named() {
    let columns = "Meter Point Reference , dcc-service-flag,DCC SERVICE EFFECTIVE FROM DATE,,\n";
    let table = format!(
        "{columns}1234567810,A,20240603,,\n,,,,\n123409,N,20240604\n123409,N,20240605,,,, \n"
    );
    let (file, report) = converted(table.as_bytes(), &to(RecordFormat::Fixed));
    assert_eq!(file, "E451234567810A20240603\nE450000123409N20240604\nE450000123409N20240605\n");
    assert_eq!((report.records, report.empty_rows), (3, 1));
    assert!(report.is_complete() && report.ignored.is_empty() && report.warnings.is_empty());
    let (again, report) =
        converted(format!(",,\n\n , \n{table}").as_bytes(), &to(RecordFormat::Fixed));
    assert_eq!((again, report.empty_rows), (file, 3));
    let table = format!(
        "{columns}1234570000,A,20240603,note,\n1234570000,A,20240604\n1.23457E+09,A,20240603\n\
         1,A,20240603,,,x\n"
    );
    let (_, report) = converted(table.as_bytes(), &skipping(RecordFormat::Fixed));
    assert_eq!(report.ignored, ["(without a name)"]);
    let warned = report.warnings["mprn-check-digits"];
    assert_eq!((warned.records, warned.line, report.written), (2, 2, 2));
    assert!(report.refusals[0].to_string().contains("the digits are lost"));
    assert!(report.refusals[1].to_string().ends_with("6 cells, 5 columns"));
}

#[test]
fn names_of_columns_and_keys_are_masked() {
    let columns = "meter_point_reference,dcc_service_flag,dcc_service_effective_from_date";
    let object = r#"{"meter_point_reference":1234567810,"dcc_service_flag":"A","dcc_service_effective_from_date":20240603,"1234567810":1}"#;
    for input in [format!("{columns},1234567810\n1234567810,A,20240603,\n"), object.to_owned()] {
        let mut options = to(RecordFormat::Fixed);
        assert_eq!(converted(input.as_bytes(), &options).1.ignored, ["1234567810"]);
        options.mask = true;
        assert_eq!(converted(input.as_bytes(), &options).1.ignored, ["**********"]);
    }
    let mut options = to(RecordFormat::Fixed);
    options.mask = true;
    let table = format!("{columns}\n1234567810,123409,1234567810\n");
    assert_eq!(converted(table.as_bytes(), &options).1.refusals[0].value, None);
    let error = failure(b"meter_point_reference,1234567810\n", &options);
    assert!(!error.to_string().contains("1234567810"), "{error}");
}

#[test]
fn one_bad_record_refuses_the_conversion_and_totals_are_exact() {
    let mut file = "E451234567810A20211105\n".to_owned();
    for _ in 0..50 {
        file.push_str("E451234567810X20211105\nE45\nE450000123409A20211105\n");
    }
    let (_, report) = converted(file.as_bytes(), &to(RecordFormat::Uklink));
    assert!(!report.is_publishable());
    assert_eq!((report.records, report.refused, report.written), (151, 100, 0));
    assert_eq!((report.reasons["unknown-flag"], report.reasons["wrong-length"]), (50, 50));
    assert_eq!(report.refusals.len(), 20);
    assert_eq!(
        report.refusals[0].to_string(),
        "line 2, column 14 (byte 36): dcc_service_flag: not a DCC Service Flag: `X`"
    );
    let (written, report) = converted(file.as_bytes(), &skipping(RecordFormat::Uklink));
    assert!(report.is_publishable() && !report.is_complete());
    assert_eq!((report.written, written.lines().count()), (51, 51));
}

#[test]
fn a_bad_trailer_is_said_and_made_anew_only_where_bad_things_are_left_out() {
    for (file, reason) in [
        (FILE.replace("Z990000000002", "Z990000000009"), "record-count"),
        (FILE.replace("Z990000000002", "Z99x"), "wrong-length"),
        (FILE.replace("Z990000000002\n", ""), "missing-trailer"),
    ] {
        let (_, report) = converted(file.as_bytes(), &to(RecordFormat::Fixed));
        assert!(!report.is_publishable(), "{reason}");
        assert_eq!((report.file_faults, report.refused, report.reasons[reason]), (1, 0, 1));
        let (again, report) = converted(file.as_bytes(), &skipping(RecordFormat::Fixed));
        assert_eq!((again.as_str(), report.is_complete()), (FILE, false));
    }
    let bad_record = FILE.replace("0000123409", "000012340x");
    let (again, _) = converted(bad_record.as_bytes(), &skipping(RecordFormat::Fixed));
    assert!(again.ends_with("Z990000000001\n"), "the count is that of what is written");
}

#[test]
fn a_bad_header_is_replaced_only_by_values_that_are_given() {
    let file = FILE.replace("DXI20211105", "DXI20211305");
    let (_, report) = converted(file.as_bytes(), &to(RecordFormat::Fixed));
    assert!(!report.is_publishable());
    assert_eq!((report.file_faults, report.reasons["invalid-date"]), (1, 1));
    let mut options = skipping(RecordFormat::Fixed);
    assert_eq!(failure(file.as_bytes(), &options).kind(), ErrorKind::MissingHeaderValues);
    options.header = header_of(FILE.as_bytes()).unwrap();
    assert_eq!(converted(file.as_bytes(), &options).0, FILE);
}

#[test]
fn an_envelope_is_kept_added_or_dropped() {
    let bare = "E451234567810A20211105\nE450000123409N20211106\n";
    let mut options = to(RecordFormat::Fixed);
    options.header.generation_number = Some(8);
    let (kept, report) = converted(FILE.as_bytes(), &options);
    assert_eq!(kept, FILE.replace("000007\n", "000008\n"), "a value goes over the input's");
    assert_eq!((report.envelope, report.header_values_unused), (EnvelopeChange::Kept, false));
    let (kept, report) = converted(bare.as_bytes(), &options);
    assert_eq!((kept.as_str(), report.envelope), (bare, EnvelopeChange::Bare));
    assert!(report.header_values_unused);

    options.envelope = EnvelopeRule::Add;
    let error = failure(bare.as_bytes(), &options);
    assert_eq!(error.kind(), ErrorKind::MissingHeaderValues);
    assert_eq!(
        error.to_string(),
        "the header has no value for organisation_id, creation_date, creation_time"
    );
    options.header = header_of(FILE.as_bytes()).unwrap();
    options.header.file_type = None;
    let (added, report) = converted(bare.as_bytes(), &options);
    assert_eq!((added.as_str(), report.envelope), (FILE, EnvelopeChange::Added));

    options.envelope = EnvelopeRule::Drop;
    let (dropped, report) = converted(FILE.as_bytes(), &options);
    assert_eq!((dropped.as_str(), report.envelope), (bare, EnvelopeChange::Dropped));
}

#[test]
fn line_ends_are_kept_or_chosen() {
    let crlf = FILE.replace('\n', "\r\n");
    for (input, rule, expected) in [
        (FILE, LineEndRule::Keep, FILE),
        (FILE, LineEndRule::Crlf, &crlf),
        (&crlf, LineEndRule::Keep, &crlf),
        (&crlf, LineEndRule::Lf, FILE),
    ] {
        let mut options = to(RecordFormat::Fixed);
        options.line_end = rule;
        assert_eq!(converted(input.as_bytes(), &options).0, expected);
    }
    assert_eq!(convert_all(b"E451234567810A20211105", RecordFormat::Fixed).last(), Some(&b'\n'));
}

#[test]
fn flags_change_by_a_mapping_and_by_nothing_else() {
    use ServiceFlag::{InstalledNotCommissioned, NonActive, Suspended, Withdrawn};
    let file = b"E450000000001S20200101\nE450000000002W20200101\nE450000000003S20200101\n\
                 E450000000004A20200101\n";
    assert_eq!(convert_all(file, RecordFormat::Fixed), file);
    let mut options = to(RecordFormat::Fixed);
    options.edition = Some(Edition::Mp077);
    let (_, report) = converted(file, &options);
    assert_eq!((report.refused, report.reasons["flag-not-in-edition"]), (3, 3));
    assert_eq!(
        report.refusals[0].to_string(),
        "line 1, column 14 (byte 13): dcc_service_flag: not a flag of edition mp077: `S`"
    );
    options.map_flags =
        vec![(Suspended, NonActive), (Withdrawn, InstalledNotCommissioned), (NonActive, Suspended)];
    let (mapped, report) = converted(file, &options);
    assert_eq!(
        mapped,
        "E450000000001N20200101\nE450000000002I20200101\nE450000000003N20200101\n\
         E450000000004A20200101\n"
    );
    let counts: Vec<_> = report.mapped.iter().map(|m| (m.from, m.to, m.records)).collect();
    assert_eq!(
        counts,
        [
            (Suspended, NonActive, 2),
            (Withdrawn, InstalledNotCommissioned, 1),
            (NonActive, Suspended, 0)
        ]
    );
}

#[test]
fn places_are_right_in_text_that_is_not_canonical() {
    let file = b"\xEF\xBB\xBF\r\nE45,\"0123409\",S,20200101\r\n";
    let mut options = to(RecordFormat::Fixed);
    options.edition = Some(Edition::Mp077);
    let (_, report) = converted(file, &options);
    let position = report.refusals[0].position;
    assert_eq!((position.line, position.column, position.offset), (2, 15, 19));
    assert_eq!(file[19], b'S');
}

#[test]
fn a_masked_report_names_no_meter_point() {
    let columns = TABLE.lines().next().unwrap();
    for input in [
        "E4512345x7810A20211105\nE4512345x7810A20211105Z\nE4512345x7810X20211105\n".to_owned(),
        "\"E45\",\"12345x7810\",A,20211105\n\"E45\",12345x7810\n".to_owned(),
        format!("{columns}\nE45,12345x7810,A,20211105\nE45,12345x7810\n"),
        "{\"transaction_type\":\"E45\",\"meter_point_reference\":\"12345x7810\"}\n{\"12345x7810"
            .to_owned(),
    ] {
        let mut options = to(RecordFormat::Fixed);
        let (_, open) = converted(input.as_bytes(), &options);
        assert!(format!("{open:?}").contains("12345x7810"));
        options.mask = true;
        let (_, masked) = converted(input.as_bytes(), &options);
        assert!(!format!("{masked:?}").contains("12345x7810"), "{masked:?}");
        assert_eq!(masked.refused, open.refused);
    }
}

#[test]
fn what_is_no_file_of_ours_is_a_failure() {
    for input in [&b""[..], b"\n\n", b"81H|1|\n", b"mprn,flag\n1,A\n"] {
        assert_eq!(failure(input, &to(RecordFormat::Csv)).kind(), ErrorKind::Unrecognised);
    }
    let mut told = to(RecordFormat::Csv);
    told.from = Some(RecordFormat::Fixed);
    let (_, report) = converted(b"mprn,flag\n", &told);
    assert_eq!(report.reasons["unknown-record"], 1);
}
