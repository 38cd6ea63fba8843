//! Each of the 256 bytes at each place of a record, in the middle of a file of three.
//!
//! Whatever the byte, the middle comes out as an independent slow parser reads it: a valid record
//! (another one, or the same) or an error at the right place. The records beside it survive, but
//! for two cases, which are named: LF, which makes two lines of one, and the loss of the line's own
//! LF, which makes one line of two.

use crate::slow;
use std::io::BufReader;

use crate::samples::{Whole, read};
use flagflow_gas::{Detail, ErrorKind, Layout, Position, Reader};

/// Three records each, of which the middle one is damaged.
const FILES: [(Layout, [&str; 3]); 4] = [
    (Layout::Fixed, ["E450000123409A20211105", "E451234567810I20240229", "E459999999905W20201231"]),
    (
        Layout::Fixed,
        ["E46AC0000123409A20211105", "E46RJ1234567810S19991231", "E46AC9999999905W20201231"],
    ),
    (
        Layout::Uklink,
        [
            "\"E45\",123409,\"A\",20211105",
            "\"E45\",1234567810,\"I\",20240229",
            "\"E45\",9999999905,\"W\",20201231",
        ],
    ),
    (
        Layout::Uklink,
        [
            "\"E46\",\"AC\",123409,\"A\",20211105",
            "\"E46\",\"RJ\",7,\"S\",19991231",
            "\"E46\",\"AC\",9999999905,\"W\",20201231",
        ],
    ),
];

/// Returns what a slow reader of a bare file says: split at LF, one CR off each line, each line by
/// itself.
fn slowly(file: &[u8], layout: Layout) -> Vec<Result<Detail, (ErrorKind, Position)>> {
    let (mut out, mut offset, mut record) = (Vec::new(), 0, 0);
    for (line, number) in file.split_inclusive(|byte| *byte == b'\n').zip(1..) {
        let content = line.strip_suffix(b"\n").map_or(line, |l| l.strip_suffix(b"\r").unwrap_or(l));
        if !content.is_empty() {
            record += 1;
            let at = Position { offset, line: number, column: 1, record: Some(record) };
            let read = slow::detail(content, layout);
            out.push(read.map_err(|(kind, start)| (kind, at.forward(start as u64))));
        }
        offset += line.len() as u64;
    }
    out
}

/// Reads by slice and by streams that cut everywhere: all the same.
fn read_every_way(file: &[u8]) -> Whole {
    let whole = read(Reader::from_slice(file));
    for capacity in [1, 7] {
        let stream = BufReader::with_capacity(capacity, file);
        assert_eq!(read(Reader::new(stream)), whole, "{file:?} by {capacity}");
    }
    whole
}

/// Asserts which records beside the damaged one are there, and that damage is said on its line.
fn assert_neighbours(whole: &Whole, original: &[Detail], glued: bool) {
    let details = whole.details();
    assert_eq!(details.first(), original.first());
    assert_eq!(details.last() == original.last(), !glued, "{details:?}");
    for (_, position) in whole.outcomes().into_iter().filter_map(Result::err) {
        // only LF inside the line puts the second half one further down
        assert!(matches!(position.line, 2 | 3), "{position}");
    }
}

fn damage_every_place(layout: Layout, lines: [&str; 3], end: &str) {
    let file = lines.map(|line| format!("{line}{end}")).concat().into_bytes();
    let original = read_every_way(&file).details();
    assert_eq!(original.len(), 3);
    let start = lines[0].len() + end.len();
    let line_feed = start + lines[1].len() + end.len() - 1;
    for at in start..=line_feed {
        for byte in 0..=255 {
            let mut damaged = file.clone();
            damaged[at] = byte;
            let whole = read_every_way(&damaged);
            assert_eq!(whole.outcomes(), slowly(&damaged, layout), "{byte:#04x} at {at}");
            assert_neighbours(&whole, &original, at == line_feed && byte != b'\n');
        }
    }
}

#[test]
fn with_lf() {
    for (layout, lines) in FILES {
        damage_every_place(layout, lines, "\n");
    }
}

#[test]
fn with_crlf() {
    for (layout, lines) in FILES {
        damage_every_place(layout, lines, "\r\n");
    }
}

/// LF in the middle of a record: both halves are said, one a line, and neither is a record.
#[test]
fn a_line_feed_makes_two_bad_lines_of_one_record() {
    for (layout, lines) in FILES {
        for at in 1..lines[1].len() {
            let (head, tail) = (&lines[1][..at], &lines[1][at + 1..]);
            let file = format!("{}\n{head}\n{tail}\n{}\n", lines[0], lines[2]);
            let whole = read_every_way(file.as_bytes());
            assert_eq!(whole.details().len(), 2, "{file}");
            let halves = 1 + usize::from(!tail.is_empty());
            assert_eq!(whole.seen.len(), 2 + halves, "{file}");
            assert_eq!(whole.layout, Some(layout));
        }
    }
}
