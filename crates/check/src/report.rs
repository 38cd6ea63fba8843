//! The report of a check.

use std::borrow::Cow;

use flagflow_domain::{Edition, ServiceFlag};

use crate::finding::Finding;
use crate::layout::{Flow, Layout};
use crate::rule::{PerRule, RuleId};
use crate::sequence::FileIdentity;
use crate::severity::Severity;

/// The result of a check of one file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// The flow of the file's records; `None` if the file has none.
    pub flow: Option<Flow>,
    /// The layout of its lines.
    pub layout: Layout,
    /// True if the file has a header or a trailer.
    pub envelope: bool,
    /// The file type in its header.
    pub file_type: Option<String>,
    /// The edition of the valid flags.
    pub edition: Edition,
    /// The name of the profile that an electricity file was read with.
    pub profile: Option<String>,
    /// Lines that are records, good or bad.
    pub records: u64,
    /// Records without an error.
    pub accepted: u64,
    /// Records with at least one error.
    pub rejected: u64,
    /// Accepted records by flag.
    pub flags: PerFlag,
    /// Findings by rule, exact.
    pub totals: PerRule<u64>,
    /// Findings that were ignored, by rule, exact.
    pub ignored: PerRule<u64>,
    /// Findings that are also in the baseline, by rule, exact; `None` without a baseline. The
    /// totals do not include them, but their records are rejected all the same.
    pub suppressed: Option<PerRule<u64>>,
    /// The severity of each rule's findings, as changed by the options.
    pub severity: PerRule<Severity>,
    /// The first findings of each rule, in the file's order.
    pub findings: Vec<Finding>,
    /// True if any finding was left out.
    pub truncated: bool,
    /// The number that the trailer declares, if it can be read.
    pub declared: Option<u64>,
    /// The number of records before the trailer.
    pub counted: u64,
    /// Bytes of the input.
    pub bytes: u64,
    /// True if identifiers were left out.
    pub masked: bool,
    /// The file's identity in its sender's sequence, if
    /// [`Options::sequence`](crate::Options::sequence) is on.
    pub identity: Option<FileIdentity>,
    /// The name of the policy, if there is a policy ([`Options::policy`](crate::Options::policy)).
    pub policy: Option<String>,
}

impl Report {
    /// Returns the number of findings of a severity.
    #[must_use]
    pub fn count_of(&self, severity: Severity) -> u64 {
        let of_severity = |(rule, _): &(RuleId, &u64)| self.severity[*rule] == severity;
        self.totals.iter().filter(of_severity).map(|(_, count)| count).sum()
    }

    /// Keeps the first `most` findings of each rule; counts do not change.
    pub fn limit(&mut self, most: usize) {
        let before = self.findings.len();
        let mut left = PerRule::from_fn(|_| most);
        self.findings.retain(|finding| {
            let kept = left[finding.rule] > 0;
            left[finding.rule] -= usize::from(kept);
            kept
        });
        self.truncated |= self.findings.len() < before;
    }

    /// Returns the report with at most `most` findings of each rule; borrowed if it has no more, or
    /// for `None`.
    #[must_use]
    pub fn limited(&self, most: Option<usize>) -> Cow<'_, Self> {
        let mut held = PerRule::from_fn(|_| 0);
        self.findings.iter().for_each(|finding| held[finding.rule] += 1);
        match most.filter(|most| held.iter().any(|(_, held)| held > most)) {
            None => Cow::Borrowed(self),
            Some(most) => {
                let mut report = self.clone();
                report.limit(most);
                Cow::Owned(report)
            }
        }
    }

    /// Returns true if a finding is at or above a severity; false for `None`.
    #[must_use]
    pub fn fails(&self, fail_on: Option<Severity>) -> bool {
        fail_on.is_some_and(|level| self.worst().is_some_and(|worst| worst >= level))
    }

    /// Returns the highest severity of the findings.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        Severity::ALL.into_iter().rev().find(|severity| self.count_of(*severity) > 0)
    }
}

/// A number for each flag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerFlag([u64; ServiceFlag::ALL.len()]);

impl PerFlag {
    pub(crate) fn add(&mut self, flag: ServiceFlag) {
        self.0[index(flag)] += 1;
    }

    pub(crate) fn take_back(&mut self, flag: ServiceFlag) {
        self.0[index(flag)] -= 1;
    }

    pub(crate) fn of_mut(&mut self, flag: ServiceFlag) -> &mut u64 {
        &mut self.0[index(flag)]
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(own, count)| *own += count);
    }

    /// Returns the number of a flag.
    #[must_use]
    pub fn of(&self, flag: ServiceFlag) -> u64 {
        self.0[index(flag)]
    }

    /// Iterates over the flags with a number above zero.
    pub fn iter(&self) -> impl Iterator<Item = (ServiceFlag, u64)> {
        ServiceFlag::ALL.into_iter().zip(self.0).filter(|(_, count)| *count > 0)
    }
}

/// Returns a flag's index in [`ServiceFlag::ALL`].
const fn index(flag: ServiceFlag) -> usize {
    match flag {
        ServiceFlag::Active => 0,
        ServiceFlag::InstalledNotCommissioned => 1,
        ServiceFlag::NonActive => 2,
        ServiceFlag::Suspended => 3,
        ServiceFlag::Withdrawn => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_have_their_places() {
        for (place, flag) in ServiceFlag::ALL.into_iter().enumerate() {
            assert_eq!(index(flag), place);
            let mut flags = PerFlag::default();
            flags.add(flag);
            flags.add(flag);
            flags.take_back(flag);
            assert_eq!(flags.iter().collect::<Vec<_>>(), [(flag, 1)]);
            assert_eq!(flags.of(flag), 1);
        }
    }
}
