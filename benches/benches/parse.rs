//! Times reading records: one line by the fast path, one line by the definition, and whole files by
//! each kind of reader, for both records and layouts.
#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::unwrap_used, reason = "the inputs are sound")]

use std::hint::black_box;
use std::io::BufReader;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use flagflow_benches::{RECORDS, file, kinds};
use flagflow_gas::{Detail, Fault, Layout, RawRecord, Reader, Record, read_detail};

fn throughput(file: &[u8]) -> Throughput {
    Throughput::ElementsAndBytes { elements: RECORDS as u64, bytes: file.len() as u64 }
}

fn define(line: &[u8], layout: Layout) -> Result<Detail, Fault> {
    RawRecord::cut(line, layout).and_then(|raw| Detail::try_from(&raw))
}

/// One line at a time, from a list of lines.
fn lines(group: &mut BenchmarkGroup<'_, WallTime>, file: &[u8], layout: Layout) {
    let lines: Vec<&[u8]> = file.split(|byte| *byte == b'\n').filter(|l| !l.is_empty()).collect();
    group.bench_function("fast-lines", |b| {
        b.iter(|| lines.iter().all(|line| black_box(read_detail(line, layout)).is_ok()));
    });
    group.bench_function("definition-lines", |b| {
        b.iter(|| lines.iter().all(|line| black_box(define(line, layout)).is_ok()));
    });
}

/// Whole files.
fn readers(group: &mut BenchmarkGroup<'_, WallTime>, file: &[u8]) {
    group.bench_function("slice-details", |b| {
        b.iter(|| {
            let mut reader = Reader::from_slice(file);
            while let Some(detail) = reader.read().unwrap() {
                black_box(detail);
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
    group.bench_function("buffered-details", |b| {
        b.iter(|| {
            let mut reader = Reader::new(BufReader::with_capacity(64 * 1024, file));
            while let Some(detail) = reader.read().unwrap() {
                black_box(detail);
            }
        });
    });
    group.bench_function("slice-iterator", |b| {
        b.iter(|| Reader::from_slice(file).records().for_each(|read| drop(black_box(read))));
    });
}

fn parse(criterion: &mut Criterion) {
    for (name, tag, layout) in kinds() {
        let file = file(tag, layout);
        let mut group = criterion.benchmark_group(format!("parse/{name}"));
        group.throughput(throughput(&file));
        lines(&mut group, &file, layout);
        readers(&mut group, &file);
    }
}

criterion_group!(benches, parse);
criterion_main!(benches);
