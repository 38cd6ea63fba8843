//! Compares two files meter point by meter point.
//!
//! Both files are checked with the same options ([`DiffOptions::check`]), and their accepted
//! records are compared. A meter point may occur several times in a file with different days: the
//! comparison uses its *final state*, the record with the latest effective date. With
//! [`DiffOptions::history`] every day is compared separately.
//!
//! Of several records of one point and day the first is valid and the later ones are rejected or
//! repeat it, as in a [check](flagflow_check); if the options allow contradictions, the last one is
//! valid.
//!
//! Rejected records are not compared, and the report counts them ([`DiffReport::left_out`]): two
//! files are the same only where nothing differs *and* nothing was left out.
//!
//! Layouts, envelopes, line endings and the outcome of an E46 are ignored. A gas file is not
//! compared with one for electricity.
//!
//! # Answers
//!
//! Two D0351 are compared by the instruction that is rejected, two D0172 by the file that is
//! answered and the number of the confirmation: all items, and the reasons in any order. The
//! rejecter's own instruction numbers are ignored. Of several answers to one instruction the first
//! ones are compared with each other, then the second ones, and so on.
//!
//! # Order
//!
//! Differences are ordered by the number of the meter point, then by day; those of answers by the
//! instruction, or by the file and the number; whatever the order of the files, the layout and the
//! memory.
//!
//! # Memory
//!
//! Each record of meter points becomes 16 bytes, each answer its lines and its key; past
//! [`DiffOptions::memory`] they are written, sorted, to temporary files that are merged at the end.
//! Nothing else grows with the files.

mod answer;
mod answers;
mod change;
mod compare;
mod format;
mod gather;
mod options;
mod report;
mod runs;
mod sorted;

use std::io::{self, BufRead};

use flagflow_check::{CrossRecords, Options, check_on_threads};

use flagflow_files::{Error, Result};

pub use answer::{AnswerDifference, AnswerKey, AnswerRecord};
pub use change::{PerChange, PointChange};
pub use flagflow_domain::MeterPoint;
pub use format::{DiffFormat, DifferenceWriter, UnknownDiffFormat};
pub use options::DiffOptions;
pub use report::{
    Compared, DiffLeftOut, DiffReport, Difference, MAX_BYTES, PerSide, PointDifference, PointValue,
    Side,
};

use answers::Answers;
use compare::DiffComparison;
use gather::Gathering;
use sorted::Sorter;

/// Compares two files, and reports each difference to `tell` in the order of meter points.
///
/// ```
/// use flagflow_exchange::diff::{Difference, DiffOptions, PointChange, diff};
///
/// let old = &b"E451234567810A20220101\nE450000123409A20220101\n"[..];
/// let new = &b"\"E45\",1234567810,\"N\",20220101\n\"E45\",123409,\"A\",20220101\n"[..];
/// let mut changes = Vec::new();
/// let report = diff(old, new, &DiffOptions::default(), &mut |difference| {
///     if let Difference::Point(point) = difference {
///         changes.push((point.point.to_string(), point.change()));
///     }
///     Ok(())
/// })?;
/// assert_eq!(changes, [("1234567810".to_owned(), PointChange::Flag)]);
/// assert_eq!((report.same, report.left_out()), (1, 0));
/// # Ok::<(), flagflow_exchange::Error>(())
/// ```
///
/// # Errors
///
/// A file that cannot be read or is of no known flow, two files of different fuels or flows, the
/// history of answers, a temporary file that fails, and errors of `tell`.
pub fn diff(
    old: impl BufRead + Send,
    new: impl BufRead + Send,
    options: &DiffOptions,
    tell: &mut dyn FnMut(&Difference) -> Result<()>,
) -> Result<DiffReport> {
    let checks = checks(options);
    let mut report = DiffReport { policy: options.check.policy.clone(), ..DiffReport::default() };
    let mut sorter = Sorter::new(options);
    let (mut answers, mut compared) = (Answers::new(options), None);
    let mut gathering =
        Gathering::new(options, &mut report, &mut sorter, (&mut answers, &mut compared), Side::Old);
    let [old_name, new_name] = &options.names;
    let checked = check_on_threads(old, &checks, &mut gathering);
    let checked = checked.map_err(|error| error.of_input(old_name))?;
    gathering.records(checked.records);
    let mut gathering = gathering.turn(Side::New);
    let checked = check_on_threads(new, &checks, &mut gathering);
    let checked = checked.map_err(|error| error.of_input(new_name))?;
    gathering.records(checked.records);
    report.compared = compared;
    match compared {
        None => return Ok(report),
        Some(Compared::Points(fuel)) => {
            DiffComparison::new(options, &mut report, fuel, tell).run(sorter.finish()?)?;
        }
        Some(answered) => answers.compare(answered, &mut report, tell)?,
    }
    report.sort_samples(options.samples);
    Ok(report)
}

/// Returns true if two inputs are the same, byte for byte.
///
/// # Errors
///
/// [`ErrorKind::Input`](crate::ErrorKind::Input) if an input cannot be read.
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

/// Returns the next bytes, none at the end.
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

/// Returns the options for the check of one file; records are compared with one another by the
/// comparison.
fn checks(options: &DiffOptions) -> Options {
    Options {
        cross_records: CrossRecords::Off,
        max_samples: Some(0),
        file_name: None,
        ..options.check.clone()
    }
}
