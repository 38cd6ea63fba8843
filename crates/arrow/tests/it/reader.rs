//! Batches have the rows of the library's reader.

use std::io::Read;

use flagflow_arrow::{Column, OnError, Scan, ScanOptions};
use flagflow_domain::{EffectiveDate, Outcome, ServiceFlag};
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
        let kept = Scan::open(&path, &options(OnError::Keep, 2)).unwrap();
        let mut lines = Vec::new();
        for batch in kept {
            let batch = batch.unwrap();
            let line = batch.column_by_name("line").unwrap();
            let error = batch.column_by_name("error").unwrap();
            for (row, text) in super::rows_of(&batch.project(&(0..15).collect::<Vec<_>>()).unwrap())
                .into_iter()
                .enumerate()
            {
                lines.push(match super::cell(error, row).as_str() {
                    "-" => text,
                    _ => format!("bad {}", super::cell(line, row)),
                });
            }
        }
        assert_eq!(lines, all, "{}", path.display());
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

#[test]
fn electricity_is_rows_of_the_same_schema() {
    let mut files = 0;
    for path in testdata().filter(|path| path.to_string_lossy().contains("/d0")) {
        let Ok(scan) = Scan::open(&path, &options(OnError::Skip, 5)) else { continue };
        assert_eq!(
            scan.schema_names(),
            Scan::new(&b"E451234567810A20220101\n"[..], &options(OnError::Skip, 5))
                .unwrap()
                .schema_names()
        );
        files += usize::from(rows(scan).iter().all(|row| row.starts_with("electricity D0")));
    }
    assert!(files > 20, "{files}");
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
