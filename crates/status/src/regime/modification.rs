//! The modification: `A`, `N` for decommissioned, `I` for installed and not commissioned (MR 3, 7).
//!
//! A function of state: the flag follows from the meters at the point and from whether the point
//! ever had a flag; the event and the order of events do not matter.

use flagflow_domain::ServiceFlag::{self, Active, InstalledNotCommissioned, NonActive};

use super::{Before, Decision, keep, set};
use crate::clause::Clause;
use crate::device::DeviceStatus;
use crate::point::Statuses;

/// The meters at the point.
///
/// A meter is in service if it is Commissioned, or if it is Suspended, Recovery or Recovered and
/// was commissioned before. A meter that was never commissioned is not in service, whatever its
/// status.
#[derive(Clone, Copy)]
enum ModificationRow {
    None,
    NotInstalled,
    Installed,
    Kept,
    Commissioned,
    Mixed,
}

pub(super) type ModificationCells = [[Decision; 2]; 6];

static NULL: Clause =
    Clause::says("PIA 3.1.2 rule 1; PIA 3.2", "only points that had a flag become N");
static GONE: Clause = Clause::says(
    "MR 2, second issue; MR 3, 7",
    "N when the last meter is decommissioned or unlinked",
);
static WAITING: Clause =
    Clause::says("MR 3, 7", "N when no meter is in service or installed any more");
static INSTALLED: Clause =
    Clause::says("MR 3, 7", "I when a meter is installed and not fully operational");
static KEPT: Clause = Clause::says(
    "MR 3, 7",
    "Suspended, Recovery and Recovered keep A for a meter that was commissioned",
);
static COMMISSIONED: Clause =
    Clause::says("MR 3; PIA 3.1.2 rule 2", "A when a meter of the point is Commissioned");
static MIXED: Clause = Clause::open(
    "MR 7",
    "one meter in service and one installed: the documents do not say; A is kept",
);
static MIXED_INSTALLED: Clause = Clause::open(
    "MR 7",
    "one meter in service and one installed: the documents do not say; I in this variant",
);

/// A meter in service keeps `A`, whatever else is installed.
pub(super) const KEEP_ACTIVE: ModificationCells = table(set(Active, &MIXED));

/// A meter that is merely installed gives `I`, whatever else is installed.
pub(super) const INSTALLED_FIRST: ModificationCells =
    table(set(InstalledNotCommissioned, &MIXED_INSTALLED));

const fn table(mixed: Decision) -> ModificationCells {
    [
        // null       a flag
        [keep(&NULL), set(NonActive, &GONE)],
        [keep(&NULL), set(NonActive, &WAITING)],
        [set(InstalledNotCommissioned, &INSTALLED); 2],
        [set(Active, &KEPT); 2],
        [set(Active, &COMMISSIONED); 2],
        [mixed; 2],
    ]
}

fn row(after: Statuses) -> ModificationRow {
    use DeviceStatus::{
        Commissioned, Decommissioned, InstalledNotCommissioned, Recovered, Recovery,
    };
    let kept = after.has_any(&[Recovery, Recovered]) || after.was_commissioned_before_suspension();
    match (after.has(InstalledNotCommissioned), after.has(Commissioned), kept) {
        (true, true, _) | (true, _, true) => ModificationRow::Mixed,
        (true, false, false) => ModificationRow::Installed,
        (false, true, _) => ModificationRow::Commissioned,
        (false, false, true) => ModificationRow::Kept,
        (false, false, false) if after.without(Decommissioned).is_empty() => ModificationRow::None,
        (false, false, false) => ModificationRow::NotInstalled,
    }
}

pub(super) fn decide(
    table: &ModificationCells,
    flag: Option<ServiceFlag>,
    after: Statuses,
) -> Decision {
    table[row(after) as usize][Before::of(flag) as usize]
}

pub(super) fn meters(after: Statuses) -> &'static str {
    match row(after) {
        ModificationRow::None => "none (but Decommissioned)",
        ModificationRow::NotInstalled => "some, none installed or ever Commissioned",
        ModificationRow::Installed => "InstalledNotCommissioned, none in service",
        ModificationRow::Kept => "in service, none Commissioned",
        ModificationRow::Commissioned => "one Commissioned",
        ModificationRow::Mixed => "in service and InstalledNotCommissioned",
    }
}
