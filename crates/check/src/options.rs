//! Options of a check.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use flagflow_domain::{Edition, EffectiveDate, Fuel, UnknownEdition};
use flagflow_electricity::Profile;
use flagflow_frame::DEFAULT_MAX_LINE;
use flagflow_gas::{FileType, Tag};
use serde::{Deserialize, Serialize};

use crate::baseline::KnownFindings;
use crate::rule::{PerRule, RuleId};
use crate::sequence::Sequence;
use crate::severity::Severity;

/// The flow of a file's records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Flow {
    /// Updates for gas, DCC to provider.
    E45,
    /// Answers to gas updates, provider to DCC.
    E46,
    /// Updates for electricity, DCC to provider.
    D0350,
    /// Rejections of electricity updates, provider to DCC.
    D0351,
}

impl Flow {
    /// Every flow.
    pub const ALL: [Self; 4] = [Self::E45, Self::E46, Self::D0350, Self::D0351];

    /// Returns the name that reports and options use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::E45 => "e45",
            Self::E46 => "e46",
            Self::D0350 => "d0350",
            Self::D0351 => "d0351",
        }
    }

    /// Returns the name of the flow's records in their files.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::E45 => "E45",
            Self::E46 => "E46",
            Self::D0350 => "D0350",
            Self::D0351 => "D0351",
        }
    }

    /// Returns the flow of the electricity codec.
    pub(crate) const fn electricity(self) -> Option<flagflow_electricity::Flow> {
        match self {
            Self::E45 | Self::E46 => None,
            Self::D0350 => Some(flagflow_electricity::Flow::D0350),
            Self::D0351 => Some(flagflow_electricity::Flow::D0351),
        }
    }

    /// Returns the flow whose records begin with a tag.
    pub(crate) const fn of(tag: Tag) -> Option<Self> {
        match tag {
            Tag::E45 => Some(Self::E45),
            Tag::E46 => Some(Self::E46),
            Tag::A00 | Tag::S72 | Tag::Z99 => None,
        }
    }
}

impl From<flagflow_electricity::Flow> for Flow {
    fn from(flow: flagflow_electricity::Flow) -> Self {
        match flow {
            flagflow_electricity::Flow::D0350 => Self::D0350,
            flagflow_electricity::Flow::D0351 => Self::D0351,
        }
    }
}

impl fmt::Display for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Error for a text that is not the name of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a flow: expected e45, e46, d0350 or d0351")]
pub struct UnknownFlow;

impl FromStr for Flow {
    type Err = UnknownFlow;

    fn from_str(text: &str) -> Result<Self, UnknownFlow> {
        Self::ALL.into_iter().find(|f| f.as_str() == text).ok_or(UnknownFlow)
    }
}

/// The layout of a file's lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Layout {
    /// Gas, fields of fixed length.
    Fixed,
    /// Gas, comma separated.
    Uklink,
    /// Electricity, items separated by pipes.
    Zhv,
    /// Electricity, items of fixed length.
    Zhf,
}

impl Layout {
    /// Every layout.
    pub const ALL: [Self; 4] = [Self::Fixed, Self::Uklink, Self::Zhv, Self::Zhf];

    /// Returns the name that reports and options use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Uklink => "uklink",
            Self::Zhv => "zhv",
            Self::Zhf => "zhf",
        }
    }
}

impl From<flagflow_gas::Layout> for Layout {
    fn from(layout: flagflow_gas::Layout) -> Self {
        match layout {
            flagflow_gas::Layout::Fixed => Self::Fixed,
            flagflow_gas::Layout::Uklink => Self::Uklink,
        }
    }
}

impl From<flagflow_electricity::Layout> for Layout {
    fn from(layout: flagflow_electricity::Layout) -> Self {
        match layout {
            flagflow_electricity::Layout::Zhv => Self::Zhv,
            flagflow_electricity::Layout::Zhf => Self::Zhf,
        }
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Error for a text that is not the name of a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a layout: expected fixed, uklink, zhv or zhf")]
pub struct UnknownLayout;

impl FromStr for Layout {
    type Err = UnknownLayout;

    fn from_str(text: &str) -> Result<Self, UnknownLayout> {
        Self::ALL.into_iter().find(|l| l.as_str() == text).ok_or(UnknownLayout)
    }
}

/// The choice of a file's edition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EditionChoice {
    /// The edition of the day in the file's header; every edition without such a day.
    #[default]
    Auto,
    /// A given edition.
    Given(Edition),
}

impl FromStr for EditionChoice {
    type Err = UnknownEdition;

    fn from_str(text: &str) -> Result<Self, UnknownEdition> {
        if text == "auto" { Ok(Self::Auto) } else { text.parse().map(Self::Given) }
    }
}

/// The cross-record rules (duplicates, conflicts): off, or with a memory limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrossRecords {
    /// Records are not compared.
    Off,
    /// Records are compared exactly. The first records, up to 262,144 points and days (a million
    /// with a [`Visitor`](crate::Visitor)), or fewer by the memory limit, have an immediate result.
    /// Results of later records are available at the end of the input; until then each record takes
    /// nine bytes, or about 25 if its line is not like the line before. Above the memory limit
    /// records go to a temporary file.
    Within {
        /// The maximum memory in bytes; some 300 KiB are always used.
        memory: usize,
    },
}

impl CrossRecords {
    /// The default limit: 512 MiB, for 52 million records with lines that are alike.
    pub const DEFAULT: Self = Self::Within { memory: 512 << 20 };
}

/// Options of a check. The defaults are those of the command `flagflow check`.
#[derive(Clone, Debug)]
pub struct Options {
    /// The edition of the valid flags.
    pub edition: EditionChoice,
    /// The flow, instead of the first record's.
    pub flow: Option<Flow>,
    /// The fuel that the file must have; its first record decides the flow. `None` accepts both.
    pub fuel: Option<Fuel>,
    /// The layout, instead of the recognised layout.
    pub layout: Option<Layout>,
    /// The day after which an effective date is in the future, instead of the header's.
    pub as_of: Option<EffectiveDate>,
    /// The rules whose findings are not counted.
    pub ignore: PerRule<bool>,
    /// The severity of each rule's findings.
    pub severity: PerRule<Severity>,
    /// The maximum number of findings kept for each rule; `None` keeps all, and memory grows with
    /// them.
    pub max_samples: Option<usize>,
    /// The maximum number of bytes of a line.
    pub max_line: usize,
    /// The cross-record rules.
    pub cross_records: CrossRecords,
    /// Leaves identifiers out of reports.
    pub mask: bool,
    /// The file types known to carry these records (profile).
    pub file_types: Vec<FileType>,
    /// Reads S72 lines as reasons of the E46 above them (profile).
    pub with_reasons: bool,
    /// Includes reasons in the count of the trailer (profile).
    pub count_reasons: bool,
    /// The profile for reading D0350 files; the built-in one is a placeholder.
    pub d0350: Arc<Profile>,
    /// The profile for reading D0351 files; the built-in one is a placeholder.
    pub d0351: Arc<Profile>,
    /// The known findings of the file, which are counted separately. See
    /// [`Baseline::of`](crate::Baseline::of).
    pub baseline: Option<Arc<KnownFindings>>,
    /// The file's name, if its form is to be checked (profile).
    pub file_name: Option<String>,
    /// The comparison with the previous file.
    pub sequence: Sequence,
    /// The name of the policy of these options, for the report.
    pub policy: Option<String>,
}

impl Options {
    /// Sets the profile for its flow.
    pub fn use_profile(&mut self, profile: impl Into<Arc<Profile>>) {
        let profile = profile.into();
        match profile.flow() {
            flagflow_electricity::Flow::D0350 => self.d0350 = profile,
            flagflow_electricity::Flow::D0351 => self.d0351 = profile,
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            edition: EditionChoice::Auto,
            flow: None,
            fuel: None,
            layout: None,
            as_of: None,
            ignore: PerRule::from_fn(|_| false),
            severity: PerRule::from_fn(|rule: RuleId| rule.rule().severity),
            max_samples: Some(1000),
            max_line: DEFAULT_MAX_LINE,
            cross_records: CrossRecords::DEFAULT,
            mask: false,
            file_types: vec![FileType::DXI],
            with_reasons: false,
            count_reasons: false,
            d0350: Profile::builtin(flagflow_electricity::Flow::D0350),
            d0351: Profile::builtin(flagflow_electricity::Flow::D0351),
            baseline: None,
            file_name: None,
            sequence: Sequence::Off,
            policy: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for flow in Flow::ALL {
            assert_eq!(flow.to_string().parse(), Ok(flow));
        }
        for layout in Layout::ALL {
            assert_eq!(layout.to_string().parse(), Ok(layout));
        }
        assert_eq!("csv".parse::<Layout>(), Err(UnknownLayout));
        assert_eq!("d0010".parse::<Flow>(), Err(UnknownFlow));
        assert_eq!("auto".parse(), Ok(EditionChoice::Auto));
        assert_eq!("any".parse(), Ok(EditionChoice::Given(Edition::Any)));
        assert!("none".parse::<EditionChoice>().is_err());
    }
}
