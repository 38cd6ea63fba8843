//! Padding at the end of a file and lines of white space are not records, however the file is read.

use std::io::BufReader;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;

use flagflow_electricity::{ErrorKind, Reader};

const BEGIN: &str = "ZHV|0000000042|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\n81H|1|\n";
const UPDATE: &str = "82H|1|DC01|1013044353630|A|20220201|MRCY|\n";

#[test]
fn padding_and_white_space_are_passed_over() {
    let end = "ZPT|0000000042|2||1|20220301093500|\n";
    for padding in ["\x1A", "\x1A\r\n", "\0\0\0", "\x1A\0", " \t\n\x1A"] {
        let file = format!(" \n{BEGIN}\t\n{UPDATE}{end}{padding}");
        let mut reader = Reader::new(BufReader::with_capacity(7, file.as_bytes()));
        assert!(reader.read().unwrap().is_some());
        assert_eq!(reader.read().unwrap(), None);
        assert_eq!((reader.record_count(), reader.group_count()), (1, 2), "{padding:?}");
    }
}

/// A part of a file that a thread reads ends where others go on: a SUB there is content.
#[test]
fn threads_find_padding_at_the_end_alone() {
    let lines = 200_000;
    let odd = "82H|1|DC01|1013044353630|A|2022020\x1A|MRCY|\x1A\n".repeat(lines);
    let end = format!("ZPT|0000000042|{}||1|20220301093500|", lines + 2);
    let file = format!("{BEGIN}{UPDATE}{odd}{end}\x1A\n");
    let (mut good, mut bad) = (0, 0);
    let two = NonZeroUsize::MIN.saturating_add(1);
    let read = Reader::from_slice(file.as_bytes()).read_parallel(two, |batch| {
        good += batch.len();
        let is_malformed = |kind| matches!(kind, ErrorKind::MalformedRecord { expected: Some(6) });
        bad += batch.errors().iter().filter(|error| is_malformed(error.kind())).count();
        ControlFlow::<()>::Continue(())
    });
    assert!(read.unwrap().is_continue());
    assert_eq!((good, bad), (1, lines));
}
