//! Batches have the rows of the library's reader.

use std::io::Read;
use std::path::Path;

use flagflow_arrow::{Column, OnError, Scan, ScanOptions};
use flagflow_domain::{EffectiveDate, Outcome, ServiceFlag};
use flagflow_electricity::{Instruction, Reader as ElectricReader, ReasonCode};
use flagflow_files::input;
use flagflow_gas::{Detail, Reader};
use proptest::prelude::*;

use super::{options, rows, testdata};

/// Returns a row of the library's reader as a line of text.
fn row(detail: &Detail) -> String {
    let tag = if detail.outcome().is_some() { "E46" } else { "E45" };
    format!(
        "gas {tag} {} {} {} {} - - - - - - - - - ",
        detail.meter_point_reference().as_u64(),
        detail.flag().as_str(),
        EffectiveDate::packed_days_since_1970(detail.effective_from().as_packed()),
        detail.outcome().map_or("-", Outcome::as_str),
    )
}

/// Returns the good records of a gas file, and its bad ones as their positions and texts.
fn expected(file: &[u8]) -> (Vec<String>, Vec<String>) {
    let (mut good, mut all) = (Vec::new(), Vec::new());
    let mut reader = Reader::from_slice(file);
    loop {
        let position = reader.position();
        match reader.read() {
            Ok(Some(detail)) => {
                good.push(row(&detail));
                all.push(row(&detail));
            }
            Ok(None) => return (good, all),
            Err(error) => {
                assert!(error.is_recoverable(), "{error} at {position}");
                if error.position().record.is_some() {
                    all.push(format!("bad {}", error.position().line));
                }
            }
        }
    }
}

fn values(on_error: OnError, batch_size: usize) -> ScanOptions {
    let mut options = ScanOptions::default();
    (options.on_error, options.batch_size) = (on_error, batch_size);
    options
}

/// Returns the rows of a file, and the lines of its bad records.
fn kept(path: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    for batch in Scan::open(path, &options(OnError::Keep, 2)).unwrap() {
        let batch = batch.unwrap();
        let line = batch.column_by_name("line").unwrap();
        let error = batch.column_by_name("error").unwrap();
        let values = batch.project(&(0..15).collect::<Vec<_>>()).unwrap();
        for (row, text) in super::rows_of(&values).into_iter().enumerate() {
            lines.push(match super::cell(error, row).as_str() {
                "-" => text,
                _ => format!("bad {}", super::cell(line, row)),
            });
        }
    }
    lines
}

#[test]
fn rows_of_every_gas_file_are_those_of_the_reader() {
    let mut files = 0;
    for path in testdata().filter(|path| path.to_string_lossy().contains("/e4")) {
        let mut file = Vec::new();
        input::open(&path).unwrap().read_to_end(&mut file).unwrap_or_default();
        let Ok(scan) = Scan::open(&path, &values(OnError::Skip, 3)) else { continue };
        let (good, all) = expected(&file);
        let found: Result<Vec<_>, _> = scan.collect();
        let Ok(found) = found else { continue };
        let found: Vec<_> = found.iter().flat_map(super::rows_of).collect();
        assert_eq!(found, good, "{}", path.display());
        assert_eq!(kept(&path), all, "{}", path.display());
        files += 1;
    }
    assert!(files > 40, "{files}");
}

fn detail() -> impl Strategy<Value = String> {
    let flags = ServiceFlag::ALL.map(ServiceFlag::as_str);
    let outcome = prop::option::weighted(0.3, prop::sample::select(&["AC", "RJ"][..]));
    (0u64..10_000_000_000, prop::sample::select(flags.to_vec()), 1u32..29, outcome).prop_map(
        |(point, flag, day, outcome)| match outcome {
            None => format!("E45{point:010}{flag}202401{day:02}"),
            Some(outcome) => format!("E46{outcome}{point:010}{flag}202401{day:02}"),
        },
    )
}

proptest! {
    /// Whatever the records, the batches have them.
    #[test]
    fn any_records_are_rows(
        lines in prop::collection::vec(detail(), 1..40),
        batch_size in 1usize..50,
    ) {
        let file = lines.join("\n").into_bytes();
        let (good, _) = expected(&file);
        let scan = Scan::new(std::io::Cursor::new(file), &values(OnError::Skip, batch_size));
        prop_assert_eq!(rows(scan.unwrap()), good);
    }
}

#[test]
fn columns_come_as_they_are_wanted() {
    let file = b"E451234567810A20220101\nE450000123409N20220102\n";
    let mut options = ScanOptions::default();
    options.columns = Some(vec![Column::DccServiceFlag, Column::MeterPoint]);
    let scan = Scan::new(&file[..], &options).unwrap();
    assert_eq!(rows(scan), ["A 1234567810 ", "N 123409 "]);
    options.columns = Some(Vec::new());
    let mut scan = Scan::new(&file[..], &options).unwrap();
    assert_eq!(scan.next().unwrap().unwrap().num_rows(), 2);
}

#[test]
fn the_schema_has_the_header() {
    use arrow_array::RecordBatchReader;
    let file =
        b"A000000000123DXI20220101120000000001\r\nE451234567810A20220101\r\nZ990000000001\r\n";
    let scan = Scan::named(&file[..], "x", &options(OnError::Fail, 10)).unwrap();
    let schema = scan.schema();
    let value = |key: &str| schema.metadata().get(key).map(String::as_str);
    assert_eq!(value("flagflow.fuel"), Some("gas"));
    assert_eq!(value("flagflow.layout"), Some("fixed"));
    assert_eq!(value("flagflow.line_end"), Some("crlf"));
    assert_eq!(value("flagflow.edition"), Some("mp077"));
    let header = value("flagflow.header").unwrap();
    assert!(header.contains(r#""generation_number":"000001""#), "{header}");
    assert_eq!(rows(scan), ["gas E45 1234567810 A 18993 - - - - - - - - - - x 2 38 "]);
}

/// Returns a record of electricity as a line of text.
fn electric_row(record: &Instruction, reasons: &[ReasonCode]) -> String {
    let day = |day: EffectiveDate| EffectiveDate::packed_days_since_1970(day.as_packed());
    let reasons: Vec<_> = reasons.iter().map(ReasonCode::as_str).collect();
    match record {
        Instruction::D0350(it) => format!(
            "electricity D0350 {} {} {} - - {} {} - - - - - - ",
            it.mpan_core().as_u64(),
            it.flag(),
            day(it.effective_from()),
            it.instruction_number(),
            it.supplier_id(),
        ),
        Instruction::D0351(it) => format!(
            "electricity D0351 {} {} {} - {} {} {} {} {} - - - - ",
            it.mpan_core().map_or("-".to_owned(), |mpan| mpan.as_u64().to_string()),
            it.flag().map_or("-", ServiceFlag::as_str),
            it.effective_from().map_or("-".to_owned(), |from| day(from).to_string()),
            if reasons.is_empty() { "-".to_owned() } else { reasons.join(" ") },
            it.instruction_number(),
            it.supplier_id().map_or("-".to_owned(), |supplier| supplier.to_string()),
            it.incoming_instruction_number(),
            day(it.deemed_received()),
        ),
        Instruction::D0172(it) => format!(
            "electricity D0172 - - - - - {} - - {} {} {} {} {} ",
            it.instruction_number(),
            day(it.deemed_received()),
            it.file_identifier(),
            it.received(),
            it.accepted(),
            it.rejected(),
        ),
    }
}

/// Returns the good records of an electricity file, and the lines of its bad ones.
fn expected_electricity(file: &[u8]) -> (Vec<String>, Vec<String>) {
    let (mut good, mut all) = (Vec::new(), Vec::new());
    let (mut reader, mut last) = (ElectricReader::from_slice(file), 0);
    loop {
        match reader.read() {
            Ok(Some(record)) => {
                let row = electric_row(&record, reader.reasons());
                good.push(row.clone());
                all.push(row);
            }
            Ok(None) => return (good, all),
            Err(error) => {
                assert!(error.is_recoverable(), "{error}");
                // a bad reason below a bad record is the same record
                if error.position().record.is_some_and(|record| record > last) {
                    last = error.position().record.unwrap();
                    all.push(format!("bad {}", error.position().line));
                }
            }
        }
    }
}

#[test]
fn rows_of_every_electricity_file_are_those_of_the_reader() {
    let mut files = [[0; 2]; 3];
    for path in testdata().filter(|path| path.to_string_lossy().contains("/d0")) {
        let mut file = Vec::new();
        input::open(&path).unwrap().read_to_end(&mut file).unwrap_or_default();
        let Ok(scan) = Scan::open(&path, &values(OnError::Skip, 3)) else { continue };
        let Ok(found) = scan.collect::<Result<Vec<_>, _>>() else { continue };
        let found: Vec<_> = found.iter().flat_map(super::rows_of).collect();
        let (good, all) = expected_electricity(&file);
        assert_eq!(found, good, "{}", path.display());
        assert_eq!(kept(&path), all, "{}", path.display());
        let text = path.to_string_lossy();
        let flow = ["/d0350/", "/d0351/", "/d0172/"].iter().position(|flow| text.contains(flow));
        files[flow.unwrap()][usize::from(file.starts_with(b"ZHF"))] += 1;
    }
    assert!(files.iter().flatten().all(|count| *count > 1), "{files:?}");
}

#[test]
fn every_flow_has_the_same_columns() {
    let of = |scan: Scan| scan.schema_names();
    let options = options(OnError::Skip, 5);
    let gas = of(Scan::new(&b"E451234567810A20220101\n"[..], &options).unwrap());
    for path in testdata().filter(|path| path.to_string_lossy().contains("/valid/")) {
        assert_eq!(of(Scan::open(&path, &options).unwrap()), gas, "{}", path.display());
    }
}

fn update() -> impl Strategy<Value = String> {
    let flags = ServiceFlag::ALL.map(ServiceFlag::as_str);
    let supplier = "[A-Z0-9]{1,4}";
    (1u64..1_000_000, prop::sample::select(flags.to_vec()), 1u32..30, supplier).prop_map(
        |(number, flag, day, supplier)| {
            format!("82H|{number}|DC01|1013044353630|{flag}|202402{day:02}|{supplier}|")
        },
    )
}

proptest! {
    /// Whatever the updates, the batches have them.
    #[test]
    fn any_updates_are_rows(
        lines in prop::collection::vec(update(), 1..40),
        batch_size in 1usize..50,
    ) {
        let header = "ZHV|0000000001|D0350001|Z|DCCO|P|EELC|20240201000000||||OPER|\n81H|1|\n";
        let file = format!("{header}{}\n", lines.join("\n")).into_bytes();
        let (good, _) = expected_electricity(&file);
        prop_assert_eq!(good.len(), lines.iter().filter(|line| !line.contains("|20240230|")).count());
        let scan = Scan::new(std::io::Cursor::new(file), &values(OnError::Skip, batch_size));
        prop_assert_eq!(rows(scan.unwrap()), good);
    }
}

trait SchemaNames {
    fn schema_names(&self) -> Vec<String>;
}

impl SchemaNames for Scan {
    fn schema_names(&self) -> Vec<String> {
        let schema = arrow_array::RecordBatchReader::schema(self);
        schema.fields().iter().map(|field| field.name().clone()).collect()
    }
}
