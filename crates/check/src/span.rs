//! Places of findings: lines, items, and the bytes of either.

use flagflow_codec::{Flow, Item, LineKind, RawItem};
use flagflow_frame::Line;

use crate::checked_flow::CheckedFlow;
use crate::cross::RecordLocation;
use crate::finding::{Excerpt, Finding, MAX_VALUE, escape};
use crate::rule::{Message, RuleId};
use crate::severity::Severity;

/// A line, and its record's number if it is one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LineRef<'a> {
    pub(crate) line: &'a Line<'a>,
    pub(crate) record: Option<u64>,
}

impl<'a> LineRef<'a> {
    /// A line that is not a record.
    pub(crate) const fn of_line(line: &'a Line<'a>) -> Self {
        Self { line, record: None }
    }

    /// The whole line, without its ending.
    pub(crate) fn whole(&self) -> FindingSpan<'a> {
        FindingSpan {
            line: self.line.number,
            record: self.record,
            line_offset: self.line.offset,
            bytes: self.line.bytes,
            line_length: self.line.length,
            start: 0,
            length: self.line.length,
            field: None,
            value: None,
        }
    }

    /// Some bytes of a field.
    pub(crate) fn field(
        &self,
        field: impl Into<Option<PlacedField<'a>>>,
        start: usize,
        length: usize,
    ) -> FindingSpan<'a> {
        FindingSpan { start, length: length as u64, field: field.into(), ..self.whole() }
    }

    /// The location of a record by the start and the length of its meter point, and the start of
    /// its flag.
    #[inline]
    pub(crate) fn location(&self, point: (usize, usize), flag: usize) -> RecordLocation {
        let Line { number, offset, length, end, .. } = *self.line;
        RecordLocation {
            line: number,
            record: self.record.unwrap_or_default(),
            line_offset: offset,
            stride: length + end.as_bytes().len() as u64,
            line_length: u32::try_from(length).unwrap_or(u32::MAX),
            point_start: short(point.0),
            point_length: short(point.1),
            flag_start: short(flag),
        }
    }
}

/// A record that can be read is shorter than any of these numbers can express.
fn short(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// An item of a line, and its place among the items.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ItemRef<'a, F: Flow> {
    pub(crate) line: LineRef<'a>,
    pub(crate) kind: LineKind,
    pub(crate) item: RawItem<'a, F>,
    pub(crate) place: u8,
}

impl<'a, F: CheckedFlow> ItemRef<'a, F> {
    /// The item's name and place.
    pub(crate) fn field(&self) -> PlacedField<'a> {
        PlacedField::of_item::<F>(self.item.spec(), self.place)
    }

    /// All of the item.
    pub(crate) fn whole(&self) -> FindingSpan<'a> {
        self.line.field(self.field(), self.item.start(), self.item.as_bytes().len())
    }
}

/// The span that a finding points at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FindingSpan<'a> {
    pub(crate) line: u64,
    pub(crate) record: Option<u64>,
    /// The line's first byte in the file.
    pub(crate) line_offset: u64,
    /// The line, or its beginning where it is too long to hold.
    pub(crate) bytes: &'a [u8],
    /// The number of the line's bytes.
    pub(crate) line_length: u64,
    /// The span in the line.
    pub(crate) start: usize,
    pub(crate) length: u64,
    pub(crate) field: Option<PlacedField<'a>>,
    /// The span's bytes where the line is gone.
    pub(crate) value: Option<&'a [u8]>,
}

/// A field: its name, and its place in the record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlacedField<'a> {
    pub(crate) name: &'a str,
    pub(crate) place: u8,
    /// Its most characters. A longer value is something else, perhaps a misplaced identifier.
    pub(crate) most: usize,
    pub(crate) is_identifier: bool,
}

impl<'a> PlacedField<'a> {
    fn of_item<F: CheckedFlow>(item: &'a Item<F::Field>, place: u8) -> Self {
        let is_identifier = item.field == F::POINT;
        Self { name: item.field.as_ref(), place, most: item.length, is_identifier }
    }

    /// A field of a line, if the line has it.
    pub(crate) fn of_line<F: CheckedFlow>(
        items: &'a [Item<F::Field>],
        wanted: F::Field,
    ) -> Option<Self> {
        let mut items = (first_place::<F>()..).zip(items);
        let (place, item) = items.find(|(_, item)| item.field == wanted)?;
        Some(Self::of_item::<F>(item, place))
    }
}

/// The place of the first item of a line, the code being at place 0.
pub(crate) fn first_place<F: Flow>() -> u8 {
    u8::from(!F::CODE_IS_ITEM)
}

impl FindingSpan<'_> {
    fn span(&self) -> &[u8] {
        if let Some(value) = self.value {
            return value;
        }
        let start = self.start.min(self.bytes.len());
        let length = usize::try_from(self.length).unwrap_or(usize::MAX);
        &self.bytes[start..start + length.min(self.bytes.len() - start)]
    }

    /// Returns whether the span may contain an identifier: it is one, or a whole line, or longer
    /// than its field can be, or has the digits of a meter point.
    fn may_identify(&self) -> bool {
        let of_the_field =
            |field: &PlacedField<'_>| field.is_identifier || self.length > field.most as u64;
        self.field.as_ref().is_none_or(of_the_field) || has_meter_point(self.span())
    }

    /// The value as findings show it; `None` where it is masked.
    pub(crate) fn value(&self, mask: bool) -> Option<String> {
        let span = self.span();
        (!(mask && self.may_identify())).then(|| escape(&span[..span.len().min(MAX_VALUE)]))
    }

    fn excerpt(&self, mask: bool) -> Option<Excerpt> {
        let length = self.span().len();
        let mut excerpt = Excerpt::around(self.bytes, self.line_length, self.start, length);
        if mask {
            excerpt.mask();
        }
        (!self.bytes.is_empty()).then_some(excerpt)
    }

    /// The finding of a rule here.
    pub(crate) fn finding(
        &self,
        rule: RuleId,
        severity: Severity,
        message: Message,
        mask: bool,
    ) -> Finding {
        Finding {
            rule,
            severity,
            line: self.line,
            record: self.record,
            offset: self.line_offset + self.start as u64,
            column: self.start as u64 + 1,
            length: self.length,
            field: self.field.map(|field| field.name.to_owned()),
            value: self.value(mask),
            message: message.message,
            expected: message.expected,
            excerpt: self.excerpt(mask),
            place: self.field.map_or(0, |field| field.place + 1),
        }
    }
}

/// Returns whether text may contain a meter point: 13 digits or more, of which 13 may be an MPAN
/// core; or 9 or more that are at least 6 without leading zeros, as an MPRN is. A date has fewer, a
/// small count too.
fn has_meter_point(text: &[u8]) -> bool {
    let without_zeros = |run: &[u8]| run.iter().skip_while(|digit| **digit == b'0').count();
    text.split(|byte| !byte.is_ascii_digit())
        .any(|run| run.len() >= 13 || run.len() >= 9 && without_zeros(run) >= 6)
}

/// A line kept for later, of a long one its beginning.
#[derive(Clone, Debug)]
pub(crate) struct SavedLine {
    bytes: Vec<u8>,
    line: Line<'static>,
    pub(crate) record: Option<u64>,
}

impl SavedLine {
    /// The most bytes of a line that are kept.
    const MOST: usize = 256;

    /// Keeps all of a line that is in memory.
    pub(crate) fn whole(spot: LineRef<'_>) -> Self {
        let LineRef { line, record } = spot;
        Self { bytes: line.bytes.to_vec(), line: bare(line), record }
    }

    pub(crate) fn new(spot: LineRef<'_>) -> Self {
        let mut saved = Self { bytes: Vec::new(), line: bare(spot.line), record: None };
        saved.set(spot);
        saved
    }

    /// Keeps another line instead.
    pub(crate) fn set(&mut self, spot: LineRef<'_>) {
        let kept = spot.line.bytes.len().min(Self::MOST);
        self.bytes.clear();
        self.bytes.extend_from_slice(&spot.line.bytes[..kept]);
        self.line = bare(spot.line);
        self.record = spot.record;
    }

    pub(crate) fn line(&self) -> Line<'_> {
        Line { bytes: &self.bytes, ..self.line }
    }
}

/// An item of a line kept for later.
pub(crate) struct SavedItem<'a> {
    pub(crate) line: SavedLine,
    pub(crate) start: usize,
    pub(crate) length: usize,
    pub(crate) field: Option<PlacedField<'a>>,
}

/// A line without its bytes.
fn bare(line: &Line<'_>) -> Line<'static> {
    let Line { length, oversize, end, offset, number, .. } = *line;
    Line { bytes: &[], length, oversize, end, offset, number }
}
#[cfg(test)]
mod tests {
    use super::has_meter_point;

    #[test]
    fn meter_points_are_seen_in_longer_numbers() {
        for text in ["1013044353630", "22276543210987", "x1234567810", "0000123409", "123456781"] {
            assert!(has_meter_point(text.as_bytes()), "{text}");
        }
        for text in ["20240603", "0000000042", "000000012345", "1234 5678", ""] {
            assert!(!has_meter_point(text.as_bytes()), "{text}");
        }
    }
}
