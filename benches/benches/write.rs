//! Times writing records: one at a time, many at once and from columns, for both records and
//! layouts, compared with the formatting of the standard library.
//!
//! `-- --table` prints medians, GB/s and ratios of rounds in turns, in one run.
#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::unwrap_used, reason = "a vector takes everything")]

use std::hint::black_box;
use std::io::Write;

use criterion::{Criterion, Throughput, criterion_group};
use flagflow_benches::turns::{self, Way};
use flagflow_benches::{RECORDS, details, file, kinds};
use flagflow_domain::{EffectiveDate, Mprn, Outcome, ServiceFlag};
use flagflow_gas::{Columns, Detail, Layout, WriterOptions};

/// Writes one record with `write!`.
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

fn one_by_one(out: &mut Vec<u8>, layout: Layout, details: &[Detail]) {
    let mut writer = WriterOptions::new().layout(layout).writer(out);
    details.iter().for_each(|detail| writer.write(detail).unwrap());
    writer.finish().unwrap();
}

fn many(out: &mut Vec<u8>, layout: Layout, details: &[Detail]) {
    let mut writer = WriterOptions::new().layout(layout).writer(out);
    writer.write_all(details).unwrap();
    writer.finish().unwrap();
}

/// The same records as columns.
struct Table {
    points: Vec<Mprn>,
    flags: Vec<ServiceFlag>,
    dates: Vec<EffectiveDate>,
    outcomes: Vec<Outcome>,
}

impl Table {
    fn of(details: &[Detail]) -> Self {
        Self {
            points: details.iter().map(|d| d.update().meter_point_reference()).collect(),
            flags: details.iter().map(|d| d.update().flag()).collect(),
            dates: details.iter().map(|d| d.update().effective_from()).collect(),
            outcomes: details.iter().filter_map(Detail::outcome).collect(),
        }
    }

    fn columns(&self) -> Columns<'_> {
        let columns = Columns::new(&self.points, &self.flags, &self.dates).unwrap();
        if self.outcomes.is_empty() { columns } else { columns.answered(&self.outcomes).unwrap() }
    }

    fn write(&self, out: &mut Vec<u8>, layout: Layout) {
        let mut writer = WriterOptions::new().layout(layout).writer(out);
        writer.write_all(self.columns().records()).unwrap();
        writer.finish().unwrap();
    }
}

/// Calls a function with the ways to write each kind of file, after checking that their output is
/// the same.
fn each(mut with: impl FnMut(&str, usize, &[Way<'_>])) {
    for (name, tag, layout) in kinds() {
        let (details, file) = (details(tag), file(tag, layout));
        let table = Table::of(&details);
        let ways: [Way<'_>; 4] = [
            ("format", &|out| details.iter().for_each(|detail| format(out, layout, detail))),
            ("writer", &|out| one_by_one(out, layout, &details)),
            ("records", &|out| many(out, layout, &details)),
            ("columns", &|out| table.write(out, layout)),
        ];
        let mut out = Vec::with_capacity(file.len());
        for (_, write) in ways {
            out.clear();
            write(&mut out);
            // all ways do the same work
            assert_eq!(out, file);
        }
        with(&name, file.len(), &ways);
    }
}

fn write(criterion: &mut Criterion) {
    each(|name, bytes, ways| {
        let mut out = Vec::with_capacity(bytes);
        let mut group = criterion.benchmark_group(format!("write/{name}"));
        let (elements, bytes) = (RECORDS as u64, bytes as u64);
        group.throughput(Throughput::ElementsAndBytes { elements, bytes });
        for (name, write) in ways {
            group.bench_function(*name, |b| {
                b.iter(|| {
                    out.clear();
                    write(&mut out);
                    black_box(&out);
                });
            });
        }
    });
}

criterion_group!(benches, write);

fn main() {
    if std::env::args().any(|argument| argument == "--table") {
        return each(turns::print);
    }
    benches();
    Criterion::default().configure_from_args().final_summary();
}
