//! Options of a check.

use std::num::NonZeroUsize;
use std::str::FromStr;
use std::sync::Arc;

use flagflow_domain::{Edition, EffectiveDate, Fuel, UnknownEdition};
use flagflow_electricity::Profile;
use flagflow_frame::DEFAULT_MAX_LINE;
use flagflow_gas::FileType;

use crate::baseline::KnownFindings;
use crate::layout::{Flow, Layout};
use crate::rule::{PerRule, RuleId};
use crate::sequence::Sequence;
use crate::severity::Severity;

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
    /// Records are compared exactly. The first records, up to 262,144 points and days, or
    /// fewer by the memory limit, have an immediate result.
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
    /// The number of threads that read ahead for [`check_on_threads`](crate::check_on_threads), and
    /// that compare the records of a large file with one another at its end, at most eight. The
    /// calling thread works beside them; with one thread it does all.
    pub threads: NonZeroUsize,
    /// Leaves identifiers out of reports.
    pub mask: bool,
    /// The file types known to carry these records (profile).
    pub file_types: Vec<FileType>,
    /// Reads S72 lines as reasons of the E46 above them (profile).
    pub with_reasons: bool,
    /// Includes reasons in the count of the trailer (profile).
    pub count_reasons: bool,
    /// The profile for reading D0350 files.
    pub d0350: Arc<Profile>,
    /// The profile for reading D0351 files.
    pub d0351: Arc<Profile>,
    /// The profile for reading D0172 files.
    pub d0172: Arc<Profile>,
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
            flagflow_electricity::Flow::D0172 => self.d0172 = profile,
        }
    }

    /// Returns the profile for reading files of a flow.
    #[must_use]
    pub const fn profile(&self, flow: flagflow_electricity::Flow) -> &Arc<Profile> {
        match flow {
            flagflow_electricity::Flow::D0350 => &self.d0350,
            flagflow_electricity::Flow::D0351 => &self.d0351,
            flagflow_electricity::Flow::D0172 => &self.d0172,
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
            threads: NonZeroUsize::MIN,
            mask: false,
            file_types: vec![FileType::DXI],
            with_reasons: false,
            count_reasons: false,
            d0350: Profile::builtin(flagflow_electricity::Flow::D0350),
            d0351: Profile::builtin(flagflow_electricity::Flow::D0351),
            d0172: Profile::builtin(flagflow_electricity::Flow::D0172),
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
    fn editions_are_read() {
        assert_eq!("auto".parse(), Ok(EditionChoice::Auto));
        assert_eq!("any".parse(), Ok(EditionChoice::Given(Edition::Any)));
        assert!("none".parse::<EditionChoice>().is_err());
    }
}
