//! Before MP077, as the DCC ran it: `A` on commissioning, and never another flag.

use flagflow_domain::ServiceFlag::{self, Active};

use super::{Before, Decision, keep, set};
use crate::clause::Clause;
use crate::point::{MeterKind, PointEvent};

/// The events that the rules distinguish.
#[derive(Clone, Copy)]
enum LegacyAsRunRow {
    Commissioned,
    Early,
    Other,
}

pub(super) type LegacyAsRunCells = [[Decision; 2]; 3];

static FIRST: Clause =
    Clause::says("PIA 3.1.1", "A when first associated with a Commissioned meter");
static EARLY: Clause =
    Clause::says("MR 2, first issue", "A has been seen for meters Whitelisted or not commissioned");
static NEVER: Clause =
    Clause::says("PIA 3.1.1", "no registration system is ever notified of a change after A");
static NULL: Clause = Clause::says(
    "MR 2, third issue",
    "null stays while no meter is commissioned (install and leave)",
);

/// As the DCC describes its system (PIA 3.1.1).
pub(super) const AS_ASSESSED: LegacyAsRunCells = table(keep(&NULL));

/// As users saw it (MR 2).
pub(super) const AS_REPORTED: LegacyAsRunCells = table(set(Active, &EARLY));

const fn table(early: Decision) -> LegacyAsRunCells {
    [
        // null                 a flag
        [set(Active, &FIRST), keep(&NEVER)],
        [early, keep(&NEVER)],
        [keep(&NULL), keep(&NEVER)],
    ]
}

/// Finds the association or the status in either order, at the later of the two events.
const fn row(what: PointEvent) -> LegacyAsRunRow {
    use MeterKind::{Commissioned, Installed, Other, Whitelisted};
    match what {
        PointEvent::Commissioned
        | PointEvent::Restored
        | PointEvent::Associated(Commissioned)
        | PointEvent::Linked(Commissioned) => LegacyAsRunRow::Commissioned,
        PointEvent::Whitelisted
        | PointEvent::Installed
        | PointEvent::Associated(Installed | Whitelisted)
        | PointEvent::Linked(Installed | Whitelisted) => LegacyAsRunRow::Early,
        PointEvent::Associated(Other)
        | PointEvent::Linked(Other)
        | PointEvent::Unlinked(Commissioned | Installed | Whitelisted | Other)
        | PointEvent::Suspended
        | PointEvent::Recovery
        | PointEvent::Recovered
        | PointEvent::Decommissioned
        | PointEvent::Withdrawn => LegacyAsRunRow::Other,
    }
}

pub(super) const fn decide(
    table: &LegacyAsRunCells,
    what: PointEvent,
    flag: Option<ServiceFlag>,
) -> Decision {
    table[row(what) as usize][Before::of(flag) as usize]
}
