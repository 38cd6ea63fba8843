//! Every place where a file can be cut in two on its way in: the same comes out.

use std::io::{BufReader, Read};

use crate::samples::{Sample, Whole, read, read_lazily, samples};
use flagflow_gas::{Layout, Reader, ReaderOptions};

/// The ways of reading that could mind how the bytes arrive.
fn ways() -> Vec<ReaderOptions> {
    let new = ReaderOptions::new;
    vec![
        new(),
        new().with_reasons(true),
        new().max_line(30),
        new().max_line(64),
        new().layout(Layout::Fixed),
        new().layout(Layout::Uklink),
    ]
}

fn all_samples() -> Vec<Sample> {
    samples("valid").into_iter().chain(samples("invalid")).collect()
}

/// Asserts that all ways of giving `bytes` to a reader give the same.
fn assert_same(sample: &Sample, options: ReaderOptions) -> Whole {
    let bytes = sample.bytes.as_slice();
    let whole = read(options.reader(bytes));
    for capacity in 1..=bytes.len() + 1 {
        let stream = options.reader(BufReader::with_capacity(capacity, bytes));
        assert_eq!(read(stream), whole, "{} by {capacity}", sample.path.display());
    }
    for at in 0..=bytes.len() {
        let halves = options.reader(bytes[..at].chain(&bytes[at..]));
        assert_eq!(read(halves), whole, "{} split at {at}", sample.path.display());
    }
    whole
}

#[test]
fn capacity_and_place_of_a_refill_change_nothing() {
    let (mut details, mut errors) = (0, 0);
    for sample in all_samples() {
        for options in ways() {
            let whole = assert_same(&sample, options);
            details += whole.details().len();
            errors += whole.seen.len() - whole.details().len();
        }
    }
    // both kinds of answer were compared, and many of them
    assert!(details > 500 && errors > 500, "{details} details, {errors} errors");
}

#[test]
fn a_slice_is_read_as_any_reader() {
    for sample in all_samples() {
        let whole = read(Reader::from_slice(&sample.bytes));
        assert_eq!(whole, read(Reader::new(sample.bytes.as_slice())));
    }
}

#[test]
fn records_read_lazily_have_the_same_values_and_the_same_errors() {
    // reasons belong to lazy records alone, so they are left out here
    for sample in all_samples() {
        for options in ways().into_iter().filter(|way| !format!("{way:?}").contains("true")) {
            let whole = read(options.reader(sample.bytes.as_slice()));
            let lazily = read_lazily(options.reader(sample.bytes.as_slice()));
            assert_eq!(lazily, whole, "{} {options:?}", sample.path.display());
            let split = options.reader(BufReader::with_capacity(7, sample.bytes.as_slice()));
            assert_eq!(read_lazily(split), whole, "{} {options:?}", sample.path.display());
        }
    }
}
