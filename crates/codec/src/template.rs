//! The fast way to write: the same lines as the definition ([`Flow::write_line`]) without extras,
//! line endings too, from templates made of a table.
//!
//! A line is constant but for its values, so a template is copied whole and patched in place.
//! Digits come eight at once, or those of a whole block of records at once. A value that does not
//! fit its item, and every record of a table with very long lines, goes to the definition; so an
//! error is found and worded in one place, and without this module the bytes are the same and
//! writing takes longer.
//!
//! In instructions a record, many at once (10,000 records, `benches/instructions`): E45 102 (fixed)
//! and 125 (uklink), E46 106 and 133, D0350 257 (zhv) and 259 (zhf). With pieces alone, without
//! short lines, gas took 134 (E45, fixed) and 229 (uklink).

#![expect(clippy::cast_possible_truncation, reason = "each cast is of so few digits")]

use flagflow_frame::LineEnd;
use flagflow_rows::{
    BLOCK, Backend, Block, EightDigits, TwoDigits, eight_digits_of, eight_digits_of_each,
    sixteen_digits_of_each, ten_digits_of_each, two_digits_of,
};

use crate::flow::Flow;
use crate::table::{Item, ItemKind, LineSpec, Slot, Style, Table};
use crate::values::{NO_PARTY, PARTY, Values, is_plain_party};

/// The bytes of a constant that are copied at once.
const STRIDE: usize = 32;

/// The most bytes of a piece.
const MOST: usize = 4 * STRIDE;

/// The most pieces of a line: values of varying width between them.
const PIECES: usize = 3;

/// The most digits of a number that are written here.
const DIGITS: usize = 16;

/// The digits of a meter point that is written by ten digits.
const SHORT: usize = 10;

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
    pieces: [TemplatePiece; PIECES],
    /// The number of values between pieces; the most that there may be where there is one and a
    /// value of constant width before it.
    gaps: usize,
    /// The meter point, where it has one width.
    point: TemplateGap,
    flag: TemplateGap,
    outcome: TemplateGap,
    date: TemplateGap,
    party: TemplateGap,
    has_outcome: bool,
    has_party: bool,
    /// The most digits of a meter point, 9 to 16.
    point_digits: usize,
    /// The numbers that fit are below this.
    numbers: u64,
    /// The same line as constant places, where it is short.
    short: Option<ShortLine>,
}

/// A line of few bytes with a meter point of ten digits: constant bytes with outcome, meter point,
/// flag and date end to end, or two parts of them with the meter point without leading zeros
/// between them.
#[derive(Clone, Copy, Debug)]
struct ShortLine {
    head: [u8; STRIDE],
    head_length: usize,
    tail: [u8; HALF],
    tail_length: usize,
    has_gap: bool,
    has_outcome: bool,
    /// The outcome's place in the head.
    outcome: usize,
    /// The place of the meter point in a head without a gap; flag and date are end to end behind
    /// it.
    point: usize,
    /// The places in the tail.
    flag: usize,
    date: usize,
}

/// The most bytes of each part of a short line, and one more.
const HALF: usize = STRIDE / 2;

/// Room for a short line, and more.
const SHORT_ROOM: usize = 4 * STRIDE;

/// The bytes of a block of short lines: a line with a gap is less than two strides long, one
/// without at most one stride.
const fn short_lines(has_gap: bool) -> usize {
    if has_gap { 2 * BLOCK * STRIDE } else { BLOCK * STRIDE }
}

/// Keeps a place in a short line within the bytes that are copied at once.
const WITHIN_SHORT: usize = STRIDE - 1;

/// Returns whether the outcome, if there is one, meter point, flag and date are end to end.
fn is_end_to_end(template: &Template) -> bool {
    let behind = template.point.start + SHORT;
    let is_before = !template.has_outcome || template.outcome.start + 2 == template.point.start;
    is_before && (template.flag.start, template.date.start) == (behind, behind + 1)
}

impl ShortLine {
    /// Makes the short line of a template, if its line is one.
    fn new(template: &Template) -> Option<Self> {
        let [head, tail, ..] = &template.pieces;
        let has_gap = match (template.gaps, head.next) {
            (0, _) => false,
            (1, Gap::Point) => true,
            _ => return None,
        };
        let most = if has_gap { HALF } else { STRIDE };
        let is_short = head.length < most && tail.length < most;
        let is_in = |place: TemplateGap, piece| place.piece == piece && place.start < most;
        let is_in_last = |place| is_in(place, usize::from(has_gap));
        let is_in_place = is_in_last(template.flag)
            && is_in_last(template.date)
            && (has_gap || is_in_last(template.point) && is_end_to_end(template))
            && (!template.has_outcome || is_in(template.outcome, 0))
            && !template.has_party
            && template.point_digits == SHORT;
        (is_short && is_in_place).then_some(Self {
            head: head.bytes[0],
            head_length: head.length,
            tail: *tail.bytes[0].first_chunk()?,
            tail_length: tail.length,
            has_gap,
            has_outcome: template.has_outcome,
            outcome: template.outcome.start & WITHIN_SHORT,
            point: template.point.start & WITHIN_SHORT,
            flag: template.flag.start & WITHIN_SHORT,
            date: template.date.start & WITHIN_SHORT,
        })
    }

    /// Writes the line at the beginning of its room. Returns its length.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the two kinds are constants in a loop")]
    fn write<const HAS_GAP: bool, const HAS_OUTCOME: bool>(
        &self,
        room: &mut [u8; SHORT_ROOM],
        line: &LineValues,
    ) -> usize {
        let most = if HAS_GAP { HALF } else { STRIDE };
        room[..most].copy_from_slice(&self.head[..most]);
        let outcome = self.outcome & WITHIN_SHORT;
        if HAS_OUTCOME {
            room[outcome..outcome + 2].copy_from_slice(&line.outcome);
        }
        let (flag, date, length);
        if HAS_GAP {
            let at = self.head_length & WITHIN_SHORT;
            let count = bare_short(room, at, line.point);
            let start = (at + count) & (2 * STRIDE - 1);
            room[start..start + HALF].copy_from_slice(&self.tail);
            flag = start + (self.flag & WITHIN_SHORT);
            date = start + (self.date & WITHIN_SHORT);
            length = start + self.tail_length;
        } else {
            let point = if HAS_OUTCOME { outcome + 2 } else { self.point & WITHIN_SHORT };
            room[point..point + 8].copy_from_slice(&line.point[0].to_le_bytes());
            room[point + 2..point + SHORT].copy_from_slice(&line.point[1].to_le_bytes());
            (flag, date) = (point + SHORT, point + SHORT + 1);
            length = self.head_length;
        }
        room[flag] = line.flag;
        room[date..date + 8].copy_from_slice(&line.date);
        length
    }

    /// Writes the line, with an outcome or without.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "values that go through memory take much longer")]
    fn any<const HAS_OUTCOME: bool>(
        &self,
        room: &mut [u8; SHORT_ROOM],
        line: &LineValues,
    ) -> usize {
        if self.has_gap {
            self.write::<true, HAS_OUTCOME>(room, line)
        } else {
            self.write::<false, HAS_OUTCOME>(room, line)
        }
    }
}

/// Constant bytes, up to a value of varying width or the line's end.
#[derive(Clone, Copy, Debug)]
struct TemplatePiece {
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
}

/// The place of a value of constant width: the piece, and the bytes before it there.
#[derive(Clone, Copy, Debug)]
struct TemplateGap {
    piece: usize,
    start: usize,
}

impl TemplateGap {
    /// Far behind the line: a value that the line does not have is written there.
    const NOWHERE: Self = Self { piece: PIECES - 1, start: WITHIN / 2 };
}

impl TemplatePiece {
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
            room[at + STRIDE..at + 2 * STRIDE].copy_from_slice(&self.bytes[1]);
        }
        if self.length > 2 * STRIDE {
            room[at + 2 * STRIDE..at + MOST].copy_from_slice(self.bytes[2..].as_flattened());
        }
    }
}

/// The values of a record as they are in lines.
struct LineValues {
    /// Sixteen digits of the number.
    number: [u64; 2],
    /// The first eight digits of the meter point and the last eight, which overlap.
    point: [u64; 2],
    flag: u8,
    outcome: [u8; 2],
    date: [u8; 8],
    party: [u8; PARTY],
}

#[inline]
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

/// Returns the first eight of so many last digits of sixteen, more than eight.
#[inline]
const fn first_half([high, low]: [u64; 2], digits: usize) -> u64 {
    // a shift of less than a word is one instruction
    ((high as u128 | (low as u128) << 64) >> (8 * (DIGITS - digits) % 64)) as u64
}

/// Returns the first eight digits and the last eight of a meter point with so many digits.
#[inline]
fn point_digits(point: u64, digits: usize) -> [u64; 2] {
    if digits == SHORT {
        let first = u64::from_le_bytes(eight_digits_of(low_half(point / 100)));
        return short_point(first, two_digits_of((point % 100) as u16));
    }
    let sixteen = sixteen_digits(point);
    [first_half(sixteen, digits), sixteen[1]]
}

/// Returns the first eight digits and the last eight of ten.
#[inline]
const fn short_point(first: u64, last: [u8; 2]) -> [u64; 2] {
    [first, first >> 16 | (u16::from_le_bytes(last) as u64) << 48]
}

/// The letters of no outcome.
const NO_OUTCOME: [u8; 2] = [0; 2];

/// Returns the letters of an outcome, by its first one.
#[inline]
const fn letters_of(outcome: u8) -> [u8; 2] {
    if outcome == b'A' { *b"AC" } else { *b"RJ" }
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
            pieces: [TemplatePiece::EMPTY; PIECES],
            gaps: 0,
            point: TemplateGap::NOWHERE,
            flag: TemplateGap::NOWHERE,
            outcome: TemplateGap::NOWHERE,
            date: TemplateGap::NOWHERE,
            party: TemplateGap::NOWHERE,
            has_outcome: false,
            has_party: false,
            point_digits: DIGITS,
            numbers: 0,
            short: None,
        };
        let mut builder = TemplateBuilder { template, style, bytes: Vec::with_capacity(MOST) };
        builder.quoted(true, line.code().as_bytes());
        builder.behind_item();
        for item in line.items_behind_code() {
            builder.before_item();
            builder.item(item, line.constant())?;
            builder.behind_item();
        }
        builder.bytes.extend_from_slice(line_end.as_bytes());
        builder.end(Gap::End)?;
        let template = builder.template;
        let Self { point, flag, outcome, date, party, .. } = template;
        let has_first = [point, flag, outcome, date, party].iter().any(|place| place.piece == 0);
        let gaps = if template.gaps == 1 && has_first { PIECES - 1 } else { template.gaps };
        Some(Self { short: ShortLine::new(&template), gaps, ..template })
    }

    /// Returns the most bytes of a line.
    fn longest(&self) -> usize {
        self.pieces.iter().map(|piece| piece.length).sum::<usize>() + self.gaps * DIGITS
    }

    /// Returns whether values of the template's optional ones fit their items, so that it writes
    /// them as the definition does.
    #[inline]
    fn fits(&self, values: &Values) -> bool {
        values.number.is_none_or(|number| number < self.numbers)
            && (values.party == NO_PARTY || is_plain_party(values.party))
    }

    /// Writes one line and its ending at the beginning of its room. Returns its length.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "values that go through memory take much longer")]
    fn line<const HAS_OUTCOME: bool>(&self, room: &mut [u8; ROOM], values: &Values) -> usize {
        let outcome = if HAS_OUTCOME { letters_of(values.outcome) } else { NO_OUTCOME };
        if let (Some(short), Some(room)) = (&self.short, room.first_chunk_mut()) {
            let line = LineValues {
                number: [ZEROS; 2],
                point: point_digits(values.point, SHORT),
                flag: values.flag,
                outcome,
                date: eight_digits_of(values.date),
                party: NO_PARTY,
            };
            return short.any::<HAS_OUTCOME>(room, &line);
        }
        let line = LineValues {
            number: values.number.map_or([ZEROS; 2], sixteen_digits),
            point: point_digits(values.point, self.point_digits),
            flag: values.flag,
            outcome,
            date: eight_digits_of(values.date),
            party: values.party,
        };
        self.any(room, &line)
    }

    #[inline]
    fn any(&self, room: &mut [u8; ROOM], line: &LineValues) -> usize {
        let gap = |room: &mut [u8; ROOM], at: usize, gap: Gap| match gap {
            Gap::Number(width) => number(room, at, line.number, width),
            Gap::Point => point(room, at, line.point, self.point_digits),
            // the pieces behind the last one are empty
            Gap::End => 0,
        };
        match self.gaps {
            0 => self.write::<0>(room, line, gap),
            1 => self.write::<1>(room, line, gap),
            _ => self.write::<{ PIECES - 1 }>(room, line, gap),
        }
    }

    /// Writes a line with at most so many gaps, each by `gap`, which returns the length of the
    /// value. With one gap all values of constant width are behind it.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "values that go through memory take much longer")]
    fn write<const GAPS: usize>(
        &self,
        room: &mut [u8; ROOM],
        line: &LineValues,
        gap: impl Fn(&mut [u8; ROOM], usize, Gap) -> usize,
    ) -> usize {
        let (mut starts, mut at) = ([0; PIECES], 0);
        for (piece, start) in self.pieces.iter().zip(&mut starts).take(GAPS) {
            *start = at;
            piece.copy(room, at);
            at += piece.length;
            at += gap(room, at, piece.next);
        }
        starts[GAPS] = at;
        self.pieces[GAPS].copy(room, at);
        at += self.pieces[GAPS].length;
        let at_place = |place: TemplateGap| {
            let piece = match GAPS {
                0 => 0,
                1 => starts[1],
                _ => starts[place.piece % PIECES],
            };
            (piece + place.start) & WITHIN
        };
        let start = at_place(self.point);
        let behind = (start + self.point_digits - 8) & WITHIN;
        room[start..start + 8].copy_from_slice(&line.point[0].to_le_bytes());
        room[behind..behind + 8].copy_from_slice(&line.point[1].to_le_bytes());
        let start = at_place(self.outcome);
        room[start..start + 2].copy_from_slice(&line.outcome);
        room[at_place(self.flag)] = line.flag;
        let start = at_place(self.date);
        room[start..start + 8].copy_from_slice(&line.date);
        let start = at_place(self.party);
        room[start..start + PARTY].copy_from_slice(&line.party);
        at
    }
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
fn point(room: &mut [u8; ROOM], at: usize, point: [u64; 2], most: usize) -> usize {
    // the usual number of digits as a constant
    let (digits, count) = if most == SHORT { bare(point, SHORT) } else { bare(point, most) };
    let at = at & WITHIN;
    room[at..at + DIGITS].copy_from_slice(&digits.to_le_bytes());
    count
}

/// Writes ten digits without leading zeros, and more behind them. Returns their number.
#[inline]
fn bare_short(room: &mut [u8; SHORT_ROOM], at: usize, [first, last]: [u64; 2]) -> usize {
    let at = at & WITHIN_SHORT;
    if first == ZEROS {
        let (digits, count) = bare([first, last], SHORT);
        room[at..at + DIGITS].copy_from_slice(&digits.to_le_bytes());
        return count;
    }
    // the bits of the zeros that the first eight digits begin with
    let zeros = (first ^ ZEROS).trailing_zeros() & 0x38;
    room[at..at + 8].copy_from_slice(&(first >> zeros).to_le_bytes());
    let ends = at + 8 - (zeros / 8) as usize;
    room[ends..ends + 2].copy_from_slice(&((last >> 48) as u16).to_le_bytes());
    ends + 2 - at
}

/// Returns digits without leading zeros, the first one in the lowest byte, and their number.
// shifts by constants are much shorter
#[inline(always)]
fn bare([first, last]: [u64; 2], most: usize) -> (u128, usize) {
    const ZEROS: u128 = u128::from_le_bytes([b'0'; DIGITS]);
    let digits = u128::from(first) | u128::from(last >> (8 * (DIGITS - most) % 64)) << 64;
    // the first byte that is not a zero, or the last digit
    let zeros = ((digits ^ ZEROS) | 1 << (8 * (most - 1))).trailing_zeros() / 8;
    (digits >> (8 * zeros), most - zeros as usize)
}

/// A template, as far as it was worked out.
struct TemplateBuilder {
    template: Template,
    style: Style,
    /// The piece in the making.
    bytes: Vec<u8>,
}

impl TemplateBuilder {
    fn place(&self) -> TemplateGap {
        TemplateGap { piece: self.template.gaps, start: self.bytes.len() }
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
        let quote = (self.style == Style::Comma && is_text).then_some(b'"');
        self.bytes.extend(quote);
        self.bytes.extend_from_slice(bytes);
        self.bytes.extend(quote);
    }

    /// Ends a piece. `None` for one that is too long.
    fn end(&mut self, next: Gap) -> Option<()> {
        *self.template.pieces.get_mut(self.template.gaps)? = TemplatePiece::new(&self.bytes, next)?;
        self.template.gaps += usize::from(next != Gap::End);
        self.bytes.clear();
        Some(())
    }

    /// Adds a value of constant width, and returns its place.
    fn constant<N>(&mut self, item: &Item<N>, bytes: &[u8]) -> TemplateGap {
        let quote = usize::from(self.style == Style::Comma && item.kind == ItemKind::Text);
        let place = self.place();
        self.quoted(item.kind == ItemKind::Text, bytes);
        TemplateGap { start: place.start + quote, ..place }
    }

    fn item<N>(&mut self, item: &Item<N>, constant: &str) -> Option<()> {
        let width = self.style.is_fixed().then_some(item.length);
        match item.slot {
            Slot::Number => return self.number(item.length, width),
            Slot::Point(_) => {
                let digits = item.length;
                self.template.point_digits = Some(digits).filter(|it| (9..=DIGITS).contains(it))?;
                if width.is_none() && item.kind == ItemKind::Number {
                    return self.end(Gap::Point);
                }
                self.template.point = self.constant(item, &[b'0'; DIGITS][..digits]);
            }
            Slot::Flag => self.template.flag = self.constant(item, b"?"),
            Slot::Outcome => {
                self.template.has_outcome = true;
                self.template.outcome = self.constant(item, b"??");
            }
            Slot::Date => self.template.date = self.constant(item, b"00000000"),
            Slot::Party if item.length == PARTY => {
                self.template.has_party = true;
                self.template.party = self.constant(item, b"????");
            }
            Slot::Party | Slot::Own | Slot::Reason => return None,
            Slot::Constant => self.padded(constant, width),
            Slot::Extra | Slot::Checked if item.mandatory => return None,
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

/// The sets of optional values: outcome, party, both or none.
const SETS: usize = 4;

/// The bit of a set with a party; that of one with an outcome is 1.
const WITH_PARTY: usize = 2;

/// Returns the set of a record's optional values.
#[inline]
fn set_of(has_outcome: bool, has_party: bool) -> usize {
    usize::from(has_outcome) | if has_party { WITH_PARTY } else { 0 }
}

/// The templates of a table's records.
#[derive(Clone, Debug)]
pub(crate) struct Templates {
    /// The first line in the table's order with each set of optional values.
    lines: [Option<Box<Template>>; SETS],
    /// A bit for each set that has a line.
    sets: usize,
    /// The digits of the meter points.
    point_digits: usize,
}

impl Templates {
    /// No templates: the definition writes all lines.
    pub(crate) const NONE: Self =
        Self { lines: [const { None }; SETS], sets: 0, point_digits: DIGITS };

    /// Makes the templates of a table; records whose meter points have another number of digits
    /// than those of the first one have none.
    pub(crate) fn new<F: Flow>(table: &Table<F>, line_end: LineEnd) -> Self {
        let of_line = |line| Template::new(table.style(), line, line_end);
        let (mut lines, mut sets, mut point_digits) = ([const { None }; SETS], 0, None);
        for line in table.records().filter_map(of_line) {
            let set = set_of(line.has_outcome, line.has_party);
            if *point_digits.get_or_insert(line.point_digits) == line.point_digits {
                lines[set].get_or_insert_with(|| Box::new(line));
                sets |= 1 << set;
            }
        }
        Self { lines, sets, point_digits: point_digits.unwrap_or(DIGITS) }
    }

    /// Returns the template of a set of optional values, if there is one.
    #[inline]
    fn of_set(&self, set: usize) -> Option<&Template> {
        self.lines[set % SETS].as_deref()
    }

    /// Writes the line of a record's values, with an outcome or without, at the beginning of its
    /// room. Returns its length; `None` if no template takes the values.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "values that go through memory take much longer")]
    pub(crate) fn line<const HAS_OUTCOME: bool>(
        &self,
        room: &mut [u8; ROOM],
        values: &Values,
    ) -> Option<usize> {
        let template = self.of_set(set_of(HAS_OUTCOME, values.party != NO_PARTY))?;
        template.fits(values).then(|| template.line::<HAS_OUTCOME>(room, values))
    }

    /// Returns whether a template takes a record's values, whose set is given.
    #[inline]
    fn takes(&self, set: usize, values: &Values) -> bool {
        let has_checked = values.number.is_some() || values.party != NO_PARTY;
        self.sets >> set & 1 != 0
            && (!has_checked || self.of_set(set).is_some_and(|line| line.fits(values)))
    }

    /// Returns the most bytes that the lines of a block need, with the room of the last.
    pub(crate) fn room(&self) -> usize {
        let has_gap = |line: &Template| line.short.is_some_and(|short| short.has_gap);
        let of_line = |line: &Template| {
            let short = short_lines(has_gap(line)) + SHORT_ROOM;
            (line.longest() * BLOCK + ROOM).max(short)
        };
        self.lines.iter().flatten().map(|line| of_line(line)).max().unwrap_or(0)
    }
}

/// The values of up to a block of records that templates take.
pub(crate) struct TemplateRows {
    length: usize,
    /// A bit for each set of optional values that a row has.
    sets: usize,
    numbers: Block<u64>,
    /// All bits of the numbers.
    number_bits: u64,
    points: Block<u64>,
    flags: Block<u8>,
    outcomes: Block<[u8; 2]>,
    dates: Block<u32>,
    parties: Block<[u8; PARTY]>,
    digits: DigitGap,
}

impl TemplateRows {
    pub(crate) const fn new() -> Self {
        Self {
            length: 0,
            sets: 0,
            numbers: [0; BLOCK],
            number_bits: 0,
            points: [0; BLOCK],
            flags: [0; BLOCK],
            outcomes: [NO_OUTCOME; BLOCK],
            dates: [0; BLOCK],
            parties: [NO_PARTY; BLOCK],
            digits: DigitGap::new(),
        }
    }

    /// Returns the number of rows.
    pub(crate) const fn len(&self) -> usize {
        self.length
    }

    /// Takes as many records as there is room for, in place of the former ones. Returns the record
    /// that no template takes, if it met one.
    #[inline]
    pub(crate) fn take<F: Flow>(
        &mut self,
        templates: &Templates,
        records: &mut impl Iterator<Item = F::Record>,
    ) -> Option<F::Record> {
        if self.number_bits != 0 {
            self.numbers = [0; BLOCK];
        }
        if self.sets >> WITH_PARTY != 0 {
            self.parties = [NO_PARTY; BLOCK];
        }
        // in registers: each is written once
        let (mut length, mut number_bits, mut sets) = (0, 0, 0);
        let mut odd = None;
        while length < BLOCK {
            let Some(record) = records.next() else { break };
            let set = |it: &Values| set_of(it.outcome != 0, it.party != NO_PARTY);
            let values = F::values(&record).map(|values| (set(&values), values));
            let Some((set, values)) = values.filter(|(set, it)| templates.takes(*set, it)) else {
                odd = Some(record);
                break;
            };
            if let Some(number) = values.number {
                self.numbers[length] = number;
                number_bits |= number;
            }
            self.points[length] = values.point;
            self.flags[length] = values.flag;
            let has_outcome = values.outcome != 0;
            self.outcomes[length] =
                if has_outcome { letters_of(values.outcome) } else { NO_OUTCOME };
            self.dates[length] = values.date;
            if values.party != NO_PARTY {
                self.parties[length] = values.party;
            }
            sets |= 1 << set;
            length += 1;
        }
        (self.length, self.number_bits, self.sets) = (length, number_bits, sets);
        odd
    }

    /// Writes the lines of the rows end to end. Returns the number of bytes.
    pub(crate) fn write(
        &mut self,
        out: &mut [u8],
        templates: &Templates,
        backend: Backend,
    ) -> usize {
        self.digits.point_digits = templates.point_digits;
        self.make_digits(templates.point_digits, backend);
        match templates.point_digits {
            SHORT => self.write_lines::<true>(out, templates),
            _ => self.write_lines::<false>(out, templates),
        }
    }

    /// Writes the lines, with meter points of ten digits or not.
    fn write_lines<const IS_SHORT: bool>(&self, out: &mut [u8], templates: &Templates) -> usize {
        let rows = self;
        let line = match self.sets.is_power_of_two() {
            true => templates.of_set(self.sets.trailing_zeros() as usize),
            false => None,
        };
        if let Some(short) = line.and_then(|line| line.short).filter(|_| IS_SHORT) {
            return match (short.has_gap, short.has_outcome) {
                (false, false) => self.each_short::<false, false>(out, short),
                (false, true) => self.each_short::<false, true>(out, short),
                (true, false) => self.each_short::<true, false>(out, short),
                (true, true) => self.each_short::<true, true>(out, short),
            };
        }
        match line {
            Some(line) if line.gaps == 0 => rows
                .each::<IS_SHORT>(out, |room, values| line.write::<0>(room, values, |_, _, _| 0)),
            Some(line) if line.gaps == 1 => match line.pieces[0].next {
                Gap::Number(width) => rows.each::<IS_SHORT>(out, |room, values| {
                    let gap = |room: &mut _, at, _| number(room, at, values.number, width);
                    line.write::<1>(room, values, gap)
                }),
                _ => rows.each::<IS_SHORT>(out, |room, values| {
                    let digits = line.point_digits;
                    let gap = |room: &mut _, at, _| point(room, at, values.point, digits);
                    line.write::<1>(room, values, gap)
                }),
            },
            _ => rows.each::<IS_SHORT>(out, |room, values| {
                let set = set_of(values.outcome != NO_OUTCOME, values.party != NO_PARTY);
                templates.of_set(set).map_or(0, |line| line.any(room, values))
            }),
        }
    }

    /// Writes lines that are all of one kind and short. The line is a copy: so it is known that no
    /// row writes to it.
    fn each_short<const HAS_GAP: bool, const HAS_OUTCOME: bool>(
        &self,
        out: &mut [u8],
        line: ShortLine,
    ) -> usize {
        let most = short_lines(HAS_GAP);
        out.get_mut(..most + SHORT_ROOM).map_or(0, |out| {
            let mut start = 0;
            for at in 0..self.length.min(BLOCK) {
                // the lines before are shorter than this, so no index needs a check
                let room = out[start % most..].first_chunk_mut();
                start += room.map_or(0, |room| {
                    line.write::<HAS_GAP, HAS_OUTCOME>(room, &self.values::<true>(at))
                });
            }
            start
        })
    }

    #[inline]
    fn each<const IS_SHORT: bool>(
        &self,
        out: &mut [u8],
        mut write: impl FnMut(&mut [u8; ROOM], &LineValues) -> usize,
    ) -> usize {
        let mut start = 0;
        for at in 0..self.length.min(BLOCK) {
            let room = out.get_mut(start..).and_then(|rest| rest.first_chunk_mut());
            start += room.map_or(0, |room| write(room, &self.values::<IS_SHORT>(at)));
        }
        start
    }

    /// Makes the digits of the rows.
    fn make_digits(&mut self, point_digits: usize, backend: Backend) {
        let DigitGap { numbers: [high, low], has_high, has_low, points, short, dates, .. } =
            &mut self.digits;
        if self.number_bits >= EIGHT_DIGITS {
            sixteen_digits_of_each(backend, &self.numbers, high, low);
            (*has_high, *has_low) = (true, true);
        } else if self.number_bits > 0 || *has_low {
            eight_digits_of_each(backend, &self.numbers.map(low_half), low);
            *has_low = true;
            if std::mem::take(has_high) {
                *high = ZERO_DIGITS;
            }
        }
        let [high, low] = points;
        if point_digits == SHORT {
            ten_digits_of_each(backend, &self.points, high, short);
        } else {
            sixteen_digits_of_each(backend, &self.points, high, low);
        }
        eight_digits_of_each(backend, &self.dates, dates);
    }

    #[inline]
    fn values<const IS_SHORT: bool>(&self, at: usize) -> LineValues {
        let half = |digits: EightDigits| u64::from_le_bytes(digits.to_bytes());
        let DigitGap { numbers, points, short, dates, point_digits, .. } = &self.digits;
        let first = half(points[0][at]);
        let point = if IS_SHORT {
            short_point(first, short[at].to_bytes())
        } else {
            let sixteen = [first, half(points[1][at])];
            [first_half(sixteen, *point_digits), sixteen[1]]
        };
        LineValues {
            number: [half(numbers[0][at]), half(numbers[1][at])],
            point,
            flag: self.flags[at],
            outcome: self.outcomes[at],
            date: dates[at].to_bytes(),
            party: self.parties[at],
        }
    }
}

const ZERO_DIGITS: Block<EightDigits> = [EightDigits::ZERO; BLOCK];

/// The digits of a block's records.
struct DigitGap {
    numbers: [Block<EightDigits>; 2],
    /// True if the first eight digits of the numbers, and the last eight, are not all zeros.
    has_high: bool,
    has_low: bool,
    /// The first eight digits of the meter points and, unless these are short, the last eight.
    points: [Block<EightDigits>; 2],
    short: Block<TwoDigits>,
    point_digits: usize,
    dates: Block<EightDigits>,
}

impl DigitGap {
    const fn new() -> Self {
        Self {
            numbers: [ZERO_DIGITS; 2],
            has_high: false,
            has_low: false,
            points: [ZERO_DIGITS; 2],
            short: [TwoDigits::ZERO; BLOCK],
            point_digits: DIGITS,
            dates: ZERO_DIGITS,
        }
    }
}
