//! Times splitting a buffer into lines, compared with memchr, which only counts line endings.
#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::unwrap_used, reason = "a slice can always be read")]

use std::hint::black_box;
use std::io::{BufRead, BufReader};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use flagflow_benches::{RECORDS, file};
use flagflow_frame::LineReader;
use flagflow_gas::{Layout, Tag};

fn count(reader: impl BufRead) -> usize {
    let (mut lines, mut count) = (LineReader::new(reader), 0);
    while let Some(line) = lines.read_line().unwrap() {
        black_box(line.bytes);
        count += 1;
    }
    count
}

fn lines(criterion: &mut Criterion) {
    for layout in Layout::ALL {
        let file = file(Tag::E45, layout);
        let mut group = criterion.benchmark_group(format!("lines/{layout}"));
        let (elements, bytes) = (RECORDS as u64, file.len() as u64);
        group.throughput(Throughput::ElementsAndBytes { elements, bytes });
        assert_eq!(count(file.as_slice()), RECORDS);
        group.bench_function("memchr-count", |b| {
            b.iter(|| memchr::memchr_iter(b'\n', black_box(&file)).count());
        });
        group.bench_function("line-reader-slice", |b| b.iter(|| count(file.as_slice())));
        group.bench_function("line-reader-buffered", |b| {
            b.iter(|| count(BufReader::with_capacity(64 * 1024, file.as_slice())));
        });
    }
}

criterion_group!(benches, lines);
criterion_main!(benches);
