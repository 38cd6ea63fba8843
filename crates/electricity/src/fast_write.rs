//! The fast way to write: the same lines as the definition ([`write_update`](crate::write_update)
//! without extras), ends too, from a template.
//!
//! A line is constant but for its values, so what a profile makes of it is worked out once, and then
//! copied and patched in place. Digits come eight at once, or those of a whole block of records at
//! once. What does not fit its item, and every record of a profile with very long lines, goes to the
//! definition; so an error is found and worded in one place, and leaving this module out changes
//! nothing but the time.

use flagflow_domain::{EffectiveDate, MpanCore, ServiceFlag};
use flagflow_frame::LineEnd;
use flagflow_rows::Backend;
use flagflow_rows::{
    BLOCK, Block, EightDigits, eight_digits_of, eight_digits_of_each, sixteen_digits_of_each,
};

use crate::field::{ReasonCode, write_text};
use crate::item::{Field, Flow, ItemSpec, Layout};
use crate::profile::Profile;
use crate::record::Update;

/// How many bytes of a constant are copied at once.
const STRIDE: usize = 32;

/// The most bytes of a piece.
const MOST: usize = 4 * STRIDE;

/// The most digits of an instruction number that are written here.
const DIGITS: usize = 16;

/// Numbers below this have at most eight digits.
const EIGHT_DIGITS: u64 = 100_000_000;

/// Room for any line, twice the longest: a line is at most three pieces with a number and a reason
/// between them, and no index below that needs a check. What is behind a line in its room is written
/// over too.
pub(crate) const ROOM: usize = 1024;

/// Keeps a place in a line within the first half of its room, where it is anyway.
const WITHIN: usize = ROOM / 2 - 1;

/// The lines of a profile's updates in one layout, with one line end.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    flow: Flow,
    /// What stands before the instruction number and a reason, and after the last of them.
    pieces: [Piece; 3],
    mpan: Place,
    flag: Place,
    date: Place,
    /// The numbers that fit are below this.
    numbers: u64,
    /// The most characters of a reason.
    reason: usize,
}

/// A template with room for a line.
#[derive(Debug)]
pub(crate) struct Press {
    pub(crate) template: Template,
    pub(crate) room: [u8; ROOM],
}

/// Constant bytes, up to a value of its own width or the line's end.
#[derive(Clone, Copy, Debug)]
struct Piece {
    bytes: [[u8; STRIDE]; MOST / STRIDE],
    length: usize,
    next: Gap,
}

/// What follows a piece: the instruction number, unless it is the reason, or behind the last piece
/// nothing.
#[derive(Clone, Copy, Debug, Default)]
struct Gap {
    is_reason: bool,
    /// How many digits or characters it has in zhf; in zhv it has its own.
    width: Option<usize>,
}

/// Where a value of constant width stands: in which piece, and where in it.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    piece: usize,
    start: usize,
}

impl Piece {
    const EMPTY: Self = Self {
        bytes: [[b' '; STRIDE]; MOST / STRIDE],
        length: 0,
        next: Gap { is_reason: false, width: None },
    };

    /// The piece of some bytes, if it is not too long.
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

impl Place {
    /// `starts` are those of the second and the third piece.
    #[inline]
    fn patch<const LENGTH: usize>(
        self,
        room: &mut [u8; ROOM],
        starts: (usize, usize),
        value: &[u8; LENGTH],
    ) {
        let piece = match self.piece {
            0 => 0,
            1 => starts.0,
            _ => starts.1,
        };
        let at = (piece + self.start) & WITHIN;
        room[at..at + LENGTH].copy_from_slice(value);
    }
}

/// A template, as far as it was worked out.
struct Draft {
    template: Template,
    layout: Layout,
    /// The piece in the making, and how many there are before it.
    bytes: Vec<u8>,
    pieces: usize,
}

impl Draft {
    fn place(&self) -> Place {
        Place { piece: self.pieces, start: self.bytes.len() }
    }

    fn bar(&mut self) {
        if self.layout == Layout::Zhv {
            self.bytes.push(b'|');
        }
    }

    /// Ends a piece. `None` for one that is too long.
    fn end(&mut self, next: Gap) -> Option<()> {
        *self.template.pieces.get_mut(self.pieces)? = Piece::new(&self.bytes, next)?;
        self.bytes.clear();
        self.pieces += 1;
        Some(())
    }

    /// The width of a value: none where only the value says it.
    fn width(&self, most: usize) -> Option<usize> {
        (self.layout == Layout::Zhf).then_some(most)
    }

    fn item(&mut self, item: &ItemSpec, profile: &Profile) -> Option<()> {
        match (item.field, profile.flow()) {
            (Field::InstructionNumber, _) => return self.number(item.length),
            (Field::InstructionType, _) => {
                let text = profile.instruction_type().as_bytes();
                write_text(&mut self.bytes, self.layout, text, item.length);
            }
            (Field::MpanCore, _) => {
                self.template.mpan = self.place();
                self.bytes.extend_from_slice(&[b'0'; MpanCore::DIGITS]);
            }
            (Field::DccServiceFlag, Flow::D0350) => {
                self.template.flag = self.place();
                self.bytes.push(b'?');
            }
            (Field::EffectiveFromDate, Flow::D0350) => {
                self.template.date = self.place();
                self.bytes.extend_from_slice(b"00000000");
            }
            (Field::ReasonCode, Flow::D0351) => {
                self.template.reason = item.length;
                return self.end(Gap { is_reason: true, width: self.width(item.length) });
            }
            // an extra is left empty
            _ => write_text(&mut self.bytes, self.layout, b"", item.length),
        }
        Some(())
    }

    /// The instruction number. In zhf, more digits than are written here are zeros.
    fn number(&mut self, most: usize) -> Option<()> {
        self.template.numbers = 10u64.pow(u32::try_from(most.min(DIGITS)).ok()?);
        if self.layout == Layout::Zhf {
            self.bytes.extend(std::iter::repeat_n(b'0', most.saturating_sub(DIGITS)));
        }
        self.end(Gap { is_reason: false, width: self.width(most.min(DIGITS)) })
    }
}

impl Template {
    /// The template of a profile; one that takes nothing, where its lines are too long.
    pub(crate) fn new(profile: &Profile, layout: Layout, line_end: LineEnd) -> Self {
        let nothing = Self {
            flow: profile.flow(),
            pieces: [Piece::EMPTY; 3],
            mpan: Place::default(),
            flag: Place::default(),
            date: Place::default(),
            numbers: 0,
            reason: 0,
        };
        let draft = Draft { template: nothing.clone(), layout, bytes: Vec::new(), pieces: 0 };
        Self::drafted(draft, profile, line_end).unwrap_or(nothing)
    }

    fn drafted(mut draft: Draft, profile: &Profile, line_end: LineEnd) -> Option<Self> {
        draft.bytes.extend_from_slice(profile.update_group().code().as_bytes());
        draft.bar();
        for item in profile.update_group().items() {
            draft.item(item, profile)?;
            draft.bar();
        }
        draft.bytes.extend_from_slice(line_end.as_bytes());
        draft.end(Gap::default())?;
        Some(draft.template)
    }

    /// Whether an update's line is written here.
    #[inline]
    pub(crate) fn takes(&self, update: &Update) -> bool {
        let fits = match update {
            Update::D0350(_) => self.flow == Flow::D0350,
            Update::D0351(rejection) => {
                let reason = rejection.reason();
                self.flow == Flow::D0351 && reason.len() <= self.reason && reason.is_plain()
            }
        };
        fits && update.instruction_number() < self.numbers
    }

    /// Writes one line and its end at the beginning of its room. How long it is.
    #[inline]
    pub(crate) fn line(&self, room: &mut [u8; ROOM], update: &Update) -> usize {
        let values = Values::of(update);
        match update {
            Update::D0350(_) => self.update(room, &values),
            Update::D0351(rejection) => self.rejection(room, &values, &rejection.reason()),
        }
    }

    /// A D0350: two pieces, with the number between them.
    #[inline]
    fn update(&self, room: &mut [u8; ROOM], values: &Values) -> usize {
        let [head, tail, _] = &self.pieces;
        head.copy(room, 0);
        let start = head.length + head.next.number(room, head.length, values);
        tail.copy(room, start);
        let starts = (start, 0);
        self.mpan.patch(room, starts, &values.mpan());
        self.flag.patch(room, starts, &[values.flag]);
        self.date.patch(room, starts, &values.date);
        start + tail.length
    }

    /// A D0351: three pieces, with the number and the reason between them in some order.
    #[inline]
    fn rejection(&self, room: &mut [u8; ROOM], values: &Values, reason: &ReasonCode) -> usize {
        let [head, middle, tail] = &self.pieces;
        head.copy(room, 0);
        let second = head.length + head.next.either(room, head.length, values, reason);
        middle.copy(room, second);
        let end = second + middle.length;
        let third = end + middle.next.either(room, end, values, reason);
        tail.copy(room, third);
        self.mpan.patch(room, (second, third), &values.mpan());
        third + tail.length
    }
}

impl Gap {
    /// Writes the number or the reason, and more behind it. How long it is.
    #[inline]
    fn either(
        self,
        room: &mut [u8; ROOM],
        at: usize,
        values: &Values,
        reason: &ReasonCode,
    ) -> usize {
        if self.is_reason { self.reason(room, at, reason) } else { self.number(room, at, values) }
    }

    /// Writes the number, and more behind it. How long it is.
    #[inline]
    fn number(self, room: &mut [u8; ROOM], at: usize, values: &Values) -> usize {
        let (at, width) = (at & WITHIN, self.width);
        let (high, low) = (u64::from_le_bytes(values.number[0]), values.number[1]);
        let low = u64::from_le_bytes(low);
        if high == ZEROS && width.is_none() {
            let count = 8 - zeros(low);
            room[at..at + 8].copy_from_slice(&(low >> (64 - 8 * count)).to_le_bytes());
            return count;
        }
        let digits = u128::from(high) | u128::from(low) << 64;
        let count = width.unwrap_or_else(|| DIGITS - zeros(high)).clamp(1, DIGITS);
        room[at..at + DIGITS].copy_from_slice(&(digits >> (8 * (DIGITS - count))).to_le_bytes());
        count
    }

    /// Writes the reason, and spaces behind it. How long it is.
    #[inline]
    fn reason(self, room: &mut [u8; ROOM], at: usize, reason: &ReasonCode) -> usize {
        let at = at & WITHIN;
        room[at..at + ReasonCode::MOST].copy_from_slice(&reason.padded());
        self.width.unwrap_or(reason.len())
    }
}

const ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);

/// How many zeros eight digits begin with, the last digit not counted.
#[inline]
const fn zeros(digits: u64) -> usize {
    // the first byte that is no zero, or the last
    (((digits ^ ZEROS) | 1 << 56).trailing_zeros() / 8) as usize
}

/// The values of a record as they stand in lines.
struct Values {
    /// Sixteen digits.
    number: [[u8; 8]; 2],
    /// The last thirteen of these are the MPAN core.
    mpan: [[u8; 8]; 2],
    flag: u8,
    date: [u8; 8],
}

impl Values {
    #[inline]
    fn of(update: &Update) -> Self {
        Self {
            number: sixteen_digits(update.instruction_number()),
            mpan: sixteen_digits(update.mpan_core().as_u64()),
            flag: update.flag().map_or(0, ServiceFlag::as_byte),
            date: eight_digits_of(update.effective_from().map_or(0, EffectiveDate::as_packed)),
        }
    }

    #[inline]
    fn mpan(&self) -> [u8; MpanCore::DIGITS] {
        let [[_, _, _, a, b, c, d, e], [f, g, h, i, j, k, l, m]] = self.mpan;
        [a, b, c, d, e, f, g, h, i, j, k, l, m]
    }
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "eight digits")]
const fn low_half(number: u64) -> u32 {
    number as u32
}

#[inline]
fn sixteen_digits(number: u64) -> [[u8; 8]; 2] {
    if number < EIGHT_DIGITS {
        return [[b'0'; 8], eight_digits_of(low_half(number))];
    }
    [number / EIGHT_DIGITS, number % EIGHT_DIGITS].map(|half| eight_digits_of(low_half(half)))
}

/// The values of up to a block of updates that a template takes.
pub(crate) struct Rows {
    length: usize,
    numbers: Block<u64>,
    /// All bits of the numbers.
    number_bits: u64,
    mpans: Block<u64>,
    flags: Block<u8>,
    dates: Block<u32>,
    reasons: Vec<ReasonCode>,
}

impl Rows {
    /// The most bytes that the lines of a block need, with the room of the last.
    pub(crate) const ROOM: usize = BLOCK * ROOM;

    pub(crate) const fn new() -> Self {
        Self {
            length: 0,
            numbers: [0; BLOCK],
            number_bits: 0,
            mpans: [0; BLOCK],
            flags: [0; BLOCK],
            dates: [0; BLOCK],
            reasons: Vec::new(),
        }
    }

    /// How many there are.
    pub(crate) const fn len(&self) -> usize {
        self.length
    }

    /// Takes as many updates as there is room for, in place of those that were there; the one that
    /// the template does not take, if it met one.
    #[inline]
    pub(crate) fn take(
        &mut self,
        template: &Template,
        updates: &mut impl Iterator<Item = Update>,
    ) -> Option<Update> {
        (self.length, self.number_bits) = (0, 0);
        self.reasons.clear();
        while self.length < BLOCK {
            let update = updates.next()?;
            if !template.takes(&update) {
                return Some(update);
            }
            self.push(&update);
        }
        None
    }

    #[inline]
    fn push(&mut self, update: &Update) {
        let at = self.length % BLOCK;
        self.numbers[at] = update.instruction_number();
        self.number_bits |= update.instruction_number();
        self.mpans[at] = update.mpan_core().as_u64();
        match update {
            Update::D0350(update) => {
                self.flags[at] = update.flag().as_byte();
                self.dates[at] = update.effective_from().as_packed();
            }
            Update::D0351(rejection) => self.reasons.push(rejection.reason()),
        }
        self.length += 1;
    }

    /// Writes their lines end to end. How many bytes there are.
    pub(crate) fn write(&self, out: &mut [u8], template: &Template) -> usize {
        let digits = Digits::of(self, Backend::best());
        if template.flow == Flow::D0351 {
            let mut reasons = self.reasons.iter();
            return self.each(out, &digits, |room, values| {
                reasons.next().map_or(0, |reason| template.rejection(room, values, reason))
            });
        }
        self.each(out, &digits, |room, values| template.update(room, values))
    }

    #[inline]
    fn each(
        &self,
        out: &mut [u8],
        digits: &Digits,
        mut write: impl FnMut(&mut [u8; ROOM], &Values) -> usize,
    ) -> usize {
        let mut start = 0;
        for at in 0..self.length.min(BLOCK) {
            let room = out.get_mut(start..).and_then(|rest| rest.first_chunk_mut());
            start += room.map_or(0, |room| write(room, &digits.values(self, at)));
        }
        start
    }
}

/// The digits of a block's records, in halves.
struct Digits {
    numbers: [Block<EightDigits>; 2],
    mpans: [Block<EightDigits>; 2],
    dates: Block<EightDigits>,
}

impl Digits {
    #[inline]
    fn of(rows: &Rows, backend: Backend) -> Self {
        const ZEROS: Block<EightDigits> = [EightDigits::ZERO; BLOCK];
        let mut digits = Self { numbers: [ZEROS; 2], mpans: [ZEROS; 2], dates: ZEROS };
        let [high, low] = &mut digits.numbers;
        if rows.number_bits < EIGHT_DIGITS {
            eight_digits_of_each(backend, &rows.numbers.map(low_half), low);
        } else {
            sixteen_digits_of_each(backend, &rows.numbers, high, low);
        }
        let [high, low] = &mut digits.mpans;
        sixteen_digits_of_each(backend, &rows.mpans, high, low);
        if rows.reasons.is_empty() {
            eight_digits_of_each(backend, &rows.dates, &mut digits.dates);
        }
        digits
    }

    #[inline]
    fn values(&self, rows: &Rows, at: usize) -> Values {
        let both =
            |[high, low]: &[Block<EightDigits>; 2]| [high[at].to_bytes(), low[at].to_bytes()];
        Values {
            number: both(&self.numbers),
            mpan: both(&self.mpans),
            flag: rows.flags[at],
            date: self.dates[at].to_bytes(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::record::{D0350, D0351, MAX_INSTRUCTION_NUMBER};
    use crate::writer::write_update;

    /// The built-in profiles, ones with the longest items, and ones in another order with extras.
    fn profiles() -> Vec<Arc<Profile>> {
        let mut profiles = Vec::new();
        for flow in Flow::ALL {
            let builtin = Profile::builtin(flow).as_toml().to_owned();
            let number = "{ name = \"instruction_number\", kind = \"number\", most = 10 }";
            assert!(builtin.contains(number), "{builtin}");
            let extra =
                |name: &str| format!("{{ name = \"{name}\", kind = \"number\", most = 31 }}");
            let mpan = "{ name = \"mpan_core\"";
            let core = "{ name = \"mpan_core\", kind = \"mpan\", most = 13 }";
            let texts = [
                builtin.clone(),
                builtin.replace(number, &number.replace("10", "19")),
                builtin.replace(number, &number.replace("10", "1")),
                builtin
                    .replace(number, &number.replace("10", "16"))
                    .replace("most = 8 }", "most = 32 }"),
                builtin.replace(mpan, &format!("{},{},{mpan}", extra("a"), extra("b"))),
                builtin.replace(number, "?").replace(core, number).replace('?', core),
            ];
            let read = texts.iter().filter_map(|text| Profile::from_toml(text).ok());
            profiles.extend(read.map(Arc::new));
        }
        profiles
    }

    fn updates(flow: Flow) -> Vec<Update> {
        let powers = (0..19).flat_map(|width| [10u64.pow(width), 10u64.pow(width) - 1]);
        let numbers = powers.chain([MAX_INSTRUCTION_NUMBER, 9, 98, 99, 100, 12_345_678]);
        let reasons = ["", "R", "R-01", "12345678", "123456789", "a b", "a ", " a", "a|b", "a\nb"];
        let others = ["a\0b", "\r", "12345678901234567890123456789012"];
        let mut reasons = reasons.into_iter().chain(others).cycle();
        let mut days = [101, 99_991_231, 20_240_229].into_iter().cycle();
        let mut flags = ServiceFlag::ALL.into_iter().cycle();
        let update = |number| {
            let mpan = MpanCore::new((number * 7 + 123) % 10_000_000_000_000).unwrap();
            let day = EffectiveDate::from_packed(days.next().unwrap()).unwrap();
            match flow {
                Flow::D0350 => D0350::new(number, mpan, flags.next().unwrap(), day).unwrap().into(),
                Flow::D0351 => {
                    let reason = reasons.next().unwrap().parse().unwrap();
                    D0351::new(number, mpan, reason).unwrap().into()
                }
            }
        };
        numbers
            .clone()
            .chain(numbers)
            .map(|number| number % MAX_INSTRUCTION_NUMBER)
            .map(update)
            .collect()
    }

    /// Whatever the template takes is written as the definition does, one by one and in blocks.
    #[test]
    fn lines_are_the_definitions() {
        let profiles = profiles();
        assert!(profiles.len() >= 8, "{}", profiles.len());
        let mut taken = 0;
        for (profile, layout) in profiles.iter().flat_map(|p| Layout::ALL.map(|l| (p, l))) {
            for line_end in [LineEnd::Lf, LineEnd::CrLf] {
                taken += compare(profile, layout, line_end);
            }
        }
        assert!(taken > 1000, "{taken}");
    }

    fn compare(profile: &Profile, layout: Layout, line_end: LineEnd) -> usize {
        let template = Template::new(profile, layout, line_end);
        let mut all = Vec::new();
        let mut taken = updates(profile.flow());
        taken.retain(|update| template.takes(update));
        for update in &taken {
            let mut line = Vec::new();
            write_update(&mut line, layout, profile, *update, []).unwrap();
            line.extend_from_slice(line_end.as_bytes());
            let mut room = [b'#'; ROOM];
            let length = template.line(&mut room, update);
            assert_eq!(String::from_utf8_lossy(&room[..length]), String::from_utf8_lossy(&line));
            all.push(line);
        }
        let (mut rows, mut written) = (Rows::new(), Vec::new());
        let mut updates = taken.iter().copied();
        loop {
            assert_eq!(rows.take(&template, &mut updates), None);
            if rows.len() == 0 {
                break;
            }
            let mut out = vec![b'#'; Rows::ROOM];
            let length = rows.write(&mut out, &template);
            written.extend_from_slice(&out[..length]);
        }
        assert_eq!(written, all.concat());
        taken.len()
    }

    /// What the definition refuses is never taken, and of what it writes only what is unusual is
    /// left to it.
    #[test]
    fn what_cannot_be_written_is_left_to_the_definition() {
        for (profile, layout) in profiles().iter().flat_map(|p| Layout::ALL.map(|l| (p, l))) {
            let template = Template::new(profile, layout, LineEnd::Lf);
            for update in Flow::ALL.into_iter().flat_map(updates) {
                let is_written = write_update(&mut Vec::new(), layout, profile, update, []).is_ok();
                let is_taken = template.takes(&update);
                assert!(is_written | !is_taken, "{update:?}");
                let is_plain = update.instruction_number() < 10_000_000_000_000_000
                    && update.reason().is_none_or(|reason| {
                        reason.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric())
                    });
                assert!(!is_written | !is_plain | is_taken, "{update:?}");
            }
        }
    }
}
