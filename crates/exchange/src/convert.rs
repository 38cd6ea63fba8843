//! Turns a file of one format into the same records in another.
//!
//! # Formats
//!
//! | format | what it is |
//! |---|---|
//! | `fixed`, `uklink` | the two layouts of gas files, see [`flagflow_gas::Layout`] |
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

mod gas;
mod options;
mod report;

use std::io::{BufRead, Write};

use crate::error::Result;
use crate::head::Head;

pub use options::{
    ConvertOptions, EnvelopeRule, Format, LineEndRule, UnknownEnvelopeRule, UnknownFormat,
    UnknownLineEndRule,
};
pub use report::{ConvertReport, EnvelopeChange, Mapped, Reason, Refusal};

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
    let from = options.from.map_or_else(|| Format::recognise(&first_line), Ok)?;
    let line_end = options.line_end.choose(head.line_end());
    gas::convert(input, output, (from, line_end), options)
}
