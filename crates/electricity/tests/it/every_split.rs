//! Every place where a file can be cut in two on its way in: the same comes out.

use std::io::{BufReader, Read};

use crate::samples::{
    SHUFFLED, SHUFFLED_REJECTION, Sample, Whole, read, read_lazily, samples, shuffled_d0350,
    shuffled_d0351,
};
use flagflow_electricity::{Flow, Layout, Reader, ReaderOptions};

/// The ways of reading that could mind how the bytes arrive.
fn ways() -> Vec<ReaderOptions> {
    let new = ReaderOptions::new;
    vec![
        new(),
        new().max_line(44),
        new().layout(Layout::Zhv),
        new().layout(Layout::Zhf),
        new().flow(Flow::D0351),
        new().flow(Flow::D0172).layout(Layout::Zhf),
        new().profile(shuffled_d0350()).profile(shuffled_d0351()),
    ]
}

fn all_samples() -> Vec<Sample> {
    let mut all: Vec<_> = samples("valid").into_iter().chain(samples("invalid")).collect();
    for file in [SHUFFLED, SHUFFLED_REJECTION] {
        all.push(Sample { path: "shuffled".into(), bytes: file.as_bytes().to_vec() });
    }
    all
}

/// Asserts that all ways of giving `bytes` to a reader give the same.
fn assert_same(sample: &Sample, options: &ReaderOptions) -> Whole {
    let bytes = sample.bytes.as_slice();
    let whole = read(options.clone().reader(bytes));
    for capacity in (1..=bytes.len() + 1).filter(|c| *c < 70 || c % 13 == 0) {
        let stream = options.clone().reader(BufReader::with_capacity(capacity, bytes));
        assert_eq!(read(stream), whole, "{} by {capacity}", sample.path.display());
    }
    for at in 0..=bytes.len() {
        let halves = options.clone().reader(bytes[..at].chain(&bytes[at..]));
        assert_eq!(read(halves), whole, "{} split at {at}", sample.path.display());
    }
    whole
}

#[test]
fn capacity_and_place_of_a_refill_change_nothing() {
    let (mut records, mut errors) = (0, 0);
    // long samples say nothing new here
    for sample in all_samples().iter().filter(|sample| sample.bytes.len() < 250) {
        for options in ways() {
            let whole = assert_same(sample, &options);
            records += whole.records().len();
            errors += whole.kinds().len();
        }
    }
    // both kinds of answer were compared, and many of them
    assert!(records > 300 && errors > 300, "{records} records, {errors} errors");
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
    for sample in all_samples() {
        for options in ways() {
            let whole = read(options.clone().reader(sample.bytes.as_slice()));
            let lazily = read_lazily(options.clone().reader(sample.bytes.as_slice()));
            assert_eq!(lazily, whole, "{} {options:?}", sample.path.display());
        }
    }
}
