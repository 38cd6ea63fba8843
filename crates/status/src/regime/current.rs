//! The data service's rules, as assessed in November 2019 (PIA 3.1.2): events decide, literally.

use flagflow_domain::ServiceFlag::{self, Active, NonActive};

use super::{ANY_METERS, Decision, keep, set};
use crate::clause::Clause;
use crate::device::DeviceStatus;
use crate::point::{MeterKind, PointEvent, Statuses};

/// The events that the rules distinguish.
#[derive(Clone, Copy)]
enum CurrentRow {
    Commissioned,
    Associated,
    Linked,
    Decommissioned,
    Unlinked,
    NoPart,
    Silent,
}

/// The flag before and the meters left at the point. A decommissioned meter is removed from the
/// premises (PIA 3.1.1) and does not count: otherwise a point whose meter was ever replaced could
/// never become `N`.
#[derive(Clone, Copy)]
enum CurrentColumn {
    Null,
    None,
    NoneCommissioned,
    Commissioned,
}

pub(super) type CurrentCells = [[Decision; 4]; 7];

static NULL: Clause =
    Clause::says("PIA 3.1.2 rule 1", "null until a meter is operated via the DCC");
static COMMISSIONED: Clause =
    Clause::says("PIA 3.1.2 rule 2, first bullet", "A when an associated meter is Commissioned");
static ASSOCIATED: Clause =
    Clause::says("PIA 3.1.1", "A when first associated with a Commissioned meter");
static LINKED: Clause =
    Clause::says("PIA 3.1.2 rule 2, second bullet", "A when linked to a Commissioned meter");
static DECOMMISSIONED: Clause =
    Clause::says("PIA 3.1.2 rule 3, first bullet", "N when a meter is decommissioned");
static UNLINKED: Clause =
    Clause::says("PIA 3.1.2 rule 3, second bullet", "N when unlinked from a Commissioned meter");
static ANOTHER: Clause =
    Clause::says("PIA 3.1.2 rule 3, exception", "not N while another meter is at the point");
static NO_PART: Clause = Clause::says("PIA 3.2", "other device statuses do not move the flag");
static SILENT: Clause = Clause::open("PIA 3.1.2", "no rule speaks of it: the flag stays");

/// "Still associated with another Smart Meter": the rule.
pub(super) const ANOTHER_METER: CurrentCells = table(keep(&ANOTHER), keep(&ANOTHER));

/// "Another Smart Meter ... remains Commissioned": its introduction.
pub(super) const ANOTHER_COMMISSIONED: CurrentCells =
    table(set(NonActive, &DECOMMISSIONED), set(NonActive, &UNLINKED));

const fn table(decommissioned: Decision, unlinked: Decision) -> CurrentCells {
    [
        //         null  none left                        none Commissioned  one Commissioned
        [set(Active, &COMMISSIONED); 4],
        [set(Active, &ASSOCIATED); 4],
        [set(Active, &LINKED); 4],
        [keep(&NULL), set(NonActive, &DECOMMISSIONED), decommissioned, keep(&ANOTHER)],
        [keep(&NULL), set(NonActive, &UNLINKED), unlinked, keep(&ANOTHER)],
        [keep(&NO_PART); 4],
        [keep(&SILENT); 4],
    ]
}

const fn row(what: PointEvent) -> CurrentRow {
    use MeterKind::{Commissioned, Installed, Other, Whitelisted};
    match what {
        PointEvent::Commissioned => CurrentRow::Commissioned,
        PointEvent::Associated(Commissioned) => CurrentRow::Associated,
        PointEvent::Linked(Commissioned) => CurrentRow::Linked,
        PointEvent::Decommissioned => CurrentRow::Decommissioned,
        PointEvent::Unlinked(Commissioned) => CurrentRow::Unlinked,
        PointEvent::Installed
        | PointEvent::Suspended
        | PointEvent::Recovery
        | PointEvent::Recovered => CurrentRow::NoPart,
        PointEvent::Associated(Installed | Whitelisted | Other)
        | PointEvent::Linked(Installed | Whitelisted | Other)
        | PointEvent::Unlinked(Installed | Whitelisted | Other)
        | PointEvent::Whitelisted
        | PointEvent::Restored
        | PointEvent::Withdrawn => CurrentRow::Silent,
    }
}

fn column(flag: Option<ServiceFlag>, after: Statuses) -> CurrentColumn {
    if flag.is_none() {
        CurrentColumn::Null
    } else if after.has(DeviceStatus::Commissioned) {
        CurrentColumn::Commissioned
    } else if after.without(DeviceStatus::Decommissioned).is_empty() {
        CurrentColumn::None
    } else {
        CurrentColumn::NoneCommissioned
    }
}

pub(super) fn decide(
    table: &CurrentCells,
    what: PointEvent,
    flag: Option<ServiceFlag>,
    after: Statuses,
) -> Decision {
    table[row(what) as usize][column(flag, after) as usize]
}

pub(super) fn meters(after: Statuses) -> &'static str {
    match column(Some(Active), after) {
        CurrentColumn::Null => ANY_METERS,
        CurrentColumn::None => "none (but Decommissioned)",
        CurrentColumn::NoneCommissioned => "some, none Commissioned",
        CurrentColumn::Commissioned => "one Commissioned",
    }
}
