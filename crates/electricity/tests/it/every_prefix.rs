//! Every prefix of every valid file: what was whole comes out, what was cut is said.

use crate::samples::{
    SHUFFLED, SHUFFLED_REJECTION, Seen, Whole, read, samples, shuffled_d0350, shuffled_d0351,
};
use flagflow_electricity::{ErrorKind, Reader, ReaderOptions};

/// Returns how many lines of the first `length` bytes are whole, with or without their end. A CR
/// that lost its LF is content.
fn whole_lines(file: &str, length: usize) -> usize {
    let mut end = 0;
    let is_whole = |line: &str| {
        let content = end + line.trim_end_matches('\n').trim_end_matches('\r').len();
        end += line.len();
        end <= length || content == length
    };
    file.split_inclusive('\n').map(is_whole).filter(|whole| *whole).count()
}

/// The records of whole lines come out unchanged, but the one whose reason was cut short; of a
/// record cut short comes at most one record (a last pipe is missing) or error; at the end the
/// trailer may be missing, and lines that there must be.
fn assert_prefix(file: &str, length: usize, whole: &Whole, seen: &Whole) {
    let lines = whole_lines(file, length);
    let is_of = |line: &str, codes: &[&str]| codes.iter().any(|code| line.starts_with(code));
    let is_record = |line: &&str| is_of(line, &["82H", "84H", "357", "02G", "R1"]);
    let is_reason = |line: &str| is_of(line, &["85H", "R4"]);
    let is_cut_reason = file.lines().nth(lines).is_some_and(is_reason);
    let certain = file.lines().take(lines).filter(is_record).count();
    let certain = certain - usize::from(is_cut_reason);
    let (records, all) = (seen.records(), whole.records());
    assert_eq!(records.get(..certain), all.get(..certain), "cut at {length}");
    assert!(records.len() <= certain + 1, "cut at {length}: {records:?}");
    let is_missing = |kind: &ErrorKind| {
        matches!(kind, ErrorKind::TooFewLines { .. } | ErrorKind::MissingTrailer)
    };
    let (missing, others): (Vec<_>, Vec<_>) = seen.kinds().into_iter().partition(is_missing);
    assert!(others.len() <= 1 && missing.len() <= 3, "cut at {length}: {missing:?} {others:?}");
    // what went wrong did so on the line that was cut
    for error in &seen.seen {
        if let Seen::Error { position, kind, .. } = error {
            let is_there = is_missing(kind) || position.line >= lines as u64;
            assert!(is_there, "cut at {length}: {error:?}");
        }
    }
}

#[test]
fn of_every_prefix_come_the_whole_records_and_one_fault_at_the_cut() {
    for sample in samples("valid").iter().filter(|sample| sample.bytes.len() < 1500) {
        let file = std::str::from_utf8(&sample.bytes).unwrap_or_default();
        let whole = read(Reader::from_slice(&sample.bytes));
        assert_eq!(whole.kinds(), [], "{}", sample.path.display());
        for length in 0..=file.len() {
            let seen = read(Reader::from_slice(&sample.bytes[..length]));
            assert_prefix(file, length, &whole, &seen);
        }
    }
}

#[test]
fn of_another_profile_too() {
    let options = || ReaderOptions::new().profile(shuffled_d0350()).profile(shuffled_d0351());
    for (file, records) in [(SHUFFLED, 3), (SHUFFLED_REJECTION, 2)] {
        let whole = read(options().reader(file.as_bytes()));
        assert_eq!((whole.kinds(), whole.records().len()), (vec![], records));
        for length in 0..=file.len() {
            let seen = read(options().reader(&file.as_bytes()[..length]));
            assert_prefix(file, length, &whole, &seen);
        }
    }
}
