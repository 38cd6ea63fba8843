//! A plan at one width, made ready for the backends.

use std::ops::Range;

use crate::plan::check_digits::CheckDigits;
use crate::plan::portable::load;
#[cfg(target_arch = "x86_64")]
use crate::plan::wide::Windows;
use crate::plan::{MAX_LETTERS, MAX_NUMBERS, Part};

/// The bytes of a 64-bit word.
pub(super) const WORD: usize = 8;

/// What a row of one width holds, place by place.
#[derive(Clone, Debug, Default)]
pub(super) struct Variant {
    /// The least byte that may stand at each place, and the greatest.
    places: Vec<(u8, u8)>,
    pub(super) words: Vec<Word>,
    pub(super) numbers: Vec<Number>,
    /// Where the date stands.
    pub(super) date: Option<usize>,
    pub(super) letters: Vec<Letter>,
    /// Where each part stands that is no literal.
    pub(super) fields: Vec<Range<usize>>,
    #[cfg(target_arch = "x86_64")]
    pub(super) windows: Option<Windows>,
}

/// Eight places of a row: the least bytes that may stand there, and the greatest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    pub(super) at: usize,
    pub(super) least: u64,
    pub(super) greatest: u64,
    /// The places at which one byte alone may stand.
    pub(super) literals: u64,
}

/// A number: the last eight of its digits, and those before them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number {
    /// Where it stands.
    pub(super) at: usize,
    pub(super) digits: usize,
    pub(super) low: Piece,
    pub(super) high: Option<Piece>,
    pub(super) check: Option<Check>,
}

/// Up to eight digits, and how to bring them to the end of a word: load there, shift, mask.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) at: usize,
    pub(super) shift: u32,
    pub(super) mask: u64,
}

/// Check digits, with the weights where the digits stand after they were brought to the ends of
/// their words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Check {
    pub(super) digits: CheckDigits,
    pub(super) low: [u8; WORD],
    pub(super) high: [u8; WORD],
}

/// A letter: where it stands, and which bytes it may be (1, else 0).
#[derive(Clone, Debug)]
pub(super) struct Letter {
    pub(super) at: usize,
    pub(super) allowed: [u8; 256],
}

impl Variant {
    /// The plan of these parts where the number that varies has `width` digits.
    pub(super) fn new(parts: &[Part], width: usize) -> Option<Self> {
        let mut variant = Self::default();
        for part in parts {
            variant.push(part, width)?;
        }
        variant.words = variant.words()?;
        let stride = variant.stride();
        for number in &mut variant.numbers {
            number.place(stride);
        }
        #[cfg(target_arch = "x86_64")]
        {
            variant.windows = Windows::new(&variant);
        }
        variant.is_one_line().then_some(variant)
    }

    pub(super) const fn stride(&self) -> usize {
        self.places.len()
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

    fn push(&mut self, part: &Part, width: usize) -> Option<()> {
        let at = self.stride();
        self.push_places(part, width)?;
        if !matches!(part, Part::Literal(_)) {
            self.fields.push(at..self.stride());
        }
        let room = self.letters.len() <= MAX_LETTERS && self.numbers.len() <= MAX_NUMBERS;
        room.then_some(())
    }

    fn push_places(&mut self, part: &Part, width: usize) -> Option<()> {
        let at = self.stride();
        match part {
            Part::Literal(bytes) => self.places.extend(bytes.iter().map(|byte| (*byte, *byte))),
            Part::Digits(digits) => self.extend(b'0', b'9', *digits),
            Part::Text(length) => self.extend(b' ', b'~', *length),
            Part::Date => {
                self.extend(b'0', b'9', 8);
                return self.date.replace(at).is_none().then_some(());
            }
            Part::Letter(bytes) => {
                self.extend(*bytes.iter().min()?, *bytes.iter().max()?, 1);
                self.letters.push(Letter::new(at, bytes));
            }
            Part::Number { least, most, check } => {
                let digits = if least == most { *most } else { width };
                self.extend(b'0', b'9', digits);
                self.numbers.push(Number::new(at, digits, *check)?);
            }
        }
        Some(())
    }

    /// Whether the literals of a row of this width are in their places.
    pub(super) fn is_sound(&self, row: &[u8]) -> bool {
        let differs = |word: &Word| (load(row, word.at) ^ word.least) & word.literals != 0;
        !self.words.iter().any(differs)
    }

    fn extend(&mut self, least: u8, greatest: u8, places: usize) {
        self.places.resize(self.places.len() + places, (least, greatest));
    }

    /// The places in words; the last two may overlap.
    fn words(&self) -> Option<Vec<Word>> {
        let last = self.stride().checked_sub(WORD)?;
        let in_range = self.stride() <= 255 && self.places.iter().all(|place| place.1.is_ascii());
        let starts = (0..last).step_by(WORD).chain([last]);
        in_range.then(|| starts.map(|at| self.word(at)).collect())
    }

    fn word(&self, at: usize) -> Word {
        let least = std::array::from_fn(|place| self.places[at + place].0);
        let greatest = std::array::from_fn(|place| self.places[at + place].1);
        let (least, greatest) = (u64::from_le_bytes(least), u64::from_le_bytes(greatest));
        let literal = |place: usize| self.places[at + place].0 == self.places[at + place].1;
        let literals = std::array::from_fn(|place| if literal(place) { 0xFF } else { 0 });
        Word { at, least, greatest, literals: u64::from_le_bytes(literals) }
    }
}

impl Number {
    /// One to sixteen digits.
    fn new(at: usize, digits: usize, check: Option<CheckDigits>) -> Option<Self> {
        let check = match check {
            Some(check) => Some(Check::new(check)?),
            None => None,
        };
        let nothing = Piece { at: 0, shift: 0, mask: 0 };
        (1..=2 * WORD).contains(&digits).then_some(Self {
            at,
            digits,
            low: nothing,
            high: None,
            check,
        })
    }

    /// Finds its words, in a row that is so long.
    fn place(&mut self, stride: usize) {
        let low = self.digits.min(WORD);
        let (at, end) = (self.at, self.at + self.digits);
        self.low = Piece::new(end - low, low, stride);
        self.high = (self.digits > WORD).then(|| Piece::new(at, self.digits - WORD, stride));
    }
}

impl Piece {
    fn new(start: usize, digits: usize, stride: usize) -> Self {
        let at = start.min(stride - WORD);
        // what stands before the digits is shifted to where the mask takes it away
        let places = WORD - digits - (start - at);
        Self { at, shift: bits(places), mask: u64::MAX << bits(WORD - digits) }
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
        // the last byte of a word is the last digit
        let weights = |first| std::array::from_fn(|byte| digits.weight(first + WORD - 1 - byte));
        Some(Self { digits, low: weights(0), high: weights(WORD) })
    }
}

impl Letter {
    fn new(at: usize, bytes: &[u8]) -> Self {
        let mut allowed = [0; 256];
        for byte in bytes {
            allowed[usize::from(*byte)] = 1;
        }
        Self { at, allowed }
    }
}
