//! Taking the records of a file.

use flagflow_check::{FileFormat, FileStart, Flow, OtherLine, RuleFlags, Verdict, Visitor};
use flagflow_domain::Fuel;
use flagflow_frame::Line;

use super::options::DiffOptions;
use super::report::{DiffLeftOut, DiffReport, Side};
use super::sorted::{DiffRecord, Sorter};
use flagflow_files::{Error, ErrorKind, Result};

/// Gathers the accepted records from the check of one file.
pub(super) struct Gathering<'a> {
    options: &'a DiffOptions,
    report: &'a mut DiffReport,
    sorter: &'a mut Sorter,
    fuel: &'a mut Option<Fuel>,
    side: Side,
    samples: usize,
}

impl<'a> Gathering<'a> {
    pub(super) fn new(
        options: &'a DiffOptions,
        report: &'a mut DiffReport,
        sorter: &'a mut Sorter,
        fuel: &'a mut Option<Fuel>,
        side: Side,
    ) -> Self {
        Self { options, report, sorter, fuel, side, samples: 0 }
    }

    /// Continues with the other file.
    pub(super) fn turn(self, side: Side) -> Self {
        Self { side, samples: 0, ..self }
    }

    /// Sets the number of records of the file.
    pub(super) fn records(&mut self, records: u64) {
        self.report.of(self.side).records = records;
    }

    fn leave_out(&mut self, line: &Line<'_>, rules: RuleFlags) {
        self.report.of(self.side).left_out += 1;
        if self.samples < self.options.samples {
            self.samples += 1;
            let left_out = DiffLeftOut::new(self.side, line, rules, self.options.check.mask);
            self.report.samples.push(left_out);
        }
    }
}

impl Visitor for Gathering<'_> {
    type Error = Error;

    fn begin(&mut self, beginning: FileStart<'_>) -> Result<()> {
        let found = match beginning.shape {
            FileFormat::Gas(_) => Fuel::Gas,
            FileFormat::Electricity(_, profile) if Flow::from(profile.flow()) == Flow::D0351 => {
                return Err(no_flags(self.side));
            }
            FileFormat::Electricity(..) => Fuel::Electricity,
        };
        let first = *self.fuel.get_or_insert(found);
        if first == found { Ok(()) } else { Err(different(first, found)) }
    }

    fn other_line(
        &mut self,
        line: &Line<'_>,
        other_line: OtherLine,
        rules: RuleFlags,
    ) -> Result<()> {
        if other_line == OtherLine::SecondFile {
            self.leave_out(line, rules);
        }
        Ok(())
    }

    #[inline]
    fn record(&mut self, verdict: &Verdict<'_>) -> Result<()> {
        let values = verdict.values;
        let values_read = (values.point, values.day, values.flag);
        let (false, (Some(point), Some(day), Some(flag))) = (verdict.rejected, values_read) else {
            self.leave_out(&verdict.line, verdict.rules);
            return Ok(());
        };
        self.sorter.push(DiffRecord {
            point,
            day,
            side: self.side,
            line: verdict.line.number,
            flag,
        })
    }
}

fn no_flags(side: Side) -> Error {
    let what = format!("the {side} file is a D0351, which has no flags to compare");
    Error::new(ErrorKind::Options, what)
}

fn different(old: Fuel, new: Fuel) -> Error {
    let what = format!("the old file is for {old} and the new one for {new}: not compared");
    Error::new(ErrorKind::Options, what)
}
