//! Taking the records of a file.

use flagflow_check::{FileFormat, FileStart, OtherLine, RuleFlags, Verdict, Visitor};
use flagflow_domain::Fuel;
use flagflow_electricity::{Flow, Format};
use flagflow_frame::Line;

use super::answers::{AnswerKey, Answers};
use super::options::DiffOptions;
use super::report::{Compared, DiffLeftOut, DiffReport, Side};
use super::sorted::{DiffRecord, Sorter};
use flagflow_files::{Error, ErrorKind, Result};

/// Gathers the accepted records from the check of one file.
pub(super) struct Gathering<'a> {
    options: &'a DiffOptions,
    report: &'a mut DiffReport,
    sorter: &'a mut Sorter,
    answers: &'a mut Answers,
    compared: &'a mut Option<Compared>,
    side: Side,
    samples: usize,
}

impl<'a> Gathering<'a> {
    pub(super) fn new(
        options: &'a DiffOptions,
        report: &'a mut DiffReport,
        sorter: &'a mut Sorter,
        (answers, compared): (&'a mut Answers, &'a mut Option<Compared>),
        side: Side,
    ) -> Self {
        Self { options, report, sorter, answers, compared, side, samples: 0 }
    }

    /// Continues with the other file.
    pub(super) fn turn(self, side: Side) -> Self {
        Self { side, samples: 0, ..self }
    }

    /// Sets the number of records of the file.
    pub(super) fn records(&mut self, records: u64) {
        self.report.of(self.side).records = records;
    }

    /// Takes a rejection or a confirmation.
    fn answer(&mut self, verdict: &Verdict<'_>) -> Result<()> {
        let instruction = verdict.instruction().filter(|_| !verdict.rejected);
        match instruction.as_ref().and_then(AnswerKey::of) {
            Some(key) => self.answers.push(self.side, key, &verdict.line),
            None => {
                self.leave_out(&verdict.line, verdict.rules);
                Ok(())
            }
        }
    }

    fn leave_out(&mut self, line: &Line<'_>, rules: RuleFlags) {
        self.answers.leave_out();
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
            FileFormat::Gas(_) => Compared::Points(Fuel::Gas),
            FileFormat::Electricity(layout, profile) => {
                let profile_of_flow = self.options.check.profile(profile.flow()).clone();
                self.answers.begin(self.side, Format::new(profile_of_flow, layout));
                match profile.flow() {
                    Flow::D0350 => Compared::Points(Fuel::Electricity),
                    Flow::D0351 => Compared::Rejections,
                    Flow::D0172 => Compared::Confirmations,
                }
            }
        };
        if self.options.history && !matches!(found, Compared::Points(_)) {
            let what = format!("the {} file is {found}, which has no history", self.side);
            return Err(Error::new(ErrorKind::Options, what));
        }
        let first = *self.compared.get_or_insert(found);
        if first == found { Ok(()) } else { Err(different(first, found)) }
    }

    fn other_line(
        &mut self,
        line: &Line<'_>,
        other_line: OtherLine,
        rules: RuleFlags,
    ) -> Result<()> {
        match other_line {
            OtherLine::SecondFile => self.leave_out(line, rules),
            OtherLine::Reason { .. } => self.answers.reason(line),
            _ => {}
        }
        Ok(())
    }

    #[inline]
    fn record(&mut self, verdict: &Verdict<'_>) -> Result<()> {
        if matches!(self.compared, Some(Compared::Rejections | Compared::Confirmations)) {
            return self.answer(verdict);
        }
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

fn different(old: Compared, new: Compared) -> Error {
    let what = format!("the old file is {old} and the new one {new}: not compared");
    Error::new(ErrorKind::Options, what)
}
