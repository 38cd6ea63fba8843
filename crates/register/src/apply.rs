//! Applies a file of updates to a register.
//!
//! # Transactions and repeated files
//!
//! The whole file is applied in one transaction, or nothing of it. A file is identified by its
//! bytes ([`Digest`]): applied a second time it changes nothing, and the report says so. So the
//! same command can safely be repeated after an interruption.
//!
//! Records are checked as by [`check_records`]. Records with an error are not applied; a check's
//! report shows the errors. Records are not compared with one another by the check: the register
//! compares them with all earlier updates. So two updates of one file that contradict each other
//! are [conflicting](Effect::Conflicting), not rejected, and the first one stays.
//!
//! # Memory
//!
//! [`ApplyOptions::batch`] updates at a time are sorted by their points before the store is
//! queried, for speed. Memory does not grow with the file otherwise.

mod batch;
mod session;

use std::io::BufRead;

use flagflow_check::{CrossRecords, Flow, Options, Report, check_records};
use flagflow_domain::{EffectiveDate, ServiceFlag};
use flagflow_electricity::Timestamp;
use flagflow_files::Source;

use crate::conflict::Conflicts;
use crate::digest::{Digest, Digesting};
use crate::entry::{Effect, FileId, Update};
use crate::error::{Error, ErrorKind, Result};
use crate::file::{AppliedFile, UpdateCounts};
use crate::store::{Store, Transaction};

use session::ApplySession;

/// Options of applying a file.
#[derive(Clone, Debug)]
pub struct ApplyOptions {
    /// Options of checking the records. [`Options::cross_records`] and [`Options::max_samples`]
    /// have no effect.
    pub check: Options,
    /// Treatment of an update that contradicts the current one.
    pub conflicts: Conflicts,
    /// True to reject the whole file if one of its records cannot be applied.
    pub strict: bool,
    /// The time of applying in UTC; only stored, not used for decisions.
    pub applied_at: Option<Timestamp>,
    /// The number of updates to sort at a time, at least 1; each takes 32 bytes.
    pub batch: usize,
}

impl ApplyOptions {
    /// A million updates, 32 MiB.
    pub const BATCH: usize = 1 << 20;
}

impl Default for ApplyOptions {
    fn default() -> Self {
        Self {
            check: Options::default(),
            conflicts: Conflicts::default(),
            strict: false,
            applied_at: None,
            batch: Self::BATCH,
        }
    }
}

/// Outcome of applying a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApplyOutcome {
    /// The file is applied, under this number.
    Applied(FileId),
    /// The same bytes were applied before, as this file; nothing was changed.
    AppliedBefore(Box<AppliedFile>),
    /// The file has records that cannot be applied, and [`ApplyOptions::strict`] rejects it.
    KeptOut,
}

/// Report of applying a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplyReport {
    /// The outcome of the file.
    pub became: ApplyOutcome,
    /// The digest that identifies the file.
    pub digest: Digest,
    /// The flow; `None` for a file without records.
    pub flow: Option<Flow>,
    /// The counts of the records by outcome. For a file applied before, these are the counts of
    /// that time; for a rejected file, those that applying would have given.
    pub counts: UpdateCounts,
    /// The policy used to check the file, if any.
    pub policy: Option<String>,
}

impl ApplyReport {
    /// Returns true if every update of the file is in the register.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.became != ApplyOutcome::KeptOut && self.counts.is_complete()
    }
}

/// The effect of one update, and the point's state before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The update.
    pub update: Update,
    /// The effect.
    pub effect: Effect,
    /// The previous update: the one for the same day if there was one, else the point's state.
    pub before: Option<(EffectiveDate, ServiceFlag)>,
}

/// A callback for changes.
pub type Listener<'a> = &'a mut dyn FnMut(&Change) -> Result<()>;

/// Applies a file of updates, E45 or D0350, under a name that the register remembers.
///
/// Calls `changes` with every update, by batch in the file's order, before the outcome of the file
/// is known: the changes are valid only if the report has [`ApplyOutcome::Applied`].
///
/// # Errors
///
/// Fails for a file that cannot be read, is of no known flow, contains answers (E46, D0351) or
/// changed while it was read, and for errors of the store and the callback. The register is then
/// unchanged.
pub fn apply(
    source: &Source,
    name: &str,
    store: &mut dyn Store,
    changes: Option<Listener<'_>>,
    options: &ApplyOptions,
) -> Result<ApplyReport> {
    let first = digest(source.read()?)?;
    let mut transaction = store.begin()?;
    if let Some(file) = transaction.file_with(&first.0)? {
        let (digest, flow, counts) = (file.digest, file.flow, file.counts);
        return Ok(ApplyReport {
            became: ApplyOutcome::AppliedBefore(Box::new(file)),
            digest,
            flow,
            counts,
            policy: options.check.policy.clone(),
        });
    }
    let id = transaction.next_file()?;
    let mut session = ApplySession::new(options, id, &mut *transaction, changes);
    let mut reader = Digesting::new(source.read()?);
    let report = check_records(&mut reader, &checks(options), &mut session)?;
    expect_updates(&report)?;
    let done = session.finish()?;
    if reader.finish().map_err(unreadable)? != first {
        return Err(Error::new(ErrorKind::Input, "the file changed while it was read"));
    }
    let (digest, bytes) = first;
    let (flow, counts, origin, name) = (report.flow, done.counts, done.origin, name.to_owned());
    let applied_at = options.applied_at;
    let file = AppliedFile { id, name, digest, bytes, flow, origin, applied_at, counts };
    let became = settle(transaction, &file, options.strict)?;
    Ok(ApplyReport { became, digest, flow, counts, policy: report.policy })
}

fn settle(
    transaction: Box<dyn Transaction + '_>,
    file: &AppliedFile,
    strict: bool,
) -> Result<ApplyOutcome> {
    if strict && !file.counts.is_complete() {
        return Ok(ApplyOutcome::KeptOut);
    }
    transaction.commit(file)?;
    Ok(ApplyOutcome::Applied(file.id))
}

/// Returns the digest and the size of an input.
pub(crate) fn digest(input: impl BufRead) -> Result<(Digest, u64)> {
    Digesting::new(input).finish().map_err(unreadable)
}

fn unreadable(cause: std::io::Error) -> Error {
    Error::new(ErrorKind::Input, "the file cannot be read").because(cause)
}

/// Adjusts the options: the register compares updates itself, and samples are not used.
fn checks(options: &ApplyOptions) -> Options {
    let mut checks = options.check.clone();
    checks.cross_records = CrossRecords::Off;
    checks.max_samples = Some(0);
    checks
}

/// Rejects answers, which change no flag.
fn expect_updates(report: &Report) -> Result<()> {
    match report.flow {
        Some(flow @ (Flow::E46 | Flow::D0351)) => Err(not_updates(flow)),
        _ => Ok(()),
    }
}

fn not_updates(flow: Flow) -> Error {
    let what = format!("the file contains answers ({flow}), not updates, and changes no flag");
    Error::new(ErrorKind::NotUpdates(flow), what)
}
