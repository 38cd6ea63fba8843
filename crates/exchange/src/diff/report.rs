//! Report of a comparison.

use std::fmt;
use std::io::BufRead;

use flagflow_check::{RuleFlags, RuleId, escape};
use flagflow_codec::Names;
use flagflow_domain::{EffectiveDate, Fuel, MeterPoint, ServiceFlag};
use flagflow_electricity::{Electricity, Field};
use flagflow_frame::{Line, LineReader};

use super::answer::AnswerDifference;
use super::change::{PerChange, PointChange};
use flagflow_files::{Error, Result};

/// Side of a comparison: the old file or the new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The first one.
    Old,
    /// The second one.
    New,
}

impl Side {
    /// Both sides, in order.
    pub const ALL: [Self; 2] = [Self::Old, Self::New];

    /// Returns the name in reports: `old`, `new`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Old => "old",
            Self::New => "new",
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Final state of a meter point in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PointValue {
    /// The flag.
    pub flag: ServiceFlag,
    /// The first day that it applies.
    pub effective_from: EffectiveDate,
    /// Line of the record, from 1.
    pub line: u64,
}

impl PointValue {
    /// Returns true if two states have the same flag from the same day; their lines are ignored.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        (self.flag, self.effective_from) == (other.flag, other.effective_from)
    }
}

/// A meter point that is not the same in both files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PointDifference {
    /// The meter point.
    pub point: MeterPoint,
    /// State in the old file; at least one of the two files has a state.
    pub old: Option<PointValue>,
    /// State in the new file.
    pub new: Option<PointValue>,
}

impl PointDifference {
    /// Returns the kind of the difference.
    #[must_use]
    pub fn change(&self) -> PointChange {
        let (Some(old), Some(new)) = (self.old, self.new) else {
            return if self.old.is_none() { PointChange::Added } else { PointChange::Gone };
        };
        match (old.flag == new.flag, old.effective_from == new.effective_from) {
            (false, true) => PointChange::Flag,
            (true, _) => PointChange::Date,
            (false, false) => PointChange::Both,
        }
    }
}

/// A difference between two files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// A meter point that is not the same.
    Point(PointDifference),
    /// An answer that is not the same.
    Answer(AnswerDifference),
}

impl Difference {
    /// Returns the kind of the difference.
    #[must_use]
    pub fn change(&self) -> PointChange {
        match self {
            Self::Point(difference) => difference.change(),
            Self::Answer(difference) => difference.change(),
        }
    }
}

/// The content of two files that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// The final states of meter points.
    Points(Fuel),
    /// The rejections of D0351.
    Rejections,
    /// The confirmations of D0172.
    Confirmations,
}

impl Compared {
    /// Returns the kinds of differences that there can be.
    #[must_use]
    pub const fn changes(self) -> &'static [PointChange] {
        match self {
            Self::Points(_) => &[
                PointChange::Added,
                PointChange::Gone,
                PointChange::Flag,
                PointChange::Date,
                PointChange::Both,
            ],
            Self::Rejections | Self::Confirmations => {
                &[PointChange::Added, PointChange::Gone, PointChange::Changed]
            }
        }
    }

    /// Returns the items of an answer that are compared.
    #[must_use]
    pub const fn items(self) -> &'static [Field] {
        match self {
            Self::Points(_) => &[],
            Self::Rejections => &[
                Field::RejectionReasonCode,
                Electricity::POINT,
                Field::DeemedReceivedDate,
                Field::DccServiceFlag,
                Field::EffectiveFromDate,
                Field::SupplierId,
            ],
            Self::Confirmations => {
                &[Field::DeemedReceivedDate, Field::Received, Field::Accepted, Field::Rejected]
            }
        }
    }

    /// Returns the word for one of the things that are counted.
    pub(super) const fn unit(self) -> &'static str {
        match self {
            Self::Points(_) => "meter point",
            Self::Rejections => "rejection",
            Self::Confirmations => "confirmation",
        }
    }
}

impl fmt::Display for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Points(Fuel::Gas) => f.pad("for gas"),
            Self::Points(Fuel::Electricity) => f.pad("for electricity"),
            Self::Rejections => f.pad("a D0351"),
            Self::Confirmations => f.pad("a D0172"),
        }
    }
}

/// The records of one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PerSide {
    /// Number of records, good or bad.
    pub records: u64,
    /// Number of rejected records, which are left out of the comparison.
    pub left_out: u64,
    /// Meter points; with [`DiffOptions::history`](super::DiffOptions::history) those of each day.
    /// Of answers their number.
    pub points: u64,
}

/// Report of a comparison. All numbers are exact.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct DiffReport {
    /// The content that was compared; `None` before a file is recognised.
    pub compared: Option<Compared>,
    /// The records of the old file.
    pub old: PerSide,
    /// The records of the new file.
    pub new: PerSide,
    /// Meter points that differ, by how. With [`DiffOptions::history`](super::DiffOptions::history)
    /// each day of a point counts.
    pub changes: PerChange,
    /// Meter points that are the same.
    pub same: u64,
    /// The first records of each file that were left out, in the order of their lines.
    pub samples: Vec<DiffLeftOut>,
    /// Policy of the check of both files, if any.
    pub policy: Option<String>,
}

impl DiffReport {
    /// Returns the number of records that were not compared.
    #[must_use]
    pub const fn left_out(&self) -> u64 {
        self.old.left_out + self.new.left_out
    }

    /// Returns true if every record was compared.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.left_out() == 0
    }

    /// Returns true if no meter point differs. Meaningful only if the comparison is
    /// [complete](Self::is_complete).
    #[must_use]
    pub fn has_no_difference(&self) -> bool {
        self.changes.sum() == 0
    }

    /// Returns the number of differences of each kind that there can be, zeros too.
    pub fn changes(&self) -> impl Iterator<Item = (PointChange, u64)> {
        let compared = self.compared.unwrap_or(Compared::Points(Fuel::Gas));
        compared.changes().iter().map(|change| (*change, self.changes[*change]))
    }

    /// Sorts samples by their files, and keeps the first ones of each.
    pub(super) fn sort_samples(&mut self, most: usize) {
        self.samples.sort_by_key(|sample| (sample.side, sample.line));
        let mut left = [most; Side::ALL.len()];
        self.samples.retain(|sample| {
            let left = &mut left[sample.side as usize];
            let kept = *left > 0;
            *left -= usize::from(kept);
            kept
        });
    }

    /// Fills in the lines of samples that were found after the file had been read: records that
    /// contradict or repeat an earlier line.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) when the file cannot be read again.
    pub fn show_lines(&mut self, side: Side, input: impl BufRead) -> Result<()> {
        let mut unshown = self.samples.iter_mut().filter(|s| s.side == side && s.bytes.is_none());
        let Some(mut next) = unshown.next() else { return Ok(()) };
        let mut lines = LineReader::new(input);
        while let Some(line) = lines.read_line().map_err(Error::reading)? {
            if line.number == next.line {
                let shown = line.bytes.get(..MAX_BYTES).unwrap_or(line.bytes);
                next.bytes = Some(escape(shown));
                let Some(another) = unshown.next() else { break };
                next = another;
            }
        }
        Ok(())
    }

    pub(super) const fn of(&mut self, side: Side) -> &mut PerSide {
        match side {
            Side::Old => &mut self.old,
            Side::New => &mut self.new,
        }
    }
}

/// Maximum number of shown bytes of a record.
pub const MAX_BYTES: usize = 64;

/// A record, or a line of a second file after the trailer, that was not compared.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DiffLeftOut {
    /// File of the record.
    pub side: Side,
    /// Line of the record, from 1.
    pub line: u64,
    /// The rules that it broke, warnings too.
    pub rules: Vec<RuleId>,
    /// Bytes of the record, at most [`MAX_BYTES`], those outside printable ASCII as `\xNN`; `None`
    /// where identifiers are masked, and of a record that contradicts an earlier one until
    /// [`DiffReport::show_lines`] fills it in.
    pub bytes: Option<String>,
}

impl DiffLeftOut {
    pub(super) fn new(side: Side, line: &Line<'_>, rules: RuleFlags, mask: bool) -> Self {
        let shown = line.bytes.get(..MAX_BYTES).unwrap_or(line.bytes);
        let bytes = (!mask).then(|| escape(shown));
        Self { side, line: line.number, rules: rules.iter().collect(), bytes }
    }

    /// Returns a record of a point and day for which there is an earlier record.
    pub(super) fn again(side: Side, line: u64, rule: RuleId) -> Self {
        let rules = RuleFlags::from_iter([rule]).iter().collect();
        Self { side, line, rules, bytes: None }
    }
}

impl fmt::Display for DiffLeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.rules.iter().map(|rule| rule.name()).collect();
        write!(f, "{} line {}: {}", self.side, self.line, names.join(", "))?;
        match &self.bytes {
            Some(bytes) => write!(f, ": {bytes}"),
            None => Ok(()),
        }
    }
}
