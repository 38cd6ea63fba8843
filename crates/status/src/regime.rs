//! The rule sets of the MP077 documents, one file each.
//!
//! A set is a table over two enums: a decision for each row and each column. The rows and columns
//! are specific to the set, as coarse as its rules: the event of a meter of a point, the point's
//! flag before, the meters at the point afterwards. Two variants of a set are two tables that
//! differ in a few cells.

use std::fmt;
use std::str::FromStr;

use flagflow_domain::ServiceFlag;

use crate::clause::Clause;
use crate::point::{PointEvent, Statuses};

mod current;
mod legacy_as_defined;
mod legacy_as_run;
mod modification;
mod requirements;

/// A set of rules for the flag, in one of the variants that the documents allow.
///
/// Its name is that of the set, followed by a slash and the variant unless it is the default:
/// `current`, `current/another-commissioned-meter`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub enum RuleSet {
    /// Before MP077: `A` once, permanently (PIA 3.1.1).
    LegacyAsRun,
    /// As `LegacyAsRun`, as observed by users: Whitelisted and InstalledNotCommissioned meters give
    /// `A` too (MR 2), in whichever order status and association happen.
    LegacyAsReported,
    /// Before MP077 as it was intended: `S` when all meters are suspended, `W` when all are
    /// withdrawn (PIA 2.4.1, 2.4.2).
    LegacyAsDefined,
    /// As `LegacyAsDefined`, and install and leave gives `S` (PIA 3.1.1, last paragraph).
    LegacyInstallAndLeave,
    /// The data service's rules in November 2019, literally: a point keeps `A` while another meter
    /// is at the point (PIA 3.1.2).
    #[default]
    Current,
    /// As `Current`, by its introduction: while another meter there remains Commissioned.
    CurrentAnotherCommissioned,
    /// Business requirements by their second bullet, as a function of state: `N` when all installed
    /// meters are out of service (BR 2.4).
    Requirements,
    /// As `Requirements`, and by the first bullet: `N` when any meter is installed and not
    /// commissioned.
    RequirementsAny,
    /// The modification, as a function of state: `A`, `N` and `I` (MR 3, 7). A meter in service
    /// keeps `A` beside one that is merely installed.
    Modification,
    /// As `Modification`, but a merely installed meter gives `I` whatever other meters there are.
    ModificationInstalledFirst,
}

/// The summary of meters that make no difference.
pub(crate) const ANY_METERS: &str = "any";

impl RuleSet {
    /// All rule sets, in historical order.
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

    /// Returns the name.
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

    /// Returns the name including the default variant: `current/another-meter`. It can be parsed
    /// too.
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

    /// Returns the flags that the set can give; null is the state before the first flag.
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

    /// Decides about an event at a point with this flag, where the meters have these statuses after
    /// the event.
    #[must_use]
    pub fn decide(self, what: PointEvent, flag: Option<ServiceFlag>, after: Statuses) -> Decision {
        use legacy_as_defined as defined;
        match self {
            Self::LegacyAsRun => legacy_as_run::decide(&legacy_as_run::AS_ASSESSED, what, flag),
            Self::LegacyAsReported => {
                legacy_as_run::decide(&legacy_as_run::AS_REPORTED, what, flag)
            }
            Self::LegacyAsDefined => defined::decide(&defined::ALL_METERS, what, flag, after),
            Self::LegacyInstallAndLeave => {
                defined::decide(&defined::INSTALL_AND_LEAVE, what, flag, after)
            }
            Self::Current => current::decide(&current::ANOTHER_METER, what, flag, after),
            Self::CurrentAnotherCommissioned => {
                current::decide(&current::ANOTHER_COMMISSIONED, what, flag, after)
            }
            Self::Requirements => requirements::decide(&requirements::ALL_METERS, flag, after),
            Self::RequirementsAny => requirements::decide(&requirements::ANY_METER, flag, after),
            Self::Modification => modification::decide(&modification::KEEP_ACTIVE, flag, after),
            Self::ModificationInstalledFirst => {
                modification::decide(&modification::INSTALLED_FIRST, flag, after)
            }
        }
    }

    /// Returns true if the flag is a function of state: of the meters now at the point, and of
    /// whether the point ever had a flag. In the other sets the events decide.
    #[must_use]
    pub const fn is_function_of_state(self) -> bool {
        match self {
            Self::LegacyAsRun
            | Self::LegacyAsReported
            | Self::LegacyAsDefined
            | Self::LegacyInstallAndLeave
            | Self::Current
            | Self::CurrentAnotherCommissioned => false,
            Self::Requirements
            | Self::RequirementsAny
            | Self::Modification
            | Self::ModificationInstalledFirst => true,
        }
    }

    /// Describes the meters at a point for a table, as far as the set distinguishes them.
    pub(crate) fn summary(self, after: Statuses) -> &'static str {
        match self {
            Self::LegacyAsRun | Self::LegacyAsReported => ANY_METERS,
            Self::LegacyAsDefined | Self::LegacyInstallAndLeave => legacy_as_defined::meters(after),
            Self::Current | Self::CurrentAnotherCommissioned => current::meters(after),
            Self::Requirements | Self::RequirementsAny => requirements::meters(after),
            Self::Modification | Self::ModificationInstalledFirst => modification::meters(after),
        }
    }
}

impl fmt::Display for RuleSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The text is not the name of a rule set.
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

/// The decision of a rule set about an event at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decision {
    /// The new flag of the point; `None` keeps the current flag, or null.
    pub flag: Option<ServiceFlag>,
    /// The source of the decision, including open ones.
    pub clause: &'static Clause,
}

const fn set(flag: ServiceFlag, clause: &'static Clause) -> Decision {
    Decision { flag: Some(flag), clause }
}

const fn keep(clause: &'static Clause) -> Decision {
    Decision { flag: None, clause }
}

/// The columns of a table that depends only on whether there was a flag before: no set goes back to
/// null, so a point that has a flag is one that ever had one.
#[derive(Clone, Copy)]
enum Before {
    Null,
    Flag,
}

impl Before {
    const fn of(flag: Option<ServiceFlag>) -> Self {
        match flag {
            None => Self::Null,
            Some(_) => Self::Flag,
        }
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

    /// A set gives no flag but its own, for any input.
    #[test]
    fn flags_are_the_sets_own() {
        for set in RuleSet::ALL {
            for what in PointEvent::all() {
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
