//! Before MP077, as the DCC ran it: `A` on commissioning, and never another flag.

use flagflow_domain::ServiceFlag;

use super::Decision;
use crate::clause::Clause;
use crate::point::{MeterKind, What};

#[derive(Clone, Copy, Debug)]
pub(super) enum Reading {
    /// What the DCC says of its system (PIA 3.1.1).
    AsAssessed,
    /// What users saw of it (MR 2).
    AsReported,
}

static FIRST: Clause =
    Clause::says("PIA 3.1.1", "A when first associated with a Commissioned meter");
static EARLY: Clause =
    Clause::says("MR 2, first issue", "A has been seen for meters Whitelisted or not commissioned");
static NEVER: Clause =
    Clause::says("PIA 3.1.1", "no registration system is ever told of a change after A");
static NULL: Clause = Clause::says(
    "MR 2, third issue",
    "null stays while no meter is commissioned (install and leave)",
);

pub(super) fn decide(reading: Reading, what: What, flag: Option<ServiceFlag>) -> Decision {
    use MeterKind::{Commissioned, Installed, Other};
    match (what, flag, reading) {
        (
            What::Commissioned
            | What::Restored
            | What::Associated(Commissioned)
            | What::Linked(Commissioned),
            None,
            Reading::AsAssessed | Reading::AsReported,
        ) => Decision::set(ServiceFlag::Active, &FIRST),
        (
            What::Whitelisted
            | What::Installed
            | What::Associated(Installed)
            | What::Linked(Installed),
            None,
            Reading::AsReported,
        ) => Decision::set(ServiceFlag::Active, &EARLY),
        (
            What::Whitelisted
            | What::Installed
            | What::Associated(Installed)
            | What::Linked(Installed),
            None,
            Reading::AsAssessed,
        )
        | (
            What::Associated(Other)
            | What::Linked(Other)
            | What::Unlinked(Commissioned | Installed | Other)
            | What::Suspended
            | What::Recovery
            | What::Recovered
            | What::Decommissioned
            | What::Withdrawn,
            None,
            Reading::AsAssessed | Reading::AsReported,
        ) => Decision::keep(&NULL),
        (
            What::Associated(Commissioned | Installed | Other)
            | What::Linked(Commissioned | Installed | Other)
            | What::Unlinked(Commissioned | Installed | Other)
            | What::Whitelisted
            | What::Installed
            | What::Commissioned
            | What::Suspended
            | What::Recovery
            | What::Recovered
            | What::Restored
            | What::Decommissioned
            | What::Withdrawn,
            Some(_),
            Reading::AsAssessed | Reading::AsReported,
        ) => Decision::keep(&NEVER),
    }
}
