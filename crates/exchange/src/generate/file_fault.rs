//! One fault of a file: in its header, its trailer or its group, between its lines, or at its end.

use flagflow_check::RuleId;
use flagflow_codec::RawLine;
use flagflow_domain::Fuel;

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
