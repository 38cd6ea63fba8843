//! The notices sent for one meter point, beside the changes of its flag.

use std::collections::BTreeMap;

use flagflow_domain::MeterPoint;
use flagflow_status::{PointFlag, Recipient, RuleSet, Step};

use super::store::{event_of, file_of};
use super::working::WorkingSet;
use super::{
    Answer, Confirmation, Notifications, PlannedFile, Sent, StatusStore, StoredDevice, StoredEvent,
    StoredNotice, StoredPoint,
};
use crate::error::{Error, Result};

/// One change of a point's flag, and the notices sent for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagChange {
    /// The flag and its first day.
    pub held: PointFlag,
    /// Each time that the change was sent, with the answers, in order.
    pub sent: Vec<SentChange>,
    /// The reason why the change was not sent, or not yet; `None` if it was.
    pub unsent: Option<Unsent>,
}

/// One time that a change was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentChange {
    /// The file and the instruction.
    pub sent: Sent,
    /// True if the file is known to be on disk; otherwise the next run writes it.
    pub is_on_disk: bool,
    /// The answers of the provider, in the order in which they were read.
    pub answers: Vec<Answer>,
    /// The last confirmation of the file.
    pub confirmation: Option<Confirmation>,
}

/// The reason why a change was not sent, or not yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsent {
    /// The flag changed again before a run, and only the last state is sent.
    Superseded,
    /// The flag and the day were already notified.
    Unchanged,
    /// The next run sends it.
    Pending,
    /// The switch of the fuel is off.
    HeldBack,
}

impl<S: StatusStore> Notifications<S> {
    /// Returns every change of a point's flag in order, with the notices and answers. Reads the
    /// events of the meters that are or ever were at the point.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    pub fn history(&self, point: MeterPoint) -> Result<Vec<FlagChange>> {
        let mut changes = self.changes(point)?;
        let mut at = 0;
        for (file, sent) in sent_to(&self.store, point)? {
            let later = changes.iter().skip(at).position(|change| change.held == sent.held);
            at += later.unwrap_or(0);
            if let Some(change) = changes.get_mut(at) {
                let answers = self.store.answers(sent.number, point)?;
                let confirmation = self.confirmation_of(file.id)?;
                let is_on_disk = file.is_sent;
                change.sent.push(SentChange { sent, is_on_disk, answers, confirmation });
            }
        }
        self.explain(&mut changes, point)?;
        Ok(changes)
    }

    fn changes(&self, point: MeterPoint) -> Result<Vec<FlagChange>> {
        let mut changes = Vec::new();
        replay_point(&self.store, self.settings.rules, point, &mut |step| {
            if let Some(flag) = step.after.filter(|_| step.is_change()) {
                let held = PointFlag { flag, from: step.event.on };
                changes.push(FlagChange { held, sent: Vec::new(), unsent: None });
            }
        })?;
        Ok(changes)
    }

    /// Adds the reasons why changes were not sent.
    fn explain(&self, changes: &mut [FlagChange], point: MeterPoint) -> Result<()> {
        let Some((last, before)) = changes.split_last_mut() else { return Ok(()) };
        for change in before.iter_mut().filter(|change| change.sent.is_empty()) {
            change.unsent = Some(Unsent::Superseded);
        }
        if last.sent.is_empty() {
            let notice = self.point(point)?.filter(StoredPoint::is_pending);
            let notice = notice.and_then(|stored| stored.notice());
            let switches = self.settings.switches;
            last.unsent = Some(match notice {
                Some(notice) if switches.allow(point, notice.held.flag) => Unsent::Pending,
                Some(_) => Unsent::HeldBack,
                None => Unsent::Unchanged,
            });
        }
        Ok(())
    }
}

/// Replays the events of the meters that are or ever were at a point, calls `visit` with each
/// decision about the point, and returns the resulting state.
pub(crate) fn replay_point(
    store: &impl StatusStore,
    rules: RuleSet,
    point: MeterPoint,
    visit: &mut dyn FnMut(&Step),
) -> Result<WorkingSet> {
    let mut events = BTreeMap::new();
    for StoredDevice { last_event, .. } in store.devices(&store.devices_ever_at(point)?)? {
        events_of(store, last_event, &mut |stored| {
            events.insert(stored.id, stored.event);
        })?;
    }
    let mut working = WorkingSet::new(rules, 0);
    for event in events.into_values() {
        let steps = working.apply(event).map_err(super::impossible)?;
        steps.iter().filter(|step| step.point == point).for_each(&mut *visit);
    }
    Ok(working)
}

/// Calls `visit` with the events of a meter, from the last one back.
pub(crate) fn events_of(
    store: &impl StatusStore,
    last: u64,
    visit: &mut dyn FnMut(StoredEvent),
) -> Result<()> {
    let mut next = Some(last);
    while let Some(id) = next {
        let stored = event_of(store, id)?;
        // a damaged log must not lead in a circle
        next = stored.previous.filter(|previous| *previous < id);
        visit(stored);
    }
    Ok(())
}

/// Returns the notices for a point, sent or planned, with their files in order.
pub(crate) fn sent_to(
    store: &impl StatusStore,
    point: MeterPoint,
) -> Result<Vec<(PlannedFile, Sent)>> {
    let mut found = Vec::new();
    let mut next = store.points(&[point])?.pop().and_then(|stored| stored.last_file);
    while let Some(id) = next {
        let file = file_of(store, id)?;
        let missing =
            || Error::corrupt(format!("the notice of file {id} for {point} is not there"));
        let StoredNotice { notice, instruction, previous } =
            store.notice(id, point)?.ok_or_else(missing)?;
        next = previous.filter(|previous| *previous < id);
        let sent = Sent { number: file.number, instruction, held: notice.held };
        found.push((file, sent));
    }
    found.reverse();
    Ok(found)
}

/// An update that was rejected, and all answers to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The recipient.
    pub recipient: Recipient,
    /// The meter point.
    pub point: MeterPoint,
    /// The file and the instruction.
    pub sent: Sent,
    /// Every answer, in the order in which it was read; at least one is a rejection.
    pub answers: Vec<Answer>,
    /// The numbers of the later files in which the same flag and day was sent again.
    pub again: Vec<u64>,
}

impl<S: StatusStore> Notifications<S> {
    /// Returns every update that was ever rejected, including updates accepted later.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    pub fn rejected(&self) -> Result<Vec<Rejected>> {
        let mut found = Vec::new();
        for point in self.store.rejected_points()? {
            found.extend(self.rejected_of(point)?);
        }
        found.sort_by_key(|(file, rejected)| (*file, rejected.point));
        Ok(found.into_iter().map(|(_, rejected)| rejected).collect())
    }

    /// Returns every update of a point that was ever rejected, each with the number of its file in
    /// the store.
    pub(super) fn rejected_of(&self, point: MeterPoint) -> Result<Vec<(u64, Rejected)>> {
        let mut found: Vec<(u64, Rejected)> = Vec::new();
        for (file, sent) in sent_to(&self.store, point)? {
            for (_, before) in found.iter_mut().filter(|(_, it)| it.sent.held == sent.held) {
                before.again.push(sent.number);
            }
            let answers = self.store.answers(sent.number, point)?;
            if answers.iter().any(|answer| answer.rejected.is_some()) {
                let (recipient, again) = (file.recipient, Vec::new());
                found.push((file.id, Rejected { recipient, point, sent, answers, again }));
            }
        }
        Ok(found)
    }
}
