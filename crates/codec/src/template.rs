//! The fast way to write: the same lines as the definition ([`Flow::write_line`]) without extras,
//! line endings too, from templates made of a table.
//!
//! A line is constant but for its values, so a template is copied whole and patched in place. Digits
//! come eight at once, or those of a whole block of records at once. A value that does not fit its
//! item, and every record of a table with very long lines, goes to the definition; so an error is
//! found and worded in one place, and without this module the bytes are the same and writing takes
//! longer.

use flagflow_domain::{Outcome, ServiceFlag};
use flagflow_frame::LineEnd;
use flagflow_rows::{
    BLOCK, Backend, Block, EightDigits, TwoDigits, eight_digits_of, eight_digits_of_each,
    sixteen_digits_of_each, ten_digits_of_each,
};

use crate::flow::Flow;
use crate::table::{Item, ItemKind, LineSpec, Slot, Style, Table};
use crate::values::Values;

/// The bytes of a constant that are copied at once.
const STRIDE: usize = 32;

/// The most bytes of a piece.
const MOST: usize = 4 * STRIDE;

/// The most pieces of a line: values of varying width between them.
const PIECES: usize = 4;

/// The most digits of a number that are written here.
const DIGITS: usize = 16;

/// The most characters of a reason that are written here.
const REASON: usize = 32;

/// Numbers below this have at most eight digits.
const EIGHT_DIGITS: u64 = 100_000_000;

/// Room for any line, twice the longest: no index below that needs a check. Bytes behind a line in
/// its room are written over too.
pub(crate) const ROOM: usize = 2048;

/// Keeps a place in a line within the first half of its room, where it is anyway.
const WITHIN: usize = ROOM / 2 - 1;

/// The lines of one kind of record, with one line ending.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    pieces: [Piece; PIECES],
    /// The number of values between pieces.
    gaps: usize,
    /// The meter point, where it has one width.
    point: Option<Place>,
    flag: Option<Place>,
    outcome: Option<Place>,
    date: Option<Place>,
    has_reason: bool,
    /// The most digits of a meter point, 8 to 16.
    point_digits: usize,
    /// The numbers that fit are below this.
    numbers: u64,
    /// The most characters of a reason.
    reason: usize,
}

/// Constant bytes, up to a value of varying width or the line's end.
#[derive(Clone, Copy, Debug)]
struct Piece {
    bytes: [[u8; STRIDE]; MOST / STRIDE],
    length: usize,
    next: Gap,
}

/// The value behind a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gap {
    /// None: the line ends.
    End,
    /// The number, at its width or without leading zeros.
    Number(Option<usize>),
    /// The meter point without leading zeros.
    Point,
    /// The reason, padded to its width or not.
    Reason(Option<usize>),
}

/// The place of a value of constant width: the piece, and the bytes before it there.
#[derive(Clone, Copy, Debug)]
struct Place {
    piece: usize,
    start: usize,
}

impl Piece {
    const EMPTY: Self = Self { bytes: [[b' '; STRIDE]; MOST / STRIDE], length: 0, next: Gap::End };

    /// Makes the piece of some bytes, if it is not too long.
    fn new(bytes: &[u8], next: Gap) -> Option<Self> {
        let mut piece = Self { length: bytes.len(), next, ..Self::EMPTY };
        piece.bytes.as_flattened_mut().get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(piece)
    }

    /// Copies the piece, and spaces behind it.
    #[inline]
    fn copy(&self, room: &mut [u8; ROOM], at: usize) {
        let at = at & WITHIN;
        room[at..at + STRIDE].copy_from_slice(&self.bytes[0]);
        if self.length > STRIDE {
            room[at + STRIDE..at + MOST].copy_from_slice(self.bytes[1..].as_flattened());
        }
    }
}

/// The values of a record as they are in lines.
struct LineValues {
    /// Sixteen digits of the number.
    number: [u64; 2],
    /// The digits of the meter point, as many as it has at most, the first one in the lowest byte.
    point: u128,
    flag: u8,
    outcome: [u8; 2],
    date: [u8; 8],
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "eight digits")]
const fn low_half(number: u64) -> u32 {
    number as u32
}

#[inline]
fn sixteen_digits(number: u64) -> [u64; 2] {
    if number < EIGHT_DIGITS {
        return [ZEROS, u64::from_le_bytes(eight_digits_of(low_half(number)))];
    }
    [number / EIGHT_DIGITS, number % EIGHT_DIGITS]
        .map(|half| u64::from_le_bytes(eight_digits_of(low_half(half))))
}

/// Returns so many last digits of sixteen, the first one in the lowest byte.
#[inline]
const fn last_digits([high, low]: [u64; 2], digits: usize) -> u128 {
    (high as u128 | (low as u128) << 64) >> (8 * (DIGITS - digits))
}

#[inline]
const fn letters_of(outcome: u8) -> [u8; 2] {
    match Outcome::from_first_letter(outcome) {
        Some(Outcome::Accepted) => *b"AC",
        Some(Outcome::Rejected) => *b"RJ",
        None => [0; 2],
    }
}

const ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);

/// Returns the number of zeros that eight digits begin with, the last digit not counted.
#[inline]
const fn zeros(digits: u64) -> usize {
    // the first byte that is not a zero, or the last
    (((digits ^ ZEROS) | 1 << 56).trailing_zeros() / 8) as usize
}

impl Template {
    /// Makes the template of a record's lines; `None` where they are too long.
    pub(crate) fn new<F: Flow>(
        style: Style,
        line: &LineSpec<F>,
        line_end: LineEnd,
    ) -> Option<Self> {
        let template = Self {
            pieces: [Piece::EMPTY; PIECES],
            gaps: 0,
            point: None,
            flag: None,
            outcome: None,
            date: None,
            has_reason: false,
            point_digits: DIGITS,
            numbers: 0,
            reason: 0,
        };
        let mut builder = TemplateBuilder { template, style, bytes: Vec::new() };
        builder.quoted(true, line.code().as_bytes());
        builder.behind_item();
        for item in line.items_behind_code() {
            builder.before_item();
            builder.item(item, line.constant())?;
            builder.behind_item();
        }
        builder.bytes.extend_from_slice(line_end.as_bytes());
        builder.end(Gap::End)?;
        Some(builder.template)
    }

    /// Returns whether the template writes these values as the definition does.
    #[inline]
    pub(crate) fn takes<S: AsRef<[u8]>>(&self, values: &Values<S>) -> bool {
        let reason_fits = match &values.reason {
            None => !self.has_reason,
            Some(reason) => {
                let reason = reason.as_ref();
                self.has_reason && reason.len() <= self.reason && is_plain(reason)
            }
        };
        reason_fits
            && self.outcome.is_some() == (values.outcome != 0)
            && values.number.is_none_or(|number| number < self.numbers)
    }

    /// Writes one line and its ending at the beginning of its room. Returns its length.
    #[inline]
    pub(crate) fn line<S: AsRef<[u8]>>(&self, room: &mut [u8; ROOM], values: &Values<S>) -> usize {
        let line = LineValues {
            number: sixteen_digits(values.number.unwrap_or(0)),
            point: last_digits(sixteen_digits(values.point), self.point_digits),
            flag: values.flag,
            outcome: letters_of(values.outcome),
            date: eight_digits_of(values.date),
        };
        let reason = values.reason.as_ref().map_or(&[][..], AsRef::as_ref);
        self.any(room, &line, reason)
    }

    #[inline]
    fn any(&self, room: &mut [u8; ROOM], line: &LineValues, reason: &[u8]) -> usize {
        match self.gaps {
            0 => self.write::<0>(room, line, reason),
            1 => self.write::<1>(room, line, reason),
            _ => self.write::<{ PIECES - 1 }>(room, line, reason),
        }
    }

    /// Writes a line with at most so many gaps.
    #[inline]
    fn write<const GAPS: usize>(
        &self,
        room: &mut [u8; ROOM],
        line: &LineValues,
        reason: &[u8],
    ) -> usize {
        let (mut starts, mut at) = ([0; PIECES], 0);
        for (piece, start) in self.pieces.iter().zip(&mut starts).take(GAPS + 1) {
            piece.copy(room, at);
            *start = at;
            at += piece.length;
            at += match piece.next {
                Gap::End => break,
                Gap::Number(width) => number(room, at, line.number, width),
                Gap::Point => point(room, at, line.point, self.point_digits),
                Gap::Reason(width) => text(room, at, reason, width),
            };
        }
        let at_place = |place: Place| {
            let piece = if GAPS == 0 { 0 } else { starts[place.piece % PIECES] };
            (piece + place.start) & WITHIN
        };
        if let Some(place) = self.point {
            // the first eight digits and the last eight, which overlap
            let (start, behind) = (at_place(place), self.point_digits - 8);
            put(room, start, line.point);
            put(room, start + behind, line.point >> (8 * behind));
        }
        if let Some(place) = self.outcome {
            let start = at_place(place);
            room[start..start + 2].copy_from_slice(&line.outcome);
        }
        if let Some(place) = self.flag {
            room[at_place(place)] = line.flag;
        }
        if let Some(place) = self.date {
            let start = at_place(place);
            room[start..start + 8].copy_from_slice(&line.date);
        }
        at
    }
}

/// Writes eight digits.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the first eight")]
fn put(room: &mut [u8; ROOM], at: usize, digits: u128) {
    let at = at & WITHIN;
    room[at..at + 8].copy_from_slice(&(digits as u64).to_le_bytes());
}

/// Writes a number, and more behind it. Returns its length.
#[inline]
fn number(room: &mut [u8; ROOM], at: usize, [high, low]: [u64; 2], width: Option<usize>) -> usize {
    let at = at & WITHIN;
    if high == ZEROS && width.is_none() {
        let count = 8 - zeros(low);
        room[at..at + 8].copy_from_slice(&(low >> (64 - 8 * count)).to_le_bytes());
        return count;
    }
    let count = width.unwrap_or_else(|| DIGITS - zeros(high)).clamp(1, DIGITS);
    let digits = last_digits([high, low], count);
    room[at..at + DIGITS].copy_from_slice(&digits.to_le_bytes());
    count
}

/// Writes so many digits without leading zeros, and more behind them. Returns their number.
#[inline]
fn point(room: &mut [u8; ROOM], at: usize, digits: u128, most: usize) -> usize {
    const ZEROS: u128 = u128::from_le_bytes([b'0'; DIGITS]);
    let at = at & WITHIN;
    // the first byte that is not a zero, or the last digit
    let zeros = ((digits ^ ZEROS) | 1 << (8 * (most - 1))).trailing_zeros() / 8;
    room[at..at + DIGITS].copy_from_slice(&(digits >> (8 * zeros)).to_le_bytes());
    most - zeros as usize
}

/// Writes a reason, and spaces behind it. Returns its length.
#[inline]
fn text(room: &mut [u8; ROOM], at: usize, text: &[u8], width: Option<usize>) -> usize {
    let at = at & WITHIN;
    let length = text.len().min(REASON);
    room[at..at + REASON].fill(b' ');
    room[at..at + length].copy_from_slice(&text[..length]);
    width.unwrap_or(length)
}

/// Returns whether text is printable, without delimiters, and does not end with a space.
#[inline]
fn is_plain(text: &[u8]) -> bool {
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'|' | b'"' | b',');
    text.last() != Some(&b' ') && text.iter().all(is_plain)
}

/// A template, as far as it was worked out.
struct TemplateBuilder {
    template: Template,
    style: Style,
    /// The piece in the making.
    bytes: Vec<u8>,
}

impl TemplateBuilder {
    fn place(&self) -> Place {
        Place { piece: self.template.gaps, start: self.bytes.len() }
    }

    fn before_item(&mut self) {
        if self.style == Style::Comma {
            self.bytes.push(b',');
        }
    }

    fn behind_item(&mut self) {
        if self.style == Style::Pipe {
            self.bytes.push(b'|');
        }
    }

    fn quoted(&mut self, is_text: bool, bytes: &[u8]) {
        let quote = if self.style == Style::Comma && is_text { &b"\""[..] } else { b"" };
        self.bytes.extend([quote, bytes, quote].concat());
    }

    /// Ends a piece. `None` for one that is too long.
    fn end(&mut self, next: Gap) -> Option<()> {
        *self.template.pieces.get_mut(self.template.gaps)? = Piece::new(&self.bytes, next)?;
        self.template.gaps += usize::from(next != Gap::End);
        self.bytes.clear();
        Some(())
    }

    /// Adds a value of constant width, and returns its place.
    fn constant<N>(&mut self, item: &Item<N>, bytes: &[u8]) -> Option<Place> {
        let quote = usize::from(self.style == Style::Comma && item.kind == ItemKind::Text);
        let Place { piece, start } = self.place();
        self.quoted(item.kind == ItemKind::Text, bytes);
        Some(Place { piece, start: start + quote })
    }

    fn item<N>(&mut self, item: &Item<N>, constant: &str) -> Option<()> {
        let width = self.style.is_fixed().then_some(item.length);
        match item.slot {
            Slot::Number => return self.number(item.length, width),
            Slot::Point(_) => {
                let digits = item.length;
                self.template.point_digits = Some(digits).filter(|it| (8..=DIGITS).contains(it))?;
                if width.is_none() && item.kind == ItemKind::Number {
                    return self.end(Gap::Point);
                }
                self.template.point = self.constant(item, &vec![b'0'; digits]);
            }
            Slot::Flag => self.template.flag = self.constant(item, b"?"),
            Slot::Outcome => self.template.outcome = self.constant(item, b"??"),
            Slot::Date => self.template.date = self.constant(item, b"00000000"),
            Slot::Reason if item.length > REASON => return None,
            Slot::Reason => {
                (self.template.has_reason, self.template.reason) = (true, item.length);
                return self.end(Gap::Reason(width));
            }
            Slot::Constant => self.padded(constant, width),
            // an extra is left empty
            Slot::Unused | Slot::Extra | Slot::Checked => self.padded("", width),
        }
        Some(())
    }

    fn padded(&mut self, text: &str, width: Option<usize>) {
        let width = width.unwrap_or(0);
        self.bytes.extend_from_slice(format!("{text:width$}").as_bytes());
    }

    /// Adds the number. At a width, more digits than are written here are zeros.
    fn number(&mut self, most: usize, width: Option<usize>) -> Option<()> {
        let digits = most.min(DIGITS);
        self.template.numbers = 10u64.pow(u32::try_from(digits).ok()?);
        if width.is_some() {
            self.bytes.extend(std::iter::repeat_n(b'0', most - digits));
        }
        self.end(Gap::Number(width.map(|_| digits)))
    }
}

/// The templates of a table's records, in the table's order.
#[derive(Clone, Debug)]
pub(crate) struct Templates {
    lines: Vec<Template>,
    /// Whether no meter point has more than ten digits.
    has_short_points: bool,
}

impl Templates {
    pub(crate) fn new<F: Flow>(table: &Table<F>, line_end: LineEnd) -> Self {
        let style = table.style();
        let lines: Vec<_> =
            table.records().filter_map(|line| Template::new(style, line, line_end)).collect();
        let has_short_points = lines.iter().all(|line| line.point_digits <= 10);
        Self { lines, has_short_points }
    }

    /// Returns the template that takes a record's values, if there is one.
    #[inline]
    pub(crate) fn of<S: AsRef<[u8]>>(&self, values: &Values<S>) -> Option<(u8, &Template)> {
        (0..).zip(&self.lines).find(|(_, line)| line.takes(values))
    }
}

/// The values of up to a block of records that templates take.
pub(crate) struct Rows<S> {
    length: usize,
    /// The template of each row.
    lines: Block<u8>,
    is_mixed: bool,
    numbers: Block<u64>,
    /// All bits of the numbers.
    number_bits: u64,
    points: Block<u64>,
    flags: Block<u8>,
    outcomes: Block<u8>,
    dates: Block<u32>,
    reasons: Vec<S>,
}

impl<S: AsRef<[u8]> + Copy> Rows<S> {
    /// The most bytes that the lines of a block need, with the room of the last.
    pub(crate) const ROOM: usize = BLOCK * ROOM / 2;

    pub(crate) const fn new() -> Self {
        Self {
            length: 0,
            lines: [0; BLOCK],
            is_mixed: false,
            numbers: [0; BLOCK],
            number_bits: 0,
            points: [0; BLOCK],
            flags: [ServiceFlag::Active.as_byte(); BLOCK],
            outcomes: [0; BLOCK],
            dates: [0; BLOCK],
            reasons: Vec::new(),
        }
    }

    /// Returns the number of rows.
    pub(crate) const fn len(&self) -> usize {
        self.length
    }

    /// Takes as many records as there is room for, in place of the former ones. Returns the record
    /// that no template takes, if it met one.
    #[inline]
    pub(crate) fn take<F: Flow<Reason = S>>(
        &mut self,
        templates: &Templates,
        records: &mut impl Iterator<Item = F::Record>,
    ) -> Option<F::Record> {
        (self.length, self.number_bits, self.is_mixed) = (0, 0, false);
        self.reasons.clear();
        while self.length < BLOCK {
            let record = records.next()?;
            let values = F::values(&record);
            let Some((line, _)) = templates.of(&values) else { return Some(record) };
            self.push(line, &values);
        }
        None
    }

    #[inline]
    fn push(&mut self, line: u8, values: &Values<S>) {
        let at = self.length % BLOCK;
        self.is_mixed |= at > 0 && line != self.lines[0];
        self.lines[at] = line;
        let number = values.number.unwrap_or(0);
        self.numbers[at] = number;
        self.number_bits |= number;
        self.points[at] = values.point;
        self.flags[at] = values.flag;
        self.outcomes[at] = values.outcome;
        self.dates[at] = values.date;
        self.reasons.extend(values.reason);
        self.length += 1;
    }

    /// Writes the lines of the rows end to end. Returns the number of bytes.
    pub(crate) fn write(&self, out: &mut [u8], templates: &Templates, backend: Backend) -> usize {
        let digits = Digits::of(self, templates, backend);
        let lines = &templates.lines;
        let first = lines.get(usize::from(self.lines[0]));
        match first.filter(|_| !self.is_mixed && self.reasons.is_empty()) {
            Some(line) if line.gaps == 0 => {
                self.each(out, &digits, |room, _, values| line.write::<0>(room, values, b""))
            }
            Some(line) if line.gaps == 1 => {
                self.each(out, &digits, |room, _, values| line.write::<1>(room, values, b""))
            }
            _ => self.each(out, &digits, |room, at, values| {
                let reason = self.reasons.get(at).map_or(&[][..], AsRef::as_ref);
                let line = lines.get(usize::from(self.lines[at % BLOCK]));
                line.map_or(0, |line| line.any(room, values, reason))
            }),
        }
    }

    #[inline]
    fn each(
        &self,
        out: &mut [u8],
        digits: &Digits,
        mut write: impl FnMut(&mut [u8; ROOM], usize, &LineValues) -> usize,
    ) -> usize {
        let mut start = 0;
        for at in 0..self.length.min(BLOCK) {
            let room = out.get_mut(start..).and_then(|rest| rest.first_chunk_mut());
            start += room.map_or(0, |room| write(room, at, &digits.values(self, at)));
        }
        start
    }
}

/// The digits of a block's records.
struct Digits {
    numbers: [Block<EightDigits>; 2],
    /// The first digits and the last: eight and two, or eight and eight.
    points: [Block<EightDigits>; 2],
    short_points: Block<TwoDigits>,
    has_short_points: bool,
    /// The bits by which sixteen digits are shifted to have the meter point first.
    shift: u32,
    dates: Block<EightDigits>,
}

impl Digits {
    #[inline]
    fn of<S>(rows: &Rows<S>, templates: &Templates, backend: Backend) -> Self {
        const ZEROS: Block<EightDigits> = [EightDigits::ZERO; BLOCK];
        let most = templates.lines.first().map_or(DIGITS, |line| line.point_digits);
        let has_short_points = templates.has_short_points && most == 10;
        let mut digits = Self {
            numbers: [ZEROS; 2],
            points: [ZEROS; 2],
            short_points: [TwoDigits::ZERO; BLOCK],
            has_short_points,
            shift: u32::try_from(8 * (DIGITS - most)).unwrap_or(0),
            dates: ZEROS,
        };
        let [high, low] = &mut digits.numbers;
        if rows.number_bits >= EIGHT_DIGITS {
            sixteen_digits_of_each(backend, &rows.numbers, high, low);
        } else if rows.number_bits > 0 {
            eight_digits_of_each(backend, &rows.numbers.map(low_half), low);
        }
        let [high, low] = &mut digits.points;
        if has_short_points {
            ten_digits_of_each(backend, &rows.points, high, &mut digits.short_points);
        } else {
            sixteen_digits_of_each(backend, &rows.points, high, low);
        }
        if rows.reasons.is_empty() {
            eight_digits_of_each(backend, &rows.dates, &mut digits.dates);
        }
        digits
    }

    #[inline]
    fn values<S>(&self, rows: &Rows<S>, at: usize) -> LineValues {
        let half = |digits: EightDigits| u64::from_le_bytes(digits.to_bytes());
        let [high, low] = &self.points;
        let last = u16::from_le_bytes(self.short_points[at].to_bytes());
        let point = if self.has_short_points {
            u128::from(half(high[at])) | u128::from(last) << 64
        } else {
            (u128::from(half(high[at])) | u128::from(half(low[at])) << 64) >> self.shift
        };
        LineValues {
            number: [half(self.numbers[0][at]), half(self.numbers[1][at])],
            point,
            flag: rows.flags[at],
            outcome: letters_of(rows.outcomes[at]),
            date: self.dates[at].to_bytes(),
        }
    }
}
