//! Writes an answer while the file is checked.

use std::io::Write;

use flagflow_check::{
    DeferredFinding, FileFormat, FileStart, Layout, OtherLine, Report, RuleFlags, Verdict, Visitor,
};
use flagflow_domain::MpanCore;
use flagflow_electricity::Flow;
use flagflow_frame::Line;
use flagflow_gas::{Detail, E45};

use super::AnswerOutputs;
use super::electricity::{AnswerPlan, UpdateAnswers, most_updates, too_many};
use super::gas::Answers;
use super::known::PointKind;
use super::options::AnswerOptions;
use super::report::{AnswerReport, Listed};
use super::ruling::Ruling;
use super::update::UpdateItems;
use crate::deferred::DeferredRules;
use flagflow_files::{Error, ErrorKind, Result};

/// Progress of an answer.
enum AnswerPhase {
    /// Every verdict so far was final, and is written.
    First,
    /// First record whose verdict waits for the end of the file.
    Waiting { from: u64, late: DeferredRules },
    /// The file is read again; everything before this record is written.
    Second { from: u64, late: DeferredRules },
}

/// Writers of the response.
enum Response<'w> {
    /// The file is not recognised yet.
    None(&'w mut dyn Write, Option<&'w mut dyn Write>),
    Gas(Box<Answers<&'w mut dyn Write>>),
    /// The updates' header may still come.
    Planned([&'w mut dyn Write; 2], Box<AnswerPlan>),
    Electricity(Box<UpdateAnswers<'w>>),
    /// Temporary value while the phase changes.
    Moved,
}

/// State of an answer.
pub(super) struct AnswerSession<'o, 'w> {
    options: &'o AnswerOptions,
    refusing: RuleFlags,
    phase: AnswerPhase,
    response: Response<'w>,
    listing: Option<&'w mut dyn Write>,
    report: AnswerReport,
    /// The largest number of records that can be answered.
    most: u64,
}

impl<'o, 'w> AnswerSession<'o, 'w> {
    pub(super) fn new(options: &'o AnswerOptions, outputs: AnswerOutputs<'w>) -> Self {
        let AnswerOutputs { response, rejections, listed } = outputs;
        Self {
            options,
            refusing: super::ruling::refusing(options),
            phase: AnswerPhase::First,
            response: Response::None(response, rejections),
            listing: listed,
            report: empty_report(),
            most: u64::MAX,
        }
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
            Response::Electricity(answers) => {
                answers.finish(checked.records, self.report.accepted)?;
            }
            Response::None(..) | Response::Planned(..) | Response::Moved => {}
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
            Response::Planned([confirmation, rejections], plan) => {
                let answers = plan.begin(confirmation, rejections, self.options)?;
                self.report.envelope = answers.has_envelope;
                self.response = Response::Electricity(Box::new(answers));
            }
            other => self.response = other,
        }
        Ok(())
    }

    /// Returns the outputs of a response that has not begun, and replaces them.
    fn take_outputs(&mut self) -> Option<(&'w mut dyn Write, Option<&'w mut dyn Write>)> {
        match std::mem::replace(&mut self.response, Response::Moved) {
            Response::None(response, rejections) => Some((response, rejections)),
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
            FileFormat::Electricity(layout, profile) => {
                let update = UpdateItems::of(verdict.line.bytes, layout, profile);
                self.answer_update(&update, verdict, rules)
            }
        }
    }

    fn answer(&mut self, update: E45, rules: RuleFlags) -> Result<()> {
        let ruling = self.ruling(Some(update.meter_point_reference().as_u64()), rules);
        self.count(&ruling);
        let Response::Gas(answers) = &mut self.response else { return Ok(()) };
        let reasons = answers.write(update, &ruling)?;
        self.report.reasons += reasons as u64;
        self.report.without_code += u64::from(ruling.is_refused() && reasons == 0);
        Ok(())
    }

    /// Accepts an update whose values can all be read, rejects one that is refused and has a
    /// number, and lists any other. The number 0 names no instruction.
    fn answer_update(
        &mut self,
        update: &UpdateItems,
        verdict: &Verdict<'_>,
        rules: RuleFlags,
    ) -> Result<()> {
        let ruling = self.ruling(update.mpan.map(MpanCore::as_u64), rules);
        match (ruling.is_refused(), update.number.filter(|number| *number > 0)) {
            (true, Some(number)) => {
                self.count(&ruling);
                self.open()?;
                let Response::Electricity(answers) = &mut self.response else { return Ok(()) };
                self.report.reasons += answers.reject(number, update, &ruling)? as u64;
            }
            (false, _) if update.is_complete() => self.count(&ruling),
            _ => self.list(&verdict.line, Some(verdict.record), rules)?,
        }
        Ok(())
    }

    /// Rules on an update.
    fn ruling(&self, point: Option<u64>, rules: RuleFlags) -> Ruling {
        let known = self.options.known.as_ref().zip(point);
        let is_unknown = known.is_some_and(|(known, point)| !known.contains(point));
        Ruling { rules: rules.and(self.refusing), is_unknown }
    }

    /// Counts an answered update.
    fn count(&mut self, ruling: &Ruling) {
        let report = &mut self.report;
        *if ruling.is_refused() { &mut report.refused } else { &mut report.accepted } += 1;
        for refusal in ruling.refusals() {
            *report.refusals.entry(refusal).or_default() += 1;
        }
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

/// Refuses a file that is itself a response.
fn expect_updates(flow: Flow) -> Result<()> {
    if flow == Flow::D0350 { Ok(()) } else { Err(super::not_answered(flow.into())) }
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

impl Visitor for AnswerSession<'_, '_> {
    type Error = Error;

    fn begin(&mut self, beginning: FileStart<'_>) -> Result<()> {
        // the second time the file begins, its answer has begun already
        let Some((response, rejections)) = self.take_outputs() else { return Ok(()) };
        let (options, line_end) = (self.options, beginning.line_end);
        self.report.layout = options.layout.unwrap_or(beginning.shape.layout());
        self.response = match beginning.shape {
            FileFormat::Gas(layout) => {
                self.expect_points(PointKind::Mprn)?;
                self.report.envelope = options.envelope == Some(true);
                if rejections.is_some() {
                    let what = "a file of rejections is given, and a gas file has none";
                    return Err(Error::new(ErrorKind::Options, what));
                }
                Response::Gas(Box::new(Answers::begin(response, options, layout, line_end)?))
            }
            FileFormat::Electricity(layout, profile) => {
                expect_updates(profile.flow())?;
                self.expect_points(PointKind::Mpan)?;
                let rejections = rejections.ok_or_else(|| {
                    let what = "the answer to a D0350 has a second file, of rejections: it is \
                                needed";
                    Error::new(ErrorKind::Options, what)
                })?;
                self.most = most_updates(&options.check.d0172);
                let plan = Box::new(AnswerPlan::new(options, layout, line_end)?);
                Response::Planned([response, rejections], plan)
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
        if verdict.record > self.most {
            return Err(too_many(self.most));
        }
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
