//! The data service's own rules, as assessed in November 2019 (PIA 3.1.2): events decide, literally.

use flagflow_domain::ServiceFlag::{self, Active, NonActive};

use super::{ANY_METERS, Decision, keep, set};
use crate::clause::Clause;
use crate::device::DeviceStatus;
use crate::point::{MeterKind, Statuses, What};

/// The events that the rules distinguish.
#[derive(Clone, Copy)]
enum Row {
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
enum Column {
    Null,
    None,
    NoneCommissioned,
    Commissioned,
}

pub(super) type Cells = [[Decision; 4]; 7];

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
pub(super) const ANOTHER_METER: Cells = table(keep(&ANOTHER), keep(&ANOTHER));

/// "Another Smart Meter ... remains Commissioned": its introduction.
pub(super) const ANOTHER_COMMISSIONED: Cells =
    table(set(NonActive, &DECOMMISSIONED), set(NonActive, &UNLINKED));

const fn table(decommissioned: Decision, unlinked: Decision) -> Cells {
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

const fn row(what: What) -> Row {
    use MeterKind::{Commissioned, Installed, Other, Whitelisted};
    match what {
        What::Commissioned => Row::Commissioned,
        What::Associated(Commissioned) => Row::Associated,
        What::Linked(Commissioned) => Row::Linked,
        What::Decommissioned => Row::Decommissioned,
        What::Unlinked(Commissioned) => Row::Unlinked,
        What::Installed | What::Suspended | What::Recovery | What::Recovered => Row::NoPart,
        What::Associated(Installed | Whitelisted | Other)
        | What::Linked(Installed | Whitelisted | Other)
        | What::Unlinked(Installed | Whitelisted | Other)
        | What::Whitelisted
        | What::Restored
        | What::Withdrawn => Row::Silent,
    }
}

fn column(flag: Option<ServiceFlag>, after: Statuses) -> Column {
    if flag.is_none() {
        Column::Null
    } else if after.has(DeviceStatus::Commissioned) {
        Column::Commissioned
    } else if after.without(DeviceStatus::Decommissioned).is_empty() {
        Column::None
    } else {
        Column::NoneCommissioned
    }
}

pub(super) fn decide(
    table: &Cells,
    what: What,
    flag: Option<ServiceFlag>,
    after: Statuses,
) -> Decision {
    table[row(what) as usize][column(flag, after) as usize]
}

pub(super) fn meters(after: Statuses) -> &'static str {
    match column(Some(Active), after) {
        Column::Null => ANY_METERS,
        Column::None => "none (but Decommissioned)",
        Column::NoneCommissioned => "some, none Commissioned",
        Column::Commissioned => "one Commissioned",
    }
}
