//! Bad input is an error of a named kind with file and position, never a wrong row.

use std::io::Write;

use flagflow_arrow::{Column, Error, ErrorKind, OnError, Scan, ScanOptions};
use flagflow_check::{Flow, Layout};

use super::options;

/// Reads a file to its end and returns the error.
fn error_of(bytes: &[u8], options: &ScanOptions) -> Error {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad");
    std::fs::write(&path, bytes).unwrap();
    let error = match Scan::open(&path, options) {
        Ok(scan) => scan.collect::<Result<Vec<_>, _>>().unwrap_err().into(),
        Err(error) => error,
    };
    assert!(error.file().unwrap().ends_with("/bad"), "{error}");
    error
}

#[test]
fn a_bad_record_has_its_position() {
    let file = b"E451234567810A20220101\nE450000123409Q20220102\n";
    let error = error_of(file, &ScanOptions::default());
    assert_eq!(error.kind(), ErrorKind::BadRecord);
    let at = error.position().unwrap();
    assert_eq!((at.line, at.column, at.offset, at.record), (2, 14, 36, Some(2)));
    assert_eq!(error.message(), "dcc_service_flag: not a DCC Service Flag");
}

#[test]
fn a_wrong_count_and_a_missing_trailer_are_errors() {
    let header = "A000000000123DXI20220101120000000001\nE451234567810A20220101\n";
    let wrong = format!("{header}Z990000000002\n");
    for (file, line) in [(header, 3), (wrong.as_str(), 3)] {
        let error = error_of(file.as_bytes(), &ScanOptions::default());
        assert_eq!((error.kind(), error.position().unwrap().line), (ErrorKind::BadRecord, line));
        let scan = Scan::new(std::io::Cursor::new(file.to_owned()), &options(OnError::Skip, 9));
        assert_eq!(super::rows(scan.unwrap()).len(), 1);
    }
}

#[test]
fn strangers_and_empty_files_are_unrecognised() {
    let files: [&[u8]; 5] = [
        b"",
        b"\n\n",
        b"hello\n",
        b"PK\x03\x04",
        b"ZHV|0000000001|D0010002|Z|DCCO|P|EELC|20211105000000||||OPER|\n",
    ];
    for file in files {
        assert_eq!(error_of(file, &ScanOptions::default()).kind(), ErrorKind::Unrecognised);
    }
    let missing = Scan::open("/no/such/file".as_ref(), &ScanOptions::default()).unwrap_err();
    assert_eq!((missing.kind(), missing.file()), (ErrorKind::Input, Some("/no/such/file")));
    let none: [&str; 0] = [];
    let error = Scan::open_all(none, &ScanOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
}

#[test]
fn a_stranger_among_files_is_an_error_behind_their_rows() {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["a", "b"].map(|name| folder.path().join(name));
    std::fs::write(&paths[0], "E451234567810A20220101\n").unwrap();
    std::fs::write(&paths[1], "a stranger\n").unwrap();
    let mut scan = Scan::open_all(&paths, &ScanOptions::default()).unwrap();
    assert_eq!(scan.next().unwrap().unwrap().num_rows(), 1);
    let error = Error::from(scan.next().unwrap().unwrap_err());
    assert_eq!(error.kind(), ErrorKind::Unrecognised);
    assert!(error.file().unwrap().ends_with("/b"), "{error}");
    assert!(scan.next().is_none());
}

#[test]
fn files_follow_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["a", "b"].map(|name| folder.path().join(name));
    std::fs::write(&paths[0], "E451234567810A20220101\n").unwrap();
    std::fs::write(
        &paths[1],
        "ZHV|0000000001|D0350001|Z|DCCO|P|EELC|20211105000000||||OPER|\n\
        nonsense\nZPT|0000000001|0||0|20211105000000|\n",
    )
    .unwrap();
    // the metadata of the files differ, that of the first one counts
    let three = [&paths[0], &paths[1], &paths[0]];
    let mut scan = Scan::open_all(three, &options(OnError::Skip, 9)).unwrap();
    let rows: usize = scan.by_ref().map(|batch| batch.unwrap().num_rows()).sum();
    assert_eq!((rows, scan.bad_records()), (2, 1));
    let scan = Scan::open_all([&paths[1], &paths[0]], &options(OnError::Skip, 9)).unwrap();
    assert_eq!(super::rows(scan).len(), 1);
}

#[test]
fn a_truncated_gzip_is_an_error_of_the_input() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    for number in 0..100_000 {
        writeln!(gzip, "E45{number:010}A20220101").unwrap();
    }
    let mut bytes = gzip.finish().unwrap();
    bytes.truncate(bytes.len() / 2);
    let mut skip = options(OnError::Skip, 1000);
    skip.positions = false;
    let error = error_of(&bytes, &skip);
    assert_eq!(error.kind(), ErrorKind::Input);
    assert!(error.position().unwrap().line > 1, "{error}");
}

#[test]
fn another_flow_or_layout_than_wanted_is_unrecognised() {
    let mut wrong = ScanOptions::default();
    wrong.flow = Some(Flow::D0350);
    assert_eq!(error_of(b"E451234567810A20220101\n", &wrong).kind(), ErrorKind::Unrecognised);
    wrong.flow = None;
    wrong.layout = Some(Layout::Uklink);
    assert_eq!(error_of(b"E451234567810A20220101\n", &wrong).kind(), ErrorKind::BadRecord);
}

#[test]
fn kept_records_are_rows_with_a_reason() {
    let file = b"E451234567810A20220101\nE450000123409Q20220102\nE450000123409N20220103\n";
    let mut keep = options(OnError::Keep, 9);
    keep.columns = Some(vec![Column::MeterPoint, Column::Error, Column::Line, Column::Offset]);
    keep.positions = false;
    let scan = Scan::new(&file[..], &keep).unwrap();
    assert_eq!(
        super::rows(scan),
        ["1234567810 - 1 0 ", "- dcc_service_flag: not a DCC Service Flag 2 23 ", "123409 - 3 46 "]
    );
}
