//! Adds the events of one file to a store and recognises repeated events.

use std::collections::{HashMap, HashSet};

use flagflow_domain::EffectiveDate;
use flagflow_status::{DeviceId, Event, Inventory, Occurrence, Refusal};

use super::{Notifications, StatusStore};
use crate::error::Result;

/// Outcome of a batch of events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AddedEvents {
    /// The number of events that are kept.
    pub events: u64,
    /// The number of flags that changed.
    pub changes: u64,
    /// Repeated events, which change nothing, by their index in the batch.
    pub repeated: Vec<usize>,
    /// Events that cannot have happened, by their index in the batch.
    pub refused: Vec<(usize, Refusal)>,
}

/// Adds the events of one file to a store, in any number of batches.
///
/// An event is repeated if the store had it before the file: the same day, device, event and meter
/// point, and the same position among equal events. So a file may contain the same event twice,
/// when a meter was linked and unlinked twice on a day, and a second file with both of them changes
/// nothing.
/// unlinked twice on a day, and a second file with both of them changes nothing.
#[derive(Debug)]
pub struct Intake<'n, S> {
    notifications: &'n mut Notifications<S>,
    earlier: Earlier,
}

/// The fields in which two equal events agree.
type EventKey = (EffectiveDate, DeviceId, Occurrence);

/// The events that the store had before a file. They are read at most twice, and not at all while
/// the days of the file are later or its meters are new.
#[derive(Debug)]
struct Earlier {
    /// The number of events.
    known: u64,
    /// The last day of an event.
    last: Option<EffectiveDate>,
    /// The meters that this file added to the inventory on such a day.
    fresh: HashSet<DeviceId>,
    /// The first day from which `counts` is complete.
    since: Option<EffectiveDate>,
    /// The number of equal events that this file has not yet repeated.
    counts: HashMap<EventKey, u32>,
}

impl Earlier {
    /// Returns true if the store may have had an event before the file, judging by its meter.
    fn may_have(&self, event: &Event, inventory: &Inventory) -> bool {
        let device = inventory.device(event.device);
        self.last.is_some_and(|last| event.on <= last)
            && device.is_some_and(|device| event.on <= device.last_day())
            && !self.fresh.contains(&event.device)
    }

    /// Returns true if the store had an event before the file, and counts it as repeated.
    fn take(&mut self, event: &Event, store: &impl StatusStore) -> Result<bool> {
        self.read(event.on, store)?;
        let Some(count) = self.counts.get_mut(&key(event)) else { return Ok(false) };
        let is_repeated = *count > 0;
        *count = count.saturating_sub(1);
        Ok(is_repeated)
    }

    /// Reads the events from a day on; the second time, all events.
    fn read(&mut self, day: EffectiveDate, store: &impl StatusStore) -> Result<()> {
        let from = match self.since {
            None => day,
            Some(since) if day < since => EffectiveDate::MIN,
            Some(_) => return Ok(()),
        };
        let until = self.since.replace(from);
        let counts = &mut self.counts;
        store.events_since(from, self.known, &mut |event| {
            if until.is_none_or(|until| event.on < until) {
                *counts.entry(key(&event)).or_insert(0) += 1;
            }
            Ok(())
        })
    }

    /// Remembers a meter that the inventory did not have.
    fn remember(&mut self, event: &Event) {
        let is_late = self.last.is_some_and(|last| event.on <= last);
        if is_late && event.what == Occurrence::Pending {
            self.fresh.insert(event.device);
        }
    }
}

const fn key(event: &Event) -> EventKey {
    (event.on, event.device, event.what)
}

impl<'n, S: StatusStore> Intake<'n, S> {
    pub(super) fn new(notifications: &'n mut Notifications<S>) -> Self {
        let earlier = Earlier {
            known: notifications.events,
            last: notifications.last_day,
            fresh: HashSet::new(),
            since: None,
            counts: HashMap::new(),
        };
        Self { notifications, earlier }
    }

    /// Adds the next events of the file in one transaction. A repeated event, or one that cannot
    /// have happened, changes nothing.
    ///
    /// # Errors
    ///
    /// As [`Notifications::take`].
    pub fn take(&mut self, events: &[Event]) -> Result<AddedEvents> {
        let Self { notifications, earlier } = self;
        let mut taken = AddedEvents::default();
        let mut happened = Vec::with_capacity(events.len());
        for (place, event) in events.iter().enumerate() {
            if earlier.may_have(event, &notifications.inventory)
                && earlier.take(event, &notifications.store)?
            {
                taken.repeated.push(place);
                continue;
            }
            match notifications.inventory.apply(*event) {
                Ok(what) => {
                    let steps = notifications.ledger.decide(&what);
                    taken.changes += steps.iter().filter(|step| step.is_change()).count() as u64;
                    notifications.outbox.take(&steps);
                    earlier.remember(event);
                    happened.push(*event);
                }
                Err(refusal) => taken.refused.push((place, refusal)),
            }
        }
        taken.events = happened.len() as u64;
        notifications.store.add(notifications.events, &happened)?;
        notifications.events += taken.events;
        let last = happened.iter().map(|event| event.on).max();
        notifications.last_day = notifications.last_day.max(last);
        Ok(taken)
    }
}
