//! A decoder at one width, made ready for the backends.

#[cfg(target_arch = "x86_64")]
pub(super) mod windows;

use std::ops::{Range, RangeInclusive};

use crate::check_digits::CheckDigits;
use crate::{MAX_LETTERS, MAX_NUMBERS, Segment};

/// The bytes of a 64-bit word.
pub(super) const WORD: usize = 8;

/// The content of a row of one width, place by place.
#[derive(Clone, Debug, Default)]
pub(super) struct Variant {
    /// The least byte that may stand at each place, and the greatest.
    places: Vec<(u8, u8)>,
    pub(super) numbers: Vec<Number>,
    /// The eight digits of the date.
    pub(super) date: Option<Word>,
    /// Words around the literals and digits that the words of numbers and date leave over.
    pub(super) words: Vec<Word>,
    /// Words around the text.
    pub(super) text: Vec<Bounds>,
    pub(super) letters: Vec<Letter>,
    /// All that is to stand where it stands, in words.
    literals: Vec<Literals>,
    /// The place of each segment that is not a literal.
    pub(super) fields: Vec<Range<usize>>,
    #[cfg(target_arch = "x86_64")]
    pub(super) windows: windows::Windows,
}

/// Eight places of a row, of which literals and digits are checked.
///
/// Exclusive or with the pattern leaves of a literal nothing, of a digit its value. What is left,
/// together with the room, reaches the highest bit of a byte where it is more than may be.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Word {
    pub(super) at: usize,
    pub(super) pattern: u64,
    pub(super) room: u64,
}

/// Eight places of a row: the least bytes that may stand there, and the greatest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) at: usize,
    pub(super) least: u64,
    pub(super) greatest: u64,
}

/// Eight places of a row, with the bytes of those that hold a literal, and all bits of these.
#[derive(Clone, Copy, Debug)]
struct Literals {
    at: usize,
    bytes: u64,
    mask: u64,
}

/// A number: the last eight of its digits, and those before them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number {
    /// The place of its first byte.
    pub(super) at: usize,
    pub(super) digits: usize,
    pub(super) low: Piece,
    pub(super) high: Option<Piece>,
    pub(super) check: Option<Check>,
}

/// Up to eight digits in a word, and how to bring them to its end: shift, mask.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Piece {
    pub(super) word: Word,
    pub(super) shift: u32,
    pub(super) mask: u64,
}

/// Check digits, with the weights where the digits stand after they were brought to the ends of
/// their words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Check {
    pub(super) digits: CheckDigits,
    /// Of sixteen digits.
    #[cfg(target_arch = "x86_64")]
    pub(super) weights: [u8; 2 * WORD],
    pub(super) low: Weights,
    pub(super) high: Weights,
}

/// The weights of the eight digits in a word, each where a multiplication wants it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weights {
    pub(super) even: u64,
    pub(super) odd: u64,
}

/// A letter: where it stands, and which bytes it may be (1, else 0).
#[derive(Clone, Debug)]
pub(super) struct Letter {
    pub(super) at: usize,
    pub(super) allowed: [u8; 256],
    /// True if the allowed bytes do not follow each other without a gap.
    pub(super) has_gaps: bool,
    /// For each lower half of an ASCII character, a bit for each upper half that it may have.
    pub(super) halves: [u8; 16],
}

/// Gives each variant as many words, so that one loop takes the rows of all: those that are not
/// needed check again, or add nothing to a number.
pub(super) fn align(variants: &mut [Variant]) {
    let words = variants.iter().map(|it| it.words.len()).max().unwrap_or_default();
    for at in 0..MAX_NUMBERS {
        let is_high = |it: &Variant| it.numbers.get(at).is_some_and(|number| number.high.is_some());
        if variants.iter().any(is_high) {
            let numbers = variants.iter_mut().filter_map(|it| it.numbers.get_mut(at));
            numbers.for_each(Number::add_high);
        }
    }
    for variant in variants {
        // there is one already where there is more than one variant: that of the number that varies
        let known = variant.numbers.first().map(|number| number.low.word);
        variant.words.resize(words, known.unwrap_or_default());
    }
}

impl Variant {
    /// The decoder of these segments where the number that varies has `width` digits.
    pub(super) fn new(segments: &[Segment], width: usize) -> Option<Self> {
        let mut variant = Self::default();
        for segment in segments {
            variant.push(segment, width)?;
        }
        let is_ascii = variant.places.iter().all(|place| place.1.is_ascii());
        let fits = is_ascii && (WORD..=255).contains(&variant.stride());
        (fits && variant.is_one_line()).then(|| variant.in_words())
    }

    /// Finds the words.
    fn in_words(mut self) -> Self {
        let mut covered = vec![false; self.stride()];
        // whoever takes a row has seen that it ends in its place
        covered[self.stride() - 1] = true;
        let mut numbers = std::mem::take(&mut self.numbers);
        for number in &mut numbers {
            number.place(&self, &mut covered);
        }
        self.numbers = numbers;
        self.date = self.date.map(|date| self.word(date.at, &mut covered));
        let last = self.stride() - WORD;
        for place in 0..self.stride() {
            if is_exact(self.places[place]) && !covered[place] {
                self.words.push(self.word(place.min(last), &mut covered));
            }
        }
        let literals = (0..last).step_by(WORD).chain([last]).map(|at| self.literals(at));
        self.literals = literals.filter(|it| it.mask != 0).collect();
        covered.fill(false);
        for place in 0..self.stride() {
            if !is_exact(self.places[place]) && !self.is_letter(place) && !covered[place] {
                let at = place.min(last);
                covered[at..at + WORD].fill(true);
                self.text.push(self.bounds(at));
            }
        }
        self
    }

    pub(super) const fn stride(&self) -> usize {
        self.places.len()
    }

    /// The same, as columns have it.
    pub(super) fn stride_u32(&self) -> u32 {
        u32::try_from(self.stride()).unwrap_or(u32::MAX)
    }

    /// The least byte that may stand at each place, and the greatest.
    pub(super) fn places(&self) -> &[(u8, u8)] {
        &self.places
    }

    /// The end of the line is at its end, and nowhere else.
    fn is_one_line(&self) -> bool {
        let has_end = |place: &(u8, u8)| (place.0..=place.1).contains(&b'\n');
        let ends = self.places.iter().position(has_end);
        self.places.last() == Some(&(b'\n', b'\n')) && ends == Some(self.stride() - 1)
    }

    fn push(&mut self, segment: &Segment, width: usize) -> Option<()> {
        let at = self.stride();
        self.push_places(segment, width)?;
        if !matches!(segment, Segment::Literal(_)) {
            self.fields.push(at..self.stride());
        }
        let room = self.letters.len() <= MAX_LETTERS && self.numbers.len() <= MAX_NUMBERS;
        room.then_some(())
    }

    fn push_places(&mut self, segment: &Segment, width: usize) -> Option<()> {
        let at = self.stride();
        match segment {
            Segment::Literal(bytes) => self.places.extend(bytes.iter().map(|byte| (*byte, *byte))),
            Segment::Digits(digits) => self.extend(b'0', b'9', *digits),
            Segment::Text(length) => self.extend(b' ', b'{', *length),
            Segment::Code(length) => self.extend(b'0', b'Z', *length),
            Segment::Date => {
                self.extend(b'0', b'9', 8);
                return self.date.replace(Word { at, ..Word::default() }).is_none().then_some(());
            }
            Segment::Letter(bytes) => {
                let (first, last) = (*bytes.iter().min()?, *bytes.iter().max()?);
                self.extend(first, last, 1);
                self.letters.push(Letter::new(at, bytes, first..=last));
            }
            Segment::Number { least, most, check } => {
                let digits = if least == most { *most } else { width };
                self.extend(b'0', b'9', digits);
                self.numbers.push(Number::new(at, digits, *check)?);
            }
        }
        Some(())
    }

    /// Returns whether the literals of a row of this width are in their places.
    pub(super) fn is_sound(&self, row: &[u8]) -> bool {
        let differs = |it: &Literals| (load(row, it.at) & it.mask) ^ it.bytes;
        self.literals.iter().map(differs).fold(0, |all, it| all | it) == 0
    }

    fn extend(&mut self, least: u8, greatest: u8, places: usize) {
        self.places.resize(self.places.len() + places, (least, greatest));
    }

    fn is_letter(&self, place: usize) -> bool {
        self.letters.iter().any(|letter| letter.at == place)
    }

    /// The word at a place, which covers what it checks.
    fn word(&self, at: usize, covered: &mut [bool]) -> Word {
        covered[at..at + WORD].fill(true);
        let checks: [_; WORD] = std::array::from_fn(|place| match self.places[at + place] {
            (b'0', b'9') => (b'0', 0x7F - 9),
            (least, greatest) if least == greatest => (least, 0x7F),
            // only to be ASCII
            _ => (0, 0),
        });
        let [pattern, room] = [checks.map(|it| it.0), checks.map(|it| it.1)];
        Word { at, pattern: u64::from_le_bytes(pattern), room: u64::from_le_bytes(room) }
    }

    fn literals(&self, at: usize) -> Literals {
        let word = |byte: fn((u8, u8)) -> u8| {
            u64::from_le_bytes(std::array::from_fn(|place| byte(self.places[at + place])))
        };
        let mask = word(|(least, greatest)| if least == greatest { 0xFF } else { 0 });
        Literals { at, bytes: word(|(least, _)| least) & mask, mask }
    }

    fn bounds(&self, at: usize) -> Bounds {
        let least = std::array::from_fn(|place| self.places[at + place].0);
        let greatest = std::array::from_fn(|place| self.places[at + place].1);
        Bounds { at, least: u64::from_le_bytes(least), greatest: u64::from_le_bytes(greatest) }
    }
}

/// Returns whether one word says what may stand in a place: it is a literal or a digit.
fn is_exact((least, greatest): (u8, u8)) -> bool {
    least == greatest || (least, greatest) == (b'0', b'9')
}

impl Number {
    /// One to sixteen digits.
    fn new(at: usize, digits: usize, check: Option<CheckDigits>) -> Option<Self> {
        let check = match check {
            Some(check) => Some(Check::new(check)?),
            None => None,
        };
        let low = Piece::default();
        (1..=2 * WORD).contains(&digits).then_some(Self { at, digits, low, high: None, check })
    }

    /// Gives it a piece of no digits before the others, if it has none there.
    fn add_high(&mut self) {
        let none = Piece { word: self.low.word, shift: 0, mask: 0 };
        self.high.get_or_insert(none);
    }

    /// Finds its words.
    fn place(&mut self, variant: &Variant, covered: &mut [bool]) {
        let low = self.digits.min(WORD);
        let (at, end) = (self.at, self.at + self.digits);
        self.high =
            (low < self.digits).then(|| Piece::new(at, self.digits - WORD, variant, covered));
        self.low = Piece::new(end - low, low, variant, covered);
    }
}

impl Piece {
    fn new(start: usize, digits: usize, variant: &Variant, covered: &mut [bool]) -> Self {
        // as far before the digits as there is something left to cover
        let first = (start + digits).saturating_sub(WORD);
        let open = (first..start).find(|place| !covered[*place]).unwrap_or(start);
        let at = open.min(variant.stride() - WORD);
        // what stands before the digits is shifted to where the mask takes it away
        let places = WORD - digits - (start - at);
        let word = variant.word(at, covered);
        Self { word, shift: bits(places), mask: u64::MAX << bits(WORD - digits) }
    }
}

/// The bits of so many bytes of a word.
#[expect(clippy::cast_possible_truncation, reason = "a word has eight bytes")]
const fn bits(bytes: usize) -> u32 {
    bytes as u32 * u8::BITS
}

impl Check {
    /// One or two check digits; sums stay where the backends can divide them by 11.
    fn new(digits: CheckDigits) -> Option<Self> {
        let most = digits.weights.iter().map(|weight| 9 * u32::from(*weight)).sum::<u32>();
        if !(1..=2).contains(&digits.digits) || most >= 1 << 14 {
            return None;
        }
        // the last byte is the last digit
        let weights: [u8; 2 * WORD] =
            std::array::from_fn(|byte| digits.weight(2 * WORD - 1 - byte));
        let (high, low) = weights.split_at(WORD);
        Some(Self {
            digits,
            low: Weights::new(low),
            high: Weights::new(high),
            #[cfg(target_arch = "x86_64")]
            weights,
        })
    }
}

impl Weights {
    fn new(weights: &[u8]) -> Self {
        let word = |first: usize| {
            let places = weights.iter().skip(first).step_by(2);
            // the first digit meets the uppermost weight
            places.fold(0, |word, weight| word << 16 | u64::from(*weight))
        };
        Self { even: word(0), odd: word(1) }
    }
}

impl Letter {
    /// These bytes, all of them in a range.
    fn new(at: usize, bytes: &[u8], mut range: RangeInclusive<u8>) -> Self {
        let mut allowed = [0; 256];
        for byte in bytes {
            allowed[usize::from(*byte)] = 1;
        }
        let has_gaps = range.any(|byte| allowed[usize::from(byte)] == 0);
        let mut halves = [0; 16];
        for byte in bytes.iter().filter(|byte| byte.is_ascii()) {
            halves[usize::from(byte & 0xF)] |= 1 << (byte >> 4);
        }
        Self { at, allowed, has_gaps, halves }
    }
}

/// Loads eight bytes of a row as a word; zero where the row has fewer.
#[inline]
pub(super) fn load(row: &[u8], at: usize) -> u64 {
    let word = row.get(at..).and_then(|from| from.first_chunk());
    u64::from_le_bytes(word.copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For rows that are looked at for their literals, only the words that have some.
    #[test]
    fn literals_are_in_the_words_that_have_some() {
        let end = Segment::literal(b"\r\n");
        let segments = [Segment::Text(20), Segment::Digits(9), Segment::Text(3), end.clone()];
        let row = Variant::new(&segments, 0).unwrap();
        assert_eq!(row.literals.iter().map(|it| it.at).collect::<Vec<_>>(), [26]);
        let row = Variant::new(&[Segment::literal(b"ABC"), Segment::Text(20), end], 0).unwrap();
        assert_eq!(row.literals.iter().map(|it| it.at).collect::<Vec<_>>(), [0, 16, 17]);
        assert_eq!(row.literals[0].bytes.to_le_bytes(), *b"ABC\0\0\0\0\0");
    }
}
