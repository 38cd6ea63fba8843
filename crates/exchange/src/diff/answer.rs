//! An answer of an electricity file, and the difference of two.

use std::fmt;

use flagflow_codec::Names;
use flagflow_electricity::{Electricity, Field, FileIdentifier, Instruction, ReasonCode};

use super::change::PointChange;

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
    pub(super) fn of(instruction: &Instruction) -> Option<Self> {
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
            Electricity::POINT => it.mpan_core().map(|mpan| mpan.to_string()),
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
    pub(super) fn says_the_same(&self, other: &Self, fields: &[Field]) -> bool {
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
