//! Parts of a file give the rows of the whole file.

use std::path::Path;

use flagflow_arrow::{OnError, Scan, splits};
use proptest::prelude::*;

use super::{options, rows, testdata};

/// Compares the rows of all parts with those of the whole file.
fn compare(path: &Path, bytes: u64, on_error: OnError) -> Result<usize, TestCaseError> {
    let options = options(on_error, 3);
    let Ok(whole) = Scan::open(path, &options) else { return Ok(0) };
    let Ok(whole) = whole.collect::<Result<Vec<_>, _>>() else { return Ok(0) };
    let whole: Vec<_> = whole.iter().flat_map(super::rows_of).collect();
    let parts = splits(path, bytes, &options).unwrap();
    let split: Vec<_> =
        parts.iter().flat_map(|part| rows(Scan::of(part, &options).unwrap())).collect();
    prop_assert_eq!(split, whole, "{} in {} bytes", path.display(), bytes);
    Ok(parts.len())
}

#[test]
fn every_file_in_parts_of_any_size_has_the_same_rows() {
    let mut parts = 0;
    for path in testdata() {
        for bytes in [1, 20, 50, 99, 200, 1000] {
            for on_error in [OnError::Skip, OnError::Keep] {
                parts += compare(&path, bytes, on_error).unwrap();
            }
        }
    }
    assert!(parts > 1000, "{parts}");
}

fn line() -> impl Strategy<Value = &'static str> {
    prop::sample::select(
        &[
            "A000000000123DXI20220101120000000001",
            "E451234567810A20220101",
            "E450000123409N20220102",
            "E45000012340XN20220102",
            "E46AC1234567810A20220101",
            "E46RJ0000123409A20220133",
            "Z990000000001",
            "Z990000000002",
            "S7200000001",
            "nothing",
            "",
            "  ",
            "\u{1A}",
            "\0\0",
            "E451234567810A20220103\u{1A}",
        ][..],
    )
}

/// The header and the lines of a flow.
const ELECTRICITY: [(&str, &[&str]); 3] = [
    (
        "ZHV|0000000001|D0350001|Z|DCCO|P|EELC|20211105000000||||OPER|",
        &[
            "81H|1|",
            "81H|two|",
            "82H|1|DC01|1013044353630|A|20211105|MRCY|",
            "82H|2|DC01|1013044353630|N|20211105|M|",
            "82H|3|DC01|1013044353630|N|20211305|MRCY|",
            "ZPT|0000000001|3||1|20211105000000|",
            "X09|",
            "",
        ],
    ),
    (
        "ZHV|0000000001|D0351001|P|EELC|Z|DCCO|20211105000000||||OPER|",
        &[
            "83H|1|",
            "84H|1|DC11|7|1013044353630|20211105|A|20220101|MRCY|",
            "84H|2|DC11|7||20211105||||",
            "84H|3|DC11|7||20211305||||",
            "85H|47|",
            "85H|6A|",
            "85H|too long|",
            "ZPT|0000000001|3||1|20211105000000|",
            "",
        ],
    ),
    (
        "ZHV|0000000001|D0172001|P|EELC|Z|DCCO|20211105000000||||OPER|",
        &[
            "749|1|",
            "357|1|DC90|20240115|0000000042|14|13|1|",
            "357|2|DC90|20240115|42|14|13|x|",
            "ZPT|0000000001|3||1|20211105000000|",
            "",
        ],
    ),
];

fn file_of(begin: &str, lines: &[&str], end: &str) -> Vec<u8> {
    [&[begin], lines].concat().join(end).into_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Any lines, cut anywhere.
    #[test]
    fn any_cuts_give_the_same_rows(
        lines in prop::collection::vec(line(), 1..30),
        bytes in 1u64..200,
        end in prop::sample::select(&["\n", "\r\n"][..]),
        is_last_ended in any::<bool>(),
        keep in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let mut file = file_of("E451234567810A20220101", &lines[1..], end);
        if is_last_ended {
            file.extend_from_slice(end.as_bytes());
        }
        std::fs::write(&path, &file).unwrap();
        compare(&path, bytes, if keep { OnError::Keep } else { OnError::Skip })?;
        std::fs::write(&path, file_of(lines[0], &lines[1..], end)).unwrap();
        compare(&path, bytes, OnError::Skip)?;
    }

    /// Any groups, records and reasons of electricity, cut anywhere.
    #[test]
    fn any_cuts_of_electricity_give_the_same_rows(
        flow in prop::sample::select(&ELECTRICITY[..]),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 1..30),
        bytes in 1u64..300,
        has_header in any::<bool>(),
        keep in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let (header, known) = flow;
        let lines: Vec<_> = picks.iter().map(|pick| *pick.get(known)).collect();
        let file = file_of(if has_header { header } else { lines[0] }, &lines, "\n");
        std::fs::write(&path, file).unwrap();
        compare(&path, bytes, if keep { OnError::Keep } else { OnError::Skip })?;
    }
}

#[test]
fn a_file_that_changed_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, "E451234567810A20220101\n".repeat(9)).unwrap();
    let options = options(OnError::Fail, 10);
    let parts = splits(&path, 50, &options).unwrap();
    assert_eq!(parts.len(), 3);
    assert_eq!(rows(Scan::of(&parts[1], &options).unwrap()).len(), 3);
    std::fs::write(&path, "E451234567810A20220101\n".repeat(8)).unwrap();
    let error = Scan::of(&parts[1], &options).unwrap_err();
    assert!(error.to_string().ends_with("file: the file has changed since it was split"));
}
