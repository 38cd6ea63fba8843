//! Events, their state and the files of runs in memory.

use std::collections::{BTreeMap, BTreeSet};

use flagflow_domain::MeterPoint;
use flagflow_electricity::Timestamp;
use flagflow_status::{DeviceId, LastNumbers, Notice, Recipient};

use super::Memory;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::notify::{
    Answer, Confirmation, PlannedFile, Settings, StatusBatch, StatusStore, StoredDevice,
    StoredEvent, StoredNotice, StoredPoint, TakenFile,
};

/// Events, their state and the files of runs.
#[derive(Clone, Debug, Default)]
pub(super) struct MemoryStatus {
    settings: Option<Settings>,
    events: Vec<StoredEvent>,
    devices: BTreeMap<DeviceId, StoredDevice>,
    /// The meters that are or ever were at a point.
    links: BTreeSet<(MeterPoint, DeviceId)>,
    points: BTreeMap<MeterPoint, StoredPoint>,
    taken: Vec<TakenFile>,
    last_numbers: BTreeMap<Recipient, LastNumbers>,
    files: BTreeMap<u64, PlannedFile>,
    notices: BTreeMap<(u64, MeterPoint), StoredNotice>,
    answer_files: Vec<Digest>,
    answers: BTreeMap<(u64, MeterPoint, u64, u64), Answer>,
    /// By file, file of answers and line.
    confirmations: BTreeMap<(u64, u64, u64), Confirmation>,
    /// The state before the transaction.
    before: Option<Box<MemoryStatus>>,
}

impl StatusStore for Memory {
    fn begin(&mut self) -> Result<()> {
        self.status.before = Some(Box::new(self.status.clone()));
        Ok(())
    }

    fn commit(&mut self) -> Result<()> {
        self.status.before = None;
        Ok(())
    }

    fn roll_back(&mut self) {
        if let Some(before) = self.status.before.take() {
            self.status = *before;
        }
    }

    fn settings(&self) -> Result<Option<Settings>> {
        Ok(self.status.settings)
    }

    fn keep(&mut self, settings: Settings) -> Result<()> {
        self.status.settings = Some(settings);
        Ok(())
    }

    fn event_count(&self) -> Result<u64> {
        Ok(self.status.events.len() as u64)
    }

    fn event(&self, id: u64) -> Result<Option<StoredEvent>> {
        let place = id.checked_sub(1).and_then(|place| usize::try_from(place).ok());
        Ok(place.and_then(|place| self.status.events.get(place)).cloned())
    }

    fn devices(&self, ids: &[DeviceId]) -> Result<Vec<StoredDevice>> {
        Ok(ids.iter().filter_map(|id| self.status.devices.get(id)).cloned().collect())
    }

    fn devices_after(&self, after: Option<DeviceId>, limit: usize) -> Result<Vec<StoredDevice>> {
        let devices = self.status.devices.values();
        let later = devices.filter(|device| after.is_none_or(|after| device.id > after));
        Ok(later.take(limit).cloned().collect())
    }

    fn devices_ever_at(&self, point: MeterPoint) -> Result<Vec<DeviceId>> {
        let all = (point, DeviceId::new(0))..=(point, DeviceId::new(u64::MAX));
        Ok(self.status.links.range(all).map(|(_, device)| *device).collect())
    }

    fn points(&self, points: &[MeterPoint]) -> Result<Vec<StoredPoint>> {
        Ok(points.iter().filter_map(|point| self.status.points.get(point)).cloned().collect())
    }

    fn points_after(
        &self,
        after: Option<MeterPoint>,
        pending: bool,
        limit: usize,
    ) -> Result<Vec<StoredPoint>> {
        let points = self.status.points.values();
        let later = points.filter(|stored| after.is_none_or(|after| stored.point > after));
        let found = later.filter(|stored| !pending || stored.is_pending());
        Ok(found.take(limit).cloned().collect())
    }

    fn write(&mut self, batch: &StatusBatch) -> Result<()> {
        let status = &mut self.status;
        status.events.extend(batch.events.iter().cloned());
        status.devices.extend(batch.devices.iter().map(|device| (device.id, device.clone())));
        status.links.extend(batch.links.iter().map(|link| (link.point, link.device)));
        status.points.extend(batch.points.iter().map(|stored| (stored.point, stored.clone())));
        Ok(())
    }

    fn taken(&self, digest: &Digest) -> Result<Option<TakenFile>> {
        Ok(self.status.taken.iter().find(|file| file.digest == *digest).cloned())
    }

    fn keep_taken(&mut self, file: &TakenFile) -> Result<()> {
        if self.taken(&file.digest)?.is_none() {
            self.status.taken.push(file.clone());
        }
        Ok(())
    }

    fn last_numbers(&self, recipient: Recipient) -> Result<LastNumbers> {
        Ok(self.status.last_numbers.get(&recipient).copied().unwrap_or_default())
    }

    fn last_file(&self) -> Result<u64> {
        Ok(self.status.files.last_key_value().map_or(0, |(id, _)| *id))
    }

    fn file(&self, id: u64) -> Result<Option<PlannedFile>> {
        Ok(self.status.files.get(&id).cloned())
    }

    fn unsent(&self) -> Result<Vec<PlannedFile>> {
        Ok(self.status.files.values().filter(|file| !file.is_sent).cloned().collect())
    }

    fn notices_after(
        &self,
        file: u64,
        after: Option<MeterPoint>,
        limit: usize,
    ) -> Result<Vec<StoredNotice>> {
        let notices = self.status.notices.iter().filter(|((of, _), _)| *of == file);
        let later = notices.filter(|((_, point), _)| after.is_none_or(|after| *point > after));
        Ok(later.take(limit).map(|(_, notice)| notice.clone()).collect())
    }

    fn notice(&self, file: u64, point: MeterPoint) -> Result<Option<StoredNotice>> {
        Ok(self.status.notices.get(&(file, point)).cloned())
    }

    fn add_notices(&mut self, file: u64, first: u64, notices: &[Notice]) -> Result<()> {
        for (instruction, notice) in (first..).zip(notices) {
            let stored = self.status.points.get_mut(&notice.point);
            let previous = stored.and_then(|stored| stored.last_file.replace(file));
            let stored = StoredNotice { notice: *notice, instruction, previous };
            self.status.notices.insert((file, notice.point), stored);
        }
        Ok(())
    }

    fn plan(&mut self, file: &PlannedFile) -> Result<()> {
        let name = |file: &PlannedFile| (file.recipient, file.number);
        if self.status.files.values().any(|other| name(other) == name(file)) {
            return Err(Error::new(ErrorKind::Busy, "another process has planned a run"));
        }
        self.status.last_numbers.insert(file.recipient, file.last());
        self.status.files.insert(file.id, file.clone());
        Ok(())
    }

    fn set_digest(&mut self, file: u64, digest: &Digest) -> Result<()> {
        if let Some(file) = self.status.files.get_mut(&file) {
            file.digest = *digest;
        }
        Ok(())
    }

    fn sent(&mut self, file: u64, at: Timestamp) -> Result<()> {
        let MemoryStatus { files, notices, points, .. } = &mut self.status;
        if let Some(file) = files.get_mut(&file) {
            (file.is_sent, file.sent_at) = (true, Some(at));
        }
        for (_, StoredNotice { notice, .. }) in notices.iter().filter(|((of, _), _)| *of == file) {
            if let Some(stored) = points.get_mut(&notice.point) {
                stored.notified = Some(notice.held);
            }
        }
        Ok(())
    }

    fn answer_file(&mut self, _name: &str, digest: &Digest) -> Result<u64> {
        let files = &mut self.status.answer_files;
        let known = files.iter().position(|file| file == digest);
        let place = known.unwrap_or_else(|| {
            files.push(*digest);
            files.len() - 1
        });
        Ok(place as u64 + 1)
    }

    fn answer(&mut self, answers: &[Answer]) -> Result<()> {
        let key = |answer: &Answer| {
            let Answer { number, point, file, line, .. } = *answer;
            (number, point, file, line)
        };
        self.status.answers.extend(answers.iter().map(|answer| (key(answer), answer.clone())));
        Ok(())
    }

    fn answers(&self, number: u64, point: MeterPoint) -> Result<Vec<Answer>> {
        let all = (number, point, 0, 0)..=(number, point, u64::MAX, u64::MAX);
        Ok(self.status.answers.range(all).map(|(_, answer)| answer.clone()).collect())
    }

    fn rejected_points(&self) -> Result<Vec<MeterPoint>> {
        let answers = self.status.answers.values();
        let rejected =
            answers.filter(|answer| answer.rejected.is_some()).map(|answer| answer.point);
        Ok(BTreeSet::from_iter(rejected).into_iter().collect())
    }

    fn rejected_count(&self, recipient: Recipient, number: u64) -> Result<u64> {
        let answers = self.status.answers.values().filter(|answer| answer.rejected.is_some());
        let own = answers.filter(|answer| (answer.recipient, answer.number) == (recipient, number));
        Ok(own.map(|answer| answer.point).collect::<BTreeSet<_>>().len() as u64)
    }

    fn file_numbered(&self, recipient: Recipient, number: u64) -> Result<Option<PlannedFile>> {
        let mut files = self.status.files.values();
        Ok(files.find(|file| (file.recipient, file.number) == (recipient, number)).cloned())
    }

    fn files_after(&self, after: Option<u64>, limit: usize) -> Result<Vec<PlannedFile>> {
        let files = self.status.files.values();
        let later = files.filter(|file| after.is_none_or(|after| file.id > after));
        Ok(later.take(limit).cloned().collect())
    }

    fn confirm(&mut self, confirmation: &Confirmation) -> Result<()> {
        let Confirmation { file, answer_file, line, .. } = *confirmation;
        self.status.confirmations.insert((file, answer_file, line), *confirmation);
        Ok(())
    }

    fn confirmations(&self, file: u64) -> Result<Vec<Confirmation>> {
        let all = (file, 0, 0)..=(file, u64::MAX, u64::MAX);
        Ok(self.status.confirmations.range(all).map(|(_, confirmation)| *confirmation).collect())
    }
}
