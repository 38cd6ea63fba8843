//! The fast way to write: the same lines as the definition ([`write_detail`](crate::write_detail)),
//! ends too, from templates.
//!
//! A line is a constant but for its values, so a template is copied whole and patched in place.
//! Digits come eight at once, or those of a whole block of records at once. Leaving this module out
//! changes nothing but the time.

use flagflow_domain::{EffectiveDate, Mprn, Outcome, ServiceFlag};
use flagflow_frame::LineEnd;
use flagflow_rows::Backend;
use flagflow_rows::{
    BLOCK, Block, EightDigits, TwoDigits, eight_digits_of, eight_digits_of_each,
    ten_digits_of_each, two_digits_of,
};

use crate::Batch;
use crate::layout::{Field, Layout, Tag};
use crate::record::Detail;

/// Room for any line: the longest is that of an E46 in uklink with CRLF, 36 bytes. What is behind a
/// line in its room is written over too.
pub(crate) const ROOM: usize = 48;

/// Writes one line and its end at the beginning of its room. How long it is.
#[inline]
pub(crate) fn line(
    room: &mut [u8; ROOM],
    layout: Layout,
    line_end: LineEnd,
    detail: Detail,
) -> usize {
    let values = Values::of(detail);
    let form = Form { layout, line_end, is_answer: detail.outcome().is_some() };
    form.line(room, &values)
}

/// The values of a record as they stand in lines.
struct Values {
    outcome: [u8; 2],
    /// The first eight digits of the meter point.
    point: [u8; 8],
    /// Its last two.
    point_end: [u8; 2],
    flag: u8,
    date: [u8; 8],
}

impl Values {
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "eight digits and two of ten")]
    fn of(detail: Detail) -> Self {
        let update = detail.update();
        let point = update.meter_point_reference().as_u64();
        Self {
            outcome: detail.outcome().map_or(NO_OUTCOME, letters),
            point: eight_digits_of((point / 100) as u32),
            point_end: two_digits_of((point % 100) as u16),
            flag: update.flag().as_byte(),
            date: eight_digits_of(update.effective_from().as_packed()),
        }
    }
}

/// What stands for the outcome of an update; no line has it.
const NO_OUTCOME: [u8; 2] = [0; 2];

#[inline]
const fn letters(outcome: Outcome) -> [u8; 2] {
    match outcome {
        Outcome::Accepted => *b"AC",
        Outcome::Rejected => *b"RJ",
    }
}

/// What a line looks like.
#[derive(Clone, Copy)]
struct Form {
    layout: Layout,
    line_end: LineEnd,
    /// E46, not E45.
    is_answer: bool,
}

/// Does something by the template of a form, once for each, so that all lengths are constants.
macro_rules! by_template {
    ($form:expr, $do:ident, ($($given:expr),*)) => {
        match ($form.layout, $form.line_end, $form.is_answer) {
            (Layout::Fixed, LineEnd::CrLf, false) => $do(&Fixed::<24, 3>::E45, $($given),*),
            (Layout::Fixed, _, false) => $do(&Fixed::<23, 3>::E45, $($given),*),
            (Layout::Fixed, LineEnd::CrLf, true) => $do(&Fixed::<26, 5>::E46, $($given),*),
            (Layout::Fixed, _, true) => $do(&Fixed::<25, 5>::E46, $($given),*),
            (Layout::Uklink, LineEnd::CrLf, false) => $do(&Uklink::<6, 15>::E45, $($given),*),
            (Layout::Uklink, _, false) => $do(&Uklink::<6, 14>::E45, $($given),*),
            (Layout::Uklink, LineEnd::CrLf, true) => $do(&Uklink::<11, 15>::E46, $($given),*),
            (Layout::Uklink, _, true) => $do(&Uklink::<11, 14>::E46, $($given),*),
        }
    };
}

impl Form {
    #[inline]
    fn line(self, room: &mut [u8; ROOM], values: &Values) -> usize {
        by_template!(self, one, (room, values))
    }

    #[inline]
    fn lines(self, out: &mut [u8], rows: &Rows, digits: &Digits) -> usize {
        by_template!(self, each, (out, rows, digits))
    }
}

trait Template {
    /// Writes a line at the beginning of its room. How long it is.
    fn write(&self, room: &mut [u8; ROOM], values: &Values) -> usize;
}

#[inline]
fn one(template: &impl Template, room: &mut [u8; ROOM], values: &Values) -> usize {
    template.write(room, values)
}

/// Writes a line for each row, end to end. How many bytes there are.
#[inline]
fn each(template: &impl Template, out: &mut [u8], rows: &Rows, digits: &Digits) -> usize {
    let mut start = 0;
    for at in 0..rows.length.min(BLOCK) {
        let Some(room) = out.get_mut(start..).and_then(|rest| rest.first_chunk_mut()) else {
            break;
        };
        start += template.write(room, &digits.values(rows, at));
    }
    start
}

/// A line of the fixed layout, `LENGTH` bytes with its end; the meter point begins at `POINT`.
struct Fixed<const LENGTH: usize, const POINT: usize>([u8; LENGTH]);

impl<const LENGTH: usize> Fixed<LENGTH, { start(Tag::E45, Field::MeterPointReference) }> {
    const E45: Self = Self(fixed(Tag::E45));
}

impl<const LENGTH: usize> Fixed<LENGTH, { start(Tag::E46, Field::MeterPointReference) }> {
    const E46: Self = Self(fixed(Tag::E46));
}

/// The tag, zeros, and the line end that is left of the length.
const fn fixed<const LENGTH: usize>(tag: Tag) -> [u8; LENGTH] {
    let mut line = [b'0'; LENGTH];
    let (name, fields) = (tag.as_bytes(), fields_of(tag));
    line.split_at_mut(name.len()).0.copy_from_slice(name);
    line[fields] = b'\r';
    line[LENGTH - 1] = b'\n';
    assert!(matches!(LENGTH - fields, 1 | 2));
    // the values are patched in as one piece
    let point = start(tag, Field::MeterPointReference);
    assert!(start(tag, Field::DccServiceFlag) == point + Mprn::MAX_DIGITS);
    assert!(start(tag, Field::DccServiceEffectiveFromDate) == point + Mprn::MAX_DIGITS + 1);
    line
}

/// Where a field of a record starts in the fixed layout.
const fn start(tag: Tag, field: Field) -> usize {
    let point = if matches!(tag, Tag::E46) { 5 } else { 3 };
    match field {
        Field::OutcomeCode => 3,
        Field::DccServiceFlag => point + 10,
        Field::DccServiceEffectiveFromDate => point + 11,
        _ => point,
    }
}

const fn fields_of(tag: Tag) -> usize {
    start(tag, Field::DccServiceEffectiveFromDate) + 8
}

impl<const LENGTH: usize, const POINT: usize> Template for Fixed<LENGTH, POINT> {
    #[inline]
    fn write(&self, room: &mut [u8; ROOM], values: &Values) -> usize {
        room[..LENGTH].copy_from_slice(&self.0);
        // in an update the meter point is written over it
        room[3..5].copy_from_slice(&values.outcome);
        room[POINT..POINT + 8].copy_from_slice(&values.point);
        room[POINT + 8..POINT + 10].copy_from_slice(&values.point_end);
        room[POINT + 10] = values.flag;
        room[POINT + 11..POINT + 19].copy_from_slice(&values.date);
        LENGTH
    }
}

/// A line of the uklink layout: `HEAD` bytes before the meter point, the number without leading
/// zeros, `TAIL` bytes after it.
struct Uklink<const HEAD: usize, const TAIL: usize> {
    head: [u8; HEAD],
    tail: [u8; TAIL],
}

impl<const TAIL: usize> Uklink<6, TAIL> {
    const E45: Self = Self { head: *b"\"E45\",", tail: tail() };
}

impl<const TAIL: usize> Uklink<11, TAIL> {
    const E46: Self = Self { head: *b"\"E46\",\"??\",", tail: tail() };
}

/// What follows the meter point, and as much of a line end as the length leaves room for.
const fn tail<const TAIL: usize>() -> [u8; TAIL] {
    let mut tail = [b'\r'; TAIL];
    let (fields, end) = tail.split_at_mut(13);
    fields.copy_from_slice(b",\"?\",00000000");
    end[end.len() - 1] = b'\n';
    tail
}

impl<const HEAD: usize, const TAIL: usize> Template for Uklink<HEAD, TAIL> {
    #[inline]
    fn write(&self, room: &mut [u8; ROOM], values: &Values) -> usize {
        room[..HEAD].copy_from_slice(&self.head);
        // in an update the meter point is written over it
        room[7..9].copy_from_slice(&values.outcome);
        let (digits, count) = without_zeros(values);
        room[HEAD..HEAD + 16].copy_from_slice(&digits);
        let tail = &mut room[HEAD + count..HEAD + count + TAIL];
        tail.copy_from_slice(&self.tail);
        tail[2] = values.flag;
        tail[5..13].copy_from_slice(&values.date);
        HEAD + count + TAIL
    }
}

/// The digits of a meter point without leading zeros, and how many they are, 1 to 10; what is behind
/// them is no part of it.
#[inline]
fn without_zeros(values: &Values) -> ([u8; 16], usize) {
    const ZEROS: u128 = 0x3030_3030_3030_3030_3030;
    let first = u64::from_le_bytes(values.point);
    let digits = u128::from(first) | u128::from(u16::from_le_bytes(values.point_end)) << 64;
    // the first byte that is no zero, or the last of ten
    let zeros = ((digits ^ ZEROS) | 1 << 72).trailing_zeros() / 8;
    let count = Mprn::MAX_DIGITS - (zeros as usize).min(Mprn::MAX_DIGITS - 1);
    ((digits >> (zeros * 8)).to_le_bytes(), count)
}

/// The values of up to a block of records, E45 or E46 or both.
pub(crate) struct Rows {
    length: usize,
    /// How many of them are E46.
    answers: usize,
    points: Block<u64>,
    dates: Block<u32>,
    flags: Block<u8>,
    /// [`NO_OUTCOME`] makes an E45.
    outcomes: Block<[u8; 2]>,
}

impl Rows {
    /// The most bytes that the lines of a block need, with the room of the last.
    pub(crate) const ROOM: usize = BLOCK * ROOM;

    pub(crate) const fn new() -> Self {
        Self {
            length: 0,
            answers: 0,
            points: [0; BLOCK],
            dates: [0; BLOCK],
            flags: [0; BLOCK],
            outcomes: [NO_OUTCOME; BLOCK],
        }
    }

    /// How many there are.
    pub(crate) const fn len(&self) -> usize {
        self.length
    }

    /// Takes as many records as there is room for, in place of those that were there.
    #[inline]
    pub(crate) fn take(&mut self, details: &mut impl Iterator<Item = Detail>) {
        (self.length, self.answers) = (0, 0);
        while self.length < BLOCK {
            let Some(detail) = details.next() else { return };
            let (at, update) = (self.length, detail.update());
            self.points[at] = update.meter_point_reference().as_u64();
            self.dates[at] = update.effective_from().as_packed();
            self.flags[at] = update.flag().as_byte();
            self.outcomes[at] = detail.outcome().map_or(NO_OUTCOME, letters);
            self.answers += usize::from(detail.outcome().is_some());
            self.length += 1;
        }
    }

    /// Takes up to a block of updates from columns, which are equally long, in place of those that
    /// were there.
    #[inline]
    pub(crate) fn take_columns(
        &mut self,
        points: &[Mprn],
        flags: &[ServiceFlag],
        dates: &[EffectiveDate],
    ) {
        (self.length, self.answers) = (points.len().min(BLOCK), 0);
        put_each(&mut self.points, points, Mprn::as_u64);
        put_each(&mut self.flags, flags, ServiceFlag::as_byte);
        put_each(&mut self.dates, dates, EffectiveDate::as_packed);
        self.outcomes = [NO_OUTCOME; BLOCK];
    }

    /// Takes up to a block of a batch's records, from one of them on, in place of those that were
    /// there.
    pub(crate) fn take_batch(&mut self, batch: &Batch, from: usize) {
        let to = batch.len().min(from + BLOCK);
        let outcomes = &batch.outcomes()[from..to];
        self.length = to - from;
        self.answers = outcomes.iter().filter(|outcome| **outcome != 0).count();
        put_each(&mut self.points, &batch.points()[from..to], |point| point);
        put_each(&mut self.flags, &batch.flags()[from..to], |flag| flag);
        put_each(&mut self.dates, &batch.packed_dates()[from..to], |date| date);
        put_each(&mut self.outcomes, outcomes, |first| {
            Outcome::from_first_letter(first).map_or(NO_OUTCOME, letters)
        });
    }

    /// Makes the updates that were taken into answers.
    #[inline]
    pub(crate) fn answer(&mut self, outcomes: &[Outcome]) {
        self.answers = self.length;
        put_each(&mut self.outcomes, outcomes, letters);
    }

    /// Writes their lines end to end. How many bytes there are. In less than [`Rows::ROOM`] bytes the last
    /// lines may have no room and are left out.
    pub(crate) fn write(
        &self,
        out: &mut [u8],
        (layout, line_end): (Layout, LineEnd),
        backend: Backend,
    ) -> usize {
        let digits = Digits::of(self, backend);
        let form = |is_answer| Form { layout, line_end, is_answer };
        match self.answers {
            0 => form(false).lines(out, self, &digits),
            all if all == self.length => form(true).lines(out, self, &digits),
            _ => self.write_mixed(out, form, &digits),
        }
    }

    /// The same where updates and answers meet.
    fn write_mixed(&self, out: &mut [u8], form: impl Fn(bool) -> Form, digits: &Digits) -> usize {
        let mut start = 0;
        for at in 0..self.length.min(BLOCK) {
            let Some(room) = out.get_mut(start..).and_then(|rest| rest.first_chunk_mut()) else {
                break;
            };
            let is_answer = self.outcomes[at] != NO_OUTCOME;
            start += form(is_answer).line(room, &digits.values(self, at));
        }
        start
    }
}

#[inline]
fn put_each<T: Copy, U>(block: &mut Block<U>, column: &[T], value: impl Fn(T) -> U) {
    for (slot, given) in block.iter_mut().zip(column) {
        *slot = value(*given);
    }
}

/// The digits of a block's records.
struct Digits {
    points: Block<EightDigits>,
    point_ends: Block<TwoDigits>,
    dates: Block<EightDigits>,
}

impl Digits {
    #[inline]
    fn of(rows: &Rows, backend: Backend) -> Self {
        let mut digits = Self {
            points: [EightDigits::ZERO; BLOCK],
            point_ends: [TwoDigits::ZERO; BLOCK],
            dates: [EightDigits::ZERO; BLOCK],
        };
        ten_digits_of_each(backend, &rows.points, &mut digits.points, &mut digits.point_ends);
        eight_digits_of_each(backend, &rows.dates, &mut digits.dates);
        digits
    }

    #[inline]
    fn values(&self, rows: &Rows, at: usize) -> Values {
        Values {
            outcome: rows.outcomes[at],
            point: self.points[at].to_bytes(),
            point_end: self.point_ends[at].to_bytes(),
            flag: rows.flags[at],
            date: self.dates[at].to_bytes(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::E45;
    use crate::writer::{write_canonical, write_detail};

    /// The definition's line, with its end.
    fn defined(layout: Layout, line_end: LineEnd, detail: Detail) -> Vec<u8> {
        let mut line = Vec::new();
        write_detail(&mut line, layout, detail);
        line.extend_from_slice(line_end.as_bytes());
        line
    }

    /// Every flag and outcome with meter points of every width and days of every kind.
    fn details() -> Vec<Detail> {
        let powers = (0..10).flat_map(|width| [10u64.pow(width), 10u64.pow(width) - 1]);
        let points = powers.chain([1_234_567_810, 9_000_000_009, 9_999_999_999, 100_000_000]);
        let points: Vec<Mprn> = points.map(|point| Mprn::new(point).unwrap()).collect();
        let days = [101, 99_991_231, 20_240_229, 20_211_105, 10_100_930];
        let mut details = Vec::new();
        for flag in ServiceFlag::ALL {
            for (point, day) in points.iter().zip(days.into_iter().cycle()) {
                let update = E45::new(*point, flag, EffectiveDate::from_packed(day).unwrap());
                details.push(update.into());
                details.extend(Outcome::ALL.map(|outcome| Detail::from(update.answered(outcome))));
            }
        }
        details
    }

    const ENDS: [LineEnd; 2] = [LineEnd::Lf, LineEnd::CrLf];

    #[test]
    fn lines_are_the_definitions() {
        for (layout, line_end) in Layout::ALL.into_iter().flat_map(|l| ENDS.map(|end| (l, end))) {
            for detail in details() {
                let mut room = [b'#'; ROOM];
                let length = line(&mut room, layout, line_end, detail);
                assert_eq!(&room[..length], defined(layout, line_end, detail));
                let mut canonical = defined(layout, line_end, detail);
                write_canonical(&mut canonical, layout, detail);
                canonical.extend_from_slice(line_end.as_bytes());
                assert_eq!(canonical, defined(layout, line_end, detail).repeat(2));
            }
        }
    }

    /// Blocks of any length, of updates, of answers and of both.
    #[test]
    fn blocks_are_the_definitions() {
        let all = details();
        let (updates, answers): (Vec<_>, Vec<_>) =
            all.iter().partition(|detail| detail.outcome().is_none());
        for (layout, line_end) in Layout::ALL.into_iter().flat_map(|l| ENDS.map(|end| (l, end))) {
            for details in [&all, &updates, &answers] {
                for length in [1, 2, 63, 64, details.len()] {
                    let details = &details[..length.min(details.len())];
                    let expected = details.iter().map(|detail| defined(layout, line_end, *detail));
                    let expected = expected.collect::<Vec<_>>().concat();
                    for backend in Backend::ALL {
                        assert_eq!(in_blocks(details, (layout, line_end), backend), expected);
                    }
                }
            }
        }
    }

    /// The templates by hand: zeros where the values will be, and the end that was given room.
    #[test]
    fn templates_are_lines_without_their_values() {
        assert_eq!(&fixed::<23>(Tag::E45), b"E450000000000000000000\n");
        assert_eq!(&fixed::<24>(Tag::E45), b"E450000000000000000000\r\n");
        assert_eq!(&fixed::<25>(Tag::E46), b"E46000000000000000000000\n");
        assert_eq!(&fixed::<26>(Tag::E46), b"E46000000000000000000000\r\n");
        assert_eq!(&tail::<14>(), b",\"?\",00000000\n");
        assert_eq!(&tail::<15>(), b",\"?\",00000000\r\n");
        // formats.md section 2
        assert_eq!(start(Tag::E45, Field::MeterPointReference), 3);
        assert_eq!(start(Tag::E46, Field::OutcomeCode), 3);
        assert_eq!(start(Tag::E46, Field::DccServiceEffectiveFromDate), 16);
    }

    /// Room for two lines, and then a byte less: what has no whole room is left out, in a block of one
    /// kind and in a block of both.
    #[test]
    fn lines_stand_only_where_there_is_room() {
        let update: E45 = "E450000123409A20211105".parse().unwrap();
        let answer = update.answered(Outcome::Rejected);
        for (details, expected) in [
            ([Detail::E45(update); 2], "E450000123409A20211105\nE450000123409A20211105\n"),
            (
                [Detail::E45(update), Detail::E46(answer)],
                "E450000123409A20211105\nE46RJ0000123409A20211105\n",
            ),
        ] {
            let mut rows = Rows::new();
            rows.take(&mut details.into_iter());
            let write = |room: usize| {
                let mut out = vec![b'#'; room];
                let form = (Layout::Fixed, LineEnd::Lf);
                let length = rows.write(&mut out, form, Backend::Portable);
                String::from_utf8(out[..length].to_vec()).unwrap()
            };
            assert_eq!(write(23 + ROOM), expected);
            assert_eq!(write(23 + ROOM - 1), expected[..23]);
            assert_eq!(write(0), "");
        }
    }

    fn in_blocks(
        details: &[Detail],
        (layout, line_end): (Layout, LineEnd),
        backend: Backend,
    ) -> Vec<u8> {
        let (mut rows, mut written) = (Rows::new(), Vec::new());
        let mut details = details.iter().copied();
        loop {
            rows.take(&mut details);
            if rows.len() == 0 {
                return written;
            }
            let mut out = vec![b'#'; Rows::ROOM];
            let length = rows.write(&mut out, (layout, line_end), backend);
            written.extend_from_slice(&out[..length]);
        }
    }
}
