//! Writes entries to a file of any format.

use std::io::{BufWriter, Write};

use flagflow_domain::{EffectiveDate, Fuel, MeterPoint, ServiceFlag};
use flagflow_electricity::{D0350, SupplierId};
use flagflow_gas::E45;
use serde::Serialize;

use super::ExportFormat;
use crate::entry::Entry;
use crate::error::{Error, ErrorKind, Result};

/// A row of a table, or an object.
#[derive(Serialize)]
struct ExportRow<'a> {
    fuel: Fuel,
    meter_point: String,
    dcc_service_flag: ServiceFlag,
    effective_from_date: EffectiveDate,
    file: &'a str,
    line: u64,
}

/// The columns of a table, in the order of [`ExportRow`].
const COLUMNS: [&str; 6] =
    ["fuel", "meter_point", "dcc_service_flag", "effective_from_date", "file", "line"];

/// Writes an export.
pub(super) enum ExportSink<W: Write> {
    Csv(Box<csv::Writer<W>>),
    Jsonl(BufWriter<W>),
    E45(Box<flagflow_gas::Writer<BufWriter<W>>>),
    D0350(Box<flagflow_electricity::Writer<BufWriter<W>>>, SupplierId),
}

impl<W: Write> ExportSink<W> {
    pub(super) fn new(output: W, format: &ExportFormat) -> Result<Self> {
        Ok(match format {
            ExportFormat::Csv => Self::Csv(Box::new(table(output)?)),
            ExportFormat::Jsonl => Self::Jsonl(BufWriter::new(output)),
            ExportFormat::E45(options) => {
                Self::E45(Box::new(options.writer(BufWriter::new(output))))
            }
            ExportFormat::D0350(options, supplier) => {
                let writer = options.as_ref().clone().writer(BufWriter::new(output));
                Self::D0350(Box::new(writer), *supplier)
            }
        })
    }

    /// Writes an entry, which is record `number` of the file.
    pub(super) fn write(&mut self, entry: &Entry, file: &str, number: u64) -> Result<()> {
        match (self, entry.update.point) {
            (Self::Csv(table), _) => table.serialize(row(entry, file)).map_err(unwritten_row),
            (Self::Jsonl(output), _) => serde_json::to_writer(&mut *output, &row(entry, file))
                .map_err(std::io::Error::from)
                .and_then(|()| output.write_all(b"\n"))
                .map_err(Error::output),
            (Self::E45(writer), MeterPoint::Gas(mprn)) => {
                let update = E45::new(mprn, entry.update.flag, entry.update.from);
                writer.write(update).map_err(unwritten_gas)
            }
            (Self::D0350(writer, supplier), MeterPoint::Electricity(mpan)) => {
                let (flag, from) = (entry.update.flag, entry.update.from);
                let update = D0350::new(number, mpan, flag, from, *supplier);
                let update = update.map_err(|error| does_not_fit(&error.to_string()))?;
                writer.write(update).map_err(unwritten_electricity)
            }
            // a point of the other fuel was left out before
            (Self::E45(_) | Self::D0350(..), _) => Ok(()),
        }
    }

    pub(super) fn finish(self) -> Result<()> {
        match self {
            Self::Csv(mut table) => table.flush().map_err(Error::output),
            Self::Jsonl(mut output) => output.flush().map_err(Error::output),
            Self::E45(writer) => {
                writer.finish().map(|_| ()).map_err(|error| unwritten_gas(error.into_parts().0))
            }
            Self::D0350(writer, _) => writer
                .finish()
                .map(|_| ())
                .map_err(|error| unwritten_electricity(error.into_parts().0)),
        }
    }
}

/// Creates a table with its column names, which are written even without rows.
fn table<W: Write>(output: W) -> Result<csv::Writer<W>> {
    let mut table = csv::WriterBuilder::new().has_headers(false).from_writer(output);
    table.write_record(COLUMNS).map_err(unwritten_row)?;
    Ok(table)
}

fn row<'a>(entry: &Entry, file: &'a str) -> ExportRow<'a> {
    let update = entry.update;
    ExportRow {
        fuel: update.point.fuel(),
        meter_point: update.point.to_string(),
        dcc_service_flag: update.flag,
        effective_from_date: update.from,
        file,
        line: update.line,
    }
}

fn unwritten_row(error: csv::Error) -> Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Error::output(error),
        other => Error::new(ErrorKind::Output, format!("the table cannot be written: {other:?}")),
    }
}

fn unwritten_gas(error: flagflow_gas::Error) -> Error {
    Error::output(error.into_io().unwrap_or_else(std::io::Error::other))
}

fn unwritten_electricity(error: flagflow_electricity::Error) -> Error {
    let what = error.to_string();
    error.into_io().map_or_else(|_| does_not_fit(&what), Error::output)
}

fn does_not_fit(what: &str) -> Error {
    Error::new(ErrorKind::Options, format!("the D0350 cannot be written: {what}"))
}
