//! Tables compiled for speed: the row decoders of a table's records.
//!
//! Row decoders are cached here, beside the tables that they are made of.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use flagflow_domain::{Outcome, ServiceFlag};
use flagflow_frame::{LineEnd, split_line};
use flagflow_rows::{
    Backend, CheckDigits, MARK_NOT_CANONICAL, RowColumns, RowDecoder, Segment, TextPlace,
};

use crate::flow::Flow;
use crate::table::{Item, ItemKind, LineSpec, Slot, Style, Table};
use crate::values::{NO_PARTY, PARTY, Values};

/// The most digits of a number in a row decoder.
const MOST_DIGITS: usize = 16;

/// The row decoders that were made last, by their segments.
static MADE: Mutex<Vec<Made>> = Mutex::new(Vec::new());

/// The most row decoders that are kept: those of some tables, in both styles and line endings.
const MOST_MADE: usize = 64;

struct Made {
    segments: Vec<Segment>,
    backend: Backend,
    decoder: Option<Arc<RowDecoder>>,
}

/// Returns the row decoder of segments, made or found.
fn decoder_of(segments: Vec<Segment>, backend: Backend) -> Option<Arc<RowDecoder>> {
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let found = made.iter().find(|it| it.backend == backend && it.segments == segments);
    if let Some(found) = found {
        return found.decoder.clone();
    }
    let decoder = RowDecoder::on(&segments, backend).map(Arc::new);
    if made.len() == MOST_MADE {
        made.remove(0);
    }
    made.push(Made { segments, backend, decoder: decoder.clone() });
    decoder
}

/// The code that decodes rows, and whether it checks check digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decoding {
    /// The code that runs the decoder.
    pub backend: Backend,
    /// True if rows whose meter point does not have its check digits are to be
    /// [marked](flagflow_rows::MARK_CHECK_DIGITS), which takes time.
    pub check_digits: bool,
}

/// The row decoder of one kind of record with one line ending, and the columns of its values.
///
/// Not every record has one: a row decoder has room for one number of varying width and for no text
/// of varying width. Lines without a row decoder, and all that are not canonical, are read one by
/// one by [`read_line`](crate::read_line) and the definition.
#[derive(Clone, Debug)]
pub struct LineDecoder<F: Flow> {
    tag: F::Tag,
    layout: F::Layout,
    line_end: LineEnd,
    decoder: Arc<RowDecoder>,
    number: Option<usize>,
    point: usize,
    flag: usize,
    outcome: Option<usize>,
    party: Option<TextPlace>,
    /// The point and the flag among the items that vary.
    places: [usize; 2],
}

impl<F: Flow> LineDecoder<F> {
    /// Makes the decoder of a record's lines; `None` where a row decoder cannot hold them.
    fn new(table: &Table<F>, line: &LineSpec<F>, line_end: LineEnd, how: Decoding) -> Option<Self> {
        let segments = segments(table.style(), line, line_end, how.check_digits)?;
        let kind = (line.tag(), table.layout(), line_end);
        Self::of(kind, line.items_behind_code(), segments, how.backend)
    }

    /// Makes the decoder of lines that have the values of a record between texts of their own, as
    /// objects of JSON have.
    ///
    /// Each item comes with the text before it; `end` is the text behind the last item, and the
    /// ending of the line. Values are those of the delimited styles, without quotes. `None` where a
    /// row decoder cannot hold such lines, or the point, the flag or the date is missing.
    #[must_use]
    pub fn between(
        (tag, layout): (F::Tag, F::Layout),
        items: &[(&[u8], Item<F::Field>)],
        (end, line_end): (&[u8], LineEnd),
        how: Decoding,
    ) -> Option<Self> {
        let mut segments = Vec::new();
        for (text, item) in items {
            segments.push(Segment::literal(text));
            push_item(&mut segments, item, Style::Pipe, "", how.check_digits)?;
        }
        segments.extend([end, line_end.as_bytes()].map(Segment::literal));
        let items: Vec<_> = items.iter().map(|(_, item)| *item).collect();
        Self::of((tag, layout, line_end), &items, segments, how.backend)
    }

    /// Makes the decoder of lines with these items, which are among the segments in this order.
    fn of(
        (tag, layout, line_end): (F::Tag, F::Layout, LineEnd),
        items: &[Item<F::Field>],
        segments: Vec<Segment>,
        backend: Backend,
    ) -> Option<Self> {
        let slots = || items.iter().map(|item| item.slot);
        let numbers = slots().filter(|slot| matches!(slot, Slot::Number | Slot::Point(_)));
        let point = numbers.clone().position(|slot| slot != Slot::Number)?;
        let number = numbers.into_iter().position(|slot| slot == Slot::Number);
        // an outcome is two letters
        let letters = || {
            slots().flat_map(|slot| match slot {
                Slot::Outcome => [Some(slot), Some(Slot::Extra)],
                Slot::Flag => [Some(slot), None],
                _ => [None; 2],
            })
        };
        let letter = |wanted| letters().flatten().position(|slot| slot == wanted);
        let (flag, outcome) = (letter(Slot::Flag)?, letter(Slot::Outcome));
        slots().find(|slot| *slot == Slot::Date)?;
        let places = places(items)?;
        let party = party_place(&segments);
        let decoder = decoder_of(segments, backend)?;
        Some(Self { tag, layout, line_end, decoder, number, point, flag, outcome, party, places })
    }

    /// Returns every decoder of a table, for tests and measurements.
    #[must_use]
    pub fn all<'t>(table: impl Into<&'t Table<F>>, how: Decoding) -> Vec<Self> {
        let table = table.into();
        let ends = [LineEnd::Lf, LineEnd::CrLf];
        let lines = table.records().flat_map(|line| ends.map(|end| (line, end)));
        lines.filter_map(|(line, end)| Self::new(table, line, end, how)).collect()
    }

    /// Returns the flow's name for the record.
    #[must_use]
    pub const fn tag(&self) -> F::Tag {
        self.tag
    }

    /// Returns the layout of the lines.
    #[must_use]
    pub const fn layout(&self) -> F::Layout {
        self.layout
    }

    /// Returns the ending of the lines.
    #[must_use]
    pub const fn line_end(&self) -> LineEnd {
        self.line_end
    }

    /// Decodes rows from the beginning of `bytes` and adds them to `columns`: see
    /// [`RowDecoder::decode`].
    #[inline]
    pub fn decode(&self, bytes: &[u8], columns: &mut RowColumns) -> usize {
        let first = columns.len();
        let rows = self.decoder.decode(bytes, columns);
        if let Some(outcome) = self.outcome {
            refuse_mixed_outcomes(columns, outcome, first);
        }
        if let Some(party) = self.party {
            columns.take_texts(bytes, first, party);
        }
        rows
    }

    /// Returns the places of the items of a row that is not canonical, but has its literals in
    /// their places; `None` for any other row. An outcome has two places.
    #[must_use]
    #[inline]
    pub fn fields(&self, row: &[u8]) -> Option<&[Range<usize>]> {
        self.decoder.fields(row)
    }

    /// Returns the places of the meter point and of the flag in a row whose literals are in their
    /// places; `None` for any other row.
    #[must_use]
    #[inline]
    pub fn places(&self, row: &[u8]) -> Option<(Range<usize>, Range<usize>)> {
        let fields = self.fields(row)?;
        let [point, flag] = self.places;
        Some((fields.get(point)?.clone(), fields.get(flag)?.clone()))
    }

    /// Returns the column of meter points.
    #[must_use]
    #[inline]
    pub fn points<'c>(&self, columns: &'c RowColumns) -> &'c [u64] {
        columns.numbers(self.point)
    }

    /// Returns the column of the records' own numbers, if the record has one.
    #[must_use]
    #[inline]
    pub fn numbers<'c>(&self, columns: &'c RowColumns) -> Option<&'c [u64]> {
        self.number.map(|number| columns.numbers(number))
    }

    /// Returns the column of flags, as letters.
    #[must_use]
    #[inline]
    pub fn flags<'c>(&self, columns: &'c RowColumns) -> &'c [u8] {
        columns.letters(self.flag)
    }

    /// Returns the column of outcomes, by their first letters, if the record has one.
    #[must_use]
    #[inline]
    pub fn outcomes<'c>(&self, columns: &'c RowColumns) -> Option<&'c [u8]> {
        self.outcome.map(|outcome| columns.letters(outcome))
    }

    /// Returns the column of the parties that asked for the changes, if the record has one.
    #[must_use]
    #[inline]
    pub fn parties<'c>(&self, columns: &'c RowColumns) -> Option<&'c [[u8; PARTY]]> {
        self.party.map(|_| columns.texts())
    }

    /// Returns the record of a canonical row; `None` where the row is not canonical.
    #[must_use]
    #[inline]
    pub fn record(&self, columns: &RowColumns, row: usize) -> Option<F::Record> {
        let is_canonical = columns.marks().get(row)? & MARK_NOT_CANONICAL == 0;
        if is_canonical { F::record(&self.values(columns, row..row + 1).of(0)) } else { None }
    }

    /// Adds the records of rows that are known to be canonical.
    pub(crate) fn push_canonical(
        &self,
        columns: &RowColumns,
        rows: Range<usize>,
        records: &mut Vec<F::Record>,
    ) {
        let count = rows.len();
        let values = self.values(columns, rows);
        records.extend((0..count).map_while(|row| F::record(&values.of(row))));
    }

    /// Returns the values of rows.
    #[inline]
    fn values<'c>(&self, columns: &'c RowColumns, rows: Range<usize>) -> RowValues<'c> {
        RowValues {
            points: &self.points(columns)[rows.clone()],
            flags: &self.flags(columns)[rows.clone()],
            dates: &columns.dates()[rows.clone()],
            numbers: self.numbers(columns).map(|numbers| &numbers[rows.clone()]),
            outcomes: self.outcomes(columns).map(|outcomes| &outcomes[rows.clone()]),
            parties: self.parties(columns).map(|parties| &parties[rows]),
        }
    }
}

/// The columns of some rows, cut first, so that no row is compared with the ends of the columns.
struct RowValues<'c> {
    points: &'c [u64],
    flags: &'c [u8],
    dates: &'c [u32],
    numbers: Option<&'c [u64]>,
    outcomes: Option<&'c [u8]>,
    parties: Option<&'c [[u8; PARTY]]>,
}

impl RowValues<'_> {
    /// Returns the values of a row, counted from the first of them.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a tenth fewer instructions for each record")]
    fn of(&self, row: usize) -> Values {
        Values {
            number: self.numbers.map(|numbers| numbers[row]),
            point: self.points[row],
            flag: self.flags[row],
            outcome: self.outcomes.map_or(0, |outcomes| outcomes[row]),
            date: self.dates[row],
            party: self.parties.map_or(NO_PARTY, |parties| parties[row]),
        }
    }
}

/// Returns the index of the meter point and of the flag among the segments that are not literals.
fn places<N>(items: &[Item<N>]) -> Option<[usize; 2]> {
    let (mut next, mut point, mut flag) = (0, None, None);
    for item in items {
        match item.slot {
            Slot::Point(_) => point = Some(next),
            Slot::Flag => flag = Some(next),
            _ => {}
        }
        next += match item.slot {
            Slot::Constant => 0,
            Slot::Outcome => 2,
            _ => 1,
        };
    }
    Some([point?, flag?])
}

/// Returns the place of the party: before the number that varies in width, or behind it.
fn party_place(segments: &[Segment]) -> Option<TextPlace> {
    let party = segments.iter().position(|it| *it == Segment::Code(PARTY))?;
    let (before, behind) = segments.split_at(party);
    let has_one_width = |it: &Segment| it.widths().0 == it.widths().1;
    let widths = |segments: &[Segment]| segments.iter().map(|it| it.widths().0).sum();
    Some(match before.iter().all(has_one_width) {
        true => TextPlace::FromStart(widths(before)),
        false => TextPlace::FromEnd(widths(behind)),
    })
}

/// Marks rows in which the two letters of an outcome do not belong together.
fn refuse_mixed_outcomes(columns: &mut RowColumns, outcome: usize, first: usize) {
    let is_mixed = |row: (&u8, &u8)| Outcome::from_bytes(&[*row.0, *row.1]).is_none();
    let mut from = first;
    loop {
        let letters = [outcome, outcome + 1].map(|column| &columns.letters(column)[from..]);
        let mut rows = letters[0].iter().zip(letters[1]);
        let Some(mixed) = rows.position(is_mixed) else { return };
        columns.refuse(from + mixed);
        from += mixed + 1;
    }
}

/// The row decoders of a file, each made when it is first needed.
#[derive(Clone, Debug)]
pub struct LineDecoders<F: Flow> {
    how: Decoding,
    current: Option<LineDecoder<F>>,
    made: Vec<(F::Tag, LineEnd, Option<LineDecoder<F>>)>,
    /// The bytes of the longest row, once they were needed; none at all where no line is a row.
    longest: Option<usize>,
}

impl<F: Flow> LineDecoders<F> {
    /// No decoders yet.
    #[must_use]
    pub const fn new(how: Decoding) -> Self {
        Self { how, current: None, made: Vec::new(), longest: None }
    }

    /// Returns the decoder of the lines that were decoded last.
    #[must_use]
    #[inline]
    pub const fn current(&self) -> Option<&LineDecoder<F>> {
        self.current.as_ref()
    }

    /// Decodes rows by the decoder of the lines before, or else by the decoder of the next line,
    /// which becomes the current one. A line with no record's code may be a record whose code alone
    /// is wrong, and is tried as the table's first one. Returns the number of rows.
    #[inline]
    pub fn decode_next<'t>(
        &mut self,
        table: impl Into<&'t Table<F>>,
        bytes: &[u8],
        columns: &mut RowColumns,
    ) -> usize {
        let rows = self.current.as_ref().map_or(0, |it| it.decode(bytes, columns));
        if rows > 0 {
            return rows;
        }
        let table = table.into();
        let line = self.line_of(table, bytes);
        self.current = line.and_then(|(spec, end)| {
            let spec = spec.or_else(|| table.records().next());
            spec.and_then(|spec| self.decoder(table, spec, end))
        });
        self.current.as_ref().map_or(0, |it| it.decode(bytes, columns))
    }

    /// Returns the record whose code the first line of `bytes` has, and the line's ending. `None`
    /// for a line that is longer than any row.
    fn line_of<'t>(
        &mut self,
        table: &'t Table<F>,
        bytes: &[u8],
    ) -> Option<(Option<&'t LineSpec<F>>, LineEnd)> {
        let longest = *self.longest.get_or_insert_with(|| longest_row(table).unwrap_or(0));
        let (line, line_end, _) = split_line(&bytes[..bytes.len().min(longest)])?;
        let quote = usize::from(table.style() == Style::Comma);
        let begins = |spec: &&LineSpec<F>| {
            line.get(quote..).is_some_and(|line| line.starts_with(spec.code().as_bytes()))
        };
        Some((table.records().find(begins), line_end))
    }

    /// Returns the decoder of a record, made when it is first needed.
    fn decoder(
        &mut self,
        table: &Table<F>,
        spec: &LineSpec<F>,
        line_end: LineEnd,
    ) -> Option<LineDecoder<F>> {
        let known = self.made.iter().find(|(tag, end, _)| (*tag, *end) == (spec.tag(), line_end));
        if let Some((.., known)) = known {
            return known.clone();
        }
        let made = LineDecoder::new(table, spec, line_end, self.how);
        self.made.push((spec.tag(), line_end, made.clone()));
        made
    }
}

/// Returns the bytes of the longest line that a row decoder of a table's records can have, its
/// ending among them; `None` where no record has a row decoder.
#[must_use]
pub fn longest_row<'t, F: Flow>(table: impl Into<&'t Table<F>>) -> Option<usize> {
    let table = table.into();
    let lines = table.records();
    let rows = lines.filter_map(|line| segments(table.style(), line, LineEnd::CrLf, false));
    rows.map(|row| row.iter().map(|segment| segment.widths().1).sum()).max()
}

/// Returns the layout of a record's line; `None` where a row decoder cannot hold it.
fn segments<F: Flow>(
    style: Style,
    line: &LineSpec<F>,
    line_end: LineEnd,
    check_digits: bool,
) -> Option<Vec<Segment>> {
    let mut segments = Vec::new();
    let quote = |is_text: bool| (style == Style::Comma && is_text).then(|| Segment::literal(b"\""));
    segments.extend(quote(true));
    segments.push(Segment::literal(line.code().as_bytes()));
    segments.extend(quote(true));
    let pipe = (style == Style::Pipe).then(|| Segment::literal(b"|"));
    segments.extend(pipe.clone());
    for item in line.items_behind_code() {
        segments.extend((style == Style::Comma).then(|| Segment::literal(b",")));
        segments.extend(quote(item.kind == ItemKind::Text));
        push_item(&mut segments, item, style, line.constant(), check_digits)?;
        segments.extend(quote(item.kind == ItemKind::Text));
        segments.extend(pipe.clone());
    }
    segments.push(Segment::literal(line_end.as_bytes()));
    Some(segments)
}

/// Adds an item; `None` where its width varies and may not.
fn push_item<N>(
    segments: &mut Vec<Segment>,
    item: &Item<N>,
    style: Style,
    constant: &str,
    check_digits: bool,
) -> Option<()> {
    let outcome = |at: usize| Outcome::ALL.map(|it| it.as_str().as_bytes()[at]).to_vec();
    let (slot, is_bare) = (item.slot, !style.is_fixed());
    match slot {
        Slot::Number => push_number(segments, item, is_bare, None),
        Slot::Point(check) => {
            let is_bare = is_bare && item.kind == ItemKind::Number;
            push_number(segments, item, is_bare, check_digits.then_some(check));
        }
        Slot::Flag => {
            segments.push(Segment::Letter(ServiceFlag::ALL.map(ServiceFlag::as_byte).to_vec()));
        }
        Slot::Outcome => segments.extend([0, 1].map(|at| Segment::Letter(outcome(at)))),
        Slot::Date => segments.push(Segment::Date),
        Slot::Constant => {
            let width = if style == Style::FixedPadded { item.length } else { 0 };
            segments.push(Segment::Literal(format!("{constant:width$}").into_bytes()));
        }
        Slot::Party if item.length == PARTY => segments.push(Segment::Code(PARTY)),
        Slot::Party | Slot::Own | Slot::Reason => return None,
        // an item that is not read, of any width
        _ if is_bare => return None,
        // text that is only padding is no value of a mandatory item
        Slot::Extra if !item.mandatory => segments.push(Segment::Text(item.length)),
        _ if item.kind == ItemKind::Number => segments.push(Segment::Digits(item.length)),
        _ => return None,
    }
    Some(())
}

/// Adds a number. Longer ones than a row decoder has room for are left to the definition.
fn push_number<N>(
    segments: &mut Vec<Segment>,
    item: &Item<N>,
    is_bare: bool,
    check: Option<CheckDigits>,
) {
    let most = item.length.min(MOST_DIGITS);
    let least = if is_bare { 1 } else { most };
    if !is_bare && item.length > most {
        segments.push(Segment::Literal(vec![b'0'; item.length - most]));
    }
    segments.push(Segment::Number { least, most, check });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line of ten digits behind a code.
    fn line(code: usize) -> Vec<Segment> {
        let code = format!("{code:08}");
        vec![Segment::literal(code.as_bytes()), Segment::number(10), Segment::literal(b"\n")]
    }

    #[test]
    fn a_decoder_is_made_once_and_the_oldest_is_forgotten() {
        let of = |code| decoder_of(line(code), Backend::Portable).unwrap();
        let first = of(0);
        assert!(Arc::ptr_eq(&first, &of(0)));
        assert!(!Arc::ptr_eq(&first, &of(1)));
        (1..=MOST_MADE).for_each(|code| drop(of(code)));
        assert!(!Arc::ptr_eq(&first, &of(0)));
        assert!(MADE.lock().unwrap().len() <= MOST_MADE);
    }

    #[test]
    fn a_line_that_cannot_be_decoded_is_known_too() {
        let short = || decoder_of(vec![Segment::literal(b"\n")], Backend::Portable);
        assert_eq!([short().is_none(), short().is_none()], [true; 2]);
    }
}
