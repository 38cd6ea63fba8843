//! Times the validation of clean and bad electricity files, with and without the cross-record
//! rules, in both layouts.
#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::unwrap_used, reason = "the inputs are sound")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use flagflow_benches::RECORDS;
use flagflow_benches::electricity::{builtin, file};
use flagflow_check::{CrossRecords, Options, check};
use flagflow_electricity::Layout;

/// The same file with 31 February as every date.
fn all_bad(file: &[u8], layout: Layout) -> Vec<u8> {
    // behind the date: the supplier, pipes and the ending
    let end = if layout == Layout::Zhv { 7 } else { 5 };
    let mut bad = Vec::with_capacity(file.len());
    for line in file.split_inclusive(|byte| *byte == b'\n') {
        let at = bad.len() + line.len() - end;
        bad.extend_from_slice(line);
        if line.starts_with(b"82H") {
            bad[at - 4..at].copy_from_slice(b"0231");
        }
    }
    bad
}

fn validate(criterion: &mut Criterion) {
    for layout in Layout::ALL {
        let clean = file(&builtin(), layout);
        let bad = all_bad(&clean, layout);
        let mut group = criterion.benchmark_group(format!("validate/D0350-{layout}"));
        let (elements, bytes) = (RECORDS as u64, clean.len() as u64);
        group.throughput(Throughput::ElementsAndBytes { elements, bytes });
        for (name, file, cross_records) in [
            ("clean", &clean, CrossRecords::Off),
            ("clean-cross-record", &clean, CrossRecords::DEFAULT),
            ("all-bad", &bad, CrossRecords::Off),
        ] {
            let options = Options { cross_records, ..Options::default() };
            let report = check(file.as_slice(), &options).unwrap();
            assert_eq!(report.records, RECORDS as u64);
            assert_eq!(report.accepted == 0, name == "all-bad");
            group.bench_function(name, |b| {
                b.iter(|| black_box(check(file.as_slice(), &options).unwrap()));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, validate);
criterion_main!(benches);
