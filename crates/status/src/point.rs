//! Events at a meter point, as a rule set sees them.

use std::fmt;

use flagflow_domain::MeterPoint;

use crate::device::DeviceStatus;

/// Limit of the meter points of one meter.
pub(crate) const MAX_POINTS: usize = 100;

/// The set of statuses of the meters at a point; no rule counts meters.
///
/// For Suspended meters the set also records whether one of them was commissioned before. (Only a
/// meter that was commissioned can be in Recovery or Recovered, and only one that was not can be
/// InstalledNotCommissioned.)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Statuses(u16);

/// The bit of a Suspended meter that was commissioned before, set in addition to that of Suspended.
const SUSPENDED_IN_SERVICE: u16 = 1 << DeviceStatus::ALL.len();

impl Statuses {
    /// The empty set.
    pub const NONE: Self = Self(0);

    /// Returns every possible set.
    pub fn all() -> impl Iterator<Item = Self> {
        let has_its_status =
            |set: &Self| set.0 & SUSPENDED_IN_SERVICE == 0 || set.has(DeviceStatus::Suspended);
        (0..SUSPENDED_IN_SERVICE << 1).map(Self).filter(has_its_status)
    }

    /// Returns the set with a meter in this status added.
    #[must_use]
    pub const fn with(self, status: DeviceStatus, was_commissioned: bool) -> Self {
        let in_service = match status {
            DeviceStatus::Suspended if was_commissioned => SUSPENDED_IN_SERVICE,
            _ => 0,
        };
        Self(self.0 | bit(status) | in_service)
    }

    /// Returns true if a meter is in this status.
    #[must_use]
    pub const fn has(self, status: DeviceStatus) -> bool {
        self.0 & bit(status) != 0
    }

    /// Returns true if a Suspended meter was commissioned before.
    #[must_use]
    pub const fn was_commissioned_before_suspension(self) -> bool {
        self.0 & SUSPENDED_IN_SERVICE != 0
    }

    /// Returns true if a meter is in one of these statuses.
    #[must_use]
    pub fn has_any(self, statuses: &[DeviceStatus]) -> bool {
        statuses.iter().any(|status| self.has(*status))
    }

    /// Returns true if there are meters, and all are in one of these statuses.
    #[must_use]
    pub fn are_all(self, statuses: &[DeviceStatus]) -> bool {
        let rest = statuses.iter().fold(self, |rest, status| rest.without(*status));
        !self.is_empty() && rest.is_empty()
    }

    /// Returns the set without the meters of this status.
    #[must_use]
    pub const fn without(self, status: DeviceStatus) -> Self {
        let in_service = match status {
            DeviceStatus::Suspended => SUSPENDED_IN_SERVICE,
            _ => 0,
        };
        Self(self.0 & !(bit(status) | in_service))
    }

    /// Returns true if there are no meters.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

const fn bit(status: DeviceStatus) -> u16 {
    1 << status as u16
}

/// The meters of a point, counted by status, so that the cost of an event does not depend on the
/// number of meters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusCounts {
    by_status: [u32; DeviceStatus::ALL.len()],
    suspended_in_service: u32,
}

impl StatusCounts {
    /// No meters.
    pub const NONE: Self =
        Self { by_status: [0; DeviceStatus::ALL.len()], suspended_in_service: 0 };

    /// The number of counts: one for each status, and one for the Suspended meters that were
    /// commissioned before.
    pub const LENGTH: usize = DeviceStatus::ALL.len() + 1;

    /// Returns the counts in the order of [`DeviceStatus::ALL`], and last the one of the Suspended
    /// meters that were commissioned before.
    pub fn to_numbers(self) -> impl Iterator<Item = u32> {
        self.by_status.into_iter().chain([self.suspended_in_service])
    }

    /// Creates counts from the numbers that [`to_numbers`](Self::to_numbers) returns.
    #[must_use]
    pub fn from_numbers(numbers: [u32; Self::LENGTH]) -> Self {
        let [by_status @ .., suspended_in_service] = numbers;
        Self { by_status, suspended_in_service }
    }

    pub(crate) fn add(&mut self, status: DeviceStatus, was_commissioned: bool) {
        self.change(status, was_commissioned, |count| count.saturating_add(1));
    }

    pub(crate) fn remove(&mut self, status: DeviceStatus, was_commissioned: bool) {
        self.change(status, was_commissioned, |count| count.saturating_sub(1));
    }

    fn change(&mut self, status: DeviceStatus, was_commissioned: bool, by: fn(u32) -> u32) {
        let count = &mut self.by_status[status as usize];
        *count = by(*count);
        if was_commissioned && status == DeviceStatus::Suspended {
            self.suspended_in_service = by(self.suspended_in_service);
        }
    }

    pub(crate) fn statuses(&self) -> Statuses {
        let counted = DeviceStatus::ALL.into_iter().zip(self.by_status);
        counted.filter(|(_, count)| *count > 0).fold(Statuses::NONE, |set, (status, _)| {
            set.with(status, self.suspended_in_service > 0)
        })
    }
}

/// Statuses of meters that were not commissioned before they were Suspended.
impl FromIterator<DeviceStatus> for Statuses {
    fn from_iter<I: IntoIterator<Item = DeviceStatus>>(statuses: I) -> Self {
        statuses.into_iter().fold(Self::NONE, |set, status| set.with(status, false))
    }
}

/// Kind of a meter that is linked or unlinked, as far as the rules distinguish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MeterKind {
    /// A commissioned meter.
    Commissioned,
    /// A meter that is installed and not commissioned.
    Installed,
    /// A whitelisted meter.
    Whitelisted,
    /// A meter of another status.
    Other,
}

impl MeterKind {
    /// All four kinds.
    pub const ALL: [Self; 4] =
        [Self::Commissioned, Self::Installed, Self::Whitelisted, Self::Other];

    /// Returns the kind of a meter in a status.
    #[must_use]
    pub const fn of(status: DeviceStatus) -> Self {
        match status {
            DeviceStatus::Commissioned => Self::Commissioned,
            DeviceStatus::InstalledNotCommissioned => Self::Installed,
            DeviceStatus::Whitelisted => Self::Whitelisted,
            DeviceStatus::Pending
            | DeviceStatus::Suspended
            | DeviceStatus::Decommissioned
            | DeviceStatus::Recovery
            | DeviceStatus::Recovered
            | DeviceStatus::Withdrawn => Self::Other,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Commissioned => "Commissioned",
            Self::Installed => "InstalledNotCommissioned",
            Self::Whitelisted => "Whitelisted",
            Self::Other => "other",
        }
    }
}

/// An event of a meter of a point, seen from the point: one of the three inputs of a rule set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PointEvent {
    /// A meter of this kind is associated with the point: SRV 8.11.
    Associated(MeterKind),
    /// A meter of this kind is linked to the point: SRV 8.4.
    Linked(MeterKind),
    /// A meter of this kind is unlinked from the point: SRV 8.4.
    Unlinked(MeterKind),
    /// A meter of the point is whitelisted.
    Whitelisted,
    /// A meter of the point is installed and not commissioned.
    Installed,
    /// A meter of the point is commissioned: SRV 8.1.1.
    Commissioned,
    /// A meter of the point is suspended.
    Suspended,
    /// Recovery of a meter of the point begins.
    Recovery,
    /// Recovery of a meter of the point has ended.
    Recovered,
    /// A meter of the point is Commissioned again, after suspension or recovery.
    Restored,
    /// A meter of the point is decommissioned: SRV 8.3.
    Decommissioned,
    /// A meter of the point is withdrawn: SRV 8.5, which is no longer possible.
    Withdrawn,
}

impl PointEvent {
    /// All events, in the order of a meter's life.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let linking = [Self::Associated, Self::Linked, Self::Unlinked];
        let linking = linking.into_iter().flat_map(|what| MeterKind::ALL.map(what));
        let statuses = [
            Self::Whitelisted,
            Self::Installed,
            Self::Commissioned,
            Self::Suspended,
            Self::Recovery,
            Self::Recovered,
            Self::Restored,
            Self::Decommissioned,
            Self::Withdrawn,
        ];
        linking.chain(statuses).collect()
    }

    /// Returns true if the meters of a point can be in these statuses after the event.
    #[must_use]
    pub fn can_leave(self, after: Statuses) -> bool {
        let of = |kind| DeviceStatus::ALL.into_iter().filter(move |s| MeterKind::of(*s) == kind);
        match self {
            Self::Associated(kind) | Self::Linked(kind) => of(kind).any(|s| after.has(s)),
            Self::Unlinked(_) => true,
            Self::Whitelisted => after.has(DeviceStatus::Whitelisted),
            Self::Installed => after.has(DeviceStatus::InstalledNotCommissioned),
            Self::Commissioned | Self::Restored => after.has(DeviceStatus::Commissioned),
            Self::Suspended => after.has(DeviceStatus::Suspended),
            Self::Recovery => after.has(DeviceStatus::Recovery),
            Self::Recovered => after.has(DeviceStatus::Recovered),
            Self::Decommissioned => after.has(DeviceStatus::Decommissioned),
            Self::Withdrawn => after.has(DeviceStatus::Withdrawn),
        }
    }
}

/// Formats for a table's cell, the service request first if there is one.
impl fmt::Display for PointEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Associated(kind) => format!("8.11 associated, meter {}", kind.as_str()),
            Self::Linked(kind) => format!("8.4 linked, meter {}", kind.as_str()),
            Self::Unlinked(kind) => format!("8.4 unlinked, meter {}", kind.as_str()),
            Self::Whitelisted => "becomes Whitelisted".to_owned(),
            Self::Installed => "becomes InstalledNotCommissioned".to_owned(),
            Self::Commissioned => "8.1.1 commissioned".to_owned(),
            Self::Suspended => "becomes Suspended".to_owned(),
            Self::Recovery => "becomes Recovery".to_owned(),
            Self::Recovered => "becomes Recovered".to_owned(),
            Self::Restored => "Commissioned again".to_owned(),
            Self::Decommissioned => "8.3 decommissioned".to_owned(),
            Self::Withdrawn => "8.5 withdrawn".to_owned(),
        };
        f.pad(&text)
    }
}

/// An event at one of its points, and the statuses of the point's meters after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtPoint {
    /// The meter point.
    pub point: MeterPoint,
    /// The event as seen from the point.
    pub what: PointEvent,
    /// The statuses of the point's meters after the event.
    pub after: Statuses,
}

#[cfg(test)]
mod tests {
    use super::*;
    use DeviceStatus::{Commissioned, Decommissioned, Pending, Suspended};

    fn set(statuses: &[DeviceStatus]) -> Statuses {
        statuses.iter().copied().collect()
    }

    #[test]
    fn none_is_the_empty_set() {
        assert_eq!(Statuses::NONE, set(&[]));
        assert!(Statuses::NONE.is_empty());
        assert!(!set(&[Pending]).is_empty());
        assert!(DeviceStatus::ALL.iter().all(|status| !Statuses::NONE.has(*status)));
        assert_eq!(set(&[Pending]).without(Pending), Statuses::NONE);
        let sets = "Suspended in three ways, each of the other eight there or not";
        assert_eq!(Statuses::all().count(), 3 << 8, "{sets}");
    }

    #[test]
    fn all_are_in_a_list_when_none_is_outside_it() {
        assert!(set(&[Suspended]).are_all(&[Suspended]));
        assert!(set(&[Suspended]).are_all(&[Suspended, Suspended]));
        assert!(set(&[Suspended]).are_all(&[Commissioned, Suspended]));
        assert!(!set(&[Pending, Suspended]).are_all(&[Suspended]));
        assert!(!set(&[Suspended, Decommissioned]).are_all(&[Suspended]));
        assert!(!Statuses::NONE.are_all(&[Suspended]), "there are no meters");
        assert!(!set(&[Suspended]).are_all(&[]));
    }

    #[test]
    fn any_is_in_a_list_when_one_is() {
        assert!(set(&[Pending, Suspended]).has_any(&[Commissioned, Suspended]));
        assert!(!set(&[Pending]).has_any(&[Commissioned, Suspended]));
        assert!(!set(&[Pending]).has_any(&[]));
    }

    #[test]
    fn a_status_is_there_once_or_not_at_all() {
        let twice = set(&[Suspended, Commissioned, Suspended]);
        assert_eq!(twice, set(&[Commissioned, Suspended]));
        assert_eq!(twice.without(Suspended), set(&[Commissioned]));
        assert_eq!(twice.without(Pending), twice);
    }

    #[test]
    fn a_suspended_meter_may_have_been_commissioned() {
        let served = Statuses::NONE.with(Suspended, true).with(Suspended, false);
        assert!(served.was_commissioned_before_suspension() && served.has(Suspended));
        assert!(!set(&[Suspended, Commissioned]).was_commissioned_before_suspension());
        assert!(!Statuses::NONE.with(Commissioned, true).was_commissioned_before_suspension());
        assert!(served.are_all(&[Suspended]));
        assert_eq!(served.without(Suspended), Statuses::NONE);
        assert_eq!(Statuses::all().filter(|set| set.are_all(&[Suspended])).count(), 2);
    }

    #[test]
    fn the_last_meter_of_a_status_takes_the_status_with_it() {
        let mut counts = StatusCounts::NONE;
        for was_commissioned in [true, false, true] {
            counts.add(Suspended, was_commissioned);
        }
        counts.add(Pending, false);
        let all = set(&[Pending]).with(Suspended, true);
        assert_eq!(counts.statuses(), all);
        counts.remove(Suspended, true);
        assert_eq!(counts.statuses(), all);
        counts.remove(Suspended, true);
        assert_eq!(counts.statuses(), set(&[Pending, Suspended]));
        counts.remove(Suspended, false);
        assert_eq!(counts.statuses(), set(&[Pending]));
        counts.remove(Pending, false);
        assert_eq!(counts, StatusCounts::NONE);
    }
}
