//! The loop from the first line to the last.

use std::io::BufRead;

use flagflow_frame::LineReader;

use crate::error::Error;
use crate::gas::GasCheck;
use crate::options::Options;
use crate::report::Report;

/// Checks a file, from its first byte to its last.
///
/// ```
/// use flagflow_check::{Options, check};
///
/// let report = check(&b"E451234567810A20220101\n"[..], &Options::default())?;
/// assert_eq!(report.accepted, 1);
/// # Ok::<(), flagflow_check::Error>(())
/// ```
///
/// # Errors
///
/// When the input cannot be read to its end, has no line with text, is of no known flow and layout,
/// or a temporary file fails. What is wrong in the file is in the report.
pub fn check(input: impl BufRead, options: &Options) -> Result<Report, Error> {
    let mut lines = LineReader::with_max_line(input, options.max_line);
    let mut check = GasCheck::new(options);
    while let Some(line) = lines.read_line().map_err(Error::read)? {
        check.line(&line)?;
    }
    if lines.has_byte_order_mark() {
        check.byte_order_mark();
    }
    check.finish(lines.position().offset)
}
