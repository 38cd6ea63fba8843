//! How fast are records written? Into one buffer in memory that is reused, line by line.

use std::hint::black_box;

use flagflow_domain::{EffectiveDate, Mprn, ServiceFlag};
use flagflow_gas::{Detail, E45, Layout, WriterOptions};

use crate::contender::Backend;
use crate::input::{Bad, Input, Kind};
use crate::measure::{Entry, measure};
use crate::options::Options;
use crate::question::Result;
use crate::report::{Report, Sense, Target};
use crate::row::Row;
use crate::writer::{FIXED, UKLINK, Writer};

const TARGET: Target =
    Target { row: "fixed, writing, against write!", sense: Sense::Faster, safe: 12.0, wide: 22.0 };
const TARGET_UKLINK: Target = Target { row: "uklink, writing, against write!", ..TARGET };

/// Both layouts of E45.
pub(super) fn ask(options: &Options, report: &mut Report) -> Result<()> {
    one(Kind::E45, Layout::Fixed, &FIXED, TARGET, options, report)?;
    one(Kind::Uklink, Layout::Uklink, &UKLINK, TARGET_UKLINK, options, report)
}

fn one(
    kind: Kind,
    layout: Layout,
    writers: &[Writer],
    target: Target,
    options: &Options,
    report: &mut Report,
) -> Result<()> {
    let input = Input::new(kind, options.records, Bad::None);
    let rows: Vec<Row> = input.truth.iter().filter_map(|row| row.ok()).collect();
    let details: Vec<Detail> = rows.iter().map(detail).collect::<Result<_>>()?;
    let file = input.file(1).whole;
    let mut out = Vec::with_capacity(file.len() + 1);
    check(writers, &rows, &input, &mut out)?;
    ours(&details, layout, &mut out);
    if out != file {
        return Err("flagflow writes another file".into());
    }
    let timings =
        measure(entries(writers, &rows, &input, &details, layout), options.rounds, options.clock);
    report.timings(&format!("E45 {layout}, writing"), &timings)?;
    report.target(target, &timings, "write!");
    Ok(())
}

fn check(writers: &[Writer], rows: &[Row], input: &Input, out: &mut Vec<u8>) -> Result<()> {
    for writer in writers {
        let file = input.file(writer.share);
        out.clear();
        (writer.write)(&rows[..file.records], out)?;
        if out != file.whole {
            return Err(format!("{} writes another file", writer.name).into());
        }
    }
    Ok(())
}

fn entries<'a>(
    writers: &'a [Writer],
    rows: &'a [Row],
    input: &Input,
    details: &'a [Detail],
    layout: Layout,
) -> Vec<Entry<'a>> {
    let size = input.file(1).whole.len();
    let mut out = Vec::with_capacity(size + 1);
    let mut entries = vec![Entry {
        name: "flagflow Writer".into(),
        backend: Some(Backend::Safe),
        records: details.len(),
        bytes: size,
        run: Box::new(move || ours(black_box(details), layout, &mut out)),
    }];
    entries.extend(writers.iter().map(|writer| peer(writer, rows, input)));
    entries
}

fn peer<'a>(writer: &'a Writer, rows: &'a [Row], input: &Input) -> Entry<'a> {
    let file = input.file(writer.share);
    let (records, bytes) = (file.records, file.whole.len());
    let mut out = Vec::with_capacity(bytes + 1);
    let run = move || {
        out.clear();
        // checked above: a vector takes everything
        let _ = (writer.write)(black_box(&rows[..records]), &mut out);
        black_box(&out);
    };
    Entry { name: writer.name.into(), backend: None, records, bytes, run: Box::new(run) }
}

/// flagflow's writer, from typed records.
fn ours(details: &[Detail], layout: Layout, out: &mut Vec<u8>) {
    out.clear();
    let mut writer = WriterOptions::new().layout(layout).writer(&mut *out);
    for detail in details {
        // checked above: a vector takes everything
        let _ = writer.write_record(*detail);
    }
    drop(writer.finish());
    black_box(out);
}

fn detail(row: &Row) -> Result<Detail> {
    let flag = ServiceFlag::from_byte(row.flag).ok_or("no flag")?;
    let day = EffectiveDate::from_packed(row.day)?;
    Ok(E45::new(Mprn::new(row.point)?, flag, day).into())
}
