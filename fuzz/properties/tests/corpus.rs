//! Replays every corpus on stable, so that inputs found by the fuzzer stay tested.
#![allow(clippy::print_stdout, reason = "says which input it was, where a test fails")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};

fn files(folder: &str, target: &str) -> Vec<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder).join(target);
    let Ok(entries) = fs::read_dir(path) else { return Vec::new() };
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// Runs a property on each file of its corpus.
fn replay(target: &str, property: fn(&[u8])) {
    let corpus = files("corpus", target);
    assert!(!corpus.is_empty(), "no corpus for {target}");
    for path in corpus {
        println!("{}", path.display());
        property(&fs::read(path).unwrap());
    }
}

macro_rules! replay_each {
    ($($target:ident),* $(,)?) => {
        $(#[test]
        fn $target() {
            replay(stringify!($target), flagflow_properties::$target);
        })*

        /// Fails if a target is missing from the list above.
        #[test]
        fn every_target_is_replayed() {
            let mut targets: Vec<_> = files(".", "fuzz_targets")
                .iter()
                .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
                .collect();
            targets.sort_unstable();
            let mut listed = vec![$(stringify!($target)),*];
            listed.sort_unstable();
            assert_eq!(targets, listed);
        }
    };
}

replay_each!(
    answer_loses_nothing,
    check_file,
    electricity_fast_is_definition,
    electricity_parse_write_parse,
    electricity_rows_are_lines,
    electricity_whole_is_pieces,
    fast_is_definition,
    parse_write_parse,
    profile,
    quarantine_loses_nothing,
    rows_are_lines,
    structured,
    whole_is_pieces,
);
