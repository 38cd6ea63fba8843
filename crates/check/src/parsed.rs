//! A line, and all that was read from it: made once for each line and handed on from step to step.

use flagflow_codec::{Fault, RawLine, Table};

use crate::checked_flow::CheckedFlow;
use crate::cross::{RecordLocation, UpdateKey};
use crate::span::{FindingSpan, ItemRef, LineRef, first_place};
use crate::verdict::RecordValues;

/// A line, and all that was read from it.
pub(crate) struct Parsed<'a, F: CheckedFlow> {
    pub(crate) line: LineRef<'a>,
    table: &'a Table<F>,
    /// The record of a canonical line, which was read without cutting the line.
    pub(crate) record: Option<F::Record>,
    /// The line cut into items, once that was needed.
    raw: Option<RawLine<'a, F>>,
    /// The values of a record, each if it can be read.
    pub(crate) values: RecordValues,
}

impl<'a, F: CheckedFlow> Parsed<'a, F> {
    /// A line of which nothing was read, or the record of a canonical line.
    #[inline]
    pub(crate) fn new(line: LineRef<'a>, table: &'a Table<F>, record: Option<F::Record>) -> Self {
        let values = record.as_ref().map(F::values_of).unwrap_or_default();
        Self { line, table, record, raw: None, values }
    }

    /// Cuts the line, once.
    pub(crate) fn raw(&mut self) -> Result<RawLine<'a, F>, Fault<F::Field>> {
        match self.raw {
            Some(raw) => Ok(raw),
            None => RawLine::cut(self.line.line.bytes, self.table).map(|raw| *self.raw.insert(raw)),
        }
    }

    /// Returns the line as it was cut, if that was needed.
    pub(crate) const fn cut(&self) -> Option<&RawLine<'a, F>> {
        self.raw.as_ref()
    }

    /// The items of a line that was cut, each with its place.
    pub(crate) fn items(
        line: LineRef<'a>,
        raw: &RawLine<'a, F>,
    ) -> impl Iterator<Item = ItemRef<'a, F>> + use<'a, F> {
        let kind = raw.kind();
        let items = (first_place::<F>()..).zip(raw.items());
        items.map(move |(place, item)| ItemRef { line, kind, item, place })
    }

    /// The place of a field; the whole line where it has no such field.
    #[cold]
    pub(crate) fn span(&mut self, field: F::Field) -> FindingSpan<'a> {
        let line = self.line;
        let Ok(raw) = self.raw() else { return line.whole() };
        let found = Self::items(line, &raw).find(|item| item.item.field() == field);
        found.map_or(line.whole(), |item| item.whole())
    }

    /// The place of the record.
    pub(crate) fn location(&mut self) -> RecordLocation {
        let (point, flag) = (self.span(F::POINT), self.span(F::FLAG));
        let length = usize::try_from(point.length).unwrap_or(usize::MAX);
        self.line.location((point.start, length), flag.start)
    }

    /// The meter point, the day and the flag, if all three can be read.
    #[inline]
    pub(crate) fn key(&self) -> Option<UpdateKey> {
        let RecordValues { point, flag, day, .. } = self.values;
        Some(UpdateKey { point: point?, day: day?.as_packed(), flag: flag? })
    }
}
