//! Events of a smart meter.

use std::fmt;

use flagflow_domain::{EffectiveDate, MeterPoint};

use crate::device::{DeviceId, DeviceStatus};
use crate::supplier::Supplier;

/// An event of a smart meter on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub struct Event {
    /// The day; a flag changed by the event is effective from that day.
    pub on: EffectiveDate,
    /// The smart meter.
    pub device: DeviceId,
    /// The kind of the event.
    pub what: Occurrence,
    /// The supplier that requested the event, if the event names one. No rule set uses it; a D0350
    /// carries it beside the flag.
    pub supplier: Option<Supplier>,
}

impl Event {
    /// Creates an event without a supplier.
    #[must_use]
    pub const fn new(on: EffectiveDate, device: DeviceId, what: Occurrence) -> Self {
        Self { on, device, what, supplier: None }
    }

    /// Returns the event with the supplier that requested it.
    #[must_use]
    pub const fn with_supplier(self, supplier: Option<Supplier>) -> Self {
        Self { supplier, ..self }
    }
}

/// Kind of an event of a smart meter, in the terms of the service requests (SRV).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub enum Occurrence {
    /// The meter enters the inventory.
    Pending,
    /// The meter is associated with a meter point: SRV 8.11, Update HAN Device Log.
    Associated(MeterPoint),
    /// The meter is linked to a meter point: SRV 8.4, Update Inventory.
    Linked(MeterPoint),
    /// The meter is unlinked from a meter point: SRV 8.4, Update Inventory.
    Unlinked(MeterPoint),
    /// The meter is whitelisted.
    Whitelisted,
    /// The meter is installed and not commissioned: install and leave.
    InstalledNotCommissioned,
    /// The meter is commissioned: SRV 8.1.1, Commission Device.
    Commissioned,
    /// The meter is suspended.
    Suspended,
    /// Recovery begins.
    Recovery,
    /// Recovery has ended.
    Recovered,
    /// The meter is Commissioned again after it was Suspended or Recovered.
    Restored,
    /// The meter is decommissioned: SRV 8.3, Decommission Device.
    Decommissioned,
    /// The meter is withdrawn: SRV 8.5, which users can no longer send.
    Withdrawn,
}

/// The name or the meter point of an event is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidOccurrence {
    /// No event has this name.
    #[error("unknown event")]
    Unknown,
    /// The event needs a meter point.
    #[error("the event needs a meter point")]
    WithoutPoint,
    /// The event must not have a meter point.
    #[error("the event must not have a meter point")]
    WithPoint,
}

impl Occurrence {
    /// Creates an event from its name ([`Occurrence::as_str`]) and its meter point, if it has one.
    ///
    /// # Errors
    ///
    /// [`InvalidOccurrence`] for an unknown name, and for a missing or unexpected meter point.
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

    /// The events without a meter point.
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

    /// Returns the meter point of the event, if it has one.
    #[must_use]
    pub const fn point(self) -> Option<MeterPoint> {
        match self {
            Self::Associated(point) | Self::Linked(point) | Self::Unlinked(point) => Some(point),
            _ => None,
        }
    }

    /// Returns the name used in tables and files.
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

    /// Returns the status that the event gives a meter, if any.
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
