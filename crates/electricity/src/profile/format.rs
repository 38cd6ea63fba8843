//! Formats of items, `INT(12)`, and those that items with a meaning need.

use std::fmt;

use flagflow_codec::ItemKind;

use crate::field::{FileIdentifier, ReasonCode, SupplierId};
use crate::item::Field;

/// The most characters of an item that nothing else bounds.
pub(super) const MOST: usize = 999;

/// The most digits of a number: they always fit 64 bits.
pub(super) const MOST_DIGITS: usize = 19;

/// The most digits of a count of instructions: they always fit 32 bits.
const MOST_DIGITS_OF_COUNT: usize = 9;

/// Reads a format: `INT(12)`, `NUM(13)`, `CHAR(4)`, `DATE(8)`.
pub(super) fn format_of(text: &str) -> Option<(ItemKind, usize)> {
    let (name, digits) = text.strip_suffix(')')?.split_once('(')?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    match (name, digits.parse().ok().filter(|_| is_number)?) {
        ("INT" | "NUM", length @ 1..=MOST) => Some((ItemKind::Number, length)),
        ("CHAR", length @ 1..=MOST) => Some((ItemKind::Text, length)),
        ("DATE", 8) => Some((ItemKind::Date, 8)),
        _ => None,
    }
}

/// The formats that an item with a meaning may have.
pub(super) struct Demand {
    kind: ItemKind,
    least: usize,
    most: usize,
}

impl Demand {
    /// Returns the formats of an item, if it has a meaning.
    pub(super) const fn of(field: Field, instruction_type: usize) -> Option<Self> {
        let (kind, least, most) = match field {
            Field::FileSequenceNumber
            | Field::InstructionNumber
            | Field::IncomingInstructionNumber => (ItemKind::Number, 1, MOST_DIGITS),
            Field::Received | Field::Accepted | Field::Rejected => {
                (ItemKind::Number, 1, MOST_DIGITS_OF_COUNT)
            }
            Field::InstructionType => (ItemKind::Text, instruction_type, MOST),
            Field::MpanCore => (ItemKind::Mpan, 13, 13),
            Field::DccServiceFlag => (ItemKind::Flag, 1, 1),
            Field::EffectiveFromDate | Field::DeemedReceivedDate => (ItemKind::Date, 8, 8),
            Field::SupplierId => (ItemKind::Text, 1, SupplierId::MOST),
            Field::RejectionReasonCode => (ItemKind::Text, 1, ReasonCode::MOST),
            Field::AnsweredFileIdentifier => (ItemKind::Text, 1, FileIdentifier::MOST),
            _ => return None,
        };
        Some(Self { kind, least, most })
    }

    /// Returns the kind of the item.
    pub(super) const fn kind(&self) -> ItemKind {
        self.kind
    }

    /// Returns whether a format is one of these.
    pub(super) fn takes(&self, kind: ItemKind, length: usize) -> bool {
        let of_format = match self.kind {
            ItemKind::Mpan => ItemKind::Number,
            ItemKind::Flag => ItemKind::Text,
            kind => kind,
        };
        of_format == kind && (self.least..=self.most).contains(&length)
    }
}

impl fmt::Display for Demand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, least, most } = self;
        let name = match kind {
            ItemKind::Number => "INT",
            ItemKind::Mpan => "NUM",
            ItemKind::Date => "DATE",
            _ => "CHAR",
        };
        match least == most {
            true => write!(f, "{name}({most})"),
            false => write!(f, "{name}({least}) to {name}({most})"),
        }
    }
}
