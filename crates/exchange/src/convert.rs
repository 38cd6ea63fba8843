//! Turns a file of one format into the same records in another.
//!
//! # Formats
//!
//! | format | what it is |
//! |---|---|
//! | `fixed`, `uklink` | the two layouts of gas files, see [`flagflow_gas::Layout`] |
//! | `zhv`, `zhf` | the two layouts of electricity files, see [`flagflow_electricity::Layout`] |
//! | `csv` | a table: a row of column names, then a row for each record |
//! | `jsonl` | an object on each line |
//!
//! The input's format is told by its first line with text: `{` begins `jsonl`, a line with the name
//! of a column below is `csv`, and the rest is told apart as [`Layout::recognise`] does.
//!
//! **csv.** The columns are `transaction_type`, `outcome_code`, `meter_point_reference`,
//! `dcc_service_flag`, `dcc_service_effective_from_date`. Read, they may stand in any order, cells
//! may be quoted (RFC 4180), dates may be `YYYY-MM-DD`, references may have leading zeros. The last
//! three are needed; other columns are passed over and named in the report. Without a
//! `transaction_type` column a row with an outcome code is an E46 and one without is an E45, and
//! the first row says which of them the table holds: a row of the other kind is refused, for a
//! forgotten outcome must not turn an answer into an update.
//!
//! Written, a table whose first record is an E45 has no `outcome_code` column, so an E46 further
//! down is refused: use jsonl, or split the file. A table whose first record is an E46 has the
//! column, and leaves it empty in an E45.
//!
//! **jsonl.** An object is what serde makes of a [`Detail`](flagflow_gas::Detail). Numbers may be
//! written as text. The header and the trailer are objects with their `transaction_type`, `A00` and
//! `Z99`. Other keys are passed over and named in the report.
//!
//! # Electricity
//!
//! Records stay of their fuel: gas cannot become `zhv`, nor electricity `fixed`. A table with an
//! `mpan_core` column is of electricity, and of D0351 if it has a `reason_code`; an object of
//! electricity has a key `record`. A [profile](ConvertOptions::profile) that is given decides the
//! flow of a table, of objects without a header, and of a bare file.
//!
//! **csv.** A row for each update. The columns are the items of the profile's groups, in its order;
//! in the built-in ones `file_sequence_number`, `instruction_number`, `instruction_type`, `mpan_core`,
//! and `dcc_service_flag`, `effective_from_date` or, in D0351, `reason_code`. Needed are `mpan_core`
//! (13 digits) and what follows it, and `instruction_number` in D0351, where it says which update is
//! rejected; in D0350 the rows are numbered from 1 where it is missing. Where the items of the level-1
//! group change from one row to the next, a new group begins: a table does not show groups without
//! updates, nor where two like ones meet.
//!
//! **jsonl.** `{"record":"header",...}`, `{"record":"group",...}`, `{"record":"update",...}` (both
//! flows) and `{"record":"trailer",...}` with the items under their names. Items of header and trailer
//! that have no name are in `further_items`, each with its bar.
//!
//! A zhv or zhf file always has its envelope: where the input has no header, the
//! [values](ConvertOptions::user_file) given make it. The trailer keeps its checksum, its time and its
//! further items, and is counted anew.
//!
//! # The envelope
//!
//! [`EnvelopeRule`] says what becomes of it. Header values that are given go over those of the
//! input. A trailer is always written with the true count. A table has no envelope: it is dropped,
//! and the report says so. Nothing is ever taken from the system's clock.
//!
//! # What is bad
//!
//! A record is *bad* if it cannot be read, may not stand where it stands, has a flag (after the
//! mapping) that the [edition](ConvertOptions::edition) does not have, or cannot be written in the
//! wanted format. A file is bad *as a file* if its header or trailer cannot be read or is missing,
//! or if the trailer's count is not that of the records. Neither is ever dropped in silence: it is
//! counted, and the first ones are listed.
//!
//! By default one bad thing is enough to refuse the whole conversion: the input is read to its end
//! for the report, and what was written must be thrown away ([`ConvertReport::is_publishable`]).
//! With [`skip_invalid`](ConvertOptions::skip_invalid) the good records are written; a trailer that
//! is bad or missing is made anew; a bad header is replaced by the values given, and where one is
//! missing the conversion fails.
//!
//! Empty lines, a byte-order mark, mixed line ends and a last line without an end are not bad: they
//! are gone afterwards. Warnings of the validator, check digits say, are not looked for.
//!
//! # Flags
//!
//! Letters are carried as they are. An old `S` does not mean the new `N`, nor `W` the new `I`; only
//! [`map_flags`](ConvertOptions::map_flags) turns one into another, and the report counts each.

mod buffer;
mod columns;
mod conversion;
mod electricity;
mod gas;
mod keyed;
mod options;
mod report;
mod rows;

use std::io::{BufRead, Write};

use flagflow_check::sniff;

use crate::error::{Error, ErrorKind, Result};
use crate::head::Head;

pub(crate) use electricity::reader_options;
pub use options::{
    ConvertOptions, EnvelopeRule, Format, LineEndRule, UnknownEnvelopeRule, UnknownFormat,
    UnknownLineEndRule,
};
pub use report::{ConvertReport, EnvelopeChange, Field, Mapped, Reason, Refusal};

#[expect(unused_imports, reason = "for the documentation")]
use flagflow_gas::Layout;

/// Converts a file. The output is good only if the report says so
/// ([`ConvertReport::is_publishable`]): write to an [`Output`](crate::output::Output) and commit it
/// then.
///
/// # Errors
///
/// What keeps the conversion from being done at all: I/O, an input of no known format, a table whose
/// columns or quotes cannot be made out, a header without its values, options that contradict.
pub fn convert(
    input: impl BufRead,
    output: impl Write,
    options: &ConvertOptions,
) -> Result<ConvertReport> {
    options.check()?;
    let (head, input) = Head::take(input)?;
    let first_line = head.first_line()?;
    if matches!(options.from, None | Some(Format::Csv))
        && let Some(fault) = sniff::table_fault(&first_line)
    {
        return Err(Error::new(ErrorKind::Table, fault.to_string()));
    }
    let recognised = options.from.map_or_else(|| Format::recognise(&first_line), Ok);
    let from = recognised.map_err(|error| head.unrecognised(error))?;
    let line_end = options.line_end.choose(head.line_end());
    if is_electric(from, &first_line, options.to) {
        refuse(options.to, "electricity", &[Format::Fixed, Format::Uklink])?;
        return electricity::convert(input, &first_line, output, (from, line_end), options);
    }
    refuse(options.to, "gas", &[Format::Zhv, Format::Zhf])?;
    gas::convert(input, output, (from, line_end), options)
}

/// Whether an input is of electricity: by its format, or else by the names in its first line; where
/// they say nothing, by what it is to become.
fn is_electric(from: Format, first_line: &[u8], to: Format) -> bool {
    let names = match from {
        Format::Zhv | Format::Zhf => return true,
        Format::Fixed | Format::Uklink => return false,
        Format::Jsonl => keyed::keys(first_line),
        Format::Csv => first_line
            .split(|byte| matches!(byte, b',' | b';' | b'\t' | b'"'))
            .map(|name| String::from_utf8_lossy(name.trim_ascii()).into_owned())
            .collect(),
    };
    let has = |name: &str| names.iter().any(|own| own == name);
    if has("record") || has("mpan_core") {
        return true;
    }
    let of_gas = has("transaction_type") || has("meter_point_reference");
    !of_gas && matches!(to, Format::Zhv | Format::Zhf)
}

/// Refuses to make records of one fuel into those of the other.
fn refuse(to: Format, fuel: &str, others: &[Format]) -> Result<()> {
    if !others.contains(&to) {
        return Ok(());
    }
    let what = format!("{fuel} records cannot become {to}: that is a format of the other fuel");
    Err(Error::new(ErrorKind::Options, what))
}
