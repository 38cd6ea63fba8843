//! Compares the answers of two electricity files: rejections by the instruction that is rejected,
//! confirmations by the file that is answered and their number.

use std::collections::BTreeMap;
use std::fmt;

use flagflow_electricity::{Field, FileIdentifier, Instruction, ReasonCode};

use super::report::{Compared, DiffReport, Difference, PointChange, Side};
use flagflow_files::Result;

/// The instruction or file that an answer is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AnswerKey {
    /// The instruction number of the update that a D0351 rejects.
    Rejection(u64),
    /// The file that a D0172 answers, and the number of the confirmation.
    Confirmation(FileIdentifier, u64),
}

impl AnswerKey {
    /// Returns the key of a record; `None` for an update.
    fn of(instruction: &Instruction) -> Option<Self> {
        match instruction {
            Instruction::D0350(_) => None,
            Instruction::D0351(it) => Some(Self::Rejection(it.incoming_instruction_number())),
            Instruction::D0172(it) => {
                Some(Self::Confirmation(it.file_identifier(), it.instruction_number()))
            }
        }
    }
}

impl fmt::Display for AnswerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejection(number) => f.pad(&number.to_string()),
            Self::Confirmation(file, number) => f.pad(&format!("{file}/{number}")),
        }
    }
}

/// An answer in one of the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerRecord {
    /// The record.
    pub instruction: Instruction,
    /// The reasons below a rejection, in order.
    pub reasons: Vec<ReasonCode>,
    /// Line of the record, from 1.
    pub line: u64,
}

impl AnswerRecord {
    /// Returns the text of an item, with the reasons separated by spaces; empty where the record
    /// has no value there.
    #[must_use]
    pub fn item(&self, field: Field) -> String {
        let it = &self.instruction;
        let counts = match it {
            Instruction::D0172(it) => Some([it.received(), it.accepted(), it.rejected()]),
            Instruction::D0350(_) | Instruction::D0351(_) => None,
        };
        let count = |at: usize| counts.map(|counts| counts[at].to_string());
        let text = match field {
            Field::RejectionReasonCode => Some(self.sorted_reasons().join(" ")),
            Field::MpanCore => it.mpan_core().map(|mpan| mpan.to_string()),
            Field::DeemedReceivedDate => it.deemed_received().map(|day| day.to_string()),
            Field::DccServiceFlag => it.flag().map(|flag| flag.to_string()),
            Field::EffectiveFromDate => it.effective_from().map(|day| day.to_string()),
            Field::SupplierId => it.supplier_id().map(|supplier| supplier.to_string()),
            Field::Received => count(0),
            Field::Accepted => count(1),
            Field::Rejected => count(2),
            _ => None,
        };
        text.unwrap_or_default()
    }

    /// Returns the reasons without their order, which means nothing.
    pub(super) fn sorted_reasons(&self) -> Vec<&str> {
        let mut reasons: Vec<_> = self.reasons.iter().map(ReasonCode::as_str).collect();
        reasons.sort_unstable();
        reasons
    }

    /// Returns true if two answers say the same; their own numbers and lines are ignored.
    fn says_the_same(&self, other: &Self, fields: &[Field]) -> bool {
        self.sorted_reasons() == other.sorted_reasons()
            && fields.iter().all(|field| self.item(*field) == other.item(*field))
    }
}

/// An answer that is not the same in both files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerDifference {
    /// The instruction or file that the answer is about.
    pub key: AnswerKey,
    /// The answer in the old file; at least one of the two files has one.
    pub old: Option<AnswerRecord>,
    /// The answer in the new file.
    pub new: Option<AnswerRecord>,
}

impl AnswerDifference {
    /// Returns the kind of the difference.
    #[must_use]
    pub const fn change(&self) -> PointChange {
        match (&self.old, &self.new) {
            (None, _) => PointChange::Added,
            (_, None) => PointChange::Gone,
            _ => PointChange::Changed,
        }
    }
}

/// The answers of both files. The first answer about an instruction is compared with the first one
/// in the other file, and so on.
#[derive(Debug, Default)]
pub(super) struct Answers {
    found: BTreeMap<(AnswerKey, u64), [Option<AnswerRecord>; 2]>,
    /// The answers so far about each instruction or file, in the file at hand.
    times: BTreeMap<AnswerKey, u64>,
    /// The reasons below the record at hand.
    reasons: Vec<ReasonCode>,
}

impl Answers {
    /// Continues with the other file.
    pub(super) fn turn(&mut self) {
        self.times.clear();
        self.reasons.clear();
    }

    /// Adds a reason below the next record.
    pub(super) fn reason(&mut self, reason: ReasonCode) {
        self.reasons.push(reason);
    }

    /// Forgets the reasons below a record that is not compared.
    pub(super) fn leave_out(&mut self) {
        self.reasons.clear();
    }

    /// Adds a record. Returns false if the record is no answer.
    pub(super) fn push(&mut self, side: Side, instruction: Instruction, line: u64) -> bool {
        let reasons = std::mem::take(&mut self.reasons);
        let Some(key) = AnswerKey::of(&instruction) else { return false };
        let times = self.times.entry(key).or_default();
        *times += 1;
        let records = self.found.entry((key, *times)).or_default();
        records[side as usize] = Some(AnswerRecord { instruction, reasons, line });
        true
    }

    /// Counts the answers, and reports each difference in the order of the keys.
    pub(super) fn compare(
        self,
        compared: Compared,
        report: &mut DiffReport,
        tell: &mut dyn FnMut(&Difference) -> Result<()>,
    ) -> Result<()> {
        for ((key, _), [old, new]) in self.found {
            report.old.points += u64::from(old.is_some());
            report.new.points += u64::from(new.is_some());
            if let (Some(old), Some(new)) = (&old, &new)
                && old.says_the_same(new, compared.items())
            {
                report.same += 1;
                continue;
            }
            let difference = AnswerDifference { key, old, new };
            report.changes[difference.change()] += 1;
            tell(&Difference::Answer(difference))?;
        }
        Ok(())
    }
}
