//! Every prefix of every valid file: what was whole comes out, what was cut is said.

use crate::samples::{SHUFFLED, Seen, Whole, read, samples, shuffled_d0350};
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

/// The updates of whole lines come out unchanged; of the line cut short comes at most one update (a
/// last bar is missing) or error; at the end the trailer may be missing.
fn assert_prefix(file: &str, length: usize, whole: &Whole, seen: &Whole) {
    let lines = whole_lines(file, length);
    let records =
        |line: &str| line.starts_with("X02") || line.starts_with("X03") || line.starts_with("02G");
    let certain = file.lines().take(lines).filter(|line| records(line)).count();
    let (updates, all) = (seen.updates(), whole.updates());
    assert_eq!(updates.get(..certain), all.get(..certain), "cut at {length}");
    assert!(updates.len() <= certain + 1, "cut at {length}: {updates:?}");
    let mut kinds = seen.kinds();
    if kinds.last() == Some(&ErrorKind::MissingTrailer) {
        kinds.pop();
    }
    assert!(kinds.len() <= 1, "cut at {length}: {kinds:?}");
    // what went wrong did so on the line that was cut
    for error in &seen.seen {
        if let Seen::Error { position, .. } = error {
            assert!(position.line >= lines as u64, "cut at {length}: {error:?}");
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
    let options = || ReaderOptions::new().profile(shuffled_d0350());
    let whole = read(options().reader(SHUFFLED.as_bytes()));
    assert_eq!((whole.kinds(), whole.updates().len()), (vec![], 3));
    for length in 0..=SHUFFLED.len() {
        let seen = read(options().reader(&SHUFFLED.as_bytes()[..length]));
        assert_prefix(SHUFFLED, length, &whole, &seen);
    }
}
