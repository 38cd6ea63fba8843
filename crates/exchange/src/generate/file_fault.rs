//! One fault of a file: in its header, its trailer or its group, between its lines, or at its end.

use flagflow_check::RuleId;
use flagflow_codec::{LineKind, RawLine};
use flagflow_domain::Fuel;
use flagflow_frame::DEFAULT_MAX_LINE;

use super::chance::FaultSpot;
use super::fault::{SpoilFlow, Spoiler};

/// The rules that the lines around the records, their endings, or one line more can break.
pub const FILE_FAULTS: [RuleId; 27] = [
    RuleId::ByteOrderMark,
    RuleId::MissingHeader,
    RuleId::MissingTrailer,
    RuleId::EmptyLine,
    RuleId::MixedLineEnds,
    RuleId::MissingTerminator,
    RuleId::TrailingPadding,
    RuleId::LineTooLong,
    RuleId::UnexpectedRecord,
    RuleId::GroupCardinality,
    RuleId::SecondFile,
    RuleId::TrailingBlanks,
    RuleId::InvalidTime,
    RuleId::InvalidTimestamp,
    RuleId::InvalidReason,
    RuleId::WrongFileType,
    RuleId::FlowVersion,
    RuleId::UnexpectedRole,
    RuleId::TestFlag,
    RuleId::InvalidFileId,
    RuleId::RecordCount,
    RuleId::FileIdMismatch,
    RuleId::GroupCount,
    RuleId::FlowCount,
    RuleId::PlaceholderDate,
    RuleId::ParticipantMismatch,
    RuleId::FileSequenceNumber,
];

/// Returns the rules that a fault of a file of one fuel can break.
pub fn file_faults(fuel: Fuel) -> impl Iterator<Item = RuleId> {
    FILE_FAULTS.into_iter().filter(move |rule| match rule {
        RuleId::InvalidTime
        | RuleId::InvalidReason
        | RuleId::WrongFileType
        | RuleId::RecordCount => fuel == Fuel::Gas,
        RuleId::TrailingBlanks
        | RuleId::UnexpectedRecord
        | RuleId::GroupCardinality
        | RuleId::InvalidTimestamp
        | RuleId::FlowVersion
        | RuleId::UnexpectedRole
        | RuleId::TestFlag
        | RuleId::InvalidFileId
        | RuleId::FileIdMismatch
        | RuleId::GroupCount
        | RuleId::FlowCount
        | RuleId::ParticipantMismatch
        | RuleId::FileSequenceNumber => fuel == Fuel::Electricity,
        _ => true,
    })
}

/// The change of one item of a line around the records.
#[derive(Clone, Copy, Debug)]
pub(super) enum ItemChange {
    /// Another text of the same length.
    Text(&'static [u8]),
    /// Another last character.
    Last(u8),
    /// Another last digit.
    OtherDigit,
    /// Zeros throughout.
    Zeros,
}

impl ItemChange {
    fn apply(self, item: &mut [u8]) -> Option<()> {
        let last = item.iter().rposition(|byte| *byte != b' ')?;
        match self {
            Self::Text(text) => item.get_mut(..text.len())?.copy_from_slice(text),
            Self::Last(byte) => *item.get_mut(last)? = byte,
            Self::OtherDigit => {
                let last = item.get_mut(last)?;
                *last = if *last == b'9' { b'8' } else { b'9' };
            }
            Self::Zeros => item.fill(b'0'),
        }
        Some(())
    }
}

/// A line that is put before the trailer.
pub(super) struct ExtraLine {
    pub(super) line: Vec<u8>,
    pub(super) spot: FaultSpot,
    /// Number of records that the trailer counts with it.
    pub(super) records: u64,
}

impl ExtraLine {
    /// Returns a line that is a fault as a whole, and counts as so many records.
    pub(super) fn whole(rule: RuleId, line: Vec<u8>, records: u64) -> Self {
        Self { spot: whole(rule, &line), line, records }
    }

    /// Returns an extra line of a fault that differs only by its own bytes.
    pub(super) fn plain(rule: RuleId) -> Option<Self> {
        match rule {
            RuleId::EmptyLine => Some(Self::whole(rule, Vec::new(), 0)),
            RuleId::LineTooLong => Some(Self::whole(rule, vec![b'x'; DEFAULT_MAX_LINE + 1], 1)),
            _ => None,
        }
    }
}

/// Returns a line as the fault.
pub(super) const fn whole(rule: RuleId, line: &[u8]) -> FaultSpot {
    FaultSpot { rule, field: None, start: 0, length: line.len() }
}

impl<F: SpoilFlow> Spoiler<F> {
    /// Changes an item of one of the lines around the records, if the rule is about an item there.
    /// Returns the number of the line, from 0, and the fault.
    pub(super) fn change_item(
        &self,
        rule: RuleId,
        lines: &mut [Vec<u8>],
    ) -> Option<(usize, FaultSpot)> {
        let (kind, field, change) = F::item_of_file(rule, &self.format)?;
        let table = self.format.as_ref();
        lines.iter_mut().enumerate().find_map(|(at, line)| {
            let raw = RawLine::cut(line, table).ok().filter(|raw| raw.kind() == kind)?;
            let item = raw.item_of(field)?;
            let (start, length) = (item.start(), item.as_bytes().len());
            change.apply(line.get_mut(start..start + length)?)?;
            Some((at, FaultSpot { rule, field: F::name(field), start, length }))
        })
    }
}

/// The place of a fault of a file in its lines, and the change.
pub(super) type ItemOfFile<N> = (LineKind, N, ItemChange);
