//! The business requirements v0.4: `N` for what is installed and does not work (BR 2.4).

use flagflow_domain::ServiceFlag;

use super::Decision;
use crate::clause::Clause;
use crate::device::DeviceStatus;
use crate::point::{MeterKind, Statuses, What};

#[derive(Clone, Copy, Debug)]
pub(super) enum Reading {
    /// The first bullet too: any meter that is InstalledNotCommissioned.
    Any,
    /// The second bullet alone: all meters.
    All,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meters {
    None,
    AllOut,
    SomeInstalled,
    Otherwise,
}

impl From<Statuses> for Meters {
    fn from(after: Statuses) -> Self {
        use DeviceStatus::{Decommissioned, InstalledNotCommissioned, Recovered, Recovery};
        if after.is_empty() {
            Self::None
        } else if after.are_all(&[InstalledNotCommissioned, Decommissioned, Recovery, Recovered]) {
            Self::AllOut
        } else if after.has(InstalledNotCommissioned) {
            Self::SomeInstalled
        } else {
            Self::Otherwise
        }
    }
}

impl Meters {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::AllOut => "all InstalledNotCommissioned, Decommissioned, Recovery or Recovered",
            Self::SomeInstalled => "some InstalledNotCommissioned, some in service",
            Self::Otherwise => "otherwise",
        }
    }
}

static ACTIVE: Clause = Clause::says("BR 2.4", "A upon successful commissioning");
static ALL: Clause =
    Clause::says("BR 2.4, second bullet", "N when all meters are in one of the four statuses");
static ANY: Clause =
    Clause::says("BR 2.4, first bullet", "N when one or more meters are InstalledNotCommissioned");
static NOT_ALL: Clause =
    Clause::says("BR 2.4, second bullet", "not N while a meter is in another status");
static EMPTY: Clause =
    Clause::open("BR 2.2", "that no meter is left is to be seen, but not by which flag: it stays");
static SILENT: Clause = Clause::open("BR 2.4", "no bullet speaks of it: the flag stays");

pub(super) fn decide(reading: Reading, what: What, meters: Meters) -> Decision {
    use MeterKind::{Commissioned, Installed, Other};
    match (what, meters, reading) {
        (
            What::Commissioned,
            Meters::None | Meters::AllOut | Meters::SomeInstalled | Meters::Otherwise,
            Reading::Any | Reading::All,
        ) => Decision::set(ServiceFlag::Active, &ACTIVE),
        (
            What::Associated(Commissioned | Installed | Other)
            | What::Linked(Commissioned | Installed | Other)
            | What::Unlinked(Commissioned | Installed | Other)
            | What::Whitelisted
            | What::Installed
            | What::Suspended
            | What::Recovery
            | What::Recovered
            | What::Restored
            | What::Decommissioned
            | What::Withdrawn,
            Meters::AllOut,
            Reading::Any | Reading::All,
        ) => Decision::set(ServiceFlag::NonActive, &ALL),
        (
            What::Associated(Commissioned | Installed | Other)
            | What::Linked(Commissioned | Installed | Other)
            | What::Unlinked(Commissioned | Installed | Other)
            | What::Whitelisted
            | What::Installed
            | What::Suspended
            | What::Recovery
            | What::Recovered
            | What::Restored
            | What::Decommissioned
            | What::Withdrawn,
            Meters::SomeInstalled,
            Reading::Any,
        ) => Decision::set(ServiceFlag::NonActive, &ANY),
        (
            What::Associated(Installed)
            | What::Linked(Installed)
            | What::Unlinked(Commissioned | Installed | Other)
            | What::Installed
            | What::Recovery
            | What::Recovered
            | What::Decommissioned,
            Meters::SomeInstalled,
            Reading::All,
        )
        | (
            What::Associated(Installed)
            | What::Linked(Installed)
            | What::Unlinked(Commissioned | Installed | Other)
            | What::Installed
            | What::Recovery
            | What::Recovered
            | What::Decommissioned,
            Meters::Otherwise,
            Reading::Any | Reading::All,
        ) => Decision::keep(&NOT_ALL),
        (
            What::Associated(Commissioned | Other)
            | What::Linked(Commissioned | Other)
            | What::Whitelisted
            | What::Suspended
            | What::Restored
            | What::Withdrawn,
            Meters::SomeInstalled,
            Reading::All,
        )
        | (
            What::Associated(Commissioned | Other)
            | What::Linked(Commissioned | Other)
            | What::Whitelisted
            | What::Suspended
            | What::Restored
            | What::Withdrawn,
            Meters::Otherwise,
            Reading::Any | Reading::All,
        ) => Decision::keep(&SILENT),
        (
            What::Associated(Commissioned | Installed | Other)
            | What::Linked(Commissioned | Installed | Other)
            | What::Unlinked(Commissioned | Installed | Other)
            | What::Whitelisted
            | What::Installed
            | What::Suspended
            | What::Recovery
            | What::Recovered
            | What::Restored
            | What::Decommissioned
            | What::Withdrawn,
            Meters::None,
            Reading::Any | Reading::All,
        ) => Decision::keep(&EMPTY),
    }
}
