//! The data service's own rules, as assessed in November 2019 (PIA 3.1.2).

use flagflow_domain::ServiceFlag;

use super::Decision;
use crate::clause::Clause;
use crate::device::DeviceStatus;
use crate::point::{MeterKind, Statuses, What};

#[derive(Clone, Copy, Debug)]
pub(super) enum Reading {
    /// "still associated with another Smart Meter": the rule.
    AnotherMeter,
    /// "another Smart Meter ... remains Commissioned": its introduction.
    AnotherCommissioned,
}

/// The meters still at the point. One that is decommissioned is off the wall (PIA 3.1.1) and does
/// not count: else a point whose meter was ever replaced could never become `N`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meters {
    None,
    NoneCommissioned,
    Commissioned,
}

impl From<Statuses> for Meters {
    fn from(after: Statuses) -> Self {
        if after.without(DeviceStatus::Decommissioned).is_empty() {
            Self::None
        } else if after.has(DeviceStatus::Commissioned) {
            Self::Commissioned
        } else {
            Self::NoneCommissioned
        }
    }
}

impl Meters {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none (but Decommissioned)",
            Self::NoneCommissioned => "some, none Commissioned",
            Self::Commissioned => "one Commissioned",
        }
    }
}

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

pub(super) fn decide(
    reading: Reading,
    what: What,
    flag: Option<ServiceFlag>,
    meters: Meters,
) -> Decision {
    use MeterKind::{Commissioned, Installed, Other};
    use Reading::{AnotherCommissioned, AnotherMeter};
    match (what, flag, meters, reading) {
        (
            What::Commissioned,
            _,
            Meters::None | Meters::NoneCommissioned | Meters::Commissioned,
            AnotherMeter | AnotherCommissioned,
        ) => Decision::set(ServiceFlag::Active, &COMMISSIONED),
        (
            What::Associated(Commissioned),
            _,
            Meters::None | Meters::NoneCommissioned | Meters::Commissioned,
            AnotherMeter | AnotherCommissioned,
        ) => Decision::set(ServiceFlag::Active, &ASSOCIATED),
        (
            What::Linked(Commissioned),
            _,
            Meters::None | Meters::NoneCommissioned | Meters::Commissioned,
            AnotherMeter | AnotherCommissioned,
        ) => Decision::set(ServiceFlag::Active, &LINKED),
        (
            What::Decommissioned | What::Unlinked(Commissioned),
            None,
            Meters::None | Meters::NoneCommissioned | Meters::Commissioned,
            AnotherMeter | AnotherCommissioned,
        ) => Decision::keep(&NULL),
        (What::Decommissioned, Some(_), Meters::None, AnotherMeter | AnotherCommissioned)
        | (What::Decommissioned, Some(_), Meters::NoneCommissioned, AnotherCommissioned) => {
            Decision::set(ServiceFlag::NonActive, &DECOMMISSIONED)
        }
        (
            What::Unlinked(Commissioned),
            Some(_),
            Meters::None,
            AnotherMeter | AnotherCommissioned,
        )
        | (What::Unlinked(Commissioned), Some(_), Meters::NoneCommissioned, AnotherCommissioned) => {
            Decision::set(ServiceFlag::NonActive, &UNLINKED)
        }
        (
            What::Decommissioned | What::Unlinked(Commissioned),
            Some(_),
            Meters::Commissioned,
            AnotherMeter | AnotherCommissioned,
        )
        | (
            What::Decommissioned | What::Unlinked(Commissioned),
            Some(_),
            Meters::NoneCommissioned,
            AnotherMeter,
        ) => Decision::keep(&ANOTHER),
        (
            What::Installed | What::Suspended | What::Recovery | What::Recovered,
            _,
            Meters::None | Meters::NoneCommissioned | Meters::Commissioned,
            AnotherMeter | AnotherCommissioned,
        ) => Decision::keep(&NO_PART),
        (
            What::Associated(Installed | Other)
            | What::Linked(Installed | Other)
            | What::Unlinked(Installed | Other)
            | What::Whitelisted
            | What::Restored
            | What::Withdrawn,
            _,
            Meters::None | Meters::NoneCommissioned | Meters::Commissioned,
            AnotherMeter | AnotherCommissioned,
        ) => Decision::keep(&SILENT),
    }
}
