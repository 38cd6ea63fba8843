//! Policies: a team's options for checks, in a file `flagflow.toml`.
//!
//! ```toml
//! edition = "auto"                     # auto, pre-mp077, mp077 or any
//! ignore = ["mprn-check-digits"]
//! profiles = ["profiles/d0350.toml"]   # paths as seen from this file
//! file-types = ["DXI", "DXR"]
//!
//! [severity]
//! future-effective-date = "error"
//!
//! [gates]
//! fail-on = "warning"                  # error, warning, note or never
//! max-rejects = 100
//! max-reject-rate = 0.01
//!
//! [quarantine]
//! split = true                         # a watch splits files with bad records
//!
//! [sender.DCCO]                        # the same again, for one sender
//! ignore = ["participant-mismatch"]
//! [sender.DCCO.gates]
//! max-rejects = 0
//! ```
//!
//! A sender is the ORGANISATION_ID of a gas header or the sending participant of an electricity
//! header. Single values of the sender's section override those of the file; lists are joined. A
//! severity of a rule in the sender's section cancels an `ignore` of the file.

mod read;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flagflow_electricity::Profile;
use flagflow_gas::FileType;

use crate::finding::escape_path;
use crate::options::{EditionChoice, Options};
use crate::rule::RuleId;
use crate::sender::Sender;
use crate::severity::Severity;

/// The name of a policy's file.
pub const FILE_NAME: &str = "flagflow.toml";

/// A team's options for checks, in general and for single senders.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    general: Terms,
    senders: BTreeMap<String, Terms>,
    profile_paths: Vec<PathBuf>,
}

/// The options of a policy for all files or for one sender's.
#[derive(Clone, Debug, Default)]
struct Terms {
    edition: Option<EditionChoice>,
    ignore: Vec<RuleId>,
    severity: BTreeMap<RuleId, Severity>,
    profiles: Vec<Arc<Profile>>,
    file_types: Vec<FileType>,
    reasons: Option<bool>,
    count_reasons: Option<bool>,
    gates: GateTerms,
    quarantine: QuarantineTerms,
}

/// The limits of a policy; `None` where the policy has no value.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct GateTerms {
    /// The lowest severity that fails a file; `Some(None)` is never.
    pub fail_on: Option<Option<Severity>>,
    /// The maximum number of rejected records.
    pub max_rejects: Option<u64>,
    /// The maximum share of rejected records, 0 to 1.
    pub max_reject_rate: Option<f64>,
}

impl GateTerms {
    /// Returns these limits, with missing values taken from others.
    #[must_use]
    pub fn or(self, others: Self) -> Self {
        Self {
            fail_on: self.fail_on.or(others.fail_on),
            max_rejects: self.max_rejects.or(others.max_rejects),
            max_reject_rate: self.max_reject_rate.or(others.max_reject_rate),
        }
    }
}

/// The quarantine settings of a policy; `None` where the policy has no value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct QuarantineTerms {
    /// True if a watch splits a file with bad records, instead of rejecting all of the file.
    pub split: Option<bool>,
}

impl QuarantineTerms {
    /// Returns these settings, with missing values taken from others.
    #[must_use]
    pub fn or(self, others: Self) -> Self {
        Self { split: self.split.or(others.split) }
    }
}

impl Policy {
    /// Looks for [`FILE_NAME`] in a folder, then in each folder above it. Skips the checked folders
    /// and the folders below them, whose policy may have come with the files, and a policy that is
    /// itself a file to be checked.
    ///
    /// All paths are absolute, without symbolic links ([`Path::canonicalize`]).
    #[must_use]
    pub fn find(folder: &Path, judged: &[PathBuf]) -> Option<PathBuf> {
        let is_judged = |path: &Path| judged.iter().any(|judged| path.starts_with(judged));
        let mut paths = folder.ancestors().map(|folder| folder.join(FILE_NAME));
        paths.find(|path| !is_judged(path) && path.is_file())
    }

    /// Returns the files of the policy's profiles.
    #[must_use]
    pub fn profile_paths(&self) -> &[PathBuf] {
        &self.profile_paths
    }

    /// Reads a policy and its profiles.
    ///
    /// # Errors
    ///
    /// [`PolicyError`] if a file cannot be read or is not valid.
    pub fn read(path: &Path) -> Result<Self, PolicyError> {
        let text = std::fs::read_to_string(path).map_err(PolicyError::Read)?;
        Self::from_toml(&text, path.parent().unwrap_or(Path::new("")))
    }

    /// Reads a policy from its text; the paths of profiles begin at `folder`.
    ///
    /// # Errors
    ///
    /// The errors of [`Policy::read`].
    pub fn from_toml(text: &str, folder: &Path) -> Result<Self, PolicyError> {
        read::policy(text, folder)
    }

    /// Returns true if any sender has a section.
    #[must_use]
    pub fn has_senders(&self) -> bool {
        !self.senders.is_empty()
    }

    /// Returns the names of the senders that have a section, in their order.
    pub fn senders(&self) -> impl Iterator<Item = &str> {
        self.senders.keys().map(String::as_str)
    }

    /// Returns true if this sender has a section.
    #[must_use]
    pub fn knows(&self, sender: &Sender) -> bool {
        self.of(Some(sender)).is_some()
    }

    /// Applies the policy's options for a file from this sender.
    pub fn apply(&self, sender: Option<&Sender>, options: &mut Options) {
        self.general.apply(options);
        if let Some(terms) = self.of(sender) {
            terms.apply(options);
        }
    }

    /// Returns the policy's limits for a file from this sender.
    #[must_use]
    pub fn gates(&self, sender: Option<&Sender>) -> GateTerms {
        let of_the_sender = self.of(sender).map_or(GateTerms::default(), |terms| terms.gates);
        of_the_sender.or(self.general.gates)
    }

    /// Returns the policy's quarantine settings for a file from this sender.
    #[must_use]
    pub fn quarantine(&self, sender: Option<&Sender>) -> QuarantineTerms {
        let of_the_sender = self.of(sender).map(|terms| terms.quarantine).unwrap_or_default();
        of_the_sender.or(self.general.quarantine)
    }

    fn of(&self, sender: Option<&Sender>) -> Option<&Terms> {
        let sender = sender?;
        self.senders.iter().find(|(name, _)| sender.is(name)).map(|(_, terms)| terms)
    }
}

impl Terms {
    fn apply(&self, options: &mut Options) {
        options.edition = self.edition.unwrap_or(options.edition);
        options.with_reasons = self.reasons.unwrap_or(options.with_reasons);
        options.count_reasons = self.count_reasons.unwrap_or(options.count_reasons);
        options.file_types.extend(&self.file_types);
        for profile in &self.profiles {
            options.use_profile(Arc::clone(profile));
        }
        for (rule, severity) in &self.severity {
            options.severity[*rule] = *severity;
            options.ignore[*rule] = false;
        }
        for rule in &self.ignore {
            options.ignore[*rule] = true;
        }
    }
}

/// Error of a policy that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// The policy cannot be read.
    #[error("cannot be read")]
    Read(#[source] std::io::Error),
    /// The policy is not valid.
    #[error("{}{message}", place(*line))]
    Text {
        /// The line, from 1, if it is known.
        line: Option<usize>,
        /// The fault.
        message: String,
    },
    /// A profile of the policy cannot be read or used.
    #[error("profile {}: {message}", escape_path(path))]
    Profile {
        /// The profile's file.
        path: PathBuf,
        /// The fault.
        message: String,
    },
}

fn place(line: Option<usize>) -> String {
    line.map_or_else(String::new, |line| format!("line {line}: "))
}

#[cfg(test)]
mod tests;
