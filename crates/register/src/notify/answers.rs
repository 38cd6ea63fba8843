//! Answers of providers to notifications: E46, D0351 and D0172.

use std::collections::BTreeMap;

use flagflow_check::{
    CrossRecords, FileFormat, FileStart, Options, OtherLine, Report, RuleFlags, Verdict, Visitor,
    check_records,
};
use flagflow_domain::{Distributor, MeterPoint, Outcome};
use flagflow_electricity::{D0172, Field, Instruction, Profile, RawRecord as ElectricRecord};
use flagflow_files::Source;
use flagflow_frame::Line;
use flagflow_gas::{Detail, Layout, RawRecord};
use flagflow_status::{PointFlag, Recipient};

use crate::apply::digest;
use crate::error::{Error, ErrorKind, Result};
use crate::notify::confirmations::{file_of_instruction, notice_of_instruction};
use crate::notify::history::sent_to;
use crate::notify::store::{Answer, Confirmation, StatusStore, atomically};

/// Result of reading a file of answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AnswerSummary {
    /// The number of accepted notices.
    pub accepted: u64,
    /// The number of rejected notices.
    pub rejected: u64,
    /// The number of files that are confirmed (D0172).
    pub confirmed: u64,
    /// The number of records that cannot be read, or that have an error themselves or in one of
    /// their reasons (S72, or the reasons of a D0351).
    pub unreadable: u64,
    /// The number of answers to updates or files that were never sent.
    pub unknown: u64,
    /// The lines of the first 100 answers to updates or files that were never sent.
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
        AnsweredUpdate::Electricity(point, number) => (*point, &|sent| sent.instruction == *number),
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
    participants: &'a BTreeMap<Distributor, String>,
    /// The provider that sends an electricity file, by its header.
    sender: Option<Recipient>,
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

    /// Takes the sender of an electricity file.
    fn take_header(&mut self, line: &[u8]) {
        let Some(AnswerFormat::Electricity(layout, profile)) = &self.format else { return };
        let Ok(raw) = ElectricRecord::cut(line, profile.table(*layout)) else { return };
        let sender = raw.item_of(Field::FromParticipant);
        self.sender = sender.and_then(|item| {
            let is_sender = |distributor: &Distributor| {
                let given = self.participants.get(distributor).map(String::as_str);
                let name = given.or_else(|| distributor.participant());
                name.is_some_and(|name| name.as_bytes() == item.text())
            };
            (0..100).filter_map(Distributor::new).find(is_sender).map(Recipient::Electricity)
        });
    }

    /// Returns the point of an instruction that was sent to the sender of the file.
    fn point_of(&self, instruction: u64) -> Result<Option<MeterPoint>> {
        let Some(sender) = self.sender else { return Ok(None) };
        let Some(file) = file_of_instruction(self.store, sender, instruction)? else {
            return Ok(None);
        };
        let notice = notice_of_instruction(self.store, &file, instruction)?;
        Ok(notice.map(|stored| stored.notice.point))
    }

    /// Keeps the confirmation of a file that was sent.
    fn confirm(&mut self, confirmation: &D0172, line: u64) -> Result<()> {
        let identifier = confirmation.file_identifier();
        let number = identifier.as_str().parse().ok();
        let file = match self.sender.zip(number) {
            Some((sender, number)) => self.store.file_numbered(sender, number)?,
            None => None,
        };
        let Some(file) = file.filter(|file| file.identifier == identifier.as_str()) else {
            self.add_unknown(line);
            return Ok(());
        };
        self.report.confirmed += 1;
        let confirmation = Confirmation {
            file: file.id,
            answer_file: self.file,
            line,
            deemed_received: confirmation.deemed_received(),
            received: confirmation.received(),
            accepted: confirmation.accepted(),
            rejected: confirmation.rejected(),
        };
        atomically(self.store, |store| store.confirm(&confirmation))
    }

    fn add_unknown(&mut self, line: u64) {
        self.report.unknown += 1;
        if self.report.unknown_lines.len() < MOST_LINES {
            self.report.unknown_lines.push(line);
        }
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
            OtherLine::Header => self.take_header(line.bytes),
            OtherLine::Reason { record } => self.reason(line, record),
            OtherLine::SecondFile => self.report.unreadable += 1,
            _ => {}
        }
        Ok(())
    }

    fn record(&mut self, verdict: &Verdict<'_>) -> Result<()> {
        let line = verdict.line.number;
        let said = match said(verdict).filter(|_| !verdict.rejected) {
            None => {
                self.report.unreadable += 1;
                return Ok(());
            }
            Some(Said::File(confirmation)) => return self.confirm(&confirmation, line),
            Some(Said::Instruction(number)) => match self.point_of(number)? {
                Some(point) => AnsweredUpdate::Electricity(point, number),
                None => {
                    self.add_unknown(line);
                    return Ok(());
                }
            },
            Some(Said::Update(update)) => update,
        };
        let found = find(self.store, &self.batch, &said, (self.file, line))?;
        let (point, mut rejected) = said.into_parts();
        // reasons of an answer that is not kept must not reach the next one
        let reasons = self.reasons_of(verdict.record);
        let number = match found {
            Match::One(sent) => sent.number,
            Match::Nothing => {
                self.add_unknown(line);
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

/// The content of a record of an answer.
enum Said {
    /// The answer to an update of a point.
    Update(AnsweredUpdate),
    /// A rejection without a point: the instruction number alone.
    Instruction(u64),
    /// The confirmation of a file.
    File(D0172),
}

fn said(verdict: &Verdict<'_>) -> Option<Said> {
    if let Some(Detail::E46(e46)) = verdict.detail() {
        let held = PointFlag { flag: e46.flag(), from: e46.effective_from() };
        let point = MeterPoint::Gas(e46.meter_point_reference());
        return Some(Said::Update(AnsweredUpdate::Gas(point, held, e46.outcome())));
    }
    match verdict.instruction()? {
        Instruction::D0351(d0351) => {
            let number = d0351.incoming_instruction_number();
            Some(match d0351.mpan_core().map(MeterPoint::Electricity) {
                Some(point) => Said::Update(AnsweredUpdate::Electricity(point, number)),
                None => Said::Instruction(number),
            })
        }
        Instruction::D0172(confirmation) => Some(Said::File(confirmation)),
        Instruction::D0350(_) => None,
    }
}

/// Keeps the answers of a file.
pub(super) fn read<S: StatusStore>(
    store: &mut S,
    source: &Source,
    name: &str,
    options: &Options,
    participants: &BTreeMap<Distributor, String>,
) -> Result<AnswerSummary> {
    let digest = digest(source.read()?)?.0;
    let file = atomically(store, |store| store.answer_file(name, &digest))?;
    let report = AnswerSummary::default();
    let mut reading = AnswerVisitor {
        store,
        participants,
        sender: None,
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
