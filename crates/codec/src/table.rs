//! A flow as data: the lines of a layout, and the items of each line.

use std::borrow::Cow;

use flagflow_rows::CheckDigits;

use crate::error::{ErrorKind, LineCode};
use crate::names::Names;

/// The most items of a line, its code not counted.
pub const MAX_ITEMS: usize = 32;

/// The most lines of a table.
pub const MAX_LINES: usize = 16;

/// The way in which the items of a line follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// Each item at its length, without delimiters; numbers padded left with zeros.
    Fixed,
    /// A comma between items; text in double quotes, numbers and dates bare and unpadded.
    Comma,
    /// A pipe after each item; nothing quoted, nothing padded.
    Pipe,
    /// Each item at its length, without delimiters; text padded right with spaces, numbers left
    /// with zeros.
    FixedPadded,
}

impl Style {
    /// Returns whether items are at fixed places, without delimiters.
    #[must_use]
    #[inline]
    pub const fn is_fixed(self) -> bool {
        matches!(self, Self::Fixed | Self::FixedPadded)
    }
}

/// The part that a line plays in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineKind {
    /// The header: the first line, once.
    Header,
    /// A group that opens a set of records or groups.
    Group,
    /// A record.
    Record,
    /// A reason below a record.
    Reason,
    /// The trailer.
    Trailer,
}

/// The number of times that a line may stand below one line of its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cardinality {
    /// The least number of lines.
    pub least: u32,
    /// The most lines, or `None` for no limit.
    pub most: Option<u32>,
}

impl Cardinality {
    /// Any number of lines.
    pub const ANY: Self = Self { least: 0, most: None };
    /// At most one line.
    pub const OPTIONAL: Self = Self { least: 0, most: Some(1) };
    /// At least one line.
    pub const SOME: Self = Self { least: 1, most: None };
    /// Exactly one line.
    pub const ONE: Self = Self { least: 1, most: Some(1) };
}

/// The bytes that an item may have, and so the way in which it is padded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ItemKind {
    /// Any ASCII but delimiters; quoted in [`Style::Comma`], padded right with spaces in
    /// [`Style::FixedPadded`].
    Text,
    /// Digits; padded left with zeros in the fixed styles.
    Number,
    /// Digits at the full length in every style: times of day.
    Digits,
    /// An MPAN core, 13 digits.
    Mpan,
    /// A DCC Service Flag, one letter.
    Flag,
    /// A day, `YYYYMMDD`.
    Date,
    /// A day and a time, `YYYYMMDDHHMMSS`; in headers and trailers alone.
    Timestamp,
}

/// The use that reading and writing make of an item: the value of a record that it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// The record's own number.
    Number,
    /// The meter point.
    Point(CheckDigits),
    /// The DCC Service Flag.
    Flag,
    /// The outcome, two letters.
    Outcome,
    /// The day from which the flag is effective.
    Date,
    /// The party that asked for the change: text of at most four characters.
    Party,
    /// A value that only the definition reads and writes: a record with one has no columns.
    Own,
    /// The reason, in a line below a record.
    Reason,
    /// The same text in every line: [`LineSpec::constant`].
    Constant,
    /// None of a record's: the item is read and not kept.
    Unused,
    /// None: the item is carried along, unread.
    Extra,
    /// None: the item is carried along, and checked by its kind.
    Checked,
}

impl Slot {
    /// Returns whether the item is an *extra*: a writer of the line has to carry it along.
    #[must_use]
    pub const fn is_extra(self) -> bool {
        matches!(self, Self::Extra | Self::Checked)
    }
}

/// One item of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item<N> {
    /// The item's name.
    pub field: N,
    /// The bytes that it may have.
    pub kind: ItemKind,
    /// Its length in the fixed styles, its most characters in the delimited ones.
    pub length: usize,
    /// The value of the record that it holds.
    pub slot: Slot,
    /// True if the item must not be empty.
    pub mandatory: bool,
}

impl<N> Item<N> {
    /// A mandatory item.
    #[must_use]
    pub const fn new(field: N, kind: ItemKind, length: usize, slot: Slot) -> Self {
        Self { field, kind, length, slot, mandatory: true }
    }

    /// Returns the same item as an optional one.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.mandatory = false;
        self
    }
}

/// One kind of line: its code and its items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineSpec<F: Names> {
    pub(crate) tag: F::Tag,
    pub(crate) kind: LineKind,
    pub(crate) code: Cow<'static, str>,
    pub(crate) constant: Cow<'static, str>,
    pub(crate) level: u8,
    pub(crate) parent: Option<F::Tag>,
    pub(crate) cardinality: Cardinality,
    pub(crate) takes_more: bool,
    pub(crate) items: Cow<'static, [Item<F::Field>]>,
}

impl<F: Names> LineSpec<F> {
    /// A line of a code and its items, at level 1, any number of times, below no other line.
    #[must_use]
    pub const fn new(
        tag: F::Tag,
        kind: LineKind,
        code: Cow<'static, str>,
        items: Cow<'static, [Item<F::Field>]>,
    ) -> Self {
        let cardinality = Cardinality::ANY;
        let constant = Cow::Borrowed("");
        let (level, parent, takes_more) = (1, None, false);
        Self { tag, kind, code, constant, level, parent, cardinality, takes_more, items }
    }

    /// Returns the line below another one, at a level.
    #[must_use]
    pub const fn below(mut self, parent: Option<F::Tag>, level: u8) -> Self {
        (self.parent, self.level) = (parent, level);
        self
    }

    /// Returns the line with the number of times that it may stand below one line of its parent.
    #[must_use]
    pub const fn times(mut self, cardinality: Cardinality) -> Self {
        self.cardinality = cardinality;
        self
    }

    /// Returns the line as one that may have further items, without names, in [`Style::Pipe`].
    #[must_use]
    pub const fn with_more(mut self) -> Self {
        self.takes_more = true;
        self
    }

    /// Returns the line with the text of its item [`Slot::Constant`].
    #[must_use]
    pub fn with_constant(mut self, constant: impl Into<Cow<'static, str>>) -> Self {
        self.constant = constant.into();
        self
    }

    /// Returns the flow's name for the line.
    #[must_use]
    pub const fn tag(&self) -> F::Tag {
        self.tag
    }

    /// Returns the part that the line plays in its file.
    #[must_use]
    pub const fn kind(&self) -> LineKind {
        self.kind
    }

    /// Returns the code that the line begins with.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Returns the text of the item [`Slot::Constant`].
    #[must_use]
    pub fn constant(&self) -> &str {
        &self.constant
    }

    /// Returns the level of the line: 1 at the top, 2 below a line of level 1, and so on.
    #[must_use]
    pub const fn level(&self) -> u8 {
        self.level
    }

    /// Returns the line that this one stands below, if it needs one.
    #[must_use]
    pub const fn parent(&self) -> Option<F::Tag> {
        self.parent
    }

    /// Returns the number of times that the line may occur below one line of its parent.
    #[must_use]
    pub const fn cardinality(&self) -> Cardinality {
        self.cardinality
    }

    /// Returns the error of so many lines below one line of the parent, if that is too few or too
    /// many.
    #[must_use]
    pub fn objection_to(&self, lines: usize) -> Option<ErrorKind> {
        let Cardinality { least, most } = self.cardinality;
        let (code, found) = (LineCode::new(&self.code), u32::try_from(lines).unwrap_or(u32::MAX));
        let too_many = || {
            let most = most.filter(|most| found > *most)?;
            Some(ErrorKind::TooManyLines { code, most })
        };
        let too_few = (found < least).then_some(ErrorKind::TooFewLines { code, least, found });
        too_few.or_else(too_many)
    }

    /// Returns the items, at most [`MAX_ITEMS`]; the code is one of them if the flow says so
    /// ([`Names::CODE_IS_ITEM`]).
    #[must_use]
    pub fn items(&self) -> &[Item<F::Field>] {
        &self.items
    }

    /// Returns whether one of the items is this field.
    #[must_use]
    pub fn has(&self, field: F::Field) -> bool {
        self.items.iter().any(|item| item.field == field)
    }

    /// Returns the items behind the code.
    pub(crate) fn items_behind_code(&self) -> &[Item<F::Field>] {
        self.items.get(usize::from(F::CODE_IS_ITEM)..).unwrap_or_default()
    }

    /// Returns the length of the line in the fixed styles, its ending not counted.
    #[must_use]
    pub fn fixed_length(&self) -> usize {
        self.fixed_start(self.items.len())
    }

    /// Returns the start of an item in the fixed styles, from 0.
    #[must_use]
    pub fn fixed_start(&self, index: usize) -> usize {
        let code = if F::CODE_IS_ITEM { 0 } else { self.code.len() };
        code + self.items.iter().take(index).map(|item| item.length).sum::<usize>()
    }
}

/// The lines of a flow in one layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table<F: Names> {
    style: Style,
    layout: F::Layout,
    lines: Cow<'static, [LineSpec<F>]>,
}

impl<F: Names> Table<F> {
    /// The lines of a layout, at most [`MAX_LINES`]: records first, for they are looked for most.
    #[must_use]
    pub const fn new(style: Style, layout: F::Layout, lines: Cow<'static, [LineSpec<F>]>) -> Self {
        Self { style, layout, lines }
    }

    /// Returns the style of the lines.
    #[must_use]
    #[inline]
    pub const fn style(&self) -> Style {
        self.style
    }

    /// Returns the flow's name for the layout.
    #[must_use]
    #[inline]
    pub const fn layout(&self) -> F::Layout {
        self.layout
    }

    /// Returns the lines, records first.
    #[must_use]
    pub fn lines(&self) -> &[LineSpec<F>] {
        &self.lines
    }

    /// Returns the line of a name.
    #[must_use]
    pub fn line(&self, tag: F::Tag) -> Option<&LineSpec<F>> {
        self.lines.iter().find(|line| line.tag == tag)
    }

    /// Returns the records among the lines.
    #[inline]
    pub(crate) fn records(&self) -> impl Iterator<Item = &LineSpec<F>> {
        self.lines.iter().take_while(|line| line.kind == LineKind::Record)
    }
}

impl<F: Names> AsRef<Self> for Table<F> {
    fn as_ref(&self) -> &Self {
        self
    }
}
