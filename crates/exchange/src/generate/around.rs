//! The changes of the lines around the records, and lines more.

use flagflow_check::RuleId;
use flagflow_codec::LineKind;
use flagflow_frame::DEFAULT_MAX_LINE;

use super::chance::FaultSpot;

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
    pub(super) fn apply(self, item: &mut [u8]) -> Option<()> {
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

/// The place of a fault of a file in its lines, and the change.
pub(super) type ItemOfFile<N> = (LineKind, N, ItemChange);
