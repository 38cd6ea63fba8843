//! The layouts as data: each record's fields in order, with kind, length and source.
//!
//! The same table drives the definition, the writer, the fast path's tests and the documentation.

use std::borrow::Cow;
use std::fmt;

use flagflow_codec::{Cardinality, Item, ItemKind, LineKind, LineSpec, Names, Slot, Style};
use flagflow_domain::{Fuel, Mprn};
use flagflow_rows::CheckDigits;

/// The gas flow: the parts of the codec that are its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gas;

/// The table of gas files in one layout.
pub type Table = flagflow_codec::Table<Gas>;

impl Names for Gas {
    type Field = Field;
    type Tag = Tag;
    type Layout = Layout;

    const CODE_IS_ITEM: bool = true;
    const FUEL: Fuel = Fuel::Gas;
    const POINT: Field = Field::MeterPointReference;
    const FLAG: Field = Field::DccServiceFlag;
    const DAY: Field = Field::DccServiceEffectiveFromDate;
}

/// The order and the delimiters of a record's fields in its line.
///
/// The legal text gives types and lengths, not delimiters, so both layouts are profiles: the best
/// public evidence, not the controlling document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layout {
    /// Each field at its length, end to end; numbers padded left with zeros.
    Fixed,
    /// Comma separated; text in double quotes, numbers and dates bare (UK Link file format notes).
    Uklink,
}

impl Layout {
    /// Both layouts.
    pub const ALL: [Self; 2] = [Self::Fixed, Self::Uklink];

    /// The layout of a file, by its first line that has any text.
    ///
    /// A leading `"`, or a comma as the fourth byte, is [`Layout::Uklink`]; otherwise a line
    /// that starts with `A00`, `E45` or `E46` is [`Layout::Fixed`].
    #[must_use]
    pub fn recognise(line: &[u8]) -> Option<Self> {
        match line {
            [b'"', ..] | [_, _, _, b',', ..] => Some(Self::Uklink),
            _ if [Tag::A00, Tag::E45, Tag::E46].iter().any(|t| line.starts_with(t.as_bytes())) => {
                Some(Self::Fixed)
            }
            _ => None,
        }
    }

    /// The name that reports and options use: `fixed`, `uklink`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Uklink => "uklink",
        }
    }
}

/// The text is not the name of a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a layout: expected fixed or uklink")]
pub struct UnknownLayout;

flagflow_domain::named_values!(Layout, UnknownLayout);

/// The Transaction Type, the first field of each record: which record it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tag {
    /// The file's header.
    A00,
    /// One update of a flag, DCC to the gas Registration Data Provider.
    E45,
    /// The answer to one update.
    E46,
    /// A rejection reason below a rejected E46, where the profile has them.
    S72,
    /// The file's trailer.
    Z99,
}

impl Tag {
    /// Every tag.
    pub const ALL: [Self; 5] = [Self::A00, Self::E45, Self::E46, Self::S72, Self::Z99];

    /// The tag of three letters, if they are one.
    #[must_use]
    pub const fn from_bytes(bytes: &[u8]) -> Option<Self> {
        match bytes {
            b"A00" => Some(Self::A00),
            b"E45" => Some(Self::E45),
            b"E46" => Some(Self::E46),
            b"S72" => Some(Self::S72),
            b"Z99" => Some(Self::Z99),
            _ => None,
        }
    }

    /// The three letters.
    #[must_use]
    pub const fn as_bytes(self) -> &'static [u8] {
        self.as_str().as_bytes()
    }

    /// The three letters as text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::A00 => "A00",
            Self::E45 => "E45",
            Self::E46 => "E46",
            Self::S72 => "S72",
            Self::Z99 => "Z99",
        }
    }

    /// Returns the record's row of the layout table.
    #[must_use]
    pub const fn spec(self) -> &'static RecordSpec {
        match self {
            Self::E45 => &LINES[0],
            Self::E46 => &LINES[1],
            Self::S72 => &LINES[2],
            Self::A00 => &LINES[3],
            Self::Z99 => &LINES[4],
        }
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A field of any gas record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the source's, `Field::item` spells them")]
pub enum Field {
    TransactionType,
    OutcomeCode,
    MeterPointReference,
    DccServiceFlag,
    DccServiceEffectiveFromDate,
    OrganisationId,
    FileType,
    CreationDate,
    CreationTime,
    GenerationNumber,
    ReasonCode,
    RecordCount,
}

impl Field {
    /// The field's name in reports and tables, `meter_point_reference`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TransactionType => "transaction_type",
            Self::OutcomeCode => "outcome_code",
            Self::MeterPointReference => "meter_point_reference",
            Self::DccServiceFlag => "dcc_service_flag",
            Self::DccServiceEffectiveFromDate => "dcc_service_effective_from_date",
            Self::OrganisationId => "organisation_id",
            Self::FileType => "file_type",
            Self::CreationDate => "creation_date",
            Self::CreationTime => "creation_time",
            Self::GenerationNumber => "generation_number",
            Self::ReasonCode => "reason_code",
            Self::RecordCount => "record_count",
        }
    }

    /// The field's name in the source document, `Meter Point Reference`.
    #[must_use]
    pub const fn item(self) -> &'static str {
        match self {
            Self::TransactionType => "Transaction Type",
            Self::OutcomeCode => "Outcome Code",
            Self::MeterPointReference => "Meter Point Reference",
            Self::DccServiceFlag => "DCC Service Flag",
            Self::DccServiceEffectiveFromDate => "DCC Service Effective From Date",
            Self::OrganisationId => "ORGANISATION_ID",
            Self::FileType => "FILE_TYPE",
            Self::CreationDate => "CREATION_DATE",
            Self::CreationTime => "CREATION_TIME",
            Self::GenerationNumber => "GENERATION_NUMBER",
            Self::ReasonCode => "REASON_CODE",
            Self::RecordCount => "RECORD_COUNT",
        }
    }
}

impl AsRef<str> for Field {
    fn as_ref(&self) -> &str {
        self.name()
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The kind of a field.
pub type FieldKind = flagflow_codec::ItemKind;

/// One field of a record: a row of the layout table.
pub type FieldSpec = Item<Field>;

/// A record: its fields in order, the Transaction Type first.
pub type RecordSpec = LineSpec<Gas>;

const fn text(field: Field, length: usize, slot: Slot) -> FieldSpec {
    Item::new(field, ItemKind::Text, length, slot)
}

const fn number(field: Field, length: usize) -> FieldSpec {
    Item::new(field, ItemKind::Number, length, Slot::Unused)
}

const fn date(field: Field, slot: Slot) -> FieldSpec {
    Item::new(field, ItemKind::Date, 8, slot)
}

const TYPE: FieldSpec = text(Field::TransactionType, 3, Slot::Constant);

const POINT: FieldSpec = Item::new(
    Field::MeterPointReference,
    ItemKind::Number,
    10,
    Slot::Point(CheckDigits { weights: &Mprn::CHECK_WEIGHTS, digits: 2 }),
);

const FLAG: FieldSpec = text(Field::DccServiceFlag, 1, Slot::Flag);

const DATE: FieldSpec = date(Field::DccServiceEffectiveFromDate, Slot::Date);

const fn line(tag: Tag, kind: LineKind, items: &'static [FieldSpec]) -> RecordSpec {
    LineSpec::new(tag, kind, Cow::Borrowed(tag.as_str()), Cow::Borrowed(items))
}

/// MP077 legal text v0.1, SEC Appendix X section 3.29(a).
const E45: RecordSpec = line(Tag::E45, LineKind::Record, &[TYPE, POINT, FLAG, DATE]);

/// MP077 legal text v0.1, SEC Appendix X section 3.28(b)(i).
const E46: RecordSpec = line(
    Tag::E46,
    LineKind::Record,
    &[TYPE, text(Field::OutcomeCode, 2, Slot::Outcome), POINT, FLAG, DATE],
);

/// UK Link file format notes (profile).
const A00: RecordSpec = line(
    Tag::A00,
    LineKind::Header,
    &[
        TYPE,
        number(Field::OrganisationId, 10),
        text(Field::FileType, 3, Slot::Unused),
        date(Field::CreationDate, Slot::Unused),
        Item::new(Field::CreationTime, ItemKind::Digits, 6, Slot::Unused),
        number(Field::GenerationNumber, 6),
    ],
)
.times(Cardinality::OPTIONAL);

/// UK Link file format notes (profile).
const S72: RecordSpec =
    line(Tag::S72, LineKind::Reason, &[TYPE, text(Field::ReasonCode, 8, Slot::Reason)])
        .below(Some(Tag::E46), 2);

/// UK Link file format notes (profile).
const Z99: RecordSpec = line(Tag::Z99, LineKind::Trailer, &[TYPE, number(Field::RecordCount, 10)])
    .times(Cardinality::OPTIONAL);

static LINES: [RecordSpec; 5] = [E45, E46, S72, A00, Z99];

static LINES_WITHOUT_REASONS: [RecordSpec; 4] = [E45, E46, A00, Z99];

static FIXED: Table = Table::new(Style::Fixed, Layout::Fixed, Cow::Borrowed(&LINES));

static UKLINK: Table = Table::new(Style::Comma, Layout::Uklink, Cow::Borrowed(&LINES));

static FIXED_WITHOUT_REASONS: Table =
    Table::new(Style::Fixed, Layout::Fixed, Cow::Borrowed(&LINES_WITHOUT_REASONS));

static UKLINK_WITHOUT_REASONS: Table =
    Table::new(Style::Comma, Layout::Uklink, Cow::Borrowed(&LINES_WITHOUT_REASONS));

const DETAILS: &[RecordSpec] = &[E45, E46];

/// The tables of the details as constants: the compiler knows what they point to.
pub(crate) const FIXED_TABLE: &Table =
    &Table::new(Style::Fixed, Layout::Fixed, Cow::Borrowed(DETAILS));
pub(crate) const UKLINK_TABLE: &Table =
    &Table::new(Style::Comma, Layout::Uklink, Cow::Borrowed(DETAILS));

/// Returns the table of a layout. Without reasons an S72 line is an unknown record.
#[must_use]
pub const fn table(layout: Layout, with_reasons: bool) -> &'static Table {
    match (layout, with_reasons) {
        (Layout::Fixed, true) => &FIXED,
        (Layout::Fixed, false) => &FIXED_WITHOUT_REASONS,
        (Layout::Uklink, true) => &UKLINK,
        (Layout::Uklink, false) => &UKLINK_WITHOUT_REASONS,
    }
}

/// The table of every record, reasons among them.
impl From<Layout> for &Table {
    fn from(layout: Layout) -> Self {
        table(layout, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The offsets of formats.md section 2, copied by hand.
    #[test]
    fn offsets_are_those_of_the_documents() {
        let starts = |tag: Tag| {
            let spec = tag.spec();
            (0..=spec.items().len()).map(|i| spec.fixed_start(i)).collect::<Vec<_>>()
        };
        assert_eq!(starts(Tag::E45), [0, 3, 13, 14, 22]);
        assert_eq!(starts(Tag::E46), [0, 3, 5, 15, 16, 24]);
        assert_eq!(starts(Tag::A00), [0, 3, 13, 16, 24, 30, 36]);
        assert_eq!(starts(Tag::Z99), [0, 3, 13]);
        assert_eq!(starts(Tag::S72), [0, 3, 11]);
    }

    /// The compiler makes the tables; made by a running program their lines are the same.
    #[test]
    fn lines_are_made_by_their_functions() {
        let [point, date] = [POINT, date(Field::DccServiceEffectiveFromDate, Slot::Date)];
        let flag = text(Field::DccServiceFlag, 1, Slot::Flag);
        assert_eq!(Tag::E45.spec().items(), [TYPE, point, flag, date]);
        let count = number(Field::RecordCount, 10);
        assert_eq!(Tag::Z99.spec().items(), [TYPE, count]);
        let made = line(Tag::E45, LineKind::Record, &[TYPE, POINT, FLAG, DATE]);
        assert_eq!(Tag::E45.spec(), &made);
    }

    #[test]
    fn rows_fit_their_tags() {
        for tag in Tag::ALL {
            assert_eq!(tag.spec().tag(), tag);
            assert_eq!(Tag::from_bytes(tag.as_bytes()), Some(tag));
            assert_eq!(tag.spec().items()[0].field, Field::TransactionType);
            for FieldSpec { field, .. } in tag.spec().items() {
                assert_eq!(AsRef::<str>::as_ref(field), field.name());
            }
            assert!(tag.spec().items().len() <= flagflow_codec::MAX_ITEMS);
        }
        assert_eq!(Tag::from_bytes(b"E4"), None);
        assert_eq!(Tag::from_bytes(b"e45"), None);
    }

    #[test]
    fn layouts_are_told_apart_by_their_first_bytes() {
        let cases: [(&[u8], Option<Layout>); 11] = [
            (b"E451234567810A20211105", Some(Layout::Fixed)),
            (b"E46", Some(Layout::Fixed)),
            (b"A00x", Some(Layout::Fixed)),
            (b"\"", Some(Layout::Uklink)),
            (b"\"E45\",1,\"A\",20211105", Some(Layout::Uklink)),
            (b"E45,1,A,20211105", Some(Layout::Uklink)),
            (b"xyz,", Some(Layout::Uklink)),
            (b"Z990000000001", None),
            (b"S7200000001", None),
            (b"e45", None),
            (b"", None),
        ];
        for (line, layout) in cases {
            assert_eq!(Layout::recognise(line), layout, "{line:?}");
        }
    }

    #[test]
    fn names_round_trip() {
        for layout in Layout::ALL {
            assert_eq!(layout.to_string().parse(), Ok(layout));
        }
        assert_eq!("csv".parse::<Layout>(), Err(UnknownLayout));
    }
}
