//! The list of changes that applying files made.
//!
//! csv has the columns, and jsonl the keys,
//! `file,line,fuel,meter_point,effect,dcc_service_flag,effective_from_date,before_flag,before_date`:
//! with a row for every update of the file: its effect ([`Effect`]), and the flag and day that were
//! valid before it.

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};
use std::str::FromStr;

use flagflow_domain::{EffectiveDate, Fuel, ServiceFlag};
use flagflow_files::spreadsheet::guarded_text;
use serde::Serialize;

use crate::apply::Change;
use crate::entry::Effect;
use crate::error::{Error, ErrorKind, Result};

/// Format of a list of changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChangeFormat {
    /// An object on each line.
    #[default]
    Jsonl,
    /// A table with a row of column names.
    Csv,
}

impl fmt::Display for ChangeFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
        })
    }
}

impl FromStr for ChangeFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "jsonl" => Ok(Self::Jsonl),
            "csv" => Ok(Self::Csv),
            _ => Err("expected jsonl or csv".to_owned()),
        }
    }
}

#[derive(Serialize)]
struct ChangeRow<'a> {
    file: &'a str,
    line: u64,
    fuel: Fuel,
    meter_point: String,
    effect: Effect,
    dcc_service_flag: ServiceFlag,
    effective_from_date: EffectiveDate,
    before_flag: Option<ServiceFlag>,
    before_date: Option<EffectiveDate>,
}

const COLUMNS: &str = "file,line,fuel,meter_point,effect,dcc_service_flag,effective_from_date,\
                       before_flag,before_date\n";

/// Writes the changes of applied files. The changes of a file are kept in a temporary file until
/// the file is [applied](Self::keep).
#[derive(Debug)]
pub struct Changes<W: Write> {
    output: W,
    format: ChangeFormat,
    noted: Sheet,
    csv_safe: bool,
}

/// The recorded changes of one file.
#[derive(Debug)]
enum Sheet {
    Jsonl(BufWriter<File>),
    Csv(Box<csv::Writer<File>>),
}

impl Sheet {
    fn new(format: ChangeFormat) -> Result<Self> {
        let file = tempfile::tempfile().map_err(temporary)?;
        Ok(match format {
            ChangeFormat::Jsonl => Self::Jsonl(BufWriter::new(file)),
            ChangeFormat::Csv => {
                let table = csv::WriterBuilder::new().has_headers(false).from_writer(file);
                Self::Csv(Box::new(table))
            }
        })
    }

    fn write(&mut self, row: &ChangeRow<'_>) -> Result<()> {
        match self {
            Self::Jsonl(lines) => serde_json::to_writer(&mut *lines, row)
                .map_err(io::Error::from)
                .and_then(|()| lines.write_all(b"\n"))
                .map_err(temporary),
            Self::Csv(table) => table.serialize(row).map_err(|error| {
                Error::new(ErrorKind::Output, "the list of changes cannot be written")
                    .because(error)
            }),
        }
    }

    fn into_file(self) -> io::Result<File> {
        let mut file = match self {
            Self::Jsonl(lines) => lines.into_inner().map_err(io::IntoInnerError::into_error)?,
            Self::Csv(table) => {
                table.into_inner().map_err(|error| io::Error::other(error.to_string()))?
            }
        };
        file.rewind()?;
        Ok(file)
    }
}

/// Only standard output can be a closed pipe.
fn temporary(error: io::Error) -> Error {
    Error::output(io::Error::other(error))
}

impl<W: Write> Changes<W> {
    /// Creates a list and writes its row of column names, if the format has one.
    ///
    /// # Errors
    ///
    /// Fails if the output cannot be written or a temporary file cannot be created.
    pub fn new(mut output: W, format: ChangeFormat) -> Result<Self> {
        if format == ChangeFormat::Csv {
            output.write_all(COLUMNS.as_bytes()).map_err(Error::output)?;
        }
        Ok(Self { output, format, noted: Sheet::new(format)?, csv_safe: false })
    }

    /// Returns the list with safe cells: no cell of a table can be read as a formula by a
    /// spreadsheet, see [`guarded`](flagflow_files::spreadsheet::guarded).
    #[must_use]
    pub fn csv_safe(mut self) -> Self {
        self.csv_safe = self.format == ChangeFormat::Csv;
        self
    }

    /// Records a change of a file that is being applied.
    ///
    /// # Errors
    ///
    /// Fails if a temporary file cannot be written.
    pub fn note(&mut self, file: &str, change: &Change) -> Result<()> {
        let Change { update, effect, before } = change;
        let file = if self.csv_safe { guarded_text(file) } else { Cow::Borrowed(file) };
        self.noted.write(&ChangeRow {
            file: &file,
            line: update.line,
            fuel: update.point.fuel(),
            meter_point: update.point.to_string(),
            effect: *effect,
            dcc_service_flag: update.flag,
            effective_from_date: update.from,
            before_flag: before.map(|(_, flag)| flag),
            before_date: before.map(|(day, _)| day),
        })
    }

    /// Writes the recorded changes, because the file was applied.
    ///
    /// # Errors
    ///
    /// Fails if the output cannot be written.
    pub fn keep(&mut self) -> Result<()> {
        let noted = std::mem::replace(&mut self.noted, Sheet::new(self.format)?);
        let mut noted = noted.into_file().map_err(temporary)?;
        io::copy(&mut noted, &mut self.output).map(|_| ()).map_err(Error::output)
    }

    /// Discards the recorded changes, because the file was not applied.
    ///
    /// # Errors
    ///
    /// Fails if a temporary file cannot be created.
    pub fn forget(&mut self) -> Result<()> {
        self.noted = Sheet::new(self.format)?;
        Ok(())
    }

    /// Ends the list and returns its output.
    ///
    /// # Errors
    ///
    /// Fails if the output cannot be written.
    pub fn finish(mut self) -> Result<W> {
        self.output.flush().map_err(Error::output)?;
        Ok(self.output)
    }
}
