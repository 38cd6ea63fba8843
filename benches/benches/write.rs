//! How fast are records written? The writer, for both records and layouts, against the formatting
//! machinery of the standard library.
#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::unwrap_used, reason = "a vector takes everything")]

use std::hint::black_box;
use std::io::Write;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use flagflow_benches::{RECORDS, details, file, kinds};
use flagflow_gas::{Detail, Layout, WriterOptions};

/// One record by `write!`.
fn format(out: &mut Vec<u8>, layout: Layout, detail: &Detail) {
    let (tag, update) = (detail.tag(), detail.update());
    let (mprn, flag) = (update.meter_point_reference(), update.flag());
    let date = update.effective_from();
    match (layout, detail.outcome()) {
        (Layout::Fixed, None) => writeln!(out, "{tag}{mprn:010}{flag}{date}"),
        (Layout::Fixed, Some(outcome)) => writeln!(out, "{tag}{outcome}{mprn:010}{flag}{date}"),
        (Layout::Uklink, None) => writeln!(out, "\"{tag}\",{mprn},\"{flag}\",{date}"),
        (Layout::Uklink, Some(outcome)) => {
            writeln!(out, "\"{tag}\",\"{outcome}\",{mprn},\"{flag}\",{date}")
        }
    }
    .unwrap();
}

fn write_all(out: &mut Vec<u8>, layout: Layout, details: &[Detail]) {
    let mut writer = WriterOptions::new().layout(layout).writer(out);
    details.iter().for_each(|detail| writer.write_record(detail).unwrap());
    writer.finish().unwrap();
}

fn write(criterion: &mut Criterion) {
    for (name, tag, layout) in kinds() {
        let (details, file) = (details(tag), file(tag, layout));
        let mut out = Vec::with_capacity(file.len());
        let mut group = criterion.benchmark_group(format!("write/{name}"));
        let (elements, bytes) = (RECORDS as u64, file.len() as u64);
        group.throughput(Throughput::ElementsAndBytes { elements, bytes });
        group.bench_function("writer", |b| {
            b.iter(|| {
                out.clear();
                write_all(&mut out, layout, &details);
                black_box(&out);
            });
        });
        assert_eq!(out, file);
        group.bench_function("format", |b| {
            b.iter(|| {
                out.clear();
                details.iter().for_each(|detail| format(&mut out, layout, detail));
                black_box(&out);
            });
        });
        // both do the same work
        assert_eq!(out, file);
    }
}

criterion_group!(benches, write);
criterion_main!(benches);
