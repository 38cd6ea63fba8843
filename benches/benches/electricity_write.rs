//! How fast are electricity updates written? The writer, in both layouts, against the formatting
//! machinery of the standard library.
#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::unwrap_used, reason = "a vector takes everything")]

use std::hint::black_box;
use std::io::Write;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use flagflow_benches::RECORDS;
use flagflow_benches::electricity::{builtin, file, lines, options, updates};
use flagflow_electricity::{D0350, Layout};

/// One record by `write!`.
fn format(out: &mut Vec<u8>, layout: Layout, update: &D0350) {
    let (number, mpan) = (update.instruction_number(), update.mpan_core());
    let (flag, date) = (update.flag(), update.effective_from());
    match layout {
        Layout::Zhv => writeln!(out, "X02|{number}|DC01|{mpan}|{flag}|{date}|"),
        Layout::Zhf => writeln!(out, "X02{number:010}DC01{mpan}{flag}{date}"),
    }
    .unwrap();
}

fn write(criterion: &mut Criterion) {
    let (profile, updates) = (builtin(), updates());
    for layout in Layout::ALL {
        let file = file(&profile, layout);
        let mut out = Vec::with_capacity(file.len());
        let mut group = criterion.benchmark_group(format!("write/D0350-{layout}"));
        let (elements, bytes) = (RECORDS as u64, file.len() as u64);
        group.throughput(Throughput::ElementsAndBytes { elements, bytes });
        group.bench_function("writer", |b| {
            b.iter(|| {
                out.clear();
                let mut writer = options(&profile, layout).writer(&mut out);
                updates.iter().for_each(|update| writer.write_record(update).unwrap());
                black_box(writer.finish().unwrap());
            });
        });
        group.bench_function("format", |b| {
            b.iter(|| {
                out.clear();
                updates.iter().for_each(|update| format(&mut out, layout, update));
                black_box(&out);
            });
        });
        // both do the same work, but for the envelope
        assert_eq!(lines(&out, &profile), lines(&file, &profile));
    }
}

criterion_group!(benches, write);
criterion_main!(benches);
