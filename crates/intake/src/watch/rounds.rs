//! Round after round: looking, and handling what is due.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::event::{EventKind, WatchEvent};
use super::folder::{Folder, WatchOptions};
use super::judge::FileJudge;
use super::settling::Settling;
use flagflow_files::Result;
use flagflow_files::Stamp;

/// Result of one or more rounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RoundSummary {
    /// Files that were accepted.
    pub accepted: u64,
    /// Files that were rejected.
    pub rejected: u64,
    /// Files that were split.
    pub split: u64,
    /// Files that changed while they were checked, and stay.
    pub changed: u64,
    /// Files that could not be handled, and stay.
    pub failed: u64,
    /// Files taken by another process before the recovery after a stop.
    pub gone: u64,
}

impl RoundSummary {
    fn count(&mut self, kind: EventKind) {
        *match kind {
            EventKind::Accepted => &mut self.accepted,
            EventKind::Rejected => &mut self.rejected,
            EventKind::Split => &mut self.split,
            EventKind::Changed => &mut self.changed,
            EventKind::Failed => &mut self.failed,
            EventKind::Gone => &mut self.gone,
        } += 1;
    }
}

/// Watches a folder, round after round.
///
/// ```
/// use std::sync::atomic::AtomicBool;
/// use std::time::Duration;
/// use flagflow_check::Severity;
/// use flagflow_intake::watch::{Checker, Folder, WatchOptions, Watch};
///
/// let inbox = tempfile::tempdir()?;
/// std::fs::write(inbox.path().join("good"), "E451234567810A20220101\n")?;
/// std::fs::write(inbox.path().join("bad"), "E451234567810A20220230\n")?;
///
/// let options = WatchOptions::default();
/// let fail_on = Some(Severity::Error);
/// let judge = Checker { options: Default::default(), fail_on, limits: Default::default() };
/// let folder = Folder::open(inbox.path(), &options)?;
/// let mut watch = Watch::begin(folder, &options, judge, |event| {
///     println!("{:?} {}", event.event, event.file);
///     Ok(())
/// })?;
/// let stop = AtomicBool::new(false);
/// watch.round(Duration::ZERO, &stop)?;
/// let round = watch.round(options.settle, &stop)?;
/// assert_eq!((round.accepted, round.rejected), (1, 1));
/// assert!(inbox.path().join("accepted/good.report.json").exists());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Watch<J, L> {
    folder: Folder,
    settling: Settling,
    judge: J,
    log: L,
    /// Last logged error of each file that cannot be handled, so that it is logged once.
    logged: BTreeMap<OsString, Option<String>>,
    total: RoundSummary,
}

impl<J: FileJudge, L: FnMut(&WatchEvent) -> io::Result<()>> Watch<J, L> {
    /// Begins by completing what a killed watch had begun.
    ///
    /// # Errors
    ///
    /// As [`Folder::recover`].
    pub fn begin(mut folder: Folder, options: &WatchOptions, judge: J, mut log: L) -> Result<Self> {
        let mut total = RoundSummary::default();
        if let Some(kind) = folder.recover(&mut log)? {
            total.count(kind);
        }
        let (settling, logged) = (Settling::new(options.settle), BTreeMap::new());
        Ok(Self { folder, settling, judge, log, logged, total })
    }

    /// Handles the files that are due, by name, until there are no more or `stop` is set; the
    /// current file is finished first. `now` is the time since any fixed start, the same in every
    /// round.
    ///
    /// # Errors
    ///
    /// If the folder cannot be read, as [`Folder::look`], and as [`Folder::handle`].
    pub fn round(&mut self, now: Duration, stop: &AtomicBool) -> Result<RoundSummary> {
        let due = self.look(now)?;
        self.handle(due, now, stop)
    }

    /// Looks into the folder, and returns the files that are due: the first half of a round.
    ///
    /// # Errors
    ///
    /// As [`Folder::look`].
    pub fn look(&mut self, now: Duration) -> Result<Vec<(OsString, Stamp)>> {
        let due = self.settling.look(now, self.folder.look()?);
        self.logged.retain(|name, _| self.settling.holds(name));
        Ok(due)
    }

    /// Handles files that are due: the second half of a round.
    ///
    /// # Errors
    ///
    /// As [`Folder::handle`].
    pub fn handle(
        &mut self,
        due: Vec<(OsString, Stamp)>,
        now: Duration,
        stop: &AtomicBool,
    ) -> Result<RoundSummary> {
        let before = self.total;
        for (name, stamp) in due {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            self.one(&name, &stamp, now)?;
        }
        Ok(self.total.since(before))
    }

    /// Handles one file. A file that cannot be handled is logged once, not in each round.
    fn one(&mut self, name: &OsString, stamp: &Stamp, now: Duration) -> Result<()> {
        let (logged, log) = (self.logged.remove(name), &mut self.log);
        let mut error = None;
        let mut tell = |event: &WatchEvent| {
            error = Some(event.error.clone()).filter(|_| event.event == EventKind::Failed);
            if error.is_some() && error == logged {
                return Ok(());
            }
            log(event)
        };
        let name_of: &OsStr = name;
        let kind = self.folder.handle(name_of, stamp, &mut self.judge, &mut tell)?;
        self.logged.extend(error.map(|error| (name.clone(), error)));
        match kind {
            Some(EventKind::Changed | EventKind::Failed) => self.settling.again(name, now),
            _ => self.settling.forget(name),
        }
        kind.into_iter().for_each(|kind| self.total.count(kind));
        Ok(())
    }

    /// Returns the result of all rounds, and of the recovery before the first.
    #[must_use]
    pub const fn total(&self) -> RoundSummary {
        self.total
    }

    /// Returns the number of files that were found by the last look and are still in the folder.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.settling.waiting()
    }

    /// Returns the files whose last try failed, each with its error.
    pub fn failing(&self) -> impl Iterator<Item = (&OsStr, &str)> {
        let errors = self.logged.iter();
        errors.map(|(name, error)| (name.as_os_str(), error.as_deref().unwrap_or_default()))
    }
}

impl RoundSummary {
    fn since(self, before: Self) -> Self {
        Self {
            accepted: self.accepted - before.accepted,
            rejected: self.rejected - before.rejected,
            split: self.split - before.split,
            changed: self.changed - before.changed,
            failed: self.failed - before.failed,
            gone: self.gone - before.gone,
        }
    }
}
