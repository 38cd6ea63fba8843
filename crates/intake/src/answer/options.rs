//! Options of an answer.

use flagflow_check::{Layout, Options, RuleId};

use super::known::KnownPoints;
use super::reasons::Reasons;
use flagflow_files::LineEndRule;
use flagflow_files::header::{HeaderValues, UserFileValues};

/// Options of an answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AnswerOptions {
    /// Options of the check of the file. The profiles are used for the file and for its answer.
    pub check: Options,
    /// Rules that refuse an update although they are not errors.
    pub reject_on: Vec<RuleId>,
    /// The provider's meter points; updates of others are refused. `None` takes every point.
    pub known: Option<KnownPoints>,
    /// Codes for refusals: S72 records below an E46, the reason code of a D0351. Without them gas
    /// has no S72, and electricity cannot be answered.
    pub reasons: Option<Reasons>,
    /// Counts S72 records too in the trailer of a gas answer (profile).
    pub count_reasons: bool,
    /// The layout, instead of the file's.
    pub layout: Option<Layout>,
    /// Line endings of the answer.
    pub line_end: LineEndRule,
    /// Writes header and trailer. `None`: not for gas, and for electricity if the file has a
    /// header.
    pub envelope: Option<bool>,
    /// Header of a gas answer. All values are needed: none is taken from the file, and the file
    /// type of the response cannot be derived.
    pub header: HeaderValues,
    /// Header and trailer of an electricity answer. Participants and test flag that are not given
    /// are those of the file, the participants swapped.
    pub user_file: UserFileValues,
    /// The most listed records that the report keeps.
    pub samples: usize,
}

impl AnswerOptions {
    /// Default number of listed records in the report.
    pub const SAMPLES: usize = 20;
}

impl Default for AnswerOptions {
    fn default() -> Self {
        Self {
            check: Options::default(),
            reject_on: Vec::new(),
            known: None,
            reasons: None,
            count_reasons: false,
            layout: None,
            line_end: LineEndRule::Keep,
            envelope: None,
            header: HeaderValues::default(),
            user_file: UserFileValues::default(),
            samples: Self::SAMPLES,
        }
    }
}
