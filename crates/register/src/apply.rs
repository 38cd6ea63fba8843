//! Brings a register up to date by a file of updates.
//!
//! # What becomes of a file
//!
//! All of it is applied in one transaction, or none of it. It is known again by its bytes
//! ([`Digest`]): applied a second time it changes nothing, and the report says
//! so. That makes it safe to run the same command again after anything that stopped it.
//!
//! Its records are judged as [`check_records`] does. Those with an error are not applied; what is
//! wrong with them is for a check's report to say. Records are not held against one another by the
//! check: the register does that, against everything that it ever was told. So two updates of one
//! file that contradict each other are [conflicting](Effect::Conflicting) here, not rejected, and the
//! first one stands.
//!
//! # Memory
//!
//! [`ApplyOptions::batch`] updates at a time are put in order by their points before the store is
//! asked, which is what makes it quick. Nothing else grows with the file.

mod batch;
mod session;

use std::io::BufRead;

use flagflow_check::{CrossRecords, Flow, Options, Report, check_records};
use flagflow_domain::{EffectiveDate, ServiceFlag};
use flagflow_electricity::Timestamp;
use flagflow_exchange::Source;

use crate::conflict::Conflicts;
use crate::digest::{Digest, Digesting};
use crate::entry::{Effect, Update};
use crate::error::{Error, ErrorKind, Result};
use crate::file::{AppliedFile, Counts, FileId};
use crate::store::{Store, Transaction};

use session::Session;

/// How a file is applied.
#[derive(Clone, Debug)]
pub struct ApplyOptions {
    /// How its records are judged. [`Options::cross_records`] and [`Options::max_samples`] play no
    /// part.
    pub check: Options,
    /// What becomes of an update that contradicts what stands.
    pub conflicts: Conflicts,
    /// Whether a file with a record that cannot be applied is kept out as a whole.
    pub strict: bool,
    /// When the file is applied, in UTC; nothing is decided by it.
    pub applied_at: Option<Timestamp>,
    /// How many updates are put in order at a time; each takes 32 bytes. At least 1.
    pub batch: usize,
}

impl ApplyOptions {
    /// Two million updates, 64 MiB.
    pub const BATCH: usize = 2 << 20;
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

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Became {
    /// It is applied, and has this number.
    Applied(FileId),
    /// The same bytes were applied before, as this file; nothing was changed.
    AppliedBefore(Box<AppliedFile>),
    /// It has records that cannot be applied, and [`ApplyOptions::strict`] keeps it out.
    KeptOut,
}

/// What applying a file comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplyReport {
    /// What became of the file.
    pub became: Became,
    /// By what it is known again.
    pub digest: Digest,
    /// Its flow; `None` where it has no record.
    pub flow: Option<Flow>,
    /// What became of its records; of a file that was applied before what became of them then, of
    /// one that is kept out what would have.
    pub counts: Counts,
    /// The policy that the file was judged by, where there is one.
    pub policy: Option<String>,
}

impl ApplyReport {
    /// Whether everything in the file is in the register.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.became != Became::KeptOut && self.counts.is_complete()
    }
}

/// What became of one update, and what the point's state was before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The update.
    pub update: Update,
    /// What became of it.
    pub effect: Effect,
    /// What stood before: for the same day, where something did; else the point's state.
    pub before: Option<(EffectiveDate, ServiceFlag)>,
}

/// Is told of changes.
pub type Listener<'a> = &'a mut dyn FnMut(&Change) -> Result<()>;

/// Applies a file of updates, E45 or D0350, under a name that the register remembers.
///
/// `changes` is told of every update, by batch in the file's order, before it is known whether the
/// file will be applied: what it was told holds if the report says [`Became::Applied`].
///
/// # Errors
///
/// A file that cannot be read, is of no known flow, has answers in it (E46, D0351) or changed while
/// it was read; whatever the store and the listener say. The register is then as it was.
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
            became: Became::AppliedBefore(Box::new(file)),
            digest,
            flow,
            counts,
            policy: options.check.policy.clone(),
        });
    }
    let id = transaction.next_file()?;
    let mut session = Session::new(options, id, &mut *transaction, changes);
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
) -> Result<Became> {
    if strict && !file.counts.is_complete() {
        return Ok(Became::KeptOut);
    }
    transaction.commit(file)?;
    Ok(Became::Applied(file.id))
}

/// Returns the digest of an input and its bytes.
pub(crate) fn digest(input: impl BufRead) -> Result<(Digest, u64)> {
    Digesting::new(input).finish().map_err(unreadable)
}

fn unreadable(cause: std::io::Error) -> Error {
    Error::new(ErrorKind::Input, "the file cannot be read").because(cause)
}

/// The register holds updates against one another itself, and nobody reads samples.
fn checks(options: &ApplyOptions) -> Options {
    let mut checks = options.check.clone();
    checks.cross_records = CrossRecords::Off;
    checks.max_samples = Some(0);
    checks
}

/// Answers change no flag.
fn expect_updates(report: &Report) -> Result<()> {
    match report.flow {
        Some(flow @ (Flow::E46 | Flow::D0351)) => Err(not_updates(flow)),
        _ => Ok(()),
    }
}

fn not_updates(flow: Flow) -> Error {
    let what = format!(
        "a file of {flow} has what a provider answered, and no updates: it changes no flag"
    );
    Error::new(ErrorKind::NotUpdates(flow), what)
}
