//! Before MP077, as it was meant: `A`, and `S` or `W` when all meters of the point are.

use flagflow_domain::ServiceFlag;

use super::Decision;
use crate::clause::Clause;
use crate::device::DeviceStatus;
use crate::point::{MeterKind, Statuses, What};

#[derive(Clone, Copy, Debug)]
pub(super) enum Reading {
    /// `S` comes of suspended meters only.
    AllMeters,
    /// Install and leave gives `S` to a point that is null.
    InstallAndLeave,
}

/// All meters at the point, decommissioned ones too: "all meters" is what the papers say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meters {
    AllSuspended,
    AllWithdrawn,
    Otherwise,
}

impl From<Statuses> for Meters {
    fn from(after: Statuses) -> Self {
        if after.are_all(&[DeviceStatus::Suspended]) {
            Self::AllSuspended
        } else if after.are_all(&[DeviceStatus::Withdrawn]) {
            Self::AllWithdrawn
        } else {
            Self::Otherwise
        }
    }
}

impl Meters {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::AllSuspended => "all Suspended",
            Self::AllWithdrawn => "all Withdrawn",
            Self::Otherwise => "otherwise",
        }
    }
}

static ACTIVE: Clause = Clause::says("PIA 2.1", "A once a meter is Commissioned");
static SUSPENDED: Clause = Clause::says("PIA 2.4.1", "S when all meters are Suspended");
static WITHDRAWN: Clause =
    Clause::says("PIA 2.4.2", "W when all meters are Withdrawn, which cannot happen any more");
static NO_SYSTEM: Clause =
    Clause::says("PIA 2.1", "no smart metering system without a Commissioned meter: null stays");
static LEFT: Clause =
    Clause::says("PIA 3.1.1, last paragraph", "install and leave can be set to Suspended");
static UNMAPPED: Clause =
    Clause::open("PIA 2.4.3", "most device statuses are not mapped to a flag: it stays");

pub(super) fn decide(
    reading: Reading,
    what: What,
    flag: Option<ServiceFlag>,
    meters: Meters,
) -> Decision {
    use MeterKind::{Commissioned, Installed, Other};
    match (what, flag, meters, reading) {
        (
            What::Commissioned
            | What::Restored
            | What::Associated(Commissioned)
            | What::Linked(Commissioned),
            _,
            Meters::AllSuspended | Meters::AllWithdrawn | Meters::Otherwise,
            Reading::AllMeters | Reading::InstallAndLeave,
        ) => Decision::set(ServiceFlag::Active, &ACTIVE),
        (
            What::Installed,
            None,
            Meters::AllSuspended | Meters::AllWithdrawn | Meters::Otherwise,
            Reading::InstallAndLeave,
        ) => Decision::set(ServiceFlag::Suspended, &LEFT),
        (
            What::Installed,
            None,
            Meters::AllSuspended | Meters::AllWithdrawn | Meters::Otherwise,
            Reading::AllMeters,
        )
        | (
            What::Associated(Installed | Other)
            | What::Linked(Installed | Other)
            | What::Unlinked(Commissioned | Installed | Other)
            | What::Whitelisted
            | What::Suspended
            | What::Recovery
            | What::Recovered
            | What::Decommissioned
            | What::Withdrawn,
            None,
            Meters::AllSuspended | Meters::AllWithdrawn | Meters::Otherwise,
            Reading::AllMeters | Reading::InstallAndLeave,
        ) => Decision::keep(&NO_SYSTEM),
        (
            What::Associated(Installed | Other)
            | What::Linked(Installed | Other)
            | What::Unlinked(Commissioned | Installed | Other)
            | What::Whitelisted
            | What::Installed
            | What::Suspended
            | What::Recovery
            | What::Recovered
            | What::Decommissioned
            | What::Withdrawn,
            Some(_),
            Meters::AllSuspended,
            Reading::AllMeters | Reading::InstallAndLeave,
        ) => Decision::set(ServiceFlag::Suspended, &SUSPENDED),
        (
            What::Associated(Installed | Other)
            | What::Linked(Installed | Other)
            | What::Unlinked(Commissioned | Installed | Other)
            | What::Whitelisted
            | What::Installed
            | What::Suspended
            | What::Recovery
            | What::Recovered
            | What::Decommissioned
            | What::Withdrawn,
            Some(_),
            Meters::AllWithdrawn,
            Reading::AllMeters | Reading::InstallAndLeave,
        ) => Decision::set(ServiceFlag::Withdrawn, &WITHDRAWN),
        (
            What::Associated(Installed | Other)
            | What::Linked(Installed | Other)
            | What::Unlinked(Commissioned | Installed | Other)
            | What::Whitelisted
            | What::Installed
            | What::Suspended
            | What::Recovery
            | What::Recovered
            | What::Decommissioned
            | What::Withdrawn,
            Some(_),
            Meters::Otherwise,
            Reading::AllMeters | Reading::InstallAndLeave,
        ) => Decision::keep(&UNMAPPED),
    }
}
