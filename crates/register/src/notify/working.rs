//! The part of a store's state that a batch of events touches.

use std::collections::{BTreeMap, BTreeSet};

use flagflow_domain::{MeterPoint, ServiceFlag};
use flagflow_status::{
    DeviceId, Event, Inventory, Ledger, Occurrence, Refusal, RuleSet, Step, Supplier,
};

use super::store::{StatusBatch, StatusStore, StoredDevice, StoredEvent, StoredLink, StoredPoint};
use crate::error::Result;

/// The meters of some events with their points, and the changes that events make to them.
#[derive(Debug)]
pub(crate) struct WorkingSet {
    inventory: Inventory,
    ledger: Ledger,
    /// The number of events in the log, with those of this set.
    count: u64,
    events: Vec<StoredEvent>,
    /// The meters as they were read.
    stored: BTreeMap<DeviceId, StoredDevice>,
    /// The last event of each meter that changed.
    last_events: BTreeMap<DeviceId, u64>,
    details: BTreeMap<MeterPoint, PointDetails>,
    changed_points: BTreeSet<MeterPoint>,
    changed_links: BTreeMap<(DeviceId, MeterPoint), bool>,
}

/// The state of a point that no rule set uses.
#[derive(Clone, Copy, Debug, Default)]
struct PointDetails {
    supplier: Option<Supplier>,
    was_active: bool,
    notified: Option<flagflow_status::PointFlag>,
    last_file: Option<u64>,
}

impl WorkingSet {
    /// Creates an empty set for a log with a number of events.
    pub(crate) fn new(rules: RuleSet, count: u64) -> Self {
        Self {
            inventory: Inventory::new(),
            ledger: Ledger::new(rules),
            count,
            events: Vec::new(),
            stored: BTreeMap::new(),
            last_events: BTreeMap::new(),
            details: BTreeMap::new(),
            changed_points: BTreeSet::new(),
            changed_links: BTreeMap::new(),
        }
    }

    /// Reads the state that some events touch.
    pub(crate) fn read(store: &impl StatusStore, rules: RuleSet, events: &[Event]) -> Result<Self> {
        let mut own = Self::new(rules, store.event_count()?);
        let ids: BTreeSet<_> = events.iter().map(|event| event.device).collect();
        let mut points: BTreeSet<_> =
            events.iter().filter_map(|event| event.what.point()).collect();
        for stored in store.devices(&ids.into_iter().collect::<Vec<_>>())? {
            points.extend(stored.device.points());
            own.inventory.put_device(stored.id, stored.device.clone());
            own.stored.insert(stored.id, stored);
        }
        for stored in store.points(&points.into_iter().collect::<Vec<_>>())? {
            own.put_point(&stored);
        }
        Ok(own)
    }

    fn put_point(&mut self, stored: &StoredPoint) {
        let StoredPoint { point, meters, held, supplier, was_active, notified, last_file } =
            *stored;
        self.inventory.put_point(point, meters);
        if let Some(held) = held {
            self.ledger.put(point, held);
        }
        self.details.insert(point, PointDetails { supplier, was_active, notified, last_file });
    }

    /// Returns a meter as it was read, before the events of this set.
    pub(crate) fn stored(&self, id: DeviceId) -> Option<&StoredDevice> {
        self.stored.get(&id)
    }

    /// Applies an event, and returns the decisions of the rule set.
    pub(crate) fn apply(&mut self, event: Event) -> Result<Vec<Step>, Refusal> {
        let happened = self.inventory.apply(event)?;
        let steps = self.ledger.decide(&happened);
        for step in &steps {
            self.changed_points.insert(step.point);
            let details = self.details.entry(step.point).or_default();
            if step.is_change() {
                details.supplier = event.supplier;
                details.was_active |= step.after == Some(ServiceFlag::Active);
            }
        }
        match event.what {
            Occurrence::Associated(point) | Occurrence::Linked(point) => {
                self.changed_links.insert((event.device, point), true);
            }
            Occurrence::Unlinked(point) => {
                self.changed_links.insert((event.device, point), false);
            }
            _ => {}
        }
        self.count += 1;
        let stored = || self.stored.get(&event.device).map(|stored| stored.last_event);
        let previous = self.last_events.insert(event.device, self.count).or_else(stored);
        self.events.push(StoredEvent { id: self.count, event, previous });
        Ok(steps)
    }

    /// Returns the changes.
    pub(crate) fn into_batch(self) -> StatusBatch {
        let devices = self.last_events.keys().filter_map(|id| self.device(*id)).collect();
        let points = self.changed_points.iter().filter_map(|point| self.point(*point)).collect();
        let links = self.changed_links.into_iter();
        let links =
            links.map(|((device, point), is_linked)| StoredLink { device, point, is_linked });
        StatusBatch { links: links.collect(), devices, points, events: self.events }
    }

    /// Returns the state of a meter.
    pub(crate) fn device(&self, id: DeviceId) -> Option<StoredDevice> {
        let device = self.inventory.device(id)?.clone();
        Some(StoredDevice { id, device, last_event: *self.last_events.get(&id)? })
    }

    /// Returns the state of a point.
    pub(crate) fn point(&self, point: MeterPoint) -> Option<StoredPoint> {
        let meters = *self.inventory.point(point)?;
        let details = self.details.get(&point).copied().unwrap_or_default();
        let PointDetails { supplier, was_active, notified, last_file } = details;
        let held = self.ledger.flag(point);
        Some(StoredPoint { point, meters, held, supplier, was_active, notified, last_file })
    }
}
