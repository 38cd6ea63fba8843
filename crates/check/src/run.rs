//! The loop from the first line to the last.

use std::io::BufRead;

use flagflow_frame::{Line, LineReader};

use crate::error::Error;
use crate::finding::{escape, mask_digits};
use crate::gas::GasCheck;
use crate::ledger::Ledger;
use crate::options::{Layout, Options};
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
    let mut ledger = Ledger::new(options);
    let mut check = loop {
        let line = lines.read_line().map_err(Error::read)?.ok_or_else(Error::empty)?;
        match line.length {
            0 => ledger.empty_line(&line),
            _ => break Check::begin(ledger, &line)?,
        }
    };
    while let Some(line) = lines.read_line().map_err(Error::read)? {
        check.line(&line)?;
    }
    check.finish(lines.position().offset, lines.has_byte_order_mark())
}

/// A file in the middle of its check, by its fuel.
enum Check<'o> {
    Gas(GasCheck<'o>),
}

impl<'o> Check<'o> {
    /// Begins with the first line that has text.
    fn begin(ledger: Ledger<'o>, line: &Line<'_>) -> Result<Self, Error> {
        let mut check = match recognise(line, ledger.options)? {
            Layout::Fixed => Self::Gas(GasCheck::new(ledger, flagflow_gas::Layout::Fixed, line)),
            Layout::Uklink => Self::Gas(GasCheck::new(ledger, flagflow_gas::Layout::Uklink, line)),
        };
        check.line(line)?;
        Ok(check)
    }

    #[inline]
    fn line(&mut self, line: &Line<'_>) -> Result<(), Error> {
        match self {
            Self::Gas(check) if line.length > 0 => check.line(line),
            Self::Gas(check) => {
                check.ledger.empty_line(line);
                Ok(())
            }
        }
    }

    fn finish(self, bytes: u64, byte_order_mark: bool) -> Result<Report, Error> {
        match self {
            Self::Gas(mut check) => {
                if byte_order_mark {
                    check.ledger.byte_order_mark();
                }
                check.finish(bytes)
            }
        }
    }
}

fn recognise(line: &Line<'_>, options: &Options) -> Result<Layout, Error> {
    let recognised = || flagflow_gas::Layout::recognise(line.bytes).map(Layout::from);
    // a file that is said to be of a gas flow is of the main layout unless it looks otherwise
    let by_flow = || options.flow.map(|_| Layout::Fixed);
    options
        .layout
        .or_else(recognised)
        .or_else(by_flow)
        .ok_or_else(|| Error::unrecognised(beginning(line, options.mask)))
}

/// A line's first bytes, for saying what could not be recognised.
fn beginning(line: &Line<'_>, mask: bool) -> String {
    let mut bytes = line.bytes[..line.bytes.len().min(16)].to_vec();
    if mask {
        mask_digits(&mut bytes);
    }
    escape(&bytes)
}
