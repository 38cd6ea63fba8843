//! Files of updates and their confirmations (D0172).

use flagflow_domain::{MeterPoint, MpanCore};
use flagflow_electricity::Timestamp;
use flagflow_status::Recipient;

use super::{
    CHUNK, Confirmation, Notifications, PlannedFile, StatusStore, StoredNotice, in_chunks,
};
use crate::error::Result;

/// A file whose confirmation has other counts than were sent or rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountDifference {
    /// The file.
    pub file: PlannedFile,
    /// Its last confirmation.
    pub confirmation: Confirmation,
    /// The number of its updates for which a rejection was read.
    pub rejections: u64,
}

impl<S: StatusStore> Notifications<S> {
    /// Returns the electricity files that were written at a time or before and have no
    /// confirmation, in the order in which they were planned. An error of the store is the last
    /// item.
    pub fn unconfirmed(&self, until: Timestamp) -> impl Iterator<Item = Result<PlannedFile>> {
        // files of older versions have no time
        let is_due = move |file: &PlannedFile| file.sent_at.is_none_or(|at| at <= until);
        self.electricity_files().filter_map(move |file| {
            let confirmed = file.and_then(|file| Ok((self.confirmation_of(file.id)?, file)));
            match confirmed {
                Ok((None, file)) if is_due(&file) => Some(Ok(file)),
                Ok(_) => None,
                Err(error) => Some(Err(error)),
            }
        })
    }

    /// Returns the files whose last confirmation differs from what was sent, or from the rejections
    /// that were read. An error of the store is the last item.
    pub fn differences(&self) -> impl Iterator<Item = Result<CountDifference>> {
        self.electricity_files()
            .filter_map(|file| file.and_then(|file| self.difference(file)).transpose())
    }

    fn difference(&self, file: PlannedFile) -> Result<Option<CountDifference>> {
        let Some(confirmation) = self.confirmation_of(file.id)? else { return Ok(None) };
        let rejections = self.store.rejected_count(file.recipient, file.number)?;
        let is_same = u64::from(confirmation.received) == file.notices
            && u64::from(confirmation.rejected) == rejections;
        Ok((!is_same).then_some(CountDifference { file, confirmation, rejections }))
    }

    /// Returns the last confirmation of a file.
    pub(super) fn confirmation_of(&self, file: u64) -> Result<Option<Confirmation>> {
        Ok(self.store.confirmations(file)?.pop())
    }

    /// Returns the electricity files that are on disk.
    fn electricity_files(&self) -> impl Iterator<Item = Result<PlannedFile>> {
        let is_due = |file: &PlannedFile| file.is_sent && file.recipient != Recipient::Gas;
        let read = |after| self.store.files_after(after, CHUNK);
        in_chunks(read, |file: &PlannedFile| file.id)
            .filter(move |file| file.as_ref().map_or(true, is_due))
    }
}

/// Returns the file of a recipient that has an instruction. Files have increasing numbers and
/// instruction numbers.
pub(super) fn file_of_instruction(
    store: &impl StatusStore,
    recipient: Recipient,
    instruction: u64,
) -> Result<Option<PlannedFile>> {
    let (mut low, mut high) = (1, store.last_numbers(recipient)?.number);
    while low <= high {
        let middle = low + (high - low) / 2;
        let Some(file) = store.file_numbered(recipient, middle)? else { return Ok(None) };
        if instruction < file.first_instruction {
            high = middle - 1;
        } else if instruction - file.first_instruction < file.notices {
            return Ok(Some(file));
        } else {
            low = middle + 1;
        }
    }
    Ok(None)
}

/// The number of MPAN cores that begin with the two digits of one distributor.
const OF_A_DISTRIBUTOR: u64 = 100_000_000_000;

/// Returns the notice of an electricity file that has an instruction number. The numbers increase
/// with the meter points.
pub(super) fn notice_of_instruction(
    store: &impl StatusStore,
    file: &PlannedFile,
    instruction: u64,
) -> Result<Option<StoredNotice>> {
    let Recipient::Electricity(distributor) = file.recipient else { return Ok(None) };
    let point = |core| MpanCore::new(core).ok().map(MeterPoint::Electricity);
    let mut low = u64::from(distributor.id()) * OF_A_DISTRIBUTOR;
    let mut high = low + OF_A_DISTRIBUTOR - 1;
    while low < high {
        let middle = low + (high - low) / 2;
        let later = store.notices_after(file.id, point(middle), 1)?.pop();
        match later.filter(|stored| stored.instruction <= instruction) {
            Some(stored) if stored.instruction == instruction => return Ok(Some(stored)),
            Some(StoredNotice { notice, .. }) => match notice.point {
                MeterPoint::Electricity(mpan) => low = mpan.as_u64() + 1,
                MeterPoint::Gas(_) => return Ok(None),
            },
            None => high = middle,
        }
    }
    let Some(point) = point(low) else { return Ok(None) };
    Ok(store.notice(file.id, point)?.filter(|stored| stored.instruction == instruction))
}
