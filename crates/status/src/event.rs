//! What happens to a smart meter.

use std::fmt;

use flagflow_domain::{EffectiveDate, MeterPoint};

use crate::device::{DeviceId, DeviceStatus};

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

impl Occurrence {
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
