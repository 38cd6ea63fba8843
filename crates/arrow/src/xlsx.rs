//! Excel workbooks.

use std::fs::File;
use std::io::{self, BufReader, Seek, SeekFrom, Write};

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int64Type};
use arrow_schema::DataType;
use calamine::{DataRef, Reader as _, Xlsx};
use chrono::Datelike;
use flagflow_domain::Fuel;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use crate::error::{Error, ErrorKind, Result};
use crate::schema::Column;
use crate::text::{REASONS, day, number_text};

/// The most rows of a sheet, below the row of column names.
pub const MOST_ROWS: u32 = 1_048_575;

/// The days from Excel's day 0 to 1 January 1970.
const EPOCH: f64 = 25_569.0;

/// A line of the sheet `findings`.
#[derive(Clone, Debug, Default)]
pub struct SheetFinding {
    /// The line of the input.
    pub line: u64,
    /// The record, if the finding is about one.
    pub record: Option<u64>,
    /// The name of the field.
    pub field: String,
    /// The name of the rule or reason.
    pub rule: String,
    /// The value.
    pub value: String,
    /// The message.
    pub message: String,
}

/// Writes record batches as a workbook: a sheet of records, and a sheet of findings.
///
/// Meter points are text of all their digits, and dates are dates. The rows are kept in a temporary
/// file, so memory does not grow with them.
pub struct WorkbookWriter {
    workbook: Workbook,
    columns: Vec<Column>,
    rows: u32,
}

impl std::fmt::Debug for WorkbookWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WorkbookWriter").field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl WorkbookWriter {
    /// Begins a workbook. The sheet has the given columns.
    ///
    /// # Errors
    ///
    /// The temporary file cannot be made.
    pub fn new(columns: &[Column]) -> Result<Self> {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet_with_constant_memory().map_err(unwritable)?;
        let names = columns.iter().map(|column| match column {
            // the name that a table of text has
            Column::ReasonCode => REASONS,
            other => other.as_str(),
        });
        begin(sheet, "records", names).map_err(unwritable)?;
        Ok(Self { workbook, columns: columns.to_vec(), rows: 0 })
    }

    /// Writes a batch of all columns of values.
    ///
    /// # Errors
    ///
    /// The temporary file cannot be written, or the sheet has no room for the rows.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        for row in 0..batch.num_rows() {
            if self.rows == MOST_ROWS {
                let what = "a sheet has room for 1,048,575 records: split the file first";
                return Err(Error::new(ErrorKind::Output, what));
            }
            self.rows += 1;
            self.write_row(batch, row).map_err(unwritable)?;
        }
        Ok(())
    }

    fn write_row(&mut self, batch: &RecordBatch, row: usize) -> Result<(), XlsxError> {
        let sheet = self.workbook.worksheet_from_index(0)?;
        let is_gas = batch
            .column_by_name(Column::Fuel.as_str())
            .is_some_and(|fuel| fuel.as_string::<i32>().value(row) == Fuel::Gas.as_str());
        let date = Format::new().set_num_format("yyyy-mm-dd");
        for (at, column) in (0..).zip(&self.columns) {
            let Some(array) = batch.column_by_name(column.as_str()) else { continue };
            if array.is_null(row) {
                continue;
            }
            match array.data_type() {
                DataType::Int64 if *column == Column::MeterPoint => {
                    let point = array.as_primitive::<Int64Type>().value(row);
                    let text = if is_gas { format!("{point:010}") } else { format!("{point:013}") };
                    sheet.write_string(self.rows, at, text)?;
                }
                DataType::Int64 => {
                    let number = array.as_primitive::<Int64Type>().value(row);
                    // as text, because Excel keeps 15 digits of a number
                    match number.unsigned_abs() < 1_000_000_000_000_000 {
                        #[expect(clippy::cast_precision_loss, reason = "at most 15 digits")]
                        true => sheet.write_number(self.rows, at, number as f64)?,
                        false => sheet.write_string(self.rows, at, number.to_string())?,
                    };
                }
                DataType::Date32 => {
                    let days = array.as_primitive::<Date32Type>().value(row);
                    match excel_date(days) {
                        Some(day) => {
                            sheet.write_datetime_with_format(self.rows, at, &day, &date)?
                        }
                        None => {
                            let text = crate::text::cell_text(array, row).unwrap_or_default();
                            sheet.write_string(self.rows, at, text)?
                        }
                    };
                }
                _ => {
                    let text = crate::text::cell_text(array, row).unwrap_or_default();
                    sheet.write_string(self.rows, at, text)?;
                }
            }
        }
        Ok(())
    }

    /// Ends the workbook.
    ///
    /// # Errors
    ///
    /// The output cannot be written.
    pub fn finish(mut self, findings: &[SheetFinding], mut output: impl Write) -> Result<()> {
        let last = u16::try_from(self.columns.len() - 1).unwrap_or(0);
        let saved = self.end_sheets(last, findings).and_then(|()| {
            let mut file = tempfile::tempfile()?;
            self.workbook.save_to_writer(&mut file)?;
            Ok(file)
        });
        let mut file = saved.map_err(unwritable)?;
        let copied = file.seek(SeekFrom::Start(0)).and_then(|_| io::copy(&mut file, &mut output));
        copied.map(|_| ()).map_err(|error| Error::new(ErrorKind::Output, error.to_string()))
    }

    fn end_sheets(&mut self, last: u16, findings: &[SheetFinding]) -> Result<(), XlsxError> {
        self.workbook.worksheet_from_index(0)?.autofilter(0, 0, self.rows, last)?;
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        begin(sheet, "findings", ["line", "record", "field", "rule", "value", "message"])?;
        for (row, finding) in (1..).zip(findings) {
            #[expect(clippy::cast_precision_loss, reason = "an Excel number")]
            sheet.write_number(row, 0, finding.line as f64)?;
            if let Some(record) = finding.record {
                #[expect(clippy::cast_precision_loss, reason = "an Excel number")]
                sheet.write_number(row, 1, record as f64)?;
            }
            let SheetFinding { field, rule, value, message, .. } = finding;
            for (at, text) in (2..).zip([field, rule, value, message]) {
                sheet.write_string(row, at, text)?;
            }
        }
        Ok(())
    }
}

/// Writes the row of column names, which stays in sight.
fn begin<'n>(
    sheet: &mut Worksheet,
    name: &str,
    names: impl IntoIterator<Item = &'n str>,
) -> Result<(), XlsxError> {
    sheet.set_name(name)?.set_freeze_panes(1, 0)?;
    let bold = Format::new().set_bold();
    for (at, name) in (0..).zip(names) {
        sheet.set_column_width(at, u32::try_from(name.len()).unwrap_or(0).max(14))?;
        sheet.write_string_with_format(0, at, name, &bold)?;
    }
    Ok(())
}

/// Returns a day that Excel has: from 1900 on.
fn excel_date(days: i32) -> Option<ExcelDateTime> {
    let day = day(days.into()).filter(|day| day.year() >= 1900)?;
    let year = u16::try_from(day.year()).ok()?;
    let [month, day] = [day.month(), day.day()].map(|part| u8::try_from(part).unwrap_or(0));
    ExcelDateTime::from_ymd(year, month, day).ok()
}

/// Returns the rows of a sheet as a csv table: the first sheet, or the one with a name.
///
/// # Errors
///
/// The file cannot be read, is not a workbook, or does not have the sheet.
pub fn read_workbook(file: File, sheet: Option<&str>) -> Result<File> {
    let unreadable = |error: &dyn std::fmt::Display| {
        let what = format!("not a readable Excel workbook: {error}");
        Error::new(ErrorKind::Unrecognised, what)
    };
    let mut book = Xlsx::new(BufReader::new(file)).map_err(|error| unreadable(&error))?;
    let names = book.sheet_names();
    let name = match sheet {
        Some(name) => names.iter().find(|own| own.as_str() == name).ok_or_else(|| {
            let name = flagflow_check::escape(name.as_bytes());
            let names = flagflow_check::escape(names.join(", ").as_bytes());
            let what = format!("there is no sheet {name}: the sheets are {names}");
            Error::new(ErrorKind::Options, what)
        }),
        None => names.first().ok_or_else(|| unreadable(&"it has no sheet")),
    }?;
    let mut cells = book.worksheet_cells_reader(name).map_err(|error| unreadable(&error))?;
    let table = tempfile::tempfile().map_err(temporary)?;
    let mut out = io::BufWriter::new(table);
    let (mut row, mut column, mut is_first) = (0, 0, true);
    let mut names = None;
    while let Some(cell) = cells.next_cell().map_err(|error| unreadable(&error))? {
        let Some(text) = text_of(cell.get_value()) else { continue };
        let (at, in_row) = cell.get_position();
        if is_first {
            // rows above the table are left out
            (row, is_first) = (at, false);
        }
        while row < at {
            // cells that are empty at the end of a row are not in the sheet
            let width = *names.get_or_insert(column);
            end_row(&mut out, width, column).map_err(temporary)?;
            (row, column) = (row + 1, 0);
        }
        while column < in_row {
            out.write_all(b",").map_err(temporary)?;
            column += 1;
        }
        let text = text.replace('"', "\"\"");
        write!(out, "\"{text}\"").map_err(temporary)?;
    }
    end_row(&mut out, names.unwrap_or(column), column).map_err(temporary)?;
    let mut table = out.into_inner().map_err(|error| temporary(error.into_error()))?;
    table.seek(SeekFrom::Start(0)).map_err(temporary)?;
    Ok(table)
}

/// Ends a row, with empty cells up to the last name.
fn end_row(out: &mut impl Write, width: u32, column: u32) -> io::Result<()> {
    for _ in column..width {
        out.write_all(b",")?;
    }
    out.write_all(b"\n")
}

/// Returns the text of a cell; `None` for an empty one.
fn text_of(value: &DataRef<'_>) -> Option<String> {
    Some(match value {
        DataRef::Empty => return None,
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number_text(*number),
        DataRef::Bool(is_true) => is_true.to_string(),
        DataRef::DateTime(time) => {
            #[expect(clippy::cast_possible_truncation, reason = "a number of days")]
            let days = (time.as_f64() - EPOCH).floor() as i64;
            day(days).map_or_else(|| number_text(time.as_f64()), |day| day.to_string())
        }
        DataRef::DateTimeIso(text) => text.get(..10).unwrap_or(text).to_owned(),
        DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => error.to_string(),
    })
}

#[expect(clippy::needless_pass_by_value, reason = "called by map_err")]
fn unwritable(error: XlsxError) -> Error {
    Error::new(ErrorKind::Output, format!("the workbook cannot be written: {error}"))
}

#[expect(clippy::needless_pass_by_value, reason = "called by map_err")]
fn temporary(error: io::Error) -> Error {
    Error::new(ErrorKind::Output, format!("a temporary file failed: {error}"))
}
