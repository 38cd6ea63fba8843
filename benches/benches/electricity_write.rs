//! Times writing electricity updates, rejections and confirmations: one record at a time, many at
//! once and from columns, in both layouts, compared with the formatting of the standard library.
//!
//! `-- --table` prints medians, GB/s and ratios of rounds in turns, in one run.
#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::unwrap_used, reason = "a vector takes everything")]

use std::hint::black_box;
use std::io::Write;

use criterion::{Criterion, Throughput, criterion_group};
use flagflow_benches::RECORDS;
use flagflow_benches::electricity::{
    builtin, confirmations, file, lines, options, rejections, updates,
};
use flagflow_benches::turns::{self, Way};
use flagflow_domain::{EffectiveDate, MpanCore, ServiceFlag};
use flagflow_electricity::{
    Columns, D0172, D0350, D0351, Flow, Layout, Profile, ReasonCode, SupplierId,
};

/// Writes one record with `write!`.
fn format(out: &mut Vec<u8>, layout: Layout, update: &D0350) {
    let (number, mpan) = (update.instruction_number(), update.mpan_core());
    let (flag, date, supplier) = (update.flag(), update.effective_from(), update.supplier_id());
    match layout {
        Layout::Zhv => writeln!(out, "82H|{number}|DC01|{mpan}|{flag}|{date}|{supplier}|"),
        Layout::Zhf => writeln!(out, "82H{number:012}DC01{mpan}{flag}{date}{supplier:4}"),
    }
    .unwrap();
}

/// The same records as columns.
struct Table {
    mpans: Vec<MpanCore>,
    flags: Vec<ServiceFlag>,
    dates: Vec<EffectiveDate>,
    suppliers: Vec<SupplierId>,
}

impl Table {
    fn of(updates: &[D0350]) -> Self {
        Self {
            mpans: updates.iter().map(D0350::mpan_core).collect(),
            flags: updates.iter().map(D0350::flag).collect(),
            dates: updates.iter().map(D0350::effective_from).collect(),
            suppliers: updates.iter().map(D0350::supplier_id).collect(),
        }
    }

    fn columns(&self) -> Columns<'_> {
        let Self { mpans, flags, dates, suppliers } = self;
        Columns::new(1, mpans, flags, dates, suppliers).unwrap()
    }
}

/// Calls a function with the ways to write a file of each kind, after checking that their output is
/// the same except for the envelope, which `format` leaves out.
fn each(mut with: impl FnMut(&str, usize, &[Way<'_>])) {
    let updates = updates();
    let table = Table::of(&updates);
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
    each_of_answers(with);
}

/// The same for answers, of which a rejection is written with its reasons.
fn each_of_answers(mut with: impl FnMut(&str, usize, &[Way<'_>])) {
    let (rejections, confirmations) = (rejections(), confirmations());
    for layout in Layout::ALL {
        let profile = Profile::builtin(Flow::D0351);
        let new = || options(&profile, layout);
        let ways: [Way<'_>; 2] = [
            ("format", &|out| {
                rejections
                    .iter()
                    .for_each(|(it, reasons)| format_rejection(out, layout, it, reasons));
            }),
            ("writer", &|out| {
                let mut writer = new().writer(out);
                for (rejection, reasons) in &rejections {
                    writer.write_with_reasons(rejection, [], reasons).unwrap();
                }
                writer.finish().unwrap();
            }),
        ];
        let bytes = same(&profile, &ways);
        with(&format!("D0351-{layout}"), bytes, &ways);
    }
    for layout in Layout::ALL {
        let profile = Profile::builtin(Flow::D0172);
        let new = || options(&profile, layout);
        let ways: [Way<'_>; 2] = [
            ("format", &|out| {
                confirmations.iter().for_each(|it| format_confirmation(out, layout, it));
            }),
            ("records", &|out| {
                let mut writer = new().writer(out);
                writer.write_all(&confirmations).unwrap();
                writer.finish().unwrap();
            }),
        ];
        let bytes = same(&profile, &ways);
        with(&format!("D0172-{layout}"), bytes, &ways);
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

fn format_rejection(out: &mut Vec<u8>, layout: Layout, it: &D0351, reasons: &[ReasonCode]) {
    let (number, incoming) = (it.instruction_number(), it.incoming_instruction_number());
    let (mpan, received, flag) =
        (it.mpan_core().unwrap(), it.deemed_received(), it.flag().unwrap());
    let (date, supplier) = (it.effective_from().unwrap(), it.supplier_id().unwrap());
    match layout {
        Layout::Zhv => writeln!(
            out,
            "84H|{number}|DC11|{incoming}|{mpan}|{received}|{flag}|{date}|{supplier}|"
        ),
        Layout::Zhf => writeln!(
            out,
            "84H{number:012}DC11{incoming:012}{mpan}{received}{flag}{date}{supplier:4}"
        ),
    }
    .unwrap();
    for reason in reasons {
        match layout {
            Layout::Zhv => writeln!(out, "85H|{reason}|"),
            Layout::Zhf => writeln!(out, "85H{reason:4}"),
        }
        .unwrap();
    }
}

fn format_confirmation(out: &mut Vec<u8>, layout: Layout, it: &D0172) {
    let (number, received) = (it.instruction_number(), it.deemed_received());
    let (file, counts) = (it.file_identifier(), (it.received(), it.accepted(), it.rejected()));
    let (all, good, bad) = counts;
    match layout {
        Layout::Zhv => writeln!(out, "357|{number}|DC90|{received}|{file}|{all}|{good}|{bad}|"),
        Layout::Zhf => {
            writeln!(out, "357{number:012}DC90{received}{file:10}{all:05}{good:05}{bad:05}")
        }
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
