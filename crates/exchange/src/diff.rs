//! What became of each meter point from one file to another.
//!
//! Both files are checked by the same options ([`DiffOptions::check`]); what is compared are their
//! accepted records. A meter point may stand several times in a file, a normal sequence of days: what
//! is compared is the state that each file *leaves it in*, its record with the latest effective date.
//! With [`DiffOptions::history`] every day is compared for itself.
//!
//! Of several records of one point and day the first stands and the later ones are rejected or
//! repeat it, as in a [check](flagflow_check); where options say that a contradiction is no error,
//! the last one stands.
//!
//! Rejected records take no part, and the report counts them ([`DiffReport::left_out`]): two files
//! are the same only where nothing differs *and* nothing was left out.
//!
//! Layouts, envelopes and line ends play no part, and neither does the outcome of an E46. A gas file
//! is not compared with one for electricity, and a D0351 says no flag that could be compared.
//!
//! # Order
//!
//! Differences come by meter point as a number, of one point by day: the same whatever the order of
//! the files, the layout and the memory.
//!
//! # Memory
//!
//! Each record becomes 16 bytes; past [`DiffOptions::memory`] they go, sorted, to temporary files
//! that are merged at the end. Nothing else grows with the files.

mod compare;
mod format;
mod gather;
mod options;
mod report;
mod runs;
mod sorted;

use std::io::{self, BufRead};

use flagflow_check::{CrossRecords, Options, check_records};

use crate::error::{Error, Result};

pub use format::{DiffFormat, DifferenceWriter, UnknownDiffFormat};
pub use options::DiffOptions;
pub use report::{
    Change, DiffReport, Difference, LeftOut, MAX_BYTES, MeterPoint, PerChange, PerSide, Side, State,
};

use compare::Comparison;
use gather::Gathering;
use sorted::Sorter;

/// Compares two files, and tells each difference in the order of meter points.
///
/// ```
/// use flagflow_exchange::diff::{Change, DiffOptions, diff};
///
/// let old = &b"E451234567810A20220101\nE450000123409A20220101\n"[..];
/// let new = &b"\"E45\",1234567810,\"N\",20220101\n\"E45\",123409,\"A\",20220101\n"[..];
/// let mut changes = Vec::new();
/// let report = diff(old, new, &DiffOptions::default(), &mut |difference| {
///     changes.push((difference.point.to_string(), difference.change()));
///     Ok(())
/// })?;
/// assert_eq!(changes, [("1234567810".to_owned(), Change::Flag)]);
/// assert_eq!((report.same, report.left_out()), (1, 0));
/// # Ok::<(), flagflow_exchange::Error>(())
/// ```
///
/// # Errors
///
/// A file that cannot be read or is of no known flow, two files of different fuels, a D0351, a
/// temporary file that fails, and whatever `tell` says.
pub fn diff(
    old: impl BufRead,
    new: impl BufRead,
    options: &DiffOptions,
    tell: &mut dyn FnMut(&Difference) -> Result<()>,
) -> Result<DiffReport> {
    let checks = checks(options);
    let mut report = DiffReport { policy: options.check.policy.clone(), ..DiffReport::default() };
    let mut sorter = Sorter::new(options);
    let mut fuel = None;
    let mut gathering = Gathering::new(options, &mut report, &mut sorter, &mut fuel, Side::Old);
    let [old_name, new_name] = &options.names;
    let checked = check_records(old, &checks, &mut gathering);
    let checked = checked.map_err(|error| error.of_input(old_name))?;
    gathering.records(checked.records);
    let mut gathering = gathering.turn(Side::New);
    let checked = check_records(new, &checks, &mut gathering);
    let checked = checked.map_err(|error| error.of_input(new_name))?;
    gathering.records(checked.records);
    let Some(fuel) = fuel else { return Ok(report) };
    Comparison::new(options, &mut report, fuel, tell).run(sorter.finish()?)?;
    report.sort_samples(options.samples);
    Ok(report)
}

/// Whether two inputs are the same, byte for byte.
///
/// # Errors
///
/// [`ErrorKind::Input`](crate::ErrorKind::Input) when one of them cannot be read.
pub fn are_equal(mut old: impl BufRead, mut new: impl BufRead) -> Result<bool> {
    loop {
        let (left, right) = (fill(&mut old)?, fill(&mut new)?);
        let length = left.len().min(right.len());
        if length == 0 {
            return Ok(left.len() == right.len());
        }
        if left[..length] != right[..length] {
            return Ok(false);
        }
        old.consume(length);
        new.consume(length);
    }
}

/// The next bytes, none at the end.
fn fill(input: &mut impl BufRead) -> Result<&[u8]> {
    loop {
        match input.fill_buf() {
            Ok(_) => break,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(cause) => return Err(Error::reading(cause)),
        }
    }
    input.fill_buf().map_err(Error::reading)
}

/// The check of one file; records are held against one another where they are compared.
fn checks(options: &DiffOptions) -> Options {
    Options {
        cross_records: CrossRecords::Off,
        max_samples: Some(0),
        file_name: None,
        ..options.check.clone()
    }
}
