//! Padding at the end of a file and lines of white space are not records, however the file is read.

use std::io::BufReader;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;

use flagflow_gas::{ErrorKind, Reader};

const HEADER: &[u8] = b"A000000000042DXI20211105093000000001\n";
const RECORD: &[u8] = b"E451234567810A20211105\n";
const PADDING: [&[u8]; 5] = [b"\x1A", b"\x1A\r\n", b"\0\0\0", b"\x1A\0", b" \t\n\x1A"];

/// Returns how many records a file has, read one by one through a small buffer; it has no errors.
fn records(file: &[u8]) -> u64 {
    let mut reader = Reader::new(BufReader::with_capacity(7, file));
    while reader.read().unwrap().is_some() {}
    reader.record_count()
}

#[test]
fn padding_and_white_space_are_passed_over() {
    for padding in PADDING {
        let bare = [RECORD, b"   \n", RECORD, padding].concat();
        assert_eq!(records(&bare), 2, "{padding:?}");
        let enveloped = [b"\t\n", HEADER, RECORD, b"Z990000000001\n", padding].concat();
        assert_eq!(records(&enveloped), 1, "{padding:?}");
    }
    assert_eq!(records(b"E451234567810A20211105\x1A\n"), 1);
}

/// A part of a file that a thread reads ends where others go on: a SUB there is content.
#[test]
fn threads_find_padding_at_the_end_alone() {
    let odd = b"E451234567810A2021110\x1A\n";
    let lines = 400_000;
    let file = [RECORD, &odd.repeat(lines), RECORD, b"\x1A"].concat();
    let (mut good, mut bad) = (0, 0);
    let two = NonZeroUsize::MIN.saturating_add(1);
    let read = Reader::from_slice(&file).read_parallel(two, |batch| {
        good += batch.len();
        let kind = ErrorKind::InvalidDate;
        bad += batch.errors().iter().filter(|error| error.kind() == kind).count();
        ControlFlow::<()>::Continue(())
    });
    assert!(read.unwrap().is_continue());
    assert_eq!((good, bad), (2, lines));
}
