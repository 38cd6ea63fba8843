//! What an answer is to be.

use flagflow_check::{Layout, Options, RuleId};

use super::electricity::RejectionHeader;
use super::known::Known;
use super::reasons::Reasons;
use crate::convert::LineEndRule;
use crate::header::HeaderValues;

/// What an answer is to be.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AnswerOptions {
    /// How the file is judged. Its profiles are those of the file and of its answer.
    pub check: Options,
    /// Rules that refuse an update although they are no errors.
    pub reject_on: Vec<RuleId>,
    /// The provider's meter points; updates of others are refused. `None` takes every point.
    pub known: Option<Known>,
    /// Codes for refusals: S72 records below an E46, the reason code of a D0351. Without them gas
    /// has no S72, and electricity cannot be answered.
    pub reasons: Option<Reasons>,
    /// Whether the trailer of a gas answer counts S72 records too (profile).
    pub count_reasons: bool,
    /// The layout, instead of the file's.
    pub layout: Option<Layout>,
    /// What ends each line.
    pub line_end: LineEndRule,
    /// Whether the answer has header and trailer. `None`: a gas answer has not, an electricity
    /// answer has if the file has a header.
    pub envelope: Option<bool>,
    /// The header of a gas answer. All of its values are needed: nothing is taken from the file, and
    /// the file type of the response is not known to anybody here.
    pub header: HeaderValues,
    /// The header of an electricity answer.
    pub rejection_header: RejectionHeader,
    /// The most listed records that the report keeps.
    pub samples: usize,
}

impl AnswerOptions {
    /// How many listed records the report keeps unless told otherwise.
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
            rejection_header: RejectionHeader::default(),
            samples: Self::SAMPLES,
        }
    }
}
