//! Before MP077, as it was intended: `A`, and `S` or `W` when all meters of the point are.

use flagflow_domain::ServiceFlag::{self, Active, Suspended, Withdrawn};

use super::{ANY_METERS, Decision, keep, set};
use crate::clause::Clause;
use crate::device::DeviceStatus;
use crate::point::{MeterKind, PointEvent, Statuses};

/// The events that the rules distinguish.
#[derive(Clone, Copy)]
enum LegacyAsDefinedRow {
    Commissioned,
    Installed,
    Other,
}

/// The flag before and the meters at the point, without decommissioned ones, which are removed.
#[derive(Clone, Copy)]
enum LegacyAsDefinedColumn {
    Null,
    AllSuspended,
    AllWithdrawn,
    Otherwise,
}

pub(super) type LegacyAsDefinedCells = [[Decision; 4]; 3];

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

/// Only suspended meters give `S`.
pub(super) const ALL_METERS: LegacyAsDefinedCells = table(keep(&NO_SYSTEM));

/// Install and leave gives `S` to a point that is null.
pub(super) const INSTALL_AND_LEAVE: LegacyAsDefinedCells = table(set(Suspended, &LEFT));

const fn table(left: Decision) -> LegacyAsDefinedCells {
    let [suspended, withdrawn] = [set(Suspended, &SUSPENDED), set(Withdrawn, &WITHDRAWN)];
    [
        // null            all Suspended  all Withdrawn  otherwise
        [set(Active, &ACTIVE); 4],
        [left, suspended, withdrawn, keep(&UNMAPPED)],
        [keep(&NO_SYSTEM), suspended, withdrawn, keep(&UNMAPPED)],
    ]
}

const fn row(what: PointEvent) -> LegacyAsDefinedRow {
    use MeterKind::{Commissioned, Installed, Other, Whitelisted};
    match what {
        PointEvent::Commissioned
        | PointEvent::Restored
        | PointEvent::Associated(Commissioned)
        | PointEvent::Linked(Commissioned) => LegacyAsDefinedRow::Commissioned,
        PointEvent::Installed
        | PointEvent::Associated(Installed)
        | PointEvent::Linked(Installed) => LegacyAsDefinedRow::Installed,
        PointEvent::Associated(Whitelisted | Other)
        | PointEvent::Linked(Whitelisted | Other)
        | PointEvent::Unlinked(Commissioned | Installed | Whitelisted | Other)
        | PointEvent::Whitelisted
        | PointEvent::Suspended
        | PointEvent::Recovery
        | PointEvent::Recovered
        | PointEvent::Decommissioned
        | PointEvent::Withdrawn => LegacyAsDefinedRow::Other,
    }
}

fn column(flag: Option<ServiceFlag>, after: Statuses) -> LegacyAsDefinedColumn {
    let there = after.without(DeviceStatus::Decommissioned);
    if flag.is_none() {
        LegacyAsDefinedColumn::Null
    } else if there.are_all(&[DeviceStatus::Suspended]) {
        LegacyAsDefinedColumn::AllSuspended
    } else if there.are_all(&[DeviceStatus::Withdrawn]) {
        LegacyAsDefinedColumn::AllWithdrawn
    } else {
        LegacyAsDefinedColumn::Otherwise
    }
}

pub(super) fn decide(
    table: &LegacyAsDefinedCells,
    what: PointEvent,
    flag: Option<ServiceFlag>,
    after: Statuses,
) -> Decision {
    table[row(what) as usize][column(flag, after) as usize]
}

pub(super) fn meters(after: Statuses) -> &'static str {
    match column(Some(Active), after) {
        LegacyAsDefinedColumn::Null => ANY_METERS,
        LegacyAsDefinedColumn::AllSuspended => "all Suspended (but Decommissioned)",
        LegacyAsDefinedColumn::AllWithdrawn => "all Withdrawn (but Decommissioned)",
        LegacyAsDefinedColumn::Otherwise => "otherwise",
    }
}
