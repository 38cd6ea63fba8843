//! Compares the answers of two electricity files: rejections by the instruction that is rejected,
//! confirmations by the file that is answered and their number.

use std::cmp::Ordering;
use std::{fmt, io};

use flagflow_electricity::{Field, FileIdentifier, Format, Instruction, RawRecord, ReasonCode};
use flagflow_frame::Line;

use super::options::DiffOptions;
use super::report::{Compared, DiffReport, Difference, PointChange, Side};
use super::runs::{Merge, Sorting};
use super::sorted::failed;
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
    pub(super) fn of(instruction: &Instruction) -> Option<Self> {
        match instruction {
            Instruction::D0350(_) => None,
            Instruction::D0351(it) => Some(Self::Rejection(it.incoming_instruction_number())),
            Instruction::D0172(it) => {
                Some(Self::Confirmation(it.file_identifier(), it.instruction_number()))
            }
        }
    }

    /// Returns bytes in the order of the keys of one kind: the file, then the number.
    fn as_sorted(&self) -> [u8; PackedAnswer::KEY] {
        let (file, number) = match self {
            Self::Rejection(number) => (&b""[..], number),
            Self::Confirmation(file, number) => (file.as_bytes(), number),
        };
        let mut bytes = [0; PackedAnswer::KEY];
        let (first, last) = bytes.split_at_mut(FileIdentifier::MOST);
        first.iter_mut().zip(file).for_each(|(to, byte)| *to = *byte);
        last.copy_from_slice(&number.to_be_bytes());
        bytes
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

/// An answer as bytes whose order is that of the comparison: key, number of the line, then the
/// lines of the record and of its reasons, as they are in the file.
struct PackedAnswer(Box<[u8]>);

impl PackedAnswer {
    /// Bytes of the key.
    const KEY: usize = FileIdentifier::MOST + size_of::<u64>();

    fn new(key: &AnswerKey, line: &Line<'_>, reasons: &[u8]) -> Self {
        let number = line.number.to_be_bytes();
        Self([&key.as_sorted()[..], &number, line.bytes, reasons].concat().into())
    }

    fn key(&self) -> Option<&[u8]> {
        self.0.get(..Self::KEY)
    }

    /// Reads the lines again; `None` if they never were those of an accepted answer.
    fn unpack(&self, format: &Format) -> Option<(AnswerKey, AnswerRecord)> {
        let table = format.profile().table(format.layout());
        let (number, lines) = self.0.get(Self::KEY..)?.split_first_chunk()?;
        let mut lines = lines.split(|byte| *byte == b'\n');
        let cut = |line| RawRecord::cut(line, table).ok();
        let instruction = Instruction::try_from(&cut(lines.next()?)?).ok()?;
        let reasons = lines.map(|line| ReasonCode::try_from(&cut(line)?).ok());
        let reasons = reasons.collect::<Option<_>>()?;
        let answer = AnswerRecord { instruction, reasons, line: u64::from_be_bytes(*number) };
        Some((AnswerKey::of(&instruction)?, answer))
    }
}

/// The answers of both files. The first answer about an instruction is compared with the first one
/// in the other file, and so on.
pub(super) struct Answers {
    sorting: [Sorting<Box<[u8]>>; 2],
    formats: [Option<Format>; 2],
    /// The lines of the reasons below the record at hand, each after a line feed.
    reasons: Vec<u8>,
}

impl Answers {
    /// Divides the memory between both files.
    pub(super) fn new(options: &DiffOptions) -> Self {
        let sorting = || Sorting::new(options.memory / 2, options.temporary_folder());
        Self { sorting: [sorting(), sorting()], formats: [None, None], reasons: Vec::new() }
    }

    /// Begins a file.
    pub(super) fn begin(&mut self, side: Side, format: Format) {
        self.formats[side as usize] = Some(format);
        self.reasons.clear();
    }

    /// Adds a reason below the next record.
    pub(super) fn reason(&mut self, line: &Line<'_>) {
        self.reasons.push(b'\n');
        self.reasons.extend_from_slice(line.bytes);
    }

    /// Forgets the reasons below a record that is not compared.
    pub(super) fn leave_out(&mut self) {
        self.reasons.clear();
    }

    /// Adds a record.
    pub(super) fn push(&mut self, side: Side, key: AnswerKey, line: &Line<'_>) -> Result<()> {
        let packed = PackedAnswer::new(&key, line, &self.reasons);
        self.reasons.clear();
        self.sorting[side as usize].push(packed.0).map_err(failed)
    }

    /// Counts the answers, and reports each difference in the order of the keys.
    pub(super) fn compare(
        self,
        compared: Compared,
        report: &mut DiffReport,
        tell: &mut dyn FnMut(&Difference) -> Result<()>,
    ) -> Result<()> {
        let ([old, new], [old_format, new_format]) = (self.sorting, self.formats);
        let mut old = SortedAnswers::new(old, old_format)?;
        let mut new = SortedAnswers::new(new, new_format)?;
        while let Some(order) = old.compare_next(&new) {
            let [old, new] = [(&mut old, Ordering::Greater), (&mut new, Ordering::Less)]
                .map(|(answers, later)| if order == later { Ok(None) } else { answers.pop() });
            let (old, new) = (old?, new?);
            let Some((key, _)) = old.as_ref().or(new.as_ref()) else { break };
            let key = *key;
            let [old, new] = [old, new].map(|answer| answer.map(|(_, answer)| answer));
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

/// The answers of one file in the order of their keys.
struct SortedAnswers {
    merge: Merge<Box<[u8]>>,
    format: Option<Format>,
    next: Option<PackedAnswer>,
}

impl SortedAnswers {
    fn new(sorting: Sorting<Box<[u8]>>, format: Option<Format>) -> Result<Self> {
        let mut merge = sorting.finish().map_err(failed)?;
        let next = merge.next().map_err(failed)?.map(PackedAnswer);
        Ok(Self { merge, format, next })
    }

    /// Compares the keys of the next answers of two files; `None` after the last ones. Less means
    /// that only this file has the key.
    fn compare_next(&self, other: &Self) -> Option<Ordering> {
        match (&self.next, &other.next) {
            (None, None) => None,
            (Some(_), None) => Some(Ordering::Less),
            (None, Some(_)) => Some(Ordering::Greater),
            (Some(one), Some(other)) => Some(one.key().cmp(&other.key())),
        }
    }

    /// Returns the next answer.
    fn pop(&mut self) -> Result<Option<(AnswerKey, AnswerRecord)>> {
        let after = self.merge.next().map_err(failed)?.map(PackedAnswer);
        let Some(packed) = std::mem::replace(&mut self.next, after) else { return Ok(None) };
        // every answer was read before, unless someone wrote into a temporary file
        let broken = || failed(io::ErrorKind::InvalidData.into());
        let unpacked = self.format.as_ref().and_then(|format| packed.unpack(format));
        unpacked.map(Some).ok_or_else(broken)
    }
}
