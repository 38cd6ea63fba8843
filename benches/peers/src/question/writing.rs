//! Times writing records into a buffer that is reused.

use std::hint::black_box;

use flagflow_gas::Layout;

use crate::input::{Bad, Input, Kind};
use crate::measure::{Entry, Timing, measure};
use crate::options::Options;
use crate::question::Result;
use crate::report::Report;
use crate::row::Row;
use crate::writer::{self, ElectricityRecords, GasRecords, Writer};

/// Every layout.
pub(super) fn ask(options: &Options, report: &mut Report) -> Result<()> {
    let all = |_: &str| true;
    report.timings("E45 fixed, writing", &compare(Kind::E45, all, options)?)?;
    report.timings("E45 uklink, writing", &compare(Kind::Uklink, all, options)?)?;
    Ok(report.timings("D0350 zhv, writing", &compare(Kind::Bars, all, options)?)?)
}

/// Times the writers with these names, after checking that each writes the file.
pub(super) fn compare(
    kind: Kind,
    is_wanted: impl Fn(&str) -> bool,
    options: &Options,
) -> Result<Vec<Timing>> {
    let input = Input::new(kind, options.records, Bad::None);
    let rows: Vec<Row> = input.truth.iter().filter_map(|row| row.ok()).collect();
    let (gas, electricity);
    let mut writers = if kind == Kind::Bars {
        electricity = ElectricityRecords::new(&rows)?;
        [electricity.writers(), writer::zhv(&rows)].into_iter().flatten().collect::<Vec<_>>()
    } else {
        gas = GasRecords::new(&rows)?;
        let (layout, peers) = match kind {
            Kind::Uklink => (Layout::Uklink, writer::uklink(&rows)),
            _ => (Layout::Fixed, writer::fixed(&rows)),
        };
        gas.writers(layout).into_iter().chain(peers).collect()
    };
    writers.retain(|writer| is_wanted(writer.name));
    writers.iter().try_for_each(|writer| ensure_same(writer, &input))?;
    let entries = writers.iter().map(|writer| entry(writer, &input)).collect();
    Ok(measure(entries, options.rounds, options.clock))
}

/// Checks that a writer writes the file, to the byte; flagflow adds the line of the group.
fn ensure_same(writer: &Writer<'_>, input: &Input) -> Result<()> {
    let mut out = Vec::new();
    (writer.write)(&mut out)?;
    match out.strip_suffix(input.file(writer.share).body) {
        Some(b"" | b"81H|1|\n") => Ok(()),
        _ => Err(format!("{} writes another file", writer.name).into()),
    }
}

fn entry<'a>(writer: &'a Writer<'_>, input: &Input) -> Entry<'a> {
    let file = input.file(writer.share);
    let (records, bytes) = (file.records, file.body.len());
    let mut out = Vec::with_capacity(bytes + 64);
    let run = move || {
        out.clear();
        // checked above: writing to a vector cannot fail
        let _ = (writer.write)(&mut out);
        black_box(&out);
    };
    Entry { name: writer.name.into(), records, bytes, run: Box::new(run) }
}
