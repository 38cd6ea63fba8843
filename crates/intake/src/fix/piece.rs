//! The fields of a line of either fuel, and whether they can be read.

use flagflow_check::FileFormat;
use flagflow_electricity::field as electric;
use flagflow_electricity::{
    Field as Item, ItemKind, ItemSpec, LineKind, Profile, RawRecord as ElectricRecord,
    parse_instruction_type,
};
use flagflow_gas::field as gas;
use flagflow_gas::{Field, FieldKind, FieldSpec, Layout, RawRecord as GasRecord};

/// Content of one place of a line.
#[derive(Clone, Copy, Debug)]
pub(super) enum Spec<'a> {
    /// Code of the line.
    Code(usize),
    Gas(FieldSpec, Layout),
    Electricity(&'a ItemSpec, flagflow_electricity::Layout, &'a Profile),
}

impl Spec<'_> {
    /// Returns the length in layouts of fixed lengths, the maximum length in others.
    pub(super) const fn most(&self) -> usize {
        match self {
            Self::Code(length) => *length,
            Self::Gas(spec, _) => spec.length,
            Self::Electricity(spec, ..) => spec.length,
        }
    }

    /// Returns true for a number, whose leading zeros carry no meaning.
    pub(super) fn is_number(&self) -> bool {
        match self {
            Self::Code(_) => false,
            Self::Gas(spec, _) => spec.kind == FieldKind::Number,
            Self::Electricity(spec, ..) => spec.kind == ItemKind::Number,
        }
    }

    /// Returns true for a Meter Point Reference.
    pub(super) fn is_point(&self) -> bool {
        matches!(self, Self::Gas(spec, _) if spec.field == Field::MeterPointReference)
    }

    /// Returns true for a time of day.
    pub(super) fn is_time(&self) -> bool {
        matches!(self, Self::Gas(spec, _) if spec.field == Field::CreationTime)
    }

    /// Returns true for a value of digits that may begin with zeros: numbers, the time of day, an
    /// MPAN. Dates before the year 1000 are excluded.
    pub(super) fn may_begin_with_zeros(&self) -> bool {
        match self {
            Self::Code(_) => false,
            Self::Gas(..) => self.is_number() || self.is_time(),
            Self::Electricity(spec, ..) => self.is_number() || spec.kind == ItemKind::Mpan,
        }
    }

    /// Returns true for text, which may end in spaces where lengths are fixed.
    pub(super) fn is_text(&self) -> bool {
        matches!(self, Self::Electricity(spec, ..) if spec.kind == ItemKind::Text)
    }

    /// Returns true if the bytes can be read as this content.
    pub(super) fn reads(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Code(_) => true,
            Self::Gas(spec, layout) => reads_gas(spec, *layout, bytes),
            Self::Electricity(spec, layout, profile) => {
                reads_electricity(spec, *layout, profile, bytes)
            }
        }
    }
}

fn reads_gas(spec: &FieldSpec, layout: Layout, bytes: &[u8]) -> bool {
    match spec.field {
        Field::TransactionType => true,
        Field::OutcomeCode => gas::parse_outcome(bytes, layout).is_ok(),
        Field::MeterPointReference => gas::parse_mprn(bytes, layout).is_ok(),
        Field::DccServiceFlag => gas::parse_flag(bytes, layout).is_ok(),
        Field::DccServiceEffectiveFromDate | Field::CreationDate => {
            gas::parse_date(bytes, layout).is_ok()
        }
        Field::CreationTime => gas::parse_time(bytes, layout).is_ok(),
        Field::FileType => gas::parse_file_type(bytes, layout).is_ok(),
        Field::ReasonCode => gas::parse_reason(bytes, layout).is_ok(),
        Field::OrganisationId | Field::GenerationNumber | Field::RecordCount => {
            gas::parse_number(bytes, spec.length).is_ok()
        }
    }
}

fn reads_electricity(
    spec: &ItemSpec,
    layout: flagflow_electricity::Layout,
    profile: &Profile,
    bytes: &[u8],
) -> bool {
    let text = match (layout, spec.kind) {
        (flagflow_electricity::Layout::Zhf, ItemKind::Text) => bytes.trim_ascii_end(),
        _ => bytes,
    };
    let fits = bytes.len() <= spec.length && electric::check_ascii(bytes).is_ok();
    fits && match (spec.kind, spec.field) {
        (_, Item::InstructionType) => parse_instruction_type(text, profile).is_ok(),
        // an item without a parser
        (_, Item::Other(_)) | (ItemKind::Text, _) => true,
        (ItemKind::Number | ItemKind::Digits, _) => {
            electric::parse_number(text, spec.length).is_ok()
        }
        (ItemKind::Mpan, _) => electric::parse_mpan(text).is_ok(),
        (ItemKind::Flag, _) => electric::parse_flag(text).is_ok(),
        (ItemKind::Date, _) => electric::parse_date(text).is_ok(),
        (ItemKind::Timestamp, _) => electric::parse_timestamp(text).is_ok(),
    }
}

/// One field of a line, and its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct LinePiece<'a> {
    pub(super) spec: Spec<'a>,
    pub(super) start: usize,
    pub(super) bytes: &'a [u8],
}

impl LinePiece<'_> {
    pub(super) fn reads(&self) -> bool {
        self.spec.reads(self.bytes)
    }

    /// Returns the line with other bytes in this place.
    pub(super) fn replaced(&self, line: &[u8], by: &[u8]) -> Vec<u8> {
        let (before, rest) = line.split_at(self.start);
        [before, by, &rest[self.bytes.len()..]].concat()
    }
}

/// Returns the fields of a line, in its order, where it can be cut at all.
pub(super) fn pieces<'a>(line: &'a [u8], shape: FileFormat<'a>) -> Option<Vec<LinePiece<'a>>> {
    match shape {
        FileFormat::Gas(layout) => {
            let raw = GasRecord::cut(line, layout).ok()?;
            let specs = raw.tag().spec().items().iter().zip(raw.fields());
            let piece = |(spec, (_, start, bytes)): (&FieldSpec, _)| LinePiece {
                spec: Spec::Gas(*spec, layout),
                start,
                bytes,
            };
            Some(specs.map(piece).collect())
        }
        FileFormat::Electricity(layout, profile) => {
            let raw = ElectricRecord::cut(line, profile.table(layout)).ok()?;
            let piece = |item: flagflow_electricity::RawItem<'a>| LinePiece {
                spec: Spec::Electricity(item.spec(), layout, profile),
                start: item.start(),
                bytes: item.as_bytes(),
            };
            Some(raw.items().map(piece).collect())
        }
    }
}

/// Returns true if a line can be split and all of it can be read.
pub(super) fn reads(line: &[u8], shape: FileFormat<'_>) -> bool {
    pieces(line, shape).is_some_and(|pieces| pieces.iter().all(LinePiece::reads))
}

/// Returns the fields of a fixed-length line, beginning with its code; `None` if the code is
/// unknown or the layout has no fixed lengths.
pub(super) fn stride<'a>(line: &[u8], shape: FileFormat<'a>) -> Option<Vec<Spec<'a>>> {
    match shape {
        FileFormat::Gas(Layout::Fixed) => {
            let fields = GasRecord::peek_tag(line, Layout::Fixed)?.spec().items();
            Some(fields.iter().map(|spec| Spec::Gas(*spec, Layout::Fixed)).collect())
        }
        FileFormat::Electricity(layout @ flagflow_electricity::Layout::Zhf, profile) => {
            let kind: LineKind = ElectricRecord::peek_kind(line, profile.table(layout))?;
            let code = Spec::Code(profile.code(kind, layout).len());
            let items = profile.items(kind).iter();
            let items = items.map(|spec| Spec::Electricity(spec, layout, profile));
            Some(std::iter::once(code).chain(items).collect())
        }
        FileFormat::Gas(Layout::Uklink) | FileFormat::Electricity(..) => None,
    }
}

/// Returns the length of a fixed-length line.
pub(super) fn length(stride: &[Spec<'_>]) -> usize {
    stride.iter().map(Spec::most).sum()
}
