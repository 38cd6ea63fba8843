//! Converts a file of one format into the same records in another.
//!
//! # Formats
//!
//! | format | description |
//! |---|---|
//! | `fixed`, `uklink` | the two layouts of gas files, see [`flagflow_gas::Layout`] |
//! | `zhv`, `zhf` | the two layouts of electricity files, see [`flagflow_electricity::Layout`] |
//! | `csv` | a table: a row of column names, then a row for each record |
//! | `jsonl` | an object on each line |
//! | `parquet`, `arrow`, `xlsx` | tables of columns, which the caller writes: [`RecordTable`] |
//!
//! The input's format is recognised by its first line with text: `{` begins `jsonl`, a line with
//! the name of a column below is `csv`, and any other line is recognised by [`Layout::recognise`].
//!
//! **csv.** The columns are `transaction_type`, `outcome_code`, `meter_point_reference`,
//! `dcc_service_flag`, `dcc_service_effective_from_date`. When read, they may be in any order, with
//! capitals and with blanks or hyphens for underscores, and under the names that the register has
//! for them (`meter_point`, `effective_from_date`). Cells may be quoted (RFC 4180), dates may be
//! `YYYY-MM-DD`, references may have leading zeros. The last three are needed; other columns are
//! ignored and named in the report, as are empty cells after the last column and rows of empty
//! cells only. [`delimiter`](ConvertOptions::delimiter) and [`columns`](ConvertOptions::columns)
//! are for tables with other delimiters and names. A table that begins with a byte-order mark of
//! UTF-16 is decoded while it is read: its positions have the line of the table, and count columns
//! and offsets in the bytes of UTF-8. A column `fuel` says which fuel a row is of:
//! rows of the other fuel than the output
//! are bad. Without a `transaction_type` column a row with an outcome code is an E46 and one
//! without is an E45, and the first row says which of them the table holds: a row of the other kind
//! is refused, because a forgotten outcome must not turn an answer into an update.
//!
//! Written, a table whose first record is an E45 has no `outcome_code` column, so an E46 further
//! down is refused: use jsonl, or split the file. A table whose first record is an E46 has the
//! column, and leaves it empty in an E45.
//!
//! **jsonl.** An object is what serde makes of a [`Detail`](flagflow_gas::Detail). Numbers may be
//! written as text. An object without a `transaction_type` is treated as such a row. The header and
//! the trailer are objects with their `transaction_type`, `A00` and `Z99`. Other keys are ignored
//! and named in the report.
//!
//! # Electricity
//!
//! Records keep their fuel: gas cannot become `zhv`, nor electricity `fixed`. A table with an
//! `mpan_core` column is of electricity, and of D0351 if it has a `reason_code`; an object of
//! electricity has a key `record`. A [profile](ConvertOptions::profile) that is given decides the
//! flow of a table, of objects without a header, and of a bare file.
//!
//! **csv.** A row for each update. The columns are the items of the profile's groups, in its order;
//! in the built-in ones `file_sequence_number`, `instruction_number`, `instruction_type`,
//! `mpan_core`, and `dcc_service_flag`, `effective_from_date` or, in D0351, `reason_code`. Needed
//! are `mpan_core` (13 digits) and what follows it, and `instruction_number` in D0351, where it
//! says which update is rejected; in D0350 the rows are numbered from 1 where it is missing. Where
//! the items of the level-1 group change from one row to the next, a new group begins: a table does
//! not show groups without updates, nor where two like ones meet.
//!
//! **jsonl.** `{"record":"header",...}`, `{"record":"group",...}`, `{"record":"update",...}` (both
//! flows) and `{"record":"trailer",...}` with the items under their names. Items of header and
//! trailer that have no name are in `further_items`, each with its pipe. An object without a
//! `record` and with an `mpan_core` is an update as a row of a table.
//!
//! A zhv or zhf file always has its envelope: where the input has no header, the
//! [values](ConvertOptions::user_file) given make it. The trailer keeps its checksum, its time and
//! its further items, and gets new counts.
//!
//! # The envelope
//!
//! [`EnvelopeRule`] decides whether the output has an envelope. Given header values replace those
//! of the input. A trailer is always written with the true count. A table has no envelope: it is
//! dropped, and the report says so. Nothing is ever taken from the system's clock.
//!
//! # What is bad
//!
//! A record is *bad* if it cannot be read, is not allowed at its place, has a flag (after the
//! mapping) that the [edition](ConvertOptions::edition) does not have, or cannot be written in the
//! wanted format. A file is bad *as a file* if its header or trailer cannot be read or is missing,
//! or if the trailer's count is not that of the records. Both are counted, and the first ones are
//! listed.
//!
//! By default one bad thing is enough to refuse the whole conversion: the input is read to its end
//! for the report, and the output must be discarded ([`ConvertReport::is_publishable`]). With
//! [`skip_invalid`](ConvertOptions::skip_invalid) the good records are written; a trailer that is
//! bad or missing is rebuilt; a bad header is replaced by the values given, and without such values
//! the conversion fails.
//!
//! Empty lines, a byte-order mark, mixed line endings and a last line without one are not bad, and
//! are normalised in the output. Wrong check digits are [counted](ConvertReport::warnings); other
//! warnings of the validator are not reported.
//!
//! # Spreadsheets
//!
//! A value that a spreadsheet spoilt has a [hint](ConvertRefusal::hint) for the person who saved
//! the table. With [`csv_safe`](ConvertOptions::csv_safe) no cell of a table that is written begins
//! as a formula.
//!
//! # Flags
//!
//! Letters are carried as they are. An old `S` does not mean the new `N`, nor `W` the new `I`; only
//! [`map_flags`](ConvertOptions::map_flags) turns one into another, and the report counts each.

mod any_format;
mod columns;
mod conversion;
mod electricity;
mod flow;
mod gas;
mod hint;
mod keyed;
mod lines;
mod names;
mod object_rows;
mod objects;
mod options;
mod reason;
mod records;
mod report;
mod rows;
mod sink;
mod table;
mod utf16;

use std::io::{BufRead, Write};

use flagflow_check::sniff;
use flagflow_domain::Fuel;
use flagflow_electricity::Electricity;
use flagflow_gas::Gas;

use flagflow_files::head::{InputHead, Rewound};
use flagflow_files::{Error, ErrorKind, Result};

use records::ConvertTarget;
use utf16::DecodedText;

pub(crate) use electricity::reader_options;
pub use flagflow_files::spreadsheet::{guarded, guarded_text, unguarded};
pub use flagflow_files::{LineEndRule, UnknownLineEndRule};
pub use options::{
    CellDelimiter, ConvertOptions, EnvelopeRule, RecordFormat, UnknownCellDelimiter,
    UnknownEnvelopeRule, UnknownFormat,
};
pub use reason::{ConvertField, ConvertReason};
pub use records::{RecordTable, TableRecord};
pub use report::{ConvertRefusal, ConvertReport, EnvelopeChange, Mapped, Warned};

#[expect(unused_imports, reason = "for the documentation")]
use flagflow_gas::Layout;

/// Number of lines with text that are searched for one that is not a row of empty cells.
const LOOKED_AT: u64 = 8;

/// Converts a file. Publish the output only if [`ConvertReport::is_publishable`]: write to an
/// [`Output`](flagflow_files::output::Output) and commit it then.
///
/// # Errors
///
/// I/O errors, an input of unknown format, a table whose columns or quotes cannot be read, a header
/// with missing values, contradicting options.
pub fn convert(
    input: impl BufRead,
    output: impl Write,
    options: &ConvertOptions,
) -> Result<ConvertReport> {
    if options.to.is_columnar() {
        let what = format!("{} is not text: a table must take the records", options.to);
        return Err(Error::new(ErrorKind::Options, what));
    }
    convert_to(input, ConvertTarget { text: output, table: None }, options)
}

/// Converts a file of text to records of a table. Publish the table only if
/// [`ConvertReport::is_publishable`].
///
/// # Errors
///
/// As [`convert`], and those of the table.
pub fn convert_records(
    input: impl BufRead,
    table: &mut dyn RecordTable,
    options: &ConvertOptions,
) -> Result<ConvertReport> {
    convert_to(input, ConvertTarget { text: std::io::sink(), table: Some(table) }, options)
}

fn convert_to(
    input: impl BufRead,
    output: ConvertTarget<'_, impl Write>,
    options: &ConvertOptions,
) -> Result<ConvertReport> {
    options.check()?;
    if let Some(from) = options.from.filter(|from| from.is_columnar()) {
        let what = format!("{from} is not text: its records must be given as csv or jsonl");
        return Err(Error::new(ErrorKind::Options, what));
    }
    let input = DecodedText::new(input)?;
    let is_utf16 = input.is_utf16();
    let (head, input) = InputHead::take_lines(input, LOOKED_AT)?;
    let first_line = head.first_row()?;
    if matches!(options.from, None | Some(RecordFormat::Csv))
        && options.delimiter == CellDelimiter::Comma
        && let Some(fault) = sniff::table_fault(&first_line)
    {
        return Err(Error::new(ErrorKind::Table, fault.to_string()));
    }
    let names = names_of(&first_line, &options.columns);
    if options.from.is_none()
        && let Some(what) = names::other_output(&names)
    {
        let what = format!("the input is {what}, which has no records to convert");
        return Err(Error::new(ErrorKind::Unrecognised, what));
    }
    let is_table = names.iter().any(|name| gas::is_column(name) || electricity::is_column(name));
    let from =
        options.from.or((is_table && !options.columns.is_empty()).then_some(RecordFormat::Csv));
    let recognised = from.map_or_else(|| RecordFormat::recognise(&first_line), Ok);
    if is_utf16 && !matches!(recognised, Ok(RecordFormat::Csv)) {
        let what = "not recognised: UTF-16 text (Unicode), which only a csv table may be; save it \
                    as ASCII";
        return Err(Error::new(ErrorKind::Unrecognised, what));
    }
    let from = recognised.map_err(|error| head.unrecognised(error))?;
    if matches!(from, RecordFormat::Zhv | RecordFormat::Zhf) && options.profile.is_none() {
        head.expect_readable_flow()?;
    }
    if from != RecordFormat::Csv && !options.columns.is_empty() {
        let what = format!("names of columns are for a table, and the input is {from}");
        return Err(Error::new(ErrorKind::Options, what));
    }
    let line_end = options.line_end.choose(head.line_end());
    let how = (from, line_end);
    let delimiter = options.delimiter.as_byte();
    let (fuel, input) = first_fuel(input, (from, delimiter), &names, &first_line)?;
    if is_electric(from, &names, fuel, options.to) {
        refuse(options.to, "electricity", &[RecordFormat::Fixed, RecordFormat::Uklink])?;
        return any_format::convert::<Electricity>(
            input,
            &first_line,
            &names,
            output,
            how,
            options,
        );
    }
    refuse(options.to, "gas", &[RecordFormat::Zhv, RecordFormat::Zhf])?;
    any_format::convert::<Gas>(input, &first_line, &names, output, how, options)
}

/// Returns the names in a first line, in their plain form: the columns of a table, the keys of an
/// object.
fn names_of(first_line: &[u8], columns: &[(String, String)]) -> Vec<String> {
    match first_line.trim_ascii_start().starts_with(b"{") {
        true => keyed::keys(first_line),
        false => first_line
            .split(|byte| matches!(byte, b',' | b';' | b'\t' | b'"'))
            .map(|name| names::item_of(names::normal(name), columns))
            .filter(|name| !name.is_empty())
            .collect(),
    }
}

/// Returns the fuel of the first record, if a table or its objects have one, and the input from its
/// beginning.
fn first_fuel<R: BufRead>(
    input: R,
    (from, delimiter): (RecordFormat, u8),
    names: &[String],
    first_line: &[u8],
) -> Result<(Option<Fuel>, Rewound<R>)> {
    let has_fuel = names.iter().any(|name| name == names::FUEL);
    let is_table = has_fuel && from == RecordFormat::Csv;
    let (head, input) = InputHead::take_lines(input, if is_table { 2 } else { 0 })?;
    let value = match from {
        RecordFormat::Csv if is_table => second_row_fuel(head.bytes(), delimiter),
        RecordFormat::Jsonl if has_fuel => keyed::text_of(first_line, names::FUEL),
        _ => None,
    };
    let value = value.map(|value| names::normal(&value));
    Ok((value.and_then(|value| value.parse().ok()), input))
}

/// Returns the fuel of the first row below the column names. A row that cannot be split is reported
/// when the table is read.
fn second_row_fuel(table: &[u8], delimiter: u8) -> Option<Vec<u8>> {
    let mut rows = rows::TableRows::new(table, delimiter);
    rows.next().ok().filter(|is_there| *is_there)?;
    let names = rows.row();
    let at = (0..names.len())
        .find(|at| names.cell(*at).is_some_and(|name| names::normal(name) == names::FUEL))?;
    rows.next().ok().filter(|is_there| *is_there)?;
    rows.row().cell(at).map(<[u8]>::to_vec)
}

/// Returns true if an input is electricity: by its format, else by the names in its first line,
/// else by its first record, else by the output format.
fn is_electric(from: RecordFormat, names: &[String], fuel: Option<Fuel>, to: RecordFormat) -> bool {
    match from {
        RecordFormat::Zhv | RecordFormat::Zhf => return true,
        RecordFormat::Fixed | RecordFormat::Uklink => return false,
        _ => {}
    }
    let has = |name: &str| names.iter().any(|own| own == name);
    match to {
        // rows of the other fuel are refused one by one
        RecordFormat::Fixed | RecordFormat::Uklink if fuel.is_some() => return false,
        RecordFormat::Zhv | RecordFormat::Zhf if fuel.is_some() => return true,
        _ => {}
    }
    let is_named = has("record") || names.iter().any(|name| electricity::is_column(name));
    if is_named || fuel == Some(Fuel::Electricity) {
        return true;
    }
    let of_gas = has("transaction_type") || has("meter_point_reference") || fuel.is_some();
    !of_gas && matches!(to, RecordFormat::Zhv | RecordFormat::Zhf)
}

/// Refuses to make records of one fuel into those of the other.
fn refuse(to: RecordFormat, fuel: &str, others: &[RecordFormat]) -> Result<()> {
    if !others.contains(&to) {
        return Ok(());
    }
    let what = format!("{fuel} records cannot become {to}: that is a format of the other fuel");
    Err(Error::new(ErrorKind::Options, what))
}
