//! Conversions to tables that are not text, and back.

use std::path::{Path, PathBuf};

use flagflow_arrow::convert::{convert, format_of};
use flagflow_arrow::parquet::{read_parquet, write_parquet};
use flagflow_arrow::{OnError, Scan, ScanOptions};
use flagflow_exchange::convert::{ConvertOptions, ConvertReport, RecordFormat};
use flagflow_files::{Error, ErrorKind};

use super::{rows_of, testdata};

const TABLES: [RecordFormat; 2] = [RecordFormat::Parquet, RecordFormat::Arrow];

/// Converts a file, and returns the report and the path of the output.
fn to(
    path: &Path,
    folder: &Path,
    options: &ConvertOptions,
) -> Result<(ConvertReport, PathBuf), Error> {
    let output = folder.join(format!("out.{}", options.to));
    let file = std::fs::File::create(&output).unwrap();
    convert(path, file, options, None).map(|report| (report, output))
}

/// Returns the layout of a file that is written again byte for byte.
fn canonical(path: &Path, folder: &Path) -> Option<RecordFormat> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    let layout = name.split(['-', '.']).next()?.parse().ok()?;
    let (report, output) = to(path, folder, &ConvertOptions::new(layout)).ok()?;
    let is_same = std::fs::read(output).unwrap() == std::fs::read(path).unwrap();
    (report.is_complete() && is_same).then_some(layout)
}

#[test]
fn canonical_files_come_back_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let (mut files, mut refused) = (0, 0);
    for path in testdata() {
        let Some(layout) = canonical(&path, folder.path()) else { continue };
        for format in TABLES {
            let (report, table) = to(&path, folder.path(), &ConvertOptions::new(format)).unwrap();
            if !report.is_complete() {
                // a second group, or a reason with a space in it
                assert_eq!(report.reasons.keys().collect::<Vec<_>>(), [&"not-writable"]);
                refused += 1;
                continue;
            }
            assert_eq!((report.to, report.written), (format, report.records));
            let (report, back) = to(&table, folder.path(), &ConvertOptions::new(layout)).unwrap();
            assert!(report.is_complete(), "{}: {report:?}", path.display());
            assert_eq!(report.from, format);
            let [back, own] = [&back, &path].map(|path| std::fs::read(path).unwrap());
            assert_eq!(
                String::from_utf8_lossy(&back),
                String::from_utf8_lossy(&own),
                "{}",
                path.display()
            );
            files += 1;
        }
    }
    assert!(files > 80 && refused < 20, "{files} {refused}");
}

#[test]
fn a_scan_written_as_parquet_comes_back_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = 0;
    for path in testdata().filter(|path| path.to_string_lossy().contains("/e4")) {
        let Some(layout) = canonical(&path, folder.path()) else { continue };
        let table = folder.path().join("scan.parquet");
        let scan = Scan::open(&path, &ScanOptions::default()).unwrap();
        let file = std::fs::File::create(&table).unwrap();
        write_parquet(scan, file).unwrap();
        let (report, back) = to(&table, folder.path(), &ConvertOptions::new(layout)).unwrap();
        if report.is_complete() {
            assert_eq!(std::fs::read(back).unwrap(), std::fs::read(&path).unwrap());
            files += 1;
        } else {
            // a scan does not keep the trailer
            assert!(report.reasons.contains_key("missing-trailer"), "{report:?}");
        }
    }
    assert!(files > 5, "{files}");
}

#[test]
fn the_rows_of_a_table_are_those_of_a_scan() {
    let folder = tempfile::tempdir().unwrap();
    for path in testdata().filter(|path| canonical(path, folder.path()).is_some()) {
        let mut options = ConvertOptions::new(RecordFormat::Parquet);
        options.skip_invalid = true;
        let (report, table) = to(&path, folder.path(), &options).unwrap();
        if report.reasons.contains_key("not-writable") {
            // a reason with a space in it
            continue;
        }
        let (batches, _) = read_parquet(std::fs::File::open(table).unwrap()).unwrap();
        let found: Vec<_> = batches.flat_map(|batch| rows_of(&batch.unwrap())).collect();
        let mut options = ScanOptions::default();
        options.on_error = OnError::Skip;
        let expected = super::rows(Scan::open(&path, &options).unwrap());
        assert_eq!(found, expected, "{}", path.display());
    }
}

#[test]
fn workbooks_have_the_records() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = 0;
    for path in testdata().filter(|path| path.to_string_lossy().contains("/e45/valid")) {
        let Some(layout) = canonical(&path, folder.path()) else { continue };
        let mut bare = ConvertOptions::new(layout);
        bare.envelope = flagflow_exchange::convert::EnvelopeRule::Drop;
        let (_, expected) = to(&path, folder.path(), &bare).unwrap();
        let expected = std::fs::read(expected).unwrap();
        let xlsx = ConvertOptions::new(RecordFormat::Xlsx);
        let (report, book) = to(&path, folder.path(), &xlsx).unwrap();
        assert!(report.is_complete(), "{report:?}");
        let (report, back) = to(&book, folder.path(), &bare).unwrap();
        assert!(report.is_complete(), "{}: {report:?}", path.display());
        assert!(report.ignored.is_empty(), "{report:?}");
        let plain = |text: Vec<u8>| String::from_utf8(text).unwrap().replace('\r', "");
        assert_eq!(plain(std::fs::read(back).unwrap()), plain(expected), "{}", path.display());
        files += 1;
    }
    assert!(files > 10, "{files}");
}

/// A sheet has no envelope and no group, so the tables of text are compared.
#[test]
fn workbooks_have_the_records_of_electricity() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = [0; 3];
    for path in testdata().filter(|path| path.to_string_lossy().contains("/d0")) {
        if canonical(&path, folder.path()).is_none() {
            continue;
        }
        let csv = ConvertOptions::new(RecordFormat::Csv);
        let (report, expected) = to(&path, folder.path(), &csv).unwrap();
        let expected = std::fs::read_to_string(expected).unwrap();
        let (sheet, book) =
            to(&path, folder.path(), &ConvertOptions::new(RecordFormat::Xlsx)).unwrap();
        if !report.is_complete() || !sheet.is_complete() || report.written == 0 {
            continue;
        }
        let (report, back) = to(&book, folder.path(), &csv).unwrap();
        assert!(
            report.is_complete() && report.ignored.is_empty(),
            "{}: {report:?}",
            path.display()
        );
        let flow = ["d0350", "d0351", "d0172"]
            .iter()
            .position(|flow| path.to_string_lossy().contains(&format!("/{flow}/")));
        files[flow.unwrap()] += 1;
        let rows = |text: &str| {
            // the number of the file is in the group
            let row = |line: &str| line.split_once(',').unwrap().1.to_owned();
            text.lines().map(row).collect::<Vec<_>>()
        };
        let back = std::fs::read_to_string(back).unwrap();
        assert_eq!(rows(&back), rows(&expected), "{}", path.display());
    }
    assert!(files.iter().all(|count| *count > 4), "{files:?}");
}

#[test]
fn a_sheet_is_chosen_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    std::fs::write(&path, "E451234567810A20220101\nE45\n").unwrap();
    let mut options = ConvertOptions::new(RecordFormat::Xlsx);
    options.skip_invalid = true;
    let (report, book) = to(&path, folder.path(), &options).unwrap();
    assert_eq!((report.written, report.refused), (1, 1));
    let csv = ConvertOptions::new(RecordFormat::Csv);
    let sheet = |name| convert(&book, std::io::sink(), &csv, Some(name));
    assert_eq!(sheet("records").unwrap().written, 1);
    let error = sheet("findings").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Table);
    let error = sheet("none").unwrap_err();
    assert!(
        error.to_string().ends_with("there is no sheet none: the sheets are records, findings")
    );
}

#[test]
fn tables_that_are_none_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.parquet", "a.arrow", "a.xlsx"] {
        let path = folder.path().join(name);
        std::fs::write(&path, "E451234567810A20220101\n").unwrap();
        let error = to(&path, folder.path(), &ConvertOptions::new(RecordFormat::Csv)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unrecognised, "{error}");
        assert!(error.to_string().contains(name), "{error}");
    }
    let mut standard = ConvertOptions::new(RecordFormat::Csv);
    standard.from = Some(RecordFormat::Parquet);
    let error = to("-".as_ref(), folder.path(), &standard).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Options);
    let endings = [("a.PARQUET", Some(RecordFormat::Parquet)), ("a.csv", None), ("xlsx", None)];
    for (name, format) in endings {
        assert_eq!(format_of(name.as_ref()), format);
    }
}

#[test]
fn bad_records_refuse_the_table() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    std::fs::write(&path, "E451234567810A20220101\nE451234567810Q20220101\n").unwrap();
    for format in TABLES {
        let mut options = ConvertOptions::new(format);
        let (report, _) = to(&path, folder.path(), &options).unwrap();
        assert!(!report.is_publishable());
        options.skip_invalid = true;
        let (report, table) = to(&path, folder.path(), &options).unwrap();
        assert_eq!((report.written, report.refused), (1, 1));
        let (report, _) =
            to(&table, folder.path(), &ConvertOptions::new(RecordFormat::Csv)).unwrap();
        assert_eq!((report.records, report.written), (1, 1));
    }
}

/// Tables of others have other names and types.
#[test]
fn columns_of_others_are_read() {
    use arrow_array::{Float64Array, LargeStringArray, RecordBatch, TimestampNanosecondArray};
    use arrow_schema::{DataType, Field, Schema, TimeUnit};
    use std::sync::Arc;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pandas.parquet");
    let time = DataType::Timestamp(TimeUnit::Nanosecond, None);
    let schema = Arc::new(Schema::new(vec![
        Field::new("Meter Point Reference", DataType::Float64, true),
        Field::new("status", DataType::LargeUtf8, true),
        Field::new("effective_from_date", time, true),
        Field::new("note", DataType::LargeUtf8, true),
    ]));
    let batch = RecordBatch::try_new(
        schema.clone(),
        vec![
            Arc::new(Float64Array::from(vec![1_234_567_810.0, 123_409.0])),
            Arc::new(LargeStringArray::from(vec!["A", "N"])),
            Arc::new(TimestampNanosecondArray::from(vec![1_640_995_200_000_000_000, 0])),
            Arc::new(LargeStringArray::from(vec![Some("a \"note\""), None])),
        ],
    )
    .unwrap();
    let file = std::fs::File::create(&path).unwrap();
    let mut writer = flagflow_arrow::parquet::ParquetWriter::new(file, schema).unwrap();
    writer.write(&batch).unwrap();
    writer.finish(std::collections::HashMap::new()).unwrap();
    let mut options = ConvertOptions::new(RecordFormat::Fixed);
    options.columns = vec![("dcc_service_flag".to_owned(), "Status".to_owned())];
    let (report, text) = to(&path, folder.path(), &options).unwrap();
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(report.ignored, ["note"]);
    let text = std::fs::read_to_string(text).unwrap();
    assert_eq!(text, "E451234567810A20220101\nE450000123409N19700101\n");
}
