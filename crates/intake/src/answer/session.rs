//! Writes an answer while the file is checked.

use std::io::Write;

use flagflow_check::{
    DeferredFinding, FileFormat, FileStart, Layout, OtherLine, Report, RuleFlags, Verdict, Visitor,
};
use flagflow_domain::MpanCore;
use flagflow_frame::Line;
use flagflow_gas::{Detail, E45};

use super::electricity::{AnswerPlan, Rejections};
use super::gas::Answers;
use super::known::PointKind;
use super::options::AnswerOptions;
use super::report::{AnswerReport, Listed};
use super::ruling::Ruling;
use crate::deferred::DeferredRules;
use flagflow_files::{Error, Result};

/// Progress of an answer.
enum AnswerPhase {
    /// Every verdict so far was final, and is written.
    First,
    /// First record whose verdict waits for the end of the file.
    Waiting { from: u64, late: DeferredRules },
    /// The file is read again; everything before this record is written.
    Second { from: u64, late: DeferredRules },
}

/// Writer of the response.
enum Response<W> {
    /// The file is not recognised yet.
    None(W),
    Gas(Box<Answers<W>>),
    /// The updates' header may still come.
    Planned(W, Box<AnswerPlan>),
    Electricity(Box<Rejections<W>>),
    /// Temporary value while the phase changes.
    Moved,
}

/// State of an answer.
pub(super) struct AnswerSession<'o, 'l, W> {
    options: &'o AnswerOptions,
    refusing: RuleFlags,
    phase: AnswerPhase,
    response: Response<W>,
    listing: Option<&'l mut dyn Write>,
    report: AnswerReport,
}

impl<'o, 'l, W: Write> AnswerSession<'o, 'l, W> {
    pub(super) fn new(
        options: &'o AnswerOptions,
        output: W,
        listing: Option<&'l mut dyn Write>,
    ) -> Self {
        let refusing = super::ruling::refusing(options);
        let (phase, response) = (AnswerPhase::First, Response::None(output));
        Self { options, refusing, phase, response, listing, report: empty_report() }
    }

    pub(super) const fn needs_second_pass(&self) -> bool {
        matches!(self.phase, AnswerPhase::Waiting { .. })
    }

    pub(super) fn begin_second_pass(&mut self) {
        self.report.read_twice = true;
        if let AnswerPhase::Waiting { from, late } =
            std::mem::replace(&mut self.phase, AnswerPhase::First)
        {
            self.phase = AnswerPhase::Second { from, late };
        }
    }

    /// Ends the response.
    pub(super) fn finish(mut self, checked: &Report) -> Result<AnswerReport> {
        self.open()?;
        match self.response {
            Response::Gas(answers) => answers.finish()?,
            Response::Electricity(rejections) => rejections.finish()?,
            Response::None(_) | Response::Planned(..) | Response::Moved => {}
        }
        if let Some(listing) = self.listing {
            listing.flush().map_err(unlisted)?;
        }
        self.report.records = checked.records;
        self.report.flow = checked.flow;
        Ok(self.report)
    }

    /// Begins a response whose header could not be made before.
    fn open(&mut self) -> Result<()> {
        match std::mem::replace(&mut self.response, Response::Moved) {
            Response::Planned(output, plan) => {
                let rejections = plan.begin(output, self.options)?;
                self.report.envelope = rejections.has_envelope;
                self.response = Response::Electricity(Box::new(rejections));
            }
            other => self.response = other,
        }
        Ok(())
    }

    /// Returns the output of a response that has not begun, and replaces it.
    fn take_output(&mut self) -> Option<W> {
        match std::mem::replace(&mut self.response, Response::Moved) {
            Response::None(output) => Some(output),
            begun => {
                self.response = begun;
                None
            }
        }
    }

    fn expect_points(&self, kind: PointKind) -> Result<()> {
        self.options.known.as_ref().map_or(Ok(()), |known| known.require(kind))
    }

    /// Decides what is known for good.
    fn decide(&mut self, verdict: &Verdict<'_>, rules: RuleFlags) -> Result<()> {
        match verdict.shape {
            FileFormat::Gas(_) => match verdict.detail() {
                Some(Detail::E45(update)) => self.answer(update, rules),
                _ => self.list(&verdict.line, Some(verdict.record), rules),
            },
            FileFormat::Electricity(..) => match verdict.number_and_mpan() {
                Some((number, mpan)) => self.reject(number, mpan, rules),
                None => self.list(&verdict.line, Some(verdict.record), rules),
            },
        }
    }

    fn answer(&mut self, update: E45, rules: RuleFlags) -> Result<()> {
        let ruling = self.rule(update.meter_point_reference().as_u64(), rules);
        let Response::Gas(answers) = &mut self.response else { return Ok(()) };
        let reasons = answers.write(update, &ruling)?;
        self.report.reasons += reasons as u64;
        self.report.without_code += u64::from(ruling.is_refused() && reasons == 0);
        Ok(())
    }

    fn reject(&mut self, number: u64, mpan: MpanCore, rules: RuleFlags) -> Result<()> {
        let ruling = self.rule(mpan.as_u64(), rules);
        if !ruling.is_refused() {
            return Ok(());
        }
        self.open()?;
        let Response::Electricity(rejections) = &mut self.response else { return Ok(()) };
        rejections.write(number, mpan, &ruling)
    }

    /// Rules on an update, and counts it.
    fn rule(&mut self, point: u64, rules: RuleFlags) -> Ruling {
        let known = self.options.known.as_ref();
        let is_unknown = known.is_some_and(|known| !known.contains(point));
        let ruling = Ruling { rules: rules.and(self.refusing), is_unknown };
        let report = &mut self.report;
        *if ruling.is_refused() { &mut report.refused } else { &mut report.accepted } += 1;
        for refusal in ruling.refusals() {
            *report.refusals.entry(refusal).or_default() += 1;
        }
        ruling
    }

    /// Lists what cannot be answered.
    fn list(&mut self, line: &Line<'_>, record: Option<u64>, rules: RuleFlags) -> Result<()> {
        self.report.listed += 1;
        let wanted = self.report.samples.len() < self.options.samples;
        if !wanted && self.listing.is_none() {
            return Ok(());
        }
        let listed = Listed::new(line, record, rules, self.options.check.mask);
        if let Some(listing) = &mut self.listing {
            serde_json::to_writer(&mut *listing, &listed)
                .map_err(std::io::Error::from)
                .and_then(|()| listing.write_all(b"\n"))
                .map_err(unlisted)?;
        }
        if wanted {
            self.report.samples.push(listed);
        }
        Ok(())
    }
}

fn unlisted(cause: std::io::Error) -> Error {
    Error::output("the list of unanswered records cannot be written", cause)
}

fn empty_report() -> AnswerReport {
    AnswerReport {
        flow: None,
        layout: Layout::Fixed,
        envelope: false,
        records: 0,
        accepted: 0,
        refused: 0,
        listed: 0,
        refusals: std::collections::BTreeMap::new(),
        reasons: 0,
        without_code: 0,
        read_twice: false,
        samples: Vec::new(),
    }
}

impl<W: Write> Visitor for AnswerSession<'_, '_, W> {
    type Error = Error;

    fn begin(&mut self, beginning: FileStart<'_>) -> Result<()> {
        // the second time the file begins, its answer has begun already
        let Some(output) = self.take_output() else { return Ok(()) };
        let (options, line_end) = (self.options, beginning.line_end);
        self.report.layout = options.layout.unwrap_or(beginning.shape.layout());
        self.response = match beginning.shape {
            FileFormat::Gas(layout) => {
                self.expect_points(PointKind::Mprn)?;
                self.report.envelope = options.envelope == Some(true);
                Response::Gas(Box::new(Answers::begin(output, options, layout, line_end)?))
            }
            FileFormat::Electricity(layout, profile) => {
                self.expect_points(PointKind::Mpan)?;
                if profile.flow() != flagflow_electricity::Flow::D0350 {
                    return Err(super::not_answered(profile.flow().into()));
                }
                Response::Planned(output, Box::new(AnswerPlan::new(options, layout, line_end)?))
            }
        };
        Ok(())
    }

    fn other_line(
        &mut self,
        line: &Line<'_>,
        other_line: OtherLine,
        rules: RuleFlags,
    ) -> Result<()> {
        match (&mut self.response, other_line) {
            (Response::Planned(_, plan), OtherLine::Header) => {
                plan.take_header(line.bytes, &self.options.check.d0350);
                Ok(())
            }
            (_, OtherLine::SecondFile) if !matches!(self.phase, AnswerPhase::Waiting { .. }) => {
                self.list(line, None, rules)
            }
            _ => Ok(()),
        }
    }

    fn record(&mut self, verdict: &Verdict<'_>) -> Result<()> {
        match &self.phase {
            AnswerPhase::First if verdict.provisional => {
                let (from, late) = (verdict.record, DeferredRules::default());
                self.phase = AnswerPhase::Waiting { from, late };
                Ok(())
            }
            AnswerPhase::First => self.decide(verdict, verdict.rules),
            AnswerPhase::Waiting { .. } => Ok(()),
            AnswerPhase::Second { from, .. } if verdict.record < *from => Ok(()),
            AnswerPhase::Second { late, .. } => {
                let rules = verdict.rules.or(late.of(verdict.record));
                self.decide(verdict, rules)
            }
        }
    }

    fn deferred(&mut self, late_finding: DeferredFinding) -> Result<()> {
        if let AnswerPhase::Waiting { late, .. } = &mut self.phase {
            late.insert(late_finding.record, late_finding.rule);
        }
        Ok(())
    }
}
