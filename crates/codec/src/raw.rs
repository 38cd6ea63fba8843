//! Lines cut into items whose values are read on request.

use crate::cut::{self, Cut};
use crate::error::{ErrorKind, Fault, FieldFault};
use crate::names::Names;
use crate::table::{Item, ItemKind, LineKind, LineSpec, Slot, Style, Table};

/// One line cut into items, its values unread: it borrows the line and the table, and holds the
/// places of the items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawLine<'a, F: Names> {
    line: &'a [u8],
    table: &'a Table<F>,
    spec: &'a LineSpec<F>,
    cut: Cut,
}

impl<'a, F: Names> RawLine<'a, F> {
    /// Cuts a line (without its ending) into the items of the line that it begins with.
    ///
    /// # Errors
    ///
    /// `UnknownRecord`, `WrongLength` or `MalformedRecord`, all of the whole line.
    pub fn cut(line: &'a [u8], table: impl Into<&'a Table<F>>) -> Result<Self, Fault<F::Field>> {
        let table = table.into();
        let cut = cut::cut(line, table)?;
        Self::of(line, table, cut).ok_or_else(|| Fault::of_line(ErrorKind::UnknownRecord, line))
    }

    pub(crate) fn of(line: &'a [u8], table: &'a Table<F>, cut: Cut) -> Option<Self> {
        let spec = table.lines().get(usize::from(cut.line))?;
        Some(Self { line, table, spec, cut })
    }

    /// Returns the flow's name for a line by its code, whatever the rest of the line; `None` where
    /// the table has no such code.
    #[must_use]
    #[inline]
    pub fn peek_tag(line: &[u8], table: impl Into<&'a Table<F>>) -> Option<F::Tag> {
        cut::peek(line, table.into()).map(|(_, spec)| spec.tag)
    }

    /// Returns the part that a line plays in its file, by its code, whatever the rest of the line;
    /// `None` where the table has no such code.
    #[must_use]
    #[inline]
    pub fn peek_kind(line: &[u8], table: impl Into<&'a Table<F>>) -> Option<LineKind> {
        cut::peek(line, table.into()).map(|(_, spec)| spec.kind)
    }

    /// Returns the flow's name for the line.
    #[must_use]
    pub const fn tag(&self) -> F::Tag {
        self.spec.tag
    }

    /// Returns the part that the line plays in its file.
    #[must_use]
    pub const fn kind(&self) -> LineKind {
        self.spec.kind
    }

    /// Returns the line, without its ending.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.line
    }

    /// Returns the layout that the line was cut by.
    #[must_use]
    pub const fn layout(&self) -> F::Layout {
        self.table.layout()
    }

    /// Returns the line's row of the table.
    #[must_use]
    pub const fn spec(&self) -> &'a LineSpec<F> {
        self.spec
    }

    /// Returns whether the pipe after the last item is missing.
    #[must_use]
    pub const fn has_missing_bar(&self) -> bool {
        self.cut.has_missing_pipe
    }

    /// Returns the white space behind the last pipe, and the cells of white space behind the last
    /// item: no part of any item, and most often nothing. They begin behind the last item's pipe
    /// and end with the line.
    #[must_use]
    pub fn blanks(&self) -> &'a [u8] {
        self.line.get(self.cut.kept..).unwrap_or_default()
    }

    /// Returns the items that have a name, in the order of the line.
    pub fn items(&self) -> impl Iterator<Item = RawItem<'a, F>> + use<'a, F> {
        let raw = *self;
        raw.spec.items().iter().enumerate().map(move |(index, spec)| raw.item(index, spec))
    }

    /// Returns an item of the line, where the line has it.
    #[must_use]
    pub fn item_of(&self, field: F::Field) -> Option<RawItem<'a, F>> {
        let mut specs = self.spec.items().iter().enumerate();
        let (index, spec) = specs.find(|(_, spec)| spec.field == field)?;
        Some(self.item(index, spec))
    }

    /// Returns the text of an item ([`RawItem::text`]), where the line has it.
    #[must_use]
    pub fn field(&self, field: F::Field) -> Option<&'a [u8]> {
        self.item_of(field).map(|item| item.text())
    }

    /// Returns every item with its start in the line and its bytes, in the order of the line.
    pub fn fields(&self) -> impl Iterator<Item = (F::Field, usize, &'a [u8])> + use<'a, F> {
        self.items().map(|item| (item.field(), item.start(), item.as_bytes()))
    }

    /// Returns the items that the typed value has no place for
    /// ([`Slot::is_extra`](crate::Slot::is_extra)), in their order and without padding.
    pub fn extras(&self) -> impl Iterator<Item = &'a [u8]> + use<'a, F> {
        self.items().filter(|item| item.spec.slot.is_extra()).map(|item| item.carried())
    }

    /// Returns the further items of a header or trailer behind those that have a name, each with
    /// its pipe but perhaps the last.
    #[must_use]
    pub fn surplus(&self) -> &'a [u8] {
        let (_, end) = self.cut.cell(self.spec.items_behind_code().len(), self.table.style());
        self.line.get(end + 1..self.cut.kept).unwrap_or_default()
    }

    fn item(&self, index: usize, spec: &'a Item<F::Field>) -> RawItem<'a, F> {
        let style = self.table.style();
        let (start, end) = self.cut.cell(index + usize::from(!F::CODE_IS_ITEM), style);
        let cell = self.line.get(start..end).unwrap_or_default();
        let (start, bytes) = match (style, cell) {
            // a bare cell has no quote in it
            (Style::Comma, [b'"', text @ .., _]) => (start + 1, text),
            _ => (start, cell),
        };
        RawItem { spec, style, start, bytes }
    }

    /// Reads one item; without such an item it is a fault of the whole line.
    ///
    /// # Errors
    ///
    /// As [`RawItem::read`], and `UnexpectedRecord`.
    pub fn read<T>(
        &self,
        field: F::Field,
        parse: impl FnOnce(&'a [u8]) -> Result<T, FieldFault>,
    ) -> Result<T, Fault<F::Field>> {
        self.item_of(field).ok_or(self.unexpected())?.read(parse)
    }

    /// Refuses a line other than the wanted one.
    ///
    /// # Errors
    ///
    /// `UnexpectedRecord`.
    pub fn require(&self, tag: F::Tag) -> Result<(), Fault<F::Field>> {
        if self.tag() == tag { Ok(()) } else { Err(self.unexpected()) }
    }

    /// Returns the fault of a line that is not the wanted one.
    #[must_use]
    pub const fn unexpected(&self) -> Fault<F::Field> {
        Fault::of_line(ErrorKind::UnexpectedRecord, self.line)
    }
}

/// One item of a line: its row of the table, its place, its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawItem<'a, F: Names> {
    spec: &'a Item<F::Field>,
    style: Style,
    start: usize,
    bytes: &'a [u8],
}

impl<'a, F: Names> RawItem<'a, F> {
    /// Returns the item's row of the table.
    #[must_use]
    pub const fn spec(&self) -> &'a Item<F::Field> {
        self.spec
    }

    /// Returns the item's name.
    #[must_use]
    pub const fn field(&self) -> F::Field {
        self.spec.field
    }

    /// Returns the item's start in the line, from 0.
    #[must_use]
    pub const fn start(&self) -> usize {
        self.start
    }

    /// Returns all bytes of the item, padding too.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Returns the bytes of the item without the spaces that pad text.
    #[must_use]
    #[inline]
    pub fn text(&self) -> &'a [u8] {
        match (self.style, self.spec.kind) {
            (Style::FixedPadded, ItemKind::Text) => trimmed(self.bytes),
            _ => self.bytes,
        }
    }

    /// Returns whether the item has no bytes or, where items are padded, only spaces.
    #[must_use]
    #[inline]
    pub fn is_empty(&self) -> bool {
        match self.style {
            Style::FixedPadded => trimmed(self.bytes).is_empty(),
            _ => self.bytes.is_empty(),
        }
    }

    /// Returns the bytes of the item without any padding, spaces or zeros: the text that another
    /// layout would carry of an item that is not read.
    #[must_use]
    pub fn carried(&self) -> &'a [u8] {
        if self.style != Style::FixedPadded {
            return self.bytes;
        }
        let text = trimmed(self.bytes);
        if self.spec.kind != ItemKind::Number || !text.iter().all(u8::is_ascii_digit) {
            return text;
        }
        let zeros = text.iter().take_while(|byte| **byte == b'0').count();
        text.get(zeros.min(text.len().saturating_sub(1))..).unwrap_or_default()
    }

    /// Reads the item by a parser. In [`Style::Pipe`] and [`Style::FixedPadded`] the item must
    /// first be ASCII and not longer than its length, a mandatory item not empty, and text and what
    /// is carried unread without control characters and pipes.
    ///
    /// # Errors
    ///
    /// `NonAscii`, `ItemTooLong`, `EmptyItem`, `NotPrintable`, or the fault of the parser, at its
    /// place in the line.
    pub fn read<T>(
        &self,
        parse: impl FnOnce(&'a [u8]) -> Result<T, FieldFault>,
    ) -> Result<T, Fault<F::Field>> {
        let text = self.text();
        self.check()
            .and_then(|()| parse(text).map_err(|fault| self.widened(fault, text)))
            .map_err(|fault| fault.in_field(self.field(), self.start))
    }

    fn check(&self) -> Result<(), FieldFault> {
        if !matches!(self.style, Style::Pipe | Style::FixedPadded) {
            return Ok(());
        }
        check_ascii(self.bytes)?;
        let most = self.spec.length;
        if self.bytes.len() > most {
            return Err(FieldFault::of_field(ErrorKind::ItemTooLong { most }, self.bytes));
        }
        if self.spec.mandatory && self.is_empty() {
            return Err(FieldFault::of_field(ErrorKind::EmptyItem, self.bytes));
        }
        match (self.spec.kind, self.spec.slot) {
            (ItemKind::Text, _) | (_, Slot::Extra) => check_printable(self.bytes),
            _ => Ok(()),
        }
    }

    /// Returns a fault of the whole text as one of its padding too.
    fn widened(&self, fault: FieldFault, text: &[u8]) -> FieldFault {
        if fault == FieldFault::of_field(fault.kind, text) {
            return FieldFault::of_field(fault.kind, self.bytes);
        }
        fault
    }
}

fn trimmed(bytes: &[u8]) -> &[u8] {
    let spaces = bytes.iter().rev().take_while(|byte| **byte == b' ').count();
    bytes.get(..bytes.len() - spaces).unwrap_or_default()
}

/// Refuses the first byte outside ASCII.
///
/// # Errors
///
/// [`ErrorKind::NonAscii`], at that byte.
#[inline]
pub fn check_ascii(item: &[u8]) -> Result<(), FieldFault> {
    match item.iter().position(|byte| !byte.is_ascii()) {
        Some(start) => Err(FieldFault { kind: ErrorKind::NonAscii, start, length: 1 }),
        None => Ok(()),
    }
}

/// Refuses the first control character, of ASCII, or pipe: no text has either.
///
/// # Errors
///
/// [`ErrorKind::NotPrintable`], at that byte.
#[inline]
pub fn check_printable(item: &[u8]) -> Result<(), FieldFault> {
    match item.iter().position(|byte| byte.is_ascii_control() || *byte == b'|') {
        Some(start) => Err(FieldFault { kind: ErrorKind::NotPrintable, start, length: 1 }),
        None => Ok(()),
    }
}
