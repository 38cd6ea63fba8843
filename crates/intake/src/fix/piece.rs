//! The fields of a line of either fuel, and whether they can be read.

use flagflow_check::FileFormat;
use flagflow_electricity::field::check_item;
use flagflow_electricity::{ItemKind, ItemSpec, Profile, RawRecord as ElectricRecord};
use flagflow_gas::field::check_field;
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
        matches!(self, Self::Gas(spec, _) if spec.kind == FieldKind::Digits)
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
            Self::Gas(spec, layout) => check_field(spec, bytes, *layout).is_ok(),
            Self::Electricity(spec, layout, profile) => {
                check_item(spec, bytes, *layout, profile).is_ok()
            }
        }
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
            let tag = ElectricRecord::peek_tag(line, profile.table(layout))?;
            let code = Spec::Code(profile.code(tag, layout).len());
            let items = profile.items(tag).iter();
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
