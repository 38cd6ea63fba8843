//! Reads a policy's text.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use flagflow_electricity::Profile;
use flagflow_gas::FileType;
use serde::{Deserialize, Deserializer, de};

use super::{GateTerms, Policy, PolicyError, QuarantineTerms, Terms};
use crate::options::EditionChoice;
use crate::rule::RuleId;
use crate::severity::Severity;

/// The policy as deserialised from TOML.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[derive(Default)]
struct PolicyDraft {
    edition: Option<ParsedWord<EditionChoice>>,
    ignore: Vec<ParsedWord<RuleId>>,
    severity: BTreeMap<ParsedWord<RuleId>, ParsedWord<Severity>>,
    profiles: Vec<PathBuf>,
    file_types: Vec<ParsedWord<FileType>>,
    reasons: Option<bool>,
    count_reasons: Option<bool>,
    gates: GatesDraft,
    quarantine: QuarantineDraft,
    sender: BTreeMap<String, PolicyDraft>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct GatesDraft {
    fail_on: Option<ParsedWord<FailOn>>,
    max_rejects: Option<u64>,
    #[serde(deserialize_with = "share")]
    max_reject_rate: Option<f64>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct QuarantineDraft {
    split: Option<bool>,
}

/// A value parsed from its name.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct ParsedWord<T>(T);

impl<'de, T: FromStr<Err: Display>> Deserialize<'de> for ParsedWord<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(ParsedWord).map_err(de::Error::custom)
    }
}

/// The lowest severity that fails a file.
struct FailOn(Option<Severity>);

impl FromStr for FailOn {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "never" => Ok(Self(None)),
            _ => text
                .parse()
                .map(|severity| Self(Some(severity)))
                .map_err(|_| "expected error, warning, note or never"),
        }
    }
}

fn share<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let share = f64::deserialize(deserializer)?;
    if (0.0..=1.0).contains(&share) {
        return Ok(Some(share));
    }
    Err(de::Error::custom("expected a share of the records, 0 to 1"))
}

pub(super) fn policy(text: &str, folder: &Path) -> Result<Policy, PolicyError> {
    let mut draft: PolicyDraft = toml::from_str(text).map_err(|error| located(&error, text))?;
    let senders = std::mem::take(&mut draft.sender);
    let drafts = std::iter::once(&draft).chain(senders.values());
    let profiles = drafts.flat_map(|draft| &draft.profiles);
    let profile_paths = profiles.map(|path| folder.join(path)).collect();
    let named = |(name, draft)| sender(draft, folder).map(|terms| (name, terms));
    Ok(Policy {
        general: terms(draft, folder)?,
        senders: senders.into_iter().map(named).collect::<Result<_, _>>()?,
        profile_paths,
    })
}

fn located(error: &toml::de::Error, text: &str) -> PolicyError {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map(|before| before.matches('\n').count() + 1);
    PolicyError::Text { line, message: error.message().to_owned() }
}

fn sender(draft: PolicyDraft, folder: &Path) -> Result<Terms, PolicyError> {
    if draft.sender.is_empty() {
        return terms(draft, folder);
    }
    let message = "a sender's section cannot contain other senders".to_owned();
    Err(PolicyError::Text { line: None, message })
}

fn terms(draft: PolicyDraft, folder: &Path) -> Result<Terms, PolicyError> {
    let profile = |path: &PathBuf| profile(&folder.join(path)).map(Arc::new);
    Ok(Terms {
        edition: draft.edition.map(|word| word.0),
        ignore: draft.ignore.into_iter().map(|word| word.0).collect(),
        severity: draft.severity.into_iter().map(|(rule, level)| (rule.0, level.0)).collect(),
        profiles: draft.profiles.iter().map(profile).collect::<Result<_, _>>()?,
        file_types: draft.file_types.into_iter().map(|word| word.0).collect(),
        reasons: draft.reasons,
        count_reasons: draft.count_reasons,
        gates: GateTerms {
            fail_on: draft.gates.fail_on.map(|word| word.0.0),
            max_rejects: draft.gates.max_rejects,
            max_reject_rate: draft.gates.max_reject_rate,
        },
        quarantine: QuarantineTerms { split: draft.quarantine.split },
    })
}

fn profile(path: &Path) -> Result<Profile, PolicyError> {
    let unusable = |message: String| PolicyError::Profile { path: path.to_owned(), message };
    let text = std::fs::read_to_string(path).map_err(|error| unusable(error.to_string()))?;
    Profile::from_toml(&text).map_err(|error| unusable(error.to_string()))
}
