//! Times writing records line by line into a buffer that is reused.

use std::hint::black_box;

use flagflow_domain::{EffectiveDate, Mprn, ServiceFlag};
use flagflow_gas::{Columns, Detail, E45, Layout, WriterOptions};
use flagflow_rows as plan;

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
    let table = Table::new(&rows)?;
    let file = input.file(1).whole;
    let mut out = Vec::with_capacity(file.len() + 1);
    check(writers, &rows, &input, &mut out)?;
    for ours in &OURS {
        ours.write(&table, layout, &mut out);
        if out != file {
            return Err(format!("{} writes another file", ours.name).into());
        }
    }
    let timings =
        measure(entries(writers, &rows, &input, &table, layout), options.rounds, options.clock);
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
    table: &'a Table,
    layout: Layout,
) -> Vec<Entry<'a>> {
    let bytes = input.file(1).whole.len();
    let mut entries: Vec<_> = OURS
        .iter()
        .map(|ours| {
            let mut out = Vec::with_capacity(bytes + 1);
            Entry {
                name: ours.name.into(),
                backend: Some(ours.backend),
                records: table.details.len(),
                bytes,
                run: Box::new(move || ours.write(black_box(table), layout, &mut out)),
            }
        })
        .collect();
    entries.extend(writers.iter().map(|writer| peer(writer, rows, input)));
    entries
}

fn peer<'a>(writer: &'a Writer, rows: &'a [Row], input: &Input) -> Entry<'a> {
    let file = input.file(writer.share);
    let (records, bytes) = (file.records, file.whole.len());
    let mut out = Vec::with_capacity(bytes + 1);
    let run = move || {
        out.clear();
        // checked above: writing to a vector cannot fail
        let _ = (writer.write)(black_box(&rows[..records]), &mut out);
        black_box(&out);
    };
    Entry { name: writer.name.into(), backend: None, records, bytes, run: Box::new(run) }
}

/// The same records for flagflow's writer: typed, and as columns.
#[derive(Default)]
struct Table {
    details: Vec<Detail>,
    points: Vec<Mprn>,
    flags: Vec<ServiceFlag>,
    dates: Vec<EffectiveDate>,
}

impl Table {
    fn new(rows: &[Row]) -> Result<Self> {
        let mut table = Self::default();
        for row in rows {
            let detail = detail(row)?;
            let update = detail.update();
            table.details.push(detail);
            table.points.push(update.meter_point_reference());
            table.flags.push(update.flag());
            table.dates.push(update.effective_from());
        }
        Ok(table)
    }
}

/// A flagflow writer.
struct Ours {
    name: &'static str,
    backend: Backend,
    write: fn(&Table, &mut Sink<'_>) -> flagflow_gas::Result<()>,
}

/// flagflow's writer: one record at a time, many at once, and from columns.
const OURS: [Ours; 5] = [
    Ours { name: "flagflow write_record", backend: Backend::Safe, write: one_by_one },
    Ours { name: "flagflow write_records, portable", backend: Backend::Safe, write: many },
    Ours { name: "flagflow write_records, avx2", backend: Backend::Wide, write: many },
    Ours { name: "flagflow write_columns, portable", backend: Backend::Safe, write: columns },
    Ours { name: "flagflow write_columns, avx2", backend: Backend::Wide, write: columns },
];

type Sink<'a> = flagflow_gas::Writer<&'a mut Vec<u8>>;

fn one_by_one(table: &Table, writer: &mut Sink<'_>) -> flagflow_gas::Result<()> {
    table.details.iter().try_for_each(|detail| writer.write(*detail))
}

fn many(table: &Table, writer: &mut Sink<'_>) -> flagflow_gas::Result<()> {
    writer.write_all(&table.details)
}

fn columns(table: &Table, writer: &mut Sink<'_>) -> flagflow_gas::Result<()> {
    // both have the same length
    let columns = Columns::new(&table.points, &table.flags, &table.dates);
    columns.map_or(Ok(()), |it| writer.write_all(it.records()))
}

impl Ours {
    fn write(&self, table: &Table, layout: Layout, out: &mut Vec<u8>) {
        out.clear();
        let backend = match self.backend {
            Backend::Safe => plan::Backend::Portable,
            Backend::Wide => plan::Backend::Avx2,
        };
        let mut writer = WriterOptions::new().layout(layout).backend(backend).writer(&mut *out);
        // checked before timing: writing to a vector cannot fail
        let _ = (self.write)(table, &mut writer);
        drop(writer.finish());
        black_box(out);
    }
}

fn detail(row: &Row) -> Result<Detail> {
    let flag = ServiceFlag::from_byte(row.flag).ok_or("no flag")?;
    let day = EffectiveDate::from_packed(row.day)?;
    Ok(E45::new(Mprn::new(row.point)?, flag, day).into())
}
