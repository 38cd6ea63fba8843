//! Answers of providers to notifications: E46 and D0351.

use flagflow_check::{
    CrossRecords, FileFormat, FileStart, Options, OtherLine, Report, RuleFlags, Verdict, Visitor,
    check_records,
};
use flagflow_domain::{MeterPoint, Outcome};
use flagflow_electricity::{Field, RawRecord as ElectricRecord, Update};
use flagflow_files::Source;
use flagflow_frame::Line;
use flagflow_gas::{Detail, Layout, RawRecord, ReasonCode};
use flagflow_status::{PointFlag, Recipient};

use crate::apply::digest;
use crate::error::{Error, ErrorKind, Result};
use crate::notify::history::sent_to;
use crate::notify::store::{Answer, StatusStore, atomically};

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

/// The updates that an answer matches.
enum Match {
    Nothing,
    One(Sent),
    Several(Vec<Sent>),
}

/// Finds the update that a record answers. A D0351 names the instruction. An E46 repeats the flag
/// and the day; if several updates match, it answers the update that the same line answered before,
/// or else the only update without an answer.
fn find(
    store: &impl StatusStore,
    unsaved: &[Answer],
    said: &AnsweredUpdate,
    at: (u64, u64),
) -> Result<Match> {
    let (point, is_it): (_, &dyn Fn(&Sent) -> bool) = match said {
        AnsweredUpdate::Gas(point, held, _) => (*point, &|sent| sent.held == *held),
        AnsweredUpdate::Electricity(point, number, _) => {
            (*point, &|sent| sent.instruction == *number)
        }
    };
    let sent = sent_to(store, point)?.into_iter().map(|(_, sent)| sent);
    let mut found: Vec<_> = sent.filter(is_it).collect();
    if found.len() > 1 && matches!(said, AnsweredUpdate::Gas(..)) {
        let (mut own, mut open) = (None, Vec::new());
        for sent in &found {
            let stored = store.answers(sent.number, point)?;
            let unsaved = unsaved.iter().filter(|it| (it.number, it.point) == (sent.number, point));
            let mut answers = stored.iter().chain(unsaved).peekable();
            if answers.peek().is_none() {
                open.push(*sent);
            } else if answers.any(|answer| (answer.file, answer.line) == at) {
                own = own.or(Some(*sent));
            }
        }
        let only = if let [only] = open[..] { Some(only) } else { None };
        if let Some(one) = own.or(only) {
            found = vec![one];
        }
    }
    Ok(match found[..] {
        [] => Match::Nothing,
        [one] => Match::One(one),
        _ => Match::Several(found),
    })
}

/// Appends a reason. Reasons past the limit are replaced by a mark.
fn add_reason(reasons: &mut String, code: ReasonCode) {
    if reasons.len() < MOST_REASONS {
        let between = if reasons.is_empty() { "" } else { ", " };
        reasons.push_str(between);
        reasons.push_str(code.as_str());
    } else if !reasons.ends_with(MORE) {
        reasons.push_str(MORE);
    }
}

/// One record of an answer. In electricity it has the number of the answered instruction (J1017).
enum AnsweredUpdate {
    Gas(MeterPoint, PointFlag, Outcome),
    Electricity(MeterPoint, u64, String),
}

impl AnsweredUpdate {
    /// Returns the point, and the reason of a rejection.
    fn into_parts(self) -> (MeterPoint, Option<String>) {
        match self {
            Self::Gas(point, _, Outcome::Rejected) => (point, Some(String::new())),
            Self::Gas(point, _, Outcome::Accepted) => (point, None),
            Self::Electricity(point, _, reason) => (point, Some(reason)),
        }
    }
}

/// Reads a file of answers while it is checked.
struct AnswerVisitor<'a, S> {
    store: &'a mut S,
    /// The number of the file.
    file: u64,
    batch: Vec<Answer>,
    /// Reasons of a gas record, and the number of that record. The check reports reasons before
    /// their record, because a bad reason rejects the record.
    reasons: (u64, String),
    /// True for a file of gas.
    layout: Option<Layout>,
    report: AnswerSummary,
}

impl<S: StatusStore> AnswerVisitor<'_, S> {
    /// Adds a reason of the record with this number.
    fn reason(&mut self, line: &Line<'_>, record: u64) {
        if self.reasons.0 != record {
            self.reasons = (record, String::new());
        }
        let raw = self.layout.and_then(|layout| RawRecord::cut(line.bytes, layout).ok());
        if let Some(code) = raw.and_then(|raw| ReasonCode::try_from(&raw).ok()) {
            add_reason(&mut self.reasons.1, code);
        }
    }

    /// Takes the reasons of the record with this number.
    fn reasons_of(&mut self, record: u64) -> Option<String> {
        (self.reasons.0 == record).then(|| std::mem::take(&mut self.reasons.1))
    }

    fn flush(&mut self) -> Result<()> {
        atomically(self.store, |store| store.answer(&self.batch))?;
        self.batch.clear();
        Ok(())
    }
}

impl<S: StatusStore> Visitor for AnswerVisitor<'_, S> {
    type Error = Error;

    fn begin(&mut self, beginning: FileStart<'_>) -> Result<()> {
        if let FileFormat::Gas(layout) = beginning.shape {
            self.layout = Some(layout);
        }
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
        let found = find(self.store, &self.batch, &said, (self.file, line))?;
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
        self.batch.push(answer);
        if self.batch.len() == BATCH { self.flush() } else { Ok(()) }
    }
}

/// The item of a profile that contains the number of the rejected instruction (J1017). In a profile
/// without this item the instruction number is the number of the rejected instruction.
const INCOMING: &str = "incoming_instruction_number";

fn said(verdict: &Verdict<'_>) -> Option<AnsweredUpdate> {
    if let Some(Detail::E46(e46)) = verdict.detail() {
        let held = PointFlag { flag: e46.flag(), from: e46.effective_from() };
        let point = MeterPoint::Gas(e46.meter_point_reference());
        return Some(AnsweredUpdate::Gas(point, held, e46.outcome()));
    }
    match verdict.update()? {
        Update::D0351(d0351) => {
            let point = MeterPoint::Electricity(d0351.mpan_core());
            let instruction = match incoming(verdict) {
                Some(item) => item?,
                None => d0351.instruction_number(),
            };
            Some(AnsweredUpdate::Electricity(
                point,
                instruction,
                d0351.reason().as_str().to_owned(),
            ))
        }
        Update::D0350(_) => None,
    }
}

/// Returns the number in the item [`INCOMING`]: `None` if the profile has no such item,
/// `Some(None)` if the item cannot be read.
fn incoming(verdict: &Verdict<'_>) -> Option<Option<u64>> {
    let FileFormat::Electricity(layout, profile) = verdict.shape else { return None };
    let field = Field::of_name(INCOMING).filter(|field| profile.update_group().has(*field))?;
    let raw = ElectricRecord::cut(verdict.line.bytes, profile.table(layout)).ok()?;
    let text = raw.item_of(field).and_then(|item| str::from_utf8(item.text()).ok());
    Some(text.and_then(|text| text.parse().ok()))
}

/// Keeps the answers of a file.
pub(super) fn read<S: StatusStore>(
    store: &mut S,
    source: &Source,
    name: &str,
    options: &Options,
) -> Result<AnswerSummary> {
    let digest = digest(source.read()?)?.0;
    let file = atomically(store, |store| store.answer_file(name, &digest))?;
    let report = AnswerSummary::default();
    let mut reading = AnswerVisitor {
        store,
        file,
        batch: Vec::new(),
        reasons: (0, String::new()),
        layout: None,
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
