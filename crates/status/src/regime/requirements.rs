//! The business requirements v0.4: `N` for meters that are installed and do not work (BR 2.4).
//!
//! A function of state: the flag follows from the meters at the point and from whether the point
//! ever had a flag; the event and the order of events do not matter.

use flagflow_domain::ServiceFlag::{self, Active, NonActive};

use super::{Before, Decision, keep, set};
use crate::clause::Clause;
use crate::device::DeviceStatus;
use crate::point::Statuses;

/// The meters at the point.
///
/// Pending and Whitelisted meters are not installed and do not count, nor do Suspended ones that
/// were never commissioned.
#[derive(Clone, Copy)]
enum RequirementsRow {
    None,
    NotInstalled,
    AllOut,
    Suspended,
    Commissioned,
    Mixed,
}

pub(super) type RequirementsCells = [[Decision; 2]; 6];

static NULL: Clause =
    Clause::says("PIA 3.1.2 rule 1; BR 2.4", "null while no meter was ever operated or installed");
static GONE: Clause =
    Clause::says("BR 2.2; MR 2, second issue", "N when the last meter has left the point");
static WAITING: Clause = Clause::says(
    "BR 2.4",
    "a meter that is not installed does not count: N while there is no other",
);
static ALL: Clause = Clause::says(
    "BR 2.4, second bullet",
    "N when all installed meters are in one of the four statuses",
);
static SUSPENDED: Clause = Clause::open(
    "BR 2.4, second bullet",
    "Suspended is not one of the four statuses: A is kept for a meter that was commissioned",
);
static ACTIVE: Clause = Clause::says("BR 2.4", "A upon successful commissioning");
static NOT_ALL: Clause =
    Clause::says("BR 2.4, second bullet", "not N while a meter is in another status");
static ANY: Clause =
    Clause::says("BR 2.4, first bullet", "N when one or more meters are InstalledNotCommissioned");

/// The second bullet alone: all meters.
pub(super) const ALL_METERS: RequirementsCells = table(set(Active, &NOT_ALL));

/// The first bullet too: any meter that is InstalledNotCommissioned.
pub(super) const ANY_METER: RequirementsCells = table(set(NonActive, &ANY));

const fn table(mixed: Decision) -> RequirementsCells {
    [
        // null       a flag
        [keep(&NULL), set(NonActive, &GONE)],
        [keep(&NULL), set(NonActive, &WAITING)],
        [set(NonActive, &ALL); 2],
        [set(Active, &SUSPENDED); 2],
        [set(Active, &ACTIVE); 2],
        [mixed; 2],
    ]
}

fn row(after: Statuses) -> RequirementsRow {
    use DeviceStatus::{
        Commissioned, Decommissioned, InstalledNotCommissioned, Recovered, Recovery,
    };
    let suspended = after.was_commissioned_before_suspension();
    let installed = after.has(InstalledNotCommissioned);
    if installed && (after.has(Commissioned) || suspended) {
        RequirementsRow::Mixed
    } else if after.has(Commissioned) {
        RequirementsRow::Commissioned
    } else if suspended {
        RequirementsRow::Suspended
    } else if installed || after.has_any(&[Decommissioned, Recovery, Recovered]) {
        RequirementsRow::AllOut
    } else if after.is_empty() {
        RequirementsRow::None
    } else {
        RequirementsRow::NotInstalled
    }
}

pub(super) fn decide(
    table: &RequirementsCells,
    flag: Option<ServiceFlag>,
    after: Statuses,
) -> Decision {
    table[row(after) as usize][Before::of(flag) as usize]
}

pub(super) fn meters(after: Statuses) -> &'static str {
    match row(after) {
        RequirementsRow::None => "none",
        RequirementsRow::NotInstalled => "some, none installed",
        RequirementsRow::AllOut => {
            "all InstalledNotCommissioned, Decommissioned, Recovery or Recovered"
        }
        RequirementsRow::Suspended => "Suspended after Commissioned, none Commissioned",
        RequirementsRow::Commissioned => "one Commissioned, none InstalledNotCommissioned",
        RequirementsRow::Mixed => {
            "some InstalledNotCommissioned, some Commissioned or Suspended after it"
        }
    }
}
