//! Times reading electricity files: one update by the fast path, one by the definition, and whole
//! files of each flow by each kind of reader, in both layouts.
#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::unwrap_used, reason = "the inputs are sound")]

use std::hint::black_box;
use std::io::BufReader;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use flagflow_benches::RECORDS;
use flagflow_benches::electricity::{builtin, file, file_of_answers, lines};
use flagflow_electricity::{
    Batch, Fault, Flow, Instruction, Layout, Profile, RawRecord, Reader, Record, read_instruction,
};

fn define(line: &[u8], layout: Layout, profile: &Profile) -> Result<Instruction, Fault> {
    RawRecord::cut(line, profile.table(layout)).and_then(|raw| Instruction::try_from(&raw))
}

/// One line at a time, from a list of lines.
fn by_line(group: &mut BenchmarkGroup<'_, WallTime>, file: &[u8], layout: Layout) {
    let profile = builtin();
    let lines = lines(file, &profile);
    assert_eq!(lines.len(), RECORDS);
    group.bench_function("fast-lines", |b| {
        b.iter(|| lines.iter().all(|l| black_box(read_instruction(l, layout, &profile)).is_ok()));
    });
    group.bench_function("definition-lines", |b| {
        b.iter(|| lines.iter().all(|l| black_box(define(l, layout, &profile)).is_ok()));
    });
}

/// Whole files.
fn readers(group: &mut BenchmarkGroup<'_, WallTime>, file: &[u8]) {
    group.bench_function("slice-records", |b| {
        b.iter(|| {
            let mut reader = Reader::from_slice(file);
            while let Some(record) = reader.read().unwrap() {
                black_box((record, reader.reasons()));
            }
        });
    });
    group.bench_function("slice-batches", |b| {
        b.iter(|| {
            let (mut reader, mut batch) = (Reader::from_slice(file), Batch::new());
            while reader.read_batch(&mut batch).unwrap() {
                black_box(&batch);
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
    group.bench_function("buffered-records", |b| {
        b.iter(|| {
            let mut reader = Reader::new(BufReader::with_capacity(64 * 1024, file));
            while let Some(record) = reader.read().unwrap() {
                black_box(record);
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
    for (flow, layout) in
        [Flow::D0351, Flow::D0172].into_iter().flat_map(|flow| Layout::ALL.map(|it| (flow, it)))
    {
        let file = file_of_answers(flow, layout);
        let mut group = criterion.benchmark_group(format!("parse/{flow}-{layout}"));
        let (elements, bytes) = (RECORDS as u64, file.len() as u64);
        group.throughput(Throughput::ElementsAndBytes { elements, bytes });
        readers(&mut group, &file);
    }
}

criterion_group!(benches, parse);
criterion_main!(benches);
