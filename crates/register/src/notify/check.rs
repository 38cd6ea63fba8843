//! Compares the state of a store with its log of events and its files.

use std::hash::BuildHasher;
use std::hash::RandomState;

use flagflow_domain::MeterPoint;
use flagflow_status::{Event, RuleSet};

use super::history::{events_of, replay_point, sent_to};
use super::store::{StatusStore, StoredDevice, StoredPoint, event_of, file_of};
use super::working::WorkingSet;
use super::{CHUNK, in_chunks};
use crate::error::Result;
use crate::verify::Discrepancy;

/// Counts of the checked objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatusVerified {
    /// Meters.
    pub devices: u64,
    /// Meter points.
    pub points: u64,
    /// Events, each counted with its meter.
    pub events: u64,
    /// Files of runs.
    pub files: u64,
    /// The first difference.
    pub difference: Option<Discrepancy>,
}

/// Replays the log of events and the files of runs, and compares the result with the stored state
/// until the first difference: all of it, or the meters of a number of random events with their
/// points. One meter or point is replayed at a time, so memory does not grow with the store.
///
/// # Errors
///
/// Returns an error of the store.
pub fn verify_status(store: &impl StatusStore, sample: Option<u64>) -> Result<StatusVerified> {
    let mut seen = StatusVerified::default();
    let Some(settings) = store.settings()? else { return Ok(seen) };
    let rules = settings.rules;
    seen.difference = match sample {
        Some(sample) => seen.sample(store, rules, sample)?,
        None => seen.all(store, rules)?,
    };
    Ok(seen)
}

impl StatusVerified {
    fn sample(
        &mut self,
        store: &impl StatusStore,
        rules: RuleSet,
        sample: u64,
    ) -> Result<Option<Discrepancy>> {
        let (count, random) = (store.event_count()?, RandomState::new());
        for place in 0..sample.min(count) {
            let id = event_of(store, random.hash_one(place) % count + 1)?.event.device;
            let Some(stored) = store.devices(&[id])?.pop() else {
                return Ok(Some(Discrepancy::Meter(id)));
            };
            let (difference, points) = self.device(store, rules, &stored)?;
            if difference.is_some() {
                return Ok(difference);
            }
            for stored in store.points(&points)? {
                if let Some(difference) = self.point(store, rules, &stored)? {
                    return Ok(Some(difference));
                }
            }
        }
        Ok(None)
    }

    fn all(&mut self, store: &impl StatusStore, rules: RuleSet) -> Result<Option<Discrepancy>> {
        let read = |after| store.devices_after(after, CHUNK);
        for stored in in_chunks(read, |stored: &StoredDevice| stored.id) {
            if let (Some(difference), _) = self.device(store, rules, &stored?)? {
                return Ok(Some(difference));
            }
        }
        let read = |after| store.points_after(after, false, CHUNK);
        for stored in in_chunks(read, |stored: &StoredPoint| stored.point) {
            if let Some(difference) = self.point(store, rules, &stored?)? {
                return Ok(Some(difference));
            }
        }
        for id in 1..=store.last_file()? {
            let mut notices = 0;
            for notice in super::run::notices_of(store, id) {
                notice?;
                notices += 1;
            }
            if notices != file_of(store, id)?.notices {
                return Ok(Some(Discrepancy::Notices(id)));
            }
            self.files += 1;
        }
        let log = store.event_count()?;
        let is_complete = self.events == log;
        Ok((!is_complete).then_some(Discrepancy::Log { log, meters: self.events }))
    }

    /// Replays the events of a meter, and returns the points that it is or ever was at.
    fn device(
        &mut self,
        store: &impl StatusStore,
        rules: RuleSet,
        stored: &StoredDevice,
    ) -> Result<(Option<Discrepancy>, Vec<MeterPoint>)> {
        let mut events = Vec::new();
        events_of(store, stored.last_event, &mut |event| events.push(event.event))?;
        self.devices += 1;
        self.events += events.len() as u64;
        let mut points: Vec<_> = events.iter().filter_map(|event| event.what.point()).collect();
        points.sort_unstable();
        points.dedup();
        let is_same = is_replayed(rules, stored, &events) && has_links(store, stored, &points)?;
        Ok(((!is_same).then_some(Discrepancy::Meter(stored.id)), points))
    }

    /// Replays the events and the notices of a point.
    fn point(
        &mut self,
        store: &impl StatusStore,
        rules: RuleSet,
        stored: &StoredPoint,
    ) -> Result<Option<Discrepancy>> {
        self.points += 1;
        let replayed = replay_point(store, rules, stored.point, &mut |_| {})?.point(stored.point);
        let sent = sent_to(store, stored.point)?;
        let notified = sent.iter().rfind(|(file, _)| file.is_sent).map(|(_, sent)| sent.held);
        let last_file = sent.last().map(|(file, _)| file.id);
        let is_same = replayed
            .is_some_and(|replayed| StoredPoint { notified, last_file, ..replayed } == *stored);
        Ok((!is_same).then_some(Discrepancy::MeterPoint(stored.point)))
    }
}

/// Returns true if events, from the last one back, give a meter its state.
fn is_replayed(rules: RuleSet, stored: &StoredDevice, events: &[Event]) -> bool {
    let mut working = WorkingSet::new(rules, 0);
    let mut in_order = events.iter().rev();
    in_order.all(|event| event.device == stored.id && working.apply(*event).is_ok())
        && working.device(stored.id).is_some_and(|replayed| replayed.device == stored.device)
}

/// Returns true if a store has the links of a meter to points, and the points.
fn has_links(
    store: &impl StatusStore,
    stored: &StoredDevice,
    points: &[MeterPoint],
) -> Result<bool> {
    for point in points {
        if !store.devices_ever_at(*point)?.contains(&stored.id) {
            return Ok(false);
        }
    }
    Ok(store.points(points)?.len() == points.len())
}
