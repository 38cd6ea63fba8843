//! Result of an answer.

use std::collections::BTreeMap;
use std::fmt;

use flagflow_check::{Flow, Layout, RuleFlags, RuleId};
use flagflow_frame::Line;
use serde::Serialize;

use super::reasons::AnswerRefusal;
pub use crate::shown::MAX_BYTES;
use crate::shown::printable;

/// Result of an answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AnswerReport {
    /// Flow of the updates; `None` if a gas file has no record of either flow.
    pub flow: Option<Flow>,
    /// The layout of the answer.
    pub layout: Layout,
    /// True if the answer has header and trailer.
    pub envelope: bool,
    /// Records of the file.
    pub records: u64,
    /// Updates that are accepted.
    pub accepted: u64,
    /// Updates that are refused.
    pub refused: u64,
    /// Records that cannot be answered, and lines of a second file after the trailer.
    pub listed: u64,
    /// Number of updates that each reason refused; an update may have several reasons.
    pub refusals: BTreeMap<AnswerRefusal, u64>,
    /// Number of reasons written: S72 records, or the reasons of a D0351.
    pub reasons: u64,
    /// Number of refused updates without a reason code in the answer; 0 for electricity.
    pub without_code: u64,
    /// True if the file was read twice.
    pub read_twice: bool,
    /// The first listed records.
    pub samples: Vec<Listed>,
}

impl AnswerReport {
    /// Accepted and refused updates.
    #[must_use]
    pub const fn answered(&self) -> u64 {
        self.accepted + self.refused
    }

    /// Returns true if the answer has a file of rejections, a D0351.
    #[must_use]
    pub fn has_rejections(&self) -> bool {
        self.flow == Some(Flow::D0350) && self.refused > 0
    }

    /// Returns true if every record was answered.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.listed == 0
    }
}

/// A record that cannot be answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Listed {
    /// Line of the record, from 1.
    pub line: u64,
    /// Number of the record, from 1; `None` for a line of a second file after the trailer, which is
    /// not a record.
    pub record: Option<u64>,
    /// First byte of the record in the uncompressed file, from 0.
    pub offset: u64,
    /// The rules that it broke.
    #[serde(serialize_with = "names")]
    pub rules: Vec<RuleId>,
    /// Bytes of the record, at most [`MAX_BYTES`], those outside printable ASCII as `\xNN`; `None`
    /// where identifiers are masked.
    pub bytes: Option<String>,
}

fn names<S: serde::Serializer>(rules: &[RuleId], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(rules.iter().map(|rule| rule.name()))
}

impl Listed {
    pub(super) fn new(line: &Line<'_>, record: Option<u64>, rules: RuleFlags, mask: bool) -> Self {
        Self {
            line: line.number,
            record,
            offset: line.offset,
            rules: rules.iter().collect(),
            bytes: printable(line.bytes, mask),
        }
    }
}

impl fmt::Display for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(record) = self.record {
            write!(f, ", record {record}")?;
        }
        f.write_str(": ")?;
        let names: Vec<_> = self.rules.iter().map(|rule| rule.name()).collect();
        match names.as_slice() {
            [] => f.write_str("not a readable update")?,
            names => f.write_str(&names.join(", "))?,
        }
        match &self.bytes {
            Some(bytes) => write!(f, ": {bytes}"),
            None => Ok(()),
        }
    }
}
