//! Times writing electricity updates and rejections: one record at a time, many at once and from
//! columns, in both layouts, compared with the formatting of the standard library.
//!
//! `-- --table` prints medians, GB/s and ratios of rounds in turns, in one run.
#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::unwrap_used, reason = "a vector takes everything")]

use std::hint::black_box;
use std::io::Write;

use criterion::{Criterion, Throughput, criterion_group};
use flagflow_benches::RECORDS;
use flagflow_benches::electricity::{builtin, file, lines, options, updates};
use flagflow_benches::turns::{self, Way};
use flagflow_domain::{EffectiveDate, MpanCore, ServiceFlag};
use flagflow_electricity::{Columns, D0350, D0351, Flow, Layout, Profile, ReasonCode};

/// Writes one record with `write!`.
fn format(out: &mut Vec<u8>, layout: Layout, update: &D0350) {
    let (number, mpan) = (update.instruction_number(), update.mpan_core());
    let (flag, date) = (update.flag(), update.effective_from());
    match layout {
        Layout::Zhv => writeln!(out, "X02|{number}|DC01|{mpan}|{flag}|{date}|"),
        Layout::Zhf => writeln!(out, "X02{number:010}DC01{mpan}{flag}{date}"),
    }
    .unwrap();
}

/// The same records as columns.
struct Table {
    mpans: Vec<MpanCore>,
    flags: Vec<ServiceFlag>,
    dates: Vec<EffectiveDate>,
}

impl Table {
    fn of(updates: &[D0350]) -> Self {
        Self {
            mpans: updates.iter().map(D0350::mpan_core).collect(),
            flags: updates.iter().map(D0350::flag).collect(),
            dates: updates.iter().map(D0350::effective_from).collect(),
        }
    }

    fn columns(&self) -> Columns<'_> {
        Columns::new(1, &self.mpans, &self.flags, &self.dates).unwrap()
    }
}

/// Calls a function with the ways to write a file of each kind, after checking that their output is
/// the same except for the envelope, which `format` leaves out.
fn each(mut with: impl FnMut(&str, usize, &[Way<'_>])) {
    let updates = updates();
    let (table, rejections) = (Table::of(&updates), rejections(&updates));
    let profile = builtin();
    for layout in Layout::ALL {
        let new = || options(&profile, layout);
        let ways: [Way<'_>; 4] = [
            ("format", &|out| updates.iter().for_each(|update| format(out, layout, update))),
            ("writer", &|out| {
                let mut writer = new().writer(out);
                updates.iter().for_each(|update| writer.write(update).unwrap());
                writer.finish().unwrap();
            }),
            ("records", &|out| {
                let mut writer = new().writer(out);
                writer.write_all(&updates).unwrap();
                writer.finish().unwrap();
            }),
            ("columns", &|out| {
                let mut writer = new().writer(out);
                writer.write_all(table.columns().records()).unwrap();
                writer.finish().unwrap();
            }),
        ];
        same(&profile, &ways);
        with(&format!("D0350-{layout}"), file(&profile, layout).len(), &ways);
    }
    let profile = Profile::builtin(Flow::D0351);
    for layout in Layout::ALL {
        let new = || options(&profile, layout);
        let ways: [Way<'_>; 3] = [
            ("format", &|out| rejections.iter().for_each(|r| format_rejection(out, layout, r))),
            ("writer", &|out| {
                let mut writer = new().writer(out);
                rejections.iter().for_each(|rejection| writer.write(rejection).unwrap());
                writer.finish().unwrap();
            }),
            ("records", &|out| {
                let mut writer = new().writer(out);
                writer.write_all(&rejections).unwrap();
                writer.finish().unwrap();
            }),
        ];
        let bytes = same(&profile, &ways);
        with(&format!("D0351-{layout}"), bytes, &ways);
    }
}

/// Checks that all ways write the same records, and returns their number of bytes.
fn same(profile: &Profile, ways: &[Way<'_>]) -> usize {
    let mut files = ways.iter().map(|(_, write)| {
        let mut out = Vec::new();
        write(&mut out);
        out
    });
    let first = files.next().unwrap();
    files.for_each(|file| assert!(lines(&file, profile) == lines(&first, profile)));
    first.len()
}

/// The rejections of updates, with reasons of different lengths.
fn rejections(updates: &[D0350]) -> Vec<D0351> {
    let reasons = ["1", "R-02", "INVALID"].map(|text| text.parse::<ReasonCode>().unwrap());
    updates.iter().zip(reasons.iter().cycle()).map(|(u, reason)| u.rejected(*reason)).collect()
}

fn format_rejection(out: &mut Vec<u8>, layout: Layout, rejection: &D0351) {
    let (number, mpan) = (rejection.instruction_number(), rejection.mpan_core());
    let reason = rejection.reason();
    match layout {
        Layout::Zhv => writeln!(out, "X03|{number}|DC11|{mpan}|{reason}|"),
        Layout::Zhf => writeln!(out, "X03{number:010}DC11{mpan}{reason:8}"),
    }
    .unwrap();
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
