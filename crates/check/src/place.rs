//! Pointing at lines and fields.

use flagflow_frame::Line;
use flagflow_gas::{Field, Tag};

use crate::finding_counts::{FindingSpan, PlacedField};

/// A line in hand, and its record's number where it is one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LineRef<'a> {
    pub(crate) line: &'a Line<'a>,
    pub(crate) record: Option<u64>,
}

impl<'a> LineRef<'a> {
    /// The whole line, without its end.
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
        field: PlacedField<'a>,
        start: usize,
        length: usize,
    ) -> FindingSpan<'a> {
        FindingSpan { start, length: length as u64, field: Some(field), ..self.whole() }
    }
}

/// A gas field's name, and its place in the table of its record.
pub(crate) fn placed(tag: Tag, field: Field) -> PlacedField<'static> {
    let mut specs = (0u8..).zip(tag.spec().items());
    let (place, most) = specs
        .find(|(_, spec)| spec.field == field)
        .map_or((0, 0), |(place, spec)| (place, spec.length));
    let is_identifier = field == Field::MeterPointReference;
    PlacedField { name: field.name(), place, most, is_identifier }
}

/// A line kept for later, of a long one its beginning.
#[derive(Clone, Debug)]
pub(crate) struct SavedLine {
    bytes: Vec<u8>,
    line: Line<'static>,
    pub(crate) record: Option<u64>,
}

impl SavedLine {
    /// How much of a line is kept.
    const MOST: usize = 256;

    /// Keeps all of the line that is at hand.
    pub(crate) fn whole(spot: &LineRef<'_>) -> Self {
        let LineRef { line, record } = *spot;
        Self { bytes: line.bytes.to_vec(), line: bare(line), record }
    }

    pub(crate) fn new(spot: &LineRef<'_>) -> Self {
        let mut anchor = Self { bytes: Vec::new(), line: bare(spot.line), record: None };
        anchor.set(spot);
        anchor
    }

    /// Keeps another line instead.
    pub(crate) fn set(&mut self, spot: &LineRef<'_>) {
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

/// A line without its bytes.
fn bare(line: &Line<'_>) -> Line<'static> {
    let Line { length, oversize, end, offset, number, .. } = *line;
    Line { bytes: &[], length, oversize, end, offset, number }
}
