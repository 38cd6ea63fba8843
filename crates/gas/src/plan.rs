//! The layouts as plans: the table of [`RecordSpec`](crate::RecordSpec) made ready for
//! [`flagflow_rows`], which takes whole buffers of perfect lines at once.

use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

use flagflow_domain::{EffectiveDate, Mprn, Outcome, ServiceFlag};
use flagflow_frame::{LineEnd, split_line};
use flagflow_rows::{Backend, CheckDigits, MARK_NOT_CANONICAL, RowColumns, RowDecoder, Segment};

use crate::fast;
use crate::layout::{Field, FieldKind, FieldSpec, Layout, Tag};
use crate::record::{Detail, E45};

/// How lines of one detail record, layout and line end are taken from a buffer many at a time.
///
/// It takes canonical lines alone: in uklink those with quoted text and bare digits. All others are
/// for [`read_detail`](crate::read_detail) and its definition.
///
/// ```
/// use flagflow_rows::RowColumns;
/// use flagflow_gas::{Layout, RowPlan};
///
/// let rows = b"E451234567810A20211105\nE450000123409N20211106\n";
/// let plan = RowPlan::of_line(rows, Layout::Fixed).ok_or("no record")?;
/// let mut columns = RowColumns::with_capacity(16);
/// assert_eq!(plan.decode(rows, &mut columns), 2);
/// assert_eq!(plan.points(&columns), [1_234_567_810, 123_409]);
/// assert_eq!(plan.flags(&columns), b"AN");
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug)]
pub struct RowPlan {
    tag: Tag,
    layout: Layout,
    line_end: LineEnd,
    plan: RowDecoder,
}

/// The fields of a row: [`RowPlan::fields`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowFields<'r> {
    /// The Outcome Code, of an E46.
    pub outcome: Option<&'r [u8]>,
    /// The Meter Point Reference.
    pub point: &'r [u8],
    /// The DCC Service Flag.
    pub flag: &'r [u8],
    /// The DCC Service Effective From Date.
    pub date: &'r [u8],
}

impl RowFields<'_> {
    /// Whether bytes would be one field in each layout: no delimiter is among them and no line end.
    #[must_use]
    pub fn is_field(bytes: &[u8]) -> bool {
        !bytes.iter().any(|byte| matches!(byte, b'\n' | b'\r' | b'"' | b','))
    }

    /// The Meter Point Reference, if it is bare digits.
    #[must_use]
    #[inline]
    pub fn canonical_point(&self) -> Option<Mprn> {
        fast::point(self.point)
    }

    /// The DCC Service Flag, if it is one.
    #[must_use]
    #[inline]
    pub fn canonical_flag(&self) -> Option<ServiceFlag> {
        let [byte] = self.flag else { return None };
        ServiceFlag::from_byte(*byte)
    }

    /// The day, if it is one.
    #[must_use]
    #[inline]
    pub fn canonical_date(&self) -> Option<EffectiveDate> {
        fast::day(self.date)
    }
}

/// Which plan is wanted for lines: [`RowPlan::decode_next`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decoding {
    /// The layout of the lines.
    pub layout: Layout,
    /// Which code runs the plan.
    pub backend: Backend,
    /// Whether rows whose meter point has not its check digits are
    /// [marked](flagflow_rows::MARK_CHECK_DIGITS), which takes time.
    pub check_digits: bool,
}

impl Decoding {
    /// The plan of a record's lines, made when it is first asked for.
    fn plan(self, tag: Tag, line_end: LineEnd) -> Option<&'static RowPlan> {
        static PLANS: [OnceLock<Option<RowPlan>>; 32] = [const { OnceLock::new() }; 32];
        let choices = [
            tag == Tag::E46,
            self.layout == Layout::Uklink,
            line_end == LineEnd::CrLf,
            self.check_digits,
            self.backend == Backend::Avx2,
        ];
        let place = choices.iter().fold(0, |place, choice| place << 1 | usize::from(*choice));
        let is_detail = matches!(tag, Tag::E45 | Tag::E46);
        let is_line = line_end != LineEnd::None;
        let plan = || PLANS[place].get_or_init(|| RowPlan::new(tag, line_end, self)).as_ref();
        (is_detail && is_line).then(plan).flatten()
    }
}

impl RowPlan {
    /// The plan of lines like the first one of `bytes`, which has its end there.
    #[must_use]
    pub fn of_line(bytes: &[u8], layout: Layout) -> Option<&'static Self> {
        Self::find(bytes, Decoding { layout, backend: Backend::best(), check_digits: true })
    }

    fn find(bytes: &[u8], how: Decoding) -> Option<&'static Self> {
        let quote = usize::from(how.layout == Layout::Uklink);
        let tag = Tag::from_bytes(bytes.get(quote..quote + 3)?)?;
        let (_, line_end, _) = split_line(&bytes[..bytes.len().min(Self::longest())])?;
        how.plan(tag, line_end)
    }

    /// Every plan, run by a backend of your choice, marking wrong check digits or not, for tests and
    /// measurements.
    #[must_use]
    pub fn all(backend: Backend, check_digits: bool) -> Vec<Self> {
        let mut plans = Vec::new();
        for tag in [Tag::E45, Tag::E46] {
            for layout in Layout::ALL {
                let how = Decoding { layout, backend, check_digits };
                for line_end in [LineEnd::Lf, LineEnd::CrLf] {
                    plans.extend(Self::new(tag, line_end, how));
                }
            }
        }
        plans
    }

    fn new(tag: Tag, line_end: LineEnd, how: Decoding) -> Option<Self> {
        let Decoding { layout, backend, check_digits } = how;
        let plan = RowDecoder::on(&parts(tag, (layout, line_end), check_digits), backend)?;
        Some(Self { tag, layout, line_end, plan })
    }

    /// The bytes of the longest line of any plan, its end among them.
    #[must_use]
    pub fn longest() -> usize {
        static LONGEST: LazyLock<usize> = LazyLock::new(|| {
            let tags = [Tag::E45, Tag::E46].into_iter();
            let lines = tags.flat_map(|tag| Layout::ALL.map(|layout| (tag, layout)));
            let bytes = |(tag, layout)| -> usize {
                let parts = parts(tag, (layout, LineEnd::CrLf), false);
                parts.iter().map(|part| part.widths().1).sum()
            };
            lines.map(bytes).max().unwrap_or(0)
        });
        *LONGEST
    }

    /// Which record its lines are.
    #[must_use]
    pub const fn tag(&self) -> Tag {
        self.tag
    }

    /// The layout of its lines.
    #[must_use]
    pub const fn layout(&self) -> Layout {
        self.layout
    }

    /// The end of its lines.
    #[must_use]
    pub const fn line_end(&self) -> LineEnd {
        self.line_end
    }

    /// Takes rows from the beginning of `bytes` and adds them to `columns`: see [`RowDecoder::decode`].
    #[inline]
    pub fn decode(&self, bytes: &[u8], columns: &mut RowColumns) -> usize {
        let first = columns.len();
        let rows = self.plan.decode(bytes, columns);
        if self.tag == Tag::E46 {
            refuse_mixed_outcomes(columns, first);
        }
        rows
    }

    /// Takes rows by the plan of the lines before, or else by that of the next line for the same
    /// backend, which becomes the plan.
    #[inline]
    pub fn decode_next(
        plan: &mut Option<&'static Self>,
        how: Decoding,
        bytes: &[u8],
        columns: &mut RowColumns,
    ) -> usize {
        let rows = plan.map_or(0, |plan| plan.decode(bytes, columns));
        if rows > 0 {
            return rows;
        }
        *plan = Self::find(bytes, how);
        plan.map_or(0, |plan| plan.decode(bytes, columns))
    }

    /// The fields of an imperfect row (with its line end) whose literals are in their places;
    /// `None` for any other row. The definition cuts such a row at the same places, if each field
    /// [is one](RowFields::is_field).
    #[must_use]
    #[inline]
    pub fn fields<'r>(&self, row: &'r [u8]) -> Option<RowFields<'r>> {
        let (letters, [point, flag, date]) = self.plan.fields(row)?.split_last_chunk()?;
        let outcome = letters.first().zip(letters.last());
        let bytes = |range: &Range<usize>| &row[range.clone()];
        Some(RowFields {
            outcome: outcome.map(|(first, last)| &row[first.start..last.end]),
            point: bytes(point),
            flag: bytes(flag),
            date: bytes(date),
        })
    }

    /// The column of meter points.
    #[must_use]
    pub fn points<'c>(&self, columns: &'c RowColumns) -> &'c [u64] {
        columns.numbers(0)
    }

    /// The column of flags, as letters.
    #[must_use]
    pub fn flags<'c>(&self, columns: &'c RowColumns) -> &'c [u8] {
        columns.letters(if self.tag == Tag::E46 { 2 } else { 0 })
    }

    /// The column of outcomes, by their first letters, if the record has them.
    #[must_use]
    pub fn outcomes<'c>(&self, columns: &'c RowColumns) -> Option<&'c [u8]> {
        (self.tag == Tag::E46).then(|| columns.letters(0))
    }

    /// The record of a perfect row; `None` where the row is not.
    #[must_use]
    #[inline]
    pub fn detail(&self, columns: &RowColumns, row: usize) -> Option<Detail> {
        let is_perfect = columns.marks().get(row)? & MARK_NOT_CANONICAL == 0;
        if is_perfect { self.perfect_detail(columns, row) } else { None }
    }

    /// The record of a row that is known to be perfect.
    #[inline]
    pub(crate) fn perfect_detail(&self, columns: &RowColumns, row: usize) -> Option<Detail> {
        let mprn = Mprn::new(self.points(columns)[row]).ok()?;
        let flag = ServiceFlag::from_byte(self.flags(columns)[row])?;
        let date = EffectiveDate::from_packed(columns.dates()[row]).ok()?;
        let update = E45::new(mprn, flag, date);
        match self.outcomes(columns) {
            None => Some(Detail::E45(update)),
            Some(outcomes) => {
                let outcome = Outcome::from_first_letter(outcomes[row])?;
                Some(Detail::E46(update.answered(outcome)))
            }
        }
    }
}

/// The letters of an outcome are columns of their own: takes out those that do not belong together.
fn refuse_mixed_outcomes(columns: &mut RowColumns, first: usize) {
    let is_mixed = |columns: &RowColumns, row: usize| {
        let letters = [columns.letters(0)[row], columns.letters(1)[row]];
        Outcome::from_bytes(&letters).is_none()
    };
    for row in first..columns.len() {
        if is_mixed(columns, row) {
            columns.refuse(row);
        }
    }
}

/// A record's line, as the table has it.
fn parts(tag: Tag, (layout, line_end): (Layout, LineEnd), check_digits: bool) -> Vec<Segment> {
    let mut parts = Vec::new();
    for (place, spec) in tag.spec().fields.iter().enumerate() {
        if layout == Layout::Uklink && place > 0 {
            parts.push(Segment::literal(b","));
        }
        let quote = layout == Layout::Uklink && spec.kind == FieldKind::Text;
        parts.extend(quote.then(|| Segment::literal(b"\"")));
        push_field(&mut parts, (tag, layout), spec, check_digits);
        parts.extend(quote.then(|| Segment::literal(b"\"")));
    }
    parts.push(Segment::literal(line_end.as_bytes()));
    parts
}

fn push_field(
    parts: &mut Vec<Segment>,
    (tag, layout): (Tag, Layout),
    spec: &FieldSpec,
    check_digits: bool,
) {
    let letters = |at: usize| Outcome::ALL.map(|outcome| outcome.as_str().as_bytes()[at]).to_vec();
    match spec.field {
        Field::TransactionType => parts.push(Segment::literal(tag.as_bytes())),
        Field::OutcomeCode => {
            parts.extend([Segment::Letter(letters(0)), Segment::Letter(letters(1))])
        }
        Field::DccServiceFlag => {
            parts.push(Segment::Letter(ServiceFlag::ALL.map(ServiceFlag::as_byte).to_vec()));
        }
        Field::MeterPointReference => {
            let least = if layout == Layout::Fixed { spec.length } else { 1 };
            let check =
                check_digits.then_some(CheckDigits { weights: &Mprn::CHECK_WEIGHTS, digits: 2 });
            parts.push(Segment::Number { least, most: spec.length, check });
        }
        _ => parts.push(Segment::Date),
    }
}
