//! The modification: `A`, `N` for decommissioned, `I` for installed and not commissioned (MR 3, 7).

use flagflow_domain::ServiceFlag;

use super::Decision;
use crate::clause::Clause;
use crate::device::DeviceStatus;
use crate::point::{MeterKind, Statuses, What};

#[derive(Clone, Copy, Debug)]
pub(super) enum Reading {
    /// A point with a meter in service keeps `A` whatever is installed beside it.
    KeepActive,
    /// A meter that is merely installed gives `I` whatever is beside it.
    InstalledFirst,
}

/// The meters at the point but the decommissioned. In service is a meter that is Commissioned, or
/// Suspended, Recovery or Recovered, because those three leave the flag alone (MR 3, 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meters {
    None,
    Installed,
    InService,
    Mixed,
    NotYet,
}

impl From<Statuses> for Meters {
    fn from(after: Statuses) -> Self {
        use DeviceStatus::{
            Commissioned, Decommissioned, InstalledNotCommissioned, Recovered, Recovery, Suspended,
        };
        let in_service = after.has_any(&[Commissioned, Suspended, Recovery, Recovered]);
        match (in_service, after.has(InstalledNotCommissioned)) {
            (true, true) => Self::Mixed,
            (true, false) => Self::InService,
            (false, true) => Self::Installed,
            (false, false) if after.without(Decommissioned).is_empty() => Self::None,
            (false, false) => Self::NotYet,
        }
    }
}

impl Meters {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none (but Decommissioned)",
            Self::Installed => "InstalledNotCommissioned, none in service",
            Self::InService => "in service",
            Self::Mixed => "in service and InstalledNotCommissioned",
            Self::NotYet => "none installed yet",
        }
    }
}

static COMMISSIONED: Clause =
    Clause::says("MR 3; PIA 3.1.2 rule 2", "A when a meter of the point is Commissioned");
static INSTALLED: Clause =
    Clause::says("MR 3, 7", "I when a meter is installed and not fully operational");
static GONE: Clause =
    Clause::says("MR 7; PIA 3.1.2 rule 3", "N when the last meter is decommissioned or unlinked");
static NULL: Clause =
    Clause::says("PIA 3.1.2 rule 1; PIA 3.2", "only points that had a flag become N");
static ANOTHER: Clause =
    Clause::says("PIA 3.1.2 rule 3, exception", "not N while another meter is at the point");
static MIXED: Clause = Clause::open(
    "MR 7",
    "one meter in service and one installed: the papers do not say; A is kept",
);
static MIXED_INSTALLED: Clause = Clause::open(
    "MR 7",
    "one meter in service and one installed: the papers do not say; I is read",
);
static TEMPORARY: Clause =
    Clause::says("MR 3, 7", "Suspended, Recovery and Recovered leave the flag alone");
static SILENT: Clause = Clause::open("MR 3", "the report does not speak of it: the flag stays");

pub(super) fn decide(
    reading: Reading,
    what: What,
    flag: Option<ServiceFlag>,
    meters: Meters,
) -> Decision {
    use MeterKind::{Commissioned, Installed, Other};
    use Reading::{InstalledFirst, KeepActive};
    match (what, flag, meters, reading) {
        (
            What::Commissioned | What::Associated(Commissioned) | What::Linked(Commissioned),
            _,
            Meters::None | Meters::Installed | Meters::InService | Meters::NotYet,
            KeepActive | InstalledFirst,
        )
        | (
            What::Commissioned | What::Associated(Commissioned) | What::Linked(Commissioned),
            _,
            Meters::Mixed,
            KeepActive,
        ) => Decision::set(ServiceFlag::Active, &COMMISSIONED),
        (
            What::Installed
            | What::Associated(Installed)
            | What::Linked(Installed)
            | What::Decommissioned
            | What::Unlinked(Commissioned),
            _,
            Meters::Installed,
            KeepActive | InstalledFirst,
        ) => Decision::set(ServiceFlag::InstalledNotCommissioned, &INSTALLED),
        (
            What::Installed
            | What::Associated(Installed)
            | What::Linked(Installed)
            | What::Decommissioned
            | What::Unlinked(Commissioned)
            | What::Commissioned
            | What::Associated(Commissioned)
            | What::Linked(Commissioned),
            _,
            Meters::Mixed,
            InstalledFirst,
        ) => Decision::set(ServiceFlag::InstalledNotCommissioned, &MIXED_INSTALLED),
        (
            What::Installed
            | What::Associated(Installed)
            | What::Linked(Installed)
            | What::Decommissioned
            | What::Unlinked(Commissioned),
            _,
            Meters::Mixed,
            KeepActive,
        ) => Decision::keep(&MIXED),
        (
            What::Decommissioned | What::Unlinked(Commissioned),
            Some(_),
            Meters::None,
            KeepActive | InstalledFirst,
        ) => Decision::set(ServiceFlag::NonActive, &GONE),
        (
            What::Decommissioned | What::Unlinked(Commissioned),
            None,
            Meters::None,
            KeepActive | InstalledFirst,
        ) => Decision::keep(&NULL),
        (
            What::Decommissioned | What::Unlinked(Commissioned),
            _,
            Meters::InService | Meters::NotYet,
            KeepActive | InstalledFirst,
        ) => Decision::keep(&ANOTHER),
        (
            What::Suspended | What::Recovery | What::Recovered | What::Restored,
            _,
            Meters::None | Meters::Installed | Meters::InService | Meters::Mixed | Meters::NotYet,
            KeepActive | InstalledFirst,
        ) => Decision::keep(&TEMPORARY),
        (
            What::Associated(Other)
            | What::Linked(Other)
            | What::Unlinked(Installed | Other)
            | What::Whitelisted
            | What::Withdrawn,
            _,
            Meters::None | Meters::Installed | Meters::InService | Meters::Mixed | Meters::NotYet,
            KeepActive | InstalledFirst,
        )
        | (
            What::Installed | What::Associated(Installed) | What::Linked(Installed),
            _,
            Meters::None | Meters::InService | Meters::NotYet,
            KeepActive | InstalledFirst,
        ) => Decision::keep(&SILENT),
    }
}
