//! The reason codes of a D0351 that need no table.
//!
//! Codes and their meaning are the catalogue's (item J0107). That a rule has the code given here is
//! the choice of this program, where the meaning of the code covers the fault.

use flagflow_check::RuleId;
use flagflow_electricity::{Electricity, Field, Names, ReasonCode};

use super::reasons::AnswerRefusal;

/// Rules that a record can break, and for which the catalogue has no code.
pub(super) const WITHOUT_CODE: [RuleId; 4] = [
    RuleId::MixedLineEnds,
    RuleId::MissingTerminator,
    RuleId::TrailingBlanks,
    RuleId::InstructionNumber,
];

/// Returns the codes for a reason, given the items that cannot be read; none if the catalogue has
/// no code for it.
pub(super) fn codes(refusal: AnswerRefusal, unreadable: &[Field]) -> Vec<ReasonCode> {
    let rule = match refusal {
        AnswerRefusal::UnknownMeterPoint => return vec![ReasonCode::UnknownMpan],
        AnswerRefusal::Rule(rule) => rule,
    };
    match rule {
        RuleId::UnknownFlag | RuleId::FlagNotInEdition => vec![ReasonCode::InvalidFlag],
        RuleId::InvalidDate
        | RuleId::DateOutOfRange
        | RuleId::FutureEffectiveDate
        | RuleId::PlaceholderDate => vec![ReasonCode::InvalidDate],
        RuleId::MpanCheckDigit | RuleId::UnknownDistributor => vec![ReasonCode::UnknownMpan],
        RuleId::InvalidSupplierId => vec![ReasonCode::InvalidSupplier],
        RuleId::InstructionType => vec![ReasonCode::InvalidInstructionType],
        RuleId::ConflictingUpdate => vec![ReasonCode::PendingChange],
        RuleId::DuplicateMeterPoint => vec![ReasonCode::SameValue],
        RuleId::NotANumber | RuleId::ItemTooLong | RuleId::NonAscii | RuleId::ControlCharacter => {
            of_items(unreadable)
        }
        rule if WITHOUT_CODE.contains(&rule) => Vec::new(),
        _ => vec![ReasonCode::Incomplete],
    }
}

/// Returns the codes of items that cannot be read.
fn of_items(unreadable: &[Field]) -> Vec<ReasonCode> {
    let of_item = |field: &Field| match *field {
        Field::InstructionType => ReasonCode::InvalidInstructionType,
        Electricity::POINT => ReasonCode::UnknownMpan,
        Field::DccServiceFlag => ReasonCode::InvalidFlag,
        Field::EffectiveFromDate => ReasonCode::InvalidDate,
        Field::SupplierId => ReasonCode::InvalidSupplier,
        _ => ReasonCode::Incomplete,
    };
    match unreadable {
        [] => vec![ReasonCode::Incomplete],
        fields => fields.iter().map(of_item).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_has_a_code_unless_the_catalogue_has_none_for_it() {
        for rule in RuleId::all() {
            let found = codes(AnswerRefusal::Rule(rule), &[]);
            assert_eq!(found.is_empty(), WITHOUT_CODE.contains(&rule), "{rule}");
        }
        let unknown = codes(AnswerRefusal::UnknownMeterPoint, &[]);
        assert_eq!(unknown, [ReasonCode::UnknownMpan]);
    }

    #[test]
    fn a_fault_of_an_item_has_the_code_of_the_item() {
        let fields = [
            Electricity::POINT,
            Field::SupplierId,
            Field::Other(flagflow_electricity::ItemName::new("note").unwrap()),
        ];
        let found = codes(AnswerRefusal::Rule(RuleId::ItemTooLong), &fields);
        let expected =
            [ReasonCode::UnknownMpan, ReasonCode::InvalidSupplier, ReasonCode::Incomplete];
        assert_eq!(found, expected);
    }
}
