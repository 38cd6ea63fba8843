//! Writes the response that a registration system sends back for a file of updates.
//!
//! For a file of E45 updates an E46 for each, `AC` or `RJ`. For a D0350 a D0172, which confirms the
//! file by its counts, and a D0351 with the refused updates, if there are any. An update is refused
//! if it has an error, breaks one of [`AnswerOptions::reject_on`], or is of a meter point that is
//! not among [`AnswerOptions::known`]. A record is listed instead of answered if a value that the
//! answer must repeat cannot be read, or if the record is not an update: `accepted + refused +
//! listed = records`.
//!
//! An E46 repeats meter point, flag and date; so an E45 in which one of them cannot be read is
//! listed. A D0351 must repeat the instruction number; its other items are filled as far as the
//! update has something usable. A D0172 counts every record of the file as received, and those that
//! are not accepted as rejected, listed ones included.
//!
//! # Memory
//!
//! Constant, but for [`KnownPoints`] (8.5 bytes a point) and what comparing records takes
//! ([`CrossRecords`]). Past 262,144 updates, or fewer by its bound, the conflicting updates are
//! only known at the end of the file; the input is then read a second time, and two bits are kept
//! for each record in between. The response is the same, byte for byte.

mod catalogue;
mod electricity;
mod gas;
mod known;
mod options;
mod reasons;
mod report;
mod ruling;
mod session;
mod update;

use std::io::Write;

use flagflow_check::{CrossRecords, Flow, Report, check_on_threads};

use crate::deferred::expect_same;
use flagflow_files::{Error, ErrorKind, Result};

pub use flagflow_files::Source;
pub use known::{KnownPoints, PointKind};
pub use options::{AnswerNumbers, AnswerOptions};
pub use reasons::{AnswerRefusal, Reasons};
pub use report::{AnswerReport, Listed, MAX_BYTES};

use session::AnswerSession;

/// Writers of an answer.
pub struct AnswerOutputs<'w> {
    /// The E46 answers to a gas file, or the D0172 that confirms a D0350.
    pub response: &'w mut dyn Write,
    /// The D0351 with the refused updates of a D0350, which requires it; a gas file has none.
    /// Nothing is written if nothing is refused ([`AnswerReport::has_rejections`]).
    pub rejections: Option<&'w mut dyn Write>,
    /// The records that could not be answered, a line of JSON each ([`Listed`]).
    pub listed: Option<&'w mut dyn Write>,
}

impl<'w> AnswerOutputs<'w> {
    /// The answer to a gas file.
    #[must_use]
    pub fn gas(response: &'w mut dyn Write) -> Self {
        Self { response, rejections: None, listed: None }
    }

    /// The answer to a D0350: the D0172, and the D0351 with the refused updates.
    #[must_use]
    pub fn electricity(confirmation: &'w mut dyn Write, rejections: &'w mut dyn Write) -> Self {
        Self { response: confirmation, rejections: Some(rejections), listed: None }
    }

    /// The same outputs with one for records that could not be answered.
    #[must_use]
    pub fn with_listed(self, listed: Option<&'w mut dyn Write>) -> Self {
        Self { listed, ..self }
    }
}

/// Writes the response to a file.
///
/// What was written is worth nothing unless this succeeds: write to an
/// [`Output`](flagflow_files::output::Output).
///
/// ```
/// use flagflow_intake::answer::{AnswerOptions, AnswerOutputs, Source, answer};
///
/// let source = Source::from_bytes(&b"E451234567810A20220101\nE450000123409N20221301\n"[..]);
/// let mut response = Vec::new();
/// let outputs = AnswerOutputs::gas(&mut response);
/// let report = answer(&source, outputs, &AnswerOptions::default())?;
/// assert_eq!(response, b"E46AC1234567810A20220101\n");
/// assert_eq!((report.records, report.accepted, report.refused, report.listed), (2, 1, 0, 1));
/// # Ok::<(), flagflow_intake::Error>(())
/// ```
///
/// # Errors
///
/// A file that cannot be read, is of no known flow or is itself a response; a D0350 with more
/// updates than a D0172 can count (99,999); options that contradict one another or the file; a
/// value or an output that is missing; and errors of the writers.
pub fn answer(
    source: &Source,
    outputs: AnswerOutputs<'_>,
    options: &AnswerOptions,
) -> Result<AnswerReport> {
    let mut checks = options.check.clone();
    checks.max_samples = Some(0);
    let mut session = AnswerSession::new(options, outputs);
    let first = check_on_threads(source.read()?, &checks, &mut session)?;
    expect_updates(&first)?;
    if session.needs_second_pass() {
        checks.cross_records = CrossRecords::Off;
        session.begin_second_pass();
        let second = check_on_threads(source.read()?, &checks, &mut session)?;
        expect_same(&first, &second)?;
    }
    session.finish(&first)
}

/// Returns an error if the file is itself a response.
fn expect_updates(report: &Report) -> Result<()> {
    match report.flow {
        Some(flow @ (Flow::E46 | Flow::D0351 | Flow::D0172)) => Err(not_answered(flow)),
        _ => Ok(()),
    }
}

fn not_answered(flow: Flow) -> Error {
    let what = format!("a file of {flow} is a response itself and is not answered");
    Error::new(ErrorKind::Options, what)
}
