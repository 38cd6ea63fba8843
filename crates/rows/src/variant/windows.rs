//! The windows of the wide backends in a row.

use super::Variant;
use crate::{MAX_LETTERS, MAX_NUMBERS};

/// Bytes of a window.
pub(crate) const WINDOW: usize = 16;

/// The most windows of a row.
pub(crate) const MOST: usize = 6;

/// The windows of a row: those around its numbers, then the one around its date, then more until
/// every byte is in one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Windows {
    windows: [Window; MOST],
    count: usize,
    /// The places of the letters.
    letters: [usize; MAX_LETTERS],
    reach: usize,
    /// Of how many check digits each number has one or two.
    pub(crate) checks: [Option<usize>; MAX_NUMBERS],
    pub(crate) numbers: usize,
    pub(crate) has_date: bool,
    pub(crate) letter_count: usize,
}

/// Sixteen bytes of a row, with tables for each of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Window {
    pub(crate) at: usize,
    /// The least byte that may stand at each place.
    pub(crate) least: ByteTable,
    /// The most that a byte may exceed the least.
    pub(crate) span: ByteTable,
    /// The target place of each byte: digits of a number to the end of the window; those of a date
    /// to its beginning in every even row, and to its end in every odd one. The highest bit asks
    /// for zero.
    pub(crate) digits: [ByteTable; 2],
    pub(crate) weights: ByteTable,
}

/// A byte for each of a window, twice: a register holds the windows of two rows.
pub(crate) type ByteTable = [[u8; WINDOW]; 2];

/// Digits that a window is to hold: where they stand, how many they are.
#[derive(Clone, Copy, Debug)]
struct Digits {
    at: usize,
    count: usize,
}

/// Gives each variant its windows, the same number to each; none to all where one of them has no
/// room for a window, or would need more than [`MOST`].
pub(crate) fn place(variants: &mut [Variant]) {
    let placed: Option<Vec<Vec<usize>>> = variants.iter().map(places).collect();
    let Some(placed) = placed else { return };
    let count = placed.iter().map(Vec::len).max().unwrap_or_default();
    for (variant, mut places) in variants.iter_mut().zip(placed) {
        places.resize(count, places.first().copied().unwrap_or_default());
        variant.windows = Windows::new(variant, &places);
    }
}

/// The digits that are to be in windows, each in one of their own.
fn digits(variant: &Variant) -> impl Iterator<Item = Digits> {
    let numbers = variant.numbers.iter().map(|it| Digits { at: it.at, count: it.digits });
    numbers.chain(variant.date.map(|it| Digits { at: it.at, count: 8 }))
}

/// The places for the windows that need the fewest more of them to cover the row.
fn places(variant: &Variant) -> Option<Vec<usize>> {
    let last = variant.stride().checked_sub(WINDOW)?;
    if variant.stride() > MOST * WINDOW {
        return None;
    }
    let around = |it: Digits| ((it.at + it.count).saturating_sub(WINDOW), it.at.min(last));
    let wheels: Vec<(usize, usize)> = digits(variant).map(around).collect();
    let mut chosen: Vec<usize> = wheels.iter().map(|(first, _)| *first).collect();
    let fewest = wheels.len().max(variant.stride().div_ceil(WINDOW));
    let mut best = cover(&chosen, last);
    // the next combination, as an odometer counts
    while best.len() > fewest
        && let Some(wheel) = (0..wheels.len()).find(|i| chosen[*i] < wheels[*i].1)
    {
        chosen[wheel] += 1;
        for i in 0..wheel {
            chosen[i] = wheels[i].0;
        }
        if chosen.len() + rest(&chosen, last).count() < best.len() {
            best = cover(&chosen, last);
        }
    }
    (best.len() <= MOST).then_some(best)
}

/// The chosen windows, and more where bytes are left over.
fn cover(chosen: &[usize], last: usize) -> Vec<usize> {
    chosen.iter().copied().chain(rest(chosen, last)).collect()
}

/// The windows of the bytes that are in none of those chosen.
fn rest(chosen: &[usize], last: usize) -> impl Iterator<Item = usize> {
    const { assert!(MOST * WINDOW < u128::BITS as usize, "a byte of a row has no bit") };
    let bits = |at: usize| ((1_u128 << WINDOW) - 1) << at;
    let row = (1_u128 << (last + WINDOW)) - 1;
    let mut left = chosen.iter().fold(row, |left, at| left & !bits(*at));
    std::iter::from_fn(move || {
        let place = (left != 0).then(|| left.trailing_zeros() as usize)?;
        let at = place.min(last);
        left &= !bits(at);
        Some(at)
    })
}

impl Windows {
    fn new(variant: &Variant, places: &[usize]) -> Self {
        let mut windows: [Window; MOST] = Default::default();
        for (window, at) in windows.iter_mut().zip(places) {
            *window = Window::new(variant, *at);
        }
        for (window, digits) in windows.iter_mut().zip(digits(variant)) {
            window.take(digits);
        }
        if variant.date.is_some() {
            let [even, _] = &mut windows[variant.numbers.len()].digits;
            for order in even {
                order.rotate_left(WINDOW / 2);
            }
        }
        let mut checks = [None; MAX_NUMBERS];
        for ((number, kept), window) in variant.numbers.iter().zip(&mut checks).zip(&mut windows) {
            if let Some(check) = number.check {
                *kept = Some(check.digits.digits);
                window.weights = [check.weights; 2];
            }
        }
        let mut letters = [0; MAX_LETTERS];
        for (letter, at) in variant.letters.iter().zip(&mut letters) {
            *at = letter.at;
        }
        let ends = windows.iter().map(|window| window.at + WINDOW);
        let reach = ends.chain(letters.map(|at| at + 1)).max().unwrap_or_default();
        Self {
            windows,
            count: places.len(),
            letters,
            reach,
            checks,
            numbers: variant.numbers.len(),
            has_date: variant.date.is_some(),
            letter_count: variant.letters.len(),
        }
    }

    /// Returns how many windows there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// The windows. Those behind the last are at the beginning of the row.
    pub(crate) fn windows(&self) -> &[Window; MOST] {
        &self.windows
    }

    /// Returns where the letters stand; at the beginning of the row where there is none.
    pub(crate) fn letters(&self) -> &[usize; MAX_LETTERS] {
        &self.letters
    }

    /// The bytes of a row that hold all windows and letters: a row of so many bytes may be read at
    /// the places that the two functions above name.
    pub(crate) fn reach(&self) -> usize {
        self.reach
    }
}

impl Window {
    fn new(variant: &Variant, at: usize) -> Self {
        let place = |byte: usize| variant.places()[at + byte];
        Self {
            at,
            least: [std::array::from_fn(|byte| place(byte).0); 2],
            span: [std::array::from_fn(|byte| place(byte).1 - place(byte).0); 2],
            digits: [[[0x80; WINDOW]; 2]; 2],
            weights: [[0; WINDOW]; 2],
        }
    }

    /// Brings digits to the end of the window.
    fn take(&mut self, digits: Digits) {
        let places = WINDOW - digits.count..WINDOW;
        for (place, from) in places.zip((0..).skip(digits.at - self.at)) {
            for order in self.digits.as_flattened_mut() {
                order[place] = from;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Segment;

    fn variant(segments: &[Segment], width: usize) -> Variant {
        Variant::new(segments, width).unwrap()
    }

    fn at(windows: &Windows) -> Vec<usize> {
        windows.windows()[..windows.count()].iter().map(|it| it.at).collect()
    }

    #[test]
    fn a_number_and_a_date_are_in_windows_that_cover_all() {
        let segments = [
            Segment::literal(b"E45"),
            Segment::number(10),
            Segment::Letter(b"AI".to_vec()),
            Segment::Date,
            Segment::literal(b"\n"),
        ];
        let mut variants = [variant(&segments, 0)];
        // 0 to 3 would do for the number, 6 and 7 for the date: these are the first that leave no
        // byte
        assert_eq!(places(&variants[0]), Some(vec![0, 7]));
        place(&mut variants);
        let windows = &variants[0].windows;
        assert_eq!(
            (at(windows), windows.reach(), windows.letters()),
            (vec![0, 7], 23, &[13, 0, 0])
        );
        assert_eq!((windows.numbers, windows.has_date, windows.letter_count), (1, true, 1));
        assert_eq!(windows.checks, [None, None]);
    }

    #[test]
    fn the_fewest_windows_are_found_and_of_these_the_first() {
        let text = |bytes| Segment::Text(bytes);
        let end = || Segment::literal(b"\n");
        for (segments, expected) in [
            (vec![text(15), end()], vec![0]),
            (vec![text(16), end()], vec![0, 1]),
            (vec![text(31), end()], vec![0, 16]),
            // the number could be in a window from 4 on, of which only the last needs no third one
            (vec![text(17), Segment::number(3), text(11), end()], vec![16, 0]),
            // it needs three in any case
            (vec![text(17), Segment::number(3), text(12), end()], vec![4, 0, 17]),
            // in one of their own each, where one would hold both
            (vec![Segment::number(2), Segment::number(2), text(11), end()], vec![0, 0]),
            (vec![Segment::number(16), Segment::number(16), text(1), end()], vec![0, 16, 18]),
        ] {
            assert_eq!(places(&variant(&segments, 0)), Some(expected), "{segments:?}");
        }
    }

    #[test]
    fn there_are_none_in_a_row_that_is_too_short_or_too_long() {
        for (bytes, expected) in [(14, None), (95, Some(vec![0, 16, 32, 48, 64, 80])), (96, None)] {
            let mut variants = [variant(&[Segment::Text(bytes), Segment::literal(b"\n")], 0)];
            assert_eq!(places(&variants[0]), expected);
            place(&mut variants);
            let windows = &variants[0].windows;
            let count = expected.map_or(0, |it| it.len());
            assert_eq!((windows.count(), windows.reach()), (count, 16 * count));
        }
    }

    #[test]
    fn all_variants_have_as_many() {
        let segments = [
            Segment::Number { least: 1, most: 9, check: None },
            Segment::Text(14),
            Segment::literal(b"\n"),
        ];
        let mut variants: Vec<Variant> = (1..=9).map(|width| variant(&segments, width)).collect();
        place(&mut variants);
        let all: Vec<_> = variants.iter().map(|it| at(&it.windows)).collect();
        assert_eq!(all[0], [0, 0]);
        assert_eq!(all[1], [0, 1]);
        assert_eq!(all[8], [0, 8]);
        assert!(variants.iter().all(|it| it.windows.reach() == it.stride()));
        // none where one has none
        let mut variants =
            [15, 16].map(|bytes| variant(&[Segment::Text(bytes - 1), Segment::literal(b"\n")], 0));
        place(&mut variants);
        assert_eq!(variants.map(|it| it.windows.count()), [0, 0]);
    }
}
