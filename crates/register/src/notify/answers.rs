//! Answers of providers to notifications: E46 and D0351.

use std::collections::{BTreeMap, HashMap};

use flagflow_check::{
    CrossRecords, FileFormat, FileStart, Options, OtherLine, Report, RuleFlags, Verdict, Visitor,
    check_records,
};
use flagflow_domain::{MeterPoint, Outcome};
use flagflow_electricity::{Instruction, Profile, RawRecord as ElectricRecord};
use flagflow_files::Source;
use flagflow_frame::Line;
use flagflow_gas::{Detail, Layout, RawRecord};
use flagflow_status::{Notice, OutboundFile, PointFlag, Recipient};

use crate::apply::digest;
use crate::error::{Error, ErrorKind, Result};
use crate::notify::store::{Answer, StatusStore};

/// Result of reading a file of answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AnswerSummary {
    /// The number of accepted notices.
    pub accepted: u64,
    /// The number of rejected notices.
    pub rejected: u64,
    /// The number of records that cannot be read, or that have an error themselves or in one of
    /// their reasons (S72).
    pub unreadable: u64,
    /// The number of answers to updates that were never sent.
    pub unknown: u64,
    /// The lines of the first 100 answers to updates that were never sent.
    pub unknown_lines: Vec<u64>,
    /// The number of answers that match more than one update; they are not kept.
    pub ambiguous: u64,
    /// The first 100 answers that match more than one update.
    pub ambiguities: Vec<Ambiguity>,
}

/// An answer that matches more than one update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ambiguity {
    /// The line of the answer, from 1.
    pub line: u64,
    /// The meter point.
    pub point: MeterPoint,
    /// Every update that matches.
    pub candidates: Vec<Sent>,
}

/// An update that was sent: one instruction of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sent {
    /// The number of the file.
    pub number: u64,
    /// The instruction number.
    pub instruction: u64,
    /// The flag and its first day.
    pub held: PointFlag,
}

/// The number of unmatched answers whose lines are kept.
const MOST_LINES: usize = 100;

/// Limit in bytes of the reasons kept of one rejection, and the text that replaces the rest: a file
/// may have any number of S72 records below one E46, and memory is bounded.
const MOST_REASONS: usize = 1_000;
const MORE: &str = ", ...";

/// The number of answers added to the store in one transaction.
const BATCH: usize = 10_000;

/// Every update that was sent, by its point.
#[derive(Debug, Default)]
pub(super) struct SentUpdates {
    sent: BTreeMap<MeterPoint, Vec<Sent>>,
    /// The answers to updates of points whose flag and day were sent more than once.
    answered: HashMap<(MeterPoint, u64), Vec<(u64, u64)>>,
}

/// The updates that an answer matches.
enum Match {
    Nothing,
    One(Sent),
    Several(Vec<Sent>),
}

impl SentUpdates {
    /// Reads the updates that were sent, and the answers where a flag and day was sent more than
    /// once.
    pub(super) fn read(store: &impl StatusStore) -> Result<Self> {
        let mut all = Self::default();
        store.files(&mut |file| {
            let OutboundFile { number, .. } = file.sending;
            for (instruction, Notice { point, held, .. }) in file.sending.instructions() {
                let sent = Sent { number, instruction, held: *held };
                all.sent.entry(*point).or_default().push(sent);
            }
            Ok(())
        })?;
        store.answers(&mut |answer| {
            let Answer { number, point, file, line, .. } = answer;
            if all.is_repeated(point) {
                all.answered.entry((point, number)).or_default().push((file, line));
            }
            Ok(())
        })?;
        Ok(all)
    }

    fn is_repeated(&self, point: MeterPoint) -> bool {
        let sent = self.sent.get(&point).map_or(&[][..], Vec::as_slice);
        let mut later = sent.iter().enumerate();
        later.any(|(place, one)| sent.iter().skip(place + 1).any(|other| other.held == one.held))
    }

    /// Finds the update that a record answers. A D0351 names the instruction. An E46 repeats the
    /// flag and the day; if several updates match, it answers the update that the same line
    /// answered before, or else the only update without an answer.
    fn find(&self, said: &AnsweredUpdate, at: (u64, u64)) -> Match {
        let (point, is_it): (_, &dyn Fn(&&Sent) -> bool) = match said {
            AnsweredUpdate::Gas(point, held, _) => (*point, &|sent| sent.held == *held),
            AnsweredUpdate::Electricity(point, number) => {
                (*point, &|sent| sent.instruction == *number)
            }
        };
        let sent = self.sent.get(&point).map_or(&[][..], Vec::as_slice);
        let mut found: Vec<_> = sent.iter().filter(is_it).copied().collect();
        if found.len() > 1 && matches!(said, AnsweredUpdate::Gas(..)) {
            let answers = |sent: &Sent| self.answered.get(&(point, sent.number));
            let is_own = |sent: &&Sent| answers(sent).is_some_and(|answers| answers.contains(&at));
            let mut open = found.iter().filter(|sent| answers(sent).is_none());
            let only =
                if let (Some(open), None) = (open.next(), open.next()) { Some(open) } else { None };
            if let Some(one) = found.iter().find(is_own).or(only) {
                found = vec![*one];
            }
        }
        match found[..] {
            [] => Match::Nothing,
            [one] => Match::One(one),
            _ => Match::Several(found),
        }
    }

    fn answered(&mut self, answer: &Answer) {
        if self.is_repeated(answer.point) {
            let answers = self.answered.entry((answer.point, answer.number)).or_default();
            answers.push((answer.file, answer.line));
        }
    }
}

/// Appends a reason. Reasons past the limit are replaced by a mark.
fn add_reason(reasons: &mut String, code: &str) {
    if reasons.len() < MOST_REASONS {
        let between = if reasons.is_empty() { "" } else { ", " };
        reasons.push_str(between);
        reasons.push_str(code);
    } else if !reasons.ends_with(MORE) {
        reasons.push_str(MORE);
    }
}

/// One record of an answer. In electricity it has the number of the answered instruction (J1017).
enum AnsweredUpdate {
    Gas(MeterPoint, PointFlag, Outcome),
    Electricity(MeterPoint, u64),
}

impl AnsweredUpdate {
    /// Returns the point, and the reason of a rejection.
    fn into_parts(self) -> (MeterPoint, Option<String>) {
        match self {
            Self::Gas(point, _, Outcome::Rejected) => (point, Some(String::new())),
            Self::Gas(point, _, Outcome::Accepted) => (point, None),
            Self::Electricity(point, _) => (point, Some(String::new())),
        }
    }
}

/// The format of a file of answers.
enum AnswerFormat {
    Gas(Layout),
    Electricity(flagflow_electricity::Layout, Box<Profile>),
}

impl AnswerFormat {
    /// Returns the code of a reason's line, if it can be read.
    fn reason(&self, line: &[u8]) -> Option<String> {
        match self {
            Self::Gas(layout) => {
                let raw = RawRecord::cut(line, *layout).ok()?;
                flagflow_gas::ReasonCode::try_from(&raw).ok().map(|code| code.to_string())
            }
            Self::Electricity(layout, profile) => {
                let raw = ElectricRecord::cut(line, profile.table(*layout)).ok()?;
                flagflow_electricity::ReasonCode::try_from(&raw).ok().map(|code| code.to_string())
            }
        }
    }
}

/// Reads a file of answers while it is checked.
struct AnswerVisitor<'a, S> {
    store: &'a mut S,
    sent: SentUpdates,
    /// The number of the file.
    file: u64,
    batch: Vec<Answer>,
    /// Reasons of a record, and the number of that record. The check reports reasons before
    /// their record, because a bad reason rejects the record.
    reasons: (u64, String),
    format: Option<AnswerFormat>,
    report: AnswerSummary,
}

impl<S: StatusStore> AnswerVisitor<'_, S> {
    /// Adds a reason of the record with this number.
    fn reason(&mut self, line: &Line<'_>, record: u64) {
        if self.reasons.0 != record {
            self.reasons = (record, String::new());
        }
        if let Some(code) = self.format.as_ref().and_then(|format| format.reason(line.bytes)) {
            add_reason(&mut self.reasons.1, &code);
        }
    }

    /// Takes the reasons of the record with this number.
    fn reasons_of(&mut self, record: u64) -> Option<String> {
        (self.reasons.0 == record).then(|| std::mem::take(&mut self.reasons.1))
    }

    fn flush(&mut self) -> Result<()> {
        self.store.answer(&self.batch)?;
        self.batch.clear();
        Ok(())
    }
}

impl<S: StatusStore> Visitor for AnswerVisitor<'_, S> {
    type Error = Error;

    fn begin(&mut self, beginning: FileStart<'_>) -> Result<()> {
        self.format = Some(match beginning.shape {
            FileFormat::Gas(layout) => AnswerFormat::Gas(layout),
            FileFormat::Electricity(layout, profile) => {
                AnswerFormat::Electricity(layout, Box::new(profile.clone()))
            }
        });
        Ok(())
    }

    fn other_line(&mut self, line: &Line<'_>, other_line: OtherLine, _: RuleFlags) -> Result<()> {
        match other_line {
            OtherLine::Reason { record } => self.reason(line, record),
            OtherLine::SecondFile => self.report.unreadable += 1,
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
        let line = verdict.line.number;
        let found = self.sent.find(&said, (self.file, line));
        let (point, mut rejected) = said.into_parts();
        // reasons of an answer that is not kept must not reach the next one
        let reasons = self.reasons_of(verdict.record);
        let number = match found {
            Match::One(sent) => sent.number,
            Match::Nothing => {
                self.report.unknown += 1;
                if self.report.unknown_lines.len() < MOST_LINES {
                    self.report.unknown_lines.push(line);
                }
                return Ok(());
            }
            Match::Several(candidates) => {
                self.report.ambiguous += 1;
                if self.report.ambiguities.len() < MOST_LINES {
                    self.report.ambiguities.push(Ambiguity { line, point, candidates });
                }
                return Ok(());
            }
        };
        match &mut rejected {
            Some(why) => {
                self.report.rejected += 1;
                why.extend(reasons);
            }
            None => self.report.accepted += 1,
        }
        let recipient = Recipient::of(point);
        let answer = Answer { recipient, number, point, file: self.file, line, rejected };
        self.sent.answered(&answer);
        self.batch.push(answer);
        if self.batch.len() == BATCH { self.flush() } else { Ok(()) }
    }
}

fn said(verdict: &Verdict<'_>) -> Option<AnsweredUpdate> {
    if let Some(Detail::E46(e46)) = verdict.detail() {
        let held = PointFlag { flag: e46.flag(), from: e46.effective_from() };
        let point = MeterPoint::Gas(e46.meter_point_reference());
        return Some(AnsweredUpdate::Gas(point, held, e46.outcome()));
    }
    match verdict.instruction()? {
        Instruction::D0351(d0351) => {
            let point = MeterPoint::Electricity(d0351.mpan_core()?);
            Some(AnsweredUpdate::Electricity(point, d0351.incoming_instruction_number()))
        }
        Instruction::D0350(_) | Instruction::D0172(_) => None,
    }
}

/// Keeps the answers of a file.
pub(super) fn read<S: StatusStore>(
    store: &mut S,
    source: &Source,
    name: &str,
    options: &Options,
) -> Result<AnswerSummary> {
    let sent = SentUpdates::read(store)?;
    let file = store.answer_file(name, &digest(source.read()?)?.0)?;
    let report = AnswerSummary::default();
    let mut reading = AnswerVisitor {
        store,
        sent,
        file,
        batch: Vec::new(),
        reasons: (0, String::new()),
        format: None,
        report,
    };
    // each answer is about one notice and does not depend on the others
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
