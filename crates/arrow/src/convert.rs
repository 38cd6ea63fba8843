//! Conversions between text and Parquet, Arrow or Excel files.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Write};
use std::path::Path;

use arrow_array::RecordBatch;
use flagflow_check::escape_path;
use flagflow_electricity::{Electricity, Instruction};
use flagflow_exchange::convert::{
    CellDelimiter, ConvertOptions, ConvertRefusal, ConvertReport, RecordFormat, RecordTable,
    TableRecord, convert as convert_text, convert_records,
};
use flagflow_files::{Error, ErrorKind, Result, Source, input};
use flagflow_frame::{LineEnd, Position};
use flagflow_gas::Gas;

use crate::flow::row_of;
use crate::ipc::{IpcWriter, read_ipc};
use crate::parquet::{ParquetWriter, read_parquet};
use crate::row::{RowBuilder, expect_fitting};
use crate::schema::{Column, schema};
use crate::text::ObjectText;
use crate::xlsx::{SheetFinding, WorkbookWriter, read_workbook};

/// Rows that are built before they are written.
const ROWS: usize = 65_536;

/// Returns the format that the ending of a name stands for, if it is one of a table that is not
/// text.
#[must_use]
pub fn format_of(path: &Path) -> Option<RecordFormat> {
    let ending = path.extension()?.to_string_lossy().to_ascii_lowercase();
    match ending.as_str() {
        "parquet" => Some(RecordFormat::Parquet),
        "arrow" | "feather" => Some(RecordFormat::Arrow),
        "xlsx" => Some(RecordFormat::Xlsx),
        _ => None,
    }
}

/// Converts a file as [`flagflow_exchange::convert`](mod@flagflow_exchange::convert) does, to and
/// from tables that are not text too. The format of the input is that of the options, or of the
/// ending of its name, or of its content. Publish the output only if
/// [`ConvertReport::is_publishable`].
///
/// # Errors
///
/// As [`flagflow_exchange::convert`](fn@flagflow_exchange::convert::convert); a table that cannot
/// be read, or a sheet with too many rows.
pub fn convert(
    path: &Path,
    output: impl Write + Send,
    options: &ConvertOptions,
    sheet: Option<&str>,
) -> Result<ConvertReport> {
    let from = options.from.or_else(|| format_of(path)).filter(|from| from.is_columnar());
    let Some(from) = from else { return write(input::open(path)?, output, options) };
    let name = escape_path(path);
    if input::is_standard(path) {
        let what = format!("a {from} table must be a file, not standard input");
        return Err(Error::new(ErrorKind::Options, what));
    }
    // the identity of the file is compared at its end
    let source = Source::open(path)?;
    let file =
        File::open(path).map_err(|cause| Error::input(format!("{name}: cannot be read"), cause))?;
    let mut options = options.clone();
    let columns = match from {
        // the text of a workbook has its columns
        RecordFormat::Xlsx => Vec::new(),
        _ => std::mem::take(&mut options.columns),
    };
    let report = match from {
        RecordFormat::Xlsx => {
            options.from = Some(RecordFormat::Csv);
            options.delimiter = CellDelimiter::Comma;
            let table = read_workbook(file, sheet).map_err(|error| of(error, &name))?;
            write(BufReader::with_capacity(input::BUFFER, table), output, &options)
        }
        RecordFormat::Arrow => {
            options.from = Some(RecordFormat::Jsonl);
            let (batches, metadata) = read_ipc(file).map_err(|error| of(error, &name))?;
            write(ObjectText::new(batches, &metadata, columns), output, &options)
        }
        _ => {
            options.from = Some(RecordFormat::Jsonl);
            let (batches, metadata) = read_parquet(file).map_err(|error| of(error, &name))?;
            write(ObjectText::new(batches, &metadata, columns), output, &options)
        }
    };
    source.expect_unchanged()?;
    let mut report = report?;
    report.from = from;
    Ok(report)
}

/// Converts text to a format of any kind.
fn write(
    text: impl std::io::BufRead,
    output: impl Write + Send,
    options: &ConvertOptions,
) -> Result<ConvertReport> {
    if !options.to.is_columnar() {
        return convert_text(text, output, options);
    }
    let mut table = BatchTable::new(output, options.to)?;
    let report = convert_records(text, &mut table, options)?;
    if report.is_publishable() {
        table.end(&report)?;
    }
    Ok(report)
}

/// Returns an error of a table as one of its file.
fn of(error: crate::Error, name: &str) -> Error {
    let kind = match error.kind() {
        crate::ErrorKind::Output => ErrorKind::Output,
        crate::ErrorKind::Options => ErrorKind::Options,
        _ => ErrorKind::Unrecognised,
    };
    Error::new(kind, error.in_file(Some(name)).to_string())
}

/// Returns an error of a table that is written.
#[expect(clippy::needless_pass_by_value, reason = "called by map_err")]
fn unwritten(error: crate::Error) -> Error {
    Error::writing(std::io::Error::other(error.to_string()))
}

/// The columns of a sheet of gas records.
const GAS_SHEET: &[Column] = &[
    Column::Fuel,
    Column::TransactionType,
    Column::MeterPoint,
    Column::DccServiceFlag,
    Column::EffectiveFrom,
    Column::OutcomeCode,
];

/// Returns the columns of a sheet that begins with a record: those of the record's flow, which they
/// show.
const fn sheet_columns(record: &TableRecord) -> &'static [Column] {
    match record {
        TableRecord::Electricity(Instruction::D0350(_)) => &[
            Column::Fuel,
            Column::InstructionNumber,
            Column::MeterPoint,
            Column::DccServiceFlag,
            Column::EffectiveFrom,
            Column::SupplierId,
        ],
        TableRecord::Electricity(Instruction::D0351(_)) => &[
            Column::Fuel,
            Column::InstructionNumber,
            Column::IncomingInstructionNumber,
            Column::MeterPoint,
            Column::DeemedReceivedDate,
            Column::DccServiceFlag,
            Column::EffectiveFrom,
            Column::SupplierId,
            Column::ReasonCode,
        ],
        TableRecord::Electricity(Instruction::D0172(_)) => &[
            Column::Fuel,
            Column::InstructionNumber,
            Column::DeemedReceivedDate,
            Column::AnsweredFileIdentifier,
            Column::Received,
            Column::Accepted,
            Column::Rejected,
        ],
        _ => GAS_SHEET,
    }
}

enum TableWriter<W: Write + Send> {
    Parquet(Box<ParquetWriter<W>>),
    Ipc(Box<IpcWriter<W>>),
    /// The workbook, once the flow of its records is known.
    Workbook(Option<Box<WorkbookWriter>>, W),
}

/// Collects the records of a conversion in batches and writes these.
struct BatchTable<W: Write + Send> {
    rows: RowBuilder,
    schema: arrow_schema::SchemaRef,
    writer: TableWriter<W>,
    metadata: HashMap<String, String>,
}

impl<W: Write + Send> BatchTable<W> {
    fn new(output: W, to: RecordFormat) -> Result<Self> {
        let schema = schema(Column::VALUES, HashMap::new());
        let writer = match to {
            RecordFormat::Parquet => ParquetWriter::new(output, schema.clone())
                .map(|writer| TableWriter::Parquet(Box::new(writer))),
            RecordFormat::Arrow => {
                IpcWriter::new(output, &schema).map(|writer| TableWriter::Ipc(Box::new(writer)))
            }
            _ => Ok(TableWriter::Workbook(None, output)),
        };
        let rows = RowBuilder::new(Column::VALUES);
        Ok(Self { rows, schema, writer: writer.map_err(unwritten)?, metadata: HashMap::new() })
    }

    fn flush(&mut self) -> crate::Result<()> {
        if self.rows.len() == 0 {
            return Ok(());
        }
        let batch: RecordBatch = self.rows.finish(&self.schema)?;
        match &mut self.writer {
            TableWriter::Parquet(writer) => writer.write(&batch),
            TableWriter::Ipc(writer) => writer.write(&batch),
            TableWriter::Workbook(Some(book), _) => book.write(&batch),
            TableWriter::Workbook(None, _) => Ok(()),
        }
    }

    fn end(self, report: &ConvertReport) -> Result<()> {
        match self.writer {
            TableWriter::Parquet(writer) => writer.finish(self.metadata).map(|_| ()),
            TableWriter::Ipc(writer) => writer.finish(self.metadata),
            TableWriter::Workbook(book, output) => {
                let book = book.map_or_else(|| WorkbookWriter::new(GAS_SHEET).map(Box::new), Ok);
                let findings: Vec<_> = report.refusals.iter().map(finding).collect();
                book.and_then(|book| book.finish(&findings, output))
            }
        }
        .map_err(unwritten)
    }
}

impl<W: Write + Send> RecordTable for BatchTable<W> {
    fn write(&mut self, record: &TableRecord, reasons: &str) -> Result<()> {
        let row = match record {
            TableRecord::Gas(record) => row_of::<Gas>(record, reasons),
            TableRecord::Electricity(record) => row_of::<Electricity>(record, reasons),
            _ => return Ok(()),
        };
        expect_fitting(&row).map_err(unwritten)?;
        if let TableWriter::Workbook(book @ None, _) = &mut self.writer {
            let columns = sheet_columns(record);
            *book = Some(Box::new(WorkbookWriter::new(columns).map_err(unwritten)?));
        }
        self.rows.push(&row, Position::START, None);
        if self.rows.len() == ROWS { self.flush().map_err(unwritten) } else { Ok(()) }
    }

    fn finish(&mut self, lines: &[u8], line_end: LineEnd) -> Result<()> {
        for line in lines.split(|byte| *byte == b'\n') {
            let object: serde_json::Value = match serde_json::from_slice(line) {
                Ok(object) => object,
                Err(_) => continue,
            };
            let kind = object.get("record").or_else(|| object.get("transaction_type"));
            let key = match kind.and_then(serde_json::Value::as_str) {
                Some("header" | "A00") => "flagflow.header",
                Some("group") => "flagflow.group",
                _ => "flagflow.trailer",
            };
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let text = String::from_utf8_lossy(line).into_owned();
            self.metadata.insert(key.to_owned(), text);
        }
        let line_end = if line_end == LineEnd::CrLf { "crlf" } else { "lf" };
        self.metadata.insert("flagflow.line_end".to_owned(), line_end.to_owned());
        let version = env!("CARGO_PKG_VERSION").to_owned();
        self.metadata.insert("flagflow.version".to_owned(), version);
        self.flush().map_err(unwritten)
    }
}

fn finding(refusal: &ConvertRefusal) -> SheetFinding {
    SheetFinding {
        line: refusal.position.line,
        record: refusal.position.record,
        field: refusal.field.map(|field| field.name().to_owned()).unwrap_or_default(),
        rule: refusal.reason.name().to_owned(),
        value: refusal.value.clone().unwrap_or_default(),
        message: refusal.reason.to_string(),
    }
}
