//! Files of any format: recognised by their first line, and converted.

use std::io::BufRead;

use flagflow_files::{Error, ErrorKind, Result};
use flagflow_frame::LineEnd;
use flagflow_gas::Layout;

use super::conversion::run;
use super::flow::ConvertFlow;
use super::lines::LineSource;
use super::names::normal;
use super::objects::ObjectSource;
use super::options::{ConvertOptions, RecordFormat};
use super::records::ConvertTarget;
use super::report::ConvertReport;
use super::table::TableSource;
use super::{electricity, gas};

impl RecordFormat {
    /// Recognises the format of a file by its first line with text.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unrecognised`] if the line is of no known format.
    pub fn recognise(line: &[u8]) -> Result<Self> {
        if line.starts_with(b"{") {
            return Ok(Self::Jsonl);
        }
        let name = |cell: &[u8]| {
            let name = normal(cell.trim_ascii());
            gas::is_column(&name) || electricity::is_column(&name)
        };
        if line.split(|byte| matches!(byte, b',' | b';' | b'\t' | b'"')).any(name) {
            return Ok(Self::Csv);
        }
        let electricity = flagflow_electricity::Layout::recognise(line).map(Self::from);
        let gas = || Layout::recognise(line).map(Self::from);
        match electricity.or_else(gas) {
            Some(format) => Ok(format),
            None => Err(Error::new(
                ErrorKind::Unrecognised,
                "the first line is none of fixed (A00, E45, E46), uklink (a leading quote, or a \
                 comma as the fourth byte), zhv (ZHV and a pipe), zhf (ZHF), csv (a first row with the names of its columns, \
                 separated by commas: meter_point_reference, dcc_service_flag, \
                 dcc_service_effective_from_date; for electricity instruction_number, mpan_core and \
                 the other items of the flow) and jsonl (a leading brace)",
            )),
        }
    }
}

/// Converts a file of a flow.
pub(super) fn convert<F: ConvertFlow>(
    input: impl BufRead,
    first_line: &[u8],
    names: &[String],
    output: ConvertTarget<'_, impl std::io::Write>,
    how: (RecordFormat, LineEnd),
    options: &ConvertOptions,
) -> Result<ConvertReport> {
    let reading = |names: &[String]| F::reading(how.0, first_line, names, options);
    match how.0 {
        RecordFormat::Csv => {
            let table = TableSource::<F, _>::new(input, options, |names| reading(names).0)?;
            let format = table.format().clone();
            run(table, output, &format, how, options)
        }
        RecordFormat::Jsonl => {
            let (format, reader) = reading(names);
            let objects = (format.clone(), reader);
            let objects = ObjectSource::<F, _>::new(input, objects, options.supplier)?;
            run(objects, output, &format, how, options)
        }
        _ => {
            let (format, reader) = reading(names);
            run(
                LineSource::<F, _>::new(input, reader, format.clone()),
                output,
                &format,
                how,
                options,
            )
        }
    }
}
