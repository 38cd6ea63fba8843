//! Times a user's profile with other codes, the items in another order and an extra item, compared
//! with the built-in profile. It should reach at least three quarters of the speed.
#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::unwrap_used, reason = "the inputs are sound")]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use flagflow_benches::RECORDS;
use flagflow_benches::electricity::{builtin, file, lines, shuffled};
use flagflow_check::{CrossRecords, Options, check};
use flagflow_electricity::{Layout, Profile, ReaderOptions, read_canonical};

/// Reads all updates of a file, and returns their number.
fn read(file: &[u8], profile: &Arc<Profile>) -> usize {
    let mut reader = ReaderOptions::new().profile(profile.clone()).reader(file);
    let mut count = 0;
    while let Some(update) = reader.read().unwrap() {
        black_box(update);
        count += 1;
    }
    count
}

fn one(criterion: &mut Criterion, layout: Layout, name: &str, profile: &Arc<Profile>) {
    let file = file(profile, layout);
    let mut group = criterion.benchmark_group(format!("profile/{layout}"));
    // records only: a line with an extra item is longer
    group.throughput(Throughput::Elements(RECORDS as u64));
    let lines = lines(&file, profile);
    group.bench_function(format!("lines/{name}"), |b| {
        b.iter(|| lines.iter().all(|l| black_box(read_canonical(l, layout, profile)).is_some()));
    });
    assert_eq!(read(&file, profile), RECORDS);
    group.bench_function(format!("reader/{name}"), |b| b.iter(|| read(&file, profile)));
    let mut options = Options { cross_records: CrossRecords::Off, ..Options::default() };
    options.d0350 = profile.clone();
    assert_eq!(check(file.as_slice(), &options).unwrap().accepted, RECORDS as u64);
    group.bench_function(format!("check/{name}"), |b| {
        b.iter(|| black_box(check(file.as_slice(), &options).unwrap()));
    });
}

fn profile(criterion: &mut Criterion) {
    for layout in Layout::ALL {
        one(criterion, layout, "built-in", &builtin());
        one(criterion, layout, "shuffled", &shuffled());
    }
}

criterion_group!(benches, profile);
criterion_main!(benches);
