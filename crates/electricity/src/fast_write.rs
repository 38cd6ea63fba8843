//! The fast way to write: the same lines as the definition ([`write_update`](crate::write_update)
//! without extras), ends too, from a template.
//!
//! A line is constant but for its values, so what a profile makes of it is worked out once, and then
//! copied and patched in place. Digits come eight at once, or those of a whole block of records at
//! once. What does not fit its item goes to the definition, so an error is found and worded in one
//! place; leaving this module out changes nothing but the time.

use flagflow_domain::MpanCore;
use flagflow_frame::{
    BLOCK, Block, EightDigits, LineEnd, eight_digits_of, eight_digits_of_each,
    sixteen_digits_of_each,
};

use crate::field::ReasonCode;
use crate::item::{Field, Flow, ItemSpec, Layout};
use crate::profile::Profile;
use crate::record::Update;

/// How many bytes of a constant are copied at once.
const STRIDE: usize = 32;

/// The most digits that are written here.
const DIGITS: usize = 16;

/// The lines of a profile's updates in one layout, with one line end.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    flow: Flow,
    /// What stands before the instruction number and a reason, and after the last of them.
    pieces: Vec<Piece>,
    mpan: Place,
    flag: Place,
    date: Place,
    /// The numbers that fit are below this.
    numbers: u64,
    /// The most characters of a reason.
    reason: usize,
    /// The room that a line is written in; what is behind a line in its room is written over too.
    room: usize,
}

/// Constant bytes, up to a value of its own width or the line's end.
#[derive(Clone, Debug)]
struct Piece {
    strides: Vec<[u8; STRIDE]>,
    length: usize,
    end: End,
}

/// What follows a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The instruction number: so many digits, or in zhv those that it has.
    Number(Option<usize>),
    /// The reason: so many characters, or in zhv those that it has.
    Reason(Option<usize>),
    Line,
}

/// Where a value of constant width stands: in which piece, and where in it.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    piece: usize,
    start: usize,
}

/// The most pieces that a line has.
const PIECES: usize = 3;

/// A line's constants, as far as they were worked out.
struct Draft {
    pieces: Vec<Piece>,
    bytes: Vec<u8>,
    layout: Layout,
}

impl Draft {
    fn place(&self) -> Place {
        Place { piece: self.pieces.len(), start: self.bytes.len() }
    }

    fn bar(&mut self) {
        if self.layout == Layout::Zhv {
            self.bytes.push(b'|');
        }
    }

    /// Text, which zhf pads to its length.
    fn text(&mut self, text: &[u8], most: usize) {
        crate::field::write_text(&mut self.bytes, self.layout, text, most);
    }

    /// Ends a piece.
    fn end(&mut self, end: End) {
        let bytes = std::mem::take(&mut self.bytes);
        let stride = |chunk: &[u8]| {
            let mut stride = [b' '; STRIDE];
            chunk.iter().zip(&mut stride).for_each(|(byte, slot)| *slot = *byte);
            stride
        };
        let strides = bytes.chunks(STRIDE).map(stride).collect();
        self.pieces.push(Piece { strides, length: bytes.len(), end });
    }

    /// The width of a value: none where only the value says it.
    fn width(&self, most: usize) -> Option<usize> {
        (self.layout == Layout::Zhf).then_some(most)
    }

    /// The instruction number. More digits than are written here are zeros.
    fn number(&mut self, most: usize) {
        if self.layout == Layout::Zhf {
            self.bytes.extend(std::iter::repeat_n(b'0', most.saturating_sub(DIGITS)));
        }
        self.end(End::Number(self.width(most.min(DIGITS))));
    }
}

impl Template {
    pub(crate) fn new(profile: &Profile, layout: Layout, line_end: LineEnd) -> Self {
        let mut draft = Draft { pieces: Vec::new(), bytes: Vec::new(), layout };
        let mut template = Self {
            flow: profile.flow(),
            pieces: Vec::new(),
            mpan: Place::default(),
            flag: Place::default(),
            date: Place::default(),
            numbers: 0,
            reason: 0,
            room: 0,
        };
        draft.text(profile.update_group().code().as_bytes(), 0);
        draft.bar();
        for item in profile.update_group().items() {
            template.item(&mut draft, item, profile);
            draft.bar();
        }
        draft.bytes.extend_from_slice(line_end.as_bytes());
        draft.end(End::Line);
        let most = |piece: &Piece| piece.length + ReasonCode::MOST;
        template.room = draft.pieces.iter().map(most).sum::<usize>() + STRIDE;
        template.pieces = draft.pieces;
        template
    }

    fn item(&mut self, draft: &mut Draft, item: &ItemSpec, profile: &Profile) {
        match (item.field, self.flow) {
            (Field::InstructionNumber, _) => {
                let digits = u32::try_from(item.most.min(DIGITS)).unwrap_or_default();
                self.numbers = 10u64.pow(digits);
                draft.number(item.most);
            }
            (Field::InstructionType, _) => {
                draft.text(profile.instruction_type().as_bytes(), item.most);
            }
            (Field::MpanCore, _) => {
                self.mpan = draft.place();
                draft.bytes.extend_from_slice(&[b'0'; MpanCore::DIGITS]);
            }
            (Field::DccServiceFlag, Flow::D0350) => {
                self.flag = draft.place();
                draft.bytes.push(b'?');
            }
            (Field::EffectiveFromDate, Flow::D0350) => {
                self.date = draft.place();
                draft.bytes.extend_from_slice(b"00000000");
            }
            (Field::ReasonCode, Flow::D0351) => {
                self.reason = item.most;
                draft.end(End::Reason(draft.width(item.most)));
            }
            // an extra is left empty
            _ => draft.text(b"", item.most),
        }
    }

    /// How much room a line is written in.
    pub(crate) const fn room(&self) -> usize {
        self.room
    }

    /// Whether an update's line is written here.
    #[inline]
    pub(crate) fn takes(&self, update: &Update) -> bool {
        let fits = update.flow() == self.flow && update.instruction_number() < self.numbers;
        fits && update.reason().is_none_or(|reason| self.takes_reason(&reason))
    }

    /// Whether a reason fits, and is plain in every layout.
    fn takes_reason(&self, reason: &ReasonCode) -> bool {
        let text = reason.as_str().as_bytes();
        let plain = |byte: &u8| matches!(byte, b' '..=b'~') && *byte != b'|';
        text.len() <= self.reason && text.iter().all(plain) && !text.ends_with(b" ")
    }

    /// Writes one line and its end at the beginning of its room. How long it is.
    #[inline]
    pub(crate) fn line(&self, room: &mut [u8], update: &Update) -> usize {
        self.write(room, &Values::of(update))
    }

    #[inline]
    fn write(&self, room: &mut [u8], values: &Values) -> usize {
        let room = &mut room[..self.room];
        let (mut starts, mut at) = ([0; PIECES], 0);
        for (piece, start) in self.pieces.iter().zip(&mut starts) {
            *start = at;
            piece.copy(&mut room[at..]);
            at += piece.length;
            at += piece.end.write(&mut room[at..], values);
        }
        let [_, _, _, mpan @ ..] = &values.mpan;
        self.mpan.patch(room, &starts, mpan);
        if self.flow == Flow::D0350 {
            self.flag.patch(room, &starts, &[values.flag]);
            self.date.patch(room, &starts, &values.date);
        }
        at
    }
}

impl Piece {
    /// Copies the piece, and spaces behind it.
    #[inline]
    fn copy(&self, room: &mut [u8]) {
        for (slot, stride) in room.chunks_exact_mut(STRIDE).zip(&self.strides) {
            slot.copy_from_slice(stride);
        }
    }
}

impl Place {
    #[inline]
    fn patch<const LENGTH: usize>(
        self,
        room: &mut [u8],
        starts: &[usize; PIECES],
        value: &[u8; LENGTH],
    ) {
        let start = starts[self.piece % PIECES] + self.start;
        room[start..start + LENGTH].copy_from_slice(value);
    }
}

impl End {
    /// Writes the value, and more behind it. How long it is.
    #[inline]
    fn write(self, room: &mut [u8], values: &Values) -> usize {
        match self {
            Self::Line => 0,
            Self::Number(width) => {
                let count = width.unwrap_or_else(|| digits_of(values.number)).min(DIGITS);
                let digits = u128::from_le_bytes(values.number) >> (8 * (DIGITS - count));
                room[..DIGITS].copy_from_slice(&digits.to_le_bytes());
                count
            }
            Self::Reason(width) => {
                let Some(reason) = values.reason else { return 0 };
                room[..ReasonCode::MOST].copy_from_slice(&reason.padded());
                width.unwrap_or(reason.as_str().len())
            }
        }
    }
}

/// How many of sixteen digits there are without leading zeros, 1 to 16.
#[inline]
const fn digits_of(digits: [u8; DIGITS]) -> usize {
    const ZEROS: u128 = u128::from_le_bytes([b'0'; DIGITS]);
    // the first byte that is no zero, or the last
    let zeros = ((u128::from_le_bytes(digits) ^ ZEROS) | 1 << 120).trailing_zeros() / 8;
    DIGITS - zeros as usize
}

/// The values of a record as they stand in lines.
struct Values {
    number: [u8; DIGITS],
    /// Three zeros, and the thirteen digits.
    mpan: [u8; DIGITS],
    flag: u8,
    date: [u8; 8],
    reason: Option<ReasonCode>,
}

impl Values {
    #[inline]
    fn of(update: &Update) -> Self {
        Self {
            number: sixteen_digits(update.instruction_number()),
            mpan: sixteen_digits(update.mpan_core().as_u64()),
            flag: update.flag().map_or(0, |flag| flag.as_byte()),
            date: eight_digits_of(update.effective_from().map_or(0, |date| date.as_packed())),
            reason: update.reason(),
        }
    }
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "eight digits each of sixteen")]
fn sixteen_digits(number: u64) -> [u8; DIGITS] {
    const HALF: u64 = 100_000_000;
    let (high, low) = ((number / HALF) as u32, (number % HALF) as u32);
    joined(eight_digits_of(high), eight_digits_of(low))
}

#[inline]
const fn joined(high: [u8; 8], low: [u8; 8]) -> [u8; DIGITS] {
    let (high, low) = (u64::from_le_bytes(high) as u128, u64::from_le_bytes(low) as u128);
    (high | low << 64).to_le_bytes()
}

/// The values of up to a block of updates that a template takes.
pub(crate) struct Rows {
    length: usize,
    numbers: Block<u64>,
    mpans: Block<u64>,
    flags: Block<u8>,
    dates: Block<u32>,
    reasons: Block<Option<ReasonCode>>,
}

impl Rows {
    pub(crate) const fn new() -> Self {
        Self {
            length: 0,
            numbers: [0; BLOCK],
            mpans: [0; BLOCK],
            flags: [0; BLOCK],
            dates: [0; BLOCK],
            reasons: [None; BLOCK],
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
        self.length = 0;
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
        self.mpans[at] = update.mpan_core().as_u64();
        match update {
            Update::D0350(update) => {
                self.flags[at] = update.flag().as_byte();
                self.dates[at] = update.effective_from().as_packed();
            }
            Update::D0351(rejection) => self.reasons[at] = Some(rejection.reason()),
        }
        self.length += 1;
    }

    /// Writes their lines end to end. How many bytes there are.
    pub(crate) fn write(&self, out: &mut [u8], template: &Template) -> usize {
        let digits = Digits::of(self);
        let mut start = 0;
        for at in 0..self.length.min(BLOCK) {
            start += template.write(&mut out[start..], &digits.values(self, at));
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
    fn of(rows: &Rows) -> Self {
        const ZEROS: Block<EightDigits> = [EightDigits::ZERO; BLOCK];
        let mut digits = Self { numbers: [ZEROS; 2], mpans: [ZEROS; 2], dates: ZEROS };
        let [high, low] = &mut digits.numbers;
        sixteen_digits_of_each(&rows.numbers, high, low);
        let [high, low] = &mut digits.mpans;
        sixteen_digits_of_each(&rows.mpans, high, low);
        eight_digits_of_each(&rows.dates, &mut digits.dates);
        digits
    }

    #[inline]
    fn values(&self, rows: &Rows, at: usize) -> Values {
        let both =
            |[high, low]: &[Block<EightDigits>; 2]| joined(high[at].to_bytes(), low[at].to_bytes());
        Values {
            number: both(&self.numbers),
            mpan: both(&self.mpans),
            flag: rows.flags[at],
            date: self.dates[at].to_bytes(),
            reason: rows.reasons[at],
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use flagflow_domain::{EffectiveDate, ServiceFlag};

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
            let mut room = vec![b'#'; template.room()];
            let length = template.line(&mut room, update);
            assert_eq!(String::from_utf8_lossy(&room[..length]), String::from_utf8_lossy(&line));
            all.push(line);
        }
        let (mut rows, mut written) = (Rows::new(), Vec::new());
        let mut updates = taken.iter().copied();
        while rows.take(&template, &mut updates).is_none() && rows.len() > 0 {
            let mut out = vec![b'#'; BLOCK * template.room()];
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
                let is_other = update.flow() != profile.flow();
                let written = write_update(&mut Vec::new(), layout, profile, update, []);
                assert!(written.is_ok() && !is_other || !template.takes(&update), "{update:?}");
                let is_plain = update.instruction_number() < 10_000_000_000_000_000
                    && update.reason().is_none_or(|reason| {
                        reason.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric())
                    });
                assert!(written.is_err() || is_other || !is_plain || template.takes(&update));
            }
        }
    }
}
