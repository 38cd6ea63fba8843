//! Before MP077, as the DCC ran it: `A` on commissioning, and never another flag.

use flagflow_domain::ServiceFlag::{self, Active};

use super::{Before, Decision, keep, set};
use crate::clause::Clause;
use crate::point::{MeterKind, What};

/// The events that the rules distinguish.
#[derive(Clone, Copy)]
enum Row {
    Commissioned,
    Early,
    Other,
}

pub(super) type Cells = [[Decision; 2]; 3];

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
pub(super) const AS_ASSESSED: Cells = table(keep(&NULL));

/// As users saw it (MR 2).
pub(super) const AS_REPORTED: Cells = table(set(Active, &EARLY));

const fn table(early: Decision) -> Cells {
    [
        // null                 a flag
        [set(Active, &FIRST), keep(&NEVER)],
        [early, keep(&NEVER)],
        [keep(&NULL), keep(&NEVER)],
    ]
}

/// Finds the association or the status in either order, at the later of the two events.
const fn row(what: What) -> Row {
    use MeterKind::{Commissioned, Installed, Other, Whitelisted};
    match what {
        What::Commissioned
        | What::Restored
        | What::Associated(Commissioned)
        | What::Linked(Commissioned) => Row::Commissioned,
        What::Whitelisted
        | What::Installed
        | What::Associated(Installed | Whitelisted)
        | What::Linked(Installed | Whitelisted) => Row::Early,
        What::Associated(Other)
        | What::Linked(Other)
        | What::Unlinked(Commissioned | Installed | Whitelisted | Other)
        | What::Suspended
        | What::Recovery
        | What::Recovered
        | What::Decommissioned
        | What::Withdrawn => Row::Other,
    }
}

pub(super) const fn decide(table: &Cells, what: What, flag: Option<ServiceFlag>) -> Decision {
    table[row(what) as usize][Before::of(flag) as usize]
}
