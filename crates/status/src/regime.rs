//! The papers' sets of rules, one file each.
//!
//! A set is one match over what happened to a meter of a point, the point's flag before it, and a
//! summary of the meters at the point after it. The summary is the set's own, as coarse as its rules.

use std::fmt;
use std::str::FromStr;

use flagflow_domain::ServiceFlag;

use crate::clause::Clause;
use crate::point::{Statuses, What};

mod current;
mod legacy_as_defined;
mod legacy_as_run;
mod modification;
mod requirements;

/// A set of rules for the flag, in one of the readings that the papers allow.
///
/// Its name is that of the set, with a reading other than the default behind a stroke:
/// `current`, `current/another-commissioned-meter`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub enum RuleSet {
    /// Before MP077: `A` once, and for good (PIA 3.1.1).
    LegacyAsRun,
    /// The same as users saw it: whitelisted and installed meters give `A` too (MR 2).
    LegacyAsReported,
    /// Before MP077 as it was meant: `S` when all meters are suspended, `W` when all are withdrawn
    /// (PIA 2.4.1, 2.4.2).
    LegacyAsDefined,
    /// The same, and install and leave gives `S` (PIA 3.1.1, last paragraph).
    LegacyInstallAndLeave,
    /// The data service's rules in November 2019 by their words: a point keeps `A` while another
    /// meter is at it (PIA 3.1.2).
    #[default]
    Current,
    /// The same by its introduction: while another meter there remains Commissioned.
    CurrentAnotherCommissioned,
    /// Business requirements by their second bullet: `N` when all meters are out of service (BR 2.4).
    Requirements,
    /// The same by the first bullet too: `N` when any meter is installed and not commissioned.
    RequirementsAny,
    /// The modification: `A`, `N` and `I` (MR 3, 7). One commissioned meter keeps `A`.
    Modification,
    /// The same, but a merely installed meter gives `I` whatever is beside it.
    ModificationInstalledFirst,
}

/// The summary of the meters where they make no difference.
pub(crate) const ANY_METERS: &str = "any";

impl RuleSet {
    /// All, in the order of the papers' story.
    pub const ALL: [Self; 10] = [
        Self::LegacyAsRun,
        Self::LegacyAsReported,
        Self::LegacyAsDefined,
        Self::LegacyInstallAndLeave,
        Self::Current,
        Self::CurrentAnotherCommissioned,
        Self::Requirements,
        Self::RequirementsAny,
        Self::Modification,
        Self::ModificationInstalledFirst,
    ];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LegacyAsRun => "legacy-as-run",
            Self::LegacyAsReported => "legacy-as-run/as-reported",
            Self::LegacyAsDefined => "legacy-as-defined",
            Self::LegacyInstallAndLeave => "legacy-as-defined/install-and-leave",
            Self::Current => "current",
            Self::CurrentAnotherCommissioned => "current/another-commissioned-meter",
            Self::Requirements => "requirements",
            Self::RequirementsAny => "requirements/any",
            Self::Modification => "modification",
            Self::ModificationInstalledFirst => "modification/installed-first",
        }
    }

    /// The name with the default reading said too: `current/another-meter`. Read as well.
    #[must_use]
    pub const fn full_name(self) -> &'static str {
        match self {
            Self::LegacyAsRun => "legacy-as-run/as-assessed",
            Self::LegacyAsDefined => "legacy-as-defined/all-meters",
            Self::Current => "current/another-meter",
            Self::Requirements => "requirements/all",
            Self::Modification => "modification/keep-active",
            other => other.as_str(),
        }
    }

    /// The flags that it can give; null is before the first.
    #[must_use]
    pub const fn flags(self) -> &'static [ServiceFlag] {
        use ServiceFlag::{Active, InstalledNotCommissioned, NonActive, Suspended, Withdrawn};
        match self {
            Self::LegacyAsRun | Self::LegacyAsReported => &[Active],
            Self::LegacyAsDefined | Self::LegacyInstallAndLeave => &[Active, Suspended, Withdrawn],
            Self::Current
            | Self::CurrentAnotherCommissioned
            | Self::Requirements
            | Self::RequirementsAny => &[Active, NonActive],
            Self::Modification | Self::ModificationInstalledFirst => {
                &[Active, NonActive, InstalledNotCommissioned]
            }
        }
    }

    /// What it makes of something that happens at a point with this flag, where the meters' statuses
    /// are these after it.
    #[must_use]
    pub fn decide(self, what: What, flag: Option<ServiceFlag>, after: Statuses) -> Decision {
        match self {
            Self::LegacyAsRun => {
                legacy_as_run::decide(legacy_as_run::Reading::AsAssessed, what, flag)
            }
            Self::LegacyAsReported => {
                legacy_as_run::decide(legacy_as_run::Reading::AsReported, what, flag)
            }
            Self::LegacyAsDefined => legacy_as_defined::decide(
                legacy_as_defined::Reading::AllMeters,
                what,
                flag,
                after.into(),
            ),
            Self::LegacyInstallAndLeave => legacy_as_defined::decide(
                legacy_as_defined::Reading::InstallAndLeave,
                what,
                flag,
                after.into(),
            ),
            Self::Current => {
                current::decide(current::Reading::AnotherMeter, what, flag, after.into())
            }
            Self::CurrentAnotherCommissioned => {
                current::decide(current::Reading::AnotherCommissioned, what, flag, after.into())
            }
            Self::Requirements => {
                requirements::decide(requirements::Reading::All, what, after.into())
            }
            Self::RequirementsAny => {
                requirements::decide(requirements::Reading::Any, what, after.into())
            }
            Self::Modification => {
                modification::decide(modification::Reading::KeepActive, what, flag, after.into())
            }
            Self::ModificationInstalledFirst => modification::decide(
                modification::Reading::InstalledFirst,
                what,
                flag,
                after.into(),
            ),
        }
    }

    /// What it sees of the meters at a point, in words for a table.
    pub(crate) fn summary(self, after: Statuses) -> &'static str {
        match self {
            Self::LegacyAsRun | Self::LegacyAsReported => ANY_METERS,
            Self::LegacyAsDefined | Self::LegacyInstallAndLeave => {
                legacy_as_defined::Meters::from(after).as_str()
            }
            Self::Current | Self::CurrentAnotherCommissioned => {
                current::Meters::from(after).as_str()
            }
            Self::Requirements | Self::RequirementsAny => {
                requirements::Meters::from(after).as_str()
            }
            Self::Modification | Self::ModificationInstalledFirst => {
                modification::Meters::from(after).as_str()
            }
        }
    }
}

impl fmt::Display for RuleSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What was read names no rule set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a rule set: expected one of {}", RuleSet::ALL.map(RuleSet::as_str).join(", "))]
pub struct UnknownRuleSet;

impl FromStr for RuleSet {
    type Err = UnknownRuleSet;

    fn from_str(text: &str) -> Result<Self, UnknownRuleSet> {
        let is_named = |set: &Self| set.as_str() == text || set.full_name() == text;
        Self::ALL.into_iter().find(is_named).ok_or(UnknownRuleSet)
    }
}

/// What a rule set makes of something that happened at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decision {
    /// The flag that the point has from now on; `None` keeps what is there, null too.
    pub flag: Option<ServiceFlag>,
    /// Where it is said, or would be.
    pub clause: &'static Clause,
}

impl Decision {
    const fn set(flag: ServiceFlag, clause: &'static Clause) -> Self {
        Self { flag: Some(flag), clause }
    }

    const fn keep(clause: &'static Clause) -> Self {
        Self { flag: None, clause }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_print_and_in_full() {
        for set in RuleSet::ALL {
            assert_eq!(set.to_string().parse(), Ok(set));
            assert_eq!(set.full_name().parse(), Ok(set));
        }
        assert_eq!("Current".parse::<RuleSet>(), Err(UnknownRuleSet));
    }

    /// A set gives no flag but its own, whatever it is asked.
    #[test]
    fn flags_are_the_sets_own() {
        for set in RuleSet::ALL {
            for what in What::all() {
                for after in Statuses::all() {
                    for before in std::iter::once(None).chain(ServiceFlag::ALL.map(Some)) {
                        let flag = set.decide(what, before, after).flag;
                        assert!(
                            flag.is_none_or(|flag| set.flags().contains(&flag)),
                            "{set} {what}"
                        );
                    }
                }
            }
        }
    }
}
