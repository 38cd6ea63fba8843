//! Records to a file of any format.

use std::convert::Infallible;
use std::io::Write;

use flagflow_domain::{EffectiveDate, Outcome};
use flagflow_frame::LineEnd;
use flagflow_gas::field::{write_date, write_mprn};
use flagflow_gas::{Detail, E45, Field, Header, Layout, Tag, Writer, WriterOptions};
use serde::Serialize;

use flagflow_files::{Error, Result};

use super::super::buffer::{Buffer, buffered, object};
use super::super::conversion::{self, Objection};
use super::super::options::RecordFormat;
use super::super::report::ConvertReason;
use super::GasConversion;

/// Writes the records of a conversion.
pub(super) enum GasSink<W: Write> {
    Lines(Writer<Buffer<W>>),
    Table(GasTableWriter<W>),
    Objects(GasObjectWriter<W>),
}

impl<W: Write> GasSink<W> {
    pub(super) fn new(
        output: W,
        to: RecordFormat,
        line_end: LineEnd,
        header: Option<Header>,
    ) -> Self {
        let lines = |output, layout| {
            let options = WriterOptions::new().layout(layout).line_end(line_end);
            let options = header.map_or(options, |header| options.envelope(header));
            Self::Lines(options.writer(buffered(output)))
        };
        match to {
            RecordFormat::Uklink => lines(output, Layout::Uklink),
            RecordFormat::Csv => Self::Table(GasTableWriter::new(output, line_end)),
            RecordFormat::Jsonl => Self::Objects(GasObjectWriter::new(output, line_end, header)),
            _ => lines(output, Layout::Fixed),
        }
    }
}

impl<W: Write> conversion::ConvertSink<GasConversion> for GasSink<W> {
    fn objection(&mut self, detail: &Detail) -> Objection<GasConversion> {
        match self {
            Self::Table(table) if table.first == Some(Tag::E45) && detail.tag() == Tag::E46 => {
                Some((Field::TransactionType, ConvertReason::NoOutcomeColumn))
            }
            _ => None,
        }
    }

    fn write(&mut self, detail: Detail) -> Result<()> {
        match self {
            Self::Lines(writer) => writer.write(detail).map_err(unwritten),
            Self::Table(table) => table.write(detail),
            Self::Objects(objects) => objects.write(detail),
        }
    }

    fn part(&mut self, part: Infallible) -> Result<Objection<GasConversion>> {
        match part {}
    }

    fn finish(self) -> Result<()> {
        match self {
            Self::Lines(writer) => {
                writer.finish().map(|_| ()).map_err(|error| unwritten(error.into_parts().0))
            }
            Self::Table(table) => table.finish(),
            Self::Objects(objects) => objects.finish(),
        }
    }
}

fn unwritten(error: flagflow_gas::Error) -> Error {
    Error::writing(error.into_io().unwrap_or_else(std::io::Error::other))
}

/// Writes a table. The first record decides if there is an `outcome_code` column.
pub(super) struct GasTableWriter<W: Write> {
    output: Buffer<W>,
    line_end: &'static [u8],
    first: Option<Tag>,
    line: Vec<u8>,
}

impl<W: Write> GasTableWriter<W> {
    fn new(output: W, line_end: LineEnd) -> Self {
        Self {
            output: buffered(output),
            line_end: line_end.as_bytes(),
            first: None,
            line: Vec::new(),
        }
    }

    fn write(&mut self, detail: Detail) -> Result<()> {
        self.begin(detail.tag())?;
        self.line.clear();
        self.line.extend_from_slice(detail.tag().as_bytes());
        if self.first == Some(Tag::E46) {
            self.line.push(b',');
            self.line.extend_from_slice(detail.outcome().map_or("", Outcome::as_str).as_bytes());
        }
        self.update(detail.update());
        self.end_line()
    }

    /// Writes the cells that every row has: bare, the reference without leading zeros.
    fn update(&mut self, update: E45) {
        self.line.push(b',');
        write_mprn(&mut self.line, Layout::Uklink, update.meter_point_reference());
        self.line.extend_from_slice(&[b',', update.flag().as_byte(), b',']);
        write_date(&mut self.line, Layout::Uklink, update.effective_from());
    }

    /// Writes the names of the columns.
    fn begin(&mut self, tag: Tag) -> Result<()> {
        if self.first.is_some() {
            return Ok(());
        }
        self.first = Some(tag);
        let names: Vec<_> = tag.spec().items().iter().map(|spec| spec.field.name()).collect();
        self.line = names.join(",").into_bytes();
        self.end_line()
    }

    fn end_line(&mut self) -> Result<()> {
        self.line.extend_from_slice(self.line_end);
        self.output.write_all(&self.line).map_err(Error::writing)
    }

    /// Ends the table; without records it only has the column names.
    fn finish(mut self) -> Result<()> {
        self.begin(Tag::E45)?;
        self.output.flush().map_err(Error::writing)
    }
}

/// Writes an object a line, the header and the trailer among them.
pub(super) struct GasObjectWriter<W: Write> {
    output: Buffer<W>,
    line_end: &'static [u8],
    header: Option<Header>,
    begun: bool,
    records: u64,
}

/// The header as an object.
#[derive(Serialize)]
struct HeaderObject<'a> {
    transaction_type: &'a str,
    organisation_id: u64,
    file_type: &'a str,
    creation_date: EffectiveDate,
    creation_time: String,
    generation_number: u32,
}

/// The trailer as an object.
#[derive(Serialize)]
struct TrailerObject<'a> {
    transaction_type: &'a str,
    record_count: u64,
}

impl<W: Write> GasObjectWriter<W> {
    fn new(output: W, line_end: LineEnd, header: Option<Header>) -> Self {
        let line_end = line_end.as_bytes();
        Self { output: buffered(output), line_end, header, begun: false, records: 0 }
    }

    fn write(&mut self, detail: Detail) -> Result<()> {
        self.begin()?;
        self.records += 1;
        self.object(&detail)
    }

    fn begin(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        let Some(header) = self.header else { return Ok(()) };
        self.object(&HeaderObject {
            transaction_type: Tag::A00.as_str(),
            organisation_id: header.organisation_id(),
            file_type: header.file_type.as_str(),
            creation_date: header.creation_date,
            creation_time: header.creation_time.to_string(),
            generation_number: header.generation_number(),
        })
    }

    fn object(&mut self, value: &impl Serialize) -> Result<()> {
        object(&mut self.output, value, self.line_end)
    }

    fn finish(mut self) -> Result<()> {
        self.begin()?;
        if self.header.is_some() {
            let (transaction_type, record_count) = (Tag::Z99.as_str(), self.records);
            self.object(&TrailerObject { transaction_type, record_count })?;
        }
        self.output.flush().map_err(Error::writing)
    }
}
