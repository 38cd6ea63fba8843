//! Fixes errors that have one safe answer, and leaves everything else unchanged.
//!
//! | kind | effect | justification |
//! |---|---|---|
//! | [`FixKind::ByteOrderMark`] | removes marks before the first text | ASCII has none |
//! | [`FixKind::EmptyLines`] | removes lines of white space | they are not records |
//! | [`FixKind::TrailingPadding`] | removes 0x1A and zero bytes at the end | they are not text |
//! | [`FixKind::MissingLineEndings`] | inserts endings at fixed lengths | codes and lengths |
//! | [`FixKind::LineEnds`] | gives every line the first ending, CR an LF | the sender's intention |
//! | [`FixKind::Terminator`] | gives the last line an ending | |
//! | [`FixKind::ZeroPadding`] | adds or removes leading zeros of numbers | one reading, tested |
//! | [`FixKind::Padding`] | adds or removes spaces at the end of lines | they are in no field |
//! | [`FixKind::CellSpaces`] | removes white space beside uklink cells | it is in no cell |
//! | [`FixKind::TrailingCells`] | removes empty cells at the end | there are no such fields |
//! | [`FixKind::TrailingPipe`] | adds the last pipe of a zhv line | the profile lists the items |
//! | [`FixKind::Count`] | corrects the trailer's numbers | they can be counted |
//! | [`FixKind::Quoting`] | quotes uklink text and nothing else, on request | style |
//!
//! An unreadable flag, date or meter point has no single answer: its line is left unchanged. Lines
//! without errors are copied byte for byte, so a file without findings and a file that was fixed
//! before come out unchanged.
//!
//! # Memory
//!
//! One line at a time, at most [`Options::max_line`](flagflow_check::Options::max_line) bytes long:
//! a longer one is an error, since it can neither be fixed nor copied without holding it in memory.

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
mod trailing_cells;
mod trailing_pipe;
mod zero_padding;

use std::io::{BufRead, Write};

use flagflow_frame::LineReader;

use flagflow_files::head::InputHead;
use flagflow_files::input::fill;
use flagflow_files::{Error, Result};

pub use checked::{FixedFile, fix_and_check};
pub use kind::{FixKind, Kinds, UnknownKind};
pub use options::FixOptions;
pub use report::{Fix, FixReport, MAX_BYTES};

use session::FixSession;
use split::{Split, SplitForm};

/// Writes the fixed file, as far as there is one safe answer, and reports each fix to `tell`.
///
/// Discard the output unless this succeeds. [`fix_and_check`] also checks the output.
///
/// ```
/// use flagflow_intake::fix::{FixOptions, FixKind, fix};
///
/// let file = b"\xEF\xBB\xBFE45123409N20240603\n\nE451234567810A20241301\n";
/// let mut fixed = Vec::new();
/// let report = fix(&file[..], &mut fixed, &FixOptions::default(), &mut |_| Ok(()))?;
/// // the day of the second record is not a date, and has no safe fix
/// assert_eq!(fixed, b"E450000123409N20240603\nE451234567810A20241301\n");
/// assert_eq!((report.count(FixKind::ZeroPadding), report.sum()), (1, 3));
/// # Ok::<(), flagflow_intake::Error>(())
/// ```
///
/// # Errors
///
/// Returns an error if the file cannot be read or is of no known flow, if a line is too long to be
/// held, or if the writer or `tell` fails.
pub fn fix(
    input: impl BufRead,
    output: impl Write,
    options: &FixOptions,
    tell: &mut dyn FnMut(&Fix) -> Result<()>,
) -> Result<FixReport> {
    let (head, mut input) = InputHead::take(input)?;
    let behind = fill(input.get_mut().1).map_err(Error::reading)?;
    let form = SplitForm::of(head.bytes(), split::is_blank(behind), options.kinds, &options.check);
    let input = Split::new(input, form);
    let mut lines = LineReader::with_max_line(input, options.check.max_line);
    let mut session = FixSession::new(options, (head, form), output, tell);
    while let Some(line) = lines.read_line().map_err(Error::reading)? {
        session.line(&line)?;
    }
    if let Some(padding) = lines.padding() {
        session.padding(padding)?;
    }
    session.finish(lines.offset() - lines.inner().inserted())
}
