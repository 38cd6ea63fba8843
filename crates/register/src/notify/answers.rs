//! Answers to what was told: E46 and D0351.

use std::collections::BTreeMap;

use flagflow_check::{
    Aside, Beginning, CrossRecords, Options, Report, Shape, Verdict, Visitor, check_records,
};
use flagflow_domain::{MeterPoint, Outcome};
use flagflow_electricity::Update;
use flagflow_exchange::Source;
use flagflow_frame::Line;
use flagflow_gas::{Detail, Layout, RawRecord, ReasonCode};
use flagflow_status::{Held, Recipient, Sending};

use crate::error::{Error, ErrorKind, Result};
use crate::notify::store::StatusStore;

/// What a provider says of one notice that it was sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answer {
    /// Who says it.
    pub recipient: Recipient,
    /// The number of the file that the notice was in.
    pub number: u64,
    /// The meter point.
    pub point: MeterPoint,
    /// Why it is rejected: the reason code of a D0351, or those of the S72 records below an E46 with `, `
    /// between them, empty where there is none. `None` where it is accepted.
    pub rejected: Option<String>,
}

/// What a file of answers says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AnswerReport {
    /// How many notices are accepted.
    pub accepted: u64,
    /// How many are rejected.
    pub rejected: u64,
    /// How many records cannot be read, or have an error in them or in one of their reasons (S72).
    pub unreadable: u64,
    /// How many answer what was never told.
    pub unknown: u64,
    /// The lines of the first of those.
    pub unknown_lines: Vec<u64>,
}

/// How many lines are kept of answers to what was never told.
const MOST_LINES: usize = 100;

/// How many bytes of reasons are kept of one rejection, and what stands for the rest: a file may have any
/// number of S72 records below one E46, and memory is bounded.
const MOST_REASONS: usize = 1_000;
const MORE: &str = ", ...";

/// How many answers go into the store at once.
const BATCH: usize = 10_000;

/// Every notice that was told, by its point: the number of its file, its place there, what it said.
#[derive(Debug, Default)]
pub(super) struct Told(BTreeMap<MeterPoint, Vec<(u64, u64, Held)>>);

impl Told {
    pub(super) fn add(&mut self, file: &Sending) {
        for (place, notice) in (1..).zip(&file.notices) {
            self.0.entry(notice.point).or_default().push((file.number, place, notice.held));
        }
    }

    /// The number of the last file that told a point this.
    fn last(&self, point: MeterPoint, is_it: impl Fn(u64, Held) -> bool) -> Option<u64> {
        let told = self.0.get(&point)?.iter();
        told.filter(|(_, place, held)| is_it(*place, *held)).map(|(number, _, _)| *number).max()
    }

    /// What a record answers. An E46 repeats the point, the flag and the day; a D0351 names the point and
    /// the instruction, which is its place in the file.
    fn answer(&self, said: Said) -> Option<Answer> {
        let (point, number, rejected) = match said {
            Said::Gas(point, held, outcome) => {
                let rejected = (outcome == Outcome::Rejected).then(String::new);
                (point, self.last(point, |_, told| told == held)?, rejected)
            }
            Said::Electricity(point, instruction, reason) => {
                (point, self.last(point, |place, _| place == instruction)?, Some(reason))
            }
        };
        Some(Answer { recipient: Recipient::of(point), number, point, rejected })
    }
}

/// Puts a reason behind those that are there. Those past the bound are not kept, and it shows.
fn add_reason(reasons: &mut String, code: ReasonCode) {
    if reasons.len() < MOST_REASONS {
        let between = if reasons.is_empty() { "" } else { ", " };
        reasons.push_str(between);
        reasons.push_str(code.as_str());
    } else if !reasons.ends_with(MORE) {
        reasons.push_str(MORE);
    }
}

/// One record of an answer.
enum Said {
    Gas(MeterPoint, Held, Outcome),
    Electricity(MeterPoint, u64, String),
}

/// Reads a file on the way through the check.
struct Reading<'a, S> {
    store: &'a mut S,
    told: &'a Told,
    batch: Vec<Answer>,
    /// Reasons of gas, and the number of their record. The check tells them first, for a bad one rejects it.
    reasons: (u64, String),
    /// Of a file of gas, which its beginning says.
    layout: Option<Layout>,
    report: AnswerReport,
}

impl<S: StatusStore> Reading<'_, S> {
    /// A reason of the record with this number.
    fn reason(&mut self, line: &Line<'_>, record: u64) {
        if self.reasons.0 != record {
            self.reasons = (record, String::new());
        }
        let raw = self.layout.and_then(|layout| RawRecord::cut(line.bytes, layout).ok());
        if let Some(code) = raw.and_then(|raw| ReasonCode::try_from(&raw).ok()) {
            add_reason(&mut self.reasons.1, code);
        }
    }

    /// The reasons of the record with this number.
    fn reasons_of(&mut self, record: u64) -> Option<String> {
        (self.reasons.0 == record).then(|| std::mem::take(&mut self.reasons.1))
    }

    fn flush(&mut self) -> Result<()> {
        self.store.answer(&self.batch)?;
        self.batch.clear();
        Ok(())
    }
}

impl<S: StatusStore> Visitor for Reading<'_, S> {
    type Error = Error;

    fn begin(&mut self, beginning: Beginning<'_>) -> Result<()> {
        if let Shape::Gas(layout) = beginning.shape {
            self.layout = Some(layout);
        }
        Ok(())
    }

    fn aside(&mut self, line: &Line<'_>, aside: Aside) -> Result<()> {
        match aside {
            Aside::Reason { record } => self.reason(line, record),
            Aside::SecondFile => self.report.unreadable += 1,
            _ => {}
        }
        Ok(())
    }

    fn record(&mut self, verdict: &Verdict<'_>) -> Result<()> {
        let said = said(verdict).filter(|_| !verdict.rejected);
        let Some(said) = said else {
            self.report.unreadable += 1;
            return Ok(());
        };
        let Some(mut answer) = self.told.answer(said) else {
            self.report.unknown += 1;
            if self.report.unknown_lines.len() < MOST_LINES {
                self.report.unknown_lines.push(verdict.line.number);
            }
            return Ok(());
        };
        match &mut answer.rejected {
            Some(why) => {
                self.report.rejected += 1;
                why.extend(self.reasons_of(verdict.record));
            }
            None => self.report.accepted += 1,
        }
        self.batch.push(answer);
        if self.batch.len() == BATCH { self.flush() } else { Ok(()) }
    }
}

fn said(verdict: &Verdict<'_>) -> Option<Said> {
    if let Some(Detail::E46(e46)) = verdict.detail() {
        let held = Held { flag: e46.flag(), from: e46.effective_from() };
        let point = MeterPoint::Gas(e46.meter_point_reference());
        return Some(Said::Gas(point, held, e46.outcome()));
    }
    match verdict.update()? {
        Update::D0351(d0351) => {
            let point = MeterPoint::Electricity(d0351.mpan_core());
            let instruction = d0351.instruction_number();
            Some(Said::Electricity(point, instruction, d0351.reason().as_str().to_owned()))
        }
        Update::D0350(_) => None,
    }
}

/// Keeps what a file of answers says.
pub(super) fn read<S: StatusStore>(
    store: &mut S,
    told: &Told,
    source: &Source,
    options: &Options,
) -> Result<AnswerReport> {
    let report = AnswerReport::default();
    let mut reading = Reading {
        store,
        told,
        batch: Vec::new(),
        reasons: (0, String::new()),
        layout: None,
        report,
    };
    // each answer is about a notice, whatever the others say
    let options = Options { cross_records: CrossRecords::Off, ..options.clone() };
    let checked = check_records(source.read()?, &options, &mut reading)?;
    expect_answers(&checked)?;
    reading.flush()?;
    Ok(reading.report)
}

fn expect_answers(report: &Report) -> Result<()> {
    use flagflow_check::Flow;
    match report.flow {
        Some(flow @ (Flow::E45 | Flow::D0350)) => {
            let what = format!("the file has updates in it ({flow}), not answers");
            Err(Error::new(ErrorKind::Input, what))
        }
        _ => Ok(()),
    }
}
