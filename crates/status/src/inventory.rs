//! The inventory of smart meters, with their statuses and meter points.

use std::collections::{BTreeMap, BTreeSet};

use flagflow_domain::{EffectiveDate, MeterPoint};

use crate::device::{DeviceId, DeviceStatus};
use crate::event::{Event, Occurrence};
use crate::point::{AtPoint, MeterKind, PointEvent, StatusCounts, Statuses};
use crate::refusal::{Refusal, RefusalKind};

/// Smart meters and their meter points.
///
/// Links between meters and points are consistent, and each status is a valid successor of the one
/// before: only [`apply`](Self::apply) changes anything.
///
/// # Valid events
///
/// The documents name the statuses but not every step between them; the inventory allows these
/// steps:
///
/// | event | from |
/// |---|---|
/// | pending | no device |
/// | whitelisted | Pending |
/// | installed-not-commissioned | Pending, Whitelisted, Suspended if never commissioned |
/// | commissioned (8.1.1) | Whitelisted, InstalledNotCommissioned |
/// | suspended | all but Decommissioned and Withdrawn |
/// | recovery | Commissioned, Suspended, Recovered, if ever commissioned |
/// | recovered | Recovery |
/// | restored | Suspended, Recovered, if ever commissioned |
/// | decommissioned (8.3) | all but Pending and Withdrawn |
/// | withdrawn (8.5) | never: it is no longer possible (PIA 2.4.2) |
/// | associated (8.11), linked (8.4) | all but Decommissioned and Withdrawn, where not linked yet |
/// | unlinked (8.4) | any, where linked |
///
/// A decommissioned meter stays linked to its point until it is unlinked: BR 2.4 mentions
/// "Decommissioned" meters on a system.
///
/// # Limit
///
/// A meter can be at [`Inventory::MAX_POINTS`] points, because an event of the meter is an event at
/// each of them. A point can have any number of meters.
///
/// # Parts
///
/// An inventory may be a part of a larger one that is stored elsewhere: it decides about an event
/// like the whole if it has the meter of the event, the points of that meter, and the point that
/// the event names ([`put_device`](Self::put_device), [`put_point`](Self::put_point)).
///
/// # Days
///
/// Events must be in the order of their days: an event is refused if its meter, or one of its
/// points, had an event of a later day. Events of one day keep their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    devices: BTreeMap<DeviceId, Device>,
    points: BTreeMap<MeterPoint, PointMeters>,
    /// The meters at each point.
    links: BTreeSet<(MeterPoint, DeviceId)>,
}

/// A smart meter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    status: DeviceStatus,
    was_commissioned: bool,
    last: EffectiveDate,
    /// Sorted. A meter usually has one point, for which a list takes a third of the memory of a
    /// tree.
    points: Vec<MeterPoint>,
}

impl Device {
    /// Creates a meter from its stored state.
    #[must_use]
    pub fn restore(
        status: DeviceStatus,
        was_commissioned: bool,
        last: EffectiveDate,
        mut points: Vec<MeterPoint>,
    ) -> Self {
        points.sort_unstable();
        Self { status, was_commissioned, last, points }
    }

    /// Returns the day of its last event.
    #[must_use]
    pub const fn last_day(&self) -> EffectiveDate {
        self.last
    }

    /// Returns the status.
    #[must_use]
    pub const fn status(&self) -> DeviceStatus {
        self.status
    }

    /// Returns true if the meter was ever commissioned.
    #[must_use]
    pub const fn was_commissioned(&self) -> bool {
        self.was_commissioned
    }

    /// Returns the day of the last event.
    #[must_use]
    pub const fn last(&self) -> EffectiveDate {
        self.last
    }

    /// Returns the points of the meter.
    pub fn points(&self) -> impl Iterator<Item = MeterPoint> {
        self.points.iter().copied()
    }
}

/// The meters of a meter point, as far as they decide about an event: their number by status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PointMeters {
    last: EffectiveDate,
    counts: StatusCounts,
}

/// An event that happened, with its points; none for a meter without points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// The event.
    pub event: Event,
    /// The event at each of its points.
    pub points: Vec<AtPoint>,
}

impl Inventory {
    /// The most points that a meter can be at: a real one has one, or two if it also exports.
    pub const MAX_POINTS: usize = crate::point::MAX_POINTS;

    /// Creates an empty inventory.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns a device.
    #[must_use]
    pub fn device(&self, id: DeviceId) -> Option<&Device> {
        self.devices.get(&id)
    }

    /// Adds the stored state of a meter, in place of any other.
    pub fn put_device(&mut self, id: DeviceId, device: Device) {
        let links = device.points.iter().map(|point| (*point, id)).collect::<Vec<_>>();
        if let Some(before) = self.devices.insert(id, device) {
            for point in before.points {
                self.links.remove(&(point, id));
            }
        }
        self.links.extend(links);
    }

    /// Returns the meters of a point, by status.
    #[must_use]
    pub fn point(&self, point: MeterPoint) -> Option<&PointMeters> {
        self.points.get(&point)
    }

    /// Adds the stored state of a point, in place of any other.
    pub fn put_point(&mut self, point: MeterPoint, meters: PointMeters) {
        self.points.insert(point, meters);
    }

    /// Returns all points that had an event, in order.
    pub fn points(&self) -> impl Iterator<Item = MeterPoint> {
        self.points.keys().copied()
    }

    /// Returns the meters at a point.
    pub fn devices_at(&self, point: MeterPoint) -> impl Iterator<Item = DeviceId> {
        let all = (point, DeviceId::new(0))..=(point, DeviceId::new(u64::MAX));
        self.links.range(all).map(|(_, id)| *id)
    }

    /// Returns the statuses of the meters at a point.
    #[must_use]
    pub fn statuses_at(&self, point: MeterPoint) -> Statuses {
        self.points.get(&point).map_or(Statuses::NONE, |held| held.counts.statuses())
    }

    /// Applies an event.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if the event cannot happen in the current state; nothing is changed then.
    pub fn apply(&mut self, event: Event) -> Result<Happened, Refusal> {
        self.refuse(event).map_err(|kind| Refusal { event, kind })?;
        let points = self.change(event);
        let at = |(point, what)| AtPoint { point, what, after: self.statuses_at(point) };
        Ok(Happened { event, points: points.into_iter().map(at).collect() })
    }

    fn refuse(&self, event: Event) -> Result<(), RefusalKind> {
        let Some(device) = self.device(event.device) else {
            return match event.what {
                Occurrence::Pending => Ok(()),
                _ => Err(RefusalKind::UnknownDevice),
            };
        };
        refuse_at_device(device, event.what)?;
        if event.on < device.last {
            return Err(RefusalKind::BeforeDevice(device.last));
        }
        about(device, event.what).into_iter().try_for_each(|point| self.refuse_day(point, event.on))
    }

    fn refuse_day(&self, point: MeterPoint, on: EffectiveDate) -> Result<(), RefusalKind> {
        match self.points.get(&point) {
            Some(held) if on < held.last => {
                Err(RefusalKind::BeforePoint { point, last: held.last })
            }
            _ => Ok(()),
        }
    }

    /// Changes the meter and its points, and returns the event at each point.
    fn change(&mut self, event: Event) -> Vec<(MeterPoint, PointEvent)> {
        let device = self.devices.entry(event.device).or_insert_with(|| Device {
            status: DeviceStatus::Pending,
            was_commissioned: false,
            last: event.on,
            points: Vec::new(),
        });
        let points = about(device, event.what);
        let what = seen_from_point(event.what, MeterKind::of(device.status));
        let state = |device: &Device, point: &MeterPoint| {
            device.points.contains(point).then_some((device.status, device.was_commissioned))
        };
        let before: Vec<_> = points.iter().map(|point| state(device, point)).collect();
        device.take(event);
        for (point, before) in points.iter().zip(before) {
            let after = state(device, point);
            match after {
                Some(_) => self.links.insert((*point, event.device)),
                None => self.links.remove(&(*point, event.device)),
            };
            let new = PointMeters::restore(event.on, StatusCounts::NONE);
            self.points.entry(*point).or_insert(new).take(event.on, before, after);
        }
        what.map_or_else(Vec::new, |what| points.into_iter().map(|at| (at, what)).collect())
    }
}

impl Device {
    fn take(&mut self, event: Event) {
        self.last = event.on;
        match event.what {
            Occurrence::Associated(point) | Occurrence::Linked(point) => {
                if let Err(at) = self.points.binary_search(&point) {
                    self.points.reserve_exact(1);
                    self.points.insert(at, point);
                }
            }
            Occurrence::Unlinked(point) => self.points.retain(|at| *at != point),
            _ => self.status = event.what.status().unwrap_or(self.status),
        }
        self.was_commissioned |= self.status == DeviceStatus::Commissioned;
    }
}

/// A meter's status, and true if the meter was ever commissioned.
type MeterState = (DeviceStatus, bool);

impl PointMeters {
    /// Creates the meters of a point from their stored state.
    #[must_use]
    pub const fn restore(last: EffectiveDate, counts: StatusCounts) -> Self {
        Self { last, counts }
    }

    /// Returns the day of the last event at the point.
    #[must_use]
    pub const fn last_day(&self) -> EffectiveDate {
        self.last
    }

    /// Returns the number of meters by status.
    #[must_use]
    pub const fn counts(&self) -> StatusCounts {
        self.counts
    }

    /// Changes the state of one meter; `None` for a meter that is not at the point.
    fn take(&mut self, on: EffectiveDate, before: Option<MeterState>, after: Option<MeterState>) {
        self.last = on;
        if let Some((status, was_commissioned)) = before {
            self.counts.remove(status, was_commissioned);
        }
        if let Some((status, was_commissioned)) = after {
            self.counts.add(status, was_commissioned);
        }
    }
}

/// Returns the points of an event: the one that it names, or all points of the meter.
fn about(device: &Device, what: Occurrence) -> Vec<MeterPoint> {
    match what {
        Occurrence::Associated(point) | Occurrence::Linked(point) | Occurrence::Unlinked(point) => {
            vec![point]
        }
        _ => device.points().collect(),
    }
}

fn seen_from_point(what: Occurrence, kind: MeterKind) -> Option<PointEvent> {
    match what {
        // a new meter has no point, and withdrawing is always refused
        Occurrence::Pending | Occurrence::Withdrawn => None,
        Occurrence::Associated(_) => Some(PointEvent::Associated(kind)),
        Occurrence::Linked(_) => Some(PointEvent::Linked(kind)),
        Occurrence::Unlinked(_) => Some(PointEvent::Unlinked(kind)),
        Occurrence::Whitelisted => Some(PointEvent::Whitelisted),
        Occurrence::InstalledNotCommissioned => Some(PointEvent::Installed),
        Occurrence::Commissioned => Some(PointEvent::Commissioned),
        Occurrence::Suspended => Some(PointEvent::Suspended),
        Occurrence::Recovery => Some(PointEvent::Recovery),
        Occurrence::Recovered => Some(PointEvent::Recovered),
        Occurrence::Restored => Some(PointEvent::Restored),
        Occurrence::Decommissioned => Some(PointEvent::Decommissioned),
    }
}

/// Checks an event against the table above.
fn refuse_at_device(device: &Device, what: Occurrence) -> Result<(), RefusalKind> {
    use DeviceStatus as S;
    let from = device.status;
    match what {
        Occurrence::Pending => Err(RefusalKind::KnownDevice),
        Occurrence::Withdrawn => Err(RefusalKind::WithdrawalRemoved),
        Occurrence::Associated(point) | Occurrence::Linked(point) => refuse_link(device, point),
        Occurrence::Unlinked(point) if device.points.contains(&point) => Ok(()),
        Occurrence::Unlinked(point) => Err(RefusalKind::NotLinked(point)),
        Occurrence::Whitelisted => refuse_step(from, S::Whitelisted, from == S::Pending),
        Occurrence::InstalledNotCommissioned => {
            let can_be = matches!(from, S::Pending | S::Whitelisted | S::Suspended);
            let can_be = can_be && !device.was_commissioned;
            refuse_step(from, S::InstalledNotCommissioned, can_be)
        }
        Occurrence::Commissioned => {
            let can_be = matches!(from, S::Whitelisted | S::InstalledNotCommissioned);
            refuse_step(from, S::Commissioned, can_be)
        }
        Occurrence::Suspended => {
            let can_be = !matches!(from, S::Decommissioned | S::Withdrawn);
            refuse_step(from, S::Suspended, can_be)
        }
        Occurrence::Recovery => {
            let can_be = matches!(from, S::Commissioned | S::Suspended | S::Recovered);
            refuse_step(from, S::Recovery, can_be)?;
            refuse_again(device)
        }
        Occurrence::Recovered => refuse_step(from, S::Recovered, from == S::Recovery),
        Occurrence::Restored => {
            let can_be = matches!(from, S::Suspended | S::Recovered);
            refuse_step(from, S::Commissioned, can_be)?;
            refuse_again(device)
        }
        Occurrence::Decommissioned => {
            let can_be = !matches!(from, S::Pending | S::Withdrawn);
            refuse_step(from, S::Decommissioned, can_be)
        }
    }
}

fn refuse_link(device: &Device, point: MeterPoint) -> Result<(), RefusalKind> {
    match device.status {
        DeviceStatus::Decommissioned | DeviceStatus::Withdrawn => {
            Err(RefusalKind::NotFrom(device.status))
        }
        _ if device.points.contains(&point) => Err(RefusalKind::AlreadyLinked(point)),
        _ if device.points.len() >= Inventory::MAX_POINTS => Err(RefusalKind::TooManyPoints),
        _ => Ok(()),
    }
}

fn refuse_step(from: DeviceStatus, to: DeviceStatus, can_be: bool) -> Result<(), RefusalKind> {
    if from == to {
        return Err(RefusalKind::AlreadySo(from));
    }
    if can_be { Ok(()) } else { Err(RefusalKind::NotFrom(from)) }
}

/// Checks an event that requires a meter that was commissioned before.
fn refuse_again(device: &Device) -> Result<(), RefusalKind> {
    if device.was_commissioned { Ok(()) } else { Err(RefusalKind::NeverCommissioned) }
}
