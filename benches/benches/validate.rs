//! Times the validation of clean and bad files, with and without the cross-record rules, for both
//! records and layouts.
#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::unwrap_used, reason = "the inputs are sound")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use flagflow_benches::{RECORDS, file, kinds};
use flagflow_check::{CrossRecords, Options, check};

fn options(cross_records: CrossRecords) -> Options {
    Options { cross_records, ..Options::default() }
}

/// The same file with 31 February as every date.
fn all_bad(file: &[u8]) -> Vec<u8> {
    let mut bad = Vec::with_capacity(file.len());
    for line in file.split_inclusive(|byte| *byte == b'\n') {
        bad.extend_from_slice(&line[..line.len() - 5]);
        bad.extend_from_slice(b"0231\n");
    }
    bad
}

fn validate(c: &mut Criterion) {
    for (name, tag, layout) in kinds() {
        let clean = file(tag, layout);
        let bad = all_bad(&clean);
        let mut group = c.benchmark_group(format!("validate/{name}"));
        group.throughput(Throughput::ElementsAndBytes {
            elements: RECORDS as u64,
            bytes: clean.len() as u64,
        });
        for (name, file, cross_records) in [
            ("clean", &clean, CrossRecords::Off),
            ("clean-cross-record", &clean, CrossRecords::DEFAULT),
            ("all-bad", &bad, CrossRecords::Off),
        ] {
            let options = options(cross_records);
            group.bench_function(name, |b| {
                b.iter(|| black_box(check(file.as_slice(), &options).unwrap()));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, validate);
criterion_main!(benches);
