//! Runs: plan the files of pending notices, write them, and record that they are on disk.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use flagflow_check::escape_path;
use flagflow_domain::MeterPoint;
use flagflow_electricity::Timestamp;
use flagflow_status::{LastNumbers, Notice, Recipient, Switches};

use super::store::atomically;
use super::{
    CHUNK, FileOptions, Notifications, PlannedFile, StatusStore, StoredNotice, StoredPoint,
    in_chunks,
};
use crate::apply::digest;
use crate::digest::DigestWriter;
use crate::error::{Error, ErrorKind, Result};

/// Result of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunReport {
    /// Each file, in the order in which it was written.
    pub files: Vec<WrittenFile>,
    /// The number of pending notices to providers whose participant is not known, so that no file
    /// can be addressed to them.
    pub unaddressed: u64,
    /// The number of notices that a switch keeps back.
    pub kept_back: u64,
}

/// One file of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenFile {
    /// The path of the file.
    pub path: PathBuf,
    /// The recipient.
    pub recipient: Recipient,
    /// Its number.
    pub number: u64,
    /// The number of notices in the file.
    pub notices: u64,
}

impl<S: StatusStore> Notifications<S> {
    /// Writes the pending files into a folder: one E45 for gas, and one D0350 for each electricity
    /// provider. An interrupted run is completed first, with its original numbers, time and bytes,
    /// and nothing else is planned in that run.
    ///
    /// A cap limits the updates of one file: the others are in further files of the same run, each
    /// with its own number.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`] if an interrupted run would have other bytes with these options, a
    /// number does not fit its field, a mandatory item has no value, or the validator finds an
    /// error in a file; [`ErrorKind::Output`] if another file has the name of one of them, or one
    /// cannot be written; errors of the store. A file that is not recorded as written is written by
    /// the next run.
    pub fn run(
        &mut self,
        folder: &Path,
        now: Timestamp,
        cap: Option<NonZeroUsize>,
        options: &FileOptions,
    ) -> Result<RunReport> {
        self.run_again(folder, now, cap, &BTreeSet::new(), options)
    }

    /// Writes the pending files as [`Notifications::run`] does, together with the rejected updates
    /// of some meter points, which are sent again under new numbers.
    ///
    /// # Errors
    ///
    /// As [`Notifications::run`]; [`ErrorKind::Options`] for a point whose last update was not
    /// rejected or cannot be sent now, and while an interrupted run has to be completed first.
    pub fn run_again(
        &mut self,
        folder: &Path,
        now: Timestamp,
        cap: Option<NonZeroUsize>,
        again: &BTreeSet<MeterPoint>,
        options: &FileOptions,
    ) -> Result<RunReport> {
        let interrupted = self.store.unsent()?;
        if interrupted.is_empty() {
            self.expect_rejected(again)?;
            self.plan(folder, now, cap, again, options)?;
        } else if again.is_empty() {
            let interrupted = self.decide(interrupted, options)?;
            for file in &interrupted {
                expect_place(&folder.join(options.name(file)), file)?;
            }
        } else {
            let what = "an interrupted run is to be completed first: run without sending again";
            return Err(Error::new(ErrorKind::Options, what));
        }
        let mut report = RunReport::default();
        for file in self.store.unsent()? {
            report.files.push(write(&self.store, &file, folder, options)?);
            atomically(&mut self.store, |store| store.sent(file.id, now))?;
        }
        self.count_unsent(&mut report, options)?;
        Ok(report)
    }

    /// Decides about the bytes of files that an older version planned with placeholder codes.
    fn decide(
        &mut self,
        mut files: Vec<PlannedFile>,
        options: &FileOptions,
    ) -> Result<Vec<PlannedFile>> {
        let store = &mut self.store;
        atomically(store, |store| {
            let undecided = |file: &&mut PlannedFile| file.digest == PlannedFile::UNDECIDED;
            for file in files.iter_mut().filter(undecided) {
                file.digest = options.digest(file, notices_of(store, file.id))?;
                store.set_digest(file.id, &file.digest)?;
            }
            Ok(files)
        })
    }

    /// Counts the notices that the run did not send.
    fn count_unsent(&self, report: &mut RunReport, options: &FileOptions) -> Result<()> {
        let switches = self.settings.switches;
        for notice in self.changed() {
            let notice = notice?;
            if !switches.allow(notice.point, notice.held.flag) {
                report.kept_back += 1;
            } else if !options.can_address(Recipient::of(notice.point)) {
                report.unaddressed += 1;
            }
        }
        Ok(())
    }

    /// Refuses to send again an update that was not rejected.
    fn expect_rejected(&self, again: &BTreeSet<MeterPoint>) -> Result<()> {
        for point in again {
            let rejected = self.rejected_of(*point)?;
            let last = rejected.iter().rfind(|(_, it)| it.again.is_empty());
            let last = last.map(|(_, it)| it.sent.held);
            if last.is_none() || last != self.point(*point)?.and_then(|stored| stored.held) {
                let what = format!("{point}: its last update was not rejected");
                return Err(Error::new(ErrorKind::Options, what));
            }
        }
        Ok(())
    }

    /// Plans the files of a run. On failure, nothing is changed.
    fn plan(
        &mut self,
        folder: &Path,
        now: Timestamp,
        cap: Option<NonZeroUsize>,
        again: &BTreeSet<MeterPoint>,
        options: &FileOptions,
    ) -> Result<()> {
        let Self { store, settings, .. } = self;
        let switches = settings.switches;
        atomically(store, |store| {
            let again = store.points(&again.iter().copied().collect::<Vec<_>>())?;
            let mut plan = RunPlan { store, folder, now, cap, switches, options, open: None };
            plan.expect_sendable(&again)?;
            plan.take_all(&again)
        })
    }
}

/// Files that are being planned, in one transaction.
struct RunPlan<'a, S> {
    store: &'a mut S,
    folder: &'a Path,
    now: Timestamp,
    cap: Option<NonZeroUsize>,
    switches: Switches,
    options: &'a FileOptions,
    /// The file to which notices are added; its digest is not yet known.
    open: Option<PlannedFile>,
}

impl<S: StatusStore> RunPlan<'_, S> {
    fn can_send(&self, notice: &Notice) -> bool {
        self.switches.allow(notice.point, notice.held.flag)
            && self.options.can_address(Recipient::of(notice.point))
    }

    fn expect_sendable(&self, again: &[StoredPoint]) -> Result<()> {
        let can_send =
            |stored: &&StoredPoint| !stored.notice().is_some_and(|notice| self.can_send(&notice));
        let Some(StoredPoint { point, .. }) = again.iter().find(can_send) else { return Ok(()) };
        let what = format!(
            "{point}: cannot be sent now: its flag is held back by the switch of the fuel, or the \
             participant of its provider is not known"
        );
        Err(Error::new(ErrorKind::Options, what))
    }

    /// Plans all pending notices, and those of some points that are sent again.
    fn take_all(&mut self, again: &[StoredPoint]) -> Result<()> {
        let mut again: Vec<_> = again.iter().filter(|stored| !stored.is_pending()).collect();
        let mut after = None;
        loop {
            let points = self.store.points_after(after, true, CHUNK)?;
            let last = points.last().map(|last| last.point).filter(|_| points.len() == CHUNK);
            let in_reach = |stored: &&StoredPoint| last.is_none_or(|last| stored.point <= last);
            let later = again.split_off(again.partition_point(in_reach));
            let mut points: Vec<_> =
                points.iter().chain(again).filter_map(StoredPoint::notice).collect();
            again = later;
            points.sort_unstable_by_key(|notice| notice.point);
            points.retain(|notice| self.can_send(notice));
            points
                .chunk_by(|one, other| Recipient::of(one.point) == Recipient::of(other.point))
                .try_for_each(|notices| self.take(notices))?;
            if last.is_none() {
                return self.close();
            }
            after = last;
        }
    }

    /// Adds notices to one recipient.
    fn take(&mut self, mut notices: &[Notice]) -> Result<()> {
        while let Some(first) = notices.first() {
            let cap = self.cap.map_or(u64::MAX, |cap| cap.get() as u64);
            let recipient = Recipient::of(first.point);
            let is_same = |open: &PlannedFile| open.recipient == recipient && open.notices < cap;
            if !self.open.as_ref().is_some_and(is_same) {
                self.close()?;
                self.open = Some(self.next_file(recipient)?);
            }
            let Some(open) = &mut self.open else { return Ok(()) };
            let fits = usize::try_from(cap - open.notices).unwrap_or(usize::MAX);
            let (now, later) = notices.split_at(fits.min(notices.len()));
            self.store.add_notices(open.id, open.first_instruction + open.notices, now)?;
            open.notices += now.len() as u64;
            notices = later;
        }
        Ok(())
    }

    /// Returns the next file of a recipient, without notices.
    fn next_file(&self, recipient: Recipient) -> Result<PlannedFile> {
        let last = self.store.last_numbers(recipient)?;
        let number = last.number + 1;
        Ok(PlannedFile {
            id: self.store.last_file()? + 1,
            recipient,
            number,
            sequence: last.sequence + 1,
            first_instruction: last.instruction + 1,
            notices: 0,
            identifier: match recipient {
                Recipient::Gas => format!("{number:06}"),
                Recipient::Electricity(_) => format!("{number:010}"),
            },
            created: self.now,
            digest: PlannedFile::UNDECIDED,
            is_sent: false,
            sent_at: None,
        })
    }

    /// Checks and records the open file.
    fn close(&mut self) -> Result<()> {
        let Some(mut file) = self.open.take() else { return Ok(()) };
        file.digest = self.options.digest(&file, notices_of(self.store, file.id))?;
        expect_place(&self.folder.join(self.options.name(&file)), &file)?;
        self.store.plan(&file)
    }
}

impl PlannedFile {
    /// Returns the last numbers that the file uses.
    #[must_use]
    pub const fn last(&self) -> LastNumbers {
        let instruction = self.first_instruction + self.notices - 1;
        LastNumbers { number: self.number, sequence: self.sequence, instruction }
    }
}

/// Returns the notices of a file. An error of the store is the last item.
pub(super) fn notices_of(
    store: &impl StatusStore,
    file: u64,
) -> impl Iterator<Item = Result<StoredNotice>> {
    in_chunks(
        move |after| store.notices_after(file, after, CHUNK),
        |stored: &StoredNotice| stored.notice.point,
    )
}

/// Refuses a path that has another file: an existing file may only be replaced by the same bytes.
fn expect_place(path: &Path, file: &PlannedFile) -> Result<()> {
    let is_same = match fs::symlink_metadata(path) {
        // the file does not exist, or writing it reports that the folder cannot be used
        Err(_) => return Ok(()),
        Ok(_) if !fs::metadata(path).is_ok_and(|found| found.is_file()) => false,
        Ok(_) => {
            let found = fs::File::open(path).map_err(Error::output)?;
            digest(io::BufReader::new(found))?.0 == file.digest
        }
    };
    if is_same {
        return Ok(());
    }
    let what = format!(
        "{}: there is another file in the place of file {} for {}; nothing is written: move it away, or \
         write to another folder",
        escape_path(path),
        file.number,
        file.recipient,
    );
    Err(Error::new(ErrorKind::Output, what))
}

/// Writes a file if its bytes are the planned ones.
fn write(
    store: &impl StatusStore,
    file: &PlannedFile,
    folder: &Path,
    options: &FileOptions,
) -> Result<WrittenFile> {
    let PlannedFile { recipient, number, notices, .. } = *file;
    let path = folder.join(options.name(file));
    let mut output = DigestWriter::new(options.guard.create(&path)?);
    options.write(&mut output, file, notices_of(store, file.id))?;
    let (written, output) = output.finish();
    if written != file.digest {
        let what = format!(
            "file {number} for {recipient} was planned with other options: complete that run with the \
             options it began with"
        );
        return Err(Error::new(ErrorKind::Options, what));
    }
    // check again, because another process may have created a file since the run began
    expect_place(&path, file)?;
    output.commit()?;
    Ok(WrittenFile { path, recipient, number, notices })
}
