//! What happens to a smart meter.

use std::fmt;

use flagflow_domain::{EffectiveDate, MeterPoint};

use crate::device::{DeviceId, DeviceStatus};
use crate::supplier::Supplier;

/// Something that happened to a smart meter on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub struct Event {
    /// The day; a flag that moves by it is effective from that day.
    pub on: EffectiveDate,
    /// The smart meter.
    pub device: DeviceId,
    /// What happened.
    pub what: Occurrence,
    /// The supplier that asked for it, where the event names one. No rule set reads it; a D0350 carries
    /// it beside the flag that follows.
    pub supplier: Option<Supplier>,
}

impl Event {
    /// Creates an event that names no supplier.
    #[must_use]
    pub const fn new(on: EffectiveDate, device: DeviceId, what: Occurrence) -> Self {
        Self { on, device, what, supplier: None }
    }

    /// Returns the event with the supplier that asked for it.
    #[must_use]
    pub const fn with_supplier(self, supplier: Option<Supplier>) -> Self {
        Self { supplier, ..self }
    }
}

/// What can happen to a smart meter, in the terms of the service requests (SRV).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub enum Occurrence {
    /// It comes into the inventory.
    Pending,
    /// It is associated with a meter point: SRV 8.11, Update HAN Device Log.
    Associated(MeterPoint),
    /// It is linked to a meter point: SRV 8.4, Update Inventory.
    Linked(MeterPoint),
    /// It is unlinked from a meter point: SRV 8.4, Update Inventory.
    Unlinked(MeterPoint),
    /// It is whitelisted.
    Whitelisted,
    /// It is installed and not commissioned: install and leave.
    InstalledNotCommissioned,
    /// It is commissioned: SRV 8.1.1, Commission Device.
    Commissioned,
    /// It is suspended.
    Suspended,
    /// Recovery begins.
    Recovery,
    /// Recovery has ended.
    Recovered,
    /// It is Commissioned again after it was Suspended or Recovered.
    Restored,
    /// It is decommissioned: SRV 8.3, Decommission Device.
    Decommissioned,
    /// It is withdrawn: SRV 8.5, which no user can send any more.
    Withdrawn,
}

/// There is no such event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidOccurrence {
    /// No event has this name.
    #[error("there is no event of this name")]
    Unknown,
    /// The event is about a meter point, and there is none.
    #[error("the event is about a meter point, and there is none")]
    WithoutPoint,
    /// The event is about a meter alone, and there is a meter point.
    #[error("the event is about a meter alone, and there is a meter point")]
    WithPoint,
}

impl Occurrence {
    /// The event of a name, as [`Occurrence::as_str`] gives it, at a meter point where it has one.
    ///
    /// # Errors
    ///
    /// [`InvalidOccurrence`] when there is no such event, or not with or without a meter point.
    pub fn new(name: &str, point: Option<MeterPoint>) -> Result<Self, InvalidOccurrence> {
        let at_point = match name {
            "associated" => Self::Associated,
            "linked" => Self::Linked,
            "unlinked" => Self::Unlinked,
            _ => return Self::without_point(name, point),
        };
        point.map(at_point).ok_or(InvalidOccurrence::WithoutPoint)
    }

    fn without_point(name: &str, point: Option<MeterPoint>) -> Result<Self, InvalidOccurrence> {
        let found = Self::ALONE.into_iter().find(|what| what.as_str() == name);
        match (found, point) {
            (None, _) => Err(InvalidOccurrence::Unknown),
            (Some(_), Some(_)) => Err(InvalidOccurrence::WithPoint),
            (Some(what), None) => Ok(what),
        }
    }

    /// Those that are about a meter alone.
    const ALONE: [Self; 10] = [
        Self::Pending,
        Self::Whitelisted,
        Self::InstalledNotCommissioned,
        Self::Commissioned,
        Self::Suspended,
        Self::Recovery,
        Self::Recovered,
        Self::Restored,
        Self::Decommissioned,
        Self::Withdrawn,
    ];

    /// The meter point that it is about, where it names one.
    #[must_use]
    pub const fn point(self) -> Option<MeterPoint> {
        match self {
            Self::Associated(point) | Self::Linked(point) | Self::Unlinked(point) => Some(point),
            _ => None,
        }
    }

    /// The name that tables and files use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Associated(_) => "associated",
            Self::Linked(_) => "linked",
            Self::Unlinked(_) => "unlinked",
            Self::Whitelisted => "whitelisted",
            Self::InstalledNotCommissioned => "installed-not-commissioned",
            Self::Commissioned => "commissioned",
            Self::Suspended => "suspended",
            Self::Recovery => "recovery",
            Self::Recovered => "recovered",
            Self::Restored => "restored",
            Self::Decommissioned => "decommissioned",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The status that it gives a meter, if it is about the status.
    #[must_use]
    pub const fn status(self) -> Option<DeviceStatus> {
        match self {
            Self::Associated(_) | Self::Linked(_) | Self::Unlinked(_) => None,
            Self::Pending => Some(DeviceStatus::Pending),
            Self::Whitelisted => Some(DeviceStatus::Whitelisted),
            Self::InstalledNotCommissioned => Some(DeviceStatus::InstalledNotCommissioned),
            Self::Commissioned | Self::Restored => Some(DeviceStatus::Commissioned),
            Self::Suspended => Some(DeviceStatus::Suspended),
            Self::Recovery => Some(DeviceStatus::Recovery),
            Self::Recovered => Some(DeviceStatus::Recovered),
            Self::Decommissioned => Some(DeviceStatus::Decommissioned),
            Self::Withdrawn => Some(DeviceStatus::Withdrawn),
        }
    }
}

impl fmt::Display for Occurrence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_gives_a_meter_its_status_or_a_point() {
        let point = "1234567810".parse().unwrap();
        for (name, status) in [
            ("pending", DeviceStatus::Pending),
            ("whitelisted", DeviceStatus::Whitelisted),
            ("installed-not-commissioned", DeviceStatus::InstalledNotCommissioned),
            ("commissioned", DeviceStatus::Commissioned),
            ("suspended", DeviceStatus::Suspended),
            ("recovery", DeviceStatus::Recovery),
            ("recovered", DeviceStatus::Recovered),
            ("restored", DeviceStatus::Commissioned),
            ("decommissioned", DeviceStatus::Decommissioned),
            ("withdrawn", DeviceStatus::Withdrawn),
        ] {
            let what = Occurrence::new(name, None).unwrap();
            assert_eq!((what.status(), what.point()), (Some(status), None), "{name}");
            assert_eq!(Occurrence::new(name, Some(point)), Err(InvalidOccurrence::WithPoint));
        }
        for name in ["associated", "linked", "unlinked"] {
            let what = Occurrence::new(name, Some(point)).unwrap();
            assert_eq!((what.status(), what.point()), (None, Some(point)), "{name}");
            assert_eq!(Occurrence::new(name, None), Err(InvalidOccurrence::WithoutPoint));
        }
        assert_eq!(Occurrence::new("", Some(point)), Err(InvalidOccurrence::Unknown));
    }
}
