//! Mends what has one safe answer, and leaves the rest as it is.
//!
//! | kind | what is done | module's reason |
//! |---|---|---|
//! | [`Kind::ByteOrderMark`] | marks before the first text go | ASCII has none |
//! | [`Kind::EmptyLines`] | lines of white space go | they are no records |
//! | [`Kind::TrailingPadding`] | 0x1A and zero bytes at the file's end go | they are no text |
//! | [`Kind::MissingLineEndings`] | lines at fixed lengths without endings get them | codes and lengths |
//! | [`Kind::LineEnds`] | every line ends as the first one does, CR alone with LF | what the sender meant |
//! | [`Kind::Terminator`] | the last line gets an end | |
//! | [`Kind::ZeroPadding`] | leading zeros of numbers come back, or go where too many | one reading, tested |
//! | [`Kind::Padding`] | spaces at the end of fixed-length lines, likewise; of zhv lines they go | they are in no field |
//! | [`Kind::CellSpaces`] | white space beside the cells of uklink goes | it is in no cell |
//! | [`Kind::TrailingCells`] | empty cells behind the last field go | the record has no such fields |
//! | [`Kind::TrailingBar`] | the last bar of a zhv line comes back | the profile knows the items |
//! | [`Kind::Count`] | the trailer's numbers | they can be counted |
//! | [`Kind::Quoting`] | uklink text quoted, the rest bare; only where asked for | style |
//!
//! A flag, a date, a meter point has no one answer: a line in which one of them cannot be read is
//! left as it came. What needs no mending comes out byte for byte; a file without findings comes out
//! the same, and so does a file that was mended before.
//!
//! # Memory
//!
//! One line at a time, at most [`Options::max_line`](flagflow_check::Options::max_line) bytes long:
//! a longer one is an error, since it can neither be mended nor copied without holding it.

mod byte_order_mark;
mod cell_spaces;
mod checked;
mod content;
mod count;
mod kind;
mod line_ends;
mod options;
mod padding;
mod piece;
mod quoting;
mod report;
mod session;
mod split;
mod terminator;
mod trailing_bar;
mod trailing_cells;
mod zero_padding;

use std::io::{BufRead, Write};

use flagflow_frame::LineReader;

use crate::error::{Error, Result};
use crate::head::Head;
use crate::roundtrip::fill;

pub use checked::{Fixed, fix_and_check};
pub use kind::{Kind, Kinds, UnknownKind};
pub use options::FixOptions;
pub use report::{Fix, FixReport, MAX_BYTES};

use session::Session;
use split::{Form, Split};

/// Writes a file as it should be, as far as there is one answer, and tells everything that it does.
///
/// What was written is worth nothing unless this succeeds. [`fix_and_check`] checks it too.
///
/// ```
/// use flagflow_exchange::fix::{FixOptions, Kind, fix};
///
/// let file = b"\xEF\xBB\xBFE45123409N20240603\n\nE451234567810A20241301\n";
/// let mut mended = Vec::new();
/// let report = fix(&file[..], &mut mended, &FixOptions::default(), &mut |_| Ok(()))?;
/// // the day of the second record is no day, and nobody knows which it was
/// assert_eq!(mended, b"E450000123409N20240603\nE451234567810A20241301\n");
/// assert_eq!((report.count(Kind::ZeroPadding), report.sum()), (1, 3));
/// # Ok::<(), flagflow_exchange::Error>(())
/// ```
///
/// # Errors
///
/// A file that cannot be read or is of no known flow, a line that is longer than can be held, and
/// whatever the writer and `tell` say.
pub fn fix(
    input: impl BufRead,
    output: impl Write,
    options: &FixOptions,
    tell: &mut dyn FnMut(&Fix) -> Result<()>,
) -> Result<FixReport> {
    let (head, mut input) = Head::take(input)?;
    let behind = fill(input.get_mut().1).map_err(Error::reading)?;
    let form = Form::of(head.bytes(), split::is_blank(behind), options.kinds, &options.check);
    let input = Split::new(input, form);
    let mut lines = LineReader::with_max_line(input, options.check.max_line);
    let mut session = Session::new(options, (head, form), output, tell);
    while let Some(line) = lines.read_line().map_err(Error::reading)? {
        session.line(&line)?;
    }
    if let Some(padding) = lines.padding() {
        session.padding(padding)?;
    }
    session.finish(lines.offset() - lines.inner().inserted())
}
