//! Splits a file into accepted records, as a valid file, and rejected records, as received, with
//! the reasons.
//!
//! - *accepted*: a file of the same layout, with header and trailer where the input has them,
//!   level-1 groups, empty lines, and the accepted records byte for byte. A check with the same
//!   options finds no error in it.
//! - *rejected*: the rejected records byte for byte, with their line endings and the reasons (S72)
//!   below them.
//! - *reasons*: a line of JSON, [`QuarantineReason`], for each rejected record, and for each other
//!   line that is missing from the accepted part or was changed.
//!
//! Every record is in one of the first two parts, in its order; [`merge`](mod@crate::merge) puts
//! corrected ones back.
//!
//! # What is rebuilt
//!
//! A trailer keeps everything but its counts; one with an error is rebuilt. A header that has an
//! error is replaced by one of the given values ([`QuarantineOptions::header`]); without any a gas
//! file loses its trailer too and is bare, and an electricity file is refused
//! ([`QuarantineRefusal::NoHeader`]), unless the options say layout and flow. A file without a
//! header gets one if values are given. A level-1 group that has an error is left out, and the
//! updates below it are [withheld](Withheld): they are in the rejected part although they have no
//! error.
//!
//! Each line keeps its own ending, mixed or not, unless mixed endings are an error by the options.
//! A record is only ever changed if it is the last line without an ending and a missing trailer is
//! added after it: the record then gets an ending, after a CR always CRLF. A file without a header
//! whose records are all rejected gives an empty accepted part, which a check does not recognise.
//!
//! # Memory
//!
//! Constant, except for the memory of the check. Lines that are too long to hold are copied from
//! the input, which is a [`Source`] for that. Past 262,144 records, or fewer by the bound of the
//! cross-record rules ([`CrossRecords`]), the input is read a second time, with two bits kept for
//! each record.

mod accepted;
mod limits;
mod options;
mod parts;
mod raw;
mod reason;
mod report;
mod session;
mod standing;

use std::io::{BufRead, Write};

use flagflow_check::{CrossRecords, NoVisitor, Report, Visitor, check_on_threads};

use crate::deferred::expect_same;
use flagflow_files::Source;
use flagflow_files::{Error, Result};

pub use crate::shown::MAX_BYTES;
pub use limits::{Limit, Limits, NoRejectRate, RejectRate};
pub use options::QuarantineOptions;
pub use parts::{PartPaths, QuarantineParts};
pub use reason::{BrokenRule, LineRole, QuarantineReason};
pub use report::{EnvelopeLineChange, QuarantineRefusal, Quarantined};
pub use standing::Withheld;

use session::QuarantineSession;

/// Writers of the parts; a part whose writer is `None` is not written.
#[derive(Default)]
pub struct Outputs<'w> {
    /// The accepted records.
    pub accepted: Option<&'w mut dyn Write>,
    /// The rejected records.
    pub rejected: Option<&'w mut dyn Write>,
    /// The reasons.
    pub reasons: Option<&'w mut dyn Write>,
}

/// Parts a file, and checks it while doing so.
///
/// What was written is worth nothing unless this succeeds and nothing is
/// [refused](Quarantined::refusals): write to [`QuarantineParts`].
///
/// ```
/// use flagflow_files::Source;
/// use flagflow_intake::quarantine::{Outputs, QuarantineOptions, quarantine};
///
/// let source = Source::from_bytes(&b"E451234567810A20220101\nE450000123409N20221301\n"[..]);
/// let (mut accepted, mut rejected) = (Vec::new(), Vec::new());
/// let outputs = Outputs {
///     accepted: Some(&mut accepted),
///     rejected: Some(&mut rejected),
///     reasons: None,
/// };
/// let (report, parts) = quarantine(&source, outputs, &QuarantineOptions::default())?;
/// assert!(parts.may_be_published());
/// assert_eq!((report.records, parts.accepted, parts.rejected), (2, 1, 1));
/// assert_eq!(accepted, b"E451234567810A20220101\n");
/// assert_eq!(rejected, b"E450000123409N20221301\n");
/// # Ok::<(), flagflow_intake::Error>(())
/// ```
///
/// # Errors
///
/// A file that cannot be read to its end or is of no known flow, header values that are given and
/// not enough, and errors of the writers.
pub fn quarantine(
    source: &Source,
    outputs: Outputs<'_>,
    options: &QuarantineOptions,
) -> Result<(Report, Quarantined)> {
    quarantine_with(source, source.read()?, outputs, options, &mut NoVisitor)
}

/// Splits a file as [`quarantine`](quarantine()) does, with another visitor for the first reading.
/// `input` is the first reading of the source: [`Source::read`] or [`Source::read_watched`].
///
/// # Errors
///
/// As [`quarantine`](quarantine()), and errors of the visitor.
pub fn quarantine_with<V: Visitor>(
    source: &Source,
    input: impl BufRead + Send,
    outputs: Outputs<'_>,
    options: &QuarantineOptions,
    also: &mut V,
) -> Result<(Report, Quarantined)>
where
    Error: From<V::Error>,
{
    let mut session = QuarantineSession::new(source, outputs, options);
    let mut report = check_on_threads(input, &options.check, &mut (&mut session, also))?;
    let read_twice = session.needs_second_pass();
    if read_twice {
        let mut checks = options.check.clone();
        (checks.cross_records, checks.max_samples) = (CrossRecords::Off, Some(0));
        session.begin_second_pass();
        expect_same(&report, &check_on_threads(source.read()?, &checks, &mut session)?)?;
    }
    let parts = session.finish(&report, read_twice)?;
    source.show_again(&mut report);
    Ok((report, parts))
}
