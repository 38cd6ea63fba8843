//! Adds the events of one file to a store and recognises repeated events.

use flagflow_status::{Event, Refusal};

use super::earlier::Earlier;
use super::store::atomically;
use super::working::WorkingSet;
use super::{Notifications, StatusStore};
use crate::error::{Error, Result};

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
#[derive(Debug)]
pub struct Intake<'n, S> {
    notifications: &'n mut Notifications<S>,
    earlier: Earlier,
}

impl<'n, S: StatusStore> Intake<'n, S> {
    pub(super) const fn new(notifications: &'n mut Notifications<S>) -> Self {
        let earlier = Earlier::new(notifications.events);
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
        let Notifications { store, settings, events: known } = &mut **notifications;
        let taken = atomically(store, |store| {
            if store.event_count()? != *known {
                return Err(Error::added_meanwhile());
            }
            let mut working = WorkingSet::read(store, settings.rules, events)?;
            let mut taken = AddedEvents::default();
            for (place, event) in events.iter().enumerate() {
                if earlier.take(event, store, &working)? {
                    taken.repeated.push(place);
                    continue;
                }
                match working.apply(*event) {
                    Ok(steps) => {
                        taken.events += 1;
                        taken.changes +=
                            steps.iter().filter(|step| step.is_change()).count() as u64;
                    }
                    Err(refusal) => taken.refused.push((place, refusal)),
                }
            }
            store.write(&working.into_batch())?;
            Ok(taken)
        })?;
        *known += taken.events;
        Ok(taken)
    }
}
