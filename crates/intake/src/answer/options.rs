//! Options of an answer.

use flagflow_check::{Layout, Options, RuleId};
use flagflow_domain::EffectiveDate;
use flagflow_electricity::FileIdentifier;

use super::known::KnownPoints;
use super::reasons::Reasons;
use flagflow_files::header::{HeaderValues, UserFileValues};
use flagflow_files::{Error, ErrorKind, LineEndRule, Result};

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
    /// Codes for refusals: S72 records below an E46, the reasons of a D0351. Without them gas has
    /// no S72, and electricity has the codes of the catalogue. For electricity the code of a rule
    /// takes precedence over the catalogue's, and the default is for rules without either.
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
    /// are those of the file, the participants swapped. The file identifier is the confirmation's.
    pub user_file: UserFileValues,
    /// The file identifier of the rejections. By default the number after that of the confirmation.
    pub rejections_identifier: Option<String>,
    /// The working day on which a D0350 was received (J0821); required for one.
    pub deemed_received: Option<EffectiveDate>,
    /// The identifier of a D0350 (J1064), instead of the one in its header; required for a file
    /// without a header.
    pub answered_file: Option<FileIdentifier>,
    /// Numbers of the confirmation.
    pub confirmation: AnswerNumbers,
    /// Numbers of the rejections.
    pub rejections: AnswerNumbers,
    /// The most listed records that the report keeps.
    pub samples: usize,
}

impl AnswerOptions {
    /// Default number of listed records in the report.
    pub const SAMPLES: usize = 20;

    /// Returns the layout of the answer to a file in one of its fuel's layouts.
    pub(super) fn layout_of<L>(
        &self,
        file: &str,
        own: L,
        of_fuel: impl FnOnce(Layout) -> Option<L>,
    ) -> Result<L> {
        let Some(layout) = self.layout else { return Ok(own) };
        of_fuel(layout).ok_or_else(|| {
            let what = format!("the answer to {file} file cannot be in layout {layout}");
            Error::new(ErrorKind::Options, what)
        })
    }
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
            rejections_identifier: None,
            deemed_received: None,
            answered_file: None,
            confirmation: AnswerNumbers::default(),
            rejections: AnswerNumbers::default(),
            samples: Self::SAMPLES,
        }
    }
}

/// The numbers of one file of an electricity answer; 1 by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswerNumbers {
    /// The file sequence number (J0330).
    pub file_sequence: u64,
    /// The instruction number (J0109) of the first record; those below count up from it.
    pub first_instruction: u64,
}

impl Default for AnswerNumbers {
    fn default() -> Self {
        Self { file_sequence: 1, first_instruction: 1 }
    }
}
