//! A check over a reader that gives one byte, is interrupted, or fails half-way.

use std::error::Error as _;
use std::io::{self, BufReader, Read};

use flagflow_check::{Error, ErrorKind, Options, Verdict, Visitor, check, check_records, render};

use crate::common::samples;

/// A reader of a few bytes at a time, interrupted before each read; it fails after the byte `at`.
struct Rough<'a> {
    rest: &'a [u8],
    piece: usize,
    fails: bool,
    interrupt: bool,
}

impl<'a> Rough<'a> {
    fn new(rest: &'a [u8], piece: usize) -> BufReader<Self> {
        BufReader::new(Self { rest, piece, fails: false, interrupt: false })
    }

    fn failing(bytes: &'a [u8], at: usize, piece: usize) -> BufReader<Self> {
        BufReader::new(Self { rest: &bytes[..at], piece, fails: true, interrupt: false })
    }
}

impl Read for Rough<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.interrupt = !self.interrupt;
        match (self.interrupt, self.rest.is_empty() && self.fails) {
            (true, _) => Err(io::ErrorKind::Interrupted.into()),
            (false, true) => Err(io::Error::other("half-way")),
            (false, false) => {
                let piece = self.piece.min(out.len()).min(self.rest.len());
                self.rest.read(&mut out[..piece])
            }
        }
    }
}

fn outcome(input: impl io::BufRead) -> Result<String, ErrorKind> {
    let report = check(input, &Options::default()).map_err(|error| error.kind())?;
    let mut out = Vec::new();
    render::json(&mut out, "", &report).unwrap();
    Ok(String::from_utf8(out).unwrap())
}

/// The records that were reported to the visitor.
#[derive(Default)]
struct Seen(Vec<(u64, u64, bool)>);

impl Visitor for Seen {
    type Error = Error;

    fn record(&mut self, verdict: &Verdict<'_>) -> Result<(), Error> {
        self.0.push((verdict.record, verdict.line.position().offset, verdict.rejected));
        Ok(())
    }
}

#[test]
fn interruptions_and_single_bytes_change_no_report() {
    for (_, bytes) in samples().iter().filter(|(_, bytes)| bytes.len() < 2000) {
        let whole = outcome(bytes.as_slice());
        for piece in [1, 5] {
            assert_eq!(outcome(Rough::new(bytes, piece)), whole, "{:?}", bytes.escape_ascii());
        }
    }
}

/// A failed read gives an error instead of a report, at any byte; the records of complete lines
/// before it were reported to the visitor.
#[test]
fn a_read_that_fails_anywhere_is_an_error_and_never_a_report() {
    for (_, bytes) in samples().iter().filter(|(_, bytes)| bytes.len() < 500) {
        let mut whole = Seen::default();
        if check_records(bytes.as_slice(), &Options::default(), &mut whole).is_err() {
            continue;
        }
        for at in 0..=bytes.len() {
            let mut seen = Seen::default();
            let input = Rough::failing(bytes, at, 64);
            let error = check_records(input, &Options::default(), &mut seen).unwrap_err();
            let before = whole.0.iter().filter(|(_, from, _)| is_whole(bytes, *from, at)).count();
            assert_eq!(error.kind(), ErrorKind::Read, "failing at {at}");
            assert_eq!(error.source().unwrap().to_string(), "half-way");
            assert!(before.abs_diff(seen.0.len()) <= 1, "{before} and {}", seen.0.len());
            let places =
                |seen: &Seen| seen.0.iter().map(|(n, at, _)| (*n, *at)).collect::<Vec<_>>();
            assert_eq!(places(&seen), places(&whole)[..seen.0.len()], "failing at {at}");
        }
    }
}

/// Returns true if a line ends before a byte.
fn is_whole(bytes: &[u8], from: u64, at: usize) -> bool {
    let from = usize::try_from(from).unwrap();
    from < at && bytes[from..at].contains(&b'\n')
}
