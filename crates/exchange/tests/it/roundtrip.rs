//! Round trips of the samples and of large files.

use crate::common::{convert_all, valid_samples};
use flagflow_check::Flow;
use flagflow_exchange::convert::RecordFormat;
use flagflow_exchange::generate::{GenerateOptions, generate};
use flagflow_exchange::roundtrip::{RoundTrip, roundtrip};
use flagflow_files::ErrorKind;
use flagflow_files::header::HeaderValues;
use flagflow_frame::LineEnd;
use flagflow_gas::Layout;

/// A million records in release; fewer where nothing is optimised.
const RECORDS: u64 = if cfg!(debug_assertions) { 30_000 } else { 1_000_000 };

#[test]
fn every_valid_sample_is_the_same() {
    for (name, file) in valid_samples() {
        let result = roundtrip(file.as_slice(), file.as_slice()).unwrap();
        assert!(
            matches!(result, RoundTrip::Same { bytes, .. } if bytes == file.len() as u64),
            "{name}"
        );
    }
}

#[test]
fn large_files_are_the_same_in_every_layout_and_record() {
    for flow in [Flow::E45, Flow::E46] {
        for layout in Layout::ALL {
            let mut options = GenerateOptions::new(flow, RECORDS);
            options.layout = layout.into();
            options.envelope = Some(HeaderValues::default());
            options.line_end = if flow == Flow::E45 { LineEnd::Lf } else { LineEnd::CrLf };
            let mut file = Vec::new();
            generate(&mut file, None, &options).unwrap();
            let bytes = file.len() as u64;
            let same = RoundTrip::Same { bytes, records: RECORDS };
            assert_eq!(roundtrip(file.as_slice(), file.as_slice()).unwrap(), same);
            for format in [RecordFormat::Fixed, RecordFormat::Uklink, RecordFormat::Jsonl] {
                let own = RecordFormat::recognise(&file[..40]).unwrap();
                let there = convert_all(&file, format);
                assert!(convert_all(&there, own) == file, "{flow} {layout} over {format}");
            }
        }
    }
}

#[test]
fn one_changed_byte_is_found_where_it_is() {
    let mut options = GenerateOptions::new(Flow::E45, 1000);
    options.layout = Layout::Uklink.into();
    let mut file = Vec::new();
    generate(&mut file, None, &options).unwrap();
    for at in (0..file.len()).step_by(977) {
        let mut changed = file.clone();
        changed[at] ^= 1;
        // read as one file, compared with another: the first place that differs
        let RoundTrip::Different(difference) =
            roundtrip(file.as_slice(), changed.as_slice()).unwrap()
        else {
            panic!("{at} was not found")
        };
        let position = difference.position;
        let before = &file[..at];
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let lines = before.iter().filter(|byte| **byte == b'\n').count();
        assert_eq!(position.offset, at as u64);
        assert_eq!(position.line, lines as u64 + 1);
        assert_eq!(position.column, (at - line_start) as u64 + 1);
        assert_eq!(difference.found, changed[at..(at + 32).min(file.len())]);
    }
}

/// The line was written by then, so the position is behind the bytes that were compared.
#[test]
fn a_header_that_is_bad_only_by_its_profile_is_found_where_it_is() {
    let header = "ZHV|0000000007|D0350009|Z|DCCO|P|EELC|20240628093000||||OPER|\n";
    let file = format!("{header}81H|1|\nZPT|0000000007|1||1|20240628093000|\n");
    let RoundTrip::Different(difference) = roundtrip(file.as_bytes(), file.as_bytes()).unwrap()
    else {
        panic!("the version was not found")
    };
    assert_eq!((difference.position.offset, difference.position.column), (15, 16));
    assert!(difference.why.starts_with("flow_and_version: "), "{}", difference.why);
}

#[test]
fn a_file_of_another_flow_is_not_compared() {
    let header = "ZHV|0000000007|D0010002|D|NHHD|X|EELC|20240628093000||||OPER|\n";
    let error = roundtrip(header.as_bytes(), header.as_bytes()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unrecognised);
    assert!(error.to_string().starts_with("D0010 is not a flow"), "{error}");
}
