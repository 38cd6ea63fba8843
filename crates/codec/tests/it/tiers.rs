//! A flow of three levels for the tests of cardinalities: it is read, and not written.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use flagflow_codec::{
    Cardinality, Content, Counts, ErrorKind, Fault, Flow, Item, ItemKind, LineKind, LineSpec,
    Names, OutOfRange, RawLine, Slot, Style, Table, Target, Totals, Unwritable, Values,
};
use flagflow_domain::Fuel;
use flagflow_frame::{Line, LineEnd};
use flagflow_rows::Backend;

/// A flow of tables that a test chooses, whose lines all have one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tiers;

/// The only item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Only;

impl AsRef<str> for Only {
    fn as_ref(&self) -> &str {
        "number"
    }
}

impl fmt::Display for Only {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Number")
    }
}

/// The number of any line, at most eight bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cell([u8; 8]);

impl<'r, 'l> TryFrom<&'r RawLine<'l, Tiers>> for Cell {
    type Error = Fault<Only>;

    fn try_from(raw: &'r RawLine<'l, Tiers>) -> Result<Self, Fault<Only>> {
        raw.read(Only, |cell| Ok(Self::try_from(cell).unwrap()))
    }
}

impl TryFrom<&[u8]> for Cell {
    type Error = ();

    fn try_from(cell: &[u8]) -> Result<Self, ()> {
        let mut padded = [b' '; 8];
        padded.get_mut(..cell.len()).ok_or(())?.copy_from_slice(cell);
        Ok(Self(padded))
    }
}

impl AsRef<[u8]> for Cell {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// Options of writers that no test makes.
#[derive(Clone, Debug)]
pub(crate) struct NoWriter(&'static Table<Tiers>);

impl From<NoWriter> for Target<Tiers> {
    fn from(NoWriter(format): NoWriter) -> Self {
        Self { format, line_end: LineEnd::Lf, header: None, backend: Backend::Portable }
    }
}

impl Names for Tiers {
    type Field = Only;
    type Tag = &'static str;
    type Layout = ();

    const CODE_IS_ITEM: bool = false;
    const FUEL: Fuel = Fuel::Electricity;
    const POINT: Only = Only;
    const FLAG: Only = Only;
    const DAY: Only = Only;
}

impl Flow for Tiers {
    type Format = &'static Table<Self>;
    type Options = &'static Table<Self>;
    type WriterOptions = NoWriter;
    type Record = Cell;
    type Header = Cell;
    type Group = Cell;
    type Reason = Cell;
    type Trailer = Cell;

    fn recognise(
        options: &Self::Options,
        _: &Line<'_>,
    ) -> Result<&'static Table<Self>, Fault<Only>> {
        Ok(options)
    }

    fn check_header(_: &RawLine<'_, Self>, _: &Self::Format) -> Result<(), Fault<Only>> {
        Ok(())
    }

    fn check_trailer(
        _: &RawLine<'_, Self>,
        _: &Totals<'_, Self>,
        _: &Self::Options,
    ) -> Result<(), Fault<Only>> {
        Ok(())
    }

    fn record(values: &Values) -> Option<Cell> {
        Cell::try_from(values.number?.to_string().as_bytes()).ok()
    }

    fn values(_: &Cell) -> Option<Values> {
        None
    }

    fn write_line(
        _: &mut Vec<u8>,
        _: &Self::Format,
        _: &Content<'_, Self>,
        _: &mut dyn Iterator<Item = &[u8]>,
    ) -> Result<(), Unwritable<Only>> {
        Err(Unwritable { kind: ErrorKind::NotWritable, field: Only })
    }

    fn opening(_: &NoWriter) -> Option<Cell> {
        None
    }

    fn trailer(
        _: &NoWriter,
        _: &Cell,
        _: &Counts,
        _: Option<&Cell>,
    ) -> Result<Cell, OutOfRange<Only>> {
        Err(OutOfRange(Only))
    }
}

static ITEMS: [Item<Only>; 1] = [Item::new(Only, ItemKind::Number, 8, Slot::Number)];

pub(crate) fn line(
    code: &'static str,
    kind: LineKind,
    parent: Option<&'static str>,
    level: u8,
    times: Cardinality,
) -> LineSpec<Tiers> {
    LineSpec::new(code, kind, Cow::Borrowed(code), Cow::Borrowed(&ITEMS))
        .below(parent, level)
        .times(times)
}

pub(crate) fn table(lines: Vec<LineSpec<Tiers>>) -> Table<Tiers> {
    Table::new(Style::Pipe, (), Cow::Owned(lines))
}

/// Header and trailer, if any.
fn envelope() -> [LineSpec<Tiers>; 2] {
    [
        line("HEA", LineKind::Header, None, 1, Cardinality::OPTIONAL),
        line("TRA", LineKind::Trailer, None, 1, Cardinality::OPTIONAL),
    ]
}

/// Three levels with every cardinality, below groups and below records.
pub(crate) static DEEP: LazyLock<Table<Tiers>> = LazyLock::new(|| {
    let three = Cardinality { least: 0, most: Some(3) };
    let two = Cardinality { least: 2, most: Some(2) };
    let lines = [
        line("REC", LineKind::Record, Some("TOP"), 2, Cardinality::SOME),
        line("TOP", LineKind::Group, None, 1, Cardinality::ONE),
        line("ONE", LineKind::Group, Some("TOP"), 2, Cardinality::ONE),
        line("OPT", LineKind::Group, Some("TOP"), 2, Cardinality::OPTIONAL),
        line("SUB", LineKind::Group, Some("ONE"), 3, three),
        line("TWO", LineKind::Group, Some("OPT"), 3, two),
        line("WHY", LineKind::Reason, Some("REC"), 3, Cardinality::SOME),
        line("MAY", LineKind::Reason, Some("REC"), 3, Cardinality::OPTIONAL),
        line("ANY", LineKind::Reason, Some("REC"), 3, Cardinality::ANY),
    ];
    table(lines.into_iter().chain(envelope()).collect())
});

/// Groups of records, at most two groups with at most four records.
pub(crate) static LIMITED: LazyLock<Table<Tiers>> = LazyLock::new(|| {
    let lines = [
        line("REC", LineKind::Record, Some("TOP"), 2, Cardinality { least: 2, most: Some(4) }),
        line("TOP", LineKind::Group, None, 1, Cardinality { least: 1, most: Some(2) }),
    ];
    table(lines.into_iter().chain(envelope()).collect())
});

/// One group with records, as a D0350 is.
pub(crate) static FLAT: LazyLock<Table<Tiers>> = LazyLock::new(|| {
    let lines = [
        line("REC", LineKind::Record, Some("TOP"), 2, Cardinality::ANY),
        line("TOP", LineKind::Group, None, 1, Cardinality::ONE),
    ];
    table(lines.into_iter().chain(envelope()).collect())
});

/// Records of two kinds on two levels, at least one of each.
pub(crate) static STEPS: LazyLock<Table<Tiers>> = LazyLock::new(|| {
    let lines = [
        line("REC", LineKind::Record, None, 1, Cardinality::SOME),
        line("ROW", LineKind::Record, Some("SET"), 2, Cardinality::SOME),
        line("SET", LineKind::Group, None, 1, Cardinality::ANY),
    ];
    table(lines.into_iter().chain(envelope()).collect())
});

/// Records below a group, and notes beside them, of one of which there is at most one a group.
pub(crate) static NOTES: LazyLock<Table<Tiers>> = LazyLock::new(|| {
    let lines = [
        line("REC", LineKind::Record, Some("TOP"), 2, Cardinality::ANY),
        line("TOP", LineKind::Group, None, 1, Cardinality::ANY),
        line("NOT", LineKind::Group, Some("TOP"), 2, Cardinality::ANY),
        line("OWN", LineKind::Group, Some("TOP"), 2, Cardinality::OPTIONAL),
    ];
    table(lines.into_iter().chain(envelope()).collect())
});

/// Records in the file itself, and a line that must come once before or behind them.
pub(crate) static LATE: LazyLock<Table<Tiers>> = LazyLock::new(|| {
    let lines = [
        line("REC", LineKind::Record, None, 1, Cardinality::ANY),
        line("END", LineKind::Group, None, 1, Cardinality::ONE),
    ];
    table(lines.into_iter().chain(envelope()).collect())
});
