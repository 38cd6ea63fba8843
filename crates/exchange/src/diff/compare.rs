//! Compares the records of both files, one meter point after the other.

use flagflow_check::{CrossRecords, RuleId, Severity};
use flagflow_domain::{EffectiveDate, Fuel, MeterPoint};

use super::options::DiffOptions;
use super::report::{DiffLeftOut, DiffReport, Difference, PointDifference, PointValue, Side};
use super::sorted::{DiffRecord, Sorted};
use flagflow_files::{Error, ErrorKind, Result};

/// Key of an entry of the comparison: a point, or in a history a point and a day.
type EntryKey = (u64, Option<EffectiveDate>);

/// States of one entry in both files.
#[derive(Clone, Copy, Debug)]
struct DiffEntry {
    key: EntryKey,
    old: Option<PointValue>,
    new: Option<PointValue>,
}

/// Number of samples gathered beyond the wanted number before they are sorted.
const SAMPLES: usize = 1000;

/// A comparison under way.
pub(super) struct DiffComparison<'a> {
    options: &'a DiffOptions,
    report: &'a mut DiffReport,
    fuel: Fuel,
    tell: &'a mut dyn FnMut(&Difference) -> Result<()>,
    /// Rules that reject a repeated record of a point and day.
    rejecting: [bool; 2],
}

impl<'a> DiffComparison<'a> {
    pub(super) fn new(
        options: &'a DiffOptions,
        report: &'a mut DiffReport,
        fuel: Fuel,
        tell: &'a mut dyn FnMut(&Difference) -> Result<()>,
    ) -> Self {
        let rejecting = [false, true].map(|same_flag| rejects(options, rule_of(same_flag)));
        Self { options, report, fuel, tell, rejecting }
    }

    pub(super) fn run(mut self, mut sorted: Sorted) -> Result<()> {
        let mut entry = None;
        while let Some(record) = sorted.next()? {
            let key = (record.point, self.options.history.then_some(record.day));
            if entry.is_some_and(|entry: DiffEntry| entry.key != key) {
                self.close(entry.take())?;
            }
            let entry = entry.get_or_insert(DiffEntry { key, old: None, new: None });
            self.take(entry, record);
        }
        self.close(entry)
    }

    /// Adds the next record of an entry: by day, in the order of its file.
    fn take(&mut self, entry: &mut DiffEntry, record: DiffRecord) {
        let DiffRecord { day, side, line, flag, .. } = record;
        let state = match side {
            Side::Old => &mut entry.old,
            Side::New => &mut entry.new,
        };
        if let Some(before) = state.filter(|before| before.effective_from == day) {
            let same_flag = before.flag == flag;
            if self.rejecting[usize::from(same_flag)] {
                return self.leave_out(side, line, rule_of(same_flag));
            }
        }
        *state = Some(PointValue { flag, effective_from: day, line });
    }

    fn leave_out(&mut self, side: Side, line: u64, rule: RuleId) {
        self.report.of(side).left_out += 1;
        self.report.samples.push(DiffLeftOut::again(side, line, rule));
        // they come by meter point, and the first of the file are wanted
        if self.report.samples.len()
            > self.options.samples.saturating_mul(4).saturating_add(SAMPLES)
        {
            self.report.sort_samples(self.options.samples);
        }
    }

    /// Counts an entry, and reports a difference.
    fn close(&mut self, entry: Option<DiffEntry>) -> Result<()> {
        let Some(DiffEntry { key: (point, _), old, new }) = entry else { return Ok(()) };
        self.report.old.points += u64::from(old.is_some());
        self.report.new.points += u64::from(new.is_some());
        if let (Some(old), Some(new)) = (old, new)
            && old.says_the_same(&new)
        {
            self.report.same += 1;
            return Ok(());
        }
        let difference = PointDifference { point: self.point(point)?, old, new };
        self.report.changes[difference.change()] += 1;
        (self.tell)(&Difference::Point(difference))
    }

    fn point(&self, number: u64) -> Result<MeterPoint> {
        // every number is one that a check has read
        MeterPoint::new(self.fuel, number)
            .ok_or_else(|| Error::new(ErrorKind::Output, "a temporary file failed"))
    }
}

/// Returns the rule for a repeated record of a point and day.
const fn rule_of(same_flag: bool) -> RuleId {
    if same_flag { RuleId::DuplicateMeterPoint } else { RuleId::ConflictingUpdate }
}

fn rejects(options: &DiffOptions, rule: RuleId) -> bool {
    let check = &options.check;
    check.cross_records != CrossRecords::Off
        && !check.ignore[rule]
        && check.severity[rule] == Severity::Error
}
