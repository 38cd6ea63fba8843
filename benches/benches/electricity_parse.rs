//! Times reading electricity updates: one line by the fast path, one line by the definition, and
//! whole files by each kind of reader, in both layouts.
#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::unwrap_used, reason = "the inputs are sound")]

use std::hint::black_box;
use std::io::BufReader;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use flagflow_benches::RECORDS;
use flagflow_benches::electricity::{builtin, file, lines};
use flagflow_electricity::{
    Fault, Layout, Profile, RawRecord, Reader, Record, Update, read_update,
};

fn define(line: &[u8], layout: Layout, profile: &Profile) -> Result<Update, Fault> {
    RawRecord::cut(line, profile.table(layout)).and_then(|raw| Update::try_from(&raw))
}

/// One line at a time, from a list of lines.
fn by_line(group: &mut BenchmarkGroup<'_, WallTime>, file: &[u8], layout: Layout) {
    let profile = builtin();
    let lines = lines(file, &profile);
    assert_eq!(lines.len(), RECORDS);
    group.bench_function("fast-lines", |b| {
        b.iter(|| lines.iter().all(|l| black_box(read_update(l, layout, &profile)).is_ok()));
    });
    group.bench_function("definition-lines", |b| {
        b.iter(|| lines.iter().all(|l| black_box(define(l, layout, &profile)).is_ok()));
    });
}

/// Whole files.
fn readers(group: &mut BenchmarkGroup<'_, WallTime>, file: &[u8]) {
    group.bench_function("slice-updates", |b| {
        b.iter(|| {
            let mut reader = Reader::from_slice(file);
            while let Some(update) = reader.read().unwrap() {
                black_box(update);
            }
        });
    });
    group.bench_function("slice-lazy", |b| {
        b.iter(|| {
            let (mut reader, mut record) = (Reader::from_slice(file), Record::new());
            while reader.read_raw(&mut record).unwrap() {
                black_box(&record);
            }
        });
    });
    group.bench_function("buffered-updates", |b| {
        b.iter(|| {
            let mut reader = Reader::new(BufReader::with_capacity(64 * 1024, file));
            while let Some(update) = reader.read().unwrap() {
                black_box(update);
            }
        });
    });
}

fn parse(criterion: &mut Criterion) {
    for layout in Layout::ALL {
        let file = file(&builtin(), layout);
        let mut group = criterion.benchmark_group(format!("parse/D0350-{layout}"));
        let (elements, bytes) = (RECORDS as u64, file.len() as u64);
        group.throughput(Throughput::ElementsAndBytes { elements, bytes });
        by_line(&mut group, &file, layout);
        readers(&mut group, &file);
    }
}

criterion_group!(benches, parse);
criterion_main!(benches);
